//! Leg 2: clearing, collections before and after it, and payments that end without it.

use crate::books::{at_edge, of_member, of_member_at_edge, position};
use crate::finding::{Check, Checked, Finding, equal, holds};
use crate::model::Model;
use crate::order_form::collects_first;
use crate::payment::Payment;
use domain::event::{Admitted, EndReason, Payout};
use domain::payment::{LegState, PaymentState, Step};
use domain::plan::{Netting, TriggerEvent};
use domain::{AccountKind, ArrangementId, CurrencyId, Date, MemberId, PaymentId};

impl Model {
    /// A payment clears on entry, on release from a hold, or when leg 1 is confirmed: inside its limits, behind nobody.
    pub(crate) fn clear_at_once(&mut self, id: PaymentId, payout: Payout) -> Checked {
        let payment = self.payment(id)?.clone();
        if let Some(behind) = self.goes_behind(&payment)? {
            let found = format!("{behind} waits");
            return Err(Finding::new(
                Check::Queue,
                "a payment that clears at once",
                "nothing waiting before it",
                found,
            ));
        }
        self.check_admission(&payment)?;
        self.check_headroom(&payment)?;
        self.clear(id, payout)
    }

    /// Posts leg 2.
    pub(crate) fn clear(&mut self, id: PaymentId, payout: Payout) -> Checked {
        let payment = self.payment(id)?.clone();
        if payment.return_of.is_none() {
            // Returns are allowed: the suspended member gives back what it was paid.
            self.check_not_suspended(payment.arrangement, payment.payer_member)?;
        }
        self.check_payout(&payment, payout)?;
        self.step(id, Step::Clear, PaymentState::Cleared)?;
        self.post_leg_2(id, &payment)?;
        let cycle = self.arrangement(payment.arrangement)?.cycle;
        self.change(id, |payment| {
            payment.cycle = Some(cycle);
            payment.payout_when = Some(payout);
            payment.payout = if payout == Payout::AtClearing { LegState::Instructed } else { LegState::Due };
        })?;
        self.remember_payout(id, payout)?;
        self.expect_transfer_of_excess(payment.arrangement, payment.payer_member, payment.payee_member)
    }

    fn post_leg_2(&mut self, id: PaymentId, payment: &Payment) -> Checked {
        let (paid, moved, due) =
            (i128::from(payment.payer_minor), i128::from(payment.position_minor), i128::from(payment.payee_minor));
        let currencies = payment.currencies;
        if payment.collection == LegState::Confirmed {
            self.post_for(
                id,
                &[
                    (at_edge(payment.payer_member, payment.payer, currencies.payer, AccountKind::Collected), -paid),
                    (
                        of_member_at_edge(
                            payment.payer_member,
                            payment.arrangement,
                            currencies.payer,
                            AccountKind::Counterpart,
                        ),
                        paid,
                    ),
                ],
            )?;
        }
        let gross = self.plan(payment.arrangement)?.cycle.netting == Netting::None;
        let stands_in = |member, institution| match gross {
            true => of_member(payment.arrangement, member, currencies.position, AccountKind::Prefunding),
            false => position(payment.arrangement, institution, currencies.position),
        };
        self.post_for(
            id,
            &[
                (stands_in(payment.payer_member, payment.payer), -moved),
                (stands_in(payment.payee_member, payment.payee), moved),
                (
                    of_member_at_edge(
                        payment.payee_member,
                        payment.arrangement,
                        currencies.payee,
                        AccountKind::Counterpart,
                    ),
                    -due,
                ),
                (at_edge(payment.payee_member, payment.payee, currencies.payee, AccountKind::PayoutDue), due),
            ],
        )?;
        self.charge(id, payment)?;
        if gross {
            return Ok(());
        }
        let (debtor, creditor) = (payment.payer_member, payment.payee_member);
        self.owe(payment.arrangement, debtor, creditor, currencies.position, moved, payment.value_date)
    }

