//! A process killed at any moment, or stopped by a fault at an exact system call: what it acknowledged as put is found, what
//! it acknowledged as erased never comes back.
//!
//! The process is this test program started anew, with environment variables that say what to do; it tells each
//! acknowledgement on a line, and each erasure before it begins.

use crate::common::{assert_sound, batch, commitment, order, subject, try_open};
use payloads::{Got, NotErased, NotPut, Part, PayloadStore, Presence, Target};
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

const FOLDER: &str = "PAYLOADS_TEST_FOLDER";
const FIRST: &str = "PAYLOADS_TEST_FIRST";
const ROUNDS: &str = "PAYLOADS_TEST_ROUNDS";

/// Not a test of its own but the process that the tests below start; alone it has nothing to do.
#[test]
fn process() {
    let Ok(dir) = std::env::var(FOLDER) else { return };
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok()).expect("a number");
    let (mut next, rounds) = (number(FIRST), number(ROUNDS));
    // The harness has begun a line.
    say("");
    let mut store = match try_open(Path::new(&dir)) {
        Ok((store, _)) => store,
        Err(fault) => return say(&format!("failed {}", fault.code())),
    };
    say("open");
    for round in 0..rounds {
        if let Err(code) = turn(&mut store, round, &mut next) {
            return say(&format!("failed {code}"));
        }
    }
    match store.close() {
        Ok(()) => say("closed"),
        Err(fault) => say(&format!("failed {}", fault.code())),
    }
}

/// Puts a batch; every third time erases a payment, every seventh a subject, every eleventh purges.
fn turn(store: &mut PayloadStore, round: u64, next: &mut u64) -> Result<(), &'static str> {
    let count = [1, 30, 400][usize::try_from(round % 3).expect("small")];
    match store.put_batch(&batch(*next..*next + count)) {
        Ok(_) => *next += count,
        Err(NotPut::Fault(fault)) => return Err(fault.code()),
        Err(refused) => panic!("{refused}"),
    }
    say(&format!("put {next}"));
    let mut targets = Vec::new();
    if round.is_multiple_of(3) {
        let number = *next * 5 / 7;
        say(&format!("erasing {number}"));
        targets.push((Target::Payment(commitment(number)), format!("erased {number}")));
    }
    if round.is_multiple_of(7) {
        let customer = round % 20;
        say(&format!("forgetting {customer} {next}"));
        targets.push((Target::Subject(subject(customer)), format!("forgotten {customer} {next}")));
    }
    let (targets, lines): (Vec<_>, Vec<_>) = targets.into_iter().unzip();
    match store.erase_all(&targets, &order(i64::try_from(round + 1).expect("small"))) {
        Ok(_) => lines.iter().for_each(|line| say(line)),
        Err(NotErased::Fault(fault)) => return Err(fault.code()),
        // Its payments may all be gone.
        Err(NotErased::Refused { .. }) => {}
    }
    if round % 11 == 10 {
        store.purge(|_| ()).map_err(|fault| fault.code())?;
    }
    Ok(())
}

fn say(line: &str) {
    println!("{line}");
}

pub fn start(mut command: Command, dir: &Path, first: u64, rounds: u64) -> (Child, BufReader<ChildStdout>) {
    command.args(["--exact", "killed::process", "--nocapture", "--test-threads=1"]);
    command.env(FOLDER, dir).env(FIRST, first.to_string()).env(ROUNDS, rounds.to_string());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it starts");
    let stdout = BufReader::new(child.stdout.take().expect("piped"));
    (child, stdout)
}

pub fn this_program() -> Command {
    Command::new(std::env::current_exe().expect("this program has a path"))
}

/// What was said over all lives of a folder.
#[derive(Clone, Default)]
pub struct Said {
    /// Payments before this one were acknowledged.
    pub put: u64,
    pub erased: BTreeSet<u64>,
    /// A customer, and the number before which its payments were acknowledged when it was forgotten.
    pub forgotten: BTreeSet<(u64, u64)>,
    pub erasing: BTreeSet<u64>,
    pub forgetting: BTreeSet<(u64, u64)>,
    pub closed: bool,
    pub failed: Option<String>,
    pub opened: bool,
}

impl Said {
    fn listen(&mut self, stdout: BufReader<ChildStdout>) {
        (self.closed, self.failed, self.opened) = (false, None, false);
        // A line that was cut off by the end of the process has no end of line and counts for nothing.
        for line in stdout.split(b'\n').map_while(Result::ok).filter_map(|line| String::from_utf8(line).ok()) {
            self.take(&line);
        }
    }

    pub fn take(&mut self, line: &str) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let number = |at: usize| words[at].parse::<u64>().expect("a number");
        match words.first() {
            Some(&"open") => self.opened = true,
            Some(&"put") => self.put = number(1),
            Some(&"erasing") => drop(self.erasing.insert(number(1))),
            Some(&"erased") => drop(self.erased.insert(number(1))),
            Some(&"forgetting") => drop(self.forgetting.insert((number(1), number(2)))),
            Some(&"forgotten") => drop(self.forgotten.insert((number(1), number(2)))),
            Some(&"closed") => self.closed = true,
            Some(&"failed") => self.failed = Some(words[1].to_owned()),
            _ => {}
        }
    }

    /// Whether the data of a customer in a payment must be erased, or may be.
    fn subject_of(&self, customer: u64, number: u64) -> (bool, bool) {
        let within = |set: &BTreeSet<(u64, u64)>| set.iter().any(|&(who, until)| who == customer && number < until);
        (within(&self.forgotten), within(&self.forgetting))
    }

    fn hold_to(&self, store: &mut PayloadStore, what: &str) {
        for number in 0..self.put {
            let (must, may) = (self.erased.contains(&number), self.erasing.contains(&number));
            match store.get(&commitment(number)).unwrap_or_else(|fault| panic!("{what}: {number}: {fault}")) {
                Got::Erased(_) => assert!(may, "{what}: {number} was not to be erased"),
                Got::Found(found) => {
                    assert!(!must, "{what}: {number} came back");
                    for (part, customer) in [(&found.debtor, number % 20), (&found.creditor, (number * 7 + 3) % 20)] {
                        let (must, may) = self.subject_of(customer, number);
                        match part {
                            Part::Held { content, .. } => {
                                assert!(!must, "{what}: customer {customer} came back in {number}");
                                assert!(*content == crate::common::party(customer), "{what}: {number}");
                            }
                            Part::Erased(_) => assert!(may, "{what}: {customer} in {number} was not to be erased"),
                        }
                    }
                }
                Got::Unknown => panic!("{what}: {number} was acknowledged and is lost"),
            }
        }
    }
}

