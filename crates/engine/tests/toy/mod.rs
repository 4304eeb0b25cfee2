//! A house of one account, to test the loop without the ledger: deposits under references that are unique for ever,
//! alarms that fall due, a queue that receipts release, and a close that names the digest.
#![allow(dead_code, reason = "each test file uses its part")]

use domain::{EventSeq, Timestamp};
use engine::{Batch, Engine, Machine, Options};
use journal::{FaultPlan, MemoryDisk, MemoryJournal};
use std::collections::BTreeMap;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct House {
    pub next: u64,
    pub now: i64,
    /// Amount by reference.
    pub deposits: BTreeMap<u64, u64>,
    /// Instant and name of what will fall due.
    pub alarms: BTreeMap<(i64, u64), ()>,
    pub rung: u64,
    pub queued: u64,
    pub releasable: u64,
    pub released: u64,
    pub padding: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// A deposit under a reference.
    Deposit { reference: u64, amount: u64 },
    /// An alarm.
    Alarm { at: i64, name: u64 },
    /// Something that needs nothing done.
    Nothing,
    /// So many events of so many bytes, as one decision.
    Many { events: usize, bytes: usize },
    /// Queues items, of which receipts will release some.
    Queue { items: u64 },
    /// A receipt that lets items go.
    Receipt { items: u64 },
    /// Closes the books: the event names the digest.
    Close,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    Done,
    Duplicate { amount: u64 },
    OtherContent,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    Deposited { reference: u64, amount: u64 },
    AlarmSet { at: i64, name: u64 },
    Rang { at: i64, name: u64 },
    Padding { bytes: usize },
    Queued { items: u64 },
    Received { items: u64 },
    Released,
    Closed { digest: [u8; 32] },
}

#[derive(Clone, Copy, Debug, Default)]
pub struct Toy {
    /// A broken machine: each deposit is one more than it should be.
    pub one_more: bool,
    /// A broken machine: alarms ring without a fact.
    pub silent: bool,
}

impl Machine for Toy {
    type State = House;
    type Command = Ask;
    type Event = Fact;
    type Answer = Told;
    type Needs = ();
    type Gathered = ();

    fn genesis(&self) -> House {
        House::default()
    }

    fn next_seq(&self, house: &House) -> EventSeq {
        EventSeq(house.next)
    }

    fn now(&self, house: &House) -> Timestamp {
        Timestamp(house.now)
    }

    fn digest(&self, house: &House) -> [u8; 32] {
        let sum = house.deposits.iter().fold(0, |sum: u64, (reference, amount)| sum * 31 + reference * 7 + amount);
        let mut digest = [0; 32];
        digest[..8].copy_from_slice(&sum.to_be_bytes());
        digest[8..16].copy_from_slice(&house.rung.to_be_bytes());
        digest
    }

    fn command_bytes(&self, command: &Ask) -> usize {
        match command {
            Ask::Many { events: 1, bytes } => 16 + bytes,
            _ => 16,
        }
    }

    // So that blocks of these tests end before, at and after the border of a group.
    const LOOK_AHEAD: usize = 3;

    fn needs(&self, _house: &House, _command: &Ask) {}

    fn gather(&self, (): ()) -> Result<(), engine::ArchiveFault> {
        Ok(())
    }

    fn pulse(&self, house: &House, now: Timestamp, out: &mut Vec<Fact>) -> bool {
        let Some((&(at, name), ())) = house.alarms.first_key_value() else { return false };
        let due = at <= now.0;
        if due && !self.silent {
            out.push(Fact::Rang { at, name });
        }
        due
    }

    fn decide(&self, house: &House, _now: Timestamp, command: &Ask, (): &(), out: &mut Vec<Fact>) -> Told {
        match *command {
            Ask::Deposit { reference, amount } => match house.deposits.get(&reference) {
                Some(&found) if found == amount => return Told::Duplicate { amount },
                Some(_) => return Told::OtherContent,
                None => out.push(Fact::Deposited { reference, amount }),
            },
            Ask::Alarm { at, name } => out.push(Fact::AlarmSet { at, name }),
            Ask::Nothing => {}
            Ask::Many { events, bytes } => out.extend(std::iter::repeat_n(Fact::Padding { bytes }, events)),
            Ask::Queue { items } => out.push(Fact::Queued { items }),
            Ask::Receipt { items } => out.push(Fact::Received { items }),
            Ask::Close => out.push(Fact::Closed { digest: self.digest(house) }),
        }
        Told::Done
    }

    fn release(&self, house: &House, _now: Timestamp, out: &mut Vec<Fact>) -> bool {
        let any = house.queued > 0 && house.releasable > 0;
        if any {
            out.push(Fact::Released);
        }
        any
    }

    fn evolve(&self, house: &mut House, at: EventSeq, now: Timestamp, event: &Fact) {
        assert_eq!(at.0, house.next, "an event out of order");
        assert!(house.now <= now.0, "time went back");
        house.next += 1;
        house.now = now.0;
        match *event {
            Fact::Deposited { reference, amount } => {
                let amount = amount + u64::from(self.one_more);
                assert!(house.deposits.insert(reference, amount).is_none(), "a reference with two effects");
            }
            Fact::AlarmSet { at, name } => {
                house.alarms.insert((at, name), ());
            }
            Fact::Rang { at, name } => {
                house.alarms.remove(&(at, name));
                house.rung += 1;
            }
            Fact::Padding { .. } => house.padding += 1,
            Fact::Queued { items } => house.queued += items,
            Fact::Received { items } => house.releasable += items,
            Fact::Released => {
                house.queued -= 1;
                house.releasable -= 1;
                house.released += 1;
            }
            Fact::Closed { .. } => {}
        }
    }

