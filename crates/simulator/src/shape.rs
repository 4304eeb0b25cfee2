//! The house that a seed builds: currencies, members, institutions, and arrangements under the built-in rulebooks or
//! drawn ones.

use crate::drawn_rulebook;
use crate::random::Random;
use domain::event::Stage;
use domain::plan::{CycleLength, DayStep, LimitKind, Plan, Price, QueuedIn, Silence};
use domain::time::{DAY_US, SECOND_US};
use domain::{ArrangementId, CalendarId, CurrencyId, Date, InstitutionId, MemberId, Timestamp};
use money::{AmountMinor, CurrencyCode};
use std::sync::OnceLock;

/// How many arrangements of a million are under a rulebook that was drawn, and not under one of the library.
const DRAWN_RULEBOOKS_PPM: u32 = 300_000;

/// What the seed decided before anything happens.
pub(crate) struct Shape {
    /// The first is the settlement asset of every arrangement.
    pub(crate) currencies: Vec<CurrencyShape>,
    /// Names of calendars: one a member, then the agent's, then that of the asset's centre.
    pub(crate) calendars: Vec<String>,
    pub(crate) members: Vec<MemberShape>,
    pub(crate) institutions: Vec<InstitutionShape>,
    pub(crate) arrangements: Vec<ArrangementShape>,
    /// First business date.
    pub(crate) start: Date,
    /// A typical payment in minor units of the asset: limits are drawn around it.
    pub(crate) typical_minor: u64,
}

pub(crate) struct CurrencyShape {
    pub(crate) code: CurrencyCode,
    pub(crate) minor_decimals: u8,
    /// Units of the currency for a unit of the asset, with [`RATE_DECIMALS`] decimals.
    pub(crate) per_asset: u64,
}

/// Decimals of the rates that members publish.
pub(crate) const RATE_DECIMALS: u8 = 4;

pub(crate) struct MemberShape {
    pub(crate) code: String,
    pub(crate) bic: String,
    pub(crate) currency: CurrencyId,
    pub(crate) calendar: CalendarId,
}

pub(crate) struct InstitutionShape {
    pub(crate) member: MemberId,
    pub(crate) code: String,
}

pub(crate) struct ArrangementShape {
    pub(crate) name: String,
    pub(crate) source: String,
    pub(crate) plan: Plan,
    /// Seconds by which the arrangement's zone is behind UTC.
    pub(crate) behind_utc_s: u32,
    /// Members that join at the beginning.
    pub(crate) joins: Vec<(MemberId, Stage, bool)>,
    /// Limits at the beginning, in multiples of a typical payment.
    pub(crate) prefunding_minor: Vec<(MemberId, AmountMinor)>,
    pub(crate) shares_minor: Vec<(InstitutionId, u64)>,
    pub(crate) lines_minor: Vec<(MemberId, MemberId, u64)>,
    pub(crate) prefinancing_minor: Vec<(MemberId, u64)>,
    pub(crate) towards_all_minor: Vec<(MemberId, u64)>,
    pub(crate) allocations_minor: Vec<(MemberId, u64)>,
}

