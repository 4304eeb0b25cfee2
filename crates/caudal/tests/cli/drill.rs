//! `drill`: seeds through the simulator.

use crate::program::{Ended, run, words};

/// The exit code says what the words say.
#[track_caller]
fn is_coherent(ended: &Ended) {
    match ended.code {
        0 => assert!(ended.out.contains("every promise kept"), "{ended:?}"),
        1 => {
            assert!(ended.out.contains("BROKEN at step "), "{ended:?}");
            assert!(ended.out.lines().any(|line| line.trim().starts_with("again: cargo run ")), "{ended:?}");
        }
        _ => panic!("{ended:?}"),
    }
}

#[test]
fn a_seed_is_the_same_run_every_time() {
    for seed in ["1", "9007199254740992"] {
        let once = run(&["drill", "--seed", seed]);
        is_coherent(&once);
        assert!(once.out.starts_with(&format!("seed {seed}: ")), "{}", once.out);
        let again = run(&["drill", "--seed", seed]);
        assert_eq!((again.code, again.out), (once.code, once.out));
    }
}

#[test]
fn a_range_of_seeds_is_told_in_a_line_or_with_the_seed_that_broke_a_promise() {
    let ended = run(&words("drill --seeds 3..6"));
    is_coherent(&ended);
    if ended.code == 0 {
        assert!(
            ended.out.starts_with("3 seeds, every promise kept: ") && ended.out.lines().count() == 1,
            "{}",
            ended.out
        );
    }
}
