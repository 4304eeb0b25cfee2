//! `caudal clear`: what is set off, the same for any order of rows; and what it says of files that are wrong.

use crate::clearing_folder::{Inputs, files_of, verify};
use crate::program::Chance;
use crate::queue::vectors;
use serde_json::{Value, json};
use std::fs;

/// Micro example of the multilateral trade credit set-off (mtcs-rs of Informal Systems, data/micro.csv; algorithm of
/// Fleischman and Dini, doi.org/10.3390/jrfm14090452): input and set-offs as published.
const MICRO: &str = "id,debtor,creditor,amount\n1,10,20,100\n2,20,30,100\n3,30,10,200\n4,40,30,100\n";

/// Computed twice independently for the house's own vector: thirteen debts, 57,500 in all.
const FRONTIER: &str = "\
id,debtor,creditor,amount
1,A,B,9000
2,B,C,7500
3,C,A,4000
4,C,D,6000
5,D,E,5000
6,E,F,5500
7,F,C,2500
8,F,G,3000
9,G,H,8000
10,H,E,1000
11,A,D,2000
12,B,G,1500
13,H,A,2500
";

fn object(inputs: &Inputs, more: &str) -> Value {
    inputs.run(&format!("clear d.csv --json {more}")).object()
}

#[test]
fn the_published_example_is_set_off_as_published_and_every_figure_is_there() {
    let inputs = Inputs::of(&[("d.csv", MICRO)]);
    let found = object(&inputs, "--out out");
    for (key, value) in [
        ("obligations", json!(4)),
        ("participants", json!(4)),
        ("total_debt", json!(500)),
        ("net_internal_debt", json!(100)),
        ("cleared", json!(300)),
        ("upper_bound", json!(300)),
        ("cleared_by_class", json!({"0": 300})),
        ("liquidity_used", json!(0)),
    ] {
        assert_eq!(found[key], value, "{key}");
    }
    assert_eq!(found["gap"].as_f64(), Some(0.0));
    for key in ["seconds", "read_seconds", "write_seconds"] {
        assert!(found[key].is_number(), "{key}");
    }
    let notices = "id,debtor,creditor,amount,set_off,remaining\n1,10,20,100,100,0\n2,20,30,100,100,0\n\
                   3,30,10,200,100,100\n4,40,30,100,0,100\n";
    assert_eq!(inputs.read("out/notices.csv"), notices);
    verify(&inputs.path("out")).done();
}

#[test]
fn a_cycle_of_three_is_worth_more_than_the_pair_in_it() {
    let inputs = Inputs::of(&[("d.csv", "debtor,creditor,amount\nA,B,10\nB,C,10\nC,A,10\nB,A,10\n")]);
    assert_eq!(object(&inputs, "")["cleared"], 30);
}

#[test]
fn liquidity_is_used_as_far_as_it_is_worth_its_price() {
    let inputs = Inputs::of(&[("d.csv", FRONTIER), ("l.csv", "participant,amount\nG,4000\nA,3000\n")]);
    let without = object(&inputs, "");
    assert_eq!((&without["total_debt"], &without["net_internal_debt"]), (&json!(57_500), &json!(8_000)));
    assert_eq!((&without["cleared"], &without["liquidity_used"]), (&json!(44_000), &json!(0)));
    for (price, value) in [(0, 56_000), (1, 49_500), (2, 47_000), (3, 44_500), (4, 44_000)] {
        let found = object(&inputs, &format!("--liquidity l.csv --price-of-liquidity {price} --out out"));
        let number = |key: &str| found[key].as_i64().expect("a number");
        assert_eq!(number("upper_bound"), value, "{price}");
        assert_eq!(number("cleared") - price * number("liquidity_used"), value, "{price}");
        verify(&inputs.path("out")).done();
    }
    let free = object(&inputs, "--liquidity l.csv");
    assert_eq!(free["cleared"], 56_000, "without a price it is 0");
    let used = free["liquidity_used_by_participant"].as_object().expect("by participant");
    assert_eq!(
        used.values().filter_map(Value::as_i64).sum::<i64>(),
        free["liquidity_used"].as_i64().expect("a number")
    );
}

#[test]
fn urgent_debts_come_first_and_their_sums_are_by_class() {
    let debts = "debtor,creditor,amount,class\nA,B,10,1\nB,A,10,0\nB,C,10,1\nC,A,10,1\n";
    let found = object(&Inputs::of(&[("d.csv", debts)]), "");
    assert_eq!(found["cleared_by_class"], json!({"0": 10, "1": 10}), "all in one class would be 30");
    assert_eq!(found["levels"]["0"]["upper_bound"], 10);
}

