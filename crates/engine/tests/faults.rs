//! Crashes, faults of the journal, and what the engine does after each: nothing, until the journal is opened again.

mod toy;

use domain::Timestamp;
use engine::{Batch, Ended, Engine, Revealed, SubmitFault};
use journal::{
    AppendFate, BlockDraft, Blocks, CrashSurvival, Head, Journal, JournalFault, MemoryDisk, MemoryJournal, NoFaults,
    Outcome, Ticket,
};
use std::collections::{BTreeMap, VecDeque};
use toy::{Ask, Told, ToyEngine, deposit, deposits, open, told};

const DURABLE: AppendFate = AppendFate::Durable { polls: 0 };

fn plan(fates: &[AppendFate]) -> VecDeque<AppendFate> {
    fates.iter().copied().collect()
}

/// Sends deposits one by one, each again until it is answered, whatever happens to the engine meanwhile.
fn insist(disk: &MemoryDisk, from: ToyEngine, references: std::ops::Range<u64>) -> BTreeMap<u64, Told> {
    let mut engine = from;
    let mut answers = BTreeMap::new();
    for reference in references {
        while !answers.contains_key(&reference) {
            let submitted = engine.submit(&deposits(1, [reference]));
            match submitted.map_err(|_| ()).and_then(|_| engine.wait().map_err(|_| ())) {
                Ok(Some(released)) => {
                    answers.insert(reference, released.answers[0].answer);
                }
                Ok(None) => panic!("a batch was taken and never came back"),
                Err(()) if engine.ended().is_some() => {
                    drop(engine);
                    engine = open(disk, NoFaults);
                }
                Err(()) => {}
            }
        }
    }
    answers
}

#[test]
fn a_crash_at_any_point_loses_nothing_that_was_answered_and_a_repetition_has_one_effect() {
    let survivals = [
        CrashSurvival::NOTHING,
        CrashSurvival { blocks_kept: 1, ..CrashSurvival::NOTHING },
        CrashSurvival { blocks_kept: 1, mark_follows: true, torn_bytes: None },
        CrashSurvival { blocks_kept: 1, torn_bytes: Some(40), mark_follows: false },
        CrashSurvival { torn_bytes: Some(100), ..CrashSurvival::NOTHING },
        CrashSurvival::EVERYTHING,
    ];
    for survival in survivals {
        for collected in 0..=4_u64 {
            let disk = MemoryDisk::new();
            let mut engine = open(&disk, NoFaults);
            let mut answered = Vec::new();
            for reference in 0..4 {
                engine.submit(&deposits(1, [reference])).expect("taken");
                if reference < collected {
                    engine.wait().expect("alive").expect("durable");
                    answered.push(reference);
                }
            }
            engine.into_journal().crash(survival);

            let mut again = open(&disk, NoFaults);
            let found = again.read_when_durable(|house| house.deposits.clone()).expect("alive");
            for reference in &answered {
                assert!(found.contains_key(reference), "{survival:?}: {reference} was answered and is lost");
            }
            assert_eq!(found.keys().copied().collect::<Vec<_>>(), (0..found.len() as u64).collect::<Vec<_>>());
            for reference in 0..4 {
                let expected =
                    if found.contains_key(&reference) { Told::Duplicate { amount: 100 } } else { Told::Done };
                assert_eq!(told(&mut again, &deposits(1, [reference])), [expected], "{survival:?}");
            }
            assert_eq!(again.state_for_simulation().deposits.len(), 4);
        }
    }
}

#[test]
fn after_an_unknown_outcome_the_same_reference_brings_the_same_effect_once() {
    for kept in [false, true] {
        let disk = MemoryDisk::new();
        let mut engine = open(&disk, plan(&[DURABLE, AppendFate::Unknown { kept }]));
        told(&mut engine, &deposits(1, [1]));
        engine.submit(&deposits(1, [2])).expect("taken");
        assert_eq!(engine.wait(), Err(Ended::Unknown));
        assert_eq!(engine.poll(), Err(Ended::Unknown));
        drop(engine);
        let mut again = open(&disk, NoFaults);
        let expected = if kept { Told::Duplicate { amount: 100 } } else { Told::Done };
        assert_eq!(told(&mut again, &deposits(1, [2])), [expected], "kept: {kept}");
        assert_eq!(again.state_for_simulation().deposits.len(), 2);
    }
}

