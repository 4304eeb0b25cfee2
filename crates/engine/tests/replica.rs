//! A replica of durable blocks: it checks what the journal says of the state, and snapshots come from it.

mod toy;

use domain::{EventSeq, Timestamp};
use engine::{Batch, Engine, OpenFault, Options, Replica, SnapshotWarning};
use journal::{Journal, MemoryDisk, NoFaults};
use toy::{Ask, OPTIONS, Toy, ToyEngine, deposit, deposits, journal, open, told};

fn filled(disk: &MemoryDisk) -> ToyEngine {
    let mut engine = open(disk, NoFaults);
    told(&mut engine, &deposits(10, 0..5));
    told(&mut engine, &Batch::of(Timestamp(20), [Ask::Close, deposit(9, 9)]));
    engine
}

fn follow(replica: &mut Replica<Toy>, engine: &ToyEngine) -> Result<u64, OpenFault> {
    let blocks = engine.journal().read_after(&replica.head()).expect("a head of this journal");
    let mut compared = 0;
    for block in blocks {
        compared += replica.take(&block.expect("sound"))?;
    }
    Ok(compared)
}

#[test]
fn it_comes_to_the_state_of_the_writer_and_compares_each_digest() {
    let disk = MemoryDisk::new();
    let mut engine = filled(&disk);
    let mut replica = Replica::new(OPTIONS);
    assert_eq!(follow(&mut replica, &engine), Ok(1));
    assert_eq!(replica.state(), engine.state_for_simulation());
    told(&mut engine, &deposits(30, 5..9));
    assert_eq!(follow(&mut replica, &engine), Ok(0), "only what is new");
    assert_eq!(replica.state(), engine.state_for_simulation());
}

#[test]
fn its_snapshot_starts_the_next_engine_and_the_next_replica() {
    let disk = MemoryDisk::new();
    let mut engine = filled(&disk);
    let mut replica = Replica::new(OPTIONS);
    follow(&mut replica, &engine).expect("agrees");
    let snapshot = replica.snapshot();
    told(&mut engine, &deposits(30, 5..9));
    let house = engine.state_for_simulation().clone();
    drop(engine);
    let mut replayed = 0;
    let opened = Engine::open_from_snapshot(journal(&disk, NoFaults), &snapshot, OPTIONS, &mut |_| replayed += 1);
    let (engine, warning) = opened.expect("opens");
    assert_eq!((warning, engine.state_for_simulation()), (None, &house));
    let (mut next, warning) = match Replica::from_snapshot(OPTIONS, &snapshot) {
        Ok(next) => (next, None),
        Err((options, warning)) => (Replica::new(options), Some(warning)),
    };
    assert_eq!((warning, next.head()), (None, replica.head()));
    follow(&mut next, &engine).expect("goes on from there");
    assert_eq!(next.state(), &house);
}

#[test]
fn a_state_that_the_journal_does_not_name_is_found_at_the_close_of_the_day() {
    let disk = MemoryDisk::new();
    let engine = filled(&disk);
    let broken = Options { machine: Toy { one_more: true, ..Toy::default() }, check_digests: true };
    let fault = follow(&mut Replica::new(broken), &engine).expect_err("refused");
    assert!(matches!(fault, OpenFault::DigestMismatch { seq: EventSeq(5), .. }), "{fault:?}");
}

#[test]
fn a_snapshot_with_any_bit_flipped_is_given_back_as_damaged() {
    let disk = MemoryDisk::new();
    let engine = filled(&disk);
    let mut replica = Replica::new(OPTIONS);
    follow(&mut replica, &engine).expect("agrees");
    let snapshot = replica.snapshot();
    for byte in 0..snapshot.len() {
        let mut flipped = snapshot.clone();
        flipped[byte] ^= 1;
        let (_, warning) = Replica::from_snapshot(OPTIONS, &flipped).err().expect("refused");
        assert!(matches!(warning, SnapshotWarning::Damaged { .. }), "byte {byte}: {warning:?}");
    }
}
