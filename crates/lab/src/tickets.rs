//! The payments of a run: annual flows turned into tickets, each with its moment, its two institutions and its amount.
//!
//! The value of the window ([`TrafficOptions::take_up_ppm`] of the annual flows, by business days of both ends) becomes
//! a number of tickets, apportioned to the flows by largest remainder. The value of flows without a ticket is spread
//! over the others in proportion, so that the tickets add up to the window's value to the cent. The tickets of a flow
//! fall evenly on its days; their sizes have a heavy tail and add up to the flow's value exactly.
//!
//! Tickets are made day by day and not kept: a year of a million takes as much memory as its busiest day.

use domain::{Date, Timestamp};
use money::{AmountMinor, format_minor, largest_remainder};

use crate::calendar::{Calendars, Window};
use crate::flows::Flows;
use crate::notice::{Notice, Notices};
use crate::random::{Purpose, Seed, Stream, scale};
use crate::region::{CountryIndex, INSTITUTION_WEIGHTS_PERCENT, INSTITUTIONS_PER_COUNTRY, InstitutionIndex, Region};
use crate::ticket_sizes::relative_size;
use crate::window_values::{OpenDays, PPM, WindowFlow, window_flows};

/// The most tickets of one run.
pub const MOST_TICKETS: u64 = 100_000_000;

/// The most value of one run, in cents of the dollar: what a single payment may be (18 digits, ISO 20022).
pub const MOST_USD_CENTS: u64 = AmountMinor::MAX.get();

/// When in the day tickets enter, UTC: the share of each half hour from 12:00 to 20:00, in parts of a thousand. An
/// assumption: the region's banks open between 8 and 9 in the morning local time, its business peaks before noon and
/// again in the afternoon, and 20:00 is when a clearing day usually takes no more.
const ENTRY_PROFILE: [u64; 16] = [40, 60, 75, 85, 85, 75, 65, 55, 50, 50, 60, 70, 75, 70, 50, 35];
const ENTRY_BEGINS_US: i64 = 12 * 3_600 * 1_000_000;
const HALF_HOUR_US: u64 = 1_800 * 1_000_000;

/// One payment of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ticket {
    /// The number of the ticket in its run, from 0: in the order of day, moment, flow.
    pub ordinal: u64,
    /// When it enters.
    pub at: Timestamp,
    /// In cents of the dollar; above zero.
    pub usd_cents: u64,
    /// Whose customer pays.
    pub payer: InstitutionIndex,
    /// Whose customer is paid.
    pub payee: InstitutionIndex,
}

/// What a run's traffic follows from, beside flows and days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrafficOptions {
    /// The share of trade that is paid through the clearing house, in parts per million: 1 to 1,000,000.
    pub take_up_ppm: u32,
    /// The mean value of a ticket, in cents of the dollar, where the number of tickets is not given.
    pub mean_ticket_usd_cents: u64,
    /// The exact number of tickets of the run.
    pub ticket_count: Option<u64>,
    /// The seed.
    pub seed: Seed,
}

impl TrafficOptions {
    /// Five percent (schemes of this kind carried one to ten percent of trade), in tickets of USD 60,000 on average.
    #[must_use]
    pub const fn new(seed: Seed) -> TrafficOptions {
        TrafficOptions { take_up_ppm: 50_000, mean_ticket_usd_cents: 6_000_000, ticket_count: None, seed }
    }
}

/// Options that no traffic can meet: a wrong use of the command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TrafficError {
    /// A take-up of nothing, or of more than all.
    #[error("a take-up of {0} parts per million is none; --take-up; give a percentage above 0 and up to 100")]
    TakeUp(u32),
    /// A mean ticket of nothing.
    #[error("tickets of USD 0.00 on average are none; give a mean above zero")]
    MeanTicket,
    /// A number of tickets that is zero.
    #[error("a run of 0 payments is none; --payments; give a number above zero")]
    NoTickets,
    /// Tickets were asked for, and there is nothing to pay.
    #[error(
        "nothing is to be paid in the window, and {ticket_count} payments were asked for; --payments; choose a window \
         with business days, or flows that the arrangement carries"
    )]
    NothingToPay {
        /// How many were asked for.
        ticket_count: u64,
    },
    /// More tickets than cents.
    #[error(
        "USD {} cannot be paid in {ticket_count} payments of at least a cent; --payments; ask for fewer",
        format_minor(i128::from(*.usd_cents), 2)
    )]
    MoreTicketsThanCents {
        /// How many were asked for.
        ticket_count: u64,
        /// The value of the window.
        usd_cents: u64,
    },
    /// More value than [`MOST_USD_CENTS`].
    #[error(
        "the window's value is above USD {}; --trade, --take-up, --from, --to; check that the file is in dollars",
        format_minor(i128::from(MOST_USD_CENTS), 2)
    )]
    TooMuchValue,
    /// More tickets than [`MOST_TICKETS`].
    #[error(
        "{ticket_count} payments are more than a run can have ({MOST_TICKETS}); --payments, --take-up; ask for fewer, \
         or for a shorter window"
    )]
    TooManyTickets {
        /// How many there would be.
        ticket_count: u64,
    },
}

