//! What senders remember of their orders: what they sent, and what they were told.

use crate::breach::{Checked, Found, Promise, holds};
use crate::mirror::Mirror;
use domain::{Command, ContentDigest, PaymentId, PaymentKey, Refusal};
use ledger::Answer;
use std::collections::BTreeMap;

/// An order, or a return: a command with a reference that is unique for ever.
pub(crate) struct Order {
    pub(crate) command: Command,
    pub(crate) key: PaymentKey,
    /// Digest of its content; none for a return, which has its own way of digesting.
    pub(crate) content: Option<ContentDigest>,
    pub(crate) told: Option<Told>,
    /// Whether its sender has any answer at all; one that consumed nothing leaves `told` empty.
    answered: bool,
}

/// What a sender was told first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Told {
    /// It is recorded, accepted or refused.
    Recorded { payment: PaymentId, refusal: Option<Refusal> },
    /// The reference belongs to another order.
    Reused { payment: PaymentId },
}

#[derive(Default)]
pub(crate) struct Orders {
    orders: Vec<Order>,
    by_key: BTreeMap<PaymentKey, Vec<usize>>,
    /// Orders that may be sent again: nothing durable was said about them.
    untold: Vec<usize>,
}

impl Orders {
    pub(crate) fn len(&self) -> usize {
        self.orders.len()
    }

    pub(crate) fn get(&self, order: usize) -> &Order {
        &self.orders[order]
    }

    /// Remembers an order before it is sent.
    pub(crate) fn add(&mut self, command: Command, key: PaymentKey, content: Option<ContentDigest>) -> usize {
        let order = self.orders.len();
        self.orders.push(Order { command, key, content, told: None, answered: false });
        self.by_key.entry(key).or_default().push(order);
        self.untold.push(order);
        order
    }

    /// Orders whose sender still waits.
    pub(crate) fn untold(&mut self) -> &[usize] {
        let orders = &self.orders;
        self.untold.retain(|&order| !orders[order].answered);
        &self.untold
    }

    /// Gives up on what was never answered.
    pub(crate) fn give_up(&mut self) {
        self.untold.clear();
    }

    /// Takes the durable answer to an order, and compares it with what its sender knows.
    pub(crate) fn told(&mut self, order: usize, answer: &Answer, mirror: &Mirror) -> Checked {
        self.orders[order].answered = true;
        let known = &self.orders[order];
        let now = match *answer {
            Answer::Accepted { payment: Some(payment), .. } => {
                first(known)?;
                Told::Recorded { payment, refusal: None }
            }
            Answer::Refused { refusal: Refusal::UetrReused, payment: Some(payment), .. } => Told::Reused { payment },
            Answer::Refused { refusal, payment: Some(payment), .. } if is_recorded(known, payment, mirror) => {
                first(known)?;
                Told::Recorded { payment, refusal: Some(refusal) }
            }
            Answer::Duplicate { payment, refusal, .. } => Told::Recorded { payment, refusal },
            // Not heard, or refused without a record: nothing was consumed.
            Answer::Refused { .. } => {
                return holds(Promise::OneEffect, known.told.is_none(), || format!("{known}: now told {answer:?}"));
            }
            Answer::Accepted { payment: None, .. } | Answer::Pending { .. } => {
                return Err(Found::new(Promise::AnswersAreTrue, format!("{known}: told {answer:?}")));
            }
        };
        if let Some(before) = known.told {
            let same = match (before, now) {
                // What was accepted may have been refused since by the member whose list held it.
                (Told::Recorded { payment, refusal: None }, Told::Recorded { payment: again, .. }) => payment == again,
                _ => before == now,
            };
            holds(Promise::OneEffect, same, || format!("{known}: now told {now:?}"))?;
        }
        known.agrees(now, mirror)?;
        self.orders[order].told.get_or_insert(now);
        Ok(())
    }

    /// Compares everything that was told with what is in the journal.
    pub(crate) fn all_agree(&self, mirror: &Mirror) -> Checked {
        self.orders
            .iter()
            .filter_map(|order| Some((order, order.told?)))
            .try_for_each(|(order, told)| order.agrees(told, mirror))?;
        mirror.keys.iter().try_for_each(|(key, payment)| {
            let content = mirror.payment(*payment).map(|seen| seen.content);
            let sent = self.by_key.get(key).is_some_and(|orders| {
                orders
                    .iter()
                    .any(|&order| self.orders[order].content.is_none() || self.orders[order].content == content)
            });
            holds(Promise::AnswersAreTrue, sent, || format!("payment {payment} was ordered by nobody"))
        })
    }
}

impl Order {
    /// Whether what its sender was told is in the journal.
    fn agrees(&self, told: Told, mirror: &Mirror) -> Checked {
        let (Told::Recorded { payment, .. } | Told::Reused { payment }) = told;
        let (holder, seen) = (mirror.keys.get(&self.key), mirror.payment(payment));
        holds(Promise::AcknowledgedStays, holder == Some(&payment) && seen.is_some(), || {
            format!("{self}: told {told:?}, and the journal has {holder:?} under its reference")
        })?;
        let (Some(seen), Some(content)) = (seen, self.content) else { return Ok(()) };
        let mine = matches!(told, Told::Recorded { .. });
        holds(Promise::OneEffect, mine == (seen.content == content), || {
            format!("{self}: told {told:?}, and the content of payment {payment} says otherwise")
        })
    }
}

impl std::fmt::Display for Order {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "order {} of institution {}", self.key.uetr, self.key.institution)?;
        match self.told {
            None => Ok(()),
            Some(told) => write!(f, ", told {told:?} before"),
        }
    }
}

fn first(known: &Order) -> Checked {
    holds(Promise::OneEffect, known.told.is_none(), || format!("{known}: taken as new again"))
}

/// Whether a refused command is recorded under its own reference: an order is, a refused return is not.
fn is_recorded(order: &Order, payment: PaymentId, mirror: &Mirror) -> bool {
    order.content.is_some() && mirror.keys.get(&order.key) == Some(&payment)
}
