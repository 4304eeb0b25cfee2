//! The state: what all arrangements share, and one partition per arrangement.

use crate::accounts::{AccountId, Accounts};
use crate::calendar::Calendar;
use crate::credit::CreditState;
use crate::payments::Payments;
use crate::reserve::ReserveState;
use domain::canonical::Accumulator;
use domain::event::{Quote, SettlementLeg, Stage};
use domain::limit::Scope;
use domain::membership::PurposeSet;
use domain::plan::{DayStep, Plan, PositionCurrency, Price};
use domain::{
    AccountKey, AccountKind, ArrangementId, BookId, CalendarId, CurrencyId, CycleId, Date, DocumentKey, EventSeq,
    InstitutionId, MemberId, Owner, PaymentId, RulebookId, RunId, RunInstance, Timestamp,
};
use money::{CurrencyCode, Rate};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// The clearing house: everything that events have made of it so far.
#[derive(Serialize, Deserialize)]
pub struct State {
    pub(crate) shared: Shared,
    pub(crate) accounts: Accounts,
    pub(crate) payments: Payments,
    pub(crate) arrangements: Vec<Arrangement>,
    pub(crate) closed_payments: Accumulator,
    pub(crate) identifiers: Accumulator,
    pub(crate) next_seq: EventSeq,
    /// The last event by which payments left memory.
    pub(crate) last_eviction: Option<EventSeq>,
    pub(crate) now: Timestamp,
}

