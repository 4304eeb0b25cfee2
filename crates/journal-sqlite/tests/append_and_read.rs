//! What the writer of a journal relies on from day to day.

mod common;

use common::{append, draft_at, open, open_or_create, read_all, write_sample};
use journal::{Blocks, Head, Journal, Outcome, Ticket};
use journal_sqlite::{open_read_only, read_auxiliary, remove_auxiliary, verify_files, write_auxiliary};

fn firsts(blocks: Blocks) -> Vec<u64> {
    blocks.map(|block| block.expect("sound").header().first_seq).collect()
}

#[test]
fn a_new_journal_begins_with_a_barrier_and_continues_where_it_ended() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut journal = open_or_create(&dir.path().join("new"));
    let begun = journal.head();
    assert_eq!((begun.blocks, begun.next_seq, begun.epoch, begun.time_us), (1, 0, 1, 1_000));
    assert_eq!(append(&mut journal, 5), Outcome::Durable);
    let ended = journal.close().expect("closed");
    assert_eq!((ended.blocks, ended.next_seq), (2, 5));
    let again = open(&dir.path().join("new")).expect("opened");
    assert_eq!((again.head().blocks, again.head().next_seq, again.head().epoch), (3, 5, 2));
    assert_eq!(again.warnings(), [] as [String; 0]);
}

#[test]
fn two_blocks_in_flight_keep_their_order_and_show_nothing_before_they_are_durable() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut journal = open_or_create(dir.path());
    let head = journal.head();
    let mut submitted = 0;
    let mut answered = Vec::new();
    while answered.len() < 200 {
        while journal.in_flight() < journal.in_flight_max() && submitted < 200 {
            let first_seq = submitted * 3;
            journal.submit(draft_at(head.epoch, first_seq, 1_000, 3)).expect("accepted");
            submitted += 1;
        }
        let visible = firsts(journal.read(0).expect("readable")).len();
        assert_eq!(visible, answered.len(), "a block was visible before its outcome");
        let (ticket, outcome) = journal.wait().expect("blocks are in flight");
        assert_eq!(outcome, Outcome::Durable);
        answered.push(ticket);
    }
    assert_eq!(answered, (1..=200).map(Ticket::of_block).collect::<Vec<_>>());
    assert_eq!(journal.poll(), None);
    assert_eq!(journal.wait(), None);
    drop(journal);
    assert_eq!(read_all(dir.path()).map(|head| head.next_seq), Ok(600));
}

#[test]
fn reading_begins_at_the_block_of_an_event_or_after_a_known_head() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut journal = open_or_create(dir.path());
    append(&mut journal, 4);
    let known = journal.head();
    for _ in 0..600 {
        append(&mut journal, 2);
    }
    assert_eq!(firsts(journal.read(0).expect("readable")).len(), 601);
    for seq in [0, 3, 4, 5, 700, 1_203] {
        let first = if seq < 4 { 0 } else { seq & !1 };
        assert_eq!(firsts(journal.read(seq).expect("readable")).first(), Some(&first), "event {seq}");
    }
    assert_eq!(firsts(journal.read(1_204).expect("readable")), []);
    assert_eq!(firsts(journal.read_after(&known).expect("readable")).len(), 600);
    assert_eq!(firsts(journal.read_after(&Head::EMPTY).expect("readable")).len(), 602);
    let stranger = Head { hash: [1; 32], ..known };
    assert_eq!(journal.read_after(&stranger).err().map(|fault| fault.code()), Some("JOURNAL_FORKED"));
    let beyond = Head { blocks: 9_999, ..known };
    assert_eq!(journal.read_after(&beyond).err().map(|fault| fault.code()), Some("JOURNAL_FORKED"));
    let mut half_read = journal.read(0).expect("readable");
    assert!(half_read.next().is_some_and(|block| block.is_ok()));
    drop(half_read);
    assert_eq!(append(&mut journal, 1), Outcome::Durable, "a reader that stops early is in nobody's way");
}

#[test]
fn a_reader_beside_the_writer_sees_a_sound_journal_at_every_moment() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut journal = open_or_create(dir.path());
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut seen = 0;
            while seen < 60_000 {
                let head = verify_files(dir.path()).expect("sound at every moment");
                assert!(head.next_seq >= seen, "the journal became shorter");
                seen = head.next_seq;
            }
        });
        // Enough for several checkpoints.
        for _ in 0..60 {
            assert_eq!(append(&mut journal, 1_000), Outcome::Durable);
            journal.poll();
        }
        append(&mut journal, 8_000);
        reader.join().expect("the reader's checks held");
    });
    assert_eq!(journal.head().next_seq, 68_000);
}

#[test]
fn after_a_clean_close_the_database_and_the_mark_are_the_whole_journal() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut journal = open_or_create(dir.path());
    append(&mut journal, 100);
    let head = journal.close().expect("closed");
    let mut names: Vec<_> = std::fs::read_dir(dir.path())
        .expect("readable")
        .map(|entry| entry.expect("readable").file_name().into_string().expect("a name in ASCII"))
        .collect();
    names.sort();
    assert_eq!(names, ["high-water-mark", "journal.db", "lock"]);
    assert_eq!(verify_files(dir.path()), Ok(head));
}

#[test]
fn verification_changes_no_byte_of_database_log_or_mark() {
    let dir = tempfile::tempdir().expect("a folder");
    // Leaves a write-ahead log behind, as a killed process does.
    let head = write_sample(dir.path());
    let read = || {
        ["journal.db", "journal.db-wal", "high-water-mark"]
            .map(|name| std::fs::read(dir.path().join(name)).expect("a file of the journal"))
    };
    let before = read();
    assert!(!before[1].is_empty(), "there is a write-ahead log to leave alone");
    let journal = open_read_only(dir.path()).expect("opened");
    assert_eq!(journal.verify(), Ok(head));
    assert_eq!(journal.mark(), head.mark());
    drop(journal);
    assert!(read() == before, "verification changed a file");
}

#[test]
fn a_snapshot_comes_back_whole_or_is_reported_damaged() {
    let dir = tempfile::tempdir().expect("a folder");
    write_sample(dir.path());
    assert_eq!(read_auxiliary(dir.path(), "state.1"), Ok(None));
    write_auxiliary(dir.path(), "state.1", b"first").expect("written");
    write_auxiliary(dir.path(), "state.1", b"second").expect("written");
    assert_eq!(read_auxiliary(dir.path(), "state.1"), Ok(Some(b"second".to_vec())));
    let path = dir.path().join("snapshots/state.1");
    let sound = std::fs::read(&path).expect("readable");
    for offset in 0..sound.len() {
        let mut flipped = sound.clone();
        flipped[offset] ^= 0x10;
        std::fs::write(&path, flipped).expect("writable");
        let fault = read_auxiliary(dir.path(), "state.1").expect_err("a flipped bit was not noticed");
        assert_eq!(fault.code(), "AUXILIARY_DAMAGED");
    }
    for length in 0..sound.len() {
        std::fs::write(&path, &sound[..length]).expect("writable");
        assert!(read_auxiliary(dir.path(), "state.1").is_err(), "cut to {length} bytes");
    }
    remove_auxiliary(dir.path(), "state.1").expect("removed");
    remove_auxiliary(dir.path(), "state.1").expect("nothing to remove");
    assert_eq!(read_auxiliary(dir.path(), "state.1"), Ok(None));
    assert!(open(dir.path()).is_ok(), "snapshots do not disturb the journal");
}
