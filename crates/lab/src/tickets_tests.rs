use std::collections::BTreeMap;

use proptest::prelude::*;
use sha2::{Digest, Sha256};

use super::*;
use crate::flows::Flow;
use crate::gravity;

fn date(text: &str) -> Date {
    Date::parse(text).unwrap()
}

fn window(from: &str, to: &str) -> Window {
    Window::new(date(from), date(to)).unwrap()
}

fn options(seed: u64, ticket_count: Option<u64>) -> TrafficOptions {
    TrafficOptions { ticket_count, ..TrafficOptions::new(Seed::new(seed).unwrap()) }
}

/// A plan without holidays.
fn plan(flows: &Flows, window: Window, options: TrafficOptions) -> Result<TrafficPlan, TrafficError> {
    let region = Region::built_in();
    let calendars = Calendars::new(&region, None, window, &mut Notices::new());
    TrafficPlan::new(&region, &calendars, flows, window, options, &mut Notices::new())
}

fn gravity_plan(window: Window, options: TrafficOptions) -> TrafficPlan {
    plan(&gravity::flows(&Region::built_in(), &mut Notices::new()), window, options).unwrap()
}

fn tickets(plan: &TrafficPlan) -> Vec<Ticket> {
    plan.days().flat_map(|day| day.tickets).collect()
}

fn flow(payer: u8, payee: u8, usd_cents: u64) -> Flow {
    Flow { payer: CountryIndex(payer), payee: CountryIndex(payee), usd_cents }
}

