//! Events: facts, with dense identifiers and amounts, so that replay re-runs no decision.
//!
//! Sequence and time are the block's. A new meaning is a new type, never a new reading of an old one; types and versions
//! in bytes are `codec`'s.

use crate::account::Owner;
use crate::credit::CycleClosedWithCredit;
use crate::ids::{
    Actor, ArrangementId, CalendarId, ContentDigest, CurrencyId, CycleId, DrawingId, InstitutionId, MemberId,
    PaymentId, PaymentKey, RulebookId, RunId, Uetr,
};
use crate::limit::{LimitSetting, Scope};
use crate::original::PaymentOriginal;
use crate::payment::{Amounts, PricedForPayee, PricedPayment};
use crate::plan::{DayStep, Plan, Purpose};
use crate::refusal::Refusal;
use crate::reserve::ReserveDrawn;
use crate::run::{RunMethod, RunProof};
use crate::time::{Date, Timestamp};
use money::{AmountMinor, CurrencyCode, Rate};

pub use crate::command_kind::CommandKind;
pub use crate::event_parts::{
    Admitted, CycleClosed, Disposition, DisputeOutcome, EndReason, FxResult, PaymentEntered, Payout, Quote, Released,
    SettlementLeg, Stage,
};

/// A fact, with who brought it about.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct Event {
    /// Who gave the command.
    pub actor: Actor,
    /// Who else approved it.
    pub approvals: Vec<Actor>,
    /// What happened.
    pub body: EventBody,
}

