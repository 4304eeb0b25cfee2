//! Runs of the lab with an optimiser: what settles, beside what would have settled in other ways.

use crate::world::{assert_adds_up, cut_after_every, options, run, scenario, seed};
use domain::RunId;
use engine::{Engine, Options};
use journal::{MemoryDisk, MemoryJournal, NoFaults};
use lab::outcome::{Obstacle, RunEnding};
use lab::{DemoOptions, Notices, Observer, Outcome, Progress, Scenario};

const TICKS: u64 = 5_000_000;

/// A few days on which much waits.
fn busy(of: u64) -> Scenario {
    let mut options = options("caudal", ("2024-03-07", "2024-03-11"), 400, of);
    options.prefunding_ppm = 200_000;
    scenario(options)
}

fn optimised(of: u64, ticks: u64) -> Outcome {
    run(&busy(of).with_optimiser(ticks))
}

#[test]
fn runs_settle_no_less_than_in_order_of_entry_and_no_more_than_is_proved() {
    let mut beyond = 0;
    for of in 1..=4 {
        let outcome = optimised(of, TICKS);
        assert_adds_up(&outcome, 400);
        for run in &outcome.runs {
            let bound = run.upper_bound_usd_cents.expect("nothing here is too large");
            let ascending = [run.fifo_usd_cents, run.value_usd_cents, bound, run.frozen_usd_cents];
            assert!(ascending.is_sorted(), "{run:?}");
            assert!(run.bilateral_usd_cents <= run.frozen_usd_cents && run.bilateral_usd_cents >= 0, "{run:?}");
            assert!(run.gap_ppm().is_some_and(|gap| (0..=1_000_000).contains(&gap)), "{run:?}");
            assert_eq!(run.ticks.is_some(), run.ending == RunEnding::Optimised, "{run:?}");
            assert_ne!(run.ending, RunEnding::WithoutProposal, "{run:?}");
            beyond += i32::from(run.gained_usd_cents() > 0);
        }
        let settled = outcome.runs.iter().map(|run| run.settled_count).sum::<u64>();
        assert_eq!(settled, outcome.waits.released_by_runs);
        assert!(outcome.runs.len() as u64 <= outcome.run_count);
    }
    assert!(beyond > 3, "{beyond} runs settled more than in order of entry");
}

#[test]
fn the_totals_are_those_of_the_runs() {
    let outcome = optimised(1, TICKS);
    let totals = outcome.run_totals();
    let sum = |of: fn(&lab::outcome::RunOutcome) -> i128| outcome.runs.iter().map(of).sum::<i128>();
    assert_eq!(totals.run_count, outcome.runs.len() as u64);
    assert_eq!(totals.fifo_usd_cents, sum(|run| run.fifo_usd_cents));
    assert_eq!(totals.bilateral_usd_cents, sum(|run| run.bilateral_usd_cents));
    assert_eq!(totals.value_usd_cents, sum(|run| run.value_usd_cents));
    assert_eq!(totals.frozen_usd_cents, sum(|run| run.frozen_usd_cents));
    assert!(totals.optimised_count > 0 && totals.most_ticks <= totals.ticks && totals.ticks > 0, "{totals:?}");
    let gained = outcome.most_gained(usize::MAX);
    assert!(gained.windows(2).all(|pair| pair[0].gained_usd_cents() >= pair[1].gained_usd_cents()));
    assert_eq!(
        gained.iter().map(|run| run.gained_usd_cents()).sum::<i128>(),
        totals.value_usd_cents - totals.fifo_usd_cents
    );
    // What some send in runs, others receive.
    let sent = outcome.gains.iter().map(|gain| gain.sent_usd_cents).sum::<i128>();
    let received = outcome.gains.iter().map(|gain| gain.received_usd_cents).sum::<i128>();
    assert_eq!((sent, received), (totals.value_usd_cents, totals.value_usd_cents));
    assert!(outcome.gains.iter().all(|gain| (0..=gain.sent_usd_cents).contains(&gain.saved_usd_cents())));
    assert!(outcome.gains.iter().any(|gain| gain.saved_usd_cents() > 0), "somebody gained");
}

