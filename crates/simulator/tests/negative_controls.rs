//! What is broken on purpose must be found: a check that cannot fail proves nothing.

use domain::event::{CommandKind, EndReason, EventBody, Payout, Released};
use domain::limit::Scope;
use domain::{Actor, Command, CommandBody, Event, EventSeq, PaymentId, Refusal, RunMethod, RunProof, Timestamp};
use engine::Evolve;
use ledger::{Answer, Gathered, State};
use money::AmountMinor;
use simulator::{Options, PayloadFault, Promise, Report, run};

/// Seeds within which each must be found.
const SEEDS: u64 = 40;

fn broken_by(options: Options) -> Option<Report> {
    let (_, broken) = run(0..SEEDS, &options, &mut |_| ());
    broken
}

/// Lets an event have another effect than its own.
fn as_if(state: &mut State, at: EventSeq, now: Timestamp, event: &Event, change: impl FnOnce(&mut EventBody)) {
    let mut other = event.clone();
    change(&mut other.body);
    ledger::evolve(state, at, now, &other);
}

/// An event without any effect.
const NOTHING: EventBody =
    EventBody::CommandRefused { command: CommandKind::Cancel, refusal: Refusal::PaymentUnknown, payment: None };

fn one_more(amount: AmountMinor) -> AmountMinor {
    AmountMinor::new(amount.get() + 1).unwrap_or(amount)
}

fn the_payee_gets_one_minor_unit_more(state: &mut State, at: EventSeq, now: Timestamp, event: &Event) {
    as_if(state, at, now, event, |body| {
        if let EventBody::PaymentEntered(entered) = body {
            entered.amounts.payee = one_more(entered.amounts.payee);
        }
    });
}

fn the_last_of_a_release_stays_in_its_queue(state: &mut State, at: EventSeq, now: Timestamp, event: &Event) {
    as_if(state, at, now, event, |body| {
        if let EventBody::QueueReleased { payments, .. } = body {
            payments.pop();
        }
    });
}

fn pair_lines_and_exposure_limits_are_ignored(state: &mut State, at: EventSeq, now: Timestamp, event: &Event) {
    as_if(state, at, now, event, |body| {
        if let EventBody::LimitSet(setting) = body
            && matches!(setting.scope, Scope::Pair { .. } | Scope::CreditorExposure(_))
        {
            setting.maximum_minor = u64::MAX / 4;
        }
    });
}

fn shares_are_half_as_large_again(state: &mut State, at: EventSeq, now: Timestamp, event: &Event) {
    as_if(state, at, now, event, |body| {
        if let EventBody::LimitSet(setting) = body
            && matches!(setting.scope, Scope::InstitutionShare(_))
        {
            setting.maximum_minor += setting.maximum_minor / 2;
        }
    });
}

fn a_cancelled_payment_stays_in_its_queue(state: &mut State, at: EventSeq, now: Timestamp, event: &Event) {
    as_if(state, at, now, event, |body| {
        if matches!(body, EventBody::PaymentsEnded { reason: EndReason::Cancelled, .. }) {
            *body = NOTHING;
        }
    });
}

fn the_trade_document_is_left_out_of_the_digest(state: &mut State, at: EventSeq, now: Timestamp, event: &Event) {
    as_if(state, at, now, event, |body| {
        if let EventBody::PaymentEntered(entered) = body {
            entered.document = None;
        }
    });
}

fn a_quote_never_runs_out(state: &mut State, at: EventSeq, now: Timestamp, event: &Event) {
    as_if(state, at, now, event, |body| {
        if let EventBody::PaymentEntered(entered) = body {
            entered.quote_until = entered.quote_until.map(|_| Timestamp(i64::MAX));
        }
    });
}

fn a_suspension_is_forgotten(state: &mut State, at: EventSeq, now: Timestamp, event: &Event) {
    as_if(state, at, now, event, |body| {
        if matches!(body, EventBody::MemberSuspended { .. }) {
            *body = NOTHING;
        }
    });
}

fn a_confirmed_leg_is_forgotten(state: &mut State, at: EventSeq, now: Timestamp, event: &Event) {
    as_if(state, at, now, event, |body| {
        if matches!(body, EventBody::SettlementConfirmed { .. }) {
            *body = NOTHING;
        }
    });
}

