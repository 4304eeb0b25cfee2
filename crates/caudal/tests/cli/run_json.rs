//! The object that `demo --json` and `simulate --json` print: scripts rely on every key of it.

use crate::program::{height_and_digest, run, words};
use serde_json::Value;

/// Keys that are fixed, in the order in which they are printed.
const KEYS: [&str; 11] = [
    "seed",
    "state_digest",
    "journal_height",
    "payments",
    "gross_usd",
    "cleared_usd",
    "hard_currency_usd",
    "prefunding_usd",
    "netting_ratio",
    "positions_sum_to_zero",
    "seconds",
];

const FIGURES: [&str; 8] =
    ["submitted", "cleared", "queued", "refused", "expired", "cancelled", "returned", "awaiting"];

const RUNS: [&str; 5] = [
    "demo --json --payments 300",
    "demo --json --days 3 --payments 500 --seed 9007199254740992",
    "simulate --json --from 2024-03-04 --to 2024-03-15 --prefunding 0.2 --payments 400",
    "simulate --json --from 2024-03-04 --to 2024-03-15 --arrangement sml-ar-br --payments 100",
    "simulate --json --from 2024-03-04 --to 2024-03-15 --arrangement cpcr --payments 200",
];

/// The number of a key as it is written.
fn written<'a>(out: &'a str, key: &str) -> &'a str {
    let (_, rest) = out.split_once(&format!("\"{key}\":")).unwrap_or_else(|| panic!("no {key}"));
    rest.split([',', '}']).next().expect("a value")
}

fn decimals(number: &str) -> usize {
    let unsigned = number.strip_prefix('-').unwrap_or(number);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or_else(|| panic!("no decimals: {number}"));
    assert!(
        [whole, fraction].iter().all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit())),
        "{number}"
    );
    fraction.len()
}

#[test]
fn the_object_has_every_key_with_the_promised_form() {
    for line in RUNS {
        let out = run(&words(line)).done();
        let object: Value = serde_json::from_str(&out).expect("JSON");
        assert_eq!(out.lines().count(), 1, "{line}: one object and nothing else");
        let keys: Vec<&str> = KEYS.into_iter().filter(|key| object.get(key).is_some()).collect();
        assert_eq!(keys, KEYS, "{line}");
        let digest = object["state_digest"].as_str().expect("text");
        assert!(
            digest.len() == 64 && digest.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)),
            "{line}"
        );
        assert!(object["seed"].is_u64() && object["journal_height"].is_u64(), "{line}");
        assert_eq!(object["positions_sum_to_zero"], true, "{line}");
        for key in ["gross_usd", "cleared_usd", "hard_currency_usd", "prefunding_usd"] {
            assert_eq!(decimals(written(&out, key)), 2, "{line}: {key}");
        }
        assert_eq!(decimals(written(&out, "netting_ratio")), 6, "{line}");
        assert!(object["seconds"].as_f64().is_some_and(|seconds| seconds > 0.0), "{line}");
        let assumptions = object["assumptions"].as_array().expect("a list");
        assert!(assumptions.len() >= 3 && assumptions.iter().all(Value::is_string), "{line}");
    }
}

/// The object of a run without what differs from run to run.
fn without_clocks(line: &str) -> Value {
    let mut object = run(&words(line)).object();
    object.as_object_mut().expect("an object").remove("seconds");
    for part in ["/optimisation/totals", "/optimisation/runs"] {
        let Some(part) = object.pointer_mut(part) else { continue };
        let objects =
            if part.is_array() { part.as_array_mut().expect("a list").iter_mut().collect() } else { vec![part] };
        for object in objects {
            let object = object.as_object_mut().expect("an object");
            assert!(object.remove("seconds").is_some_and(|seconds| seconds.is_number() || seconds.is_null()));
            object.remove("longest_seconds");
        }
    }
    object
}

