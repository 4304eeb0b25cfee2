//! A run before it runs: who takes part, on which days, with which payments, rates, deposits and lines. Everything in it
//! follows from the options, the files and the rulebook; nothing from the run.

use domain::plan::{BusinessDays, CycleLength, LimitKind, Plan, Price};
use domain::{Date, Timestamp};
use money::{CurrencyCode, Rate};
use optimiser::Budget;
use rulebook::QuotasByAverage;

use crate::assumptions::{Assumptions, NotInRun, PairLines, PrefundingRule, QuotaRule};
use crate::calendar::{Calendars, Place, Window};
use crate::driver::quotes::two_sided;
use crate::driver::schedule::LocalTimes;
use crate::enrolment::Enrolment;
use crate::flow_residuals;
use crate::flows::Flows;
use crate::funding::{BusinessDayCounts, Funding, Survey};
use crate::gravity;
use crate::holidays::Holidays;
use crate::notice::{Notice, Notices};
use crate::options::{
    DEFAULT_TAKE_UP_PPM, DEMO_FROM, DEMO_LARGEST_PAYMENT, DEMO_PREFUNDING_PPM, DEMO_RULEBOOK, DemoOptions,
    MOST_DEMO_DAYS, MOST_PREFUNDING_PPM, SimulateOptions,
};
use crate::order_amounts::DayRates;
use crate::quotas::CreditTerms;
use crate::random::Seed;
use crate::rates::RateBook;
use crate::region::{CurrencyIndex, MemberIndex, Region};
use crate::scenario_error::ScenarioError;
use crate::tickets::{MOST_USD_CENTS, TrafficOptions, TrafficPlan};
use crate::trade;

/// The year of a run that names none.
const DEFAULT_YEAR: i32 = 2024;

/// The last year in which a run may lie: it goes on for a while after its window, and dates end with the year 9999.
const LAST_YEAR: i32 = 9_990;

/// The dollar: what the lab's trade is in.
const USD: CurrencyCode = CurrencyCode::new(b"USD");

/// A run that is ready to be driven ([`crate::driver::run`]). The same options give the same scenario, on any machine.
#[derive(Debug)]
pub struct Scenario {
    pub(crate) region: Region,
    pub(crate) calendars: Calendars,
    pub(crate) rates: RateBook,
    pub(crate) traffic: TrafficPlan,
    pub(crate) source: String,
    pub(crate) plan: Plan,
    pub(crate) local_times: LocalTimes,
    pub(crate) asset: CurrencyIndex,
    pub(crate) enrolment: Enrolment,
    pub(crate) funding: Funding,
    pub(crate) survey: Survey,
    /// Business days of the arrangement within the window.
    pub(crate) business_days: Vec<Date>,
    pub(crate) seed: Seed,
    /// What the optimiser may do in a run; none where runs settle in order of entry.
    pub(crate) optimiser: Option<Budget>,
    assumptions: Assumptions,
}

/// What a scenario is made of, read from files or taken from the region.
struct Ingredients {
    window: Window,
    rates: RateBook,
    holidays: Option<Holidays>,
    flows: Flows,
    /// Whether the flows are a model's.
    drawn_flows: bool,
    /// How many times the mean payment members let pass at once.
    largest_payment: Option<u64>,
    take_up_ppm: u32,
    prefunding_ppm: u64,
    payments: Option<u64>,
    seed: Seed,
}