fn a_refusal_leaves_its_reference_free(state: &mut State, at: EventSeq, now: Timestamp, event: &Event) {
    as_if(state, at, now, event, |body| {
        if matches!(body, EventBody::PaymentRefused { .. }) {
            *body = NOTHING;
        }
    });
}

fn prefunding_is_one_minor_unit_short(state: &mut State, at: EventSeq, now: Timestamp, event: &Event) {
    as_if(state, at, now, event, |body| {
        if let EventBody::PrefundingMoved { amount, deposit: true, .. } = body {
            *amount = AmountMinor::new(amount.get() - 1).unwrap_or(*amount);
        }
    });
}

fn the_original_of_a_return_stays_whole(state: &mut State, at: EventSeq, now: Timestamp, event: &Event) {
    as_if(state, at, now, event, |body| {
        if let EventBody::PaymentReturned { of_original, .. } = body {
            *of_original = AmountMinor::new(of_original.get() / 2).unwrap_or(*of_original);
        }
    });
}

fn a_pending_cancel_is_forgotten(state: &mut State, at: EventSeq, now: Timestamp, event: &Event) {
    as_if(state, at, now, event, |body| {
        if matches!(body, EventBody::CancelPending { .. }) {
            *body = NOTHING;
        }
    });
}

fn a_run_that_stays_open_freezes_nothing(state: &mut State, at: EventSeq, now: Timestamp, event: &Event) {
    as_if(state, at, now, event, |body| {
        if let EventBody::RunOpened { arrangement, run, .. } = *body {
            *body = EventBody::RunEnded { arrangement, run };
        }
    });
}

/// A proposal that would take somebody beyond its headroom is posted all the same.
fn headroom_is_not_looked_at(
    state: &State,
    now: Timestamp,
    command: &Command,
    gathered: &Gathered,
    out: &mut Vec<Event>,
) -> Answer {
    let before = out.len();
    let answer = ledger::decide(state, now, command, gathered, out);
    let CommandBody::ProposeRun(proposal) = &command.body else { return answer };
    if !matches!(answer, Answer::Refused { refusal: Refusal::ProposalBeyondHeadroom, .. }) {
        return answer;
    }
    let Some(EventBody::RunConcluded { value_minor, .. }) = out.last().map(|event| event.body.clone()) else {
        return answer;
    };
    let minor = |payments: &[PaymentId]| -> i128 {
        payments.iter().filter_map(|payment| state.payment(*payment)).map(|seen| i128::from(seen.position_minor)).sum()
    };
    let released = out[before..].iter().flat_map(|event| match &event.body {
        EventBody::QueueReleased { payments, .. } => payments.iter().map(|released| released.payment).collect(),
        _ => Vec::new(),
    });
    let at_the_freeze = value_minor - minor(&released.collect::<Vec<_>>());
    out.truncate(before);
    let (arrangement, run) = (proposal.arrangement, proposal.run);
    let payout = Payout::AfterSettlement;
    let payments = proposal.settled.iter().map(|&payment| Released { payment, payout }).collect();
    let by_house = |body| Event { actor: Actor::HOUSE, approvals: Vec::new(), body };
    out.push(by_house(EventBody::QueueReleased { arrangement, run: Some(run), payments }));
    let value_minor = at_the_freeze + minor(&proposal.settled);
    let proof = Some(RunProof { upper_bound_minor: value_minor, certificate: proposal.certificate, ticks: 0 });
    out.push(by_house(EventBody::RunConcluded { arrangement, run, method: RunMethod::Optimal, value_minor, proof }));
    Answer::Accepted { payment: None, disposition: None }
}