#[test]
fn of_parallel_debts_the_oldest_is_set_off_first() {
    let cycle = "z,B,A,15,2026-01-01\n";
    for (rows, expected) in [
        ("a,A,B,10,2026-02-01\nb,A,B,10,2026-01-01\n", ["b,A,B,10,10,0", "a,A,B,10,5,5"]),
        ("10,A,B,10,\n9,A,B,10,\n", ["9,A,B,10,10,0", "10,A,B,10,5,5"]),
        ("b,A,B,10,\na,A,B,10,2026-12-31\n", ["a,A,B,10,10,0", "b,A,B,10,5,5"]),
    ] {
        let inputs = Inputs::of(&[("d.csv", &format!("id,debtor,creditor,amount,due\n{rows}{cycle}"))]);
        object(&inputs, "--out out");
        let notices = inputs.read("out/notices.csv");
        let parallel: Vec<&str> = notices.lines().filter(|line| line.contains(",A,B,")).collect();
        assert_eq!(parallel, expected, "{rows}");
        verify(&inputs.path("out")).done();
    }
}

#[test]
fn rows_in_any_order_and_columns_in_any_order_give_the_same_bytes() {
    let mut chance = Chance(7);
    let mut rows: Vec<[String; 6]> = (0..400)
        .map(|row| {
            let (debtor, creditor) = (chance.below(30), chance.below(29));
            let creditor = if creditor < debtor { creditor } else { creditor + 1 };
            let amount = 1 + chance.below(1_000);
            let due = if chance.below(5) == 0 { String::new() } else { format!("2026-01-{:02}", 1 + chance.below(28)) };
            let id = if row % 3 == 0 { format!("R{row}") } else { (1_000 + row).to_string() };
            [id, format!("N{debtor}"), format!("N{creditor}"), amount.to_string(), chance.below(3).to_string(), due]
        })
        .collect();
    let names = ["id", "debtor", "creditor", "amount", "class", "due"];
    let liquidity = "participant,amount\nN3,500\nN4,500\nN5,200\n";
    let mut first: Option<Vec<(String, String)>> = None;
    for round in 0..4 {
        let mut columns: Vec<usize> = (0..names.len()).collect();
        columns.rotate_left(round);
        for place in (1..rows.len()).rev() {
            rows.swap(place, usize::try_from(chance.below(place as u64 + 1)).expect("small"));
        }
        let line = |cells: &[&str]| columns.iter().map(|column| cells[*column]).collect::<Vec<_>>().join(",");
        let mut file = line(&names);
        for row in &rows {
            file.push_str(&format!("\r\n{}", line(&row.each_ref().map(String::as_str))));
        }
        let inputs = Inputs::of(&[("d.csv", &format!("\u{feff}{file}")), ("l.csv", liquidity)]);
        object(&inputs, "--liquidity l.csv --out out");
        let files = files_of(&inputs.path("out"));
        assert_eq!(*first.get_or_insert_with(|| files.clone()), files);
    }
}

#[test]
fn nothing_is_owed_in_a_file_of_a_header_alone() {
    let inputs = Inputs::of(&[("d.csv", "debtor,creditor,amount\n"), ("l.csv", "participant,amount\nA,5\n")]);
    for more in ["", "--liquidity l.csv"] {
        let found = object(&inputs, &format!("{more} --out out"));
        assert_eq!(
            (&found["obligations"], &found["cleared"], &found["upper_bound"]),
            (&json!(0), &json!(0), &json!(0))
        );
        assert_eq!((&found["cleared_by_class"], &found["gap"].as_f64()), (&json!({}), &Some(0.0)));
        verify(&inputs.path("out")).done();
    }
}

#[test]
fn sums_beyond_64_bits_are_exact() {
    let large = i64::MAX / 40;
    let rows: String = (0..60).map(|place| format!("P{place},P{},{large}\n", (place + 1) % 60)).collect();
    let inputs = Inputs::of(&[("d.csv", &format!("debtor,creditor,amount\n{rows}"))]);
    let out = inputs.run("clear d.csv --json --out out").done();
    let sum = i128::from(large) * 60;
    assert!(sum > i64::MAX.into());
    for key in ["total_debt", "cleared", "upper_bound"] {
        assert!(out.contains(&format!("\"{key}\":{sum},")), "{key}: {out}");
    }
    verify(&inputs.path("out")).done();
}

