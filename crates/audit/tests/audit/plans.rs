//! Three sets of rules that differ in shape.

use domain::Refusal;
use domain::plan::{
    BusinessDays, CalendarRole, CheckDigit, ConformityRule, ConversionRates, ConversionRule, Counterparty, CycleLength,
    CycleRule, DayRule, DayStep, Denomination, EvidenceRule, Initiator, InstrumentRule, InterestRule, LimitKind,
    LimitRule, Netting, OnLimit, Plan, PlanAdditions, PositionCurrency, Price, Purpose, QueueRule, QueuedIn,
    ReturnRate, ReturnRule, SettlementRule, Silence, SuspensionRule, Trigger, TriggerEvent, Triggers, WhenUnset,
};
use money::{AmountMinor, CurrencyCode, DayCount, RateRounding, Rounding};

const HOUR_S: u32 = 3600;

fn on(event: TriggerEvent) -> Trigger {
    Trigger { on: event, plus_business_days: 0 }
}

fn limit(kind: LimitKind, when_unset: WhenUnset, on_limit: OnLimit, refusal: Refusal) -> LimitRule {
    LimitRule { kind, when_unset, on_limit, refusal }
}

/// The payer pushes at a fixed price; positions in dollars against the house, netted every day.
pub fn push_fixed() -> Plan {
    Plan {
        name: "push, fixed price".to_owned(),
        version: 1,
        initiator: Initiator::Payer,
        instrument: None,
        price: Price::Fixed { quote_validity_s: 1800, requote_tolerance_ppm: 10_000, spread_max_ppm: 5_000 },
        denominations: vec![Denomination::Payee, Denomination::Payer, Denomination::Asset],
        counterparty: Counterparty::House,
        position_currency: PositionCurrency::Asset,
        settlement_asset: CurrencyCode::USD,
        triggers: Triggers {
            collection: on(TriggerEvent::Acceptance),
            clearing: on(TriggerEvent::Collection),
            payout: on(TriggerEvent::NetSettled),
            payout_at_clearing_by_choice: true,
        },
        purposes: vec![Purpose::Goods, Purpose::Services, Purpose::Remittance],
        evidence: Some(EvidenceRule { above_asset_minor: AmountMinor::new(1_000_000).unwrap() }),
        limits: vec![
            limit(LimitKind::PerPayment, WhenUnset::Unlimited, OnLimit::Refuse, Refusal::PaymentTooLarge),
            limit(LimitKind::CreditorExposure, WhenUnset::Unlimited, OnLimit::Refuse, Refusal::CreditorLimit),
            limit(LimitKind::Pair, WhenUnset::Unlimited, OnLimit::Refuse, Refusal::PairLine),
            limit(LimitKind::InstitutionShare, WhenUnset::Zero, OnLimit::Queue, Refusal::ShareExceeded),
            limit(LimitKind::Prefinancing, WhenUnset::Zero, OnLimit::Queue, Refusal::PrefinancingLimit),
        ],
        queue: Some(QueueRule { life_business_days: 2, run_every_s: 600 }),
        day: DayRule {
            zone: "UTC".to_owned(),
            business_days: BusinessDays::Weekdays,
            steps: vec![
                (DayStep::EntryOpens, 0),
                (DayStep::RunsFrom, 12 * HOUR_S),
                (DayStep::RunsTo, 20 * HOUR_S),
                (DayStep::EntryCutOff, 20 * HOUR_S),
                (DayStep::LastRun, 20 * HOUR_S + 900),
                (DayStep::Close, 20 * HOUR_S + 1800),
                (DayStep::PayInBy, 16 * HOUR_S),
            ],
            entry_around_the_clock: true,
        },
        cycle: CycleRule { length: CycleLength::Day, netting: Netting::Multilateral },
        settlement: SettlementRule {
            plus_business_days: 1,
            calendars: vec![CalendarRole::Agent, CalendarRole::AssetCentre],
            conversion: None,
        },
        interest: None,
        conformity: None,
        returns: ReturnRule { window_days: 30, rate: ReturnRate::Original, exempt_from_limits: false },
        suspension: SuspensionRule { queued_in: QueuedIn::Cancel },
        articles: Vec::new(),
        additions: PlanAdditions::default(),
    }
}

