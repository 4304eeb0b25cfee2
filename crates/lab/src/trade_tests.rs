use super::*;

const HEADER: &str = "year,exporter_iso3,importer_iso3,value_usd\n";

fn read_text(text: &str, year: i32) -> (Result<Flows, DataError>, Vec<Notice>) {
    let mut notices = Notices::new();
    let bytes = std::io::Cursor::new(text.to_owned().into_bytes());
    let flows = CsvInput::from_reader("trade.csv", bytes)
        .and_then(|input| read_from(input, year, &Region::built_in(), &mut notices));
    (flows, notices.iter().cloned().collect())
}

fn read_rows(rows: &str) -> (Result<Flows, DataError>, Vec<Notice>) {
    read_text(&format!("{HEADER}{rows}"), 2012)
}

/// Payer, payee and cents of each flow.
fn listed(flows: &Flows) -> Vec<(String, String, u64)> {
    let region = Region::built_in();
    let code = |country: CountryIndex| region.countries[country.index()].code.to_string();
    flows.as_slice().iter().map(|flow| (code(flow.payer), code(flow.payee), flow.usd_cents)).collect()
}

fn flow(payer: &str, payee: &str, usd_cents: u64) -> (String, String, u64) {
    (payer.to_owned(), payee.to_owned(), usd_cents)
}

#[test]
fn the_importer_pays_the_exporter_and_values_are_exact_to_the_cent() {
    let (flows, _) = read_text(
        "value_usd,note,importer_iso3,year,exporter_iso3\r\n1.50,x,BRA,2012,ARG\r\n2e3,x,ARG,2012,BRA\r\n\
         9,x,ARG,2011,BRA\r\n",
        2012,
    );
    assert_eq!(listed(&flows.unwrap()), [flow("ARG", "BRA", 200_000), flow("BRA", "ARG", 150)]);
}

#[test]
fn a_country_without_a_row_as_importer_is_left_out_with_its_exports() {
    let (flows, notices) = read_rows("2012,ARG,BRA,100\n2012,BRA,ARG,200\n2012,CUB,ARG,7.5\n2012,CUB,BRA,1\n");
    assert_eq!(listed(&flows.unwrap()), [flow("ARG", "BRA", 20_000), flow("BRA", "ARG", 10_000)]);
    let [Notice::NoImports { year: 2012, countries, exports_usd_cents: 850 }] = &notices[..] else {
        panic!("{notices:?}")
    };
    assert_eq!(countries.len(), 31);
    assert!(countries.contains(&CountryCode::parse("CUB").unwrap()));
}

#[test]
fn a_row_of_nothing_still_says_that_the_importer_reported() {
    let (flows, notices) = read_rows("2012,ARG,BRA,100\n2012,BRA,ARG,0\n2012,ARG,CUB,0.00\n2012,CUB,BRA,3\n");
    assert_eq!(listed(&flows.unwrap()), [flow("BRA", "ARG", 10_000), flow("BRA", "CUB", 300)]);
    let [Notice::NoImports { countries, .. }] = &notices[..] else { panic!("{notices:?}") };
    assert_eq!(countries.len(), 30);
}

#[test]
fn flows_within_the_eccb_are_left_out_and_counted() {
    let (flows, notices) = read_rows("2012,LCA,DMA,100\n2012,DMA,LCA,50\n2012,BRB,LCA,9\n2012,LCA,BRB,4\n");
    assert_eq!(listed(&flows.unwrap()), [flow("BRB", "LCA", 400), flow("LCA", "BRB", 900)]);
    let within = Notice::WithinMember { member: "ECCB".to_owned(), flow_count: 2, usd_cents: 15_000 };
    assert!(notices.contains(&within), "{notices:?}");
}

