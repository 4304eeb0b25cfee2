//! Whether a payment may clear, has to wait, or is refused: the limits of an arrangement, in the order of its rulebook.

use crate::limits::{ARRANGEMENT_QUEUE_ITEMS_MAX, FOREIGN_POSITION_MINOR_MAX, POSITION_MINOR_MAX, QUEUE_ITEMS_MAX};
use crate::state::{Arrangement, Membership, Participant, State, pair_side, signed};
use domain::event::{Admitted, Payout};
use domain::limit::Scope;
use domain::plan::{LimitKind, LimitRule, OnLimit, TriggerEvent, WhenUnset};
use domain::refusal::RefusedBy;
use domain::{InstitutionId, MemberId, Refusal};
use std::collections::{BTreeMap, BTreeSet};

/// What admission looks at: who pays whom how much of the position currency.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Claim {
    pub(crate) payer: InstitutionId,
    pub(crate) payee: InstitutionId,
    pub(crate) position_minor: u64,
    pub(crate) urgent: bool,
    /// Its quote has run out: it waits for a run, which prices it again.
    pub(crate) stale: bool,
}

/// What earlier items of the same command did, before any of it is in the state.
#[derive(Default)]
pub(crate) struct Overlay {
    positions_minor: BTreeMap<InstitutionId, i128>,
    pairs_minor: BTreeMap<(MemberId, MemberId), i128>,
    exposures_minor: BTreeMap<MemberId, i128>,
    prefinanced_minor: BTreeMap<MemberId, u128>,
    queued: BTreeSet<(InstitutionId, bool)>,
    /// Only one claim will be judged: nothing needs remembering.
    single: bool,
}

impl State {
    /// Judges a claim under the limits; the overlay is then what it would be with the claim in it.
    pub(crate) fn admit(
        &self,
        arrangement: &Arrangement,
        claim: Claim,
        overlay: &mut Overlay,
    ) -> Result<Admitted, RefusedBy> {
        let payer = arrangement.of(claim.payer);
        let payee = arrangement.of(claim.payee);
        if !arrangement.has_room(payer, payee, claim, overlay) {
            return Err(RefusedBy { refusal: Refusal::AmountOutOfRange, scope: None });
        }
        if claim.stale && arrangement.plan.queue.is_none() {
            return Err(RefusedBy { refusal: Refusal::QuoteExpired, scope: None });
        }
        let mut waits = claim.stale;
        for rule in &arrangement.plan.limits {
            let passed = match rule.kind {
                LimitKind::PerPayment => per_payment(arrangement, payer, claim, rule),
                LimitKind::CreditorExposure => exposure(arrangement, payee, claim, rule, overlay),
                LimitKind::Pair => pair_line(arrangement, payer, payee, claim, rule, overlay),
                LimitKind::InstitutionShare => self.share(payer, claim, rule.when_unset, overlay),
                LimitKind::MemberTowardsAll => self.towards_all(arrangement, payer, claim, rule, overlay),
                LimitKind::Facility => {
                    self.facility(arrangement, (payer.member, payee.member), claim, rule, overlay)?
                }
                LimitKind::Allocation => self.allocation(arrangement, payer, claim, rule, overlay),
                LimitKind::PrefundedBalance => self.prefunded(arrangement, payer, claim, overlay),
                // Decides when leg 3 is due, not whether the payment clears.
                LimitKind::Prefinancing => None,
                // Limits of credit part the net of a cycle.
                LimitKind::Quota | LimitKind::Claims | LimitKind::Debts => None,
            };
            let Some(scope) = passed else { continue };
            match rule.on_limit {
                OnLimit::Refuse | OnLimit::SuspendFacility | OnLimit::BuyAllocation => {
                    return Err(RefusedBy { refusal: rule.refusal, scope: Some(scope) });
                }
                OnLimit::Queue => waits = true,
                OnLimit::PayInAsset => unreachable!("bug: only limits of credit are paid in the asset"),
                OnLimit::PayExcess { .. } => {
                    if arrangement.has_overdue_transfer(payer.member, payee.member) {
                        return Err(RefusedBy { refusal: Refusal::TransferOverdue, scope: Some(scope) });
                    }
                }
            }
        }
        if arrangement.plan.queue.is_some() && is_behind(payer, claim, overlay) {
            waits = true;
        }
        let full = payer.queue_len() >= QUEUE_ITEMS_MAX || arrangement.queued_count >= ARRANGEMENT_QUEUE_ITEMS_MAX;
        if waits && full {
            return Err(RefusedBy { refusal: Refusal::QueueFull, scope: Some(Scope::InstitutionShare(claim.payer)) });
        }
        overlay.admit(payer, payee, claim);
        if waits {
            if !overlay.single {
                overlay.queued.insert((claim.payer, claim.urgent));
            }
            return Ok(Admitted::Queued);
        }
        overlay.clear(claim);
        Ok(Admitted::Cleared(self.payout_when(arrangement, payee, claim.position_minor, overlay)))
    }