/// The traffic of one flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FlowTraffic {
    /// The importing country.
    pub payer: CountryIndex,
    /// The exporting country.
    pub payee: CountryIndex,
    /// What its tickets add up to, in cents of the dollar.
    pub usd_cents: u64,
    /// How many tickets.
    pub ticket_count: u64,
    /// On how many days of the window both ends are open.
    pub day_count: u32,
}

/// The traffic of a run, ready to be made day by day.
#[derive(Debug, Clone)]
pub struct TrafficPlan {
    window: Window,
    seed: Seed,
    open: OpenDays,
    usd_cents: u64,
    ticket_count: u64,
    flows: Vec<PlannedFlow>,
}

#[derive(Debug, Clone)]
struct PlannedFlow {
    traffic: FlowTraffic,
    /// Shifts the flow's tickets within its days: 0 to `day_count` - 1.
    phase: u64,
    /// The sum of the relative sizes of its tickets.
    size_total: u64,
    sizes: Stream,
    moments: Stream,
    institutions: Stream,
}

impl TrafficPlan {
    /// Apportions the window's value to tickets. Flows that cannot be carried must be taken out before
    /// ([`Flows::retain`]). Flows without a common day in a year, and flows without a ticket, are said.
    ///
    /// # Errors
    /// A [`TrafficError`].
    pub fn new(
        region: &Region,
        calendars: &Calendars,
        flows: &Flows,
        window: Window,
        options: TrafficOptions,
        notices: &mut Notices,
    ) -> Result<TrafficPlan, TrafficError> {
        if !(1..=PPM).contains(&options.take_up_ppm) {
            return Err(TrafficError::TakeUp(options.take_up_ppm));
        }
        let open = OpenDays::new(region, calendars, window);
        let (within, without_day_count) = window_flows(flows, &open, window, options.take_up_ppm);
        if without_day_count > 0 {
            notices.say(Notice::NoCommonDay { flow_count: without_day_count });
        }
        let total: u128 = within.iter().map(|flow| u128::from(flow.usd_cents)).sum();
        let usd_cents = u64::try_from(total).ok().filter(|&usd_cents| usd_cents <= MOST_USD_CENTS);
        let usd_cents = usd_cents.ok_or(TrafficError::TooMuchValue)?;
        let ticket_count = ticket_count(usd_cents, options)?;
        let traffic = apportion(&within, usd_cents, ticket_count, notices);
        let flows = traffic.into_iter().map(|traffic| PlannedFlow::new(region, options.seed, traffic)).collect();
        Ok(TrafficPlan { window, seed: options.seed, open, usd_cents, ticket_count, flows })
    }

    /// What all tickets add up to, in cents of the dollar.
    #[must_use]
    pub fn usd_cents(&self) -> u64 {
        self.usd_cents
    }

    /// How many tickets there are.
    #[must_use]
    pub fn ticket_count(&self) -> u64 {
        self.ticket_count
    }

    /// The days of the run.
    #[must_use]
    pub fn window(&self) -> Window {
        self.window
    }

    /// The flows that have tickets.
    pub fn flows(&self) -> impl Iterator<Item = &FlowTraffic> {
        self.flows.iter().map(|flow| &flow.traffic)
    }

    /// The reference of a ticket of this run.
    #[must_use]
    pub fn reference(&self, ordinal: u64) -> [u8; 16] {
        reference(self.seed, ordinal)
    }

    /// The tickets, day by day; days without one are passed over.
    #[must_use]
    pub fn days(&self) -> TrafficDays<'_> {
        let progress = vec![Progress::default(); self.flows.len()];
        TrafficDays { plan: self, next: self.window.from(), ordinal: 0, progress, drafts: Vec::new() }
    }
}

