//! Orders entering, and payments released from a hold.

use crate::finding::{Check, Checked, equal, holds};
use crate::model::{Model, unknown_payment};
use crate::order_form::collects_first;
use crate::payment::Payment;
use crate::pricing::legs_of;
use domain::event::{Disposition, PaymentEntered};
use domain::payment::{Amounts, LegState, PaymentState, Step};
use domain::plan::{Price, TriggerEvent};
use domain::{AccountKind, MemberId, PaymentId, Timestamp};

impl Model {
    pub(crate) fn payment_entered(&mut self, entered: &PaymentEntered) -> Checked {
        self.take_payment_ordinal(entered.payment)?;
        let id = entered.arrangement;
        let reported = self.plan(id)?.additions.reported;
        holds(Check::OrderForm, "an order", "where orders are taken", !reported, id)?;
        self.check_parties(id, entered.payer, entered.payee)?;
        let (payer_member, payee_member) = (self.member_of(entered.payer)?, self.member_of(entered.payee)?);
        self.check_not_suspended(id, payer_member)?;
        self.check_not_suspended(id, payee_member)?;
        self.check_hours(id, entered.disposition)?;
        let entry_date = self.entry_date(id)?;
        self.check_not_in_arrears(id, payer_member)?;
        self.check_own_rules(id, [payer_member, payee_member], entry_date, entered.purpose)?;
        self.check_order_form(entered, entry_date)?;
        self.check_conformity_by(entered, entry_date)?;
        let currencies = self.leg_currencies(id, entered.payer, entered.payee, entered.denomination)?;
        equal(Check::Amount, "the currency of leg 2", currencies.position, entered.position_currency)?;
        self.check_price(entered, currencies)?;
        let (payer_minor, position_minor, payee_minor) = legs_of(&entered.amounts, entered.denomination);
        let payment = Payment {
            arrangement: id,
            return_of: None,
            payer: entered.payer,
            payee: entered.payee,
            payer_member,
            payee_member,
            uetr: entered.uetr,
            content: entered.content,
            state: None,
            collection: LegState::None,
            payout: LegState::None,
            payout_when: None,
            payer_minor,
            position_minor,
            payee_minor,
            currencies,
            denomination: entered.denomination,
            urgent: entered.urgent,
            quote_until: entered.quote_until,
            value_date: entered.value_date,
            entered: self.arrangement(id)?.open_date().unwrap_or(entered.value_date),
            conformity_by: entered.conformity_by,
            cycle: None,
            returned_minor: 0,
            returned_payee_minor: 0,
            returned_payer_minor: 0,
            dispute: None,
            dispute_outcome: None,
            held_by: held_by(entered.disposition),
            document: entered.document,
        };
        self.consume_identifier(self.key_of(&payment)?, entered.content, entered.payment, None)?;
        if let Some(document) = entered.document {
            self.use_document(id, document)?;
        }
        self.payments.push(entered.payment, payment);
        if entered.collected {
            self.collected_within_submission(entered.payment)?;
        }
        self.dispose(entered.payment, entered.disposition)
    }

    /// Leg 1 was confirmed with the order: possible where it comes before leg 2 and has its price.
    fn collected_within_submission(&mut self, id: PaymentId) -> Checked {
        let payment = self.payment(id)?;
        let plan = self.plan(payment.arrangement)?;
        let possible = collects_first(plan) && payment.payer_minor > 0;
        holds(
            Check::Leg,
            "leg 1 confirmed within the submission",
            "before leg 2, and priced",
            possible,
            payment.payer_minor,
        )?;
        self.post_collection(id, i128::from(payment.payer_minor))?;
        self.change_unsettled(id, |payment| payment.collection = LegState::Confirmed)
    }

    /// Institution's money comes to its member, or goes back.
    pub(crate) fn post_collection(&mut self, id: PaymentId, amount: i128) -> Checked {
        let payment = self.payment(id)?;
        let (member, institution, currency) = (payment.payer_member, payment.payer, payment.currencies.payer);
        let account = |kind| crate::books::at_edge(member, institution, currency, kind);
        self.post_for(id, &[(account(AccountKind::Institution), -amount), (account(AccountKind::Collected), amount)])
    }

    /// Changes a payment that has no state yet.
    fn change_unsettled(&mut self, id: PaymentId, change: impl FnOnce(&mut Payment)) -> Checked {
        change(self.payments.get_mut(id).ok_or_else(|| unknown_payment(id))?);
        Ok(())
    }

