//! A journal in memory whose faults follow a plan: the disk of a simulated world.
//!
//! Nothing here is random. A simulator draws the plan from its seed and hands it in, so a run can be repeated.

mod disk;
mod faults;
mod writer;

pub use disk::MemoryDisk;
pub use faults::{AppendFate, CrashSurvival, FaultPlan, NoFaults};
pub use writer::MemoryJournal;
