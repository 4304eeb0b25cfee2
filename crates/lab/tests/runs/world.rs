//! What the tests share: scenarios small enough to run often, and engines on journals in memory.

use domain::{Date, EventSeq};
use engine::{Engine, LedgerMachine, Options};
use journal::{FaultPlan, MemoryDisk, MemoryJournal, NoFaults};
use lab::driver::Unobserved;
use lab::random::Seed;
use lab::{Notices, Observer, Outcome, Progress, Scenario, SimulateOptions};

pub fn date(text: &str) -> Date {
    Date::parse(text).unwrap()
}

pub fn seed(seed: u64) -> Seed {
    Seed::new(seed).unwrap()
}

/// The options of a run on gravity under a rulebook that comes with the program.
pub fn options(rulebook: &str, window: (&str, &str), payments: u64, of: u64) -> SimulateOptions {
    let source = rulebook::source(rulebook).unwrap().to_owned();
    let mut options = SimulateOptions::new((rulebook.to_owned(), source), seed(of));
    options.window = Some((date(window.0), date(window.1)));
    options.payments = Some(payments);
    options
}

pub fn scenario(options: SimulateOptions) -> Scenario {
    Scenario::simulate(options, &mut Notices::new()).unwrap_or_else(|error| panic!("{error}"))
}

/// Opens an engine on a medium as a process would that runs this scenario.
pub fn open(
    disk: &MemoryDisk,
    scenario: &Scenario,
    plan: impl FaultPlan + 'static,
) -> Engine<MemoryJournal, LedgerMachine> {
    let journal = MemoryJournal::open(disk, scenario.opening_time().0, plan).expect("a sound medium opens");
    Engine::open(journal, Options::ledger(7), &mut |_| ()).expect("a sound journal replays")
}

pub fn run(scenario: &Scenario) -> Outcome {
    run_on(&MemoryDisk::new(), scenario)
}

pub fn run_on(disk: &MemoryDisk, scenario: &Scenario) -> Outcome {
    let mut engine = open(disk, scenario, NoFaults);
    lab::run(scenario, &mut engine, &mut Unobserved).unwrap_or_else(|fault| panic!("{fault}"))
}

/// Remembers what it was told.
#[derive(Default)]
pub struct Diary {
    pub heights: Vec<u64>,
    pub progress: Vec<Progress>,
}

impl Observer for Diary {
    fn durable(&mut self, height: EventSeq) {
        self.heights.push(height.0);
    }

    fn progress(&mut self, done: Progress) {
        self.progress.push(done);
    }
}

/// The figures of a run that must add up, whatever it was.
pub fn assert_adds_up(outcome: &Outcome, submitted: u64) {
    let payments = outcome.payments;
    assert_eq!(payments.submitted, submitted);
    let parts = [
        payments.cleared,
        payments.queued,
        payments.refused,
        payments.expired,
        payments.cancelled,
        payments.returned,
        payments.awaiting,
    ];
    assert_eq!(parts.iter().sum::<u64>(), submitted, "{payments:?}");
    assert_eq!((payments.queued, payments.awaiting), (0, 0), "nothing is left waiting: {payments:?}");
    assert!(outcome.positions_sum_to_zero);

    let sum = |of: &dyn Fn(&lab::outcome::MemberOutcome) -> i128| outcome.members.iter().map(of).sum::<i128>();
    let minor = |minor: u128| i128::try_from(minor).unwrap();
    assert_eq!(sum(&|member| i128::from(member.sent.count)), i128::from(payments.cleared));
    assert_eq!(sum(&|member| i128::from(member.received.usd_cents)), i128::from(outcome.cleared_usd_cents));
    assert_eq!(sum(&|member| member.net_usd_cents), 0);
    assert_eq!(sum(&|member| minor(member.pay_in_usd_cents)), sum(&|member| minor(member.pay_out_usd_cents)));
    assert_eq!(sum(&|member| minor(member.prefunding_usd_cents)), minor(outcome.prefunding_usd_cents));
    // Every net is settled: what was paid in is half of what the nets add up to without their sign.
    let pay_ins = sum(&|member| minor(member.pay_in_usd_cents));
    assert_eq!(2 * pay_ins, minor(outcome.nets_usd_cents));
    let transfers = sum(&|member| minor(member.transfers_paid_usd_cents));
    assert_eq!(pay_ins + transfers, minor(outcome.hard_currency_usd_cents));

    let of_days = |of: &dyn Fn(&lab::outcome::DayOutcome) -> u64| outcome.days.values().map(of).sum::<u64>();
    assert_eq!(of_days(&|day| day.submitted.count), submitted);
    assert_eq!(of_days(&|day| day.submitted.usd_cents), outcome.gross_usd_cents);
    assert_eq!(of_days(&|day| day.cleared.usd_cents), outcome.cleared_usd_cents);
    assert_eq!(of_days(&|day| day.expired.count), payments.expired);
    assert_eq!(of_days(&|day| day.queued.count), outcome.waits.waited().count);
    assert_eq!(outcome.waits.released_by_runs + outcome.waits.released_by_receipts, outcome.waits.then_cleared.count);
    assert_eq!(outcome.refused.values().map(|refused| refused.count).sum::<u64>(), payments.refused);
}