    /// `debtor` owes `creditor` so much more (less, when negative), from a value date on.
    pub(crate) fn owe(
        &mut self,
        id: ArrangementId,
        debtor: MemberId,
        creditor: MemberId,
        currency: CurrencyId,
        amount: i128,
        value_date: Date,
    ) -> Checked {
        let (low, high) = (debtor.min(creditor), debtor.max(creditor));
        let low_owes = if debtor == low { amount } else { -amount };
        let arrangement = self.arrangement_mut(id)?;
        let today = arrangement.business_date().unwrap_or(value_date);
        *arrangement.pairs.entry((low, high, currency)).or_default() += low_owes;
        if arrangement.plan.interest.is_some() && currency == arrangement.asset {
            *arrangement.changes.entry((low, high)).or_default().entry(value_date).or_default() += low_owes;
            arrangement.changed_on.insert((low, high), today);
        }
        Ok(())
    }

    /// When leg 3 is due is what the rulebook says, or at clearing where the payee's member chose so and has room.
    fn check_payout(&self, payment: &Payment, payout: Payout) -> Checked {
        let arrangement = self.arrangement(payment.arrangement)?;
        let triggers = arrangement.plan.triggers;
        let by_rule = match triggers.payout.on {
            TriggerEvent::NetSettled => Payout::AfterSettlement,
            // A return has no conformity to wait for.
            TriggerEvent::Conformity if payment.return_of.is_none() => Payout::AtConformity,
            _ => Payout::AtClearing,
        };
        let chose = triggers.payout.on == TriggerEvent::NetSettled
            && triggers.payout_at_clearing_by_choice
            && self.membership(payment.arrangement, payment.payee_member)?.payout_at_clearing
            && self.may_prefinance(payment)?;
        let expected = if chose { Payout::AtClearing } else { by_rule };
        equal(Check::Leg, "when leg 3 is due", expected, payout)
    }

    fn remember_payout(&mut self, id: PaymentId, payout: Payout) -> Checked {
        let payment = self.payment(id)?.clone();
        let arrangement = self.arrangement_mut(payment.arrangement)?;
        let cycle = arrangement.cycle;
        match payout {
            Payout::AfterSettlement => arrangement.cycle_payments.entry(cycle).or_default().push(id),
            Payout::AtClearing => {
                let used = arrangement.prefinanced.entry((cycle, payment.payee_member)).or_default();
                *used += i128::from(payment.position_minor);
            }
            Payout::AtConformity => {}
        }
        Ok(())
    }

    /// Leg 1 of payments is confirmed: before leg 2, which then posts or waits; or after it.
    pub(crate) fn collections_confirmed(&mut self, id: ArrangementId, payments: &[(PaymentId, Admitted)]) -> Checked {
        for (payment, admitted) in payments {
            self.payment_in(id, *payment)?;
            self.collection_confirmed(*payment, *admitted).map_err(|finding| finding.about(*payment))?;
        }
        Ok(())
    }

    fn collection_confirmed(&mut self, id: PaymentId, admitted: Admitted) -> Checked {
        let payment = self.payment(id)?.clone();
        if admitted == Admitted::AlreadyCleared {
            let cleared = payment.cycle.is_some();
            holds(Check::Leg, "leg 1 confirmed after leg 2", "of a cleared payment", cleared, payment.state)?;
            let due = matches!(payment.collection, LegState::Due | LegState::Instructed);
            holds(Check::Leg, "leg 1 that is confirmed", "due or instructed", due, payment.collection)?;
            let paid = i128::from(payment.payer_minor);
            let (member, currency) = (payment.payer_member, payment.currencies.payer);
            self.post_for(
                id,
                &[
                    (at_edge(member, payment.payer, currency, AccountKind::Institution), -paid),
                    (of_member_at_edge(member, payment.arrangement, currency, AccountKind::Counterpart), paid),
                ],
            )?;
            return self.change(id, |payment| payment.collection = LegState::Confirmed);
        }
        let waits = Some(PaymentState::AwaitingCollection);
        equal(Check::Transition, "the state of a payment whose leg 1 is confirmed", waits, payment.state)?;
        equal(Check::Leg, "leg 1 that is confirmed", LegState::Due, payment.collection)?;
        holds(Check::Leg, "leg 1", "before leg 2", collects_first(self.plan(payment.arrangement)?), admitted)?;
        let today = self.arrangement(payment.arrangement)?.open_date();
        let is_due = today.is_some_and(|today| today >= payment.value_date);
        holds(Check::Day, "the day on which leg 1 is confirmed", "not before it is due", is_due, today)?;
        self.post_collection(id, i128::from(payment.payer_minor))?;
        self.change(id, |payment| payment.collection = LegState::Confirmed)?;
        match admitted {
            Admitted::Cleared(payout) => self.clear_at_once(id, payout),
            Admitted::Queued | Admitted::AlreadyCleared => self.queue(id),
        }
    }

