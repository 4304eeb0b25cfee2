//! What the settlement agent confirms: prefunding, settlement legs, anticipated transfers.

use super::member::{institutions_of, knows};
use super::{People, Scene, Sent};
use domain::event::SettlementLeg;
use domain::plan::{FeeRule, LimitKind};
use domain::{Actor, ArrangementId, Command, CommandBody, CycleId, MemberId, Owner};
use money::AmountMinor;

impl People {
    pub(super) fn confirms_settlement(&mut self, scene: Scene<'_>) -> Option<Sent> {
        let arrangement = self.arrangement(scene)?;
        let legs = open_legs(scene, arrangement);
        let (cycle, leg) = *self.random.pick(&legs)?;
        let wrong = self.random.chance(scene.knobs.wrong_ppm / 2);
        Some(settlement(arrangement, cycle, leg, u64::from(wrong)))
    }

    pub(super) fn confirms_a_transfer(&mut self, scene: Scene<'_>) -> Option<Sent> {
        let arrangement = self.arrangement(scene)?;
        let due: Vec<(MemberId, MemberId, u64)> =
            scene.view(arrangement).transfers_minor.iter().map(|(&(from, to), &amount)| (from, to, amount)).collect();
        let (debtor, creditor, amount) = *self.random.pick(&due)?;
        let wrong = self.random.chance(scene.knobs.wrong_ppm / 2);
        transfer(arrangement, debtor, creditor, amount + u64::from(wrong))
    }

    pub(super) fn moves_prefunding(&mut self, scene: Scene<'_>) -> Option<Sent> {
        let arrangement = self.arrangement(scene)?;
        let held = [LimitKind::InstitutionShare, LimitKind::PrefundedBalance];
        if !held.into_iter().any(|kind| knows(scene, arrangement, kind)) && !self.random.chance(scene.knobs.wrong_ppm) {
            return None;
        }
        let member = self.member(scene, arrangement)?;
        let amount = AmountMinor::new(scene.shape.typical_minor * self.random.magnitude(1, 100)).ok()?;
        let body = CommandBody::MovePrefunding { arrangement, member, amount, deposit: self.random.chance(600_000) };
        Some(Command::by(Actor::agent(1), body).into())
    }

    /// Capital of the fund, and contributions, in and out: what a close lacks more often than anything.
    pub(super) fn moves_the_fund(&mut self, scene: Scene<'_>) -> Option<Sent> {
        let arrangement = self.arrangement(scene)?;
        let credit = scene.shape.arrangement(arrangement).plan.additions.credit.is_some();
        if !credit && !self.random.chance(scene.knobs.wrong_ppm) {
            return None;
        }
        let member = self.member(scene, arrangement).filter(|_| self.random.chance(500_000));
        let missing = scene.view(arrangement).missing_minor.filter(|_| self.random.chance(500_000));
        let other_minor = scene.shape.typical_minor * self.random.magnitude(1, 100);
        let amount = AmountMinor::new(missing.unwrap_or(other_minor)).ok()?;
        let deposit = missing.is_some() || self.random.chance(700_000);
        let body = CommandBody::MoveFund { arrangement, member, amount, deposit };
        Some(Command::by(Actor::agent(1), body).into())
    }

    /// What the agent believes to have come in or to be due: it keeps no account of fees, and is often wrong.
    pub(super) fn confirms_fees(&mut self, scene: Scene<'_>) -> Option<Sent> {
        let arrangement = self.arrangement(scene)?;
        let unit_minor = match &scene.shape.arrangement(arrangement).plan.additions.fees {
            Some(FeeRule::Flat { amount_minor }) => amount_minor.get(),
            Some(FeeRule::Percent { .. }) => scene.shape.typical_minor / 100 + 1,
            None if self.random.chance(scene.knobs.wrong_ppm) => 1,
            None => return None,
        };
        let member = self.member(scene, arrangement)?;
        let institution = *self.random.pick(&institutions_of(scene, member))?;
        let owner = *self.random.pick(&[Owner::Institution(institution), Owner::House, Owner::Member(member)])?;
        let amount = AmountMinor::new(unit_minor * self.random.between(1, 4)).ok()?;
        Some(Command::by(Actor::agent(1), CommandBody::ConfirmFees { arrangement, owner, amount }).into())
    }
}

impl People {
    /// Arrears come in, in whole or part.
    pub(super) fn confirms_arrears(&mut self, scene: Scene<'_>) -> Option<Sent> {
        let arrangement = self.arrangement(scene)?;
        let owed = scene.view(arrangement).arrears_minor.iter().map(|(key, owed)| (*key, *owed));
        let owed: Vec<_> = owed.collect();
        let ((cycle, member, counterparty), owed_minor) = *self.random.pick(&owed)?;
        let paid = if self.random.chance(500_000) { owed_minor } else { self.random.between(1, owed_minor) };
        let wrong = self.random.chance(scene.knobs.wrong_ppm / 2);
        let amount = AmountMinor::new(paid + u64::from(wrong)).ok()?;
        let body = CommandBody::ConfirmArrears { arrangement, cycle, member, counterparty, amount };
        Some(Command::by(Actor::agent(1), body).into())
    }
}

/// Legs of closed cycles that the agent has not confirmed, pay-ins before pay-outs.
pub(crate) fn open_legs(scene: Scene<'_>, arrangement: ArrangementId) -> Vec<(CycleId, SettlementLeg)> {
    let cycles = &scene.view(arrangement).cycles;
    cycles
        .iter()
        .flat_map(|(cycle, view)| view.legs.iter().filter(|(_, confirmed)| !confirmed).map(|(leg, _)| (*cycle, *leg)))
        .collect()
}

/// The agent's confirmation of a leg, or of another amount than the leg's.
pub(crate) fn settlement(arrangement: ArrangementId, cycle: CycleId, leg: SettlementLeg, off_minor: u64) -> Sent {
    let amount = AmountMinor::new(leg.amount.get() + off_minor).unwrap_or(leg.amount);
    let SettlementLeg { member, counterparty, .. } = leg;
    let body = CommandBody::ConfirmSettlement { arrangement, cycle, member, counterparty, amount };
    Command::by(Actor::agent(1), body).into()
}

/// The agent's confirmation of an anticipated transfer.
pub(crate) fn transfer(arrangement: ArrangementId, debtor: MemberId, creditor: MemberId, amount: u64) -> Option<Sent> {
    let body = CommandBody::ConfirmTransfer { arrangement, debtor, creditor, amount: AmountMinor::new(amount).ok()? };
    Some(Command::by(Actor::agent(1), body).into())
}