#[test]
fn what_waits_on_is_told_with_what_would_release_it() {
    let outcome = optimised(1, TICKS);
    let mut missing = 0;
    for run in &outcome.runs {
        assert_eq!(run.waiting.len() as u64, (run.frozen_count - run.settled_count).min(3), "{run:?}");
        assert!(run.waiting.is_sorted_by_key(|waiting| std::cmp::Reverse(waiting.usd_cents)), "{run:?}");
        for waiting in &run.waiting {
            if run.gap_ppm() == Some(0) {
                assert!(!waiting.obstacles.is_empty(), "the most settled, and nothing keeps {waiting:?}");
            }
            for obstacle in &waiting.obstacles {
                match obstacle {
                    Obstacle::Liquidity { missing_usd_cents, .. } => {
                        assert!((1..=waiting.usd_cents).contains(missing_usd_cents), "{waiting:?}");
                        missing += 1;
                    }
                    Obstacle::PayerShort { short_usd_cents } => assert!(*short_usd_cents > 0, "{waiting:?}"),
                    Obstacle::Behind { .. } => panic!("the lab orders nothing that is urgent: {waiting:?}"),
                }
            }
        }
    }
    assert!(missing > 10, "{missing}");
}

#[test]
fn the_smallest_budget_still_settles_what_settles_in_order_of_entry() {
    let (least, most) = (optimised(2, 1), optimised(2, TICKS));
    assert!(least.runs.iter().all(|run| run.value_usd_cents >= run.fifo_usd_cents));
    assert!(least.run_totals().ticks < most.run_totals().ticks);
}

#[test]
fn the_same_options_give_the_same_run_and_an_optimiser_another_one() {
    assert_eq!(optimised(3, TICKS), optimised(3, TICKS));
    let without = run(&busy(3));
    assert_ne!(without.state_digest, optimised(3, TICKS).state_digest);
    assert!(without.runs.is_empty() && without.gains.is_empty(), "nobody asked");
}

#[test]
fn a_rulebook_without_a_queue_has_nothing_to_optimise() {
    let of = || scenario(options("sml-ar-br", ("2024-03-07", "2024-03-08"), 60, 3));
    let with = of().with_optimiser(TICKS);
    assert!(!with.has_optimiser());
    assert_eq!(run(&with), run(&of()));
}

#[test]
fn a_run_with_an_optimiser_may_be_stopped_anywhere() {
    let demo = DemoOptions { days: 1, payments: Some(60), seed: seed(4) };
    let scenario = Scenario::demo(demo, &mut Notices::new()).unwrap().with_optimiser(TICKS);
    assert!(run(&scenario).run_totals().optimised_count > 2, "there are runs to be cut");
    cut_after_every(2, &scenario);
    cut_after_every(29, &busy(2).with_optimiser(TICKS));
}

/// Notes what is solved, in order.
#[derive(Default)]
struct Clock {
    begun: Vec<RunId>,
    solved: Vec<RunId>,
}

impl Observer for Clock {
    fn durable(&mut self, _height: domain::EventSeq) {}
    fn progress(&mut self, _done: Progress) {}
    fn solving(&mut self, run: RunId) {
        assert_eq!(self.begun.len(), self.solved.len(), "one after the other");
        self.begun.push(run);
    }
    fn solved(&mut self, run: RunId) {
        self.solved.push(run);
    }
}

#[test]
fn whoever_has_a_clock_is_told_when_a_run_is_solved() {
    let scenario = busy(1).with_optimiser(TICKS);
    let journal = MemoryJournal::open(&MemoryDisk::new(), scenario.opening_time().0, NoFaults).unwrap();
    let mut engine = Engine::open(journal, Options::ledger(7), &mut |_| ()).unwrap();
    let mut clock = Clock::default();
    let outcome = lab::run(&scenario, &mut engine, &mut clock).unwrap();
    let optimised: Vec<RunId> =
        outcome.runs.iter().filter(|run| run.ending == RunEnding::Optimised).map(|run| run.run).collect();
    assert_eq!((&clock.begun, &clock.solved), (&optimised, &optimised));
}