/// SHA-256 over all that a ticket says, and its reference.
fn digest(plan: &TrafficPlan) -> String {
    let mut hash = Sha256::new();
    for ticket in tickets(plan) {
        hash.update(ticket.ordinal.to_be_bytes());
        hash.update(ticket.at.0.to_be_bytes());
        hash.update(ticket.usd_cents.to_be_bytes());
        hash.update(ticket.payer.0.to_be_bytes());
        hash.update(ticket.payee.0.to_be_bytes());
        hash.update(plan.reference(ticket.ordinal));
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Value and number by flow, as the tickets say them.
fn by_flow(tickets: &[Ticket]) -> BTreeMap<(CountryIndex, CountryIndex), (u64, u64)> {
    let mut by_flow = BTreeMap::new();
    for ticket in tickets {
        let entry: &mut (u64, u64) = by_flow.entry((ticket.payer.country(), ticket.payee.country())).or_default();
        entry.0 += ticket.usd_cents;
        entry.1 += 1;
    }
    by_flow
}

/// What holds of any traffic.
fn assert_whole(plan: &TrafficPlan) {
    let tickets = tickets(plan);
    assert_eq!(tickets.len() as u64, plan.ticket_count());
    assert_eq!(tickets.iter().map(|ticket| ticket.usd_cents).sum::<u64>(), plan.usd_cents());
    let planned: BTreeMap<_, _> =
        plan.flows().map(|flow| ((flow.payer, flow.payee), (flow.usd_cents, flow.ticket_count))).collect();
    assert_eq!(by_flow(&tickets), planned);
    for (index, ticket) in tickets.iter().enumerate() {
        assert_eq!(ticket.ordinal, index as u64);
        assert!(ticket.usd_cents > 0);
        let date = ticket.at.date();
        assert!(plan.window().contains(date) && !date.is_weekend());
        let hour = ticket.at.time_of_day_us() / 3_600_000_000;
        assert!((12..20).contains(&hour), "{}", ticket.at);
    }
    assert!(tickets.windows(2).all(|pair| pair[0].at <= pair[1].at), "in the order in which they enter");
}

#[test]
fn the_same_seed_gives_the_same_tickets_on_every_machine() {
    let day = window("2024-03-13", "2024-03-13");
    let plan = gravity_plan(day, options(1, None));
    assert_eq!(digest(&plan), "5005d6599229e3b013c8bc73b8f3f30f78614fc6487854a837a52c9936c43583");
    assert_eq!(digest(&plan), digest(&gravity_plan(day, options(1, None))));
    assert_ne!(digest(&plan), digest(&gravity_plan(day, options(2, None))));
}

#[test]
fn a_day_of_the_region_adds_up_to_the_cent() {
    let plan = gravity_plan(window("2024-03-13", "2024-03-13"), options(1, None));
    assert_whole(&plan);
    // USD 203.7 bn less what is within the ECCB, times 5 % over 262 days.
    let region = Region::built_in();
    let annual = gravity::flows(&region, &mut Notices::new()).total_usd_cents();
    assert!(plan.usd_cents().abs_diff(annual / 20 / 262) <= 1, "{}", plan.usd_cents());
    assert_eq!(plan.ticket_count(), (plan.usd_cents() + 3_000_000) / 6_000_000);
}

#[test]
fn the_number_of_tickets_asked_for_is_the_number_there_is() {
    let year = Window::of_year(2024);
    for ticket_count in [1, 2, 7, 1_000, 50_000] {
        let plan = gravity_plan(year, options(5, Some(ticket_count)));
        assert_eq!(plan.ticket_count(), ticket_count);
        assert_whole(&plan);
    }
}

#[test]
fn the_value_of_flows_without_a_ticket_is_spread_over_the_others_and_said() {
    let region = Region::built_in();
    let flows = Flows::new(vec![flow(1, 6, 6_000_000), flow(6, 1, 3_000_000), flow(7, 8, 900), flow(8, 7, 100)]);
    let year = Window::of_year(2024);
    let calendars = Calendars::new(&region, None, year, &mut Notices::new());
    let mut notices = Notices::new();
    let options = TrafficOptions { take_up_ppm: 1_000_000, ..options(1, Some(3)) };
    let plan = TrafficPlan::new(&region, &calendars, &flows, year, options, &mut notices).unwrap();
    assert_eq!(notices.iter().collect::<Vec<_>>(), [&Notice::WithoutTicket { flow_count: 2, usd_cents: 1_000 }]);
    let values: Vec<(u64, u64)> = plan.flows().map(|flow| (flow.usd_cents, flow.ticket_count)).collect();
    assert_eq!(values, [(6_000_667, 2), (3_000_333, 1)]);
    assert_whole(&plan);
}

#[test]
fn tickets_of_a_cent_are_possible_and_fewer_are_not() {
    let flows = Flows::new(vec![flow(1, 6, 60), flow(6, 1, 40)]);
    let with = |count| {
        let options = TrafficOptions { take_up_ppm: 1_000_000, ..options(1, Some(count)) };
        plan(&flows, Window::of_year(2024), options)
    };
    assert_whole(&with(100).unwrap());
    assert!(tickets(&with(100).unwrap()).iter().all(|ticket| ticket.usd_cents == 1));
    assert_whole(&with(99).unwrap());
    assert_eq!(with(101).unwrap_err(), TrafficError::MoreTicketsThanCents { ticket_count: 101, usd_cents: 100 });
}

#[test]
fn options_that_nothing_can_meet_are_refused_with_a_sentence() {
    let flows = Flows::new(vec![flow(1, 6, 1_000_000_000_000_000)]);
    let year = Window::of_year(2024);
    let weekend = window("2024-03-16", "2024-03-17");
    let default = options(1, None);
    let of_a_cent = TrafficOptions { mean_ticket_usd_cents: 1, ..default };
    let cases = [
        (year, TrafficOptions { take_up_ppm: 0, ..default }, TrafficError::TakeUp(0)),
        (year, TrafficOptions { take_up_ppm: 1_000_001, ..default }, TrafficError::TakeUp(1_000_001)),
        (year, TrafficOptions { mean_ticket_usd_cents: 0, ..default }, TrafficError::MeanTicket),
        (year, options(1, Some(0)), TrafficError::NoTickets),
        (weekend, options(1, Some(5)), TrafficError::NothingToPay { ticket_count: 5 }),
        (year, of_a_cent, TrafficError::TooManyTickets { ticket_count: 50_000_000_000_000 }),
        (year, options(1, Some(MOST_TICKETS + 1)), TrafficError::TooManyTickets { ticket_count: MOST_TICKETS + 1 }),
    ];
    for (window, options, expected) in cases {
        let error = plan(&flows, window, options).unwrap_err();
        assert_eq!(error, expected);
        assert!(error.to_string().contains("; "), "{error}");
    }
    let century = window("1925-01-01", "2024-12-31");
    let all: Vec<Flow> = (0..20).map(|payee| flow(20, payee, 1_000_000_000_000_000)).collect();
    let everything = TrafficOptions { take_up_ppm: 1_000_000, ..options(1, Some(10)) };
    assert_eq!(plan(&Flows::new(all), century, everything).unwrap_err(), TrafficError::TooMuchValue);
}

#[test]
fn a_window_without_business_days_has_no_tickets() {
    let flows = Flows::new(vec![flow(1, 6, 1_000_000_000)]);
    let plan = plan(&flows, window("2024-03-16", "2024-03-17"), options(1, None)).unwrap();
    assert_eq!((plan.ticket_count(), plan.usd_cents(), plan.days().count()), (0, 0, 0));
}

#[test]
fn tickets_fall_evenly_on_the_days_on_which_both_ends_are_open() {
    let plan = gravity_plan(Window::of_year(2024), options(1, Some(100_000)));
    let counts: Vec<usize> = plan.days().map(|day| day.tickets.len()).collect();
    assert_eq!(counts.len(), 262);
    // 1,026 flows, each at most one ticket off its mean.
    assert!(counts.iter().all(|&count| count.abs_diff(100_000 / 262) < 80), "{counts:?}");
}

#[test]
fn institutions_share_the_tickets_by_their_weights() {
    let plan = gravity_plan(Window::of_year(2024), options(1, Some(100_000)));
    let mut by_rank = [[0_u64; 3]; 2];
    for ticket in tickets(&plan) {
        by_rank[0][usize::from(ticket.payer.0 % 3)] += 1;
        by_rank[1][usize::from(ticket.payee.0 % 3)] += 1;
    }
    for counts in by_rank {
        for (count, percent) in counts.into_iter().zip([60, 30, 10]) {
            assert!(count.abs_diff(percent * 1_000) < 1_000, "{counts:?}");
        }
    }
}

#[test]
fn the_day_follows_the_entry_profile() {
    assert_eq!(ENTRY_PROFILE.iter().sum::<u64>(), 1_000);
    let plan = gravity_plan(Window::of_year(2024), options(1, Some(100_000)));
    let mut counts = [0_u64; 16];
    for ticket in tickets(&plan) {
        let half_hour = (ticket.at.time_of_day_us() - ENTRY_BEGINS_US) / 1_800_000_000;
        counts[usize::try_from(half_hour).unwrap()] += 1;
    }
    for (count, share) in counts.into_iter().zip(ENTRY_PROFILE) {
        assert!(count.abs_diff(share * 100) < 900, "{counts:?}");
    }
    assert_eq!((moment_us(0), moment_us(u64::MAX)), (ENTRY_BEGINS_US, 20 * 3_600_000_000 - 1));
}

#[test]
fn references_are_version_4_uuids_and_never_the_same() {
    let seed = Seed::new(1).unwrap();
    let mut seen: Vec<[u8; 16]> = (0..200_000).map(|ordinal| reference(seed, ordinal)).collect();
    assert!(seen.iter().all(|bytes| bytes[6] >> 4 == 4 && bytes[8] >> 6 == 2));
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), 200_000);
    assert_ne!(reference(seed, 0), reference(Seed::new(2).unwrap(), 0));
}

