//! `caudal`: the command line of the clearing house and of its lab.
//!
//! Thin by design. It reads arguments and files, opens folders, shows progress and prints results; what a payment is, it
//! asks the crates below. One file per command in `commands/`; `caudal --help` is the table of contents.

mod answer_text;
mod auxiliary;
mod clearing_files;
mod command_line;
mod commands;
mod demo_folder;
mod failure;
mod folder_check;
mod hash_key;
mod json;
mod output;
mod payment_way;
mod people;
mod progress;
mod reconciliation_report;
mod run_csv;
mod run_report;
mod run_settling;
mod values;
mod warnings;
mod watcher;

use command_line::Wanted;
use failure::Exit;
use std::process::ExitCode;

fn main() -> ExitCode {
    failure::report_bugs();
    // The hook has told of a panic; what is left to do is to end with its code.
    let ended = std::panic::catch_unwind(run).unwrap_or(Exit::Bug);
    ExitCode::from(ended.code())
}

fn run() -> Exit {
    let done = match command_line::read(std::env::args_os()) {
        Ok(Wanted::Command(command)) => commands::run(command),
        Ok(Wanted::Page(page)) => output::print(&page).map(|()| Exit::Done),
        Err(failure) => Err(failure),
    };
    done.unwrap_or_else(|failure| {
        failure.report();
        failure.exit
    })
}