#[test]
fn optimised_runs_are_told_with_bound_gap_and_work_and_what_would_release_the_rest() {
    let line = "demo --json --days 3 --payments 400 --optimise 1000000";
    let object = without_clocks(line);
    let optimisation = &object["optimisation"];
    let runs = optimisation["runs"].as_array().expect("a list");
    assert_eq!(optimisation["totals"]["runs"].as_u64(), Some(runs.len() as u64));
    let mut told = 0;
    for run in runs {
        let usd = |key: &str| run[key].as_f64().unwrap_or_else(|| panic!("{key}: {run}"));
        let ascending = [usd("fifo_usd"), usd("settled_usd"), usd("upper_bound_usd"), usd("frozen_usd")];
        assert!(ascending.is_sorted() && usd("bilateral_usd") <= usd("frozen_usd"), "{run}");
        assert!((0.0..=1.0).contains(&usd("gap")), "{run}");
        assert_eq!(run["ticks"].is_u64(), run["ending"] == "optimised", "{run}");
        for waiting in run["waiting"].as_array().expect("a list") {
            assert!(waiting["payment"].is_u64() && waiting["payer"].is_string() && waiting["usd"].is_number());
            for obstacle in waiting["obstacles"].as_array().expect("a list") {
                let text = obstacle["text"].as_str().expect("a sentence");
                assert!(text.contains(waiting["payer"].as_str().expect("text")), "{obstacle}");
                assert!(obstacle["kind"] != "liquidity" || obstacle["missing_usd"].is_number(), "{obstacle}");
                told += 1;
            }
        }
    }
    assert!(told > 5, "{told}");
    let gains = optimisation["gains"].as_array().expect("a list");
    let sum = |key: &str| gains.iter().map(|gain| gain[key].as_f64().expect("a number")).sum::<f64>();
    assert!((sum("sent_usd") - sum("received_usd")).abs() < 0.01 && sum("headroom_saved_usd") > 0.0, "{gains:?}");
    assert_eq!(object, without_clocks(line), "the same arguments, the same object");
    assert!(run(&words("demo --json --payments 100")).object().get("optimisation").is_none(), "nobody asked");
}

#[test]
fn an_optimised_demo_is_gone_on_with_under_the_same_budget_only() {
    let dir = tempfile::tempdir().expect("a folder");
    let line = |ticks: &str| {
        let data = dir.path().join("day");
        format!("demo --json --payments 300 --data {} --resume --optimise {ticks}", data.display())
    };
    let (first, again) = (without_clocks(&line("1000000")), without_clocks(&line("1000000")));
    assert_eq!(first, again);
    run(&words(&line("2000000"))).fails(2, "RUN_OTHER");
}

#[test]
fn every_payment_is_in_one_figure() {
    for line in RUNS {
        let object = run(&words(line)).object();
        let payments = object["payments"].as_object().expect("an object");
        let figure = |name: &str| payments[name].as_u64().expect("a number");
        assert_eq!(payments.len(), FIGURES.len(), "{line}");
        assert_eq!(figure("submitted"), FIGURES[1..].iter().map(|name| figure(name)).sum::<u64>(), "{line}");
        let asked = line.split(' ').skip_while(|word| *word != "--payments").nth(1).expect("a number");
        assert_eq!(figure("submitted").to_string(), asked, "{line}: the exact number of tickets");
    }
}

#[test]
fn a_run_without_enough_prefunding_makes_payments_wait_and_expire() {
    let object = run(&words(RUNS[2])).object();
    let payments = &object["payments"];
    assert!(payments["expired"].as_u64().expect("a number") > 0, "{payments}");
    assert!(object["cleared_usd"].as_f64() < object["gross_usd"].as_f64());
}

#[test]
fn the_same_arguments_give_the_same_object_and_another_seed_another_digest() {
    let without_seconds = |line: &str| {
        let mut object = run(&words(line)).object();
        object.as_object_mut().expect("an object").remove("seconds");
        object
    };
    for line in ["demo --json --payments 300 --seed 7", RUNS[2]] {
        assert_eq!(without_seconds(line), without_seconds(line), "{line}");
    }
    let other = without_seconds("demo --json --payments 300 --seed 8");
    assert_ne!(
        height_and_digest(&without_seconds("demo --json --payments 300 --seed 7")).1,
        height_and_digest(&other).1
    );
    assert_eq!(other["seed"], 8);
}

#[test]
fn what_is_said_about_the_data_goes_to_stderr_and_into_the_object() {
    let ended = run(&words("simulate --json --from 2024-03-04 --to 2024-03-05"));
    let notices: Value = serde_json::from_str(&ended.out).expect("JSON");
    let notices = notices["notices"].as_array().expect("a list");
    assert!(notices.iter().any(|notice| notice["code"] == "REGION_RATES"), "{notices:?}");
    for notice in notices {
        assert!(ended.err.contains(&format!("note: {}", notice["text"].as_str().expect("text"))), "{}", ended.err);
    }
}

#[test]
fn progress_for_programs_is_a_line_of_json_for_each_durable_block() {
    let dir = tempfile::tempdir().expect("a folder");
    let data = dir.path().join("day");
    let line = format!("demo --json --progress-json --payments 300 --data {}", data.display());
    let ended = run(&words(&line));
    let heights: Vec<u64> = ended
        .err
        .lines()
        .filter(|line| line.starts_with('{'))
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON")["durable_height"].as_u64().expect("a number"))
        .collect();
    assert!(heights.len() > 20 && heights.is_sorted(), "{heights:?}");
    let object: Value = serde_json::from_str(&ended.out).expect("JSON");
    assert_eq!(heights.last(), object["journal_height"].as_u64().as_ref());
}
