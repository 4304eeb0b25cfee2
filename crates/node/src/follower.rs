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
    /// Why it can follow no further, as [`Stopped`] for good: what was taken in part cannot be taken again.
    fn take(&mut self, block: &Block) -> Result<(), Stopped>;

    /// Everything durable so far was taken.
    ///
    /// # Errors
    /// What could not be done; it is asked again later unless it says that it has stopped for good.
    fn caught_up(&mut self, throttle: &mut Throttle) -> Result<(), Stopped>;
}

/// How long a follower waits before it tries again what the world did not let it do: at first, and at most.
const TRIES_AGAIN_AFTER: Duration = Duration::from_millis(200);
const TRIES_AGAIN_AFTER_MAX: Duration = Duration::from_secs(60);

/// Why a follower stands still. The house goes on: what it kept is a copy of the journal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stopped {
    /// Whether it has ended: its copy contradicts the journal. Else it tries again from time to time.
    pub for_good: bool,
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
        let for_good = matches!(
            fault,
            JournalFault::Forked { .. }
                | JournalFault::Corrupt { .. }
                | JournalFault::Truncated { .. }
                | JournalFault::SchemaNewer { .. }
        );
        Self { for_good, code: fault.code(), message: fault.to_string() }
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

impl Shared {
    fn say(&self, stopped: Option<Stopped>) {
        *self.stopped.lock().unwrap_or_else(PoisonError::into_inner) = stopped;
    }
}

fn panicked() -> Stopped {
    let message =
        "a thread beside the writer panicked; its message is above; report it: the journal is whole".to_owned();
    Stopped { for_good: true, code: "FOLLOWER_BUG", message }
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
                seen.say(Some(stopped));
            }
        })?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Events taken so far.
    pub(crate) fn height(&self) -> u64 {
        self.shared.height.load(Ordering::Relaxed)
    }

    /// Why it stands still, if it does.
    pub(crate) fn stopped(&self) -> Option<Stopped> {
        // Asked first: a thread that ends of itself has said why by then.
        let has_ended = self.thread.as_ref().is_some_and(JoinHandle::is_finished);
        let stopped = self.shared.stopped.lock().unwrap_or_else(PoisonError::into_inner).clone();
        stopped.or_else(|| has_ended.then(panicked))
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
            self.shared.say(Some(panicked()));
        }
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.shared.end.store(true, Ordering::Relaxed);
        self.join();
    }
}

/// Looks again and again. What the world does not allow is tried again, after longer and longer pauses; what contradicts the
/// journal ends it.
fn run<F: Follow>(follow: &mut F, dir: &Path, shared: &Shared, throttle: &mut Throttle) -> Result<(), Stopped> {
    let mut pause = TRIES_AGAIN_AFTER;
    while !shared.end.load(Ordering::Relaxed) {
        // Asked before looking: whatever was durable when the end was asked for is seen by this look.
        let finish = shared.finish.load(Ordering::Relaxed);
        match look(follow, dir, shared, throttle, finish) {
            Ok(Seen::More) => {}
            Ok(Seen::All) => {
                shared.say(None);
                pause = TRIES_AGAIN_AFTER;
                if finish {
                    return Ok(());
                }
                std::thread::sleep(LOOKS_EVERY);
            }
            Err(stopped) if stopped.for_good || finish => return Err(stopped),
            Err(stopped) => {
                shared.say(Some(stopped));
                wait(pause, shared);
                pause = (2 * pause).min(TRIES_AGAIN_AFTER_MAX);
            }
        }
    }
    Ok(())
}

/// What a look found.
enum Seen {
    /// There may be more.
    More,
    /// Everything that is durable.
    All,
}

fn look<F: Follow>(
    follow: &mut F,
    dir: &Path,
    shared: &Shared,
    throttle: &mut Throttle,
    finish: bool,
) -> Result<Seen, Stopped> {
    let journal = journal_sqlite::open_read_only(dir)?;
    throttle.begin();
    let mut taken = 0;
    for block in journal.blocks_after(&follow.head())?.take(BLOCKS_OF_A_LOOK) {
        if shared.end.load(Ordering::Relaxed) {
            return Ok(Seen::More);
        }
        follow.take(&block?)?;
        shared.height.store(follow.head().next_seq, Ordering::Relaxed);
        taken += 1;
        if !finish {
            throttle.breathe();
        }
    }
    if taken == BLOCKS_OF_A_LOOK {
        return Ok(Seen::More);
    }
    drop(journal);
    follow.caught_up(throttle)?;
    Ok(Seen::All)
}

/// Waits, unless the end is asked for.
fn wait(pause: Duration, shared: &Shared) {
    let mut waited = Duration::ZERO;
    while waited < pause && !shared.end.load(Ordering::Relaxed) && !shared.finish.load(Ordering::Relaxed) {
        std::thread::sleep(LOOKS_EVERY);
        waited += LOOKS_EVERY;
    }
}
