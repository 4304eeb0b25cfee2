//! The bookkeeper: on a thread of its own it reads every durable block from the first on, has the auditor check it, and
//! counts the figures. What it comes to follows from the blocks alone.

use std::sync::mpsc::Receiver;

use audit::Model;
use domain::{EventSeq, Timestamp};
use journal::Blocks;

use super::fault::RunFault;
use super::setup::ARRANGEMENT;
use super::tally::Tally;
use crate::scenario::Scenario;

pub(crate) struct Bookkeeper<'a> {
    pub(crate) model: Model,
    pub(crate) tally: Tally<'a>,
}

impl<'a> Bookkeeper<'a> {
    pub(crate) fn new(scenario: &'a Scenario) -> Bookkeeper<'a> {
        Bookkeeper { model: Model::new(), tally: Tally::new(scenario) }
    }

    /// Takes all blocks that come, until none will come any more.
    pub(crate) fn keep(mut self, parts: &Receiver<Blocks>) -> Result<Bookkeeper<'a>, RunFault> {
        while let Ok(blocks) = parts.recv() {
            for block in blocks {
                let block = block.map_err(RunFault::Journal)?;
                let time = Timestamp(block.header().time_us);
                for (seq, bytes) in block.events() {
                    self.take(EventSeq(seq), time, bytes)?;
                }
            }
        }
        Ok(self)
    }

    fn take(&mut self, seq: EventSeq, time: Timestamp, bytes: &[u8]) -> Result<(), RunFault> {
        let event = codec::decode_exact(bytes).map_err(|error| RunFault::Undecodable { seq, error })?;
        // Before it is applied: what the run chooses from is frozen, and nothing of it released.
        if self.tally.runs.wants_frozen(&event.body)
            && let Some(frozen) = self.model.frozen_instance(ARRANGEMENT)
        {
            self.tally.runs.freeze(time, frozen);
        }
        self.model.apply(seq, time, &event).map_err(|finding| RunFault::Finding(Box::new(finding)))?;
        self.tally.take(time, &event);
        Ok(())
    }
}
