//! The thread of a node that solves open runs beside the writer.

use crate::proposal::{Budget, NoProposal, Verified, propose};
use domain::{ArrangementId, RunId, RunInstance};
use ledger::State;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::thread::JoinHandle;

/// What became of a run that was handed over.
#[derive(Debug)]
pub struct Outcome {
    /// The arrangement.
    pub arrangement: ArrangementId,
    /// The run.
    pub run: RunId,
    /// The proposal, verified; or why there is none. Then the writer ends the run by itself when its time is over.
    pub result: Result<Verified, NoProposal>,
}

/// Solves and verifies on a thread of its own, one run after the other. What comes back is to be given to the engine as a
/// command of the house; one that comes too late is refused there and does no harm.
///
/// Dropped, it does not wait: the thread ends with what it is at.
#[derive(Debug)]
pub struct Optimiser {
    runs: Option<Sender<RunInstance>>,
    outcomes: Receiver<Outcome>,
    thread: Option<JoinHandle<()>>,
    /// The last run of each arrangement that was found open.
    last: BTreeMap<ArrangementId, RunId>,
    waiting: usize,
}

impl Optimiser {
    /// Starts the thread; `prepare` is done first, on it: whoever runs it may give it a lower priority.
    ///
    /// # Errors
    /// The operating system gives no thread.
    pub fn start(budget: Budget, prepare: impl FnOnce() + Send + 'static) -> std::io::Result<Self> {
        let (runs, received) = channel::<RunInstance>();
        let (answers, outcomes) = channel();
        let thread = std::thread::Builder::new().name("optimiser".to_owned()).spawn(move || {
            prepare();
            for run in received {
                let (arrangement, number) = (run.arrangement, run.run);
                let result = guarded(|| propose(&run, budget));
                if answers.send(Outcome { arrangement, run: number, result }).is_err() {
                    return;
                }
            }
        })?;
        Ok(Self { runs: Some(runs), outcomes, thread: Some(thread), last: BTreeMap::new(), waiting: 0 })
    }

    /// Every open run that was not found before: to be handed over. To be called after each batch: at most one run of an
    /// arrangement is open at a time, so what waits here is bounded by the arrangements.
    pub fn find_open_runs(&mut self, state: &State) -> Vec<RunInstance> {
        let mut found = Vec::new();
        for arrangement in state.arrangement_ids() {
            let Some(run) = state.open_run(arrangement) else { continue };
            if self.last.insert(arrangement, run.run) != Some(run.run) {
                found.push(run.clone());
            }
        }
        found
    }

    /// Hands a run over to the thread.
    ///
    /// # Panics
    /// If the thread has ended, which it does only when this is dropped: a bug.
    pub fn hand_over(&mut self, run: RunInstance) {
        let runs = self.runs.as_ref().expect("the sender is there until the end");
        // The thread lives as long as this: it ends by itself only when nobody listens.
        runs.send(run).expect("bug: the optimiser's thread has ended");
        self.waiting += 1;
    }

    /// Runs that were handed over and have not come back.
    #[must_use]
    pub const fn waiting(&self) -> usize {
        self.waiting
    }

    /// The next run that is done, if one is.
    pub fn poll(&mut self) -> Option<Outcome> {
        match self.outcomes.try_recv() {
            Ok(outcome) => {
                self.waiting -= 1;
                Some(outcome)
            }
            Err(TryRecvError::Empty | TryRecvError::Disconnected) => None,
        }
    }

    /// Waits for the next run; `None` if none was handed over.
    pub fn wait(&mut self) -> Option<Outcome> {
        if self.waiting == 0 {
            return None;
        }
        let outcome = self.outcomes.recv().ok()?;
        self.waiting -= 1;
        Some(outcome)
    }

    /// Takes nothing more, and waits for the thread to end with what it has.
    pub fn stop(mut self) {
        self.runs = None;
        if let Some(thread) = self.thread.take() {
            // It catches the solver's panics: there is none left to tell of.
            let _ = thread.join();
        }
    }
}

/// A bug of the solver costs a proposal, not the house.
fn guarded(work: impl FnOnce() -> Result<Verified, NoProposal>) -> Result<Verified, NoProposal> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
        Err(NoProposal::Failed(text.unwrap_or_else(|| "it did not say why".to_owned())))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{InstitutionId, PaymentId, RunItem, RunParticipant};
    use money::AmountMinor;

    /// One hands 5 to another and is handed 4 back, behind an item that is too large.
    fn run(number: u32) -> RunInstance {
        let (one, other) = (InstitutionId(1), InstitutionId(2));
        let item = |payment, payer, payee, minor| {
            let amount = AmountMinor::new(minor).unwrap();
            RunItem { payment: PaymentId(payment), payer, payee, amount, urgent: false }
        };
        RunInstance {
            arrangement: ArrangementId(0),
            run: RunId(number),
            participants: [one, other]
                .map(|institution| RunParticipant { institution, headroom_minor: i128::from(number) })
                .to_vec(),
            items: vec![item(1, one, other, 90), item(2, one, other, 5), item(3, other, one, 4)],
        }
    }

    #[test]
    fn runs_come_back_in_order_with_what_a_simulation_gets() {
        let mut optimiser = Optimiser::start(Budget::default(), || ()).unwrap();
        assert!(optimiser.wait().is_none(), "nothing was handed over");
        for number in 0..3 {
            optimiser.hand_over(run(number));
        }
        for number in 0..3 {
            assert_eq!(optimiser.waiting(), 3 - number as usize);
            let outcome = optimiser.wait().unwrap();
            assert_eq!((outcome.arrangement, outcome.run), (ArrangementId(0), RunId(number)));
            let (verified, expected) = (outcome.result.unwrap(), propose(&run(number), Budget::default()).unwrap());
            assert_eq!(verified, expected);
            assert_eq!(verified.value_minor(), if number == 0 { 0 } else { 9 });
        }
        assert!(optimiser.poll().is_none());
        optimiser.stop();
    }

    #[test]
    fn a_solver_that_fails_costs_a_proposal_and_nothing_else() {
        let result = guarded(|| panic!("a bug of the solver"));
        assert_eq!(result, Err(NoProposal::Failed("a bug of the solver".to_owned())));
    }
}
