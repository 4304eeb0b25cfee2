//! Payments that no answer settles: a chain of simple facts, each checked.

use super::problem::{NONE, Problem};
use super::rows::Sign;
use crate::Refused;

/// What is known of a payment in every answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Fate {
    Free,
    Held,
    Settled,
}

/// Checks the list; the fate of every payment. Those of `guarded` settle in every answer.
pub(super) fn check(problem: &Problem<'_>, guarded: Option<&[bool]>, list: &[u32]) -> Result<Vec<Fate>, Refused> {
    let is_guarded = |payment: usize| guarded.is_some_and(|guarded| guarded[payment]);
    let fates = (0..problem.instance.payments.len())
        .map(|payment| if is_guarded(payment) { Fate::Settled } else { Fate::Free });
    let mut facts = Facts::begin(problem, fates.collect(), !list.is_empty());
    for (step, payment) in list.iter().enumerate() {
        let payment = *payment as usize;
        if facts.fates.get(payment) != Some(&Fate::Free) || !facts.show_held(payment) {
            return Err(Refused::NotUnfundable { step, payment });
        }
        facts.hold(payment);
    }
    Ok(facts.fates)
}

struct Facts<'a> {
    problem: &'a Problem<'a>,
    fates: Vec<Fate>,
    /// The least that each row can come to.
    least: Vec<i128>,
    /// By queue and class: the first payment that is held, for classes in strict order.
    first_held: Vec<u32>,
}

impl<'a> Facts<'a> {
    fn begin(problem: &'a Problem<'a>, fates: Vec<Fate>, is_used: bool) -> Facts<'a> {
        let mut least = vec![0; if is_used { problem.rows.all.len() } else { 0 }];
        if is_used {
            let (all, settled) = (problem.totals(|_| true), problem.totals(|payment| fates[payment] == Fate::Settled));
            for (arc, (all, settled)) in all.iter().zip(&settled).enumerate() {
                for (row, sign) in problem.touched(arc) {
                    least[*row as usize] += if *sign == Sign::Uses { *settled } else { -*all };
                }
            }
        }
        let first_held = vec![NONE; problem.strict_chain_count()];
        Facts { problem, fates, least, first_held }
    }

    fn show_held(&self, payment: usize) -> bool {
        let problem = self.problem;
        let amount = problem.amount(payment);
        let exceeds = |(row, sign): &(u32, Sign)| {
            *sign == Sign::Uses && self.least[*row as usize] + amount > problem.rows.all[*row as usize].most
        };
        problem.touched(problem.arc_of(payment)).iter().any(exceeds)
            || problem.together(payment).any(|other| self.fates[other] == Fate::Held)
            || problem.strict_chain_of(payment).is_some_and(|chain| (self.first_held[chain] as usize) < payment)
    }

    fn hold(&mut self, payment: usize) {
        self.fates[payment] = Fate::Held;
        let amount = self.problem.amount(payment);
        for (row, sign) in self.problem.touched(self.problem.arc_of(payment)) {
            self.least[*row as usize] += if *sign == Sign::Relieves { amount } else { 0 };
        }
        if let Some(chain) = self.problem.strict_chain_of(payment) {
            let number = u32::try_from(payment).expect("bug: payments are numbered in 32 bits");
            self.first_held[chain] = self.first_held[chain].min(number);
        }
    }
}
