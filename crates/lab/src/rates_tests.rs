use super::*;

const DAILY_HEADER: &str = "date,currency,per_usd\n";
const ANNUAL_HEADER: &str = "year,iso3,currency,per_usd_avg\n";

fn date(text: &str) -> Date {
    Date::parse(text).unwrap()
}

fn read(files: &[String]) -> (Result<RateBook, DataError>, Vec<Notice>) {
    let mut notices = Notices::new();
    let inputs = files
        .iter()
        .enumerate()
        .map(|(index, text)| {
            let bytes = std::io::Cursor::new(text.clone().into_bytes());
            CsvInput::from_reader(&format!("rates{index}.csv"), bytes).unwrap()
        })
        .collect();
    let book = RateBook::read_from(inputs, &Region::built_in(), &mut notices);
    (book, notices.iter().cloned().collect())
}

fn daily(rows: &str) -> String {
    format!("{DAILY_HEADER}{rows}")
}

fn annual(rows: &str) -> String {
    format!("{ANNUAL_HEADER}{rows}")
}

fn value(book: &RateBook, code: &str, day: &str) -> Option<(String, RateOrigin)> {
    let currency = Region::built_in().currency(CurrencyCode::parse(code).unwrap()).unwrap();
    book.per_usd(currency, date(day)).map(|(rate, origin)| (rate.to_string(), origin))
}

#[test]
fn a_days_value_is_the_days_then_the_last_of_ten_days_then_the_years() {
    let (book, notices) = read(&[
        daily("2024-03-01,BRL,4.95\n2024-03-04,BRL,4.96\n2023-12-28,MXN,17\n2024-03-04,USD,1.01\n"),
        annual("2024,BRA,BRL,5.3889349\n2024,MEX,MXN,18.3\n2024,PAN,PAB,0.99\n"),
    ]);
    let book = book.unwrap();
    assert_eq!(notices, []);
    let carried = |day| RateOrigin::Carried { from: date(day) };
    let cases = [
        ("BRL", "2024-02-29", Some(("5.3889349", RateOrigin::Annual)), "before the first daily rate"),
        ("BRL", "2024-03-01", Some(("4.95", RateOrigin::Daily)), "that day's"),
        ("BRL", "2024-03-03", Some(("4.95", carried("2024-03-01"))), "the day before the next"),
        ("BRL", "2024-03-04", Some(("4.96", RateOrigin::Daily)), "that day's again"),
        ("BRL", "2024-03-14", Some(("4.96", carried("2024-03-04"))), "ten days old"),
        ("BRL", "2024-03-15", Some(("5.3889349", RateOrigin::Annual)), "eleven days old"),
        ("BRL", "2025-01-01", None, "a year without any"),
        ("MXN", "2024-01-02", Some(("17", carried("2023-12-28"))), "carried over the turn of the year"),
        ("CUP", "2024-03-04", None, "a currency in no file"),
        ("USD", "2024-03-04", Some(("1", RateOrigin::Definition)), "the dollar, whatever a file says"),
        ("PAB", "2024-03-04", Some(("1", RateOrigin::Definition)), "the balboa, whatever a file says"),
        ("USD", "1950-01-01", Some(("1", RateOrigin::Definition)), "the dollar, ever"),
    ];
    for (code, day, expected, what) in cases {
        let expected = expected.map(|(rate, origin)| (rate.to_owned(), origin));
        assert_eq!(value(&book, code, day), expected, "{code} on {day}: {what}");
    }
}

#[test]
fn of_a_shared_currency_the_annual_rate_of_the_members_home_counts() {
    let (book, _) = read(&[annual("2020,ATG,XCD,2.6\n2020,KNA,XCD,2.7\n2020,LCA,XCD,2.8\n2021,LCA,XCD,2.8\n")]);
    let book = book.unwrap();
    assert_eq!(value(&book, "XCD", "2020-05-01").unwrap().0, "2.7");
    assert_eq!(value(&book, "XCD", "2021-05-01").unwrap().0, "2.8");
}

