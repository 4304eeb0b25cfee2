//! `caudal queue`: which payments settle, under which order, guard and limits; and what it says of files that are wrong.

use crate::clearing_folder::{Inputs, files_of, verify};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

/// MAS Project Ubin, phase 2, test script S3LSM2 (github.com/project-ubin/ubin-quorum): published input.
const GRIDLOCK: &str = "\
id,payer,payee,amount
1,A,B,30000
2,B,C,5000
3,C,A,6000
4,A,E,7000
5,E,D,4000
6,D,A,5000
";
const HOLDINGS: &str = "participant,amount\nA,3000\nB,4000\nC,5000\nD,4000\nE,3000\n";

fn gridlock() -> Inputs {
    Inputs::of(&[("p.csv", GRIDLOCK), ("l.csv", HOLDINGS)])
}

fn object(inputs: &Inputs, more: &str) -> Value {
    inputs.run(&format!("queue p.csv --liquidity l.csv --json {more}")).object()
}

#[test]
fn a_published_gridlock_is_resolved_by_passing_and_strict_order_settles_nothing() {
    let inputs = gridlock();
    let free = object(&inputs, "");
    assert_eq!((&free["payments"], &free["settled_count"]), (&json!(6), &json!(3)));
    assert_eq!((&free["settled_value"], &free["upper_bound"]), (&json!(16_000), &json!(16_000)));
    assert_eq!((&free["fifo_value"], &free["gap"].as_f64()), (&json!(0), &Some(0.0)));
    assert_eq!(free["settled_ids"], json!(["4", "5", "6"]));
    assert_eq!(free["settled_value_by_class"], json!({"0": 16_000}));
    assert_eq!(free["final_balances"], json!({"A": 1000, "B": 4000, "C": 5000, "D": 3000, "E": 6000}));
    for key in ["seconds", "read_seconds", "write_seconds"] {
        assert!(free[key].is_number(), "{key}");
    }
    let strict = object(&inputs, "--order fifo");
    assert_eq!((&strict["settled_value"], &strict["settled_ids"]), (&json!(0), &json!([])));
    assert_eq!(strict["final_balances"], json!({"A": 3000, "B": 4000, "C": 5000, "D": 4000, "E": 3000}));
}

#[test]
fn the_guard_keeps_what_fifo_settles_and_without_it_more_value_may_take_its_place() {
    let payments = "payee,amount,id,payer\nB,60,small,A\nB,100,large,A\n";
    let inputs = Inputs::of(&[("p.csv", payments), ("l.csv", "amount,participant\n100,A\n")]);
    for (more, ids, value) in [
        ("", json!(["small"]), 60),
        ("--guard on --order bypass", json!(["small"]), 60),
        ("--guard off", json!(["large"]), 100),
        ("--order fifo", json!(["small"]), 60),
        ("--order fifo --guard off", json!(["small"]), 60),
    ] {
        let found = object(&inputs, more);
        assert_eq!((&found["settled_ids"], &found["settled_value"]), (&ids, &json!(value)), "{more}");
        assert_eq!((&found["fifo_value"], &found["upper_bound"]), (&json!(60), &json!(value)), "{more}");
    }
}

#[test]
fn classes_come_in_their_order_and_identifiers_come_back_as_they_were_given() {
    let payments = "id,payer,payee,amount,class\n007,A,Zoë,90,2\n\"a,b\",A,\"two\nlines\",40,0\n-1,Zoë,A,10,1\n";
    let inputs = Inputs::of(&[("p.csv", payments), ("l.csv", "participant,amount\nA,90\nZoë,10\n")]);
    let found = object(&inputs, "--guard off --out out");
    assert_eq!(found["settled_ids"], json!(["a,b", "-1"]));
    assert_eq!(found["settled_value_by_class"], json!({"0": 40, "1": 10, "2": 0}));
    assert_eq!(found["final_balances"], json!({"A": 60, "Zoë": 0, "two\nlines": 40}));
    verify(&inputs.path("out")).done();
}

#[test]
fn limits_hold_and_what_waits_says_what_would_release_it() {
    let payments = "id,payer,payee,amount\np1,A,B,70\np2,A,C,50\np3,A,D,40\np4,B,A,10\n";
    let inputs = Inputs::of(&[
        ("p.csv", payments),
        ("l.csv", "participant,amount\nA,1000\nB,10\n"),
        ("b.csv", "of,towards,amount\nA,B,55\n"),
        ("m.csv", "of,amount\nA,50\n"),
    ]);
    let found = object(&inputs, "--bilateral-limits b.csv --multilateral-limits m.csv --guard off --out out");
    assert_eq!(found["settled_ids"], json!(["p2", "p4"]));
    let explained = &found["explanations"];
    assert_eq!((&explained[0]["id"], &explained[1]["id"]), (&json!("p1"), &json!("p3")));
    assert_eq!(explained[0]["obstacles"][0]["kind"], "bilateral_limit");
    assert_eq!(explained[0]["obstacles"][0]["missing"], 5);
    assert_eq!(explained[1]["obstacles"][0]["kind"], "multilateral_limit");
    assert_eq!(explained[1]["obstacles"][0]["missing"], 40);
    verify(&inputs.path("out")).done();
    // With what is missing, it does settle.
    fs::write(inputs.path("b.csv"), "of,towards,amount\nA,B,60\n").expect("written");
    let found = object(&inputs, "--bilateral-limits b.csv --multilateral-limits m.csv --guard off");
    assert_eq!(found["settled_ids"], json!(["p1", "p2", "p4"]));
}

