//! Events of any type with any values, drawn from numbers that proptest generates and shrinks: fewer and smaller numbers
//! make shorter lists and smaller values.

use domain::credit::*;
use domain::event::{
    Admitted, CommandKind, CycleClosed, Disposition, DisputeOutcome, EndReason, FxResult, PaymentEntered, Payout,
    Quote, Released, SettlementLeg, Stage,
};
use domain::ids::{
    Actor, ArrangementId, CalendarId, Commitment, ContentDigest, CurrencyId, CycleId, DocumentKey, DrawingId,
    InstitutionId, MemberId, PaymentId, PaymentKey, Role, RulebookId, RunId, Uetr,
};
use domain::limit::{LimitSetting, Scope};
use domain::membership::{CompletionRule, ExitRule};
use domain::payment::{Amounts, LegState, PricedForPayee, PricedPayment};
use domain::plan::*;
use domain::reserve::*;
use domain::{Date, Event, EventBody, Owner, PaymentOriginal, PaymentState, Refusal, RunMethod, RunProof, Timestamp};
use money::{AmountMinor, CurrencyCode, DayCount, Rate, RateRounding, Rounding};

/// Numbers to draw from; zeros when they run out.
pub struct Draw<'a>(pub std::slice::Iter<'a, u64>);

/// The places where an encoding changes its length, and the ends.
const EDGES: [u64; 12] =
    [0, 1, 23, 24, 255, 256, 65_535, 65_536, u32::MAX as u64, u32::MAX as u64 + 1, i64::MAX as u64, u64::MAX];

impl Draw<'_> {
    fn raw(&mut self) -> u64 {
        self.0.next().copied().unwrap_or(0)
    }

    /// A number of any length: an edge, a small one, or one of up to 64 bits.
    fn number(&mut self) -> u64 {
        let raw = self.raw();
        let rest = raw >> 8;
        match raw % 4 {
            0 => EDGES[usize::try_from(rest % 12).unwrap()],
            1 => rest % 100,
            _ => self.raw() >> (rest % 64),
        }
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.number() % bound
    }

    fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.raw() % u64::try_from(length).unwrap()).unwrap()
    }

    fn any<T: Drawn>(&mut self) -> T {
        T::draw(self)
    }
}

