//! Queued payments, liquidity and limits, from their files to an instance.

use super::amounts::{self, Limit};
use super::identifiers::Identifiers;
use super::names::{Interner, Names};
use super::table_file::{TableFile, shown, wrong};
use crate::failure::Failure;
use certify::queue::{Account, BilateralLimit, Currency, Instance, MultilateralLimit, Order, Payment};
use std::path::{Path, PathBuf};

/// All payments together come to less than this: so much can be added up in 64 bits with room to spare.
const TOTAL_MAX_MINOR: i128 = 1 << 60;

/// The files of a queue.
#[derive(Clone, Debug)]
pub(crate) struct QueueFiles {
    pub(crate) payments: PathBuf,
    pub(crate) liquidity: PathBuf,
    pub(crate) bilateral_limits: Option<PathBuf>,
    pub(crate) multilateral_limits: Option<PathBuf>,
}

/// A queue and what its numbers stand for.
pub(crate) struct Queue {
    /// Account `k` is that of the `k`-th participant.
    pub(crate) instance: Instance,
    pub(crate) ids: Identifiers,
    pub(crate) participants: Names,
}

impl Queue {
    /// The name of an account's participant.
    pub(crate) fn name(&self, account: u32) -> &str {
        &self.participants.texts[account as usize]
    }
}

/// Reads the files of a queue.
pub(crate) fn read(files: &QueueFiles, order: Order, guard: bool) -> Result<Queue, Failure> {
    let mut names = Interner::default();
    let (mut payments, ids) = read_payments(&files.payments, &mut names)?;
    let liquidity = amounts::read_liquidity(&files.liquidity, &mut names, |_, _, _, _| Ok(()))?;
    let bilateral = files.bilateral_limits.as_deref().map(|path| amounts::read_limits(path, true)).transpose()?;
    let multilateral =
        files.multilateral_limits.as_deref().map(|path| amounts::read_limits(path, false)).transpose()?;
    let participants = names.into_names();
    for payment in &mut payments {
        payment.payer = participants.place(payment.payer);
        payment.payee = participants.place(payment.payee);
    }
    let accounts = 0..u32::try_from(participants.len()).expect("bug: participants are numbered in 32 bits");
    let mut accounts: Vec<Account> = accounts.map(empty_account).collect();
    for (number, amount) in liquidity {
        accounts[participants.place(number) as usize].opening_balance = amount;
    }
    let bilateral = bilateral.unwrap_or_default();
    let multilateral = multilateral.unwrap_or_default();
    let bilateral_limits =
        known(&participants, files.bilateral_limits.as_deref(), &bilateral, |of, towards, limit| BilateralLimit {
            of,
            towards,
            amount: limit.amount,
        })?;
    let multilateral_limits =
        known(&participants, files.multilateral_limits.as_deref(), &multilateral, |of, _, limit| MultilateralLimit {
            of,
            amount: limit.amount,
        })?;
    let instance = Instance {
        currencies: vec![Currency { unit_value: 1, haircut: 0 }],
        unit_denominator: 1,
        accounts,
        payments,
        bundles: Vec::new(),
        reservations: Vec::new(),
        bilateral_limits,
        multilateral_limits,
        group_limits: Vec::new(),
        valuations: Vec::new(),
        order,
        guard,
    };
    Ok(Queue { instance, ids, participants })
}

const fn empty_account(index: u32) -> Account {
    Account { participant: index, currency: 0, queue: index, opening_balance: 0, credit_line: 0, ceiling: None }
}

fn read_payments(path: &Path, names: &mut Interner) -> Result<(Vec<Payment>, Identifiers), Failure> {
    let mut table = TableFile::open(path)?;
    let [id, payer, payee, amount] = table.required(["id", "payer", "payee", "amount"])?;
    let class = table.optional("class")?;
    let (mut payments, mut ids, mut total) = (Vec::new(), Identifiers::default(), 0_i128);
    while let Some(cells) = table.next()? {
        if ids.len() == u32::MAX / 4 {
            return Err(cells.wrong(
                "CSV_TOO_MANY_ROWS",
                id,
                "there are more rows than can be numbered",
                "split the queue",
            ));
        }
        let given = cells.text(id)?;
        if given.is_empty() {
            return Err(cells.wrong("CSV_ID", id, "the payment has no identifier", "give each payment one"));
        }
        ids.push(Some(given), cells.line());
        let parties = (names.number(cells.participant(payer)?), names.number(cells.participant(payee)?));
        if parties.0 == parties.1 {
            let what = format!("{} would pay itself", shown(cells.text(payer)?));
            return Err(cells.wrong("CSV_SELF_PAYMENT", payee, &what, "name two parties, or remove the row"));
        }
        let payment = Payment {
            payer: parties.0,
            payee: parties.1,
            amount: cells.amount(amount, 1)?,
            class: cells.class(class)?,
        };
        total += i128::from(payment.amount);
        if total >= TOTAL_MAX_MINOR {
            let what = format!("up to here the payments come to {total}, less than {TOTAL_MAX_MINOR} can be added up");
            return Err(cells.wrong("CSV_TOO_LARGE", amount, &what, "split the queue, or use larger units"));
        }
        payments.push(payment);
    }
    require_no_duplicate(&ids, table.name())?;
    Ok((payments, ids))
}

/// Refuses identifiers that stand twice.
pub(crate) fn require_no_duplicate(ids: &Identifiers, file: &str) -> Result<(), Failure> {
    let Some((first, second)) = ids.first_duplicate() else { return Ok(()) };
    let what = format!("the identifier {} was given before, in line {}", shown(&ids.of(second)), ids.line_of(first));
    let place = format!("{file}, line {}, column id", ids.line_of(second));
    Err(wrong(
        "CSV_DUPLICATE_ID",
        &what,
        &place,
        "give each row an identifier of its own (a row without one has its number)",
    ))
}

/// Limits by places of participants, ascending.
fn known<T>(
    participants: &Names,
    file: Option<&Path>,
    limits: &[Limit],
    of_places: impl Fn(u32, u32, &Limit) -> T,
) -> Result<Vec<T>, Failure> {
    let place = |limit: &Limit, column: &str, name: &str| {
        participants.find(name).ok_or_else(|| {
            let what = format!("the limit names {}, whom neither payments nor liquidity name", shown(name));
            let file = file.map_or_else(String::new, |file| file.display().to_string());
            let place = format!("{file}, line {}, column {column}", limit.line);
            wrong("CSV_UNKNOWN_PARTICIPANT", &what, &place, "correct the name, or remove the limit")
        })
    };
    let each = limits.iter().map(|limit| {
        let of = place(limit, "of", &limit.of)?;
        let towards = if limit.towards.is_empty() { of } else { place(limit, "towards", &limit.towards)? };
        Ok(of_places(of, towards, limit))
    });
    each.collect()
}