#[test]
fn without_a_file_every_currency_has_the_region_files_rate_and_that_is_said() {
    let region = Region::built_in();
    let mut notices = Notices::new();
    let book = RateBook::of_region(&region, &mut notices);
    assert_eq!(notices.iter().collect::<Vec<_>>(), [&Notice::RegionRates]);
    assert_eq!(value(&book, "BRL", "1999-01-01"), Some(("5.39".to_owned(), RateOrigin::RegionFile)));
    assert_eq!(value(&book, "PAB", "1999-01-01"), Some(("1".to_owned(), RateOrigin::Definition)));
    let window = Window::of_year(2024);
    let calendars = Calendars::new(&region, None, window, &mut Notices::new());
    assert_eq!(book.members_without_rate(&region, &calendars, window, &mut notices), []);
}

#[test]
fn a_currency_without_a_value_on_one_business_day_leaves_its_member_out() {
    let region = Region::built_in();
    // Friday 5 to Tuesday 9 January 2024. Brazil has a rate on Friday only and loses it on the 16th.
    let others: String = region
        .members
        .iter()
        .map(|member| {
            let country = region.countries[member.home.index()].code;
            let edge = member.edge_currencies.last().unwrap();
            format!("2024,{country},{},1.5\n", region.currencies[edge.currency.index()].currency.code())
        })
        .filter(|row| !row.contains("BRA") && !row.contains("CUB"))
        .collect();
    let (book, _) = read(&[annual(&others), daily("2024-01-05,BRL,4.9\n2024-01-08,CUP,24\n")]);
    let book = book.unwrap();
    let without = |from: &str, to: &str| {
        let window = Window::new(date(from), date(to)).unwrap();
        let calendars = Calendars::new(&region, None, window, &mut Notices::new());
        let mut notices = Notices::new();
        let members = book.members_without_rate(&region, &calendars, window, &mut notices);
        let codes: Vec<String> = members.iter().map(|member| region.members[member.index()].code.clone()).collect();
        assert_eq!(notices.iter().count(), codes.len(), "each is said");
        (codes, notices)
    };
    assert_eq!(without("2024-01-08", "2024-01-15").0, [""; 0]);
    // The 6th and 7th are a weekend: Cuba needs no rate on them, but it does on the 5th.
    assert_eq!(without("2024-01-06", "2024-01-15").0, [""; 0]);
    let (codes, notices) = without("2024-01-05", "2024-01-17");
    assert_eq!(codes, ["BRA", "CUB"]);
    let said = notices.iter().next().unwrap().to_string();
    assert_eq!(said, "BRA is left out of the run: no rate of BRL on 2 business days, first on 2024-01-16");
}

#[test]
fn a_redenomination_asks_for_each_currency_in_its_own_days() {
    let region = Region::built_in();
    let (book, _) = read(&[daily("2018-08-16,VEF,248000\n2018-08-17,VEF,248520\n2018-08-21,VES,60\n")]);
    let book = book.unwrap();
    let window = Window::new(date("2018-08-16"), date("2018-08-21")).unwrap();
    let calendars = Calendars::new(&region, None, window, &mut Notices::new());
    let mut notices = Notices::new();
    let members = book.members_without_rate(&region, &calendars, window, &mut notices);
    assert!(members.iter().any(|member| region.members[member.index()].code == "VEN"));
    let venezuela = notices.iter().map(Notice::to_string).find(|said| said.starts_with("VEN")).unwrap();
    assert!(venezuela.contains("no rate of VES on 1 business day, first on 2018-08-20"), "{venezuela}");
}

