//! Plans of three shapes, which between them have every kind of value that a plan may have.

use domain::Refusal;
use domain::credit::{
    CreditBalance, CreditInterest, CreditPart, CreditRate, CreditRule, FundRule, QuotaTable, Rung, RungAction, RungOf,
    TrancheSchedule, TrancheSlice,
};
use domain::plan::{
    Article, BusinessDays, CalendarRole, CheckDigit, ConformityRule, ConversionRates, ConversionRule, Counterparty,
    CycleLength, CycleRule, DayRule, DayStep, Denomination, EvidenceRule, Initiator, InstrumentRule, InterestRule,
    LimitKind, LimitRule, Netting, OnLimit, Plan, PlanAdditions, PositionCurrency, Price, Purpose, QueueRule, QueuedIn,
    ReturnRate, ReturnRule, RuleKey, SettlementRule, Silence, SuspensionRule, Trigger, TriggerEvent, Triggers,
    WhenUnset,
};
use domain::reserve::{ReserveAgainst, ReserveBase, ReserveGrant, ReserveLine, ReserveRule};
use money::{AmountMinor, CurrencyCode, DayCount, RateRounding, Rounding};

const fn after(on: TriggerEvent, plus_business_days: u8) -> Trigger {
    Trigger { on, plus_business_days }
}

fn article(key: RuleKey, citation: &str, assumed: bool) -> (RuleKey, Article) {
    (key, Article { citation: citation.to_owned(), assumed })
}

/// Push, fixed price, house, multilateral net each day.
pub fn push_fixed() -> Plan {
    Plan {
        name: "house-daily".to_owned(),
        version: 1,
        initiator: Initiator::Payer,
        instrument: None,
        price: Price::Fixed { quote_validity_s: 1_800, requote_tolerance_ppm: 10_000, spread_max_ppm: 5_000 },
        denominations: vec![Denomination::Payee, Denomination::Payer, Denomination::Asset],
        counterparty: Counterparty::House,
        position_currency: PositionCurrency::Asset,
        settlement_asset: CurrencyCode::USD,
        triggers: Triggers {
            collection: after(TriggerEvent::Acceptance, 0),
            clearing: after(TriggerEvent::Collection, 0),
            payout: after(TriggerEvent::NetSettled, 0),
            payout_at_clearing_by_choice: true,
        },
        purposes: vec![Purpose::Goods, Purpose::Services, Purpose::Remittance, Purpose::Pension],
        evidence: Some(EvidenceRule { above_asset_minor: AmountMinor::new(1_000_000).unwrap() }),
        limits: vec![
            limit(LimitKind::PerPayment, WhenUnset::Unlimited, OnLimit::Refuse, Refusal::PaymentTooLarge),
            limit(LimitKind::CreditorExposure, WhenUnset::Unlimited, OnLimit::Refuse, Refusal::CreditorLimit),
            limit(LimitKind::InstitutionShare, WhenUnset::Zero, OnLimit::Queue, Refusal::ShareExceeded),
            limit(LimitKind::Prefinancing, WhenUnset::Zero, OnLimit::Refuse, Refusal::PrefinancingLimit),
        ],
        queue: Some(QueueRule { life_business_days: 2, run_every_s: 600 }),
        day: DayRule {
            zone: "UTC".to_owned(),
            business_days: BusinessDays::Weekdays,
            steps: vec![
                (DayStep::EntryOpens, 0),
                (DayStep::RunsFrom, 43_200),
                (DayStep::RunsTo, 72_000),
                (DayStep::EntryCutOff, 72_000),
                (DayStep::LastRun, 72_900),
                (DayStep::Close, 73_800),
                (DayStep::PayInBy, 57_600),
            ],
            entry_around_the_clock: true,
        },
        cycle: CycleRule { length: CycleLength::Day, netting: Netting::Multilateral },
        settlement: SettlementRule {
            plus_business_days: 1,
            calendars: vec![CalendarRole::Agent, CalendarRole::AssetCentre, CalendarRole::Members],
            conversion: None,
        },
        interest: None,
        conformity: None,
        returns: ReturnRule { window_days: 90, rate: ReturnRate::Original, exempt_from_limits: true },
        suspension: SuspensionRule { queued_in: QueuedIn::Keep },
        articles: vec![
            article(RuleKey::Price, "rule 4", false),
            article(RuleKey::Limit(LimitKind::PerPayment), "rule 6", true),
        ],
        additions: PlanAdditions::default(),
    }
}

