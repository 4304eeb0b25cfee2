//! Commands: what somebody asks of the house. Whether it happens is decided by `ledger`; what happened is an event.

use crate::account::Owner;
use crate::event::{DisputeOutcome, EndReason, Quote, Stage};
use crate::ids::{
    Actor, ArrangementId, CalendarId, Commitment, ContentDigest, CurrencyId, CycleId, DocumentKey, DrawingId,
    InstitutionId, MemberId, PaymentId, RulebookId, RunId, Uetr,
};
use crate::limit::LimitSetting;
use crate::plan::{DayStep, Denomination, Plan, Purpose};
use crate::time::{Date, Timestamp};
use money::{AmountMinor, CurrencyCode, Rate};
use sha2::{Digest, Sha256};

/// A command with who gives it and who else approved it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Command {
    /// Who gives it.
    pub actor: Actor,
    /// Who else approved it.
    pub approvals: Vec<Actor>,
    /// What is asked.
    pub body: CommandBody,
}

impl Command {
    /// A command that needs nobody else.
    #[must_use]
    pub const fn by(actor: Actor, body: CommandBody) -> Self {
        Self { actor, approvals: Vec::new(), body }
    }

    /// A command with one approval.
    #[must_use]
    pub fn approved(actor: Actor, approver: Actor, body: CommandBody) -> Self {
        Self { actor, approvals: vec![approver], body }
    }
}

