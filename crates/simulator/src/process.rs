//! The process: an engine over a disk that outlives it. It starts, takes batches, crashes, and starts again; what it says
//! is compared with what is durable.

use crate::answers::BatchEvents;
use crate::archive::SimulatedArchive;
use crate::breach::{Checked, Found, Promise, holds};
use crate::moves::Sent;
use crate::weather::{Weather, survival};
use crate::world::World;
use domain::time::SECOND_US;
use domain::{CommandBody, Event, EventBody, EventSeq, Timestamp};
use engine::{Batch, BatchId, Engine, Held, LedgerMachine, Memory, Options, Released, Revealed, SubmitFault};
use journal::{Journal, JournalFault, Mark, MemoryJournal, NoFaults};
use ledger::Answer;
use std::sync::Arc;

/// A batch on its way.
pub(crate) struct Flying {
    batch: BatchId,
    sent: Vec<Sent>,
}

/// What a client asked and was not shown yet: how far the house has come.
pub(crate) struct HeldRead(Held<EventSeq>);

impl World {
    fn options(&mut self) -> Options {
        if self.random.chance(50_000) {
            // An archive that is lost is filled again by replay.
            self.archive = Arc::default();
        }
        let archive = Arc::new(SimulatedArchive::over(&self.archive, self.options.archive_forgets));
        let memory = Memory { payments_max: self.knobs.payments_max, archive };
        // Who starts the house may have changed its mind.
        let optimising = self.knobs.optimising.filter(|_| !self.random.chance(100_000));
        let crate::Options { evolve, decide, .. } = self.options;
        let machine = LedgerMachine { table_key: self.random.bits(), evolve, decide, memory, optimising };
        Options { machine, check_digests: true }
    }

    /// Opens the journal and the engine over it, and compares.
    pub(crate) fn start(&mut self) -> Checked {
        let weather =
            Weather { random: self.random.fork(), knobs: self.knobs.clone(), calm: std::sync::Arc::clone(&self.calm) };
        let given = self.given().0;
        let journal = MemoryJournal::open(&self.disk, given, weather)
            .map_err(|fault| Found::new(Promise::DamageIsFound, format!("a sound journal does not open: {fault}")))?;
        self.follow(&journal)?;
        let options = self.options();
        let opened = match self.snapshot.take() {
            None => Engine::open(journal, options, &mut |_| ()).map(|engine| (engine, None)),
            Some(snapshot) => Engine::open_from_snapshot(journal, &snapshot, options, &mut |_| ()),
        };
        let (engine, _) = opened
            .map_err(|fault| Found::new(Promise::ReplayAgrees, format!("the journal does not replay: {fault}")))?;
        self.engine = Some(engine);
        // Opening made nothing durable that was not: what the journal names was followed above, or lost with the process.
        self.personal_data.sweep()?;
        self.compare_digests("after opening")
    }

    /// Hands a batch to the engine, whatever comes of it.
    pub(crate) fn send(&mut self, sent: Vec<Sent>) -> Checked {
        let commands = sent.iter().map(|sent| sent.command.clone());
        let batch = Batch::of(self.given(), commands).correlated(self.counts.batches);
        if self.engine.is_none() {
            self.start()?;
        }
        let named = sent.iter().filter_map(|sent| match &sent.command.body {
            CommandBody::Submit(submission) => Some(submission.order().commitment),
            _ => None,
        });
        if !self.personal_data.put(named, self.knobs.crash_ppm) {
            return self.crash();
        }
        loop {
            let Some(engine) = self.engine.as_mut() else {
                self.start()?;
                continue;
            };
            match engine.submit(&batch) {
                Ok(id) => {
                    self.counts.batches += 1;
                    self.flying.push_back(Flying { batch: id, sent });
                    let held = engine.read(ledger::State::next_seq);
                    self.reads.push_back(HeldRead(held));
                    return Ok(());
                }
                Err(SubmitFault::Backlog { .. }) => self.collect_all()?,
                Err(SubmitFault::Full(_)) => {
                    self.counts.full += 1;
                    return Ok(());
                }
                Err(SubmitFault::Ended(_)) => return self.fail(),
                Err(fault @ (SubmitFault::TooManyCommands { .. } | SubmitFault::TooManyBytes { .. })) => {
                    return Err(Found::new(Promise::NoBug, fault.to_string()));
                }
            }
        }
    }

