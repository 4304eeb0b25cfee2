//! A proposal of the house's own optimiser for an open run: checked row by row against what is so now, and posted; or
//! refused, and what settles in order of entry is posted instead.

use super::{Answer, DONE, Decided, Decision, No};
use crate::frozen::Frozen;
use crate::pulse::conclude;
use domain::event::{CommandKind, EventBody};
use domain::ids::Role;
use domain::{Refusal, RunProof, RunProposal};

impl Decision<'_> {
    /// A proposal for another run, or for another instance, is refused and ends nothing.
    pub(super) fn propose_run(&mut self, proposal: &RunProposal) -> Decided {
        self.by(Role::House)?;
        let (state, arrangement) = (self.state, self.arrangement(proposal.arrangement)?);
        let open = arrangement.open_run.as_deref().filter(|open| open.instance.run == proposal.run);
        let open = open.ok_or(No::from(Refusal::RunNotOpen))?;
        if open.digest != proposal.instance {
            return Err(Refusal::RunInstanceMismatch.into());
        }
        match Frozen::of(state, arrangement, open).judge(proposal) {
            Ok(()) => {
                let RunProposal { upper_bound_minor, certificate, ticks, .. } = *proposal;
                let proof = RunProof { upper_bound_minor, certificate, ticks };
                conclude::by_proposal(state, arrangement, open, &proposal.settled, proof, self.out);
                Ok(DONE)
            }
            Err(refusal) => {
                let command = CommandKind::ProposeRun;
                self.emit(EventBody::CommandRefused { command, refusal, payment: None });
                conclude::by_fifo(state, arrangement, open, self.out);
                Ok(Answer::Refused { refusal, scope: None, payment: None })
            }
        }
    }
}
