//! The clearing house: `ledger` decides and evolves, `codec` writes, an archive keeps what left memory.

use crate::archive::{Archive, ArchiveFault, MemoryArchive};
use crate::machine::Machine;
use domain::{
    ArrangementId, Command, CommandBody, DocumentKey, Event, EventBody, EventSeq, PaymentKey, PaymentOriginal,
    Timestamp,
};
use journal::Head;
use ledger::{Answer, Gathered, KnownPayment, Needs, RunBudget, State};
use std::sync::Arc;

/// What takes an event into the state.
pub type Evolve = fn(&mut State, EventSeq, Timestamp, &Event);

/// What decides a command.
pub type Decide = fn(&State, Timestamp, &Command, &Gathered, &mut Vec<Event>) -> Answer;

/// Bytes of a command without lists and texts.
const PLAIN_COMMAND_BYTES: usize = 256;

/// Bytes of an item of a list: an identifier, a date, a step of the day with its instant, an actor.
const LIST_ITEM_BYTES: usize = 24;

/// Bytes of a released payment at most: the difference from the one before it, and when its leg 3 is due.
const RELEASED_BYTES: usize = 10;

/// Bytes of a compiled rulebook: its own texts are part of its source and counted there.
const PLAN_BYTES: usize = 8 * 1024;

/// The ledger as a machine.
#[derive(Clone)]
pub struct LedgerMachine {
    /// Key of the ledger's hash tables, drawn once by whoever runs the house. It changes no event and no digest.
    pub table_key: u64,
    /// `ledger::evolve`; a simulator that tests itself passes a broken one.
    pub evolve: Evolve,
    /// `ledger::decide`; the same holds for it.
    pub decide: Decide,
    /// What memory holds.
    pub memory: Memory,
    /// How long optimisation runs stay open for the optimiser; none: they end at once, in order of entry. It may change
    /// from one process to the next.
    pub optimising: Option<RunBudget>,
}

/// What memory holds, and where the rest is.
#[derive(Clone)]
pub struct Memory {
    /// Payments in memory before the oldest closed ones leave it; none: all stay.
    pub payments_max: Option<u64>,
    /// Where they go.
    pub archive: Arc<dyn Archive>,
}

impl Default for Memory {
    fn default() -> Self {
        Self { payments_max: None, archive: Arc::new(MemoryArchive::default()) }
    }
}

impl LedgerMachine {
    /// The ledger under a table key, with everything in memory.
    #[must_use]
    pub fn new(table_key: u64) -> Self {
        Self { table_key, evolve: ledger::evolve, decide: ledger::decide, memory: Memory::default(), optimising: None }
    }
}