/// What all arrangements share.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Shared {
    pub(crate) currencies: Vec<Currency>,
    pub(crate) calendars: Vec<Calendar>,
    pub(crate) members: Vec<Member>,
    pub(crate) institutions: Vec<Institution>,
    pub(crate) rulebooks: Vec<Rulebook>,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Currency {
    pub(crate) code: CurrencyCode,
    pub(crate) minor_decimals: u8,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Member {
    pub(crate) code: String,
    pub(crate) bic: String,
    pub(crate) institutions: Vec<InstitutionId>,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Institution {
    pub(crate) member: MemberId,
    pub(crate) code: String,
    pub(crate) jurisdiction: String,
    pub(crate) calendar: CalendarId,
    pub(crate) currency: CurrencyId,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Rulebook {
    pub(crate) source_hash: [u8; 32],
    pub(crate) plan: Box<Plan>,
}

/// One arrangement: nothing in it refers to another.
#[derive(Serialize, Deserialize)]
pub(crate) struct Arrangement {
    pub(crate) id: ArrangementId,
    pub(crate) rulebook: RulebookId,
    pub(crate) plan: Box<Plan>,
    /// What positions and limits are in, where they are not as denominated: the settlement asset, or the unit of account.
    pub(crate) asset: CurrencyId,
    /// What nets are paid in.
    pub(crate) settlement: CurrencyId,
    /// Published values of the unit of account.
    pub(crate) unit_values: BTreeMap<Date, Rate>,
    pub(crate) agent_calendar: CalendarId,
    pub(crate) asset_calendar: CalendarId,
    pub(crate) agent_account: AccountId,
    /// By member; none where it has not joined.
    pub(crate) memberships: Vec<Option<Membership>>,
    /// By institution; none where its member has not joined.
    pub(crate) participants: Vec<Option<Participant>>,
    /// By pair of members, see [`pair_index`].
    pub(crate) pairs: Vec<Pair>,
    /// Nets of pairs in currencies other than the asset, by (low, high, currency): positive when low owes high.
    pub(crate) foreign_pairs: BTreeMap<(MemberId, MemberId, CurrencyId), i128>,
    pub(crate) limits: BTreeMap<Scope, u64>,
    /// Limits set for a later business date, by scope and date.
    pub(crate) limits_ahead: BTreeMap<(Scope, Date), u64>,
    /// What members admit from a later business date on, by member and date.
    pub(crate) purposes_ahead: BTreeMap<(MemberId, Date), PurposeSet>,
    /// Days on which it is closed by an act of the operator.
    pub(crate) holidays: BTreeSet<Date>,
    /// Stages to which members move on a later business date.
    pub(crate) stages_ahead: BTreeMap<MemberId, StageAhead>,
    /// Rates in force, by member and currency, with the business date on which each was published.
    pub(crate) rates: BTreeMap<(MemberId, CurrencyId), (Quote, Option<Date>)>,
    /// The last two fixings.
    pub(crate) fixings: BTreeMap<Date, Vec<(CurrencyId, Rate)>>,
    pub(crate) day: Option<Day>,
    pub(crate) closed_date: Option<Date>,
    /// Whether the cycle stayed open when that day closed.
    pub(crate) cycle_left_open: bool,
    pub(crate) cycle: CycleId,
    /// Payments cleared in the open cycle whose leg 3 waits for its settlement.
    pub(crate) cycle_payments: Vec<PaymentId>,
    /// Prefinanced in the open cycle, by member: released when it settles.
    pub(crate) cycle_prefinanced: BTreeMap<MemberId, u128>,
    pub(crate) closed_cycles: Vec<ClosedCycle>,
    /// Pay-ins of completed cycles that are missing, by cycle, payer and, where netting is bilateral, payee.
    pub(crate) arrears: BTreeMap<(CycleId, MemberId, Option<MemberId>), Arrear>,
    /// What is still owed of completed cycles, in minor units of the asset: by cycle, payee and, as above, payer.
    pub(crate) rest_claims: BTreeMap<(CycleId, MemberId, Option<MemberId>), u64>,
    pub(crate) next_run: RunId,
    pub(crate) frozen: bool,
    /// What the run under way has released so far, in minor units of the position currency.
    pub(crate) run_value_minor: i128,
    /// Who pays in what it has released so far.
    pub(crate) run_payers: BTreeSet<InstitutionId>,
    /// The run under way, where it stays open for the optimiser.
    pub(crate) open_run: Option<Box<OpenRun>>,
    /// Payments awaiting a rate.
    pub(crate) awaiting_rate: BTreeSet<PaymentId>,
    /// Payments awaiting collection.
    pub(crate) awaiting_collection: BTreeSet<PaymentId>,
    /// Payments held, with the member whose list holds each.
    pub(crate) held: BTreeMap<PaymentId, MemberId>,
    /// Payments awaiting conformity, by date.
    pub(crate) awaiting_conformity: BTreeSet<(Date, PaymentId)>,
    /// Open disputes by deadline.
    pub(crate) disputes: BTreeSet<(Date, PaymentId)>,
    /// Payments given back in part.
    pub(crate) partly_returned: BTreeSet<PaymentId>,
    /// Failed pay-outs of the day.
    pub(crate) failed_payouts: Vec<PaymentId>,
    /// Anticipated transfers due, by debtor and creditor.
    pub(crate) transfers_due: BTreeMap<(MemberId, MemberId), TransferDue>,
    /// Institutions with items in their queue that a receipt of the current block may release.
    pub(crate) credited: BTreeSet<InstitutionId>,
    /// Trade documents used by payments that cleared or may clear.
    pub(crate) documents_folded: Accumulator,
    /// Documents of payments that have not cleared: free again when one ends without.
    pub(crate) documents_waiting: BTreeMap<PaymentId, DocumentKey>,
    /// The facility met its limit: nothing that would raise the credit in use passes.
    pub(crate) facility_stopped: bool,
    /// Number of items queued.
    pub(crate) queued_count: u64,
    pub(crate) credit: CreditState,
    pub(crate) reserve: ReserveState,
}

/// An optimisation run that stays open: its items are *in cycle*.
#[derive(Serialize, Deserialize)]
pub(crate) struct OpenRun {
    /// What was frozen. Items that ended since, by a suspension, are still in it.
    pub(crate) instance: RunInstance,
    pub(crate) digest: [u8; 32],
    /// When it is concluded at the latest.
    pub(crate) until: Timestamp,
    /// Items whose cancel is pending.
    pub(crate) cancels: BTreeSet<PaymentId>,
}

/// A member in an arrangement.
#[derive(Serialize, Deserialize)]
pub(crate) struct Membership {
    pub(crate) stage: Stage,
    pub(crate) payout_at_clearing: bool,
    pub(crate) suspended: bool,
    /// From when its notice holds.
    pub(crate) notice: Option<Date>,
    /// Whether it holds.
    pub(crate) leaving: bool,
    /// Whether the operator may enter for its institutions.
    pub(crate) entry_consent: bool,
    /// What it admits of the rulebook's purposes.
    pub(crate) purposes: PurposeSet,
    pub(crate) prefunding_account: AccountId,
    pub(crate) net_due_account: AccountId,
    pub(crate) interest_account: AccountId,
    /// Position of all its institutions in the asset, in the open cycle.
    pub(crate) position_minor: i128,
    /// Queued towards it: reserved under its exposure limit.
    pub(crate) reserved_in_minor: u128,
    /// Closed credits that have not settled.
    pub(crate) unsettled_credit_minor: u128,
    /// Paid out at clearing in cycles that have not settled.
    pub(crate) prefinanced_minor: u128,
    pub(crate) exposure_max_minor: Option<u64>,
    pub(crate) payment_max_minor: Option<u64>,
    pub(crate) prefinancing_max_minor: Option<u64>,
}

/// A pay-in that is missing.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Arrear {
    pub(crate) amount_minor: u64,
    /// The day on which it was due.
    pub(crate) since: Date,
}

/// A stage to which a member moves.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(crate) struct StageAhead {
    pub(crate) effective: Date,
    pub(crate) stage: Stage,
    pub(crate) payout_at_clearing: bool,
}

/// An institution in an arrangement: a sub-position with its own queue.
#[derive(Serialize, Deserialize)]
pub(crate) struct Participant {
    pub(crate) member: MemberId,
    /// Currency of its legs 1 and 3 here.
    pub(crate) edge_currency: CurrencyId,
    pub(crate) position_account: AccountId,
    pub(crate) institution_account: AccountId,
    pub(crate) collected_account: AccountId,
    pub(crate) payout_due_account: AccountId,
    pub(crate) counterpart_account: AccountId,
    /// Its share of its member's cap.
    pub(crate) share_minor: Option<u64>,
    /// Its debits of closed cycles that have not settled.
    pub(crate) unsettled_debit_minor: u128,
    /// Its items that an open run holds frozen: they keep their headroom.
    pub(crate) frozen_minor: u128,
    pub(crate) urgent: VecDeque<PaymentId>,
    pub(crate) ordinary: VecDeque<PaymentId>,
    /// Payments whose leg 3 its member is to pay now.
    pub(crate) payouts: BTreeSet<PaymentId>,
}

/// What two members owe each other in the asset.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct Pair {
    /// Open cycle: positive when low owes high.
    pub(crate) low_owes_minor: i128,
    /// Queued: from low to high, from high to low.
    pub(crate) reserved_minor: [u128; 2],
    /// Closed and unsettled, same sides.
    pub(crate) unsettled_minor: [u128; 2],
    /// Lines: most that low may owe high, that high may owe low.
    pub(crate) line_minor: [Option<u64>; 2],
    /// Sum of balance × days up to `as_of`, positive when low owes.
    pub(crate) number_days: i128,
    pub(crate) as_of: Date,
}

