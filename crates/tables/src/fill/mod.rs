//! From events to rows: one event after the other, in the order of the journal.
//!
//! No decision is made or checked here. An event is a fact; what it changes is what docs/payment-states.md and
//! docs/accounts.md say. What cannot be (a payment that is not there, a step that no table of states has) is told as a
//! disagreement of tables and journal, for one of the two must be damaged.
//!
//! | for | see |
//! | --- | --- |
//! | currencies, members, rulebooks, arrangements, memberships, rates | `registry.rs` |
//! | limits and when they hold | `limits.rs` |
//! | an order from entry to clearing or its end | `orders.rs` |
//! | legs 1 and 3, conformity, returns, disputes | `legs.rs` |
//! | postings, positions, pair figures | `postings.rs` |
//! | days, fixings | `days.rs` |
//! | optimisation runs | `runs.rs` |
//! | nets, settlement, transfers | `cycles.rs` |
//! | what is known from before, when the file is opened | `load.rs` |

mod arrears;
mod credit;
mod cycles;
mod days;
mod house;
mod legs;
mod limits;
mod load;
mod membership;
mod orders;
mod payment;
mod postings;
mod registry;
mod reserve;
mod running;
mod runs;
mod shelf;
mod trouble;
mod units;

pub(crate) use trouble::{Taken, Trouble};

use crate::cell::Cell;
use crate::schema::Table;
use crate::store::Store;
use domain::event::EventBody;
use domain::ids::Role;
use domain::{Actor, ArrangementId, Event, PaymentId, Timestamp};
use house::House;
use payment::Payments;
use running::{Account, Cycle, PairFigure, Position, Queue, Run, StateCount};
use shelf::Shelf;
use trouble::disagree;

/// Events whose rows are written together.
const EVENTS_KEPT_MAX: usize = 16_384;

/// Fills the tables.
pub(crate) struct Filler {
    pub(crate) store: Store,
    house: House,
    payments: Payments,
    accounts: Shelf<Account, 9>,
    positions: Shelf<Position, 10>,
    pairs: Shelf<PairFigure, 9>,
    queues: Shelf<Queue, 6>,
    counts: Shelf<StateCount, 5>,
    cycles: Shelf<Cycle, 8>,
    runs: Shelf<Run, 14>,
    events: Vec<EventRow>,
    /// The event being taken in.
    seq: u64,
    time: Timestamp,
}

struct EventRow {
    seq: u64,
    time: Timestamp,
    kind: u16,
    actor: u32,
    about: About,
}

/// What an event is about.
#[derive(Clone, Copy, Default)]
struct About {
    arrangement: Option<ArrangementId>,
    payment: Option<PaymentId>,
}

impl About {
    const fn arrangement(arrangement: ArrangementId) -> About {
        About { arrangement: Some(arrangement), payment: None }
    }
}

impl Filler {
    /// Takes the next event in.
    pub(crate) fn take(&mut self, seq: u64, time: Timestamp, event: &Event) -> Taken {
        (self.seq, self.time) = (seq, time);
        let about = self.apply(&event.body)?;
        let actor = self.actor(event.actor)?;
        for (place, approver) in (0_u32..).zip(&event.approvals) {
            let approver = self.actor(*approver)?;
            self.store.insert(Table::Approval, &[seq.into(), place.into(), approver.into()])?;
        }
        let kind = codec::event_type(&event.body).number;
        self.events.push(EventRow { seq, time, kind, actor, about });
        if self.events.len() >= EVENTS_KEPT_MAX {
            self.flush_events()?;
        }
        self.payments.make_room(&mut self.store)
    }

    fn flush_events(&mut self) -> Taken {
        let events = std::mem::take(&mut self.events);
        self.store.put_all(Table::Event, events.iter().map(|event| (event.cells(), None)), |_, _| ())?;
        Ok(())
    }

