//! The engine: what it holds, and how a batch becomes a block.

use crate::archive::ArchiveFault;
use crate::batch::{Answered, Batch, BatchId, Entry, Released};
use crate::block::BlockInWork;
use crate::fault::{Ended, SubmitFault};
use crate::ledger_machine::LedgerMachine;
use crate::limits;
use crate::machine::Machine;
use crate::read::{Held, Revealed};
use crate::snapshot;
use domain::{EventSeq, PaymentId, Timestamp};
use journal::limits::BLOCK_BYTES_MAX;
use journal::{Journal, JournalFault, Outcome, Ticket};
use ledger::view::PaymentView;
use std::collections::VecDeque;
use std::ops::Range;

/// The loop over one journal. Made by [`Engine::open`].
pub struct Engine<J: Journal, M: Machine = LedgerMachine> {
    pub(crate) journal: J,
    pub(crate) machine: M,
    pub(crate) state: M::State,
    /// Time of the last block, barriers included.
    last_time: Timestamp,
    batches_taken: u64,
    blocks_submitted: u64,
    blocks_durable: u64,
    /// Set by the first outcome that is not durable: whatever the journal says of later blocks counts no more.
    outcomes_over: bool,
    ended: Option<Ended>,
    /// Batches not yet handed back, in order.
    waiting: VecDeque<Waiting<M::Answer>>,
    /// Events of one step, emptied after each.
    step: Vec<M::Event>,
    /// Emptied lists of answers, for the next batches.
    answer_lists: Vec<Vec<Answered<M::Answer>>>,
}

struct Waiting<A> {
    batch: BatchId,
    correlation: u64,
    answers: Vec<Answered<A>>,
    not_taken: usize,
    events: Range<EventSeq>,
    /// How many blocks of this engine must be durable before it is handed back: its own, or the last one before it.
    blocks_needed: u64,
}

/// What is left of an engine that was closed.
pub struct Closed<J: Journal, M: Machine = LedgerMachine> {
    /// The journal.
    pub journal: J,
    /// The state as bytes, to be kept beside the journal for a quick start ([`Engine::open_from_snapshot`]).
    pub snapshot: Vec<u8>,
    /// Batches that nobody had collected.
    pub released: Vec<Released<M::Answer>>,
}

impl<J: Journal> Engine<J, LedgerMachine> {
    /// A payment as it is after every batch taken so far, wherever it is kept.
    ///
    /// # Errors
    /// [`ArchiveFault`].
    pub fn payment(&self, payment: PaymentId) -> Result<Option<PaymentView>, ArchiveFault> {
        if let Some(found) = self.state.payment(payment) {
            return Ok(Some(found));
        }
        let original = self.machine.memory.archive.payment(payment)?;
        Ok(original.map(|original| self.state.payment_of_original(&original)))
    }
}

impl<J: Journal, M: Machine> Engine<J, M> {
    pub(crate) fn at(journal: J, machine: M, state: M::State) -> Self {
        let head = journal.head();
        assert_eq!(machine.next_seq(&state).0, head.next_seq, "the state is not at the journal's head");
        machine.durable(&head);
        Self {
            last_time: machine.now(&state).max(Timestamp(head.time_us)),
            journal,
            machine,
            state,
            batches_taken: 0,
            blocks_submitted: 0,
            blocks_durable: 0,
            outcomes_over: false,
            ended: None,
            waiting: VecDeque::new(),
            step: Vec::new(),
            answer_lists: Vec::new(),
        }
    }

    /// Takes a batch: what is due first, then its commands in order, then the queue heads that receipts freed. Waits for
    /// the oldest block where the journal takes no more. The batch comes back from [`Engine::poll`] or [`Engine::wait`]
    /// when it is durable; one that brought about nothing, when everything before it is.
    ///
    /// A batch is one block. What is due takes blocks of its own before it where there is much of it, and a batch whose
    /// commands bring about more than a block holds is cut between two commands, never within one.
    ///
    /// # Errors
    /// [`SubmitFault`]: nothing of the batch was decided.
    ///
    /// # Panics
    /// On bugs of the machine: a step without events, or with more than a block holds.
    pub fn submit(&mut self, batch: &Batch<M::Command>) -> Result<BatchId, SubmitFault> {
        self.check(batch)?;
        let first = self.machine.next_seq(&self.state);
        let mut block = self.begin_block(batch.given.max(self.last_time), batch.entries.len())?;
        self.do_what_is_due(&mut block)?;
        let mut answers = self.answer_lists.pop().unwrap_or_default();
        let not_taken = self.decide_all(batch, &mut block, &mut answers)?;
        if not_taken == 0 {
            self.release_heads(&mut block)?;
        }
        self.submit_block(block)?;
        let id = BatchId(self.batches_taken);
        self.batches_taken += 1;
        self.waiting.push_back(Waiting {
            batch: id,
            correlation: batch.correlation,
            answers,
            not_taken,
            events: first..self.machine.next_seq(&self.state),
            blocks_needed: self.blocks_submitted,
        });
        Ok(id)
    }

