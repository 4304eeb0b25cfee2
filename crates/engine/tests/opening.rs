//! Opening: replay, digests, snapshots.

mod toy;

use domain::{EventSeq, Timestamp};
use engine::limits::REPLAY_EVENTS_PER_REPORT;
use engine::{
    Batch, Closed, Engine, Machine, MadeBy, OpenFault, Options, Replayed, SNAPSHOT_BEGINNING_BYTES, SnapshotWarning,
    snapshot_made_by,
};
use journal::{BlockDraft, Journal, MemoryDisk, MemoryJournal, NoFaults};
use sha2::{Digest, Sha256};
use toy::{Ask, Fact, House, OPTIONS, Toy, ToyEngine, deposit, deposits, journal, open, told};

fn filled(disk: &MemoryDisk) -> ToyEngine {
    let mut engine = open(disk, NoFaults);
    told(&mut engine, &deposits(10, 0..5));
    told(&mut engine, &Batch::of(Timestamp(20), [Ask::Close, deposit(9, 9)]));
    engine
}

fn closed(engine: ToyEngine) -> (Vec<u8>, House) {
    let house = engine.state_for_simulation().clone();
    let Closed { snapshot, .. } = engine.close().expect("everything is durable");
    (snapshot, house)
}

type Opened = (ToyEngine, Option<SnapshotWarning>, u64);

/// Opens from a snapshot; also tells how many events were replayed.
fn open_from(disk: &MemoryDisk, snapshot: &[u8], options: Options<Toy>) -> Result<Opened, OpenFault> {
    let mut heights = Vec::new();
    let mut progress = |replayed: Replayed| heights.push(replayed);
    let (engine, warning) = Engine::open_from_snapshot(journal(disk, NoFaults), snapshot, options, &mut progress)?;
    let last = heights.last().expect("progress at the end");
    assert_eq!(last.height, last.of);
    Ok((engine, warning, last.of.0))
}

#[test]
fn replay_comes_to_the_state_that_was() {
    let disk = MemoryDisk::new();
    let house = filled(&disk).state_for_simulation().clone();
    assert_eq!(open(&disk, NoFaults).state_for_simulation(), &house);
    assert_eq!(house.next, 7);
}

#[test]
fn replay_reports_how_far_it_has_come() {
    let disk = MemoryDisk::new();
    let mut engine = open(&disk, NoFaults);
    for _ in 0..8 {
        told(&mut engine, &Batch::of(Timestamp(1), [Ask::Many { events: 10_000, bytes: 1 }]));
    }
    drop(engine);
    let mut reports = Vec::new();
    Engine::open(journal(&disk, NoFaults), OPTIONS, &mut |replayed| reports.push(replayed)).expect("sound");
    let of = EventSeq(80_000);
    assert_eq!(reports, [Replayed { height: EventSeq(70_000), of }, Replayed { height: of, of }]);
    const { assert!(REPLAY_EVENTS_PER_REPORT > 60_000 && REPLAY_EVENTS_PER_REPORT <= 70_000) };
}

#[test]
fn a_state_that_is_not_the_one_that_the_journal_names_is_refused() {
    let disk = MemoryDisk::new();
    drop(filled(&disk));
    let broken = Options { machine: Toy { one_more: true, ..Toy::default() }, check_digests: true };
    let fault = Engine::open(journal(&disk, NoFaults), broken.clone(), &mut |_| ()).err().expect("refused");
    assert!(matches!(fault, OpenFault::DigestMismatch { seq: EventSeq(5), .. }), "{fault:?}");
    assert_eq!(fault.code(), "DIGEST_MISMATCH");
    assert!(fault.to_string().contains("event 5 of the journal"), "{fault}");
    let unchecked = Options { check_digests: false, ..broken };
    assert!(Engine::open(journal(&disk, NoFaults), unchecked, &mut |_| ()).is_ok(), "the check is an option");
}

#[test]
fn an_event_that_nobody_knows_is_refused_by_its_number() {
    let disk = MemoryDisk::new();
    let mut bare: MemoryJournal = filled(&disk).into_journal();
    let head = bare.head();
    let mut draft = BlockDraft::new(head.epoch, head.next_seq, head.time_us);
    draft.push_event(&[99]);
    bare.submit(draft).expect("taken");
    bare.wait();
    drop(bare);
    let fault = Engine::open(journal(&disk, NoFaults), OPTIONS, &mut |_| ()).err().expect("refused");
    assert_eq!(fault.code(), "EVENT_UNREADABLE");
    assert!(matches!(fault, OpenFault::EventUnreadable { seq: EventSeq(7), .. }), "{fault}");
}

