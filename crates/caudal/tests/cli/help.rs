//! Pages of help: complete, and with an example each.

use crate::program::{run, words};

const PAGES: [&str; 28] = [
    "",
    "demo",
    "simulate",
    "rulebook",
    "rulebook list",
    "rulebook show",
    "rulebook check",
    "play",
    "verify",
    "backup",
    "restore",
    "clear",
    "queue",
    "verify-clearing",
    "tables",
    "reconcile",
    "trial-balance",
    "facilities",
    "posting-file",
    "payload",
    "payload show",
    "payload erase",
    "payload verify",
    "payload erasures",
    "payload backup",
    "payload restore",
    "payload house-key",
    "payload rewrap",
];

fn page(command: &str) -> String {
    run(&words(&format!("{command} --help"))).done()
}

#[test]
fn every_command_has_its_page() {
    let pages: Vec<String> =
        PAGES.iter().chain(&["drill"]).map(|command| format!("$ caudal {command} --help\n{}", page(command))).collect();
    insta::assert_snapshot!("pages", pages.join("\n"));
}

#[test]
fn the_first_page_names_every_command_and_every_exit_code() {
    let first = page("");
    for command in PAGES.iter().chain(&["drill"]).filter(|command| !command.contains(' ')) {
        assert!(first.contains(&format!("  {command}")), "{command}");
    }
    for code in
        ["0 done", "1 a check said no", "2 wrong use", "3 wrong data", "4 configuration", "5 storage", "70 a bug"]
    {
        assert!(first.contains(code), "{code}");
    }
}

#[test]
fn every_page_of_a_command_that_does_something_has_an_example_that_it_accepts() {
    for command in PAGES.iter().chain(&["drill"]).filter(|command| !["", "rulebook", "payload"].contains(command)) {
        let page = page(command);
        let example = page.lines().find_map(|line| line.trim().strip_prefix("caudal ")).expect("an example");
        assert!(example.starts_with(command), "{command}: {example}");
    }
}

#[test]
fn the_version_is_that_of_the_package() {
    assert_eq!(run(&["--version"]).done(), format!("caudal {}\n", env!("CARGO_PKG_VERSION")));
}
