//! Files of amounts by participant (liquidity, multilateral limits) or by pair (bilateral limits).

use super::names::Interner;
use super::table_file::{Cells, Named, TableFile};
use crate::failure::Failure;
use std::collections::BTreeMap;
use std::path::Path;

/// What participants may use, by the interner's numbers.
pub(crate) type Liquidity = BTreeMap<u32, i64>;

/// An amount of a limit, with the place where it was read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Limit {
    pub(crate) of: Box<str>,
    /// Empty where the limit is towards all.
    pub(crate) towards: Box<str>,
    pub(crate) amount: i64,
    pub(crate) line: u64,
}

/// Reads `participant,amount`; new participants get a number. `each` sees every amount as it is read.
pub(crate) fn read_liquidity(
    path: &Path,
    names: &mut Interner,
    mut each: impl FnMut(&Cells<'_>, Named, u32, i64) -> Result<(), Failure>,
) -> Result<Liquidity, Failure> {
    let mut table = TableFile::open(path)?;
    let [participant, amount] = table.required(["participant", "amount"])?;
    let mut liquidity = Liquidity::new();
    while let Some(cells) = table.next()? {
        let number = names.number(cells.participant(participant)?);
        let found = cells.amount(amount, 0)?;
        each(&cells, amount, number, found)?;
        if liquidity.insert(number, found).is_some() {
            let what = format!("the participant {} stands twice", super::table_file::shown(cells.text(participant)?));
            return Err(cells.wrong("CSV_DUPLICATE_ROW", participant, &what, "give each participant one row"));
        }
    }
    Ok(liquidity)
}

/// Reads `of,towards,amount`, or `of,amount`. Each may stand once.
pub(crate) fn read_limits(path: &Path, is_bilateral: bool) -> Result<Vec<Limit>, Failure> {
    let mut table = TableFile::open(path)?;
    let (of, towards, amount) = if is_bilateral {
        let [of, towards, amount] = table.required(["of", "towards", "amount"])?;
        (of, Some(towards), amount)
    } else {
        let [of, amount] = table.required(["of", "amount"])?;
        (of, None, amount)
    };
    let mut limits: BTreeMap<(Box<str>, Box<str>), Limit> = BTreeMap::new();
    while let Some(cells) = table.next()? {
        let of_name: Box<str> = cells.participant(of)?.into();
        let towards_name: Box<str> = towards.map_or(Ok(""), |towards| cells.participant(towards))?.into();
        if of_name == towards_name {
            let what = format!("{} sets a limit towards itself", super::table_file::shown(&of_name));
            return Err(cells.wrong("CSV_SELF_LIMIT", of, &what, "name two participants, or remove the row"));
        }
        let limit = Limit {
            of: of_name.clone(),
            towards: towards_name.clone(),
            amount: cells.amount(amount, 0)?,
            line: cells.line(),
        };
        if limits.insert((of_name, towards_name), limit).is_some() {
            return Err(cells.wrong("CSV_DUPLICATE_ROW", of, "the same limit stands twice", "give each limit one row"));
        }
    }
    Ok(limits.into_values().collect())
}
