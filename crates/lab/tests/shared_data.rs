//! The lab on the reference data that lies beside the repository, where it does. Each test says when it skips.

use std::path::PathBuf;

use domain::Date;
use lab::calendar::{Calendars, Place, Window};
use lab::csv_input::CsvInput;
use lab::great_circle::{Place as Capital, distance_m};
use lab::holidays::Holidays;
use lab::notice::{Notice, Notices};
use lab::random::Seed;
use lab::rates::RateBook;
use lab::region::{Country, CountryCode, Region};
use lab::tickets::{TrafficOptions, TrafficPlan};
use lab::trade;

/// A file of the reference data, or none.
fn data(path: &str) -> Option<PathBuf> {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(path);
    if file.exists() {
        return Some(file);
    }
    eprintln!("skipped: {path} of the reference data is not beside the repository");
    None
}

fn country<'a>(region: &'a Region, code: &str) -> &'a Country {
    let index = region.country(CountryCode::parse(code).unwrap()).unwrap();
    &region.countries[index.index()]
}

fn codes(text: &str) -> Vec<CountryCode> {
    text.split(' ').map(|code| CountryCode::parse(code).unwrap()).collect()
}

#[test]
fn of_2020_the_six_countries_without_imports_are_left_out_with_their_exports() {
    let Some(file) = data("trade/trade_bilateral.csv") else { return };
    let region = Region::built_in();
    let mut notices = Notices::new();
    let flows = trade::read(&file, 2020, &region, &mut notices).unwrap();
    let left_out = notices.iter().find_map(|notice| match notice {
        Notice::NoImports { year: 2020, countries, .. } => Some(countries.clone()),
        _ => None,
    });
    let left_out = left_out.unwrap();
    assert_eq!(left_out, codes("ATG CUB DMA HTI KNA VEN"));
    let gone = |country: lab::region::CountryIndex| left_out.contains(&region.countries[country.index()].code);
    assert!(flows.as_slice().iter().all(|flow| !gone(flow.payer) && !gone(flow.payee)));
}

#[test]
fn the_trade_of_2012_is_complete_and_its_total_is_the_region_files() {
    let Some(file) = data("trade/trade_bilateral.csv") else { return };
    let region = Region::built_in();
    let mut notices = Notices::new();
    let flows = trade::read(&file, 2012, &region, &mut notices).unwrap();
    let said: Vec<&Notice> = notices.iter().collect();
    let [Notice::WithinMember { usd_cents: within, .. }] = said[..] else { panic!("{said:?}") };
    let total = flows.total_usd_cents() + within;
    assert_eq!(total, 20_368_802_202_400);
    assert!((region.trade_total_usd.value * 100).abs_diff(total) < 5_000_000_000, "rounded to a tenth of a billion");
    assert_eq!(region.trade_total_usd.year, 2012);
}

#[test]
fn every_file_of_the_reference_data_is_read_or_refused_by_its_columns() {
    let Some(folder) = data("fx") else { return };
    let region = Region::built_in();
    let file = |name: &str| folder.join(name);
    let good = ["fx_daily_1999_2007.csv.gz", "fx_daily_2010_2026.csv.gz", "fx_annual_imf.csv"].map(file);
    RateBook::read(&good, &region, &mut Notices::new()).unwrap();
    let error = RateBook::read(&[file("fx_annual_factbook.csv")], &region, &mut Notices::new()).unwrap_err();
    assert_eq!(error.code.as_str(), "CSV_HEADER");
    // Monthly averages under the day of the month's beginning contradict that day's rate.
    let both = [file("fx_monthly_fed.csv"), file("fx_daily_2010_2026.csv.gz")];
    let error = RateBook::read(&both, &region, &mut Notices::new()).unwrap_err();
    assert_eq!(error.code.as_str(), "CSV_DUPLICATE_ROW");
}

#[test]
fn in_2024_every_member_has_a_rate_each_day_and_in_2019_the_two_without_annual_ones_have_not() {
    let Some(daily) = data("fx/fx_daily_2010_2026.csv.gz") else { return };
    let Some(annual) = data("fx/fx_annual_imf.csv") else { return };
    let region = Region::built_in();
    let book = RateBook::read(&[daily, annual], &region, &mut Notices::new()).unwrap();
    let without = |year| {
        let window = Window::of_year(year);
        let calendars = Calendars::new(&region, None, window, &mut Notices::new());
        let members = book.members_without_rate(&region, &calendars, window, &mut Notices::new());
        members.iter().map(|member| region.members[member.index()].code.clone()).collect::<Vec<_>>()
    };
    assert_eq!(without(2024), [""; 0]);
    assert_eq!(without(2019), ["CUB", "VEN"]);
}

