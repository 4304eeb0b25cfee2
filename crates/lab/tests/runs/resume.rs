//! A run that is stopped after any block and taken up again comes to the same journal, event for event.

use crate::world::{PowerCut, blocks, cut_after_every, date, open, options, run_on, scenario, seed, until_power_cut};
use journal::{MemoryDisk, NoFaults};
use lab::driver::Unobserved;
use lab::{DemoOptions, Notices, RunFault, Scenario};

#[test]
fn a_day_under_caudal_may_be_stopped_after_any_block() {
    let demo = DemoOptions { days: 1, payments: Some(60), seed: seed(1) };
    cut_after_every(1, &Scenario::demo(demo, &mut Notices::new()).unwrap());
}

#[test]
fn three_days_with_much_waiting_may_be_stopped_anywhere() {
    let mut options = options("caudal", ("2024-03-07", "2024-03-11"), 150, 2);
    options.prefunding_ppm = 200_000;
    let scenario = scenario(options);
    let outcome = crate::world::run(&scenario);
    assert!(outcome.waits.waited().count > 30 && outcome.payments.expired > 0, "{:?}", outcome.payments);
    cut_after_every(5, &scenario);
}

#[test]
fn an_open_price_may_be_stopped_anywhere() {
    cut_after_every(3, &scenario(options("sml-ar-br", ("2024-03-07", "2024-03-11"), 60, 3)));
}

#[test]
fn a_period_with_conformity_may_be_stopped_anywhere() {
    cut_after_every(7, &scenario(options("cpcr", ("2024-04-24", "2024-04-26"), 60, 4)));
}

#[test]
fn a_run_whose_power_goes_again_and_again_comes_to_the_same_end() {
    let scenario = scenario(options("caudal", ("2024-03-07", "2024-03-08"), 120, 5));
    let expected = run_on(&MemoryDisk::new(), &scenario);
    let disk = MemoryDisk::new();
    let mut cuts = 0;
    let outcome = loop {
        let kept = cuts % 3 == 0;
        if let Some(outcome) = until_power_cut(&disk, &scenario, PowerCut { appends_left: 5, kept }) {
            break outcome;
        }
        cuts += 1;
    };
    assert!(cuts > 20, "{cuts}");
    assert_eq!(outcome, expected);
}

#[test]
fn a_run_that_is_done_is_done_when_it_is_taken_up_again() {
    let scenario = scenario(options("caudal", ("2024-03-07", "2024-03-08"), 50, 6));
    let disk = MemoryDisk::new();
    let expected = run_on(&disk, &scenario);
    assert_eq!(run_on(&disk, &scenario), expected);
}

#[test]
fn the_journal_of_another_run_is_left_alone() {
    let of = |rulebook, payments, of| scenario(options(rulebook, ("2024-03-07", "2024-03-08"), payments, of));
    let others = [
        (of("caudal", 50, 6), of("caudal", 50, 7), "another seed"),
        (of("caudal", 50, 6), of("caudal", 51, 6), "another number of payments"),
        (of("sml-ar-br", 50, 6), of("sml-ar-br", 50, 7), "another seed without deposits"),
        (of("sml-ar-br", 50, 6), of("sml-ar-br", 51, 6), "another number of payments without deposits"),
        (of("caudal", 50, 6), of("cpcr", 50, 6), "another rulebook"),
    ];
    for (one, other, what) in &others {
        for cut in [30, u64::MAX] {
            let disk = MemoryDisk::new();
            until_power_cut(&disk, one, PowerCut { appends_left: cut, kept: true });
            let before = blocks(&disk);
            let mut engine = open(&disk, other, NoFaults);
            let fault = lab::run(other, &mut engine, &mut Unobserved).unwrap_err();
            assert!(matches!(fault, RunFault::OtherRun { .. }), "{what}: {fault}");
            assert_eq!(fault.exit_code(), 2);
            assert_eq!(blocks(&disk), before + 1, "{what}: nothing but the barrier of the opening was added");
        }
    }
}

#[test]
fn a_journal_opened_at_a_later_time_than_the_runs_is_refused() {
    let scenario = scenario(options("caudal", ("2024-03-07", "2024-03-08"), 50, 6));
    let now = date("2026-01-01").start();
    let journal = journal::MemoryJournal::open(&MemoryDisk::new(), now.0, NoFaults).unwrap();
    let mut engine = engine::Engine::open(journal, engine::Options::ledger(1), &mut |_| ()).unwrap();
    let fault = lab::run(&scenario, &mut engine, &mut Unobserved).unwrap_err();
    assert!(matches!(fault, RunFault::ClockAhead { .. }), "{fault}");
}
