//! What lies beside the journal is lost, damaged, of another house or of another day: it is said, and made anew.

use crate::house::{MEMBERS, ask, ask_with, new_house, open, options, order, pay_out};
use domain::{Command, PaymentId};
use ledger::Answer;
use node::Node;
use payloads::{Got, HouseKey, RestoreSource, StoreOptions};
use std::fs;
use std::path::Path;

/// Orders of a filled house.
pub const ORDERS: u64 = 120;

/// A house with payments that have left memory, at work.
pub fn filled(dir: &Path) -> Node {
    let mut node = new_house(dir, &options(20));
    for number in 0..ORDERS {
        let (command, sealed) = order(number);
        let answer = ask_with(&mut node, command, Some(&sealed));
        assert!(matches!(answer, Answer::Accepted { .. }), "{answer:?}");
        if number % 10 == 0 {
            pay_out(&mut node);
        }
    }
    assert!(node.figures().history.payments > 0, "nothing has left memory");
    node
}

/// Every order is known, wherever it is kept.
pub fn knows_all(node: &mut Node) {
    for number in 0..ORDERS {
        let answer = ask(node, order(number).0);
        let known = |payment: PaymentId| payment.0 == number;
        assert!(matches!(answer, Answer::Duplicate { payment, .. } if known(payment)), "{number}: {answer:?}");
    }
}

pub fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("made");
    for entry in fs::read_dir(from).expect("reads") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("a type").is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("copied");
        }
    }
}

#[test]
fn a_house_begins_where_its_last_snapshot_is_and_knows_what_left_memory() {
    let folder = tempfile::tempdir().expect("a folder");
    filled(folder.path()).close().expect("ends in order");
    let (mut node, warned) = open(folder.path(), &options(20));
    assert_eq!(warned, [""; 0]);
    knows_all(&mut node);
}

#[test]
fn an_index_that_is_gone_is_made_anew_from_the_journal() {
    let folder = tempfile::tempdir().expect("a folder");
    filled(folder.path()).close().expect("ends in order");
    fs::remove_dir_all(folder.path().join("history")).expect("removed");
    let (mut node, warned) = open(folder.path(), &options(20));
    assert_eq!(warned, ["SNAPSHOT_WITHOUT_ARCHIVE"; 2], "no snapshot is of use without what had left");
    knows_all(&mut node);
    node.close().expect("ends in order");
    let (mut node, warned) = open(folder.path(), &options(20));
    assert_eq!(warned, [""; 0], "it was made anew");
    knows_all(&mut node);
}

#[test]
fn the_index_of_another_house_is_not_used() {
    let root = tempfile::tempdir().expect("a folder");
    let (one, other) = (root.path().join("one"), root.path().join("other"));
    filled(&one).close().expect("ends in order");
    let mut second = new_house(&other, &options(5));
    for number in 1_000..1_200 {
        ask(&mut second, order(number).0);
        pay_out(&mut second);
    }
    second.close().expect("ends in order");
    fs::remove_dir_all(one.join("history")).expect("removed");
    copy_folder(&other.join("history"), &one.join("history"));
    let (mut node, warned) = open(&one, &options(20));
    assert!(warned.contains(&"HISTORY_FOREIGN"), "{warned:?}");
    knows_all(&mut node);
    let answer = ask(&mut node, order(1_000).0);
    assert!(matches!(answer, Answer::Accepted { .. }), "the other house's payment is none of this one's: {answer:?}");
}

#[test]
fn an_index_of_an_earlier_day_is_brought_up_by_replay() {
    let folder = tempfile::tempdir().expect("a folder");
    let (dir, early) = (folder.path().join("house"), folder.path().join("early"));
    filled(&dir).close().expect("ends in order");
    copy_folder(&dir.join("history"), &early);
    let (mut node, _) = open(&dir, &options(20));
    for number in ORDERS..2 * ORDERS {
        ask(&mut node, order(number).0);
        pay_out(&mut node);
    }
    node.close().expect("ends in order");
    fs::remove_dir_all(dir.join("history")).expect("removed");
    copy_folder(&early, &dir.join("history"));
    let (mut node, warned) = open(&dir, &options(20));
    assert_eq!(warned, ["SNAPSHOT_WITHOUT_ARCHIVE"; 2]);
    knows_all(&mut node);
}

