//! A house in a folder, open for business.

use crate::archive::{self, Indexed};
use crate::fault::{NodeFault, Warning};
use crate::follower::{Follower, Stopped};
use crate::open_runs::{OpenRuns, RunFigures};
use crate::options::{Options, Shadowing};
use crate::personal_data::PersonalData;
use crate::shadow::Shadow;
use crate::snapshots::{self, LettingGo, Shelf};
use domain::{Commitment, Timestamp};
use engine::{Batch, BatchId, Closed, Engine, LedgerMachine, Memory, Released, Replayed, Replica, SnapshotWarning};
use history::{History, HistoryFault, Stamp};
use journal::{Head, Journal, JournalFault};
use journal_sqlite::{SqliteJournal, StoreOptions};
use ledger::RunBudget;
use payloads::{HouseKey, PayloadStore, SealedPayload};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The engine of a node.
pub type NodeEngine = Engine<SqliteJournal, LedgerMachine>;

/// Folder of the index of old payments.
pub const HISTORY_FOLDER: &str = "history";

/// A house in a folder.
pub struct Node {
    engine: NodeEngine,
    history: Arc<History>,
    shadow: Option<Follower>,
    open_runs: Option<OpenRuns>,
    personal_data: Option<PersonalData>,
    dir: PathBuf,
}

/// What a node says of itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Figures {
    /// Events that are durable.
    pub height: u64,
    /// Events that the shadow has replayed.
    pub shadow_height: Option<u64>,
    /// Why the shadow stands still, if it does.
    pub shadow_stopped: Option<Stopped>,
    /// Of open runs; none where runs end at once.
    pub runs: Option<RunFigures>,
    /// Of the index of old payments.
    pub history: history::Figures,
}

impl Node {
    /// Opens a folder, or makes it. `time` is the time of the block that begins this process's epoch. `warn` is told what an
    /// operator should know, `progress` how far replay has come.
    ///
    /// # Errors
    /// [`NodeFault`]: of the journal, or of what is beside it where it could not be made anew.
    pub fn open(
        dir: &Path,
        time: Timestamp,
        options: &Options,
        warn: &mut dyn FnMut(Warning),
        progress: &mut dyn FnMut(Replayed),
    ) -> Result<Self, NodeFault> {
        let journal = SqliteJournal::open_or_create(dir, time.0, &StoreOptions::default())?;
        journal.warnings().iter().for_each(|warning| warn(Warning::new("MARK_DAMAGED", warning)));
        snapshots::clear_the_way(dir, journal.head().next_seq, warn);
        let history = Arc::new(open_history(dir, &journal, warn)?);
        let archive = Arc::new(Indexed { history: Arc::clone(&history), dir: dir.to_owned() });
        let memory = Memory { payments_max: options.payments_in_memory, archive };
        let optimising = options.optimising.map(|optimising| RunBudget { open_us: optimising.open_us });
        let machine = LedgerMachine { memory, optimising, ..LedgerMachine::new(options.table_key) };
        let machine = engine::Options { machine, check_digests: true };
        let height = journal.head().next_seq;
        let engine = {
            let warn = RefCell::new(&mut *warn);
            let mut unreadable = |fault: JournalFault| warn.borrow_mut()(Warning::new(fault.code(), fault));
            let mut unfit = |warning: SnapshotWarning| warn.borrow_mut()(Warning::new(warning.code(), warning));
            let mut shelf = Shelf::up_to(dir, height, &mut unreadable);
            let mut next = || shelf.next(&mut unreadable);
            Engine::open_from_snapshots(journal, &mut next, machine, &mut unfit, progress)?
        };
        let head = engine.journal().head();
        let mut blocks_after = |head: &Head| engine.journal().read_after(head);
        let open_store = |key: &Arc<HouseKey>| PersonalData::open(dir, key, &head, &mut blocks_after, warn);
        let personal_data = options.house_key.as_ref().map(open_store).transpose()?;
        let open_runs = options.optimising.map(OpenRuns::start).transpose();
        let open_runs = open_runs.map_err(|error| NodeFault::NoOptimiser(error.to_string()))?;
        let mut node = Self { engine, history, shadow: None, open_runs, personal_data, dir: dir.to_owned() };
        node.look_for_open_runs();
        node.shadow = options.shadowing.map(|shadowing| node.start_shadow(options, shadowing, warn)).transpose()?;
        Ok(node)
    }

    /// The engine: batches without personal data go in, answers come out.
    pub const fn engine(&mut self) -> &mut NodeEngine {
        &mut self.engine
    }

