//! Rulebooks, calendars and years that are not the usual ones.

use std::fmt::Write;
use std::path::PathBuf;

use crate::world::{assert_adds_up, cut_after_every, date, open, options, run, scenario};
use journal::{MemoryDisk, NoFaults};
use lab::driver::Unobserved;
use lab::{Notices, RunFault, Scenario, SimulateOptions};

/// A file of the tests.
fn file(name: &str, text: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, text).unwrap();
    path
}

/// The text of the rulebook with one place changed.
fn change(options: &mut SimulateOptions, from: &str, to: &str) {
    assert_eq!(options.rulebook.1.matches(from).count(), 1, "{from}");
    options.rulebook.1 = options.rulebook.1.replace(from, to);
}

#[test]
fn any_year_can_be_run() {
    for (rulebook, window) in [
        ("caudal", ("0001-01-01", "0001-01-03")),
        ("caudal", ("1969-12-30", "1970-01-02")),
        ("sml-ar-br", ("1962-05-03", "1962-05-04")),
        ("caudal", ("9990-12-28", "9990-12-31")),
        ("cpcr", ("9990-12-28", "9990-12-31")),
    ] {
        assert_adds_up(&run(&scenario(options(rulebook, window, 100, 1))), 100);
    }
}

#[test]
fn periods_follow_each_other_over_the_turn_of_years() {
    let outcome = run(&scenario(options("cpcr", ("2022-11-01", "2024-02-29"), 1_500, 1)));
    assert_adds_up(&outcome, 1_500);
    // The third of 2022, three of 2023, the first of 2024.
    assert_eq!(outcome.cycles_closed, 5);
}

/// Three members whose arrangement is open when all of them are.
fn three_members(holidays: &str, window: (&str, &str)) -> SimulateOptions {
    let mut options = options("sml-ar-br", window, 300, 1);
    change(&mut options, "default = [\"ARG\", \"BRA\"]", "default = [\"ARG\", \"BRA\", \"URY\"]");
    options.holidays = Some(file(&format!("holidays_{}.csv", window.1), holidays));
    options
}

#[test]
fn what_is_ordered_while_the_arrangement_is_closed_enters_on_its_next_day_or_its_last() {
    // Argentina and Brazil trade on Tuesday and on Friday; the arrangement is closed, for Uruguay is.
    let holidays = "date,iso3,category\n2024-03-05,URY,public\n2024-03-08,URY,bank\n";
    let outcome = run(&scenario(three_members(holidays, ("2024-03-04", "2024-03-08"))));
    assert_adds_up(&outcome, 300);
    let entered: Vec<(String, u64)> = outcome
        .days
        .iter()
        .filter(|(_, day)| day.submitted.count > 0)
        .map(|(date, day)| (date.to_string(), day.submitted.count))
        .collect();
    let days: Vec<&str> = entered.iter().map(|(date, _)| date.as_str()).collect();
    assert_eq!(days, ["2024-03-04", "2024-03-06", "2024-03-07"]);
    assert!(entered[1].1 > entered[0].1 && entered[2].1 > entered[0].1, "{entered:?}");
}

#[test]
fn a_closed_arrangement_may_be_stopped_anywhere() {
    let holidays = "date,iso3,category\n2024-03-12,URY,public\n2024-03-15,URY,bank\n";
    cut_after_every(9, &scenario(three_members(holidays, ("2024-03-11", "2024-03-15"))));
}

#[test]
fn an_arrangement_that_never_opens_again_has_no_end_and_says_so() {
    let mut holidays = "date,iso3,category\n".to_owned();
    for day in date("2024-03-09").0..date("2027-01-01").0 {
        writeln!(holidays, "{},BRA,public", domain::Date(day)).unwrap();
    }
    let mut options = options("sml-ar-br", ("2024-03-07", "2024-03-08"), 20, 1);
    options.holidays = Some(file("holidays_for_ever.csv", &holidays));
    let scenario = scenario(options);
    let mut engine = open(&MemoryDisk::new(), &scenario, NoFaults);
    let fault = lab::run(&scenario, &mut engine, &mut Unobserved).unwrap_err();
    assert!(matches!(fault, RunFault::NoEnd { .. }), "{fault}");
    assert_eq!(fault.exit_code(), 3);
}

#[test]
fn a_rate_that_no_currency_has_is_wrong_data_and_names_its_day() {
    let rows = "date,currency,per_usd\n2024-03-04,BRL,5\n2024-03-05,BRL,0.05\n2024-03-04,ARS,900\n";
    let mut options = options("sml-ar-br", ("2024-03-04", "2024-03-05"), 20, 1);
    options.rates = vec![file("rates_in_another_unit.csv", rows)];
    let error = Scenario::simulate(options.clone(), &mut Notices::new()).unwrap_err();
    assert_eq!((error.exit_code(), error.code()), (3, "RATE_OUT_OF_RANGE"));
    assert!(error.to_string().contains("0.05 BRL per US dollar on 2024-03-05"), "{error}");
    // Where nothing is priced, no rate is wrong.
    options.rulebook = ("cpcr".to_owned(), rulebook::source("cpcr").unwrap().to_owned());
    change(
        &mut options,
        "\"BOL\", \"BRA\", \"CHL\", \"COL\", \"DOM\", \"ECU\", \"MEX\", \"PER\", \"PRY\", \"URY\", \"VEN\"",
        "\"BRA\"",
    );
    assert_adds_up(&run(&scenario(options)), 20);
}

#[test]
fn many_payments_of_one_minute_take_consecutive_blocks() {
    // Ten thousand in each of the 480 minutes would be the most; here the hours of entry are a single minute.
    let mut options = options("cpcr", ("2024-03-05", "2024-03-05"), 10_000, 1);
    change(&mut options, "entry_opens = \"08:00\"", "entry_opens = \"15:59\"");
    let scenario = scenario(options);
    let outcome = run(&scenario);
    assert_adds_up(&outcome, 10_000);
    assert_eq!(outcome.payments.cleared, 10_000);
    cut_after_every(4, &scenario);
}
