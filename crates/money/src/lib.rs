//! Amounts, balances, currencies, rates and rounding: the arithmetic of money, and nothing about who owes whom.
//!
//! Everything is an integer of a currency's minor unit (the cent of the dollar; the peso itself where a currency has no
//! cents) or an exact decimal or fraction. There is no floating point, no allocation on the conversion path and no clock.
//!
//! Three habits hold everywhere in this crate:
//!
//! * **Nothing is lost.** An operation that rounds says by which named rule ([`Rounding`], [`RateRounding`]), and gives
//!   back what it dropped as an exact fraction ([`Residue`]), so that the caller can book it.
//! * **Nothing wraps.** Bad input is an error value. An impossible state of the program (two balances that do not fit
//!   in 128 bits) stops the process.
//! * **Sums hold.** Whatever is divided among many adds up to the whole again ([`largest_remainder`],
//!   [`round_keeping_sum`]); what is posted period by period adds up to the rounded exact total
//!   ([`CumulativeInterest`]).
//!
//! | for | see |
//! | --- | --- |
//! | an amount that is paid, a balance that is owed | [`AmountMinor`], [`BalanceMinor`] |
//! | a currency | [`CurrencyCode`], [`Currency`] |
//! | a price of one currency in another | [`Rate`], [`quotient`] |
//! | turning one currency into another | [`convert`], [`through`] |
//! | dividing an amount among many | [`largest_remainder`], [`round_keeping_sum`] |
//! | interest on daily balances | [`Accrual`], [`interest_minor`], [`CumulativeInterest`] |
//! | text in and out | [`parse_amount`], [`format_minor`] |

#![deny(clippy::float_arithmetic, clippy::print_stdout, clippy::print_stderr)]

mod amount;
mod apportion;
mod convert;
mod currency;
mod interest;
mod rate;
mod rounding;
mod text;

pub use amount::{AmountError, AmountMinor, BalanceMinor};
pub use apportion::{ApportionError, largest_remainder, round_keeping_sum};
pub use convert::{Conversion, ConvertError, convert, convert_balance, through};
pub use currency::{Currency, CurrencyCode, CurrencyError, MAX_MINOR_DECIMALS};
pub use interest::{Accrual, CumulativeInterest, DayCount, InterestError, interest_minor};
pub use rate::{MAX_RATE_DECIMALS, Rate, RateError, RateRounding, quotient};
pub use rounding::{Residue, Rounding};
pub use text::{AmountTextError, format_minor, parse_amount};
