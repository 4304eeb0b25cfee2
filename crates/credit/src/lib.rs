//! Credit by right: how the nets of a cycle are parted into what is paid now and what is owed, each a function of the
//! history of whose net it is, and of nothing else.
//!
//! One interface, [`decompose`], serves every arrangement: it takes a [`Rule`] and, for each member, its net and how it
//! stands ([`Standing`]), and gives for each its [`Parts`]: cash and credit that add up to the net. What the rules are:
//!
//! | rule | whose | what it does |
//! | --- | --- | --- |
//! | [`Rule::Identity`] | any | the net is paid |
//! | [`Rule::Tranches`] | European Payments Union | a schedule over the *cumulative* position: credit is given back as it falls |
//! | [`Rule::Instalments`] | CPCR, Automatic Payment Programme | a debtor defers; the creditors of the cycle lend pro rata |
//! | [`Rule::Apportioned`] | Central American Clearing House | a creditor's obligatory credit, apportioned among its debtors |
//! | [`Rule::Swap`] | Asian Clearing Union | a net debtor draws from others what it asked for before the close |
//! | [`Rule::PassThrough`] | Caudal | claims first, then a schedule; the day's cash goes to creditors, the rest is their claim |
//!
//! Ceilings of lenders and quotas given by rule are in [`ceiling`]. Amounts are minor units of one currency; a position is
//! positive when its member is owed. Nothing is rounded but by a named rule, and what a rounding leaves is carried: the
//! asset paid so far is always the floor of the exact cumulative value, so that periods never add up their roundings.

#![deny(clippy::float_arithmetic, clippy::print_stdout, clippy::print_stderr)]

pub mod ceiling;
mod decompose;
mod instalments;
mod pass_through;
mod schedule;
mod share;

pub use decompose::{Parts, Rule, Standing, SwapRequest, TrancheTerms, decompose};
pub use instalments::{equal_instalments, lenders_instalments};
pub use schedule::{Schedule, ScheduleError, Slice};
