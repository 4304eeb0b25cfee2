//! What an operator relies on when a statement is read: each form gives the same one, and whatever is wrong with a file is
//! told with its place and without a panic.

use domain::Date;
use money::{Currency, CurrencyCode};
use proptest::prelude::*;
use reconciliation::{Format, Problem, Statement, StatementError, join, read};

const CAMT: &str = include_str!("samples/camt053.xml");
const MT950: &str = include_str!("samples/mt950.txt");
const CSV: &str = include_str!("samples/statement.csv");

fn currencies() -> Vec<Currency> {
    let of = |code: &[u8; 3], decimals| Currency::new(CurrencyCode::new(code), decimals).expect("a currency");
    let with_cents = [b"USD", b"BRL", b"GBP", b"CHF", b"EUR", b"SEK", b"DKK", b"CAD"];
    with_cents.into_iter().map(|code| of(code, 2)).chain([of(b"CLP", 0)]).collect()
}

fn date(text: &str) -> Date {
    Date::parse(text).expect("a date")
}

fn taken(format: Format, text: &str) -> Vec<Statement> {
    read(format, text.as_bytes(), &currencies()).unwrap_or_else(|error| panic!("{error}"))
}

fn refused(format: Format, text: &str) -> StatementError {
    read(format, text.as_bytes(), &currencies()).expect_err("it is wrong")
}

/// What all three samples say: amount, value date, first reference.
fn said(statement: &Statement) -> Vec<(i128, String, Option<String>)> {
    let entry = |entry: &reconciliation::StatementEntry| {
        (entry.amount_minor, entry.value_date.to_string(), entry.references.first().cloned())
    };
    statement.entries.iter().map(entry).collect()
}

#[test]
fn the_three_forms_of_a_statement_say_the_same() {
    let expected = [
        (250_000_i128, "2024-03-05".to_owned(), Some("A0-E12".to_owned())),
        (-1_250, "2024-03-05".to_owned(), Some("FEE240305".to_owned())),
        (100_005, "2024-03-06".to_owned(), None),
    ];
    for (format, text) in [(Format::Camt053, CAMT), (Format::Mt950, MT950), (Format::Csv, CSV)] {
        assert_eq!(Format::detect(text.as_bytes()), format);
        let statements = taken(format, text);
        let [statement] = &statements[..] else { panic!("{statements:?}") };
        assert_eq!(statement.account, "CAUDAL-USD-1", "{format:?}");
        assert_eq!((statement.opening_minor, statement.closing_minor), (1_000_000, 1_348_755), "{format:?}");
        assert_eq!((statement.from, statement.to), (date("2024-03-05"), date("2024-03-05")), "{format:?}");
        assert_eq!(said(statement), expected, "{format:?}");
    }
}

#[test]
fn an_entry_that_is_not_booked_is_counted_and_not_added() {
    assert_eq!(taken(Format::Camt053, CAMT)[0].not_booked_count, 1);
}

#[test]
fn versions_2_to_13_of_camt_053_are_read_and_no_other_message() {
    for version in 2..=13 {
        taken(Format::Camt053, &CAMT.replace("camt.053.001.08", &format!("camt.053.001.{version:02}")));
    }
    for other in ["camt.053.001.01", "camt.053.001.14", "camt.054.001.08", "pacs.008.001.08"] {
        let error = refused(Format::Camt053, &CAMT.replace("camt.053.001.08", other));
        assert_eq!(error.problem, Problem::Form, "{other}");
    }
}

#[test]
fn a_status_that_is_a_code_itself_is_that_of_the_older_versions() {
    let older = CAMT
        .replace("<Sts><Cd>BOOK</Cd></Sts>", "<Sts>BOOK</Sts>")
        .replace("<Sts><Cd>PDNG</Cd></Sts>", "<Sts>PDNG</Sts>")
        .replace("camt.053.001.08", "camt.053.001.02");
    assert_eq!(said(&taken(Format::Camt053, &older)[0]), said(&taken(Format::Camt053, CAMT)[0]));
}

#[test]
fn details_of_a_batch_that_make_its_amount_are_entries_each() {
    let detail = |amount: &str, reference: &str| {
        format!(
            "<TxDtls><Refs><EndToEndId>{reference}</EndToEndId></Refs><Amt Ccy=\"USD\">{amount}</Amt>\
             <CdtDbtInd>CRDT</CdtDbtInd></TxDtls>"
        )
    };
    let batch = |one: &str, other: &str| {
        let details = format!("<NtryDtls>{}{}</NtryDtls>", detail(one, "P1"), detail(other, "P2"));
        let begin = CAMT.find("<NtryDtls>").expect("details");
        let end = CAMT.find("</NtryDtls>").expect("their end") + "</NtryDtls>".len();
        said(&taken(Format::Camt053, &format!("{}{details}{}", &CAMT[..begin], &CAMT[end..]))[0])
    };
    let split = batch("2000.00", "500.00");
    let amounts: Vec<_> = split.iter().map(|(minor, _, reference)| (*minor, reference.as_deref())).take(2).collect();
    assert_eq!(amounts, [(200_000, Some("P1")), (50_000, Some("P2"))]);
    assert_eq!(batch("2000.00", "400.00").len(), 3, "what does not add up stays one entry");
}

