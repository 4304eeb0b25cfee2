//! A node: the house at work in a folder. It puts the engine over the journal, gives it the archive of old payments, lets
//! replicas follow in threads of their own, and keeps everything beside the journal replaceable.
//!
//! | in the folder | what it is | when it is lost |
//! | --- | --- | --- |
//! | the journal's files | what happened | restore a backup |
//! | `payloads/` | personal data, erasable | restore a backup; every proof stays valid without |
//! | `history/` | payments that left memory | filled again by replay |
//! | `snapshots/` | the state at some heights | the start replays |
//! | `tables.sqlite` | what happened, as SQL tables | made anew by `caudal tables` |
//!
//! | for | see |
//! | --- | --- |
//! | opening, closing, what a node offers | `node.rs` |
//! | snapshots, and what stands in their way | `snapshots.rs`, `prebuilt.rs` |
//! | the archive behind the engine | `archive.rs` |
//! | threads that follow durable blocks | `follower.rs`, and `shadow.rs` |
//! | runs that stay open, and the optimiser beside the writer | `open_runs.rs` |
//! | being gentle beside the writer | `throttle.rs` |
//! | personal data beside the journal | `personal_data.rs` |
//! | copies | `backup.rs` |

mod archive;
mod backup;
mod fault;
mod follower;
mod node;
mod open_runs;
mod options;
pub mod personal_data;
mod prebuilt;
mod shadow;
pub mod snapshots;
mod throttle;

pub use backup::{backup, restore};
pub use fault::{NodeFault, Warning};
pub use follower::Stopped;
pub use node::{Figures, Node, NodeEngine};
pub use open_runs::RunFigures;
pub use options::{Optimising, Options, Shadowing};
pub use prebuilt::build_snapshot;
pub use snapshots::is_beside_the_journal;
