//! A power cut loses nothing that was acknowledged.
//!
//! The journal lies on an ext4 file system of its own, in a file, and the cut is ext4's own shutdown request: what was
//! not synced vanishes, as when the power goes. Acknowledgements count only if they came before the request. The same
//! cuts are made under a writer that does not sync at every commit, and there they must lose something: else the test
//! sees nothing.
//!
//! Needs root, a loop device, `mkfs.ext4` and `python3` (the request is an ioctl, for which Rust needs unsafe code);
//! elsewhere it says that it skips.

mod common;

use common::read_all;
use common::writer::{self, start_writer, this_program};
use rusqlite::Connection;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

const CYCLES: u32 = 8;
const BARE_WRITER_FOLDER: &str = "JOURNAL_TEST_BARE_WRITER_FOLDER";

/// `EXT4_IOC_SHUTDOWN` without flushing the log: from here on the file system answers with errors.
const CUT: &str = "import fcntl, os, struct, sys
disk = os.open(sys.argv[1], os.O_RDONLY)
print('ready', flush=True)
sys.stdin.readline()
fcntl.ioctl(disk, 0x8004587d, struct.pack('I', 2))";

#[test]
fn writer() {
    writer::run_if_asked();
}

/// The control: SQLite with a setting that this store refuses, one row a commit.
#[test]
fn bare_writer() {
    let Ok(dir) = std::env::var(BARE_WRITER_FOLDER) else { return };
    let connection = Connection::open(Path::new(&dir).join("bare.db")).expect("opened");
    let setting = "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL";
    connection.execute_batch(setting).expect("set");
    connection.execute_batch("CREATE TABLE row (number INTEGER PRIMARY KEY)").expect("created");
    for number in 1_u32.. {
        if connection.execute("INSERT INTO row VALUES (?1)", [number]).is_err() {
            return;
        }
        println!("durable {number}");
    }
}

/// An ext4 file system in a file.
struct Disk {
    image: PathBuf,
    at: PathBuf,
    _root: tempfile::TempDir,
}

impl Disk {
    fn make() -> Option<Disk> {
        let root = tempfile::tempdir().expect("a folder");
        let disk = Disk { image: root.path().join("image"), at: root.path().join("disk"), _root: root };
        fs::create_dir(&disk.at).expect("created");
        File::create(&disk.image).and_then(|file| file.set_len(300 * 1024 * 1024)).expect("created");
        let made = succeeds(Command::new("mkfs.ext4").args(["-q", "-F"]).arg(&disk.image));
        let python = succeeds(Command::new("python3").arg("-V"));
        if made && python && disk.mount() {
            return Some(disk);
        }
        eprintln!("skipped: no file system can be made whose power could be cut (needs root, mkfs.ext4, python3)");
        None
    }

    fn mount(&self) -> bool {
        succeeds(Command::new("mount").args(["-o", "loop"]).arg(&self.image).arg(&self.at))
    }

    /// Cuts the power under a writer after some time, and gives what it had acknowledged when the cut began.
    fn cut_under(&self, mut writer: Child, stdout: BufReader<ChildStdout>, delay: Duration) -> u64 {
        let mut cutter = Command::new("python3");
        cutter.arg("-c").arg(CUT).arg(&self.at).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut cutter = cutter.spawn().expect("python3 starts");
        let mut ready = String::new();
        BufReader::new(cutter.stdout.take().expect("piped")).read_line(&mut ready).expect("ready");
        let acknowledged = Arc::new(AtomicU64::new(0));
        let noted = Arc::clone(&acknowledged);
        let listener = std::thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                if let Some(number) = line.trim().strip_prefix("durable ").and_then(|number| number.parse().ok()) {
                    noted.store(number, Ordering::SeqCst);
                }
            }
        });
        std::thread::sleep(delay);
        // Before the request, not after: a sync that returns while the power goes proves nothing.
        let before = acknowledged.load(Ordering::SeqCst);
        cutter.stdin.take().expect("piped").write_all(b"cut\n").expect("asked");
        assert!(cutter.wait().expect("ended").success(), "the file system takes the shutdown request");
        std::thread::sleep(Duration::from_millis(20));
        writer.kill().expect("killed");
        writer.wait().expect("ended");
        listener.join().expect("listened");
        assert!(succeeds(Command::new("umount").arg(&self.at)), "unmounted");
        assert!(self.mount(), "mounted again, as after a power cut");
        before
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        drop(Command::new("umount").arg("-l").arg(&self.at).output());
    }
}

fn succeeds(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}

#[test]
fn a_power_cut_loses_nothing_that_was_acknowledged_and_would_without_syncs() {
    let Some(disk) = Disk::make() else { return };
    let (mut acknowledged, mut rows_lost) = (0, 0);
    for cycle in 0..CYCLES {
        let delay = Duration::from_millis(u64::from(60 + 53 * (cycle % 4)));
        let dir = disk.at.join(format!("journal-{}", cycle / 2));
        let (child, stdout) = start_writer(this_program(), &dir, u64::MAX, if cycle % 2 == 0 { 3 } else { 3_000 });
        let durable = disk.cut_under(child, stdout, delay);
        if durable > 0 {
            let head = read_all(&dir).unwrap_or_else(|fault| panic!("cycle {cycle}: {fault}"));
            assert!(head.next_seq >= durable, "cycle {cycle}: {durable} acknowledged, {} found", head.next_seq);
        }
        acknowledged += durable;
        rows_lost += rows_lost_without_syncs(&disk, cycle, delay);
    }
    eprintln!("{acknowledged} acknowledged and none lost; without syncs {rows_lost} rows were lost");
    assert!(acknowledged > 100, "the writers did not get to write: the test says nothing");
    assert!(rows_lost > 0, "the cuts lose nothing even without syncs: the test is blind");
}

fn rows_lost_without_syncs(disk: &Disk, cycle: u32, delay: Duration) -> u64 {
    let dir = disk.at.join(format!("bare-{cycle}"));
    fs::create_dir(&dir).expect("created");
    let mut command = this_program();
    command.args(["--exact", "bare_writer", "--nocapture"]).env(BARE_WRITER_FOLDER, &dir);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the writer starts");
    let stdout = BufReader::new(child.stdout.take().expect("piped"));
    let acknowledged = disk.cut_under(child, stdout, delay);
    let kept = Connection::open(dir.join("bare.db"))
        .and_then(|connection| connection.query_row("SELECT count(*) FROM row", [], |row| row.get::<_, u32>(0)));
    acknowledged.saturating_sub(u64::from(kept.unwrap_or(0)))
}