    fn share(&self, payer: &Participant, claim: Claim, unset: WhenUnset, overlay: &Overlay) -> Option<Scope> {
        if payer.share_minor.is_none() && unset == WhenUnset::Unlimited {
            return None;
        }
        let headroom = payer.free_headroom_minor(&self.accounts)
            + overlay.positions_minor.get(&claim.payer).copied().unwrap_or_default();
        (i128::from(claim.position_minor) > headroom).then_some(Scope::InstitutionShare(claim.payer))
    }

    /// When leg 3 is due: as the rulebook says, or at clearing where the payee's member chose so and has room.
    pub(crate) fn payout_when(
        &self,
        arrangement: &Arrangement,
        payee: &Participant,
        position_minor: u64,
        overlay: &mut Overlay,
    ) -> Payout {
        let triggers = &arrangement.plan.triggers;
        match triggers.payout.on {
            TriggerEvent::Conformity => Payout::AtConformity,
            TriggerEvent::NetSettled => {
                let membership = arrangement.membership(payee.member).expect("a participant's member has joined");
                let before = overlay.prefinanced_minor.get(&payee.member).copied().unwrap_or_default();
                if triggers.payout_at_clearing_by_choice
                    && membership.payout_at_clearing
                    && arrangement.may_prefinance(membership, before, position_minor)
                {
                    if !overlay.single {
                        overlay.prefinanced_minor.insert(payee.member, before + u128::from(position_minor));
                    }
                    Payout::AtClearing
                } else {
                    Payout::AfterSettlement
                }
            }
            TriggerEvent::Acceptance | TriggerEvent::Fixing | TriggerEvent::Collection | TriggerEvent::Clearing => {
                Payout::AtClearing
            }
        }
    }
}

impl Arrangement {
    /// Whether the figures of both members stay within what their nets can be paid in: everything admitted counts, queued or
    /// cleared, so that no close ever meets a net that is no amount.
    fn has_room(&self, payer: &Participant, payee: &Participant, claim: Claim, overlay: &Overlay) -> bool {
        let (debtor, creditor) = (payer.member, payee.member);
        let added = i128::from(claim.position_minor) + overlay.pairs_minor.values().sum::<i128>();
        let side = pair_side(debtor, creditor);
        let pair_open = self
            .pair(debtor, creditor)
            .map_or(0, |pair| pair.owed_minor(side).max(0) + signed(pair.reserved_minor[side]));
        if !self.positions_in_asset() {
            let foreign: i128 = self
                .foreign_pairs
                .iter()
                .filter(|((low, high, _), _)| [*low, *high].contains(&debtor) && [*low, *high].contains(&creditor))
                .map(|(_, owed)| owed.abs())
                .sum();
            return foreign + pair_open + added <= FOREIGN_POSITION_MINOR_MAX;
        }
        let position =
            |member| self.membership(member).map_or(0, |m| m.position_minor.abs() + signed(m.reserved_in_minor));
        [pair_open, position(debtor), position(creditor)].into_iter().all(|used| used + added <= POSITION_MINOR_MAX)
    }

    fn may_prefinance(&self, membership: &Membership, overlay_minor: u128, position_minor: u64) -> bool {
        let rule = self.plan.limit(LimitKind::Prefinancing);
        let unlimited = rule.is_none_or(|rule| rule.when_unset == WhenUnset::Unlimited);
        let used = membership.prefinanced_minor + overlay_minor + u128::from(position_minor);
        match membership.prefinancing_max_minor {
            Some(maximum) => used <= u128::from(maximum),
            None => unlimited,
        }
    }

    fn has_overdue_transfer(&self, debtor: MemberId, creditor: MemberId) -> bool {
        let today = self.open_date();
        self.transfers_due.get(&(debtor, creditor)).is_some_and(|due| today.is_some_and(|today| due.by < today))
    }

