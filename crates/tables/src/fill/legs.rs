//! After clearing: conformity, reversal, pay-outs, returns, disputes.

use super::payment::Payment;
use super::trouble::{Taken, disagree, sound};
use super::{About, Filler};
use crate::cell::Cell;
use crate::names::{Conformity, Named};
use crate::schema::Table;
use domain::event::{DisputeOutcome, EventBody, Payout};
use domain::payment::{Amounts, Step};
use domain::plan::Denomination;
use domain::{ContentDigest, Date, InstitutionId, PaymentId, PaymentState, Uetr};
use money::AmountMinor;

/// A return, as its event has it.
struct Return {
    payment: PaymentId,
    original: PaymentId,
    reference: (Uetr, ContentDigest),
    amounts: Amounts,
    of_original: AmountMinor,
    value_date: Date,
    payout: Payout,
}

impl Filler {
    pub(super) fn take_leg(&mut self, body: &EventBody) -> Taken<About> {
        match body {
            EventBody::ConformityGiven { arrangement, payments, by_silence } => {
                let answer = if *by_silence { Conformity::GivenBySilence } else { Conformity::Given };
                payments.iter().try_for_each(|payment| self.answered(*payment, answer))?;
                Ok(About::arrangement(*arrangement))
            }
            EventBody::Extorno { arrangement, payments, by_silence } => {
                let answer = if *by_silence { Conformity::RefusedBySilence } else { Conformity::Refused };
                payments.iter().try_for_each(|payment| self.answered(*payment, answer))?;
                Ok(About::arrangement(*arrangement))
            }
            EventBody::PayoutsConfirmed { arrangement, payments, .. } => {
                payments.iter().try_for_each(|payment| self.paid_out(*payment))?;
                Ok(About::arrangement(*arrangement))
            }
            EventBody::PayoutFailed { payment } => self.payout_failed(*payment),
            EventBody::PaymentReturned {
                payment,
                original,
                uetr,
                content,
                amounts,
                of_original,
                value_date,
                payout,
            } => self.returned(&Return {
                payment: *payment,
                original: *original,
                reference: (*uetr, *content),
                amounts: *amounts,
                of_original: *of_original,
                value_date: *value_date,
                payout: *payout,
            }),
            EventBody::DisputeOpened { payment, carrier, until } => self.dispute_opened(*payment, *carrier, *until),
            EventBody::DisputeEnded { payment, outcome } => self.dispute_ended(*payment, *outcome),
            other => disagree(format!("{other:?} is of no leg")),
        }
    }

    /// The debited member answered, or its silence did.
    fn answered(&mut self, payment: PaymentId, answer: Conformity) -> Taken {
        let mut payment = self.payments.read(&mut self.store, payment)?;
        if payment.conformity_by.is_none() || payment.conformity.is_some() {
            return disagree(format!("payment {} awaits no answer", payment.payment));
        }
        payment.conformity = Some(answer);
        payment.conformity_seq = Some(self.seq);
        if answer.is_reversal() {
            self.reverse(&mut payment)?;
        }
        payment.last_seq = self.seq;
        self.payments.write(payment);
        Ok(())
    }

    /// Every posting of a debit is reversed. Its leg 1 waited for conformity, so that only leg 2 had posted.
    fn reverse(&mut self, payment: &mut Payment) -> Taken {
        if payment.collection_confirmed_seq.is_some() {
            return disagree(format!("leg 1 of payment {} came before conformity", payment.payment));
        }
        payment.reversed_cycle = Some(self.house.arrangement(payment.arrangement)?.cycle);
        let ends = payment.ends()?;
        self.post_reversed(payment, ends)?;
        self.step(payment, Step::Extorno, PaymentState::Returned)
    }

    fn paid_out(&mut self, payment: PaymentId) -> Taken {
        let mut payment = self.payments.read(&mut self.store, payment)?;
        if payment.cleared_seq.is_none() || payment.payout_confirmed_seq.is_some() {
            return disagree(format!("leg 3 of payment {} is not due", payment.payment));
        }
        self.post_paid_out(payment.ends()?)?;
        payment.payout_confirmed_seq = Some(self.seq);
        if payment.state == PaymentState::Disputed {
            // The dispute goes on, and ends in the state to which leg 3 has brought the payment.
            let before = (PaymentState::PaidOut as u8).into();
            self.change(Table::Dispute, &[payment.payment.into()], &[("state_before", before)])?;
        } else {
            self.step(&mut payment, Step::PayOut, PaymentState::PaidOut)?;
        }
        payment.last_seq = self.seq;
        self.payments.write(payment);
        Ok(())
    }

    fn payout_failed(&mut self, payment: PaymentId) -> Taken<About> {
        let mut payment = self.payments.read(&mut self.store, payment)?;
        let about = About { arrangement: Some(payment.arrangement), payment: Some(payment.payment) };
        let row = [payment.payment.into(), payment.arrangement.into(), self.seq.into(), Cell::Null];
        self.store.insert(Table::PayoutFailure, &row)?;
        self.house.arrangement_mut(payment.arrangement)?.failed.push(payment.payment);
        payment.last_seq = self.seq;
        self.payments.write(payment);
        Ok(about)
    }

