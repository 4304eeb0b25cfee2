//! Folders of results: nothing of anybody else is touched, and a result is there whole or not at all.

use crate::clearing_folder::{Inputs, files_of, forged, verify};
use crate::program::{command, run, text};
use std::fs;
use std::path::Path;
use std::process::Stdio;

const DEBTS: &str = "debtor,creditor,amount\nA,B,900\nB,A,700\nB,C,5\n";
const OTHERS: &str = "debtor,creditor,amount\nA,B,900\nB,A,800\n";

fn cleared() -> Inputs {
    let inputs = Inputs::of(&[("d.csv", DEBTS), ("e.csv", OTHERS)]);
    inputs.run("clear d.csv --out out").done();
    inputs
}

/// What stands in the folder that the inputs are in: nothing may be left beside a result.
fn beside(inputs: &Inputs) -> Vec<String> {
    let entries = fs::read_dir(inputs.dir.path()).expect("a folder").map(|entry| entry.expect("an entry").file_name());
    let mut names: Vec<String> = entries.map(|name| name.into_string().expect("a name")).collect();
    names.sort();
    names
}

#[test]
fn an_earlier_result_is_replaced_whole_by_one_of_another_kind() {
    let inputs = Inputs::of(&[
        ("d.csv", DEBTS),
        ("p.csv", "id,payer,payee,amount\n1,A,B,5\n"),
        ("l.csv", "participant,amount\nA,5\n"),
    ]);
    for line in ["clear d.csv --out out", "queue p.csv --liquidity l.csv --out out", "clear d.csv --out out"] {
        inputs.run(line).done();
        verify(&inputs.path("out")).done();
        assert_eq!(beside(&inputs), ["d.csv", "l.csv", "out", "p.csv"], "after {line}");
    }
}

#[test]
fn a_file_with_a_name_of_ours_that_is_not_as_it_was_written_is_neither_overwritten_nor_removed() {
    for (name, content) in [
        ("participants.csv", "my own notes"),
        ("waiting.csv", "of somebody else"),
        ("certificate.json", "{\"format\":\"caudal-clearing/1\"}"),
        ("SHA256SUMS", ""),
    ] {
        let inputs = cleared();
        let out = inputs.path("out");
        fs::write(out.join(name), content).expect("written");
        let before = files_of(&out);
        inputs.run("clear e.csv --out out").fails(2, "OUT_NOT_EMPTY");
        assert_eq!(files_of(&out), before, "{name}");
        assert_eq!(beside(&inputs), ["d.csv", "e.csv", "out"], "{name}");
    }
}

#[test]
fn a_folder_that_only_looks_like_a_result_is_left_alone() {
    let inputs = Inputs::of(&[("d.csv", DEBTS)]);
    let out = inputs.path("out");
    fs::create_dir(&out).expect("made");
    fs::write(out.join("participants.csv"), "mine").expect("written");
    let ended = inputs.run("clear d.csv --out out");
    ended.fails(2, "OUT_NOT_EMPTY");
    assert!(ended.err.contains("participants.csv"), "{ended:?}");
    assert_eq!(files_of(&out), [("participants.csv".to_owned(), "mine".to_owned())]);
}

#[test]
fn a_file_where_the_folder_should_be_is_wrong_use() {
    let inputs = cleared();
    for at in ["d.csv", "d.csv/below", "d.csv/below/that"] {
        let out = inputs.path(at);
        let ended = run(&["clear", text(&inputs.path("e.csv")), "--out", text(&out)]);
        ended.fails(2, "WRONG_USE");
        assert_eq!(inputs.read("d.csv"), DEBTS);
    }
}

#[test]
fn a_folder_that_somebody_stands_in_is_wrong_use() {
    let inputs = cleared();
    let (out, debts) = (inputs.path("out"), inputs.path("e.csv"));
    let before = files_of(&out);
    let ended = command(&["clear", text(&debts), "--out", "."]).current_dir(&out).output().expect("it runs");
    assert_eq!(ended.status.code(), Some(2), "{ended:?}");
    assert_eq!(files_of(&out), before);
}

#[test]
fn whatever_stops_a_run_the_earlier_result_is_whole() {
    let inputs = cleared();
    let out = inputs.path("out");
    let before = files_of(&out);
    // Wrong data: nothing of the new result exists.
    fs::write(inputs.path("e.csv"), "debtor,creditor,amount\nA,A,1\n").expect("written");
    inputs.run("clear e.csv --out out").fails(3, "CSV_SELF_DEBT");
    assert_eq!((files_of(&out), beside(&inputs)), (before.clone(), vec!["d.csv".into(), "e.csv".into(), "out".into()]));
    // Killed while it writes: what it left beside is cleared away by the next run, and never read.
    let part = inputs.path(".out.part");
    fs::create_dir(&part).expect("made");
    fs::write(part.join("notices.csv"), "id,deb").expect("written");
    assert_eq!(files_of(&out), before);
    verify(&out).done();
    fs::write(inputs.path("e.csv"), OTHERS).expect("written");
    inputs.run("clear e.csv --out out").done();
    assert_ne!(files_of(&out), before);
    verify(&out).done();
    assert_eq!(beside(&inputs), ["d.csv", "e.csv", "out"]);
}

