//! An optimisation run: the queue of an arrangement is frozen, and its FIFO-maximal set clears. What is left is unfrozen, or
//! stays frozen for a while: for the optimiser, which may find more that settles together when items pass each other.

use super::by_house;
use crate::admission::Overlay;
use crate::decide::quote_until;
use crate::fifo::{Item, fifo_maximal};
use crate::frozen::make_instance;
use crate::limits::EVENT_PAYMENTS_MAX;
use crate::payments::PaymentRecord;
use crate::state::{Arrangement, State, pair_side};
use domain::event::{EndReason, Event, EventBody, Released};
use domain::payment::Amounts;
use domain::plan::{DayStep, Denomination, LimitKind, Price};
use domain::{InstitutionId, MemberId, PaymentId, RunInstance, RunItem, Timestamp};
use money::AmountMinor;
use std::collections::{BTreeMap, BTreeSet};

/// How long runs stay open for the optimiser.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RunBudget {
    /// The longest, in microseconds. A run also ends when the next one or the close is due.
    pub open_us: i64,
}

/// Freezes, prices again what the run could clear and whose quote has run out, and releases what settles in order of entry;
/// then ends the run, or leaves it open.
pub(super) fn run(
    state: &State,
    arrangement: &Arrangement,
    now: Timestamp,
    optimising: Option<RunBudget>,
    out: &mut Vec<Event>,
) {
    let (id, run) = (arrangement.id, arrangement.next_run);
    let until = optimising.and_then(|budget| open_until(arrangement, now, budget));
    out.push(by_house(EventBody::RunFrozen { arrangement: id, run, items: arrangement.queued_count }));
    let mut board = Board::new(state, arrangement);
    let kept = board.settle_quotes(now, until.is_some());

    let quote_until = quote_until(arrangement, now);
    for (&payment, &amounts) in &board.requoted {
        let quote_until = quote_until.expect("only fixed prices run out");
        out.push(by_house(EventBody::PaymentRequoted { payment, amounts, quote_until }));
    }
    let lapsed: Vec<PaymentId> = board.lapsed.iter().copied().collect();
    for part in lapsed.chunks(EVENT_PAYMENTS_MAX) {
        let (reason, payments) = (EndReason::QuoteLapsed, part.to_vec());
        out.push(by_house(EventBody::PaymentsEnded { arrangement: id, reason, payments }));
    }
    let mut overlay = Overlay::default();
    let mut released = Vec::new();
    for (queue, &count) in board.queues.iter().zip(&kept) {
        for &payment in &queue.payments[..count] {
            let payee = arrangement.of(state.payments.of(payment).payee);
            let position_minor = board.amounts(payment).position.get();
            let payout = state.payout_when(arrangement, payee, position_minor, &mut overlay);
            released.push(Released { payment, payout });
        }
    }
    // The set clears as a whole: nobody is beyond its headroom when all of it has been posted.
    for part in released.chunks(EVENT_PAYMENTS_MAX) {
        out.push(by_house(EventBody::QueueReleased { arrangement: id, run: Some(run), payments: part.to_vec() }));
    }
    let rest = until.map(|until| (until, board.rest(&kept))).filter(|(_, rest)| !rest.items.is_empty());
    out.push(by_house(match rest {
        None => EventBody::RunEnded { arrangement: id, run },
        Some((until, rest)) => {
            let (items, instance) = (rest.items.len() as u64, rest.digest());
            EventBody::RunOpened { arrangement: id, run, items, instance, until }
        }
    }));
}

/// Until when a run that begins now may stay open; none where there is no time.
fn open_until(arrangement: &Arrangement, now: Timestamp, budget: RunBudget) -> Option<Timestamp> {
    let bounds = [arrangement.next_run_after(now), arrangement.step_at(DayStep::Close)];
    let until = bounds.into_iter().flatten().fold(now.plus_us(budget.open_us), Timestamp::min);
    (until > now).then_some(until)
}

/// The frozen queues of an arrangement, with the amounts as the run sees them.
struct Board<'a> {
    state: &'a State,
    arrangement: &'a Arrangement,
    participants: Vec<InstitutionId>,
    places: BTreeMap<InstitutionId, usize>,
    queues: Vec<FrozenQueue>,
    requoted: BTreeMap<PaymentId, Amounts>,
    lapsed: BTreeSet<PaymentId>,
    /// By how much reservations have grown so far, by creditor and debtor.
    growth_minor: BTreeMap<(MemberId, MemberId), i128>,
}

#[derive(Default)]
struct FrozenQueue {
    payments: Vec<PaymentId>,
}

impl<'a> Board<'a> {
    fn new(state: &'a State, arrangement: &'a Arrangement) -> Self {
        let participants: Vec<InstitutionId> = arrangement.participants().map(|(id, _)| id).collect();
        let places = participants.iter().enumerate().map(|(place, &id)| (id, place)).collect();
        let queues =
            participants.iter().map(|&id| FrozenQueue { payments: arrangement.of(id).queue().collect() }).collect();
        let (requoted, lapsed, growth_minor) = (BTreeMap::new(), BTreeSet::new(), BTreeMap::new());
        Self { state, arrangement, participants, places, queues, requoted, lapsed, growth_minor }
    }

    fn amounts(&self, payment: PaymentId) -> Amounts {
        self.requoted.get(&payment).copied().unwrap_or_else(|| amounts_of(self.state.payments.of(payment)))
    }

    fn headroom_minor(&self) -> Vec<i128> {
        self.participants.iter().map(|&id| self.arrangement.of(id).headroom_minor(&self.state.accounts)).collect()
    }

