//! Why there is no run: each with its permanent code and the exit code of the command.

use money::format_minor;

use crate::calendar::WindowError;
use crate::data_error::DataError;
use crate::tickets::{MOST_USD_CENTS, TrafficError};

/// A scenario that cannot be: nothing of it has run.
///
/// [`std::fmt::Display`] gives *what; where; what to do*, to stand after `error[CODE]: `; for a rulebook file a line
/// for each error.
#[derive(Debug, thiserror::Error)]
pub enum ScenarioError {
    /// A file cannot be used.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The options name no window of days.
    #[error(transparent)]
    Window(#[from] WindowError),
    /// No traffic meets the options.
    #[error(transparent)]
    Traffic(#[from] TrafficError),
    /// The rulebook file is wrong; each error has its own place.
    #[error("{}", lines(.0))]
    Rulebook(Vec<rulebook::RulebookError>),
    /// The rulebook asks for what nothing runs yet.
    #[error("{0}; --arrangement; choose another rulebook")]
    NotBuilt(rulebook::NotBuilt),
    /// The lab's trade is in dollars, and so must be what is settled.
    #[error(
        "the rulebook {rulebook} settles in {asset}, and the lab's trade is in US dollars; asset.currency; choose a \
         rulebook that settles in USD"
    )]
    Asset {
        /// Its name.
        rulebook: String,
        /// What it settles in.
        asset: String,
    },
    /// Fewer than two members take part.
    #[error(
        "{found} of the {listed} members that the rulebook {rulebook} enrols can take part, and two are needed; \
         members.default; name members of the region that have a rate on every business day of the window"
    )]
    TooFewMembers {
        /// Its name.
        rulebook: String,
        /// How many can.
        found: usize,
        /// How many it lists.
        listed: usize,
    },
    /// There are payments and no business day of the arrangement.
    #[error(
        "the arrangement has no business day in the window; --holidays, --from, --to; choose days on which its members \
         are open"
    )]
    NoBusinessDay,
    /// More prefunding than money.
    #[error(
        "prefunding of {} times the mean daily debits is more than USD {} for a member; --prefunding; give a smaller \
         multiple",
        format_minor(i128::from(*multiple_ppm), 6),
        format_minor(i128::from(MOST_USD_CENTS), 2)
    )]
    TooMuchPrefunding {
        /// The multiple, in parts per million.
        multiple_ppm: u64,
    },
    /// A payment of more digits than an amount has.
    #[error(
        "a payment of USD {} is more than 18 digits of {currency} on {date}; --rates; check the rate, or ask for more \
         and smaller payments (--payments)",
        format_minor(i128::from(*usd_cents), 2)
    )]
    AmountTooLarge {
        /// Its value, in cents of the dollar.
        usd_cents: u64,
        /// The currency.
        currency: String,
        /// The day.
        date: domain::Date,
    },
    /// A rate that no currency has.
    #[error(
        "{rate} {currency} per US dollar on {date} is not a rate that the ledger takes ({least} to {most}); --rates; check \
         the unit and the date of the rate, or leave its member out of members.default"
    )]
    RateOutOfRange {
        /// The currency.
        currency: String,
        /// Its rate.
        rate: money::Rate,
        /// The day.
        date: domain::Date,
        /// The lowest.
        least: money::Rate,
        /// The highest.
        most: money::Rate,
    },
    /// A demonstration of no days, or of too many.
    #[error("a demonstration of {days} days is none; --days; give a number from 1 to {most}")]
    DemoDays {
        /// How many were asked for.
        days: u32,
        /// The most.
        most: u32,
    },
    /// A year in which nothing can be run.
    #[error("the year {year} is outside the years 1 to {last}; --year, --from, --to; choose a year between them")]
    Year {
        /// The year.
        year: i32,
        /// The last one.
        last: i32,
    },
    /// The time zone of the rulebook is not in the data that the program has.
    #[error("the time zone {zone} is not known; day.zone; name a zone of the IANA database")]
    Zone {
        /// Its name.
        zone: String,
    },
}

impl ScenarioError {
    /// The permanent code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            ScenarioError::Data(error) => error.code.as_str(),
            ScenarioError::Window(_) => "WINDOW",
            ScenarioError::Traffic(_) => "TRAFFIC",
            ScenarioError::Rulebook(errors) => errors.first().map_or("RULEBOOK", |error| error.kind.code()),
            ScenarioError::NotBuilt(_) => "RULEBOOK_NOT_BUILT",
            ScenarioError::Asset { .. } => "RULEBOOK_ASSET",
            ScenarioError::TooFewMembers { .. } => "TOO_FEW_MEMBERS",
            ScenarioError::NoBusinessDay => "NO_BUSINESS_DAY",
            ScenarioError::TooMuchPrefunding { .. } => "PREFUNDING",
            ScenarioError::AmountTooLarge { .. } => "AMOUNT_TOO_LARGE",
            ScenarioError::RateOutOfRange { .. } => "RATE_OUT_OF_RANGE",
            ScenarioError::DemoDays { .. } => "DEMO_DAYS",
            ScenarioError::Year { .. } => "YEAR",
            ScenarioError::Zone { .. } => "RULEBOOK_ZONE",
        }
    }

    /// The exit code of a command that stops over it: 2 for a wrong use, 3 for wrong data.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            ScenarioError::Window(_)
            | ScenarioError::NotBuilt(_)
            | ScenarioError::TooMuchPrefunding { .. }
            | ScenarioError::DemoDays { .. }
            | ScenarioError::Year { .. } => 2,
            ScenarioError::Traffic(TrafficError::TooMuchValue) => 3,
            ScenarioError::Traffic(_) => 2,
            ScenarioError::Data(_)
            | ScenarioError::Rulebook(_)
            | ScenarioError::Asset { .. }
            | ScenarioError::TooFewMembers { .. }
            | ScenarioError::NoBusinessDay
            | ScenarioError::AmountTooLarge { .. }
            | ScenarioError::RateOutOfRange { .. }
            | ScenarioError::Zone { .. } => 3,
        }
    }
}

fn lines(errors: &[rulebook::RulebookError]) -> String {
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
