//! The fixing of the day: reference rates of all currencies, and the price of what awaited it.

use super::by_house;
use crate::limits::EVENT_PAYMENTS_MAX;
use crate::state::{Arrangement, State};
use domain::event::{Event, EventBody};
use domain::payment::PricedPayment;
use domain::plan::Price;
use domain::{CurrencyId, Date, PaymentId};
use money::Rate;
use std::collections::BTreeSet;

/// Fixes the day's rates when every currency's reference has been published on this date; until then nothing happens.
pub(super) fn fix(state: &State, arrangement: &Arrangement, date: Date, out: &mut Vec<Event>) {
    let Price::Open { rounding } = arrangement.plan.price else { return };
    let currencies: BTreeSet<CurrencyId> = arrangement
        .participants()
        .map(|(_, participant)| participant.edge_currency)
        .filter(|currency| *currency != arrangement.asset)
        .collect();
    let mut rates: Vec<(CurrencyId, Rate)> = Vec::new();
    for currency in currencies {
        match arrangement.reference(currency) {
            Some((rate, Some(on))) if on == date => rates.push((currency, rate)),
            _ => return,
        }
    }
    let collect_after = arrangement.plan.triggers.collection.plus_business_days;
    let Some(collect_on) = state.business_day_after(arrangement, date, collect_after) else { return };
    let mut priced = Vec::new();
    for &payment in &arrangement.awaiting_rate {
        if let Some(payer) = price(state, arrangement, &rates, payment, rounding) {
            priced.push(PricedPayment { payment, payer });
        }
    }
    out.push(by_house(EventBody::FixingMade { arrangement: arrangement.id, date, rates }));
    for part in priced.chunks(EVENT_PAYMENTS_MAX) {
        let payments = part.to_vec();
        out.push(by_house(EventBody::PaymentsPriced { arrangement: arrangement.id, date, collect_on, payments }));
    }
}

/// What a payment costs its payer at the day's rates; an amount that does not fit stays unpriced and expires.
fn price(
    state: &State,
    arrangement: &Arrangement,
    rates: &[(CurrencyId, Rate)],
    payment: PaymentId,
    rounding: money::RateRounding,
) -> Option<money::AmountMinor> {
    let record = state.payments.of(payment);
    let currency_of = |institution| arrangement.of(institution).edge_currency;
    let (payer, payee) = (currency_of(record.payer), currency_of(record.payee));
    let rate_of = |currency| rates.iter().find(|(of, _)| *of == currency).map(|(_, rate)| *rate);
    let rate = State::cross_rate(rate_of(payer)?, rate_of(payee)?, rounding).ok()?;
    let amount = money::AmountMinor::new(record.payee_minor).ok()?;
    state.price_at_fixing(payer, payee, amount, rate).ok()
}
