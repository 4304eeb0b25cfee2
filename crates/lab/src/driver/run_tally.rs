//! Each optimisation run beside what it would have come to in other ways: for a run of the lab that has an optimiser. What was
//! frozen is the auditor's own view of it, made from the blocks alone.

use std::collections::BTreeMap;

use domain::{EventBody, InstitutionId, PaymentId, RunInstance, RunMethod, RunProof, Timestamp};
use optimiser::{Explanation, Gain, Waiting, bilateral_offset_minor, explain};

use crate::outcome::{InstitutionGain, Obstacle, RunEnding, RunOutcome, WaitingPayment};
use crate::scenario::Scenario;

/// The largest payments of a run that waited on are told of: so many.
const WAITING_TOLD: usize = 3;

/// Follows the runs of a journal.
pub(crate) struct RunTally<'a> {
    scenario: &'a Scenario,
    course: Course,
    done: Vec<RunOutcome>,
    gains: BTreeMap<InstitutionId, InstitutionGain>,
}

enum Course {
    /// Nobody asks.
    Unwatched,
    /// No run is under way.
    Between,
    /// The queue is frozen, and quotes are being renewed.
    Frozen,
    /// What the run can choose from is known.
    Choosing(Box<Choosing>),
}

struct Choosing {
    at: Timestamp,
    frozen: RunInstance,
    released: Vec<PaymentId>,
    /// How many of them cleared at the freeze, in order of entry.
    in_order: usize,
}

