//! `caudal verify-clearing`: accepts what was written, and nothing in which a single number is another one.

use crate::clearing_folder::{Inputs, altered, files_of, forged, numbers, verify};
use crate::program::{copy_folder, run, text};
use std::fs;
use std::path::{Path, PathBuf};

fn of_debts() -> (Inputs, PathBuf) {
    let debts = "id,debtor,creditor,amount,class,due\n1,A,B,900,0,2026-01-05\n2,B,C,700,1,2026-01-06\n3,C,A,500,0,\n\
                 4,C,B,250,1,2026-02-01\n5,A,B,350,0,2026-01-04\n";
    let inputs = Inputs::of(&[("d.csv", debts), ("l.csv", "participant,amount\nA,120\nB,30\n")]);
    inputs.run("clear d.csv --liquidity l.csv --price-of-liquidity 1 --out out").done();
    let out = inputs.path("out");
    (inputs, out)
}

fn of_queue() -> (Inputs, PathBuf) {
    let payments = "id,payer,payee,amount,class\n1,A,B,30000,0\n2,B,C,5000,0\n3,C,A,6000,1\n4,A,E,7000,0\n5,E,D,4000,1\n\
                    6,D,A,5000,0\n7,B,A,900,0\n";
    let inputs = Inputs::of(&[
        ("p.csv", payments),
        ("l.csv", "participant,amount\nA,3000\nB,4000\nC,5000\nD,4000\nE,3000\n"),
        ("b.csv", "of,towards,amount\nA,E,8000\nC,A,100\n"),
        ("m.csv", "of,amount\nD,6000\n"),
    ]);
    let limits = "--bilateral-limits b.csv --multilateral-limits m.csv";
    inputs.run(&format!("queue p.csv --liquidity l.csv {limits} --out out")).done();
    let out = inputs.path("out");
    (inputs, out)
}

#[test]
fn a_folder_with_any_single_number_altered_is_refused() {
    for (inputs, out) in [of_debts(), of_queue()] {
        verify(&out).done();
        let mut count = 0;
        for (name, content) in files_of(&out) {
            for number in numbers(&content) {
                let path = out.join(&name);
                fs::write(&path, altered(&content, &number)).expect("written");
                let ended = verify(&out);
                assert_eq!(ended.code, 1, "{name}, {number:?} of {content}: {ended:?}");
                ended.fails(1, "CERTIFICATE_REFUSED");
                fs::write(&path, &content).expect("written");
                count += 1;
            }
        }
        assert!(count > 150, "only {count} numbers");
        verify(&out).done();
        drop(inputs);
    }
}

/// Alters each number of a file in turn, makes every digest right again, and counts how many are accepted all the same.
fn accepted_forgeries(out: &Path, name: &str, is_meant: impl Fn(&str, usize) -> bool) -> Vec<String> {
    let content = fs::read_to_string(out.join(name)).expect("a file");
    let room = tempfile::tempdir().expect("a folder");
    let mut accepted = Vec::new();
    for number in numbers(&content).into_iter().filter(|number| is_meant(&content, number.start)) {
        let forgery = room.path().join(format!("{}", number.start));
        let altered = altered(&content, &number);
        forged(out, &forgery, name, &altered);
        if verify(&forgery).code != 1 {
            accepted.push(format!("{name}, {number:?}: {altered}"));
        }
    }
    accepted
}

#[test]
fn answers_are_refused_also_where_every_digest_was_made_right_again() {
    for ((inputs, out), names) in [
        (of_debts(), &["notices.csv", "participants.csv"][..]),
        (of_queue(), &["settled.csv", "waiting.csv", "participants.csv"][..]),
    ] {
        for name in names {
            assert_eq!(accepted_forgeries(&out, name, |_, _| true), [""; 0], "{inputs:?}", inputs = inputs.dir);
        }
        // Of the certificate: all figures and claims. (Other prices may prove the same, and are then no lie.)
        let is_claim = |content: &str, at: usize| {
            let key = |key: &str| content[..at].ends_with(key);
            [
                "\"value\":",
                "\"upper_bound\":",
                "\"cleared\":",
                "\"total_debt\":",
                "\"settled_value\":",
                "\"fifo_value\":",
            ]
            .iter()
            .any(|claim| key(claim))
        };
        assert_eq!(accepted_forgeries(&out, "certificate.json", is_claim), [""; 0]);
    }
}

#[test]
fn a_certificate_of_another_input_is_refused() {
    let (first, out) = of_debts();
    let other = Inputs::of(&[("d.csv", "debtor,creditor,amount\nA,B,900\nB,A,700\n")]);
    other.run("clear d.csv --out out").done();
    fs::copy(other.path("out/certificate.json"), out.join("certificate.json")).expect("copied");
    fs::copy(other.path("out/SHA256SUMS"), out.join("SHA256SUMS")).expect("copied");
    let ended = verify(&out);
    ended.fails(1, "CERTIFICATE_REFUSED");
    assert!(ended.err.contains("not the input that the certificate is of"), "{ended:?}");
    drop(first);
}

#[test]
fn a_folder_of_something_else_or_without_a_file_is_wrong_data() {
    let empty = tempfile::tempdir().expect("a folder");
    verify(empty.path()).fails(3, "NOT_A_RESULT");
    verify(&empty.path().join("absent")).fails(3, "NOT_A_RESULT");
    for content in ["", "{}", "not JSON", "{\"format\":\"other/1\",\"kind\":\"queue\",\"files\":{}}"] {
        fs::write(empty.path().join("certificate.json"), content).expect("written");
        verify(empty.path()).fails(1, "CERTIFICATE_REFUSED");
    }
    for (inputs, out) in [of_debts(), of_queue()] {
        for (name, _) in files_of(&out) {
            let copy = inputs.path("copy");
            copy_folder(&out, &copy);
            fs::remove_file(copy.join(&name)).expect("removed");
            verify(&copy).fails(1, "CERTIFICATE_REFUSED");
            fs::remove_dir_all(&copy).expect("removed");
        }
    }
}

#[test]
fn the_verdict_is_one_object_when_asked() {
    let (_inputs, out) = of_queue();
    let object = run(&["verify-clearing", "--json", text(&out)]).object();
    assert_eq!((&object["accepted"], &object["kind"]), (&true.into(), &"queue".into()));
    let settled = fs::read_to_string(out.join("settled.csv")).expect("a file");
    fs::write(out.join("settled.csv"), settled.replace("7000", "7001")).expect("written");
    let ended = run(&["verify-clearing", "--json", text(&out)]);
    ended.fails(1, "CERTIFICATE_REFUSED");
    let object: serde_json::Value = serde_json::from_str(&ended.out).expect("JSON");
    assert_eq!(object["accepted"], false);
}