/// How many tickets the value makes: as many as asked for, else the value by the mean, rounded half up and at least one.
fn ticket_count(usd_cents: u64, options: TrafficOptions) -> Result<u64, TrafficError> {
    let mean = options.mean_ticket_usd_cents;
    let ticket_count = match options.ticket_count {
        Some(0) => return Err(TrafficError::NoTickets),
        Some(ticket_count) if usd_cents == 0 => return Err(TrafficError::NothingToPay { ticket_count }),
        Some(ticket_count) => ticket_count,
        None if mean == 0 => return Err(TrafficError::MeanTicket),
        None if usd_cents == 0 => 0,
        None => {
            let half_up = usd_cents / mean + u64::from(usd_cents % mean >= mean.div_ceil(2));
            half_up.max(1)
        }
    };
    if ticket_count > usd_cents {
        return Err(TrafficError::MoreTicketsThanCents { ticket_count, usd_cents });
    }
    if ticket_count > MOST_TICKETS {
        return Err(TrafficError::TooManyTickets { ticket_count });
    }
    Ok(ticket_count)
}

/// Tickets to flows by largest remainder, then the value of those that got none to the others in proportion.
fn apportion(within: &[WindowFlow], usd_cents: u64, ticket_count: u64, notices: &mut Notices) -> Vec<FlowTraffic> {
    let values: Vec<u64> = within.iter().map(|flow| flow.usd_cents).collect();
    let counts = largest_remainder(ticket_count, &values).expect("bug: tickets without value");
    let kept: Vec<u64> = values.iter().zip(&counts).map(|(&value, &count)| if count > 0 { value } else { 0 }).collect();
    let spread = usd_cents - kept.iter().sum::<u64>();
    let without = values.iter().zip(&counts).filter(|&(&value, &count)| value > 0 && count == 0).count();
    if without > 0 {
        let flow_count = u64::try_from(without).expect("a number of flows fits in 64 bits");
        notices.say(Notice::WithoutTicket { flow_count, usd_cents: spread });
    }
    let paid = largest_remainder(usd_cents, &kept).expect("bug: value without a ticket");
    let tickets = within.iter().zip(counts).zip(paid).filter(|((_, count), _)| *count > 0);
    tickets
        .map(|((within, ticket_count), usd_cents)| FlowTraffic {
            payer: within.flow.payer,
            payee: within.flow.payee,
            usd_cents,
            ticket_count,
            day_count: within.day_count,
        })
        .collect()
}

impl PlannedFlow {
    fn new(region: &Region, seed: Seed, traffic: FlowTraffic) -> PlannedFlow {
        // By the countries' letters, so that a country more in the region changes nothing for the others.
        let letters = |country: CountryIndex| region.countries[country.index()].code.as_number();
        let part = (letters(traffic.payer) << 24) | letters(traffic.payee);
        let stream = |purpose| seed.stream(purpose).part(part);
        let sizes = stream(Purpose::TicketSize);
        assert!(traffic.day_count > 0, "bug: a flow with value and without a day");
        PlannedFlow {
            traffic,
            phase: stream(Purpose::FirstDay).below(0, u64::from(traffic.day_count)),
            size_total: (0..traffic.ticket_count).map(|place| relative_size(sizes.at(place))).sum(),
            sizes,
            moments: stream(Purpose::TimeOfDay),
            institutions: stream(Purpose::Institutions),
        }
    }

    /// How many of its tickets fall before the `day`-th of its days.
    fn tickets_before(&self, day: u32) -> u64 {
        (u64::from(day) * self.traffic.ticket_count + self.phase) / u64::from(self.traffic.day_count)
    }

    /// What the tickets add up to whose relative sizes add up to `size`: a cent for each, and the rest by size.
    fn value_up_to(&self, count: u64, size: u64) -> u64 {
        let beyond_cents = self.traffic.usd_cents - self.traffic.ticket_count;
        let by_size = u128::from(beyond_cents) * u128::from(size) / u128::from(self.size_total);
        count + u64::try_from(by_size).expect("bug: a part above the whole")
    }
}

/// The tickets of one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayTickets {
    /// The day.
    pub date: Date,
    /// Its tickets, in the order in which they enter.
    pub tickets: Vec<Ticket>,
}

/// The tickets of a run, day by day.
#[derive(Debug, Clone)]
pub struct TrafficDays<'a> {
    plan: &'a TrafficPlan,
    next: Date,
    ordinal: u64,
    progress: Vec<Progress>,
    drafts: Vec<Draft>,
}