#[test]
fn codes_outside_the_region_are_skipped_and_counted() {
    let (flows, notices) =
        read_rows("2012,ARG,BRA,100\n2012,USA,BRA,5\n2012,ARG,CHN,5\n2012,CHN,CHN,5\n2011,FRA,BRA,5\n2012,BRA,ARG,1\n");
    assert_eq!(flows.unwrap().total_usd_cents(), 10_100);
    let outside = Notice::OutsideRegion {
        file: "trade.csv".to_owned(),
        row_count: 3,
        codes: vec!["CHN".to_owned(), "USA".to_owned()],
    };
    assert_eq!(notices[0], outside);
}

#[test]
fn a_row_that_stands_twice_counts_once_and_is_said() {
    let (flows, notices) = read_rows("2012,ARG,BRA,100\n2012,BRA,ARG,1\n2012,ARG,BRA,1.0e2\n2012,ARG,BRA,100.00\n");
    assert_eq!(flows.unwrap().total_usd_cents(), 10_100);
    let twice = Notice::IdenticalRows { file: "trade.csv".to_owned(), row_count: 2, first_line: 4 };
    assert_eq!(notices[0], twice);
}

#[test]
fn rows_of_other_years_are_checked_for_form_and_nothing_else() {
    let good = "2012,ARG,BRA,100\n2012,BRA,ARG,1\n";
    for row in ["2011,ARG,ARG,5\n", "2011,ARG,BRA,1\n2011,ARG,BRA,2\n", "2011,ZZZ,BRA,1\n"] {
        let (flows, _) = read_rows(&format!("{good}{row}"));
        assert_eq!(flows.unwrap().total_usd_cents(), 10_100, "{row}");
    }
    for row in ["2011,ARG,BRA,x\n", "2011,ARG,BRA,-1\n", "2011,AR,BRA,1\n", "2011,ARG,BRA,1.001\n", "x,ARG,BRA,1\n"] {
        assert!(read_rows(&format!("{good}{row}")).0.is_err(), "{row}");
    }
}

