//! A power cut loses nothing that was acknowledged as put and brings back nothing that was acknowledged as erased.
//!
//! The store lies on an ext4 file system of its own, in a file, and the cut is ext4's own shutdown request: what was not
//! synced vanishes, as when the power goes. Acknowledgements count only if they came before the request. The same cuts are
//! made under a process that does not sync, and there they must lose something: else the test sees nothing.
//!
//! Needs root, a loop device, `mkfs.ext4` and `python3` (the request is an ioctl, for which Rust needs unsafe code);
//! elsewhere it says that it skips.

use crate::killed::{Said, settle, start, this_program};
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const CYCLES: u32 = 6;
const BARE_FOLDER: &str = "PAYLOADS_TEST_BARE_FOLDER";

/// `EXT4_IOC_SHUTDOWN` without flushing the log: from here on the file system answers with errors.
const CUT: &str = "import fcntl, os, struct, sys
disk = os.open(sys.argv[1], os.O_RDONLY)
print('ready', flush=True)
sys.stdin.readline()
fcntl.ioctl(disk, 0x8004587d, struct.pack('I', 2))";

/// The control: a file that is lengthened and never synced.
#[test]
fn bare_process() {
    let Ok(dir) = std::env::var(BARE_FOLDER) else { return };
    let mut file = File::create(Path::new(&dir).join("bare")).expect("created");
    println!();
    for number in 1_u64.. {
        if file.write_all(&[7; 100]).is_err() {
            return;
        }
        println!("put {number}");
        std::thread::sleep(Duration::from_millis(1));
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
        eprintln!("SKIPPED: no file system can be made whose power could be cut (needs root, mkfs.ext4, python3)");
        None
    }

    fn mount(&self) -> bool {
        succeeds(Command::new("mount").args(["-o", "loop"]).arg(&self.image).arg(&self.at))
    }

    /// Cuts the power under a process once it has acknowledged something and some time has passed. Gives what it had
    /// acknowledged when the cut began, with all that it had begun by its end.
    fn cut_under(&self, mut process: Child, stdout: BufReader<ChildStdout>, delay: Duration) -> Said {
        let mut cutter = Command::new("python3");
        cutter.arg("-c").arg(CUT).arg(&self.at).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut cutter = cutter.spawn().expect("python3 starts");
        let mut ready = String::new();
        BufReader::new(cutter.stdout.take().expect("piped")).read_line(&mut ready).expect("ready");
        let said = Arc::new(Mutex::new(Said::default()));
        let noted = Arc::clone(&said);
        let listener = std::thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                noted.lock().expect("not poisoned").take(&line);
            }
        });
        while said.lock().expect("not poisoned").put == 0 && process.try_wait().expect("known").is_none() {
            std::thread::sleep(Duration::from_millis(5));
        }
        std::thread::sleep(delay);
        // Before the request, not after: a sync that returns while the power goes proves nothing.
        let before = said.lock().expect("not poisoned").clone();
        cutter.stdin.take().expect("piped").write_all(b"cut\n").expect("asked");
        assert!(cutter.wait().expect("ended").success(), "the file system takes the shutdown request");
        std::thread::sleep(Duration::from_millis(20));
        process.kill().expect("killed");
        process.wait().expect("ended");
        listener.join().expect("listened");
        assert!(succeeds(Command::new("umount").arg(&self.at)), "unmounted");
        assert!(self.mount(), "mounted again, as after a power cut");
        let whole = said.lock().expect("not poisoned").clone();
        Said { erasing: whole.erasing, forgetting: whole.forgetting, ..before }
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
fn a_power_cut_loses_nothing_put_and_brings_nothing_erased_back() {
    let Some(disk) = Disk::make() else { return };
    let (mut put, mut erased, mut lost_without_syncs) = (0, 0, 0);
    for cycle in 0..CYCLES {
        let delay = Duration::from_millis(u64::from(60 + 97 * (cycle % 4)));
        let dir = disk.at.join(format!("store-{cycle}"));
        let (child, stdout) = start(this_program(), &dir, 0, u64::MAX);
        let said = disk.cut_under(child, stdout, delay);
        settle(&dir, &said, &format!("cycle {cycle}"));
        (put, erased) = (put + said.put, erased + said.erased.len() + said.forgotten.len());
        lost_without_syncs += lost_by_bare_process(&disk, cycle, delay);
        fs::remove_dir_all(&dir).expect("removed");
    }
    eprintln!("{put} put and {erased} erasures, none lost; without syncs {lost_without_syncs} were lost");
    assert!(put > 100 && erased > 3, "the processes did not get to work: the test says nothing");
    assert!(lost_without_syncs > 0, "the cuts lose nothing even without syncs: the test is blind");
}

fn lost_by_bare_process(disk: &Disk, cycle: u32, delay: Duration) -> u64 {
    let dir = disk.at.join(format!("bare-{cycle}"));
    fs::create_dir(&dir).expect("created");
    let mut command = this_program();
    command.args(["--exact", "power_cut::bare_process", "--nocapture"]).env(BARE_FOLDER, &dir);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it starts");
    let stdout = BufReader::new(child.stdout.take().expect("piped"));
    let said = disk.cut_under(child, stdout, delay);
    let kept = fs::metadata(dir.join("bare")).map_or(0, |meta| meta.len() / 100);
    said.put.saturating_sub(kept)
}