    /// What `debtor` owes `creditor` net, with what is closed and unsettled, and what is queued.
    pub(crate) fn pair_use_minor(&self, debtor: MemberId, creditor: MemberId) -> i128 {
        let side = pair_side(debtor, creditor);
        self.pair(debtor, creditor).map_or(0, |pair| {
            pair.owed_minor(side) + signed(pair.unsettled_minor[side]) + signed(pair.reserved_minor[side])
        })
    }

    /// What a member is owed by all, with what is closed and unsettled, and what is queued to it.
    pub(crate) fn exposure_minor(&self, membership: &Membership) -> i128 {
        membership.position_minor.max(0)
            + signed(membership.unsettled_credit_minor)
            + signed(membership.reserved_in_minor)
    }
}

/// The limit passed, if it is.
pub(crate) fn beyond(maximum: Option<u64>, unset: Option<u64>, used_minor: i128, scope: Scope) -> Option<Scope> {
    let maximum = maximum.or(unset)?;
    (used_minor > i128::from(maximum)).then_some(scope)
}

fn per_payment(arrangement: &Arrangement, payer: &Participant, claim: Claim, rule: &LimitRule) -> Option<Scope> {
    let unset = arrangement.plan.unset_maximum_minor(rule);
    let maximum = arrangement.membership(payer.member).and_then(|m| m.payment_max_minor);
    beyond(maximum, unset, i128::from(claim.position_minor), Scope::PerPayment(payer.member))
}

fn exposure(
    arrangement: &Arrangement,
    payee: &Participant,
    claim: Claim,
    rule: &LimitRule,
    overlay: &Overlay,
) -> Option<Scope> {
    let unset = arrangement.plan.unset_maximum_minor(rule);
    let membership = arrangement.membership(payee.member).expect("a participant's member has joined");
    let used = arrangement.exposure_minor(membership)
        + overlay.exposures_minor.get(&payee.member).copied().unwrap_or_default()
        + i128::from(claim.position_minor);
    beyond(membership.exposure_max_minor, unset, used, Scope::CreditorExposure(payee.member))
}

fn pair_line(
    arrangement: &Arrangement,
    payer: &Participant,
    payee: &Participant,
    claim: Claim,
    rule: &LimitRule,
    overlay: &Overlay,
) -> Option<Scope> {
    let unset = arrangement.plan.unset_maximum_minor(rule);
    let (debtor, creditor) = (payer.member, payee.member);
    let line = arrangement.pair(debtor, creditor).and_then(|pair| pair.line_minor[pair_side(debtor, creditor)]);
    if line.is_none() && unset.is_none() {
        return None;
    }
    let used = arrangement.pair_use_minor(debtor, creditor)
        + overlay.pairs_minor.get(&(debtor, creditor)).copied().unwrap_or_default()
        + i128::from(claim.position_minor);
    beyond(line, unset, used, Scope::Pair { debtor, creditor })
}

/// Whether items that go before the claim are waiting in its queue.
fn is_behind(payer: &Participant, claim: Claim, overlay: &Overlay) -> bool {
    let urgent_wait = !payer.urgent.is_empty() || overlay.queued.contains(&(claim.payer, true));
    let ordinary_wait = !payer.ordinary.is_empty() || overlay.queued.contains(&(claim.payer, false));
    urgent_wait || (!claim.urgent && ordinary_wait)
}

impl Overlay {
    /// An overlay for one claim alone.
    pub(crate) fn single() -> Self {
        Self { single: true, ..Self::default() }
    }

    /// What earlier items did to what a member is owed on balance.
    pub(crate) fn of_member_minor(&self, member: MemberId) -> i128 {
        let signs = self.pairs_minor.iter().map(|((debtor, creditor), minor)| match member {
            member if member == *creditor => *minor,
            member if member == *debtor => -*minor,
            _ => 0,
        });
        signs.sum()
    }

    fn admit(&mut self, payer: &Participant, payee: &Participant, claim: Claim) {
        if self.single {
            return;
        }
        *self.pairs_minor.entry((payer.member, payee.member)).or_default() += i128::from(claim.position_minor);
        *self.exposures_minor.entry(payee.member).or_default() += i128::from(claim.position_minor);
    }

    fn clear(&mut self, claim: Claim) {
        if self.single {
            return;
        }
        *self.positions_minor.entry(claim.payer).or_default() -= i128::from(claim.position_minor);
        *self.positions_minor.entry(claim.payee).or_default() += i128::from(claim.position_minor);
    }
}
