//! A problem with what all checks of it need: its rows, and its payments merged into arcs.
//!
//! Payments of one payer, payee and class count in the same rows with the same signs. So rows are looked up once for each
//! such arc, and a bound is a sum over arcs, of which there are few however many payments wait.

use super::rows::{Rows, Sign};
use super::{Instance, Order, Row};
use crate::Refused;

/// Marks the absence of an index.
pub(super) const NONE: u32 = u32::MAX;

/// Payments of one payer, payee and class.
pub(super) struct Arc {
    pub payer: u32,
    pub payee: u32,
    /// Which of the classes that occur.
    pub rank: usize,
    /// Value of a minor unit.
    pub unit_value: i128,
    first_touched: usize,
}

/// A problem whose shape was checked.
pub(super) struct Problem<'a> {
    pub instance: &'a Instance,
    pub rows: Rows<'a>,
    pub arcs: Vec<Arc>,
    /// For each payment its arc.
    arc_of: Vec<u32>,
    /// For each arc, one after the other, the rows in which its payments count.
    touched: Vec<(u32, Sign)>,
    /// For each payment its bundle, or none; empty if there are no bundles.
    bundle_of: Vec<u32>,
    pub classes: usize,
    /// The classes whose payments settle in order, other than by the FIFO-maximal set.
    strict_classes: u64,
}