    /// Takes what is ready, or waits for some of it, as clients do.
    pub(crate) fn collect_some(&mut self) -> Checked {
        for _ in 0..self.random.size(0, 3) {
            let polled = match self.engine.as_mut() {
                None => return Ok(()),
                Some(engine) => engine.poll(),
            };
            match polled {
                Ok(None) => break,
                Ok(Some(released)) => self.released(released)?,
                Err(_) => return self.fail(),
            }
        }
        self.reveal_reads()
    }

    /// Waits for everything.
    pub(crate) fn collect_all(&mut self) -> Checked {
        loop {
            let waited = match self.engine.as_mut() {
                None => return Ok(()),
                Some(engine) => engine.wait(),
            };
            match waited {
                Ok(None) => return self.reveal_reads(),
                Ok(Some(released)) => self.released(released)?,
                Err(_) => return self.fail(),
            }
        }
    }

    /// The answers of a batch: by now everything they say must be durable, and true.
    fn released(&mut self, released: Released) -> Checked {
        let engine = self.engine.take().ok_or_else(|| Found::new(Promise::NoBug, "an answer without an engine"))?;
        let followed = self.follow(engine.journal());
        self.engine = Some(engine);
        followed?;
        self.personal_data.sync();
        let Released { batch, answers, not_taken, events, durable_height, .. } = released;
        holds(Promise::DurableBeforeVisible, events.end.0 <= self.mirror.events, || {
            format!("answers about events up to {}, and {} are durable", events.end, self.mirror.events)
        })?;
        holds(Promise::DurableBeforeVisible, durable_height.0 <= self.mirror.events, || {
            format!("{durable_height} events are said to be durable, and {} are", self.mirror.events)
        })?;
        let flying = self.flying.pop_front();
        let sent = flying.filter(|flying| flying.batch == batch).map(|flying| flying.sent);
        let sent = sent.ok_or_else(|| Found::new(Promise::AnswersAreTrue, format!("batch {batch:?} out of order")))?;
        holds(Promise::AnswersAreTrue, answers.len() + not_taken == sent.len(), || {
            format!("{} answers to {} commands, {not_taken} not taken", answers.len(), sent.len())
        })?;
        let mut of_batch = BatchEvents::new(self.events_of(&events));
        for (sent, answered) in sent.iter().zip(&answers) {
            self.answered(sent, &answered.answer, &mut of_batch)?;
        }
        of_batch.finish()
    }

    /// Durable events of a batch; those before it are of nobody and dropped.
    fn events_of(&mut self, range: &std::ops::Range<EventSeq>) -> std::vec::IntoIter<(EventSeq, Event)> {
        let count = self.recent.partition_point(|(seq, _)| *seq < range.end);
        let mut taken: Vec<(EventSeq, Event)> = self.recent.drain(..count).collect();
        taken.retain(|(seq, _)| *seq >= range.start);
        taken.into_iter()
    }

    fn answered(&mut self, sent: &Sent, answer: &Answer, of_batch: &mut BatchEvents) -> Checked {
        self.counts.commands += 1;
        self.counts.duplicates += u64::from(matches!(answer, Answer::Duplicate { .. }));
        self.trace.add(format!("{answer:?}").as_bytes());
        of_batch.take(&sent.command, answer)?;
        match sent.order {
            Some(order) => self.people.orders.told(order, answer, &self.mirror),
            None => Ok(()),
        }
    }

    /// Reads whose point is durable are shown: never ahead of what is durable, never going back.
    fn reveal_reads(&mut self) -> Checked {
        while let Some(HeldRead(held)) = self.reads.pop_front() {
            let Some(engine) = self.engine.as_mut() else { return Ok(()) };
            match engine.reveal(held) {
                Revealed::Value(height) => {
                    let durable = engine.durable_height();
                    let last = std::mem::replace(&mut self.last_read, height);
                    holds(Promise::DurableBeforeVisible, height <= durable && last <= height, || {
                        format!("a read shows {height} events after one of {last}, and {durable} are durable")
                    })?;
                }
                Revealed::NotYet(held) => {
                    self.reads.push_front(HeldRead(held));
                    return Ok(());
                }
                Revealed::Never(_) => {}
            }
        }
        Ok(())
    }

