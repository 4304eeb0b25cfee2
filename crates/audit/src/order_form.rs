//! The form of an order: who may send what to whom, when, with which documents; and whether a refusal can be true.

use crate::finding::{Check, Checked, Finding, equal, holds};
use crate::model::Model;
use domain::command::Order;
use domain::event::{Disposition, PaymentEntered, Stage};
use domain::plan::{CheckDigit, DayStep, Denomination, Initiator, InstrumentRule, Plan, Price};
use domain::{ArrangementId, Date, InstitutionId, Refusal};

impl Model {
    /// Payer and payee are institutions of two members that take part.
    pub(crate) fn check_parties(&self, id: ArrangementId, payer: InstitutionId, payee: InstitutionId) -> Checked {
        for institution in [payer, payee] {
            let membership = self.membership(id, self.member_of(institution)?)?;
            let takes_part = membership.stage >= Stage::Prefunded;
            let stage = membership.stage;
            holds(
                Check::Membership,
                "the stage of a member that pays or is paid",
                "prefunded at least",
                takes_part,
                stage,
            )?;
        }
        let differ = self.member_of(payer)? != self.member_of(payee)?;
        holds(Check::OrderForm, "payer and payee", "institutions of two members", differ, (payer, payee))
    }

    /// The business date for which an order counts: the open one; between days the next one.
    pub(crate) fn entry_date(&self, id: ArrangementId) -> Checked<Date> {
        match self.arrangement(id)?.open_date() {
            Some(date) => Ok(date),
            None => self.business_days_after(id, self.business_date(id)?, 1),
        }
    }

    /// Orders enter within the hours; outside of them only what clears at once, where the rulebook lets it.
    pub(crate) fn check_hours(&self, id: ArrangementId, disposition: Disposition) -> Checked {
        let arrangement = self.arrangement(id)?;
        let inside = arrangement.open.as_ref().is_some_and(|day| {
            let opened = day.schedule.get(&DayStep::EntryOpens).is_none_or(|at| self.time >= *at);
            let before_cut_off = day.schedule.get(&DayStep::EntryCutOff).is_none_or(|at| self.time < *at);
            opened && before_cut_off
        });
        let around_the_clock =
            arrangement.plan.day.entry_around_the_clock && matches!(disposition, Disposition::Cleared(_));
        holds(Check::Day, "the time of an order", "within the hours of entry", inside || around_the_clock, self.time)
    }

    pub(crate) fn check_order_form(&self, entered: &PaymentEntered, entry_date: Date) -> Checked {
        let arrangement = self.arrangement(entered.arrangement)?;
        let plan = &arrangement.plan;
        let admitted = plan.denominations.contains(&entered.denomination);
        holds(Check::OrderForm, "the denomination of an order", "one of the rulebook", admitted, entered.denomination)?;
        let admitted = plan.purposes.contains(&entered.purpose);
        holds(Check::OrderForm, "the purpose of an order", "one of the rulebook", admitted, entered.purpose)?;
        let instrument = entered.instrument.as_deref();
        let has_form = match (&plan.instrument, instrument) {
            (None, None) => true,
            (Some(rule), Some(digits)) => has_form(rule, digits),
            (None, Some(_)) | (Some(_), None) => false,
        };
        holds(Check::OrderForm, "the instrument of an order", "of the rulebook's form", has_form, instrument)?;
        if let Some(rule) = plan.evidence
            && entered.position_currency == arrangement.asset
        {
            let needed = entered.amounts.position.get() > rule.above_asset_minor.get();
            let found = entered.document;
            holds(Check::OrderForm, "the trade document of an order", "there", !needed || found.is_some(), found)?;
        }
        let earliest = match plan.initiator {
            Initiator::Payer => entry_date,
            Initiator::Payee => arrangement.closed_date.unwrap_or(entry_date),
        };
        let date = entered.value_date;
        if !(earliest..=entry_date).contains(&date) {
            let expected = format!("from {earliest} to {entry_date}");
            return Err(Finding::new(Check::OrderForm, "the value date of an order", expected, format!("{date:?}")));
        }
        check_content(entered)
    }

    pub(crate) fn check_conformity_by(&self, entered: &PaymentEntered, entry_date: Date) -> Checked {
        let rule = self.plan(entered.arrangement)?.conformity;
        let expected = rule
            .map(|rule| self.business_days_after(entered.arrangement, entry_date, rule.within_business_days))
            .transpose()?;
        equal(Check::Conformity, "the day by which the debited member answers", expected, entered.conformity_by)
    }