impl<'a> Problem<'a> {
    pub(super) fn of(instance: &'a Instance) -> Result<Problem<'a>, Refused> {
        if instance.payments.len() >= NONE as usize || instance.accounts.len() >= NONE as usize {
            return Err(Refused::TooLarge { what: "the number of payments or accounts" });
        }
        instance.check_shape()?;
        let (rows, bundle_of) = (Rows::of(instance), bundles_by_payment(instance)?);
        let arc_of = vec![NONE; instance.payments.len()];
        let classes = instance.classes();
        let strict_classes = if let Order::Bypass { strict_classes } = instance.order { strict_classes } else { 0 };
        let (arcs, touched) = (Vec::new(), Vec::new());
        let mut problem =
            Problem { instance, rows, arcs, arc_of, touched, bundle_of, classes: classes.len(), strict_classes };
        problem.merge(&classes);
        Ok(problem)
    }

    /// Puts each payment on its arc, payer by payer.
    fn merge(&mut self, classes: &[u8]) {
        let (by_payer, ends) = by_payer(self.instance);
        let mut rank_of_class = [0; 256];
        classes.iter().enumerate().for_each(|(rank, class)| rank_of_class[usize::from(*class)] = rank);
        // For each payee the arc last made to it, and for each arc the one made before it between the same two.
        let mut last_to = vec![NONE; self.instance.accounts.len()];
        let mut before: Vec<u32> = Vec::new();
        let mut from = 0;
        for until in ends {
            let first_of_payer = u32::try_from(self.arcs.len()).expect("bug: more arcs than payments");
            for payment in &by_payer[from..until] {
                let super::Payment { payer, payee, class, .. } = self.instance.payments[*payment as usize];
                let newest = Some(last_to[payee as usize]).filter(|arc| *arc != NONE && *arc >= first_of_payer);
                let same_pair =
                    std::iter::successors(newest, |arc| Some(before[*arc as usize]).filter(|arc| *arc != NONE));
                let rank = rank_of_class[usize::from(class)];
                let mut same = same_pair.filter(|arc| self.arcs[*arc as usize].rank == rank);
                let arc = same.next();
                let arc = arc.unwrap_or_else(|| {
                    before.push(newest.unwrap_or(NONE));
                    self.push_arc(payer, payee, class, rank)
                });
                if before.len() == arc as usize + 1 {
                    last_to[payee as usize] = arc;
                }
                self.arc_of[*payment as usize] = arc;
            }
            from = until;
        }
    }

    fn push_arc(&mut self, payer: u32, payee: u32, class: u8, rank: usize) -> u32 {
        let number = u32::try_from(self.arcs.len()).expect("bug: more arcs than payments");
        let currency = self.instance.accounts[payer as usize].currency as usize;
        let unit_value = self.instance.currencies[currency].unit_value.into();
        self.arcs.push(Arc { payer, payee, rank, unit_value, first_touched: self.touched.len() });
        self.rows.touched_by(payer, payee, class, |row, sign| self.touched.push((row, sign)));
        number
    }

    pub(super) fn arc_of(&self, payment: usize) -> usize {
        self.arc_of[payment] as usize
    }

    /// The rows in which the payments of an arc count.
    pub(super) fn touched(&self, arc: usize) -> &[(u32, Sign)] {
        let until = self.arcs.get(arc + 1).map_or(self.touched.len(), |next| next.first_touched);
        &self.touched[self.arcs[arc].first_touched..until]
    }

    pub(super) fn amount(&self, payment: usize) -> i128 {
        self.instance.payments[payment].amount.into()
    }

    /// The queue in which a payment stands.
    pub(super) fn queue_of(&self, payment: usize) -> usize {
        self.instance.accounts[self.instance.payments[payment].payer as usize].queue as usize
    }

    /// A number of the queue and class of a payment, if it must wait for those before it there.
    pub(super) fn strict_chain_of(&self, payment: usize) -> Option<usize> {
        let class = self.instance.payments[payment].class;
        let rank = self.arcs[self.arc_of(payment)].rank;
        let is_strict = self.strict_classes & 1 << class != 0;
        is_strict.then(|| self.queue_of(payment) * self.classes + rank)
    }

    /// Numbers of strict chains are below this.
    pub(super) fn strict_chain_count(&self) -> usize {
        if self.strict_classes == 0 { 0 } else { self.instance.accounts.len() * self.classes }
    }

    /// The bundle of a payment.
    pub(super) fn bundle_of(&self, payment: usize) -> Option<usize> {
        let bundle = self.bundle_of.get(payment).filter(|bundle| **bundle != NONE)?;
        Some(*bundle as usize)
    }

    /// The payments that settle with one, itself among them.
    pub(super) fn together(&self, payment: usize) -> impl Iterator<Item = usize> {
        let bundle = self.bundle_of(payment).map(|bundle| &self.instance.bundles[bundle].payments[..]);
        let alone = bundle.is_none().then_some(payment);
        bundle.unwrap_or_default().iter().map(|payment| *payment as usize).chain(alone)
    }

    /// What each row comes to if these settle, by the total of each arc.
    pub(super) fn activity(&self, total_of_arc: &[i128]) -> Vec<i128> {
        let mut activity = vec![0; self.rows.all.len()];
        for (arc, total) in total_of_arc.iter().enumerate() {
            self.touched(arc).iter().for_each(|(row, sign)| activity[*row as usize] += sign.times(*total));
        }
        activity
    }

    /// Amounts by arc of the payments that are chosen.
    pub(super) fn totals(&self, is_chosen: impl Fn(usize) -> bool) -> Vec<i128> {
        let mut totals = vec![0; self.arcs.len()];
        for (payment, arc) in self.arc_of.iter().enumerate() {
            totals[*arc as usize] += if is_chosen(payment) { self.amount(payment) } else { 0 };
        }
        totals
    }

    /// Checks every row, and gives the positions of the accounts.
    pub(super) fn check_rows(&self, total_of_arc: &[i128]) -> Result<Vec<i128>, Refused> {
        let activity = self.activity(total_of_arc);
        for (row, found) in self.rows.all.iter().zip(&activity) {
            if *found > row.most {
                return Err(Refused::RowExceeded { row: row.row, found: *found, most: row.most });
            }
        }
        let opening = self.instance.accounts.iter().map(|account| i128::from(account.opening_balance));
        let positions: Vec<i128> = opening.zip(activity).map(|(opening, net)| opening - net).collect();
        super::valuation::check(self.instance, |account| positions[account])?;
        Ok(positions)
    }

    /// Value on each level, by the total of each arc.
    pub(super) fn values(&self, total_of_arc: &[i128]) -> Result<Vec<i128>, Refused> {
        let mut values = vec![0_i128; self.classes];
        for (arc, total) in self.arcs.iter().zip(total_of_arc) {
            let value = total.checked_mul(arc.unit_value).and_then(|value| values[arc.rank].checked_add(value));
            values[arc.rank] = value.ok_or(Refused::TooLarge { what: "the value of what settles" })?;
        }
        for level in 1..values.len() {
            let value = values[level - 1].checked_add(values[level]);
            values[level] = value.ok_or(Refused::TooLarge { what: "the value of what settles" })?;
        }
        Ok(values)
    }

    /// Whether a FIFO-maximal set exists: receipts help everybody, and who must give way is one queue.
    pub(super) fn check_fifo_exists(&self) -> Result<(), Refused> {
        let shared = |row: &&super::rows::Bounded| row.queue.is_none();
        if let Some(row) = self.rows.all.iter().find(shared) {
            return Err(Refused::NoLargestFifoSet { row: row.row });
        }
        let mut queue_of_valuation = vec![NONE; self.instance.valuations.len()];
        for account in &self.instance.accounts {
            if let Some(index) = super::valuation::of_participant(self.instance, account.participant) {
                let queue = std::mem::replace(&mut queue_of_valuation[index], account.queue);
                if queue != NONE && queue != account.queue {
                    return Err(Refused::NoLargestFifoSet { row: Row::AggregateShort(index) });
                }
            }
        }
        Ok(())
    }
}

/// For each payment its bundle; empty if there are none.
fn bundles_by_payment(instance: &Instance) -> Result<Vec<u32>, Refused> {
    let payments = if instance.bundles.is_empty() { 0 } else { instance.payments.len() };
    let mut bundle_of = vec![NONE; payments];
    for (bundle, number) in instance.bundles.iter().zip(0_u32..) {
        for payment in &bundle.payments {
            if std::mem::replace(&mut bundle_of[*payment as usize], number) != NONE {
                let rule = "each payment is in one bundle at most";
                return Err(Refused::Malformed { part: "bundle", index: number as usize, rule });
            }
        }
    }
    Ok(bundle_of)
}

/// The payments by payer, in their order, and where those of each payer end.
fn by_payer(instance: &Instance) -> (Vec<u32>, Vec<usize>) {
    let mut places = vec![0_usize; instance.accounts.len()];
    instance.payments.iter().for_each(|payment| places[payment.payer as usize] += 1);
    let mut before = 0;
    for place in &mut places {
        before += std::mem::replace(place, before);
    }
    let mut by_payer = vec![0; instance.payments.len()];
    for (payment, number) in instance.payments.iter().zip(0_u32..) {
        let place = &mut places[payment.payer as usize];
        by_payer[*place] = number;
        *place += 1;
    }
    (by_payer, places)
}
