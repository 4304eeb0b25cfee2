//! What simulated houses do not come to: members that leave, and an optimiser that works beside the writer.

use crate::house_in_sql::{apart, follow, rows_from_sql};
use crate::told::{Told, member_of};
use crate::worlds::{Chain, Place, Values, made, rows};
use domain::event::{Disposition, EndReason, Payout, Released, Stage};
use domain::limit::Scope;
use domain::{
    Actor, ArrangementId, Event, EventBody, EventSeq, InstitutionId, MemberId, PaymentId, RunId, RunMethod, RunProof,
    Timestamp,
};
use tables::{Reader, Tables, Value};

#[test]
fn a_member_that_leaves_takes_its_limits_lines_and_rates_and_may_come_back_without_them() {
    let mut told = Told::new();
    let (arrangement, leaver, other) = (ArrangementId(0), MemberId(1), MemberId(2));
    told.found();
    let scopes = [
        (Scope::CommittedLine(leaver), 500),
        (Scope::InstitutionShare(InstitutionId(1)), 300),
        (Scope::Pair { debtor: leaver, creditor: other }, 20),
        (Scope::Pair { debtor: other, creditor: leaver }, 30),
        (Scope::Pair { debtor: other, creditor: MemberId(0) }, 40),
        (Scope::CreditorExposure(leaver), 600),
        (Scope::PerPayment(leaver), 70),
        (Scope::PerPayment(other), u64::MAX),
    ];
    for (day, factor) in [("2024-03-04", 1), ("2024-03-04", 2), ("2024-03-05", 3), ("2024-03-09", 4)] {
        for (scope, maximum) in scopes {
            told.limit(arrangement, scope, if maximum == u64::MAX { maximum } else { maximum * factor }, day);
        }
    }
    told.day(arrangement, "2024-03-04");
    told.day(arrangement, "2024-03-06");
    told.by(member_of(leaver), EventBody::MemberLeft { arrangement, member: leaver });
    told.join(arrangement, leaver, Stage::Prefunded);
    told.join(arrangement, leaver, Stage::Net);
    told.limit(arrangement, Scope::PerPayment(leaver), 9, "2024-03-07");
    told.day(arrangement, "2024-03-08");
    let chain = Chain::of(&told.events, 3);
    follow(&chain, 1);

    let place = Place::new();
    made(&place.file, &chain);
    let reader = Reader::open(&place.file).expect("opened");
    let ended = rows(
        &reader,
        "SELECT count(*) FILTER (WHERE ended_by = 'member left' AND in_force_seq IS NOT NULL),
            count(*) FILTER (WHERE ended_by = 'member left' AND in_force_seq IS NULL),
            count(*) FILTER (WHERE ended_by = 'replaced' AND in_force_seq IS NULL),
            count(*) FILTER (WHERE ended_by = 'replaced' AND in_force_seq IS NOT NULL),
            count(*) FILTER (WHERE ended_seq IS NULL)
        FROM limit_setting",
    );
    // Of four settings of eight limits: one replaced on the same day, one in force and replaced, one in force, one ahead;
    // six of the eight are the leaver's or towards it.
    let counts: Vec<i64> = (0..5).map(|place| ended[0].number(place)).collect();
    assert_eq!(counts, [6, 6, 8, 8, 5]);
    let largest =
        rows(&reader, "SELECT DISTINCT maximum FROM limit_readable WHERE whose = 'CCC' AND kind = 'per payment'");
    assert_eq!(largest, [[Value::Text("184467440737095516.15".to_owned())]], "beyond 64 bits with a sign, and exact");
}