/// What is asked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum CommandBody {
    /// Makes a currency known. Operator, four eyes.
    RegisterCurrency {
        /// Its code.
        code: CurrencyCode,
        /// Its decimals (ISO 4217).
        minor_decimals: u8,
    },
    /// Makes a calendar known, with no day closed but weekends. Operator, four eyes.
    DefineCalendar {
        /// Its name.
        name: String,
    },
    /// Declares days of a calendar closed or open (a holiday is decreed, or withdrawn). Operator, four eyes.
    SetCalendarDays {
        /// The calendar.
        calendar: CalendarId,
        /// Days on which it is closed though they are weekdays.
        closed: Vec<Date>,
        /// Days on which it is open again.
        opened: Vec<Date>,
    },
    /// Registers a monetary authority. Operator, four eyes.
    RegisterMember {
        /// Short code, unique.
        code: String,
        /// BIC (ISO 9362).
        bic: String,
    },
    /// A member authorises an institution.
    AuthoriseInstitution {
        /// The member that answers for it.
        member: MemberId,
        /// Short code, unique.
        code: String,
        /// Jurisdiction (ISO 3166-1 alpha-3).
        jurisdiction: String,
        /// Calendar of the national system it uses.
        calendar: CalendarId,
        /// Its edge currency.
        currency: CurrencyId,
    },
    /// Adopts a rulebook. Operator, four eyes.
    AdoptRulebook {
        /// Text of its file.
        source: Vec<u8>,
        /// What it compiles to.
        plan: Box<Plan>,
    },
    /// Opens an arrangement under a rulebook. Operator, four eyes.
    OpenArrangement {
        /// The rulebook.
        rulebook: RulebookId,
        /// Calendar of the settlement agent.
        agent_calendar: CalendarId,
        /// Calendar of the centre of the settlement asset.
        asset_calendar: CalendarId,
    },
    /// A member joins an arrangement, or moves to another stage in it.
    Join {
        /// The arrangement.
        arrangement: ArrangementId,
        /// The member.
        member: MemberId,
        /// Stage of membership.
        stage: Stage,
        /// Whether it pays out at clearing, within its prefinancing limit.
        payout_at_clearing: bool,
    },
    /// A member leaves an arrangement: owing nothing, owed nothing, nothing waiting.
    Leave {
        /// The arrangement.
        arrangement: ArrangementId,
        /// The member.
        member: MemberId,
    },
    /// Sets a limit. By its owner.
    SetLimit(LimitSetting),
    /// The agent confirms a deposit of prefunding, or a withdrawal.
    MovePrefunding {
        /// The arrangement.
        arrangement: ArrangementId,
        /// The member.
        member: MemberId,
        /// Amount in minor units of the settlement asset.
        amount: AmountMinor,
        /// Whether it is a deposit.
        deposit: bool,
    },
    /// A member publishes a rate of its currency against the settlement asset. A second approval is needed for a
    /// reference rate that differs from the last by more than a fifth.
    PublishRate {
        /// The arrangement.
        arrangement: ArrangementId,
        /// The member.
        member: MemberId,
        /// The currency.
        currency: CurrencyId,
        /// Units of the currency per unit of the settlement asset.
        quote: Quote,
    },
    /// Opens a business day; local times were resolved to instants outside. Operator.
    OpenDay {
        /// The arrangement.
        arrangement: ArrangementId,
        /// The business date.
        date: Date,
        /// Instant of each step of the day that the rulebook names.
        schedule: Vec<(DayStep, Timestamp)>,
        /// Version of the time-zone data with which they were resolved.
        time_zone_version: String,
    },
    /// Submits a payment. By the instructing institution.
    Submit(SubmitPayment),
    /// A payer's member confirms leg 1 of payments.
    ConfirmCollections {
        /// The arrangement.
        arrangement: ArrangementId,
        /// The payments, of payers within the member.
        payments: Vec<PaymentId>,
    },
    /// The instructing institution, its member or the operator withdraws a payment before clearing.
    Cancel {
        /// The payment.
        payment: PaymentId,
    },
    /// The member whose list holds a payment releases or refuses it.
    ResolveHold {
        /// The payment.
        payment: PaymentId,
        /// Released, or refused.
        release: bool,
    },
    /// The debited member answers for debits.
    GiveConformity {
        /// The arrangement.
        arrangement: ArrangementId,
        /// The payments.
        payments: Vec<PaymentId>,
        /// Accepted, or reversed.
        conforming: bool,
    },
    /// A payee's member confirms that everything due to one of its institutions is paid.
    ConfirmPayouts {
        /// The arrangement.
        arrangement: ArrangementId,
        /// The institution paid.
        institution: InstitutionId,
    },
    /// A payee's member reports that leg 3 of a payment could not be made: it ages as due to the institution.
    FailPayout {
        /// The payment.
        payment: PaymentId,
    },
    /// The payee's institution gives back a payment, in whole or part. Not a new order: it is linked to its original.
    Return {
        /// The original.
        original: PaymentId,
        /// Reference of the return.
        uetr: Uetr,
        /// Amount in minor units of the currency in which the payee was paid.
        amount: AmountMinor,
    },
    /// The payer's or payee's institution disputes a payment.
    OpenDispute {
        /// The payment.
        payment: PaymentId,
    },
    /// The operator ends a dispute. Four eyes.
    EndDispute {
        /// The payment.
        payment: PaymentId,
        /// How it ends.
        outcome: DisputeOutcome,
    },
    /// The agent confirms a settlement leg.
    ConfirmSettlement {
        /// The arrangement.
        arrangement: ArrangementId,
        /// The cycle.
        cycle: CycleId,
        /// Who pays or is paid.
        member: MemberId,
        /// Where netting is bilateral: by or from whom.
        counterparty: Option<MemberId>,
        /// Amount in minor units of the settlement asset.
        amount: AmountMinor,
    },
    /// The agent confirms an anticipated transfer between two members.
    ConfirmTransfer {
        /// The arrangement.
        arrangement: ArrangementId,
        /// Who pays.
        debtor: MemberId,
        /// Who is paid.
        creditor: MemberId,
        /// Amount in minor units of the settlement asset.
        amount: AmountMinor,
    },
    /// Suspends a member. Operator, four eyes.
    Suspend {
        /// The arrangement.
        arrangement: ArrangementId,
        /// The member.
        member: MemberId,
    },
    /// Ends a suspension. Operator, four eyes.
    Reinstate {
        /// The arrangement.
        arrangement: ArrangementId,
        /// The member.
        member: MemberId,
    },
    /// Publishes an index for interest. Operator, four eyes.
    PublishIndex {
        /// The arrangement.
        arrangement: ArrangementId,
        /// Its name, as in the rulebook.
        index: String,
        /// The rate per year, in parts per million.
        rate_ppm: u32,
    },
    /// The agent confirms that the fund was paid into, or out of.
    MoveFund {
        /// The arrangement.
        arrangement: ArrangementId,
        /// Whose contribution; none for capital from outside.
        member: Option<MemberId>,
        /// Amount in minor units of the settlement asset.
        amount: AmountMinor,
        /// Whether it is paid in.
        deposit: bool,
    },
    /// A member draws on a line of the reserve fund, where it may by right; or the operator enters what the fund decided,
    /// with four eyes.
    DrawReserve {
        /// The arrangement.
        arrangement: ArrangementId,
        /// Who draws.
        member: MemberId,
        /// Name of the line, as in the rulebook.
        line: String,
        /// Amount in minor units of the settlement asset.
        amount: AmountMinor,
        /// The member's currency that is given for it, on a line that swaps.
        against: Option<CurrencyId>,
    },
    /// Renews a drawing: what is owed is due later. Who may draw on its line may renew it.
    RenewDrawing {
        /// The arrangement.
        arrangement: ArrangementId,
        /// The drawing.
        drawing: DrawingId,
    },
    /// The agent confirms that a drawing was paid out, all of it; or that something was repaid.
    MoveDrawing {
        /// The arrangement.
        arrangement: ArrangementId,
        /// The drawing.
        drawing: DrawingId,
        /// Amount in minor units of the settlement asset.
        amount: AmountMinor,
        /// Whether it was repaid: interest so far first, then what is due, the oldest first.
        repaid: bool,
    },
    /// A member gives notice that it leaves: from a date on nothing new is in its name, and it is out when what it owes and is
    /// owed has settled.
    GiveNotice {
        /// The arrangement.
        arrangement: ArrangementId,
        /// The member.
        member: MemberId,
        /// First date on which it holds.
        effective: Date,
    },
    /// A member withdraws its notice before it holds.
    WithdrawNotice {
        /// The arrangement.
        arrangement: ArrangementId,
        /// The member.
        member: MemberId,
    },
    /// A member says which purposes of the rulebook it admits, from a business date on.
    SetPurposes {
        /// The arrangement.
        arrangement: ArrangementId,
        /// The member.
        member: MemberId,
        /// What it admits.
        purposes: Vec<Purpose>,
        /// First business date on which it holds.
        effective: Date,
    },
    /// A member moves to another stage from a business date on; a stage in which no money moves, when it owes nothing then.
    SetStage {
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
    /// Moves a moment of the open day, and what comes after it, to later. Operator, four eyes.
    ExtendDay {
        /// The arrangement.
        arrangement: ArrangementId,
        /// The first moment moved; the time of paying in is moved alone.
        from_step: DayStep,
        /// By how many seconds.
        by_s: u32,
        /// Why.
        reason: String,
    },
    /// Declares a day on which the arrangement does not open and settles nothing, or withdraws it. Operator, four eyes.
    SetHoliday {
        /// The arrangement.
        arrangement: ArrangementId,
        /// The day, a later one.
        date: Date,
        /// Declared, or withdrawn.
        closed: bool,
        /// Why.
        reason: String,
    },
    /// Moves the day on which a closed cycle is settled. Operator, four eyes.
    MovePayIn {
        /// The arrangement.
        arrangement: ArrangementId,
        /// The cycle.
        cycle: CycleId,
        /// The new day.
        settle_on: Date,
        /// Why.
        reason: String,
    },
    /// Skips the next optimisation run, or makes one now. Operator, four eyes.
    MoveRun {
        /// The arrangement.
        arrangement: ArrangementId,
        /// One more, now; or the next is skipped.
        now: bool,
        /// Why.
        reason: String,
    },
    /// Completes a settlement in which a pay-in is missing, by the rulebook's order. Operator, four eyes.
    CompleteCycle {
        /// The arrangement.
        arrangement: ArrangementId,
        /// The cycle.
        cycle: CycleId,
        /// Why.
        reason: String,
    },
    /// The agent confirms that arrears were paid.
    ConfirmArrears {
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
    },
    /// A member consents that the operator enters payments for its institutions when their line is down, or no longer.
    SetEntryConsent {
        /// The arrangement.
        arrangement: ArrangementId,
        /// The member.
        member: MemberId,
        /// Whether it consents.
        given: bool,
    },
    /// The house's own optimiser proposes what an open run is to release.
    ProposeRun(RunProposal),
    /// Lets a facility that stopped at its limit go on. Operator, four eyes.
    ResumeFacility {
        /// The arrangement.
        arrangement: ArrangementId,
    },
    /// Publishes what the unit of account is worth from a date on. Operator, four eyes.
    PublishUnitValue {
        /// The arrangement.
        arrangement: ArrangementId,
        /// First business date on which it holds.
        from: Date,
        /// Units of the settlement asset.
        value: Rate,
    },
    /// A member gives another a part of its allocation. By the giver; the taker approves.
    TransferAllocation {
        /// The arrangement.
        arrangement: ArrangementId,
        /// Who gives.
        giver: MemberId,
        /// Who takes.
        taker: MemberId,
        /// How much, in minor units of the position currency.
        amount: AmountMinor,
    },
    /// A member reports what it owes another for the open period, where no payment is seen. By the debtor.
    ReportPosition {
        /// The arrangement.
        arrangement: ArrangementId,
        /// Who owes.
        debtor: MemberId,
        /// Who is owed.
        creditor: MemberId,
        /// How much, in minor units of the position currency.
        amount: AmountMinor,
    },
    /// The agent confirms that fees were paid: by an institution all that it owes, or to the house or a member all that
    /// they are due, out of what was paid.
    ConfirmFees {
        /// The arrangement.
        arrangement: ArrangementId,
        /// Who paid, or was paid.
        owner: Owner,
        /// How much, in minor units of the settlement asset.
        amount: AmountMinor,
    },
}

