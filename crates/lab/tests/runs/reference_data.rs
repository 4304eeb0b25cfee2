//! The trade of 2012 with the rates and holidays of 2024, where the reference data lie beside the repository.

use std::path::PathBuf;

use crate::world::{assert_adds_up, options, run};
use lab::{Notice, Notices, Scenario};

/// The folder of the reference data, or none.
fn data() -> Option<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    if folder.join("trade/trade_bilateral.csv").exists() {
        return Some(folder);
    }
    eprintln!("skipped: the reference data are not beside the repository");
    None
}

/// A scenario on the trade of 2012 over days of 2024.
fn on_trade_of_2012(
    data: &std::path::Path,
    rulebook: &str,
    window: (&str, &str),
    take_up_ppm: u32,
) -> (Scenario, Notices) {
    let mut options = options(rulebook, window, 1, 1);
    options.payments = None;
    options.take_up_ppm = take_up_ppm;
    options.trade = Some((data.join("trade/trade_bilateral.csv"), 2012));
    options.rates = vec![data.join("fx/fx_daily_2010_2026.csv.gz"), data.join("fx/fx_annual_imf.csv")];
    options.holidays = Some(data.join("calendars/holidays_2024_2025.csv"));
    let mut notices = Notices::new();
    let scenario = Scenario::simulate(options, &mut notices).unwrap_or_else(|error| panic!("{error}"));
    (scenario, notices)
}

const YEAR: (&str, &str) = ("2024-01-01", "2024-12-31");

#[test]
fn a_year_under_each_arrangement_adds_up_to_the_cent() {
    let Some(data) = data() else { return };
    for rulebook in ["caudal", "sml-ar-br", "cpcr"] {
        let (scenario, notices) = on_trade_of_2012(&data, rulebook, YEAR, 2_000);
        let assumptions = scenario.assumptions();
        let without: Vec<&String> = notices
            .iter()
            .filter_map(|notice| match notice {
                Notice::NoRate { member, .. } => Some(member),
                _ => None,
            })
            .filter(|member| assumptions.not_in_run.members_without_rate.contains(member))
            .collect();
        assert_eq!(without.len(), assumptions.not_in_run.members_without_rate.len(), "{rulebook}: said aloud");
        let outcome = run(&scenario);
        assert_adds_up(&outcome, assumptions.ticket_count);
        assert_eq!(outcome.gross_usd_cents, assumptions.gross_usd_cents);
        eprintln!(
            "{rulebook}: {} payments, {:?}, ratio {}, hard currency {}",
            assumptions.ticket_count,
            outcome.payments,
            outcome.netting_ratio_text(),
            outcome.hard_currency_usd_cents
        );
    }
}

#[test]
fn the_value_of_a_year_is_trade_times_take_up_to_the_cent() {
    let Some(data) = data() else { return };
    // Argentina and Brazil, both ways, at one in a thousand.
    let (scenario, _) = on_trade_of_2012(&data, "sml-ar-br", YEAR, 1_000);
    let text = std::fs::read_to_string(data.join("trade/trade_bilateral.csv")).unwrap();
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap().split(',').collect();
    let column = |name| header.iter().position(|found| *found == name).unwrap();
    let (year, exporter, importer, value) =
        (column("year"), column("exporter_iso3"), column("importer_iso3"), column("value_usd"));
    let cents: u64 = lines
        .map(|line| line.split(',').collect::<Vec<&str>>())
        .filter(|row| row[year] == "2012")
        .filter(|row| matches!((row[exporter], row[importer]), ("ARG", "BRA") | ("BRA", "ARG")))
        .map(|row| {
            let (whole, fraction) = row[value].split_once('.').unwrap_or((row[value], ""));
            format!("{whole}{fraction:0<2}").parse::<u64>().unwrap()
        })
        .sum();
    assert_eq!(scenario.assumptions().gross_usd_cents, (cents + 500) / 1_000);
}
