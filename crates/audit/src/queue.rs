//! Queues: who waits behind whom, optimisation runs, and heads released by a receipt.

use crate::fifo::{Item, maximal};
use crate::finding::{Check, Checked, Finding, equal, holds};
use crate::model::{Model, Run};
use crate::payment::Payment;
use domain::event::{Payout, Released};
use domain::payment::{PaymentState, Step};
use domain::plan::DayStep;
use domain::{ArrangementId, Date, InstitutionId, PaymentId, RunId};
use std::collections::{BTreeMap, BTreeSet};

impl Model {
    /// An item of the payer's own queue behind which the payment has to wait: of its class or before it.
    pub(crate) fn goes_behind(&self, payment: &Payment) -> Checked<Option<PaymentId>> {
        let arrangement = self.arrangement(payment.arrangement)?;
        let queue = arrangement.waiting.get(&payment.payer);
        let head = queue.and_then(|queue| queue.first());
        Ok(head.filter(|(ordinary, _)| !(payment.urgent && *ordinary)).map(|(_, waiting)| *waiting))
    }

    /// A payment has to wait: it goes behind others, or has no headroom, or its quote has run out.
    pub(crate) fn queue(&mut self, id: PaymentId) -> Checked {
        let payment = self.payment(id)?.clone();
        let plan = self.plan(payment.arrangement)?;
        holds(Check::Queue, "a payment that waits", "a rulebook with a queue", plan.queue.is_some(), payment.state)?;
        self.check_admission(&payment)?;
        let stale = payment.quote_until.is_some_and(|until| until < self.time);
        let could_clear = self.goes_behind(&payment)?.is_none() && self.check_headroom(&payment).is_ok() && !stale;
        holds(Check::Queue, "a payment that waits", "one that could not clear", !could_clear, payment.position_minor)?;
        self.step(id, Step::Queue, PaymentState::Queued)?;
        let arrangement = self.arrangement_mut(payment.arrangement)?;
        arrangement.waiting.entry(payment.payer).or_default().insert((!payment.urgent, id));
        self.reserve_more(id, i128::from(payment.position_minor))
    }

    /// Shared limits are reserved for what waits.
    pub(crate) fn reserve_more(&mut self, id: PaymentId, amount: i128) -> Checked {
        let payment = self.payment(id)?;
        if !matches!(payment.state, Some(PaymentState::Queued | PaymentState::InCycle)) {
            return Ok(());
        }
        let (arrangement, pair) = (payment.arrangement, (payment.payer_member, payment.payee_member));
        *self.arrangement_mut(arrangement)?.reserved.entry(pair).or_default() += amount;
        Ok(())
    }

    /// A payment that waited waits no longer.
    pub(crate) fn leave_queue(&mut self, id: PaymentId) -> Checked {
        let payment = self.payment(id)?.clone();
        self.reserve_more(id, -i128::from(payment.position_minor))?;
        let arrangement = self.arrangement_mut(payment.arrangement)?;
        if let Some(queue) = arrangement.waiting.get_mut(&payment.payer) {
            queue.remove(&(!payment.urgent, id));
            if queue.is_empty() {
                arrangement.waiting.remove(&payment.payer);
            }
        }
        if let Some(run) = &mut arrangement.frozen
            && run.items.remove(&id)
            && let Some(open) = &mut run.open
        {
            open.lose(id, &payment);
        }
        Ok(())
    }