#[test]
fn the_same_key_with_another_value_is_refused_within_a_file_and_across_files() {
    let cases = [
        (vec![daily("2024-01-02,BRL,4.9\n2024-01-02,BRL,4.91\n")], "rates0.csv", 3, "line 2 of rates0.csv"),
        (vec![daily("2024-01-02,BRL,4.9\n"), daily("2024-01-02,BRL,5\n")], "rates1.csv", 2, "line 2 of rates0.csv"),
        (vec![annual("2024,BRA,BRL,5\n"), annual("2024,BRA,BRL,5.1\n")], "rates1.csv", 2, "line 2 of rates0.csv"),
        // Also of currencies that the region does not use.
        (vec![daily("2024-01-02,EUR,0.9\n2024-01-02,EUR,0.8\n")], "rates0.csv", 3, "line 2 of rates0.csv"),
    ];
    for (files, file, line, other) in cases {
        let error = read(&files).0.unwrap_err();
        assert_eq!((error.code, error.file.as_str(), error.line), (DataCode::CsvDuplicateRow, file, Some(line)));
        assert!(error.expected.contains(other), "{error}");
    }
    let (book, notices) = read(&[
        daily("2024-01-02,BRL,4.90\n2024-01-02,BRL,4.9\n"),
        daily("2024-01-02,BRL,49e-1\n2024-01-03,BRL,4.8\n"),
        annual("2024,BRA,BRL,5\n2024,MEX,BRL,6\n2023,BRA,BRL,4\n"),
    ]);
    assert!(book.is_ok(), "the same value written otherwise is the same");
    let identical: Vec<(u64, u64)> = notices
        .iter()
        .map(|notice| match notice {
            Notice::IdenticalRows { row_count, first_line, .. } => (*row_count, *first_line),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(identical, [(1, 3), (1, 2)]);
}

#[test]
fn currencies_and_countries_outside_the_region_are_skipped_and_counted() {
    let (book, notices) = read(&[
        daily("2024-01-02,EUR,0.9\n2024-01-03,EUR,0.9\n2024-01-02,BRL,4.9\n"),
        annual("2024,FRA,EUR,0.9\n2024,BRA,BRC,0.9\n2024,BRA,BRL,5\n"),
    ]);
    assert!(book.is_ok());
    let expected = |file: &str, codes: [&str; 2]| Notice::OutsideRegion {
        file: file.to_owned(),
        row_count: 2,
        codes: codes.iter().filter(|code| !code.is_empty()).map(|code| (*code).to_owned()).collect(),
    };
    assert_eq!(notices, [expected("rates0.csv", ["EUR", ""]), expected("rates1.csv", ["BRC", "FRA"])]);
}

#[test]
fn wrong_rates_are_refused_with_line_and_column() {
    use DataCode::{CsvCode, CsvDate, CsvHeader, CsvRate, CsvRow, CsvYear};
    let cases = [
        ("year,iso3,per_usd\n2024,BRA,5\n".to_owned(), CsvHeader, 1, None),
        ("date,year,iso3,currency,per_usd,per_usd_avg\n".to_owned(), CsvHeader, 1, None),
        (daily("2024-02-30,BRL,5\n"), CsvDate, 2, Some("date")),
        (daily("2024-01-02,BRL,5\n2024-01-03,brl,5\n"), CsvCode, 3, Some("currency")),
        (daily("2024-01-02,BRL,five\n"), CsvRate, 2, Some("per_usd")),
        (daily("2024-01-02,BRL,\n"), CsvRate, 2, Some("per_usd")),
        (daily("2024-01-02,BRL,0\n"), CsvRate, 2, Some("per_usd")),
        (daily("2024-01-02,BRL,-5\n"), CsvRate, 2, Some("per_usd")),
        (daily("2024-01-02,BRL,\"5,1\"\n"), CsvRate, 2, Some("per_usd")),
        (daily("2024-01-02,BRL,5,1\n"), CsvRow, 2, None),
        (daily("2024-01-02,BRL,0.0000000000001\n"), CsvRate, 2, Some("per_usd")),
        (daily("2024-01-02,BRL,99999999999999999999\n"), CsvRate, 2, Some("per_usd")),
        (daily("2024-01-02,BRL,1e400\n"), CsvRate, 2, Some("per_usd")),
        (annual("24,BRA,BRL,5\n"), CsvYear, 2, Some("year")),
        (annual("2024,BR,BRL,5\n"), CsvCode, 2, Some("iso3")),
        (annual("2024,BRA,BRL,NaN\n"), CsvRate, 2, Some("per_usd_avg")),
    ];
    for (text, code, line, column) in cases {
        let error = read(std::slice::from_ref(&text)).0.expect_err(&text);
        assert_eq!((error.code, error.line, error.column.as_deref()), (code, Some(line), column), "{error}");
    }
}

#[test]
fn twelve_decimals_and_powers_of_ten_are_kept_exactly() {
    let (book, _) = read(&[daily("2024-01-02,BRL,0.000000000001\n2024-01-02,MXN,1.8e1\n2024-01-02,CLP,9.44E+2\n")]);
    let book = book.unwrap();
    assert_eq!(value(&book, "BRL", "2024-01-02").unwrap().0, "0.000000000001");
    assert_eq!(value(&book, "MXN", "2024-01-02").unwrap().0, "18");
    assert_eq!(value(&book, "CLP", "2024-01-02").unwrap().0, "944");
}