    /// Whether [`Engine::submit`] would take a batch now without waiting.
    #[must_use]
    pub fn can_submit(&self) -> bool {
        self.ended.is_none()
            && self.waiting.len() < limits::BATCHES_WAITING_MAX
            && self.journal.in_flight() < self.journal.in_flight_max()
    }

    /// The next batch in order, if it is durable by now.
    ///
    /// # Errors
    /// [`Ended`], once everything that became durable before was handed back.
    pub fn poll(&mut self) -> Result<Option<Released<M::Answer>>, Ended> {
        while let Some((ticket, outcome)) = self.journal.poll() {
            self.take_outcome(ticket, outcome);
        }
        match self.next_released() {
            None => self.alive().map(|()| None),
            released => Ok(released),
        }
    }

    /// Waits for the next batch in order; `None` if none is waiting.
    ///
    /// # Errors
    /// As [`Engine::poll`].
    pub fn wait(&mut self) -> Result<Option<Released<M::Answer>>, Ended> {
        loop {
            if let Some(released) = self.next_released() {
                return Ok(Some(released));
            }
            if self.waiting.is_empty() || !self.wait_for_outcome() {
                return self.alive().map(|()| None);
            }
        }
    }

    /// Gives back a batch's list of answers, to be filled again: spares an allocation a batch.
    pub fn recycle(&mut self, released: Released<M::Answer>) {
        let mut answers = released.answers;
        if self.answer_lists.len() < limits::ANSWER_LISTS_KEPT_MAX {
            answers.clear();
            self.answer_lists.push(answers);
        }
    }

    /// Looks at the state as it is after every batch taken so far. What was seen is held back until that point is
    /// durable.
    pub fn read<R>(&self, look: impl FnOnce(&M::State) -> R) -> Held<R> {
        Held { value: look(&self.state), epoch: self.journal.head().epoch, blocks_needed: self.blocks_submitted }
    }

    /// What a read saw, if its point is durable by now.
    ///
    /// # Panics
    /// If it was read from another engine.
    pub fn reveal<R>(&mut self, held: Held<R>) -> Revealed<R> {
        assert_eq!(held.epoch, self.journal.head().epoch, "a read was brought to another engine");
        while let Some((ticket, outcome)) = self.journal.poll() {
            self.take_outcome(ticket, outcome);
        }
        if held.blocks_needed <= self.blocks_durable {
            return Revealed::Value(held.value);
        }
        match &self.ended {
            Some(ended) => Revealed::Never(ended.clone()),
            None => Revealed::NotYet(held),
        }
    }

    /// Waits until everything taken so far is durable, and then looks.
    ///
    /// # Errors
    /// [`Ended`], if it never will be.
    pub fn read_when_durable<R>(&mut self, look: impl FnOnce(&M::State) -> R) -> Result<R, Ended> {
        self.wait_for_all()?;
        Ok(look(&self.state))
    }

    /// The state with what is not durable yet: for simulators and for the lab, whose world nobody else sees. Whoever
    /// shows it to anyone shows what may never have happened.
    pub const fn state_for_simulation(&self) -> &M::State {
        &self.state
    }

    /// Number of events that are durable, as far as outcomes were taken.
    #[must_use]
    pub fn durable_height(&self) -> EventSeq {
        EventSeq(self.journal.head().next_seq)
    }

    /// Time of the last block: the next one's is not before it.
    #[must_use]
    pub const fn last_time(&self) -> Timestamp {
        self.last_time
    }

    /// Why the engine has ended, if it has.
    #[must_use]
    pub const fn ended(&self) -> Option<&Ended> {
        self.ended.as_ref()
    }

    /// The journal, for reading.
    pub const fn journal(&self) -> &J {
        &self.journal
    }

    /// Gives up the engine with whatever is in flight, as the end of a process would.
    pub fn into_journal(self) -> J {
        self.journal
    }

    /// Waits for everything and takes the state as a snapshot. Writes nothing: the journal's folder is the caller's.
    ///
    /// # Errors
    /// [`Ended`], if not everything became durable.
    pub fn close(mut self) -> Result<Closed<J, M>, Ended> {
        let mut released = Vec::new();
        while let Some(batch) = self.wait()? {
            released.push(batch);
        }
        self.wait_for_all()?;
        let snapshot = snapshot::encode(&self.machine, &self.state, &self.journal.head());
        Ok(Closed { journal: self.journal, snapshot, released })
    }