    pub(crate) fn run_frozen(&mut self, id: ArrangementId, run: RunId, items: u64) -> Checked {
        let arrangement = self.arrangement(id)?;
        equal(Check::Queue, "the number of a run", arrangement.next_run, run)?;
        holds(Check::Queue, "a run", "no other under way", arrangement.frozen.is_none(), run)?;
        let day = arrangement.open.as_ref();
        let day =
            day.ok_or_else(|| Finding::new(Check::Day, "the time of a run", "on a business day", "no day is open"))?;
        let from = day.schedule.get(&DayStep::RunsFrom).or_else(|| day.schedule.get(&DayStep::LastRun));
        let begun = from.is_none_or(|from| self.time >= *from);
        holds(Check::Day, "the time of a run", "not before the first of the day", begun, self.time)?;
        let frozen: BTreeSet<PaymentId> = arrangement.waiting.values().flatten().map(|(_, payment)| *payment).collect();
        equal(Check::Queue, "the number of items frozen", u64::try_from(frozen.len()).ok(), Some(items))?;
        for payment in &frozen {
            self.step(*payment, Step::Freeze, PaymentState::InCycle)?;
        }
        let frozen_at = self.time;
        let arrangement = self.arrangement_mut(id)?;
        arrangement.frozen =
            Some(Run { run, frozen_at, items: frozen, to_release: None, released_minor: 0, open: None });
        Ok(())
    }

    pub(crate) fn queue_released(&mut self, id: ArrangementId, run: Option<RunId>, payments: &[Released]) -> Checked {
        match run {
            Some(run) if self.is_run_open(id) => self.released_at_the_end(id, run, payments),
            Some(run) => self.released_by_run(id, run, payments),
            None => payments.iter().try_for_each(|released| {
                self.payment_in(id, released.payment)?;
                self.released_by_receipt(*released).map_err(|finding| finding.about(released.payment))
            }),
        }
    }

    /// A receipt releases the head of a queue, while it fits by itself.
    fn released_by_receipt(&mut self, released: Released) -> Checked {
        let payment = self.payment(released.payment)?.clone();
        equal(Check::Queue, "the state of a head that a receipt releases", Some(PaymentState::Queued), payment.state)?;
        self.check_head(released.payment, &payment)?;
        self.check_headroom(&payment)?;
        self.release(released.payment, released.payout)
    }

    fn released_by_run(&mut self, id: ArrangementId, run: RunId, payments: &[Released]) -> Checked {
        self.check_run(id, run)?;
        let to_release = self.set_of_run(id)?;
        for released in payments {
            let payment = self.payment_in(id, released.payment)?.clone();
            let belongs = to_release.contains(&released.payment);
            let what = "a payment that a run releases";
            holds(Check::Queue, what, "one of the FIFO-maximal set", belongs, released.payment)?;
            self.check_head(released.payment, &payment)?;
            self.release_from_run(id, *released)?;
        }
        Ok(())
    }

    pub(crate) fn release_from_run(&mut self, id: ArrangementId, released: Released) -> Checked {
        let amount = i128::from(self.payment(released.payment)?.position_minor);
        self.release(released.payment, released.payout).map_err(|finding| finding.about(released.payment))?;
        let run = self.arrangement_mut(id)?.frozen.as_mut().expect("a run is under way");
        run.released_minor += amount;
        Ok(())
    }

    /// The FIFO-maximal set of a run, found once the run's prices stand.
    fn set_of_run(&mut self, id: ArrangementId) -> Checked<BTreeSet<PaymentId>> {
        let run = self.arrangement(id)?.frozen.as_ref().expect("a run is under way");
        if let Some(known) = &run.to_release {
            return Ok(known.clone());
        }
        let set = self.fifo_maximal(id)?;
        let run = self.arrangement_mut(id)?.frozen.as_mut().expect("a run is under way");
        run.to_release = Some(set.clone());
        Ok(set)
    }

    pub(crate) fn fifo_maximal(&self, id: ArrangementId) -> Checked<BTreeSet<PaymentId>> {
        let arrangement = self.arrangement(id)?;
        let frozen = &arrangement.frozen.as_ref().expect("a run is under way").items;
        let mut queues: BTreeMap<InstitutionId, Vec<Item>> = BTreeMap::new();
        let mut headroom = BTreeMap::new();
        for (payer, queue) in &arrangement.waiting {
            for (_, payment) in queue.iter().filter(|(_, payment)| frozen.contains(payment)) {
                let found = &self.payments[*payment];
                let amount = i128::from(found.position_minor);
                queues.entry(*payer).or_default().push(Item { payment: *payment, payee: found.payee, amount });
            }
            if let Some(left) = self.headroom(id, *payer)? {
                headroom.insert(*payer, left);
            }
        }
        Ok(maximal(&headroom, &queues).values().flatten().map(|item| item.payment).collect())
    }

