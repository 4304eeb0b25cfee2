//! The bytes of a block are frozen: what an auditor reads in twenty years.

use journal::{
    BlockDraft, BlockHeader, ChainVerifier, HEADER_BYTES, Head, JournalFault, Mark, NO_PREVIOUS, barrier_after, merkle,
    seal, verify_chain,
};
use sha2::{Digest, Sha256};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn sample_header() -> BlockHeader {
    BlockHeader {
        epoch: 0x0102_0304_0506_0708,
        first_seq: 0x1112_1314_1516_1718,
        count: 0x2122,
        time_us: -2,
        previous: [0xaa; 32],
        events_root: [0xbb; 32],
        body_len: 0x0031_3233,
    }
}

#[test]
fn a_header_is_these_bytes_for_ever() {
    let bytes = sample_header().encode();
    let expected = concat!(
        "43444c42",
        "0100",
        "0807060504030201",
        "1817161514131211",
        "22210000",
        "feffffffffffffff",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
        "33323100",
    );
    assert_eq!(hex(&bytes), expected);
    assert_eq!(hex(&sample_header().hash()), hex(&Sha256::digest(bytes)));
    assert_eq!(BlockHeader::decode(&bytes, "here"), Ok(sample_header()));
}

#[test]
fn a_whole_block_is_these_bytes_for_ever() {
    let mut draft = BlockDraft::new(1, 7, 1_700_000_000_000_000);
    draft.push_event(b"\x82\x01\x02");
    draft.push_event(&[0xf6; 200]);
    let block = seal(draft, [9; 32]);
    assert_eq!(hex(&block.length_bytes()), "03c801");
    assert_eq!(block.body().len(), 203);
    assert_eq!(hex(&block.hash()), "df9d01558c08da9b314954433653131ffbf9b224825d795f4125ae9f60f825c0");
    let stored = journal::Block::from_stored(&block.header_bytes(), &[3, 0xc8, 1], block.body().to_vec(), "here");
    assert_eq!(stored.as_ref(), Ok(&block));
    let events: Vec<_> = block.events().collect();
    assert_eq!(events, [(7, &b"\x82\x01\x02"[..]), (8, &[0xf6; 200])]);
}

#[test]
fn every_header_that_this_version_did_not_write_is_refused() {
    let good = sample_header().encode();
    let with = |offset: usize, bytes: &[u8]| {
        let mut changed = good.to_vec();
        changed[offset..offset + bytes.len()].copy_from_slice(bytes);
        changed
    };
    for (bytes, code, why) in [
        (good[..HEADER_BYTES - 1].to_vec(), "JOURNAL_CORRUPT", "cut short"),
        ([&good[..], &[0]].concat(), "JOURNAL_CORRUPT", "too long"),
        (with(0, b"CDLC"), "JOURNAL_CORRUPT", "another magic"),
        (with(4, &[0, 0]), "JOURNAL_CORRUPT", "format zero"),
        (with(4, &[2, 0]), "SCHEMA_NEWER", "a later format"),
        (with(22, &[0xff; 4]), "JOURNAL_CORRUPT", "more events than a block may hold"),
        (with(98, &[0xff; 4]), "JOURNAL_CORRUPT", "more bytes than a block may hold"),
        (with(14, &[0xff; 8]), "JOURNAL_CORRUPT", "event numbers beyond 64 bits"),
    ] {
        let fault = BlockHeader::decode(&bytes, "here").expect_err(why);
        assert_eq!(fault.code(), code, "{why}");
    }
}

/// The eight inputs and the eight roots published with the reference implementation of RFC 6962.
#[test]
fn the_events_root_is_the_tree_hash_of_rfc_6962() {
    let leaves: [&[u8]; 8] = [
        b"",
        b"\x00",
        b"\x10",
        b"\x20\x21",
        b"\x30\x31",
        b"\x40\x41\x42\x43",
        b"\x50\x51\x52\x53\x54\x55\x56\x57",
        b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
    ];
    let roots = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    for (count, root) in roots.iter().enumerate() {
        assert_eq!(hex(&merkle::root(leaves[..count].iter().copied())), *root, "{count} leaves");
    }
}

/// The definition of section 2.1, word for word.
fn root_by_definition(events: &[Vec<u8>]) -> [u8; 32] {
    match events {
        [] => Sha256::digest([]).into(),
        [event] => merkle::leaf_hash(event),
        _ => {
            let split = events.len().next_power_of_two() / 2;
            merkle::node_hash(&root_by_definition(&events[..split]), &root_by_definition(&events[split..]))
        }
    }
}