    /// Reads what became durable since, as anybody could: the chain must go on from where it was.
    fn follow(&mut self, journal: &MemoryJournal) -> Checked {
        let lost = |fault: JournalFault| {
            Found::new(Promise::AcknowledgedStays, format!("what was durable is not there any more: {fault}"))
        };
        for block in journal.read_after(&self.followed).map_err(lost)? {
            let block = block.map_err(lost)?;
            let now = Timestamp(block.header().time_us);
            for (seq, bytes) in block.events() {
                self.trace.add(bytes);
                let event = codec::decode_exact(bytes).map_err(|error| {
                    Found::new(Promise::ReplayAgrees, format!("event {seq} does not read back: {error}"))
                })?;
                self.take_event(EventSeq(seq), now, event)?;
            }
            self.followed = self.followed.after(&block);
        }
        Ok(())
    }

    /// The journal has failed: the process ends, and another one starts.
    pub(crate) fn fail(&mut self) -> Checked {
        self.counts.faults += 1;
        self.engine = None;
        self.forget();
        self.personal_data.crash();
        self.start()
    }

    pub(crate) fn maybe_end_the_process(&mut self) -> Checked {
        if self.random.chance(self.knobs.crash_ppm) {
            self.crash()
        } else if self.random.chance(self.knobs.close_ppm) {
            self.close()
        } else {
            Ok(())
        }
    }

    /// The process ends at once. Nobody is told anything of what was on its way.
    fn crash(&mut self) -> Checked {
        let Some(engine) = self.engine.take() else { return Ok(()) };
        self.counts.crashes += 1;
        let survival = survival(&mut self.random);
        engine.into_journal().crash(survival);
        self.forget();
        self.personal_data.crash();
        if self.options.lose_acknowledged {
            self.lose_what_was_acknowledged();
        }
        self.damage_copies()?;
        if self.random.chance(50_000) {
            // Down for long: what was due in the meantime is overdue when the next process starts.
            let hours = i64::try_from(self.random.between(1, 72)).expect("small");
            self.clock_us += hours * 3_600 * SECOND_US;
        }
        self.start()
    }

    /// The process is closed in order, and leaves a snapshot, which may be damaged before the next one reads it.
    fn close(&mut self) -> Checked {
        self.collect_all()?;
        let Some(engine) = self.engine.take() else { return Ok(()) };
        self.counts.closes += 1;
        let closed = engine.close().map_err(|ended| {
            Found::new(Promise::NoBug, format!("everything was durable, and closing fails: {ended}"))
        })?;
        holds(Promise::AnswersAreTrue, closed.released.is_empty(), || "answers after all answers".to_owned())?;
        self.forget();
        let mut snapshot = closed.snapshot;
        if self.random.chance(300_000) {
            let bit = self.random.size(0, snapshot.len() * 8 - 1);
            snapshot[bit / 8] ^= 1 << (bit % 8);
        }
        // An old snapshot is as good as the last one.
        if self.random.chance(800_000) || self.snapshot.is_none() {
            self.snapshot = Some(snapshot);
        }
        if self.options.snapshots_lie {
            self.snapshot = Some(self.lying_snapshot()?);
        }
        drop(closed.journal);
        self.start()
    }

    /// A sound snapshot of a state that no journal gives: every deposit was left out.
    fn lying_snapshot(&self) -> Checked<Vec<u8>> {
        let evolve = |state: &mut ledger::State, at, now, event: &Event| {
            let mut event = event.clone();
            if matches!(event.body, EventBody::PrefundingMoved { deposit: true, .. }) {
                let command = domain::event::CommandKind::MovePrefunding;
                event.body =
                    EventBody::CommandRefused { command, refusal: domain::Refusal::MemberUnknown, payment: None };
            }
            ledger::evolve(state, at, now, &event);
        };
        let machine = LedgerMachine { evolve, ..LedgerMachine::new(1) };
        let mut replica = engine::Replica::new(Options { machine, check_digests: false });
        let unreadable = |fault: &dyn std::fmt::Display| Found::new(Promise::ReplayAgrees, fault.to_string());
        for block in self.journal_blocks().map_err(|fault| unreadable(&fault))? {
            replica.take(&block.map_err(|fault| unreadable(&fault))?).map_err(|fault| unreadable(&fault))?;
        }
        Ok(replica.snapshot())
    }

    /// What clients and the simulator held of the process that ended.
    fn forget(&mut self) {
        self.flying.clear();
        self.reads.clear();
        // Events that are durable stay followed; nobody's answer will ask for them.
        self.recent.clear();
    }