    /// Writes all rows that are only in memory.
    pub(crate) fn flush(&mut self) -> Taken {
        self.payments.flush(&mut self.store)?;
        self.accounts.flush(&mut self.store)?;
        self.positions.flush(&mut self.store)?;
        self.pairs.flush(&mut self.store)?;
        self.queues.flush(&mut self.store)?;
        self.counts.flush(&mut self.store)?;
        self.cycles.flush(&mut self.store)?;
        self.runs.flush(&mut self.store)?;
        let arrangements = &self.house.arrangements;
        self.runs.forget(|(id, run)| arrangements.get(id.index()).is_none_or(|found| found.run != Some(*run)));
        self.flush_events()
    }

    fn apply(&mut self, body: &EventBody) -> Taken<About> {
        match body {
            EventBody::CurrencyRegistered { .. }
            | EventBody::CalendarDefined { .. }
            | EventBody::CalendarDaysSet { .. }
            | EventBody::MemberRegistered { .. }
            | EventBody::InstitutionAuthorised { .. }
            | EventBody::RulebookAdopted { .. }
            | EventBody::ArrangementOpened { .. }
            | EventBody::MemberJoined { .. }
            | EventBody::MemberLeft { .. }
            | EventBody::PrefundingMoved { .. }
            | EventBody::RatePublished { .. }
            | EventBody::MemberSuspended { .. }
            | EventBody::MemberReinstated { .. } => self.register(body),
            EventBody::NoticeGiven { .. }
            | EventBody::NoticeWithdrawn { .. }
            | EventBody::MemberLeaving { .. }
            | EventBody::PurposesSet { .. }
            | EventBody::StageSet { .. }
            | EventBody::EntryConsentSet { .. } => self.member_says(body),
            EventBody::DayExtended { .. }
            | EventBody::HolidaySet { .. }
            | EventBody::PayInMoved { .. }
            | EventBody::RunMoved { .. } => self.operator_acts(body),
            EventBody::LimitSet(setting) => self.limit_set(*setting),
            EventBody::DayOpened { arrangement, date, schedule, time_zone_version } => {
                self.day_opened(*arrangement, *date, schedule, time_zone_version)
            }
            EventBody::DayClosed { arrangement, date, digest } => self.day_closed(*arrangement, *date, digest),
            EventBody::FixingMade { arrangement, date, rates } => self.fixing_made(*arrangement, *date, rates),
            EventBody::RunFrozen { arrangement, run, items } => self.run_frozen(*arrangement, *run, *items),
            EventBody::RunEnded { arrangement, run } => self.run_ended(*arrangement, *run),
            EventBody::RunOpened { arrangement, run, items, instance, until } => {
                self.run_opened(*arrangement, *run, *items, *instance, *until)
            }
            EventBody::CancelPending { payment } => self.cancel_pending(*payment),
            EventBody::RunConcluded { arrangement, run, method, value_minor, proof } => {
                self.run_concluded(*arrangement, *run, *method, *value_minor, *proof)
            }
            EventBody::UnitValuePublished { arrangement, from, value } => self.unit_value(*arrangement, *from, *value),
            EventBody::PositionReported { arrangement, debtor, creditor, amount } => {
                self.position_reported(*arrangement, (*debtor, *creditor), *amount)
            }
            EventBody::AllocationGiven { arrangement, giver, amount, .. } => {
                self.allocation_changed(*arrangement, *giver, -amount.as_balance())
            }
            EventBody::AllocationTaken { arrangement, taker, amount } => {
                self.allocation_changed(*arrangement, *taker, amount.as_balance())
            }
            EventBody::FacilityStopped { arrangement } | EventBody::FacilityResumed { arrangement } => {
                Ok(About::arrangement(*arrangement))
            }
            EventBody::FeesConfirmed { arrangement, owner, amount } => {
                self.post_fees_paid(*arrangement, *owner, amount.as_balance())?;
                Ok(About::arrangement(*arrangement))
            }
            EventBody::CycleClosed(closed) => self.cycle_closed(closed),
            EventBody::CycleClosedWithCredit(close) => self.cycle_closed_with_credit(close),
            EventBody::FundMoved { arrangement, member, amount, deposit } => {
                self.fund_moved(*arrangement, *member, *amount, *deposit)
            }
            EventBody::ReserveDrawn(_)
            | EventBody::DrawingPaidOut { .. }
            | EventBody::DrawingRepaid { .. }
            | EventBody::DrawingRenewed { .. } => self.reserve_event(body),
            // What they change is in the closes that follow.
            EventBody::CloseStopped { arrangement, .. } | EventBody::IndexPublished { arrangement, .. } => {
                Ok(About::arrangement(*arrangement))
            }
            EventBody::SettlementConfirmed { arrangement, cycle, leg } => {
                self.settlement_confirmed(*arrangement, *cycle, *leg)
            }
            EventBody::CycleCompleted { arrangement, cycle, pay_ins, pay_outs, .. } => {
                self.cycle_completed(*arrangement, *cycle, pay_ins, pay_outs)
            }
            EventBody::ArrearsPaid { arrangement, cycle, member, counterparty, amount, paid } => {
                self.arrears_paid(*arrangement, (*cycle, *member, *counterparty), *amount, paid)
            }
            EventBody::CycleSettled { arrangement, cycle } => self.cycle_settled(*arrangement, *cycle),
            EventBody::TransferDue { arrangement, debtor, creditor, amount, by } => {
                self.transfer_due(*arrangement, *debtor, *creditor, *amount, *by)
            }
            EventBody::TransferConfirmed { arrangement, debtor, creditor, amount } => {
                self.transfer_confirmed(*arrangement, *debtor, *creditor, *amount)
            }
            EventBody::PaymentEntered(_)
            | EventBody::PaymentRefused { .. }
            | EventBody::IdentifierReused { .. }
            | EventBody::CommandRefused { .. }
            | EventBody::PaymentsPriced { .. }
            | EventBody::PaymentsPricedForPayees { .. }
            | EventBody::CollectionsConfirmed { .. }
            | EventBody::QueueReleased { .. }
            | EventBody::PaymentRequoted { .. }
            | EventBody::PaymentsEnded { .. }
            | EventBody::HoldReleased { .. }
            | EventBody::HoldRefused { .. } => self.take_order(body),
            EventBody::ConformityGiven { .. }
            | EventBody::Extorno { .. }
            | EventBody::PayoutsConfirmed { .. }
            | EventBody::PayoutFailed { .. }
            | EventBody::PaymentReturned { .. }
            | EventBody::DisputeOpened { .. }
            | EventBody::DisputeEnded { .. } => self.take_leg(body),
            // What memory holds is no fact of the house: nothing in the tables depends on it.
            EventBody::PaymentsEvicted { .. } => Ok(About::default()),
            EventBody::PaymentRecalled(original) => {
                Ok(About { arrangement: Some(original.arrangement), payment: Some(original.payment) })
            }
        }
    }

