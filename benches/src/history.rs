//! A house after ten million payments beside one on its first morning: starting, memory, ingest, repeated orders.
//!
//! The old payments are put into the index as evictions would have put them; the journal is that of the set-up. Every row of
//! the old house has the young one's beside it, measured alternately.

use crate::house::{Orders, noon, set_up};
use crate::meter::{grouped, measure, percentiles, resident_bytes, row};
use domain::payment::LegState;
use domain::{
    Command, CommandBody, CurrencyId, CycleId, Date, EventSeq, PaymentId, PaymentOriginal, PaymentState, Timestamp,
};
use engine::Batch;
use history::{History, Stamp};
use journal::{Head, Journal};
use journal_sqlite::{SqliteJournal, StoreOptions};
use node::{Node, Options};
use std::path::Path;
use std::time::Instant;

const INSTITUTIONS: u32 = 99;
const OLD_SEED: u64 = 11;
const ROUNDS: usize = 5;
const INGEST_PAYMENTS: usize = 400_000;
const BATCH: usize = 8_000;
const REPEATED: usize = 5_000;
/// The first payment of the preloaded history: far from the ordinals of the payments that the house takes itself.
const FIRST_OLD_PAYMENT: u64 = 1 << 34;

pub fn run(payments: u64) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (young, old) = (folder.path().join("young"), folder.path().join("old"));
    for dir in [&young, &old] {
        establish(dir);
    }
    preload(&old, payments);
    start_up(&young, &old, payments);
    ingest(&young, &old, payments);
    repeated(&old, payments);
}

fn options() -> Options {
    // Payments leave memory all the time, and nothing follows: the row of the shadow says what that costs.
    Options { payments_in_memory: Some(100_000), shadowing: None, ..Options::new(1) }
}

fn open(dir: &Path) -> Node {
    Node::open(
        dir,
        noon(),
        &options(),
        &mut |warning| eprintln!("warning[{}]: {}", warning.code, warning.message),
        &mut |_| {},
    )
    .expect("a house")
}

fn establish(dir: &Path) {
    let mut node = open(dir);
    for part in set_up(INSTITUTIONS).chunks(4_000) {
        node.submit(&Batch::of(noon(), part.to_vec()), &[]).expect("set up");
        while node.wait().expect("durable").is_some() {}
    }
    // Eviction has to have happened, for memory is asked first and alone until then.
    drive(&mut node, &mut Orders::new(INSTITUTIONS, 5), 240_000, noon());
    node.close().expect("closed");
}

/// Payments that left memory long ago, through the door by which evictions come.
fn preload(dir: &Path, payments: u64) {
    let journal = SqliteJournal::open_or_create(dir, noon().0, &StoreOptions::default()).expect("a journal");
    let head = journal.head();
    let first =
        journal.read_after(&Head::EMPTY).expect("blocks").next().expect("a block").expect("a sound block").hash();
    let options = history::Options { merge_share_percent: 100, ..history::Options::of_house(first) };
    let (history, _) = History::open(&dir.join("history"), options).expect("an index");
    let from = history.complete_to().map_or(0, |event| event.0 + 1);
    let step = payments.div_ceil(head.next_seq - from).max(4_096);
    let mut orders = Orders::new(INSTITUTIONS, OLD_SEED);
    let (_, took) = measure(|| {
        for (event, start) in (0..payments).step_by(usize::try_from(step).expect("a step")).enumerate() {
            let these = start..payments.min(start + step);
            let originals = these.map(|payment| original(payment, orders.next().expect("endless"))).collect();
            history.take(EventSeq(from + event as u64), originals);
            history.durable(Stamp { height: head.next_seq, hash: head.hash });
        }
        history.settle().expect("written and merged");
    });
    row("history: payments written and merged", payments, &took, None);
    journal.close().expect("closed");
}

fn original(payment: u64, order: Command) -> PaymentOriginal {
    let CommandBody::Submit(submitted) = order.body else { unreachable!("orders only") };
    let order = submitted.order();
    let minor = order.amount.get();
    PaymentOriginal {
        payment: PaymentId(FIRST_OLD_PAYMENT + payment),
        arrangement: order.arrangement,
        return_of: None,
        instructing: order.payer,
        payer: order.payer,
        payee: order.payee,
        uetr: order.uetr,
        content: submitted.content(),
        document: order.document,
        state: PaymentState::PaidOut,
        refusal: None,
        collection: LegState::Confirmed,
        payout: LegState::Confirmed,
        payout_when: Some(domain::event::Payout::AfterSettlement),
        payer_minor: minor,
        position_minor: minor,
        payee_minor: minor,
        returned_minor: 0,
        returned_payee_minor: 0,
        position_currency: CurrencyId(0),
        denomination: order.denomination,
        urgent: order.urgent,
        collected_first: true,
        quote_until: None,
        value_date: Date(18_001),
        entered: Date(18_000),
        conformity_by: None,
        cycle: Some(CycleId(1)),
        dispute_outcome: None,
    }
}

