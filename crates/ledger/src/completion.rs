//! Completion of a settlement in which a pay-in is missing: who pays what out of what is there.

use crate::state::{Arrangement, ClosedCycle, State};
use domain::MemberId;
use money::largest_remainder;
use std::collections::BTreeMap;

/// What becomes of the legs of a cycle whose pay-ins are not all in.
pub(crate) struct Completion {
    /// Unpaid pay-ins by number, with what the payer's prefunding covers of each.
    pub(crate) pay_ins: Vec<(u32, u64)>,
    /// Pay-outs that are cut, by number, with what is paid out of each.
    pub(crate) pay_outs: Vec<(u32, u64)>,
}

/// Legs that are paid out of one another: all of a multilateral net, those of a pair where netting is bilateral.
type Pot = Option<(MemberId, MemberId)>;

impl State {
    pub(crate) fn completion(&self, arrangement: &Arrangement, closed: &ClosedCycle) -> Completion {
        let covered = self.covered_by_prefunding(arrangement, closed);
        let mut pots: BTreeMap<Pot, (u64, u64, u64)> = BTreeMap::new();
        for (number, (leg, _)) in closed.legs.iter().enumerate() {
            let (paid_in, paid_out, missing) = pots.entry(pot_of(leg)).or_default();
            if leg.pay_in {
                *paid_in += leg.amount.get();
                *missing += covered.get(&number).map_or(0, |covered| leg.amount.get() - covered);
            } else {
                *paid_out += leg.amount.get();
            }
        }
        let mut pay_outs = Vec::new();
        for (pot, (paid_in, paid_out, missing)) in pots {
            if missing == 0 {
                continue;
            }
            let legs: Vec<(usize, u64)> = closed
                .legs
                .iter()
                .enumerate()
                .filter(|(_, (leg, _))| !leg.pay_in && pot_of(leg) == pot)
                .map(|(number, (leg, _))| (number, leg.amount.get()))
                .collect();
            // Where the house itself pays in or is paid, its part is there.
            let available = paid_out.min(paid_in.max(paid_out) - missing);
            let weights: Vec<u64> = legs.iter().map(|(_, amount)| *amount).collect();
            let shares = largest_remainder(available, &weights).expect("whoever is to be paid has a weight");
            pay_outs.extend(legs.iter().zip(shares).map(|((number, _), share)| (number_of(*number), share)));
        }
        pay_outs.sort_unstable();
        let pay_ins = covered.into_iter().map(|(number, covered)| (number_of(number), covered)).collect();
        Completion { pay_ins, pay_outs }
    }

    /// Unpaid pay-ins, each with what its payer's prefunding covers, pro rata among those of one payer.
    fn covered_by_prefunding(&self, arrangement: &Arrangement, closed: &ClosedCycle) -> BTreeMap<usize, u64> {
        let by_prefunding = arrangement.plan.additions.completion.is_some_and(|rule| rule.prefunding);
        let mut unpaid: BTreeMap<MemberId, Vec<(usize, u64)>> = BTreeMap::new();
        for (number, (leg, confirmed)) in closed.legs.iter().enumerate() {
            if leg.pay_in && !confirmed {
                unpaid.entry(leg.member).or_default().push((number, leg.amount.get()));
            }
        }
        let mut covered = BTreeMap::new();
        for (member, legs) in unpaid {
            let weights: Vec<u64> = legs.iter().map(|(_, amount)| *amount).collect();
            let membership = arrangement.membership(member).expect("a leg is a member's");
            let deposited = u64::try_from(self.accounts.balance_minor(membership.prefunding_account)).unwrap_or(0);
            let used = if by_prefunding { deposited.min(weights.iter().sum()) } else { 0 };
            let shares = largest_remainder(used, &weights).expect("a pay-in is more than nothing");
            covered.extend(legs.iter().zip(shares).map(|((number, _), share)| (*number, share)));
        }
        covered
    }
}

fn pot_of(leg: &domain::event::SettlementLeg) -> Pot {
    leg.counterparty.map(|other| if leg.pay_in { (leg.member, other) } else { (other, leg.member) })
}

fn number_of(number: usize) -> u32 {
    u32::try_from(number).expect("a cycle has few legs")
}