#[test]
fn an_engine_that_has_ended_refuses_everything_after() {
    let sync_failed = JournalFault::SyncFailed {
        place: "journal in memory".to_owned(),
        detail: "the sync failed as planned".to_owned(),
    };
    for (fate, ended, code) in [
        (AppendFate::Unknown { kept: true }, Ended::Unknown, "ENGINE_OUTCOME_UNKNOWN"),
        (AppendFate::Fenced { epochs: 3 }, Ended::Fenced { epoch: 4 }, "ENGINE_FENCED"),
        (AppendFate::SyncFailed { kept: true }, Ended::Failed(sync_failed), "STORAGE_SYNC_FAILED"),
    ] {
        let mut engine = open(&MemoryDisk::new(), plan(&[DURABLE, fate]));
        engine.submit(&deposits(1, [1])).expect("taken");
        engine.submit(&deposits(1, [2])).expect("taken");
        let held = engine.read(|house| house.deposits.len());
        assert_eq!(engine.wait().expect("durable before the fault").expect("one").answers[0].answer, Told::Done);
        assert_eq!(engine.wait(), Err(ended.clone()));
        assert_eq!(engine.ended(), Some(&ended));
        assert_eq!(ended.code(), code);
        assert!(!engine.can_submit());
        assert_eq!(engine.submit(&deposits(1, [3])), Err(SubmitFault::Ended(ended.clone())));
        assert_eq!(engine.submit(&Batch::pulse(Timestamp(9))), Err(SubmitFault::Ended(ended.clone())));
        assert_eq!(engine.read_when_durable(|house| house.next), Err(ended.clone()));
        assert!(matches!(engine.reveal(held), Revealed::Never(found) if found == ended));
        assert_eq!(engine.close().err(), Some(ended));
    }
}

#[test]
fn what_was_durable_before_the_fault_is_handed_back_even_when_the_fault_is_known() {
    let fates = [AppendFate::Durable { polls: 0 }, AppendFate::Unknown { kept: false }];
    let mut engine = open(&MemoryDisk::new(), plan(&fates));
    engine.submit(&deposits(1, [1])).expect("taken");
    engine.submit(&deposits(1, [2])).expect("taken");
    // The third batch waits for the first block, then meets no fault yet; the fourth meets it.
    engine.submit(&deposits(1, [3])).expect("taken");
    assert_eq!(engine.submit(&deposits(1, [4])), Err(SubmitFault::Ended(Ended::Unknown)));
    assert_eq!(engine.poll().expect("the first one is durable").map(|released| released.batch.0), Some(0));
    assert_eq!(engine.poll(), Err(Ended::Unknown), "the second and third are not told");
}

/// A journal that says of its first block that nothing is known, and goes on as if nothing had happened.
struct GoesOn {
    inner: MemoryJournal,
    outcomes: u64,
}

impl GoesOn {
    fn tell(&mut self, found: Option<(Ticket, Outcome)>) -> Option<(Ticket, Outcome)> {
        let (ticket, outcome) = found?;
        self.outcomes += 1;
        Some((ticket, if self.outcomes == 1 { Outcome::Unknown } else { outcome }))
    }
}

impl Journal for GoesOn {
    fn submit(&mut self, draft: BlockDraft) -> Result<Ticket, JournalFault> {
        self.inner.submit(draft)
    }

    fn poll(&mut self) -> Option<(Ticket, Outcome)> {
        let found = self.inner.poll();
        self.tell(found)
    }

    fn wait(&mut self) -> Option<(Ticket, Outcome)> {
        let found = self.inner.wait();
        self.tell(found)
    }

    fn read(&self, from_seq: u64) -> Result<Blocks, JournalFault> {
        self.inner.read(from_seq)
    }

    fn read_after(&self, head: &Head) -> Result<Blocks, JournalFault> {
        self.inner.read_after(head)
    }

    fn head(&self) -> Head {
        self.inner.head()
    }

    fn in_flight(&self) -> usize {
        self.inner.in_flight()
    }
}

#[test]
fn nothing_after_an_unknown_outcome_is_believed() {
    let inner = toy::journal(&MemoryDisk::new(), NoFaults);
    let journal = GoesOn { inner, outcomes: 0 };
    let mut engine = Engine::open(journal, toy::OPTIONS, &mut |_| ()).expect("an empty journal");
    let before = engine.read(|house| house.next);
    engine.submit(&deposits(1, [1])).expect("taken");
    let between = engine.read(|house| house.next);
    engine.submit(&deposits(1, [2])).expect("taken");
    assert_eq!(engine.wait(), Err(Ended::Unknown));
    assert_eq!(engine.wait(), Err(Ended::Unknown), "though the second block is said to be durable");
    assert_eq!(engine.poll(), Err(Ended::Unknown));
    assert!(matches!(engine.reveal(between), Revealed::Never(Ended::Unknown)));
    assert!(matches!(engine.reveal(before), Revealed::Value(0)));
}

