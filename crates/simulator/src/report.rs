//! What a run gives back.

use crate::breach::Breach;
use domain::Bucket;
use std::collections::BTreeMap;
use std::fmt;

/// The run of one seed.
#[derive(Clone, Debug)]
pub struct Report {
    /// The seed.
    pub seed: u64,
    /// What the seed decided, in a line.
    pub world: String,
    /// How much happened.
    pub counts: Counts,
    /// Payments by figure at the end; returns are none.
    pub payments: BTreeMap<Bucket, u64>,
    /// How often each kind of event happened, and each refusal was given.
    pub coverage: BTreeMap<String, u64>,
    /// The promise that was broken, if one was: the run ended there.
    pub breach: Option<Breach>,
    /// Fingerprint of everything that happened: the same for the same seed, always and everywhere.
    pub trace: [u8; 32],
}

/// How much happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counts {
    /// Batches that an engine took.
    pub batches: u64,
    /// Commands answered.
    pub commands: u64,
    /// Durable events.
    pub events: u64,
    /// Processes that ended at once.
    pub crashes: u64,
    /// Processes that ended because of their journal: fenced, unknown, sync failed.
    pub faults: u64,
    /// Processes closed in order.
    pub closes: u64,
    /// Batches refused for want of room.
    pub full: u64,
    /// Batches lost on their way.
    pub lost: u64,
    /// Repetitions that were recognised.
    pub duplicates: u64,
    /// Copies of the journal damaged on purpose.
    pub damages: u64,
    /// Business days closed.
    pub days: u64,
    /// Comparisons of the digest with the auditor's.
    pub digests: u64,
}

impl Report {
    /// The command that runs this seed again.
    #[must_use]
    pub fn command(&self) -> String {
        format!("cargo run --release -p simulator --example simulate -- --seed {}", self.seed)
    }

    /// The fingerprint as text.
    #[must_use]
    pub fn trace_text(&self) -> String {
        self.trace.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl Counts {
    /// Adds those of another run.
    pub fn add(&mut self, other: Self) {
        let Self { batches, commands, events, crashes, faults, closes, full, lost, duplicates, damages, days, digests } =
            other;
        self.batches += batches;
        self.commands += commands;
        self.events += events;
        self.crashes += crashes;
        self.faults += faults;
        self.closes += closes;
        self.full += full;
        self.lost += lost;
        self.duplicates += duplicates;
        self.damages += damages;
        self.days += days;
        self.digests += digests;
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} commands in {} batches, {} events, {} days closed, {} repetitions; {} crashes, {} faults, {} closes, {} \
             times full, {} batches lost, {} damages; {} digests compared",
            self.commands,
            self.batches,
            self.events,
            self.days,
            self.duplicates,
            self.crashes,
            self.faults,
            self.closes,
            self.full,
            self.lost,
            self.damages,
            self.digests
        )
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "seed {}: {}", self.seed, self.world)?;
        writeln!(f, "  {}", self.counts)?;
        let payments: Vec<String> = self.payments.iter().map(|(bucket, count)| format!("{count} {bucket:?}")).collect();
        writeln!(f, "  payments: {}", payments.join(", ").to_lowercase())?;
        match &self.breach {
            None => write!(f, "  every promise kept; trace {}", &self.trace_text()[..16]),
            Some(breach) => {
                writeln!(f, "  BROKEN at {breach}\n  the last events:")?;
                breach.before.iter().try_for_each(|event| writeln!(f, "    {event}"))?;
                write!(f, "  again: {}", self.command())
            }
        }
    }
}
