//! The clearing examples of the project ("caudal-vector/1"), whose answers were computed by at least two independent
//! methods each, as their files say; div-01 is published (mtcs-rs, after Fleischman and Dini 2021), the queue of ind-04 is
//! a test of MAS Project Ubin.

use crate::queue::{closed_by, with_proved_bounds as with_proved_bounds_of_queue};
use crate::queue_oracle::{free_queue, removals};
use crate::set_off::{owes, with_proved_bounds};
use crate::set_off_oracle::solve;
use certify::queue::{
    BilateralLimit, Case, Certificate as QueueCertificate, Level, MultilateralLimit, Multipliers, Order,
};
use certify::queue::{Proposal as QueueProposal, Row};
use certify::set_off::{self, Instance, Obligation};
use certify::{Claim, Refused, queue};

fn obligations(list: &[(u32, u32, i64, u8)]) -> Vec<Obligation> {
    list.iter().map(|(debtor, creditor, amount, class)| owes(*debtor, *creditor, *amount, *class)).collect()
}

/// Checks the oracle's answer with these prices on the first level; its claims.
fn claims_with_prices(instance: &Instance, prices: &[i64]) -> Vec<Claim> {
    let (proposal, mut certificate) = solve(instance);
    let without_source = instance.participants as usize == prices.len();
    certificate.levels[0].prices = [prices, if without_source { &[0] } else { &[] }].concat();
    let certificate = with_proved_bounds(instance, &proposal, certificate);
    set_off::check(instance, proposal, &certificate).expect("accepted").claims().to_vec()
}

#[test]
fn div_01_the_published_set_off_is_accepted_with_its_prices() {
    let obligations = obligations(&[(0, 1, 100, 0), (1, 2, 100, 0), (2, 0, 200, 0), (3, 2, 100, 0)]);
    let instance = Instance { participants: 4, obligations, ..Instance::default() };
    assert_eq!(solve(&instance).0.set_off, [100, 100, 100, 0]);
    assert_eq!(claims_with_prices(&instance, &[-2, 0, -1, 0]), [Claim { value: 300, upper_bound: 300 }]);
}

#[test]
fn div_03_netting_pairs_first_is_not_the_best_and_the_prices_say_so() {
    let obligations = obligations(&[(0, 1, 10, 0), (1, 2, 10, 0), (2, 0, 10, 0), (1, 0, 10, 0)]);
    let instance = Instance { participants: 3, obligations, ..Instance::default() };
    assert_eq!(claims_with_prices(&instance, &[-1, 0, 0]), [Claim { value: 30, upper_bound: 30 }]);
    let (_, mut certificate) = solve(&instance);
    let pairs_first = set_off::Proposal { set_off: vec![10, 0, 0, 10], ..set_off::Proposal::default() };
    let refused = set_off::check(&instance, pairs_first.clone(), &certificate);
    assert_eq!(refused, Err(Refused::Value { list: "levels", level: 0, claimed: 30, found: 20 }));
    certificate.levels[0].claim = Claim { value: 20, upper_bound: 20 };
    let refused = set_off::check(&instance, pairs_first, &certificate);
    assert_eq!(refused, Err(Refused::Bound { list: "levels", level: 0, claimed: 20, found: 30 }));
}

#[test]
fn div_04_the_prices_of_each_price_of_liquidity_prove_its_value() {
    let obligations = obligations(&[
        (0, 1, 9000, 0),
        (1, 2, 7500, 0),
        (2, 0, 4000, 0),
        (2, 3, 6000, 0),
        (3, 4, 5000, 0),
        (4, 5, 5500, 0),
        (5, 2, 2500, 0),
        (5, 6, 3000, 0),
        (6, 7, 8000, 0),
        (7, 4, 1000, 0),
        (0, 3, 2000, 0),
        (1, 6, 1500, 0),
        (7, 0, 2500, 0),
    ]);
    let mut instance = Instance { participants: 8, obligations, ..Instance::default() };
    let pure = claims_with_prices(&instance, &[0, -1, -2, -3, -4, -1, -2, -3]);
    assert_eq!(pure, [Claim { value: 44_000, upper_bound: 44_000 }]);
    instance.liquidity = vec![3_000, 0, 0, 0, 0, 0, 4_000, 0];
    for (price, value, prices) in [
        (0, 56000, [0, 0, 0, -1, -1, 0, -1, -1, -1]),
        (1, 49500, [0, 0, 0, -1, -1, 0, 0, -1, -1]),
        (2, 47000, [0, 0, -1, -2, -2, 0, -1, -2, -2]),
        (3, 44500, [0, -1, -2, -3, -3, -1, -2, -3, -3]),
        (4, 44000, [0, -1, -2, -3, -4, -1, -2, -3, -4]),
    ] {
        instance.price_of_liquidity = price;
        assert_eq!(claims_with_prices(&instance, &prices)[0], Claim { value, upper_bound: value }, "{price}");
    }
}

