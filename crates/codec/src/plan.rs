//! The rules of an arrangement in bytes: field by field, under a version of their own.
//!
//! A plan is an array of its version and its fields. It stands beside the source of the rulebook in the event that
//! adopted it, so that no later reader of rulebook files decides what an old journal means.

use crate::error::DecodeError;
use crate::item::{Item, record_item, tuple_item};
use crate::numbers::{cycle_length, fee, on_limit, price, rate_rounding, rule_key};
use crate::reader::{Reader, Refused};
use crate::writer::Writer;
use domain::Date;
use domain::membership::{CompletionRule, ExitRule};
use domain::plan::{
    Article, ConformityRule, ConversionRule, CycleLength, CycleRule, DayRule, DayStep, EvidenceRule, FeeRule, FeeTo,
    InstrumentRule, InterestRule, LimitKind, LimitRule, OnLimit, Plan, PlanAdditions, Price, PriceDirection, QueueRule,
    ReturnRule, RuleKey, SettlementRule, SuspensionRule, Trigger, Triggers, UnitRule,
};
use money::{AmountMinor, MAX_RATE_DECIMALS, Rate, RateRounding};

/// Version of the form of a plan without additions.
const FIELDS_ONLY: u64 = 1;
/// Version of the form of a plan with additions: its fields, then a map of those additions that it has. A plan without any
/// has the form above, so that the same plan is always the same bytes.
const WITH_ADDITIONS: u64 = 2;

impl Item for Box<Plan> {
    const LEAST_BYTES: usize = 1 + PlanFields::FIELDS;