#[test]
fn nobody_waits_in_an_empty_queue_and_an_absent_participant_has_nothing() {
    let inputs = Inputs::of(&[("p.csv", "id,payer,payee,amount\n"), ("l.csv", "participant,amount\n")]);
    let none = object(&inputs, "--out out");
    assert_eq!((&none["payments"], &none["settled_value"], &none["upper_bound"]), (&json!(0), &json!(0), &json!(0)));
    assert_eq!((&none["settled_ids"], &none["gap"].as_f64()), (&json!([]), &Some(0.0)));
    verify(&inputs.path("out")).done();
    let inputs = Inputs::of(&[("p.csv", "id,payer,payee,amount\nx,A,B,1\n"), ("l.csv", "participant,amount\n")]);
    let absent = object(&inputs, "");
    assert_eq!((&absent["settled_count"], &absent["final_balances"]), (&json!(0), &json!({"A": 0, "B": 0})));
}

#[test]
fn the_same_files_give_the_same_folder() {
    let inputs = gridlock();
    object(&inputs, "--out out");
    let first = files_of(&inputs.path("out"));
    // Over the result of another run, too.
    object(&inputs, "--order fifo --out out");
    assert_ne!(files_of(&inputs.path("out")), first);
    object(&inputs, "--out out");
    assert_eq!(files_of(&inputs.path("out")), first);
}

/// Files, how they are changed, the code and what else the line says.
const WRONG: &[(&str, &str, &str, &str)] = &[
    ("p.csv", "id,payer,payee,amount\n1,A,B,10\n2,A,A,10\n", "CSV_SELF_PAYMENT", "p.csv, line 3"),
    ("p.csv", "id,payer,payee,amount\n1,A,B,10\n2,A,B,10\n1,A,C,10\n", "CSV_DUPLICATE_ID", "p.csv, line 4"),
    ("p.csv", "id,payer,payee,amount\n\n1,A,B,0\n", "CSV_AMOUNT", "line 3, column amount"),
    ("p.csv", "id,payer,payee,amount\n1,A,B,-5\n", "CSV_AMOUNT", "negative"),
    ("p.csv", "id,payer,payee,amount\n1,A,B,9223372036854775808\n", "CSV_AMOUNT", "line 2"),
    ("p.csv", "id,payer,payee,amount\n1,A,B,1.50\n", "CSV_AMOUNT", "line 2"),
    ("p.csv", "id,payer,payee,amount\n1,A,B,9223372036854775807\n", "CSV_TOO_LARGE", "line 2"),
    ("p.csv", "id,payer,payee,amount\n,A,B,5\n", "CSV_ID", "line 2, column id"),
    ("p.csv", "id,payer,payee,amount\n1,,B,5\n", "CSV_NAME", "line 2, column payer"),
    ("p.csv", "id,payer,payee,amount,class\n1,A,B,5,64\n", "CSV_CLASS", "line 2, column class"),
    ("p.csv", "id,payer,payee,amount,class\n1,A,B,5,\n", "CSV_CLASS", "line 2"),
    ("p.csv", "payer,payee,amount\nA,B,5\n", "CSV_HEADER", "id"),
    ("p.csv", "1,A,B,5\n", "CSV_HEADER", "line 1"),
    ("p.csv", "", "CSV_EMPTY", "p.csv"),
    ("l.csv", "participant,amount\nA,-1\n", "CSV_AMOUNT", "l.csv, line 2"),
    ("l.csv", "participant,amount\nA,1\nB,2\nA,1\n", "CSV_DUPLICATE_ROW", "l.csv, line 4"),
    ("l.csv", "participant\nA\n", "CSV_HEADER", "amount"),
    ("b.csv", "of,towards,amount\nA,B,5\nA,Nobody,5\n", "CSV_UNKNOWN_PARTICIPANT", "b.csv, line 3, column towards"),
    ("b.csv", "of,towards,amount\nA,B,5\nA,B,6\n", "CSV_DUPLICATE_ROW", "b.csv, line 3"),
    ("b.csv", "of,towards,amount\nA,A,5\n", "CSV_SELF_LIMIT", "b.csv, line 2"),
    ("b.csv", "of,towards,amount\nA,B,-5\n", "CSV_AMOUNT", "b.csv, line 2"),
    ("m.csv", "of,amount\nNobody,5\n", "CSV_UNKNOWN_PARTICIPANT", "m.csv, line 2, column of"),
    ("m.csv", "of,amount\nA,5\nA,5\n", "CSV_DUPLICATE_ROW", "m.csv, line 3"),
];

