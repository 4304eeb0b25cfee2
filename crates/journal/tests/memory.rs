//! The journal in memory keeps the promises of every journal, and its faults are the planned ones.

use journal::{
    AppendFate, BlockDraft, CrashSurvival, Head, Journal, MemoryDisk, MemoryJournal, NoFaults, Outcome, Ticket,
};
use std::collections::VecDeque;

const DURABLE: AppendFate = AppendFate::Durable { polls: 0 };

fn open(disk: &MemoryDisk) -> MemoryJournal {
    MemoryJournal::open(disk, 100, NoFaults).expect("a sound medium opens")
}

fn open_with(disk: &MemoryDisk, plan: &[AppendFate]) -> MemoryJournal {
    MemoryJournal::open(disk, 100, plan.iter().copied().collect::<VecDeque<_>>()).expect("a sound medium opens")
}

/// The draft of block `number` after opening: two events that carry their number.
fn draft(journal: &MemoryJournal, ahead: u64) -> BlockDraft {
    let head = journal.head();
    let first_seq = head.next_seq + 2 * ahead;
    let mut draft = BlockDraft::new(head.epoch, first_seq, head.time_us);
    draft.push_event(&first_seq.to_be_bytes());
    draft.push_event(&(first_seq + 1).to_be_bytes());
    draft
}

fn append(journal: &mut MemoryJournal) -> Outcome {
    let next = draft(journal, 0);
    journal.submit(next).expect("accepted");
    journal.wait().expect("one block in flight").1
}

fn events(journal: &MemoryJournal) -> Vec<u64> {
    let blocks = journal.read(0).expect("readable");
    let mut numbers = Vec::new();
    for block in blocks {
        for (seq, event) in block.expect("a sound block").events() {
            assert_eq!(event, seq.to_be_bytes());
            numbers.push(seq);
        }
    }
    numbers
}

#[test]
fn outcomes_come_in_order_and_reads_show_only_what_is_durable() {
    let mut journal = open_with(&MemoryDisk::new(), &[AppendFate::Durable { polls: 2 }, DURABLE]);
    let (first, second) = (draft(&journal, 0), draft(&journal, 1));
    assert_eq!(journal.submit(first), Ok(Ticket::of_block(1)), "block 0 is the barrier");
    assert_eq!(journal.submit(second), Ok(Ticket::of_block(2)));
    assert_eq!(journal.poll(), None);
    assert_eq!(journal.poll(), None);
    assert_eq!(events(&journal), [], "nothing in flight is visible");
    assert_eq!(journal.poll(), Some((Ticket::of_block(1), Outcome::Durable)));
    assert_eq!(events(&journal), [0, 1]);
    assert_eq!(journal.wait(), Some((Ticket::of_block(2), Outcome::Durable)));
    assert_eq!(journal.wait(), None);
    assert_eq!(events(&journal), [0, 1, 2, 3]);
    assert_eq!(journal.head().next_seq, 4);
}

#[test]
fn reading_begins_at_the_block_of_an_event_or_after_a_known_head() {
    let mut journal = open(&MemoryDisk::new());
    append(&mut journal);
    let known = journal.head();
    append(&mut journal);
    append(&mut journal);
    let firsts = |blocks: journal::Blocks| blocks.map(|b| b.expect("sound").header().first_seq).collect::<Vec<_>>();
    assert_eq!(firsts(journal.read_after(&Head::EMPTY).expect("readable")), [0, 0, 2, 4], "the barrier comes first");
    assert_eq!(firsts(journal.read(0).expect("readable")), [0, 2, 4]);
    assert_eq!(firsts(journal.read(3).expect("readable")), [2, 4]);
    assert_eq!(firsts(journal.read(6).expect("readable")), []);
    assert_eq!(firsts(journal.read_after(&known).expect("readable")), [2, 4]);
    let stranger = Head { hash: [7; 32], ..known };
    assert_eq!(journal.read_after(&stranger).err().map(|fault| fault.code()), Some("JOURNAL_FORKED"));
}