/// An open business day.
#[derive(Serialize, Deserialize)]
pub(crate) struct Day {
    pub(crate) date: Date,
    pub(crate) schedule: Vec<(DayStep, Timestamp)>,
    /// By how much the operator has extended it.
    pub(crate) extended_s: u32,
    pub(crate) next_run_at: Option<Timestamp>,
    pub(crate) fixing_made: bool,
    pub(crate) cycle_closed: bool,
    /// Whether the cycle should have closed before: its period ended on a day that was never opened.
    pub(crate) cycle_overdue: bool,
}

/// A cycle that is closed and of which a leg is open, or that is not settled.
#[derive(Serialize, Deserialize)]
pub(crate) struct ClosedCycle {
    pub(crate) cycle: CycleId,
    pub(crate) date: Date,
    pub(crate) settle_on: Date,
    pub(crate) legs: Vec<(SettlementLeg, bool)>,
    pub(crate) settled: bool,
    pub(crate) payments: Vec<PaymentId>,
    /// Use of limits that its settlement releases.
    pub(crate) debits_minor: BTreeMap<InstitutionId, u128>,
    pub(crate) credits_minor: BTreeMap<MemberId, u128>,
    /// By debtor and creditor.
    pub(crate) pair_debits_minor: BTreeMap<(MemberId, MemberId), u128>,
    pub(crate) prefinanced_minor: BTreeMap<MemberId, u128>,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
pub(crate) struct TransferDue {
    pub(crate) amount_minor: u64,
    pub(crate) by: Date,
}

/// Place of a pair of members in a triangular table, with the lower one first.
pub(crate) fn pair_index(one: MemberId, other: MemberId) -> usize {
    let (low, high) = if one < other { (one.index(), other.index()) } else { (other.index(), one.index()) };
    debug_assert!(low < high, "a member has no pair with itself");
    high * (high - 1) / 2 + low
}

/// Side of a pair on which `debtor` owes `creditor`: 0 when the debtor is the lower of the two.
pub(crate) fn pair_side(debtor: MemberId, creditor: MemberId) -> usize {
    usize::from(debtor > creditor)
}

impl Pair {
    /// What `debtor` owes net in the open cycle.
    pub(crate) fn owed_minor(&self, side: usize) -> i128 {
        if side == 0 { self.low_owes_minor } else { -self.low_owes_minor }
    }
}

impl State {
    /// A house without members. `table_key` keys the table of payment references against flooding; it reaches no result.
    #[must_use]
    pub fn new(table_key: u64) -> Self {
        Self {
            shared: Shared::default(),
            accounts: Accounts::default(),
            payments: Payments::new(table_key),
            arrangements: Vec::new(),
            closed_payments: Accumulator::default(),
            identifiers: Accumulator::default(),
            next_seq: EventSeq(0),
            last_eviction: None,
            now: Timestamp(i64::MIN),
        }
    }

