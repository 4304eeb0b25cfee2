//! A folder that an earlier version left is verified, opened and gone on with (tests/golden).

use crate::program::{copy_folder, height_and_digest, run, text};
use std::path::{Path, PathBuf};

/// Folder, events, digest: as published in tests/golden/README.md.
const PUBLISHED: [(&str, u64, &str); 1] =
    [("house-0.1.0", 1_102, "fcb859532169e2746e10619780f0f9af53ded22cb54f5a134e4c98e778be066b")];

fn copied(name: &str, root: &Path) -> PathBuf {
    let dir = root.join(name);
    copy_folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name), &dir);
    dir
}

#[test]
fn what_an_earlier_version_wrote_means_what_it_meant() {
    let root = tempfile::tempdir().expect("a folder");
    for (name, events, digest) in PUBLISHED {
        let dir = copied(name, root.path());
        let told = run(&["verify", "--json", "--data", text(&dir)]);
        assert_eq!(height_and_digest(&told.object()), (events, digest.to_owned()), "{name}");
    }
}

#[test]
fn a_run_that_an_earlier_version_began_is_gone_on_with() {
    let root = tempfile::tempdir().expect("a folder");
    for (name, events, digest) in PUBLISHED {
        let dir = copied(name, root.path());
        let arguments = ["demo", "--json", "--resume", "--days", "2", "--payments", "120", "--data", text(&dir)];
        let resumed = run(&arguments);
        assert_eq!(height_and_digest(&resumed.object()), (events, digest.to_owned()), "{name}");
        let told = run(&["verify", "--json", "--data", text(&dir)]);
        assert!(!told.err.contains("warning"), "{name}: {told:?}");
    }
}

#[test]
fn a_snapshot_is_prepared_for_the_next_start() {
    let root = tempfile::tempdir().expect("a folder");
    for (name, events, digest) in PUBLISHED {
        let dir = copied(name, root.path());
        let told = run(&["snapshot", "--data", text(&dir)]).done();
        assert!(told.contains("1,102 events"), "{told}");
        assert!(dir.join(format!("snapshots/state-{events:020}")).exists());
        let told = run(&["verify", "--json", "--data", text(&dir)]);
        assert_eq!(height_and_digest(&told.object()), (events, digest.to_owned()), "{name}");
    }
}