#[test]
fn marks_of_mt950_are_credits_debits_and_their_reversals() {
    for (mark, minor) in [("C", 250_000), ("D", -250_000), ("RC", -250_000), ("RD", 250_000), ("CD", 250_000)] {
        let closing = 1_000_000_i128 + minor;
        let sign = if closing < 0 { "D" } else { "C" };
        let text = format!(
            ":20:S1\n:25:ACC\n:28C:1/1\n:60F:C240304USD10000,\n:61:240305{mark}2500,00NTRFREF//BANK\n\
             :62F:{sign}240305USD{},{:02}\n",
            closing / 100,
            closing % 100
        );
        assert_eq!(taken(Format::Mt950, &text)[0].entries[0].amount_minor, minor, "{mark}");
    }
}

#[test]
fn a_message_in_its_blocks_and_several_of_them_are_read() {
    let block = |opening: &str, closing: &str, day: &str| {
        format!(
            "{{1:F01AAAABBCCADDD0000000000}}{{2:O9501200}}{{4:\r\n:20:S\r\n:25:ACC\r\n:28C:1\r\n:60F:C240304USD{opening}\r\n\
             :61:{day}C5,NTRFR//B\r\nSUPPLEMENT\r\n:62F:C{day}USD{closing}\r\n:64:C{day}USD1,\r\n-}}{{5:{{CHK:0}}}}\r\n"
        )
    };
    let text = block("10,", "15,", "240305") + &block("15,", "20,", "240306");
    let joined = join(taken(Format::Mt950, &text)).expect("they follow on each other");
    assert_eq!((joined.len(), joined[0].closing_minor, joined[0].entries.len()), (1, 2_000, 2));
    let gap = block("10,", "15,", "240305") + &block("16,", "21,", "240306");
    assert_eq!(join(taken(Format::Mt950, &gap)).expect_err("a gap").problem, Problem::Gap);
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    use Format::{Camt053, Csv, Mt950};
    use Problem::{Amount, Currency, Date, Form, Missing, Sum, Text, Xml};
    let cases: &[(Format, &str, &str, Problem, &str)] = &[
        (Camt053, "2500.00", "2500.001", Amount, "/Stmt/Ntry[1]/Amt (line 22"),
        (Camt053, "2500.00", "-2500.00", Amount, "/Ntry[1]/Amt"),
        (Camt053, "2500.00", "2.5E3", Amount, "/Ntry[1]/Amt"),
        (Camt053, "2500.00", "2500.01", Sum, "/Document/BkToCstmrStmt/Stmt (line"),
        (Camt053, "Ccy=\"USD\">2500.00", "Ccy=\"EUR\">2500.00", Currency, "/Ntry[1]/Amt"),
        (Camt053, "<Ccy>USD</Ccy>", "<Ccy>XTS</Ccy>", Currency, "/Acct/Ccy"),
        (Camt053, "<ValDt><Dt>2024-03-05", "<ValDt><Dt>2024-02-30", Date, "/ValDt"),
        (Camt053, "<CdtDbtInd>DBIT", "<CdtDbtInd>MINUS", Form, "/Ntry[2]/CdtDbtInd"),
        (Camt053, "OPBD", "OPAV", Missing, "/Stmt (line"),
        (Camt053, "<Sts><Cd>PDNG</Cd></Sts>", "", Missing, "/Ntry[4]"),
        (Camt053, "</Ntry>", "</Entry>", Xml, "line"),
        (Camt053, "<GrpHdr>", "<!DOCTYPE x><GrpHdr>", Xml, "line"),
        (Camt053, "FEE240305", "&fee;", Xml, "line"),
        (Camt053, "encoding=\"UTF-8\"", "encoding=\"ISO-8859-1\"", Xml, "line"),
        (Mt950, "C2500,00", "C2500,001", Amount, ":61:, line 5, column 16"),
        (Mt950, "C2500,00", "C2500.00", Form, ":61:, line 5"),
        (Mt950, "C2500,00", "X2500,00", Form, ":61:, line 5, column 15"),
        (Mt950, ":61:2403050305C", ":61:2413050305C", Date, "column 5"),
        (Mt950, ":61:2403050305C", ":61:2403051305C", Date, "column 11"),
        (Mt950, "C2500,00", "C2500,01", Sum, "the message of line 1"),
        (Mt950, ":60F:C240304USD", ":60F:C240304XTS", Currency, ":60F:, line 4, column 13"),
        (Mt950, ":62F:C240305USD", ":62F:C240305EUR", Currency, ":62F:"),
        (Mt950, ":62F:", ":62X:", Form, ":62X:"),
        (Mt950, ":25:CAUDAL-USD-1\n", "", Missing, ":62F:"),
        (Mt950, ":20:STMT0001\n", "", Missing, "line 1"),
        (Mt950, ":28C:65/1", ":28C:65/1/2", Form, ":28C:"),
        (Mt950, "STMT0001", "STMT\u{e9}", Text, "line 1, column 9"),
        (Csv, "250000", "2500.00", Amount, "line 3, column amount_minor"),
        (Csv, "250000", "250001", Sum, "line 2"),
        (Csv, "credit", "plus", Form, "line 2, column side"),
        (Csv, "amount_minor", "amount", Form, "line 1"),
        (Csv, "closing,", "close,", Form, "line 6, column kind"),
        (Csv, "2024-03-06", "06.03.2024", Date, "line 5, column value_date"),
        (Csv, "opening,CAUDAL-USD-1,USD", "opening,CAUDAL-USD-1,XTS", Currency, "line 2, column currency"),
        (Csv, "opening,CAUDAL-USD-1", "opening,OTHER", Form, "line 3, column account"),
    ];
    for (format, from, to, problem, place) in cases {
        let sample = match format {
            Camt053 => CAMT,
            Mt950 => MT950,
            Csv => CSV,
        };
        assert!(sample.contains(from), "{from}");
        let error = refused(*format, &sample.replacen(from, to, 1));
        assert_eq!(error.problem, *problem, "{from} to {to}: {error}");
        assert!(error.place.contains(place), "{from} to {to}: {error}");
        assert_eq!(error.to_string().split("; ").count(), 3, "{error}");
    }
}