impl Shape {
    pub(crate) fn draw(random: &mut Random) -> Self {
        let start = start_date(random);
        let typical_minor = random.magnitude(5_000, 20_000_000);
        let member_count = random.size(2, 6);
        let mut currencies = vec![CurrencyShape {
            code: CurrencyCode::new(b"USD"),
            minor_decimals: 2,
            per_asset: 10_u64.pow(u32::from(RATE_DECIMALS)),
        }];
        let mut members = Vec::new();
        for index in 0..member_count {
            // Some members use the settlement asset as their own money.
            let currency = if random.chance(150_000) {
                CurrencyId(0)
            } else {
                currencies.push(currency(index, random));
                CurrencyId::from_index(currencies.len() - 1)
            };
            let calendar = CalendarId::from_index(index);
            members.push(MemberShape {
                code: format!("M{index:02}"),
                bic: format!("MEMB{index:02}XX"),
                currency,
                calendar,
            });
        }
        // Units of account that rulebooks name are registered like currencies.
        for unit in rulebooks().iter().filter_map(|rulebook| rulebook.plan.additions.unit.as_ref()) {
            if currencies.iter().all(|known| known.code != unit.code) {
                let per_asset = 10_u64.pow(u32::from(RATE_DECIMALS));
                currencies.push(CurrencyShape { code: unit.code, minor_decimals: 2, per_asset });
            }
        }
        let calendars = (0..member_count)
            .map(|index| format!("system of M{index:02}"))
            .chain(["agent".to_owned(), "centre".to_owned()])
            .collect();
        let mut institutions = Vec::new();
        for index in 0..member_count {
            for number in 0..random.size(1, 3) {
                let member = MemberId::from_index(index);
                institutions.push(InstitutionShape { member, code: format!("M{index:02}-BANK{number}") });
            }
        }
        let mut shape =
            Self { currencies, calendars, members, institutions, arrangements: Vec::new(), start, typical_minor };
        let count = if random.chance(250_000) { 2 } else { 1 };
        for _ in 0..count {
            let arrangement = shape.draw_arrangement(random);
            shape.arrangements.push(arrangement);
        }
        shape
    }

    pub(crate) fn agent_calendar(&self) -> CalendarId {
        CalendarId::from_index(self.members.len())
    }

    pub(crate) fn asset_calendar(&self) -> CalendarId {
        CalendarId::from_index(self.members.len() + 1)
    }

    pub(crate) fn institution_ids(&self) -> impl Iterator<Item = (InstitutionId, &InstitutionShape)> {
        self.institutions.iter().enumerate().map(|(index, found)| (InstitutionId::from_index(index), found))
    }

    /// The edge currency of an institution.
    pub(crate) fn currency_of(&self, institution: InstitutionId) -> CurrencyId {
        self.member(self.institutions[institution.index()].member).currency
    }

    pub(crate) fn member(&self, member: MemberId) -> &MemberShape {
        &self.members[member.index()]
    }

    pub(crate) fn arrangement(&self, arrangement: ArrangementId) -> &ArrangementShape {
        &self.arrangements[arrangement.index()]
    }

    /// About as much in a currency as an amount in the asset.
    pub(crate) fn in_currency(&self, asset_minor: u64, currency: CurrencyId) -> u64 {
        let found = &self.currencies[currency.index()];
        let scaled =
            u128::from(asset_minor) * u128::from(found.per_asset) * 10_u128.pow(u32::from(found.minor_decimals));
        let minor = scaled / 10_u128.pow(u32::from(RATE_DECIMALS) + 2);
        u64::try_from(minor.clamp(1, u128::from(AmountMinor::MAX.get()))).expect("clamped")
    }

    fn draw_arrangement(&self, random: &mut Random) -> ArrangementShape {
        let codes: Vec<String> = self.members.iter().map(|member| member.code.clone()).collect();
        let (name, source, mut plan) = if random.chance(DRAWN_RULEBOOKS_PPM) {
            let drawn = drawn_rulebook::draw(&codes, self.typical_minor, random);
            (drawn.plan.name.clone(), drawn.source, drawn.plan)
        } else {
            let (rulebook, mut plan) = built_in(random);
            if random.chance(700_000) {
                vary(&mut plan, random, self.typical_minor);
            }
            crate::credit::draw(&mut plan, &codes, self.typical_minor, random);
            (rulebook.name.to_owned(), rulebook.source.to_owned(), plan)
        };
        crate::reserve::draw(&mut plan, &codes, self.typical_minor, random);
        let behind_utc_s = behind_utc_s(&plan.day.zone);
        let mut joins = Vec::new();
        for index in 0..self.members.len() {
            // Two are needed for anything to happen.
            if index < 2 || random.chance(900_000) {
                let stage = if random.chance(250_000) { Stage::Net } else { Stage::Prefunded };
                joins.push((MemberId::from_index(index), stage, random.chance(500_000)));
            }
        }
        let mut shape = ArrangementShape {
            name,
            source,
            plan,
            behind_utc_s,
            joins,
            prefunding_minor: Vec::new(),
            shares_minor: Vec::new(),
            lines_minor: Vec::new(),
            prefinancing_minor: Vec::new(),
            towards_all_minor: Vec::new(),
            allocations_minor: Vec::new(),
        };
        self.draw_limits(&mut shape, random);
        shape
    }

