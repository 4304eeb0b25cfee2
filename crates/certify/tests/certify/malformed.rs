//! Problems that are none, and numbers at their limits: refused or right, never a panic.

use crate::queue::closed_by;
use crate::queue_oracle::free_queue;
use crate::set_off::owes;
use crate::set_off_oracle::solve;
use certify::queue::{
    BilateralLimit, Bundle, Certificate, GroupLimit, Instance as Queue, MultilateralLimit, Multipliers, Proposal,
    Reservation, Valuation,
};
use certify::set_off::{self, Instance, MinimumPart};
use certify::{Claim, Refused, queue};

fn two() -> Instance {
    let obligations = vec![owes(0, 1, 5, 0), owes(1, 0, 5, 0)];
    Instance { participants: 2, obligations, liquidity: vec![1, 1], ..Instance::default() }
}

#[test]
fn a_set_off_problem_that_is_none_is_refused_with_its_part() {
    type Break = fn(&mut Instance);
    let broken: [(Break, &str, usize); 12] = [
        (|problem| problem.obligations[1].creditor = 2, "obligation", 1),
        (|problem| problem.obligations[1].debtor = u32::MAX, "obligation", 1),
        (|problem| problem.obligations[0].debtor = 1, "obligation", 0),
        (|problem| problem.obligations[0].amount = 0, "obligation", 0),
        (|problem| problem.obligations[0].amount = i64::MIN, "obligation", 0),
        (|problem| problem.obligations[0].class = 64, "obligation", 0),
        (|problem| problem.liquidity[1] = -1, "liquidity of participant", 1),
        (|problem| problem.price_of_liquidity = -1, "price of liquidity", 0),
        (|problem| problem.price_of_liquidity = i64::MAX, "scale of level", 0),
        (
            |problem| problem.minimum_parts = vec![MinimumPart { obligation: 2, amount: 1 }],
            "minimum part of obligation",
            2,
        ),
        (
            |problem| problem.minimum_parts = vec![MinimumPart { obligation: 0, amount: 6 }],
            "minimum part of obligation",
            0,
        ),
        (
            |problem| problem.minimum_parts = vec![MinimumPart { obligation: 0, amount: 0 }],
            "minimum part of obligation",
            0,
        ),
    ];
    let (proposal, certificate) = solve(&two());
    assert!(set_off::check(&two(), proposal.clone(), &certificate).is_ok());
    for (number, (break_it, part, index)) in broken.into_iter().enumerate() {
        let mut problem = two();
        break_it(&mut problem);
        match set_off::check(&problem, proposal.clone(), &certificate) {
            Err(Refused::Malformed { part: found, index: at, .. }) => {
                assert_eq!((found, at), (part, index), "{number}")
            }
            other => panic!("{number}: {other:?}"),
        }
    }
    let mut shorter = two();
    shorter.liquidity.pop();
    let refused = set_off::check(&shorter, proposal, &certificate);
    assert_eq!(refused, Err(Refused::Length { list: "liquidity", expected: 2, found: 1 }));
}

#[test]
fn lists_of_the_wrong_length_are_refused() {
    let (sound, certificate) = solve(&two());
    type Break = fn(&mut set_off::Proposal, &mut set_off::Certificate);
    let broken: [(Break, &str); 7] = [
        (|proposal, _| proposal.set_off.push(0), "set-off"),
        (|proposal, _| proposal.injected.clear(), "injected"),
        (|proposal, _| proposal.returned.push(0), "returned"),
        (|_, certificate| drop(certificate.levels.pop()), "levels"),
        (|_, certificate| certificate.levels[0].prices.push(0), "prices of a level"),
        (|_, certificate| certificate.relaxation = certificate.levels.clone(), "relaxation"),
        (|_, certificate| certificate.levels.clear(), "levels"),
    ];
    for (break_it, list) in broken {
        let (mut proposal, mut certificate) = (sound.clone(), certificate.clone());
        break_it(&mut proposal, &mut certificate);
        match set_off::check(&two(), proposal, &certificate) {
            Err(Refused::Length { list: found, .. }) => assert_eq!(found, list),
            other => panic!("{list}: {other:?}"),
        }
    }
}

#[test]
fn nothing_owed_is_a_problem_with_an_answer() {
    let verified = set_off::check(&Instance::default(), set_off::Proposal::default(), &set_off::Certificate::default());
    assert_eq!(verified.expect("accepted").claims(), []);
    let verified = queue::check(&free_queue(&[], &[]), Proposal::default(), &Certificate::default());
    assert_eq!(verified.expect("accepted").claims(), []);
}

/// Sums of what is owed go beyond 64 bits.
#[test]
fn the_largest_amounts_are_summed_exactly() {
    let most = i64::MAX;
    let obligations = vec![owes(0, 1, most, 0), owes(1, 0, most, 0), owes(0, 1, most, 0), owes(1, 0, most, 0)];
    let instance = Instance { participants: 2, obligations, ..Instance::default() };
    let proposal = set_off::Proposal { set_off: vec![most; 4], ..set_off::Proposal::default() };
    let value = 4 * i128::from(most);
    let claim = Claim { value, upper_bound: value };
    let level = set_off::Level { claim, scale: 1, prices: vec![0; 3] };
    let certificate = set_off::Certificate { levels: vec![level], ..set_off::Certificate::default() };
    assert_eq!(set_off::check(&instance, proposal, &certificate).expect("accepted").claims(), [claim]);

    let queue = free_queue(&[0, 0], &[(0, 1, most), (1, 0, most), (0, 1, most), (1, 0, most)]);
    let proposal = Proposal { settled: vec![0, 1, 2, 3] };
    let certificate = Certificate { levels: vec![closed_by(value, Multipliers::zero())], ..Certificate::default() };
    assert_eq!(queue::check(&queue, proposal, &certificate).expect("accepted").claims(), [claim]);
}