    /// Sequence number of the next event.
    #[must_use]
    pub const fn next_seq(&self) -> EventSeq {
        self.next_seq
    }

    /// Time of the last event.
    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// Makes a state that was read back from a snapshot whole: what is derived is built again.
    pub fn finish_reading(&mut self) {
        self.payments.rebuild_tables();
    }

    pub(crate) fn arrangement(&self, arrangement: ArrangementId) -> Option<&Arrangement> {
        self.arrangements.get(arrangement.index())
    }

    pub(crate) fn currency_of_code(&self, code: CurrencyCode) -> Option<CurrencyId> {
        self.shared.currencies.iter().position(|currency| currency.code == code).map(CurrencyId::from_index)
    }

    pub(crate) fn minor_decimals(&self, currency: CurrencyId) -> u8 {
        self.shared.currencies[currency.index()].minor_decimals
    }
}

impl Arrangement {
    pub(crate) fn membership(&self, member: MemberId) -> Option<&Membership> {
        self.memberships.get(member.index()).and_then(Option::as_ref)
    }

    pub(crate) fn membership_mut(&mut self, member: MemberId) -> &mut Membership {
        self.memberships[member.index()].as_mut().expect("an event names a member of the arrangement")
    }

    pub(crate) fn participant(&self, institution: InstitutionId) -> Option<&Participant> {
        self.participants.get(institution.index()).and_then(Option::as_ref)
    }

    /// The participant that an event or a record names.
    pub(crate) fn of(&self, institution: InstitutionId) -> &Participant {
        self.participant(institution).expect("an event names a participant of the arrangement")
    }

    pub(crate) fn of_mut(&mut self, institution: InstitutionId) -> &mut Participant {
        self.participants[institution.index()].as_mut().expect("an event names a participant of the arrangement")
    }

