//! A writer killed at any moment, or stopped by a fault at an exact system call, loses nothing that it acknowledged.
//!
//! The writer is this test program started anew, with `WRITER_FOLDER` naming its folder. It prints `durable N` when the
//! events before N may be relied on; the parent holds it to that.

mod common;

use common::{draft_at, open_or_create, read_all};
use journal::{Journal, Outcome};
use journal_sqlite::SqliteJournal;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

const WRITER_FOLDER: &str = "JOURNAL_TEST_WRITER_FOLDER";
const WRITER_BLOCKS: &str = "JOURNAL_TEST_WRITER_BLOCKS";
const WRITER_EVENTS: &str = "JOURNAL_TEST_WRITER_EVENTS";

/// Not a test of its own but the writer that the tests below start; alone it has nothing to do.
#[test]
fn writer() {
    let Ok(dir) = std::env::var(WRITER_FOLDER) else { return };
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok()).expect("a number");
    let mut journal = open_or_create(Path::new(&dir));
    println!("durable {}", journal.head().next_seq);
    let (blocks, events) = (number(WRITER_BLOCKS), number(WRITER_EVENTS));
    let (epoch, mut next_seq) = (journal.head().epoch, journal.head().next_seq);
    let mut submitted = 0;
    while submitted < blocks || journal.in_flight() > 0 {
        while submitted < blocks && journal.in_flight() < journal.in_flight_max() {
            let count = 1 + (submitted * 7919) % events;
            journal.submit(draft_at(epoch, next_seq, 1_000, count)).expect("accepted");
            next_seq += count;
            submitted += 1;
        }
        match journal.wait().expect("blocks are in flight").1 {
            Outcome::Durable => println!("durable {}", journal.head().next_seq),
            Outcome::Failed(fault) => return stop(&mut journal, fault.code()),
            other => panic!("{other:?}"),
        }
    }
    match journal.close() {
        Ok(_) => println!("closed"),
        Err(fault) => println!("failed {}", fault.code()),
    }
}

/// After a failure nothing is acknowledged and nothing accepted any more.
fn stop(journal: &mut SqliteJournal, code: &str) {
    while let Some((_, outcome)) = journal.wait() {
        assert!(matches!(outcome, Outcome::Failed(_)), "a block after a failed one became {outcome:?}");
    }
    let head = journal.head();
    let again = journal.submit(draft_at(head.epoch, head.next_seq, head.time_us, 1));
    assert_eq!(again.expect_err("refused").code(), code);
    println!("failed {code}");
}

fn start_writer(mut command: Command, dir: &Path, blocks: u64, events: u64) -> (Child, BufReader<ChildStdout>) {
    command.args(["--exact", "writer", "--nocapture", "--test-threads=1"]);
    command.env(WRITER_FOLDER, dir).env(WRITER_BLOCKS, blocks.to_string()).env(WRITER_EVENTS, events.to_string());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the writer starts");
    let stdout = BufReader::new(child.stdout.take().expect("piped"));
    (child, stdout)
}

fn this_program() -> Command {
    Command::new(std::env::current_exe().expect("this program has a path"))
}

/// What the writer said, to its end.
struct Said {
    durable: Option<u64>,
    closed: bool,
    failed: Option<String>,
}

fn listen(stdout: BufReader<ChildStdout>) -> Said {
    let mut said = Said { durable: None, closed: false, failed: None };
    // A line that was cut off by the end of the writer has no end of line and counts for nothing.
    for line in stdout.split(b'\n').map_while(Result::ok).filter_map(|line| String::from_utf8(line).ok()) {
        match line.trim().split_once(' ') {
            Some(("durable", number)) => said.durable = number.parse().ok().max(said.durable),
            Some(("failed", code)) => said.failed = Some(code.to_owned()),
            None if line.trim() == "closed" => said.closed = true,
            _ => {}
        }
    }
    said
}

