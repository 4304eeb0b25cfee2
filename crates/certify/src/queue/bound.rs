//! Bounds by weak duality, and trees of cases.

use super::problem::Problem;
use super::unfundable::Fate;
use super::{Case, HAIRCUT_WHOLE, Level, Multipliers, Row, valuation};
use crate::Refused;
use crate::refused::same_length;
use std::collections::BTreeMap;

/// What every leaf starts from: amounts by arc that are free and that settle in any case, and bundles, which are not on
/// arcs.
pub(super) struct Base<'a> {
    problem: &'a Problem<'a>,
    fates: Vec<Fate>,
    free: Vec<i128>,
    settled: Vec<i128>,
}

impl<'a> Base<'a> {
    pub(super) fn of(problem: &'a Problem<'a>, fates: Vec<Fate>) -> Base<'a> {
        let single = |payment: usize, fate: Fate| fates[payment] == fate && problem.bundle_of(payment).is_none();
        let free = problem.totals(|payment| single(payment, Fate::Free));
        let settled = problem.totals(|payment| single(payment, Fate::Settled));
        Base { problem, fates, free, settled }
    }

    /// The bound that a level proves, given the values of the levels before it.
    pub(super) fn check_level(&self, level: usize, proof: &Level, earlier: &[i128]) -> Result<i128, Refused> {
        let too_large = Refused::TooLarge { what: "a bound" };
        let mut priced = Vec::with_capacity(proof.multipliers.len());
        for (index, multipliers) in proof.multipliers.iter().enumerate() {
            multipliers.check(self.problem, level, index)?;
            priced.push(Priced::of(self, multipliers, level, earlier).ok_or(too_large)?);
        }
        let mut best: Option<i128> = None;
        self.walk(level, &proof.cases, |multipliers, decisions| {
            let priced: &Priced = priced.get(multipliers as usize).ok_or("there are no such multipliers")?;
            if !self.contradicts_order(decisions) {
                best =
                    best.max(Some(priced.case(self.problem, decisions).ok_or("the bound does not fit in 128 bits")?));
            }
            Ok(())
        })?;
        Ok(best.expect("bug: no case holds the answer"))
    }

    /// Walks a tree of cases depth first; every leaf with the decisions on the way to it.
    fn walk(
        &self,
        level: usize,
        cases: &[Case],
        mut leaf: impl FnMut(u32, &[Decision]) -> Result<(), &'static str>,
    ) -> Result<(), Refused> {
        let mut decisions: Vec<Decision> = Vec::new();
        let mut is_decided = vec![false; self.problem.instance.payments.len()];
        let mut is_complete = false;
        for (step, case) in cases.iter().enumerate() {
            let refused = |why| Refused::Cases { level, step, why };
            if is_complete {
                return Err(refused("the tree ends before it"));
            }
            match *case {
                Case::Split { payment } => {
                    let payment = self.undecided(payment, &is_decided).map_err(refused)?;
                    self.problem.together(payment).for_each(|other| is_decided[other] = true);
                    decisions.push(Decision { payment, settles: false });
                }
                Case::Leaf { multipliers } => {
                    leaf(multipliers, &decisions).map_err(refused)?;
                    while let Some(done) = decisions.pop_if(|decision| decision.settles) {
                        self.problem.together(done.payment).for_each(|other| is_decided[other] = false);
                    }
                    match decisions.last_mut() {
                        Some(decision) => decision.settles = true,
                        None => is_complete = true,
                    }
                }
            }
        }
        if is_complete { Ok(()) } else { Err(Refused::Cases { level, step: cases.len(), why: "a case is missing" }) }
    }

    /// Whether a payment settles before one that is held and stands before it in a strict order: a case of no answer.
    fn contradicts_order(&self, decisions: &[Decision]) -> bool {
        let mut first_held: BTreeMap<usize, usize> = BTreeMap::new();
        for decision in decisions.iter().filter(|decision| !decision.settles) {
            for payment in self.problem.together(decision.payment) {
                if let Some(chain) = self.problem.strict_chain_of(payment) {
                    first_held.entry(chain).and_modify(|first| *first = payment.min(*first)).or_insert(payment);
                }
            }
        }
        let settled = decisions.iter().filter(|decision| decision.settles);
        settled.flat_map(|decision| self.problem.together(decision.payment)).any(|payment| {
            let chain = self.problem.strict_chain_of(payment);
            chain.and_then(|chain| first_held.get(&chain)).is_some_and(|first| *first < payment)
        })
    }

    fn undecided(&self, payment: u32, is_decided: &[bool]) -> Result<usize, &'static str> {
        let payment = payment as usize;
        match is_decided.get(payment) {
            None => Err("there is no such payment"),
            Some(true) => Err("the payment is decided already"),
            Some(false) if self.problem.together(payment).any(|other| self.fates[other] != Fate::Free) => {
                Err("the payment is decided in every case")
            }
            Some(false) => Ok(payment),
        }
    }
}

