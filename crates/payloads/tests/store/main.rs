//! The store as its users meet it: what was put is found or was erased, whatever happens to the process and its files.
//!
//! | for | see |
//! | --- | --- |
//! | texts, canonical bytes and commitments that are frozen | `texts.rs`, `golden.rs` |
//! | putting, reading, erasing, sweeping | `put_and_get.rs`, `erase.rs`, `sweep.rs` |
//! | the same against a model, with crashes and restores between | `model.rs` |
//! | what each file tells alone, and what is left of an erased key | `secrecy.rs` |
//! | files deleted, cut, swapped, of another store; house keys | `files.rs`, `house_keys.rs` |
//! | flipped bits in every file | `flipped_bits.rs` |
//! | kill -9, faults of system calls | `killed.rs` |
//! | power cuts | `power_cut.rs` |
//! | full disks | `disks.rs` |
//! | copies brought back | `backups.rs` |
//! | the journal, before and after an erasure | `journal.rs` |

mod backups;
mod common;
mod disks;
mod erase;
mod files;
mod flipped_bits;
mod golden;
mod house_keys;
mod journal;
mod killed;
mod model;
mod power_cut;
mod put_and_get;
mod secrecy;
mod sweep;
mod texts;
