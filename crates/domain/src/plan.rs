//! The typed rules of an arrangement: what a rulebook file compiles to, and what the ledger runs.
//!
//! Every value here comes from a rulebook; nothing in the code knows a scheme by name. The plan is journaled beside the
//! source bytes when a rulebook is adopted, so that old journals mean the same under newer readers of TOML
//! (docs/decisions/0010-rules-vocabulary.md).

use crate::credit::CreditRule;
use crate::membership::{CompletionRule, ExitRule};
use crate::refusal::Refusal;
use crate::reserve::ReserveRule;
use crate::time::Date;
use money::{AmountMinor, CurrencyCode, Rate, RateRounding, Rounding};

/// Compiled rules of one version of a rulebook.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct Plan {
    /// Name of the rulebook, as in its file.
    pub name: String,
    /// Version of the rulebook.
    pub version: u32,
    /// Who starts a payment.
    pub initiator: Initiator,
    /// Whether an instrument registered beforehand is required, and its form.
    pub instrument: Option<InstrumentRule>,
    /// How the amounts of the three legs follow from the amount ordered.
    pub price: Price,
    /// Currencies in which an order may be expressed, in order of preference.
    pub denominations: Vec<Denomination>,
    /// To whom a member owes, and by whom it is owed.
    pub counterparty: Counterparty,
    /// In which currency positions are kept.
    pub position_currency: PositionCurrency,
    /// What net positions are paid in.
    pub settlement_asset: CurrencyCode,
    /// When each leg is due.
    pub triggers: Triggers,
    /// Purposes admitted.
    pub purposes: Vec<Purpose>,
    /// When an order must carry the key of a trade document.
    pub evidence: Option<EvidenceRule>,
    /// Limits, in order of precedence of their refusals.
    pub limits: Vec<LimitRule>,
    /// The queue; without one, an order that cannot clear is refused.
    pub queue: Option<QueueRule>,
    /// The business day.
    pub day: DayRule,
    /// The netting cycle.
    pub cycle: CycleRule,
    /// Settlement of the net.
    pub settlement: SettlementRule,
    /// Interest on balances between members.
    pub interest: Option<InterestRule>,
    /// Acceptance of a debit by the debited member.
    pub conformity: Option<ConformityRule>,
    /// Returns.
    pub returns: ReturnRule,
    /// What suspension of a member does to items coming to it.
    pub suspension: SuspensionRule,
    /// Where each rule comes from.
    pub articles: Vec<(RuleKey, Article)>,
    /// What only some rulebooks ask for.
    pub additions: PlanAdditions,
}

/// Rules that only some rulebooks ask for. The default of each is that it is not there: a plan that was journaled before
/// a rule was known reads as one that does not ask for it.
#[derive(Clone, PartialEq, Eq, Default, Debug, serde::Serialize, serde::Deserialize)]
pub struct PlanAdditions {
    /// Credit by right.
    pub credit: Option<Box<CreditRule>>,
    /// A reserve fund that lends.
    pub reserve: Option<Box<ReserveRule>>,
    /// Decimals and rounding of an open price in directions that have their own.
    pub price_directions: Vec<PriceDirection>,
    /// Maxima of the rulebook's own, in minor units of the settlement asset: they hold where nobody has set a limit.
    pub limit_maxima: Vec<(LimitKind, AmountMinor)>,
    /// What the house charges.
    pub fees: Option<FeeRule>,
    /// The unit of account in which positions are kept, where it is not the settlement asset.
    pub unit: Option<UnitRule>,
    /// Whether members report what they owe each other, and no payment is seen.
    pub reported: bool,
    /// Leaving.
    pub exit: Option<ExitRule>,
    /// Whether the operator enters for an institution only where its member has consented.
    pub entry_by_consent: bool,
    /// What completes a settlement when a pay-in is missing.
    pub completion: Option<CompletionRule>,
}

/// A unit of account: positions, limits and orders are in it, and nets become the settlement asset at its value.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct UnitRule {
    /// Its code, under which it is registered like a currency.
    pub code: CurrencyCode,
    /// Units of the settlement asset that it is worth, from date to date; the first holds for what lies before it.
    pub values: Vec<(Date, Rate)>,
    /// Whether later values are published; otherwise it keeps the last one.
    pub published: bool,
}

/// What a payment that clears costs its payer's institution, beside the principal and never out of it.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub enum FeeRule {
    /// Shares of the position amount, each rounded half up.
    Percent {
        /// Who gets how much, in parts per million.
        parts: Vec<(FeeTo, u32)>,
    },
    /// The same for each payment, for the house.
    Flat {
        /// In minor units of the settlement asset.
        amount_minor: AmountMinor,
    },
}