#[test]
fn business_days_are_those_of_the_reference_table() {
    let Some(holidays) = data("calendars/holidays_2024_2025.csv") else { return };
    let Some(table) = data("calendars/business_days.csv") else { return };
    let region = Region::built_in();
    let window = Window::new(Date::parse("2024-01-01").unwrap(), Date::parse("2025-12-31").unwrap()).unwrap();
    let mut notices = Notices::new();
    let holidays = Holidays::read(&holidays, &region, &mut notices).unwrap();
    let calendars = Calendars::new(&region, Some(&holidays), window, &mut notices);
    assert_eq!(notices.iter().count(), 0, "every country has rows in both years");
    let mut input = CsvInput::open(&table).unwrap();
    let columns = input.columns(["iso3", "year", "business_days"]).unwrap();
    let mut row_count = 0;
    while let Some(row) = input.next_row().unwrap() {
        let [code, year, days] = columns.map(|column| row.text(column).unwrap());
        let country = region.country(CountryCode::parse(code).unwrap()).unwrap();
        let counted = calendars.count_business_days(&[Place::Country(country)], Window::of_year(year.parse().unwrap()));
        assert_eq!(counted, days.parse::<u64>().unwrap(), "{code} in {year}");
        row_count += 1;
    }
    assert_eq!(row_count, 66);
}

#[test]
fn the_region_file_agrees_with_the_reference_tables() {
    let Some(countries) = data("reference/countries.csv") else { return };
    let region = Region::built_in();
    let mut input = CsvInput::open(&countries).unwrap();
    let columns = input.columns(["iso3", "capital", "bic8", "currency"]).unwrap();
    while let Some(row) = input.next_row().unwrap() {
        let [code, capital, bic, currency] = columns.map(|column| row.text(column).unwrap());
        let country = country(&region, code);
        assert_eq!((country.capital.as_str(), region.members[country.member.index()].bic.as_str()), (capital, bic));
        let today = Date::parse("2024-06-01").unwrap();
        let edge = region.edge_currency(country.member, today).unwrap();
        let edge = region.currencies[edge.index()].currency.code();
        assert!(edge.as_str() == currency || (code, currency) == ("PAN", "PAB"), "{code}: {edge}");
    }
}

#[test]
fn distances_of_capitals_are_those_of_the_reference_table() {
    let Some(table) = data("reference/capital_distances.csv") else { return };
    let region = Region::built_in();
    let capital = |code: &str| {
        let country = country(&region, code);
        Capital { latitude: country.latitude, longitude: country.longitude }
    };
    let mut input = CsvInput::open(&table).unwrap();
    let columns = input.columns(["iso3_a", "iso3_b", "great_circle_km"]).unwrap();
    let mut row_count = 0;
    while let Some(row) = input.next_row().unwrap() {
        let [from, to, kilometres] = columns.map(|column| row.text(column).unwrap());
        let metres: u64 = kilometres.replace('.', "").parse::<u64>().unwrap() * 100;
        let found = distance_m(capital(from), capital(to));
        assert!(found.abs_diff(metres) < 2_000, "{from} {to}: {found}, expected {metres}");
        row_count += 1;
    }
    assert_eq!(row_count, 528);
}

#[test]
fn five_percent_of_the_trade_of_2012_on_the_days_of_2024_add_up_to_the_cent() {
    let (Some(trade_file), Some(holidays)) =
        (data("trade/trade_bilateral.csv"), data("calendars/holidays_2024_2025.csv"))
    else {
        return;
    };
    let region = Region::built_in();
    let mut notices = Notices::new();
    let window = Window::of_year(2024);
    let flows = trade::read(&trade_file, 2012, &region, &mut notices).unwrap();
    let holidays = Holidays::read(&holidays, &region, &mut notices).unwrap();
    let calendars = Calendars::new(&region, Some(&holidays), window, &mut notices);
    let options = TrafficOptions::new(Seed::new(1).unwrap());
    let plan = TrafficPlan::new(&region, &calendars, &flows, window, options, &mut notices).unwrap();
    assert!(plan.usd_cents().abs_diff(flows.total_usd_cents() / 20) <= 1, "{}", plan.usd_cents());
    let mut usd_cents = 0;
    for day in plan.days() {
        for ticket in &day.tickets {
            usd_cents += ticket.usd_cents;
            let ends = [ticket.payer, ticket.payee].map(|institution| Place::Country(institution.country()));
            assert!(calendars.are_open(&ends, day.date), "{} between {ends:?}", day.date);
        }
    }
    assert_eq!(usd_cents, plan.usd_cents());
}