#[test]
fn wrong_trade_is_refused_with_line_and_column() {
    use DataCode::{
        CsvAmount, CsvCode, CsvDuplicateRow, CsvEmpty, CsvHeader, CsvRow, CsvSelfFlow, CsvYear, CsvYearAbsent,
    };
    let rows = |rows: &str| format!("{HEADER}{rows}");
    let value = Some("value_usd");
    let cases = [
        ("empty", String::new(), CsvEmpty, None, None),
        ("header only", rows(""), CsvYearAbsent, None, Some("year")),
        ("another year only", rows("2011,ARG,BRA,1\n"), CsvYearAbsent, None, Some("year")),
        ("outside only", rows("2012,FRA,BRA,1\n"), CsvYearAbsent, None, Some("year")),
        ("column missing", "year,exporter_iso3,importer_iso3\n2012,ARG,BRA\n".to_owned(), CsvHeader, Some(1), None),
        ("column renamed", HEADER.replace("value_usd", "value"), CsvHeader, Some(1), None),
        ("header in capitals", HEADER.to_uppercase(), CsvHeader, Some(1), None),
        ("no header", "2012,ARG,BRA,1\n".to_owned(), CsvHeader, Some(1), None),
        ("semicolons", rows("2012,ARG,BRA,1\n").replace(',', ";"), CsvHeader, Some(1), None),
        ("semicolons in a row", rows("2012;ARG;BRA;1\n"), CsvRow, Some(2), None),
        ("a field too few", rows("2012,ARG,BRA\n"), CsvRow, Some(2), None),
        ("decimal comma", rows("2012,ARG,BRA,1,5\n"), CsvRow, Some(2), None),
        ("decimal comma in quotes", rows("2012,ARG,BRA,\"1,5\"\n"), CsvAmount, Some(2), value),
        ("thousands by comma", rows("2012,ARG,BRA,\"1,234,567\"\n"), CsvAmount, Some(2), value),
        ("thousands by point", rows("2012,ARG,BRA,1.234.567\n"), CsvAmount, Some(2), value),
        ("thousands by space", rows("2012,ARG,BRA,1 234\n"), CsvAmount, Some(2), value),
        ("text", rows("2012,ARG,BRA,1\n2012,BRA,ARG,many\n"), CsvAmount, Some(3), value),
        ("nothing", rows("2012,ARG,BRA,\n"), CsvAmount, Some(2), value),
        ("currency sign", rows("2012,ARG,BRA,$5\n"), CsvAmount, Some(2), value),
        ("negative", rows("2012,ARG,BRA,-5\n"), CsvAmount, Some(2), value),
        ("three decimals", rows("2012,ARG,BRA,5.125\n"), CsvAmount, Some(2), value),
        ("three decimals by power", rows("2012,ARG,BRA,5.1e-2\n"), CsvAmount, Some(2), value),
        ("not a number", rows("2012,ARG,BRA,NaN\n"), CsvAmount, Some(2), value),
        ("infinite", rows("2012,ARG,BRA,inf\n"), CsvAmount, Some(2), value),
        ("above ten trillion", rows("2012,ARG,BRA,10000000000000.01\n"), CsvAmount, Some(2), value),
        ("above 64 bits", rows("2012,ARG,BRA,99999999999999999999999\n"), CsvAmount, Some(2), value),
        ("huge power", rows("2012,ARG,BRA,1e999999999999999999999\n"), CsvAmount, Some(2), value),
        ("year as text", rows("MMXII,ARG,BRA,5\n"), CsvYear, Some(2), Some("year")),
        ("year with decimals", rows("2012.0,ARG,BRA,5\n"), CsvYear, Some(2), Some("year")),
        ("year 0", rows("0000,ARG,BRA,5\n"), CsvYear, Some(2), Some("year")),
        ("two letters", rows("2012,AR,BRA,5\n"), CsvCode, Some(2), Some("exporter_iso3")),
        ("small letters", rows("2012,ARG,bra,5\n"), CsvCode, Some(2), Some("importer_iso3")),
        ("a name", rows("2012,ARG,Brazil,5\n"), CsvCode, Some(2), Some("importer_iso3")),
        ("self-flow", rows("2012,BRA,ARG,5\n2012,ARG,ARG,5\n"), CsvSelfFlow, Some(3), Some("importer_iso3")),
        ("twice", rows("2012,ARG,BRA,5\n2012,BRA,ARG,5\n2012,ARG,BRA,6\n"), CsvDuplicateRow, Some(4), value),
        ("twice outside", rows("2012,USA,BRA,5\n2012,BRA,ARG,5\n2012,USA,BRA,6\n"), CsvDuplicateRow, Some(4), value),
        ("quote left open", rows("2012,ARG,BRA,5\n2012,\"BRA,ARG,5\n2012,BRA,ARG,5\n"), CsvRow, Some(3), None),
        ("CR alone", rows("2012,ARG,BRA,5\n").replace('\n', "\r"), CsvRow, Some(1), None),
    ];
    for (what, text, code, line, column) in cases {
        let error = read_text(&text, 2012).0.expect_err(what);
        assert_eq!((error.code, error.line, error.column.as_deref()), (code, line, column), "{what}: {error}");
        assert!(error.remedy.len() > 5 && error.to_string().contains("trade.csv"), "{what}: {error}");
    }
}

#[test]
fn the_largest_value_is_read() {
    let (flows, _) = read_rows("2012,ARG,BRA,1e13\n2012,BRA,ARG,10000000000000.00\n");
    assert_eq!(flows.unwrap().total_usd_cents(), 2 * LARGEST_FLOW_USD_CENTS);
}

#[test]
fn a_year_that_is_not_there_is_answered_with_those_that_are() {
    let error = read_text(&format!("{HEADER}2010,ARG,BRA,1\n2011,ARG,BRA,1\n"), 2012).0.unwrap_err();
    assert!(error.to_string().contains("the years 2010 2011"), "{error}");
}
