//! Canonical form of the logical state, version 1, and its digest (docs/decisions/0008-digest.md).
//!
//! Rows go in ascending order of their bytes, whose first fields are their key; the digest is the SHA-256 of them all.
//! Open payments are rows. Closed payments, identifiers consumed and documents used are folded into accumulators that do
//! not depend on order, so that the cost of a digest follows what is open, and forgetting what is closed changes nothing.
//! Time, block and epoch borders are outside: the same work gives the same digest whatever its timing.

pub use crate::accumulator::{Accumulator, RowWords, document_row, document_words, identifier_row, identifier_words};

use crate::account::{AccountKey, BookId, Owner};
use crate::credit::{CreditBalance, Holding};
use crate::event::{DisputeOutcome, Payout, Quote, Stage};
use crate::ids::{
    ArrangementId, CalendarId, ContentDigest, CurrencyId, CycleId, DrawingId, InstitutionId, MemberId, PaymentId,
    RulebookId, RunId, Uetr,
};
use crate::limit::Scope;
use crate::membership::PurposeSet;
use crate::payment::{LegState, PaymentState};
use crate::reserve::SwapSide;
use crate::time::{Date, Timestamp};
use money::Rate;
use sha2::{Digest, Sha256};
use std::ops::Range;

/// Version of the canonical form; it leads the digest.
pub const CANONICAL_VERSION: u16 = 1;

