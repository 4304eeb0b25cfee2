//! What members do: rates, limits, legs 1 and 3, conformity, holds, memberships.

use super::{People, Scene, Sent};
use crate::shape::RATE_DECIMALS;
use domain::event::{Quote, Stage};
use domain::limit::{LimitSetting, Scope};
use domain::plan::{LimitKind, Plan, Price};
use domain::reserve::ReserveAgainst;
use domain::{Actor, ArrangementId, Command, CommandBody, InstitutionId, MemberId, PaymentId, PaymentState};
use money::{AmountMinor, Rate};

/// Payments that a member names in one command at most.
const LIST_MAX: usize = 40;

impl People {
    pub(super) fn publishes_a_rate(&mut self, scene: Scene<'_>) -> Option<Sent> {
        let arrangement = self.arrangement(scene)?;
        let member = self.member(scene, arrangement)?;
        // Small steps mostly; now and then beyond what a payer tolerates, or what one person may publish.
        let most_ppm = *self.random.pick(&[500, 2_000, 4_000, 15_000, 250_000]).expect("some");
        self.rate_of(scene, arrangement, member, most_ppm)
    }

    /// A member's rate of the day, moved by at most so much since the last.
    pub(crate) fn rate_of(
        &mut self,
        scene: Scene<'_>,
        arrangement: ArrangementId,
        member: MemberId,
        most_ppm: u64,
    ) -> Option<Sent> {
        let currency = scene.shape.member(member).currency;
        let price = scene.shape.arrangement(arrangement).plan.price;
        let rate = self.rates.get_mut(&member)?;
        let step = (*rate / 1_000_000 * most_ppm).max(*rate * most_ppm.min(100_000) / 1_000_000).max(1);
        let (low, high) = (rate.saturating_sub(step).max(100), *rate + step);
        *rate = self.random.between(low.min(high), high);
        let rate = *rate;
        let exact = |mantissa: u64| Rate::new(mantissa, RATE_DECIMALS).ok();
        let quote = match price {
            Price::Fixed { spread_max_ppm, .. } => {
                let wide = self.random.chance(scene.knobs.wrong_ppm / 4);
                let spread = rate * u64::from(spread_max_ppm) / 1_000_000;
                let sell = rate + if wide { 2 * spread + 2 } else { self.random.between(0, spread) };
                Quote::TwoSided { buy: exact(rate)?, sell: exact(sell)? }
            }
            Price::Open { .. } => Quote::Reference(exact(rate)?),
            Price::Par if !swaps(&scene.shape.arrangement(arrangement).plan) => return None,
            Price::Par => Quote::Reference(exact(rate)?),
        };
        let body = CommandBody::PublishRate { arrangement, member, currency, quote };
        Some(Command::approved(Actor::member(member, 1), Actor::member(member, 2), body).into())
    }

    pub(super) fn sets_a_limit(&mut self, scene: Scene<'_>) -> Option<Sent> {
        let arrangement = self.arrangement(scene)?;
        let member = self.member(scene, arrangement)?;
        let other = self.member(scene, arrangement)?;
        let plan = &scene.shape.arrangement(arrangement).plan;
        let institutions: Vec<InstitutionId> = institutions_of(scene, member);
        let scope = match self.random.below(10) {
            0 => Scope::Pair { debtor: other, creditor: member },
            1 => Scope::CreditorExposure(member),
            2 => Scope::PerPayment(member),
            3 => Scope::Prefinancing(member),
            4 => Scope::CommittedLine(member),
            5 => Scope::MemberTowardsAll(member),
            6 => Scope::Facility,
            7 => Scope::Allocation(member),
            _ => Scope::InstitutionShare(*self.random.pick(&institutions)?),
        };
        let known = scope.kind().is_none_or(|kind| plan.limit(kind).is_some());
        if !known && !self.random.chance(scene.knobs.wrong_ppm) {
            return None;
        }
        let view = scene.view(arrangement);
        let today = view.open_date.or(view.closed_date)?;
        let ahead = i32::try_from(self.random.below(4)).expect("small") - 1;
        let before = view.limits.get(&scope).copied();
        let maximum_minor = match (before, self.random.below(8)) {
            (_, 0) => 0,
            (Some(before), 1..=4) => self.random.between(before / 2, before * 2),
            _ => scene.shape.typical_minor * self.random.magnitude(1, 400),
        };
        let effective =
            if ahead < 0 && !self.random.chance(scene.knobs.wrong_ppm) { today } else { today.plus_days(ahead) };
        let setting = LimitSetting { arrangement, scope, maximum_minor, effective };
        let body = CommandBody::SetLimit(setting);
        let by_operator = matches!(
            scope,
            Scope::CommittedLine(_) | Scope::MemberTowardsAll(_) | Scope::Facility | Scope::Allocation(_)
        );
        Some(if by_operator {
            Command::approved(Actor::operator(1), Actor::operator(2), body).into()
        } else {
            Command::by(Actor::member(member, 1), body).into()
        })
    }

