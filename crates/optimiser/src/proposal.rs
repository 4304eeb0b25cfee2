//! From an open run to the command that proposes what it releases.

use crate::certificate::{certificate_bytes, digest};
use crate::instance::instance_of;
use certify::Refused;
use certify::queue::{Certificate, Proposal};
use clearing::queue::{Options, Progress, QueueError};
use domain::{Actor, Command, CommandBody, PaymentId, RunInstance, RunProposal};
use std::fmt;

/// How much work a run may take. In ticks, not in seconds: so its answer can be repeated.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Budget {
    /// Arcs and payments looked at; some hundred million take a second.
    pub ticks: u64,
    /// Good enough: stop when the gap is proved to be at most this, in millionths.
    pub gap_ppm: u32,
}

impl Default for Budget {
    fn default() -> Self {
        let Options { ticks, gap_ppm, .. } = Options::default();
        Self { ticks, gap_ppm }
    }
}

/// Why there is no proposal for a run: it ends in order of entry.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NoProposal {
    /// Its sums do not fit what the solver adds up.
    TooLarge,
    /// The solver cannot take it.
    Unsolved(QueueError),
    /// What the solver found is not proved: a bug of the solver, found out.
    Refused(Refused),
    /// The solver failed altogether: a bug of it; what it said.
    Failed(String),
}

impl fmt::Display for NoProposal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge => write!(f, "the amounts of the run add up to more than the optimiser takes"),
            Self::Unsolved(error) => write!(f, "the run cannot be optimised: {error}"),
            Self::Refused(refused) => write!(f, "what the optimiser found is not proved: {refused}"),
            Self::Failed(message) => write!(f, "the optimiser failed: {message}"),
        }
    }
}

impl std::error::Error for NoProposal {}

/// What the solver says of a run. Nobody need believe it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Solved {
    /// What settles, by place in the run's list of items.
    pub proposal: Proposal,
    /// Why that is as good as is claimed.
    pub certificate: Certificate,
    /// Ticks that it took.
    pub ticks: u64,
}

/// Solves a run within a budget.
///
/// # Errors
/// [`NoProposal::TooLarge`], [`NoProposal::Unsolved`].
pub fn solve(run: &RunInstance, budget: Budget, progress: &mut dyn FnMut(Progress)) -> Result<Solved, NoProposal> {
    let instance = instance_of(run).ok_or(NoProposal::TooLarge)?;
    let options = Options { ticks: budget.ticks, gap_ppm: budget.gap_ppm, ..Options::default() };
    let solution = clearing::queue::solve(&instance, options, progress).map_err(|error| match error {
        QueueError::TooLarge { .. } => NoProposal::TooLarge,
        error => NoProposal::Unsolved(error),
    })?;
    Ok(Solved { proposal: solution.proposal, certificate: solution.certificate, ticks: solution.ticks })
}

/// Has an answer checked: the only way to a [`Verified`], and so to a command.
///
/// # Errors
/// [`NoProposal::TooLarge`], [`NoProposal::Refused`].
pub fn verify(run: RunInstance, solved: Solved) -> Result<Verified, NoProposal> {
    let instance = instance_of(&run).ok_or(NoProposal::TooLarge)?;
    let Solved { proposal, certificate, ticks } = solved;
    let checked = certify::queue::check(&instance, proposal, &certificate).map_err(NoProposal::Refused)?;
    Ok(Verified { run, checked, certificate, ticks })
}

/// Solves and verifies.
///
/// # Errors
/// [`NoProposal`].
pub fn propose(run: &RunInstance, budget: Budget) -> Result<Verified, NoProposal> {
    let solved = solve(run, budget, &mut |_| ())?;
    verify(run.clone(), solved)
}

/// A proposal for a run, proved. Nothing but [`verify`] makes one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Verified {
    run: RunInstance,
    checked: certify::queue::Verified,
    certificate: Certificate,
    ticks: u64,
}

impl Verified {
    /// The run.
    #[must_use]
    pub const fn run(&self) -> &RunInstance {
        &self.run
    }

    /// The items that settle, ascending.
    #[must_use]
    pub fn settled(&self) -> Vec<PaymentId> {
        let place = |index: &u32| usize::try_from(*index).expect("32 bits fit in a place");
        self.checked.proposal().settled.iter().map(|index| self.run.items[place(index)].payment).collect()
    }

    /// What they come to, in minor units of the position currency.
    #[must_use]
    pub fn value_minor(&self) -> i128 {
        self.checked.claims().last().map_or(0, |claim| claim.value)
    }

    /// What no choice can exceed that settles as much of the urgent items.
    #[must_use]
    pub fn upper_bound_minor(&self) -> i128 {
        self.checked.claims().last().map_or(0, |claim| claim.upper_bound)
    }

    /// Ticks that the solver took.
    #[must_use]
    pub const fn ticks(&self) -> u64 {
        self.ticks
    }

    /// The certificate in bytes, to be kept beside the instance: its digest is in the command and in the journal.
    #[must_use]
    pub fn certificate_bytes(&self) -> Vec<u8> {
        certificate_bytes(self.checked.proposal(), &self.certificate)
    }

    /// The command that proposes it: by the house itself.
    #[must_use]
    pub fn command(&self) -> Command {
        Command::by(
            Actor::HOUSE,
            CommandBody::ProposeRun(RunProposal {
                arrangement: self.run.arrangement,
                run: self.run.run,
                instance: self.run.digest(),
                settled: self.settled(),
                value_minor: self.value_minor(),
                upper_bound_minor: self.upper_bound_minor(),
                certificate: digest(&self.certificate_bytes()),
                ticks: self.ticks,
            }),
        )
    }
}
