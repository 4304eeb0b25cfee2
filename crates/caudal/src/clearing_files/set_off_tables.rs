//! The tables of a set-off's folder: the input in one form, a notice for each obligation, and each participant's part.

use super::debts::Debts;
use super::table_written::table;
use certify::set_off::Proposal;
use std::io::Write;

/// All files of a set-off but certificate and digests: the input, then the answer.
pub(crate) const INPUTS: [&str; 2] = ["obligations.csv", "liquidity.csv"];
pub(crate) const ANSWERS: [&str; 2] = ["notices.csv", "participants.csv"];

type Written = std::io::Result<()>;

/// Writes one of [`INPUTS`].
pub(crate) fn write_input(name: &str, debts: &Debts, out: &mut dyn Write) -> Written {
    match name {
        "obligations.csv" => write_obligations(debts, out),
        "liquidity.csv" => write_liquidity(debts, out),
        _ => unreachable!("bug: {name} is no input of a set-off"),
    }
}

fn write_obligations(debts: &Debts, out: &mut dyn Write) -> Written {
    let mut writer = table(out, &["id", "debtor", "creditor", "amount", "class", "due"])?;
    for (obligation, place) in debts.instance.obligations.iter().zip(0_u32..) {
        writer.write_record([
            debts.id(place).as_ref(),
            debts.name(obligation.debtor),
            debts.name(obligation.creditor),
            &obligation.amount.to_string(),
            &obligation.class.to_string(),
            &debts.due(place),
        ])?;
    }
    writer.flush()
}

fn write_liquidity(debts: &Debts, out: &mut dyn Write) -> Written {
    let mut writer = table(out, &["participant", "amount"])?;
    for (name, amount) in debts.participants.texts.iter().zip(&debts.instance.liquidity) {
        writer.write_record([name.as_ref(), &amount.to_string()])?;
    }
    writer.flush()
}

/// Writes what is set off of each obligation, and what remains of it.
pub(crate) fn write_notices(debts: &Debts, proposal: &Proposal, out: &mut dyn Write) -> Written {
    let mut writer = table(out, &["id", "debtor", "creditor", "amount", "set_off", "remaining"])?;
    for ((obligation, set_off), place) in debts.instance.obligations.iter().zip(&proposal.set_off).zip(0_u32..) {
        writer.write_record([
            debts.id(place).as_ref(),
            debts.name(obligation.debtor),
            debts.name(obligation.creditor),
            &obligation.amount.to_string(),
            &set_off.to_string(),
            &(obligation.amount - set_off).to_string(),
        ])?;
    }
    writer.flush()
}

/// What a participant owes, is owed, and is relieved of.
#[derive(Clone, Copy, Default)]
pub(crate) struct Part {
    pub(crate) debts: i128,
    pub(crate) claims: i128,
    pub(crate) set_off_as_debtor: i128,
    pub(crate) set_off_as_creditor: i128,
}

/// The part of each participant.
pub(crate) fn parts(debts: &Debts, proposal: &Proposal) -> Vec<Part> {
    let mut parts = vec![Part::default(); debts.participants.len()];
    for (obligation, set_off) in debts.instance.obligations.iter().zip(&proposal.set_off) {
        let debtor = &mut parts[obligation.debtor as usize];
        debtor.debts += i128::from(obligation.amount);
        debtor.set_off_as_debtor += i128::from(*set_off);
        let creditor = &mut parts[obligation.creditor as usize];
        creditor.claims += i128::from(obligation.amount);
        creditor.set_off_as_creditor += i128::from(*set_off);
    }
    parts
}

/// Writes the part of each participant.
pub(crate) fn write_participants(debts: &Debts, proposal: &Proposal, out: &mut dyn Write) -> Written {
    let header = [
        "participant",
        "debts",
        "claims",
        "set_off_as_debtor",
        "set_off_as_creditor",
        "liquidity",
        "injected",
        "returned",
    ];
    let mut writer = table(out, &header)?;
    let at = |list: &[i64], place: usize| i128::from(list.get(place).copied().unwrap_or(0));
    for (place, (name, part)) in debts.participants.texts.iter().zip(parts(debts, proposal)).enumerate() {
        let figures = [
            part.debts,
            part.claims,
            part.set_off_as_debtor,
            part.set_off_as_creditor,
            at(&debts.instance.liquidity, place),
            at(&proposal.injected, place),
            at(&proposal.returned, place),
        ];
        let figures = figures.map(|figure| figure.to_string());
        writer.write_record(std::iter::once(name.as_ref()).chain(figures.iter().map(String::as_str)))?;
    }
    writer.flush()
}
