//! Personal data beside the journal: put before the block that names it, and swept of what no block names.

use crate::fault::{NodeFault, Warning};
use domain::command::CommandBody;
use domain::{Commitment, EventBody};
use engine::{Batch, Released};
use journal::{Block, Head, JournalFault};
use ledger::Answer;
use payloads::{HouseKey, PayloadStore, Presence, SealedPayload, StoreOptions};
use std::collections::{BTreeSet, VecDeque};
use std::path::Path;

/// Folder of the store.
pub const PAYLOAD_FOLDER: &str = "payloads";

/// Up to which head of the journal the store was swept.
const SWEPT: &str = "payloads-swept";

/// The store of a node, and what it still has to let go of.
pub(crate) struct PersonalData {
    store: PayloadStore,
    /// Commitments of batches under way, by place of their command.
    flying: VecDeque<Vec<Option<Commitment>>>,
    /// Payloads put here that no answer named: if it stays so, nobody instructed that they be kept.
    unnamed: BTreeSet<Commitment>,
}

impl PersonalData {
    /// Opens the store and sweeps it of what the blocks since the last sweep do not name.
    pub(crate) fn open(
        dir: &Path,
        key: &HouseKey,
        head: &Head,
        blocks_after: &mut dyn FnMut(&Head) -> Result<journal::Blocks, JournalFault>,
        warn: &mut dyn FnMut(Warning),
    ) -> Result<Self, NodeFault> {
        let (mut store, warnings) = PayloadStore::open(&dir.join(PAYLOAD_FOLDER), key, StoreOptions::default())?;
        warnings.into_iter().for_each(|warning| warn(Warning { code: warning.code, message: warning.message }));
        // The note says to which head of the journal the store was swept, and how far in the store that was: if the store
        // says another thing, it is not the one that was swept (it was restored), and everything is looked through.
        let swept = swept_to(dir)?.filter(|(_, slots)| *slots == store.swept_slots()).map(|(head, _)| head);
        if swept != Some(*head) {
            let from = swept.unwrap_or(Head::EMPTY);
            // A head of another journal says nothing: then everything is looked through.
            let blocks = blocks_after(&from).or_else(|_| blocks_after(&Head::EMPTY))?;
            let named = commitments(blocks)?;
            store.sweep(|commitment| named.contains(commitment))?;
            note_swept(dir, head, store.swept_slots())?;
        }
        Ok(Self { store, flying: VecDeque::new(), unnamed: BTreeSet::new() })
    }

    pub(crate) const fn store(&mut self) -> &mut PayloadStore {
        &mut self.store
    }

    /// Puts payloads and syncs them: afterwards the batch may be submitted. Gives those that were not there before.
    pub(crate) fn put(&mut self, payloads: &[(Commitment, SealedPayload)]) -> Result<BTreeSet<Commitment>, NodeFault> {
        let mut fresh = BTreeSet::new();
        for (commitment, _) in payloads {
            if self.store.presence(commitment)? == Presence::Unknown {
                fresh.insert(*commitment);
            }
        }
        if !payloads.is_empty() {
            self.store.put_batch(payloads)?;
        }
        Ok(fresh)
    }

    /// The batch was taken, with payloads of which these were not there before.
    pub(crate) fn submitted(&mut self, batch: &Batch, fresh: &BTreeSet<Commitment>) {
        let commitment = |command: &domain::Command| match &command.body {
            CommandBody::Submit(submission) => Some(submission.order().commitment),
            _ => None,
        };
        self.unnamed.extend(fresh);
        self.flying.push_back(batch.entries.iter().map(|entry| commitment(&entry.command)).collect());
    }

    /// The batch came back: what its answers name is kept. The same payload may come with several orders, of which one is
    /// refused and another is not, in whatever batches.
    pub(crate) fn released(&mut self, released: &Released) {
        let Some(commitments) = self.flying.pop_front() else { return };
        let is_named = |place: usize| {
            matches!(
                released.answers.get(place).map(|answered| &answered.answer),
                Some(Answer::Accepted { .. } | Answer::Duplicate { refusal: None, .. })
            )
        };
        for (place, commitment) in commitments.iter().enumerate() {
            if let Some(commitment) = commitment
                && is_named(place)
            {
                self.unnamed.remove(commitment);
            }
        }
    }

    /// Everything is durable: nothing is left that no event names.
    pub(crate) fn close(mut self, dir: &Path, head: &Head) -> Result<(), NodeFault> {
        let unnamed = self.unnamed;
        self.store.sweep(|commitment| !unnamed.contains(commitment))?;
        let slots = self.store.swept_slots();
        self.store.close()?;
        note_swept(dir, head, slots)
    }
}

fn commitments(blocks: impl Iterator<Item = Result<Block, JournalFault>>) -> Result<BTreeSet<Commitment>, NodeFault> {
    let mut named = BTreeSet::new();
    for block in blocks {
        for (_, bytes) in block?.events() {
            // Replay has read them all before.
            if let Ok(event) = codec::decode_exact(bytes)
                && let EventBody::PaymentEntered(entered) = event.body
            {
                named.insert(entered.commitment);
            }
        }
    }
    Ok(named)
}

/// The head of the last sweep and how far in the store it was, if it is known.
fn swept_to(dir: &Path) -> Result<Option<(Head, u64)>, NodeFault> {
    match journal_sqlite::read_auxiliary(dir, SWEPT) {
        Ok(bytes) => Ok(bytes.and_then(|bytes| {
            let (slots, head) = bytes.split_first_chunk()?;
            Some((head_of(head)?, u64::from_be_bytes(*slots)))
        })),
        Err(JournalFault::AuxiliaryDamaged { .. }) => Ok(None),
        Err(fault) => Err(fault.into()),
    }
}

fn note_swept(dir: &Path, head: &Head, slots: u64) -> Result<(), NodeFault> {
    let mut bytes = Vec::new();
    for number in [slots, head.blocks, head.next_seq, head.epoch] {
        bytes.extend_from_slice(&number.to_be_bytes());
    }
    bytes.extend_from_slice(&head.time_us.to_be_bytes());
    bytes.extend_from_slice(&head.hash);
    Ok(journal_sqlite::write_auxiliary(dir, SWEPT, &bytes)?)
}

fn head_of(bytes: &[u8]) -> Option<Head> {
    let number = |at: usize| bytes.get(at..at + 8)?.try_into().ok();
    Some(Head {
        blocks: u64::from_be_bytes(number(0)?),
        next_seq: u64::from_be_bytes(number(8)?),
        epoch: u64::from_be_bytes(number(16)?),
        time_us: i64::from_be_bytes(number(24)?),
        hash: bytes.get(32..)?.try_into().ok()?,
    })
}
