//! A script that was read: who there is, and what each line means.

use crate::membership::{ArrearsIn, MemberWord, Membership, OperatorAct};
use crate::names::{Names, Party};
use crate::slot::Money;
use crate::words::Due;
use domain::credit::Holding;
use domain::event::{DisputeOutcome, Quote, Stage};
use domain::limit::Scope;
use domain::payment::LegState;
use domain::plan::{Denomination, Plan, Purpose};
use domain::{AccountKind, CalendarId, CurrencyId, Date, InstitutionId, MemberId, PaymentState, Refusal};
use money::{AmountMinor, Rate};

/// A script that was read and checked: [`crate::play`] plays it.
#[derive(Clone, Debug)]
pub struct Script {
    /// Name of the script, as given.
    pub(crate) name: String,
    /// Text of the rulebook.
    pub(crate) source: Vec<u8>,
    pub(crate) plan: Plan,
    /// What the script says about where its figures come from.
    pub(crate) sources: Vec<String>,
    pub(crate) names: Names,
    /// The settlement asset.
    pub(crate) asset: CurrencyId,
    /// The first date; a script has at least one.
    pub(crate) begins: Date,
    pub(crate) lines: Vec<Line>,
}

impl Script {
    /// Name and version of the rulebook that it names.
    #[must_use]
    pub fn rulebook(&self) -> (&str, u32) {
        (&self.plan.name, self.plan.version)
    }

    /// Where its figures come from.
    #[must_use]
    pub fn sources(&self) -> &[String] {
        &self.sources
    }
}

/// A line that does something.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    /// From 1.
    pub(crate) number: usize,
    /// As written, without its comment.
    pub(crate) text: String,
    pub(crate) act: Act,
}

/// What a line does.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    /// Time passes to the opening of a date.
    On(Date),
    /// Time passes to a time of the date, in seconds after local midnight.
    At(u32),
    /// Somebody gives a command.
    Do(Instruction),
    /// Everybody confirms what is due, as far as somebody waits for it.
    Everybody(Due),
    /// Something is expected.
    Expect(Expectation),
}

/// A command, before the engine's own numbers of payments and cycles are known.
#[derive(Clone, Debug)]
pub(crate) enum Instruction {
    Days {
        calendar: CalendarId,
        days: Vec<Date>,
        closed: bool,
    },
    Limit {
        scope: Scope,
        maximum_minor: u64,
        from: Option<Date>,
    },
    Prefunding {
        member: MemberId,
        amount: AmountMinor,
        deposit: bool,
    },
    /// An index for interest, in parts per million a year.
    Index {
        name: String,
        rate_ppm: u32,
    },
    Fund {
        member: Option<MemberId>,
        amount: AmountMinor,
        deposit: bool,
    },
    Publish {
        member: MemberId,
        currency: CurrencyId,
        quote: Quote,
    },
    Order(Box<Ordered>),
    Collect(Vec<usize>),
    Conform {
        payments: Vec<usize>,
        conforming: bool,
    },
    PaidOut(InstitutionId),
    NotPaidOut(usize),
    Settle {
        member: MemberId,
        counterparty: Option<MemberId>,
        amount: AmountMinor,
        pay_in: bool,
    },
    Transfer {
        debtor: MemberId,
        creditor: MemberId,
        amount: AmountMinor,
    },
    Return {
        original: usize,
        this: usize,
        amount: AmountMinor,
    },
    Cancel {
        payment: usize,
        by_operator: bool,
    },
    Hold {
        payment: usize,
        release: bool,
    },
    Dispute {
        payment: usize,
        carrier: InstitutionId,
    },
    EndDispute {
        payment: usize,
        outcome: DisputeOutcome,
    },
    /// Fees were paid by, or to, an institution, a member or the house.
    Fees {
        owner: Option<Party>,
        amount: AmountMinor,
    },
    ResumeFacility,
    /// A drawing: its place among those of the script, which has its member and its line.
    Draw {
        this: usize,
        amount: AmountMinor,
        against: Option<CurrencyId>,
    },
    Renew(usize),
    /// The agent paid it out, all of it.
    DrawingPaidOut(usize),
    Repay {
        drawing: usize,
        amount: AmountMinor,
    },
    Suspend(MemberId),
    Reinstate(MemberId),
    Join {
        member: MemberId,
        stage: Stage,
        payout_at_clearing: bool,
    },
    Leave(MemberId),
    Says(MemberWord),
    Operator {
        act: OperatorAct,
        reason: String,
    },
    Arrears(ArrearsIn),
}

