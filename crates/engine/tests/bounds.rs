//! Bounded work: large batches, much that is due, large steps.

mod toy;

use domain::{EventSeq, Timestamp};
use engine::{Batch, SubmitFault, limits};
use journal::{Head, Journal, MemoryDisk, NoFaults};
use toy::{Ask, ToyEngine, deposit, deposits, open, told};

/// Number of events in each block after the barriers.
fn blocks(engine: &ToyEngine) -> Vec<u32> {
    let blocks = engine.journal().read_after(&Head::EMPTY).expect("readable");
    blocks.map(|block| block.expect("sound").header().count).filter(|count| *count > 0).collect()
}

#[test]
fn the_largest_batch_of_plain_commands_is_one_block_beside_what_is_due() {
    let mut engine = open(&MemoryDisk::new(), NoFaults);
    let alarms = u64::try_from(limits::PULSE_EVENTS_BESIDE_COMMANDS_MAX).expect("small");
    told(&mut engine, &Batch::of(Timestamp(1), (0..alarms).map(|name| Ask::Alarm { at: 2, name })));
    let largest = u64::try_from(limits::BATCH_COMMANDS_MAX).expect("small");
    assert_eq!(told(&mut engine, &deposits(3, 0..largest)).len(), limits::BATCH_COMMANDS_MAX);
    let both = u32::try_from(alarms + largest).expect("small");
    assert_eq!(blocks(&engine), [u32::try_from(alarms).expect("small"), both]);
}

#[test]
fn a_larger_batch_is_refused_and_nothing_of_it_decided() {
    let mut engine = open(&MemoryDisk::new(), NoFaults);
    let found = limits::BATCH_COMMANDS_MAX + 1;
    let refused = engine.submit(&deposits(1, 0..u64::try_from(found).expect("small"))).expect_err("refused");
    assert_eq!(refused, SubmitFault::TooManyCommands { found, maximum: limits::BATCH_COMMANDS_MAX });
    assert_eq!(engine.state_for_simulation().next, 0);
}

#[test]
fn a_command_or_a_batch_that_carries_too_much_is_refused_by_place() {
    let mut engine = open(&MemoryDisk::new(), NoFaults);
    let fat = |bytes| Ask::Many { events: 1, bytes };
    let one = Batch::of(Timestamp(1), [deposit(1, 1), fat(limits::COMMAND_BYTES_MAX)]);
    let refused = engine.submit(&one).expect_err("refused");
    assert!(matches!(refused, SubmitFault::TooManyBytes { command: Some(1), .. }), "{refused}");
    let many = Batch::of(Timestamp(1), (0..9).map(|_| fat(limits::COMMAND_BYTES_MAX - 16)));
    let refused = engine.submit(&many).expect_err("refused");
    assert!(matches!(refused, SubmitFault::TooManyBytes { command: None, .. }), "{refused}");
    assert_eq!(engine.state_for_simulation().next, 0);
    let largest = Batch::of(Timestamp(1), (0..8).map(|_| fat(limits::COMMAND_BYTES_MAX - 16)));
    assert_eq!(told(&mut engine, &largest).len(), 8);
}

#[test]
fn much_that_is_due_takes_blocks_of_its_own_and_no_command_comes_before_the_last_of_it() {
    let mut engine = open(&MemoryDisk::new(), NoFaults);
    let steps = u64::try_from(limits::PULSE_STEPS_MAX).expect("small");
    let due = 2 * steps + 300;
    told(&mut engine, &Batch::of(Timestamp(1), (0..due).map(|name| Ask::Alarm { at: 2, name })));
    engine.submit(&deposits(3, [1])).expect("taken");
    let released = engine.wait().expect("alive").expect("durable");
    assert_eq!(released.events, EventSeq(due)..EventSeq(2 * due + 1), "what was due belongs to the batch that met it");
    assert_eq!(engine.state_for_simulation().rung, due);
    let counts: Vec<u64> = blocks(&engine).into_iter().map(u64::from).collect();
    assert_eq!(counts, [due, steps, steps, 300, 1]);
}

#[test]
fn a_batch_is_cut_between_commands_and_never_within_one() {
    let mut engine = open(&MemoryDisk::new(), NoFaults);
    let large = |events| Ask::Many { events, bytes: 10 };
    let asks = [deposit(1, 1), large(40_000), large(40_000), large(65_536), deposit(2, 2)];
    assert_eq!(told(&mut engine, &Batch::of(Timestamp(1), asks)).len(), 5);
    assert_eq!(blocks(&engine), [40_001, 40_000, 65_536, 1]);
}

#[test]
fn blocks_are_cut_by_bytes_too() {
    let mut engine = open(&MemoryDisk::new(), NoFaults);
    let heavy = Ask::Many { events: 10, bytes: 1_000_000 };
    assert_eq!(told(&mut engine, &Batch::of(Timestamp(1), [heavy.clone(), heavy.clone(), heavy])).len(), 3);
    assert_eq!(blocks(&engine), [10, 10, 10]);
}

#[test]
fn releases_are_bounded_and_the_rest_waits() {
    let mut engine = open(&MemoryDisk::new(), NoFaults);
    let items = u64::try_from(limits::RELEASE_STEPS_MAX).expect("small") + 10;
    told(&mut engine, &Batch::of(Timestamp(1), [Ask::Queue { items }, Ask::Receipt { items }]));
    assert_eq!(engine.state_for_simulation().queued, 10);
    told(&mut engine, &Batch::pulse(Timestamp(2)));
    assert_eq!(engine.state_for_simulation().queued, 0);
}

#[test]
#[should_panic(expected = "no block can hold")]
fn a_step_that_no_block_holds_stops_the_program_before_anything_evolved() {
    let mut engine = open(&MemoryDisk::new(), NoFaults);
    let _ = engine.submit(&Batch::of(Timestamp(1), [Ask::Many { events: 65_537, bytes: 0 }]));
}

#[test]
#[should_panic(expected = "was decided")]
fn an_event_that_is_too_long_stops_the_program() {
    let mut engine = open(&MemoryDisk::new(), NoFaults);
    let _ = engine.submit(&Batch::of(Timestamp(1), [Ask::Many { events: 2, bytes: 2_000_000 }]));
}