/// Who gets a part of a fee.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize)]
pub enum FeeTo {
    /// The house.
    House,
    /// The payer's member.
    PayerMember,
    /// The payee's member.
    PayeeMember,
}

/// Decimals and rounding of an open price in one direction between two members.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct PriceDirection {
    /// Code of the payer's member.
    pub payer: String,
    /// Code of the payee's member.
    pub payee: String,
    /// Decimals and rounding of payer's currency per unit of payee's.
    pub rounding: RateRounding,
}

/// Who starts a payment.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub enum Initiator {
    /// The payer's institution pushes.
    Payer,
    /// The payee's institution pulls.
    Payee,
}

/// Form of the reference of a registered instrument (CPCR: the reimbursement code).
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct InstrumentRule {
    /// Fields in order: name and number of digits.
    pub fields: Vec<(String, u8)>,
    /// Check digit algorithm.
    pub check_digit: CheckDigit,
}

/// Check digit algorithm of an instrument reference: which of the digits it is, and how it is computed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub enum CheckDigit {
    /// None.
    None,
    /// ISO 7064 mod 11,10 over the digits before it; the field named `check_digit`.
    Iso7064Mod11_10,
}

/// How amounts are priced.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub enum Price {
    /// At acceptance, from members' two-sided quotes of their own currency against the settlement asset.
    Fixed {
        /// Seconds for which the amounts stay good while the order is queued.
        quote_validity_s: u32,
        /// Largest change of what the payer pays that a re-quote may bring, in parts per million.
        requote_tolerance_ppm: u32,
        /// Widest distance between a member's two quotes, in parts per million of the lower.
        spread_max_ppm: u32,
    },
    /// At the next fixing: quotient of two reference rates against the settlement asset.
    Open {
        /// Decimals and rounding of payer's currency per unit of payee's, but where a direction has its own
        /// ([`PlanAdditions::price_directions`]).
        rounding: RateRounding,
    },
    /// No price: all three legs are in the settlement asset or are the members' own affair.
    Par,
}

/// In which currency an order is expressed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize)]
pub enum Denomination {
    /// The payee's edge currency.
    Payee,
    /// The payer's edge currency.
    Payer,
    /// The settlement asset.
    Asset,
}

/// To whom a member owes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub enum Counterparty {
    /// The house, by novation.
    House,
    /// The other member.
    Pair,
}

/// In which currency positions are kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub enum PositionCurrency {
    /// The settlement asset.
    Asset,
    /// The currency in which the order is denominated.
    Denominated,
}

/// When the legs of a payment are due.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct Triggers {
    /// Leg 1: the payer's institution pays its member.
    pub collection: Trigger,
    /// Leg 2: the position in the arrangement.
    pub clearing: Trigger,
    /// Leg 3: the payee's member pays the payee's institution.
    pub payout: Trigger,
    /// Whether a member may opt in to pay out at clearing, within its own cap.
    pub payout_at_clearing_by_choice: bool,
}

/// What a leg waits for, and how many business days after.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct Trigger {
    /// What it waits for.
    pub on: TriggerEvent,
    /// Business days after that.
    pub plus_business_days: u8,
}

/// What a leg may wait for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub enum TriggerEvent {
    /// Acceptance of the order.
    Acceptance,
    /// The next fixing.
    Fixing,
    /// Conformity of the debited member.
    Conformity,
    /// Confirmation of leg 1.
    Collection,
    /// Leg 2.
    Clearing,
    /// Settlement of the net in which leg 2 stands.
    NetSettled,
}

/// What a payment is for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Purpose {
    Goods,
    Services,
    Remittance,
    Pension,
    PublicProgramme,
    Investment,
}

/// When an order must carry the key of a trade document; a key is accepted once.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct EvidenceRule {
    /// Above this amount in minor units of the settlement asset.
    pub above_asset_minor: AmountMinor,
}

/// A kind of limit that the rulebook knows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct LimitRule {
    /// Whose use is limited.
    pub kind: LimitKind,
    /// What holds where its owner has set none.
    pub when_unset: WhenUnset,
    /// What happens to an order that would pass it.
    pub on_limit: OnLimit,
    /// Code of the refusal.
    pub refusal: Refusal,
}

