//! The pipeline: durable before visible, two blocks in flight, answers in order.

mod toy;

use domain::{EventSeq, Timestamp};
use engine::{Answered, Batch, BatchId, ClientTag, Revealed, SubmitFault, limits};
use journal::{AppendFate, Head, Journal, MemoryDisk, NoFaults};
use std::collections::VecDeque;
use toy::{Ask, Told, deposit, deposits, open, told};

const DURABLE: AppendFate = AppendFate::Durable { polls: 0 };

fn slow(polls: &[u32]) -> VecDeque<AppendFate> {
    polls.iter().map(|&polls| AppendFate::Durable { polls }).collect()
}

#[test]
fn an_answer_is_told_only_when_its_block_is_durable() {
    let mut engine = open(&MemoryDisk::new(), slow(&[2]));
    let id = engine.submit(&deposits(10, [1, 2]).correlated(77)).expect("taken");
    assert_eq!(engine.poll(), Ok(None));
    assert_eq!(engine.durable_height(), EventSeq(0));
    assert_eq!(engine.state_for_simulation().deposits.len(), 2, "the machine is ahead of the journal");
    assert_eq!(engine.poll(), Ok(None));
    let released = engine.poll().expect("alive").expect("durable at the third look");
    assert_eq!((released.batch, released.correlation), (id, 77));
    assert_eq!(released.answers.len(), 2);
    assert_eq!(released.events, EventSeq(0)..EventSeq(2));
    assert_eq!(released.durable_height, EventSeq(2));
    assert_eq!(engine.poll(), Ok(None));
    assert_eq!(engine.wait(), Ok(None), "nothing is waiting");
}

#[test]
fn what_a_read_saw_is_shown_only_when_its_point_is_durable() {
    let mut engine = open(&MemoryDisk::new(), slow(&[1, 3]));
    let before = engine.read(|house| house.deposits.len());
    engine.submit(&deposits(10, [1])).expect("taken");
    let after_one = engine.read(|house| house.deposits.len());
    engine.submit(&deposits(10, [2])).expect("taken");
    let after_two = engine.read(|house| house.deposits.len());
    assert!(matches!(engine.reveal(before), Revealed::Value(0)), "this point was durable at once");
    let Revealed::NotYet(after_two) = engine.reveal(after_two) else { panic!("shown too early") };
    assert!(matches!(engine.reveal(after_one), Revealed::Value(1)));
    let Revealed::NotYet(after_two) = engine.reveal(after_two) else { panic!("shown too early") };
    assert!(matches!(engine.reveal(after_two), Revealed::Value(2)));
}

#[test]
fn a_read_may_wait_for_everything_before_it() {
    let mut engine = open(&MemoryDisk::new(), slow(&[5, 5]));
    engine.submit(&deposits(10, [1])).expect("taken");
    engine.submit(&deposits(10, [2])).expect("taken");
    assert_eq!(engine.read_when_durable(|house| house.deposits.len()), Ok(2));
    assert_eq!(engine.durable_height(), EventSeq(2));
}

#[test]
fn a_third_batch_waits_for_the_first() {
    let mut engine = open(&MemoryDisk::new(), slow(&[9, 9, 9]));
    for reference in 0..2 {
        assert!(engine.can_submit());
        engine.submit(&deposits(10, [reference])).expect("taken");
    }
    assert!(!engine.can_submit());
    assert_eq!(engine.journal().in_flight(), 2);
    assert_eq!(engine.durable_height(), EventSeq(0));
    engine.submit(&deposits(10, [2])).expect("taken, after waiting");
    assert_eq!(engine.journal().in_flight(), 2, "never more than two");
    assert_eq!(engine.durable_height(), EventSeq(1));
    let order: Vec<BatchId> = std::iter::from_fn(|| engine.wait().expect("alive")).map(|r| r.batch).collect();
    assert_eq!(order, [BatchId(0), BatchId(1), BatchId(2)]);
}

#[test]
fn a_batch_that_brings_about_nothing_writes_no_block_and_is_answered_in_its_turn() {
    let mut engine = open(&MemoryDisk::new(), slow(&[1]));
    engine.submit(&Batch::of(Timestamp(1), [])).expect("taken");
    assert_eq!(engine.poll().expect("alive").map(|r| r.answers.len()), Some(0), "nothing before it: at once");
    engine.submit(&deposits(10, [1])).expect("taken");
    engine.submit(&deposits(10, [1])).expect("taken");
    engine.submit(&Batch::of(Timestamp(10), [Ask::Nothing])).expect("taken");
    assert_eq!(engine.journal().in_flight(), 1, "a repetition writes nothing");
    assert_eq!(engine.poll(), Ok(None), "and its answer waits for the block that it repeats");
    let first = engine.poll().expect("alive").expect("durable");
    let second = engine.poll().expect("alive").expect("durable with it");
    let third = engine.poll().expect("alive").expect("durable with it");
    assert_eq!(first.answers[0].answer, Told::Done);
    assert_eq!(second.answers[0].answer, Told::Duplicate { amount: 100 });
    assert_eq!(third.events, EventSeq(1)..EventSeq(1));
    assert_eq!(engine.journal().head().blocks, 2, "the barrier and one block");
}