#[test]
fn a_crash_keeps_what_was_durable_and_of_the_rest_what_the_plan_says() {
    for (survival, expected, why) in [
        (CrashSurvival::NOTHING, 2, "both blocks in flight lost"),
        (CrashSurvival::EVERYTHING, 6, "both kept though nobody was told"),
        (CrashSurvival { blocks_kept: 1, ..CrashSurvival::NOTHING }, 4, "one kept"),
        (CrashSurvival { blocks_kept: 1, mark_follows: true, torn_bytes: None }, 4, "one kept and marked"),
        (CrashSurvival { torn_bytes: Some(60), ..CrashSurvival::NOTHING }, 2, "the first torn in its header"),
        (
            CrashSurvival { blocks_kept: 1, torn_bytes: Some(110), mark_follows: false },
            4,
            "the second torn in its body",
        ),
        (CrashSurvival { torn_bytes: Some(usize::MAX), ..CrashSurvival::NOTHING }, 2, "torn before its last byte"),
    ] {
        let disk = MemoryDisk::new();
        let mut journal = open(&disk);
        assert_eq!(append(&mut journal), Outcome::Durable);
        let (first, second) = (draft(&journal, 0), draft(&journal, 1));
        journal.submit(first).expect("accepted");
        journal.submit(second).expect("accepted");
        journal.crash(survival);
        let mut again = open(&disk);
        assert_eq!(events(&again), (0..expected).collect::<Vec<u64>>(), "{why}");
        assert_eq!(again.head().epoch, 2, "{why}");
        assert_eq!(append(&mut again), Outcome::Durable, "{why}");
        assert_eq!(disk.verify().map(|head| head.next_seq), Ok(expected + 2), "{why}");
    }
}

#[test]
fn after_any_outcome_but_durable_nothing_is_accepted_until_it_is_opened_again() {
    for (fate, outcome_code, kept) in [
        (AppendFate::SyncFailed { kept: false }, "STORAGE_SYNC_FAILED", 0),
        (AppendFate::SyncFailed { kept: true }, "STORAGE_SYNC_FAILED", 2),
        (AppendFate::Unknown { kept: false }, "OUTCOME_UNKNOWN", 0),
        (AppendFate::Unknown { kept: true }, "OUTCOME_UNKNOWN", 2),
        (AppendFate::Fenced { epochs: 2 }, "JOURNAL_FENCED", 0),
    ] {
        let disk = MemoryDisk::new();
        let mut journal = open_with(&disk, &[fate, DURABLE]);
        let (first, second) = (draft(&journal, 0), draft(&journal, 1));
        journal.submit(first).expect("accepted");
        journal.submit(second).expect("accepted");
        let (_, outcome) = journal.wait().expect("an outcome");
        assert_ne!(outcome, Outcome::Durable, "{fate:?}");
        let (_, follower) = journal.wait().expect("an outcome");
        assert!(matches!(follower, Outcome::Failed(ref fault) if fault.code() == outcome_code), "{follower:?}");
        let refused = journal.submit(draft(&journal, 0)).expect_err("refused");
        assert_eq!(refused.code(), outcome_code);
        assert_eq!(events(&journal), [], "nothing became visible");
        drop(journal);
        assert_eq!(events(&open(&disk)), (0..kept).collect::<Vec<u64>>(), "{fate:?}");
    }
}

#[test]
fn a_full_disk_is_refused_at_submission_and_a_later_try_succeeds() {
    let mut journal = open_with(&MemoryDisk::new(), &[AppendFate::DiskFull, DURABLE]);
    let next = draft(&journal, 0);
    assert_eq!(journal.submit(next.clone()).expect_err("no room").code(), "STORAGE_FULL");
    assert_eq!(journal.in_flight(), 0);
    journal.submit(next).expect("room again");
    assert_eq!(journal.wait().map(|(_, outcome)| outcome), Some(Outcome::Durable));
}