fn known(original: &PaymentOriginal) -> KnownPayment {
    let (payment, content) = (original.payment, original.content);
    KnownPayment { payment, content, state: original.state, refusal: original.refusal }
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
                let additions = &plan.additions;
                let listed = additions.price_directions.len() + additions.limit_maxima.len();
                // Tables of credit and lines of a fund are the source's again, each number in nine bytes at most.
                let listed_twice = additions.credit.is_some() || additions.reserve.is_some();
                let credit = if listed_twice { source.len() * 2 } else { 0 };
                let texts = source.len() + cited + credit + plan.name.len() + plan.day.zone.len();
                texts + listed * LIST_ITEM_BYTES + PLAN_BYTES
            }
            CommandBody::OpenDay { schedule, time_zone_version, .. } => {
                schedule.len() * LIST_ITEM_BYTES + time_zone_version.len()
            }
            CommandBody::Submit(submitted) => submitted.order().instrument.as_ref().map_or(0, |digits| digits.len()),
            CommandBody::ConfirmCollections { payments, .. } | CommandBody::GiveConformity { payments, .. } => {
                payments.len() * LIST_ITEM_BYTES
            }
            // The command itself is not written: what it releases is.
            CommandBody::ProposeRun(proposal) => proposal.settled.len() * RELEASED_BYTES,
            CommandBody::PublishIndex { index, .. } => index.len(),
            // A drawing has its instalments: no more than a line may have.
            CommandBody::DrawReserve { .. } => usize::from(u8::MAX) * LIST_ITEM_BYTES,
            CommandBody::CompleteCycle { reason, .. }
            | CommandBody::ExtendDay { reason, .. }
            | CommandBody::SetHoliday { reason, .. }
            | CommandBody::MovePayIn { reason, .. }
            | CommandBody::MoveRun { reason, .. } => reason.len() + LIST_ITEM_BYTES,
            CommandBody::SetPurposes { purposes, .. } => purposes.len() * LIST_ITEM_BYTES,
            CommandBody::RegisterCurrency { .. }
            | CommandBody::MoveFund { .. }
            | CommandBody::RenewDrawing { .. }
            | CommandBody::MoveDrawing { .. }
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
            | CommandBody::PublishUnitValue { .. }
            | CommandBody::TransferAllocation { .. }
            | CommandBody::ReportPosition { .. }
            | CommandBody::ResumeFacility { .. }
            | CommandBody::ConfirmFees { .. }
            | CommandBody::Reinstate { .. }
            | CommandBody::GiveNotice { .. }
            | CommandBody::SetEntryConsent { .. }
            | CommandBody::ConfirmArrears { .. }
            | CommandBody::WithdrawNotice { .. }
            | CommandBody::SetStage { .. } => 0,
        };
        PLAIN_COMMAND_BYTES + command.approvals.len() * LIST_ITEM_BYTES + carried
    }

    const LOOK_AHEAD: usize = ledger::LOOK_AHEAD;

    fn look_ahead_of_command(&self, state: &State, command: &Command) {
        ledger::look_ahead_of_command(state, command);
    }

    fn look_ahead_of_event(&self, state: &State, event: &Event) {
        ledger::look_ahead_of_event(state, event);
    }

    fn needs(&self, state: &State, command: &Command) -> Needs {
        ledger::needs(state, command)
    }

    fn gather(&self, needs: Needs) -> Result<Gathered, ArchiveFault> {
        let archive = &self.memory.archive;
        let mut gathered = Gathered::default();
        if let Some(key) = needs.identifier
            && let Some(original) = archive.payment_of_key(key)?
        {
            gathered.identifiers.insert(key, known(&original));
        }
        for payment in needs.payments {
            if let Some(original) = archive.payment(payment)? {
                gathered.payments.insert(payment, original);
            }
        }
        if let Some((arrangement, document)) = needs.document
            && archive.uses_document(arrangement, document)?
        {
            gathered.documents.insert((arrangement, document));
        }
        Ok(gathered)
    }

    /// Identifiers and trade documents of many commands; a command about a payment that left memory waits for its turn, for
    /// one before it may bring that payment back.
    fn gather_ahead(&self, needs: Vec<Needs>) -> Result<Vec<Option<Gathered>>, ArchiveFault> {
        let archive = &self.memory.archive;
        let mut gathered: Vec<Option<Gathered>> =
            needs.iter().map(|needs| needs.payments.is_empty().then(Gathered::default)).collect();
        let at_once = || needs.iter().enumerate().filter(|(_, needs)| needs.payments.is_empty());
        let (commands, keys): (Vec<usize>, Vec<PaymentKey>) =
            at_once().filter_map(|(command, needs)| Some((command, needs.identifier?))).unzip();
        if !keys.is_empty() {
            for (place, original) in archive.payments_of_keys(&keys)? {
                if let Some(found) = &mut gathered[commands[place]] {
                    found.identifiers.insert(keys[place], known(&original));
                }
            }
        }
        let (commands, documents): (Vec<usize>, Vec<(ArrangementId, DocumentKey)>) =
            at_once().filter_map(|(command, needs)| Some((command, needs.document?))).unzip();
        if !documents.is_empty() {
            for place in archive.uses_documents(&documents)? {
                if let Some(found) = &mut gathered[commands[place]] {
                    found.documents.insert(documents[place]);
                }
            }
        }
        Ok(gathered)
    }

    fn durable(&self, head: &Head) {
        self.memory.archive.durable(head);
    }

    fn has_what_left(&self, state: &State) -> bool {
        state.last_eviction() <= self.memory.archive.complete_to()
    }

    fn pulse(&self, state: &State, now: Timestamp, out: &mut Vec<Event>) -> bool {
        let payments_max = self.memory.payments_max;
        ledger::pulse(state, now, self.optimising, out)
            || payments_max.is_some_and(|max| ledger::eviction(state, max, out))
    }

    fn decide(
        &self,
        state: &State,
        now: Timestamp,
        command: &Command,
        gathered: &Gathered,
        out: &mut Vec<Event>,
    ) -> Answer {
        (self.decide)(state, now, command, gathered, out)
    }

    fn release(&self, state: &State, now: Timestamp, out: &mut Vec<Event>) -> bool {
        ledger::release(state, now, out)
    }

    fn evolve(&self, state: &mut State, at: EventSeq, now: Timestamp, event: &Event) {
        if let EventBody::PaymentsEvicted { before } = event.body {
            self.memory.archive.store(at, state.originals_leaving(before));
        }
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
