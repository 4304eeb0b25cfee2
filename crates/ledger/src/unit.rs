//! A unit of account: what it is worth on a date, and nets in it as amounts of the settlement asset.

use crate::state::{Arrangement, State};
use domain::{Date, MemberId};
use money::Rate;
use std::collections::BTreeMap;

impl Arrangement {
    /// Units of the settlement asset that the unit of account is worth on a date: the last value that the rulebook gives or
    /// that was published; before all of them the first.
    pub(crate) fn unit_value(&self, date: Date) -> Option<Rate> {
        let unit = self.plan.additions.unit.as_ref()?;
        let of_rulebook = unit.values.iter().rev().find(|(from, _)| *from <= date);
        let published = self.unit_values.range(..=date).next_back().map(|(from, value)| (*from, *value));
        let last = match (of_rulebook, published) {
            (Some(known), Some(later)) if later.0 >= known.0 => Some(later),
            (Some(known), _) => Some(*known),
            (None, later) => later,
        };
        last.or_else(|| unit.values.first().copied()).map(|(_, value)| value)
    }
}

impl State {
    /// Nets in the unit of account as amounts of the settlement asset: each rounded down, and the units left over one each
    /// to the largest fractions dropped, so that they still sum to zero.
    pub(crate) fn nets_in_settlement(
        &self,
        arrangement: &Arrangement,
        nets: &BTreeMap<MemberId, i128>,
        date: Date,
    ) -> BTreeMap<MemberId, i128> {
        let Some(value) = arrangement.unit_value(date) else { return nets.clone() };
        let power = |decimals: u8| 10_i128.pow(u32::from(decimals));
        let (unit, settlement) = (self.minor_decimals(arrangement.asset), self.minor_decimals(arrangement.settlement));
        let (multiplier, divisor) =
            (i128::from(value.mantissa()) * power(settlement), power(value.decimals()) * power(unit));
        let mut converted = BTreeMap::new();
        let mut dropped: Vec<(i128, MemberId)> = Vec::new();
        for (&member, &net) in nets {
            let exact = net.checked_mul(multiplier).expect("positions and values are bounded");
            converted.insert(member, exact.div_euclid(divisor));
            dropped.push((exact.rem_euclid(divisor), member));
        }
        // Largest first; among equal ones the lowest member.
        dropped.sort_unstable_by_key(|(fraction, member)| (-fraction, *member));
        let left: i128 = -converted.values().sum::<i128>();
        let left = usize::try_from(left).expect("fractions sum to whole units");
        for (_, member) in &dropped[..left] {
            *converted.get_mut(member).expect("it was just put there") += 1;
        }
        converted.retain(|_, net| *net != 0);
        converted
    }
}
