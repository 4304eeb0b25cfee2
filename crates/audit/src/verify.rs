//! Verification of a journal: the chain of blocks, the events in them, the rules, and the digest.

use crate::finding::Finding;
use crate::model::Model;
use codec::DecodeError;
use domain::{Event, EventBody, EventSeq, Timestamp};
use journal::{Block, ChainVerifier, Head, JournalFault, Mark};
use std::fmt;

/// A journal that was verified from its beginning.
pub struct Verified {
    /// Number of events.
    pub journal_height: u64,
    /// Digest of the canonical state after the last event.
    pub state_digest: [u8; 32],
    /// Business days that closed, each over a digest that the auditor found too.
    pub days_closed: u64,
    /// Where the chain of blocks ends.
    pub head: Head,
    /// The state that the auditor came to.
    pub model: Model,
}

/// Why a journal did not verify.
#[derive(Clone, Debug)]
pub enum VerifyFault {
    /// The chain of blocks is broken, ends too early, or cannot be read.
    Journal(JournalFault),
    /// Bytes in it are no event that this program can read.
    Undecodable {
        /// The event.
        seq: EventSeq,
        /// The journal.
        place: String,
        /// What is wrong with its bytes.
        error: DecodeError,
    },
    /// An event breaks a rule, or a day closed over another digest.
    Finding {
        /// The journal.
        place: String,
        /// What was found.
        finding: Box<Finding>,
    },
}

impl VerifyFault {
    /// The permanent code that programs compare.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Journal(fault) => fault.code(),
            Self::Undecodable { error, .. } => error.code(),
            Self::Finding { finding, .. } => finding.check.code(),
        }
    }
}

impl fmt::Display for VerifyFault {
    /// `what; where; what to do`, to stand after `error[CODE]: `.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Journal(fault) => fault.fmt(f),
            Self::Undecodable { seq, place, error } => {
                let remedy = if error.needs_newer_program() {
                    "use the version of the program that wrote it, or a later one"
                } else {
                    "keep the folder as it is, and restore the newest backup into an empty folder"
                };
                write!(f, "event {seq}: {error}; {place}; {remedy}")
            }
            Self::Finding { place, finding } => {
                write!(f, "{finding}; {place}; keep the folder as it is, and report it: the rules were not kept")
            }
        }
    }
}

impl std::error::Error for VerifyFault {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Journal(fault) => Some(fault),
            Self::Undecodable { error, .. } => Some(error),
            Self::Finding { finding, .. } => Some(finding),
        }
    }
}

impl From<JournalFault> for VerifyFault {
    fn from(fault: JournalFault) -> Self {
        Self::Journal(fault)
    }
}

/// Verifies a journal block by block, for callers that show how far it has come.
pub struct Verifier {
    place: String,
    chain: ChainVerifier,
    model: Model,
    days_closed: u64,
}

impl Verifier {
    /// Verifies from the beginning. `place` names the journal in faults; the high-water mark says how far it must reach.
    ///
    /// # Errors
    /// [`VerifyFault::Journal`] where the mark names an empty journal that is another one.
    pub fn new(mark: Mark, place: &str) -> Result<Self, VerifyFault> {
        Ok(Self {
            place: place.to_owned(),
            chain: ChainVerifier::after(Head::EMPTY, place).against(mark)?,
            model: Model::new(),
            days_closed: 0,
        })
    }

    /// Checks the next block and every event in it.
    ///
    /// # Errors
    /// The first thing wrong; nothing is to be checked after it.
    pub fn check(&mut self, block: &Block) -> Result<(), VerifyFault> {
        self.chain.check(block)?;
        let time = Timestamp(block.header().time_us);
        for (seq, bytes) in block.events() {
            let seq = EventSeq(seq);
            let event = codec::decode_exact(bytes).map_err(|error| VerifyFault::Undecodable {
                seq,
                place: self.place.clone(),
                error,
            })?;
            self.apply(seq, time, &event)?;
        }
        Ok(())
    }

    fn apply(&mut self, seq: EventSeq, time: Timestamp, event: &Event) -> Result<(), VerifyFault> {
        self.model
            .apply(seq, time, event)
            .map_err(|finding| VerifyFault::Finding { place: self.place.clone(), finding: Box::new(finding) })?;
        self.days_closed += u64::from(matches!(event.body, EventBody::DayClosed { .. }));
        Ok(())
    }

    /// Number of events checked so far.
    #[must_use]
    pub fn height(&self) -> u64 {
        self.model.events()
    }

    /// Ends the verification.
    ///
    /// # Errors
    /// [`VerifyFault::Journal`] if the journal ends before its high-water mark.
    pub fn finish(self) -> Result<Verified, VerifyFault> {
        let head = self.chain.finish()?;
        Ok(Verified {
            journal_height: self.model.events(),
            state_digest: self.model.digest(),
            days_closed: self.days_closed,
            head,
            model: self.model,
        })
    }
}

/// Verifies a whole journal read from its beginning: the chain of blocks up to its high-water mark, every event against
/// the rules, and every day's digest.
///
/// # Errors
/// The first thing wrong.
pub fn verify(
    blocks: impl Iterator<Item = Result<Block, JournalFault>>,
    mark: Mark,
    place: &str,
) -> Result<Verified, VerifyFault> {
    let mut verifier = Verifier::new(mark, place)?;
    for block in blocks {
        verifier.check(&block?)?;
    }
    verifier.finish()
}
