//! Every seed keeps every promise. 2,000 by default; `CAUDAL_SEEDS=100000` runs as many, from `CAUDAL_SEEDS_FROM` on.
#![expect(
    clippy::disallowed_methods,
    reason = "seeds are independent of each other: how many run at once changes none of them"
)]

use simulator::{Counts, Options, Promise, Report, simulate};
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

const SEEDS: u64 = 2_000;

/// So many seeds are enough for everything to happen that can.
const SEEDS_OF_FULL_COVERAGE: u64 = 1_000;

/// Kinds of events, with reasons where they have some: what does not happen here is not tested here.
const MUST_HAPPEN: &[&str] = &[
    "ArrangementOpened",
    "CalendarDaysSet",
    "CalendarDefined",
    "ArrearsPaid",
    "CloseStopped",
    "CollectionsConfirmed",
    "CancelPending",
    "CommandRefused Cancel FINAL",
    "CommandRefused ConfirmSettlement PAY_IN_FIRST",
    "CommandRefused ConfirmSettlement SETTLEMENT_BLOCKED",
    "CommandRefused Leave MEMBER_NOT_FLAT",
    "CommandRefused MovePrefunding PREFUNDING_IN_USE",
    "CommandRefused ProposeRun PROPOSAL_BELOW_FIFO",
    "CommandRefused ProposeRun PROPOSAL_BEYOND_HEADROOM",
    "CommandRefused ProposeRun PROPOSAL_NOT_FROZEN",
    "CommandRefused ProposeRun PROPOSAL_OUT_OF_ORDER",
    "CommandRefused ProposeRun PROPOSAL_VALUE",
    "CommandRefused ProposeRun RUN_INSTANCE_MISMATCH",
    "CommandRefused ProposeRun RUN_NOT_OPEN",
    "CommandRefused PublishRate SPREAD_TOO_WIDE",
    "CommandRefused Return RETURN_EXCEEDS",
    "CommandRefused Return RETURN_TOO_LATE",
    "CommandRefused SetLimit SHARES_EXCEED_CAP",
    "CommandRefused Suspend FOUR_EYES_MISSING",
    "CommandRefused Suspend FOUR_EYES_SAME_PERSON",
    "ConformityGiven",
    "CurrencyRegistered",
    "CycleClosed",
    "CycleClosedWithCredit",
    "CycleCompleted",
    "CycleSettled",
    "DayClosed",
    "DayExtended",
    "DayOpened",
    "DrawingPaidOut",
    "DrawingRenewed",
    "DrawingRepaid",
    "DisputeEnded",
    "DisputeOpened",
    "EntryConsentSet",
    "Extorno",
    "FixingMade",
    "FundMoved",
    "HolidaySet",
    "HoldRefused",
    "HoldReleased",
    "IdentifierReused",
    "IndexPublished",
    "InstitutionAuthorised",
    "LimitSet",
    "MemberJoined",
    "MemberLeaving",
    "MemberLeft",
    "MemberRegistered",
    "MemberReinstated",
    "MemberSuspended",
    "PayInMoved",
    "NoticeGiven",
    "NoticeWithdrawn",
    "PaymentEntered AwaitingCollection",
    "PaymentEntered AwaitingRate",
    "PaymentEntered Cleared",
    "PaymentEntered Held",
    "PaymentEntered Queued",
    "PaymentRefused CREDITOR_LIMIT",
    "PaymentRefused DOCUMENT_DUPLICATE",
    "PaymentRefused ENTRY_CLOSED",
    "PaymentRefused IN_ARREARS",
    "PaymentRefused MEMBER_LEAVING",
    "PaymentRefused PAIR_LINE",
    "PaymentRefused PAYMENT_TOO_LARGE",
    "PaymentRefused RATE_MISSING",
    "PaymentRefused SUSPENDED",
    "PaymentRefused TRANSFER_OVERDUE",
    "PaymentRequoted",
    "PaymentRecalled",
    "PaymentReturned",
    "PaymentsEnded Cancelled",
    "PaymentsEnded Expired",
    "PaymentsEnded MemberLeaving",
    "PaymentsEnded QuoteLapsed",
    "PaymentsEnded Suspended",
    "PaymentsEnded Void",
    "PaymentsEvicted",
    "PaymentsPriced",
    "PayoutFailed",
    "PayoutsConfirmed",
    "PrefundingMoved",
    "PurposesSet",
    "QueueReleased",
    "RatePublished",
    "ReserveDrawn",
    "RulebookAdopted",
    "RunConcluded Fifo",
    "RunConcluded Optimal",
    "RunConcluded Unfrozen",
    "RunEnded",
    "RunFrozen",
    "RunMoved",
    "RunOpened",
    "SettlementConfirmed",
    "StageSet",
    "TransferConfirmed",
    "TransferDue",
];

#[derive(Default)]
struct Total {
    counts: Counts,
    coverage: BTreeMap<String, u64>,
    broken: Vec<Report>,
}

#[test]
fn every_seed_keeps_every_promise() {
    let (from, count) = (number("CAUDAL_SEEDS_FROM", 0), number("CAUDAL_SEEDS", SEEDS));
    eprintln!("seeds {from} to {}; one again: {}", from + count - 1, simulate_command(from));
    let total = run_all(from, count);
    eprintln!("{}", total.counts);
    let promises: BTreeMap<Promise, usize> = total.broken.iter().filter_map(|report| report.breach.as_ref()).fold(
        BTreeMap::new(),
        |mut promises, breach| {
            *promises.entry(breach.promise).or_default() += 1;
            promises
        },
    );
    if !promises.is_empty() {
        eprintln!("promises broken, with the number of seeds: {promises:?}");
    }
    for report in &total.broken {
        eprintln!("{report}");
    }
    let seeds: Vec<u64> = total.broken.iter().map(|report| report.seed).collect();
    assert!(seeds.is_empty(), "seeds {seeds:?} broke a promise");
    if count >= SEEDS_OF_FULL_COVERAGE {
        let never: Vec<_> = MUST_HAPPEN.iter().filter(|name| !total.coverage.contains_key(**name)).collect();
        assert!(never.is_empty(), "in {count} seeds these never happened: {never:?}");
        let Counts { crashes, faults, closes, full, duplicates, damages, .. } = total.counts;
        for (what, times) in [
            ("crashes", crashes),
            ("faults of the journal", faults),
            ("closes", closes),
            ("full disks", full),
            ("repetitions", duplicates),
            ("damaged copies", damages),
        ] {
            assert!(times > count / 20, "only {times} {what} in {count} seeds");
        }
    }
}

fn run_all(from: u64, count: u64) -> Total {
    let (next, stop) = (AtomicU64::new(from), AtomicBool::new(false));
    let total = Mutex::new(Total::default());
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= from + count {
                        break;
                    }
                    let report = simulate(seed, &Options::default());
                    let mut total = total.lock().expect("no thread panics while it holds it");
                    total.counts.add(report.counts);
                    for (name, times) in &report.coverage {
                        *total.coverage.entry(name.clone()).or_default() += times;
                    }
                    if report.breach.is_some() {
                        total.broken.push(report);
                        // Some more say whether it is one cause or several.
                        stop.store(total.broken.len() >= 5, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    let mut total = total.into_inner().expect("no thread panicked while it held it");
    total.broken.sort_by_key(|report| report.seed);
    total
}

fn number(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable)
        .map_or(otherwise, |text| text.parse().unwrap_or_else(|_| panic!("{variable} is to be a number, not '{text}'")))
}

fn simulate_command(seed: u64) -> String {
    format!("cargo run --release -p simulator --example simulate -- --seed {seed}")
}