/// Push, price open until the fixing, pair, positions in two currencies and a net at another rate.
pub fn push_open() -> Plan {
    Plan {
        name: "pair-local".to_owned(),
        version: 3,
        price: Price::Open { rounding: RateRounding::HalfStep { decimals: 5 } },
        denominations: vec![Denomination::Payee],
        counterparty: Counterparty::Pair,
        position_currency: PositionCurrency::Denominated,
        triggers: Triggers {
            collection: after(TriggerEvent::Fixing, 1),
            clearing: after(TriggerEvent::Collection, 0),
            payout: after(TriggerEvent::NetSettled, 2),
            payout_at_clearing_by_choice: false,
        },
        purposes: vec![Purpose::PublicProgramme, Purpose::Investment],
        evidence: None,
        limits: Vec::new(),
        queue: None,
        day: DayRule {
            zone: "America/Argentina/Buenos_Aires".to_owned(),
            business_days: BusinessDays::AllMembersOpen,
            steps: vec![(DayStep::Fixing, 55_800)],
            entry_around_the_clock: false,
        },
        cycle: CycleRule { length: CycleLength::Day, netting: Netting::Bilateral },
        settlement: SettlementRule {
            plus_business_days: 0,
            calendars: vec![CalendarRole::AssetCentre],
            conversion: Some(ConversionRule {
                rates: ConversionRates::PreviousFixing,
                rounding: Rounding::HalfUp,
                result_rounding: Rounding::Floor,
            }),
        },
        returns: ReturnRule { window_days: 0, rate: ReturnRate::Day, exempt_from_limits: false },
        suspension: SuspensionRule { queued_in: QueuedIn::Cancel },
        articles: Vec::new(),
        ..push_fixed()
    }
}

/// Pull on an instrument, at par, with conformity, lines between pairs, months of credit and interest.
pub fn pull_on_instrument() -> Plan {
    Plan {
        name: "pull-months".to_owned(),
        version: u32::MAX,
        initiator: Initiator::Payee,
        instrument: Some(InstrumentRule {
            fields: vec![("institution".to_owned(), 4), ("year".to_owned(), 1), ("check_digit".to_owned(), 1)],
            check_digit: CheckDigit::Iso7064Mod11_10,
        }),
        price: Price::Par,
        denominations: vec![Denomination::Asset],
        triggers: Triggers {
            collection: after(TriggerEvent::Conformity, 0),
            clearing: after(TriggerEvent::Acceptance, 0),
            payout: after(TriggerEvent::Clearing, u8::MAX),
            payout_at_clearing_by_choice: false,
        },
        limits: vec![limit(
            LimitKind::Pair,
            WhenUnset::Zero,
            OnLimit::PayExcess { within_business_days: 3 },
            Refusal::PairLine,
        )],
        cycle: CycleRule { length: CycleLength::Months(4), netting: Netting::Multilateral },
        interest: Some(InterestRule { rate_ppm: 53_125, basis: DayCount::Actual360, rounding: Rounding::HalfEven }),
        conformity: Some(ConformityRule { within_business_days: 5, silence_is: Silence::Conformity }),
        articles: every_key().map(|key| article(key, "", false)).collect(),
        ..push_open()
    }
}

fn limit(kind: LimitKind, when_unset: WhenUnset, on_limit: OnLimit, refusal: Refusal) -> LimitRule {
    LimitRule { kind, when_unset, on_limit, refusal }
}

fn every_key() -> impl Iterator<Item = RuleKey> {
    [
        RuleKey::Members,
        RuleKey::Initiator,
        RuleKey::Instrument,
        RuleKey::Price,
        RuleKey::Denomination,
        RuleKey::Counterparty,
        RuleKey::PositionCurrency,
        RuleKey::SettlementAsset,
        RuleKey::Triggers,
        RuleKey::Purposes,
        RuleKey::Evidence,
        RuleKey::Limit(LimitKind::InstitutionShare),
        RuleKey::Limit(LimitKind::Pair),
        RuleKey::Limit(LimitKind::CreditorExposure),
        RuleKey::Limit(LimitKind::Prefinancing),
        RuleKey::Queue,
        RuleKey::Day,
        RuleKey::Cycle,
        RuleKey::Settlement,
        RuleKey::Interest,
        RuleKey::Conformity,
        RuleKey::Returns,
        RuleKey::Suspension,
    ]
    .into_iter()
}

