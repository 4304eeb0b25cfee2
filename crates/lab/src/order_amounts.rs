//! What a payment of so many dollars is in the currency in which it is ordered, at the day's rate.

use domain::Date;
use domain::plan::{Denomination, Plan, Price};
use money::{AmountMinor, Conversion, ConvertError, Rate, Rounding, convert};

use crate::rates::{RateBook, RateOrigin};
use crate::region::{CurrencyIndex, Region};

/// Decimals of the cents in which tickets are made.
const USD_DECIMALS: u8 = 2;

/// The rates of one day, by currency; none where there is no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DayRates(Vec<Option<(Rate, RateOrigin)>>);

impl DayRates {
    pub(crate) fn new(region: &Region, rates: &RateBook, date: Date) -> DayRates {
        let currencies = (0..region.currencies.len()).map(CurrencyIndex::from_index);
        DayRates(currencies.map(|currency| rates.per_usd(currency, date)).collect())
    }

    /// Units of a currency per dollar.
    pub(crate) fn of(&self, currency: CurrencyIndex) -> Option<Rate> {
        self.0[currency.index()].map(|(rate, _)| rate)
    }

    /// Whether a currency is worth a dollar by definition.
    pub(crate) fn is_by_definition(&self, currency: CurrencyIndex) -> bool {
        matches!(self.0[currency.index()], Some((_, RateOrigin::Definition)))
    }
}

/// In which currency a payment between two currencies is ordered: the rulebook's first choice. Where there is no price,
/// everything is in the settlement asset.
pub(crate) fn ordered_in(
    plan: &Plan,
    asset: CurrencyIndex,
    payer: CurrencyIndex,
    payee: CurrencyIndex,
) -> (Denomination, CurrencyIndex) {
    let denomination = plan.denominations.first().copied().unwrap_or(Denomination::Asset);
    let currency = match denomination {
        _ if plan.price == Price::Par => asset,
        Denomination::Payee => payee,
        Denomination::Payer => payer,
        Denomination::Asset => asset,
    };
    (denomination, currency)
}

/// Minor units of a currency, rounded half up and at least one; `None` where they have more than 18 digits.
///
/// # Panics
/// Without a rate for a currency that is not the asset: a bug, for members without one are left out.
pub(crate) fn ordered_amount(
    region: &Region,
    rates: &DayRates,
    asset: CurrencyIndex,
    currency: CurrencyIndex,
    usd_cents: u64,
) -> Option<AmountMinor> {
    let usd = AmountMinor::new(usd_cents).ok()?;
    if currency == asset {
        return Some(usd);
    }
    let decimals = region.currencies[currency.index()].currency.minor_decimals();
    let rate = rates.of(currency).expect("bug: a payment on a day without a rate");
    match convert(usd, USD_DECIMALS, decimals, rate, Conversion::Multiply, Rounding::HalfUp) {
        Ok((amount, _)) => Some(amount),
        Err(ConvertError::BelowOneMinorUnit) => AmountMinor::new(1).ok(),
        Err(ConvertError::Overflow) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notice::Notices;
    use money::CurrencyCode;

    fn amount(code: &[u8; 3], usd_cents: u64) -> Option<u64> {
        let region = Region::built_in();
        let rates = RateBook::of_region(&region, &mut Notices::new());
        let day = DayRates::new(&region, &rates, Date::from_ymd(2024, 3, 5).unwrap());
        let index = |code| region.currency(CurrencyCode::new(code)).unwrap();
        ordered_amount(&region, &day, index(b"USD"), index(code), usd_cents).map(AmountMinor::get)
    }

    #[test]
    fn an_amount_is_the_days_rate_rounded_half_up_and_at_least_one_unit() {
        // The region file's rates: 915 pesos, 2 Barbados dollars; the guarani has no cents.
        assert_eq!(amount(b"ARS", 100), Some(91_500));
        assert_eq!(amount(b"BBD", 1), Some(2));
        assert_eq!(amount(b"USD", 7), Some(7));
        assert!(amount(b"PYG", 1).is_some_and(|guaranies| guaranies > 10));
        assert_eq!(amount(b"ARS", AmountMinor::MAX.get()), None);
    }
}
