//! The lab: a simulated world around the real engine.
//!
//! Where its traffic comes from, and on which days it flows: [`trade`] or [`gravity`] give annual flows between the
//! countries of the [`region`]; [`holidays`] and [`calendar`] say on which days both ends are open, [`rates`] what a
//! dollar is worth on them; [`tickets`] turns all that into the payments of a run, repeatable from a seed ([`random`]).
//!
//! How it runs: a [`Scenario`] puts traffic, rulebook, members and their deposits together; [`driver::run`] drives the
//! engine through it with simulated time; an [`outcome`] holds what it came to.

pub mod assumptions;
pub mod calendar;
pub mod csv_input;
pub mod data_error;
pub mod decimal;
pub mod driver;
mod enrolment;
mod fields;
mod flow_residuals;
pub mod flows;
mod funding;
pub mod gravity;
pub mod great_circle;
pub mod holiday_rules;
pub mod holidays;
pub mod notice;
pub mod options;
mod order_amounts;
pub mod outcome;
mod quotas;
pub mod random;
pub mod rates;
pub mod region;
pub mod scenario;
pub mod scenario_error;
mod ticket_sizes;
pub mod tickets;
pub mod trade;
mod window_values;

pub use assumptions::Assumptions;
pub use driver::schedule::{LocalTimes, time_zone_version};
pub use driver::{Observer, Phase, Progress, RunFault, run};
pub use notice::{Notice, Notices};
pub use options::{DemoOptions, SimulateOptions};
pub use outcome::Outcome;
pub use scenario::Scenario;
pub use scenario_error::ScenarioError;
