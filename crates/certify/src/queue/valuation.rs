//! The tests over all accounts of a participant, in the unit of account.

use super::{HAIRCUT_WHOLE, Instance, Row, Valuation};
use crate::Refused;

/// Checks every valuation on positions, by the index of the account.
pub(super) fn check(instance: &Instance, position: impl Fn(usize) -> i128) -> Result<(), Refused> {
    if instance.valuations.is_empty() {
        return Ok(());
    }
    let mut sums = vec![Sums::default(); instance.valuations.len()];
    for (index, account) in instance.accounts.iter().enumerate() {
        if let Some(valuation) = of_participant(instance, account.participant) {
            sums[valuation].add(instance, index, position(index)).ok_or(TOO_LARGE)?;
        }
    }
    sums.iter().enumerate().try_for_each(|(index, sums)| sums.check(instance, index))
}

/// Checks one valuation on positions of some accounts: all those of its participant.
pub(super) fn check_one(
    instance: &Instance,
    valuation: usize,
    accounts: &[u32],
    position: impl Fn(usize) -> i128,
) -> Result<(), Refused> {
    let mut sums = Sums::default();
    for account in accounts {
        sums.add(instance, *account as usize, position(*account as usize)).ok_or(TOO_LARGE)?;
    }
    sums.check(instance, valuation)
}

/// The index of the valuation of a participant.
pub(super) fn of_participant(instance: &Instance, participant: u32) -> Option<usize> {
    instance.valuations.binary_search_by_key(&participant, |valuation| valuation.participant).ok()
}

const TOO_LARGE: Refused = Refused::TooLarge { what: "a value in the unit of account" };

/// What the accounts of a participant come to, in units of account × denominator.
#[derive(Clone, Copy, Default)]
struct Sums {
    short: i128,
    /// After haircuts, in ten-thousandths.
    value: i128,
}

impl Sums {
    fn add(&mut self, instance: &Instance, account: usize, position: i128) -> Option<()> {
        let currency = &instance.currencies[instance.accounts[account].currency as usize];
        let worth = position.checked_mul(currency.unit_value.into())?;
        self.short = self.short.checked_add((-worth).max(0))?;
        let haircut = if worth > 0 { -currency.haircut } else { currency.haircut };
        self.value = self.value.checked_add(worth.checked_mul((HAIRCUT_WHOLE + haircut).into())?)?;
        Some(())
    }

    fn check(&self, instance: &Instance, index: usize) -> Result<(), Refused> {
        let Valuation { aggregate_short_limit, haircut_value, .. } = instance.valuations[index];
        if let Some(limit) = aggregate_short_limit {
            let most = i128::from(limit) * i128::from(instance.unit_denominator);
            if self.short > most {
                return Err(Refused::RowExceeded { row: Row::AggregateShort(index), found: self.short, most });
            }
        }
        if haircut_value && self.value < 0 {
            return Err(Refused::RowExceeded { row: Row::HaircutValue(index), found: -self.value, most: 0 });
        }
        Ok(())
    }
}
