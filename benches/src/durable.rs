//! Durable, embedded journal, everything on: from a client's batch to its answers, which come when the block and its mark
//! are synced.

use crate::baselines::{bare_sqlite, preallocated_file};
use crate::house::{Orders, noon, set_up};
use crate::meter::{grouped, measure, row};
use domain::{Command, Timestamp};
use engine::{Batch, ClientTag, Engine, Options};
use journal_sqlite::{SqliteJournal, StoreOptions};
use std::path::Path;

/// Bytes of an event of the straight path, for the baselines: what one payment becomes in the journal.
const EVENT_BYTES: usize = 142;
const INSTITUTIONS: u32 = 99;

struct Shape {
    what: &'static str,
    /// Clients that wait for their answers, and how many payments each sends at a time.
    clients: usize,
    batch: usize,
    payments: usize,
}

const SHAPES: [Shape; 3] = [
    Shape { what: "durable, one client, batches of 8,000", clients: 1, batch: 8_000, payments: 1_200_000 },
    Shape { what: "durable, 32 clients, batches of 100", clients: 32, batch: 100, payments: 800_000 },
    Shape { what: "durable, 64 clients, one at a time", clients: 64, batch: 1, payments: 150_000 },
];

pub fn run() {
    for shape in &SHAPES {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let per_block = shape.clients * shape.batch;
        let bytes = vec![0xA7_u8; per_block * EVENT_BYTES];
        let blocks = (shape.payments / per_block).max(20) as u64;
        let bare = bare_sqlite(folder.path(), &bytes, blocks).expect("SQLite appends") * per_block as f64;
        let ring = preallocated_file(folder.path(), &bytes, blocks).expect("synced writes") * per_block as f64;
        let orders: Vec<Command> = Orders::new(INSTITUTIONS, 3).take(shape.payments).collect();
        let (answered, took) = {
            let mut engine = open(&folder.path().join("journal"));
            let batches = batches(shape, orders);
            measure(|| drive(&mut engine, &batches))
        };
        assert_eq!(answered, shape.payments as u64, "every payment was answered");
        row(&format!("{} (baseline: bare SQLite)", shape.what), answered, &took, Some(bare));
        println!("|   the same beside a preallocated file, each block synced | | | {} | {:.0} % |", grouped(ring), {
            100.0 * took.per_second(answered) / ring
        });
    }
}

fn open(dir: &Path) -> Engine<SqliteJournal> {
    let journal = SqliteJournal::open_or_create(dir, 0, &StoreOptions::default()).expect("a journal");
    let mut engine = Engine::open(journal, Options::ledger(1), &mut |_| {}).expect("an engine");
    for part in set_up(INSTITUTIONS).chunks(4_000) {
        engine.submit(&Batch::of(noon(), part.to_vec())).expect("set up");
        while engine.wait().expect("durable").is_some() {}
    }
    engine
}

/// What all clients send at the same time is one batch: the engine groups across clients.
fn batches(shape: &Shape, orders: Vec<Command>) -> Vec<Batch> {
    let mut orders = orders.into_iter().peekable();
    let mut batches = Vec::new();
    let mut time: Timestamp = noon();
    // With many clients half of them wait for one block while the other half's fills the next.
    let groups = if shape.clients > 1 { 2 } else { 1 };
    while orders.peek().is_some() {
        let mut batch = Batch::pulse(time);
        for client in 0..shape.clients.div_ceil(groups) {
            for order in orders.by_ref().take(shape.batch) {
                batch.push(ClientTag(client as u64), order);
            }
        }
        time = time.plus_us(1);
        batches.push(batch);
    }
    batches
}

fn drive(engine: &mut Engine<SqliteJournal>, batches: &[Batch]) -> u64 {
    let mut answered = 0;
    for batch in batches {
        while !engine.can_submit() {
            let released = engine.wait().expect("durable").expect("something is in flight");
            answered += released.answers.len() as u64;
            engine.recycle(released);
        }
        engine.submit(batch).expect("the batch is taken");
    }
    while let Some(released) = engine.wait().expect("durable") {
        answered += released.answers.len() as u64;
        engine.recycle(released);
    }
    answered
}