#[test]
fn the_state_of_a_house_whose_runs_stay_open_is_that_of_the_ledger_after_every_event() {
    let mut told = Told::new();
    told.found();
    let arrangement = ArrangementId(0);
    for (number, share) in [(0, 100), (1, 100), (2, 30)] {
        told.limit(arrangement, Scope::CommittedLine(MemberId(number)), 1_000, "2024-03-04");
        told.limit(arrangement, Scope::InstitutionShare(InstitutionId(u32::from(number))), share, "2024-03-04");
    }
    told.open(arrangement, "2024-03-04");
    let (cleared, queued) = (Disposition::Cleared(Payout::AfterSettlement), Disposition::Queued);
    told.order((0, 1), 60, false, cleared);
    told.order((2, 0), 30, false, cleared);
    let cancelled = told.order((0, 1), 200, false, queued);
    let released = told.order((1, 0), 90, true, queued);
    let of_short = told.order((2, 0), 10, false, queued);
    told.order((2, 1), 7, true, queued);
    let left = told.order((1, 0), 300, false, queued);
    // Institution 2 owes 30 and may owe nothing any more: it is short.
    told.limit(arrangement, Scope::InstitutionShare(InstitutionId(2)), 0, "2024-03-04");
    assert_eq!(told.headrooms(), [70, 160, -30]);

    let run = RunId(0);
    told.house(EventBody::RunFrozen { arrangement, run, items: 5 });
    let items = [(cancelled, (0, 1), 200, false), (released, (1, 0), 90, true), (left, (1, 0), 300, false)];
    told.opened(run, &items);
    told.house(EventBody::CancelPending { payment: cancelled });
    let late = told.order((0, 2), 70, false, queued);
    let one = |payment| vec![Released { payment, payout: Payout::AfterSettlement }];
    told.house(EventBody::QueueReleased { arrangement, run: Some(run), payments: one(released) });
    let reason = EndReason::Cancelled;
    told.house(EventBody::PaymentsEnded { arrangement, reason, payments: vec![cancelled] });
    let method = RunMethod::Fifo;
    told.house(EventBody::RunConcluded { arrangement, run, method, value_minor: 90, proof: None });

    // Institution 2 is short of nothing any more once it has received.
    let run = RunId(1);
    told.house(EventBody::RunFrozen { arrangement, run, items: 4 });
    told.house(EventBody::QueueReleased { arrangement, run: Some(run), payments: one(late) });
    let items = [(of_short, (2, 0), 10, false), (PaymentId(5), (2, 1), 7, true), (left, (1, 0), 300, false)];
    told.opened(run, &items);
    let proof = Some(RunProof { upper_bound_minor: 99, certificate: [8; 32], ticks: 5 });
    let payments = vec![Released { payment: of_short, payout: Payout::AtClearing }];
    told.house(EventBody::QueueReleased { arrangement, run: Some(run), payments });
    let method = RunMethod::Optimal;
    told.house(EventBody::RunConcluded { arrangement, run, method, value_minor: 80, proof });

    let chain = Chain::of(&told.events, 1);
    follow_ledger(&chain);
    let place = Place::new();
    made(&place.file, &chain);
    let reader = Reader::open(&place.file).expect("opened");
    let runs =
        rows(&reader, "SELECT method, released, released_minor, open_items, upper_bound_minor FROM run ORDER BY run");
    assert_eq!((runs[0].text(0), runs[0].number(1), runs[0].whole(2), runs[0].number(3)), ("fifo", 1, 90, 3));
    assert_eq!((runs[1].text(0), runs[1].number(1), runs[1].whole(2), runs[1].number(4)), ("optimal", 2, 80, 99));
    assert_eq!(rows(&reader, "SELECT run, institution FROM run_short"), [[Value::Integer(0), Value::Integer(2)]]);
    let cancels = "SELECT ended_because FROM pending_cancel JOIN payment USING (payment)";
    assert_eq!(rows(&reader, cancels), [[Value::Text("cancelled".to_owned())]]);

    // Whatever does not fit is told: another number of items, another sum.
    for (from, wrong) in [
        (chain.0.len() - 1, EventBody::RunConcluded { arrangement, run, method, value_minor: 81, proof }),
        (chain.0.len() - 3, EventBody::RunOpened { arrangement, run, items: 2, instance: [0; 32], until: told.now }),
    ] {
        let mut other = chain.first(from);
        other.extend(&vec![(told.now, Event { actor: Actor::HOUSE, approvals: Vec::new(), body: wrong })], 1);
        let found = tables::rebuild(&place.file, &other, &mut |_| ()).err().map(|fault| fault.code());
        assert_eq!(found, Some("TABLES_DISAGREE"));
    }
}

/// Follows a chain block by block and compares with the ledger after each.
fn follow_ledger(chain: &Chain) {
    let place = Place::new();
    let mut state = ledger::State::new(0);
    for (number, block) in chain.0.iter().enumerate() {
        // Opened anew each time: what is open is taken up from the file.
        let mut tables = match Tables::open(&place.file) {
            Err(tables::TablesFault::Missing { .. }) => Tables::create(&place.file).expect("made"),
            opened => opened.expect("opened"),
        };
        tables.apply(block).unwrap_or_else(|fault| panic!("{fault}"));
        let time = Timestamp(block.header().time_us);
        for (seq, bytes) in block.events() {
            ledger::evolve(&mut state, EventSeq(seq), time, &codec::decode_exact(bytes).unwrap());
        }
        let reader = Reader::open(&place.file).expect("opened");
        assert_eq!(apart(&rows_from_sql(&reader), &state.rows()), "", "after block {number}");
    }
    Tables::open(&place.file).and_then(|tables| tables.check()).expect("good");
}