#[test]
fn of_several_faults_in_a_block_the_first_counts() {
    for readable in 0..8 {
        let disk = MemoryDisk::new();
        let mut bare: MemoryJournal = filled(&disk).into_journal();
        let head = bare.head();
        let mut draft = BlockDraft::new(head.epoch, head.next_seq, head.time_us);
        let mut push = |event: &Fact| {
            let mut bytes = Vec::new();
            Toy::default().encode(event, &mut bytes);
            draft.push_event(&bytes);
        };
        (0..readable).for_each(|_| push(&Fact::Queued { items: 1 }));
        push(&Fact::Closed { digest: [1; 32] });
        draft.push_event(&[99]);
        bare.submit(draft).expect("taken");
        bare.wait();
        drop(bare);
        let open = |check_digests| {
            let options = Options { machine: Toy::default(), check_digests };
            Engine::open(journal(&disk, NoFaults), options, &mut |_| ()).err().expect("refused")
        };
        let seq = EventSeq(head.next_seq + readable);
        let fault = open(true);
        assert!(matches!(fault, OpenFault::DigestMismatch { seq: found, .. } if found == seq), "{fault:?}");
        let fault = open(false);
        assert!(matches!(fault, OpenFault::EventUnreadable { seq: found, .. } if found == seq.next()), "{fault:?}");
    }
}

#[test]
fn a_snapshot_saves_the_replay() {
    let disk = MemoryDisk::new();
    let (snapshot, house) = closed(filled(&disk));
    let (mut engine, warning, _) = open_from(&disk, &snapshot, OPTIONS).expect("opens");
    assert_eq!(warning, None);
    assert_eq!(engine.state_for_simulation(), &house);
    told(&mut engine, &deposits(30, [20]));
    let house = engine.state_for_simulation().clone();
    drop(engine);
    // A broken machine would be found out if it replayed the deposits before the close; it replays the last one only.
    let broken = Options { machine: Toy { one_more: true, ..Toy::default() }, check_digests: true };
    let (engine, warning, _) = open_from(&disk, &snapshot, broken).expect("opens");
    assert_eq!(warning, None);
    assert_eq!(engine.state_for_simulation().deposits[&20], 101);
    let (engine, ..) = open_from(&disk, &snapshot, OPTIONS).expect("opens");
    assert_eq!(engine.state_for_simulation(), &house);
}

#[test]
fn a_damaged_snapshot_costs_a_replay_and_a_warning() {
    let disk = MemoryDisk::new();
    let (snapshot, house) = closed(filled(&disk));
    let mut damaged: Vec<Vec<u8>> = (0..snapshot.len()).map(|length| snapshot[..length].to_vec()).collect();
    for bit in 0..snapshot.len() * 8 {
        let mut flipped = snapshot.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        damaged.push(flipped);
    }
    damaged.push([snapshot.as_slice(), &[0]].concat());
    for bytes in damaged {
        let (engine, warning, _) = open_from(&disk.deep_copy(), &bytes, OPTIONS).expect("opens");
        assert!(matches!(warning, Some(SnapshotWarning::Damaged { .. })), "{warning:?}");
        assert_eq!(engine.state_for_simulation(), &house);
    }
}

#[test]
fn a_snapshot_of_another_journal_or_of_a_longer_one_is_not_used() {
    let disk = MemoryDisk::new();
    drop(filled(&disk));
    let shorter = disk.deep_copy();
    let mut engine = open(&disk, NoFaults);
    told(&mut engine, &deposits(30, [30]));
    let (ahead, _) = closed(engine);

    let stranger_disk = MemoryDisk::new();
    let mut stranger = open(&stranger_disk, NoFaults);
    told(&mut stranger, &deposits(11, 0..3));
    let (foreign, _) = closed(stranger);

    for (snapshot, height) in [(ahead, EventSeq(8)), (foreign, EventSeq(3))] {
        let (engine, warning, _) = open_from(&shorter, &snapshot, OPTIONS).expect("opens");
        assert_eq!(warning, Some(SnapshotWarning::NotOfThisJournal { height }));
        assert_eq!(engine.state_for_simulation().deposits.len(), 6);
        let text = warning.expect("a warning").to_string();
        assert!(text.contains("rebuilt from the journal"), "{text}");
    }
}

/// The same snapshot with other bytes at a place, and the checksum that belongs to them.
fn rewritten(snapshot: &[u8], at: usize, bytes: &[u8]) -> Vec<u8> {
    let mut content = snapshot[..snapshot.len() - 32].to_vec();
    content[at..at + bytes.len()].copy_from_slice(bytes);
    let hash = Sha256::digest(&content);
    content.extend_from_slice(&hash);
    content
}

#[test]
fn a_snapshot_of_another_version_is_not_used() {
    let disk = MemoryDisk::new();
    let (snapshot, house) = closed(filled(&disk));
    let other = rewritten(&snapshot, 5, b"ENGINE");
    let (engine, warning, _) = open_from(&disk, &other, OPTIONS).expect("opens");
    let Some(SnapshotWarning::OtherVersion { found }) = warning else { panic!("{warning:?}") };
    assert!(found.starts_with("ENGINE "), "{found}");
    assert_eq!(engine.state_for_simulation(), &house);
}