    fn draw_limits(&self, shape: &mut ArrangementShape, random: &mut Random) {
        // From a house where little fits to one where nothing waits.
        let generosity = random.magnitude(1, 200);
        let around = |random: &mut Random| (self.typical_minor * random.between(1, 2 * generosity)).max(1);
        for (member, ..) in shape.joins.clone() {
            if shape.plan.limit(LimitKind::InstitutionShare).is_some() {
                let institutions: Vec<InstitutionId> =
                    self.institution_ids().filter(|(_, found)| found.member == member).map(|(id, _)| id).collect();
                let shares: Vec<u64> = institutions.iter().map(|_| around(random)).collect();
                let total = AmountMinor::new(shares.iter().sum()).expect("shares are small amounts");
                shape.prefunding_minor.push((member, total));
                shape.shares_minor.extend(institutions.into_iter().zip(shares));
            }
            if shape.plan.limit(LimitKind::PrefundedBalance).is_some() {
                let deposit = AmountMinor::new(around(random)).expect("at least one");
                shape.prefunding_minor.push((member, deposit));
            }
            if shape.plan.limit(LimitKind::Allocation).is_some() {
                shape.allocations_minor.push((member, around(random)));
            }
            if shape.plan.limit(LimitKind::MemberTowardsAll).is_some() {
                shape.towards_all_minor.push((member, around(random)));
            }
            if shape.plan.limit(LimitKind::Prefinancing).is_some() && random.chance(600_000) {
                shape.prefinancing_minor.push((member, around(random)));
            }
            if shape.plan.limit(LimitKind::Pair).is_some() {
                for (other, ..) in shape.joins.clone() {
                    if other != member && random.chance(800_000) {
                        shape.lines_minor.push((member, other, around(random)));
                    }
                }
            }
        }
    }
}

impl ArrangementShape {
    /// The instants of the steps of a day.
    pub(crate) fn schedule(&self, date: Date) -> Vec<(DayStep, Timestamp)> {
        let midnight = date.start().plus_us(i64::from(self.behind_utc_s) * SECOND_US);
        let at = |seconds: u32| midnight.plus_us(i64::from(seconds) * SECOND_US);
        self.plan.day.steps.iter().map(|(step, seconds)| (*step, at(*seconds))).collect()
    }
}

/// One of the rulebooks that run, with a plan of its own. Those that differ most in shape come more often than their
/// variants.
fn built_in(random: &mut Random) -> (&'static Rulebook, Plan) {
    let rulebooks = rulebooks();
    let weights: Vec<u32> = rulebooks
        .iter()
        .map(|rulebook| match rulebook.name {
            "caudal" => 5,
            "sml-ar-br" | "cpcr" => 3,
            _ => 1,
        })
        .collect();
    let found = &rulebooks[random.weighted(&weights)];
    (found, found.plan.clone())
}

pub(crate) struct Rulebook {
    name: &'static str,
    source: &'static str,
    plan: Plan,
}

/// The rulebooks that run, read once.
fn rulebooks() -> &'static [Rulebook] {
    static READ: OnceLock<Vec<Rulebook>> = OnceLock::new();
    READ.get_or_init(|| {
        rulebook::list()
            .filter_map(|name| {
                let source = rulebook::source(name).expect("a rulebook that comes with the program");
                let plan = rulebook::parse(name, source).expect("it reads").compile().ok()?;
                Some(Rulebook { name, source, plan })
            })
            .collect()
    })
}