    pub(crate) fn pair(&self, one: MemberId, other: MemberId) -> Option<&Pair> {
        self.pairs.get(pair_index(one, other))
    }

    pub(crate) fn pair_mut(&mut self, one: MemberId, other: MemberId) -> &mut Pair {
        let index = pair_index(one, other);
        if index >= self.pairs.len() {
            self.pairs.resize(index + 1, Pair::default());
        }
        &mut self.pairs[index]
    }

    /// Whether a member has not paid in: it sends nothing.
    pub(crate) fn is_in_arrears(&self, member: MemberId) -> bool {
        !self.arrears.is_empty() && self.arrears.keys().any(|(_, of, _)| *of == member)
    }

    /// Members that have joined, by ordinal.
    pub(crate) fn members(&self) -> impl Iterator<Item = (MemberId, &Membership)> + '_ {
        self.memberships
            .iter()
            .enumerate()
            .filter_map(|(index, membership)| membership.as_ref().map(|m| (MemberId::from_index(index), m)))
    }

    /// Participants, by ordinal.
    pub(crate) fn participants(&self) -> impl Iterator<Item = (InstitutionId, &Participant)> + '_ {
        self.participants
            .iter()
            .enumerate()
            .filter_map(|(index, participant)| participant.as_ref().map(|p| (InstitutionId::from_index(index), p)))
    }

    pub(crate) fn positions_in_asset(&self) -> bool {
        self.plan.position_currency == PositionCurrency::Asset
    }

    /// Currency of an institution's legs 1 and 3: the asset where the rulebook has no price.
    pub(crate) fn edge_currency(&self, institution: &Institution) -> CurrencyId {
        if self.plan.price == Price::Par { self.asset } else { institution.currency }
    }

    pub(crate) fn open_date(&self) -> Option<Date> {
        self.day.as_ref().map(|day| day.date)
    }

    /// The open business date, else the last closed one.
    pub(crate) fn business_date(&self) -> Option<Date> {
        self.open_date().or(self.closed_date)
    }

    /// Instant of a step of the open day.
    pub(crate) fn step_at(&self, step: DayStep) -> Option<Timestamp> {
        let day = self.day.as_ref()?;
        day.schedule.iter().find(|(found, _)| *found == step).map(|(_, at)| *at)
    }

    pub(crate) fn position_key(&self, institution: InstitutionId, currency: CurrencyId) -> AccountKey {
        AccountKey {
            book: BookId::Arrangement(self.id),
            owner: Owner::Institution(institution),
            currency,
            kind: AccountKind::Position,
        }
    }
}

impl Membership {
    /// What the house may be owed by the member: its prefunding and its committed line.
    pub(crate) fn cap_minor(&self, accounts: &Accounts, committed_line_minor: u64) -> i128 {
        let prefunding = accounts.balance_minor(self.prefunding_account);
        prefunding + i128::from(if self.stage >= Stage::Net { committed_line_minor } else { 0 })
    }
}

impl Participant {
    /// What it may still pay: its share, plus what it was paid, less what it owes, closed and unsettled debits included.
    pub(crate) fn headroom_minor(&self, accounts: &Accounts) -> i128 {
        i128::from(self.share_minor.unwrap_or(0)) + accounts.balance_minor(self.position_account)
            - signed(self.unsettled_debit_minor)
    }

    /// What it may still pay beside what an open run holds frozen.
    pub(crate) fn free_headroom_minor(&self, accounts: &Accounts) -> i128 {
        self.headroom_minor(accounts) - signed(self.frozen_minor)
    }

    /// Its queue in order: urgent items first, each class by entry.
    pub(crate) fn queue(&self) -> impl Iterator<Item = PaymentId> + '_ {
        self.urgent.iter().chain(&self.ordinary).copied()
    }

    pub(crate) fn queue_len(&self) -> usize {
        self.urgent.len() + self.ordinary.len()
    }
}

/// A sum of amounts as a balance.
pub(crate) fn signed(minor: u128) -> i128 {
    i128::try_from(minor).expect("a sum of amounts fits 127 bits")
}
