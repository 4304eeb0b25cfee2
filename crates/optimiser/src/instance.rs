//! An open run as a problem that `certify` knows.

use certify::queue::{Account, Currency, Instance, Order, Payment};
use domain::{InstitutionId, RunInstance};
use std::collections::BTreeMap;

/// Urgent items go in strict order; ordinary ones may pass each other, and urgent ones that wait.
const STRICT_CLASSES: u64 = 1;

/// Class of urgent items, and of the others.
const CLASSES: (u8, u8) = (0, 1);

/// The problem of an open run: an account for each institution in the order of the run's participants, a payment for each item
/// in its order, nothing else.
///
/// Headroom beyond all that an institution sends is cut off, for it can bind nothing; so is that of who only receives. The
/// guard is on: what settles in order of entry cleared at the freeze, and the certificate shows that there is no more of it.
/// `None` where sums do not fit 64 bits: such a queue is left to the order of entry.
#[must_use]
pub fn instance_of(run: &RunInstance) -> Option<Instance> {
    let mut sent_minor: BTreeMap<InstitutionId, i128> = BTreeMap::new();
    for item in &run.items {
        *sent_minor.entry(item.payer).or_default() += item.amount.as_balance();
    }
    let place = |institution: InstitutionId| {
        let found = run.participants.binary_search_by_key(&institution, |participant| participant.institution);
        found.ok().and_then(|place| u32::try_from(place).ok())
    };
    let accounts = run.participants.iter().zip(0..).map(|(participant, number)| {
        let sent = sent_minor.get(&participant.institution).copied().unwrap_or(0);
        let opening_balance = i64::try_from(participant.headroom_minor.clamp(0, sent)).ok()?;
        let (participant, currency, queue) = (number, 0, number);
        Some(Account { participant, currency, queue, opening_balance, credit_line: 0, ceiling: None })
    });
    let payments = run.items.iter().map(|item| {
        let (payer, payee) = (place(item.payer)?, place(item.payee)?);
        let class = if item.urgent { CLASSES.0 } else { CLASSES.1 };
        Some(Payment { payer, payee, amount: i64::try_from(item.amount.get()).ok()?, class })
    });
    Some(Instance {
        currencies: vec![Currency { unit_value: 1, haircut: 0 }],
        unit_denominator: 1,
        accounts: accounts.collect::<Option<_>>()?,
        payments: payments.collect::<Option<_>>()?,
        bundles: Vec::new(),
        reservations: Vec::new(),
        bilateral_limits: Vec::new(),
        multilateral_limits: Vec::new(),
        group_limits: Vec::new(),
        valuations: Vec::new(),
        order: Order::Bypass { strict_classes: STRICT_CLASSES },
        guard: true,
    })
}
