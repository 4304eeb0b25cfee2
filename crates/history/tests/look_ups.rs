//! Whatever is taken, written, merged, superseded and reopened in whatever order: what is found is what a plain model has.

mod common;

use common::{Chance, Difference, Model, durable_to, evictions, feed, in_background, in_hand, open, open_on};
use domain::{ArrangementId, EventSeq, PaymentId, PaymentOriginal, Uetr};
use history::{History, MemoryDisk, Options};
use proptest::prelude::*;

/// One step of a life.
#[derive(Clone, Copy, Debug)]
enum Step {
    Take,
    /// The journal has all but so many of the events taken.
    Durable(usize),
    Flush,
    Settle,
    Reopen,
    Clear,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        8 => Just(Step::Take),
        4 => (0..3_usize).prop_map(Step::Durable),
        2 => Just(Step::Flush),
        1 => Just(Step::Settle),
        1 => Just(Step::Reopen),
        1 => (0..10_u8).prop_map(|n| if n == 0 { Step::Clear } else { Step::Reopen }),
    ];
    prop::collection::vec(step, 1..40)
}

/// Lives the steps and compares after each; gives back how many payments there were.
fn live(steps: &[Step], seed: u64, mut reopen: impl FnMut(Option<History>) -> History) -> usize {
    let all = evictions(seed, steps.len() as u64, 60);
    let mut history = reopen(None);
    let (mut taken, mut durable) = (0, 0);
    for (number, step) in steps.iter().enumerate() {
        match step {
            Step::Take => {
                history.take(all[taken].at, all[taken].originals.clone());
                taken += 1;
            }
            Step::Durable(but) => {
                durable = durable.max(taken.saturating_sub(*but));
                if durable > 0 {
                    durable_to(&history, all[durable - 1].at);
                }
            }
            Step::Flush | Step::Settle => {
                history.flush().expect("a sound disk");
                assert_eq!(history.complete_to(), durable.checked_sub(1).map(|last| all[last].at), "step {number}");
                if matches!(step, Step::Settle) {
                    history.settle().expect("a sound disk");
                    assert!(history.figures().runs <= 5, "{:?}", history.figures());
                }
            }
            Step::Reopen => {
                history = reopen(Some(history));
                // The journal gives again what was not written; what was is ignored.
                let complete = Model::complete_to(&all[..taken], history.complete_to());
                complete.require(&history, "after reopening");
                all[..taken].iter().for_each(|eviction| history.take(eviction.at, eviction.originals.clone()));
                if durable > 0 {
                    durable_to(&history, all[durable - 1].at);
                }
            }
            Step::Clear => {
                history.clear().expect("a sound disk");
                Model::default().require(&history, "after clearing");
                assert_eq!((history.complete_to(), history.stamp()), (None, None));
                feed(&history, &all[..durable]);
                all[durable..taken].iter().for_each(|eviction| history.take(eviction.at, eviction.originals.clone()));
            }
        }
        Model::of(&all[..taken]).require(&history, &format!("step {number}, {step:?}"));
    }
    history.flush().expect("a sound disk");
    history.verify(&mut |_, _| {}).expect("sound");
    Model::of(&all[..taken]).payments()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_life_in_its_callers_hands_answers_as_the_model(steps in steps(), seed in any::<u64>()) {
        let disk = MemoryDisk::new();
        live(&steps, seed, |old| {
            drop(old);
            open_on(&disk, in_hand()).expect("opened")
        });
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn any_life_beside_a_writing_thread_answers_as_the_model(steps in steps(), seed in any::<u64>()) {
        let folder = tempfile::tempdir().expect("a folder");
        live(&steps, seed, |old| {
            drop(old);
            open(folder.path(), in_background()).expect("opened").0
        });
    }
}

#[test]
fn the_comparison_notices_a_wrong_original() {
    let history = open_on(&MemoryDisk::new(), in_hand()).expect("opened");
    let all = evictions(3, 4, 60);
    feed(&history, &all);
    let mut model = Model::of(&all);
    model.require(&history, "as it is");
    model.falsify();
    assert!(matches!(model.compare(&history), Err(Difference::Answer(_))));
}

#[test]
fn two_hundred_random_reopenings_forget_nothing_that_was_flushed() {
    let folder = tempfile::tempdir().expect("a folder");
    let all = evictions(11, 600, 30);
    let mut chance = Chance(5);
    let (mut taken, mut reopened) = (0, 0);
    while reopened < 200 {
        let (history, warnings) = open(folder.path(), in_background()).expect("opened");
        // A writer that is ended in the midst of a merge leaves nothing behind.
        assert_eq!(warnings, []);
        let complete = history.complete_to();
        let model = Model::complete_to(&all, complete);
        if let Err(difference) = model.compare_some(&history, 7) {
            panic!("reopening {reopened}: {difference:?}");
        }
        taken = all.iter().filter(|eviction| Some(eviction.at) <= complete).count();
        let more = taken + chance.index(8);
        feed(&history, &all[taken..more.min(all.len())]);
        if chance.one_in(2) {
            history.flush().expect("a sound disk");
            let last = more.min(all.len()).checked_sub(1).map(|last| all[last].at);
            assert_eq!(history.complete_to(), last);
        }
        reopened += 1;
    }
    assert!(taken > 200, "only {taken} evictions were written: the test says little");
}

#[test]
fn what_a_payment_was_before_it_came_back_is_found_no_more() {
    // With few neighbours the second original stays in a run of its own; with many, the runs become one.
    for (neighbours, runs) in [(0, 2), (100, 1)] {
        let history = open_on(&MemoryDisk::new(), in_hand()).expect("opened");
        let (first, second) = (common::original(8, 0), common::original(8, 1));
        assert_ne!(first, second);
        let with = |from: u64, count: u64, own: &PaymentOriginal| {
            let others = (from..from + count).map(|payment| common::original(payment, 0));
            others.chain([own.clone()]).collect::<Vec<_>>()
        };
        for (at, originals) in [(1, with(100, 100, &first)), (2, with(300, neighbours, &second))] {
            history.take(EventSeq(at), originals);
            durable_to(&history, EventSeq(at));
            history.flush().expect("a sound disk");
        }
        assert_eq!(history.payment(PaymentId(8)), Ok(Some(second.clone())));
        assert_eq!(history.payment_of_key(first.key()), Ok(Some(second)));
        assert_eq!(history.figures().runs, runs);
        assert_eq!(history.figures().payments, 101 + neighbours + u64::from(runs == 2));
    }
}

#[test]
fn a_trade_document_is_free_again_when_the_newest_original_says_so() {
    for runs in [false, true] {
        let options = Options { layer_payments: if runs { 1 } else { 1_000 }, ..in_hand() };
        let history = open_on(&MemoryDisk::new(), options).expect("opened");
        let user = (0..).map(|payment| common::original(payment, 0)).find(|it| it.document.is_some()).expect("one");
        let document = user.document.expect("a document");
        let take = |at: u64, original: &PaymentOriginal| {
            history.take(EventSeq(at), vec![original.clone()]);
            durable_to(&history, EventSeq(at));
        };
        let used = || history.uses_document(user.arrangement, document).expect("a sound disk");
        assert!(!used());
        take(1, &user);
        assert!(used());
        assert_eq!(history.uses_document(ArrangementId(77), document), Ok(false), "in another arrangement it is free");
        take(2, &PaymentOriginal { document: None, ..user.clone() });
        assert!(!used());
        let (payment, document) = (PaymentId(user.payment.0 + 5), user.document);
        take(3, &PaymentOriginal { payment, document, uetr: Uetr([5; 16]), ..user.clone() });
        assert!(used());
        assert_eq!(history.figures().waiting == 0, runs);
    }
}

#[test]
fn an_eviction_that_was_taken_before_is_ignored() {
    let disk = MemoryDisk::new();
    let all = evictions(2, 3, 60);
    let history = open_on(&disk, in_hand()).expect("opened");
    feed(&history, &all);
    history.flush().expect("a sound disk");
    let figures = history.figures();
    feed(&history, &all);
    history.take(all[2].at, vec![common::original(9_999_999, 0)]);
    assert_eq!(history.payment(PaymentId(9_999_999)), Ok(None));
    drop(history);
    let history = open_on(&disk, in_hand()).expect("opened");
    feed(&history, &all);
    history.flush().expect("a sound disk");
    assert_eq!((history.figures().payments, history.figures().waiting), (figures.payments, 0));
    Model::of(&all).require(&history, "taken twice");
}

#[test]
fn an_eviction_of_nothing_still_counts_as_complete() {
    let disk = MemoryDisk::new();
    let history = open_on(&disk, in_hand()).expect("opened");
    history.take(EventSeq(4), Vec::new());
    durable_to(&history, EventSeq(4));
    history.flush().expect("a sound disk");
    assert_eq!(history.complete_to(), Some(EventSeq(4)));
    drop(history);
    let history = open_on(&disk, in_hand()).expect("opened");
    assert_eq!((history.complete_to(), history.stamp()), (Some(EventSeq(4)), Some(common::stamp(5))));
    assert_eq!(history.figures().runs, 0);
}

#[test]
fn nothing_is_written_before_the_journal_has_it() {
    let disk = MemoryDisk::new();
    let all = evictions(21, 30, 60);
    let history = open_on(&disk, in_hand()).expect("opened");
    for eviction in &all {
        history.take(eviction.at, eviction.originals.clone());
    }
    history.flush().expect("a sound disk");
    assert_eq!((history.complete_to(), history.figures().payments), (None, 0));
    Model::of(&all).require(&history, "from memory alone");
    // Two thirds of them, in the midst of a layer.
    durable_to(&history, all[19].at);
    history.flush().expect("a sound disk");
    assert_eq!(history.complete_to(), Some(all[19].at));
    Model::of(&all).require(&history, "from both");
    drop(history);
    Model::of(&all[..20]).require(&open_on(&disk, in_hand()).expect("opened"), "from runs alone");
}

#[test]
fn an_unknown_reference_costs_no_read_but_one_in_some_dozens() {
    let history = open_on(&MemoryDisk::new(), in_hand()).expect("opened");
    feed(&history, &evictions(31, 400, 60));
    history.settle().expect("a sound disk");
    let before = history.figures();
    assert!(before.runs > 1, "{before:?}");
    for number in 0..10_000 {
        assert_eq!(history.payment_of_key(common::unknown_key(1_000_000 + number)), Ok(None));
    }
    let after = history.figures();
    assert_eq!(after.look_ups - before.look_ups, 10_000);
    let reads = after.disk_reads - before.disk_reads;
    // One in 256 for each run, with room for chance.
    assert!(reads < 10_000 / 256 * before.runs * 2, "{reads} reads, {} runs", before.runs);
    assert!(reads > 0, "no look was ever in vain: the measure is broken");
}

#[test]
fn the_same_calls_write_the_same_bytes() {
    let bytes = || {
        let disk = MemoryDisk::new();
        let history = open_on(&disk, in_hand()).expect("opened");
        feed(&history, &evictions(41, 60, 60));
        history.settle().expect("a sound disk");
        let names = history::Disk::names(&disk).expect("names");
        names.iter().map(|name| disk.file(name)).collect::<Vec<_>>()
    };
    assert_eq!(bytes(), bytes());
}
