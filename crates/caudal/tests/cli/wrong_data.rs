//! Wrong files: exit code 3, one line with file, line and column, nothing done. And forms that are right though unusual.

use crate::program::{Ended, run, text};
use crate::run_page::TRADE;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

const RATES: &str = "\
date,currency,per_usd
2024-03-01,ARS,843.25
2024-03-01,BRL,4.9572
2024-03-01,CLP,966.8
2024-03-06,BRL,4.95
";

const HOLIDAYS: &str = "date,iso3,category\n2024-03-05,ARG,public\n2024-03-06,BRA,observance\n";

struct Files {
    dir: tempfile::TempDir,
}

impl Files {
    fn new() -> Files {
        let files = Files { dir: tempfile::tempdir().expect("a folder") };
        files.write("trade.csv", TRADE.as_bytes());
        files.write("rates.csv", RATES.as_bytes());
        files.write("holidays.csv", HOLIDAYS.as_bytes());
        files
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn write(&self, name: &str, content: &[u8]) {
        fs::write(self.path(name), content).expect("written");
    }

    fn simulate(&self, more: &[&str]) -> Ended {
        let [trade, rates, holidays] = ["trade.csv", "rates.csv", "holidays.csv"].map(|name| self.path(name));
        let files = ["--trade", text(&trade), "--rates", text(&rates), "--holidays", text(&holidays)];
        let window = ["--year", "2012", "--from", "2024-03-04", "--to", "2024-03-08", "--json"];
        run(&[&["simulate"][..], &files, &window, more].concat())
    }
}

/// A file, what is replaced in it, the code, and what else the line says.
const WRONG: &[(&str, &str, &str, &str, &[&str])] = &[
    ("trade.csv", "value_usd", "value", "CSV_HEADER", &["trade.csv", "value_usd"]),
    ("trade.csv", "year,exporter_iso3,", "exporter_iso3,exporter_iso3,", "CSV_HEADER", &["trade.csv"]),
    ("trade.csv", ",", ";", "CSV_HEADER", &["comma"]),
    ("trade.csv", "900000000", "many", "CSV_AMOUNT", &["trade.csv, line 2, column value_usd", "\"many\""]),
    ("trade.csv", "900000000", "-900000000", "CSV_AMOUNT", &["line 2"]),
    ("trade.csv", "900000000", "9000.123", "CSV_AMOUNT", &["line 2"]),
    ("trade.csv", "900000000", "\"900.000,5\"", "CSV_AMOUNT", &["line 2"]),
    ("trade.csv", "900000000", "\"900,000,000\"", "CSV_AMOUNT", &["line 2"]),
    ("trade.csv", "900000000", "9e99", "CSV_AMOUNT", &["line 2"]),
    ("trade.csv", "900000000", "", "CSV_AMOUNT", &["line 2"]),
    ("trade.csv", "900000000", "900000000,7", "CSV_ROW", &["line 2"]),
    ("trade.csv", ",900000000", "", "CSV_ROW", &["line 2"]),
    ("trade.csv", "900000000", "\"900000000", "CSV_ROW", &["trade.csv"]),
    ("trade.csv", "2012,ARG,BRA", "twelve,ARG,BRA", "CSV_YEAR", &["line 2, column year"]),
    ("trade.csv", "2012,ARG,BRA", "2012,Argentina,BRA", "CSV_CODE", &["line 2, column exporter_iso3"]),
    ("trade.csv", "2012,ARG,BRA", "2012,arg,BRA", "CSV_CODE", &["line 2"]),
    ("trade.csv", "2012,ARG,BRA", "2012,BRA,BRA", "CSV_SELF_FLOW", &["line 2"]),
    ("trade.csv", "2012,ARG,CHL,300000000", "2012,ARG,BRA,1", "CSV_DUPLICATE_ROW", &["line 4"]),
    ("trade.csv", "2012,", "2011,", "CSV_YEAR_ABSENT", &["trade.csv"]),
    ("trade.csv", "\n", "\r", "CSV_ROW", &["trade.csv"]),
    ("rates.csv", "843.25", "843,25", "CSV_ROW", &["rates.csv, line 2"]),
    ("rates.csv", "843.25", "0", "CSV_RATE", &["line 2, column per_usd"]),
    ("rates.csv", "843.25", "-1", "CSV_RATE", &["line 2"]),
    ("rates.csv", "843.25", "0.1234567890123", "CSV_RATE", &["line 2"]),
    ("rates.csv", "843.25", "rate", "CSV_RATE", &["line 2"]),
    ("rates.csv", "2024-03-01,ARS", "2024-02-30,ARS", "CSV_DATE", &["line 2, column date"]),
    ("rates.csv", "2024-03-01,ARS", "01/03/2024,ARS", "CSV_DATE", &["line 2"]),
    ("rates.csv", "2024-03-01,CLP", "2024-03-01,ARS", "CSV_DUPLICATE_ROW", &["line 4"]),
    ("rates.csv", "per_usd", "usd_per", "CSV_HEADER", &["rates.csv", "per_usd"]),
    ("holidays.csv", "2024-03-05,ARG", "2024-3-5,ARG", "CSV_DATE", &["holidays.csv, line 2"]),
    ("holidays.csv", "2024-03-05,ARG", "2024-03-05,Argentina", "CSV_CODE", &["line 2"]),
    ("holidays.csv", "category", "kind", "CSV_HEADER", &["holidays.csv", "category"]),
];

#[test]
fn a_wrong_file_is_one_line_with_its_place_and_nothing_is_done() {
    for (name, from, to, code, says) in WRONG {
        let files = Files::new();
        let content = fs::read_to_string(files.path(name)).expect("there");
        assert!(content.contains(from), "{from}");
        files.write(name, content.replace(from, to).as_bytes());
        let ended = files.simulate(&[]);
        ended.fails(3, code);
        assert_eq!(ended.out, "", "{name}: {to}");
        says.iter().for_each(|part| assert!(ended.err.contains(part), "{name}: {to}: {part}: {}", ended.err));
    }
}

#[test]
fn files_that_are_no_files_of_this_kind_are_told_to_be_none() {
    let huge = format!("{TRADE}2012,ARG,URY,{}\n", "9".repeat(200_000_000 / 8));
    let gzip = packed(TRADE);
    for (content, code) in [
        (&b""[..], "CSV_EMPTY"),
        (b"year,exporter_iso3,importer_iso3,value_usd\n2012,\xff\xfe,BRA,1\n", "CSV_ENCODING"),
        (huge.as_bytes(), "CSV_LINE_TOO_LONG"),
        (&gzip[..gzip.len() / 2], "FILE_GZIP"),
    ] {
        let files = Files::new();
        files.write("trade.csv", content);
        files.simulate(&[]).fails(3, code);
    }
    let files = Files::new();
    fs::remove_file(files.path("trade.csv")).expect("removed");
    files.simulate(&[]).fails(3, "FILE_READ");
    fs::create_dir(files.path("trade.csv")).expect("created");
    files.simulate(&[]).fails(3, "FILE_READ");
}

#[test]
fn the_same_key_with_another_value_in_a_second_file_is_wrong_too() {
    let files = Files::new();
    files.write("more.csv", b"date,currency,per_usd\n2024-03-01,ARS,900\n");
    let more = files.path("more.csv");
    files.simulate(&["--rates", text(&more)]).fails(3, "CSV_DUPLICATE_ROW");
    files.write("more.csv", b"date,currency,per_usd\n2024-03-01,ARS,843.250\n");
    assert_eq!(files.simulate(&["--rates", text(&more)]).code, 0, "the same value is no contradiction");
}

fn packed(text: &str) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::default());
    packer.write_all(text.as_bytes()).expect("packed");
    packer.finish().expect("packed")
}