#[test]
fn room_that_was_admitted_is_there_at_submission() {
    let plan = [AppendFate::DiskFull, DURABLE, AppendFate::DiskFull, DURABLE];
    let mut journal = open_with(&MemoryDisk::new(), &plan);
    assert_eq!(journal.admit(1_000).expect_err("no room").code(), "STORAGE_FULL");
    assert_eq!(journal.admit(1_000), Ok(()));
    assert_eq!(journal.admit(1_000), Ok(()), "asking twice uses up nothing");
    let next = draft(&journal, 0);
    journal.submit(next).expect("the admitted room");
    assert_eq!(journal.wait().map(|(_, outcome)| outcome), Some(Outcome::Durable));
    assert_eq!(journal.admit(1_000).expect_err("no room").code(), "STORAGE_FULL", "the next block asks anew");
}

#[test]
fn after_a_fault_nothing_is_admitted() {
    let mut journal = open_with(&MemoryDisk::new(), &[AppendFate::Unknown { kept: true }]);
    append(&mut journal);
    assert_eq!(journal.admit(1).expect_err("refused").code(), "OUTCOME_UNKNOWN");
}

#[test]
fn a_second_writer_fences_the_first() {
    let disk = MemoryDisk::new();
    let mut first = open(&disk);
    append(&mut first);
    let mut second = open(&disk);
    assert_eq!(append(&mut first), Outcome::Fenced { epoch: 2 });
    assert_eq!(append(&mut second), Outcome::Durable);
    first.crash(CrashSurvival::EVERYTHING);
    assert_eq!(events(&second), [0, 1, 2, 3], "the fenced writer left nothing");
}

#[test]
fn every_flipped_bit_of_an_acknowledged_record_is_found() {
    let disk = MemoryDisk::new();
    let mut journal = open(&disk);
    append(&mut journal);
    append(&mut journal);
    let sound = disk.verify().expect("sound");
    for record in 0..disk.record_count() {
        for bit in 0..disk.record_bytes(record) * 8 {
            assert!(disk.flip_bit(record, bit));
            let found = disk.verify().expect_err("a flipped bit was not noticed");
            assert!(["JOURNAL_CORRUPT", "JOURNAL_FORKED", "SCHEMA_NEWER"].contains(&found.code()), "{found}");
            assert!(disk.flip_bit(record, bit));
        }
    }
    assert_eq!(disk.verify(), Ok(sound));
}

#[test]
fn a_medium_that_lost_its_end_or_its_mark_is_refused() {
    let disk = MemoryDisk::new();
    let mut journal = open(&disk);
    append(&mut journal);
    append(&mut journal);
    let code = |change: &dyn Fn(&MemoryDisk)| {
        let copy = disk.deep_copy();
        change(&copy);
        MemoryJournal::open(&copy, 0, NoFaults).err().map(|fault| fault.code())
    };
    assert_eq!(code(&|_| ()), None);
    assert_eq!(code(&|disk| disk.truncate(2)), Some("JOURNAL_TRUNCATED"));
    assert_eq!(code(&|disk| disk.truncate(0)), Some("JOURNAL_TRUNCATED"));
    assert_eq!(code(&|disk| disk.tear_last(50)), Some("JOURNAL_CORRUPT"));
    assert_eq!(code(&|disk| disk.set_mark(None)), Some("MARK_MISSING"));
}

#[test]
#[should_panic(expected = "out of order")]
fn a_draft_out_of_order_stops_the_program() {
    let mut journal = open(&MemoryDisk::new());
    let gap = draft(&journal, 1);
    let _ = journal.submit(gap);
}

#[test]
#[should_panic(expected = "in flight")]
fn a_third_block_in_flight_stops_the_program() {
    let mut journal = open(&MemoryDisk::new());
    for ahead in 0..3 {
        let next = draft(&journal, ahead);
        let _ = journal.submit(next);
    }
}