#[test]
fn a_snapshot_whose_state_is_not_the_one_that_it_names_is_not_used() {
    let disk = MemoryDisk::new();
    let (snapshot, house) = closed(filled(&disk));
    let last_amount = snapshot.len() - 32 - 8;
    let other = rewritten(&snapshot, last_amount, &8_u64.to_be_bytes());
    let (engine, warning, _) = open_from(&disk, &other, OPTIONS).expect("opens");
    assert_eq!(warning, Some(SnapshotWarning::DigestMismatch { height: EventSeq(7) }));
    assert_eq!(engine.state_for_simulation(), &house);
}

#[test]
fn whatever_is_wrong_with_a_snapshot_the_one_before_is_tried() {
    let disk = MemoryDisk::new();
    let (early, _) = closed(filled(&disk));
    let mut engine = open(&disk, NoFaults);
    told(&mut engine, &deposits(30, [30]));
    let (late, house) = closed(engine);
    let stranger_disk = MemoryDisk::new();
    let mut stranger = open(&stranger_disk, NoFaults);
    told(&mut stranger, &deposits(11, 0..3));
    let (foreign, _) = closed(stranger);
    let last_amount = late.len() - 32 - 8;
    let wrong_state = rewritten(&late, last_amount, &8_u64.to_be_bytes());

    let mut shelf = vec![foreign, rewritten(&late, 5, b"ENGINE"), wrong_state, late[..100].to_vec(), early].into_iter();
    let (mut codes, mut heights) = (Vec::new(), Vec::new());
    let engine = Engine::open_from_snapshots(
        journal(&disk, NoFaults),
        &mut || shelf.next(),
        OPTIONS,
        &mut |warning| codes.push(warning.code()),
        &mut |replayed| heights.push(replayed.height.0),
    )
    .expect("opens");
    assert_eq!(codes, ["SNAPSHOT_FOREIGN", "SNAPSHOT_OTHER_VERSION", "SNAPSHOT_DIGEST", "SNAPSHOT_DAMAGED"]);
    assert_eq!(engine.state_for_simulation(), &house);
    // A progress report for each replay that was begun: only the one that follows the sound snapshot.
    assert_eq!(heights, [8]);
}

#[test]
fn the_beginning_of_a_snapshot_tells_who_made_it() {
    let (snapshot, _) = closed(filled(&MemoryDisk::new()));
    let beginning = |bytes: &[u8]| {
        let end = bytes.len().min(usize::try_from(SNAPSHOT_BEGINNING_BYTES).expect("few"));
        snapshot_made_by(&bytes[..end])
    };
    assert_eq!(beginning(&snapshot), MadeBy::ThisVersion);
    assert_eq!(beginning(&rewritten(&snapshot, 5, b"ENGINE")), MadeBy::OtherVersion);
    assert_eq!(beginning(&rewritten(&snapshot, 0, b"X")), MadeBy::Nobody);
    assert_eq!(beginning(&snapshot[..8]), MadeBy::Nobody);
    assert_eq!(snapshot_made_by(&[]), MadeBy::Nobody);
}

#[test]
fn what_follows_a_snapshot_is_checked_like_everything() {
    let disk = MemoryDisk::new();
    let (snapshot, _) = closed(filled(&disk));
    let mut engine = open(&disk, NoFaults);
    told(&mut engine, &Batch::of(Timestamp(40), [deposit(40, 1), Ask::Close]));
    drop(engine);
    let broken = Options { machine: Toy { one_more: true, ..Toy::default() }, check_digests: true };
    let fault = open_from(&disk, &snapshot, broken).err().expect("refused");
    assert!(matches!(fault, OpenFault::DigestMismatch { seq: EventSeq(8), .. }), "{fault}");
}

#[test]
fn a_snapshot_needs_everything_durable_and_hands_back_what_was_not_collected() {
    let disk = MemoryDisk::new();
    let mut engine = open(&disk, NoFaults);
    engine.submit(&deposits(1, [1])).expect("taken");
    engine.submit(&deposits(1, [2])).expect("taken");
    let Closed { journal, released, snapshot } = engine.close().expect("durable");
    assert_eq!(released.iter().map(|released| released.batch.0).collect::<Vec<_>>(), [0, 1]);
    assert_eq!(journal.head().next_seq, 2);
    assert!(!snapshot.is_empty());
}

#[test]
fn an_empty_journal_opens_empty() {
    let disk = MemoryDisk::new();
    let mut reports = Vec::new();
    let engine =
        Engine::open(journal(&disk, NoFaults), OPTIONS, &mut |replayed| reports.push(replayed)).expect("opens");
    assert_eq!(reports, [Replayed { height: EventSeq(0), of: EventSeq(0) }]);
    let (snapshot, _) = closed(engine);
    let (engine, warning, _) = open_from(&disk, &snapshot, OPTIONS).expect("opens");
    assert_eq!((engine.durable_height(), warning), (EventSeq(0), None));
}
