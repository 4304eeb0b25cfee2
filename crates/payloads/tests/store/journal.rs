//! The journal names commitments. Whatever is erased, its bytes, its hashes and every proof in it stay as they are.

use crate::common::{batch, commitment, open, order, payload, subject};
use domain::Commitment;
use journal::merkle::{leaf_hash, node_hash, root};
use journal::{BlockDraft, Hash, Head, Journal, Outcome};
use journal_sqlite::{SqliteJournal, StoreOptions, open_read_only, verify_files};
use payloads::{Got, PayloadStore, commitment_of};
use std::path::Path;

/// An event of our own making that names a commitment, as the journal's payments do: to the journal, events are bytes.
fn event(number: u64) -> Vec<u8> {
    [&number.to_be_bytes()[..], &commitment(number).0].concat()
}

/// Payloads first, synced; then the block that names them.
fn enter(store: &mut PayloadStore, journal: &mut SqliteJournal, numbers: std::ops::Range<u64>) {
    store.put_batch(&batch(numbers.clone())).expect("put");
    let head = journal.head();
    let mut draft = BlockDraft::new(head.epoch, head.next_seq, head.time_us);
    numbers.for_each(|number| draft.push_event(&event(number)));
    journal.submit(draft).expect("accepted");
    assert_eq!(journal.wait().map(|(_, outcome)| outcome), Some(Outcome::Durable));
}

fn events(dir: &Path) -> Vec<Vec<Vec<u8>>> {
    let blocks = open_read_only(dir).expect("sound").blocks().expect("sound");
    blocks.map(|block| block.expect("sound").events().map(|(_, event)| event.to_vec()).collect()).collect()
}

/// The path of RFC 6962, section 2.1.1, from a leaf to the root.
fn inclusion_path(leaves: &[Vec<u8>], index: usize) -> Vec<(bool, Hash)> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let split = leaves.len().next_power_of_two() / 2;
    let side = |leaves: &[Vec<u8>]| root(leaves.iter().map(Vec::as_slice));
    let (mut path, sibling) = if index < split {
        (inclusion_path(&leaves[..split], index), (false, side(&leaves[split..])))
    } else {
        (inclusion_path(&leaves[split..], index - split), (true, side(&leaves[..split])))
    };
    path.push(sibling);
    path
}

fn root_by(path: &[(bool, Hash)], leaf: &[u8]) -> Hash {
    path.iter().fold(
        leaf_hash(leaf),
        |hash, (left, sibling)| {
            if *left { node_hash(sibling, &hash) } else { node_hash(&hash, sibling) }
        },
    )
}

#[test]
fn erasing_leaves_every_byte_hash_and_proof_of_the_journal_valid() {
    let root_dir = tempfile::tempdir().expect("a folder");
    let (ledger, personal) = (root_dir.path().join("journal"), root_dir.path().join("payloads"));
    let mut journal = SqliteJournal::open_or_create(&ledger, 0, &StoreOptions::default()).expect("opened");
    let mut store = open(&personal);
    for first in [0, 13, 26] {
        enter(&mut store, &mut journal, first..first + 13);
    }
    let head: Head = journal.close().expect("closed");
    let before = events(&ledger);
    let block: Vec<Vec<u8>> = before.last().expect("a block").clone();
    let paths: Vec<_> = (0..block.len()).map(|index| inclusion_path(&block, index)).collect();
    let block_root = root(block.iter().map(Vec::as_slice));
    store.erase_payment(&commitment(30), &order(1)).expect("erased");
    store.erase_subject(&subject(7), &order(2)).expect("erased");
    store.purge(|_| ()).expect("purged");
    assert_eq!(verify_files(&ledger), Ok(head), "the same head: no byte of the chain changed");
    assert_eq!(events(&ledger), before);
    for (index, path) in paths.iter().enumerate() {
        assert_eq!(root_by(path, &block[index]), block_root, "event {index} of the block");
    }
    // And each event still leads to what is kept of its payment, or to why it is not.
    let (mut whole, mut partly, mut erased) = (0, 0, 0);
    for event in before.iter().flatten() {
        let number = u64::from_be_bytes(*event.first_chunk().expect("a number"));
        let named = Commitment(*event.last_chunk().expect("a commitment"));
        match store.get(&named).expect("readable") {
            Got::Found(found) => {
                assert_eq!(commitment_of(&found.digests), named);
                let held = found.debtor.held().is_some() && found.creditor.held().is_some();
                assert!(found.debtor.held().is_none_or(|debtor| *debtor == payload(number).debtor));
                if held { whole += 1 } else { partly += 1 }
            }
            Got::Erased(record) => {
                assert_eq!(number, 30, "{record}");
                erased += 1;
            }
            Got::Unknown => panic!("{number} is named by the journal and unknown"),
        }
    }
    assert_eq!((whole + partly + erased, erased), (39, 1));
    assert!(partly > 1);
}

#[test]
fn a_block_that_was_never_submitted_leaves_payloads_that_the_sweep_removes() {
    let root_dir = tempfile::tempdir().expect("a folder");
    let (ledger, personal) = (root_dir.path().join("journal"), root_dir.path().join("payloads"));
    let mut journal = SqliteJournal::open_or_create(&ledger, 0, &StoreOptions::default()).expect("opened");
    let mut store = open(&personal);
    enter(&mut store, &mut journal, 0..20);
    // The process ends between the sync of the payloads and the block.
    store.put_batch(&batch(20..30)).expect("put");
    drop((store, journal));
    let named: std::collections::BTreeSet<Commitment> =
        events(&ledger).iter().flatten().map(|event| Commitment(*event.last_chunk().expect("a commitment"))).collect();
    let mut store = open(&personal);
    let swept = store.sweep(|commitment| named.contains(commitment)).expect("swept");
    assert_eq!((swept.kept, swept.removed), (20, 10));
}