/// One fact of the state.
#[derive(Clone, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "fields are those of the events that make them; meanings stand there")]
pub enum Row<'a> {
    /// Counters of the house: events and payments so far.
    House { events: u64, payments: u64 },
    /// A currency.
    Currency { currency: CurrencyId, code: [u8; 3], minor_decimals: u8 },
    /// A calendar.
    Calendar { calendar: CalendarId, name: &'a str },
    /// A day on which a calendar is closed though it is no weekend.
    ClosedDay { calendar: CalendarId, date: Date },
    /// A member.
    Member { member: MemberId, code: &'a str, bic: &'a str },
    /// An institution.
    Institution {
        institution: InstitutionId,
        member: MemberId,
        code: &'a str,
        jurisdiction: &'a str,
        calendar: CalendarId,
        currency: CurrencyId,
    },
    /// A rulebook: SHA-256 of its source.
    Rulebook { rulebook: RulebookId, source_hash: [u8; 32] },
    /// An arrangement: its open business date if any, its last closed one, its open cycle, its next run.
    Arrangement {
        arrangement: ArrangementId,
        rulebook: RulebookId,
        agent_calendar: CalendarId,
        asset_calendar: CalendarId,
        open_date: Option<Date>,
        closed_date: Option<Date>,
        cycle: CycleId,
        next_run: RunId,
        frozen: bool,
    },
    /// A membership.
    Membership { arrangement: ArrangementId, member: MemberId, stage: Stage, payout_at_clearing: bool, suspended: bool },
    /// A limit in force.
    Limit { arrangement: ArrangementId, scope: Scope, maximum_minor: u64 },
    /// A limit set for a later business date.
    LimitAhead { arrangement: ArrangementId, scope: Scope, effective: Date, maximum_minor: u64 },
    /// A rate in force.
    Rate { arrangement: ArrangementId, member: MemberId, currency: CurrencyId, quote: Quote },
    /// A fixing kept: the last two business dates with one.
    Fixing { arrangement: ArrangementId, date: Date, currency: CurrencyId, rate: Rate },
    /// An account that is not at zero.
    Account { key: AccountKey, balance_minor: i128 },
    /// Net between two members in the open cycle, `low` < `high`: positive when `low` owes `high`; zeros left out.
    Pair { arrangement: ArrangementId, low: MemberId, high: MemberId, currency: CurrencyId, low_owes_minor: i128 },
    /// Interest base of a pair: sum of balance × days up to a date, same sign; zeros left out.
    Accrual { arrangement: ArrangementId, low: MemberId, high: MemberId, number_days: i128, as_of: Date },
    /// An open payment.
    Payment(PaymentRow),
    /// A closed cycle of which a leg is not confirmed, or that is not settled.
    Cycle { arrangement: ArrangementId, cycle: CycleId, date: Date, settle_on: Date, settled: bool },
    /// A settlement leg of such a cycle.
    CycleLeg {
        arrangement: ArrangementId,
        cycle: CycleId,
        leg: u32,
        member: MemberId,
        counterparty: Option<MemberId>,
        pay_in: bool,
        amount_minor: u64,
        confirmed: bool,
    },
    /// Anticipated transfers due of a pair, not yet confirmed.
    TransferDue { arrangement: ArrangementId, debtor: MemberId, creditor: MemberId, amount_minor: u64, by: Date },
    /// An optimisation run that stays open: its instance, until when, and what it released at its freeze. Its items are *in
    /// cycle*.
    OpenRun { arrangement: ArrangementId, run: RunId, instance: [u8; 32], until: Timestamp, released_minor: i128 },
    /// A cancel that is pending until an open run is concluded.
    PendingCancel { arrangement: ArrangementId, payment: PaymentId },
    /// A facility that has stopped at its limit.
    FacilityStopped { arrangement: ArrangementId },
    /// What a member is owed (+) or owes (−) from credit, of one kind; zeros left out.
    Credit { arrangement: ArrangementId, holding: Holding, balance_minor: i128 },
    /// Cumulative position of a member, where nets are parted by it; zeros left out.
    Cumulative { arrangement: ArrangementId, member: MemberId, position_minor: i128 },
    /// Interest on credit of a member: exact amount so far in minor units times days times parts per million, and what was
    /// posted of it; zeros left out.
    CreditAccrual { arrangement: ArrangementId, member: MemberId, on: CreditBalance, exact: i128, posted_minor: i128 },
    /// The day up to which interest on credit has been counted.
    AccruedTo { arrangement: ArrangementId, date: Date },
    /// An index as last published.
    Index { arrangement: ArrangementId, name: &'a str, rate_ppm: u32 },
    /// A close that is stopped for want of that amount.
    CloseStopped { arrangement: ArrangementId, missing_minor: u64 },
    /// A published value of the unit of account, from a date on.
    UnitValue { arrangement: ArrangementId, from: Date, value: Rate },
    /// The open day is the first after a period whose last business day was never opened: the cycle closes with it.
    CycleOverdue { arrangement: ArrangementId },
    /// How many drawings there were from a reserve fund; none: no row.
    Drawings { arrangement: ArrangementId, count: u32 },
    /// A drawing of which something is owed: interest so far in minor units times days times parts per million up to a
    /// date, and what was paid of it.
    Drawing {
        arrangement: ArrangementId,
        drawing: DrawingId,
        member: MemberId,
        line: u8,
        amount_minor: u64,
        rate_ppm: u32,
        paid_out: bool,
        renewed: u8,
        exact: i128,
        counted_to: Date,
        interest_paid_minor: u64,
        swap: Option<SwapSide>,
    },
    /// What is due of it on a day.
    DrawingInstalment { arrangement: ArrangementId, drawing: DrawingId, due: Date, amount_minor: u64 },
    /// The notice of a member, and whether it holds.
    Notice { arrangement: ArrangementId, member: MemberId, effective: Date, leaving: bool },
    /// What a member admits, where it has said so.
    OwnPurposes { arrangement: ArrangementId, member: MemberId, purposes: PurposeSet },
    /// What a member admits from a later business date on.
    PurposesAhead { arrangement: ArrangementId, member: MemberId, effective: Date, purposes: PurposeSet },
    /// The stage to which a member moves on a later business date.
    StageAhead { arrangement: ArrangementId, member: MemberId, effective: Date, stage: Stage, payout_at_clearing: bool },
    /// A member that consents to entries by the operator.
    EntryConsent { arrangement: ArrangementId, member: MemberId },
    /// A day on which an arrangement is closed by the operator's act.
    Holiday { arrangement: ArrangementId, date: Date },
    /// A pay-in of a completed cycle that is missing, since its day of settlement.
    Arrear {
        arrangement: ArrangementId,
        cycle: CycleId,
        member: MemberId,
        counterparty: Option<MemberId>,
        amount_minor: u64,
        since: Date,
    },
    /// What a member is still owed of a completed cycle.
    RestClaim {
        arrangement: ArrangementId,
        cycle: CycleId,
        member: MemberId,
        counterparty: Option<MemberId>,
        amount_minor: u64,
    },
    /// An accumulator.
    Folded { what: Folded, count: u64, sum: u128 },
}

/// What an accumulator holds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[repr(u8)]
pub enum Folded {
    /// Closed payments, as [`PaymentRow`]s.
    ClosedPayments = 1,
    /// Identifiers consumed, with content and outcome.
    Identifiers = 2,
    /// Trade documents used.
    Documents = 3,
}

/// A payment as the canonical form has it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "fields are those of `PaymentEntered`; the others are said below")]
pub struct PaymentRow {
    pub payment: PaymentId,
    pub arrangement: ArrangementId,
    /// The original, when this is a return.
    pub return_of: Option<PaymentId>,
    pub payer: InstitutionId,
    pub payee: InstitutionId,
    pub uetr: Uetr,
    pub content: ContentDigest,
    pub state: PaymentState,
    /// State of leg 1.
    pub collection: LegState,
    /// State of leg 3.
    pub payout: LegState,
    /// When leg 3 is due, once it has cleared.
    pub payout_when: Option<Payout>,
    pub payer_minor: u64,
    pub position_minor: u64,
    pub payee_minor: u64,
    pub position_currency: CurrencyId,
    pub urgent: bool,
    pub quote_until: Option<Timestamp>,
    pub value_date: Date,
    /// Business date on which it entered.
    pub entered: Date,
    /// Business date by which the debited member answers; none once it has, or where no answer is needed.
    pub conformity_by: Option<Date>,
    /// Cycle in which leg 2 posted.
    pub cycle: Option<CycleId>,
    /// Position amount given back so far.
    pub returned_minor: u64,
    /// The dispute: who carries it, until when, and the state before it.
    pub dispute: Option<(InstitutionId, Date, PaymentState)>,
    /// How its last dispute ended.
    pub dispute_outcome: Option<DisputeOutcome>,
}

impl PaymentRow {
    /// The row in bytes, as it is hashed.
    pub fn write(&self, out: &mut Vec<u8>) {
        let mut w = Writer(out);
        w.u64(self.payment.0).u16(self.arrangement.0);
        w.option(self.return_of, |w, original| w.u64(original.0));
        w.u32(self.payer.0).u32(self.payee.0).bytes(&self.uetr.0).bytes(&self.content.0);
        w.u8(self.state as u8).u8(self.collection as u8).u8(self.payout as u8);
        w.option(self.payout_when, |w, when| w.u8(payout_number(when)));
        w.u64(self.payer_minor).u64(self.position_minor).u64(self.payee_minor).u16(self.position_currency.0);
        w.u8(u8::from(self.urgent));
        w.option(self.quote_until, |w, until| w.i64(until.0));
        w.i32(self.value_date.0).i32(self.entered.0);
        w.option(self.conformity_by, |w, by| w.i32(by.0));
        w.option(self.cycle, |w, cycle| w.u32(cycle.0));
        w.u64(self.returned_minor);
        w.option(self.dispute, |w, (carrier, until, before)| w.u32(carrier.0).i32(until.0).u8(before as u8));
        w.option(self.dispute_outcome, |w, outcome| w.u8(outcome as u8));
    }
}

fn payout_number(payout: Payout) -> u8 {
    match payout {
        Payout::AtClearing => 1,
        Payout::AfterSettlement => 2,
        Payout::AtConformity => 3,
    }
}

/// Collects the rows of a state and digests them.
#[derive(Default)]
pub struct CanonicalForm {
    /// Bytes of all rows, one after the other as they were added.
    bytes: Vec<u8>,
    /// Where each of them stands.
    rows: Vec<Range<usize>>,
}

impl CanonicalForm {
    /// An empty form.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a row; the order of adding does not matter.
    pub fn add(&mut self, row: &Row<'_>) {
        let start = self.bytes.len();
        write_row(row, &mut self.bytes);
        self.rows.push(start..self.bytes.len());
    }

    /// The digest of all rows.
    ///
    /// # Panics
    /// When two rows are the same: no fact stands twice in a state, so that is a bug.
    #[must_use]
    pub fn digest(self) -> [u8; 32] {
        let mut hasher = Sha256::new();
        hasher.update(CANONICAL_VERSION.to_be_bytes());
        let mut before: Option<&[u8]> = None;
        for row in self.in_order() {
            assert!(before != Some(row), "a row stands twice in the canonical form");
            hasher.update(u32::try_from(row.len()).expect("a row is short").to_be_bytes());
            hasher.update(row);
            before = Some(row);
        }
        hasher.finalize().into()
    }

    /// Every row in bytes, in canonical order: for finding where two states differ.
    #[must_use]
    pub fn into_rows(self) -> Vec<Vec<u8>> {
        self.in_order().into_iter().map(<[u8]>::to_vec).collect()
    }

    fn in_order(&self) -> Vec<&[u8]> {
        let mut rows: Vec<&[u8]> = self.rows.iter().map(|row| &self.bytes[row.clone()]).collect();
        rows.sort_unstable();
        rows
    }
}

fn write_row(row: &Row<'_>, out: &mut Vec<u8>) {
    let mut w = Writer(out);
    match row {
        Row::House { events, payments } => {
            w.u8(1).u64(*events).u64(*payments);
        }
        Row::Currency { currency, code, minor_decimals } => {
            w.u8(2).u16(currency.0).bytes(code).u8(*minor_decimals);
        }
        Row::Calendar { calendar, name } => {
            w.u8(3).u16(calendar.0).text(name);
        }
        Row::ClosedDay { calendar, date } => {
            w.u8(4).u16(calendar.0).i32(date.0);
        }
        Row::Member { member, code, bic } => {
            w.u8(5).u16(member.0).text(code).text(bic);
        }
        Row::Institution { institution, member, code, jurisdiction, calendar, currency } => {
            w.u8(6).u32(institution.0).u16(member.0).text(code).text(jurisdiction).u16(calendar.0).u16(currency.0);
        }
        Row::Rulebook { rulebook, source_hash } => {
            w.u8(7).u16(rulebook.0).bytes(source_hash);
        }
        Row::Arrangement {
            arrangement,
            rulebook,
            agent_calendar,
            asset_calendar,
            open_date,
            closed_date,
            cycle,
            next_run,
            frozen,
        } => {
            w.u8(8).u16(arrangement.0).u16(rulebook.0).u16(agent_calendar.0).u16(asset_calendar.0);
            w.option(*open_date, |w, date| w.i32(date.0)).option(*closed_date, |w, date| w.i32(date.0));
            w.u32(cycle.0).u32(next_run.0).u8(u8::from(*frozen));
        }
        Row::Membership { arrangement, member, stage, payout_at_clearing, suspended } => {
            w.u8(9).u16(arrangement.0).u16(member.0).u8(*stage as u8);
            w.u8(u8::from(*payout_at_clearing)).u8(u8::from(*suspended));
        }
        Row::Limit { arrangement, scope, maximum_minor } => {
            w.u8(10).u16(arrangement.0).scope(*scope).u64(*maximum_minor);
        }
        Row::LimitAhead { arrangement, scope, effective, maximum_minor } => {
            w.u8(11).u16(arrangement.0).scope(*scope).i32(effective.0).u64(*maximum_minor);
        }
        Row::Rate { arrangement, member, currency, quote } => {
            w.u8(12).u16(arrangement.0).u16(member.0).u16(currency.0);
            match quote {
                Quote::TwoSided { buy, sell } => w.u8(1).rate(*buy).rate(*sell),
                Quote::Reference(rate) => w.u8(2).rate(*rate),
            };
        }
        Row::Fixing { arrangement, date, currency, rate } => {
            w.u8(13).u16(arrangement.0).i32(date.0).u16(currency.0).rate(*rate);
        }
        Row::Account { key, balance_minor } => {
            w.u8(14).account(*key).i128(*balance_minor);
        }
        Row::Pair { arrangement, low, high, currency, low_owes_minor } => {
            w.u8(15).u16(arrangement.0).u16(low.0).u16(high.0).u16(currency.0).i128(*low_owes_minor);
        }
        Row::Accrual { arrangement, low, high, number_days, as_of } => {
            w.u8(16).u16(arrangement.0).u16(low.0).u16(high.0).i128(*number_days).i32(as_of.0);
        }
        Row::Payment(payment) => {
            w.u8(17);
            payment.write(out);
        }
        Row::Cycle { arrangement, cycle, date, settle_on, settled } => {
            w.u8(18).u16(arrangement.0).u32(cycle.0).i32(date.0).i32(settle_on.0).u8(u8::from(*settled));
        }
        Row::CycleLeg { arrangement, cycle, leg, member, counterparty, pay_in, amount_minor, confirmed } => {
            w.u8(19).u16(arrangement.0).u32(cycle.0).u32(*leg).u16(member.0);
            w.option(*counterparty, |w, other| w.u16(other.0));
            w.u8(u8::from(*pay_in)).u64(*amount_minor).u8(u8::from(*confirmed));
        }
        Row::TransferDue { arrangement, debtor, creditor, amount_minor, by } => {
            w.u8(20).u16(arrangement.0).u16(debtor.0).u16(creditor.0).i32(by.0).u64(*amount_minor);
        }
        Row::OpenRun { arrangement, run, instance, until, released_minor } => {
            w.u8(22).u16(arrangement.0).u32(run.0).bytes(instance).i64(until.0).i128(*released_minor);
        }
        Row::PendingCancel { arrangement, payment } => {
            w.u8(23).u16(arrangement.0).u64(payment.0);
        }
        Row::FacilityStopped { arrangement } => {
            w.u8(70).u16(arrangement.0);
        }
        Row::Credit { arrangement, holding, balance_minor } => {
            w.u8(60).u16(arrangement.0).u16(holding.member.0).u8(holding.kind as u8);
            w.option(holding.counterparty, |w, other| w.u16(other.0)).option(holding.date, |w, date| w.i32(date.0));
            w.i128(*balance_minor);
        }
        Row::Cumulative { arrangement, member, position_minor } => {
            w.u8(61).u16(arrangement.0).u16(member.0).i128(*position_minor);
        }
        Row::CreditAccrual { arrangement, member, on, exact, posted_minor } => {
            w.u8(62).u16(arrangement.0).u16(member.0).u8(*on as u8).i128(*exact).i128(*posted_minor);
        }
        Row::AccruedTo { arrangement, date } => {
            w.u8(63).u16(arrangement.0).i32(date.0);
        }
        Row::Index { arrangement, name, rate_ppm } => {
            w.u8(64).u16(arrangement.0).text(name).u32(*rate_ppm);
        }
        Row::CloseStopped { arrangement, missing_minor } => {
            w.u8(65).u16(arrangement.0).u64(*missing_minor);
        }
        Row::UnitValue { arrangement, from, value } => {
            w.u8(71).u16(arrangement.0).i32(from.0).rate(*value);
        }
        Row::CycleOverdue { arrangement } => {
            w.u8(66).u16(arrangement.0);
        }
        Row::Drawings { arrangement, count } => {
            w.u8(75).u16(arrangement.0).u32(*count);
        }
        Row::Drawing {
            arrangement,
            drawing,
            member,
            line,
            amount_minor,
            rate_ppm,
            paid_out,
            renewed,
            exact,
            counted_to,
            interest_paid_minor,
            swap,
        } => {
            w.u8(76).u16(arrangement.0).u32(drawing.0).u16(member.0).u8(*line).u64(*amount_minor).u32(*rate_ppm);
            w.u8(u8::from(*paid_out)).u8(*renewed).i128(*exact).i32(counted_to.0).u64(*interest_paid_minor);
            w.option(*swap, |w, swap| w.u16(swap.currency.0).rate(swap.rate).u64(swap.amount.get()));
        }
        Row::DrawingInstalment { arrangement, drawing, due, amount_minor } => {
            w.u8(77).u16(arrangement.0).u32(drawing.0).i32(due.0).u64(*amount_minor);
        }
        Row::Notice { arrangement, member, effective, leaving } => {
            w.u8(80).u16(arrangement.0).u16(member.0).i32(effective.0).u8(u8::from(*leaving));
        }
        Row::OwnPurposes { arrangement, member, purposes } => {
            w.u8(81).u16(arrangement.0).u16(member.0).u32(purposes.bits());
        }
        Row::PurposesAhead { arrangement, member, effective, purposes } => {
            w.u8(82).u16(arrangement.0).u16(member.0).i32(effective.0).u32(purposes.bits());
        }
        Row::StageAhead { arrangement, member, effective, stage, payout_at_clearing } => {
            w.u8(83).u16(arrangement.0).u16(member.0).i32(effective.0).u8(*stage as u8);
            w.u8(u8::from(*payout_at_clearing));
        }
        Row::EntryConsent { arrangement, member } => {
            w.u8(84).u16(arrangement.0).u16(member.0);
        }
        Row::Holiday { arrangement, date } => {
            w.u8(85).u16(arrangement.0).i32(date.0);
        }
        Row::Arrear { arrangement, cycle, member, counterparty, amount_minor, since } => {
            w.u8(86).u16(arrangement.0).u32(cycle.0).u16(member.0);
            w.option(*counterparty, |w, other| w.u16(other.0)).u64(*amount_minor).i32(since.0);
        }
        Row::RestClaim { arrangement, cycle, member, counterparty, amount_minor } => {
            w.u8(87).u16(arrangement.0).u32(cycle.0).u16(member.0);
            w.option(*counterparty, |w, other| w.u16(other.0)).u64(*amount_minor);
        }
        Row::Folded { what, count, sum } => {
            w.u8(21).u8(*what as u8).u64(*count).bytes(&sum.to_be_bytes());
        }
    }
}

/// Writes fixed-width big-endian fields; texts carry their length.
struct Writer<'a>(&'a mut Vec<u8>);

