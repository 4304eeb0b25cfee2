//! The program, run as a process of its own.

use serde_json::Value;
use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Output, Stdio};

/// What a run of the program came to.
#[derive(Debug)]
pub struct Ended {
    pub code: i32,
    pub out: String,
    pub err: String,
}

/// A command of the program, with nothing of the surroundings that changes what it prints.
pub fn command<S: AsRef<OsStr>>(arguments: &[S]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_caudal"));
    command.args(arguments).stdin(Stdio::null()).env_remove("COLUMNS").env("NO_COLOR", "1");
    command
}

/// Runs the program to its end.
pub fn run<S: AsRef<OsStr>>(arguments: &[S]) -> Ended {
    ended(command(arguments).output().expect("the program starts"))
}

pub fn ended(output: Output) -> Ended {
    let text = |bytes| String::from_utf8(bytes).expect("output in UTF-8");
    Ended { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
}

impl Ended {
    /// What it printed, if it ended well.
    pub fn done(self) -> String {
        assert_eq!(self.code, 0, "{self:?}");
        self.out
    }

    /// The object that it printed and nothing else.
    pub fn object(self) -> Value {
        let out = self.done();
        assert_eq!(out.lines().count(), 1, "one object and nothing else: {out}");
        serde_json::from_str(&out).expect("JSON")
    }

    /// Checks exit code, code and form of the one error that it told: `error[CODE]: what; where; what to do`.
    #[track_caller]
    pub fn fails(&self, exit: i32, code: &str) {
        assert_eq!(self.code, exit, "{self:?}");
        let errors: Vec<&str> = self.err.lines().filter(|line| line.starts_with("error")).collect();
        assert_eq!(errors.len(), 1, "one line: {self:?}");
        let told =
            errors[0].strip_prefix(&format!("error[{code}]: ")).unwrap_or_else(|| panic!("not {code}: {self:?}"));
        assert!(told.split("; ").count() >= 3, "what; where; what to do: {told}");
        assert!(!self.err.contains("panicked") && !self.err.contains("RUST_BACKTRACE"), "{self:?}");
    }
}

/// Arguments from a line, for those without spaces.
pub fn words(line: &str) -> Vec<&str> {
    line.split_whitespace().collect()
}

/// A path as an argument.
pub fn text(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

/// Height and digest of a folder that verifies.
#[track_caller]
pub fn verified(dir: &Path) -> (u64, String) {
    let object = run(&["verify", "--json", "--data", text(dir)]).object();
    assert_eq!(object["ok"], true);
    height_and_digest(&object)
}

pub fn height_and_digest(object: &Value) -> (u64, String) {
    let height = object["journal_height"].as_u64().expect("a number");
    (height, object["state_digest"].as_str().expect("text").to_owned())
}

/// Numbers that look random and are the same in every run: SplitMix64.
pub struct Chance(pub u64);

impl Chance {
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }
}

/// A number from the environment.
pub fn number_from(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |text| text.parse().unwrap_or_else(|_| panic!("{name} is not a number")))
}

/// A demo that is under way in a folder, killed when dropped.
pub struct Running {
    child: Child,
    heights: std::io::Lines<BufReader<ChildStderr>>,
    /// The last height that it said to be durable.
    pub durable: Option<u64>,
}

impl Running {
    /// Starts `demo --data DIR --resume --progress-json` with these arguments.
    pub fn start(dir: &Path, arguments: &[&str]) -> Running {
        let fixed = ["demo", "--progress-json", "--json", "--resume", "--data", text(dir)];
        let mut command = command(&[&fixed[..], arguments].concat());
        let mut child = command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().expect("the program starts");
        let stderr = child.stderr.take().expect("piped");
        Running { child, heights: BufReader::new(stderr).lines(), durable: None }
    }

    /// Waits for the next block that is durable; `false` when there will be none.
    pub fn next_block(&mut self) -> bool {
        let height_of = |line: String| serde_json::from_str::<Value>(&line).ok()?["durable_height"].as_u64();
        let height = self.heights.by_ref().find_map(|line| height_of(line.expect("a line")));
        self.durable = height.or(self.durable);
        height.is_some()
    }

    /// Kills it (SIGKILL), and takes what it had said before. Whether it was still at work.
    pub fn kill(&mut self) -> bool {
        self.child.kill().expect("killed");
        let status = self.child.wait().expect("ended");
        while self.next_block() {}
        status.code().is_none()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Leaves a folder as a process leaves it that was killed after so many blocks.
pub fn killed_after(dir: &Path, blocks: usize, arguments: &[&str]) -> u64 {
    let mut running = Running::start(dir, arguments);
    for _ in 0..blocks {
        assert!(running.next_block(), "it ended before it was killed");
    }
    assert!(running.kill(), "it ended before it was killed");
    running.durable.expect("a block was durable")
}

pub fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("readable") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("a type").is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("copied");
        }
    }
}