#[test]
fn a_second_engine_on_the_same_journal_fences_the_first() {
    let disk = MemoryDisk::new();
    let mut first = open(&disk, NoFaults);
    told(&mut first, &deposits(1, [1]));
    let mut second = open(&disk, NoFaults);
    first.submit(&deposits(1, [2])).expect("taken, and will not become durable");
    assert_eq!(first.wait(), Err(Ended::Fenced { epoch: 2 }));
    assert_eq!(told(&mut second, &deposits(1, [2])), [Told::Done]);
    assert_eq!(second.state_for_simulation().deposits.len(), 2);
}

#[test]
fn a_full_disk_is_refused_before_anything_is_decided() {
    let disk = MemoryDisk::new();
    let mut engine = open(&disk, plan(&[DURABLE, AppendFate::DiskFull, AppendFate::DiskFull, DURABLE]));
    told(&mut engine, &Batch::of(Timestamp(1), [Ask::Alarm { at: 5, name: 1 }]));
    let before = engine.state_for_simulation().clone();
    for _ in 0..2 {
        let full = engine.submit(&deposits(10, [1])).expect_err("no room");
        assert!(matches!(full, SubmitFault::Full(_)), "{full:?}");
        assert_eq!(full.code(), "STORAGE_FULL");
        assert_eq!(engine.state_for_simulation(), &before, "not even what was due has happened");
        assert_eq!(engine.poll(), Ok(None), "the engine lives");
    }
    assert_eq!(told(&mut engine, &deposits(10, [1])), [Told::Done], "room again");
    assert_eq!(engine.state_for_simulation().rung, 1);
}

#[test]
fn a_disk_that_fills_in_the_middle_of_a_large_batch_leaves_commands_that_were_not_looked_at() {
    let disk = MemoryDisk::new();
    let mut engine = open(&disk, plan(&[DURABLE, AppendFate::DiskFull]));
    let large = Ask::Many { events: 40_000, bytes: 0 };
    let batch = Batch::of(Timestamp(1), [deposit(1, 1), large.clone(), large.clone(), deposit(2, 2)]);
    engine.submit(&batch).expect("taken");
    let released = engine.wait().expect("alive").expect("durable");
    assert_eq!((released.answers.len(), released.not_taken), (2, 2));
    let house = engine.state_for_simulation();
    assert_eq!((house.deposits.len(), house.padding), (1, 40_000));
    assert_eq!(told(&mut engine, &Batch::of(Timestamp(1), [large, deposit(2, 2)])), [Told::Done, Told::Done]);
    drop(engine);
    assert_eq!(open(&disk, NoFaults).state_for_simulation().padding, 80_000);
}

#[test]
fn a_sender_who_insists_is_answered_once_for_each_reference_whatever_the_journal_does() {
    let fates =
        [DURABLE, AppendFate::DiskFull, AppendFate::Durable { polls: 3 }, AppendFate::Unknown { kept: true }, DURABLE];
    let disk = MemoryDisk::new();
    let engine = open(&disk, plan(&fates));
    let answers = insist(&disk, engine, 0..10);
    assert_eq!(answers[&2], Told::Duplicate { amount: 100 }, "its outcome was unknown and it was there");
    assert_eq!(answers.values().filter(|told| **told == Told::Done).count(), 9);
    let again = open(&disk, NoFaults);
    assert_eq!(again.state_for_simulation().deposits.len(), 10);
    assert_eq!(again.journal().head().next_seq, 10);
}

#[test]
fn faults_say_what_where_and_what_to_do() {
    let full = JournalFault::Full { place: "folder".to_owned(), detail: "1 of 2 bytes".to_owned() };
    let faults = [
        SubmitFault::Ended(Ended::Unknown),
        SubmitFault::Ended(Ended::Fenced { epoch: 3 }),
        SubmitFault::Full(full),
        SubmitFault::TooManyCommands { found: 9, maximum: 8 },
        SubmitFault::TooManyBytes { command: Some(3), found: 9, maximum: 8 },
        SubmitFault::TooManyBytes { command: None, found: 9, maximum: 8 },
        SubmitFault::Backlog { maximum: 64 },
    ];
    for fault in faults {
        let text = fault.to_string();
        assert!(text.split("; ").count() >= 3, "{text}");
        assert!(fault.code().bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_'));
    }
}