impl Writer<'_> {
    fn u8(&mut self, value: u8) -> &mut Self {
        self.0.push(value);
        self
    }

    fn u16(&mut self, value: u16) -> &mut Self {
        self.bytes(&value.to_be_bytes())
    }

    fn u32(&mut self, value: u32) -> &mut Self {
        self.bytes(&value.to_be_bytes())
    }

    fn u64(&mut self, value: u64) -> &mut Self {
        self.bytes(&value.to_be_bytes())
    }

    fn i32(&mut self, value: i32) -> &mut Self {
        self.bytes(&value.to_be_bytes())
    }

    fn i64(&mut self, value: i64) -> &mut Self {
        self.bytes(&value.to_be_bytes())
    }

    fn i128(&mut self, value: i128) -> &mut Self {
        self.bytes(&value.to_be_bytes())
    }

    fn bytes(&mut self, value: &[u8]) -> &mut Self {
        self.0.extend_from_slice(value);
        self
    }

    fn text(&mut self, value: &str) -> &mut Self {
        self.u16(u16::try_from(value.len()).expect("texts in the state are short")).bytes(value.as_bytes())
    }

    fn option<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T) -> &mut Self) -> &mut Self {
        match value {
            None => self.u8(0),
            Some(value) => {
                self.u8(1);
                write(self, value)
            }
        }
    }

    fn rate(&mut self, rate: Rate) -> &mut Self {
        self.u64(rate.mantissa()).u8(rate.decimals())
    }

    fn scope(&mut self, scope: Scope) -> &mut Self {
        match scope {
            Scope::InstitutionShare(institution) => self.u8(1).u32(institution.0),
            Scope::Pair { debtor, creditor } => self.u8(2).u16(debtor.0).u16(creditor.0),
            Scope::CreditorExposure(member) => self.u8(3).u16(member.0),
            Scope::PerPayment(member) => self.u8(4).u16(member.0),
            Scope::Prefinancing(member) => self.u8(5).u16(member.0),
            Scope::CommittedLine(member) => self.u8(6).u16(member.0),
            Scope::MemberTowardsAll(member) => self.u8(20).u16(member.0),
            Scope::Facility => self.u8(21),
            Scope::Allocation(member) => self.u8(23).u16(member.0),
            Scope::PrefundedBalance(member) => self.u8(22).u16(member.0),
            Scope::Quota(member) => self.u8(7).u16(member.0),
            Scope::Claims(member) => self.u8(8).u16(member.0),
            Scope::Debts(member) => self.u8(9).u16(member.0),
        }
    }

    fn account(&mut self, key: AccountKey) -> &mut Self {
        match key.book {
            BookId::Edge(member) => self.u8(1).u16(member.0),
            BookId::Arrangement(arrangement) => self.u8(2).u16(arrangement.0),
        };
        match key.owner {
            Owner::House => self.u8(1),
            Owner::Member(member) => self.u8(2).u16(member.0),
            Owner::Institution(institution) => self.u8(3).u32(institution.0),
            Owner::Arrangement(arrangement) => self.u8(4).u16(arrangement.0),
        };
        self.u16(key.currency.0).u8(key.kind as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_does_not_depend_on_the_order_of_adding() {
        let rows = [Row::House { events: 3, payments: 1 }, Row::ClosedDay { calendar: CalendarId(0), date: Date(5) }];
        let digest = |order: [usize; 2]| {
            let mut form = CanonicalForm::new();
            for index in order {
                form.add(&rows[index]);
            }
            form.digest()
        };
        assert_eq!(digest([0, 1]), digest([1, 0]));
    }

    #[test]
    #[should_panic(expected = "stands twice")]
    fn a_row_that_stands_twice_is_a_bug() {
        let mut form = CanonicalForm::new();
        form.add(&Row::ClosedDay { calendar: CalendarId(0), date: Date(5) });
        form.add(&Row::ClosedDay { calendar: CalendarId(0), date: Date(5) });
        let _ = form.digest();
    }

    #[test]
    fn the_version_1_digest_of_a_small_state_is_what_it_was() {
        let mut form = CanonicalForm::new();
        form.add(&Row::House { events: 7, payments: 2 });
        form.add(&Row::Currency { currency: CurrencyId(0), code: *b"USD", minor_decimals: 2 });
        form.add(&Accumulator::default().row(Folded::Identifiers));
        let hex: String = form.digest().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "e0e22b0bebfc44f4c5b70508faf4bd6d683db35de21cd479de41707b1db05ea9");
    }
}