const BROKEN: &[(&str, Evolve)] = &[
    ("the payee gets one minor unit more", the_payee_gets_one_minor_unit_more),
    ("the last of a release stays in its queue", the_last_of_a_release_stays_in_its_queue),
    ("pair lines and exposure limits are ignored", pair_lines_and_exposure_limits_are_ignored),
    ("shares are half as large again", shares_are_half_as_large_again),
    ("a cancelled payment stays in its queue", a_cancelled_payment_stays_in_its_queue),
    ("the trade document is left out of the digest", the_trade_document_is_left_out_of_the_digest),
    ("a quote never runs out", a_quote_never_runs_out),
    ("a suspension is forgotten", a_suspension_is_forgotten),
    ("a confirmed leg is forgotten", a_confirmed_leg_is_forgotten),
    ("a refusal leaves its reference free", a_refusal_leaves_its_reference_free),
    ("prefunding is one minor unit short", prefunding_is_one_minor_unit_short),
    ("the original of a return stays whole", the_original_of_a_return_stays_whole),
    ("a pending cancel is forgotten", a_pending_cancel_is_forgotten),
    ("a run that stays open freezes nothing", a_run_that_stays_open_freezes_nothing),
];

#[test]
fn a_ledger_that_is_broken_on_purpose_is_found_out_each_time() {
    for (what, evolve) in BROKEN {
        let options = Options { evolve: *evolve, ..Options::default() };
        let found = broken_by(options);
        let report = found.unwrap_or_else(|| panic!("in {SEEDS} seeds nobody noticed that {what}"));
        let breach = report.breach.expect("that is why it was given back");
        eprintln!("{what}: seed {}, {breach}", report.seed);
    }
}

#[test]
fn a_ledger_that_posts_proposals_beyond_the_headroom_is_found_out() {
    let options = Options { decide: headroom_is_not_looked_at, ..Options::default() };
    let report = broken_by(options).unwrap_or_else(|| panic!("in {SEEDS} seeds nobody noticed who is short"));
    let breach = report.breach.expect("that is why it was given back");
    assert!(breach.what.contains("beyond its share") || breach.what.contains("pending cancels"), "{breach}");
}

#[test]
fn an_archive_that_forgets_is_found_out() {
    let options = Options { archive_forgets: true, ..Options::default() };
    let report = broken_by(options).unwrap_or_else(|| panic!("in {SEEDS} seeds nobody missed what left memory"));
    eprintln!("seed {}: {}", report.seed, report.breach.expect("that is why it was given back"));
}

#[test]
fn a_snapshot_of_a_state_that_never_was_is_found_out() {
    let options = Options { snapshots_lie: true, ..Options::default() };
    let report = broken_by(options).unwrap_or_else(|| panic!("in {SEEDS} seeds nobody noticed the snapshot"));
    let breach = report.breach.expect("that is why it was given back");
    // By the auditor, by replay, or by an assertion of the ledger that met what never was.
    let seen = [Promise::AuditorAgrees, Promise::ReplayAgrees, Promise::NoBug];
    assert!(seen.contains(&breach.promise), "{breach}");
    eprintln!("seed {}: {breach}", report.seed);
}

#[test]
fn a_store_of_personal_data_that_breaks_a_promise_is_found_out_each_time() {
    for fault in [PayloadFault::SyncsLate, PayloadFault::ForgetsErasure, PayloadFault::NeverSweeps] {
        let options = Options { payload_fault: Some(fault), ..Options::default() };
        let report = broken_by(options).unwrap_or_else(|| panic!("in {SEEDS} seeds nobody noticed: {fault:?}"));
        let breach = report.breach.expect("that is why it was given back");
        assert_eq!(breach.promise, Promise::PersonalData, "{breach}");
        eprintln!("{fault:?}: seed {}, {breach}", report.seed);
    }
}

#[test]
fn a_journal_that_loses_what_it_acknowledged_is_found_out() {
    let options = Options { lose_acknowledged: true, ..Options::default() };
    let report = broken_by(options).expect("found within a few seeds");
    let breach = report.breach.expect("that is why it was given back");
    // Who read what is gone sees it first, where somebody did.
    let seen = [Promise::AcknowledgedStays, Promise::DurableBeforeVisible];
    assert!(seen.contains(&breach.promise), "{breach}");
}

#[test]
fn the_ledger_as_it_is_breaks_nothing_in_the_same_seeds() {
    let found = broken_by(Options::default());
    assert!(found.is_none(), "{}", found.expect("just seen"));
}
