//! Instances, and answers that the checker accepted.

use certify::set_off::{Instance, Obligation, check};
use clearing::set_off::{Answer, Method, Options, solve};

/// Numbers that look random and are the same on every run (SplitMix64).
pub struct Draws(pub u64);

impl Draws {
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }

    pub fn index(&mut self, bound: u32) -> u32 {
        u32::try_from(self.below(bound.into())).expect("below a bound of 32 bits")
    }

    pub fn amount(&mut self, least: i64, most: i64) -> i64 {
        least + i64::try_from(self.below(u64::try_from(most - least + 1).expect("a range"))).expect("small")
    }

    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for place in (1..list.len()).rev() {
            let other = usize::try_from(self.below(place as u64 + 1)).expect("a place");
            list.swap(place, other);
        }
    }
}

pub fn owes(debtor: u32, creditor: u32, amount: i64, class: u8) -> Obligation {
    Obligation { debtor, creditor, amount, class }
}

/// Debts between random participants; amounts of all sizes up to `amount_max`.
pub fn random_debts(
    draws: &mut Draws,
    participants: u32,
    count: usize,
    classes: u8,
    amount_max: i64,
) -> Vec<Obligation> {
    let mut debts = Vec::new();
    while debts.len() < count {
        // A few owe much more often than others.
        let debtor = draws.index(participants).min(draws.index(participants));
        let creditor = draws.index(participants).min(draws.index(participants));
        if debtor != creditor {
            let most = draws.amount(1, amount_max);
            let class = u8::try_from(draws.below(classes.into())).expect("a class");
            debts.push(owes(debtor, creditor, draws.amount(1, most), class));
        }
    }
    debts
}

/// An answer without a budget, which the checker accepts.
pub fn solved(instance: &Instance) -> Answer {
    solved_with(instance, &Options::default())
}

/// An answer that the checker accepts, of the same value as by the other method.
pub fn solved_with(instance: &Instance, options: &Options) -> Answer {
    let answer = solve(instance, options, &mut |_| {}).unwrap_or_else(|why| panic!("{why}"));
    let verified = check(instance, answer.proposal.clone(), &answer.certificate).unwrap_or_else(|why| panic!("{why}"));
    assert_eq!(verified.claims(), answer.claims, "what is claimed is what is proved");
    if options.ticks == u64::MAX && instance.obligations.len() <= 10_000 && instance.minimum_parts.is_empty() {
        let simplex = Options { method: Method::NetworkSimplex, ..Options::default() };
        let other = solve(instance, &simplex, &mut |_| {}).unwrap_or_else(|why| panic!("{why}"));
        assert_eq!(other.claims, answer.claims, "the network simplex finds the same values");
        check(instance, other.proposal, &other.certificate).unwrap_or_else(|why| panic!("{why}"));
    }
    answer
}

/// Value of each level.
pub fn values(answer: &Answer) -> Vec<i128> {
    answer.claims.iter().map(|claim| claim.value).collect()
}
