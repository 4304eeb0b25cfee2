//! Blocks, files and journals that do not belong are refused by name, and leave the tables as they were.

use crate::worlds::{Chain, Place, catch_up, content, go_on, made, simulated};
use domain::{Actor, Event, EventBody, PaymentId};
use journal::{BlockDraft, JournalFault, seal};
use rusqlite::Connection;
use std::fs;
use std::path::Path;
use tables::{Pace, Reader, Tables, TablesFault};

fn code<T>(result: Result<T, TablesFault>) -> &'static str {
    result.err().map_or("none", |fault| fault.code())
}

/// The text of a fault: what, where, what to do.
fn text<T>(result: Result<T, TablesFault>) -> String {
    let text = result.err().expect("refused").to_string();
    assert!(text.split("; ").count() >= 3, "what; where; what to do: {text}");
    text
}

fn sample() -> Chain {
    Chain::of(&simulated(5), 20)
}

#[test]
fn a_block_that_is_repeated_or_comes_too_early_is_refused_and_the_next_one_is_not() {
    let chain = sample();
    let place = Place::new();
    let mut tables = Tables::create(&place.file).expect("made");
    for block in &chain.0[..10] {
        tables.apply(block).expect("taken");
    }
    let (head, before) = (tables.head(), tables.content_hash());
    for (number, expected) in [
        (0, "TABLES_BLOCK_REPEATED"),
        (3, "TABLES_BLOCK_REPEATED"),
        (9, "TABLES_BLOCK_REPEATED"),
        (11, "TABLES_BLOCK_GAP"),
        (20, "TABLES_BLOCK_GAP"),
    ] {
        assert_eq!(code(tables.apply(&chain.0[number])), expected, "block {number}");
        assert_eq!((tables.head(), tables.content_hash()), (head, before));
    }
    assert!(text(tables.apply(&chain.0[9])).contains("which go up to event"));
    tables.apply(&chain.0[10]).expect("the next one");
    catch_up(&mut tables, &chain);
    tables.check().expect("good");
}

#[test]
fn a_block_of_another_journal_is_refused_even_where_its_number_fits() {
    let (chain, other) = (sample(), Chain::of(&simulated(9), 20));
    let place = Place::new();
    let mut tables = Tables::create(&place.file).expect("made");
    tables.apply(&chain.0[0]).expect("taken");
    // The first block after the barrier has the same number in both.
    assert_eq!(code(tables.apply(&other.0[1])), "TABLES_BLOCK_FOREIGN");
    assert_eq!(code(tables.apply(&chain.0[0])), "TABLES_BLOCK_REPEATED", "a barrier that came before");
    tables.apply(&chain.0[1]).expect("taken");
}

#[test]
fn tables_of_another_journal_and_of_a_later_height_are_told_apart() {
    let (chain, other) = (sample(), Chain::of(&simulated(9), 20));
    let place = Place::new();
    let full = made(&place.file, &chain);
    let mut tables = Tables::open(&place.file).expect("opened");
    let mut catch_up = |journal: &Chain| tables.catch_up(journal, Pace::FAST, &mut go_on);
    assert_eq!(code(catch_up(&other)), "TABLES_OTHER_JOURNAL");
    let backup = chain.first(chain.0.len() - 3);
    assert_eq!(code(catch_up(&backup)), "TABLES_AHEAD");
    assert!(text(catch_up(&backup)).contains("--rebuild"));
    // A journal that was brought back and went on another way.
    let mut forked = chain.first(chain.0.len() - 3);
    let (time, _) = simulated(2).last().cloned().expect("an event");
    let refused = EventBody::CommandRefused {
        command: domain::event::CommandKind::Cancel,
        refusal: domain::Refusal::PaymentUnknown,
        payment: None,
    };
    let event = Event { actor: Actor::operator(1), approvals: Vec::new(), body: refused };
    forked.extend(&vec![(time, event); 100], 10);
    assert_eq!(code(catch_up(&forked)), "TABLES_OTHER_JOURNAL");
    assert_eq!(code(catch_up(&Chain::default())), "TABLES_OTHER_JOURNAL", "a journal without a block");
    assert_eq!((tables.content_hash(), tables.head()), (full, chain.head()), "and they are as they were");
    drop(tables);
    assert_eq!(made(&place.file, &other), made(&Place::new().file, &other), "made anew they are the other's");
}

