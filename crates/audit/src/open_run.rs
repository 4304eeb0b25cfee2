//! Runs that stay open: what they hold frozen, and what their end may release.
//!
//! That a proposal is the best one is for its certificate to prove, which this crate does not see. Here it is seen that
//! nothing frozen moved, that what was released together settles within the headroom of the moment and in the order
//! that binds it, that it is worth no less than what settles in order of entry, and that pending cancels came true.

use crate::finding::{Check, Checked, Finding, equal, holds};
use crate::model::Model;
use crate::payment::Payment;
use domain::event::{EndReason, Released};
use domain::ids::Role;
use domain::payment::{PaymentState, Step};
use domain::plan::DayStep;
use domain::{
    ArrangementId, Event, EventBody, InstitutionId, PaymentId, RunId, RunInstance, RunItem, RunMethod, RunParticipant,
    RunProof, Timestamp,
};
use money::AmountMinor;
use std::collections::{BTreeMap, BTreeSet};

/// A run that stays open.
pub(crate) struct OpenRun {
    pub(crate) instance: [u8; 32],
    pub(crate) until: Timestamp,
    /// Items whose cancel is pending.
    pub(crate) cancels: BTreeSet<PaymentId>,
    /// What is frozen of each payer.
    frozen_minor: BTreeMap<InstitutionId, i128>,
    /// Its end, once that has begun.
    conclusion: Option<Conclusion>,
}

/// How things were when the end of a run began, and what it released since.
struct Conclusion {
    /// What settles in order of entry.
    fifo: BTreeSet<PaymentId>,
    fifo_worth: (i128, i128),
    /// Urgent items of each payer, in order.
    urgent: BTreeMap<InstitutionId, Vec<PaymentId>>,
    released: BTreeMap<PaymentId, InstitutionId>,
    worth: (i128, i128),
}

impl OpenRun {
    /// An item is frozen no more.
    pub(crate) fn lose(&mut self, id: PaymentId, payment: &Payment) {
        self.cancels.remove(&id);
        *self.frozen_minor.entry(payment.payer).or_default() -= i128::from(payment.position_minor);
    }
}

impl Model {
    fn open_run(&self, id: ArrangementId) -> Option<&OpenRun> {
        self.arrangements.get(&id)?.frozen.as_ref()?.open.as_ref()
    }

    fn open_run_mut(&mut self, id: ArrangementId) -> Checked<&mut OpenRun> {
        let open = self.arrangement_mut(id)?.frozen.as_mut().and_then(|run| run.open.as_mut());
        open.ok_or_else(|| Finding::new(Check::Queue, "a run", "one that stays open", "none"))
    }

    pub(crate) fn is_run_open(&self, id: ArrangementId) -> bool {
        self.open_run(id).is_some()
    }

    pub(crate) fn is_concluding(&self, id: ArrangementId) -> bool {
        self.open_run(id).is_some_and(|open| open.conclusion.is_some())
    }

    pub(crate) fn is_cancel_pending(&self, id: ArrangementId, payment: PaymentId) -> bool {
        self.open_run(id).is_some_and(|open| open.cancels.contains(&payment))
    }

    /// What an open run holds frozen of an institution.
    pub(crate) fn frozen_minor(&self, id: ArrangementId, institution: InstitutionId) -> Checked<i128> {
        self.arrangement(id)?;
        Ok(self.open_run(id).and_then(|open| open.frozen_minor.get(&institution)).copied().unwrap_or(0))
    }

    /// Once the end of a run has begun nothing comes between; once its time is over it ends before anybody else acts.
    pub(crate) fn check_open_runs(&self, event: &Event) -> Checked {
        for (id, run) in self.arrangements.iter().filter_map(|(id, known)| Some((id, known.frozen.as_ref()?))) {
            let Some(open) = &run.open else { continue };
            let ends_it = match &event.body {
                EventBody::QueueReleased { arrangement, run: Some(_), .. }
                | EventBody::RunConcluded { arrangement, .. }
                | EventBody::PaymentsEnded { arrangement, reason: EndReason::Cancelled, .. } => arrangement == id,
                _ => false,
            };
            let whole = open.conclusion.is_none() || ends_it;
            holds(Check::Queue, "what follows in the end of a run", "the rest of its end", whole, run.run)?;
            let in_time = self.time < open.until || event.actor.role == Role::House;
            holds(Check::Queue, "what happens when the time of a run is over", "its end", in_time, open.until)?;
        }
        Ok(())
    }

