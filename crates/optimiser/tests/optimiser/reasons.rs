//! What is said to keep an item keeps it, and what is said to release it does.

use crate::runs::{is_allowed, run, runs};
use domain::{InstitutionId, PaymentId, RunInstance, RunItem};
use optimiser::{Budget, Obstacle, Waiting, explain, propose};
use proptest::prelude::*;
use std::collections::BTreeSet;

/// Whether an item settles beside others, with so much more headroom of its payer.
fn settles_beside(run: &RunInstance, settled: &BTreeSet<PaymentId>, item: &RunItem, more_minor: i128) -> bool {
    let mut helped = run.clone();
    for participant in helped.participants.iter_mut().filter(|participant| participant.institution == item.payer) {
        participant.headroom_minor += more_minor;
    }
    is_allowed(&helped, |place| {
        let payment = run.items[place].payment;
        payment == item.payment || settled.contains(&payment)
    })
}

fn missing_minor(waiting: &Waiting) -> Option<i128> {
    waiting.obstacles.iter().find_map(|obstacle| match obstacle {
        Obstacle::Liquidity { missing_minor, .. } => Some(*missing_minor),
        Obstacle::PayerShort { .. } | Obstacle::Behind { .. } => None,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn an_item_waits_for_exactly_what_is_said_to_be_missing(run in runs()) {
        prop_assume!(!run.items.is_empty());
        let settled = propose(&run, Budget::default()).unwrap().settled();
        let explanation = explain(&run, &settled).unwrap();
        let settled: BTreeSet<PaymentId> = settled.into_iter().collect();
        let waits: Vec<PaymentId> = explanation.waiting.iter().map(|waiting| waiting.item.payment).collect();
        let left = run.items.iter().map(|item| item.payment).filter(|payment| !settled.contains(payment));
        prop_assert_eq!(waits, left.collect::<Vec<_>>());
        for waiting in &explanation.waiting {
            prop_assert!(!waiting.obstacles.is_empty(), "the best answer leaves nothing that would fit: {waiting:?}");
            let behind = waiting.obstacles.iter().any(|obstacle| matches!(obstacle, Obstacle::Behind { .. }));
            let missing = missing_minor(waiting).unwrap_or(0);
            prop_assert_eq!(settles_beside(&run, &settled, &waiting.item, missing), !behind, "{:?}", waiting);
            prop_assert!(missing == 0 || !settles_beside(&run, &settled, &waiting.item, missing - 1), "{:?}", waiting);
        }
    }

    #[test]
    fn what_one_sends_another_receives_and_nobody_saves_more_than_it_sends(run in runs()) {
        prop_assume!(!run.items.is_empty());
        let settled = propose(&run, Budget::default()).unwrap().settled();
        let gains = explain(&run, &settled).unwrap().gains;
        let total = |of: fn(&optimiser::Gain) -> i128| gains.values().map(of).sum::<i128>();
        prop_assert_eq!(total(|gain| gain.sent_minor), total(|gain| gain.received_minor));
        for (institution, gain) in &gains {
            prop_assert_eq!(gain.used_minor() + gain.saved_minor(), gain.sent_minor);
            let headroom = run.participants.iter().find(|participant| participant.institution == *institution);
            prop_assert!(gain.sent_minor == 0 || gain.used_minor() <= headroom.unwrap().headroom_minor);
        }
    }
}

fn of(number: u64, explained: &[Waiting]) -> Vec<Obstacle> {
    let found = explained.iter().find(|waiting| waiting.item.payment == PaymentId(100 + number));
    found.expect("it waits").obstacles.clone()
}

#[test]
fn each_reason_is_told_from_the_others() {
    // 0 has 10, nothing comes in for it; 1 is short; 2 has an urgent item that is too large, and another one behind it.
    let items =
        [(0, 1, 25, false), (1, 0, 3, false), (2, 1, 9, true), (2, 1, 2, true), (2, 0, 8, false), (0, 2, 5, false)];
    let run = run(&[10, -4, 1], &items);
    let explanation = explain(&run, &[PaymentId(105)]).unwrap();
    let waiting = explanation.waiting;
    // What the short one owes it does not count: it sends nothing in this run.
    assert_eq!(of(0, &waiting), [Obstacle::Liquidity { missing_minor: 20, whatever_comes_in: true }]);
    assert_eq!(of(1, &waiting), [Obstacle::PayerShort { short_minor: 4 }]);
    assert_eq!(of(2, &waiting), [Obstacle::Liquidity { missing_minor: 3, whatever_comes_in: true }]);
    assert_eq!(of(3, &waiting), [Obstacle::Behind { payment: PaymentId(102) }]);
    assert_eq!(of(4, &waiting), [Obstacle::Liquidity { missing_minor: 2, whatever_comes_in: true }]);
    assert_eq!(waiting.len(), 5);
    let gains: Vec<_> =
        explanation.gains.into_iter().map(|(who, gain)| (who, gain.used_minor(), gain.saved_minor())).collect();
    assert_eq!(gains, [(InstitutionId(10), 5, 0), (InstitutionId(12), 0, 0)]);
}

#[test]
fn what_others_still_owe_may_be_enough() {
    // Two that would settle together, and did not.
    let run = run(&[0, 0], &[(0, 1, 7, false), (1, 0, 7, false)]);
    let waiting = explain(&run, &[]).unwrap().waiting;
    assert_eq!(of(0, &waiting), [Obstacle::Liquidity { missing_minor: 7, whatever_comes_in: false }]);
}
