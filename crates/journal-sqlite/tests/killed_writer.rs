//! A writer killed at any moment, or stopped by a fault at an exact system call, loses nothing that it acknowledged.
//!
//! The writer is this test program started anew; see `common::writer`.

mod common;

use common::writer::{self, listen, start_writer, this_program};
use common::{open_or_create, read_all};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// Not a test of its own but the writer that the tests below start; alone it has nothing to do.
#[test]
fn writer() {
    writer::run_if_asked();
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
