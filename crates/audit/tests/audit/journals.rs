//! Journals: the chain of blocks, the bytes of events and the rules, verified together; and one payment's way.

use crate::story::{Events, payment};
use crate::{pull, push_fixed, push_open};
use audit::{Footprint, VerifyFault, verify, walk};
use domain::payment::{LegState, PaymentState};
use domain::{AccountKind, Event, EventBody, EventSeq};
use journal::{Block, BlockDraft, Head, JournalFault, Mark, barrier_after, seal};

const EPOCH: u64 = 1;

/// A journal of those events: a block for each time, and for so many events.
fn journal(events: &Events, block_events_max: usize) -> (Vec<Block>, Head) {
    let first_us = events.first().map_or(0, |(time, _)| time.0);
    let opening = seal(barrier_after(&Head::EMPTY, first_us), Head::EMPTY.hash);
    let mut head = Head::EMPTY.after(&opening);
    let mut blocks = vec![opening];
    let mut rest = events.as_slice();
    while let Some((time, _)) = rest.first() {
        let count = rest.iter().take(block_events_max).take_while(|(of, _)| of == time).count();
        let mut draft = BlockDraft::new(EPOCH, head.next_seq, time.0);
        for (_, event) in &rest[..count] {
            draft.push_event(&encoded(event));
        }
        let block = seal(draft, head.hash);
        head = head.after(&block);
        blocks.push(block);
        rest = &rest[count..];
    }
    (blocks, head)
}

fn encoded(event: &Event) -> Vec<u8> {
    let mut bytes = Vec::new();
    codec::encode(event, &mut bytes);
    bytes
}

fn verified(blocks: Vec<Block>, mark: Mark) -> Result<audit::Verified, VerifyFault> {
    verify(blocks.into_iter().map(Ok), mark, "the journal of the test")
}

#[test]
fn a_journal_of_each_shape_verifies_up_to_its_mark() {
    for story in [push_fixed::three_days(), push_open::three_days(), pull::interest(), pull::period()] {
        let (blocks, head) = journal(&story.events, usize::MAX);
        let found = verified(blocks, head.mark()).unwrap();
        assert_eq!(found.journal_height, u64::try_from(story.events.len()).unwrap());
        assert_eq!(found.state_digest, story.model.digest());
        assert_eq!(found.head, head);
        let closes = story.events.iter().filter(|(_, event)| matches!(event.body, EventBody::DayClosed { .. }));
        assert_eq!(found.days_closed, u64::try_from(closes.count()).unwrap());
    }
}

#[test]
fn block_borders_are_outside_the_digest() {
    let story = push_fixed::three_days();
    let (few, _) = journal(&story.events, usize::MAX);
    let (many, head) = journal(&story.events, 1);
    assert!(many.len() > few.len() + 40, "an event a block: {} and {}", many.len(), few.len());
    assert_eq!(verified(many, head.mark()).unwrap().state_digest, verified(few, Mark::EMPTY).unwrap().state_digest);
}

#[test]
fn every_kind_of_damage_has_its_code() {
    let story = push_fixed::three_days();
    let (blocks, head) = journal(&story.events, usize::MAX);
    let code = |blocks: Vec<Block>, mark: Mark| verified(blocks, mark).map(|_| ()).unwrap_err().code();

    assert_eq!(code(blocks[..blocks.len() - 1].to_vec(), head.mark()), "JOURNAL_TRUNCATED");
    let mut other = head.mark();
    other.hash[0] ^= 1;
    assert_eq!(code(blocks.clone(), other), "JOURNAL_FORKED");
    let mut swapped = blocks.clone();
    swapped.swap(3, 4);
    assert_eq!(code(swapped, head.mark()), "JOURNAL_CORRUPT");
    let failed = || JournalFault::corrupt("the journal of the test", 0, "unreadable");
    let result = verify([Err(failed())].into_iter(), Mark::EMPTY, "the journal of the test");
    assert_eq!(result.map(|_| ()).unwrap_err().code(), "JOURNAL_CORRUPT");

    // Well-formed blocks over bytes that are no event, and over events that break a rule.
    let opening = blocks[0].clone();
    let mut draft = BlockDraft::new(EPOCH, 0, 0_i64.max(opening.header().time_us));
    draft.push_event(&[0x00]);
    let block = seal(draft, opening.hash());
    assert_eq!(code(vec![opening, block], Mark::EMPTY), "EVENT_MALFORMED");
    let mut altered = story.events.clone();
    let last = altered.len() - 1;
    altered.swap(last - 1, last);
    let (blocks, head) = journal(&altered, usize::MAX);
    let fault = verified(blocks, head.mark()).map(|_| ()).unwrap_err();
    assert_eq!(fault.code(), "AUDIT_MEMBERSHIP");
    let text = fault.to_string();
    assert_eq!(text.split("; ").count(), 3, "what, where, what to do: {text}");
}

fn way(events: &Events, number: u64) -> Vec<Footprint> {
    let numbered = events.iter().enumerate();
    let numbered = numbered.map(|(seq, (time, event))| (EventSeq(u64::try_from(seq).unwrap()), *time, event.clone()));
    walk(numbered, payment(number)).unwrap()
}

#[test]
fn the_way_of_a_payment_names_each_event_and_what_it_posted() {
    let story = push_fixed::three_days();
    // Queued, released by a receipt, settled, paid out, disputed, the dispute ended.
    let steps = way(&story.events, 3);
    let states: Vec<PaymentState> = steps.iter().filter_map(|step| step.state).collect();
    use PaymentState::{Cleared, Disputed, PaidOut, Queued};
    assert_eq!(states, [Queued, Cleared, Cleared, PaidOut, Disputed, PaidOut]);
    assert_eq!(steps[2].payout, LegState::Instructed, "the net has settled");
    let posted: i128 = steps[1].entries.iter().map(|(_, amount)| amount).sum();
    assert_eq!((steps[0].entries.len(), steps[1].entries.len(), posted), (2, 6, 0));
    assert!(steps[3].entries.iter().any(|(key, amount)| key.kind == AccountKind::PayoutDue && *amount == -10_000));
}

#[test]
fn the_way_of_a_refused_order_is_its_refusal() {
    let story = push_fixed::three_days();
    let steps = way(&story.events, 10);
    assert_eq!(steps.len(), 1);
    assert!(matches!(steps[0].event.body, EventBody::PaymentRefused { .. }));
    assert_eq!(steps[0].state, None);
}
