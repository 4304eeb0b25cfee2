//! A small history of two years, killed three times: the same as `examples/ten_years.rs` by its own command, which takes
//! longer.

use std::path::PathBuf;
use std::process::Command;

/// The example lies beside the folder of test programs.
fn example() -> PathBuf {
    let mut path = std::env::current_exe().expect("this program");
    path.pop();
    path.pop();
    path.join("examples").join("ten_years")
}

#[test]
fn two_years_with_kills_lose_nothing_that_was_told_and_forget_nothing_that_left_memory() {
    let folder = tempfile::tempdir().expect("a folder");
    let arguments = ["--years", "2", "--payments", "3000", "--kills", "3", "--seed", "5", "--dir"];
    let ended = Command::new(example()).args(arguments).arg(folder.path().join("house")).output().expect("it starts");
    let said = format!("{}{}", String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr));
    assert!(ended.status.success() && said.contains("all of it holds"), "{said}");
    eprintln!("{said}");
}