#[test]
fn sixty_writers_killed_at_random_moments_lose_nothing_that_was_acknowledged() {
    let root = tempfile::tempdir().expect("a folder");
    let mut moments = 0x2545_f491_4f6c_dd1d_u64;
    let (mut acknowledged, mut kept_beyond, mut before_the_first) = (0, 0, 0);
    for cycle in 0..60 {
        // Every sixth cycle begins a new journal and is killed early, so that creation is hit too.
        let creating = cycle % 6 == 0;
        let dir = root.path().join(format!("journal-{}", cycle / 6));
        let events = [1, 50, 6_000][cycle % 3];
        moments = moments.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let delay_ms = (moments >> 33) % if creating { 40 } else { 300 };
        let (mut child, stdout) = start_writer(this_program(), &dir, u64::MAX, events);
        std::thread::sleep(Duration::from_millis(delay_ms));
        child.kill().expect("killed");
        child.wait().expect("ended");
        let said = listen(stdout);
        let found = read_all(&dir);
        match said.durable {
            Some(durable) => {
                let head = found.unwrap_or_else(|fault| panic!("cycle {cycle}: {fault}"));
                assert!(head.next_seq >= durable, "cycle {cycle}: {durable} acknowledged, {} found", head.next_seq);
                acknowledged += durable;
                kept_beyond += u64::from(head.next_seq > durable);
            }
            None => before_the_first += 1,
        }
        // Whatever the moment was, the next writer can carry on.
        drop(open_or_create(&dir));
    }
    eprintln!("{acknowledged} acknowledged; {kept_beyond} kills left more; {before_the_first} came before the first");
    assert!(acknowledged > 1_000, "the writers did not get to write: the test says nothing");
}

#[test]
fn a_fault_at_an_exact_system_call_loses_nothing_and_is_named() {
    if Command::new("strace").arg("-V").output().is_err() {
        eprintln!("skipped: strace is not installed, so no system call can be made to fail");
        return;
    }
    // Calls are counted in each thread by itself: fsync is the database's, fdatasync the mark's, pwrite64 both's. With a
    // journal prepared, the first ones are not those of its creation.
    let faults: [(bool, &str, &str, &str, u32, usize); 9] = [
        (false, "fsync", "error=EIO", "STORAGE_SYNC_FAILED", 10, 1),
        (false, "fsync", "signal=KILL", "", 10, 1),
        (false, "pwrite64", "error=ENOSPC", "STORAGE_FULL", 30, 3),
        (true, "fsync", "error=EIO", "STORAGE_SYNC_FAILED", 12, 1),
        (true, "fsync", "signal=KILL", "", 12, 1),
        (true, "fdatasync", "error=EIO", "STORAGE_SYNC_FAILED", 12, 2),
        (true, "pwrite64", "error=ENOSPC", "STORAGE_FULL", 60, 4),
        (true, "pwrite64", "error=EIO", "STORAGE_SYNC_FAILED", 60, 6),
        (true, "pwrite64", "signal=KILL", "", 60, 4),
    ];
    let root = tempfile::tempdir().expect("a folder");
    for (prepared, call, fault, code, last, step) in faults {
        let moments: Vec<u32> = (1..=last).step_by(step).collect();
        let mut hit = 0;
        for &when in &moments {
            let dir = root.path().join("journal");
            if prepared {
                open_or_create(&dir).close().expect("closed");
            }
            hit += usize::from(exact_fault(&dir, call, fault, when, code));
            std::fs::remove_dir_all(&dir).expect("removed");
        }
        eprintln!("{call} {fault}, prepared {prepared}: {hit} of {} stopped the writer", moments.len());
        assert!(hit >= moments.len() / 2, "too few of the faults met the writer: the test says nothing");
    }
}

/// Runs a writer of 12 blocks whose `when`-th call fails; whether that stopped it.
fn exact_fault(dir: &Path, call: &str, fault: &str, when: u32, code: &str) -> bool {
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-o", "/dev/null", "-e", &format!("trace={call}")]);
    command.args(["-e", &format!("inject={call}:{fault}:when={when}")]);
    command.arg(std::env::current_exe().expect("this program has a path"));
    let (mut child, stdout) = start_writer(command, dir, 12, 300);
    let said = listen(stdout);
    child.wait().expect("ended");
    let what = format!("{call} {fault} at call {when}");
    if let Some(failed) = &said.failed {
        assert_eq!(failed, code, "{what}");
    }
    if let Some(durable) = said.durable {
        let head = read_all(dir).unwrap_or_else(|fault| panic!("{what}: {fault}"));
        assert!(head.next_seq >= durable, "{what}: {durable} acknowledged, {} found", head.next_seq);
    }
    drop(open_or_create(dir));
    !said.closed
}
