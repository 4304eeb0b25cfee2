//! However the blocks come (one by one, many at once, with the file closed in between), the tables are those that are made
//! anew from the same blocks.

use crate::worlds::{Chain, Place, catch_up, content, go_on, made, of_lab, simulated};
use journal::Head;
use proptest::prelude::*;
use tables::{Flow, Pace, Tables};

const BLOCK_EVENTS: usize = 23;

#[test]
fn after_each_block_the_tables_are_those_made_anew_from_the_blocks_so_far() {
    for seed in [7, 16] {
        let chain = Chain::of(&simulated(seed), BLOCK_EVENTS);
        let (followed, anew) = (Place::new(), Place::new());
        let mut tables = Tables::create(&followed.file).expect("made");
        for (number, block) in (1..).zip(&chain.0) {
            tables.apply(block).unwrap_or_else(|fault| panic!("{fault}"));
            if number % 12 == 0 || number == chain.0.len() {
                assert_eq!(tables.content_hash(), made(&anew.file, &chain.first(number)), "after {number} blocks");
            }
        }
        assert_eq!(tables.head(), chain.head());
        tables.check().expect("good");
    }
}

#[test]
fn tables_closed_and_opened_after_every_block_are_those_made_anew() {
    let chain = Chain::of(&simulated(8), BLOCK_EVENTS);
    let (followed, anew) = (Place::new(), Place::new());
    drop(Tables::create(&followed.file).expect("made"));
    for block in &chain.0 {
        let mut tables = Tables::open(&followed.file).expect("opened");
        tables.apply(block).unwrap_or_else(|fault| panic!("{fault}"));
    }
    assert_eq!(content(&followed.file), made(&anew.file, &chain));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn however_the_blocks_are_gathered_the_tables_are_the_same(
        seed in 0_u64..40,
        block_events in 1_usize..200,
        transactions in proptest::collection::vec(1_u32..3_000, 1..5),
    ) {
        let events = simulated(seed);
        let chain = Chain::of(&events, block_events);
        let (followed, anew) = (Place::new(), Place::new());
        drop(Tables::create(&followed.file).expect("made"));
        let mut paces = transactions.iter().cycle();
        loop {
            // Each opening goes on from what the one before it left, for one transaction.
            let mut tables = Tables::open(&followed.file).expect("opened");
            let pace = Pace { events_per_transaction: *paces.next().expect("a cycle"), rest_percent: 0 };
            tables.catch_up(&chain, pace, &mut |_| Flow::Stop).unwrap_or_else(|fault| panic!("{fault}"));
            if tables.head() == chain.head() {
                break;
            }
        }
        prop_assert_eq!(content(&followed.file), made(&anew.file, &chain));
    }
}

#[test]
fn a_transaction_is_bounded_and_each_is_told() {
    let (events, _) = of_lab("caudal", ("2024-03-04", "2024-03-05"), 300);
    let chain = Chain::of(&events, 10);
    let place = Place::new();
    let mut tables = Tables::create(&place.file).expect("made");
    let mut heads: Vec<Head> = Vec::new();
    let pace = Pace { events_per_transaction: 50, rest_percent: 0 };
    let told = &mut |head: &Head| {
        heads.push(*head);
        Flow::GoOn
    };
    tables.catch_up(&chain, pace, told).expect("filled");
    let steps: Vec<u64> = heads.windows(2).map(|pair| pair[1].next_seq - pair[0].next_seq).collect();
    assert!(steps.iter().all(|step| *step < 60), "a block of ten beyond fifty at most: {steps:?}");
    assert!(heads.len() > 10);
    assert_eq!(heads.last(), Some(&chain.head()));
}

#[test]
fn nothing_new_in_the_journal_changes_nothing() {
    let chain = Chain::of(&simulated(2), BLOCK_EVENTS);
    let place = Place::new();
    let before = made(&place.file, &chain);
    let mut tables = Tables::open(&place.file).expect("opened");
    catch_up(&mut tables, &chain);
    tables.apply_all(std::iter::empty(), Pace::BESIDE_WRITER, &mut go_on).expect("nothing to do");
    assert_eq!((tables.content_hash(), tables.head()), (before, chain.head()));
}