impl Scenario {
    /// A run on trade. What is left out, carried forward or assumed about the data is said in the notices.
    ///
    /// # Errors
    /// [`ScenarioError`].
    pub fn simulate(options: SimulateOptions, notices: &mut Notices) -> Result<Scenario, ScenarioError> {
        let region = Region::built_in();
        let (name, source) = options.rulebook;
        let rulebook = Rulebook::read(&name, source)?;
        let window = window_of(options.window, options.trade.as_ref().map(|(_, year)| *year))?;
        let rates = match options.rates.as_slice() {
            [] => RateBook::of_region(&region, notices),
            files => RateBook::read(files, &region, notices)?,
        };
        let holidays = options.holidays.map(|file| Holidays::read(&file, &region, notices)).transpose()?;
        let flows = match &options.trade {
            Some((file, year)) => trade::read(file, *year, &region, notices)?,
            None => flow_residuals::drawn(&region, &gravity::flows(&region, notices), options.seed),
        };
        let ingredients = Ingredients {
            window,
            rates,
            holidays,
            flows,
            drawn_flows: options.trade.is_none(),
            largest_payment: None,
            take_up_ppm: options.take_up_ppm,
            prefunding_ppm: options.prefunding_ppm,
            payments: options.payments,
            seed: options.seed,
        };
        Scenario::make(region, rulebook, ingredients, notices)
    }

    /// A demonstration: no file, always the same days.
    ///
    /// # Errors
    /// [`ScenarioError::DemoDays`], [`ScenarioError::Traffic`].
    pub fn demo(options: DemoOptions, notices: &mut Notices) -> Result<Scenario, ScenarioError> {
        let DemoOptions { days, payments, seed } = options;
        if !(1..=MOST_DEMO_DAYS).contains(&days) {
            return Err(ScenarioError::DemoDays { days, most: MOST_DEMO_DAYS });
        }
        let region = Region::built_in();
        let source = rulebook::source(DEMO_RULEBOOK).expect("bug: the rulebook of the demonstration is missing");
        let rulebook = Rulebook::read(DEMO_RULEBOOK, source.to_owned())?;
        let ingredients = Ingredients {
            window: demo_window(days)?,
            rates: RateBook::of_region(&region, notices),
            holidays: None,
            flows: flow_residuals::drawn(&region, &gravity::flows(&region, notices), seed),
            drawn_flows: true,
            largest_payment: Some(DEMO_LARGEST_PAYMENT),
            take_up_ppm: DEFAULT_TAKE_UP_PPM,
            prefunding_ppm: DEMO_PREFUNDING_PPM,
            payments,
            seed,
        };
        Scenario::make(region, rulebook, ingredients, notices)
    }