    /// What became of an order on entry, or of a held one at its release.
    fn dispose(&mut self, id: PaymentId, disposition: Disposition) -> Checked {
        let payment = self.payment(id)?;
        let plan = self.plan(payment.arrangement)?;
        let collected = payment.collection == LegState::Confirmed;
        let open_price = matches!(plan.price, Price::Open { .. });
        let may_post = !open_price && (collected || !collects_first(plan));
        match disposition {
            Disposition::Held(member) => {
                let is_end = [payment.payer_member, payment.payee_member].contains(&member);
                holds(Check::OrderForm, "the member that holds a payment", "one of its two", is_end, member)?;
                self.step(id, Step::Hold, PaymentState::Held)
            }
            Disposition::AwaitingRate => {
                holds(Check::Leg, "a payment that awaits a rate", "one with an open price", open_price, plan.price)?;
                self.step(id, Step::AwaitRate, PaymentState::AwaitingRate)
            }
            Disposition::AwaitingCollection => {
                let waits = !open_price && !collected && collects_first(plan);
                holds(
                    Check::Leg,
                    "a payment that awaits leg 1",
                    "priced and not collected",
                    waits,
                    payment.collection,
                )?;
                self.step(id, Step::AwaitCollection, PaymentState::AwaitingCollection)?;
                self.change(id, |payment| payment.collection = LegState::Due)
            }
            Disposition::Queued => {
                holds(
                    Check::Leg,
                    "a queued payment",
                    "with leg 1 confirmed where that comes first",
                    may_post,
                    collected,
                )?;
                self.collect_later(id)?;
                self.queue(id)
            }
            Disposition::Cleared(payout) => {
                holds(
                    Check::Leg,
                    "a cleared payment",
                    "with leg 1 confirmed where that comes first",
                    may_post,
                    collected,
                )?;
                self.collect_later(id)?;
                self.clear_at_once(id, payout)
            }
        }
    }

    /// Leg 1 of a payment that may clear without it: due at once, unless it waits for conformity.
    fn collect_later(&mut self, id: PaymentId) -> Checked {
        let payment = self.payment(id)?;
        let trigger = self.plan(payment.arrangement)?.triggers.collection.on;
        if payment.collection == LegState::None && trigger != TriggerEvent::Conformity {
            self.change_unsettled(id, |payment| payment.collection = LegState::Due)?;
        }
        Ok(())
    }

    /// A held payment was released: priced again, and what became of it.
    pub(crate) fn hold_released(
        &mut self,
        id: PaymentId,
        disposition: Disposition,
        amounts: Amounts,
        quote_until: Option<Timestamp>,
    ) -> Checked {
        let payment = self.payment(id)?.clone();
        equal(Check::Transition, "the state of a payment that is released", Some(PaymentState::Held), payment.state)?;
        let held_again = matches!(disposition, Disposition::Held(_));
        holds(Check::Transition, "what becomes of a released payment", "not held again", !held_again, disposition)?;
        self.check_not_suspended(payment.arrangement, payment.payer_member)?;
        self.check_not_suspended(payment.arrangement, payment.payee_member)?;
        let open = self.arrangement(payment.arrangement)?.open_date();
        holds(Check::Day, "the time of a release", "on a business day", open.is_some(), open)?;
        let found = legs_of(&amounts, payment.denomination);
        self.check_repriced(&payment, (payment.payer_minor, payment.position_minor, payment.payee_minor), found)?;
        self.check_quote_until(payment.arrangement, quote_until)?;
        self.take_new_amounts(id, found, quote_until)?;
        self.dispose(id, disposition)
    }

    /// New amounts; what was collected is put right by the difference.
    pub(crate) fn take_new_amounts(
        &mut self,
        id: PaymentId,
        (payer_minor, position_minor, payee_minor): (u64, u64, u64),
        quote_until: Option<Timestamp>,
    ) -> Checked {
        let payment = self.payment(id)?.clone();
        if payment.collection == LegState::Confirmed && payment.payer_minor != payer_minor {
            self.post_collection(id, i128::from(payer_minor) - i128::from(payment.payer_minor))?;
        }
        self.reserve_more(id, i128::from(position_minor) - i128::from(payment.position_minor))?;
        self.change(id, |payment| {
            payment.payer_minor = payer_minor;
            payment.position_minor = position_minor;
            payment.payee_minor = payee_minor;
            payment.quote_until = quote_until;
        })
    }

    /// The member whose list held a payment refused it: what was collected goes back.
    pub(crate) fn hold_refused(&mut self, id: PaymentId) -> Checked {
        self.step(id, Step::Refuse, PaymentState::Refused)?;
        self.give_back_collected(id)?;
        self.free_document(id)
    }
}

fn held_by(disposition: Disposition) -> Option<MemberId> {
    match disposition {
        Disposition::Held(member) => Some(member),
        _ => None,
    }
}
