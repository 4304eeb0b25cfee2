//! The model: plain maps of what events said, and one function that applies the next event.

use crate::acts::check_reason;
use crate::books::{Books, Entry};
use crate::credit::Credit;
use crate::finding::{Check, Checked, Finding, equal, holds};
use crate::identifiers::Shelves;
use crate::open_run::OpenRun;
use crate::payment::{Payment, Payments};
use crate::reserve::Reserve;
use domain::canonical::Accumulator;
use domain::event::{Quote, SettlementLeg, Stage};
use domain::limit::Scope;
use domain::membership::PurposeSet;
use domain::plan::{DayStep, Plan};
use domain::{
    ArrangementId, CalendarId, ContentDigest, CurrencyId, CycleId, Date, DocumentKey, Event, EventBody, EventSeq,
    InstitutionId, MemberId, PaymentId, PaymentKey, Refusal, RulebookId, RunId, Timestamp,
};
use money::{CurrencyCode, Rate};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The clearing house as the auditor understands it.
///
/// After a [`Finding`] the model is not to be used further: the event was applied in part.
#[derive(Default)]
pub struct Model {
    /// Number of events applied.
    pub(crate) events: u64,
    /// Time of the event being applied.
    pub(crate) time: Timestamp,
    pub(crate) currencies: Vec<Currency>,
    pub(crate) calendars: Vec<Calendar>,
    pub(crate) members: Vec<Member>,
    pub(crate) institutions: Vec<Institution>,
    pub(crate) rulebooks: Vec<Rulebook>,
    pub(crate) arrangements: BTreeMap<ArrangementId, Arrangement>,
    pub(crate) payments: Payments,
    /// Ordinals of payments given so far, refused orders and returns included.
    pub(crate) payments_count: u64,
    /// Closed payments before it left the house's memory.
    pub(crate) evicted_before: Option<PaymentId>,
    /// Payments that are rows.
    pub(crate) open_payments: BTreeSet<PaymentId>,
    pub(crate) closed_payments: Accumulator,
    pub(crate) identifiers: Shelves<PaymentKey, Identifier>,
    pub(crate) identifiers_folded: Accumulator,
    pub(crate) documents_folded: Accumulator,
    pub(crate) books: Books,
    /// Entries posted for a payment that somebody follows.
    pub(crate) followed: Option<(PaymentId, Vec<Entry>)>,
}

#[derive(Clone)]
pub(crate) struct Currency {
    pub(crate) code: CurrencyCode,
    pub(crate) minor_decimals: u8,
}

pub(crate) struct Calendar {
    pub(crate) name: String,
    pub(crate) closed: BTreeSet<Date>,
}

pub(crate) struct Member {
    pub(crate) code: String,
    pub(crate) bic: String,
    pub(crate) institutions: Vec<InstitutionId>,
}

#[derive(Clone)]
pub(crate) struct Institution {
    pub(crate) member: MemberId,
    pub(crate) code: String,
    pub(crate) jurisdiction: String,
    pub(crate) calendar: CalendarId,
    pub(crate) currency: CurrencyId,
}

pub(crate) struct Rulebook {
    pub(crate) source_hash: [u8; 32],
    pub(crate) plan: Arc<Plan>,
}

/// A consumed identifier.
pub(crate) struct Identifier {
    pub(crate) content: ContentDigest,
}

