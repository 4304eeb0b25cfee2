//! A writer in a process of its own, which can be killed: the test program started anew, with an environment variable
//! naming its folder. It prints `durable N` when the events before N may be relied on; the parent holds it to that.

use super::{draft_at, open_or_create};
use journal::{Journal, Outcome};
use journal_sqlite::SqliteJournal;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

const WRITER_FOLDER: &str = "JOURNAL_TEST_WRITER_FOLDER";
const WRITER_BLOCKS: &str = "JOURNAL_TEST_WRITER_BLOCKS";
const WRITER_EVENTS: &str = "JOURNAL_TEST_WRITER_EVENTS";

/// The writer's life, if this process was started to be one.
pub fn run_if_asked() {
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

pub fn start_writer(mut command: Command, dir: &Path, blocks: u64, events: u64) -> (Child, BufReader<ChildStdout>) {
    command.args(["--exact", "writer", "--nocapture", "--test-threads=1"]);
    command.env(WRITER_FOLDER, dir).env(WRITER_BLOCKS, blocks.to_string()).env(WRITER_EVENTS, events.to_string());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the writer starts");
    let stdout = BufReader::new(child.stdout.take().expect("piped"));
    (child, stdout)
}

pub fn this_program() -> Command {
    Command::new(std::env::current_exe().expect("this program has a path"))
}

/// What the writer said, to its end.
pub struct Said {
    pub durable: Option<u64>,
    pub closed: bool,
    pub failed: Option<String>,
}

pub fn listen(stdout: BufReader<ChildStdout>) -> Said {
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
