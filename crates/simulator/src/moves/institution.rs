//! What institutions do with payments that are on their way or have come.

use super::{People, Scene, Sent};
use crate::mirror::PaymentSeen;
use domain::{Actor, Command, CommandBody, PaymentId, PaymentKey, PaymentState};
use money::AmountMinor;

impl People {
    /// A payment that passes a test; if somebody is wrong, any payment.
    pub(super) fn payment(&mut self, scene: Scene<'_>, test: impl Fn(&PaymentSeen) -> bool) -> Option<PaymentId> {
        let wrong = self.random.chance(scene.knobs.wrong_ppm / 2);
        let payments = scene.mirror.payments_where(|payment| wrong || test(payment));
        self.random.pick(&payments).copied()
    }

    pub(super) fn cancels(&mut self, scene: Scene<'_>) -> Option<Sent> {
        let waits = |payment: &PaymentSeen| {
            matches!(
                payment.state,
                PaymentState::AwaitingRate
                    | PaymentState::AwaitingCollection
                    | PaymentState::Held
                    | PaymentState::Queued
            )
        };
        let payment = self.payment(scene, waits)?;
        let institution = scene.mirror.payment(payment)?.key.institution;
        let member = *scene.mirror.institutions.get(institution.index())?;
        let body = CommandBody::Cancel { payment };
        let command = match self.random.below(6) {
            0 => Command::by(Actor::member(member, 1), body),
            1 => Command::approved(Actor::operator(1), Actor::operator(2), body),
            _ => Command::by(Actor::institution(institution, 0), body),
        };
        Some(command.into())
    }

    pub(super) fn returns(&mut self, scene: Scene<'_>) -> Option<Sent> {
        let returnable = |payment: &PaymentSeen| {
            matches!(payment.state, PaymentState::PaidOut | PaymentState::PartlyReturned) && payment.return_of.is_none()
        };
        let original = self.payment(scene, returnable)?;
        let seen = scene.mirror.payment(original)?.clone();
        let whole = self.random.chance(400_000);
        let amount = if whole { seen.payee_minor } else { self.random.between(1, seen.payee_minor.max(1)) };
        let uetr = if self.random.chance(50_000) { seen.key.uetr } else { self.new_uetr() };
        let body = CommandBody::Return { original, uetr, amount: AmountMinor::new(amount).ok()? };
        let command = Command::by(Actor::institution(seen.payee, 0), body);
        let key = PaymentKey { institution: seen.payee, uetr };
        let order = self.orders.add(command.clone(), key, None);
        Some(Sent { command, order: Some(order) })
    }

    pub(super) fn disputes(&mut self, scene: Scene<'_>) -> Option<Sent> {
        let disputable = |payment: &PaymentSeen| {
            matches!(payment.state, PaymentState::Cleared | PaymentState::PaidOut | PaymentState::PartlyReturned)
                && payment.return_of.is_none()
        };
        let payment = self.payment(scene, disputable)?;
        let seen = scene.mirror.payment(payment)?;
        let carrier = if self.random.chance(500_000) { seen.payer } else { seen.payee };
        Some(Command::by(Actor::institution(carrier, 0), CommandBody::OpenDispute { payment }).into())
    }
}