pub(crate) struct Arrangement {
    pub(crate) rulebook: RulebookId,
    pub(crate) plan: Arc<Plan>,
    pub(crate) asset: CurrencyId,
    pub(crate) agent_calendar: CalendarId,
    pub(crate) asset_calendar: CalendarId,
    pub(crate) open: Option<OpenDay>,
    pub(crate) closed_date: Option<Date>,
    /// The business date on which a cycle closed last.
    pub(crate) cycle_closed_on: Option<Date>,
    pub(crate) cycle: CycleId,
    pub(crate) next_run: RunId,
    pub(crate) frozen: Option<Run>,
    pub(crate) members: BTreeMap<MemberId, Membership>,
    pub(crate) limits: BTreeMap<Scope, u64>,
    pub(crate) limits_ahead: BTreeMap<(Scope, Date), u64>,
    pub(crate) rates: BTreeMap<(MemberId, CurrencyId), Quote>,
    /// What members admit from a later day on.
    pub(crate) purposes_ahead: BTreeMap<(MemberId, Date), PurposeSet>,
    /// Pay-ins of completed cycles that are missing: amount, since when.
    pub(crate) arrears: BTreeMap<(CycleId, MemberId, Option<MemberId>), (u64, Date)>,
    /// What is still owed of completed cycles.
    pub(crate) rest_claims: BTreeMap<(CycleId, MemberId, Option<MemberId>), u64>,
    /// Days on which it is closed by an act of the operator.
    pub(crate) holidays: BTreeSet<Date>,
    /// Members that consent to entries by the operator.
    pub(crate) entry_consents: BTreeSet<MemberId>,
    /// Stages to which members move on a later day.
    pub(crate) stages_ahead: BTreeMap<MemberId, StageAhead>,
    /// The business date that was open when a rate was published.
    pub(crate) published_on: BTreeMap<(MemberId, CurrencyId), Option<Date>>,
    pub(crate) fixings: BTreeMap<Date, BTreeMap<CurrencyId, Rate>>,
    /// What `low` owes `high` in the open cycle.
    pub(crate) pairs: BTreeMap<(MemberId, MemberId, CurrencyId), i128>,
    /// Changes of what `low` owes `high` by value date, for interest.
    pub(crate) changes: BTreeMap<(MemberId, MemberId), BTreeMap<Date, i128>>,
    /// Business date of the last of those changes.
    pub(crate) changed_on: BTreeMap<(MemberId, MemberId), Date>,
    /// Items waiting, by institution: urgent ones (`false`) first, then by entry.
    pub(crate) waiting: BTreeMap<InstitutionId, BTreeSet<(bool, PaymentId)>>,
    /// Waiting amounts by debtor and creditor.
    pub(crate) reserved: BTreeMap<(MemberId, MemberId), i128>,
    /// Paid out at clearing, by cycle and member.
    pub(crate) prefinanced: BTreeMap<(CycleId, MemberId), i128>,
    /// Payments cleared in a cycle whose leg 3 waits for its settlement.
    pub(crate) cycle_payments: BTreeMap<CycleId, Vec<PaymentId>>,
    pub(crate) closed_cycles: BTreeMap<CycleId, ClosedCycle>,
    /// Anticipated transfers due: amount and date.
    pub(crate) transfers: BTreeMap<(MemberId, MemberId), (u64, Date)>,
    pub(crate) documents: Shelves<DocumentKey, ()>,
    pub(crate) facility_stopped: bool,
    /// What nets are paid in; positions are in `asset`, which is the unit of account where there is one.
    pub(crate) settlement: CurrencyId,
    pub(crate) unit_values: BTreeMap<Date, Rate>,
    /// What was given with the last event, and the taker is to have with the next.
    pub(crate) given_allocation: Option<(MemberId, u64)>,
    /// What has to follow at once.
    pub(crate) owed_transfers: BTreeSet<(MemberId, MemberId)>,
    pub(crate) just_suspended: BTreeSet<MemberId>,
    /// Whether a day has been opened and nothing has followed yet that must.
    pub(crate) just_opened: bool,
    pub(crate) just_leaving: BTreeSet<MemberId>,
    pub(crate) just_in_arrears: BTreeSet<MemberId>,
    /// Figures of the whole run.
    pub(crate) totals: Totals,
    pub(crate) credit: Credit,
    pub(crate) reserve: Reserve,
}

/// An optimisation run under way: the items it froze and those it has to release.
pub(crate) struct Run {
    pub(crate) run: RunId,
    pub(crate) frozen_at: Timestamp,
    pub(crate) items: BTreeSet<PaymentId>,
    pub(crate) to_release: Option<BTreeSet<PaymentId>>,
    /// What it has released so far.
    pub(crate) released_minor: i128,
    /// Where it stays open.
    pub(crate) open: Option<OpenRun>,
}

