//! Rates: a member publishes what its currency is worth in the settlement asset.

use super::{DONE, Decided, Decision, No};
use crate::limits::{RATE_MAX, RATE_MIN};
use crate::state::Arrangement;
use domain::event::{EventBody, Quote};
use domain::plan::Price;
use domain::reserve::ReserveAgainst;
use domain::{ArrangementId, CurrencyId, MemberId, Refusal};
use money::Rate;
use std::cmp::Ordering;

/// A reference rate that differs from the last by more than one part in this many needs a second approval.
const BAND_DIVISOR: u128 = 5;

impl Decision<'_> {
    pub(super) fn publish_rate(
        &mut self,
        id: ArrangementId,
        member: MemberId,
        currency: CurrencyId,
        quote: Quote,
    ) -> Decided {
        self.by_member(member)?;
        let arrangement = self.arrangement(id)?;
        if arrangement.membership(member).is_none() {
            return Err(Refusal::MemberNotInArrangement.into());
        }
        let of_member =
            |institution: &crate::state::Institution| institution.member == member && institution.currency == currency;
        if currency == arrangement.asset || !self.state.shared.institutions.iter().any(of_member) {
            return Err(Refusal::RateNotInRulebook.into());
        }
        if !is_in_range(quote) {
            return Err(Refusal::RateOutOfRange.into());
        }
        match (arrangement.plan.price, quote) {
            (Price::Fixed { spread_max_ppm, .. }, Quote::TwoSided { buy, sell }) => {
                if !spread_is_within(buy, sell, spread_max_ppm) {
                    return Err(Refusal::SpreadTooWide.into());
                }
            }
            (Price::Par, Quote::Reference(_)) if !swaps(arrangement) => {
                return Err(No::from(Refusal::RateNotInRulebook));
            }
            (Price::Open { .. } | Price::Par, Quote::Reference(rate)) => {
                let published = arrangement.rates.get(&(member, currency)).map(|(quote, _)| *quote);
                if let Some(Quote::Reference(last)) = published
                    && !is_within_band(last, rate)
                {
                    self.with_four_eyes()?;
                }
                // One reference per currency: another member's is not a second opinion.
                let taken = arrangement.rates.keys().any(|(by, of)| *of == currency && *by != member);
                if taken {
                    return Err(Refusal::RateNotInRulebook.into());
                }
            }
            (Price::Fixed { .. } | Price::Open { .. } | Price::Par, _) => {
                return Err(No::from(Refusal::RateNotInRulebook));
            }
        }
        self.emit(EventBody::RatePublished { arrangement: id, member, currency, quote });
        Ok(DONE)
    }
}

/// Whether a line lends against members' currencies: their rates are then needed even where no payment has a price.
fn swaps(arrangement: &Arrangement) -> bool {
    let lines = arrangement.reserve_rule().into_iter().flat_map(|rule| &rule.lines);
    lines.into_iter().any(|line| line.against == ReserveAgainst::Currency)
}

/// Whether every rate of a quote is one that a currency can have.
fn is_in_range(quote: Quote) -> bool {
    let bound = |(mantissa, decimals)| Rate::new(mantissa, decimals).expect("a bound is a rate");
    let (lowest, highest) = (bound(RATE_MIN), bound(RATE_MAX));
    let within = |rate: Rate| rate.cmp_value(lowest) != Ordering::Less && rate.cmp_value(highest) != Ordering::Greater;
    match quote {
        Quote::TwoSided { buy, sell } => within(buy) && within(sell),
        Quote::Reference(rate) => within(rate),
    }
}

/// Mantissas of two rates at the same number of decimals.
fn scaled(one: Rate, other: Rate) -> (u128, u128) {
    let decimals = one.decimals().max(other.decimals());
    let scale = |rate: Rate| u128::from(rate.mantissa()) * 10_u128.pow(u32::from(decimals - rate.decimals()));
    (scale(one), scale(other))
}

fn spread_is_within(buy: Rate, sell: Rate, spread_max_ppm: u32) -> bool {
    if buy.cmp_value(sell) == Ordering::Greater {
        return false;
    }
    let (buy, sell) = scaled(buy, sell);
    // Mantissas have at most 20 digits and are scaled by at most 12: a factor of a million still fits in 128 bits.
    (sell - buy).saturating_mul(1_000_000) <= buy.saturating_mul(u128::from(spread_max_ppm))
}

fn is_within_band(last: Rate, rate: Rate) -> bool {
    let (last, rate) = scaled(last, rate);
    last.abs_diff(rate).saturating_mul(BAND_DIVISOR) <= last
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spread_is_measured_in_parts_per_million_of_the_buying_rate() {
        let rate = |text| Rate::parse(text).unwrap();
        assert!(spread_is_within(rate("5.0000"), rate("5.0250"), 5_000));
        assert!(!spread_is_within(rate("5.0000"), rate("5.025001"), 5_000));
        assert!(spread_is_within(rate("1"), rate("1.000000"), 0));
        assert!(!spread_is_within(rate("1.01"), rate("1"), 5_000), "buying above selling");
    }

    #[test]
    fn the_band_is_a_fifth_either_way() {
        let rate = |text| Rate::parse(text).unwrap();
        assert!(is_within_band(rate("100"), rate("120.0")));
        assert!(is_within_band(rate("100"), rate("80")));
        assert!(!is_within_band(rate("366.5"), rate("800")), "the peso of 13 December 2023 needs four eyes");
    }
}
