//! One file per command.

pub(crate) mod backup;
pub(crate) mod clear;
pub(crate) mod demo;
pub(crate) mod drill;
pub(crate) mod facilities;
pub(crate) mod payload;
pub(crate) mod play;
pub(crate) mod posting_file;
pub(crate) mod queue;
pub(crate) mod reconcile;
pub(crate) mod restore;
pub(crate) mod rulebook;
pub(crate) mod simulate;
pub(crate) mod snapshot;
pub(crate) mod tables;
pub(crate) mod trial_balance;
pub(crate) mod verify;
pub(crate) mod verify_clearing;

use crate::command_line::Command;
use crate::failure::{Exit, Failure};

/// Carries out a command.
pub(crate) fn run(command: Command) -> Result<Exit, Failure> {
    match command {
        Command::Demo(arguments) => demo::run(&arguments),
        Command::Simulate(arguments) => simulate::run(&arguments),
        Command::Rulebook(command) => rulebook::run(command),
        Command::Play(arguments) => play::run(&arguments),
        Command::Verify(arguments) => verify::run(&arguments),
        Command::Backup(arguments) => backup::run(&arguments),
        Command::Restore(arguments) => restore::run(&arguments),
        Command::Snapshot(arguments) => snapshot::run(&arguments),
        Command::Payload(command) => payload::run(&command),
        Command::Clear(arguments) => clear::run(&arguments),
        Command::Queue(arguments) => queue::run(&arguments),
        Command::VerifyClearing(arguments) => verify_clearing::run(&arguments),
        Command::Tables(arguments) => tables::run(&arguments),
        Command::Reconcile(arguments) => reconcile::run(&arguments),
        Command::TrialBalance(arguments) => trial_balance::run(&arguments),
        Command::Facilities(arguments) => facilities::run(&arguments),
        Command::PostingFile(arguments) => posting_file::run(&arguments),
        Command::Drill(arguments) => drill::run(&arguments),
    }
}
