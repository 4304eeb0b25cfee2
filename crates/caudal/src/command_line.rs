//! The grammar of the command line: commands, options, and what their values may be.

use crate::commands::{
    backup, clear, demo, drill, facilities, payload, play, posting_file, queue, reconcile, restore, rulebook, simulate,
    snapshot, tables, trial_balance, verify, verify_clearing,
};
use crate::failure::Failure;
use clap::error::ErrorKind;
use clap::{CommandFactory, Parser, Subcommand};
use std::ffi::OsString;

/// Columns of help and of wrapped text.
const COLUMNS: usize = 100;

const CONTENTS: &str = "\
Begin with:
  caudal demo                     one business day of the region, nothing needed
  caudal rulebook show caudal     the rules that it runs under

Exit codes:
  0 done   1 a check said no   2 wrong use   3 wrong data (CSV, TOML)
  4 configuration or connection   5 storage or integrity   70 a bug of this program

Errors are one line on stderr: error[CODE]: what; where; what to do. Codes are permanent.";

#[derive(Parser, Debug)]
#[command(
    name = "caudal",
    version,
    about = "Multilateral clearing for Latin America and the Caribbean: a clearing house and its lab",
    after_help = CONTENTS,
    max_term_width = COLUMNS,
    arg_required_else_help = true,
    disable_help_subcommand = true
)]
struct Root {
    #[command(subcommand)]
    command: Command,
}

/// What to do.
#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Runs one business day of the region under Caudal's own arrangement; needs no file
    #[command(after_help = demo::EXAMPLE)]
    Demo(demo::Arguments),
    /// Runs trade through an arrangement: years or windows, rates and holidays from files
    #[command(after_help = simulate::EXAMPLE)]
    Simulate(simulate::Arguments),
    /// Lists, shows and checks rulebooks: the rules of an arrangement, each with its article
    #[command(subcommand, arg_required_else_help = true, after_help = rulebook::EXAMPLE)]
    Rulebook(rulebook::Command),
    /// Plays a script: a worked example of an arrangement, with what is to be expected of it
    #[command(after_help = play::EXAMPLE)]
    Play(play::Arguments),
    /// Verifies a journal: nothing lost, nothing changed, every rule kept, the same state by two ways
    #[command(after_help = verify::EXAMPLE)]
    Verify(verify::Arguments),
    /// Copies a journal, in use or not, and verifies the copy
    #[command(after_help = backup::EXAMPLE)]
    Backup(backup::Arguments),
    /// Brings a backup back into an empty folder, and says what it lacks
    #[command(after_help = restore::EXAMPLE)]
    Restore(restore::Arguments),
    /// Prepares a quick start at an upgrade, while the old version still runs
    #[command(after_help = snapshot::EXAMPLE)]
    Snapshot(snapshot::Arguments),
    /// Shows, erases and verifies personal data; their keys, their copies and the register of erasures
    #[command(subcommand, arg_required_else_help = true, after_help = payload::EXAMPLE)]
    Payload(payload::Command),
    /// Makes the journal into SQL tables, and answers what an auditor asks of them
    #[command(after_help = tables::EXAMPLE)]
    Tables(tables::Arguments),
    /// Compares statements of the agent or a national system with the books: a register of breaks
    #[command(after_help = reconcile::EXAMPLE)]
    Reconcile(reconcile::Arguments),
    /// Prints every account with its balance, by book; by a member's own chart, too
    #[command(after_help = trial_balance::EXAMPLE)]
    TrialBalance(trial_balance::Arguments),
    /// Prints who can draw what today: lines, swaps, quotas and funds, with what is drawn, left, due, and in the way
    #[command(after_help = facilities::EXAMPLE)]
    Facilities(facilities::Arguments),
    /// Writes what a member has to enter in its own books: every posting of a day, by its own chart, too
    #[command(after_help = posting_file::EXAMPLE)]
    PostingFile(posting_file::Arguments),
    /// Sets off debts from a file: the most that can be, proved
    #[command(after_help = clear::EXAMPLE)]
    Clear(clear::Arguments),
    /// Settles queued payments from a file together: the most that can be, proved
    #[command(after_help = queue::EXAMPLE)]
    Queue(queue::Arguments),
    /// Checks a folder of results of clear or queue by its certificate; nothing is solved
    #[command(after_help = verify_clearing::EXAMPLE)]
    VerifyClearing(verify_clearing::Arguments),
    /// Puts the engine through seeded trouble: crashes, torn writes, full disks, lost answers, stepping clocks
    #[command(after_help = drill::EXAMPLE)]
    Drill(drill::Arguments),
}

/// What the arguments ask for.
pub(crate) enum Wanted {
    /// A command.
    Command(Command),
    /// A page of help, or the version.
    Page(String),
}

/// Reads the arguments.
///
/// # Errors
/// Whatever is wrong with them, as one line.
pub(crate) fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Wanted, Failure> {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    match Root::try_parse_from(&arguments) {
        Ok(root) => Ok(Wanted::Command(root.command)),
        Err(error) => match error.kind() {
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Ok(Wanted::Page(error.render().to_string())),
            _ => Err(wrong_use(&error, &named_command(&arguments))),
        },
    }
}

/// The command that the arguments name, as far as there is one: `caudal rulebook list`.
fn named_command(arguments: &[OsString]) -> String {
    let mut command = Root::command();
    let mut name = command.get_name().to_owned();
    for word in arguments.iter().skip(1) {
        let Some(below) = command.find_subcommand(word) else { break };
        command = below.clone();
        name = format!("{name} {}", command.get_name());
    }
    name
}

/// Says what clap says, in the form of every other error: what; where; what to do.
fn wrong_use(error: &clap::Error, command: &str) -> Failure {
    let remedy = format!("`{command} --help` shows what it takes");
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return Failure::wrong_use(format!("a command is missing; {command} <COMMAND>; {remedy}"));
    }
    let rendered = error.render().to_string();
    let mut paragraphs = rendered.split("\n\n").map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "));
    let what = paragraphs.next().unwrap_or_default();
    let what = what.strip_prefix("error: ").unwrap_or(&what).to_owned();
    let tip = paragraphs.find_map(|paragraph| paragraph.strip_prefix("tip: ").map(str::to_owned));
    let usage = rendered.lines().find_map(|line| line.strip_prefix("Usage: ")).unwrap_or(command);
    Failure::wrong_use(format!("{what}; {usage}; {}", tip.unwrap_or(remedy)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grammar_contradicts_itself_nowhere() {
        Root::command().debug_assert();
    }
}