#[test]
fn another_country_in_the_traffic_leaves_the_tickets_of_the_others_as_they_are() {
    let year = Window::of_year(2024);
    let few = Flows::new(vec![flow(1, 6, 600_000_000)]);
    let more = Flows::new(vec![flow(1, 6, 600_000_000), flow(7, 8, 600_000_000)]);
    let of = |flows: &Flows, count| {
        let tickets = tickets(&plan(flows, year, options(1, Some(count))).unwrap());
        let ours = tickets.into_iter().filter(|ticket| ticket.payer.country() == CountryIndex(1));
        ours.map(|ticket| (ticket.at, ticket.usd_cents, ticket.payer, ticket.payee)).collect::<Vec<_>>()
    };
    assert_eq!(of(&few, 10), of(&more, 20));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_traffic_adds_up(
        values in prop::collection::btree_map((0_u8..33, 0_u8..33), 1_u64..10_000_000_000, 1..40),
        first_day in 0..700_i32,
        days in 1..500_i32,
        take_up_ppm in 1_u32..=1_000_000,
        count in prop::option::of(1_u64..3_000),
        seed in 0_u64..=(1 << 53),
    ) {
        let list = values.into_iter().filter(|((payer, payee), _)| payer != payee);
        let flows = Flows::new(list.map(|((payer, payee), value)| flow(payer, payee, value)).collect());
        let from = date("2023-01-01").plus_days(first_day);
        let window = Window::new(from, from.plus_days(days - 1)).unwrap();
        let options = TrafficOptions { take_up_ppm, mean_ticket_usd_cents: 5_000_000, ..options(seed, count) };
        match plan(&flows, window, options) {
            Ok(plan) => {
                assert_whole(&plan);
                prop_assert!(count.is_none_or(|count| plan.ticket_count() == count));
            }
            Err(TrafficError::NothingToPay { .. } | TrafficError::MoreTicketsThanCents { .. }) => {
                prop_assert!(count.is_some());
            }
            Err(other) => prop_assert!(false, "{other}"),
        }
    }
}
