//! Acceptance of debits by the debited member, and their reversal at the original value date.

use crate::books::{at_edge, of_member_at_edge, position};
use crate::finding::{Check, Checked, equal, holds};
use crate::model::Model;
use crate::payment::Payment;
use domain::event::Payout;
use domain::payment::{LegState, PaymentState, Step};
use domain::plan::{Silence, TriggerEvent};
use domain::{AccountKind, ArrangementId, PaymentId};

impl Model {
    pub(crate) fn conformity_given(&mut self, id: ArrangementId, payments: &[PaymentId], by_silence: bool) -> Checked {
        for payment in payments {
            self.check_answer(id, *payment, by_silence, Silence::Conformity).map_err(|f| f.about(*payment))?;
            let collects = self.plan(id)?.triggers.collection.on == TriggerEvent::Conformity;
            self.change(*payment, |payment| {
                payment.conformity_by = None;
                if collects && payment.collection == LegState::None {
                    payment.collection = LegState::Instructed;
                }
                if payment.payout_when == Some(Payout::AtConformity) && payment.payout == LegState::Due {
                    payment.payout = LegState::Instructed;
                }
            })?;
        }
        Ok(())
    }

    pub(crate) fn extorno(&mut self, id: ArrangementId, payments: &[PaymentId], by_silence: bool) -> Checked {
        for payment in payments {
            self.check_answer(id, *payment, by_silence, Silence::Extorno).map_err(|f| f.about(*payment))?;
            self.reverse(*payment).map_err(|finding| finding.about(*payment))?;
        }
        Ok(())
    }

    /// The debited member answers for a cleared debit once; silence is an answer when its day is over.
    fn check_answer(&self, id: ArrangementId, payment: PaymentId, by_silence: bool, answer: Silence) -> Checked {
        let found = self.payment_in(id, payment)?;
        equal(Check::Conformity, "the state of a debit that is answered", Some(PaymentState::Cleared), found.state)?;
        let awaited = found.conformity_by.is_some();
        holds(
            Check::Conformity,
            "a debit that is answered",
            "one that awaits an answer",
            awaited,
            found.conformity_by,
        )?;
        if by_silence {
            let meaning = self.plan(id)?.conformity.map(|rule| rule.silence_is);
            equal(Check::Conformity, "what silence means", meaning, Some(answer))?;
            let today = self.arrangement(id)?.open_date();
            let over = today >= found.conformity_by;
            holds(Check::Conformity, "the day on which silence is an answer", "the last one", over, today)?;
        }
        Ok(())
    }

    /// Every posting that the payment made so far, reversed; interest as if it had never been.
    fn reverse(&mut self, id: PaymentId) -> Checked {
        let payment = self.payment(id)?.clone();
        self.step(id, Step::Extorno, PaymentState::Returned)?;
        self.post_reversal(id, &payment)?;
        self.change(id, |payment| {
            payment.conformity_by = None;
            payment.payout = LegState::None;
        })?;
        let moved = -i128::from(payment.position_minor);
        let currency = payment.currencies.position;
        let (debtor, creditor) = (payment.payer_member, payment.payee_member);
        self.owe(payment.arrangement, debtor, creditor, currency, moved, payment.value_date)
    }

    fn post_reversal(&mut self, id: PaymentId, payment: &Payment) -> Checked {
        let (paid, moved, due) =
            (i128::from(payment.payer_minor), i128::from(payment.position_minor), i128::from(payment.payee_minor));
        let currencies = payment.currencies;
        if payment.collection == LegState::Confirmed {
            self.post_for(
                id,
                &[
                    (
                        of_member_at_edge(
                            payment.payer_member,
                            payment.arrangement,
                            currencies.payer,
                            AccountKind::Counterpart,
                        ),
                        -paid,
                    ),
                    (at_edge(payment.payer_member, payment.payer, currencies.payer, AccountKind::Institution), paid),
                ],
            )?;
        }
        self.post_for(
            id,
            &[
                (position(payment.arrangement, payment.payee, currencies.position), -moved),
                (position(payment.arrangement, payment.payer, currencies.position), moved),
                (at_edge(payment.payee_member, payment.payee, currencies.payee, AccountKind::PayoutDue), -due),
                (
                    of_member_at_edge(
                        payment.payee_member,
                        payment.arrangement,
                        currencies.payee,
                        AccountKind::Counterpart,
                    ),
                    due,
                ),
            ],
        )
    }
}