fn start_up(young: &Path, old: &Path, payments: u64) {
    for (what, dir) in [("a young house", young), ("the old house", old)] {
        let before = resident_bytes();
        let (node, took) = measure(|| open(dir));
        let figures = node.figures().history;
        println!(
            "| history: start of {what}, {} payments behind it | {:.2} s | | {} B resident | |",
            grouped(figures.payments as f64),
            took.wall.as_secs_f64(),
            grouped(resident_bytes().saturating_sub(before) as f64),
        );
        if dir == old {
            let each = figures.memory_bytes as f64 / figures.payments as f64;
            let disk = figures.disk_bytes as f64 / figures.payments as f64;
            let files = figures.runs;
            println!(
                "| history: memory and disk of an old payment, in {files} files (aim 3 B) | {each:.2} B | | {disk:.0} B | |"
            );
            assert!(figures.payments >= payments, "every old payment is in the index");
        }
        node.close().expect("closed");
    }
}

fn ingest(young: &Path, old: &Path, payments: u64) {
    let mut rates = [Vec::new(), Vec::new()];
    let mut cpu = [0.0; 2];
    for round in 0..ROUNDS {
        // The first of a pair finds a colder machine: they take turns.
        let order = if round % 2 == 0 { [0, 1] } else { [1, 0] };
        for house in order {
            let mut node = open([young, old][house]);
            let time = noon().plus_us(1_000_000 * (1 + i64::try_from(round).expect("few rounds")));
            let mut orders = Orders::new(INSTITUTIONS, 100 + round as u64);
            let (answered, took) = measure(|| drive(&mut node, &mut orders, INGEST_PAYMENTS, time));
            assert_eq!(answered, INGEST_PAYMENTS as u64, "every payment was answered");
            rates[house].push(took.per_second(answered));
            cpu[house] += took.cpu.as_secs_f64() * 1e6 / answered as f64 / ROUNDS as f64;
            node.close().expect("closed");
        }
    }
    let [young, old] = rates.map(|mut rates| {
        rates.sort_by(f64::total_cmp);
        rates[ROUNDS / 2]
    });
    let what = format!(
        "history: ingest of a house with {} payments behind it (baseline: a young one)",
        grouped(payments as f64)
    );
    println!(
        "| {what} | {} | {:.2} | {} at {:.2} | {:.0} % |",
        grouped(old),
        cpu[1],
        grouped(young),
        cpu[0],
        100.0 * old / young
    );
}

/// Submits orders in batches, two in flight.
pub fn drive(node: &mut Node, orders: &mut Orders, payments: usize, time: Timestamp) -> u64 {
    let (mut answered, mut sent) = (0, 0);
    while sent < payments {
        let batch = Batch::of(time, orders.by_ref().take(BATCH.min(payments - sent)));
        sent += batch.entries.len();
        while !node.engine().can_submit() {
            answered += node.wait().expect("durable").expect("something is in flight").answers.len() as u64;
        }
        node.submit(&batch, &[]).expect("the batch is taken");
    }
    while let Some(released) = node.wait().expect("durable") {
        answered += released.answers.len() as u64;
    }
    answered
}

/// Orders of the old house's past, one at a time, from submission to answer.
fn repeated(old: &Path, payments: u64) {
    let mut node = open(old);
    let time = noon().plus_us(60_000_000);
    let every = (payments / REPEATED as u64).max(1);
    let known: Vec<Command> = Orders::new(INSTITUTIONS, OLD_SEED)
        .take(usize::try_from(payments).expect("a number of payments"))
        .step_by(usize::try_from(every).expect("a step"))
        .collect();
    for temperature in ["first asked", "asked again"] {
        let mut took_us: Vec<f64> = Vec::with_capacity(known.len());
        for (number, command) in known.iter().enumerate() {
            let command = command.clone();
            let started = Instant::now();
            node.submit(&Batch::of(time, [command]), &[]).expect("taken");
            let released = node.wait().expect("answered").expect("a batch is under way");
            took_us.push(started.elapsed().as_secs_f64() * 1e6);
            let answer = released.answers[0].answer;
            assert!(
                matches!(answer, ledger::Answer::Duplicate { payment, .. } if payment.0 == FIRST_OLD_PAYMENT + number as u64 * every),
                "{answer:?}"
            );
        }
        let [p50, p99, worst] = percentiles(&mut took_us);
        println!(
            "| history: a repeated order answered, {temperature} (aim 1,000 µs at p99) | p50 {p50:.0} µs | | p99 {p99:.0} µs | worst {worst:.0} µs |"
        );
    }
    node.close().expect("closed");
}
