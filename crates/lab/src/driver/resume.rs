//! Whether a journal is one of this run, before anything is added to it.

use domain::{Event, EventBody, EventSeq, PaymentId, Timestamp};
use engine::{Batch, Engine, LedgerMachine, Options};
use journal::{Journal, MemoryDisk, MemoryJournal, NoFaults};

use super::fault::RunFault;
use super::setup;
use crate::scenario::Scenario;

/// Compares the beginning of a journal with what this run would have written, and its last payment with its ticket.
pub(crate) fn check<J: Journal>(scenario: &Scenario, engine: &Engine<J, LedgerMachine>) -> Result<(), RunFault> {
    let begins = setup::begins_at(scenario.traffic.window());
    let state = engine.state_for_simulation();
    let reached = begins.max(state.now());
    if engine.last_time() > reached {
        return Err(RunFault::ClockAhead { found: engine.last_time(), begins });
    }
    if state.next_seq() == EventSeq(0) {
        return Ok(());
    }
    let expected = setup_events(scenario)?;
    let found = events(engine.journal(), expected.len())?;
    if let Some(place) = expected.iter().zip(&found).position(|(expected, found)| !is_same(expected, found)) {
        return Err(RunFault::OtherRun { detail: format!("event {place} of its setting up differs") });
    }
    let (.., payments) = state.counts();
    if let Some(last) = payments.checked_sub(1) {
        let known = last < scenario.traffic.ticket_count()
            && state.payment(PaymentId(last)).is_some_and(|found| found.key.uetr.0 == scenario.traffic.reference(last));
        if !known {
            return Err(RunFault::OtherRun { detail: format!("payment {last} is of no ticket of this run") });
        }
    }
    Ok(())
}

/// Whether an event of the journal is the one that this run would have written. A rulebook is the same when its text is: an
/// earlier version may have compiled it to a plan that did not know all of its rules yet, and the journal's plan is what
/// holds.
fn is_same(expected: &[u8], found: &[u8]) -> bool {
    let adopted = |bytes| match codec::decode_exact(bytes) {
        Ok(Event { actor, approvals, body: EventBody::RulebookAdopted { rulebook, source, .. } }) => {
            Some((actor, approvals, rulebook, source))
        }
        _ => None,
    };
    expected == found || adopted(expected).is_some_and(|adoption| adopted(found) == Some(adoption))
}

/// The events of the setting up, made by the engine on a journal of its own.
fn setup_events(scenario: &Scenario) -> Result<Vec<Vec<u8>>, RunFault> {
    let disk = MemoryDisk::new();
    let journal = MemoryJournal::open(&disk, setup::begins_at(scenario.traffic.window()).0, NoFaults);
    let journal = journal.map_err(RunFault::Journal)?;
    let engine = Engine::open(journal, Options::ledger(0), &mut |_| ());
    let mut engine: Engine<MemoryJournal> = engine.expect("bug: an empty journal in memory does not replay");
    for (at, commands) in setup::steps(scenario) {
        engine.submit(&Batch::of(at, commands))?;
        while engine.wait()?.is_some() {}
    }
    events(engine.journal(), usize::MAX)
}

/// The bytes of the first events of a journal.
fn events<J: Journal>(journal: &J, most: usize) -> Result<Vec<Vec<u8>>, RunFault> {
    let mut events = Vec::new();
    for block in journal.read(0).map_err(RunFault::Journal)? {
        let block = block.map_err(RunFault::Journal)?;
        events.extend(block.events().map(|(_, bytes)| bytes.to_vec()));
        if events.len() >= most {
            events.truncate(most);
            break;
        }
    }
    Ok(events)
}

/// The time up to which a journal has been driven: that of its last event.
pub(crate) fn reached<J: Journal>(engine: &Engine<J, LedgerMachine>) -> Timestamp {
    engine.state_for_simulation().now()
}