impl<'a> RunTally<'a> {
    pub(crate) fn new(scenario: &'a Scenario) -> RunTally<'a> {
        let course = if scenario.optimiser.is_some() { Course::Between } else { Course::Unwatched };
        RunTally { scenario, course, done: Vec::new(), gains: BTreeMap::new() }
    }

    /// Whether this event, not yet taken by the auditor, is the first that follows from what the run can choose from.
    pub(crate) fn wants_frozen(&self, body: &EventBody) -> bool {
        let chooses = matches!(
            body,
            EventBody::QueueReleased { run: Some(_), .. } | EventBody::RunOpened { .. } | EventBody::RunEnded { .. }
        );
        chooses && matches!(self.course, Course::Frozen)
    }

    /// What the run can choose from.
    pub(crate) fn freeze(&mut self, at: Timestamp, frozen: RunInstance) {
        self.course = Course::Choosing(Box::new(Choosing { at, frozen, released: Vec::new(), in_order: 0 }));
    }

    /// Takes the next event.
    pub(crate) fn take(&mut self, body: &EventBody) {
        match (&mut self.course, body) {
            (Course::Unwatched, _) => {}
            (course, EventBody::RunFrozen { .. }) => *course = Course::Frozen,
            (Course::Choosing(run), EventBody::QueueReleased { run: Some(_), payments, .. }) => {
                run.released.extend(payments.iter().map(|released| released.payment));
            }
            (Course::Choosing(run), EventBody::RunOpened { .. }) => run.in_order = run.released.len(),
            (_, EventBody::RunEnded { .. }) => self.end(RunEnding::AtOnce, None),
            (_, EventBody::RunConcluded { method, proof, .. }) => {
                let ending = match method {
                    RunMethod::Optimal => RunEnding::Optimised,
                    RunMethod::Fifo | RunMethod::Unfrozen => RunEnding::WithoutProposal,
                };
                self.end(ending, *proof);
            }
            _ => {}
        }
    }

    fn end(&mut self, ending: RunEnding, proof: Option<RunProof>) {
        let Course::Choosing(mut run) = std::mem::replace(&mut self.course, Course::Between) else { return };
        if ending == RunEnding::AtOnce {
            run.in_order = run.released.len();
        }
        if run.frozen.items.is_empty() {
            return;
        }
        let fifo = run.value_minor(&run.released[..run.in_order]);
        let value = run.value_minor(&run.released);
        let explanation = explain(&run.frozen, &run.released);
        let nothing_else = explanation.as_ref().is_ok_and(|explained| explained.waiting.iter().all(is_of_short));
        // Where everybody whose payments are left is short, no choice was left.
        let upper_bound = proof.map(|proof| proof.upper_bound_minor).or(nothing_else.then_some(value));
        let Explanation { waiting, gains } =
            explanation.unwrap_or_else(|_| Explanation { waiting: Vec::new(), gains: BTreeMap::new() });
        for (institution, gain) in gains {
            self.gain(institution, gain);
        }
        self.done.push(RunOutcome {
            run: run.frozen.run,
            at: run.at,
            ending,
            frozen_count: count(run.frozen.items.len()),
            frozen_usd_cents: run.frozen.items.iter().map(|item| item.amount.as_balance()).sum(),
            settled_count: count(run.released.len()),
            fifo_usd_cents: fifo,
            bilateral_usd_cents: bilateral_offset_minor(&run.frozen),
            value_usd_cents: value,
            upper_bound_usd_cents: upper_bound,
            ticks: proof.map(|proof| proof.ticks),
            waiting: self.largest(waiting),
        });
    }

    fn gain(&mut self, institution: InstitutionId, gain: Gain) {
        let none = InstitutionGain {
            institution: self.code(institution),
            sent_usd_cents: 0,
            received_usd_cents: 0,
            used_usd_cents: 0,
        };
        let sum = self.gains.entry(institution).or_insert(none);
        sum.sent_usd_cents += gain.sent_minor;
        sum.received_usd_cents += gain.received_minor;
        sum.used_usd_cents += gain.used_minor();
    }

    /// The largest payments that wait on, the largest first, earlier ones before later ones.
    fn largest(&self, mut waiting: Vec<Waiting>) -> Vec<WaitingPayment> {
        waiting.sort_by_key(|waiting| (std::cmp::Reverse(waiting.item.amount.get()), waiting.item.payment));
        waiting.truncate(WAITING_TOLD);
        let told = |waiting: Waiting| WaitingPayment {
            payment: waiting.item.payment,
            payer: self.code(waiting.item.payer),
            payee: self.code(waiting.item.payee),
            usd_cents: waiting.item.amount.as_balance(),
            urgent: waiting.item.urgent,
            obstacles: waiting.obstacles.iter().map(|&obstacle| obstacle_in_cents(obstacle)).collect(),
        };
        waiting.into_iter().map(told).collect()
    }

    fn code(&self, institution: InstitutionId) -> String {
        self.scenario.enrolment.institutions[institution.index()].code.clone()
    }

    /// Every run, and what each institution gained in all of them.
    pub(crate) fn finish(self) -> (Vec<RunOutcome>, Vec<InstitutionGain>) {
        (self.done, self.gains.into_values().collect())
    }
}

impl Choosing {
    fn value_minor(&self, payments: &[PaymentId]) -> i128 {
        let amount = |payment: &PaymentId| {
            let found = self.frozen.items.binary_search_by_key(payment, |item| item.payment);
            self.frozen.items[found.expect("bug: a run released what it had not frozen")].amount.as_balance()
        };
        payments.iter().map(amount).sum()
    }
}

fn is_of_short(waiting: &Waiting) -> bool {
    matches!(waiting.obstacles[..], [optimiser::Obstacle::PayerShort { .. }])
}

/// The settlement asset of the lab is the dollar: minor units are cents.
fn obstacle_in_cents(obstacle: optimiser::Obstacle) -> Obstacle {
    match obstacle {
        optimiser::Obstacle::Liquidity { missing_minor, whatever_comes_in } => {
            Obstacle::Liquidity { missing_usd_cents: missing_minor, whatever_comes_in }
        }
        optimiser::Obstacle::PayerShort { short_minor } => Obstacle::PayerShort { short_usd_cents: short_minor },
        optimiser::Obstacle::Behind { payment } => Obstacle::Behind { payment },
    }
}

fn count(length: usize) -> u64 {
    u64::try_from(length).expect("a number of payments fits")
}