#[test]
fn a_wrong_file_is_refused_with_its_line_and_nothing_is_written() {
    for (file, content, code, says) in WRONG {
        let inputs = Inputs::of(&[
            ("p.csv", "id,payer,payee,amount\n1,A,B,10\n"),
            ("l.csv", "participant,amount\nA,10\n"),
            ("b.csv", "of,towards,amount\n"),
            ("m.csv", "of,amount\n"),
        ]);
        let line = "queue p.csv --liquidity l.csv --bilateral-limits b.csv --multilateral-limits m.csv --out out";
        fs::write(inputs.path(file), content).expect("written");
        let ended = inputs.run(line);
        ended.fails(3, code);
        assert!(ended.err.contains(says), "{content}: {ended:?}");
        assert_eq!(files_of(&inputs.path("out")), [], "{content}");
    }
    let inputs = gridlock();
    inputs.run("queue p.csv --liquidity absent.csv").fails(3, "FILE_READ");
    inputs.run("queue p.csv").fails(2, "WRONG_USE");
    inputs.run("queue p.csv --liquidity l.csv --ticks -1").fails(2, "WRONG_USE");
    inputs.run("queue p.csv --liquidity l.csv --order first").fails(2, "WRONG_USE");
}

/// The vectors beside the repository, where they are there.
pub fn vectors() -> Option<std::path::PathBuf> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/vectors");
    if !dir.is_dir() {
        eprintln!("skipped: the shared vectors are not there");
    }
    dir.is_dir().then_some(dir)
}

fn rows(table: &Value) -> String {
    let cell = |cell: &Value| cell.as_str().map_or_else(|| cell.to_string(), str::to_owned);
    let line = |row: &Value| row.as_array().expect("a row").iter().map(cell).collect::<Vec<_>>().join(",");
    table["rows"].as_array().expect("rows").iter().map(|row| line(row) + "\n").collect()
}

fn by_name(amounts: &Value) -> String {
    amounts.as_object().expect("amounts").iter().map(|(name, amount)| format!("{name},{amount}\n")).collect()
}

#[test]
fn shared_vectors_of_gridlock_come_out_as_published() {
    let Some(dir) = vectors() else { return };
    let vector: Value =
        serde_json::from_str(&fs::read_to_string(dir.join("ind-01-ubin-gridlock.json")).expect("a file"))
            .expect("JSON");
    for case in vector["cases"].as_array().expect("cases") {
        let payments = format!("id,payer,payee,amount\n{}", rows(&case["input"]["payments_in_queue_order"]));
        let liquidity = format!("participant,amount\n{}", by_name(&case["input"]["balances"]));
        let inputs = Inputs::of(&[("p.csv", &payments), ("l.csv", &liquidity)]);
        for (more, expected) in [("--order fifo", "strict_fifo"), ("--order bypass --guard off", "bypass_allowed")] {
            let (found, expected) = (object(&inputs, more), &case["expected"][expected]);
            assert_eq!(found["settled_value"], expected["value"], "{} {more}", case["name"]);
            if expected["unique"] != json!(false) {
                assert_eq!(found["settled_ids"], expected["settled"], "{} {more}", case["name"]);
                assert_eq!(found["final_balances"], expected["final_balances"], "{} {more}", case["name"]);
            }
        }
    }
}

#[test]
fn a_shared_vector_of_160_payments_under_limits_is_solved_to_its_proved_optimum() {
    let Some(dir) = vectors() else { return };
    let read = |name: &str| fs::read_to_string(dir.join(name)).expect("a file");
    let vector: Value = serde_json::from_str(&read("ind-03-medium.json")).expect("JSON");
    let input = &vector["input"];
    let inputs = Inputs::of(&[
        ("p.csv", &read("ind-03-medium.csv")),
        ("l.csv", &format!("participant,amount\n{}", by_name(&input["liquidity"]))),
        ("b.csv", &format!("of,towards,amount\n{}", rows(&input["bilateral_limits"]))),
        ("m.csv", &format!("of,amount\n{}", rows(&input["multilateral_limits"]))),
    ]);
    let limits = "--bilateral-limits b.csv --multilateral-limits m.csv";
    let found = object(&inputs, &format!("{limits} --guard off --out out"));
    assert_eq!(found["settled_value"], vector["expected"]["optimal_value"]);
    assert_eq!(found["fifo_value"], 1_632_097);
    verify(&inputs.path("out")).done();
}
