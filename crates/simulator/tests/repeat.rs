//! A seed is the whole of a run.

use simulator::{Options, run, simulate};

#[test]
fn a_seed_run_twice_gives_the_same_trace() {
    let options = Options::default();
    for seed in (0..40).chain([u64::MAX]) {
        let (first, second) = (simulate(seed, &options), simulate(seed, &options));
        assert_eq!(first.trace, second.trace, "seed {seed}");
        assert_eq!(first.counts, second.counts, "seed {seed}");
        assert_eq!(first.coverage, second.coverage, "seed {seed}");
    }
}

#[test]
fn two_seeds_give_two_traces() {
    let options = Options::default();
    assert_ne!(simulate(1, &options).trace, simulate(2, &options).trace);
}

#[test]
fn a_world_without_faults_has_none() {
    let options = Options { faults: false, ..Options::default() };
    let (total, broken) = run(0..20, &options, &mut |_| ());
    assert!(broken.is_none(), "{}", broken.expect("just seen"));
    assert_eq!((total.crashes, total.faults, total.full, total.lost), (0, 0, 0, 0));
    assert!(total.events > 10_000, "{total}");
}

#[test]
fn a_report_names_the_command_that_repeats_it() {
    let report = simulate(7, &Options::default());
    assert!(report.command().ends_with("--seed 7"), "{}", report.command());
    assert!(report.to_string().starts_with("seed 7: "), "{report}");
}
