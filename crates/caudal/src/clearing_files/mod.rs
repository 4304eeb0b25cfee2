//! Files of debts and of queued payments, and the folders of results that anybody can check.
//!
//! Formats, columns and order are described for their users in docs/clearing-files.md.
//!
//! | for | see |
//! | --- | --- |
//! | a CSV file read row by row, every fault with its line | `table_file.rs` |
//! | names and identifiers in their one order | `names.rs`, `identifiers.rs`, `due.rs` |
//! | debts and liquidity as an instance | `debts.rs` |
//! | payments, liquidity and limits as an instance | `queue.rs` |
//! | amounts by participant or pair | `amounts.rs` |
//! | certificates in JSON | `certificate.rs`, `set_off_certificate.rs`, `queue_certificate.rs` |
//! | why a payment waits | `waiting.rs` |
//! | a folder of results: written whole or not at all | `result_folder.rs` |
//! | a folder of results: read, refused | `folder.rs`, `unique_keys.rs` |
//! | its tables | `set_off_tables.rs`, `queue_tables.rs` |
//! | what a folder must show | `set_off_check.rs`, `queue_check.rs` |

pub(crate) mod amounts;
pub(crate) mod certificate;
pub(crate) mod debts;
pub(crate) mod due;
pub(crate) mod figures;
pub(crate) mod folder;
pub(crate) mod identifiers;
pub(crate) mod names;
pub(crate) mod queue;
pub(crate) mod queue_certificate;
pub(crate) mod queue_check;
pub(crate) mod queue_tables;
pub(crate) mod result_folder;
pub(crate) mod set_off_certificate;
pub(crate) mod set_off_check;
pub(crate) mod set_off_tables;
pub(crate) mod table_file;
pub(crate) mod table_written;
pub(crate) mod telling;
pub(crate) mod unique_keys;
pub(crate) mod waiting;