#[test]
fn the_commands_of_many_clients_travel_together_and_each_gets_its_answer() {
    let mut engine = open(&MemoryDisk::new(), NoFaults);
    let mut batch = Batch::pulse(Timestamp(5));
    for client in 0..64 {
        batch.push(ClientTag(client), deposit(client / 2, 100 + client % 2));
    }
    engine.submit(&batch).expect("taken");
    let released = engine.wait().expect("alive").expect("durable");
    let expected: Vec<_> = (0..64)
        .map(|client| Answered {
            client: ClientTag(client),
            answer: if client % 2 == 0 { Told::Done } else { Told::OtherContent },
        })
        .collect();
    assert_eq!(released.answers, expected);
    assert_eq!(engine.journal().head().blocks, 2, "one block for all of them");
}

#[test]
fn what_is_due_comes_first_and_queue_heads_last() {
    let disk = MemoryDisk::new();
    let mut engine = open(&disk, NoFaults);
    told(&mut engine, &Batch::of(Timestamp(1), [Ask::Alarm { at: 50, name: 7 }, Ask::Queue { items: 3 }]));
    told(&mut engine, &Batch::of(Timestamp(60), [Ask::Receipt { items: 2 }, deposit(1, 1)]));
    let house = engine.state_for_simulation();
    assert_eq!((house.rung, house.released, house.queued), (1, 2, 1));
    let last = engine.journal().read(2).expect("readable").last().expect("a block").expect("sound");
    let kinds: Vec<u8> = last.events().map(|(_, event)| event[0]).collect();
    assert_eq!(kinds, [3, 6, 1, 7, 7], "alarm, receipt, deposit, two releases");
    assert_eq!(last.header().time_us, 60);
}

#[test]
fn time_never_goes_back_whatever_the_clock_says() {
    let disk = MemoryDisk::new();
    let mut engine = open(&disk, NoFaults);
    told(&mut engine, &deposits(1_000, [1]));
    told(&mut engine, &deposits(400, [2]));
    assert_eq!(engine.last_time(), Timestamp(1_000));
    told(&mut engine, &deposits(1_001, [3]));
    drop(engine);
    // The barrier of an opening has a time too, even if nothing happens at it.
    let journal = journal::MemoryJournal::open(&disk, 5_000, NoFaults).expect("sound");
    let mut engine = engine::Engine::open(journal, toy::OPTIONS, &mut |_| ()).expect("sound");
    told(&mut engine, &deposits(2_000, [4]));
    let blocks = engine.journal().read_after(&Head::EMPTY).expect("readable");
    let times: Vec<i64> = blocks.map(|block| block.expect("sound").header().time_us).collect();
    assert_eq!(times, [0, 1_000, 1_000, 1_001, 5_000, 5_000]);
}

#[test]
fn batches_that_nobody_collects_are_refused_at_a_maximum() {
    let mut engine = open(&MemoryDisk::new(), NoFaults);
    let maximum = u64::try_from(limits::BATCHES_WAITING_MAX).expect("small");
    for reference in 0..maximum {
        engine.submit(&deposits(1, [reference])).expect("taken");
    }
    let full = engine.submit(&deposits(1, [maximum])).expect_err("refused");
    assert_eq!(full, SubmitFault::Backlog { maximum: limits::BATCHES_WAITING_MAX });
    assert!(!engine.can_submit());
    assert!(!engine.state_for_simulation().deposits.contains_key(&maximum), "nothing of it was decided");
    assert!(engine.wait().expect("alive").is_some());
    engine.submit(&deposits(1, [maximum])).expect("taken now");
}

#[test]
fn lists_of_answers_are_used_again() {
    let mut engine = open(&MemoryDisk::new(), slow(&[0, 0]));
    engine.submit(&deposits(1, 0..100)).expect("taken");
    let released = engine.wait().expect("alive").expect("durable");
    let place = released.answers.as_ptr();
    engine.recycle(released);
    engine.submit(&deposits(1, 100..200)).expect("taken");
    let again = engine.wait().expect("alive").expect("durable");
    assert_eq!(again.answers.as_ptr(), place);
    assert_eq!(again.answers.len(), 100);
    assert_eq!(again.answers[0].answer, Told::Done);
}

#[test]
#[should_panic(expected = "another engine")]
fn a_read_of_another_engine_is_not_revealed() {
    let disk = MemoryDisk::new();
    let held = open(&disk, NoFaults).read(|house| house.deposits.len());
    let mut later = open(&disk, NoFaults);
    let _ = later.reveal(held);
}

#[test]
#[should_panic(expected = "nothing happened")]
fn a_machine_that_says_something_is_due_and_does_nothing_stops_the_program() {
    let disk = MemoryDisk::new();
    let mut engine = open(&disk, slow(&[]));
    told(&mut engine, &Batch::of(Timestamp(1), [Ask::Alarm { at: 2, name: 1 }]));
    drop(engine);
    let silent = engine::Options { machine: toy::Toy { silent: true, ..toy::Toy::default() }, check_digests: true };
    let mut engine =
        engine::Engine::open(toy::journal(&disk, [DURABLE].into_iter().collect::<VecDeque<_>>()), silent, &mut |_| ())
            .expect("replays");
    let _ = engine.submit(&Batch::pulse(Timestamp(3)));
}