/// What an open run is to release, as its optimiser found and its certificate proves. Whatever it claims is checked again,
/// but for the bound: that only a verified certificate gives, and only it leads to this command.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RunProposal {
    /// The arrangement.
    pub arrangement: ArrangementId,
    /// The run.
    pub run: RunId,
    /// Digest of the instance that was solved.
    pub instance: [u8; 32],
    /// The items that settle together, ascending.
    pub settled: Vec<PaymentId>,
    /// What they come to, in minor units of the position currency.
    pub value_minor: i128,
    /// What no choice among the frozen items can exceed that settles as much of the urgent ones, in the same units.
    pub upper_bound_minor: i128,
    /// Digest of the certificate.
    pub certificate: [u8; 32],
    /// Work that the optimiser did, in its ticks.
    pub ticks: u64,
}

/// An order with the digest of its content, computed once where the order is read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SubmitPayment {
    order: Order,
    content: ContentDigest,
}

impl SubmitPayment {
    /// Takes an order and computes its digest.
    #[must_use]
    pub fn new(order: Order) -> Self {
        let content = order.content_digest();
        Self { order, content }
    }

    /// The order.
    #[must_use]
    pub const fn order(&self) -> &Order {
        &self.order
    }

    /// Digest of its content.
    #[must_use]
    pub const fn content(&self) -> ContentDigest {
        self.content
    }
}

