//! Submitting a payment: the checks in order of precedence, then price, then limits.

use super::{Answer, Decided, Decision, No};
use crate::admission::{Claim, Overlay};
use crate::pricing::Priced;
use crate::state::{Arrangement, Participant, pair_side};
use domain::command::{Order, SubmitPayment};
use domain::event::{Admitted, Disposition, EventBody, PaymentEntered, Stage};
use domain::ids::Role;
use domain::plan::{
    CheckDigit, DayStep, Initiator, InstrumentRule, LimitKind, OnLimit, Price, TriggerEvent, WhenUnset,
};
use domain::refusal::RefusedBy;
use domain::time::SECOND_US;
use domain::{Date, InstitutionId, MemberId, PaymentKey, Refusal, Timestamp};
use money::AmountMinor;

impl From<Refusal> for Stopped {
    fn from(refusal: Refusal) -> Self {
        Self(RefusedBy { refusal, scope: None })
    }
}

/// An order stopped by a rule.
struct Stopped(RefusedBy);

impl From<RefusedBy> for Stopped {
    fn from(refused: RefusedBy) -> Self {
        Self(refused)
    }
}

impl Decision<'_> {
    pub(super) fn submit(&mut self, submission: &SubmitPayment) -> Decided {
        let order = submission.order();
        if !order.uetr.is_version_4() {
            return Err(No::unheard(Refusal::UetrFormat));
        }
        let instructing = self.instructing(order)?;
        let key = PaymentKey { institution: instructing, uetr: order.uetr };
        if let Some(known) = self.state.known(key, self.gathered) {
            if known.content == submission.content() {
                let (payment, state, refusal) = (known.payment, known.state, known.refusal);
                return Ok(Answer::Duplicate { payment, state, refusal });
            }
            self.emit(EventBody::IdentifierReused { key, content: submission.content() });
            let (refusal, payment) = (Refusal::UetrReused, Some(known.payment));
            return Ok(Answer::Refused { refusal, scope: None, payment });
        }
        if self.command.actor.role == Role::Operator {
            self.has_consent(order, instructing)?;
        }
        let payment = self.state.payments.next_id();
        match self.enter(submission) {
            Ok(entered) => {
                let disposition = entered.disposition;
                let (payer, payee, position) = (entered.payer, entered.payee, entered.amounts.position);
                self.emit(EventBody::PaymentEntered(entered));
                if matches!(disposition, Disposition::Cleared(_)) {
                    let arrangement = self.arrangement(order.arrangement)?;
                    self.emit_excess(arrangement, payer, payee, position);
                }
                Ok(Answer::Accepted { payment: Some(payment), disposition: Some(disposition) })
            }
            Err(Stopped(RefusedBy { refusal, scope })) => {
                let (arrangement, content) = (order.arrangement, submission.content());
                self.emit(EventBody::PaymentRefused { payment, arrangement, key, content, refusal, scope });
                if let Some(arrangement) = self.state.arrangement(arrangement) {
                    self.stop_facility(arrangement, RefusedBy { refusal, scope });
                }
                Ok(Answer::Refused { refusal, scope, payment: Some(payment) })
            }
        }
    }

    /// The institution that instructs: the payer's, or the payee's where the rulebook pulls. It gives the command itself,
    /// or the operator does for it, with four eyes, when its line is down.
    fn instructing(&self, order: &Order) -> Result<InstitutionId, No> {
        let instructing = match self.state.arrangement(order.arrangement).map(|found| found.plan.initiator) {
            Some(Initiator::Payee) => order.payee,
            Some(Initiator::Payer) | None => order.payer,
        };
        if self.state.shared.institutions.get(instructing.index()).is_none() {
            return Err(No::unheard(Refusal::ParticipantUnknown));
        }
        match self.command.actor.role {
            Role::Institution(institution) if institution == instructing => Ok(instructing),
            Role::Operator if self.with_four_eyes().is_ok() => Ok(instructing),
            _ => Err(No::unheard(Refusal::NotAuthorised)),
        }
    }

    /// Whether the operator may enter for an institution: its member has consented, where the rulebook asks for it.
    fn has_consent(&self, order: &Order, instructing: InstitutionId) -> Result<(), No> {
        let Some(arrangement) = self.state.arrangement(order.arrangement) else { return Ok(()) };
        let member = self.state.shared.institutions[instructing.index()].member;
        let given = arrangement.membership(member).is_none_or(|membership| membership.entry_consent);
        if given || !arrangement.plan.additions.entry_by_consent {
            return Ok(());
        }
        Err(No::unheard(Refusal::ConsentMissing))
    }

    fn enter(&self, submission: &SubmitPayment) -> Result<PaymentEntered, Stopped> {
        let state = self.state;
        let order = submission.order();
        let arrangement = state.arrangement(order.arrangement).ok_or(Refusal::ArrangementUnknown)?;
        if arrangement.plan.additions.reported {
            return Err(Refusal::InitiatorMismatch.into());
        }
        let (payer, payee) = self.ends(arrangement, order)?;
        let hours = self.entry_hours(arrangement)?;
        let today = hours.date();
        if arrangement.is_in_arrears(payer.member) {
            return Err(Refusal::InArrears.into());
        }
        may_still_pay(arrangement, [payer.member, payee.member], today)?;
        self.check_contents(arrangement, order, today)?;
        let Priced { amounts, position_currency } =
            state.price(arrangement, payer, payee, order.denomination, order.amount)?;
        self.check_document(arrangement, order, amounts.position.get())?;

        let disposition = self.dispose(arrangement, payer, payee, order, amounts.position.get())?;
        if matches!(hours, Hours::Outside(_)) && !matches!(disposition, Disposition::Cleared(_)) {
            // Day and night is for what is prefunded: nothing waits outside the hours of entry.
            return Err(Refusal::EntryClosed.into());
        }
        Ok(PaymentEntered {
            payment: state.payments.next_id(),
            arrangement: order.arrangement,
            uetr: order.uetr,
            payer: order.payer,
            payee: order.payee,
            content: submission.content(),
            commitment: order.commitment,
            document: order.document,
            instrument: order.instrument.clone(),
            purpose: order.purpose,
            urgent: order.urgent,
            denomination: order.denomination,
            position_currency,
            amounts,
            quote_until: quote_until(arrangement, self.now),
            value_date: order.value_date.unwrap_or(today),
            collected: order.collected && collects_first(arrangement) && amounts.payer.is_some(),
            conformity_by: self.conformity_by(arrangement, today)?,
            disposition,
        })
    }

    /// Both ends, each a participant whose member takes part.
    fn ends(&self, arrangement: &'_ Arrangement, order: &Order) -> Result<(&Participant, &Participant), Stopped> {
        let arrangement = self.state.arrangement(arrangement.id).expect("just found");
        let known = |institution: InstitutionId| {
            self.state.shared.institutions.get(institution.index()).ok_or(Refusal::ParticipantUnknown)
        };
        let members = [known(order.payer)?.member, known(order.payee)?.member];
        let participant = |institution| arrangement.participant(institution).ok_or(Refusal::MemberNotInArrangement);
        let ends = (participant(order.payer)?, participant(order.payee)?);
        let membership = |member: MemberId| arrangement.membership(member).ok_or(Refusal::MemberNotInArrangement);
        let [payer, payee] = [membership(members[0])?, membership(members[1])?];
        if payer.stage < Stage::Prefunded || payee.stage < Stage::Prefunded {
            return Err(Refusal::MemberStageTooEarly.into());
        }
        if order.payer == order.payee {
            return Err(Refusal::SameParty.into());
        }
        if members[0] == members[1] {
            return Err(Refusal::SameMember.into());
        }
        if payer.suspended || payee.suspended {
            return Err(Refusal::Suspended.into());
        }
        if order.held_by.is_some_and(|member| !members.contains(&member)) {
            return Err(Refusal::MemberUnknown.into());
        }
        Ok(ends)
    }

    fn entry_hours(&self, arrangement: &Arrangement) -> Result<Hours, Stopped> {
        let around_the_clock = arrangement.plan.day.entry_around_the_clock;
        let Some(date) = arrangement.open_date() else {
            let last = arrangement.closed_date.filter(|_| around_the_clock).ok_or(Refusal::EntryClosed)?;
            let next = self.state.business_day_after(arrangement, last, 1).ok_or(Refusal::EntryClosed)?;
            return Ok(Hours::Outside(next));
        };
        let opened = arrangement.step_at(DayStep::EntryOpens).is_none_or(|at| self.now >= at);
        let before_cut_off = arrangement.step_at(DayStep::EntryCutOff).is_none_or(|at| self.now < at);
        match (opened && before_cut_off, around_the_clock) {
            (true, _) => Ok(Hours::Open(date)),
            (false, true) => Ok(Hours::Outside(date)),
            (false, false) => Err(Refusal::EntryClosed.into()),
        }
    }

    fn check_contents(&self, arrangement: &Arrangement, order: &Order, today: Date) -> Result<(), Stopped> {
        let plan = &arrangement.plan;
        if !plan.denominations.contains(&order.denomination) {
            return Err(Refusal::DenominationNotAdmitted.into());
        }
        if !plan.purposes.contains(&order.purpose) {
            return Err(Refusal::PurposeNotAdmitted.into());
        }
        let own = |institution| {
            arrangement.participant(institution).and_then(|end| arrangement.membership(end.member)).map(|m| m.purposes)
        };
        let ends = [own(order.payer), own(order.payee)];
        if ends.into_iter().flatten().any(|purposes| !purposes.admits(order.purpose)) {
            return Err(Refusal::PurposeNotAdmitted.into());
        }
        match (&plan.instrument, order.instrument.as_deref()) {
            (None, None) => {}
            (None, Some(_)) | (Some(_), None) => return Err(Refusal::InstrumentMissing.into()),
            (Some(rule), Some(digits)) => {
                if !instrument_is_well_formed(rule, digits) {
                    return Err(Refusal::InstrumentFormat.into());
                }
            }
        }
        // A debit by the payee's side may be back-valued within the open cycle; nothing else names its value date.
        if let Some(value_date) = order.value_date {
            let earliest = arrangement.closed_date.filter(|_| plan.initiator == Initiator::Payee).unwrap_or(today);
            if value_date > today || value_date < earliest {
                return Err(Refusal::ValueDateInvalid.into());
            }
        }
        Ok(())
    }

    fn check_document(&self, arrangement: &Arrangement, order: &Order, position_minor: u64) -> Result<(), Stopped> {
        let required = arrangement.plan.evidence.is_some_and(|rule| position_minor > rule.above_asset_minor.get());
        match order.document {
            None if required => Err(Refusal::DocumentMissing.into()),
            Some(document)
                if self.state.payments.uses(arrangement.id, document)
                    || self.gathered.documents.contains(&(arrangement.id, document)) =>
            {
                Err(Refusal::DocumentDuplicate.into())
            }
            None | Some(_) => Ok(()),
        }
    }

    fn dispose(
        &self,
        arrangement: &Arrangement,
        payer: &Participant,
        payee: &Participant,
        order: &Order,
        position_minor: u64,
    ) -> Result<Disposition, Stopped> {
        if let Some(member) = order.held_by {
            return Ok(Disposition::Held(member));
        }
        let plan = &arrangement.plan;
        if matches!(plan.price, Price::Open { .. }) {
            return Ok(Disposition::AwaitingRate);
        }
        if plan.triggers.clearing.on == TriggerEvent::Collection && !order.collected {
            return Ok(Disposition::AwaitingCollection);
        }
        debug_assert_ne!(payer.member, payee.member, "checked before");
        let claim =
            Claim { payer: order.payer, payee: order.payee, position_minor, urgent: order.urgent, stale: false };
        Ok(match self.state.admit(arrangement, claim, &mut Overlay::single())? {
            Admitted::Cleared(payout) => Disposition::Cleared(payout),
            Admitted::Queued | Admitted::AlreadyCleared => Disposition::Queued,
        })
    }

    fn conformity_by(&self, arrangement: &Arrangement, today: Date) -> Result<Option<Date>, Stopped> {
        let Some(rule) = arrangement.plan.conformity else { return Ok(None) };
        let by = self.state.business_day_after(arrangement, today, rule.within_business_days);
        Ok(Some(by.ok_or(Refusal::NotABusinessDay)?))
    }

    /// The anticipated transfer that what has just cleared makes due, where it passes a pair line.
    pub(super) fn emit_excess(
        &mut self,
        arrangement: &Arrangement,
        payer: InstitutionId,
        payee: InstitutionId,
        position: AmountMinor,
    ) {
        if let Some(transfer) = self.excess(arrangement, payer, payee, position) {
            self.emit(transfer);
        }
    }

    fn excess(
        &self,
        arrangement: &Arrangement,
        payer: InstitutionId,
        payee: InstitutionId,
        position: AmountMinor,
    ) -> Option<EventBody> {
        let rule = arrangement.plan.limit(LimitKind::Pair)?;
        let OnLimit::PayExcess { within_business_days } = rule.on_limit else { return None };
        let (debtor, creditor) = (arrangement.of(payer).member, arrangement.of(payee).member);
        let side = pair_side(debtor, creditor);
        let line = match arrangement.pair(debtor, creditor).and_then(|pair| pair.line_minor[side]) {
            Some(line) => line,
            None if rule.when_unset == WhenUnset::Zero => 0,
            None => return None,
        };
        let due = arrangement.transfers_due.get(&(debtor, creditor)).map_or(0, |due| due.amount_minor);
        let used = arrangement.pair_use_minor(debtor, creditor) + position.as_balance();
        let excess = used - i128::from(line) - i128::from(due);
        let amount = AmountMinor::new(u64::try_from(excess).ok()?).ok()?;
        let by = self.state.business_day_after(arrangement, arrangement.open_date()?, within_business_days)?;
        Some(EventBody::TransferDue { arrangement: arrangement.id, debtor, creditor, amount, by })
    }
}

