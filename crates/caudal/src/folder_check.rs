//! The verification of a folder: the chain of blocks up to the high-water mark, every event against the rules by the
//! auditor, and replay by the ledger. Both must come to the same state.

use crate::failure::{Exit, Failure};
use crate::progress::Bar;
use crate::{auxiliary, hash_key, warnings};
use domain::{Event, EventSeq, MemberId, Timestamp};
use engine::{LedgerMachine, Machine};
use journal::{Block, Head};
use std::path::Path;

/// A folder that was found sound.
pub(crate) struct Sound {
    /// Number of events.
    pub(crate) journal_height: u64,
    /// Digest of the state after the last one.
    pub(crate) state_digest: [u8; 32],
    /// Business days closed.
    pub(crate) days_closed: u64,
    /// Where the chain of blocks ends.
    pub(crate) head: Head,
    /// The ledger after the last event.
    pub(crate) state: ledger::State,
}

impl Sound {
    /// The member of a code.
    ///
    /// # Errors
    /// There is none: wrong use.
    pub(crate) fn member(&self, code: &str, dir: &Path) -> Result<MemberId, Failure> {
        self.state.member_of_code(code).ok_or_else(|| {
            let place = dir.display();
            Failure::wrong_use(format!("there is no member {code}; {place}; `caudal trial-balance` names them"))
        })
    }
}

/// Verifies a folder from its first block to its last, opened for reading only.
///
/// # Errors
/// The first thing wrong.
pub(crate) fn check(dir: &Path) -> Result<Sound, Failure> {
    let journal = journal_sqlite::open_read_only(dir)?;
    journal.warnings().iter().for_each(|warning| warnings::warn("MARK_DAMAGED", warning));
    auxiliary::warn_of_damage(dir);
    let place = dir.display().to_string();
    let mut auditor = audit::Verifier::new(journal.mark(), &place)?;
    let mut replay = Replay::new(&place);
    let bar = Bar::new("verifying", journal.mark().next_seq, "events");
    for block in journal.blocks()? {
        let block = block?;
        // The auditor first: what breaks a rule is told as that, before it meets an assertion of the ledger.
        auditor.check(&block)?;
        replay.take(&block)?;
        bar.at(auditor.height());
    }
    let verified = auditor.finish()?;
    replay.require(&verified)?;
    Ok(Sound {
        journal_height: verified.journal_height,
        state_digest: verified.state_digest,
        days_closed: verified.days_closed,
        head: verified.head,
        state: replay.state,
    })
}

/// The ledger, event by event.
struct Replay<'a> {
    machine: LedgerMachine,
    state: ledger::State,
    place: &'a str,
}

impl<'a> Replay<'a> {
    fn new(place: &'a str) -> Replay<'a> {
        let machine = LedgerMachine::new(hash_key::draw());
        Replay { state: machine.genesis(), machine, place }
    }

    fn take(&mut self, block: &Block) -> Result<(), Failure> {
        let time = Timestamp(block.header().time_us);
        for (seq, bytes) in block.events() {
            let event = self.machine.decode(bytes).expect("bug: the auditor read an event that replay cannot read");
            self.require_digest_of(&event)?;
            self.machine.evolve(&mut self.state, EventSeq(seq), time, &event);
        }
        Ok(())
    }

    /// A day closes over a digest.
    fn require_digest_of(&self, event: &Event) -> Result<(), Failure> {
        let Some(named) = self.machine.digest_named_by(event) else { return Ok(()) };
        if named == self.machine.digest(&self.state) { Ok(()) } else { Err(self.differs()) }
    }

    fn require(&self, verified: &audit::Verified) -> Result<(), Failure> {
        let height = self.machine.next_seq(&self.state).0;
        let same = height == verified.journal_height && self.machine.digest(&self.state) == verified.state_digest;
        if same { Ok(()) } else { Err(self.differs()) }
    }

    fn differs(&self) -> Failure {
        let height = self.machine.next_seq(&self.state);
        let place = self.place;
        let message = format!(
            "replay by the ledger and the auditor's own model come to different states before event {height}; {place}; \
             do not use this version on this journal, and report it"
        );
        Failure::new(Exit::Storage, "DIGEST_MISMATCH", message)
    }
}