/// An order.
#[derive(Clone, Debug)]
pub(crate) struct Ordered {
    /// Its place among the payments of the script.
    pub(crate) this: usize,
    pub(crate) payer: InstitutionId,
    pub(crate) payee: InstitutionId,
    pub(crate) denomination: Denomination,
    pub(crate) amount: AmountMinor,
    pub(crate) purpose: Purpose,
    pub(crate) urgent: bool,
    pub(crate) document: Option<String>,
    pub(crate) instrument: Option<Instrument>,
    pub(crate) value_date: Option<Date>,
    pub(crate) collected: bool,
    pub(crate) held_by: Option<MemberId>,
    /// Entered by the operator: the line of its institution is down.
    pub(crate) by_operator: bool,
}

/// The reference of an instrument.
#[derive(Clone, Debug)]
pub(crate) enum Instrument {
    /// As written.
    Digits(String),
    /// One in the layout of the rulebook.
    MadeUp,
}

/// What is expected of the state, or of what happened.
#[derive(Clone, Debug)]
pub(crate) enum Expectation {
    Position {
        party: Party,
        money: Money,
    },
    Owes {
        debtor: MemberId,
        creditor: MemberId,
        money: Money,
    },
    Net {
        member: MemberId,
        money: Money,
        closed: Option<Date>,
    },
    Settlement(Settlement),
    NoSettlement,
    PayIns {
        money: Money,
        closed: Option<Date>,
    },
    Gross(Money),
    Interest {
        debtor: MemberId,
        creditor: MemberId,
        minor: i128,
        closed: Option<Date>,
    },
    FxResult {
        member: MemberId,
        money: Money,
    },
    Balance {
        kind: AccountKind,
        owner: Option<Party>,
        money: Money,
    },
    Rate {
        of: CurrencyId,
        per: CurrencyId,
        rate: Rate,
        on: Option<Date>,
    },
    Leg {
        leg: u8,
        payment: usize,
        money: Option<Money>,
        state: Option<LegState>,
    },
    Payment {
        payment: usize,
        state: PaymentState,
    },
    Refused {
        refusal: Refusal,
        payment: Option<usize>,
        article: Option<String>,
    },
    Queued {
        count: u64,
        at: Option<InstitutionId>,
    },
    TransferDue {
        debtor: MemberId,
        creditor: MemberId,
        minor: i128,
        by: Option<Date>,
    },
    Limit {
        scope: Scope,
        of: LimitFigure,
        minor: i128,
    },
    Cycle {
        closed: Date,
        settled: bool,
    },
    Parts {
        member: MemberId,
        cash: Money,
        credit: Money,
        closed: Option<Date>,
    },
    Cumulative {
        member: MemberId,
        money: Money,
    },
    Holding {
        holding: Holding,
        money: Money,
    },
    /// Interest on credit paid to a member at the closes of these dates, both included.
    CreditInterest {
        member: MemberId,
        money: Money,
        from: Option<Date>,
        to: Option<Date>,
    },
    Missing(Money),
    Membership(Membership),
    Drawing {
        drawing: usize,
        of: DrawingFigure,
        money: Money,
    },
    /// What a member may draw, or its ceiling, on a line or over all of them.
    Access {
        member: MemberId,
        line: Option<String>,
        of: LimitFigure,
        money: Money,
    },
    Overdue {
        member: MemberId,
        since: Option<Date>,
    },
}

/// Which figure of a drawing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum DrawingFigure {
    Owed,
    Interest,
    Held,
    Due(Date),
}

/// Which figure of a limit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum LimitFigure {
    Maximum,
    Use,
    Room,
}

/// A leg of the settlement of a closed cycle.
#[derive(Clone, Debug)]
pub(crate) struct Settlement {
    pub(crate) member: MemberId,
    pub(crate) counterparty: Option<MemberId>,
    pub(crate) pay_in: bool,
    pub(crate) minor: i128,
    pub(crate) on: Option<Date>,
    pub(crate) confirmed: Option<bool>,
}