/// What happened.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub enum EventBody {
    /// A currency is known.
    CurrencyRegistered {
        /// Its ordinal.
        currency: CurrencyId,
        /// Its code.
        code: CurrencyCode,
        /// Its decimals.
        minor_decimals: u8,
    },
    /// A calendar is known: weekends are closed.
    CalendarDefined {
        /// Its ordinal.
        calendar: CalendarId,
        /// Its name.
        name: String,
    },
    /// Days of a calendar were closed or opened.
    CalendarDaysSet {
        /// The calendar.
        calendar: CalendarId,
        /// Days closed.
        closed: Vec<Date>,
        /// Days opened.
        opened: Vec<Date>,
    },
    /// A monetary authority is a member of the house.
    MemberRegistered {
        /// Its ordinal.
        member: MemberId,
        /// Its short code.
        code: String,
        /// Its BIC.
        bic: String,
    },
    /// An institution may send and receive.
    InstitutionAuthorised {
        /// Its ordinal.
        institution: InstitutionId,
        /// The member that answers for it.
        member: MemberId,
        /// Its short code.
        code: String,
        /// Its jurisdiction.
        jurisdiction: String,
        /// Calendar of the national system it uses.
        calendar: CalendarId,
        /// Its edge currency.
        currency: CurrencyId,
    },
    /// A rulebook was adopted.
    RulebookAdopted {
        /// Its ordinal.
        rulebook: RulebookId,
        /// Text of its file.
        source: Vec<u8>,
        /// What it compiles to.
        plan: Box<Plan>,
    },
    /// An arrangement exists.
    ArrangementOpened {
        /// Its ordinal.
        arrangement: ArrangementId,
        /// Its rulebook.
        rulebook: RulebookId,
        /// Calendar of the settlement agent.
        agent_calendar: CalendarId,
        /// Calendar of the centre of the settlement asset.
        asset_calendar: CalendarId,
    },
    /// A member joined, or changed its stage.
    MemberJoined {
        /// The arrangement.
        arrangement: ArrangementId,
        /// The member.
        member: MemberId,
        /// Its stage.
        stage: Stage,
        /// Whether it pays out at clearing.
        payout_at_clearing: bool,
    },
    /// A member left.
    MemberLeft {
        /// The arrangement.
        arrangement: ArrangementId,
        /// The member.
        member: MemberId,
    },
    /// A member gave notice that it leaves.
    NoticeGiven {
        /// The arrangement.
        arrangement: ArrangementId,
        /// The member.
        member: MemberId,
        /// First date on which it holds.
        effective: Date,
    },
    /// A member withdrew its notice.
    NoticeWithdrawn {
        /// The arrangement.
        arrangement: ArrangementId,
        /// The member.
        member: MemberId,
    },
    /// The notice of a member holds: its limits and what is set ahead for it are given up, nothing new is in its name. It is
    /// out (`MemberLeft`) when what it owes and is owed has settled.
    MemberLeaving {
        /// The arrangement.
        arrangement: ArrangementId,
        /// The member.
        member: MemberId,
    },
    /// A member said which purposes it admits.
    PurposesSet {
        /// The arrangement.
        arrangement: ArrangementId,
        /// The member.
        member: MemberId,
        /// What it admits, in the order of the list of purposes.
        purposes: Vec<Purpose>,
        /// First business date on which it holds.
        effective: Date,
    },
    /// A member is to move to another stage on a later business date; `MemberJoined` says when it has.
    StageSet {
        /// The arrangement.
        arrangement: ArrangementId,
        /// The member.
        member: MemberId,
        /// Stage of membership.
        stage: Stage,
        /// Whether it pays out at clearing, within its prefinancing limit.
        payout_at_clearing: bool,
        /// First business date on which it holds.
        effective: Date,
    },
    /// The operator moved a moment of the open day and what comes after it.
    DayExtended {
        /// The arrangement.
        arrangement: ArrangementId,
        /// The first moment moved; the time of paying in is moved alone.
        from_step: DayStep,
        /// By how many seconds.
        by_s: u32,
        /// Why.
        reason: String,
    },
    /// The operator declared a day on which the arrangement does not open and settles nothing, or withdrew it.
    HolidaySet {
        /// The arrangement.
        arrangement: ArrangementId,
        /// The day.
        date: Date,
        /// Declared, or withdrawn.
        closed: bool,
        /// Why.
        reason: String,
    },
    /// The operator moved the day on which a closed cycle is settled.
    PayInMoved {
        /// The arrangement.
        arrangement: ArrangementId,
        /// The cycle.
        cycle: CycleId,
        /// The new day.
        settle_on: Date,
        /// Why.
        reason: String,
    },
    /// The operator moved the next optimisation run.
    RunMoved {
        /// The arrangement.
        arrangement: ArrangementId,
        /// When it is due now; none where it was the last of the day.
        at: Option<Timestamp>,
        /// Why.
        reason: String,
    },
    /// The operator completed a settlement in which a pay-in was missing, by the rulebook's order.
    CycleCompleted {
        /// The arrangement.
        arrangement: ArrangementId,
        /// The cycle.
        cycle: CycleId,
        /// Missing pay-ins by number of their leg, with what the payer's prefunding covers of each; the rest is in arrears.
        pay_ins: Vec<(u32, u64)>,
        /// Pay-outs by number of their leg, with what is paid of each; the rest stays owed.
        pay_outs: Vec<(u32, u64)>,
        /// Why.
        reason: String,
    },
    /// Arrears were paid, and passed on to whom they are owed.
    ArrearsPaid {
        /// The arrangement.
        arrangement: ArrangementId,
        /// The cycle.
        cycle: CycleId,
        /// Who pays.
        member: MemberId,
        /// Where netting is bilateral: to whom.
        counterparty: Option<MemberId>,
        /// Amount in minor units of the settlement asset.
        amount: AmountMinor,
        /// Who is paid how much of it, by member.
        paid: Vec<(MemberId, AmountMinor)>,
    },
    /// A member consented that the operator enters payments for its institutions when their line is down, or no longer.
    EntryConsentSet {
        /// The arrangement.
        arrangement: ArrangementId,
        /// The member.
        member: MemberId,
        /// Whether it consents.
        given: bool,
    },
    /// A limit was set: it holds from its effective date.
    LimitSet(LimitSetting),
    /// Prefunding was deposited or withdrawn at the agent.
    PrefundingMoved {
        /// The arrangement.
        arrangement: ArrangementId,
        /// The member.
        member: MemberId,
        /// Amount in minor units of the settlement asset.
        amount: AmountMinor,
        /// Whether it was a deposit.
        deposit: bool,
    },
    /// A rate is in force from this event on.
    RatePublished {
        /// The arrangement.
        arrangement: ArrangementId,
        /// The member.
        member: MemberId,
        /// The currency.
        currency: CurrencyId,
        /// Units of the currency per unit of the settlement asset.
        quote: Quote,
    },
    /// A business day is open.
    DayOpened {
        /// The arrangement.
        arrangement: ArrangementId,
        /// The business date.
        date: Date,
        /// Instant of each step.
        schedule: Vec<(DayStep, Timestamp)>,
        /// Version of the time-zone data.
        time_zone_version: String,
    },
    /// A business day is closed.
    DayClosed {
        /// The arrangement.
        arrangement: ArrangementId,
        /// The business date.
        date: Date,
        /// Digest of the canonical state just before this event.
        digest: [u8; 32],
    },
    /// An order was accepted.
    PaymentEntered(PaymentEntered),
    /// An order was refused: its reference is consumed, and the same order gets the same answer.
    PaymentRefused {
        /// Its ordinal.
        payment: PaymentId,
        /// The arrangement named.
        arrangement: ArrangementId,
        /// Its key.
        key: PaymentKey,
        /// Digest of its content.
        content: ContentDigest,
        /// Why.
        refusal: Refusal,
        /// The limit passed, where one was.
        scope: Option<Scope>,
    },
    /// A reference came again with other content: refused, and nothing more is consumed.
    IdentifierReused {
        /// The key.
        key: PaymentKey,
        /// Digest of the content that came now.
        content: ContentDigest,
    },
    /// A command other than an order was refused.
    CommandRefused {
        /// Which kind of command.
        command: CommandKind,
        /// Why.
        refusal: Refusal,
        /// The payment concerned, where there is one.
        payment: Option<PaymentId>,
    },
    /// A fixing turned the open price of payments into amounts; leg 1 is due on a date.
    PaymentsPriced {
        /// The arrangement.
        arrangement: ArrangementId,
        /// Business date of the fixing.
        date: Date,
        /// Business date on which leg 1 is due; from now on the value date of leg 2.
        collect_on: Date,
        /// The payments with what they cost their payers.
        payments: Vec<PricedPayment>,
    },
    /// A fixing turned the open price of orders in the payer's currency into amounts; leg 1 is due on a date.
    PaymentsPricedForPayees {
        /// The arrangement.
        arrangement: ArrangementId,
        /// Business date of the fixing.
        date: Date,
        /// Business date on which leg 1 is due; from now on the value date of leg 2.
        collect_on: Date,
        /// The payments with what their payees get.
        payments: Vec<PricedForPayee>,
    },
    /// A limit on all credit was met: nothing that would raise it passes from now on.
    FacilityStopped {
        /// The arrangement.
        arrangement: ArrangementId,
    },
    /// The facility goes on.
    FacilityResumed {
        /// The arrangement.
        arrangement: ArrangementId,
    },
    /// The unit of account is worth so much from a date on.
    UnitValuePublished {
        /// The arrangement.
        arrangement: ArrangementId,
        /// First business date on which it holds.
        from: Date,
        /// Units of the settlement asset.
        value: Rate,
    },
    /// A member gave a part of its allocation to another, which takes it with the next event.
    AllocationGiven {
        /// The arrangement.
        arrangement: ArrangementId,
        /// Who gave.
        giver: MemberId,
        /// Who takes.
        taker: MemberId,
        /// How much, in minor units of the position currency.
        amount: AmountMinor,
    },
    /// A member took what another gave with the event before.
    AllocationTaken {
        /// The arrangement.
        arrangement: ArrangementId,
        /// Who took.
        taker: MemberId,
        /// How much, in minor units of the position currency.
        amount: AmountMinor,
    },
    /// A member owes another for the open period.
    PositionReported {
        /// The arrangement.
        arrangement: ArrangementId,
        /// Who owes.
        debtor: MemberId,
        /// Who is owed.
        creditor: MemberId,
        /// How much, in minor units of the position currency.
        amount: AmountMinor,
    },
    /// Fees were paid, by whom owed them or to whom they were due.
    FeesConfirmed {
        /// The arrangement.
        arrangement: ArrangementId,
        /// Who paid, or was paid.
        owner: Owner,
        /// How much, in minor units of the settlement asset.
        amount: AmountMinor,
    },
    /// Leg 1 of payments is confirmed; each cleared or was queued.
    CollectionsConfirmed {
        /// The arrangement.
        arrangement: ArrangementId,
        /// The payments with what became of them.
        payments: Vec<(PaymentId, Admitted)>,
    },
    /// A fixing of reference rates: what the arrangement's rates of the day were.
    FixingMade {
        /// The arrangement.
        arrangement: ArrangementId,
        /// Business date.
        date: Date,
        /// Each currency's reference rate, units per unit of the settlement asset, by currency.
        rates: Vec<(CurrencyId, Rate)>,
    },
    /// An optimisation run froze the queue of an arrangement.
    RunFrozen {
        /// The arrangement.
        arrangement: ArrangementId,
        /// The run.
        run: RunId,
        /// Number of items frozen.
        items: u64,
    },
    /// Queued payments cleared together: nobody's limit is passed by all of them at once.
    QueueReleased {
        /// The arrangement.
        arrangement: ArrangementId,
        /// The run that released them; none when a receipt did.
        run: Option<RunId>,
        /// The payments, in the order of their queues.
        payments: Vec<Released>,
    },
    /// An optimisation run ended: what it did not release is unfrozen.
    RunEnded {
        /// The arrangement.
        arrangement: ArrangementId,
        /// The run.
        run: RunId,
    },
    /// What an optimisation run did not release at once stays frozen for the optimiser, who works beside the writer. Until
    /// the run is concluded nothing but it moves these items; a cancel of one is pending.
    RunOpened {
        /// The arrangement.
        arrangement: ArrangementId,
        /// The run.
        run: RunId,
        /// Number of items that stay frozen. Others of the queue, of institutions that are short, are unfrozen.
        items: u64,
        /// Digest of what is frozen and of the headroom that it has ([`crate::RunInstance::digest`]).
        instance: [u8; 32],
        /// When the run is concluded at the latest.
        until: Timestamp,
    },
    /// A cancel of a frozen item is pending: it takes effect if the run is concluded without having cleared the item.
    CancelPending {
        /// The payment.
        payment: PaymentId,
    },
    /// An open run has ended: what it released has cleared, pending cancels have taken effect, the rest is unfrozen to the
    /// place it had.
    RunConcluded {
        /// The arrangement.
        arrangement: ArrangementId,
        /// The run.
        run: RunId,
        /// How it came to what it released.
        method: RunMethod,
        /// All that it released, at its freeze and now, in minor units of the position currency.
        value_minor: i128,
        /// Where a proposal was posted: what no answer can exceed, and the certificate that proves it.
        proof: Option<RunProof>,
    },
    /// A queued payment whose quote had expired was priced again within the payer's tolerance.
    PaymentRequoted {
        /// The payment.
        payment: PaymentId,
        /// Its amounts now.
        amounts: Amounts,
        /// Until when they are good.
        quote_until: Timestamp,
    },
    /// Payments ended without clearing; what was collected goes back.
    PaymentsEnded {
        /// The arrangement.
        arrangement: ArrangementId,
        /// Why.
        reason: EndReason,
        /// The payments.
        payments: Vec<PaymentId>,
    },
    /// A held payment was released; what became of it.
    HoldReleased {
        /// The payment.
        payment: PaymentId,
        /// What became of it.
        disposition: Disposition,
        /// Its amounts, priced at release.
        amounts: Amounts,
        /// Until when they are good.
        quote_until: Option<Timestamp>,
    },
    /// A held payment was refused by the member whose list held it.
    HoldRefused {
        /// The payment.
        payment: PaymentId,
    },
    /// Debits are conforming: legs 1 and 3 are due.
    ConformityGiven {
        /// The arrangement.
        arrangement: ArrangementId,
        /// The payments.
        payments: Vec<PaymentId>,
        /// Whether by silence.
        by_silence: bool,
    },
    /// Debits were reversed at their original value date.
    Extorno {
        /// The arrangement.
        arrangement: ArrangementId,
        /// The payments.
        payments: Vec<PaymentId>,
        /// Whether by silence.
        by_silence: bool,
    },
    /// Everything due to an institution was paid to it.
    PayoutsConfirmed {
        /// The arrangement.
        arrangement: ArrangementId,
        /// The institution.
        institution: InstitutionId,
        /// The payments.
        payments: Vec<PaymentId>,
    },
    /// Leg 3 of a payment could not be made: it stays due to the institution. Leg 2 stands.
    PayoutFailed {
        /// The payment.
        payment: PaymentId,
    },
    /// A payment was given back in whole or part: a new payment the other way, linked to its original, that has cleared.
    PaymentReturned {
        /// The return, as a payment.
        payment: PaymentId,
        /// Its original.
        original: PaymentId,
        /// Its reference.
        uetr: Uetr,
        /// Digest of its content.
        content: ContentDigest,
        /// Its amounts: payer is the original's payee's institution.
        amounts: Amounts,
        /// Part of the original's position amount that is given back, in minor units of the position currency.
        of_original: AmountMinor,
        /// Its value date.
        value_date: Date,
        /// When leg 3 is due.
        payout: Payout,
    },
    /// A payment is disputed.
    DisputeOpened {
        /// The payment.
        payment: PaymentId,
        /// Who disputes it.
        carrier: InstitutionId,
        /// Business date on whose close the dispute lapses.
        until: Date,
    },
    /// A dispute ended.
    DisputeEnded {
        /// The payment.
        payment: PaymentId,
        /// How.
        outcome: DisputeOutcome,
    },
    /// A cycle was netted: it admits nothing more.
    CycleClosed(Box<CycleClosed>),
    /// A cycle was netted and its nets parted into what is paid and what is owed from credit.
    CycleClosedWithCredit(Box<CycleClosedWithCredit>),
    /// A cycle cannot close: what the house would pay out is not there. It closes when the fund is topped up.
    CloseStopped {
        /// The arrangement.
        arrangement: ArrangementId,
        /// The cycle.
        cycle: CycleId,
        /// What is missing, in minor units of the settlement asset.
        missing: AmountMinor,
    },
    /// An index for interest was published: it is in force from this event on.
    IndexPublished {
        /// The arrangement.
        arrangement: ArrangementId,
        /// Its name, as in the rulebook.
        index: String,
        /// The rate per year, in parts per million.
        rate_ppm: u32,
    },
    /// The fund was paid into, or out of, at the agent.
    FundMoved {
        /// The arrangement.
        arrangement: ArrangementId,
        /// Whose contribution; none for capital from outside.
        member: Option<MemberId>,
        /// Amount in minor units of the settlement asset.
        amount: AmountMinor,
        /// Whether it was paid in.
        deposit: bool,
    },
    /// Something was drawn from the reserve fund.
    ReserveDrawn(Box<ReserveDrawn>),
    /// The agent paid a drawing out, and on a line that swaps the member's currency was given for it.
    DrawingPaidOut {
        /// The arrangement.
        arrangement: ArrangementId,
        /// The drawing.
        drawing: DrawingId,
    },
    /// The agent was paid what a member owed from a drawing; on a line that swaps, its currency was given back in proportion.
    DrawingRepaid {
        /// The arrangement.
        arrangement: ArrangementId,
        /// The drawing.
        drawing: DrawingId,
        /// Of what was drawn, in minor units of the settlement asset: the oldest instalments.
        principal_minor: u64,
        /// Interest up to the business date.
        interest_minor: u64,
    },
    /// A drawing was renewed: every instalment of it is due later, by the months of its line.
    DrawingRenewed {
        /// The arrangement.
        arrangement: ArrangementId,
        /// The drawing.
        drawing: DrawingId,
    },
    /// The agent confirmed a settlement leg.
    SettlementConfirmed {
        /// The arrangement.
        arrangement: ArrangementId,
        /// The cycle.
        cycle: CycleId,
        /// Which leg of the cycle, from 0.
        leg: u32,
    },
    /// All legs of a cycle are confirmed: it is final, and pay-outs that waited for it are due.
    CycleSettled {
        /// The arrangement.
        arrangement: ArrangementId,
        /// The cycle.
        cycle: CycleId,
    },
    /// A pair line is passed: the debtor owes a transfer of the excess, beside earlier ones.
    TransferDue {
        /// The arrangement.
        arrangement: ArrangementId,
        /// Who pays.
        debtor: MemberId,
        /// Who is paid.
        creditor: MemberId,
        /// Excess not yet due before, in minor units of the settlement asset.
        amount: AmountMinor,
        /// Business date by which it is due.
        by: Date,
    },
    /// The agent confirmed an anticipated transfer.
    TransferConfirmed {
        /// The arrangement.
        arrangement: ArrangementId,
        /// Who paid.
        debtor: MemberId,
        /// Who was paid.
        creditor: MemberId,
        /// Amount in minor units of the settlement asset.
        amount: AmountMinor,
    },
    /// A member is suspended. What follows from it for payments are events of their own.
    MemberSuspended {
        /// The arrangement.
        arrangement: ArrangementId,
        /// The member.
        member: MemberId,
    },
    /// A suspension ended.
    MemberReinstated {
        /// The arrangement.
        arrangement: ArrangementId,
        /// The member.
        member: MemberId,
    },
    /// Closed payments before an ordinal left memory for the archive. Housekeeping: the canonical state stays the same.
    PaymentsEvicted {
        /// The first ordinal that stays whatever its state.
        before: PaymentId,
    },
    /// A payment that had left memory is back, as it was, because something happens to it.
    PaymentRecalled(Box<PaymentOriginal>),
}