pub trait Drawn: Sized {
    fn draw(from: &mut Draw<'_>) -> Self;
}

/// Draws one of the types of event by its place in the list of them.
pub fn event(kind: usize, from: &mut Draw<'_>) -> Event {
    Event { actor: from.any(), approvals: from.any(), body: BODIES[kind](from) }
}

macro_rules! integers {
    ($($type:ty),+) => {
        $(impl Drawn for $type {
            fn draw(from: &mut Draw<'_>) -> Self {
                // The lowest bits: an edge stays one.
                Self::try_from(from.number() & u64::from(<$type>::MAX)).unwrap()
            }
        })+
    };
}

integers!(u8, u16, u32, u64);

impl Drawn for i64 {
    fn draw(from: &mut Draw<'_>) -> Self {
        from.number().cast_signed()
    }
}

impl Drawn for i128 {
    fn draw(from: &mut Draw<'_>) -> Self {
        let low = i128::from(from.number());
        match from.index(4) {
            0 => low,
            1 => !low,
            2 => low + i128::from(from.number()),
            _ => (low << 64 | i128::from(from.number())) >> from.index(64),
        }
    }
}

impl Drawn for bool {
    fn draw(from: &mut Draw<'_>) -> Self {
        from.index(2) == 1
    }
}

impl<const N: usize> Drawn for [u8; N] {
    fn draw(from: &mut Draw<'_>) -> Self {
        std::array::from_fn(|_| from.any())
    }
}

impl<T: Drawn> Drawn for Option<T> {
    fn draw(from: &mut Draw<'_>) -> Self {
        from.any::<bool>().then(|| from.any())
    }
}

impl<T: Drawn> Drawn for Vec<T> {
    fn draw(from: &mut Draw<'_>) -> Self {
        // 24 items are the first to need a longer head.
        let length = [0, 1, 2, 3, 23, 24][from.index(6)];
        (0..length).map(|_| from.any()).collect()
    }
}

impl<T: Drawn> Drawn for Box<T> {
    fn draw(from: &mut Draw<'_>) -> Self {
        Self::new(from.any())
    }
}

impl Drawn for String {
    fn draw(from: &mut Draw<'_>) -> Self {
        const LETTERS: [char; 8] = ['A', '0', ' ', '"', 'é', '\0', '中', '🌎'];
        let length = [0, 1, 4, 11, 35][from.index(5)];
        (0..length).map(|_| LETTERS[from.index(8)]).collect()
    }
}

impl Drawn for Box<str> {
    fn draw(from: &mut Draw<'_>) -> Self {
        from.any::<String>().into()
    }
}

macro_rules! wrappers {
    ($($type:ident),+) => {
        $(impl Drawn for $type {
            fn draw(from: &mut Draw<'_>) -> Self {
                Self(from.any())
            }
        })+
    };
}

wrappers!(
    MemberId,
    InstitutionId,
    CurrencyId,
    RulebookId,
    ArrangementId,
    CalendarId,
    PaymentId,
    CycleId,
    RunId,
    DrawingId
);
wrappers!(Uetr, ContentDigest, Commitment, DocumentKey, Timestamp);

macro_rules! structures {
    ($($type:ident { $($field:ident),+ $(,)? })+) => {
        $(impl Drawn for $type {
            fn draw(from: &mut Draw<'_>) -> Self {
                Self { $($field: from.any()),+ }
            }
        })+
    };
}

structures! {
    PaymentKey { institution, uetr }
    Amounts { payer, position, payee }
    RunProof { upper_bound_minor, certificate, ticks }
    PricedPayment { payment, payer }
    PricedForPayee { payment, payee }
    Released { payment, payout }
    FxResult { member, currency, counterpart_minor, settled_minor }
    SettlementLeg { member, counterparty, pay_in, amount }
    LimitSetting { arrangement, scope, maximum_minor, effective }
    Actor { role, person }
    PaymentEntered {
        payment, arrangement, uetr, payer, payee, content, commitment, document, instrument, purpose, urgent,
        denomination, position_currency, amounts, quote_until, value_date, collected, conformity_by, disposition,
    }
    PaymentOriginal {
        payment, arrangement, return_of, instructing, payer, payee, uetr, content, document, state, refusal, collection,
        payout, payout_when, payer_minor, position_minor, payee_minor, returned_minor, returned_payee_minor,
        position_currency, denomination, urgent, collected_first, quote_until, value_date, entered, conformity_by, cycle,
        dispute_outcome,
    }
    CycleClosed { arrangement, cycle, date, positions, interest, nets, fx_results, legs, settle_on }
    Plan {
        name, version, initiator, instrument, price, denominations, counterparty, position_currency, settlement_asset,
        triggers, purposes, evidence, limits, queue, day, cycle, settlement, interest, conformity, returns, suspension,
        articles, additions,
    }
    InstrumentRule { fields, check_digit }
    Triggers { collection, clearing, payout, payout_at_clearing_by_choice }
    Trigger { on, plus_business_days }
    EvidenceRule { above_asset_minor }
    LimitRule { kind, when_unset, on_limit, refusal }
    QueueRule { life_business_days, run_every_s }
    DayRule { zone, business_days, steps, entry_around_the_clock }
    CycleRule { length, netting }
    SettlementRule { plus_business_days, calendars, conversion }
    ConversionRule { rates, rounding, result_rounding }
    InterestRule { rate_ppm, basis, rounding }
    ConformityRule { within_business_days, silence_is }
    ReturnRule { window_days, rate, exempt_from_limits }
    SuspensionRule { queued_in }
    Article { citation, assumed }
    PriceDirection { payer, payee, rounding }
    CreditRule { part, quotas, interest, ladder, fund }
    TrancheSchedule { from, debtor, debtor_beyond_ppm, creditor, creditor_beyond_ppm, no_quota_as_debtor, no_quota }
    TrancheSlice { up_to_ppm, asset_ppm }
    QuotaTable { from, quotas, less_as_creditor }
    CreditInterest { on, basis, rate, rounding, dearer }
    Rung { of, at_ppm, action }
    FundRule { paid_in_ppm, callable_ppm, capital_minor }
    Holding { member, kind, counterparty, date }
    NetInParts { member, cash_minor, credit_minor }
    CycleClosedWithCredit { closed, parts, interest, repaid, changes }
    UnitRule { code, values, published }
    ExitRule { notice_months }
    CompletionRule { prefunding, pro_rata_cycles }
    ReserveRule { base, commitments, multiple_ppm, exceptions, lines }
    ReserveLine {
        name, against, granted_by, share_ppm, not_for, months, grace_months, instalments, renewals, rate, basis, rounding,
    }
    ReserveDrawn { arrangement, drawing, member, line, date, amount, rate_ppm, instalments, swap }
    SwapSide { currency, rate, amount }
}

impl Drawn for PlanAdditions {
    fn draw(from: &mut Draw<'_>) -> Self {
        Self {
            credit: from.any::<Option<CreditRule>>().map(Box::new),
            reserve: from.any::<Option<ReserveRule>>().map(Box::new),
            price_directions: from.any(),
            limit_maxima: from.any(),
            fees: from.any(),
            unit: from.any(),
            reported: from.any(),
            exit: from.any(),
            entry_by_consent: from.any(),
            completion: from.any(),
        }
    }
}

macro_rules! tuples {
    ($(($($part:ident),+))+) => {
        $(impl<$($part: Drawn),+> Drawn for ($($part),+) {
            fn draw(from: &mut Draw<'_>) -> Self {
                ($(from.any::<$part>()),+)
            }
        })+
    };
}

tuples! { (A, B) (A, B, C) }

macro_rules! choices {
    ($($type:ident { $($variant:ident $(($inner:ident))? $({ $($field:ident),+ })?),+ $(,)? })+) => {
        $(impl Drawn for $type {
            fn draw(from: &mut Draw<'_>) -> Self {
                let choices: &[fn(&mut Draw<'_>) -> Self] = &[$(
                    |_from| Self::$variant $((_from.any::<$inner>()))? $({ $($field: _from.any()),+ })?
                ),+];
                choices[from.index(choices.len())](from)
            }
        })+
    };
}

choices! {
    Role { House, Operator, Agent, Member(MemberId), Institution(InstitutionId) }
    Scope {
        InstitutionShare(InstitutionId), Pair { debtor, creditor }, CreditorExposure(MemberId), PerPayment(MemberId),
        Prefinancing(MemberId), CommittedLine(MemberId), Quota(MemberId), Claims(MemberId), Debts(MemberId),
        MemberTowardsAll(MemberId), Facility, PrefundedBalance(MemberId), Allocation(MemberId),
    }
    Quote { TwoSided { buy, sell }, Reference(Rate) }
    Disposition { Cleared(Payout), Queued, AwaitingRate, AwaitingCollection, Held(MemberId) }
    Admitted { Cleared(Payout), Queued, AlreadyCleared }
    Payout { AtClearing, AfterSettlement, AtConformity }
    EndReason { Cancelled, Suspended, Void, Expired, QuoteLapsed, MemberLeaving }
    DisputeOutcome { Upheld, Rejected, Lapsed }
    LegState { None, Due, Instructed, Confirmed, Failed, Aged }
    PaymentState {
        Refused, AwaitingRate, AwaitingCollection, Held, Queued, InCycle, Cleared, PaidOut, Cancelled, Expired, Returned,
        PartlyReturned, Disputed,
    }
    Stage { Observer, Shadow, Prefunded, Net }
    CommandKind {
        RegisterCurrency, Submit, Cancel, ConfirmTransfer, Suspend, Reinstate, ProposeRun, ReportPosition, DrawReserve,
        GiveNotice, SetStage,
    }
    Initiator { Payer, Payee }
    CheckDigit { None, Iso7064Mod11_10 }
    Price { Fixed { quote_validity_s, requote_tolerance_ppm, spread_max_ppm }, Open { rounding }, Par }
    Denomination { Payee, Payer, Asset }
    Counterparty { House, Pair }
    PositionCurrency { Asset, Denominated }
    TriggerEvent { Acceptance, Fixing, Conformity, Collection, Clearing, NetSettled }
    Purpose { Goods, Services, Remittance, Pension, PublicProgramme, Investment }
    LimitKind {
        InstitutionShare, Pair, CreditorExposure, PerPayment, Prefinancing, Quota, Claims, Debts, MemberTowardsAll,
        Facility, PrefundedBalance, Allocation,
    }
    WhenUnset { Unlimited, Zero }
    OnLimit { Refuse, Queue, PayExcess { within_business_days }, PayInAsset, SuspendFacility, BuyAllocation }
    CreditPart {
        Tranches { schedules }, Instalments { count, every_months, bars_while_unpaid }, Apportioned { amount, step },
        PassThrough { schedules, debt_months, repaid_in_quarters },
    }
    CreditRate { Fixed { ppm }, Index { name, margin_ppm, floor_ppm, fallback_ppm } }
    CreditBalance { Claims, Debts, Instalments }
    HoldingKind { Undated, Lot, Instalment, Pair }
    ReserveBase { PaidIn, Committed }
    ReserveAgainst { Promise, Currency }
    ReserveGrant { Right, Decision }
    RungOf { DebtorLimit, CreditorLimit, TotalCredit }
    RungAction { Notice, Consult, NoNewCredit, Referral }
    BusinessDays { Weekdays, AllMembersOpen, AgentOpen, EveryDay }
    DayStep { EntryOpens, RunsFrom, RunsTo, Fixing, EntryCutOff, LastRun, Close, PayInBy }
    Netting { Bilateral, Multilateral, None }
    FeeTo { House, PayerMember, PayeeMember }
    FeeRule { Percent { parts }, Flat { amount_minor } }
    Owner { House, Member(MemberId), Institution(InstitutionId), Arrangement(ArrangementId) }
    CalendarRole { Agent, AssetCentre, Members }
    ConversionRates { PreviousFixing, DayOfClosing }
    DayCount { Actual360, Actual365 }
    Rounding { Floor, Ceiling, HalfUp, HalfEven }
    RunMethod { Optimal, Fifo, Unfrozen }
    Silence { Conformity, Extorno }
    ReturnRate { Original, Day }
    QueuedIn { Cancel, Keep }
    RuleKey {
        Members, Initiator, Instrument, Price, Denomination, Counterparty, PositionCurrency, SettlementAsset, Triggers,
        Purposes, Evidence, Limit(LimitKind), Queue, Day, Cycle, Settlement, Interest, Conformity, Returns, Suspension,
        Fees, Units,
        Credit, Quotas, Fund, CreditInterest, Ladder, Reserve, Exit, Default,
    }
}

impl Drawn for CycleLength {
    fn draw(from: &mut Draw<'_>) -> Self {
        match from.index(4) {
            0 => Self::Day,
            1 => Self::Months(from.any()),
            2 => Self::Week(u8::try_from(1 + from.index(5)).unwrap()),
            _ => Self::Continuous,
        }
    }
}

impl Drawn for Refusal {
    fn draw(from: &mut Draw<'_>) -> Self {
        Self::ALL[from.index(Self::ALL.len())]
    }
}

impl Drawn for AmountMinor {
    fn draw(from: &mut Draw<'_>) -> Self {
        Self::new(1 + from.below(Self::MAX.get())).unwrap()
    }
}

impl Drawn for Date {
    fn draw(from: &mut Draw<'_>) -> Self {
        let first = Self::from_ymd(1, 1, 1).unwrap();
        let days = Self::from_ymd(9999, 12, 31).unwrap().0 - first.0;
        let ends = [first, Self(-1), Self(0), first.plus_days(days)];
        match from.index(8) {
            end @ 0..4 => ends[end],
            _ => first.plus_days(i32::try_from(from.below(u64::try_from(days).unwrap() + 1)).unwrap()),
        }
    }
}

impl Drawn for CurrencyCode {
    fn draw(from: &mut Draw<'_>) -> Self {
        Self::new(&std::array::from_fn(|_| b'A' + u8::try_from(from.index(26)).unwrap()))
    }
}

impl Drawn for Rate {
    fn draw(from: &mut Draw<'_>) -> Self {
        Self::new(from.number().max(1), u8::try_from(from.index(13)).unwrap()).unwrap()
    }
}

impl Drawn for RateRounding {
    fn draw(from: &mut Draw<'_>) -> Self {
        if from.any() {
            Self::Nearest { decimals: u8::try_from(from.index(13)).unwrap(), rounding: from.any() }
        } else {
            Self::HalfStep { decimals: 1 + u8::try_from(from.index(12)).unwrap() }
        }
    }
}

macro_rules! bodies {
    ($($name:ident $(($record:ident))? $({ $($field:ident),+ })?;)+) => {
        /// How each type of event is drawn.
        pub const BODIES: &[fn(&mut Draw<'_>) -> EventBody] = &[
            |from| EventBody::CurrencyRegistered {
                currency: from.any(),
                code: from.any(),
                minor_decimals: u8::try_from(from.index(5)).unwrap(),
            },
            $(|from| EventBody::$name $(({ let $record = from.any(); $record }))? $({ $($field: from.any()),+ })?,)+
        ];
    };
}

bodies! {
    CalendarDefined { calendar, name };
    CalendarDaysSet { calendar, closed, opened };
    MemberRegistered { member, code, bic };
    InstitutionAuthorised { institution, member, code, jurisdiction, calendar, currency };
    RulebookAdopted { rulebook, source, plan };
    ArrangementOpened { arrangement, rulebook, agent_calendar, asset_calendar };
    MemberJoined { arrangement, member, stage, payout_at_clearing };
    MemberLeft { arrangement, member };
    LimitSet(setting);
    PrefundingMoved { arrangement, member, amount, deposit };
    RatePublished { arrangement, member, currency, quote };
    DayOpened { arrangement, date, schedule, time_zone_version };
    DayClosed { arrangement, date, digest };
    PaymentEntered(entered);
    PaymentRefused { payment, arrangement, key, content, refusal, scope };
    IdentifierReused { key, content };
    CommandRefused { command, refusal, payment };
    PaymentsPriced { arrangement, date, collect_on, payments };
    PaymentsPricedForPayees { arrangement, date, collect_on, payments };
    FacilityStopped { arrangement };
    FacilityResumed { arrangement };
    FeesConfirmed { arrangement, owner, amount };
    UnitValuePublished { arrangement, from, value };
    AllocationGiven { arrangement, giver, taker, amount };
    PositionReported { arrangement, debtor, creditor, amount };
    AllocationTaken { arrangement, taker, amount };
    CollectionsConfirmed { arrangement, payments };
    FixingMade { arrangement, date, rates };
    RunFrozen { arrangement, run, items };
    QueueReleased { arrangement, run, payments };
    RunEnded { arrangement, run };
    PaymentRequoted { payment, amounts, quote_until };
    PaymentsEnded { arrangement, reason, payments };
    HoldReleased { payment, disposition, amounts, quote_until };
    HoldRefused { payment };
    ConformityGiven { arrangement, payments, by_silence };
    Extorno { arrangement, payments, by_silence };
    PayoutsConfirmed { arrangement, institution, payments };
    PayoutFailed { payment };
    PaymentReturned { payment, original, uetr, content, amounts, of_original, value_date, payout };
    DisputeOpened { payment, carrier, until };
    DisputeEnded { payment, outcome };
    CycleClosed(closed);
    SettlementConfirmed { arrangement, cycle, leg };
    CycleSettled { arrangement, cycle };
    TransferDue { arrangement, debtor, creditor, amount, by };
    TransferConfirmed { arrangement, debtor, creditor, amount };
    MemberSuspended { arrangement, member };
    MemberReinstated { arrangement, member };
    PaymentsEvicted { before };
    PaymentRecalled(original);
    RunOpened { arrangement, run, items, instance, until };
    CancelPending { payment };
    RunConcluded { arrangement, run, method, value_minor, proof };
    CycleClosedWithCredit(close);
    CloseStopped { arrangement, cycle, missing };
    IndexPublished { arrangement, index, rate_ppm };
    FundMoved { arrangement, member, amount, deposit };
    ReserveDrawn(drawn);
    DrawingPaidOut { arrangement, drawing };
    DrawingRepaid { arrangement, drawing, principal_minor, interest_minor };
    DrawingRenewed { arrangement, drawing };
    NoticeGiven { arrangement, member, effective };
    NoticeWithdrawn { arrangement, member };
    MemberLeaving { arrangement, member };
    PurposesSet { arrangement, member, purposes, effective };
    StageSet { arrangement, member, stage, payout_at_clearing, effective };
    DayExtended { arrangement, from_step, by_s, reason };
    HolidaySet { arrangement, date, closed, reason };
    PayInMoved { arrangement, cycle, settle_on, reason };
    RunMoved { arrangement, at, reason };
    EntryConsentSet { arrangement, member, given };
    CycleCompleted { arrangement, cycle, pay_ins, pay_outs, reason };
    ArrearsPaid { arrangement, cycle, member, counterparty, amount, paid };
}
