//! The lab: a simulated world around the real engine.
//!
//! Where its traffic comes from, and on which days it flows: [`trade`] or [`gravity`] give annual flows between the
//! countries of the [`region`]; [`holidays`] and [`calendar`] say on which days both ends are open, [`rates`] what a
//! dollar is worth on them; [`tickets`] turns all that into the payments of a run, repeatable from a seed ([`random`]).

pub mod calendar;
pub mod csv_input;
pub mod data_error;
pub mod decimal;
mod fields;
pub mod flows;
pub mod gravity;
pub mod great_circle;
pub mod holiday_rules;
pub mod holidays;
pub mod notice;
pub mod random;
pub mod rates;
pub mod region;
mod ticket_sizes;
pub mod tickets;
pub mod trade;
mod window_values;