    fn make(
        region: Region,
        rulebook: Rulebook,
        ingredients: Ingredients,
        notices: &mut Notices,
    ) -> Result<Scenario, ScenarioError> {
        let Ingredients { window, rates, holidays, mut flows, take_up_ppm, prefunding_ppm, payments, seed, .. } =
            ingredients;
        let Rulebook { source, plan, default_members, local_times, quotas } = rulebook;
        if prefunding_ppm > MOST_PREFUNDING_PPM {
            return Err(ScenarioError::TooMuchPrefunding { multiple_ppm: prefunding_ppm });
        }
        let asset = region.currency(USD).expect("bug: a region without the dollar");
        let calendars = Calendars::new(&region, holidays.as_ref(), window, notices);
        let without_rate = members_without_rate(&region, &rates, &calendars, window, &default_members, notices);
        let (members, mut not_in_run) = enrolled(&region, &default_members, &without_rate);
        if members.len() < 2 {
            let (rulebook, found, listed) = (plan.name, members.len(), default_members.len());
            return Err(ScenarioError::TooFewMembers { rulebook, found, listed });
        }
        leave_out(&region, &mut flows, &members, &without_rate, &mut not_in_run);
        let enrolment = Enrolment::new(&region, &plan, asset, &members, window);
        let mut traffic_options = TrafficOptions::new(seed);
        traffic_options.take_up_ppm = take_up_ppm;
        traffic_options.ticket_count = payments;
        let traffic = TrafficPlan::new(&region, &calendars, &flows, window, traffic_options, notices)?;
        let business_days = business_days(&plan, &calendars, &enrolment, window);
        if business_days.is_empty() && traffic.ticket_count() > 0 {
            return Err(ScenarioError::NoBusinessDay);
        }
        check_rates(&region, &rates, &plan, asset, &enrolment, &business_days)?;
        let survey = Survey::of(&region, &rates, &plan, asset, &enrolment, &traffic)?;
        let counts = count_business_days(&plan, &calendars, &enrolment, window, &business_days);
        let mut funding = survey.fund(&plan, &enrolment, counts, prefunding_ppm)?;
        funding.largest_payment = largest_payment(&plan, &traffic, ingredients.largest_payment);
        let codes: Vec<&str> = members.iter().map(|member| region.members[member.index()].code.as_str()).collect();
        let trade = survey.year_of_trade(codes.len(), counts);
        funding.credit = CreditTerms::new(&plan, quotas.as_ref(), &codes, &trade, take_up_ppm);
        let assumptions = Assumptions {
            rulebook: plan.name.clone(),
            rulebook_version: plan.version,
            window,
            business_days: counts.in_window,
            take_up_ppm,
            ticket_count: traffic.ticket_count(),
            gross_usd_cents: traffic.usd_cents(),
            members: members.iter().map(|member| region.members[member.index()].code.clone()).collect(),
            institution_count: u64::try_from(enrolment.successive().count()).expect("a number of institutions fits"),
            prefunding: prefunding_rule(&plan, &funding, prefunding_ppm),
            pair_lines: pair_lines(&plan, &funding),
            largest_payment_usd_cents: funding.largest_payment,
            drawn_flows: ingredients.drawn_flows,
            optimiser_ticks: None,
            quotas: quotas.as_ref().map(|rule| QuotaRule {
                total_usd_cents: funding.credit.total(),
                bounded_by_reserves: rule.bounded_by_reserves,
            }),
            spread_ppm: spread_ppm(&plan),
            not_in_run,
        };
        Ok(Scenario {
            region,
            calendars,
            rates,
            traffic,
            source,
            plan,
            local_times,
            asset,
            enrolment,
            funding,
            survey,
            business_days,
            seed,
            optimiser: None,
            assumptions,
        })
    }

    /// What the run's figures rest on: to be said with them.
    #[must_use]
    pub fn assumptions(&self) -> &Assumptions {
        &self.assumptions
    }

    /// The same run with an optimiser: optimisation runs stay open, each is solved within so many ticks, and what is proposed
    /// posts at once. It changes nothing where the rulebook has no queue.
    #[must_use]
    pub fn with_optimiser(mut self, ticks: u64) -> Scenario {
        if self.plan.queue.is_some() {
            self.optimiser = Some(Budget { ticks, ..Budget::default() });
            self.assumptions.optimiser_ticks = Some(ticks);
        }
        self
    }

    /// Whether runs are solved by the optimiser.
    #[must_use]
    pub const fn has_optimiser(&self) -> bool {
        self.optimiser.is_some()
    }

    /// The rules that the run follows.
    #[must_use]
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The seed.
    #[must_use]
    pub fn seed(&self) -> Seed {
        self.seed
    }

    /// The time to give a journal that is opened for this run: before the first step, so that no block is stamped with
    /// a clock's time that the run's own has not reached.
    #[must_use]
    pub fn opening_time(&self) -> Timestamp {
        crate::driver::setup::begins_at(self.traffic.window())
    }
}

/// A rulebook that can be run.
struct Rulebook {
    source: String,
    plan: Plan,
    default_members: Vec<String>,
    local_times: LocalTimes,
    quotas: Option<QuotasByAverage>,
}

impl Rulebook {
    fn read(name: &str, source: String) -> Result<Rulebook, ScenarioError> {
        let rulebook = rulebook::parse(name, &source).map_err(ScenarioError::Rulebook)?;
        let plan = rulebook.compile().map_err(ScenarioError::NotBuilt)?;
        if plan.settlement_asset != USD {
            let (rulebook, asset) = (plan.name, plan.settlement_asset.to_string());
            return Err(ScenarioError::Asset { rulebook, asset });
        }
        let local_times = LocalTimes::of(&plan.day)?;
        let default_members = rulebook.default_members().map(str::to_owned).collect();
        let quotas = rulebook.quotas_by_average();
        Ok(Rulebook { source, plan, default_members, local_times, quotas })
    }
}

