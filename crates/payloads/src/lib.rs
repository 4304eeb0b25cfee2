//! The personal data of payments, kept so that it can be erased: encrypted, each payment and each subject under a key of
//! its own, while events hold only salted commitments.
//!
//! | file | what it is | what it tells alone |
//! | --- | --- | --- |
//! | `payloads.db` | ciphertexts | how many payments there are, and their commitments |
//! | `keys` | a key per payment and per subject, wrapped under the house key | the same |
//! | `erasures` | what was erased, when, on which ground, by whom | commitments, keyed hashes |
//! | `index/` | where a name is; made anew whenever it is lost | the same |
//! | `lock` | held by the process that has the store open | |
//!
//! Erasing destroys a key, where it stands, and deletes what was under it. The commitment in the journal stays, and with it
//! every digest and every proof; its salt is gone with the data, so it tells nothing any more.
//!
//! The order that makes the promise: [`PayloadStore::put_batch`] returns when ciphertexts and then keys are synced, and only
//! then the block that names the commitments is submitted. A crash between leaves payloads that no event names, which
//! [`PayloadStore::sweep`] removes. An erasure is in the register, synced, before its key is destroyed; opening completes
//! what a crash interrupted.
//!
//! Decision, formats and what was rejected: `docs/decisions/0016-payload-store.md`; for whoever answers for data protection:
//! `docs/personal-data.md`.

mod backup;
mod canonical;
mod ciphertexts;
mod commitment;
mod crypto;
mod erase;
mod fault;
mod files;
mod house_key;
mod index;
mod key_file;
pub mod limits;
mod open;
mod payload;
mod purge;
mod put;
mod randomness;
mod refusal;
mod register;
mod reveal;
mod row;
mod slot;
mod store;
mod subject_keys;
mod sweep;
mod text;
mod verify;

pub use backup::{RestoreSource, Restored, backup, backup_keys, restore};
pub use commitment::{
    PartDigest, PartKind, SALT_BYTES, Salt, SealFault, SealedPayload, commitment_of, draw_salts, part_digest, seal,
};
pub use erase::{Erasure, NotErased, Target};
pub use fault::{PayloadFault, Problem, StoreFile};
pub use files::{INDEX_FOLDER, KEYS_FILE, LOCK_FILE, PAYLOADS_FILE, REGISTER_FILE};
pub use house_key::HouseKey;
pub use open::{StoreOptions, Warning};
pub use payload::{Party, Payload, PostalAddress, ReferredDocument, Remittance, Subject};
pub use put::{NotPut, Put};
pub use randomness::{OsRandomness, Randomness, SeededRandomness};
pub use refusal::PayloadRefusal;
pub use register::{ErasedName, ErasureOrder, ErasureRecord, Ground, Reference};
pub use reveal::{Got, Part, Revealed};
pub use store::{Figures, PayloadStore, Presence};
pub use sweep::Swept;
pub use verify::Verified;