/// Files that are wrong, the code and what else the line says.
const WRONG: &[(&str, &str, &str, &str)] = &[
    ("d.csv", "debtor,creditor,amount\nA,B,5\nB,B,5\n", "CSV_SELF_DEBT", "d.csv, line 3"),
    ("d.csv", "debtor,creditor,amount,id\nA,B,5,x\nB,A,5,y\nB,C,5,x\n", "CSV_DUPLICATE_ID", "d.csv, line 4"),
    ("d.csv", "id,debtor,creditor,amount\n2,A,B,5\n,B,A,5\n", "CSV_DUPLICATE_ID", "d.csv, line 3"),
    ("d.csv", "debtor,creditor,amount\nA,B,0\n", "CSV_AMOUNT", "zero"),
    ("d.csv", "debtor,creditor,amount\n\"A\nA\",B,1\nA,B,-3\n", "CSV_AMOUNT", "d.csv, line 4"),
    ("d.csv", "debtor,creditor,amount\nA,B,9223372036854775808\n", "CSV_AMOUNT", "too large"),
    ("d.csv", "debtor,creditor,amount\nA,B,9223372036854775807\n", "CSV_TOO_LARGE", "line 2"),
    ("d.csv", "debtor,creditor,amount\nA,B,1e3\n", "CSV_AMOUNT", "line 2"),
    ("d.csv", "debtor,creditor,amount\nA,B,+3\n", "CSV_AMOUNT", "line 2"),
    ("d.csv", "debtor,creditor,amount\nA,B,\n", "CSV_AMOUNT", "nothing"),
    ("d.csv", "debtor,creditor,amount\nA,,3\n", "CSV_NAME", "line 2, column creditor"),
    ("d.csv", "debtor,creditor,amount\nA,B,3,4\n", "CSV_ROW", "line 2"),
    ("d.csv", "debtor,creditor,amount,class\nA,B,3,-1\n", "CSV_CLASS", "line 2"),
    ("d.csv", "debtor,creditor,amount,due\nA,B,3,31.12.2026\n", "CSV_DATE", "line 2, column due"),
    ("d.csv", "debtor,creditor,amount,due\nA,B,3,2026-12-31\nA,B,3,17\n", "CSV_DATE", "line 3"),
    ("d.csv", "debtor,creditor,amount,amount\nA,B,3,3\n", "CSV_HEADER", "amount"),
    ("d.csv", "debtor;creditor;amount\nA;B;3\n", "CSV_HEADER", "commas"),
    ("d.csv", "A,B,3\n", "CSV_HEADER", "line 1"),
    ("d.csv", "", "CSV_EMPTY", "d.csv"),
    ("l.csv", "participant,amount\nA,-1\n", "CSV_AMOUNT", "l.csv, line 2"),
    ("l.csv", "participant,amount\nA,1\nA,2\n", "CSV_DUPLICATE_ROW", "l.csv, line 3"),
    ("l.csv", "participant,amount\nA,9223372036854775807\n", "CSV_TOO_LARGE", "l.csv, line 2"),
];

#[test]
fn a_wrong_file_is_refused_with_its_line_and_nothing_is_written() {
    for (file, content, code, says) in WRONG {
        let inputs =
            Inputs::of(&[("d.csv", "debtor,creditor,amount\nA,B,5\n"), ("l.csv", "participant,amount\nA,5\n")]);
        fs::write(inputs.path(file), content).expect("written");
        let ended = inputs.run("clear d.csv --liquidity l.csv --out out");
        ended.fails(3, code);
        assert!(ended.err.contains(says), "{content}: {ended:?}");
        assert_eq!(files_of(&inputs.path("out")), [], "{content}");
    }
    let inputs = Inputs::of(&[("d.csv", MICRO)]);
    inputs.run("clear absent.csv").fails(3, "FILE_READ");
    inputs.run("clear d.csv --price-of-liquidity -1").fails(2, "WRONG_USE");
    inputs.run("clear d.csv --price-of-liquidity 1.5").fails(2, "WRONG_USE");
}

#[test]
fn a_folder_of_something_else_is_left_as_it_is() {
    let inputs = Inputs::of(&[("d.csv", MICRO)]);
    let out = inputs.path("out");
    fs::create_dir(&out).expect("made");
    for (name, content) in [("notes.txt", "mine"), ("obligations.csv", MICRO), ("certificate.json", "{}")] {
        fs::write(out.join(name), content).expect("written");
        inputs.run("clear d.csv --out out").fails(2, "OUT_NOT_EMPTY");
        assert_eq!(files_of(&out), [(name.to_owned(), content.to_owned())]);
        fs::remove_file(out.join(name)).expect("removed");
    }
    inputs.run("clear d.csv --out out").done();
}

#[test]
fn shared_vectors_of_divisible_debts_come_out_as_computed() {
    let Some(dir) = vectors() else { return };
    let read = |name: &str| -> Value {
        serde_json::from_str(&fs::read_to_string(dir.join(name)).expect("a file")).expect("JSON")
    };
    let vector = read("div-05-lexicographic.json");
    let rows = vector["input"]["obligations"]["rows"].as_array().expect("rows");
    let cell = |cell: &Value| cell.as_str().map_or_else(|| cell.to_string(), str::to_owned);
    let line = |row: &Value| row.as_array().expect("a row").iter().map(cell).collect::<Vec<_>>().join(",");
    let lines: Vec<String> = rows.iter().map(line).collect();
    let inputs = Inputs::of(&[("d.csv", &format!("id,debtor,creditor,amount,class\n{}\n", lines.join("\n")))]);
    let found = object(&inputs, "--out out");
    let expected = &vector["expected"];
    assert_eq!(found["cleared_by_class"]["0"], expected["level1_urgent_cleared"]);
    assert_eq!(found["cleared"], expected["level2_total_cleared_given_level1"]);
    verify(&inputs.path("out")).done();
}
