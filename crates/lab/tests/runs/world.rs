//! What the tests share: scenarios small enough to run often, and engines on journals in memory.

use domain::{Date, EventSeq};
use engine::{Engine, LedgerMachine, Options};
use journal::{AppendFate, FaultPlan, MemoryDisk, MemoryJournal, NoFaults};
use lab::driver::Unobserved;
use lab::random::Seed;
use lab::{Notices, Observer, Outcome, Progress, RunFault, Scenario, SimulateOptions};

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
    let (pay_ins, pay_outs) =
        (sum(&|member| minor(member.pay_in_usd_cents)), sum(&|member| minor(member.pay_out_usd_cents)));
    match outcome.credit {
        None => assert_eq!(pay_ins, pay_outs),
        // What stays with the house is the margin of interest.
        Some(credit) => assert!((0..=minor(credit.interest_paid_usd_cents)).contains(&(pay_ins - pay_outs))),
    }
    assert_eq!(sum(&|member| minor(member.prefunding_usd_cents)), minor(outcome.prefunding_usd_cents));
    // Every net is settled: what was paid in is half of what the nets add up to without their sign, or more where three
    // members settle pair by pair.
    let gross = outcome.cycles_closed == 0 && payments.cleared > 0;
    if gross {
        assert_eq!(outcome.netting_ratio_ppm(), 0, "payment by payment nothing is set off");
        assert_eq!(outcome.hard_currency_usd_cents, u128::from(outcome.cleared_usd_cents));
    }
    if outcome.credit.is_none() && !gross {
        assert!(2 * pay_ins >= minor(outcome.nets_usd_cents));
        if outcome.members.len() != 3 {
            assert_eq!(2 * pay_ins, minor(outcome.nets_usd_cents));
        }
    }
    let transfers = sum(&|member| minor(member.transfers_paid_usd_cents));
    assert!(gross || pay_ins + transfers == minor(outcome.hard_currency_usd_cents));

    let of_days = |of: &dyn Fn(&lab::outcome::DayOutcome) -> u64| outcome.days.values().map(of).sum::<u64>();
    assert_eq!(of_days(&|day| day.submitted.count), submitted);
    assert_eq!(of_days(&|day| day.submitted.usd_cents), outcome.gross_usd_cents);
    assert_eq!(of_days(&|day| day.cleared.usd_cents), outcome.cleared_usd_cents);
    assert_eq!(of_days(&|day| day.expired.count), payments.expired);
    assert_eq!(of_days(&|day| day.queued.count), outcome.waits.waited().count);
    assert_eq!(outcome.waits.released_by_runs + outcome.waits.released_by_receipts, outcome.waits.then_cleared.count);
    assert_eq!(outcome.refused.values().map(|refused| refused.count).sum::<u64>(), payments.refused);
}

/// The power goes with the n-th append of a process; the block may have reached the medium all the same.
pub struct PowerCut {
    pub appends_left: u64,
    pub kept: bool,
}

impl FaultPlan for PowerCut {
    fn fate(&mut self, _block_number: u64) -> AppendFate {
        match self.appends_left.checked_sub(1) {
            Some(left) => {
                self.appends_left = left;
                AppendFate::Durable { polls: 0 }
            }
            None => AppendFate::Unknown { kept: self.kept },
        }
    }
}

/// Runs a process until its power goes; `None` where the run came to its end before.
pub fn until_power_cut(disk: &MemoryDisk, scenario: &Scenario, cut: PowerCut) -> Option<Outcome> {
    let mut engine = open(disk, scenario, cut);
    match lab::run(scenario, &mut engine, &mut Unobserved) {
        Ok(outcome) => Some(outcome),
        Err(RunFault::Ended(_) | RunFault::Submit(_)) => None,
        Err(fault) => panic!("{fault}"),
    }
}

/// How many blocks a medium holds.
pub fn blocks(disk: &MemoryDisk) -> u64 {
    u64::try_from(disk.record_count()).unwrap()
}

/// Cuts the power once after every `step`-th block, and compares.
pub fn cut_after_every(step: usize, scenario: &Scenario) {
    let whole = MemoryDisk::new();
    let expected = run_on(&whole, scenario);
    for after in (0..blocks(&whole)).step_by(step) {
        let disk = MemoryDisk::new();
        let kept = after % 2 == 1;
        let early = until_power_cut(&disk, scenario, PowerCut { appends_left: after, kept });
        let outcome = early.unwrap_or_else(|| run_on(&disk, scenario));
        assert_eq!(outcome, expected, "the power went after {after} blocks");
    }
}
