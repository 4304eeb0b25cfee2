//! Journals to fill tables from: houses of the simulator, with everything that can happen to a payment, and runs of the
//! lab.

use domain::{Event, EventSeq, Timestamp};
use engine::{Engine, Options};
use journal::{
    Block, BlockDraft, Blocks, Head, Journal, JournalFault, MemoryDisk, MemoryJournal, NoFaults, barrier_after, seal,
};
use lab::driver::Unobserved;
use lab::random::Seed;
use lab::{Notices, Outcome, Scenario, SimulateOptions};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use tables::{Flow, Pace, Reader, Source, Tables, Value};

/// Events with their times.
pub type Events = Vec<(Timestamp, Event)>;

thread_local! {
    /// What the simulator's house evolved, by number of the event.
    static EVOLVED: RefCell<BTreeMap<u64, (Timestamp, Event)>> = const { RefCell::new(BTreeMap::new()) };
}

fn remember(state: &mut ledger::State, seq: EventSeq, now: Timestamp, event: &Event) {
    EVOLVED.with(|evolved| evolved.borrow_mut().insert(seq.0, (now, event.clone())));
    ledger::evolve(state, seq, now, event);
}

/// Events of a simulated house from its foundation to the end of everything in it.
pub fn simulated(seed: u64) -> Events {
    EVOLVED.with(|evolved| evolved.borrow_mut().clear());
    let options = simulator::Options { evolve: remember, faults: false, ..simulator::Options::default() };
    let report = simulator::simulate(seed, &options);
    assert!(report.breach.is_none(), "seed {seed}: {:?}", report.breach.map(|breach| breach.what));
    EVOLVED.with(|evolved| std::mem::take(&mut *evolved.borrow_mut())).into_values().collect()
}

/// Events of a run of the lab, and what it came to.
pub fn of_lab(rulebook: &str, window: (&str, &str), payments: u64) -> (Events, Outcome) {
    let source = rulebook::source(rulebook).expect("a rulebook that comes with the program").to_owned();
    let mut options = SimulateOptions::new((rulebook.to_owned(), source), Seed::new(7).expect("a small seed"));
    options.payments = Some(payments);
    options.prefunding_ppm = 500_000;
    let date = |text| domain::Date::parse(text).expect("a date");
    options.window = Some((date(window.0), date(window.1)));
    let scenario = Scenario::simulate(options, &mut Notices::new()).expect("a scenario");
    let journal = MemoryJournal::open(&MemoryDisk::new(), scenario.opening_time().0, NoFaults).expect("empty");
    let mut engine = Engine::open(journal, Options::ledger(1), &mut |_| ()).expect("empty");
    let outcome = lab::run(&scenario, &mut engine, &mut Unobserved).expect("run");
    let mut events = Events::new();
    for block in engine.into_journal().read(0).expect("readable") {
        let block = block.expect("sound");
        let time = Timestamp(block.header().time_us);
        events.extend(block.events().map(|(_, bytes)| (time, codec::decode_exact(bytes).expect("an event"))));
    }
    (events, outcome)
}

/// A journal in memory that can be cut, forked and mixed up.
#[derive(Clone, Default)]
pub struct Chain(pub Vec<Block>);

impl Chain {
    /// A chain of those events: a barrier, then a block for each time and for so many events at most.
    pub fn of(events: &Events, block_events_max: usize) -> Chain {
        let opened_us = events.first().map_or(0, |(time, _)| time.0);
        let mut chain = Chain(vec![seal(barrier_after(&Head::EMPTY, opened_us), Head::EMPTY.hash)]);
        chain.extend(events, block_events_max);
        chain
    }

    /// More events after those that are there.
    pub fn extend(&mut self, events: &Events, block_events_max: usize) {
        let mut rest = events.as_slice();
        while let Some((time, _)) = rest.first() {
            let count = rest.iter().take(block_events_max).take_while(|(of, _)| of == time).count();
            let head = self.head();
            let mut draft = BlockDraft::new(head.epoch, head.next_seq, time.0);
            for (_, event) in &rest[..count] {
                let mut bytes = Vec::new();
                codec::encode(event, &mut bytes);
                draft.push_event(&bytes);
            }
            self.0.push(seal(draft, head.hash));
            rest = &rest[count..];
        }
    }