/// Opens what a process left, holds it to what was said, and sweeps what was not acknowledged.
pub fn settle(dir: &Path, said: &Said, what: &str) {
    let (mut store, _) = try_open(dir).unwrap_or_else(|fault| panic!("{what}: {fault}"));
    said.hold_to(&mut store, what);
    let named: BTreeSet<_> = (0..said.put).map(commitment).collect();
    store.sweep(|commitment| named.contains(commitment)).unwrap_or_else(|fault| panic!("{what}: {fault}"));
    assert_eq!(assert_sound(&mut store).unswept, 0, "{what}");
    for number in said.put..said.put + 450 {
        let presence = store.presence(&commitment(number)).expect("readable");
        assert!(presence != Presence::Held, "{what}: {number} is {presence:?} after the sweep");
    }
}

#[test]
fn processes_killed_at_random_moments_lose_nothing_they_put_and_bring_back_nothing_they_erased() {
    let root = tempfile::tempdir().expect("a folder");
    let mut moments = 0x2545_f491_4f6c_dd1d_u64;
    let (mut put, mut erased, mut before_open) = (0, 0, 0);
    let mut said = Said::default();
    for cycle in 0..60_u64 {
        // Every tenth cycle begins a new store and is killed early, so that creation is hit too.
        let creating = cycle % 10 == 0;
        if creating {
            (put, erased) = (put + said.put, erased + said.erased.len() + said.forgotten.len());
            said = Said::default();
        }
        let dir = root.path().join(format!("store-{}", cycle / 10));
        moments = moments.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let delay_ms = (moments >> 33) % if creating { 40 } else { 250 };
        let (mut child, stdout) = start(this_program(), &dir, said.put, u64::MAX);
        std::thread::sleep(Duration::from_millis(delay_ms));
        child.kill().expect("killed");
        child.wait().expect("ended");
        said.listen(stdout);
        assert_eq!(said.failed, None, "cycle {cycle}");
        before_open += u32::from(!said.opened);
        settle(&dir, &said, &format!("cycle {cycle}"));
    }
    eprintln!("{put} put, {erased} erasures, {before_open} kills before the store was open");
    assert!(put > 2_000 && erased > 20, "the processes did not get to work: the test says nothing");
}

#[test]
fn a_fault_at_an_exact_system_call_loses_nothing_brings_nothing_back_and_is_named() {
    if Command::new("strace").arg("-V").output().is_err() {
        eprintln!("SKIPPED: strace is not installed, so no system call can be made to fail");
        return;
    }
    // SQLite does not tell why it could not lengthen the index of its log, so lack of space there is a failed write.
    // When that happens as a store is opened, it is a failed read.
    const FAILED: &[&str] = &["STORAGE_SYNC_FAILED", "STORAGE_READ_FAILED"];
    const FULL: &[&str] = &["STORAGE_FULL", "STORAGE_SYNC_FAILED", "STORAGE_READ_FAILED"];
    let faults: [(&str, &str, &[&str], u32, usize); 8] = [
        ("fsync", "error=EIO", FAILED, 40, 3),
        ("fsync", "signal=KILL", &[], 40, 3),
        ("fdatasync", "error=EIO", FAILED, 18, 1),
        ("fdatasync", "signal=KILL", &[], 18, 1),
        ("pwrite64", "error=ENOSPC", FULL, 160, 9),
        ("pwrite64", "error=EIO", FAILED, 160, 11),
        ("pwrite64", "signal=KILL", &[], 160, 7),
        ("ftruncate", "signal=KILL", &[], 4, 1),
    ];
    let root = tempfile::tempdir().expect("a folder");
    for (call, fault, codes, last, step) in faults {
        let moments: Vec<u32> = (1..=last).step_by(step).collect();
        let mut hit = 0;
        for &when in &moments {
            let dir = root.path().join("store");
            let what = format!("{call} {fault} at call {when}");
            let mut command = Command::new("strace");
            command.args(["-f", "-qq", "-o", "/dev/null", "-e", &format!("trace={call}")]);
            command.args(["-e", &format!("inject={call}:{fault}:when={when}")]);
            command.arg(std::env::current_exe().expect("this program has a path"));
            let (mut child, stdout) = start(command, &dir, 0, 8);
            let mut said = Said::default();
            said.listen(stdout);
            child.wait().expect("ended");
            if let Some(failed) = &said.failed {
                assert!(codes.contains(&failed.as_str()), "{what}: {failed}");
            }
            hit += usize::from(!said.closed);
            settle(&dir, &said, &what);
            std::fs::remove_dir_all(&dir).expect("removed");
        }
        eprintln!("{call} {fault}: {hit} of {} stopped the process", moments.len());
        assert!(hit >= moments.len() / 2, "too few of the faults met the process: the test says nothing");
    }
}
