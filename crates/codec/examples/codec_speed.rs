//! What the codec costs: nanoseconds and bytes per event, on one core.
//!
//! `cargo run --release -p codec --example codec_speed`
#![expect(clippy::disallowed_types, clippy::disallowed_methods, reason = "a measurement needs a clock")]
#![expect(clippy::print_stdout, reason = "its output is its purpose")]

use codec::{decode, encode};
use domain::event::{Disposition, PaymentEntered, Payout, Released};
use domain::ids::{
    Actor, ArrangementId, Commitment, ContentDigest, CurrencyId, DocumentKey, InstitutionId, PaymentId, RunId, Uetr,
};
use domain::plan::{Denomination, Purpose};
use domain::{Amounts, Date, Event, EventBody, Timestamp};
use money::AmountMinor;
use std::hint::black_box;
use std::time::Instant;

const EVENTS: u32 = 8_192;
const ROUNDS: u32 = 40;

/// Numbers that look like those of a busy day, the same on every run (a linear congruential generator, Knuth's MMIX).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 20) % bound
    }

    fn bytes<const N: usize>(&mut self) -> [u8; N] {
        std::array::from_fn(|_| u8::try_from(self.below(256)).unwrap_or_default())
    }

    fn amount(&mut self) -> AmountMinor {
        let digits = u32::try_from(self.below(8)).unwrap_or_default() + 3;
        AmountMinor::new(1 + self.below(10_u64.pow(digits))).unwrap_or(AmountMinor::MAX)
    }
}

fn straight(n: u32, numbers: &mut Numbers) -> Event {
    let mut institution = || InstitutionId(u32::try_from(numbers.below(10_000)).unwrap_or_default());
    let (payer, payee) = (institution(), institution());
    let body = EventBody::PaymentEntered(PaymentEntered {
        payment: PaymentId(100_000_000 + u64::from(n)),
        arrangement: ArrangementId(0),
        uetr: Uetr(numbers.bytes()),
        payer,
        payee,
        content: ContentDigest(numbers.bytes()),
        commitment: Commitment(numbers.bytes()),
        document: Some(DocumentKey(numbers.bytes())),
        instrument: None,
        purpose: Purpose::Goods,
        urgent: false,
        denomination: Denomination::Payee,
        position_currency: CurrencyId(0),
        amounts: Amounts { payer: Some(numbers.amount()), position: numbers.amount(), payee: numbers.amount() },
        quote_until: Some(Timestamp(1_795_500_000_000_000 + i64::from(n))),
        value_date: Date(20_781),
        collected: true,
        conformity_by: None,
        disposition: Disposition::Cleared(Payout::AfterSettlement),
    });
    Event { actor: Actor::institution(payer, 0), approvals: Vec::new(), body }
}

fn released(n: u32, numbers: &mut Numbers) -> Event {
    let mut payment = 100_000_000 + u64::from(n) * 1000;
    let payments = (0..1000)
        .map(|_| {
            payment += 1 + numbers.below(60);
            Released { payment: PaymentId(payment), payout: Payout::AfterSettlement }
        })
        .collect();
    let body = EventBody::QueueReleased { arrangement: ArrangementId(0), run: Some(RunId(n)), payments };
    Event { actor: Actor::HOUSE, approvals: Vec::new(), body }
}

/// Nanoseconds per unit of the best round: what the code costs where nothing else runs.
fn best_of(units: u32, mut round: impl FnMut()) -> f64 {
    let fastest = (0..ROUNDS).map(|_| {
        let start = Instant::now();
        round();
        start.elapsed()
    });
    fastest.min().unwrap_or_default().as_secs_f64() * 1e9 / f64::from(units)
}

fn report(what: &str, units: u32, events: &[Event]) {
    let mut bytes = Vec::new();
    let encoding = best_of(units, || {
        bytes.clear();
        for event in black_box(events) {
            encode(event, &mut bytes);
        }
        black_box(&bytes);
    });
    let decoding = best_of(units, || {
        let mut rest = black_box(bytes.as_slice());
        while !rest.is_empty() {
            let (event, consumed) = decode(rest).expect("what was encoded decodes");
            black_box(&event);
            rest = &rest[consumed..];
        }
    });
    let size = f64::from(u32::try_from(bytes.len()).unwrap_or(u32::MAX)) / f64::from(units);
    println!(
        "{what:<28} {size:>7.1} bytes   encode {encoding:>6.1} ns ({:>5.2} M/s)   decode {decoding:>6.1} ns ({:>5.2} M/s)",
        1e3 / encoding,
        1e3 / decoding
    );
}

fn main() {
    let mut numbers = Numbers(2);
    let payments: Vec<Event> = (0..EVENTS).map(|n| straight(n, &mut numbers)).collect();
    report("straight payment", EVENTS, &payments);
    let releases: Vec<Event> = (0..8).map(|n| released(n, &mut numbers)).collect();
    report("payment in a queue's release", 8_000, &releases);
}
