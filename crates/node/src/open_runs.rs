//! Open runs answered: what stays open goes to the optimiser's thread, and what that proves comes back as a command of the
//! house, between the batches of clients.

use crate::node::NodeEngine;
use crate::options::Optimising;
use crate::throttle;
use domain::{Command, Refusal, RunInstance, Timestamp};
use engine::{Batch, BatchId, Ended, Held, Released, Revealed, SubmitFault};
use ledger::Answer;
use optimiser::{NoProposal, Optimiser};
use std::collections::VecDeque;

/// What became of open runs since the house was opened.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct RunFigures {
    /// Runs given to the optimiser.
    pub given: u64,
    /// Proposals that posted.
    pub posted: u64,
    /// Proposals that were refused: too late, or something had changed that they rest on. Their runs end in order of entry.
    pub refused: u64,
    /// Why the last of those was.
    pub last_refusal: Option<Refusal>,
    /// Runs without a proposal. They end in order of entry.
    pub without_proposal: u64,
    /// Why the last of those has none.
    pub last_reason: Option<NoProposal>,
}

/// The optimiser beside the writer, and what is on its way there and back.
pub(crate) struct OpenRuns {
    optimiser: Optimiser,
    /// Found open, not yet known to be durable.
    found: VecDeque<Held<Vec<RunInstance>>>,
    /// Proved, not yet submitted.
    ready: Vec<Command>,
    /// Submitted, not yet durable.
    flying: VecDeque<BatchId>,
    figures: RunFigures,
}

impl OpenRuns {
    pub(crate) fn start(optimising: Optimising) -> std::io::Result<Self> {
        let optimiser = Optimiser::start(optimising.budget, throttle::step_back)?;
        let (found, flying) = (VecDeque::new(), VecDeque::new());
        Ok(Self { optimiser, found, ready: Vec::new(), flying, figures: RunFigures::default() })
    }

    /// Looks for runs that opened. To be called after whatever the engine took.
    pub(crate) fn look(&mut self, engine: &NodeEngine) {
        let mut any = false;
        let held = engine.read(|state| {
            let runs = self.optimiser.find_open_runs(state);
            any = !runs.is_empty();
            runs
        });
        if any {
            self.found.push_back(held);
        }
    }

    /// Gives what is durable to the optimiser, and takes what it has proved.
    pub(crate) fn exchange(&mut self, engine: &mut NodeEngine) -> Result<(), Ended> {
        while let Some(held) = self.found.pop_front() {
            match engine.reveal(held) {
                Revealed::Value(runs) => self.give(runs),
                Revealed::NotYet(held) => {
                    self.found.push_front(held);
                    break;
                }
                Revealed::Never(ended) => return Err(ended),
            }
        }
        while let Some(outcome) = self.optimiser.poll() {
            self.take_result(outcome.result);
        }
        Ok(())
    }

    /// Waits until everything that was found open is durable and solved.
    pub(crate) fn finish_solving(&mut self, engine: &mut NodeEngine) -> Result<(), Ended> {
        engine.read_when_durable(|_| ())?;
        self.exchange(engine)?;
        while let Some(outcome) = self.optimiser.wait() {
            self.take_result(outcome.result);
        }
        Ok(())
    }

    fn give(&mut self, runs: Vec<RunInstance>) {
        for run in runs {
            self.figures.given += 1;
            self.optimiser.hand_over(run);
        }
    }

    fn take_result(&mut self, result: Result<optimiser::Verified, NoProposal>) {
        match result {
            Ok(verified) => self.ready.push(verified.command()),
            Err(reason) => {
                self.figures.without_proposal += 1;
                self.figures.last_reason = Some(reason);
            }
        }
    }

    /// Submits what is proved. Where the engine takes nothing at the moment it is kept for the next time.
    pub(crate) fn propose(&mut self, engine: &mut NodeEngine, at: Timestamp) -> Result<(), SubmitFault> {
        if self.ready.is_empty() {
            return Ok(());
        }
        match engine.submit(&Batch::of(at, self.ready.iter().cloned())) {
            Ok(batch) => {
                self.ready.clear();
                self.flying.push_back(batch);
                Ok(())
            }
            Err(SubmitFault::Backlog { .. } | SubmitFault::Full(_)) => Ok(()),
            Err(fault) => Err(fault),
        }
    }

    /// Whether this was a batch of proposals; if so it is counted, and nobody else's.
    pub(crate) fn take(&mut self, released: &Released) -> bool {
        if self.flying.front() != Some(&released.batch) {
            return false;
        }
        self.flying.pop_front();
        for answered in &released.answers {
            match answered.answer {
                Answer::Refused { refusal, .. } => {
                    self.figures.refused += 1;
                    self.figures.last_refusal = Some(refusal);
                }
                Answer::Accepted { .. } | Answer::Duplicate { .. } | Answer::Pending { .. } => {
                    self.figures.posted += 1;
                }
            }
        }
        true
    }

    pub(crate) fn figures(&self) -> RunFigures {
        self.figures.clone()
    }
}