/// The payer pushes at the price of the next fixing; positions in both currencies between two members.
pub fn push_open() -> Plan {
    Plan {
        name: "push, open price".to_owned(),
        price: Price::Open { rounding: RateRounding::HalfStep { decimals: 5 } },
        denominations: vec![Denomination::Payee],
        counterparty: Counterparty::Pair,
        position_currency: PositionCurrency::Denominated,
        triggers: Triggers {
            collection: Trigger { on: TriggerEvent::Fixing, plus_business_days: 1 },
            clearing: on(TriggerEvent::Collection),
            payout: on(TriggerEvent::NetSettled),
            payout_at_clearing_by_choice: false,
        },
        evidence: None,
        limits: Vec::new(),
        queue: None,
        day: DayRule {
            zone: "America/Sao_Paulo".to_owned(),
            business_days: BusinessDays::AllMembersOpen,
            steps: vec![
                (DayStep::EntryOpens, 9 * HOUR_S),
                (DayStep::EntryCutOff, 17 * HOUR_S),
                (DayStep::Fixing, 18 * HOUR_S),
                (DayStep::Close, 19 * HOUR_S),
                (DayStep::PayInBy, 16 * HOUR_S),
            ],
            entry_around_the_clock: false,
        },
        cycle: CycleRule { length: CycleLength::Day, netting: Netting::Bilateral },
        settlement: SettlementRule {
            plus_business_days: 0,
            calendars: vec![CalendarRole::AssetCentre, CalendarRole::Members],
            conversion: Some(ConversionRule {
                rates: ConversionRates::PreviousFixing,
                rounding: Rounding::HalfUp,
                result_rounding: Rounding::HalfUp,
            }),
        },
        returns: ReturnRule { window_days: 15, rate: ReturnRate::Day, exempt_from_limits: false },
        ..push_fixed()
    }
}

/// The payee's side debits on a registered instrument, within lines between pairs; netted every four months.
pub fn pull() -> Plan {
    Plan {
        name: "pull".to_owned(),
        initiator: Initiator::Payee,
        instrument: Some(InstrumentRule {
            fields: vec![("institution".to_owned(), 4), ("check_digit".to_owned(), 1), ("eventual".to_owned(), 2)],
            check_digit: CheckDigit::Iso7064Mod11_10,
        }),
        price: Price::Par,
        denominations: vec![Denomination::Asset],
        counterparty: Counterparty::Pair,
        triggers: Triggers {
            collection: on(TriggerEvent::Conformity),
            clearing: on(TriggerEvent::Acceptance),
            payout: on(TriggerEvent::Conformity),
            payout_at_clearing_by_choice: false,
        },
        evidence: None,
        limits: vec![limit(
            LimitKind::Pair,
            WhenUnset::Zero,
            OnLimit::PayExcess { within_business_days: 2 },
            Refusal::PairLine,
        )],
        queue: None,
        day: DayRule {
            zone: "America/Lima".to_owned(),
            business_days: BusinessDays::Weekdays,
            steps: vec![
                (DayStep::EntryOpens, 8 * HOUR_S),
                (DayStep::EntryCutOff, 16 * HOUR_S),
                (DayStep::Close, 18 * HOUR_S),
                (DayStep::PayInBy, 16 * HOUR_S),
            ],
            entry_around_the_clock: false,
        },
        cycle: CycleRule { length: CycleLength::Months(4), netting: Netting::Multilateral },
        settlement: SettlementRule {
            plus_business_days: 3,
            calendars: vec![CalendarRole::Agent, CalendarRole::AssetCentre],
            conversion: None,
        },
        interest: Some(InterestRule { rate_ppm: 55_000, basis: DayCount::Actual360, rounding: Rounding::HalfUp }),
        conformity: Some(ConformityRule { within_business_days: 5, silence_is: Silence::Conformity }),
        ..push_fixed()
    }
}
