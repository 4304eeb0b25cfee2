//! The writer's side of the journal in memory.

use super::disk::{MemoryDisk, PLACE, encode_record};
use super::faults::{AppendFate, CrashSurvival, FaultPlan};
use crate::append::{Blocks, Journal, Outcome, SubmissionPoint, Ticket, barrier_after};
use crate::block::{Block, BlockDraft, seal};
use crate::chain::Head;
use crate::fault::JournalFault;
use std::collections::VecDeque;

/// A journal in memory, single-threaded: outcomes come about when they are asked for.
pub struct MemoryJournal {
    disk: MemoryDisk,
    plan: Box<dyn FaultPlan>,
    head: Head,
    submitted: SubmissionPoint,
    in_flight: VecDeque<InFlight>,
    /// What the plan said of the next block, when it was asked ahead by `admit`.
    admitted: Option<AppendFate>,
    fault: Option<JournalFault>,
}

struct InFlight {
    ticket: Ticket,
    block: Block,
    fate: AppendFate,
}

impl MemoryJournal {
    /// Verifies what the medium holds, drops a torn end that nobody was promised, and takes the next epoch by a
    /// barrier, which is durable when this returns. The plan applies to later appends.
    ///
    /// # Errors
    /// As [`MemoryDisk::verify`].
    pub fn open(
        disk: &MemoryDisk,
        time_us: i64,
        plan: impl FaultPlan + 'static,
    ) -> Result<MemoryJournal, JournalFault> {
        let mut content = disk.content();
        let found = content.verify()?;
        let kept = usize::try_from(found.blocks).expect("blocks held in memory");
        content.records.truncate(kept);
        content.epoch = found.epoch;
        let barrier = seal(barrier_after(&found, time_us), found.hash);
        content.append(&barrier);
        let head = found.after(&barrier);
        content.mark = Some(head.mark());
        drop(content);
        Ok(MemoryJournal {
            disk: disk.clone(),
            plan: Box::new(plan),
            head,
            submitted: SubmissionPoint::at(&head),
            in_flight: VecDeque::new(),
            admitted: None,
            fault: None,
        })
    }

    /// The medium, shared with this journal.
    #[must_use]
    pub fn disk(&self) -> &MemoryDisk {
        &self.disk
    }

    /// Ends the process, as it were: of the blocks in flight the medium keeps what `survival` says.
    pub fn crash(self, survival: CrashSurvival) {
        let mut content = self.disk.content();
        if self.fault.is_some() || content.epoch != self.head.epoch {
            return;
        }
        let mut head = self.head;
        let mut blocks = self.in_flight.iter().map(|entry| &entry.block);
        for block in blocks.by_ref().take(survival.blocks_kept) {
            content.append(block);
            head = head.after(block);
        }
        if let (Some(block), Some(bytes)) = (blocks.next(), survival.torn_bytes) {
            let mut record = encode_record(block);
            record.truncate(bytes.min(record.len() - 1));
            content.records.push(record);
        }
        if survival.mark_follows {
            content.mark = Some(head.mark());
        }
    }

    fn next_fate(&mut self) -> Result<AppendFate, JournalFault> {
        if let Some(fault) = &self.fault {
            return Err(fault.clone());
        }
        let fate = match self.admitted.take() {
            Some(fate) => fate,
            None => self.plan.fate(self.submitted.block_number),
        };
        if fate == AppendFate::DiskFull {
            return Err(JournalFault::Full { place: PLACE.to_owned(), detail: "no room, as planned".to_owned() });
        }
        Ok(fate)
    }

    fn complete(&mut self, entry: InFlight) -> (Ticket, Outcome) {
        let outcome = match &self.fault {
            Some(fault) => Outcome::Failed(fault.clone()),
            None => self.append(&entry.block, entry.fate),
        };
        match &outcome {
            Outcome::Durable => self.head = self.head.after(&entry.block),
            Outcome::Fenced { epoch } => {
                let (place, by_epoch) = (PLACE.to_owned(), *epoch);
                self.fault = Some(JournalFault::Fenced { place, epoch: self.head.epoch, by_epoch });
            }
            Outcome::Unknown => self.fault = Some(JournalFault::OutcomeUnknown { place: PLACE.to_owned() }),
            Outcome::Failed(fault) => self.fault = Some(fault.clone()),
        }
        (entry.ticket, outcome)
    }

    fn append(&mut self, block: &Block, fate: AppendFate) -> Outcome {
        let mut content = self.disk.content();
        if let AppendFate::Fenced { epochs } = fate {
            let mut head = self.head;
            for _ in 0..epochs.max(1) {
                let barrier = seal(barrier_after(&head, head.time_us), head.hash);
                content.append(&barrier);
                head = head.after(&barrier);
            }
            content.mark = Some(head.mark());
            return Outcome::Fenced { epoch: head.epoch };
        }
        // The fence: whoever opened the medium later has appended a barrier of a higher epoch.
        if content.epoch != self.head.epoch {
            return Outcome::Fenced { epoch: content.epoch };
        }
        let kept = match fate {
            AppendFate::SyncFailed { kept } | AppendFate::Unknown { kept } => kept,
            AppendFate::Durable { .. } | AppendFate::DiskFull | AppendFate::Fenced { .. } => true,
        };
        if kept {
            content.append(block);
        }
        match fate {
            AppendFate::SyncFailed { .. } => Outcome::Failed(JournalFault::SyncFailed {
                place: PLACE.to_owned(),
                detail: "the sync failed as planned".to_owned(),
            }),
            AppendFate::Unknown { .. } => Outcome::Unknown,
            AppendFate::Durable { .. } | AppendFate::DiskFull | AppendFate::Fenced { .. } => {
                content.mark = Some(self.head.after(block).mark());
                Outcome::Durable
            }
        }
    }
}

impl Journal for MemoryJournal {
    fn admit(&mut self, _body_bytes: usize) -> Result<(), JournalFault> {
        self.admitted = Some(self.next_fate()?);
        Ok(())
    }

    fn submit(&mut self, draft: BlockDraft) -> Result<Ticket, JournalFault> {
        let fate = self.next_fate()?;
        assert!(self.in_flight.len() < self.in_flight_max(), "more blocks submitted than may be in flight");
        let ticket = self.submitted.advance(&draft);
        let previous = self.in_flight.back().map_or(self.head.hash, |entry| entry.block.hash());
        self.in_flight.push_back(InFlight { ticket, block: seal(draft, previous), fate });
        Ok(ticket)
    }

    fn poll(&mut self) -> Option<(Ticket, Outcome)> {
        if let Some(InFlight { fate: AppendFate::Durable { polls }, .. }) = self.in_flight.front_mut()
            && *polls > 0
            && self.fault.is_none()
        {
            *polls -= 1;
            return None;
        }
        self.wait()
    }

    fn wait(&mut self) -> Option<(Ticket, Outcome)> {
        let entry = self.in_flight.pop_front()?;
        Some(self.complete(entry))
    }

    fn read(&self, from_seq: u64) -> Result<Blocks, JournalFault> {
        if from_seq >= self.head.next_seq {
            return Ok(Box::new(std::iter::empty()));
        }
        let head = self.disk.head_before(from_seq)?;
        self.disk.blocks_after(&head, self.head.blocks)
    }

    fn read_after(&self, head: &Head) -> Result<Blocks, JournalFault> {
        self.disk.blocks_after(head, self.head.blocks)
    }

    fn head(&self) -> Head {
        self.head
    }

    fn in_flight(&self) -> usize {
        self.in_flight.len()
    }
}