    fn check(&self, batch: &Batch<M::Command>) -> Result<(), SubmitFault> {
        self.alive()?;
        if self.waiting.len() >= limits::BATCHES_WAITING_MAX {
            return Err(SubmitFault::Backlog { maximum: limits::BATCHES_WAITING_MAX });
        }
        let (found, maximum) = (batch.entries.len(), limits::BATCH_COMMANDS_MAX);
        if found > maximum {
            return Err(SubmitFault::TooManyCommands { found, maximum });
        }
        let mut total = 0;
        for (index, entry) in batch.entries.iter().enumerate() {
            let (found, maximum) = (self.machine.command_bytes(&entry.command), limits::COMMAND_BYTES_MAX);
            if found > maximum {
                return Err(SubmitFault::TooManyBytes { command: Some(index), found, maximum });
            }
            total += found;
        }
        let maximum = limits::BATCH_COMMAND_BYTES_MAX;
        if total > maximum {
            return Err(SubmitFault::TooManyBytes { command: None, found: total, maximum });
        }
        Ok(())
    }

    fn alive(&self) -> Result<(), Ended> {
        self.ended.clone().map_or(Ok(()), Err)
    }

    /// A block that the journal will take: a place in flight and room on the disk are there before anything is decided,
    /// for what has evolved cannot be taken back.
    fn begin_block(&mut self, now: Timestamp, commands: usize) -> Result<BlockInWork, SubmitFault> {
        while self.journal.in_flight() >= self.journal.in_flight_max() && self.wait_for_outcome() {}
        self.alive()?;
        if let Err(fault) = self.journal.admit(BLOCK_BYTES_MAX) {
            return Err(match fault {
                JournalFault::Full { .. } => SubmitFault::Full(fault),
                fault => self.end(fault).into(),
            });
        }
        let first = self.machine.next_seq(&self.state);
        Ok(BlockInWork::new(self.journal.head().epoch, first, now, commands))
    }

    /// The pulse: in blocks of their own while there is much, so that no command is taken before everything due is done.
    fn do_what_is_due(&mut self, block: &mut BlockInWork) -> Result<(), SubmitFault> {
        let mut steps = 0;
        loop {
            self.step.clear();
            if !self.machine.pulse(&self.state, block.now(), &mut self.step) {
                break;
            }
            if steps == limits::PULSE_STEPS_MAX {
                self.cut(block, 0)?;
                steps = 0;
            }
            self.take_step(block)?;
            steps += 1;
        }
        let much = block.events() > limits::PULSE_EVENTS_BESIDE_COMMANDS_MAX
            || block.bytes() > limits::PULSE_BYTES_BESIDE_COMMANDS_MAX;
        if much { self.cut(block, 0) } else { Ok(()) }
    }

    /// Decides the commands in order; gives how many at the end were not looked at.
    fn decide_all(
        &mut self,
        batch: &Batch<M::Command>,
        block: &mut BlockInWork,
        answers: &mut Vec<Answered<M::Answer>>,
    ) -> Result<usize, SubmitFault> {
        answers.reserve(batch.entries.len());
        let mut ahead = Vec::new().into_iter();
        for (index, entry) in batch.entries.iter().enumerate() {
            if index % M::LOOK_AHEAD == 0 {
                let next = &batch.entries[index..][..M::LOOK_AHEAD.min(batch.entries.len() - index)];
                ahead = self.look_ahead(next).map_err(|fault| self.end_without_archive(fault))?.into_iter();
            }
            let gathered = match ahead.next().flatten() {
                Some(gathered) => gathered,
                None => self
                    .machine
                    .gather(self.machine.needs(&self.state, &entry.command))
                    .map_err(|fault| self.end_without_archive(fault))?,
            };
            self.step.clear();
            let answer = self.machine.decide(&self.state, block.now(), &entry.command, &gathered, &mut self.step);
            if !self.step.is_empty() {
                match self.take_step(block) {
                    Ok(()) => {}
                    // What is in the blocks before stands and is answered; the rest was not looked at.
                    Err(SubmitFault::Full(_)) if index > 0 => return Ok(batch.entries.len() - index),
                    Err(fault) => return Err(fault),
                }
            }
            answers.push(Answered { client: entry.client, answer });
        }
        Ok(0)
    }