/// Some business days before the end of a period of four months, so that a run sees it close.
fn start_date(random: &mut Random) -> Date {
    let year = i32::try_from(random.between(2020, 2030)).expect("a year");
    let end = match random.below(4) {
        0 => Date::from_ymd(year, 4, 30),
        1 => Date::from_ymd(year, 8, 31),
        2 => Date::from_ymd(year, 12, 31),
        _ => Date::from_ymd(year, 6, 15),
    };
    let mut date = end.expect("a day of the calendar").plus_days(-i32::try_from(random.below(8)).expect("few days"));
    while date.is_weekend() {
        date = date.plus_days(-1);
    }
    date
}

fn currency(index: usize, random: &mut Random) -> CurrencyShape {
    let letter = u8::try_from(index).expect("few members") + b'A';
    CurrencyShape {
        code: CurrencyCode::new(&[b'X', b'Q', letter]),
        minor_decimals: u8::try_from(*random.pick(&[0, 2, 2, 2, 3]).expect("some")).expect("small"),
        per_asset: random.magnitude(2_000, 60_000_000),
    }
}

/// Other values of the same rules: what a treaty could say as well.
fn vary(plan: &mut Plan, random: &mut Random, typical_minor: u64) {
    let number = |random: &mut Random, low: u64, high: u64| u32::try_from(random.between(low, high)).expect("small");
    if let Some(queue) = &mut plan.queue {
        queue.life_business_days = u8::try_from(random.between(1, 3)).expect("small");
        queue.run_every_s = number(random, 120, 7_200);
    }
    if let Price::Fixed { quote_validity_s, requote_tolerance_ppm, .. } = &mut plan.price {
        *quote_validity_s = number(random, 60, 7_200);
        *requote_tolerance_ppm = number(random, 500, 30_000);
    }
    if let Some(evidence) = &mut plan.evidence {
        evidence.above_asset_minor = AmountMinor::new(random.between(1, 4 * typical_minor)).expect("an amount");
    }
    // A cap of treaty size would never be met by the payments of a run.
    for (_, maximum) in &mut plan.additions.limit_maxima {
        *maximum = AmountMinor::new(typical_minor * random.magnitude(1, 60)).expect("an amount");
    }
    if let CycleLength::Months(months) = &mut plan.cycle.length {
        *months = *random.pick(&[1, 2, 4]).expect("some");
    }
    if let Some(conformity) = &mut plan.conformity {
        conformity.within_business_days = u8::try_from(random.between(1, 6)).expect("small");
        conformity.silence_is = if random.chance(500_000) { Silence::Conformity } else { Silence::Extorno };
    }
    if let Some(exit) = &mut plan.additions.exit {
        exit.notice_months = u8::try_from(random.below(2)).expect("small");
    }
    if random.chance(500_000) {
        plan.suspension.queued_in = QueuedIn::Keep;
    }
    plan.returns.window_days = u16::try_from(random.between(2, 30)).expect("small");
    plan.returns.exempt_from_limits = random.chance(300_000);
    plan.settlement.plus_business_days = u8::try_from(random.between(0, 3)).expect("small");
    plan.day.entry_around_the_clock = random.chance(500_000);
}

/// Standard time of the zones of the rulebooks that run. The house compares instants: another zone would do as well.
fn behind_utc_s(zone: &str) -> u32 {
    match zone {
        "UTC" => 0,
        "America/Sao_Paulo" | "America/Asuncion" => 3 * 3_600,
        "America/Caracas" | "America/Port_of_Spain" | "America/Santo_Domingo" => 4 * 3_600,
        _ => 5 * 3_600,
    }
}

/// Midnight UTC of a date, in microseconds.
pub(crate) fn midnight_us(date: Date) -> i64 {
    i64::from(date.0) * DAY_US
}
