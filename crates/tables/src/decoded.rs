//! Blocks with their events read: here, or ahead on a thread of their own.

use crate::fault::TablesFault;
use domain::{Event, Timestamp};
use journal::{Block, JournalFault};
use std::borrow::Borrow;
use std::sync::mpsc::sync_channel;

/// Blocks that are read ahead at most: enough to keep both threads busy whatever the size of blocks.
const BLOCKS_AHEAD_MAX: usize = 64;

/// A block, owned or borrowed, and what its events are.
pub(crate) struct Decoded<B = Block> {
    pub(crate) block: B,
    /// Up to the first that cannot be read.
    events: Vec<Event>,
    unreadable: Option<TablesFault>,
}

impl<B: Borrow<Block>> Decoded<B> {
    pub(crate) fn of(block: B) -> Decoded<B> {
        let mut events = Vec::new();
        let mut unreadable = None;
        for (seq, bytes) in block.borrow().events() {
            match codec::decode_exact(bytes) {
                Ok(event) => events.push(event),
                Err(error) => {
                    let (code, detail) = (error.code(), error.to_string());
                    unreadable = Some(TablesFault::EventUnreadable { seq, code, detail });
                    break;
                }
            }
        }
        Decoded { block, events, unreadable }
    }

    pub(crate) fn time(&self) -> Timestamp {
        Timestamp(self.block.borrow().header().time_us)
    }

    /// The events with their numbers, and then why there are no more, if that is a fault.
    pub(crate) fn events(&self) -> impl Iterator<Item = Result<(u64, &Event), TablesFault>> {
        let first = self.block.borrow().header().first_seq;
        (first..).zip(&self.events).map(Ok).chain(self.unreadable.clone().map(Err))
    }
}

/// Reads blocks and their events on another thread, a little ahead of whoever takes them.
pub(crate) fn ahead<R>(
    blocks: impl Iterator<Item = Result<Block, JournalFault>> + Send,
    take: impl FnOnce(&mut dyn Iterator<Item = Result<Decoded, JournalFault>>) -> R,
) -> R {
    std::thread::scope(|scope| {
        let (sender, received) = sync_channel(BLOCKS_AHEAD_MAX);
        scope.spawn(move || {
            for block in blocks {
                // Whoever took them has left: with a fault, which is told there.
                if sender.send(block.map(Decoded::of)).is_err() {
                    return;
                }
            }
        });
        take(&mut received.into_iter())
    })
}