    pub(crate) fn run_opened(
        &mut self,
        id: ArrangementId,
        run: RunId,
        items: u64,
        instance: [u8; 32],
        until: Timestamp,
    ) -> Checked {
        self.check_run(id, run)?;
        holds(Check::Queue, "a run that stays open", "opened once", !self.is_run_open(id), run)?;
        self.check_all_released(id)?;
        self.check_until(id, until)?;
        let headroom = self.headroom_of_frozen(id)?;
        let frozen = self.arrangement(id)?.frozen.as_ref().expect("a run is under way").items.clone();
        let is_short = |payment: &&PaymentId| headroom[&self.payments[**payment].payer] < 0;
        let of_short: Vec<PaymentId> = frozen.iter().filter(is_short).copied().collect();
        for payment in of_short {
            self.step(payment, Step::Unfreeze, PaymentState::Queued)?;
            let run = self.arrangement_mut(id)?.frozen.as_mut().expect("a run is under way");
            run.items.remove(&payment);
        }
        let kept = &self.arrangement(id)?.frozen.as_ref().expect("a run is under way").items;
        equal(Check::Queue, "the number of items that stay frozen", u64::try_from(kept.len()).ok(), Some(items))?;
        holds(Check::Queue, "the number of items that stay frozen", "one or more", items > 0, items)?;
        let mut frozen_minor: BTreeMap<InstitutionId, i128> = BTreeMap::new();
        for payment in kept {
            let found = &self.payments[*payment];
            let good = found.quote_until.is_none_or(|until| until >= self.time);
            holds(Check::Amount, "the quote of a payment that stays frozen", "good", good, found.quote_until)
                .map_err(|finding| finding.about(*payment))?;
            *frozen_minor.entry(found.payer).or_default() += i128::from(found.position_minor);
        }
        let own = self.instance(id, run, kept, &headroom)?.digest();
        equal(Check::Queue, "the digest of what stays frozen", own, instance)?;
        let run = self.arrangement_mut(id)?.frozen.as_mut().expect("a run is under way");
        run.open = Some(OpenRun { instance, until, cancels: BTreeSet::new(), frozen_minor, conclusion: None });
        Ok(())
    }

    /// A run stays open for a while, and not beyond the last run or the close of its day.
    fn check_until(&self, id: ArrangementId, until: Timestamp) -> Checked {
        let day = self.arrangement(id)?.open.as_ref();
        let bound = |step| day.and_then(|day| day.schedule.get(&step)).copied();
        let last_run = bound(DayStep::LastRun).filter(|at| *at > self.time);
        let ends = [last_run, bound(DayStep::Close)].into_iter().flatten().all(|at| until <= at);
        let expected = "after now, and not after the last run or the close";
        holds(Check::Day, "how long a run stays open", expected, ends && until > self.time, until)
    }

    /// Headroom of everybody who pays or is paid in what is frozen.
    fn headroom_of_frozen(&self, id: ArrangementId) -> Checked<BTreeMap<InstitutionId, i128>> {
        let frozen = &self.arrangement(id)?.frozen.as_ref().expect("a run is under way").items;
        let ends: BTreeSet<InstitutionId> =
            frozen.iter().flat_map(|payment| [self.payments[*payment].payer, self.payments[*payment].payee]).collect();
        let mut headroom = BTreeMap::new();
        for end in ends {
            let unlimited = || Finding::new(Check::NotBuilt, "a run that stays open", "shares for everybody", end);
            headroom.insert(end, self.headroom(id, end)?.ok_or_else(unlimited)?);
        }
        Ok(headroom)
    }

    fn instance(
        &self,
        id: ArrangementId,
        run: RunId,
        items: &BTreeSet<PaymentId>,
        headroom: &BTreeMap<InstitutionId, i128>,
    ) -> Checked<RunInstance> {
        let mut ends = BTreeSet::new();
        let mut listed = Vec::new();
        for payment in items {
            let Payment { payer, payee, urgent, position_minor, .. } = *self.payment(*payment)?;
            let amount = AmountMinor::new(position_minor);
            let amount = amount.map_err(|_| Finding::new(Check::Amount, "an amount", "one", position_minor))?;
            ends.extend([payer, payee]);
            listed.push(RunItem { payment: *payment, payer, payee, amount, urgent });
        }
        let participant = |institution| RunParticipant { institution, headroom_minor: headroom[&institution] };
        Ok(RunInstance {
            arrangement: id,
            run,
            participants: ends.into_iter().map(participant).collect(),
            items: listed,
        })
    }

    pub(crate) fn cancel_pending(&mut self, id: PaymentId) -> Checked {
        let payment = self.payment(id)?;
        let (arrangement, frozen) = (payment.arrangement, Some(PaymentState::InCycle));
        equal(Check::Transition, "the state of a payment whose cancel is pending", frozen, payment.state)?;
        let first = self.open_run_mut(arrangement)?.cancels.insert(id);
        holds(Check::Queue, "a cancel that is pending", "pending once", first, id)
    }

    /// Everything that the run under way holds frozen, with the headroom of now, for whoever wants to compare. None where no
    /// run is under way, or where somebody's headroom has no limit.
    #[must_use]
    pub fn frozen_instance(&self, id: ArrangementId) -> Option<RunInstance> {
        let run = self.arrangements.get(&id)?.frozen.as_ref()?;
        let headroom = self.headroom_of_frozen(id).ok()?;
        self.instance(id, run.run, &run.items, &headroom).ok()
    }