#[test]
fn an_earlier_result_whose_place_was_empty_when_a_run_was_stopped_is_put_back() {
    let inputs = cleared();
    let out = inputs.path("out");
    let before = files_of(&out);
    fs::rename(&out, inputs.path(".out.earlier")).expect("moved");
    fs::write(inputs.path("e.csv"), "debtor,creditor,amount\nA,A,1\n").expect("written");
    inputs.run("clear e.csv --out out").fails(3, "CSV_SELF_DEBT");
    assert_eq!(files_of(&out), before);
    assert_eq!(beside(&inputs), ["d.csv", "e.csv", "out"]);
}

#[test]
fn killed_at_any_time_a_run_leaves_the_earlier_result_or_the_new_one() {
    let inputs = cleared();
    let out = inputs.path("out");
    let debts: String =
        (0..20_000).map(|row| format!("P{},P{},{}\n", row % 97, (row + 1 + row % 5) % 97, 1 + row % 1000)).collect();
    fs::write(inputs.path("e.csv"), format!("debtor,creditor,amount\n{debts}")).expect("written");
    let earlier = files_of(&out);
    let arguments = ["clear", text(&inputs.path("e.csv")), "--out", text(&out)].map(ToOwned::to_owned);
    for wait_ms in [0, 1, 2, 4, 8, 12, 16, 20, 30, 40, 60, 80, 120, 200, 400] {
        let mut running = command(&arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it runs");
        std::thread::sleep(std::time::Duration::from_millis(wait_ms));
        running.kill().expect("killed, or ended already");
        running.wait().expect("it ended");
        verify(&out).done();
        if files_of(&out) != earlier {
            // It came to its end: begin again from the earlier result.
            inputs.run("clear d.csv --out out").done();
            assert_eq!(files_of(&out), earlier);
        }
    }
}

#[test]
fn two_runs_do_not_write_one_result() {
    let inputs = cleared();
    let out = inputs.path("out");
    let part = inputs.path(".out.part");
    fs::create_dir(&part).expect("made");
    let lock = fs::File::create(part.join("lock")).expect("made");
    lock.lock().expect("locked");
    let before = files_of(&out);
    inputs.run("clear e.csv --out out").fails(2, "OUT_NOT_EMPTY");
    assert_eq!(files_of(&out), before);
    drop(lock);
    inputs.run("clear e.csv --out out").done();
}

fn added(out: &Path, name: &str) {
    fs::write(out.join(name), "of somebody else").expect("written");
}

#[test]
fn files_that_are_no_part_of_a_result_are_named_when_it_is_verified() {
    let inputs = cleared();
    let out = inputs.path("out");
    assert_eq!(run(&["verify-clearing", "--json", text(&out)]).object()["foreign_files"], serde_json::json!([]));
    // A table that only a queue has is foreign to a result of debts.
    added(&out, "settled.csv");
    added(&out, "notes.txt");
    let told = verify(&out).done();
    assert!(told.contains("Not of the result, and not looked at: notes.txt, settled.csv"), "{told}");
    let object = run(&["verify-clearing", "--json", text(&out)]).object();
    assert_eq!(object["foreign_files"], serde_json::json!(["notes.txt", "settled.csv"]));
}

#[test]
fn a_certificate_in_which_a_key_occurs_twice_is_refused() {
    let inputs = cleared();
    let out = inputs.path("out");
    let certificate = fs::read_to_string(out.join("certificate.json")).expect("a certificate");
    for (once, twice) in [
        ("\"kind\":", "\"kind\":\"set_off\",\"kind\":"),
        ("\"cleared_by_class\":{", "\"cleared_by_class\":{\"0\":0,"),
        ("\"files\":{", "\"files\":{\"notices.csv\":\"0\","),
    ] {
        assert!(certificate.contains(once), "{certificate}");
        let forgery = inputs.path("forgery");
        forged(&out, &forgery, "certificate.json", &certificate.replacen(once, twice, 1));
        let ended = verify(&forgery);
        ended.fails(1, "CERTIFICATE_REFUSED");
        assert!(ended.err.contains("twice") || ended.err.contains("duplicate"), "{ended:?}");
        fs::remove_dir_all(&forgery).expect("removed");
    }
}