    pub(super) fn gives_allocation(&mut self, scene: Scene<'_>) -> Option<Sent> {
        let arrangement = self.arrangement(scene)?;
        if !knows(scene, arrangement, LimitKind::Allocation) && !self.random.chance(scene.knobs.wrong_ppm) {
            return None;
        }
        let (giver, taker) = (self.member(scene, arrangement)?, self.member(scene, arrangement)?);
        let amount = AmountMinor::new(scene.shape.typical_minor * self.random.magnitude(1, 40)).ok()?;
        let body = CommandBody::TransferAllocation { arrangement, giver, taker, amount };
        Some(Command::approved(Actor::member(giver, 1), Actor::member(taker, 1), body).into())
    }

    pub(super) fn reports_a_position(&mut self, scene: Scene<'_>) -> Option<Sent> {
        let arrangement = self.arrangement(scene)?;
        let reported = scene.shape.arrangement(arrangement).plan.additions.reported;
        if !reported && !self.random.chance(scene.knobs.wrong_ppm) {
            return None;
        }
        let (debtor, creditor) = (self.member(scene, arrangement)?, self.member(scene, arrangement)?);
        let amount = AmountMinor::new(scene.shape.typical_minor * self.random.magnitude(1, 40)).ok()?;
        let body = CommandBody::ReportPosition { arrangement, debtor, creditor, amount };
        Some(Command::by(Actor::member(debtor, 1), body).into())
    }

    pub(super) fn confirms_collections(&mut self, scene: Scene<'_>) -> Option<Sent> {
        let arrangement = self.arrangement(scene)?;
        let member = self.member(scene, arrangement)?;
        let most = self.random.size(1, LIST_MAX);
        let payments = collections(scene, arrangement, member);
        let mut payments: Vec<PaymentId> = payments.into_iter().filter(|_| self.random.chance(600_000)).collect();
        payments.truncate(most);
        if self.random.chance(scene.knobs.wrong_ppm / 2) {
            payments.extend(payments.first().copied());
        }
        if payments.is_empty() {
            return None;
        }
        let body = CommandBody::ConfirmCollections { arrangement, payments };
        Some(Command::by(Actor::member(member, 1), body).into())
    }

    pub(super) fn resolves_a_hold(&mut self, scene: Scene<'_>) -> Option<Sent> {
        let payment = self.payment(scene, |payment| payment.state == PaymentState::Held)?;
        let release = self.random.chance(700_000);
        self.hold(scene, payment, release)
    }

    pub(crate) fn hold(&mut self, scene: Scene<'_>, payment: PaymentId, release: bool) -> Option<Sent> {
        let seen = scene.mirror.payment(payment)?;
        let end = if self.random.chance(500_000) { seen.payer } else { seen.payee };
        let member = *scene.mirror.institutions.get(end.index())?;
        Some(Command::by(Actor::member(member, 1), CommandBody::ResolveHold { payment, release }).into())
    }

    pub(super) fn gives_conformity(&mut self, scene: Scene<'_>) -> Option<Sent> {
        let arrangement = self.arrangement(scene)?;
        let member = self.member(scene, arrangement)?;
        let waiting = scene.mirror.payments_where(|payment| {
            payment.arrangement == arrangement
                && payment.awaits_conformity
                && payment.state == PaymentState::Cleared
                && scene.mirror.institutions.get(payment.payer.index()) == Some(&member)
        });
        let mut payments: Vec<PaymentId> = waiting.into_iter().filter(|_| self.random.chance(500_000)).collect();
        payments.truncate(LIST_MAX);
        if payments.is_empty() {
            return None;
        }
        let conforming = self.random.chance(800_000);
        let body = CommandBody::GiveConformity { arrangement, payments, conforming };
        Some(Command::by(Actor::member(member, 1), body).into())
    }

    pub(super) fn confirms_payouts(&mut self, scene: Scene<'_>) -> Option<Sent> {
        let arrangement = self.arrangement(scene)?;
        let member = self.member(scene, arrangement)?;
        let institution = *self.random.pick(&institutions_of(scene, member))?;
        Some(payouts(arrangement, member, institution))
    }