pub(crate) struct OpenDay {
    pub(crate) date: Date,
    pub(crate) schedule: BTreeMap<DayStep, Timestamp>,
    /// By how much the operator has extended it.
    pub(crate) extended_s: u32,
    pub(crate) cycle_closed: bool,
    /// Whether the cycle should have closed in a period before this day's.
    pub(crate) ends_an_earlier_period: bool,
}

pub(crate) struct Membership {
    pub(crate) stage: Stage,
    pub(crate) payout_at_clearing: bool,
    pub(crate) suspended: bool,
    /// From when its notice holds, and whether it does.
    pub(crate) notice: Option<Date>,
    pub(crate) leaving: bool,
    /// What it admits.
    pub(crate) purposes: PurposeSet,
}

/// A stage to which a member moves on a later day.
pub(crate) struct StageAhead {
    pub(crate) effective: Date,
    pub(crate) stage: Stage,
    pub(crate) payout_at_clearing: bool,
}

/// A closed cycle.
pub(crate) struct ClosedCycle {
    pub(crate) date: Date,
    pub(crate) settle_on: Date,
    pub(crate) settled: bool,
    pub(crate) legs: Vec<(SettlementLeg, bool)>,
    /// Debit of each institution at the close, in the asset.
    pub(crate) debits: BTreeMap<InstitutionId, i128>,
    /// Credit of each member at the close, in the asset.
    pub(crate) credits: BTreeMap<MemberId, i128>,
    /// What each debtor owed each creditor at the close, in the asset.
    pub(crate) pair_debits: BTreeMap<(MemberId, MemberId), i128>,
}

/// Sums over the life of an arrangement, in minor units.
#[derive(Clone, Default)]
pub(crate) struct Totals {
    pub(crate) orders_refused: u64,
    pub(crate) pay_ins: u128,
    pub(crate) transfers: u128,
    pub(crate) cycles_closed: u64,
    pub(crate) nets_absolute: u128,
}

impl Model {
    /// A house before its first event.
    #[must_use]
    pub fn new() -> Self {
        Self { time: Timestamp(i64::MIN), ..Self::default() }
    }

    /// Number of events applied.
    #[must_use]
    pub const fn events(&self) -> u64 {
        self.events
    }

    /// Checks the next event and takes it in.
    ///
    /// # Errors
    /// The first rule that the event breaks. The model is not to be used further then.
    pub fn apply(&mut self, seq: EventSeq, time: Timestamp, event: &Event) -> Result<(), Finding> {
        self.apply_event(seq, time, event).map_err(|finding| finding.at(seq))
    }

    fn apply_event(&mut self, seq: EventSeq, time: Timestamp, event: &Event) -> Checked {
        equal(Check::Order, "the number of an event", EventSeq(self.events), seq)?;
        holds(Check::Order, "the time of an event", "no earlier than the one before", time >= self.time, time)?;
        self.time = time;
        self.check_authority(event)?;
        self.check_what_must_follow(&event.body)?;
        self.check_what_follows_the_opening(&event.body)?;
        self.check_open_runs(event)?;
        self.apply_body(event)?;
        self.events += 1;
        Ok(())
    }

