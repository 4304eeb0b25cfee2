//! The engine with the ledger in it.

use domain::command::{Command, CommandBody};
use domain::{Actor, CalendarId, CurrencyId, Refusal, Timestamp};
use engine::{Batch, Engine, Machine, Options, SubmitFault, limits};
use journal::{MemoryDisk, MemoryJournal, NoFaults};
use ledger::Answer;
use money::CurrencyCode;

fn open(disk: &MemoryDisk, table_key: u64) -> Engine<MemoryJournal> {
    let journal = MemoryJournal::open(disk, 0, NoFaults).expect("a sound medium opens");
    Engine::open(journal, Options::ledger(table_key), &mut |_| ()).expect("a sound journal replays")
}

fn by_operator(body: CommandBody) -> Command {
    Command::approved(Actor::operator(1), Actor::operator(2), body)
}

fn currency(code: &[u8; 3]) -> Command {
    by_operator(CommandBody::RegisterCurrency { code: CurrencyCode::new(code), minor_decimals: 2 })
}

fn calendar(name: &str) -> Command {
    by_operator(CommandBody::DefineCalendar { name: name.to_owned() })
}

fn answers(engine: &mut Engine<MemoryJournal>, commands: Vec<Command>) -> Vec<Answer> {
    engine.submit(&Batch::of(Timestamp(1_000), commands)).expect("taken");
    let released = engine.wait().expect("alive").expect("durable");
    released.answers.into_iter().map(|answered| answered.answer).collect()
}

const DONE: Answer = Answer::Accepted { payment: None, disposition: None };

#[test]
fn what_the_house_was_told_is_there_after_a_restart_and_whatever_the_table_key() {
    let disk = MemoryDisk::new();
    let mut engine = open(&disk, 1);
    assert_eq!(answers(&mut engine, vec![currency(b"USD"), calendar("agent")]), [DONE, DONE]);
    let refused = answers(&mut engine, vec![currency(b"USD")]);
    assert!(matches!(refused[0], Answer::Refused { refusal: Refusal::AlreadyRegistered, .. }), "{refused:?}");
    let digest = engine.read_when_durable(|state| state.digest()).expect("alive");
    drop(engine);
    let mut again = open(&disk, 2);
    assert_eq!(again.read_when_durable(|state| state.digest()), Ok(digest));
    assert_eq!(again.state_for_simulation().currency(CurrencyCode::new(b"USD")), Some(CurrencyId(0)));
}

#[test]
fn a_house_goes_on_from_a_snapshot_as_from_a_replay() {
    let disk = MemoryDisk::new();
    let mut engine = open(&disk, 1);
    answers(&mut engine, vec![currency(b"USD"), currency(b"BRL"), calendar("agent")]);
    let snapshot = engine.close().expect("durable").snapshot;
    let reopen = |disk: &MemoryDisk| MemoryJournal::open(disk, 0, NoFaults).expect("sound");
    let (mut from_snapshot, warning) =
        Engine::open_from_snapshot(reopen(&disk), &snapshot, Options::ledger(3), &mut |_| ()).expect("opens");
    assert_eq!(warning, None);
    answers(&mut from_snapshot, vec![calendar("centre")]);
    let digest = from_snapshot.read_when_durable(|state| state.digest()).expect("alive");
    let calendar = from_snapshot.state_for_simulation().calendar_of_name("centre");
    assert_eq!(calendar, Some(CalendarId(1)));
    drop(from_snapshot);
    assert_eq!(open(&disk, 4).read_when_durable(|state| state.digest()), Ok(digest));
}

#[test]
fn a_list_or_a_text_beyond_its_maximum_is_refused_at_the_door() {
    let machine = Options::ledger(1).machine;
    let name = "x".repeat(limits::COMMAND_BYTES_MAX);
    assert!(machine.command_bytes(&calendar(&name)) > limits::COMMAND_BYTES_MAX);
    let days = vec![domain::Date(0); 1_000];
    let set = by_operator(CommandBody::SetCalendarDays { calendar: CalendarId(0), closed: days, opened: Vec::new() });
    assert!((20_000..40_000).contains(&machine.command_bytes(&set)));
    let mut engine = open(&MemoryDisk::new(), 1);
    let fault = engine.submit(&Batch::of(Timestamp(1), [calendar(&name)])).expect_err("refused");
    assert!(matches!(fault, SubmitFault::TooManyBytes { command: Some(0), .. }), "{fault}");
}