/// Whose use a limit limits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize)]
pub enum LimitKind {
    /// Net debit of one institution: its share of its member's cap. Seen by one queue only.
    InstitutionShare,
    /// What a member owes another, net.
    Pair,
    /// What a member is owed by all, net.
    CreditorExposure,
    /// Amount of one payment.
    PerPayment,
    /// What a member pays out before the net has settled.
    Prefinancing,
    /// What a member owes all others, net.
    MemberTowardsAll,
    /// What all debtors owe together, net: the credit in use in the whole arrangement.
    Facility,
    /// What a member holds with the agent: it owes no more than that. Nobody sets it; the deposit is the limit.
    PrefundedBalance,
    /// A member's quota: what its credit by right is a share of.
    Quota,
    /// What a member is owed from credit.
    Claims,
    /// What a member owes from credit.
    Debts,
    /// Units allotted to a member for a period: it owes all others no more than that, until it acquires more.
    Allocation,
}

/// What holds where a limit has not been set.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub enum WhenUnset {
    /// No limit.
    Unlimited,
    /// Nothing passes.
    Zero,
}

/// What happens to an order that would pass a limit.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub enum OnLimit {
    /// Refused.
    Refuse,
    /// Waits in the queue of its institution.
    Queue,
    /// Accepted; the debtor transfers the excess at once ("anticipated transfer"); refused while one is overdue.
    PayExcess {
        /// Business days to transfer the excess.
        within_business_days: u8,
    },
    /// Refused, and the facility stops: until the operator resumes it, nothing that would raise the credit in use passes.
    SuspendFacility,
    /// What is beyond it is settled in the asset.
    PayInAsset,
    /// Refused until the debtor has acquired more of its allocation from another member.
    BuyAllocation,
}

/// The queue of an institution.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct QueueRule {
    /// Business days after the day of entry on whose close an item expires.
    pub life_business_days: u8,
    /// Seconds between optimisation runs.
    pub run_every_s: u32,
}

/// The business day of an arrangement.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct DayRule {
    /// IANA time zone in which the steps are stated.
    pub zone: String,
    /// Which days are business days.
    pub business_days: BusinessDays,
    /// Steps of the day: seconds after local midnight.
    pub steps: Vec<(DayStep, u32)>,
    /// Whether prefunded payments clear outside the hours of entry.
    pub entry_around_the_clock: bool,
}

/// Which days are business days of an arrangement.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub enum BusinessDays {
    /// Monday to Friday.
    Weekdays,
    /// Days on which the systems of all members of the arrangement are open.
    AllMembersOpen,
    /// Days on which the settlement agent is open.
    AgentOpen,
    /// Every day, weekends too.
    EveryDay,
}

/// A moment of the business day.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
pub enum DayStep {
    /// Orders may enter.
    EntryOpens,
    /// First optimisation run.
    RunsFrom,
    /// End of the regular optimisation runs.
    RunsTo,
    /// Reference rates of the day are fixed; open prices become amounts.
    Fixing,
    /// Last moment for an order to be in the day.
    EntryCutOff,
    /// Last optimisation run of the day.
    LastRun,
    /// The cycle is netted, when it ends on this day; the day closes.
    Close,
    /// Time of day by which a net debtor has paid, on the settlement day.
    PayInBy,
}

/// The netting cycle.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct CycleRule {
    /// How long a cycle lasts.
    pub length: CycleLength,
    /// Among whom positions are netted at its close.
    pub netting: Netting,
}

/// How long a cycle lasts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub enum CycleLength {
    /// One business day.
    Day,
    /// Calendar months, counted from January; it closes on the last business day of the last one.
    Months(u8),
    /// A week: it closes on this day (1 Monday … 5 Friday), or the last business day before it.
    Week(u8),
    /// There is none: each payment settles by itself.
    Continuous,
}

/// Among whom positions are netted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub enum Netting {
    /// Pair by pair.
    Bilateral,
    /// All together: one net per member.
    Multilateral,
    /// Among nobody: each payment moves from one member's balance with the agent to another's.
    None,
}

/// Settlement of the net.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct SettlementRule {
    /// Business days after the close on which it is paid: days open in all the calendars named. 0: the same day.
    pub plus_business_days: u8,
    /// Calendars that must be open.
    pub calendars: Vec<CalendarRole>,
    /// Rates at which positions are converted to the asset, where they are not kept in it.
    pub conversion: Option<ConversionRule>,
}

/// Whose calendar a rule needs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize)]
pub enum CalendarRole {
    /// The settlement agent's.
    Agent,
    /// That of the centre of the settlement asset.
    AssetCentre,
    /// Those of all members of the arrangement.
    Members,
}