/// A payment as ordered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Order {
    /// The arrangement under which it is made.
    pub arrangement: ArrangementId,
    /// Reference, unique for ever with the instructing institution.
    pub uetr: Uetr,
    /// The payer's institution.
    pub payer: InstitutionId,
    /// The payee's institution.
    pub payee: InstitutionId,
    /// Currency in which the amount is expressed.
    pub denomination: Denomination,
    /// Amount in minor units of that currency.
    pub amount: AmountMinor,
    /// Whether it goes before the institution's ordinary items.
    pub urgent: bool,
    /// What it is for.
    pub purpose: Purpose,
    /// Salted commitment to its documents and personal data.
    pub commitment: Commitment,
    /// Key of its trade document.
    pub document: Option<DocumentKey>,
    /// Digits of the reference of a registered instrument.
    pub instrument: Option<Box<str>>,
    /// Value date of a debit by the payee's side; the business date when none is given.
    pub value_date: Option<Date>,
    /// Whether leg 1 is confirmed within the submission.
    pub collected: bool,
    /// The member whose own list holds it.
    pub held_by: Option<MemberId>,
}

impl Order {
    /// First sixteen bytes of the SHA-256 of the order's fields in order, fixed-width and big-endian, with a byte before
    /// each optional field that says whether it is there.
    #[must_use]
    pub fn content_digest(&self) -> ContentDigest {
        let mut bytes = Vec::with_capacity(160);
        bytes.extend_from_slice(&self.arrangement.0.to_be_bytes());
        bytes.extend_from_slice(&self.uetr.0);
        bytes.extend_from_slice(&self.payer.0.to_be_bytes());
        bytes.extend_from_slice(&self.payee.0.to_be_bytes());
        bytes.push(self.denomination as u8);
        bytes.extend_from_slice(&self.amount.get().to_be_bytes());
        bytes.push(u8::from(self.urgent));
        bytes.push(self.purpose as u8);
        bytes.extend_from_slice(&self.commitment.0);
        optional(&mut bytes, self.document.as_ref().map(|document| document.0.as_slice()));
        optional(&mut bytes, self.instrument.as_ref().map(|digits| digits.as_bytes()));
        optional(&mut bytes, self.value_date.map(|date| date.0.to_be_bytes()).as_ref().map(<[u8; 4]>::as_slice));
        bytes.push(u8::from(self.collected));
        optional(&mut bytes, self.held_by.map(|member| member.0.to_be_bytes()).as_ref().map(<[u8; 2]>::as_slice));
        let hash = Sha256::digest(&bytes);
        let mut first = [0; 16];
        first.copy_from_slice(&hash[..16]);
        ContentDigest(first)
    }
}