    pub(super) fn fails_a_payout(&mut self, scene: Scene<'_>) -> Option<Sent> {
        let payment = self.payment(scene, |payment| payment.state == PaymentState::Cleared)?;
        let payee = scene.mirror.payment(payment)?.payee;
        let member = *scene.mirror.institutions.get(payee.index())?;
        Some(Command::by(Actor::member(member, 1), CommandBody::FailPayout { payment }).into())
    }

    pub(super) fn changes_a_membership(&mut self, scene: Scene<'_>) -> Option<Sent> {
        let arrangement = self.arrangement(scene)?;
        // Whoever only looks on comes back sooner or later.
        let members = scene.view(arrangement).members.iter();
        let early: Vec<MemberId> =
            members.filter(|(_, found)| found.stage < Stage::Prefunded).map(|(member, _)| *member).collect();
        let any = MemberId::from_index(self.random.size(0, scene.mirror.members.checked_sub(1)?));
        let member = self.random.pick(&early).copied().unwrap_or(any);
        let body = match self.random.below(if early.is_empty() { 10 } else { 30 }) {
            0 => CommandBody::Leave { arrangement, member },
            drawn => {
                let stage = if drawn == 1 {
                    *self.random.pick(&[Stage::Observer, Stage::Shadow]).expect("two")
                } else {
                    *self.random.pick(&[Stage::Prefunded, Stage::Net]).expect("two")
                };
                CommandBody::Join { arrangement, member, stage, payout_at_clearing: self.random.chance(500_000) }
            }
        };
        Some(Command::by(Actor::member(member, 1), body).into())
    }
}

impl People {
    /// Notice and its withdrawal, purposes, a stage on a later day.
    pub(super) fn sets_its_own_terms(&mut self, scene: Scene<'_>) -> Option<Sent> {
        let arrangement = self.arrangement(scene)?;
        let member = self.member(scene, arrangement)?;
        let effective = scene.now.date().plus_days(i32::try_from(self.random.below(4)).expect("small"));
        let body = match self.random.below(10) {
            0..3 => CommandBody::GiveNotice { arrangement, member, effective },
            3..5 => CommandBody::WithdrawNotice { arrangement, member },
            5..8 => {
                let all = &scene.shape.arrangement(arrangement).plan.purposes;
                let purposes = all.iter().copied().filter(|_| self.random.chance(800_000)).collect();
                CommandBody::SetPurposes { arrangement, member, purposes, effective }
            }
            8 => CommandBody::SetEntryConsent { arrangement, member, given: self.random.chance(700_000) },
            _ => {
                let stage = *self.random.pick(&[Stage::Shadow, Stage::Prefunded, Stage::Net]).expect("three");
                let payout_at_clearing = self.random.chance(500_000);
                CommandBody::SetStage { arrangement, member, stage, payout_at_clearing, effective }
            }
        };
        Some(Command::by(Actor::member(member, 1), body).into())
    }
}

/// Payments of a member's payers of which leg 1 is not confirmed.
pub(crate) fn collections(scene: Scene<'_>, arrangement: ArrangementId, member: MemberId) -> Vec<PaymentId> {
    let pulls = scene.shape.arrangement(arrangement).plan.conformity.is_some();
    scene.mirror.payments_where(|payment| {
        let due = match payment.state {
            PaymentState::AwaitingCollection => true,
            PaymentState::Cleared | PaymentState::PaidOut | PaymentState::Disputed => {
                pulls && !payment.collected && !payment.awaits_conformity && payment.return_of.is_none()
            }
            _ => false,
        };
        due && payment.arrangement == arrangement
            && scene.mirror.institutions.get(payment.payer.index()) == Some(&member)
    })
}

/// A member's institutions.
pub(crate) fn institutions_of(scene: Scene<'_>, member: MemberId) -> Vec<InstitutionId> {
    let owners = scene.mirror.institutions.iter().enumerate();
    owners.filter(|(_, owner)| **owner == member).map(|(index, _)| InstitutionId::from_index(index)).collect()
}

/// Everything due to an institution is paid.
pub(crate) fn payouts(arrangement: ArrangementId, member: MemberId, institution: InstitutionId) -> Sent {
    Command::by(Actor::member(member, 1), CommandBody::ConfirmPayouts { arrangement, institution }).into()
}

/// Whether an arrangement knows a kind of limit.
pub(crate) fn knows(scene: Scene<'_>, arrangement: ArrangementId, kind: LimitKind) -> bool {
    scene.shape.arrangement(arrangement).plan.limit(kind).is_some()
}

/// Whether a reserve fund lends against members' currencies.
fn swaps(plan: &Plan) -> bool {
    let lines = plan.additions.reserve.iter().flat_map(|rule| &rule.lines);
    lines.into_iter().any(|line| line.against == ReserveAgainst::Currency)
}
