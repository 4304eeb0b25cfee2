//! Replay: verified blocks to state.

use crate::house::{Orders, noon, set_up};
use crate::meter::{measure, row};
use engine::{Batch, Engine, Options};
use journal::Journal;
use journal_sqlite::{SqliteJournal, StoreOptions};

const PAYMENTS: usize = 2_000_000;
const INSTITUTIONS: u32 = 99;

pub fn run() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let dir = folder.path().join("journal");
    let options = StoreOptions::default();
    let mut engine = {
        let journal = SqliteJournal::open_or_create(&dir, 0, &options).expect("a journal");
        Engine::open(journal, Options::ledger(1), &mut |_| {}).expect("an engine")
    };
    for part in set_up(INSTITUTIONS).chunks(4_000) {
        engine.submit(&Batch::of(noon(), part.to_vec())).expect("set up");
    }
    let mut orders = Orders::new(INSTITUTIONS, 5);
    for _ in 0..PAYMENTS / 8_000 {
        let batch = Batch::of(noon(), orders.by_ref().take(8_000));
        while !engine.can_submit() {
            engine.wait().expect("durable");
        }
        engine.submit(&batch).expect("the batch is taken");
    }
    engine.close().expect("durable").journal.close().expect("closed");

    let journal = SqliteJournal::open(&dir, 0, &options).expect("a journal");
    let (bytes, decoded) = measure(|| {
        let blocks = journal.read(0).expect("blocks");
        blocks.map(|block| block.expect("a verified block").body().len() as u64).sum::<u64>()
    });
    assert!(bytes > 0, "there is something to read");
    let events = journal.head().next_seq;
    let baseline = decoded.per_second(events);
    let (engine, took) = measure(|| Engine::open(journal, Options::ledger(1), &mut |_| {}).expect("it replays"));
    assert_eq!(engine.durable_height().0, events, "everything was replayed");
    row("replay, events (baseline: reading and verifying the same blocks)", events, &took, Some(baseline));
}