    /// What is released leaves its queue from the front.
    fn check_head(&self, id: PaymentId, payment: &Payment) -> Checked {
        let queue = self.arrangement(payment.arrangement)?.waiting.get(&payment.payer);
        let head = queue.and_then(|queue| queue.first()).map(|(_, head)| *head);
        equal(Check::Queue, "the next payment of a queue", head, Some(id)).map_err(|finding| finding.about(id))
    }

    fn release(&mut self, id: PaymentId, payout: Payout) -> Checked {
        let payment = self.payment(id)?;
        // What a run froze keeps its price to the end of the run.
        let run = self.arrangement(payment.arrangement)?.frozen.as_ref().filter(|run| run.items.contains(&id));
        let priced_at = run.map_or(self.time, |run| run.frozen_at);
        let good = payment.quote_until.is_none_or(|until| until >= priced_at);
        holds(Check::Amount, "the quote of a payment that is released", "good", good, payment.quote_until)?;
        self.leave_queue(id)?;
        self.clear(id, payout)
    }

    pub(crate) fn run_ended(&mut self, id: ArrangementId, run: RunId) -> Checked {
        self.check_run(id, run)?;
        holds(Check::Queue, "a run that ends", "one that did not stay open", !self.is_run_open(id), run)?;
        self.check_all_released(id)?;
        self.unfreeze(id, run)
    }

    /// Nothing of the FIFO-maximal set is left when a run has released what settles in order of entry.
    pub(crate) fn check_all_released(&mut self, id: ArrangementId) -> Checked {
        let mut missing = self.set_of_run(id)?;
        let items = &self.arrangement(id)?.frozen.as_ref().expect("a run is under way").items;
        missing.retain(|payment| items.contains(payment));
        let what = "the payments of the FIFO-maximal set";
        holds(Check::Queue, what, "all released when the run ends", missing.is_empty(), missing)
    }

    /// The end of a run: what is left goes on waiting.
    pub(crate) fn unfreeze(&mut self, id: ArrangementId, run: RunId) -> Checked {
        let items = self.arrangement(id)?.frozen.as_ref().expect("a run is under way").items.clone();
        for payment in items {
            self.step(payment, Step::Unfreeze, PaymentState::Queued)?;
        }
        let arrangement = self.arrangement_mut(id)?;
        arrangement.frozen = None;
        arrangement.next_run = RunId(run.0 + 1);
        Ok(())
    }

    pub(crate) fn check_run(&self, id: ArrangementId, run: RunId) -> Checked {
        let under_way = self.arrangement(id)?.frozen.as_ref().map(|run| run.run);
        equal(Check::Queue, "the run under way", under_way, Some(run))
    }

    /// The day on whose close a queued payment expires.
    pub(crate) fn last_day_in_queue(&self, id: ArrangementId, entered: Date) -> Checked<Option<Date>> {
        let rule = self.plan(id)?.queue;
        rule.map(|rule| self.business_days_after(id, entered, rule.life_business_days)).transpose()
    }

    /// A quote lapses when it has run out during a run, and the new price is none, or beyond the tolerance, or larger in
    /// the arrangement than what was reserved.
    pub(crate) fn quote_may_lapse(&self, payment: &Payment) -> Checked<bool> {
        let ran_out = payment.quote_until.is_some_and(|until| until <= self.time);
        if payment.state != Some(PaymentState::InCycle) || self.is_run_open(payment.arrangement) || !ran_out {
            return Ok(false);
        }
        let before = (payment.payer_minor, payment.position_minor, payment.payee_minor);
        let Ok(now) = self.price(crate::pricing::between(payment), before) else { return Ok(true) };
        Ok(now.1 > before.1 || !self.within_tolerance(payment.arrangement, before, now)?)
    }
}