    /// What no journal may do: the last acknowledged block is gone, and the mark with it.
    fn lose_what_was_acknowledged(&self) {
        self.disk.truncate(self.disk.record_count().saturating_sub(2));
        self.disk.set_mark(Some(Mark::EMPTY));
        if let Ok(head) = self.disk.verify() {
            self.disk.set_mark(Some(head.mark()));
        }
    }

    /// Copies of the disk are damaged where it was acknowledged: they must not open.
    fn damage_copies(&mut self) -> Checked {
        let acknowledged = usize::try_from(self.disk.mark().map_or(0, |mark| mark.blocks)).expect("blocks in memory");
        if acknowledged == 0 || !self.random.chance(300_000) {
            return Ok(());
        }
        self.counts.damages += 1;
        let copy = self.disk.deep_copy();
        let record = self.random.size(0, acknowledged - 1);
        let what = match self.random.below(3) {
            0 => {
                let bit = self.random.size(0, copy.record_bytes(record) * 8 - 1);
                let flipped = copy.flip_bit(record, bit);
                format!("bit {bit} of record {record} flipped: {flipped}")
            }
            1 => {
                copy.truncate(record);
                format!("only {record} of {acknowledged} acknowledged records left")
            }
            _ => {
                copy.set_mark(None);
                "the mark is gone".to_owned()
            }
        };
        let opened = MemoryJournal::open(&copy, self.given().0, NoFaults);
        holds(Promise::DamageIsFound, opened.is_err(), || format!("{what}, and the journal opens"))
    }

    /// Compares the digests now and then, when nothing is on its way; and replays a copy.
    pub(crate) fn maybe_compare(&mut self) -> Checked {
        if !self.counts.batches.is_multiple_of(self.knobs.batches_a_digest) {
            return Ok(());
        }
        self.collect_all()?;
        self.compare_digests("with nothing on its way")
    }

    /// The live state, at a point that is durable, against the auditor's model of the same events.
    pub(crate) fn compare_digests(&mut self, when: &str) -> Checked {
        let Some(engine) = self.engine.as_mut() else { return Ok(()) };
        let Ok((height, digest)) = engine.read_when_durable(|state| (state.next_seq(), state.digest())) else {
            return self.fail();
        };
        let engine = self.engine.take().ok_or_else(|| Found::new(Promise::NoBug, "the engine is gone"))?;
        let followed = self.follow(engine.journal());
        self.engine = Some(engine);
        followed?;
        self.counts.digests += 1;
        self.trace.add(&digest);
        holds(Promise::ReplayAgrees, height.0 == self.mirror.events, || {
            format!("{when}: the state has {height} events, the journal {}", self.mirror.events)
        })?;
        if digest == self.auditor.digest() {
            return Ok(());
        }
        Err(Found::new(Promise::AuditorAgrees, format!("{when}, at {height} events: {}", self.difference())))
    }

    /// The first event after which the state and the auditor's model differ, and the rows in which they do: found by
    /// taking the whole journal into both, event by event.
    pub(crate) fn difference(&self) -> String {
        let mut state = ledger::State::new(0);
        let mut auditor = audit::Model::new();
        let Ok(blocks) = self.journal_blocks() else { return "the digests differ".to_owned() };
        for block in blocks.map_while(Result::ok) {
            let now = Timestamp(block.header().time_us);
            for (seq, bytes) in block.events() {
                let Ok(event) = codec::decode_exact(bytes) else { continue };
                (self.options.evolve)(&mut state, EventSeq(seq), now, &event);
                let found = auditor.apply(EventSeq(seq), now, &event);
                if found.is_err() || state.digest() != auditor.digest() {
                    let rows = rows_apart(&state.rows(), &auditor.rows());
                    return format!("the digests differ from event {seq} on, {event:?}: {rows}");
                }
            }
        }
        "the digests differ, and those of a replay do not".to_owned()
    }

    fn journal_blocks(&self) -> Result<journal::Blocks, JournalFault> {
        MemoryJournal::open(&self.disk.deep_copy(), self.given().0, NoFaults)?.read(0)
    }
}

fn rows_apart(mine: &[Vec<u8>], theirs: &[Vec<u8>]) -> String {
    let only = |these: &[Vec<u8>], those: &[Vec<u8>]| {
        let hex = |row: &Vec<u8>| row.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        these.iter().filter(|row| !those.contains(row)).take(3).map(hex).collect::<Vec<_>>()
    };
    format!("of the ledger only {:?}; of the auditor only {:?}", only(mine, theirs), only(theirs, mine))
}
