//! Why something is not accepted: which part, which number.

use crate::queue::Row;
use std::fmt;

/// What is not right, or not proved. Indexes are those of the lists of the problem, from 0.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refused {
    /// A part breaks a rule that its documentation states.
    Malformed {
        /// What kind of part.
        part: &'static str,
        /// Which one.
        index: usize,
        /// What it must be.
        rule: &'static str,
    },
    /// A list has not as many entries as there are things to say something of.
    Length {
        /// Which list.
        list: &'static str,
        /// Entries that it must have.
        expected: usize,
        /// Entries that it has.
        found: usize,
    },
    /// An amount of the answer is not between 0 and what it may be.
    AmountOutside {
        /// What kind of amount.
        part: &'static str,
        /// Of which obligation or participant.
        index: usize,
        /// What is proposed.
        amount: i64,
        /// What it may be at most.
        most: i64,
    },
    /// Less than its minimum part is set off of an obligation.
    BelowMinimumPart {
        /// Which one.
        obligation: usize,
        /// What is proposed.
        amount: i64,
        /// What it must be at least, if anything.
        minimum: i64,
    },
    /// A participant would give more, or less, than it receives.
    NotConserved {
        /// Which one.
        participant: usize,
        /// What it would receive (set off as creditor, injected) less what it would give (as debtor, returned).
        net_received: i128,
    },
    /// A later obligation is set off before an earlier one of the same participants and class.
    NotOldestFirst {
        /// The earlier one, of which something remains.
        earlier: usize,
        /// The later one, of which something is set off.
        later: usize,
    },
    /// A row is exceeded.
    RowExceeded {
        /// Which one.
        row: Row,
        /// What it comes to.
        found: i128,
        /// What it may come to at most.
        most: i128,
    },
    /// Some payments of a bundle settle, and some do not.
    BundleBroken {
        /// Which one.
        bundle: usize,
    },
    /// A payment settles before one that stands before it in a strict order.
    OutOfOrder {
        /// The one that would wait.
        earlier: usize,
        /// The one that would settle.
        later: usize,
    },
    /// A payment of the FIFO-maximal set would not settle.
    GuardBroken {
        /// Which one.
        payment: usize,
    },
    /// Under strict FIFO exactly the FIFO-maximal set settles, and this payment is on the other side.
    NotTheFifoSet {
        /// Which one.
        payment: usize,
    },
    /// A removal on the way to the FIFO-maximal set, or where it ends.
    Removal {
        /// Which removal; their number if it is about where they end.
        step: usize,
        /// What is wrong with it.
        why: &'static str,
    },
    /// There is no largest FIFO set: this row binds accounts of several queues, or receipts can break it.
    NoLargestFifoSet {
        /// Which row.
        row: Row,
    },
    /// It does not follow that this payment cannot settle.
    NotUnfundable {
        /// Where it stands in the list.
        step: usize,
        /// Which payment.
        payment: usize,
    },
    /// A tree of cases is none, or splits what is decided.
    Cases {
        /// Of which level.
        level: usize,
        /// Which step.
        step: usize,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The answer is not worth what is claimed.
    Value {
        /// Which list of levels.
        list: &'static str,
        /// On which level of it.
        level: usize,
        /// What is claimed.
        claimed: i128,
        /// What it is worth.
        found: i128,
    },
    /// The certificate does not prove the bound that is claimed.
    Bound {
        /// Which list of levels.
        list: &'static str,
        /// On which level of it.
        level: usize,
        /// What is claimed.
        claimed: i128,
        /// What it proves.
        found: i128,
    },
    /// Something that does not fit in the numbers used here.
    TooLarge {
        /// What.
        what: &'static str,
    },
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Refused::Malformed { part, index, rule } => write!(f, "{part} {index}: {rule}"),
            Refused::Length { list, expected, found } => write!(f, "{list}: {found} entries instead of {expected}"),
            Refused::AmountOutside { part, index, amount, most } => {
                write!(f, "{part} {index}: {amount} is not between 0 and {most}")
            }
            Refused::BelowMinimumPart { obligation, amount, minimum } => {
                write!(f, "obligation {obligation}: {amount} is less than its minimum part, {minimum}")
            }
            Refused::NotConserved { participant, net_received } => {
                write!(f, "participant {participant} would receive {net_received} more than it gives")
            }
            Refused::NotOldestFirst { earlier, later } => {
                write!(
                    f,
                    "obligation {later} is set off before {earlier}, which is older and of the same two and class"
                )
            }
            Refused::RowExceeded { row, found, most } => write!(f, "{row} comes to {found}, at most {most} is allowed"),
            Refused::BundleBroken { bundle } => write!(f, "bundle {bundle} would settle in part"),
            Refused::OutOfOrder { earlier, later } => {
                write!(f, "payment {later} would settle before payment {earlier} of its queue, which would wait")
            }
            Refused::GuardBroken { payment } => {
                write!(f, "payment {payment} is in the FIFO-maximal set and would not settle")
            }
            Refused::NotTheFifoSet { payment } => {
                write!(f, "payment {payment}: what settles is not the FIFO-maximal set")
            }
            Refused::Removal { step, why } => write!(f, "removal {step} on the way to the FIFO-maximal set: {why}"),
            Refused::NoLargestFifoSet { row } => {
                write!(f, "there is no largest FIFO set: {row} binds several queues, or receipts can break it")
            }
            Refused::NotUnfundable { step, payment } => {
                write!(f, "payment {payment}, unfundable at place {step}: nothing shows that it cannot settle")
            }
            Refused::Cases { level, step, why } => write!(f, "level {level}, step {step} of the cases: {why}"),
            Refused::Value { list, level, claimed, found } => {
                write!(f, "{list}, level {level}: a value of {claimed} is claimed, it is {found}")
            }
            Refused::Bound { list, level, claimed, found } => {
                write!(f, "{list}, level {level}: a bound of {claimed} is claimed, what is given proves {found}")
            }
            Refused::TooLarge { what } => write!(f, "{what} is too large for the numbers used here"),
        }
    }
}

impl std::error::Error for Refused {}

pub(crate) fn same_length(list: &'static str, expected: usize, found: usize) -> Result<(), Refused> {
    if expected == found { Ok(()) } else { Err(Refused::Length { list, expected, found }) }
}
