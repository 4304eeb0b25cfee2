//! What each row is compared with: the least that must be done anyway.

use domain::{Command, CommandBody};
use rusqlite::{Connection, params};
use std::hash::{BuildHasher, Hasher};
use std::path::Path;

/// A ledger that does the least: is the identifier new, is there headroom, two balances change.
pub struct MinimalLedger {
    keys: hashbrown::HashTable<(u128, u32)>,
    balances: Vec<i128>,
    hasher: hashbrown::DefaultHashBuilder,
}

impl MinimalLedger {
    pub fn new(institutions: u32) -> Self {
        Self {
            keys: hashbrown::HashTable::new(),
            balances: vec![0; institutions as usize],
            hasher: hashbrown::DefaultHashBuilder::default(),
        }
    }

    /// Puts as many identifiers in as the measured ledger holds.
    pub fn fill(&mut self, identifiers: u64) {
        for number in 0..identifiers {
            let key = u128::from(number).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835);
            self.insert(key, 0);
        }
    }

    pub fn post(&mut self, command: &Command) {
        let CommandBody::Submit(submission) = &command.body else { return };
        let order = submission.order();
        if !self.insert(u128::from_le_bytes(order.uetr.0), order.payer.0) {
            return;
        }
        let amount = order.amount.as_balance();
        let payer = &mut self.balances[order.payer.0 as usize];
        if *payer - amount < -1_000_000_000_000_000 {
            return;
        }
        *payer -= amount;
        self.balances[order.payee.0 as usize] += amount;
    }

    fn insert(&mut self, uetr: u128, institution: u32) -> bool {
        let hasher = &self.hasher;
        let hash_of = |&(uetr, institution): &(u128, u32)| {
            let mut state = hasher.build_hasher();
            state.write_u128(uetr);
            state.write_u32(institution);
            state.finish()
        };
        let key = (uetr, institution);
        let hash = hash_of(&key);
        if self.keys.find(hash, |found| *found == key).is_some() {
            return false;
        }
        self.keys.insert_unique(hash, key, hash_of);
        true
    }
}

/// Appends of the same bytes to a bare SQLite table, one row a block, WAL and synchronous=FULL; how many blocks a second.
pub fn bare_sqlite(dir: &Path, block: &[u8], blocks: u64) -> rusqlite::Result<f64> {
    let path = dir.join("bare.db");
    let connection = Connection::open(&path)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.execute("CREATE TABLE IF NOT EXISTS block (number INTEGER PRIMARY KEY, body BLOB NOT NULL)", [])?;
    let mut insert = connection.prepare("INSERT INTO block (body) VALUES (?1)")?;
    let (result, took) = crate::meter::measure(|| -> rusqlite::Result<()> {
        for _ in 0..blocks {
            insert.execute(params![block])?;
        }
        Ok(())
    });
    result.map(|()| took.per_second(blocks))
}

/// Synced writes of the same bytes, rounded up to whole pages, into a file that was written before; how many a second.
pub fn preallocated_file(dir: &Path, block: &[u8], blocks: u64) -> std::io::Result<f64> {
    use std::io::{Seek, SeekFrom, Write};
    const PAGE: usize = 4096;
    const RING_BYTES: usize = 256 * 1024 * 1024;
    let path = dir.join("preallocated");
    let mut file = std::fs::File::create(&path)?;
    let chunk = vec![0_u8; 1024 * 1024];
    for _ in 0..RING_BYTES / chunk.len() {
        file.write_all(&chunk)?;
    }
    file.sync_all()?;
    let mut file = std::fs::OpenOptions::new().write(true).open(&path)?;
    let mut padded = block.to_vec();
    padded.resize(block.len().div_ceil(PAGE) * PAGE, 0);
    let mut at = 0;
    let (result, took) = crate::meter::measure(|| -> std::io::Result<()> {
        for _ in 0..blocks {
            if at + padded.len() > RING_BYTES {
                at = 0;
            }
            file.seek(SeekFrom::Start(at as u64))?;
            file.write_all(&padded)?;
            file.sync_data()?;
            at += padded.len();
        }
        Ok(())
    });
    result.map(|()| took.per_second(blocks))
}