/// On the way to a leaf.
struct Decision {
    payment: usize,
    settles: bool,
}

/// Multipliers, as weights of payments, with the bound before any case is distinguished.
struct Priced {
    scale: i128,
    /// What a minor unit contributes, by arc.
    contribution: Vec<i128>,
    base: i128,
}

impl Priced {
    /// `None` if a number does not fit.
    fn of(base: &Base<'_>, multipliers: &Multipliers, level: usize, earlier: &[i128]) -> Option<Priced> {
        let problem = base.problem;
        let by_row: Vec<i128> = problem.rows.all.iter().map(|row| multipliers.of_row(row.row)).collect();
        let slopes = multipliers.slopes(problem);
        let mut bound = 0_i128;
        for (row, multiplier) in problem.rows.all.iter().zip(&by_row) {
            bound = bound.checked_add(multiplier.checked_mul(row.most)?)?;
        }
        for (index, valuation) in problem.instance.valuations.iter().enumerate() {
            let most = i128::from(valuation.aggregate_short_limit.unwrap_or(0))
                .checked_mul(problem.instance.unit_denominator.into())?;
            bound = bound.checked_add(most.checked_mul(at(&multipliers.aggregate_short, index))?)?;
        }
        for (account, slope) in problem.instance.accounts.iter().zip(&slopes) {
            bound = bound.checked_add(slope.checked_mul(account.opening_balance.into())?)?;
        }
        let mut weights = vec![0_i128; problem.classes];
        for (before, value) in earlier.iter().enumerate() {
            let multiplier = at(&multipliers.earlier_levels, before);
            bound = bound.checked_sub(multiplier.checked_mul(*value)?)?;
            weights[..=before].iter_mut().for_each(|weight| *weight += multiplier);
        }
        weights[..=level].iter_mut().for_each(|weight| *weight += i128::from(multipliers.scale));
        let contribution = (0..problem.arcs.len()).map(|arc| {
            let content = &problem.arcs[arc];
            let price: i128 = problem.touched(arc).iter().map(|(row, sign)| sign.times(by_row[*row as usize])).sum();
            let slope = |account: u32| slopes.get(account as usize).copied().unwrap_or(0);
            weights[content.rank]
                .checked_mul(content.unit_value)?
                .checked_sub(price)?
                .checked_sub(slope(content.payer))?
                .checked_add(slope(content.payee))
        });
        let contribution = contribution.collect::<Option<Vec<i128>>>()?;
        for (arc, each) in contribution.iter().enumerate() {
            bound = bound.checked_add(base.free[arc].checked_mul((*each).max(0))?)?;
            bound = bound.checked_add(base.settled[arc].checked_mul(*each)?)?;
        }
        let mut priced = Priced { scale: multipliers.scale.into(), contribution, base: bound };
        for bundle in &problem.instance.bundles {
            let fate_of = |fate| bundle.payments.iter().any(|payment| base.fates[*payment as usize] == fate);
            let sum = priced.together(problem, bundle.payments[0] as usize)?;
            let counted = if fate_of(Fate::Held) {
                0
            } else if fate_of(Fate::Settled) {
                sum
            } else {
                sum.max(0)
            };
            priced.base = priced.base.checked_add(counted)?;
        }
        Some(priced)
    }

    /// What a payment contributes, with those that settle with it.
    fn together(&self, problem: &Problem<'_>, payment: usize) -> Option<i128> {
        problem.together(payment).try_fold(0_i128, |sum, other| {
            sum.checked_add(problem.amount(other).checked_mul(self.contribution[problem.arc_of(other)])?)
        })
    }

    /// The bound of a case.
    fn case(&self, problem: &Problem<'_>, decisions: &[Decision]) -> Option<i128> {
        let mut bound = self.base;
        for decision in decisions {
            let sum = self.together(problem, decision.payment)?;
            bound = bound.checked_add(if decision.settles { sum.min(0) } else { -sum.max(0) })?;
        }
        Some(bound.div_euclid(self.scale))
    }
}