#[test]
fn div_05_urgent_first_then_all() {
    let obligations = obligations(&[
        (5, 0, 225, 1),
        (5, 3, 250, 0),
        (4, 1, 675, 0),
        (0, 4, 350, 0),
        (4, 0, 625, 1),
        (0, 2, 100, 1),
        (4, 0, 650, 1),
        (1, 0, 700, 0),
        (2, 5, 975, 1),
        (3, 2, 600, 0),
        (1, 5, 475, 0),
        (4, 5, 825, 1),
        (4, 6, 375, 1),
        (0, 4, 400, 1),
        (6, 2, 850, 0),
        (6, 1, 600, 1),
        (5, 3, 300, 0),
        (5, 0, 550, 0),
    ]);
    let mut instance = Instance { participants: 7, obligations, ..Instance::default() };
    let claims = claims_with_prices(&instance, &[-1, 0, -1, 0, 0, -1, 0]);
    let optimal = |value| Claim { value, upper_bound: value };
    assert_eq!(claims, [optimal(3_425), optimal(4_825)]);
    instance.obligations.iter_mut().for_each(|obligation| obligation.class = 0);
    let (proposal, certificate) = solve(&instance);
    let verified = set_off::check(&instance, proposal, &certificate).expect("accepted");
    assert_eq!(verified.claims(), [optimal(5_250)], "without classes");
}

/// Payments are counted from 0 here, from 1 there.
fn ind_04() -> queue::Instance {
    let payments = [(0, 1, 30_000), (1, 2, 5_000), (2, 0, 6_000), (0, 4, 7_000), (4, 3, 4_000), (3, 0, 5_000)];
    free_queue(&[3_000, 4_000, 5_000, 4_000, 3_000], &payments)
}

fn thousandths(floors: [i64; 5]) -> Multipliers {
    Multipliers { scale: 1_000, floors: floors.to_vec(), ..Multipliers::zero() }
}

/// The optimum of ind-04 with one case.
fn ind_04_bounded(upper_bound: i128, floors: [i64; 5], unfundable: &[u32]) -> (QueueProposal, QueueCertificate) {
    let claim = Claim { value: 16_000, upper_bound };
    let level = Level { claim, ..closed_by(0, thousandths(floors)) };
    let certificate = QueueCertificate { fifo_removals: None, unfundable: unfundable.to_vec(), levels: vec![level] };
    (QueueProposal { settled: vec![3, 4, 5] }, certificate)
}

#[test]
fn ind_04_any_prices_give_the_bound_that_they_prove() {
    for (floors, bound) in [
        ([1_000, 0, 0, 0, 0], 34_000),
        ([0, 0, 0, 0, 0], 57_000),
        ([1_000, 1_000, 1_000, 1_000, 1_000], 76_000),
        ([500, 0, 0, 0, 0], 45_500),
        ([2_000, 1_000, 1_000, 1_000, 1_000], 53_000),
    ] {
        let (proposal, certificate) = ind_04_bounded(bound, floors, &[]);
        let verified = queue::check(&ind_04(), proposal, &certificate).expect("accepted");
        assert_eq!(verified.claims(), [Claim { value: 16_000, upper_bound: bound }]);
    }
    let (proposal, certificate) = ind_04_bounded(26_000, [0, 1_000, 0, 0, 0], &[0]);
    assert!(queue::check(&ind_04(), proposal, &certificate).is_ok(), "after payment 1 is fixed to zero");
    let (proposal, certificate) = ind_04_bounded(16_000, [0, 0, 0, 0, 0], &[0, 1, 2]);
    assert!(queue::check(&ind_04(), proposal, &certificate).is_ok(), "1, then 2, then 3 can never be funded");
}

#[test]
fn ind_04_the_branch_certificate_proves_the_optimum() {
    let (proposal, mut certificate) = ind_04_bounded(16_000, [0; 5], &[]);
    let (split, leaf) = (|payment| Case::Split { payment }, |multipliers| Case::Leaf { multipliers });
    certificate.levels[0].multipliers = vec![
        thousandths([0; 5]),
        thousandths([0, 0, 1_000_000, 0, 0]),
        thousandths([0, 1_000_000, 0, 0, 0]),
        thousandths([1_000_000, 0, 0, 0, 0]),
    ];
    certificate.levels[0].cases = vec![split(0), split(1), split(2), leaf(0), leaf(1), leaf(2), leaf(3)];
    let verified = queue::check(&ind_04(), proposal.clone(), &certificate).expect("accepted");
    assert!(verified.claims()[0].is_optimal());
    for (case, bound) in [(1, 16_000), (2, 16_000), (3, 57_000)] {
        // A leaf with the multipliers of another proves less, or as much where it held the best answer anyway.
        let mut certificate = certificate.clone();
        certificate.levels[0].cases[3 + case] = leaf(0);
        let found = queue::check(&ind_04(), proposal.clone(), &certificate);
        if bound > 16_000 {
            let refused = Refused::Bound { list: "levels", level: 0, claimed: 16_000, found: bound };
            assert_eq!(found, Err(refused), "case {case}");
        }
    }
}