/// Reserve funds over what was paid in and over what was committed, with lines of both kinds.
pub fn with_reserve() -> Vec<Plan> {
    let line = |name: &str, against, granted_by, rate| ReserveLine {
        name: name.to_owned(),
        against,
        granted_by,
        share_ppm: 300_000,
        not_for: vec!["HKG".to_owned()],
        months: 60,
        grace_months: 36,
        instalments: 8,
        renewals: 2,
        rate,
        basis: DayCount::Actual360,
        rounding: Rounding::HalfUp,
    };
    let index = CreditRate::Index { name: "SOFR".to_owned(), margin_ppm: 15_000, floor_ppm: 0, fallback_ppm: 50_000 };
    let loan = line("liquidity", ReserveAgainst::Promise, ReserveGrant::Right, CreditRate::Fixed { ppm: 40_000 });
    let swap = line("swap", ReserveAgainst::Currency, ReserveGrant::Decision, index);
    let fund = |base, commitments, lines| ReserveRule {
        base,
        commitments,
        multiple_ppm: 2_500_000,
        exceptions: vec![("BOL".to_owned(), 2_600_000)],
        lines,
    };
    let paid_in = fund(ReserveBase::PaidIn, Vec::new(), vec![loan.clone(), swap.clone()]);
    let committed = fund(ReserveBase::Committed, vec![("CHN".to_owned(), 3_420_000_000_000)], vec![swap]);
    let plan = |reserve: ReserveRule| Plan {
        additions: PlanAdditions { reserve: Some(Box::new(reserve)), ..PlanAdditions::default() },
        articles: vec![article(RuleKey::Reserve, "agreement, art. 10", false)],
        ..push_fixed()
    };
    vec![plan(paid_in), plan(committed)]
}

/// Every kind of credit that a plan may have, one after the other, and a plan that has one of them.
pub fn with_credit() -> Vec<Plan> {
    let slice = |up_to_ppm, asset_ppm| TrancheSlice { up_to_ppm, asset_ppm };
    let schedule = TrancheSchedule {
        from: domain::Date(-7_124),
        debtor: vec![slice(200_000, 0), slice(1_000_000, 800_000)],
        debtor_beyond_ppm: 1_000_000,
        creditor: vec![slice(1_000_000, 500_000)],
        creditor_beyond_ppm: 500_000,
        no_quota_as_debtor: vec!["GRC".to_owned()],
        no_quota: vec!["TUR".to_owned()],
    };
    let amount = |minor| AmountMinor::new(minor).unwrap();
    let parts = [
        CreditPart::Tranches { schedules: vec![schedule.clone()] },
        CreditPart::Instalments { count: 4, every_months: 1, bars_while_unpaid: true },
        CreditPart::Apportioned { amount: amount(22_500_000), step: amount(10_000) },
        CreditPart::PassThrough { schedules: vec![schedule], debt_months: 6, repaid_in_quarters: 2 },
    ];
    let rate = CreditRate::Index { name: "SOFR".to_owned(), margin_ppm: 5_000, floor_ppm: 0, fallback_ppm: 36_000 };
    let interest = |on, rate, dearer| CreditInterest {
        on,
        basis: DayCount::Actual360,
        rate,
        rounding: money::Rounding::Floor,
        dearer,
    };
    let credit = |part| CreditRule {
        part,
        quotas: vec![QuotaTable {
            from: domain::Date(0),
            quotas: vec![("DEU".to_owned(), 32_000_000_000)],
            less_as_creditor: vec![("DEU".to_owned(), 1)],
        }],
        interest: vec![
            interest(CreditBalance::Claims, CreditRate::Fixed { ppm: 20_000 }, None),
            interest(CreditBalance::Debts, rate.clone(), Some((90, 10_000))),
        ],
        ladder: vec![Rung { of: RungOf::DebtorLimit, at_ppm: 900_000, action: RungAction::NoNewCredit }],
        fund: Some(FundRule { paid_in_ppm: 50_000, callable_ppm: 200_000, capital_minor: 0 }),
    };
    let plan = |part| Plan {
        additions: PlanAdditions { credit: Some(Box::new(credit(part))), ..PlanAdditions::default() },
        ..push_fixed()
    };
    parts.into_iter().map(plan).collect()
}