    fn maximal(&self) -> Vec<usize> {
        let headroom = self.headroom_minor();
        let item = |&payment: &PaymentId| Item {
            payee: self.places[&self.state.payments.of(payment).payee],
            amount_minor: self.amounts(payment).position.get(),
        };
        let queues: Vec<Vec<Item>> =
            self.queues.iter().map(|queue| queue.payments.iter().map(item).collect()).collect();
        fifo_maximal(&headroom, &queues)
    }

    /// What is left when the first of each queue have been released: frozen on, for the optimiser.
    fn rest(&self, kept: &[usize]) -> RunInstance {
        let mut left_minor = self.headroom_minor();
        let mut rest = Vec::new();
        for (queue, &count) in self.queues.iter().zip(kept) {
            for (place, &payment) in queue.payments.iter().enumerate() {
                let record = self.state.payments.of(payment);
                let (payer, payee, amount) = (record.payer, record.payee, self.amounts(payment).position);
                if place < count {
                    left_minor[self.places[&payer]] -= amount.as_balance();
                    left_minor[self.places[&payee]] += amount.as_balance();
                } else {
                    rest.push(RunItem { payment, payer, payee, amount, urgent: record.urgent });
                }
            }
        }
        let left = |institution: InstitutionId| left_minor[self.places[&institution]];
        make_instance(self.arrangement.id, self.arrangement.next_run, rest.into_iter(), left)
    }

    /// Finds the FIFO-maximal set in which no quote has run out: an item that the run could clear (any of them, where it
    /// stays open) is priced again within the payer's tolerance, or lapses; then the set is found anew. Each item is
    /// priced at most once, so it ends.
    fn settle_quotes(&mut self, now: Timestamp, stays_open: bool) -> Vec<usize> {
        loop {
            let kept = self.maximal();
            let expired: Vec<PaymentId> = self
                .queues
                .iter()
                .zip(&kept)
                .flat_map(|(queue, &count)| &queue.payments[..if stays_open { queue.payments.len() } else { count }])
                .copied()
                .filter(|payment| !self.requoted.contains_key(payment))
                .filter(|&payment| self.state.payments.of(payment).quote_until.is_some_and(|until| until < now))
                .collect();
            if expired.is_empty() {
                return kept;
            }
            for payment in expired {
                match self.requote(payment) {
                    Some(amounts) => {
                        self.requoted.insert(payment, amounts);
                    }
                    None => {
                        self.lapsed.insert(payment);
                    }
                }
            }
            let lapsed = &self.lapsed;
            self.queues.iter_mut().for_each(|queue| queue.payments.retain(|payment| !lapsed.contains(payment)));
        }
    }

    /// New amounts within the payer's tolerance and the limits under which the item was admitted.
    fn requote(&mut self, payment: PaymentId) -> Option<Amounts> {
        let record = self.state.payments.of(payment);
        let Price::Fixed { requote_tolerance_ppm, .. } = self.arrangement.plan.price else { return None };
        let (payer, payee) = (self.arrangement.of(record.payer), self.arrangement.of(record.payee));
        let ordered = match record.denomination {
            Denomination::Payee => record.payee_minor,
            Denomination::Payer => record.payer_minor,
            Denomination::Asset => record.position_minor,
        };
        let amount = AmountMinor::new(ordered).ok()?;
        let amounts = self.state.price(self.arrangement, payer, payee, record.denomination, amount).ok()?.amounts;
        let before = amounts_of(record);
        let within = |now: u64, then: u64| {
            u128::from(now.abs_diff(then)) * 1_000_000 <= u128::from(then) * u128::from(requote_tolerance_ppm)
        };
        let tolerable = within(amounts.payer?.get(), before.payer?.get())
            && within(amounts.payee.get(), before.payee.get())
            && self.stays_admitted((payer.member, payee.member), amounts.position, before.position);
        tolerable.then_some(amounts)
    }

    /// Whether the reservations under shared limits may grow with the new amount, beside what others of this run have
    /// grown; if so, they have.
    fn stays_admitted(&mut self, pair: (MemberId, MemberId), now: AmountMinor, before: AmountMinor) -> bool {
        let (debtor, creditor) = pair;
        let growth = now.as_balance() - before.as_balance();
        if growth <= 0 {
            return true;
        }
        let to_creditor = self.growth_minor.range((creditor, MemberId(0))..=(creditor, MemberId(u16::MAX)));
        let exposure_growth = growth + to_creditor.map(|(_, grown)| grown).sum::<i128>();
        let pair_growth = growth + self.growth_minor.get(&(creditor, debtor)).copied().unwrap_or(0);
        let membership = self.arrangement.membership(creditor).expect("a participant's member has joined");
        let exposed = self.arrangement.plan.limit(LimitKind::CreditorExposure).is_none()
            || membership.exposure_max_minor.is_none_or(|maximum| {
                self.arrangement.exposure_minor(membership) + exposure_growth <= i128::from(maximum)
            });
        let line =
            self.arrangement.pair(debtor, creditor).and_then(|pair| pair.line_minor[pair_side(debtor, creditor)]);
        let in_line = self.arrangement.plan.limit(LimitKind::Pair).is_none()
            || line
                .is_none_or(|line| self.arrangement.pair_use_minor(debtor, creditor) + pair_growth <= i128::from(line));
        if exposed && in_line {
            *self.growth_minor.entry((creditor, debtor)).or_default() += growth;
        }
        exposed && in_line
    }
}

pub(crate) fn amounts_of(record: &PaymentRecord) -> Amounts {
    let amount = |minor| AmountMinor::new(minor).expect("a priced payment has amounts");
    Amounts {
        payer: AmountMinor::new(record.payer_minor).ok(),
        position: amount(record.position_minor),
        payee: amount(record.payee_minor),
    }
}