    fn write(&self, to: &mut Writer<'_>) {
        let additions = present(&self.additions);
        let with_additions = usize::from(additions > 0);
        to.array(1 + PlanFields::FIELDS + with_additions);
        to.unsigned(if with_additions > 0 { WITH_ADDITIONS } else { FIELDS_ONLY });
        PlanFields::write(self, to);
        if with_additions > 0 {
            to.map(additions);
            write_additions(&self.additions, to);
        }
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Refused> {
        const EXPECTED: &str = "a plan: [version, field, …]";
        let at = from.position();
        let items = from.array(1, EXPECTED)?;
        let version = from.unsigned(EXPECTED)?;
        let with_additions = match version {
            FIELDS_ONLY => 0,
            WITH_ADDITIONS => 1,
            _ => return Err(from.refuse(DecodeError::UnknownVersion { name: "Plan", version })),
        };
        if items != 1 + PlanFields::FIELDS + with_additions {
            return Err(from.malformed(at, EXPECTED));
        }
        let mut plan = PlanFields::read(from)?;
        if with_additions > 0 {
            plan.additions = read_additions(from)?;
        }
        Ok(Box::new(plan))
    }
}

/// The fields that every plan has, in the order in which they are written.
struct PlanFields;

macro_rules! plan_fields {
    ($($field:ident),+ $(,)?) => {
        impl PlanFields {
            const FIELDS: usize = [$(stringify!($field)),+].len();

            fn write(plan: &Plan, to: &mut Writer<'_>) {
                let Plan { $($field,)+ additions: _ } = plan;
                $($field.write(to);)+
            }

            fn read(from: &mut Reader<'_>) -> Result<Plan, Refused> {
                $(let $field = Item::read(from)?;)+
                Ok(Plan { $($field,)+ additions: PlanAdditions::default() })
            }
        }
    };
}

/// Additions by their keys, which are permanent. One that has its default is left out.
macro_rules! plan_additions {
    ($($field:ident = $key:literal),* $(,)?) => {
        /// How many additions a plan has.
        fn present(additions: &PlanAdditions) -> usize {
            let PlanAdditions { $($field),* } = additions;
            [$(usize::from(!is_default($field))),*].iter().sum()
        }

        fn write_additions(additions: &PlanAdditions, to: &mut Writer<'_>) {
            let PlanAdditions { $($field),* } = additions;
            $(if !is_default($field) {
                to.unsigned($key);
                $field.write(to);
            })*
        }

        fn read_additions(from: &mut Reader<'_>) -> Result<PlanAdditions, Refused> {
            const EXPECTED: &str = "a map of a plan's additions, keys ascending, none with its default";
            let mut additions = PlanAdditions::default();
            let at = from.position();
            let pairs = from.map(EXPECTED)?;
            if pairs == 0 {
                return Err(from.malformed(at, EXPECTED));
            }
            let mut before = 0;
            for _ in 0..pairs {
                let at = from.position();
                let key = from.unsigned(EXPECTED)?;
                if key <= before {
                    return Err(from.malformed(at, EXPECTED));
                }
                before = key;
                match key {
                    $($key => {
                        additions.$field = Item::read(from)?;
                        if is_default(&additions.$field) {
                            return Err(from.malformed(at, EXPECTED));
                        }
                    })*
                    _ => return Err(from.refuse(DecodeError::UnknownVersion { name: "an addition to Plan", version: key })),
                }
            }
            Ok(additions)
        }
    };
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

// Keys 1 to 19: credit; 20 to 39: kinds of arrangements.
plan_additions! {
    credit = 1,
    reserve = 10,
    price_directions = 20,
    limit_maxima = 21,
    fees = 22,
    unit = 23,
    reported = 24,
    // Keys 40 to 59: membership.
    exit = 40,
    entry_by_consent = 41,
    completion = 42,
}

plan_fields! {
    name,
    version,
    initiator,
    instrument,
    price,
    denominations,
    counterparty,
    position_currency,
    settlement_asset,
    triggers,
    purposes,
    evidence,
    limits,
    queue,
    day,
    cycle,
    settlement,
    interest,
    conformity,
    returns,
    suspension,
    articles,
}

record_item!(InstrumentRule { fields, check_digit });
record_item!(Triggers { collection, clearing, payout, payout_at_clearing_by_choice });
record_item!(Trigger { on, plus_business_days });
record_item!(EvidenceRule { above_asset_minor });
record_item!(LimitRule { kind, when_unset, on_limit, refusal });
record_item!(QueueRule { life_business_days, run_every_s });
record_item!(DayRule { zone, business_days, steps, entry_around_the_clock });
record_item!(CycleRule { length, netting });
record_item!(SettlementRule { plus_business_days, calendars, conversion });
record_item!(ConversionRule { rates, rounding, result_rounding });
record_item!(InterestRule { rate_ppm, basis, rounding });
record_item!(ConformityRule { within_business_days, silence_is });
record_item!(ReturnRule { window_days, rate, exempt_from_limits });
record_item!(SuspensionRule { queued_in });
record_item!(ExitRule { notice_months });
record_item!(CompletionRule { prefunding, pro_rata_cycles });
record_item!(Article { citation, assumed });
record_item!(PriceDirection { payer, payee, rounding });
record_item!(UnitRule { code, values, published });

tuple_item! {
    (name: String, digits: u8);
    (step: DayStep, at_s: u32);
    (key: RuleKey, article: Article);
    (kind: LimitKind, maximum: AmountMinor);
    (to: FeeTo, ppm: u32);
    (from: Date, value: Rate);
}

/// `[1, quote_validity_s, requote_tolerance_ppm, spread_max_ppm]`, `[2, rounding]` or `[3]`.
impl Item for Price {
    fn write(&self, to: &mut Writer<'_>) {
        match self {
            Self::Fixed { quote_validity_s, requote_tolerance_ppm, spread_max_ppm } => {
                to.array(4);
                to.unsigned(price::FIXED);
                quote_validity_s.write(to);
                requote_tolerance_ppm.write(to);
                spread_max_ppm.write(to);
            }
            Self::Open { rounding } => {
                to.array(2);
                to.unsigned(price::OPEN);
                rounding.write(to);
            }
            Self::Par => {
                to.array(1);
                to.unsigned(price::PAR);
            }
        }
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Refused> {
        const EXPECTED: &str = "a price: [1, validity, tolerance, spread], [2, rounding] or [3]";
        let at = from.position();
        match (from.array(1, EXPECTED)?, from.unsigned(EXPECTED)?) {
            (4, price::FIXED) => Ok(Self::Fixed {
                quote_validity_s: Item::read(from)?,
                requote_tolerance_ppm: Item::read(from)?,
                spread_max_ppm: Item::read(from)?,
            }),
            (2, price::OPEN) => Ok(Self::Open { rounding: Item::read(from)? }),
            (1, price::PAR) => Ok(Self::Par),
            _ => Err(from.malformed(at, EXPECTED)),
        }
    }
}

/// `[1, decimals, rounding]` or `[2, decimals]`.
impl Item for RateRounding {
    fn write(&self, to: &mut Writer<'_>) {
        assert!(decimals_fit(*self), "bug: a rate is rounded to {} decimals", self.decimals());
        match self {
            Self::Nearest { decimals, rounding } => {
                to.array(3);
                to.unsigned(rate_rounding::NEAREST);
                decimals.write(to);
                rounding.write(to);
            }
            Self::HalfStep { decimals } => {
                to.array(2);
                to.unsigned(rate_rounding::HALF_STEP);
                decimals.write(to);
            }
        }
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Refused> {
        const EXPECTED: &str = "a rounding of rates: [1, decimals up to 12, rounding] or [2, decimals from 1 to 12]";
        let at = from.position();
        let rounding = match (from.array(1, EXPECTED)?, from.unsigned(EXPECTED)?) {
            (3, rate_rounding::NEAREST) => Self::Nearest { decimals: Item::read(from)?, rounding: Item::read(from)? },
            (2, rate_rounding::HALF_STEP) => Self::HalfStep { decimals: Item::read(from)? },
            _ => return Err(from.malformed(at, EXPECTED)),
        };
        if decimals_fit(rounding) { Ok(rounding) } else { Err(from.out_of_range(at, EXPECTED)) }
    }
}

const fn decimals_fit(rounding: RateRounding) -> bool {
    match rounding {
        RateRounding::Nearest { decimals, .. } => decimals <= MAX_RATE_DECIMALS,
        RateRounding::HalfStep { decimals } => decimals >= 1 && decimals <= MAX_RATE_DECIMALS,
    }
}

/// `[1, [to, parts per million, …]]` or `[2, amount]`.
impl Item for FeeRule {
    fn write(&self, to: &mut Writer<'_>) {
        to.array(2);
        match self {
            Self::Percent { parts } => {
                to.unsigned(fee::PERCENT);
                parts.write(to);
            }
            Self::Flat { amount_minor } => {
                to.unsigned(fee::FLAT);
                amount_minor.write(to);
            }
        }
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Refused> {
        const EXPECTED: &str = "a fee: [1, parts] or [2, amount]";
        let at = from.position();
        match (from.array(1, EXPECTED)?, from.unsigned(EXPECTED)?) {
            (2, fee::PERCENT) => Ok(Self::Percent { parts: Item::read(from)? }),
            (2, fee::FLAT) => Ok(Self::Flat { amount_minor: Item::read(from)? }),
            _ => Err(from.malformed(at, EXPECTED)),
        }
    }
}

/// `[1]`, `[2]`, `[3, within_business_days]`, `[4]`, `[20]` or `[21]`.
impl Item for OnLimit {
    fn write(&self, to: &mut Writer<'_>) {
        match self {
            Self::Refuse => {
                to.array(1);
                to.unsigned(on_limit::REFUSE);
            }
            Self::Queue => {
                to.array(1);
                to.unsigned(on_limit::QUEUE);
            }
            Self::PayExcess { within_business_days } => {
                to.array(2);
                to.unsigned(on_limit::PAY_EXCESS);
                within_business_days.write(to);
            }
            Self::PayInAsset => {
                to.array(1);
                to.unsigned(on_limit::PAY_IN_ASSET);
            }
            Self::BuyAllocation => {
                to.array(1);
                to.unsigned(on_limit::BUY_ALLOCATION);
            }
            Self::SuspendFacility => {
                to.array(1);
                to.unsigned(on_limit::SUSPEND_FACILITY);
            }
        }
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Refused> {
        const EXPECTED: &str = "what happens at a limit: [1], [2], [3, business days], [4], [20] or [21]";
        let at = from.position();
        match (from.array(1, EXPECTED)?, from.unsigned(EXPECTED)?) {
            (1, on_limit::REFUSE) => Ok(Self::Refuse),
            (1, on_limit::QUEUE) => Ok(Self::Queue),
            (1, on_limit::PAY_IN_ASSET) => Ok(Self::PayInAsset),
            (1, on_limit::BUY_ALLOCATION) => Ok(Self::BuyAllocation),
            (1, on_limit::SUSPEND_FACILITY) => Ok(Self::SuspendFacility),
            (2, on_limit::PAY_EXCESS) => Ok(Self::PayExcess { within_business_days: Item::read(from)? }),
            _ => Err(from.malformed(at, EXPECTED)),
        }
    }
}

/// `[1]` or `[2, months]`.
impl Item for CycleLength {
    fn write(&self, to: &mut Writer<'_>) {
        match self {
            Self::Day => {
                to.array(1);
                to.unsigned(cycle_length::DAY);
            }
            Self::Months(months) => {
                to.array(2);
                to.unsigned(cycle_length::MONTHS);
                months.write(to);
            }
            Self::Week(closes_on) => {
                assert!((1..=5).contains(closes_on), "bug: a week that closes on day {closes_on}");
                to.array(2);
                to.unsigned(cycle_length::WEEK);
                closes_on.write(to);
            }
            Self::Continuous => {
                to.array(1);
                to.unsigned(cycle_length::CONTINUOUS);
            }
        }
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Refused> {
        const EXPECTED: &str = "the length of a cycle: [1], [2, months], [20, day of the week from 1 to 5] or [21]";
        let at = from.position();
        match (from.array(1, EXPECTED)?, from.unsigned(EXPECTED)?) {
            (1, cycle_length::DAY) => Ok(Self::Day),
            (2, cycle_length::MONTHS) => Item::read(from).map(Self::Months),
            (2, cycle_length::WEEK) => match Item::read(from)? {
                closes_on @ 1..=5 => Ok(Self::Week(closes_on)),
                _ => Err(from.out_of_range(at, EXPECTED)),
            },
            (1, cycle_length::CONTINUOUS) => Ok(Self::Continuous),
            _ => Err(from.malformed(at, EXPECTED)),
        }
    }
}

macro_rules! rule_keys {
    ($($name:ident = $number:ident),+ $(,)?) => {
        /// `[number]`, or `[12, kind]` for the rule of a limit.
        impl Item for RuleKey {
            fn write(&self, to: &mut Writer<'_>) {
                let number = match self {
                    $(Self::$name => rule_key::$number,)+
                    Self::Limit(kind) => {
                        to.array(2);
                        to.unsigned(rule_key::LIMIT);
                        kind.write(to);
                        return;
                    }
                };
                to.array(1);
                to.unsigned(number);
            }

            fn read(from: &mut Reader<'_>) -> Result<Self, Refused> {
                const EXPECTED: &str = "the key of a rule: [number] or [12, kind]";
                let at = from.position();
                match (from.array(1, EXPECTED)?, from.unsigned(EXPECTED)?) {
                    $((1, rule_key::$number) => Ok(Self::$name),)+
                    (2, rule_key::LIMIT) => Item::read(from).map(Self::Limit),
                    _ => Err(from.malformed(at, EXPECTED)),
                }
            }
        }
    };
}

rule_keys! {
    Members = MEMBERS,
    Initiator = INITIATOR,
    Instrument = INSTRUMENT,
    Price = PRICE,
    Denomination = DENOMINATION,
    Counterparty = COUNTERPARTY,
    PositionCurrency = POSITION_CURRENCY,
    SettlementAsset = SETTLEMENT_ASSET,
    Triggers = TRIGGERS,
    Purposes = PURPOSES,
    Evidence = EVIDENCE,
    Queue = QUEUE,
    Day = DAY,
    Cycle = CYCLE,
    Settlement = SETTLEMENT,
    Interest = INTEREST,
    Conformity = CONFORMITY,
    Returns = RETURNS,
    Suspension = SUSPENSION,
    Credit = CREDIT,
    Quotas = QUOTAS,
    Fund = FUND,
    CreditInterest = CREDIT_INTEREST,
    Ladder = LADDER,
    Reserve = RESERVE,
    Fees = FEES,
    Units = UNITS,
    Exit = EXIT,
    Default = DEFAULT,
}