/// An entry of a list that is all zeros if it is empty.
fn at(list: &[i64], index: usize) -> i128 {
    list.get(index).copied().unwrap_or(0).into()
}

impl Multipliers {
    fn of_row(&self, row: Row) -> i128 {
        match row {
            Row::Floor(index) => at(&self.floors, index),
            Row::Ceiling(index) => at(&self.ceilings, index),
            Row::Reservation(index) => at(&self.reservations, index),
            Row::BilateralLimit(index) => at(&self.bilateral_limits, index),
            Row::MultilateralLimit(index) => at(&self.multilateral_limits, index),
            Row::GroupLimit(index) => at(&self.group_limits, index),
            Row::AggregateShort(index) => at(&self.aggregate_short, index),
            Row::HaircutValue(index) => at(&self.haircut_value, index),
        }
    }

    /// What the tests in the unit of account add to the price of each account's net; empty if there are none.
    fn slopes(&self, problem: &Problem<'_>) -> Vec<i128> {
        if problem.instance.valuations.is_empty() {
            return Vec::new();
        }
        let accounts = 0..problem.instance.accounts.len();
        accounts
            .map(|account| at(&self.aggregate_short_slopes, account) + at(&self.haircut_value_slopes, account))
            .collect()
    }

    fn check(&self, problem: &Problem<'_>, level: usize, index: usize) -> Result<(), Refused> {
        let instance = problem.instance;
        let lists = [
            ("multipliers of floors", &self.floors, instance.accounts.len()),
            ("multipliers of ceilings", &self.ceilings, instance.accounts.len()),
            ("multipliers of reservations", &self.reservations, instance.reservations.len()),
            ("multipliers of bilateral limits", &self.bilateral_limits, instance.bilateral_limits.len()),
            ("multipliers of multilateral limits", &self.multilateral_limits, instance.multilateral_limits.len()),
            ("multipliers of group limits", &self.group_limits, instance.group_limits.len()),
            ("multipliers of aggregate short limits", &self.aggregate_short, instance.valuations.len()),
            ("slopes of aggregate short limits", &self.aggregate_short_slopes, instance.accounts.len()),
            ("multipliers of haircut values", &self.haircut_value, instance.valuations.len()),
            ("slopes of haircut values", &self.haircut_value_slopes, instance.accounts.len()),
            ("multipliers of earlier levels", &self.earlier_levels, level),
        ];
        for (list, multipliers, expected) in lists {
            if !multipliers.is_empty() {
                same_length(list, expected, multipliers.len())?;
            }
            if multipliers.iter().any(|multiplier| *multiplier < 0) {
                return Err(Refused::Malformed { part: list, index, rule: "each is at least 0" });
            }
        }
        if self.scale < 1 {
            return Err(Refused::Malformed { part: "scale of multipliers", index, rule: "at least 1" });
        }
        self.check_valuations(problem, index)
    }

    fn check_valuations(&self, problem: &Problem<'_>, index: usize) -> Result<(), Refused> {
        let instance = problem.instance;
        let refused = |part, rule| Err(Refused::Malformed { part, index, rule });
        for (number, valuation) in instance.valuations.iter().enumerate() {
            let untested = valuation.aggregate_short_limit.is_none() && at(&self.aggregate_short, number) != 0;
            if untested || !valuation.haircut_value && at(&self.haircut_value, number) != 0 {
                return refused("multipliers of valuations", "0 where nothing is tested");
            }
        }
        for (number, account) in instance.accounts.iter().enumerate() {
            let valuation = valuation::of_participant(instance, account.participant);
            let of_valuation = |list: &[i64]| valuation.map_or(0, |valuation| at(list, valuation));
            let currency = instance.currencies[account.currency as usize];
            let unit_value = i128::from(currency.unit_value);
            // Two factors of 64 bits: it fits.
            if at(&self.aggregate_short_slopes, number) > of_valuation(&self.aggregate_short) * unit_value {
                return refused("slopes of aggregate short limits", "at most multiplier × unit value");
            }
            let (slope, worth) =
                (at(&self.haircut_value_slopes, number), of_valuation(&self.haircut_value) * unit_value);
            let within = |part: i64| worth.checked_mul(part.into());
            let (least, most) = (within(HAIRCUT_WHOLE - currency.haircut), within(HAIRCUT_WHOLE + currency.haircut));
            if least.is_none_or(|least| slope < least) || most.is_some_and(|most| slope > most) {
                return refused("slopes of haircut values", "between multiplier × unit value × (10,000 ∓ haircut)");
            }
        }
        Ok(())
    }
}