    pub fn head(&self) -> Head {
        self.0.iter().fold(Head::EMPTY, |head, block| head.after(block))
    }

    /// The first blocks of it.
    pub fn first(&self, blocks: usize) -> Chain {
        Chain(self.0[..blocks].to_vec())
    }
}

impl Source for Chain {
    fn blocks_after(&self, head: &Head) -> Result<Blocks, JournalFault> {
        let number = usize::try_from(head.blocks).expect("a short chain");
        let there = self.0.get(..number).map(|blocks| Chain(blocks.to_vec()).head());
        if there != Some(*head) {
            let detail = "the head is not in this chain".to_owned();
            return Err(JournalFault::Forked { place: "the chain".to_owned(), seq: head.next_seq, detail });
        }
        let rest = self.first(self.0.len()).0.split_off(number);
        Ok(Box::new(rest.into_iter().map(Ok)))
    }

    fn acknowledged_blocks(&self) -> u64 {
        u64::try_from(self.0.len()).expect("a short chain")
    }
}

/// A folder that goes with the test, and the file in it.
pub struct Place {
    _folder: tempfile::TempDir,
    pub file: PathBuf,
}

impl Place {
    pub fn new() -> Place {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("tables.sqlite");
        Place { _folder: folder, file }
    }

    pub fn beside(&self, name: &str) -> PathBuf {
        self.file.with_file_name(name)
    }
}

/// Makes the tables of a chain anew, checks them, and gives their content.
pub fn made(file: &Path, chain: &Chain) -> [u8; 32] {
    let head = tables::rebuild(file, chain, &mut |_| ()).expect("made anew");
    assert_eq!(head, chain.head());
    content(file)
}

/// The content of a file that checks.
pub fn content(file: &Path) -> [u8; 32] {
    let tables = Tables::open(file).expect("opened");
    tables.check().expect("good");
    tables.content_hash()
}

/// Goes on for ever.
pub fn go_on(_: &Head) -> Flow {
    Flow::GoOn
}

/// As fast as it goes.
pub fn catch_up(tables: &mut Tables, chain: &Chain) {
    tables.catch_up(chain, Pace::FAST, &mut go_on).expect("filled");
}

/// Rows of a query.
pub fn rows(reader: &Reader, sql: &str) -> Vec<Vec<Value>> {
    reader.query(sql, &[]).unwrap_or_else(|fault| panic!("{fault:?} in {sql}")).rows
}

/// A row's values by place.
pub trait Values {
    fn number(&self, place: usize) -> i64;
    fn whole(&self, place: usize) -> i128;
    fn text(&self, place: usize) -> &str;
    fn optional(&self, place: usize) -> Option<i64>;
    fn bytes<const N: usize>(&self, place: usize) -> [u8; N];
}

impl Values for Vec<Value> {
    fn number(&self, place: usize) -> i64 {
        self.optional(place).unwrap_or_else(|| panic!("nothing at {place} of {self:?}"))
    }

    fn whole(&self, place: usize) -> i128 {
        match &self[place] {
            Value::Integer(number) => i128::from(*number),
            Value::Text(text) => text.parse().expect("a whole number"),
            other => panic!("{other:?} at {place} of {self:?}"),
        }
    }

    fn text(&self, place: usize) -> &str {
        let Value::Text(text) = &self[place] else { panic!("no text at {place} of {self:?}") };
        text
    }

    fn optional(&self, place: usize) -> Option<i64> {
        match &self[place] {
            Value::Null => None,
            Value::Integer(number) => Some(*number),
            other => panic!("{other:?} at {place} of {self:?}"),
        }
    }

    fn bytes<const N: usize>(&self, place: usize) -> [u8; N] {
        let Value::Blob(bytes) = &self[place] else { panic!("no bytes at {place} of {self:?}") };
        bytes.as_slice().try_into().expect("so many bytes")
    }
}