/// The days of a run.
fn window_of(given: Option<(Date, Date)>, year: Option<i32>) -> Result<Window, ScenarioError> {
    let checked = |year: i32| {
        if (1..=LAST_YEAR).contains(&year) { Ok(year) } else { Err(ScenarioError::Year { year, last: LAST_YEAR }) }
    };
    match given {
        Some((from, to)) => {
            checked(to.ymd().0)?;
            Ok(Window::new(from, to)?)
        }
        None => Ok(Window::of_year(checked(year.unwrap_or(DEFAULT_YEAR))?)),
    }
}

fn demo_window(days: u32) -> Result<Window, ScenarioError> {
    let (year, month, day) = DEMO_FROM;
    let from = Date::from_ymd(year, month, day).expect("bug: the demonstration begins on no day");
    let days = usize::try_from(days).expect("32 bits fit in 64");
    let weekdays = (0..).map(|days| from.plus_days(days)).filter(|date| !date.is_weekend());
    let to = weekdays.take(days).last().expect("at least one day");
    Ok(Window::new(from, to)?)
}

/// The members that the rulebook enrols and that have no rate on some business day: each is said.
fn members_without_rate(
    region: &Region,
    rates: &RateBook,
    calendars: &Calendars,
    window: Window,
    listed: &[String],
    notices: &mut Notices,
) -> Vec<MemberIndex> {
    let mut of_all = Notices::new();
    let without = rates.members_without_rate(region, calendars, window, &mut of_all);
    for notice in of_all.iter() {
        if !matches!(notice, Notice::NoRate { member, .. } if !listed.contains(member)) {
            notices.say(notice.clone());
        }
    }
    without.into_iter().filter(|member| listed.contains(&region.members[member.index()].code)).collect()
}

/// The members that the rulebook enrols and that can take part, in the order of their codes.
fn enrolled(region: &Region, listed: &[String], without_rate: &[MemberIndex]) -> (Vec<MemberIndex>, NotInRun) {
    let mut not_in_run = NotInRun::default();
    let code = |member: MemberIndex| &region.members[member.index()].code;
    not_in_run.unknown_members =
        listed.iter().filter(|listed| !region.members.iter().any(|member| member.code == **listed)).cloned().collect();
    let (left_out, members): (Vec<MemberIndex>, Vec<MemberIndex>) = region
        .member_indices()
        .filter(|&member| listed.contains(code(member)))
        .partition(|member| without_rate.contains(member));
    not_in_run.members_without_rate = left_out.into_iter().map(|member| code(member).clone()).collect();
    (members, not_in_run)
}

/// Takes out the flows that cannot be paid: those of members without a rate, then those whose ends are not both enrolled.
fn leave_out(
    region: &Region,
    flows: &mut Flows,
    members: &[MemberIndex],
    without_rate: &[MemberIndex],
    not_in_run: &mut NotInRun,
) {
    let ends = |flow: &crate::flows::Flow| [region.member_of(flow.payer), region.member_of(flow.payee)];
    not_in_run.flows_without_rate = flows.retain(|flow| !ends(flow).iter().any(|end| without_rate.contains(end)));
    not_in_run.flows_not_carried = flows.retain(|flow| ends(flow).iter().all(|end| members.contains(end)));
}

/// Business days of an arrangement, as the ledger reckons them.
fn business_days(plan: &Plan, calendars: &Calendars, enrolment: &Enrolment, window: Window) -> Vec<Date> {
    let weekdays = window.days().filter(|date| !date.is_weekend());
    match plan.day.business_days {
        BusinessDays::EveryDay => window.days().collect(),
        BusinessDays::AgentOpen => weekdays.filter(|&date| calendars.is_open(Place::NewYork, date)).collect(),
        BusinessDays::Weekdays => weekdays.collect(),
        BusinessDays::AllMembersOpen => weekdays.filter(|&date| enrolment.all_open(calendars, date)).collect(),
    }
}