#[test]
fn a_file_without_a_statement_is_no_statement() {
    for (format, text) in [
        (Format::Camt053, "<a/>"),
        (Format::Mt950, "\n\n"),
        (Format::Csv, "kind,account,currency,date,amount_minor,side,value_date,reference\n"),
    ] {
        assert_eq!(refused(format, text).problem, Problem::Missing, "{format:?}");
    }
    assert_eq!(read(Format::Csv, b"\xff", &currencies()).expect_err("not UTF-8").problem, Problem::Text);
}

#[test]
fn elements_within_each_other_without_end_are_refused() {
    let deep = "<a>".repeat(100_000);
    assert_eq!(refused(Format::Camt053, &deep).problem, Problem::Xml);
}

#[test]
fn zeros_after_the_last_decimal_are_no_decimals() {
    let written = CAMT.replacen("2500.00", "2500.00000", 1);
    assert_eq!(taken(Format::Camt053, &written)[0].entries[0].amount_minor, 250_000);
}

#[test]
#[expect(clippy::disallowed_methods, reason = "samples that may be absent; each is judged by itself, in any order")]
fn statements_that_banks_sent_are_read() {
    let folder = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/iso20022/samples"));
    let Ok(files) = std::fs::read_dir(folder) else {
        eprintln!("skipped: {} is not there", folder.display());
        return;
    };
    let mut statements = 0;
    for file in files.map(|file| file.expect("an entry").path()) {
        let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        let bytes = std::fs::read(&file).expect("readable");
        let is_statement = name.contains("camt.053");
        match read(Format::Camt053, &bytes, &currencies()) {
            Ok(read) => {
                assert!(is_statement, "{name} is no statement");
                statements += read.len();
            }
            Err(error) if is_statement => {
                // Samples of a handbook may leave a balance out, or not add up: that is told, and nothing else.
                assert!(
                    matches!(error.problem, Problem::Sum | Problem::Missing | Problem::Currency),
                    "{name}: {error}"
                );
                eprintln!("{name}: {error}");
            }
            Err(error) => assert_eq!(error.problem, Problem::Form, "{name}: {error}"),
        }
    }
    assert!(statements > 3, "{statements}");
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        for format in [Format::Camt053, Format::Mt950, Format::Csv] {
            drop(read(format, &bytes, &currencies()));
        }
    }

    #[test]
    fn no_change_of_a_statement_makes_it_panic(
        sample in 0_usize..3,
        at in any::<proptest::sample::Index>(),
        cut in 0_usize..12,
        put in "[<>/:,.0-9A-Z{}&; \\n\u{e9}\\-]{0,6}",
    ) {
        let (format, text) = [(Format::Camt053, CAMT), (Format::Mt950, MT950), (Format::Csv, CSV)][sample];
        let at = at.index(text.len());
        let end = (at + cut).min(text.len());
        let changed = format!("{}{put}{}", &text[..at], &text[end..]);
        match read(format, changed.as_bytes(), &currencies()) {
            Ok(statements) => for statement in statements {
                let booked: i128 = statement.entries.iter().map(|entry| entry.amount_minor).sum();
                prop_assert_eq!(statement.opening_minor + booked, statement.closing_minor);
            },
            Err(error) => prop_assert!(!error.place.is_empty() && !error.remedy.is_empty()),
        }
    }
}