#[test]
fn the_fast_root_equals_the_definition_for_every_count_to_three_hundred() {
    let events: Vec<Vec<u8>> = (0..300_u32).map(|event| event.to_le_bytes().repeat(event as usize % 70)).collect();
    for count in 0..=events.len() {
        let fast = merkle::root(events[..count].iter().map(Vec::as_slice));
        assert_eq!(fast, root_by_definition(&events[..count]), "{count} leaves");
    }
}

fn draft(epoch: u64, first_seq: u64, time_us: i64, events: &[&[u8]]) -> BlockDraft {
    let mut draft = BlockDraft::new(epoch, first_seq, time_us);
    events.iter().for_each(|event| draft.push_event(event));
    draft
}

#[test]
fn each_broken_link_of_a_chain_is_found_and_a_sound_chain_is_not() {
    let barrier = seal(barrier_after(&Head::EMPTY, 10), NO_PREVIOUS);
    let head = Head::EMPTY.after(&barrier);
    let sound = seal(draft(1, 0, 10, &[b"one", b"two"]), head.hash);
    let altered_body = journal::Block::from_stored(&sound.header_bytes(), &[3, 3], b"onetwe".to_vec(), "here");
    let altered_split = journal::Block::from_stored(&sound.header_bytes(), &[2, 4], b"onetwo".to_vec(), "here");
    let check = |block: &journal::Block| ChainVerifier::after(head, "here").check(block);
    assert_eq!(check(&sound), Ok(()));
    for (block, why) in [
        (seal(draft(1, 1, 10, &[b"one"]), head.hash), "a gap in the numbers"),
        (seal(draft(1, 0, 10, &[b"one"]), [1; 32]), "another predecessor"),
        (seal(draft(1, 0, 9, &[b"one"]), head.hash), "time runs backwards"),
        (seal(draft(0, 0, 10, &[b"one"]), head.hash), "a lower epoch"),
        (seal(draft(2, 0, 10, &[b"one"]), head.hash), "an epoch without a barrier"),
        (seal(draft(1, 0, 10, &[]), head.hash), "a barrier without an epoch"),
        (altered_body.expect("parts that fit"), "an altered event"),
        (altered_split.expect("parts that fit"), "the same body split elsewhere"),
    ] {
        assert_eq!(check(&block).expect_err(why).code(), "JOURNAL_CORRUPT", "{why}");
    }
}

#[test]
fn a_chain_shorter_than_its_mark_is_truncated_and_another_chain_is_forked() {
    let barrier = seal(barrier_after(&Head::EMPTY, 10), NO_PREVIOUS);
    let first = Head::EMPTY.after(&barrier);
    let one = seal(draft(1, 0, 10, &[b"one"]), first.hash);
    let other = seal(draft(1, 0, 10, &[b"eno"]), first.hash);
    let (with_one, with_other) = (first.after(&one), first.after(&other));
    let chain = |blocks: &[&journal::Block], mark: Mark| {
        verify_chain(blocks.iter().map(|&block| Ok(block.clone())), mark, "here").map_err(|fault| fault.code())
    };
    assert_eq!(chain(&[&barrier, &one], with_one.mark()), Ok(with_one));
    assert_eq!(chain(&[&barrier, &one], first.mark()), Ok(with_one), "a journal may be ahead of its mark");
    assert_eq!(chain(&[&barrier], with_one.mark()), Err("JOURNAL_TRUNCATED"));
    assert_eq!(chain(&[], first.mark()), Err("JOURNAL_TRUNCATED"));
    assert_eq!(chain(&[&barrier, &other], with_one.mark()), Err("JOURNAL_FORKED"));
    let started_elsewhere = ChainVerifier::after(with_other, "here").against(with_one.mark());
    assert_eq!(started_elsewhere.map_err(|fault| fault.code()).err(), Some("JOURNAL_FORKED"));
}

#[test]
fn a_fault_says_what_where_and_what_to_do() {
    let fault = JournalFault::Truncated { place: "data/journal.db".to_owned(), head_seq: 40, mark_seq: 42 };
    let text = fault.to_string();
    let parts: Vec<&str> = text.split("; ").collect();
    assert_eq!(parts.len(), 3, "{text}");
    assert_eq!(parts[0], "the journal ends before event 40, but events before 42 were acknowledged");
    assert_eq!(parts[1], "data/journal.db");
    assert!(parts[2].contains("restore"), "{text}");
}