/// Nothing new is in the name of a member from the day on which its notice holds.
fn may_still_pay(arrangement: &Arrangement, members: [MemberId; 2], today: Date) -> Result<(), Refusal> {
    let out = |member| {
        let notice = arrangement.membership(member).and_then(|membership| membership.notice);
        notice.is_some_and(|from| from <= today)
    };
    if members.into_iter().any(out) { Err(Refusal::MemberLeaving) } else { Ok(()) }
}

/// Whether an order comes within the hours of entry, and the business date it counts for.
enum Hours {
    Open(Date),
    Outside(Date),
}

impl Hours {
    const fn date(&self) -> Date {
        match self {
            Self::Open(date) | Self::Outside(date) => *date,
        }
    }
}

/// Until when the amounts of an order priced now are good.
pub(crate) fn quote_until(arrangement: &Arrangement, now: Timestamp) -> Option<Timestamp> {
    match arrangement.plan.price {
        Price::Fixed { quote_validity_s, .. } => Some(now.plus_us(i64::from(quote_validity_s) * SECOND_US)),
        Price::Open { .. } | Price::Par => None,
    }
}

/// Whether leg 1 comes before leg 2, so that it can be confirmed within the submission.
fn collects_first(arrangement: &Arrangement) -> bool {
    arrangement.plan.triggers.clearing.on == TriggerEvent::Collection
}

