//! Personal data through copies, repetitions and ends: what a payment names is kept, whatever came before it.

use crate::house::{ask_with, new_house, open, options, order, uetr};
use domain::command::{Command, CommandBody, Order, SubmitPayment};
use domain::{Refusal, Uetr};
use journal_sqlite::restore;
use ledger::Answer;
use node::Node;
use payloads::{Got, HouseKey, RestoreSource, StoreOptions};
use std::fs;

const ORDERS: u64 = 30;

fn put(node: &mut Node, numbers: std::ops::Range<u64>) {
    for number in numbers {
        let (command, sealed) = order(number);
        let answer = ask_with(node, command, Some(&sealed));
        assert!(matches!(answer, Answer::Accepted { .. }), "{answer:?}");
    }
}

fn all_are_kept(node: &mut Node) {
    for number in 0..ORDERS {
        let found = node.payloads().expect("kept").get(&order(number).1.0).expect("reads");
        assert!(matches!(found, Got::Found(_)), "order {number}: {found:?}");
    }
}

#[test]
fn personal_data_brought_back_in_place_are_swept_of_nothing_that_the_journal_names() {
    let root = tempfile::tempdir().expect("a folder");
    let (dir, copy, keys) = (root.path().join("house"), root.path().join("copy"), root.path().join("keys"));
    let mut node = new_house(&dir, &options(20));
    put(&mut node, 0..ORDERS);
    node::backup(&dir, &copy, Some(&keys)).expect("copied while at work");
    node.close().expect("ends in order");

    fs::remove_dir_all(dir.join("payloads")).expect("lost");
    let source = RestoreSource { payloads: copy.join("payloads"), keys, register: None };
    let key = HouseKey::from_bytes(&mut [7; 32]);
    payloads::restore(&source, &dir.join("payloads"), &key, StoreOptions::default(), |_, _| ()).expect("restored");
    for _ in 0..2 {
        let (mut node, warned) = open(&dir, &options(20));
        assert_eq!(warned, [""; 0]);
        all_are_kept(&mut node);
        node.close().expect("ends in order");
    }
}

/// The order under another reference, changed.
fn again(number: u64, reference: Uetr, change: impl FnOnce(Order) -> Order) -> Command {
    let (command, _) = order(number);
    let CommandBody::Submit(submission) = &command.body else { panic!("an order") };
    let order = change(Order { uetr: reference, ..submission.order().clone() });
    Command::by(command.actor, CommandBody::Submit(SubmitPayment::new(order)))
}

#[test]
fn a_payload_that_came_with_a_refused_order_first_is_kept_for_the_one_that_was_accepted() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut node = new_house(folder.path(), &options(20));
    put(&mut node, 0..ORDERS - 1);
    let (_, sealed) = order(ORDERS - 1);
    let to_itself = again(ORDERS - 1, uetr(1 << 41), |order| Order { payee: order.payer, ..order });
    let answer = ask_with(&mut node, to_itself, Some(&sealed));
    assert!(matches!(answer, Answer::Refused { refusal: Refusal::SameParty, .. }), "{answer:?}");
    let answer = ask_with(&mut node, order(ORDERS - 1).0, Some(&sealed));
    assert!(matches!(answer, Answer::Accepted { .. }), "{answer:?}");
    // And refused once more, after it was named.
    let to_itself = again(ORDERS - 1, uetr(1 << 42), |order| Order { payee: order.payer, ..order });
    assert!(matches!(ask_with(&mut node, to_itself, Some(&sealed)), Answer::Refused { .. }));
    node.close().expect("ends in order");
    let (mut node, _) = open(folder.path(), &options(20));
    all_are_kept(&mut node);
}

#[test]
fn a_keys_file_cut_between_two_keys_is_found_when_it_is_opened() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut node = new_house(folder.path(), &options(20));
    put(&mut node, 0..ORDERS);
    node.close().expect("ends in order");
    let keys = folder.path().join("payloads").join(payloads::KEYS_FILE);
    let bytes = fs::metadata(&keys).expect("there").len();
    fs::OpenOptions::new().write(true).open(&keys).expect("opens").set_len(bytes - 128 * 10).expect("cut");
    let key = HouseKey::from_bytes(&mut [7; 32]);
    let fault = payloads::PayloadStore::open(&folder.path().join("payloads"), &key, StoreOptions::default())
        .expect_err("acknowledged keys are missing");
    assert_eq!(fault.code(), "KEYS_TRUNCATED", "{fault}");
    assert!(fault.to_string().contains("were acknowledged"), "{fault}");
}

#[test]
fn a_copy_whose_personal_data_failed_has_no_mark_and_is_refused() {
    let root = tempfile::tempdir().expect("a folder");
    let (dir, copy) = (root.path().join("house"), root.path().join("copy"));
    let mut node = new_house(&dir, &options(20));
    put(&mut node, 0..ORDERS);
    node.close().expect("ends in order");
    fs::remove_file(dir.join("payloads").join("payloads.db")).expect("lost");
    assert!(node::backup(&dir, &copy, None).is_err());
    let fault = restore(&copy, &root.path().join("back"), None).expect_err("half a copy is none");
    assert_eq!(fault.code(), "MARK_MISSING");
}

#[test]
fn what_was_lost_is_looked_at_before_anything_is_restored() {
    let root = tempfile::tempdir().expect("a folder");
    let (dir, copy, back) = (root.path().join("house"), root.path().join("copy"), root.path().join("back"));
    let mut node = new_house(&dir, &options(20));
    put(&mut node, 0..ORDERS);
    node.close().expect("ends in order");
    node::backup(&dir, &copy, None).expect("copied");
    assert!(node::restore(&copy, &back, Some(&root.path().join("nowhere"))).is_err());
    node::restore(&copy, &back, None).expect("nothing was done before");
}