    /// The number of an actor, given when it first appears.
    fn actor(&mut self, actor: Actor) -> Taken<u32> {
        if let Some(number) = self.house.actors.get(&actor) {
            return Ok(*number);
        }
        let Ok(number) = u32::try_from(self.house.actors.len()) else { return disagree("too many actors") };
        let (role, member, institution) = match actor.role {
            Role::House => ("house", None, None),
            Role::Operator => ("operator", None, None),
            Role::Agent => ("agent", None, None),
            Role::Member(member) => ("member", Some(member), None),
            Role::Institution(institution) => ("institution", None, Some(institution)),
        };
        let row = [number.into(), role.into(), member.into(), institution.into(), actor.person.into()];
        self.store.insert(Table::Actor, &row)?;
        self.house.actors.insert(actor, number);
        Ok(number)
    }

    /// Changes a row that some event must have made before.
    fn change(&mut self, table: Table, key: &[Cell<'_>], edits: &[(&str, Cell<'_>)]) -> Taken {
        if self.store.change(table, key, edits)? {
            Ok(())
        } else {
            disagree(format!("a row of {} is missing", table.name()))
        }
    }
}

impl EventRow {
    fn cells(&self) -> [Cell<'static>; 6] {
        [
            self.seq.into(),
            self.time.into(),
            self.kind.into(),
            self.actor.into(),
            self.about.arrangement.into(),
            self.about.payment.into(),
        ]
    }
}