/// Whether `digits` has the layout of the rulebook and the check digit it names.
fn instrument_is_well_formed(rule: &InstrumentRule, digits: &str) -> bool {
    let length: usize = rule.fields.iter().map(|(_, digits)| usize::from(*digits)).sum();
    if digits.len() != length || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return false;
    }
    match rule.check_digit {
        CheckDigit::None => true,
        CheckDigit::Iso7064Mod11_10 => {
            let before: usize = rule
                .fields
                .iter()
                .take_while(|(name, _)| name != "check_digit")
                .map(|(_, digits)| usize::from(*digits))
                .sum();
            digits.as_bytes().get(before).is_some_and(|digit| digit - b'0' == iso7064_mod_11_10(&digits[..before]))
        }
    }
}

/// Check digit of a string of digits (ISO 7064, hybrid system mod 11,10).
#[must_use]
pub fn iso7064_mod_11_10(digits: &str) -> u8 {
    let product = digits.bytes().fold(10_u32, |product, digit| {
        let sum = (product + u32::from(digit - b'0')) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    u8::try_from((11 - product) % 10).expect("a digit")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_digit_is_that_of_iso_7064() {
        // The example of the standard: 0794 has check digit 5.
        assert_eq!(iso7064_mod_11_10("0794"), 5);
    }

    #[test]
    fn an_instrument_has_the_layout_and_the_check_digit_of_its_rulebook() {
        let rule = InstrumentRule {
            fields: vec![("institution".into(), 4), ("check_digit".into(), 1), ("eventual".into(), 2)],
            check_digit: CheckDigit::Iso7064Mod11_10,
        };
        assert!(instrument_is_well_formed(&rule, "0794500"));
        for wrong in ["0794600", "079450", "07945001", "0794 00", ""] {
            assert!(!instrument_is_well_formed(&rule, wrong), "{wrong}");
        }
    }
}
