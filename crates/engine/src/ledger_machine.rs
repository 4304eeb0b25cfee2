//! The clearing house: `ledger` decides and evolves, `codec` writes.

use crate::machine::Machine;
use domain::{Command, CommandBody, Event, EventBody, EventSeq, Timestamp};
use ledger::{Answer, Gathered, Needs, State};

/// What takes an event into the state.
pub type Evolve = fn(&mut State, EventSeq, Timestamp, &Event);

/// Bytes of a command without lists and texts.
const PLAIN_COMMAND_BYTES: usize = 256;

/// Bytes of an item of a list: an identifier, a date, a step of the day with its instant, an actor.
const LIST_ITEM_BYTES: usize = 24;

/// Bytes of a compiled rulebook: its own texts are part of its source and counted there.
const PLAN_BYTES: usize = 8 * 1024;

/// The ledger as a machine.
#[derive(Clone, Copy, Debug)]
pub struct LedgerMachine {
    /// Key of the ledger's hash tables, drawn once by whoever runs the house. It changes no event and no digest.
    pub table_key: u64,
    /// `ledger::evolve`; a simulator that tests itself passes a broken one.
    pub evolve: Evolve,
}

impl LedgerMachine {
    /// The ledger under a table key.
    #[must_use]
    pub fn new(table_key: u64) -> Self {
        Self { table_key, evolve: ledger::evolve }
    }
}

impl Machine for LedgerMachine {
    type State = State;
    type Command = Command;
    type Event = Event;
    type Answer = Answer;
    type Needs = Needs;
    type Gathered = Gathered;

    fn genesis(&self) -> State {
        State::new(self.table_key)
    }

    fn next_seq(&self, state: &State) -> EventSeq {
        state.next_seq()
    }

    fn now(&self, state: &State) -> Timestamp {
        state.now()
    }

    fn digest(&self, state: &State) -> [u8; 32] {
        state.digest()
    }

    fn command_bytes(&self, command: &Command) -> usize {
        let carried = match &command.body {
            CommandBody::DefineCalendar { name } => name.len(),
            CommandBody::SetCalendarDays { closed, opened, .. } => (closed.len() + opened.len()) * LIST_ITEM_BYTES,
            CommandBody::RegisterMember { code, bic } => code.len() + bic.len(),
            CommandBody::AuthoriseInstitution { code, jurisdiction, .. } => code.len() + jurisdiction.len(),
            // The compiled plan repeats texts of the source: citations, names.
            CommandBody::AdoptRulebook { source, plan } => {
                let cited: usize = plan.articles.iter().map(|(_, article)| article.citation.len()).sum();
                source.len() + cited + plan.name.len() + plan.day.zone.len() + PLAN_BYTES
            }
            CommandBody::OpenDay { schedule, time_zone_version, .. } => {
                schedule.len() * LIST_ITEM_BYTES + time_zone_version.len()
            }
            CommandBody::Submit(submitted) => submitted.order().instrument.as_ref().map_or(0, |digits| digits.len()),
            CommandBody::ConfirmCollections { payments, .. } | CommandBody::GiveConformity { payments, .. } => {
                payments.len() * LIST_ITEM_BYTES
            }
            CommandBody::RegisterCurrency { .. }
            | CommandBody::OpenArrangement { .. }
            | CommandBody::Join { .. }
            | CommandBody::Leave { .. }
            | CommandBody::SetLimit(_)
            | CommandBody::MovePrefunding { .. }
            | CommandBody::PublishRate { .. }
            | CommandBody::Cancel { .. }
            | CommandBody::ResolveHold { .. }
            | CommandBody::ConfirmPayouts { .. }
            | CommandBody::FailPayout { .. }
            | CommandBody::Return { .. }
            | CommandBody::OpenDispute { .. }
            | CommandBody::EndDispute { .. }
            | CommandBody::ConfirmSettlement { .. }
            | CommandBody::ConfirmTransfer { .. }
            | CommandBody::Suspend { .. }
            | CommandBody::Reinstate { .. } => 0,
        };
        PLAIN_COMMAND_BYTES + command.approvals.len() * LIST_ITEM_BYTES + carried
    }

    fn needs(&self, state: &State, command: &Command) -> Needs {
        ledger::needs(state, command)
    }

    fn gather(&self, needs: Needs) -> Gathered {
        // Every payment and identifier is still in memory. The index on disk is asked here once there is one.
        assert!(needs.is_empty(), "the ledger asks for what nothing can fetch yet");
        Gathered::default()
    }

    fn pulse(&self, state: &State, now: Timestamp, out: &mut Vec<Event>) -> bool {
        ledger::pulse(state, now, out)
    }

    fn decide(
        &self,
        state: &State,
        now: Timestamp,
        command: &Command,
        gathered: &Gathered,
        out: &mut Vec<Event>,
    ) -> Answer {
        ledger::decide(state, now, command, gathered, out)
    }

    fn release(&self, state: &State, now: Timestamp, out: &mut Vec<Event>) -> bool {
        ledger::release(state, now, out)
    }

    fn evolve(&self, state: &mut State, at: EventSeq, now: Timestamp, event: &Event) {
        (self.evolve)(state, at, now, event);
    }

    fn encode(&self, event: &Event, out: &mut Vec<u8>) {
        codec::encode(event, out);
    }

    fn decode(&self, bytes: &[u8]) -> Result<Event, String> {
        codec::decode_exact(bytes).map_err(|error| error.to_string())
    }

    fn digest_named_by(&self, event: &Event) -> Option<[u8; 32]> {
        match &event.body {
            EventBody::DayClosed { digest, .. } => Some(*digest),
            _ => None,
        }
    }

    fn save(&self, state: &State) -> Vec<u8> {
        postcard::to_stdvec(state).expect("a state in memory has a form in bytes")
    }

    fn restore(&self, bytes: &[u8]) -> Result<State, String> {
        let (mut state, rest) = postcard::take_from_bytes::<State>(bytes).map_err(|error| error.to_string())?;
        if !rest.is_empty() {
            return Err("bytes after the state".to_owned());
        }
        state.finish_reading();
        Ok(state)
    }
}