    /// Refusals that the state contradicts.
    pub(crate) fn check_refusal_is_plausible(&self, id: ArrangementId, refusal: Refusal) -> Checked {
        let Some(arrangement) = self.arrangements.get(&id) else {
            return equal(
                Check::Reference,
                "the refusal for an unknown arrangement",
                Refusal::ArrangementUnknown,
                refusal,
            );
        };
        let plausible = match refusal {
            Refusal::ArrangementUnknown => false,
            Refusal::RateMissing => matches!(arrangement.plan.price, Price::Fixed { .. }) && self.a_rate_is_missing(id),
            Refusal::Suspended => arrangement.members.values().any(|membership| membership.suspended),
            Refusal::DocumentDuplicate => !arrangement.documents.is_empty(),
            Refusal::DocumentMissing => arrangement.plan.evidence.is_some(),
            Refusal::EntryClosed => self.check_hours(id, Disposition::Queued).is_err(),
            Refusal::TransferOverdue => {
                let today = arrangement.business_date();
                arrangement.transfers.values().any(|(_, by)| today.is_some_and(|today| *by < today))
            }
            Refusal::InitiatorMismatch => arrangement.plan.additions.reported,
            Refusal::FacilityStopped => arrangement.facility_stopped,
            limit if is_refusal_of_a_limit(limit) => arrangement.plan.limits.iter().any(|rule| rule.refusal == limit),
            _ => true,
        };
        holds(Check::OrderForm, "the refusal of an order", "one that the state admits", plausible, refusal.code())
    }

    fn a_rate_is_missing(&self, id: ArrangementId) -> bool {
        let arrangement = &self.arrangements[&id];
        self.institutions.iter().any(|institution| {
            arrangement.members.contains_key(&institution.member)
                && institution.currency != arrangement.asset
                && !arrangement.rates.contains_key(&(institution.member, institution.currency))
        })
    }
}

const fn is_refusal_of_a_limit(refusal: Refusal) -> bool {
    matches!(
        refusal,
        Refusal::PaymentTooLarge
            | Refusal::CreditorLimit
            | Refusal::PairLine
            | Refusal::ShareExceeded
            | Refusal::MemberLimit
            | Refusal::AllocationLimit
            | Refusal::FacilityLimit
            | Refusal::PrefundedBalance
    )
}

/// Digits in the number that the rulebook gives, with the check digit it names.
fn has_form(rule: &InstrumentRule, digits: &str) -> bool {
    let count: usize = rule.fields.iter().map(|(_, count)| usize::from(*count)).sum();
    if digits.len() != count || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return false;
    }
    match rule.check_digit {
        CheckDigit::None => true,
        CheckDigit::Iso7064Mod11_10 => {
            let mut before = 0;
            for (name, count) in &rule.fields {
                if name == "check_digit" {
                    break;
                }
                before += usize::from(*count);
            }
            // Over the digits and their check digit the procedure ends in 1 (ISO 7064, hybrid system mod 11,10).
            before < count && mod_11_10(&digits[..=before]) == 1
        }
    }
}

fn mod_11_10(digits: &str) -> u32 {
    let mut product = 10;
    let mut sum = 0;
    for digit in digits.bytes() {
        sum = (product + u32::from(digit - b'0')) % 10;
        product = if sum == 0 { 20 } else { sum * 2 } % 11;
    }
    sum
}

/// The digest of an order's content is that of the order that the event tells. The order itself is not journaled: it may
/// or may not have named its value date, and said that leg 1 was confirmed where that says nothing.
fn check_content(entered: &PaymentEntered) -> Checked {
    let amount = match entered.denomination {
        Denomination::Payee => Some(entered.amounts.payee),
        // With an open price only leg 2 bears the amount ordered.
        Denomination::Payer => entered.amounts.payer.or(Some(entered.amounts.position)),
        Denomination::Asset => Some(entered.amounts.position),
    };
    let Some(amount) = amount else {
        return holds(Check::Amount, "the amount ordered", "there", false, entered.amounts);
    };
    let held_by = match entered.disposition {
        Disposition::Held(member) => Some(member),
        _ => None,
    };
    let order = |value_date, collected| Order {
        arrangement: entered.arrangement,
        uetr: entered.uetr,
        payer: entered.payer,
        payee: entered.payee,
        denomination: entered.denomination,
        amount,
        urgent: entered.urgent,
        purpose: entered.purpose,
        commitment: entered.commitment,
        document: entered.document,
        instrument: entered.instrument.clone(),
        value_date,
        collected,
        held_by,
    };
    let possible = [None, Some(entered.value_date)]
        .into_iter()
        .flat_map(|value_date| [false, true].map(|collected| order(value_date, collected)))
        .filter(|order| order.collected || !entered.collected)
        .any(|order| order.content_digest() == entered.content);
    holds(Check::Identifier, "the digest of an order's content", "that of its fields", possible, entered.content)
}

/// Whether leg 1 comes before leg 2.
pub(crate) fn collects_first(plan: &Plan) -> bool {
    plan.triggers.clearing.on == domain::plan::TriggerEvent::Collection
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instrument_has_the_digits_and_the_check_digit_of_its_rulebook() {
        let rule = InstrumentRule {
            fields: vec![("institution".into(), 4), ("check_digit".into(), 1), ("eventual".into(), 2)],
            check_digit: CheckDigit::Iso7064Mod11_10,
        };
        // The example of the standard: 0794 has the check digit 5.
        assert!(has_form(&rule, "0794500"));
        for wrong in ["0794600", "079450", "07945000", "07945 0", ""] {
            assert!(!has_form(&rule, wrong), "{wrong}");
        }
    }
}