    /// Sees how things are before the end of a run changes them.
    pub(crate) fn begin_conclusion(&mut self, id: ArrangementId) -> Checked {
        if self.is_concluding(id) {
            return Ok(());
        }
        let fifo = self.fifo_maximal(id)?;
        let mut fifo_worth = (0, 0);
        fifo.iter().for_each(|payment| add(&mut fifo_worth, &self.payments[*payment]));
        let mut urgent: BTreeMap<InstitutionId, Vec<PaymentId>> = BTreeMap::new();
        let frozen = &self.arrangement(id)?.frozen.as_ref().expect("a run is under way").items;
        for payment in frozen.iter().filter(|payment| self.payments[**payment].urgent) {
            urgent.entry(self.payments[*payment].payer).or_default().push(*payment);
        }
        let conclusion = Conclusion { fifo, fifo_worth, urgent, released: BTreeMap::new(), worth: (0, 0) };
        self.open_run_mut(id)?.conclusion = Some(conclusion);
        Ok(())
    }

    pub(crate) fn released_at_the_end(&mut self, id: ArrangementId, run: RunId, payments: &[Released]) -> Checked {
        self.check_run(id, run)?;
        self.begin_conclusion(id)?;
        for released in payments {
            let payment = self.payment_in(id, released.payment)?.clone();
            let frozen = Some(PaymentState::InCycle);
            equal(Check::Queue, "the state of a payment that a run releases", frozen, payment.state)
                .map_err(|finding| finding.about(released.payment))?;
            self.release_from_run(id, *released)?;
            let conclusion = self.open_run_mut(id)?.conclusion.as_mut().expect("it has begun");
            conclusion.released.insert(released.payment, payment.payer);
            add(&mut conclusion.worth, &payment);
        }
        Ok(())
    }

    pub(crate) fn run_concluded(
        &mut self,
        id: ArrangementId,
        run: RunId,
        method: RunMethod,
        value_minor: i128,
        proof: Option<RunProof>,
    ) -> Checked {
        self.check_run(id, run)?;
        self.begin_conclusion(id)?;
        let open = self.open_run(id).expect("its end has begun");
        let conclusion = open.conclusion.as_ref().expect("it has begun");
        let cancels = &open.cancels;
        holds(Check::Queue, "cancels when a run ends", "none pending", cancels.is_empty(), cancels)?;
        match method {
            RunMethod::Optimal => self.check_proposal(open.until, conclusion)?,
            RunMethod::Fifo | RunMethod::Unfrozen => {
                let released: BTreeSet<PaymentId> = conclusion.released.keys().copied().collect();
                equal(Check::Queue, "what a run releases in order of entry", &conclusion.fifo, &released)?;
                let named = if released.is_empty() { RunMethod::Unfrozen } else { RunMethod::Fifo };
                equal(Check::Queue, "how a run ended", named, method)?;
            }
        }
        self.check_floors(id, conclusion)?;
        let released = self.arrangement(id)?.frozen.as_ref().map(|run| run.released_minor);
        equal(Check::Amount, "the value of a run", released, Some(value_minor))?;
        equal(Check::Queue, "whether a run has a proof", method == RunMethod::Optimal, proof.is_some())?;
        let within = proof.is_none_or(|proof| proof.upper_bound_minor >= value_minor);
        holds(Check::Amount, "the bound of a run", "no less than its value", within, proof)?;
        self.unfreeze(id, run)
    }

    /// What a proposal released: in time, urgent ones in order, worth what settles in order of entry or more.
    fn check_proposal(&self, until: Timestamp, conclusion: &Conclusion) -> Checked {
        holds(Check::Queue, "a proposal", "one in time", self.time < until, until)?;
        for queue in conclusion.urgent.values() {
            let released = queue.iter().map(|payment| conclusion.released.contains_key(payment));
            let first_left = released.clone().position(|released| !released).unwrap_or(queue.len());
            let passes = released.skip(first_left).any(|released| released);
            holds(
                Check::Queue,
                "urgent payments that a proposal releases",
                "a beginning of each queue",
                !passes,
                queue,
            )?;
        }
        let (worth, least) = (conclusion.worth, conclusion.fifo_worth);
        holds(Check::Queue, "the worth of a proposal", "no less than in order of entry", worth >= least, (worth, least))
    }

    /// Nobody whom the end of a run made pay is short after it.
    fn check_floors(&self, id: ArrangementId, conclusion: &Conclusion) -> Checked {
        let payers: BTreeSet<InstitutionId> = conclusion.released.values().copied().collect();
        for payer in payers {
            let left = self.headroom(id, payer)?;
            let keeps = left.is_none_or(|left| left >= 0);
            holds(Check::Limit, "the headroom of who pays in a run", "not below zero", keeps, (payer, left))?;
        }
        Ok(())
    }
}

/// Worth is the urgent value first, then all of it.
fn add(worth: &mut (i128, i128), payment: &Payment) {
    let amount = i128::from(payment.position_minor);
    worth.0 += if payment.urgent { amount } else { 0 };
    worth.1 += amount;
}