    /// Takes a batch with the personal data of its orders: the data are synced before anything is decided. What the optimiser
    /// has proved by then is proposed before it, at the same time; a pulse ([`Batch::pulse`]) is enough for that.
    ///
    /// # Errors
    /// [`NodeFault::NotPut`], [`NodeFault::NotTaken`]: nothing of the batch was decided.
    ///
    /// # Panics
    /// If payloads are given and the node was opened without a house key.
    pub fn submit(&mut self, batch: &Batch, payloads: &[(Commitment, SealedPayload)]) -> Result<BatchId, NodeFault> {
        let fresh = match &mut self.personal_data {
            None => {
                assert!(payloads.is_empty(), "this node was opened to keep no personal data");
                BTreeSet::new()
            }
            Some(data) => data.put(payloads)?,
        };
        self.propose(batch.given)?;
        let id = self.engine.submit(batch)?;
        self.look_for_open_runs();
        if let Some(data) = &mut self.personal_data {
            data.submitted(batch, &fresh);
        }
        Ok(id)
    }

    /// Waits for the next batch that [`Node::submit`] took; `None` if none is under way.
    ///
    /// # Errors
    /// [`NodeFault::Ended`].
    pub fn wait(&mut self) -> Result<Option<Released>, NodeFault> {
        let released = loop {
            let released = self.engine.wait()?;
            let is_own = |released: &Released| self.open_runs.as_mut().is_some_and(|runs| runs.take(released));
            if !released.as_ref().is_some_and(is_own) {
                break released;
            }
        };
        if let (Some(data), Some(released)) = (&mut self.personal_data, &released) {
            data.released(released);
        }
        Ok(released)
    }

    /// Waits until every run that was found open is solved, and proposes what is proved: for whoever has nothing else to do. A
    /// house that takes batches need not call it.
    ///
    /// # Errors
    /// [`NodeFault::Ended`], [`NodeFault::NotTaken`].
    pub fn answer_open_runs(&mut self, at: Timestamp) -> Result<(), NodeFault> {
        let Self { engine, open_runs: Some(runs), .. } = self else { return Ok(()) };
        runs.finish_solving(engine)?;
        runs.propose(engine, at)?;
        self.look_for_open_runs();
        Ok(())
    }

    fn propose(&mut self, at: Timestamp) -> Result<(), NodeFault> {
        let Self { engine, open_runs: Some(runs), .. } = self else { return Ok(()) };
        runs.exchange(engine)?;
        Ok(runs.propose(engine, at)?)
    }

    fn look_for_open_runs(&mut self) {
        if let Self { engine, open_runs: Some(runs), .. } = self {
            runs.look(engine);
        }
    }

    /// The store of personal data, if the node keeps any.
    pub fn payloads(&mut self) -> Option<&mut PayloadStore> {
        self.personal_data.as_mut().map(PersonalData::store)
    }

    /// The folder.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The index of old payments.
    #[must_use]
    pub fn history(&self) -> &History {
        &self.history
    }

    /// What the node says of itself.
    #[must_use]
    pub fn figures(&self) -> Figures {
        Figures {
            height: self.engine.durable_height().0,
            shadow_height: self.shadow.as_ref().map(Follower::height),
            shadow_stopped: self.shadow.as_ref().and_then(Follower::stopped),
            runs: self.open_runs.as_ref().map(OpenRuns::figures),
            history: self.history.figures(),
        }
    }

    /// Ends in order: everything durable, everything beside the journal written, and a snapshot for the next start. What cannot
    /// be written keeps nothing else from being written.
    ///
    /// # Errors
    /// The first [`NodeFault`], at the end. What was released stays released, and what is not written beside the journal is
    /// made anew.
    pub fn close(self) -> Result<Head, NodeFault> {
        // The optimiser ends with what it is at: the next start gives it what is open then.
        let Self { engine, history, shadow, open_runs: _, personal_data, dir } = self;
        let Closed { journal, snapshot, .. } = engine.close()?;
        let head = journal.head();
        // The shadow's own last snapshot would be the same one.
        let stopped = shadow.and_then(Follower::finish);
        let snapshot = snapshots::write(&dir, head.next_seq, &snapshot, LettingGo::OfAnyVersion, &mut || ());
        let index =
            history.flush().or_else(|fault| if archive::note_damage(&dir, &fault) { Ok(()) } else { Err(fault) });
        let personal_data = personal_data.map_or(Ok(()), |data| data.close(&dir, &head));
        // Caches last: of two faults the one that cannot be made anew is told.
        let head = journal.close()?;
        personal_data?;
        index?;
        snapshot?;
        match stopped {
            None => Ok(head),
            Some(stopped) => Err(NodeFault::Follower(stopped)),
        }
    }