#[test]
fn multipliers_that_overflow_are_refused_and_do_not_wrap() {
    let most = i64::MAX;
    let mut queue = free_queue(&[most; 2], &[(0, 1, most), (0, 1, most)]);
    queue.currencies[0].unit_value = most;
    let multipliers = Multipliers { scale: most, floors: vec![most; 2], earlier_levels: vec![], ..Multipliers::zero() };
    let value = i128::from(most) * i128::from(most);
    let certificate = Certificate { levels: vec![closed_by(value, multipliers)], ..Certificate::default() };
    let refused = queue::check(&queue, Proposal { settled: vec![0] }, &certificate);
    assert!(matches!(refused, Err(Refused::TooLarge { .. })), "{refused:?}");
    let obligations = vec![owes(0, 1, most, 0); 100];
    let instance = Instance { participants: 2, obligations, ..Instance::default() };
    let level = |prices: [i64; 3]| set_off::Level { claim: Claim::default(), scale: 1, prices: prices.to_vec() };
    let proposal = set_off::Proposal { set_off: vec![0; 100], ..set_off::Proposal::default() };
    let mut certificate =
        set_off::Certificate { levels: vec![level([0, set_off::PRICE_MAX, 0])], ..Default::default() };
    let refused = set_off::check(&instance, proposal.clone(), &certificate);
    assert!(matches!(refused, Err(Refused::TooLarge { .. })), "{refused:?}");
    certificate.levels = vec![level([0, i64::MAX, i64::MIN])];
    let refused = set_off::check(&instance, proposal, &certificate);
    assert!(matches!(refused, Err(Refused::Malformed { part: "prices of level", .. })), "{refused:?}");
}

#[test]
fn a_queue_that_is_none_is_refused_with_its_part() {
    type Break = fn(&mut Queue);
    let broken: [(Break, &str); 24] = [
        (|queue| queue.payments[0].payer = 9, "payment"),
        (|queue| queue.payments[0].payee = 0, "payment"),
        (|queue| queue.payments[0].amount = 0, "payment"),
        (|queue| queue.payments[0].class = 64, "payment"),
        (|queue| queue.accounts[0].currency = 1, "account"),
        (|queue| queue.accounts[0].queue = 3, "account"),
        (|queue| queue.accounts[0].credit_line = -1, "account"),
        (|queue| queue.accounts[0].opening_balance = -1, "account"),
        (|queue| queue.accounts[0].ceiling = Some(8), "account"),
        (|queue| queue.unit_denominator = 0, "unit denominator"),
        (|queue| queue.currencies[0].unit_value = 0, "currency"),
        (|queue| queue.currencies[0].haircut = 10_001, "currency"),
        (|queue| queue.bilateral_limits = vec![BilateralLimit { of: 0, towards: 9, amount: 1 }], "bilateral limit"),
        (|queue| queue.bilateral_limits = vec![BilateralLimit { of: 0, towards: 0, amount: 1 }], "bilateral limit"),
        (|queue| queue.bilateral_limits = vec![BilateralLimit { of: 0, towards: 1, amount: -1 }], "bilateral limit"),
        (|queue| queue.bilateral_limits = vec![BilateralLimit { of: 0, towards: 1, amount: 1 }; 2], "bilateral limit"),
        (|queue| queue.multilateral_limits = vec![MultilateralLimit { of: 0, amount: 1 }; 2], "multilateral limit"),
        (|queue| queue.reservations = vec![Reservation { account: 0, class: 0, amount: 10 }], "reservation"),
        (|queue| queue.group_limits = vec![GroupLimit { of: vec![0], towards: vec![0, 1], amount: 1 }], "group limit"),
        (|queue| queue.group_limits = vec![GroupLimit { of: vec![], towards: vec![1], amount: 1 }], "group limit"),
        (|queue| queue.bundles = vec![Bundle { payments: vec![0] }], "bundle"),
        (|queue| queue.bundles = vec![Bundle { payments: vec![0, 1] }; 2], "bundle"),
        (|queue| queue.bundles = vec![Bundle { payments: vec![0, 5] }], "bundle"),
        (
            |queue| {
                let test = Valuation { participant: 0, aggregate_short_limit: Some(-1), haircut_value: false };
                queue.valuations = vec![test];
            },
            "valuation",
        ),
    ];
    for (number, (break_it, part)) in broken.into_iter().enumerate() {
        let mut queue = free_queue(&[9, 9, 9], &[(0, 1, 5), (1, 0, 5)]);
        break_it(&mut queue);
        match queue::check(&queue, Proposal::default(), &Certificate::default()) {
            Err(Refused::Malformed { part: found, .. }) => assert_eq!(found, part, "{number}"),
            other => panic!("{number}: {other:?}"),
        }
    }
}

#[test]
fn a_refusal_names_its_numbers_in_words() {
    for (refused, said) in [
        (
            Refused::NotConserved { participant: 3, net_received: -7 },
            "participant 3 would receive -7 more than it gives",
        ),
        (
            Refused::RowExceeded { row: queue::Row::BilateralLimit(2), found: 12, most: 10 },
            "bilateral limit 2 comes to 12, at most 10 is allowed",
        ),
        (
            Refused::Bound { list: "levels", level: 1, claimed: 5, found: 9 },
            "levels, level 1: a bound of 5 is claimed, what is given proves 9",
        ),
    ] {
        assert_eq!(refused.to_string(), said);
    }
}
