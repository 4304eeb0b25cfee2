//! The tables of a queue's folder: the input in one form, what settles, what waits, and each participant's part.

use super::queue::Queue;
use super::table_written::table;
use super::waiting::Waits;
use std::io::Write;

/// All files of a queue but certificate and digests: the input, then the answer.
pub(crate) const INPUTS: [&str; 4] =
    ["payments.csv", "liquidity.csv", "bilateral-limits.csv", "multilateral-limits.csv"];
pub(crate) const ANSWERS: [&str; 3] = ["settled.csv", "waiting.csv", "participants.csv"];

type Written = std::io::Result<()>;

/// Writes one of [`INPUTS`].
pub(crate) fn write_input(name: &str, queue: &Queue, out: &mut dyn Write) -> Written {
    match name {
        "payments.csv" => write_payments(queue, |_| true, out),
        "liquidity.csv" => write_liquidity(queue, out),
        "bilateral-limits.csv" => write_bilateral_limits(queue, out),
        "multilateral-limits.csv" => write_multilateral_limits(queue, out),
        _ => unreachable!("bug: {name} is no input of a queue"),
    }
}

/// Writes the payments that `is_in` picks, in order of entry.
pub(crate) fn write_payments(queue: &Queue, is_in: impl Fn(usize) -> bool, out: &mut dyn Write) -> Written {
    let mut writer = table(out, &["id", "payer", "payee", "amount", "class"])?;
    for (payment, row) in queue.instance.payments.iter().zip(0_u32..) {
        if is_in(row as usize) {
            writer.write_record([
                queue.ids.of(row).as_ref(),
                queue.name(payment.payer),
                queue.name(payment.payee),
                &payment.amount.to_string(),
                &payment.class.to_string(),
            ])?;
        }
    }
    writer.flush()
}

fn write_liquidity(queue: &Queue, out: &mut dyn Write) -> Written {
    let mut writer = table(out, &["participant", "amount"])?;
    for (name, account) in queue.participants.texts.iter().zip(&queue.instance.accounts) {
        writer.write_record([name.as_ref(), &account.opening_balance.to_string()])?;
    }
    writer.flush()
}

fn write_bilateral_limits(queue: &Queue, out: &mut dyn Write) -> Written {
    let mut writer = table(out, &["of", "towards", "amount"])?;
    for limit in &queue.instance.bilateral_limits {
        writer.write_record([queue.name(limit.of), queue.name(limit.towards), &limit.amount.to_string()])?;
    }
    writer.flush()
}

fn write_multilateral_limits(queue: &Queue, out: &mut dyn Write) -> Written {
    let mut writer = table(out, &["of", "amount"])?;
    for limit in &queue.instance.multilateral_limits {
        writer.write_record([queue.name(limit.of), &limit.amount.to_string()])?;
    }
    writer.flush()
}

/// What an account gains by settling together with all others.
#[derive(Clone, Copy, Default)]
pub(crate) struct Part {
    pub(crate) sent: i128,
    pub(crate) received: i128,
}

impl Part {
    /// What it pays beyond what it receives.
    pub(crate) fn liquidity_used(self) -> i128 {
        (self.sent - self.received).max(0)
    }

    /// What it would need beyond that if it paid before it received.
    pub(crate) fn liquidity_saved(self) -> i128 {
        self.sent - self.liquidity_used()
    }
}

/// The part of each account.
pub(crate) fn parts(queue: &Queue, settles: &[bool]) -> Vec<Part> {
    let mut parts = vec![Part::default(); queue.instance.accounts.len()];
    for (payment, _) in queue.instance.payments.iter().zip(settles).filter(|(_, settles)| **settles) {
        parts[payment.payer as usize].sent += i128::from(payment.amount);
        parts[payment.payee as usize].received += i128::from(payment.amount);
    }
    parts
}

/// Writes the part of each participant.
pub(crate) fn write_participants(queue: &Queue, settles: &[bool], out: &mut dyn Write) -> Written {
    let header =
        ["participant", "opening_balance", "sent", "received", "final_balance", "liquidity_used", "liquidity_saved"];
    let mut writer = table(out, &header)?;
    let accounts = queue.participants.texts.iter().zip(&queue.instance.accounts);
    for ((name, account), part) in accounts.zip(parts(queue, settles)) {
        let opening = i128::from(account.opening_balance);
        let figures = [
            opening,
            part.sent,
            part.received,
            opening + part.received - part.sent,
            part.liquidity_used(),
            part.liquidity_saved(),
        ];
        let figures = figures.map(|figure| figure.to_string());
        writer.write_record(std::iter::once(name.as_ref()).chain(figures.iter().map(String::as_str)))?;
    }
    writer.flush()
}

/// Writes the payments that wait, a row for each obstacle; one row without an obstacle where others would have to give way.
pub(crate) fn write_waiting(queue: &Queue, waits: &[Waits], out: &mut dyn Write) -> Written {
    let header = ["id", "payer", "payee", "amount", "class", "obstacle", "missing", "out_of_reach", "behind"];
    let mut writer = table(out, &header)?;
    for waiting in waits {
        let payment = &queue.instance.payments[waiting.payment as usize];
        let (amount, class) = (payment.amount.to_string(), payment.class.to_string());
        let id = queue.ids.of(waiting.payment);
        for obstacle in waiting.rows() {
            let [kind, missing, out_of_reach, behind] = obstacle.cells(queue);
            writer.write_record([
                id.as_ref(),
                queue.name(payment.payer),
                queue.name(payment.payee),
                &amount,
                &class,
                &kind,
                &missing,
                &out_of_reach,
                &behind,
            ])?;
        }
    }
    writer.flush()
}
