//! Amounts of a statement in minor units. Unlike the amount of a payment one may be zero, and may be written with zeros
//! after the last decimal of its currency.

use crate::error::{Problem, StatementError, shown, wrong};
use money::{Currency, CurrencyCode};

/// Most digits of an amount: those of ISO 20022.
const DIGITS_MAX: usize = 18;

/// The currency of a code.
pub(crate) fn currency(code: &str, currencies: &[Currency], place: &str) -> Result<Currency, StatementError> {
    let Ok(parsed) = CurrencyCode::parse(code) else {
        let what = format!("{} is not a code of a currency", shown(code));
        return Err(wrong(Problem::Currency, what, place, "write three capital letters, as in USD"));
    };
    currencies.iter().find(|currency| currency.code() == parsed).copied().ok_or_else(|| {
        let what = format!("the currency {code} is not registered here");
        wrong(Problem::Currency, what, place, "check whose statement it is: the journal registers the currencies")
    })
}

/// Reads digits with at most one separator, exactly. `bare` allows nothing after the separator, as in `12,`.
pub(crate) fn parse(
    text: &str,
    separator: char,
    bare: bool,
    currency: Currency,
    place: &str,
) -> Result<i128, StatementError> {
    let decimals = usize::from(currency.minor_decimals());
    let (whole, fraction) = text.split_once(separator).unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let has_separator = text.contains(separator);
    let formed =
        digits(whole) && digits(fraction) && !whole.is_empty() && (!has_separator || bare || !fraction.is_empty());
    if !formed || whole.len() + fraction.len() > DIGITS_MAX {
        let what = format!("{} is not an amount", shown(text));
        let remedy = format!("write up to {DIGITS_MAX} digits with at most one {separator:?}, as in 12{separator}50");
        return Err(wrong(Problem::Amount, what, place, remedy));
    }
    let (kept, beyond) = fraction.split_at(fraction.len().min(decimals));
    if beyond.bytes().any(|byte| byte != b'0') {
        let what = format!("{} has more than the {decimals} decimals of {}", shown(text), currency.code());
        return Err(wrong(Problem::Amount, what, place, "check the currency, and who wrote the statement"));
    }
    let written = format!("{whole}{kept:0<decimals$}");
    written
        .parse()
        .map_err(|_| wrong(Problem::Amount, format!("{} is too large", shown(text)), place, "check the file"))
}
