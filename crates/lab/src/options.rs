//! What a run is asked for.

use std::path::PathBuf;

use domain::Date;

use crate::random::Seed;

/// Twice the mean daily debits, in parts per million: the prefunding that a run has where nobody says otherwise.
pub const DEFAULT_PREFUNDING_PPM: u64 = 2_000_000;

/// The most prefunding, in parts per million of mean daily debits: ten thousand times.
pub const MOST_PREFUNDING_PPM: u64 = 10_000_000_000;

/// Five percent: schemes of this kind carried one to ten percent of trade.
pub const DEFAULT_TAKE_UP_PPM: u32 = 50_000;

/// The seed of a run whose seed nobody gave.
pub const DEFAULT_SEED: u64 = 2008;

/// The first day of every demonstration: Tuesday, 5 March 2024.
pub const DEMO_FROM: (i32, u32, u32) = (2024, 3, 5);

/// The most business days of a demonstration.
pub const MOST_DEMO_DAYS: u32 = 2_600;

/// Prefunding of a demonstration, in parts per million of mean daily debits: half a day's, so that some payments
/// have to wait for what comes in. Twice a single day's debits would be more than could be used up on it.
pub const DEMO_PREFUNDING_PPM: u64 = 500_000;

/// How many times the mean payment a member lets pass at once in a demonstration.
pub const DEMO_LARGEST_PAYMENT: u64 = 15;

/// The rulebook that a demonstration runs under.
pub const DEMO_RULEBOOK: &str = "caudal";

/// A run on trade, from a file or by the gravity model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimulateOptions {
    /// The trade file and the year of it; by the gravity model where there is none.
    pub trade: Option<(PathBuf, i32)>,
    /// The share of trade that is paid through the clearing house, in parts per million.
    pub take_up_ppm: u32,
    /// Prefunding, in parts per million of each member's mean daily debits of the run.
    pub prefunding_ppm: u64,
    /// Rate files, daily and annual in any order; the region file's rounded rates where there is none.
    pub rates: Vec<PathBuf>,
    /// The holiday file; weekends only where there is none.
    pub holidays: Option<PathBuf>,
    /// The first and the last day, both included; the trade file's year, or 2024, where not given.
    pub window: Option<(Date, Date)>,
    /// Name and text of the rulebook.
    pub rulebook: (String, String),
    /// The exact number of tickets of the run.
    pub payments: Option<u64>,
    /// The seed.
    pub seed: Seed,
}

impl SimulateOptions {
    /// A year by the gravity model under a rulebook.
    #[must_use]
    pub fn new(rulebook: (String, String), seed: Seed) -> SimulateOptions {
        SimulateOptions {
            trade: None,
            take_up_ppm: DEFAULT_TAKE_UP_PPM,
            prefunding_ppm: DEFAULT_PREFUNDING_PPM,
            rates: Vec::new(),
            holidays: None,
            window: None,
            rulebook,
            payments: None,
            seed,
        }
    }
}

/// A demonstration: business days of the region by the gravity model under [`DEMO_RULEBOOK`], from [`DEMO_FROM`] on, with
/// [`DEMO_PREFUNDING_PPM`] and, so that something is refused too, a largest payment ([`DEMO_LARGEST_PAYMENT`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DemoOptions {
    /// How many business days: 1 to [`MOST_DEMO_DAYS`].
    pub days: u32,
    /// The exact number of tickets of the run.
    pub payments: Option<u64>,
    /// The seed.
    pub seed: Seed,
}
