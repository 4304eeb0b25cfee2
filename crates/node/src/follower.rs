//! Threads that follow durable blocks: each at its own pace, none in the way of the writer, all from the journal alone.

use crate::throttle::{self, Throttle};
use journal::{Block, Head, JournalFault};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// How long a follower that has everything waits before it looks again.
const LOOKS_EVERY: Duration = Duration::from_millis(50);

/// Blocks of one look: after so many what is durable by then is looked up anew.
const BLOCKS_OF_A_LOOK: usize = 256;

/// What follows durable blocks.
pub(crate) trait Follow: Send + 'static {
    /// Name of its thread.
    const NAME: &'static str;

    /// Where it stands.
    fn head(&self) -> Head;

    /// Takes the next block.
    ///
    /// # Errors
    /// Why it can follow no further, as [`Stopped`].
    fn take(&mut self, block: &Block) -> Result<(), Stopped>;

    /// Everything durable so far was taken.
    ///
    /// # Errors
    /// As [`Follow::take`].
    fn caught_up(&mut self, throttle: &mut Throttle) -> Result<(), Stopped>;
}

/// Why a follower stopped. The house goes on: what it kept is a copy of the journal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stopped {
    /// The permanent code.
    pub code: &'static str,
    /// What is wrong, where, and what to do.
    pub message: String,
}

impl std::fmt::Display for Stopped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<JournalFault> for Stopped {
    fn from(fault: JournalFault) -> Self {
        Self { code: fault.code(), message: fault.to_string() }
    }
}

/// A follower at work.
pub(crate) struct Follower {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    /// Ends as soon as it can.
    end: AtomicBool,
    /// Ends when everything is taken.
    finish: AtomicBool,
    /// Events taken.
    height: AtomicU64,
    stopped: Mutex<Option<Stopped>>,
}

impl Follower {
    /// Starts a thread that follows the journal in a folder, working a share of the time.
    pub(crate) fn start<F: Follow>(mut follow: F, dir: &Path, work_share_ppm: u32) -> std::io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let (seen, dir) = (Arc::clone(&shared), dir.to_owned());
        let thread = std::thread::Builder::new().name(F::NAME.to_owned()).spawn(move || {
            throttle::step_back();
            let mut throttle = Throttle::new(work_share_ppm);
            if let Err(stopped) = run(&mut follow, &dir, &seen, &mut throttle) {
                *seen.stopped.lock().unwrap_or_else(PoisonError::into_inner) = Some(stopped);
            }
        })?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Events taken so far.
    pub(crate) fn height(&self) -> u64 {
        self.shared.height.load(Ordering::Relaxed)
    }

    /// Why it stopped, if it did.
    pub(crate) fn stopped(&self) -> Option<Stopped> {
        self.shared.stopped.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Lets it take what is durable, and ends it.
    pub(crate) fn finish(mut self) -> Option<Stopped> {
        self.shared.finish.store(true, Ordering::Relaxed);
        self.join();
        self.stopped()
    }

    fn join(&mut self) {
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            let stopped = Stopped {
                code: "FOLLOWER_BUG",
                message: "a thread beside the writer panicked; its message is above; report it: the journal is whole"
                    .to_owned(),
            };
            *self.shared.stopped.lock().unwrap_or_else(PoisonError::into_inner) = Some(stopped);
        }
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.shared.end.store(true, Ordering::Relaxed);
        self.join();
    }
}

fn run<F: Follow>(follow: &mut F, dir: &Path, shared: &Shared, throttle: &mut Throttle) -> Result<(), Stopped> {
    while !shared.end.load(Ordering::Relaxed) {
        // Asked before looking: whatever was durable when the end was asked for is seen by this look.
        let finish = shared.finish.load(Ordering::Relaxed);
        let journal = journal_sqlite::open_read_only(dir)?;
        throttle.begin();
        let mut taken = 0;
        for block in journal.blocks_after(&follow.head())?.take(BLOCKS_OF_A_LOOK) {
            if shared.end.load(Ordering::Relaxed) {
                return Ok(());
            }
            follow.take(&block?)?;
            shared.height.store(follow.head().next_seq, Ordering::Relaxed);
            taken += 1;
            if !finish {
                throttle.breathe();
            }
        }
        if taken == BLOCKS_OF_A_LOOK {
            continue;
        }
        drop(journal);
        follow.caught_up(throttle)?;
        if finish {
            return Ok(());
        }
        std::thread::sleep(LOOKS_EVERY);
    }
    Ok(())
}