/// How positions become amounts of the settlement asset.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct ConversionRule {
    /// Which reference rates.
    pub rates: ConversionRates,
    /// Rounding of the converted amount.
    pub rounding: Rounding,
    /// Rounding of a member's FX result, in its own currency.
    pub result_rounding: Rounding,
}

/// Which reference rates convert positions.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub enum ConversionRates {
    /// Those of the last fixing before the day of closing.
    PreviousFixing,
    /// Those of the day of closing.
    DayOfClosing,
}

/// Interest on balances between members.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct InterestRule {
    /// Rate per year, in parts per million.
    pub rate_ppm: u32,
    /// Day count.
    pub basis: money::DayCount,
    /// Rounding of the cumulative amount.
    pub rounding: Rounding,
}

/// Acceptance of a debit by the debited member.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct ConformityRule {
    /// Business days within which the debited member answers.
    pub within_business_days: u8,
    /// What silence means.
    pub silence_is: Silence,
}

/// What silence of the debited member means.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub enum Silence {
    /// The debit is accepted.
    Conformity,
    /// The debit is reversed.
    Extorno,
}

/// Returns of paid-out payments.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct ReturnRule {
    /// Calendar days after acceptance within which a payment may be returned, rolled forward to a business day.
    pub window_days: u16,
    /// Price of the return.
    pub rate: ReturnRate,
    /// Whether limits apply to it.
    pub exempt_from_limits: bool,
}

/// Price of a return.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub enum ReturnRate {
    /// The amounts of the original, pro rata when partly returned.
    Original,
    /// Those of the day of the return: it travels as a new operation.
    Day,
}

/// What suspension of a member does to what is queued towards it; the rest of the matrix is the same for all.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct SuspensionRule {
    /// Items queued towards the suspended member.
    pub queued_in: QueuedIn,
}

/// What happens to items queued towards a suspended member.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub enum QueuedIn {
    /// They are cancelled.
    Cancel,
    /// They stay and may clear.
    Keep,
}

/// A group of rules, for naming where they come from.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize)]
#[allow(missing_docs, reason = "the names are those of the plan's fields")]
pub enum RuleKey {
    Members,
    Initiator,
    Instrument,
    Price,
    Denomination,
    Counterparty,
    PositionCurrency,
    SettlementAsset,
    Triggers,
    Purposes,
    Evidence,
    Limit(LimitKind),
    Queue,
    Day,
    Cycle,
    Settlement,
    Interest,
    Conformity,
    Returns,
    Suspension,
    Fees,
    Credit,
    Quotas,
    Fund,
    CreditInterest,
    Ladder,
    Units,
    Reserve,
    Exit,
    Default,
}

/// Where a rule comes from.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct Article {
    /// Article of the treaty, regulation or design, as cited.
    pub citation: String,
    /// Whether the value is assumed, for want of a source.
    pub assumed: bool,
}

impl Plan {
    /// The rule for a kind of limit, if the rulebook knows that kind.
    #[must_use]
    pub fn limit(&self, kind: LimitKind) -> Option<&LimitRule> {
        self.limits.iter().find(|rule| rule.kind == kind)
    }

    /// What holds under a limit that nobody has set; none where nothing limits.
    #[must_use]
    pub fn unset_maximum_minor(&self, rule: &LimitRule) -> Option<u64> {
        let own = self.additions.limit_maxima.iter().find(|(kind, _)| *kind == rule.kind);
        match (own, rule.when_unset) {
            (Some((_, maximum)), _) => Some(maximum.get()),
            (None, WhenUnset::Zero) => Some(0),
            (None, WhenUnset::Unlimited) => None,
        }
    }

    /// Whether nets have to be turned from a unit of account into the settlement asset.
    #[must_use]
    pub fn has_unit(&self) -> bool {
        self.additions.unit.is_some()
    }

    /// Whether payments settle one by one in balances with the agent.
    #[must_use]
    pub fn settles_gross(&self) -> bool {
        self.cycle.netting == Netting::None
    }

    /// Seconds after local midnight of a step of the day.
    #[must_use]
    pub fn step_s(&self, step: DayStep) -> Option<u32> {
        self.day.steps.iter().find(|(found, _)| *found == step).map(|(_, at_s)| *at_s)
    }

    /// Where a rule comes from.
    #[must_use]
    pub fn article(&self, key: RuleKey) -> Option<&Article> {
        self.articles.iter().find(|(found, _)| *found == key).map(|(_, article)| article)
    }
}