fn optional(bytes: &mut Vec<u8>, value: Option<&[u8]>) {
    match value {
        None => bytes.push(0),
        Some(value) => {
            bytes.push(1);
            bytes.push(u8::try_from(value.len()).unwrap_or(u8::MAX));
            bytes.extend_from_slice(value);
        }
    }
}

/// Why a payment that did not clear ended, for callers that want to say so.
pub type Ended = EndReason;

#[cfg(test)]
mod tests {
    use super::*;

    fn order() -> Order {
        Order {
            arrangement: ArrangementId(0),
            uetr: Uetr([0x11; 16]),
            payer: InstitutionId(1),
            payee: InstitutionId(2),
            denomination: Denomination::Payee,
            amount: AmountMinor::new(100).unwrap(),
            urgent: false,
            purpose: Purpose::Goods,
            commitment: Commitment([7; 32]),
            document: None,
            instrument: None,
            value_date: None,
            collected: true,
            held_by: None,
        }
    }

    #[test]
    fn any_change_of_content_changes_the_digest() {
        let base = order();
        let changed: Vec<Order> = vec![
            Order { payer: InstitutionId(3), ..base.clone() },
            Order { payee: InstitutionId(3), ..base.clone() },
            Order { denomination: Denomination::Asset, ..base.clone() },
            Order { amount: AmountMinor::new(101).unwrap(), ..base.clone() },
            Order { urgent: true, ..base.clone() },
            Order { purpose: Purpose::Pension, ..base.clone() },
            Order { commitment: Commitment([8; 32]), ..base.clone() },
            Order { document: Some(DocumentKey([0; 16])), ..base.clone() },
            Order { instrument: Some("12".into()), ..base.clone() },
            Order { value_date: Some(Date(1)), ..base.clone() },
            Order { collected: false, ..base.clone() },
            Order { held_by: Some(MemberId(0)), ..base.clone() },
            Order { arrangement: ArrangementId(1), ..base.clone() },
        ];
        for other in changed {
            assert_ne!(other.content_digest(), base.content_digest(), "{other:?}");
        }
        assert_eq!(order().content_digest(), base.content_digest());
    }
}
