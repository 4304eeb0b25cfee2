//! The optimiser beside the writer: proposals for runs that are open, most of them right, some altered, for another instance,
//! stale or late; and some runs without any.

use crate::answers::BatchEvents;
use crate::breach::{Checked, Promise, holds};
use crate::moves::{Scene, Sent};
use crate::random::Random;
use crate::world::World;
use domain::event::EventBody;
use domain::{Command, CommandBody, Event, PaymentId, RunInstance, RunMethod, RunProposal, Timestamp};
use ledger::Answer;
use optimiser::Budget;

/// Batches between the opening of a run and what comes of it, at most.
const BATCHES_MAX: u64 = 3;

impl World {
    /// While runs are open, time passes in small steps: people go on, processes crash, and proposals come.
    pub(crate) fn optimise(&mut self) -> Checked {
        if self.knobs.optimising.is_none() {
            return Ok(());
        }
        for _ in 0..self.random.between(0, BATCHES_MAX) {
            let open = self.open_runs();
            if open.is_empty() {
                // What was right once is stale by now.
                return self.maybe_propose_again();
            }
            if let Some(budget) = self.knobs.optimising {
                // Some of the time that they stay open: some proposals come too late.
                let open_us = u64::try_from(budget.open_us).expect("positive");
                self.clock_us += i64::try_from(self.random.below(open_us)).expect("minutes");
            }
            let mut batch = Vec::new();
            for run in open {
                batch.extend(self.proposal(&run));
            }
            let Self { shape, knobs, mirror, clock_us, people, .. } = self;
            let scene = Scene { shape, knobs, mirror, now: Timestamp(*clock_us) };
            let mut others = people.draw(scene, 3);
            let place = self.random.size(0, others.len());
            others.splice(place..place, batch);
            self.send(others)?;
            self.collect_some()?;
            self.maybe_end_the_process()?;
        }
        Ok(())
    }

    fn open_runs(&self) -> Vec<RunInstance> {
        let Some(engine) = &self.engine else { return Vec::new() };
        let state = engine.state_for_simulation();
        state.arrangement_ids().filter_map(|arrangement| state.open_run(arrangement)).cloned().collect()
    }

    /// What the optimiser says of a run, if it says anything.
    fn proposal(&mut self, run: &RunInstance) -> Option<Sent> {
        if self.random.chance(250_000) {
            return None;
        }
        let ticks = self.random.magnitude(1, 200_000);
        let verified = optimiser::propose(run, Budget { ticks, gap_ppm: 0 });
        let verified = verified.unwrap_or_else(|none| panic!("no proposal for a run of the simulator: {none}"));
        let CommandBody::ProposeRun(mut proposal) = verified.command().body else { return None };
        if self.random.chance(350_000) {
            alter(&mut proposal, run, &mut self.random);
        }
        self.last_proposal = Some(proposal.clone());
        Some(by_house(proposal))
    }

    fn maybe_propose_again(&mut self) -> Checked {
        if !self.random.chance(50_000) {
            return Ok(());
        }
        let Some(stale) = self.last_proposal.take() else { return Ok(()) };
        self.send(vec![by_house(stale)])
    }
}

fn by_house(proposal: RunProposal) -> Sent {
    Command::by(domain::Actor::HOUSE, CommandBody::ProposeRun(proposal)).into()
}

/// One thing of a proposal is another. Some of it still holds: then it may post.
fn alter(proposal: &mut RunProposal, run: &RunInstance, random: &mut Random) {
    let any = |random: &mut Random| run.items[random.size(0, run.items.len() - 1)].payment;
    match random.below(13) {
        0 => proposal.instance[random.size(0, 31)] ^= 1,
        1 => proposal.run.0 ^= 1,
        2 => proposal.value_minor += 1,
        3 => proposal.upper_bound_minor = proposal.value_minor - 1,
        4 => proposal.settled.push(PaymentId(u64::MAX)),
        5 => {
            // Everything, as if nobody had a limit.
            proposal.settled = run.items.iter().map(|item| item.payment).collect();
        }
        6 => {
            let more = any(random);
            if let Err(place) = proposal.settled.binary_search(&more) {
                proposal.settled.insert(place, more);
            }
        }
        // More often than the others: few runs have such items.
        7 | 9..=12 => {
            // An urgent item whose payer has another one behind it.
            let urgent: Vec<_> =
                run.items.iter().filter(|item| item.urgent && proposal.settled.contains(&item.payment)).collect();
            let is_followed = |item: &&&domain::RunItem| {
                urgent.iter().any(|other| other.payer == item.payer && other.payment > item.payment)
            };
            if let Some(first) = urgent.iter().find(is_followed) {
                proposal.settled.retain(|payment| *payment != first.payment);
            }
        }
        _ => {
            if !proposal.settled.is_empty() {
                proposal.settled.remove(random.size(0, proposal.settled.len() - 1));
            }
        }
    }
    if random.chance(700_000) {
        let settled = run.items.iter().filter(|item| proposal.settled.binary_search(&item.payment).is_ok());
        proposal.value_minor = settled.map(|item| item.amount.as_balance()).sum();
        proposal.upper_bound_minor = proposal.upper_bound_minor.max(proposal.value_minor);
    }
}

impl BatchEvents {
    /// A proposal that was accepted concluded its run, and one that was refused did not.
    pub(crate) fn take_proposal(&mut self, proposal: &RunProposal, answer: &Answer) -> Checked {
        let concluded = |event: &Event| {
            matches!(&event.body, EventBody::RunConcluded { arrangement, run, method: RunMethod::Optimal, .. }
                if (*arrangement, *run) == (proposal.arrangement, proposal.run))
        };
        let found = self.by_house.iter().position(concluded);
        let accepted = matches!(answer, Answer::Accepted { .. });
        if let Some(place) = found.filter(|_| accepted) {
            self.by_house.remove(place);
            return Ok(());
        }
        holds(Promise::AnswersAreTrue, !accepted, || format!("{proposal:?} was answered {answer:?}"))
    }

    /// No run was concluded by a proposal that nobody made.
    pub(crate) fn check_proposals(&self) -> Checked {
        let left = self
            .by_house
            .iter()
            .find(|event| matches!(event.body, EventBody::RunConcluded { method: RunMethod::Optimal, .. }));
        holds(Promise::AnswersAreTrue, left.is_none(), || format!("nobody proposed what {left:?} posts"))
    }
}