#[test]
fn what_is_no_file_of_tables_is_named_and_left_as_it_is() {
    let place = Place::new();
    assert_eq!(code(Tables::open(&place.file)), "TABLES_MISSING");
    assert_eq!(code(Reader::open(&place.file)), "TABLES_MISSING");
    let text_file = place.beside("notes.txt");
    fs::write(&text_file, "not a database, but long enough to have what could be a header of one".repeat(20))
        .expect("written");
    let folder = place.beside("folder");
    fs::create_dir(&folder).expect("created");
    let other = place.beside("other.sqlite");
    let connection = Connection::open(&other).expect("opened");
    connection.execute_batch("PRAGMA user_version = 1; CREATE TABLE mine (a)").expect("made");
    drop(connection);
    for file in [&text_file, &folder, &other] {
        let before = fs::read(file).ok();
        assert_eq!(code(Tables::open(file)), "NOT_TABLES", "{}", file.display());
        assert_eq!(code(Reader::open(file)), "NOT_TABLES", "{}", file.display());
        assert_eq!(code(Tables::create(file)), "NOT_TABLES", "{}", file.display());
        assert_eq!(fs::read(file).ok(), before);
    }
}

/// Changes a file as somebody with another program could.
fn meddle(file: &Path, sql: &str) {
    let connection = Connection::open(file).expect("opened");
    connection.execute_batch(sql).unwrap_or_else(|error| panic!("{error} in {sql}"));
    connection.close().expect("closed");
}

#[test]
fn another_version_and_another_form_are_named_and_made_anew() {
    let chain = sample();
    let place = Place::new();
    let whole = made(&place.file, &chain);
    for (meddling, expected) in [
        ("PRAGMA user_version = 2", "TABLES_OTHER_VERSION"),
        ("PRAGMA user_version = 0", "TABLES_OTHER_VERSION"),
        ("PRAGMA application_id = 7", "NOT_TABLES"),
        ("DROP VIEW leg_readable", "TABLES_DAMAGED"),
        ("ALTER TABLE net ADD COLUMN more INTEGER", "TABLES_DAMAGED"),
        ("DROP TABLE approval", "TABLES_DAMAGED"),
        ("DELETE FROM head", "TABLES_DAMAGED"),
        ("UPDATE head SET blocks = -1", "TABLES_DAMAGED"),
        ("UPDATE head SET hash = x'00'", "TABLES_DAMAGED"),
        ("UPDATE head SET first_block_hash = NULL", "TABLES_DAMAGED"),
        ("UPDATE institution SET currency = 99999", "TABLES_DAMAGED"),
        ("UPDATE account SET kind = kind || '!'", "TABLES_DAMAGED"),
        ("UPDATE content SET row_sum = x'00' WHERE table_name = 'net'", "TABLES_DAMAGED"),
        ("CREATE TRIGGER t AFTER INSERT ON event BEGIN DELETE FROM payment; END", "TABLES_DAMAGED"),
    ] {
        meddle(&place.file, meddling);
        let fault = Tables::open(&place.file).err().unwrap_or_else(|| panic!("{meddling}: opened"));
        assert_eq!(fault.code(), expected, "{meddling}");
        // Of a file that says it is somebody else's, a person decides.
        assert_eq!(fault.needs_rebuild(), expected != "NOT_TABLES", "{meddling}");
        assert_eq!(made(&place.file, &chain), whole, "{meddling}");
    }
}

#[test]
fn an_index_or_a_view_of_ones_own_is_nobodys_damage() {
    let chain = sample();
    let place = Place::new();
    made(&place.file, &chain.first(30));
    meddle(&place.file, "CREATE INDEX mine ON payment (uetr); CREATE VIEW my_own AS SELECT * FROM net");
    let mut tables = Tables::open(&place.file).expect("opened");
    catch_up(&mut tables, &chain);
    tables.check().expect("good");
}

#[test]
fn one_process_fills_at_a_time_and_a_lock_of_another_program_is_waited_for_and_told() {
    let chain = sample();
    let place = Place::new();
    made(&place.file, &chain.first(5));
    let mut tables = Tables::open(&place.file).expect("opened");
    assert_eq!(code(Tables::open(&place.file)), "TABLES_IN_USE");
    assert_eq!(code(tables::rebuild(&place.file, &chain, &mut |_| ())), "TABLES_IN_USE");
    let reader = Reader::open(&place.file).expect("reading goes on");
    assert_eq!(reader.head().expect("read"), chain.first(5).head());

    let meddler = Connection::open(&place.file).expect("opened");
    meddler.execute_batch("BEGIN IMMEDIATE").expect("locked");
    assert_eq!(code(tables.apply(&chain.0[5])), "TABLES_LOCKED");
    meddler.execute_batch("ROLLBACK").expect("let go");
    tables.apply(&chain.0[5]).expect("taken");
    assert_eq!(reader.head().expect("read"), chain.first(6).head(), "a reader sees what was committed since");
}

