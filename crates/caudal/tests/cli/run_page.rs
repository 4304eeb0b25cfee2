//! The page of a run: what a person reads.

use crate::program::{run, text};
use std::fs;
use std::path::{Path, PathBuf};

/// Three importers and what they owe each other, in dollars a year.
pub const TRADE: &str = "\
year,exporter_iso3,importer_iso3,value_usd
2012,ARG,BRA,900000000
2012,BRA,ARG,700000000
2012,ARG,CHL,300000000
2012,CHL,ARG,100000000
2012,BRA,CHL,250000000
2012,CHL,BRA,400000000
";

/// A page without what differs from run to run, or with each change of the encoding.
fn steady(page: &str) -> String {
    let steady = |line: &str| match line {
        line if line.starts_with("state digest ") => "state digest …".to_owned(),
        line if line.contains(" events, audited") => {
            let (_, rest) = line.split_once(" events").expect("as found");
            let (rest, _) = rest.rsplit_once(", ").expect("seconds at the end");
            format!("… events{rest}, … seconds.")
        }
        line if line.contains(" seconds of solving") => "  … seconds of solving, … at most in one run".to_owned(),
        line => line.to_owned(),
    };
    page.lines().map(steady).collect::<Vec<_>>().join("\n")
}

fn trade_file(dir: &Path) -> PathBuf {
    let file = dir.join("trade.csv");
    fs::write(&file, TRADE).expect("written");
    file
}

fn simulate(arguments: &[&str]) -> String {
    let dir = tempfile::tempdir().expect("a folder");
    let file = trade_file(dir.path());
    let window = ["--year", "2012", "--from", "2024-03-04", "--to", "2024-03-08"];
    run(&[&["simulate", "--trade", text(&file)][..], &window, arguments].concat()).done()
}

#[test]
fn a_page_says_value_in_netted_hard_currency_who_owes_what_was_refused_and_what_waited() {
    insta::assert_snapshot!("page_caudal", steady(&simulate(&["--prefunding", "0.4"])));
    insta::assert_snapshot!("page_optimised", steady(&simulate(&["--prefunding", "0.4", "--optimise", "1000000"])));
    insta::assert_snapshot!("page_sml", steady(&simulate(&["--arrangement", "sml-ar-br"])));
    insta::assert_snapshot!("page_cpcr", steady(&simulate(&["--arrangement", "cpcr"])));
}

/// The README before the output of the demo, the output, and what comes after.
fn parts(readme: &str) -> (&str, &str, &str) {
    const COMMAND: &str = "$ cargo run --release -- demo\n";
    let from = readme.find(COMMAND).expect("the README shows the demo") + COMMAND.len();
    let length = readme[from..].find("```").expect("the block ends");
    (&readme[..from], &readme[from..from + length], &readme[from + length..])
}

#[test]
fn the_readme_shows_what_the_demo_prints() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md");
    let readme = fs::read_to_string(&path).expect("the README");
    let printed = run(&["demo"]).done();
    if std::env::var_os("CAUDAL_UPDATE_README").is_some() {
        let (before, _, after) = parts(&readme);
        fs::write(&path, format!("{before}{printed}{after}")).expect("written");
        return;
    }
    let (shown, printed) = (steady(parts(&readme).1), steady(&printed));
    assert_eq!(shown, printed, "CAUDAL_UPDATE_README=1 cargo test -p caudal readme puts it right");
}
