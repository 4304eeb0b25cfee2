//! Values and bounds of the levels, summed arc by arc.

use super::{CLASS_MAX, Instance, Level};
use crate::refused::same_length;
use crate::{Claim, Refused};

/// Prices, and profits times the scale, are between this and its negative: three of them fit in 64 bits.
pub const PRICE_MAX: i64 = 1 << 60;

/// Where an arc is in every answer that is best on the levels before.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Free,
    Full,
    Empty,
}

/// An arc of the network, with what the answer sends through it.
pub(super) struct Arc {
    pub tail: usize,
    pub head: usize,
    pub capacity: i128,
    pub flow: i128,
    pub profit: Profit,
}

/// What a unit through an arc is worth.
#[derive(Clone, Copy)]
pub(super) enum Profit {
    /// 1 from the level of this rank on.
    SetOff { rank: usize },
    /// Minus the price of liquidity; on the last level minus 1.
    Injected,
    /// 0.
    Returned,
}

/// For each class the rank of its level.
pub(super) fn rank_of_class(instance: &Instance) -> [usize; CLASS_MAX as usize + 1] {
    let mut ranks = [0; CLASS_MAX as usize + 1];
    for (rank, class) in instance.classes().into_iter().enumerate() {
        ranks[usize::from(class)] = rank;
    }
    ranks
}

/// The levels of one list, as far as the arcs have been gone over.
pub(super) struct Levels<'a> {
    levels: Vec<Sums<'a>>,
}

/// One level.
struct Sums<'a> {
    level: &'a Level,
    set_off_profit: i64,
    injection_profit: i64,
    /// Whether arcs are fixed by its prices for the levels after it. Relied on before it is known, and checked at the end.
    fixes: bool,
    value: i128,
    bound_scaled: i128,
}

impl<'a> Levels<'a> {
    pub(super) fn of(instance: &Instance, levels: &'a [Level]) -> Result<Levels<'a>, Refused> {
        same_length("levels", instance.level_count(), levels.len())?;
        let classes = instance.classes().len();
        let sums = levels.iter().enumerate().map(|(index, level)| {
            same_length("prices of a level", instance.participants as usize + 1, level.prices.len())?;
            let injection_profit = if index < classes { -instance.price_of_liquidity } else { -1 };
            let rule = "at least 1, and times a profit at most 2^60";
            if level.scale < 1 || i128::from(level.scale) * i128::from(1.max(-injection_profit)) > PRICE_MAX.into() {
                return Err(Refused::Malformed { part: "scale of level", index, rule });
            }
            if level.prices.iter().any(|price| !(-PRICE_MAX..=PRICE_MAX).contains(price)) {
                return Err(Refused::Malformed { part: "prices of level", index, rule: "between -2^60 and 2^60" });
            }
            let set_off_profit = i64::from(index < classes);
            // With another scale the bound is rounded down, and reached or not says nothing of single arcs.
            let fixes = level.claim.is_optimal() && level.scale == 1;
            Ok(Sums { level, set_off_profit, injection_profit, fixes, value: 0, bound_scaled: 0 })
        });
        Ok(Levels { levels: sums.collect::<Result<_, _>>()? })
    }

    /// Goes over an arc.
    pub(super) fn add(&mut self, arc: &Arc, mut place: Place) -> Result<(), Refused> {
        for (index, sums) in self.levels.iter_mut().enumerate() {
            place = sums.add(index, arc, place).ok_or(Refused::TooLarge { what: "a bound" })?;
        }
        Ok(())
    }

    /// Compares what was found with what is claimed.
    pub(super) fn check_claims(&self, list: &'static str) -> Result<Vec<Claim>, Refused> {
        for (level, sums) in self.levels.iter().enumerate() {
            let Claim { value, upper_bound } = sums.level.claim;
            if sums.value != value {
                return Err(Refused::Value { list, level, claimed: value, found: sums.value });
            }
            let bound = sums.bound_scaled.div_euclid(sums.level.scale.into());
            if bound != upper_bound {
                return Err(Refused::Bound { list, level, claimed: upper_bound, found: bound });
            }
        }
        Ok(self.levels.iter().map(|sums| sums.level.claim).collect())
    }
}

impl Sums<'_> {
    /// Goes over an arc: where it is on the levels after this one. `None` if a sum does not fit.
    fn add(&mut self, level: usize, arc: &Arc, place: Place) -> Option<Place> {
        let profit = match arc.profit {
            Profit::SetOff { rank } if level < rank => 0,
            Profit::SetOff { .. } => self.set_off_profit,
            Profit::Injected => self.injection_profit,
            Profit::Returned => 0,
        };
        if profit != 0 {
            self.value = self.value.checked_add(i128::from(profit).checked_mul(arc.flow)?)?;
        }
        let prices = &self.level.prices;
        let reduced = profit * self.level.scale - prices[arc.tail] + prices[arc.head];
        if place == Place::Full || place == Place::Free && reduced > 0 {
            self.bound_scaled = self.bound_scaled.checked_add(arc.capacity.checked_mul(reduced.into())?)?;
        }
        if !self.fixes || place != Place::Free || reduced == 0 {
            return Some(place);
        }
        Some(if reduced > 0 { Place::Full } else { Place::Empty })
    }
}