#[test]
fn ind_04_what_must_be_rejected_is() {
    let (proposal, certificate) = ind_04_bounded(16_000, [1_000, 0, 0, 0, 0], &[]);
    let refused = queue::check(&ind_04(), proposal, &certificate);
    assert_eq!(refused, Err(Refused::Bound { list: "levels", level: 0, claimed: 16_000, found: 34_000 }));
    for (settled, account, found, most) in [(vec![2, 3, 4, 5], 2, 6_000, 5_000), (vec![3, 4], 0, 7_000, 3_000)] {
        let refused = queue::check(&ind_04(), QueueProposal { settled }, &certificate);
        assert_eq!(refused, Err(Refused::RowExceeded { row: Row::Floor(account), found, most }));
    }
    let (proposal, certificate) = ind_04_bounded(16_000, [-1, 0, 0, 0, 0], &[]);
    let refused = queue::check(&ind_04(), proposal, &certificate);
    assert!(matches!(refused, Err(Refused::Malformed { part: "multipliers of floors", .. })), "{refused:?}");
}

fn ind_03() -> queue::Instance {
    let bank = |name: &str| name[1..].parse().expect("a bank");
    let rows = include_str!("../data/ind-03-medium.csv").lines().skip(1).map(|line| {
        let cells: Vec<&str> = line.split(',').collect();
        (bank(cells[1]), bank(cells[2]), cells[3].parse().expect("an amount"))
    });
    let liquidity = [0, 0, 10243, 0, 507465, 42450, 29401, 198486, 164536, 0, 0, 0];
    let mut instance = free_queue(&liquidity, &rows.collect::<Vec<_>>());
    let bilateral = [(4, 2, 6090), (4, 8, 22356), (6, 4, 6531), (6, 9, 11222), (9, 7, 215638)];
    let multilateral = [(4, 210267), (7, 563018), (10, 18113)];
    instance.bilateral_limits =
        bilateral.into_iter().map(|(of, towards, amount)| BilateralLimit { of, towards, amount }).collect();
    instance.multilateral_limits =
        multilateral.into_iter().map(|(of, amount)| MultilateralLimit { of, amount }).collect();
    instance
}

#[test]
fn ind_03_the_optimum_is_accepted_with_the_published_prices_and_its_fifo_value() {
    let mut instance = ind_03();
    let multipliers = Multipliers {
        floors: vec![0, 0, 1, 0, 0, 2, 1, 1, 2, 1, 0, 0],
        bilateral_limits: vec![2, 3, 0, 1, 1],
        multilateral_limits: vec![2, 0, 0],
        ..Multipliers::zero()
    };
    let claim = Claim { value: 6_224_854, upper_bound: 6_544_106 };
    let level = Level { claim, ..closed_by(0, multipliers) };
    let fifo_removals = Some(removals(&instance));
    let mut certificate = QueueCertificate { fifo_removals, unfundable: vec![], levels: vec![level] };
    let settled = vec![
        0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 16, 19, 20, 22, 23, 25, 26, 27, 28, 29, 30, 31, 33, 34, 35,
        38, 39, 40, 41, 42, 43, 44, 45, 47, 48, 49, 50, 51, 52, 53, 56, 58, 59, 61, 62, 63, 64, 66, 67, 68, 69, 71, 72,
        74, 75, 76, 77, 79, 80, 81, 82, 84, 85, 86, 87, 88, 89, 92, 93, 95, 97, 98, 99, 100, 101, 102, 103, 104, 105,
        107, 108, 109, 111, 113, 114, 115, 116, 118, 120, 122, 123, 124, 126, 127, 128, 129, 130, 132, 133, 135, 136,
        137, 140, 142, 143, 144, 145, 147, 149, 150, 151, 152, 153, 154, 156, 157, 158,
    ];
    let verified = queue::check(&instance, QueueProposal { settled }, &certificate).expect("accepted");
    assert_eq!((verified.claims(), verified.fifo_values()), (&[claim][..], Some(&[1_632_097][..])));
    instance.bilateral_limits[0].amount += 1;
    let proposal = verified.into_proposal();
    let changed = with_proved_bounds_of_queue(&instance, &proposal, certificate.clone());
    assert_ne!(changed.levels[0].claim, claim, "with another limit the same prices prove another bound");
    certificate.levels.clear();
    instance.order = Order::Fifo;
    let refused = queue::check(&instance, proposal, &certificate);
    assert!(matches!(refused, Err(Refused::NotTheFifoSet { .. } | Refused::RowExceeded { .. })), "{refused:?}");
}
