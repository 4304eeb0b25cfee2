//! The folder of a demo: begun, gone on with, and left in order.

use crate::failure::{Exit, Failure};
use crate::progress::Bar;
use crate::{auxiliary, hash_key, warnings};
use domain::Timestamp;
use journal_sqlite::{DATABASE_FILE, MARK_FILE};
use node::{Node, Options};
use std::path::Path;

/// What a run in a folder was begun with, as names and values.
pub(crate) type Begun = Vec<(&'static str, String)>;

/// Refuses a folder in which something was begun, unless it is to be gone on with.
///
/// # Errors
/// Wrong use.
pub(crate) fn require_new(dir: &Path) -> Result<(), Failure> {
    if [DATABASE_FILE, MARK_FILE].iter().all(|name| !dir.join(name).exists()) {
        return Ok(());
    }
    let message = format!(
        "the folder holds a journal already; {}; add --resume to go on with it, or name an empty or new folder",
        dir.display()
    );
    Err(Failure::new(Exit::WrongUse, "DATA_NOT_EMPTY", message))
}

/// Opens a folder, or makes it, and replays what is in it. `time` is the run's own: no block may carry the clock's.
///
/// # Errors
/// Faults of the folder; wrong use if it was begun with other arguments.
pub(crate) fn open(
    dir: &Path,
    time: Timestamp,
    payments_in_memory: Option<u64>,
    begun: &Begun,
) -> Result<Node, Failure> {
    let bar = Bar::new("replaying", 1, "events");
    let mut warn = |warning: node::Warning| warnings::warn(warning.code, warning);
    let mut progress = |replayed: engine::Replayed| bar.of(replayed.height.0, replayed.of.0);
    // The lab solves the runs of its own world, at its own time.
    let options = Options { payments_in_memory, optimising: None, ..Options::new(hash_key::draw()) };
    // What is no journal is told of by opening it.
    if dir.join(DATABASE_FILE).exists() {
        require_same(dir, begun)?;
    }
    let mut node = Node::open(dir, time, &options, &mut warn, &mut progress)?;
    if node.engine().durable_height().0 == 0 {
        note(dir, begun);
    }
    Ok(node)
}

/// Compares with the arguments that the folder was begun with, where they are noted. The lab itself compares the run
/// with the journal, event by event: the note only says what differs in the words of the command line.
fn require_same(dir: &Path, begun: &Begun) -> Result<(), Failure> {
    let noted = auxiliary::read_or_warn(dir, auxiliary::ARGUMENTS).unwrap_or_default();
    let differing = differences(&String::from_utf8_lossy(&noted), begun);
    if differing.is_empty() {
        return Ok(());
    }
    let message = format!(
        "the run in the folder was begun with other arguments: {}; {}; give the same arguments, or name an empty or new \
         folder",
        differing.join(", "),
        dir.display()
    );
    Err(Failure::new(Exit::WrongUse, "RUN_OTHER", message))
}

/// Notes the arguments for whoever resumes the run.
fn note(dir: &Path, begun: &Begun) {
    let text: String = begun.iter().map(|(name, value)| format!("{name} {value}\n")).collect();
    auxiliary::write_or_warn(dir, auxiliary::ARGUMENTS, text.as_bytes());
}

/// What differs, as in `--seed 7 there, 8 given`.
fn differences(noted: &str, begun: &Begun) -> Vec<String> {
    let differing = begun.iter().filter_map(|(name, given)| {
        let there = noted.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))?;
        (there != given).then(|| format!("{name} {there} there, {given} given"))
    });
    differing.collect()
}

/// Leaves a folder in order: everything durable, a snapshot for the next start, the database complete in itself.
///
/// # Errors
/// Faults of the folder.
pub(crate) fn close(node: Node, begun: &Begun) -> Result<(), Failure> {
    // While the folder is still locked. The run was this one: what it was begun with may be noted anew.
    note(node.dir(), begun);
    node.close()?;
    Ok(())
}
