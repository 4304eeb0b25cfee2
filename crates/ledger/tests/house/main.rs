//! The house under each of the built-in rulebooks, from the outside: commands in, events and balances out.
#![allow(clippy::inconsistent_digit_grouping, reason = "dollars and cents: 5_000_00 is five thousand dollars")]

mod acts;
mod clearing;
mod conformity;
mod credit;
mod default;
mod edges;
mod exit;
mod facility;
mod gross;
mod house;
mod local_currencies;
mod memory;
mod open_price;
mod open_run;
mod prefunded;
mod refusals;
mod reserve;
mod suspension;
mod units;