    /// Looks ahead of commands and fetches what they need, where that cannot change before their turn.
    fn look_ahead(&self, next: &[Entry<M::Command>]) -> Result<Vec<Option<M::Gathered>>, ArchiveFault> {
        next.iter().for_each(|entry| self.machine.look_ahead_of_command(&self.state, &entry.command));
        self.machine.gather_ahead(next.iter().map(|entry| self.machine.needs(&self.state, &entry.command)).collect())
    }

    /// What was decided in this batch stands in a block that is not submitted: nobody was told of it.
    fn end_without_archive(&mut self, fault: ArchiveFault) -> SubmitFault {
        self.ended.get_or_insert(Ended::Archive(fault)).clone().into()
    }

    fn release_heads(&mut self, block: &mut BlockInWork) -> Result<(), SubmitFault> {
        for _ in 0..limits::RELEASE_STEPS_MAX {
            self.step.clear();
            if !self.machine.release(&self.state, block.now(), &mut self.step) {
                break;
            }
            match self.take_step(block) {
                Ok(()) => {}
                // No harm: the next optimisation run looks at the same heads.
                Err(SubmitFault::Full(_)) => break,
                Err(fault) => return Err(fault),
            }
        }
        Ok(())
    }

    /// Writes the events of one step into the block and takes them into the state. They stand in one block together: a
    /// crash leaves all of them or none.
    fn take_step(&mut self, block: &mut BlockInWork) -> Result<(), SubmitFault> {
        assert!(!self.step.is_empty(), "something was due or released, and nothing happened");
        if !block.append(&self.machine, &self.step) {
            let commands = self.step.len();
            self.cut(block, commands)?;
            let fits = block.append(&self.machine, &self.step);
            assert!(fits, "events that an empty block holds");
        }
        for event in &self.step {
            let at = self.machine.next_seq(&self.state);
            self.machine.evolve(&mut self.state, at, block.now(), event);
        }
        Ok(())
    }

    /// Ends a block and begins the next one, of the same time.
    fn cut(&mut self, block: &mut BlockInWork, commands: usize) -> Result<(), SubmitFault> {
        let now = block.now();
        let empty = BlockInWork::new(block.epoch(), self.machine.next_seq(&self.state), now, 0);
        self.submit_block(std::mem::replace(block, empty))?;
        *block = self.begin_block(now, commands)?;
        Ok(())
    }

    fn submit_block(&mut self, block: BlockInWork) -> Result<(), SubmitFault> {
        if block.events() == 0 {
            return Ok(());
        }
        self.last_time = block.now();
        match self.journal.submit(block.into_draft()) {
            Ok(_) => {
                self.blocks_submitted += 1;
                Ok(())
            }
            // Even for want of space: the state has evolved, and there is no undo.
            Err(fault) => Err(self.end(fault).into()),
        }
    }

    fn end(&mut self, fault: JournalFault) -> Ended {
        let ended = match fault {
            JournalFault::Fenced { by_epoch, .. } => Ended::Fenced { epoch: by_epoch },
            JournalFault::OutcomeUnknown { .. } => Ended::Unknown,
            fault => Ended::Failed(fault),
        };
        self.ended.get_or_insert(ended).clone()
    }

    /// Waits for one outcome; `false` if nothing is in flight.
    fn wait_for_outcome(&mut self) -> bool {
        let Some((ticket, outcome)) = self.journal.wait() else { return false };
        self.take_outcome(ticket, outcome);
        true
    }

    fn wait_for_all(&mut self) -> Result<(), Ended> {
        while self.blocks_durable < self.blocks_submitted && self.wait_for_outcome() {}
        self.alive()
    }

    fn take_outcome(&mut self, _ticket: Ticket, outcome: Outcome) {
        if self.outcomes_over {
            return;
        }
        let ended = match outcome {
            Outcome::Durable => {
                self.blocks_durable += 1;
                assert!(self.blocks_durable <= self.blocks_submitted, "an outcome of a block that was not submitted");
                self.machine.durable(&self.journal.head());
                return;
            }
            Outcome::Fenced { epoch } => Ended::Fenced { epoch },
            Outcome::Unknown => Ended::Unknown,
            Outcome::Failed(fault) => Ended::Failed(fault),
        };
        self.outcomes_over = true;
        self.ended.get_or_insert(ended);
    }

    fn next_released(&mut self) -> Option<Released<M::Answer>> {
        if self.waiting.front()?.blocks_needed > self.blocks_durable {
            return None;
        }
        let Waiting { batch, correlation, answers, not_taken, events, .. } = self.waiting.pop_front()?;
        Some(Released { batch, correlation, answers, not_taken, events, durable_height: self.durable_height() })
    }
}