/// How far a flow is.
#[derive(Debug, Clone, Copy, Default)]
struct Progress {
    day: u32,
    ticket: u64,
    size: u64,
    usd_cents: u64,
}

/// A ticket that has no ordinal yet, in the order of the fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Draft {
    at_us: i64,
    flow: u32,
    place: u32,
    usd_cents: u64,
    payer: InstitutionIndex,
    payee: InstitutionIndex,
}

impl Iterator for TrafficDays<'_> {
    type Item = DayTickets;

    fn next(&mut self) -> Option<DayTickets> {
        while self.plan.window.contains(self.next) {
            let date = self.next;
            self.next = date.plus_days(1);
            self.draft(date);
            if !self.drafts.is_empty() {
                return Some(DayTickets { date, tickets: self.tickets(date) });
            }
        }
        None
    }
}

impl TrafficDays<'_> {
    /// Drafts the tickets of a day, flow by flow.
    fn draft(&mut self, date: Date) {
        self.drafts.clear();
        for (index, (flow, progress)) in self.plan.flows.iter().zip(&mut self.progress).enumerate() {
            if !self.plan.open.both(flow.traffic.payer, flow.traffic.payee, date) {
                continue;
            }
            progress.day += 1;
            let until = flow.tickets_before(progress.day);
            for place in progress.ticket..until {
                progress.size += relative_size(flow.sizes.at(place));
                let value = flow.value_up_to(place + 1, progress.size);
                let institutions = flow.institutions.at(place);
                self.drafts.push(Draft {
                    at_us: moment_us(flow.moments.at(place)),
                    flow: u32::try_from(index).expect("a number of flows fits in 32 bits"),
                    place: u32::try_from(place).expect("a number of tickets fits in 32 bits"),
                    usd_cents: value - progress.usd_cents,
                    payer: institution(flow.traffic.payer, institutions >> 32),
                    payee: institution(flow.traffic.payee, institutions & 0xffff_ffff),
                });
                progress.usd_cents = value;
            }
            progress.ticket = until;
        }
        self.drafts.sort_unstable();
    }

    fn tickets(&mut self, date: Date) -> Vec<Ticket> {
        let first = self.ordinal;
        let tickets: Vec<Ticket> = self
            .drafts
            .iter()
            .zip(first..)
            .map(|(draft, ordinal)| Ticket {
                ordinal,
                at: date.start().plus_us(draft.at_us),
                usd_cents: draft.usd_cents,
                payer: draft.payer,
                payee: draft.payee,
            })
            .collect();
        self.ordinal += u64::try_from(tickets.len()).expect("a number of tickets fits in 64 bits");
        tickets
    }
}

/// Microseconds since midnight UTC, after [`ENTRY_PROFILE`].
fn moment_us(bits: u64) -> i64 {
    // The upper half of the bits chooses the half hour, the lower half the moment in it.
    let mut share = ((bits >> 32) * ENTRY_PROFILE.iter().sum::<u64>()) >> 32;
    let mut begins_us = 0;
    for in_half_hour in ENTRY_PROFILE {
        if share < in_half_hour {
            break;
        }
        share -= in_half_hour;
        begins_us += HALF_HOUR_US;
    }
    let within_us = scale(bits << 32, HALF_HOUR_US);
    ENTRY_BEGINS_US + i64::try_from(begins_us + within_us).expect("microseconds of a day fit in 63 bits")
}

/// One of a country's institutions by their weights, from 32 even bits.
fn institution(country: CountryIndex, bits: u64) -> InstitutionIndex {
    let mut percent = (bits * 100) >> 32;
    let mut rank = 0;
    for weight in INSTITUTION_WEIGHTS_PERCENT {
        if percent < weight {
            break;
        }
        percent -= weight;
        rank += 1;
    }
    InstitutionIndex::of(country, rank.min(INSTITUTIONS_PER_COUNTRY - 1))
}

/// The unique end-to-end transaction reference of a ticket: a version 4 UUID (RFC 9562) made from seed and ordinal.
#[must_use]
pub fn reference(seed: Seed, ordinal: u64) -> [u8; 16] {
    let stream = seed.stream(Purpose::Reference).part(ordinal);
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&stream.at(0).to_be_bytes());
    bytes[8..].copy_from_slice(&stream.at(1).to_be_bytes());
    bytes[6] = 0x40 | (bytes[6] & 0x0f);
    bytes[8] = 0x80 | (bytes[8] & 0x3f);
    bytes
}

#[cfg(test)]
#[path = "tickets_tests.rs"]
mod tests;
