//! The command line as its users meet it: the real program, its output, its exit codes, and what it leaves on disk.
//!
//! | for | see |
//! | --- | --- |
//! | pages of help, wrong use | `help.rs`, `wrong_use.rs` |
//! | the object and the page of a run, its tables | `run_json.rs`, `run_page.rs`, `csv_tables.rs` |
//! | wrong files | `wrong_data.rs`, `rulebooks.rs` |
//! | folders begun, resumed, copied, in use, foreign | `folders.rs` |
//! | flipped bits in every region of every file | `damage.rs` |
//! | worked examples as scripts | `play.rs` |
//! | kill -9 at random moments | `killed.rs` |
//! | statements against the books, balances by a chart | `reconcile.rs` |
//! | SQL tables, questions, the page that describes them | `tables.rs` |
//! | debts set off, queues settled, their folders checked | `clear.rs`, `queue.rs`, `verify_clearing.rs` |
//! | folders of results: replaced whole, nobody else's files | `result_folders.rs` |
//! | seeded trouble | `drill.rs` |
//! | personal data: shown, erased, verified, copied | `payloads.rs` |
//! | disks that are full or may not be written | `disks.rs` |

mod clear;
mod clearing_folder;
mod csv_tables;
mod damage;
mod disks;
mod drill;
mod facilities;
mod folders;
mod help;
mod killed;
mod payloads;
mod play;
mod program;
mod queue;
mod reconcile;
mod result_folders;
mod rulebooks;
mod run_json;
mod run_page;
mod tables;
mod upgrade;
mod verify_clearing;
mod wrong_data;
mod wrong_use;
