//! Options and rulebooks that make no run: each with its exit code, and said in a sentence.

use crate::world::{options, seed};
use lab::{DemoOptions, Notices, Scenario, ScenarioError, SimulateOptions};

const WEEK: (&str, &str) = ("2024-03-04", "2024-03-08");

fn error(options: SimulateOptions) -> ScenarioError {
    Scenario::simulate(options, &mut Notices::new()).unwrap_err()
}

#[test]
fn what_makes_no_run_is_said_with_its_exit_code() {
    let with = |change: &dyn Fn(&mut SimulateOptions)| {
        let mut options = options("caudal", WEEK, 100, 1);
        change(&mut options);
        error(options)
    };
    let source = |options: &mut SimulateOptions, from: &str, to: &str| {
        assert!(options.rulebook.1.contains(from), "{from}");
        options.rulebook.1 = options.rulebook.1.replacen(from, to, 1);
    };
    let day = |text| crate::world::date(text);
    let cases: Vec<(&str, ScenarioError, u8, &str)> = vec![
        (
            "a window that ends before it begins",
            with(&|o| o.window = Some((day("2024-03-08"), day("2024-03-04")))),
            2,
            "WINDOW",
        ),
        ("no take-up", with(&|o| o.take_up_ppm = 0), 2, "TRAFFIC"),
        ("no payments", with(&|o| o.payments = Some(0)), 2, "TRAFFIC"),
        ("payments on a weekend", with(&|o| o.window = Some((day("2024-03-09"), day("2024-03-10")))), 2, "TRAFFIC"),
        (
            "a year that never was",
            with(&|o| {
                o.window = None;
                o.trade = Some(("trade.csv".into(), 0));
            }),
            2,
            "YEAR",
        ),
        ("a year that is too late", with(&|o| o.window = Some((day("9999-01-01"), day("9999-01-02")))), 2, "YEAR"),
        ("too much prefunding", with(&|o| o.prefunding_ppm = u64::MAX), 2, "PREFUNDING"),
        ("a file that is not there", with(&|o| o.holidays = Some("no-such-file.csv".into())), 3, "FILE_READ"),
        (
            "a rulebook with a wrong key",
            with(&|o| source(o, "version = 1", "version = 1\ncolour = 2")),
            3,
            "RULEBOOK_UNKNOWN_KEY",
        ),
        (
            "a rulebook that settles in euros",
            with(&|o| o.rulebook.1 = o.rulebook.1.replace("\"USD\"", "\"EUR\"")),
            3,
            "RULEBOOK_ASSET",
        ),
    ];
    for (what, error, exit_code, code) in cases {
        assert_eq!((error.exit_code(), error.code()), (exit_code, code), "{what}: {error}");
        assert!(!error.to_string().is_empty(), "{what}");
    }
}

#[test]
fn a_rulebook_that_is_not_built_names_what_is_missing() {
    for name in ["epu-1950", "cach", "acu"] {
        let error = error(options(name, WEEK, 100, 1));
        assert_eq!((error.exit_code(), error.code()), (2, "RULEBOOK_NOT_BUILT"));
        assert!(error.to_string().contains("not built: "), "{error}");
    }
}

#[test]
fn members_that_the_region_does_not_have_are_left_out_aloud() {
    let mut options = options("sml-ar-br", WEEK, 100, 1);
    options.rulebook.1 = options.rulebook.1.replacen("[\"ARG\", \"BRA\"]", "[\"ARG\", \"BRA\", \"FRA\"]", 1);
    let scenario = Scenario::simulate(options.clone(), &mut Notices::new()).unwrap();
    assert_eq!(scenario.assumptions().not_in_run.unknown_members, ["FRA"]);
    assert!(scenario.assumptions().sentences().iter().any(|said| said.contains("not in the region: FRA")));
    options.rulebook.1 = options.rulebook.1.replacen("\"BRA\", ", "", 1);
    let error = error(options);
    assert_eq!((error.exit_code(), error.code()), (3, "TOO_FEW_MEMBERS"));
}

#[test]
fn a_demonstration_of_no_days_is_none() {
    for days in [0, lab::options::MOST_DEMO_DAYS + 1] {
        let options = DemoOptions { days, payments: None, seed: seed(1) };
        let error = Scenario::demo(options, &mut Notices::new()).unwrap_err();
        assert_eq!((error.exit_code(), error.code()), (2, "DEMO_DAYS"));
    }
}