#[test]
fn an_event_that_cannot_be_read_or_does_not_fit_stops_before_its_block_and_nothing_of_it_stays() {
    let chain = sample();
    let place = Place::new();
    let mut tables = Tables::create(&place.file).expect("made");
    tables.apply_all(chain.0[..20].iter().cloned().map(Ok), Pace::FAST, &mut go_on).expect("filled");
    let (head, before) = (tables.head(), tables.content_hash());
    let block = |events: &[Vec<u8>]| {
        let mut draft = BlockDraft::new(head.epoch, head.next_seq, head.time_us);
        events.iter().for_each(|event| draft.push_event(event));
        seal(draft, head.hash)
    };
    let encoded = |body: EventBody| {
        let mut bytes = Vec::new();
        codec::encode(&Event { actor: Actor::operator(77), approvals: vec![Actor::operator(78)], body }, &mut bytes);
        bytes
    };
    let good = encoded(EventBody::CalendarDefined { calendar: domain::CalendarId(900), name: "new".to_owned() });
    let mut unknown = vec![0x84, 0x19, 0x03, 0xe7, 0x01];
    unknown.extend_from_slice(&[0x82, 0x00, 0x00, 0x80]);
    let nobody = encoded(EventBody::PayoutFailed { payment: PaymentId(1 << 60) });
    let twice = encoded(EventBody::CalendarDefined { calendar: domain::CalendarId(0), name: "again".to_owned() });
    let far = encoded(EventBody::MemberLeft { arrangement: domain::ArrangementId(99), member: domain::MemberId(9) });
    for (what, bytes, expected) in [
        ("no event", vec![0x00], "EVENT_MALFORMED"),
        ("a type of a later program", unknown, "EVENT_TYPE_UNKNOWN"),
        ("a payment that is not there", nobody, "TABLES_DISAGREE"),
        ("a calendar that is there", twice, "TABLES_DISAGREE"),
        ("an arrangement that is not there", far, "none"),
    ] {
        let result = tables.apply(&block(&[good.clone(), bytes]));
        if expected == "none" {
            // A fact of an arrangement that nobody opened changes no figure: it is a row, and no more.
            assert!(result.is_ok(), "{what}: {result:?}");
            continue;
        }
        assert_eq!(code(result), expected, "{what}");
        assert_eq!((tables.head(), tables.content_hash()), (head, before), "{what}");
        tables.check().unwrap_or_else(|fault| panic!("{what}: {fault}"));
    }
}

#[test]
fn after_a_block_that_did_not_fit_the_right_one_is_taken() {
    let chain = sample();
    let place = Place::new();
    let mut tables = Tables::create(&place.file).expect("made");
    for (number, block) in chain.0.iter().enumerate() {
        if number % 9 == 8 {
            // The next block with an event of nobody's at its end.
            let head = tables.head();
            let mut draft = BlockDraft::new(head.epoch, head.next_seq, head.time_us);
            block.events().for_each(|(_, bytes)| draft.push_event(bytes));
            draft.push_event(&[0xff]);
            assert_eq!(code(tables.apply(&seal(draft, head.hash))), "EVENT_MALFORMED");
        }
        tables.apply(block).unwrap_or_else(|fault| panic!("{fault}"));
    }
    drop(tables);
    assert_eq!(content(&place.file), made(&Place::new().file, &chain));
}

#[test]
fn a_fault_of_the_journal_keeps_what_was_told_before_it() {
    let chain = sample();
    let place = Place::new();
    let mut tables = Tables::create(&place.file).expect("made");
    let broken = || Err(JournalFault::corrupt("the chain", 0, "unreadable"));
    let blocks = chain.0[..30].iter().cloned().map(Ok).chain(std::iter::once_with(broken));
    let mut last = None;
    let pace = Pace { events_per_transaction: 60, rest_percent: 0 };
    let failed = tables.apply_all(blocks, pace, &mut |head| {
        last = Some(*head);
        tables::Flow::GoOn
    });
    assert_eq!(code(failed), "JOURNAL_CORRUPT");
    assert_eq!(Some(tables.head()), last);
    catch_up(&mut tables, &chain);
    drop(tables);
    assert_eq!(content(&place.file), made(&Place::new().file, &chain));
}