    fn apply_body(&mut self, event: &Event) -> Checked {
        match &event.body {
            EventBody::CurrencyRegistered { .. }
            | EventBody::CalendarDefined { .. }
            | EventBody::CalendarDaysSet { .. }
            | EventBody::MemberRegistered { .. }
            | EventBody::InstitutionAuthorised { .. }
            | EventBody::RulebookAdopted { .. }
            | EventBody::ArrangementOpened { .. } => self.register(&event.body),
            EventBody::MemberJoined { arrangement, member, stage, payout_at_clearing } => {
                self.check_stage_comes_when_due(*arrangement, *member, *stage, event)?;
                self.member_joined(*arrangement, *member, *stage, *payout_at_clearing)
            }
            EventBody::MemberLeft { arrangement, member } => self.member_left(*arrangement, *member, event),
            EventBody::DayExtended { .. }
            | EventBody::HolidaySet { .. }
            | EventBody::PayInMoved { .. }
            | EventBody::RunMoved { .. }
            | EventBody::EntryConsentSet { .. } => self.act_of_operator(&event.body),
            EventBody::NoticeGiven { .. }
            | EventBody::NoticeWithdrawn { .. }
            | EventBody::MemberLeaving { .. }
            | EventBody::PurposesSet { .. }
            | EventBody::StageSet { .. } => self.member_sets(&event.body),
            EventBody::LimitSet(setting) => self.limit_set(setting),
            EventBody::PrefundingMoved { arrangement, member, amount, deposit } => {
                self.prefunding_moved(*arrangement, *member, *amount, *deposit)
            }
            EventBody::RatePublished { arrangement, member, currency, quote } => {
                self.rate_published(*arrangement, *member, *currency, *quote, event)
            }
            EventBody::DayOpened { arrangement, date, schedule, .. } => self.day_opened(*arrangement, *date, schedule),
            EventBody::DayClosed { arrangement, date, digest } => self.day_closed(*arrangement, *date, *digest),
            EventBody::FixingMade { arrangement, date, rates } => self.fixing_made(*arrangement, *date, rates),
            EventBody::CommandRefused { refusal, payment, .. } => self.command_refused(*refusal, *payment),
            EventBody::MemberSuspended { arrangement, member } => self.member_suspended(*arrangement, *member),
            EventBody::MemberReinstated { arrangement, member } => self.member_reinstated(*arrangement, *member),
            EventBody::TransferDue { arrangement, debtor, creditor, amount, by } => {
                self.transfer_due(*arrangement, *debtor, *creditor, *amount, *by)
            }
            EventBody::TransferConfirmed { arrangement, debtor, creditor, amount } => {
                self.transfer_confirmed(*arrangement, *debtor, *creditor, *amount)
            }
            EventBody::CycleClosed(closed) => self.cycle_closed(closed),
            EventBody::CycleClosedWithCredit(close) => self.cycle_closed_with_credit(close),
            EventBody::CloseStopped { arrangement, cycle, missing } => {
                self.close_stopped(*arrangement, *cycle, *missing)
            }
            EventBody::IndexPublished { arrangement, index, rate_ppm } => {
                self.index_published(*arrangement, index, *rate_ppm)
            }
            EventBody::FundMoved { arrangement, member, amount, deposit } => {
                self.fund_moved(*arrangement, *member, *amount, *deposit)
            }
            EventBody::ReserveDrawn(_)
            | EventBody::DrawingPaidOut { .. }
            | EventBody::DrawingRepaid { .. }
            | EventBody::DrawingRenewed { .. } => self.reserve_event(&event.body),
            EventBody::SettlementConfirmed { arrangement, cycle, leg } => {
                self.settlement_confirmed(*arrangement, *cycle, *leg)
            }
            EventBody::CycleCompleted { arrangement, cycle, pay_ins, pay_outs, reason } => {
                check_reason(reason)?;
                self.cycle_completed(*arrangement, *cycle, pay_ins, pay_outs)
            }
            EventBody::ArrearsPaid { arrangement, cycle, member, counterparty, amount, paid } => {
                self.arrears_paid(*arrangement, (*cycle, *member, *counterparty), *amount, paid)
            }
            EventBody::CycleSettled { arrangement, cycle } => self.cycle_settled(*arrangement, *cycle),
            _ => self.apply_to_payments(&event.body),
        }
    }