/// Whether the ledger takes the rates of the window: it bounds them, so that no position outgrows its width.
fn check_rates(
    region: &Region,
    rates: &RateBook,
    plan: &Plan,
    asset: CurrencyIndex,
    enrolment: &Enrolment,
    business_days: &[Date],
) -> Result<(), ScenarioError> {
    if plan.price == Price::Par {
        return Ok(());
    }
    let bound = |(mantissa, decimals)| Rate::new(mantissa, decimals).expect("bug: a bound that is no rate");
    let (least, most) = (bound(ledger::limits::RATE_MIN), bound(ledger::limits::RATE_MAX));
    let within = |rate: Rate| rate.cmp_value(least).is_ge() && rate.cmp_value(most).is_le();
    for &date in business_days {
        let rates = DayRates::new(region, rates, date);
        for &currency in enrolment.currencies.iter().filter(|&&currency| currency != asset) {
            let Some(rate) = rates.of(currency) else { continue };
            let (buy, sell) = two_sided(rate, spread_ppm(plan).unwrap_or(0));
            if !(within(buy) && within(sell)) {
                let currency = region.currencies[currency.index()].currency.code().to_string();
                return Err(ScenarioError::RateOutOfRange { currency, rate, date, least, most });
            }
        }
    }
    Ok(())
}

fn count_business_days(
    plan: &Plan,
    calendars: &Calendars,
    enrolment: &Enrolment,
    window: Window,
    in_window: &[Date],
) -> BusinessDayCounts {
    let count = |days: usize| u64::try_from(days).expect("a number of days fits");
    let of_year = |year| business_days(plan, calendars, enrolment, Window::of_year(year)).len();
    BusinessDayCounts {
        in_window: count(in_window.len()),
        in_years: count(window.years().map(of_year).sum()),
        years: count(window.years().count()),
    }
}

/// So many times the mean payment, where the rulebook knows a limit of one payment.
fn largest_payment(plan: &Plan, traffic: &TrafficPlan, means: Option<u64>) -> Option<u64> {
    plan.limit(LimitKind::PerPayment)?;
    let mean = traffic.usd_cents().checked_div(traffic.ticket_count())?;
    Some(mean.saturating_mul(means?).min(MOST_USD_CENTS))
}

fn prefunding_rule(plan: &Plan, funding: &Funding, multiple_ppm: u64) -> Option<PrefundingRule> {
    plan.limit(LimitKind::InstitutionShare)?;
    Some(PrefundingRule { multiple_ppm, total_usd_cents: total(funding.prefunding.iter()) })
}

fn pair_lines(plan: &Plan, funding: &Funding) -> Option<PairLines> {
    if funding.lines.is_empty() {
        return None;
    }
    let period = match plan.cycle.length {
        CycleLength::Day => "a business day".to_owned(),
        CycleLength::Week(_) => "a week".to_owned(),
        CycleLength::Continuous => "one payment".to_owned(),
        CycleLength::Months(months) => format!("a period of {months} months"),
    };
    let count = u64::try_from(funding.lines.len()).expect("a number of pairs fits");
    Some(PairLines { count, total_usd_cents: total(funding.lines.values()), period })
}

fn total<'a>(usd_cents: impl Iterator<Item = &'a u64>) -> u128 {
    usd_cents.map(|&usd_cents| u128::from(usd_cents)).sum()
}

fn spread_ppm(plan: &Plan) -> Option<u32> {
    match plan.price {
        Price::Fixed { spread_max_ppm, .. } => Some(spread_max_ppm),
        Price::Open { .. } | Price::Par => None,
    }
}
