//! The fixing of the day: reference rates of all currencies, and the price of what awaited it.

use super::by_house;
use crate::limits::EVENT_PAYMENTS_MAX;
use crate::state::{Arrangement, State};
use domain::event::{Event, EventBody};
use domain::payment::{PricedForPayee, PricedPayment};
use domain::plan::{Denomination, Price};
use domain::{CurrencyId, Date, PaymentId};
use money::Rate;
use std::collections::BTreeSet;

/// Fixes the day's rates when every currency's reference has been published on this date; until then nothing happens.
pub(super) fn fix(state: &State, arrangement: &Arrangement, date: Date, out: &mut Vec<Event>) {
    if !matches!(arrangement.plan.price, Price::Open { .. }) {
        return;
    }
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
    let (mut for_payers, mut for_payees) = (Vec::new(), Vec::new());
    for &payment in &arrangement.awaiting_rate {
        let Some(amount) = price(state, arrangement, &rates, payment) else { continue };
        match state.payments.of(payment).denomination {
            Denomination::Payer => for_payees.push(PricedForPayee { payment, payee: amount }),
            Denomination::Payee | Denomination::Asset => for_payers.push(PricedPayment { payment, payer: amount }),
        }
    }
    let arrangement = arrangement.id;
    out.push(by_house(EventBody::FixingMade { arrangement, date, rates }));
    for part in for_payers.chunks(EVENT_PAYMENTS_MAX) {
        let payments = part.to_vec();
        out.push(by_house(EventBody::PaymentsPriced { arrangement, date, collect_on, payments }));
    }
    for part in for_payees.chunks(EVENT_PAYMENTS_MAX) {
        let payments = part.to_vec();
        out.push(by_house(EventBody::PaymentsPricedForPayees { arrangement, date, collect_on, payments }));
    }
}

/// What a payment costs its payer at the day's rates, or, ordered in the payer's currency, what its payee gets; an amount
/// that does not fit stays unpriced and expires.
fn price(
    state: &State,
    arrangement: &Arrangement,
    rates: &[(CurrencyId, Rate)],
    payment: PaymentId,
) -> Option<money::AmountMinor> {
    let record = state.payments.of(payment);
    let (payer, payee) = (arrangement.of(record.payer), arrangement.of(record.payee));
    let (ordered_minor, ends) = match record.denomination {
        Denomination::Payer => (record.payer_minor, (payer, payee)),
        Denomination::Payee | Denomination::Asset => (record.payee_minor, (payee, payer)),
    };
    state.price_at_fixing(arrangement, rates, money::AmountMinor::new(ordered_minor).ok()?, ends).ok()
}