    /// The rest: events of payments.
    fn apply_to_payments(&mut self, body: &EventBody) -> Checked {
        match body {
            EventBody::PaymentEntered(entered) => {
                self.payment_entered(entered).map_err(|finding| finding.about(entered.payment))
            }
            EventBody::PaymentRefused { payment, arrangement, key, content, refusal, .. } => self
                .payment_refused(*payment, *arrangement, *key, *content, *refusal)
                .map_err(|finding| finding.about(*payment)),
            EventBody::IdentifierReused { key, content } => self.identifier_reused(*key, *content),
            EventBody::PaymentsPriced { arrangement, date, collect_on, payments } => {
                let priced = payments.iter().map(|priced| (priced.payment, priced.payer));
                self.payments_priced(*arrangement, (*date, *collect_on), priced, false)
            }
            EventBody::PaymentsPricedForPayees { arrangement, date, collect_on, payments } => {
                let priced = payments.iter().map(|priced| (priced.payment, priced.payee));
                self.payments_priced(*arrangement, (*date, *collect_on), priced, true)
            }
            EventBody::UnitValuePublished { arrangement, from, value } => {
                self.unit_value_published(*arrangement, *from, *value)
            }
            EventBody::AllocationGiven { arrangement, giver, taker, amount } => {
                self.allocation_given(*arrangement, *giver, *taker, *amount)
            }
            EventBody::AllocationTaken { arrangement, taker, amount } => {
                self.allocation_taken(*arrangement, *taker, *amount)
            }
            EventBody::PositionReported { arrangement, debtor, creditor, amount } => {
                self.position_reported(*arrangement, *debtor, *creditor, *amount)
            }
            EventBody::FacilityStopped { arrangement } => self.facility_stopped(*arrangement, true),
            EventBody::FacilityResumed { arrangement } => self.facility_stopped(*arrangement, false),
            EventBody::FeesConfirmed { arrangement, owner, amount } => {
                self.fees_confirmed(*arrangement, *owner, *amount)
            }
            EventBody::CollectionsConfirmed { arrangement, payments } => {
                self.collections_confirmed(*arrangement, payments)
            }
            EventBody::RunFrozen { arrangement, run, items } => self.run_frozen(*arrangement, *run, *items),
            EventBody::QueueReleased { arrangement, run, payments } => {
                self.queue_released(*arrangement, *run, payments)
            }
            EventBody::RunEnded { arrangement, run } => self.run_ended(*arrangement, *run),
            EventBody::RunOpened { arrangement, run, items, instance, until } => {
                self.run_opened(*arrangement, *run, *items, *instance, *until)
            }
            EventBody::CancelPending { payment } => {
                self.cancel_pending(*payment).map_err(|finding| finding.about(*payment))
            }
            EventBody::RunConcluded { arrangement, run, method, value_minor, proof } => {
                self.run_concluded(*arrangement, *run, *method, *value_minor, *proof)
            }
            EventBody::PaymentRequoted { payment, amounts, quote_until } => {
                self.payment_requoted(*payment, *amounts, *quote_until).map_err(|finding| finding.about(*payment))
            }
            EventBody::PaymentsEnded { arrangement, reason, payments } => {
                self.payments_ended(*arrangement, *reason, payments)
            }
            EventBody::HoldReleased { payment, disposition, amounts, quote_until } => self
                .hold_released(*payment, *disposition, *amounts, *quote_until)
                .map_err(|finding| finding.about(*payment)),
            EventBody::HoldRefused { payment } => {
                self.hold_refused(*payment).map_err(|finding| finding.about(*payment))
            }
            EventBody::ConformityGiven { arrangement, payments, by_silence } => {
                self.conformity_given(*arrangement, payments, *by_silence)
            }
            EventBody::Extorno { arrangement, payments, by_silence } => {
                self.extorno(*arrangement, payments, *by_silence)
            }
            EventBody::PayoutsConfirmed { arrangement, institution, payments } => {
                self.payouts_confirmed(*arrangement, *institution, payments)
            }
            EventBody::PayoutFailed { payment } => {
                self.payout_failed(*payment).map_err(|finding| finding.about(*payment))
            }
            EventBody::PaymentReturned { payment, .. } => {
                self.payment_returned(body).map_err(|finding| finding.about(*payment))
            }
            EventBody::DisputeOpened { payment, carrier, until } => {
                self.dispute_opened(*payment, *carrier, *until).map_err(|finding| finding.about(*payment))
            }
            EventBody::DisputeEnded { payment, outcome } => {
                self.dispute_ended(*payment, *outcome).map_err(|finding| finding.about(*payment))
            }
            EventBody::PaymentsEvicted { before } => self.payments_evicted(*before),
            EventBody::PaymentRecalled(original) => {
                self.payment_recalled(original).map_err(|finding| finding.about(original.payment))
            }
            other => {
                Err(Finding::new(Check::NotBuilt, "an event", "a kind that the auditor knows", format!("{other:?}")))
            }
        }
    }