#[test]
fn a_snapshot_and_an_index_of_a_later_height_than_the_journal_are_not_used() {
    let root = tempfile::tempdir().expect("a folder");
    let (dir, copy, back) = (root.path().join("house"), root.path().join("copy"), root.path().join("back"));
    let mut node = filled(&dir);
    node::backup(&dir, &copy, None).expect("copied while at work");
    for number in ORDERS..2 * ORDERS {
        ask(&mut node, order(number).0);
        pay_out(&mut node);
    }
    node.close().expect("ends in order");
    node::restore(&copy, &back, None).expect("restored");
    for folder in ["snapshots", "history"] {
        copy_folder(&dir.join(folder), &back.join(folder));
    }
    let (mut node, warned) = open(&back, &options(20));
    assert!(warned.contains(&"HISTORY_FOREIGN"), "{warned:?}");
    knows_all(&mut node);
    let answer = ask(&mut node, order(ORDERS + 1).0);
    assert!(matches!(answer, Answer::Accepted { .. }), "what is not in the journal never was: {answer:?}");
}

#[test]
fn a_copy_of_a_house_at_work_is_consistent_and_its_personal_data_come_back() {
    let root = tempfile::tempdir().expect("a folder");
    let (dir, copy, keys, back) =
        (root.path().join("house"), root.path().join("copy"), root.path().join("keys"), root.path().join("back"));
    let mut node = filled(&dir);
    let head = node::backup(&dir, &copy, Some(&keys)).expect("copied while at work");
    assert_eq!(head.next_seq, node.engine().durable_height().0);
    knows_all(&mut node);
    node.close().expect("ends in order");

    node::restore(&copy, &back, None).expect("restored");
    let source = RestoreSource { payloads: copy.join("payloads"), keys, register: None };
    let key = HouseKey::from_bytes(&mut [7; 32]);
    payloads::restore(&source, &back.join("payloads"), &key, StoreOptions::default(), |_, _| ()).expect("restored");
    let (mut node, warned) = open(&back, &options(20));
    assert_eq!(warned, [""; 0]);
    assert_eq!(node.engine().durable_height().0, head.next_seq);
    knows_all(&mut node);
    for number in 0..ORDERS {
        let found = node.payloads().expect("kept").get(&order(number).1.0).expect("reads");
        assert!(matches!(found, Got::Found(_)), "order {number}: {found:?}");
    }
}

#[test]
fn a_restore_into_a_folder_in_use_is_refused() {
    let root = tempfile::tempdir().expect("a folder");
    let (dir, copy) = (root.path().join("house"), root.path().join("copy"));
    let node = filled(&dir);
    node::backup(&dir, &copy, None).expect("copied");
    let fault = node::restore(&copy, &dir, None).expect_err("refused");
    assert_eq!(fault.code(), "DATA_IN_USE");
    node.close().expect("nothing happened to it");
}

#[test]
fn the_shadow_writes_snapshots_while_the_house_is_at_work() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut node = filled(folder.path());
    let height = node.engine().durable_height().0;
    // Patience, not a measurement: the shadow has all the time that it needs.
    let written = (0..2_000).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(5));
        !node::snapshots::heights(folder.path()).expect("reads").is_empty()
    });
    assert!(written, "{:?}", node.figures());
    // A crash: nothing is written at the end.
    drop(node);
    let (mut node, warned) = open(folder.path(), &options(20));
    assert_eq!(warned, [""; 0]);
    assert_eq!(node.engine().durable_height().0, height);
    knows_all(&mut node);
}

#[test]
fn a_snapshot_is_prepared_while_another_process_runs_the_house() {
    let folder = tempfile::tempdir().expect("a folder");
    let node = filled(folder.path());
    let height =
        node::build_snapshot(folder.path(), 5, &mut |warning| panic!("{warning}"), &mut |_| ()).expect("built");
    assert_eq!(node::snapshots::heights(folder.path()).expect("reads").last(), Some(&height));
    node.close().expect("ends in order");
    // Only the prepared one is left.
    for entry in fs::read_dir(folder.path().join("snapshots")).expect("reads") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        if name.starts_with("state-") && name != format!("state-{height:020}") {
            fs::remove_file(path).expect("removed");
        }
    }
    let (mut node, warned) = open(folder.path(), &options(20));
    assert_eq!(warned, [""; 0]);
    knows_all(&mut node);
}

#[test]
fn a_batch_whose_personal_data_are_not_those_of_its_commitment_is_not_taken() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut node = new_house(folder.path(), &options(20));
    let height = node.engine().durable_height();
    let (command, (commitment, _)) = order(1);
    let (_, (_, other)) = order(2);
    let at = node.engine().last_time();
    let fault = node.submit(&engine::Batch::of(at, [command.clone()]), &[(commitment, other)]).expect_err("refused");
    assert_eq!(fault.code(), "COMMITMENT_MISMATCH");
    assert_eq!(node.engine().durable_height(), height, "nothing was decided");
    let command: Command = command;
    assert!(matches!(ask(&mut node, command), Answer::Accepted { .. }), "and nothing was consumed");
    assert_eq!(u64::from(MEMBERS), 3);
}