    /// Payments that ended without clearing.
    pub(crate) fn payments_ended(&mut self, id: ArrangementId, reason: EndReason, payments: &[PaymentId]) -> Checked {
        for payment in payments {
            self.payment_in(id, *payment)?;
            if reason == EndReason::Cancelled && self.is_cancel_pending(id, *payment) {
                self.begin_conclusion(id)?;
            }
            self.payment_ended(*payment, reason).map_err(|finding| finding.about(*payment))?;
        }
        Ok(())
    }

    fn payment_ended(&mut self, id: PaymentId, reason: EndReason) -> Checked {
        let payment = self.payment(id)?.clone();
        self.check_reason_to_end(&payment, reason)?;
        let (step, to) = match reason {
            EndReason::Cancelled | EndReason::Suspended | EndReason::Void | EndReason::MemberLeaving => {
                (Step::Cancel, PaymentState::Cancelled)
            }
            EndReason::Expired => (Step::Expire, PaymentState::Expired),
            EndReason::QuoteLapsed => (Step::Lapse, PaymentState::Returned),
        };
        self.leave_queue(id)?;
        self.step(id, step, to)?;
        self.give_back_collected(id)?;
        self.free_document(id)
    }

    fn check_reason_to_end(&self, payment: &Payment, reason: EndReason) -> Checked {
        let arrangement = self.arrangement(payment.arrangement)?;
        let is_suspended = |member| arrangement.members.get(&member).is_some_and(|known| known.suspended);
        let in_arrears = self.is_in_arrears(payment.arrangement, payment.payer_member)?;
        let of_suspended = in_arrears || is_suspended(payment.payer_member) || is_suspended(payment.payee_member);
        let awaits_rate = payment.state == Some(PaymentState::AwaitingRate);
        let (what, holds_good) = match reason {
            EndReason::Cancelled => {
                let frozen = payment.state == Some(PaymentState::InCycle);
                ("withdrawn, not while a run holds it frozen", !frozen || self.is_concluding(payment.arrangement))
            }
            EndReason::Suspended => ("of a suspended member", of_suspended && !awaits_rate),
            EndReason::Void => ("with an open price, of a suspended member", of_suspended && awaits_rate),
            EndReason::MemberLeaving => {
                let is_leaving = |member| arrangement.members.get(&member).is_some_and(|known| known.leaving);
                ("of a member that is leaving", is_leaving(payment.payer_member) || is_leaving(payment.payee_member))
            }
            EndReason::Expired => ("whose time is over", self.time_is_over(payment)?),
            EndReason::QuoteLapsed => ("whose quote has run out", self.quote_may_lapse(payment)?),
        };
        holds(Check::Transition, "a payment that ends", what, holds_good, (reason, payment.state))
    }

    pub(crate) fn give_back_collected(&mut self, id: PaymentId) -> Checked {
        let payment = self.payment(id)?;
        if payment.collection == LegState::Confirmed {
            let amount = -i128::from(payment.payer_minor);
            self.post_collection(id, amount)?;
        }
        Ok(())
    }
}
