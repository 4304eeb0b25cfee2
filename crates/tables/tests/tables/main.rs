//! The tables as whoever fills and reads them meets them.
//!
//! | for | see |
//! | --- | --- |
//! | journals of simulated houses and of the lab | `worlds.rs` |
//! | the state of the house computed from SQL, the auditor's figures | `house_in_sql.rs`, `figures.rs` |
//! | events told one by one, and what only they come to | `told.rs`, `stories.rs` |
//! | block by block equal to anew, killed at any moment | `exactly_once.rs`, `killed.rs` |
//! | blocks, files and journals that do not belong | `refused.rs` |
//! | damage anywhere | `damage.rs` |
//! | disks that are full or may not be written | `disks.rs` |
//! | reading and nothing else | `reading.rs` |

mod damage;
mod disks;
mod exactly_once;
mod figures;
mod house_in_sql;
mod killed;
mod reading;
mod refused;
mod stories;
mod told;
mod worlds;