    fn encode(&self, event: &Fact, out: &mut Vec<u8>) {
        let (kind, numbers) = match *event {
            Fact::Deposited { reference, amount } => (1, [reference, amount]),
            Fact::AlarmSet { at, name } => (2, [at.unsigned_abs(), name]),
            Fact::Rang { at, name } => (3, [at.unsigned_abs(), name]),
            Fact::Padding { bytes } => {
                out.push(4);
                out.extend(std::iter::repeat_n(0x55, bytes));
                return;
            }
            Fact::Queued { items } => (5, [items, 0]),
            Fact::Received { items } => (6, [items, 0]),
            Fact::Released => (7, [0, 0]),
            Fact::Closed { digest } => {
                out.push(8);
                out.extend_from_slice(&digest);
                return;
            }
        };
        out.push(kind);
        numbers.iter().for_each(|number| out.extend_from_slice(&number.to_be_bytes()));
    }

    fn decode(&self, bytes: &[u8]) -> Result<Fact, String> {
        let (&kind, rest) = bytes.split_first().ok_or("an empty event")?;
        let number = |index: usize| -> Result<u64, String> {
            let field = rest.get(index * 8..index * 8 + 8).ok_or("a short event")?;
            Ok(u64::from_be_bytes(field.try_into().map_err(|_| "eight bytes")?))
        };
        let instant = |index| -> Result<i64, String> { i64::try_from(number(index)?).map_err(|e| e.to_string()) };
        match kind {
            1 => Ok(Fact::Deposited { reference: number(0)?, amount: number(1)? }),
            2 => Ok(Fact::AlarmSet { at: instant(0)?, name: number(1)? }),
            3 => Ok(Fact::Rang { at: instant(0)?, name: number(1)? }),
            4 => Ok(Fact::Padding { bytes: rest.len() }),
            5 => Ok(Fact::Queued { items: number(0)? }),
            6 => Ok(Fact::Received { items: number(0)? }),
            7 => Ok(Fact::Released),
            8 => Ok(Fact::Closed { digest: rest.try_into().map_err(|_| "a digest")? }),
            other => Err(format!("event type {other} is unknown")),
        }
    }

    fn digest_named_by(&self, event: &Fact) -> Option<[u8; 32]> {
        match event {
            Fact::Closed { digest } => Some(*digest),
            _ => None,
        }
    }

    fn save(&self, house: &House) -> Vec<u8> {
        let mut bytes = Vec::new();
        let scalars = [house.next, house.now.unsigned_abs(), house.rung, house.queued];
        let more = [house.releasable, house.released, house.padding];
        let deposits = house.deposits.iter().flat_map(|(&reference, &amount)| [reference, amount]);
        for number in scalars.into_iter().chain(more).chain(deposits) {
            bytes.extend_from_slice(&number.to_be_bytes());
        }
        bytes
    }

    fn restore(&self, bytes: &[u8]) -> Result<House, String> {
        let (numbers, rest) = bytes.as_chunks::<8>();
        let numbers: Vec<u64> = numbers.iter().map(|number| u64::from_be_bytes(*number)).collect();
        let [next, now, rung, queued, releasable, released, padding, deposits @ ..] = numbers.as_slice() else {
            return Err("a short state".to_owned());
        };
        assert!(rest.is_empty());
        Ok(House {
            next: *next,
            now: i64::try_from(*now).map_err(|error| error.to_string())?,
            deposits: deposits.as_chunks::<2>().0.iter().map(|[reference, amount]| (*reference, *amount)).collect(),
            alarms: BTreeMap::new(),
            rung: *rung,
            queued: *queued,
            releasable: *releasable,
            released: *released,
            padding: *padding,
        })
    }
}

pub type ToyEngine = Engine<MemoryJournal, Toy>;

pub const OPTIONS: Options<Toy> = Options { machine: Toy { one_more: false, silent: false }, check_digests: true };

pub fn journal(disk: &MemoryDisk, plan: impl FaultPlan + 'static) -> MemoryJournal {
    MemoryJournal::open(disk, 0, plan).expect("a sound medium opens")
}

pub fn open(disk: &MemoryDisk, plan: impl FaultPlan + 'static) -> ToyEngine {
    Engine::open(journal(disk, plan), OPTIONS, &mut |_| ()).expect("a sound journal replays")
}

pub fn deposit(reference: u64, amount: u64) -> Ask {
    Ask::Deposit { reference, amount }
}

/// A batch of deposits of 100 under these references.
pub fn deposits(at: i64, references: impl IntoIterator<Item = u64>) -> Batch<Ask> {
    Batch::of(Timestamp(at), references.into_iter().map(|reference| deposit(reference, 100)))
}

/// Submits a batch and waits for its answers.
pub fn told(engine: &mut ToyEngine, batch: &Batch<Ask>) -> Vec<Told> {
    engine.submit(batch).expect("taken");
    let released = engine.wait().expect("durable").expect("a batch waits");
    released.answers.iter().map(|answered| answered.answer).collect()
}
