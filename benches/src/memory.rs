//! Memory of an open payment: what the process grows by when payments are added.

use crate::decide::{give, house};
use crate::house::Orders;
use crate::meter::{grouped, resident_bytes};

const PAYMENTS: u32 = 2_000_000;

pub fn run() {
    let mut state = house(99);
    let mut events = Vec::new();
    let before = resident_bytes();
    for command in Orders::new(99, 9).take(PAYMENTS as usize) {
        give(&mut state, &command, &mut events);
    }
    let grown = resident_bytes().saturating_sub(before);
    assert_eq!(state.counts().2, u64::from(PAYMENTS), "every payment is in memory");
    let each = grown as f64 / f64::from(PAYMENTS);
    println!("| memory: {} open payments, bytes each | {each:.0} | | | |", grouped(f64::from(PAYMENTS)));
}
