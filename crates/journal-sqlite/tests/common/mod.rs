//! What the tests of this store share: a writer of events that carry their own number, and a reader that checks them.

#![allow(dead_code, reason = "each test file uses its own part of this")]

pub mod writer;

use journal::{BlockDraft, Head, Journal, JournalFault, Outcome};
use journal_sqlite::{SqliteJournal, StoreOptions};
use std::path::Path;

pub fn open(dir: &Path) -> Result<SqliteJournal, JournalFault> {
    SqliteJournal::open(dir, 1_000, &StoreOptions::default())
}

pub fn open_or_create(dir: &Path) -> SqliteJournal {
    SqliteJournal::open_or_create(dir, 1_000, &StoreOptions::default()).expect("a folder that can be a journal")
}

/// The event with this number: its own number, then bytes that follow from it, between 8 and 207 in all.
pub fn event(seq: u64) -> Vec<u8> {
    let mut event = seq.to_be_bytes().to_vec();
    let filler = seq.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    event.extend((0..filler % 200).map(|byte| filler.to_le_bytes()[usize::try_from(byte % 8).expect("below 8")]));
    event
}

pub fn draft_at(epoch: u64, first_seq: u64, time_us: i64, count: u64) -> BlockDraft {
    let mut draft = BlockDraft::new(epoch, first_seq, time_us);
    (first_seq..first_seq + count).for_each(|seq| draft.push_event(&event(seq)));
    draft
}

/// Appends a block of `count` events after all that is durable and waits for its outcome.
pub fn append(journal: &mut SqliteJournal, count: u64) -> Outcome {
    let head = journal.head();
    journal.submit(draft_at(head.epoch, head.next_seq, head.time_us, count)).expect("accepted");
    journal.wait().expect("one block is in flight").1
}

/// A journal of several blocks of different sizes, of which only the last ones are in the write-ahead log.
pub fn write_sample(dir: &Path) -> Head {
    let mut journal = open_or_create(dir);
    for count in [1, 40, 300, 7, 2_000] {
        assert_eq!(append(&mut journal, count), Outcome::Durable);
    }
    journal.close().expect("closed");
    let mut journal = open(dir).expect("opened");
    for count in [3, 250, 1, 60] {
        assert_eq!(append(&mut journal, count), Outcome::Durable);
    }
    journal.head()
}

/// Reads everything, checks that each event is the one of its number, and gives the head.
pub fn read_all(dir: &Path) -> Result<Head, JournalFault> {
    let mut head = Head::EMPTY;
    for block in journal_sqlite::open_read_only(dir)?.blocks()? {
        let block = block?;
        for (seq, stored) in block.events() {
            assert_eq!(stored, event(seq), "event {seq} came back changed");
        }
        head = head.after(&block);
    }
    Ok(head)
}

pub fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("readable") {
        let entry = entry.expect("readable");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("known").is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("copied");
        }
    }
}