    /// Failed pay-outs that were not made by the close of the day have aged.
    pub(super) fn failures_age(&mut self, failed: Vec<PaymentId>) -> Taken {
        for payment in failed {
            let mut payment = self.payments.read(&mut self.store, payment)?;
            if payment.payout_confirmed_seq.is_none() {
                let edits = [("aged_seq", self.seq.into())];
                self.change(Table::PayoutFailure, &[payment.payment.into()], &edits)?;
                payment.last_seq = self.seq;
                self.payments.write(payment);
            }
        }
        Ok(())
    }

    /// A return is a payment of its own: its legs 1 and 2 post at once.
    fn returned(&mut self, returned: &Return) -> Taken<About> {
        self.take_ordinal(returned.payment)?;
        let mut original = self.payments.read(&mut self.store, returned.original)?;
        let ends = original.ends()?;
        let arrangement = original.arrangement;
        let open_day = self.house.arrangement(arrangement)?.open_day;
        let (state, giver) = (PaymentState::Cleared, ends.payee);
        let mut payment = Payment::new(returned.payment, self.seq, arrangement, giver, returned.reference, state);
        payment.original = Some(returned.original);
        payment.payer = Some(ends.payee);
        payment.payee = Some(ends.payer);
        payment.denomination = Some(Denomination::Payer);
        payment.urgent = true;
        payment.payer_currency = Some(ends.payee_currency);
        payment.payer_minor = returned.amounts.payer.map(AmountMinor::get);
        payment.position_currency = Some(ends.position_currency);
        payment.position_minor = Some(returned.amounts.position.get());
        payment.payee_currency = Some(ends.payer_currency);
        payment.payee_minor = Some(returned.amounts.payee.get());
        payment.value_day = Some(returned.value_date);
        payment.entered_day = Some(open_day.unwrap_or(returned.value_date));
        payment.collection_confirmed_seq = Some(self.seq);
        self.count(arrangement, true, state, 1)?;
        let own = payment.ends()?;
        self.post_collected(own, own.payer_minor)?;
        self.clear(&mut payment, returned.payout)?;
        self.payments.write(payment);
        let row = [returned.payment.into(), returned.original.into(), returned.of_original.into(), self.seq.into()];
        self.store.insert(Table::PaymentReturn, &row)?;
        self.give_back(&mut original, returned)?;
        self.payments.write(original);
        Ok(About { arrangement: Some(arrangement), payment: Some(returned.payment) })
    }

    fn give_back(&mut self, original: &mut Payment, returned: &Return) -> Taken {
        let position_minor = original.position_minor.unwrap_or(0);
        let total = original.returned_minor.checked_add(returned.of_original.get());
        let Some(total) = total.filter(|total| *total <= position_minor) else {
            return disagree(format!("more of payment {} is given back than was paid", original.payment));
        };
        let given = returned.amounts.payer.map_or(0, AmountMinor::get);
        original.returned_minor = total;
        original.returned_payee_minor = original.returned_payee_minor.saturating_add(given);
        original.last_seq = self.seq;
        if total == position_minor {
            self.step(original, Step::ReturnWhole, PaymentState::Returned)
        } else {
            self.step(original, Step::ReturnPart, PaymentState::PartlyReturned)
        }
    }

    fn dispute_opened(&mut self, payment: PaymentId, carrier: InstitutionId, until: Date) -> Taken<About> {
        let mut payment = self.payments.read(&mut self.store, payment)?;
        let row = [
            payment.payment.into(),
            carrier.into(),
            until.into(),
            (payment.state as u8).into(),
            self.seq.into(),
            Cell::Null,
            Cell::Null,
        ];
        self.store.insert(Table::Dispute, &row)?;
        self.step(&mut payment, Step::Dispute, PaymentState::Disputed)?;
        Ok(self.written(payment))
    }

    fn dispute_ended(&mut self, payment: PaymentId, outcome: DisputeOutcome) -> Taken<About> {
        let mut payment = self.payments.read(&mut self.store, payment)?;
        let key = [payment.payment.into()];
        let Some(row) = self.store.get(Table::Dispute, &key)? else {
            return disagree(format!("payment {} is not disputed", payment.payment));
        };
        let before = self.store.column(Table::Dispute, &row, "state_before").as_integer();
        let before = before.and_then(|number| super::payment::state_of_number(u8::try_from(number).ok()?));
        let before = sound(before, "dispute")?;
        let edits = [("ended_seq", self.seq.into()), ("outcome", outcome.name().into())];
        self.change(Table::Dispute, &key, &edits)?;
        self.step(&mut payment, Step::EndDispute, before)?;
        Ok(self.written(payment))
    }

    fn written(&mut self, mut payment: Payment) -> About {
        let about = About { arrangement: Some(payment.arrangement), payment: Some(payment.payment) };
        payment.last_seq = self.seq;
        self.payments.write(payment);
        about
    }
}