    /// The shadow begins where the last snapshot is, so that its state is a replay of its own and no copy of the writer's.
    fn start_shadow(
        &self,
        options: &Options,
        shadowing: Shadowing,
        warn: &mut dyn FnMut(Warning),
    ) -> Result<Follower, NodeFault> {
        // It has nothing to look up: it decides nothing. What leaves its memory is gone.
        let machine = LedgerMachine { memory: archive::nowhere(), ..LedgerMachine::new(options.table_key) };
        let mut machine = engine::Options { machine, check_digests: true };
        // What is wrong with any of them was told when the engine was opened.
        let mut shelf = Shelf::up_to(&self.dir, self.engine.durable_height().0, &mut |_| ());
        let replica = loop {
            let Some(bytes) = shelf.next(&mut |_| ()) else { break Replica::new(machine) };
            machine = match Replica::from_snapshot(machine, &bytes) {
                Err((back, _)) => back,
                Ok(replica) if self.engine.journal().read_after(&replica.head()).is_ok() => break replica,
                Ok(replica) => replica.into_options(),
            };
        };
        let shadow = Shadow::new(replica, Arc::clone(&self.history), self.dir.clone(), shadowing.snapshot_every_events);
        Follower::start(shadow, &self.dir, shadowing.work_share_ppm).map_err(|error| {
            let message = format!("no thread can be started ({error}); the shadow replica; allow more threads");
            warn(Warning::new("SHADOW_NOT_STARTED", &message));
            NodeFault::Follower(Stopped { for_good: true, code: "SHADOW_NOT_STARTED", message })
        })
    }
}

/// Opens the index; one that is damaged, or of another journal, is emptied and filled again by replay, and what cannot be used
/// as a folder of it is set aside.
fn open_history(dir: &Path, journal: &SqliteJournal, warn: &mut dyn FnMut(Warning)) -> Result<History, NodeFault> {
    let folder = dir.join(HISTORY_FOLDER);
    let options = history::Options::of_house(house_of(journal)?);
    let opened = match archive::found_damaged(dir) {
        Some(damage) => Err(damage),
        None => match History::open(&folder, options) {
            Ok(opened) => Ok(opened),
            Err(fault) if fault.rebuild_mends() => Err(fault.to_string()),
            Err(fault) => Ok((open_in_its_place(&folder, options, fault, warn)?, Vec::new())),
        },
    };
    let (history, warnings) = match opened {
        Ok(opened) => opened,
        Err(damage) => {
            warn(Warning { code: "HISTORY_DAMAGED", message: format!("{damage}; it is made anew") });
            let anew = match History::open_empty(&folder, options) {
                Ok(anew) => anew,
                Err(fault) => open_in_its_place(&folder, options, fault, warn)?,
            };
            archive::forget_damage(dir, warn);
            (anew, Vec::new())
        }
    };
    warnings.iter().for_each(|warning| warn(Warning::new(warning.code(), warning)));
    if let Some(stamp) = history.stamp()
        && !is_of(journal, &stamp)?
    {
        let message = format!(
            "the index of old payments stands on no block of this journal; {}; nothing to do: it is made anew",
            folder.display()
        );
        warn(Warning::new("HISTORY_FOREIGN", message));
        history.clear()?;
    }
    Ok(history)
}

/// An empty index where what is there cannot be used: unreadable, or none of ours. A new folder would fare no better where
/// another process has it, or the disk is full.
fn open_in_its_place(
    folder: &Path,
    options: history::Options,
    fault: HistoryFault,
    warn: &mut dyn FnMut(Warning),
) -> Result<History, NodeFault> {
    if matches!(fault, HistoryFault::InUse { .. } | HistoryFault::Full { .. } | HistoryFault::Stopped { .. }) {
        return Err(fault.into());
    }
    if snapshots::is_there(folder) {
        snapshots::set_aside(folder, &fault.to_string(), warn);
    }
    Ok(History::open_empty(folder, options)?)
}

/// Which house this is: the hash of the first block of its journal.
fn house_of(journal: &SqliteJournal) -> Result<history::House, NodeFault> {
    let first = journal.read_after(&Head::EMPTY)?.next().transpose()?;
    Ok(first.expect("opening a journal begins an epoch with a block").hash())
}

/// Whether a journal was at this point once.
fn is_of(journal: &SqliteJournal, stamp: &Stamp) -> Result<bool, NodeFault> {
    if stamp.height > journal.head().next_seq {
        return Ok(false);
    }
    for block in journal.read(stamp.height.saturating_sub(1))? {
        let block = block?;
        let next = block.header().next_seq();
        if next == stamp.height && block.hash() == stamp.hash {
            return Ok(true);
        }
        if next > stamp.height {
            return Ok(false);
        }
    }
    Ok(false)
}