    /// A refusal of a command changes nothing; what it names has to exist.
    fn command_refused(&self, refusal: Refusal, payment: Option<PaymentId>) -> Checked {
        match payment {
            Some(payment) if refusal != Refusal::PaymentUnknown => {
                let known = payment.0 < self.payments_count;
                holds(Check::Reference, "the payment of a refused command", "a known one", known, payment)
            }
            _ => Ok(()),
        }
    }

    // What is looked up.

    pub(crate) fn currency(&self, currency: CurrencyId) -> Checked<&Currency> {
        self.currencies.get(currency.index()).ok_or_else(|| unknown("currency", currency))
    }

    pub(crate) fn calendar(&self, calendar: CalendarId) -> Checked<&Calendar> {
        self.calendars.get(calendar.index()).ok_or_else(|| unknown("calendar", calendar))
    }

    pub(crate) fn member(&self, member: MemberId) -> Checked<&Member> {
        self.members.get(member.index()).ok_or_else(|| unknown("member", member))
    }

    pub(crate) fn institution(&self, institution: InstitutionId) -> Checked<&Institution> {
        self.institutions.get(institution.index()).ok_or_else(|| unknown("institution", institution))
    }

    pub(crate) fn member_of(&self, institution: InstitutionId) -> Checked<MemberId> {
        Ok(self.institution(institution)?.member)
    }

    pub(crate) fn arrangement(&self, arrangement: ArrangementId) -> Checked<&Arrangement> {
        self.arrangements.get(&arrangement).ok_or_else(|| unknown("arrangement", arrangement))
    }

    pub(crate) fn arrangement_mut(&mut self, arrangement: ArrangementId) -> Checked<&mut Arrangement> {
        self.arrangements.get_mut(&arrangement).ok_or_else(|| unknown("arrangement", arrangement))
    }

    pub(crate) fn plan(&self, arrangement: ArrangementId) -> Checked<&Plan> {
        Ok(&self.arrangement(arrangement)?.plan)
    }

    pub(crate) fn membership(&self, arrangement: ArrangementId, member: MemberId) -> Checked<&Membership> {
        self.arrangement(arrangement)?.members.get(&member).ok_or_else(|| unknown("membership of member", member))
    }

    pub(crate) fn payment(&self, payment: PaymentId) -> Checked<&Payment> {
        self.payments.get(payment).ok_or_else(|| unknown_payment(payment))
    }

    /// The payment, if it is one of the arrangement.
    pub(crate) fn payment_in(&self, arrangement: ArrangementId, payment: PaymentId) -> Checked<&Payment> {
        let found = self.payment(payment)?;
        equal(Check::Reference, "the arrangement of a payment", arrangement, found.arrangement)?;
        Ok(found)
    }

    /// The business date of an arrangement: the open one, else the last closed one.
    pub(crate) fn business_date(&self, arrangement: ArrangementId) -> Checked<Date> {
        let found = self.arrangement(arrangement)?;
        let date = found.business_date();
        date.ok_or_else(|| Finding::new(Check::Day, "the business date", "one that was opened", "none so far"))
    }
}

impl Arrangement {
    pub(crate) fn open_date(&self) -> Option<Date> {
        self.open.as_ref().map(|day| day.date)
    }

    pub(crate) fn business_date(&self) -> Option<Date> {
        self.open_date().or(self.closed_date)
    }
}

pub(crate) fn unknown_payment(payment: PaymentId) -> Finding {
    unknown("payment", payment).about(payment)
}

fn unknown(what: &str, id: impl std::fmt::Display) -> Finding {
    Finding::new(Check::Reference, what, "a known one", id)
}
