//! Evolving: the only thing that changes the state, live and in replay. No clock, no I/O, no randomness, no failure;
//! what cannot be is an assertion.

mod acts;
mod credit;
mod cycles;
mod default;
mod fees;
mod legs;
mod membership;
mod payments;
mod registry;
mod reserve;
mod runs;
mod units;

pub(crate) use fees::fee_key;

use crate::state::State;
use domain::event::EventBody;
use domain::{Event, EventSeq, Timestamp};

/// Applies an event.
///
/// # Panics
/// When the event does not follow from the state: a bug, or a journal that another program wrote.
pub fn evolve(state: &mut State, at: EventSeq, now: Timestamp, event: &Event) {
    assert_eq!(at, state.next_seq, "events are applied in the order of the journal");
    assert!(now >= state.now, "journal time went backwards");
    if now > state.now {
        // What receipts of earlier blocks did not release waits for a run; while one is open, until it is concluded.
        let over = state.arrangements.iter_mut().filter(|arrangement| arrangement.open_run.is_none());
        over.for_each(|arrangement| arrangement.credited.clear());
        state.now = now;
    }
    state.apply(&event.body);
    state.next_seq = at.next();
}

impl State {
    fn apply(&mut self, body: &EventBody) {
        match body {
            EventBody::PaymentEntered(entered) => self.payment_entered(entered),
            EventBody::PaymentRefused { payment, arrangement, key, content, refusal, .. } => {
                self.payment_refused(*payment, *arrangement, *key, *content, *refusal);
            }
            EventBody::IdentifierReused { .. } | EventBody::CommandRefused { .. } => {}
            EventBody::PaymentsPriced { arrangement, collect_on, payments, .. } => {
                self.payments_priced(*arrangement, *collect_on, payments);
            }
            EventBody::PaymentsPricedForPayees { arrangement, collect_on, payments, .. } => {
                self.payments_priced_for_payees(*arrangement, *collect_on, payments);
            }
            EventBody::CollectionsConfirmed { arrangement, payments } => {
                self.collections_confirmed(*arrangement, payments);
            }
            EventBody::QueueReleased { arrangement, run, payments } => {
                self.queue_released(*arrangement, *run, payments)
            }
            EventBody::PaymentRequoted { payment, amounts, quote_until } => {
                self.payment_requoted(*payment, *amounts, Some(*quote_until));
            }
            EventBody::PaymentsEnded { arrangement, reason, payments } => {
                self.payments_ended(*arrangement, *reason, payments);
            }
            EventBody::HoldReleased { payment, disposition, amounts, quote_until } => {
                self.hold_released(*payment, *disposition, *amounts, *quote_until);
            }
            EventBody::HoldRefused { payment } => self.hold_refused(*payment),
            EventBody::PaymentReturned {
                payment,
                original,
                uetr,
                content,
                amounts,
                of_original,
                value_date,
                payout,
            } => {
                let reference = (*uetr, *content);
                self.payment_returned(*payment, *original, reference, *amounts, *of_original, *value_date, *payout);
            }
            EventBody::DisputeOpened { payment, carrier, until } => self.dispute_opened(*payment, *carrier, *until),
            EventBody::DisputeEnded { payment, outcome } => self.dispute_ended(*payment, *outcome),
            EventBody::ConformityGiven { arrangement, payments, .. } => self.conformity_given(*arrangement, payments),
            EventBody::Extorno { arrangement, payments, .. } => self.extorno(*arrangement, payments),
            EventBody::PayoutsConfirmed { arrangement, institution, payments } => {
                self.payouts_confirmed(*arrangement, *institution, payments);
            }
            EventBody::PayoutFailed { payment } => self.payout_failed(*payment),
            EventBody::RunFrozen { arrangement, run, items } => self.run_frozen(*arrangement, *run, *items),
            EventBody::RunEnded { arrangement, run } => self.run_ended(*arrangement, *run),
            EventBody::RunOpened { arrangement, run, items, instance, until } => {
                self.run_opened(*arrangement, *run, *items, *instance, *until);
            }
            EventBody::CancelPending { payment } => self.cancel_pending(*payment),
            EventBody::RunConcluded { arrangement, run, value_minor, .. } => {
                self.run_concluded(*arrangement, *run, *value_minor);
            }
            EventBody::FixingMade { arrangement, date, rates } => self.fixing_made(*arrangement, *date, rates),
            EventBody::DayOpened { arrangement, date, schedule, .. } => self.day_opened(*arrangement, *date, schedule),
            EventBody::DayClosed { arrangement, date, .. } => self.day_closed(*arrangement, *date),
            EventBody::CycleClosed(closed) => self.cycle_closed(closed),
            EventBody::CycleClosedWithCredit(close) => self.cycle_closed_with_credit(close),
            EventBody::CloseStopped { arrangement, missing, .. } => self.close_stopped(*arrangement, *missing),
            EventBody::IndexPublished { arrangement, index, rate_ppm } => {
                self.index_published(*arrangement, index, *rate_ppm);
            }
            EventBody::FundMoved { arrangement, member, amount, deposit } => {
                self.fund_moved(*arrangement, *member, *amount, *deposit);
            }
            EventBody::ReserveDrawn(_)
            | EventBody::DrawingPaidOut { .. }
            | EventBody::DrawingRepaid { .. }
            | EventBody::DrawingRenewed { .. } => self.reserve_event(body),
            EventBody::SettlementConfirmed { arrangement, cycle, leg } => {
                self.settlement_confirmed(*arrangement, *cycle, *leg);
            }
            EventBody::CycleCompleted { arrangement, cycle, pay_ins, pay_outs, .. } => {
                self.cycle_completed(*arrangement, *cycle, pay_ins, pay_outs);
            }
            EventBody::ArrearsPaid { arrangement, cycle, member, counterparty, amount, paid } => {
                self.arrears_paid(*arrangement, (*cycle, *member, *counterparty), *amount, paid);
            }
            EventBody::CycleSettled { arrangement, cycle } => self.cycle_settled(*arrangement, *cycle),
            EventBody::TransferDue { arrangement, debtor, creditor, amount, by } => {
                self.transfer_due(*arrangement, *debtor, *creditor, *amount, *by);
            }
            EventBody::TransferConfirmed { arrangement, debtor, creditor, amount } => {
                self.transfer_confirmed(*arrangement, *debtor, *creditor, *amount);
            }
            EventBody::UnitValuePublished { arrangement, from, value } => {
                self.arrangements[arrangement.index()].unit_values.insert(*from, *value);
            }
            EventBody::AllocationGiven { arrangement, giver, amount, .. } => {
                self.allocation_given(*arrangement, *giver, *amount);
            }
            EventBody::AllocationTaken { arrangement, taker, amount } => {
                self.allocation_taken(*arrangement, *taker, *amount);
            }
            EventBody::PositionReported { arrangement, debtor, creditor, amount } => {
                self.position_reported(*arrangement, *debtor, *creditor, *amount);
            }
            EventBody::FacilityStopped { arrangement } => {
                let stopped = &mut self.arrangements[arrangement.index()].facility_stopped;
                assert!(!std::mem::replace(stopped, true), "a facility stops once");
            }
            EventBody::FacilityResumed { arrangement } => {
                let stopped = &mut self.arrangements[arrangement.index()].facility_stopped;
                assert!(std::mem::replace(stopped, false), "only what has stopped is resumed");
            }
            EventBody::FeesConfirmed { arrangement, owner, amount } => {
                self.fees_confirmed(*arrangement, *owner, *amount);
            }
            EventBody::PaymentsEvicted { before } => self.payments_evicted(*before),
            EventBody::PaymentRecalled(original) => self.payments.recall(original),
            registration => self.register(registration),
        }
    }
}