fn digest(files: &Files) -> String {
    files.simulate(&[]).object()["state_digest"].as_str().expect("text").to_owned()
}

#[test]
fn unusual_forms_of_the_same_data_give_the_same_run() {
    let sound = digest(&Files::new());
    let reordered = TRADE.lines().map(|line| {
        let cells: Vec<&str> = line.split(',').collect();
        format!("{},{},note,{},{}\n", cells[3], cells[1], cells[0], cells[2])
    });
    let forms: [(&str, Vec<u8>); 8] = [
        ("a byte order mark", format!("\u{feff}{TRADE}").into_bytes()),
        ("line ends of Windows", TRADE.replace('\n', "\r\n").into_bytes()),
        ("exponents", TRADE.replace("900000000", "9E8").into_bytes()),
        ("two decimals", TRADE.replace("900000000", "900000000.00").into_bytes()),
        ("quotes", TRADE.replace("ARG", "\"ARG\"").into_bytes()),
        ("other columns and another order", reordered.collect::<String>().into_bytes()),
        ("gzip", packed(TRADE)),
        ("rows of another year", format!("{TRADE}2011,ARG,BRA,5\n").into_bytes()),
    ];
    for (what, content) in forms {
        let files = Files::new();
        files.write("trade.csv", &content);
        assert_eq!(digest(&files), sound, "{what}");
    }
}

#[test]
fn a_currency_without_a_rate_leaves_its_members_out_and_that_is_said() {
    let files = Files::new();
    files.write("rates.csv", RATES.replace("2024-03-01,CLP,966.8\n", "").as_bytes());
    let ended = files.simulate(&[]);
    assert!(ended.err.contains("note: CHL is left out of the run"), "{}", ended.err);
    let object = ended.object();
    let assumptions = object["assumptions"].to_string();
    assert!(assumptions.contains("left out for want of a rate") && assumptions.contains("CHL"), "{assumptions}");
}

/// The examples of `simulate --help` name files that are given by many: paths with spaces and dots work.
#[test]
fn a_path_with_spaces_works() {
    let files = Files::new();
    let odd = files.path("trade of 2012 (final).csv");
    fs::copy(files.path("trade.csv"), &odd).expect("copied");
    let window = ["--year", "2012", "--from", "2024-03-04", "--to", "2024-03-05", "--json"];
    run(&[&["simulate", "--trade", text(Path::new(&odd))][..], &window].concat()).object();
}
