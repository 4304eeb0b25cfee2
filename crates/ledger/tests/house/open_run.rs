//! Runs that stay open for the optimiser: what is frozen, what its proposals may do, and what comes between.

use crate::house::{ARRANGEMENT, House, amount, day, rate, uetr};
use domain::command::{CommandBody, Order};
use domain::event::{Disposition, EndReason, EventBody, Quote};
use domain::limit::{LimitSetting, Scope};
use domain::{
    Actor, Event, InstitutionId, MemberId, PaymentId, PaymentState, Refusal, RunId, RunInstance, RunMethod, RunProof,
    RunProposal,
};
use ledger::{Answer, RunBudget, State, evolve};

const CERTIFICATE: [u8; 32] = [0xce; 32];

/// As in the tests of `caudal`: each institution may owe USD 100; runs stay open for half a minute.
fn house() -> House {
    let mut house = House::new("caudal", &["USD", "ARS", "BRL"]);
    for member in 0..3_u16 {
        house.prefund(member, 20_000);
        for bank in 0..2 {
            let institution = InstitutionId(u32::from(member) * 2 + bank);
            house.limit(member, Scope::InstitutionShare(institution), 10_000, day("2022-03-01"));
        }
    }
    house.quote(1, 1, Quote::TwoSided { buy: rate("99.80"), sell: rate("100.20") });
    house.quote(2, 2, Quote::TwoSided { buy: rate("4.99"), sell: rate("5.01") });
    house.open_day("2022-03-11");
    house.until("12:05");
    house.optimising = Some(RunBudget { open_us: 30_000_000 });
    house
}

fn enter(house: &mut House, payer: u32, payee: u32, minor: u64) -> PaymentId {
    let order = house.usd(payer, payee, minor);
    house.enter(order)
}

fn enter_urgent(house: &mut House, payer: u32, payee: u32, minor: u64) -> PaymentId {
    let order = Order { urgent: true, ..house.usd(payer, payee, minor) };
    house.enter(order)
}

/// A large payment that nothing pays for, and behind it one that would settle with one the other way.
fn blocked() -> (House, [PaymentId; 3]) {
    let mut house = house();
    let rock = enter(&mut house, 0, 2, 60_000);
    let there = enter(&mut house, 0, 2, 15_000);
    let back = enter(&mut house, 2, 0, 16_000);
    house.until("12:10");
    (house, [rock, there, back])
}

fn instance(house: &House) -> RunInstance {
    house.state.open_run(ARRANGEMENT).expect("a run is open").clone()
}

fn proposal(house: &House, settled: &[PaymentId]) -> RunProposal {
    let instance = instance(house);
    let value_minor =
        instance.items.iter().filter(|item| settled.contains(&item.payment)).map(|item| item.amount.as_balance()).sum();
    RunProposal {
        arrangement: ARRANGEMENT,
        run: instance.run,
        instance: instance.digest(),
        settled: settled.to_vec(),
        value_minor,
        upper_bound_minor: value_minor + 5,
        certificate: CERTIFICATE,
        ticks: 17,
    }
}

fn propose(house: &mut House, proposal: RunProposal) -> Answer {
    house.give(&domain::Command::by(Actor::HOUSE, CommandBody::ProposeRun(proposal)))
}

fn states(house: &House, payments: &[PaymentId]) -> Vec<PaymentState> {
    payments.iter().map(|payment| house.state_of(*payment)).collect()
}

fn last_end(house: &House) -> EventBody {
    let ends = |event: &&Event| matches!(event.body, EventBody::RunConcluded { .. } | EventBody::RunEnded { .. });
    house.events.iter().rev().find(ends).expect("a run has ended").body.clone()
}

fn concluded(method: RunMethod, value_minor: i128, proof: Option<RunProof>) -> EventBody {
    EventBody::RunConcluded { arrangement: ARRANGEMENT, run: RunId(0), method, value_minor, proof }
}

use PaymentState::{Cancelled, Cleared, InCycle, Queued};

#[test]
fn a_proposal_settles_together_what_no_order_of_entry_settles() {
    let (mut house, payments) = blocked();
    assert_eq!(states(&house, &payments), [InCycle; 3]);
    let frozen = instance(&house);
    assert_eq!(frozen.items.iter().map(|item| item.payment).collect::<Vec<_>>(), payments);
    assert_eq!(
        frozen.participants.iter().map(|p| (p.institution.0, p.headroom_minor)).collect::<Vec<_>>(),
        [(0, 10_000), (2, 10_000)]
    );
    let proposal = proposal(&house, &payments[1..]);
    assert_eq!(propose(&mut house, proposal), Answer::Accepted { payment: None, disposition: None });
    assert_eq!(states(&house, &payments), [Queued, Cleared, Cleared]);
    assert_eq!((house.position(0), house.position(2)), (1_000, -1_000));
    let proof = RunProof { upper_bound_minor: 31_005, certificate: CERTIFICATE, ticks: 17 };
    assert_eq!(last_end(&house), concluded(RunMethod::Optimal, 31_000, Some(proof)));
    assert!(house.state.open_run(ARRANGEMENT).is_none());
}

#[test]
fn what_settles_in_order_of_entry_clears_at_the_freeze_and_counts_in_the_value() {
    let mut house = house();
    let ring = [(1, 3), (3, 5), (5, 1)].map(|(payer, payee)| enter(&mut house, payer, payee, 15_000));
    let rock = enter(&mut house, 0, 2, 60_000);
    let there = enter(&mut house, 0, 2, 15_000);
    let back = enter(&mut house, 2, 0, 16_000);
    house.until("12:10");
    assert_eq!(states(&house, &ring), [Cleared; 3]);
    assert_eq!(states(&house, &[rock, there, back]), [InCycle; 3]);
    let proposal = proposal(&house, &[there, back]);
    propose(&mut house, proposal);
    let proof = RunProof { upper_bound_minor: 76_005, certificate: CERTIFICATE, ticks: 17 };
    assert_eq!(last_end(&house), concluded(RunMethod::Optimal, 76_000, Some(proof)));
}

#[test]
fn a_run_that_clears_everything_ends_at_once() {
    let mut house = house();
    let ring = [(1, 3), (3, 5), (5, 1)].map(|(payer, payee)| enter(&mut house, payer, payee, 15_000));
    house.until("12:10");
    assert_eq!(states(&house, &ring), [Cleared; 3]);
    assert!(house.state.open_run(ARRANGEMENT).is_none());
    assert!(matches!(last_end(&house), EventBody::RunEnded { .. }));
}

#[test]
fn without_a_proposal_everything_is_unfrozen_when_the_time_is_over() {
    let (mut house, payments) = blocked();
    assert_eq!(house.state.open_run_until(ARRANGEMENT), Some(house.now.plus_us(30_000_000)));
    house.now = house.now.plus_us(29_000_000);
    let arrival = enter(&mut house, 4, 0, 100);
    assert_eq!(states(&house, &payments), [InCycle; 3]);
    assert_eq!(house.state_of(arrival), Cleared);
    house.until("12:11");
    assert_eq!(states(&house, &payments), [Queued; 3]);
    assert_eq!(last_end(&house), concluded(RunMethod::Unfrozen, 0, None));
    // Each keeps its place: the next run freezes them in the same order.
    house.until("12:20");
    assert_eq!(instance(&house).items.iter().map(|item| item.payment).collect::<Vec<_>>(), payments);
    assert_eq!(instance(&house).run, RunId(1));
}

#[test]
fn at_its_time_a_run_releases_what_receipts_have_made_settle_in_order_of_entry() {
    let (mut house, payments) = blocked();
    enter(&mut house, 4, 2, 6_000);
    assert_eq!(states(&house, &payments), [InCycle; 3], "a receipt releases nothing that is frozen");
    house.until("12:11");
    assert_eq!(states(&house, &payments), [Queued, Queued, Cleared]);
    assert_eq!(last_end(&house), concluded(RunMethod::Fifo, 16_000, None));
}

#[test]
fn the_cancel_of_a_frozen_payment_is_pending_and_the_end_of_the_run_says_what_came_first() {
    for cleared in [true, false] {
        let (mut house, [rock, there, back]) = blocked();
        let cancel = |payment| CommandBody::Cancel { payment };
        let answer = house.give(&domain::Command::by(Actor::institution(InstitutionId(0), 0), cancel(there)));
        assert_eq!(answer, Answer::Pending { payment: there });
        assert_eq!(house.events.last().unwrap().body, EventBody::CancelPending { payment: there });
        // By its member, again: it is pending already.
        let count = house.events.len();
        let answer = house.give(&domain::Command::by(Actor::member(MemberId(0), 1), cancel(there)));
        assert_eq!((answer, house.events.len()), (Answer::Pending { payment: there }, count));
        assert_eq!(house.refused(Actor::institution(InstitutionId(2), 0), cancel(there)), Refusal::NotAuthorised);
        assert_eq!(house.state_of(there), InCycle);
        if cleared {
            let proposal = proposal(&house, &[there, back]);
            propose(&mut house, proposal);
            assert_eq!(states(&house, &[rock, there, back]), [Queued, Cleared, Cleared]);
            assert_eq!(house.refused(Actor::institution(InstitutionId(0), 0), cancel(there)), Refusal::Final);
        } else {
            house.until("12:11");
            assert_eq!(states(&house, &[rock, there, back]), [Queued, Cancelled, Queued]);
            let collected =
                house.edge(0, domain::Owner::Institution(InstitutionId(0)), 0, domain::AccountKind::Collected);
            assert_eq!(collected, 60_000, "what was collected for it went back");
        }
    }
}

#[test]
fn a_proposal_that_does_not_hold_is_refused_and_what_settles_in_order_of_entry_clears_instead() {
    type Change = fn(&mut RunProposal, [PaymentId; 4]);
    let changes: [(Refusal, Change); 8] = [
        (Refusal::ProposalNotFrozen, |p, [_, _, _, arrival]| p.settled.push(arrival)),
        (Refusal::ProposalNotFrozen, |p, _| p.settled.reverse()),
        (Refusal::ProposalNotFrozen, |p, _| p.settled.push(*p.settled.last().unwrap())),
        (Refusal::ProposalBeyondHeadroom, |p, [rock, ..]| p.settled.insert(0, rock)),
        (Refusal::ProposalValue, |p, _| p.value_minor += 1),
        (Refusal::ProposalValue, |p, _| p.upper_bound_minor = p.value_minor - 1),
        (Refusal::ProposalValue, |p, _| p.settled = p.settled.split_off(1)),
        (Refusal::ProposalBelowFifo, |p, _| {
            p.settled.clear();
            p.value_minor = 0;
        }),
    ];
    for (expected, change) in changes {
        let (mut house, [rock, there, back]) = blocked();
        // With it the last one settles in order of entry.
        let arrival = enter(&mut house, 4, 2, 6_000);
        let mut proposal = proposal(&house, &[there, back]);
        change(&mut proposal, [rock, there, back, arrival]);
        let answer = propose(&mut house, proposal);
        assert_eq!(answer, Answer::Refused { refusal: expected, scope: None, payment: None });
        assert_eq!(states(&house, &[rock, there, back]), [Queued, Queued, Cleared], "{expected:?}");
        assert_eq!(last_end(&house), concluded(RunMethod::Fifo, 16_000, None));
    }
}

#[test]
fn a_proposal_for_another_run_or_another_instance_is_refused_and_ends_nothing() {
    let (mut house, [rock, there, back]) = blocked();
    let right = proposal(&house, &[there, back]);
    let mut foreign = right.clone();
    foreign.instance[0] ^= 1;
    let stale = RunProposal { run: RunId(1), ..right.clone() };
    let nowhere = RunProposal { arrangement: domain::ArrangementId(7), ..right.clone() };
    for (wrong, expected) in
        [(foreign, Refusal::RunInstanceMismatch), (stale, Refusal::RunNotOpen), (nowhere, Refusal::ArrangementUnknown)]
    {
        assert_eq!(house.refused(Actor::HOUSE, CommandBody::ProposeRun(wrong)), expected);
        assert_eq!(states(&house, &[rock, there, back]), [InCycle; 3]);
    }
    for actor in [Actor::operator(1), Actor::agent(0), Actor::member(MemberId(0), 1)] {
        let refusal = house.refused(actor, CommandBody::ProposeRun(right.clone()));
        assert_eq!(refusal, Refusal::NotAuthorised, "only the house proposes");
    }
    propose(&mut house, right.clone());
    assert_eq!(house.refused(Actor::HOUSE, CommandBody::ProposeRun(right)), Refusal::RunNotOpen, "once");
}

#[test]
fn urgent_payments_settle_in_order_and_ordinary_ones_may_pass() {
    let mut house = house();
    let first = enter_urgent(&mut house, 0, 2, 60_000);
    let second = enter_urgent(&mut house, 0, 2, 15_000);
    let ordinary = enter(&mut house, 0, 2, 14_000);
    let back = enter(&mut house, 2, 0, 16_000);
    house.until("12:10");
    let out_of_order = proposal(&house, &[second, back]);
    let (mut other, all) = (self::house(), [first, second, ordinary, back]);
    let answer = propose(&mut house, out_of_order);
    assert_eq!(answer, Answer::Refused { refusal: Refusal::ProposalOutOfOrder, scope: None, payment: None });
    assert_eq!(states(&house, &all), [Queued; 4]);

    enter_urgent(&mut other, 0, 2, 60_000);
    enter_urgent(&mut other, 0, 2, 15_000);
    enter(&mut other, 0, 2, 14_000);
    enter(&mut other, 2, 0, 16_000);
    other.until("12:10");
    let passing = proposal(&other, &[ordinary, back]);
    propose(&mut other, passing);
    assert_eq!(states(&other, &all), [Queued, Queued, Cleared, Cleared]);
}

#[test]
fn arrivals_use_the_headroom_that_nothing_frozen_needs() {
    let mut house = house();
    // Behind a large one that is urgent and ordinary 4,000: of 10,000 nothing is left for others of institution 0.
    enter(&mut house, 0, 2, 60_000);
    enter(&mut house, 0, 2, 4_000);
    house.until("12:10");
    let urgent = enter_urgent(&mut house, 0, 4, 1);
    assert_eq!(house.state_of(urgent), Queued, "its headroom is that of what is frozen");
    let other = enter(&mut house, 2, 4, 10_000);
    assert_eq!(house.state_of(other), Cleared, "nothing of it is frozen");
    let receipt = enter(&mut house, 4, 0, 500);
    assert_eq!(house.state_of(receipt), Cleared);
    assert_eq!(house.state_of(urgent), Queued, "a receipt goes to what is frozen first");
    house.until("12:11");
    assert_eq!(house.state_of(urgent), Queued, "time alone releases nothing");
    house.until("12:20");
    assert_eq!(house.state_of(urgent), Cleared, "the next run takes it by its urgency");
}

#[test]
fn receipts_that_came_while_a_run_was_open_release_heads_when_it_is_concluded() {
    let mut house = house();
    let head = enter(&mut house, 4, 3, 12_000);
    let payments = [enter(&mut house, 0, 2, 60_000), enter(&mut house, 0, 2, 15_000), enter(&mut house, 2, 0, 16_000)];
    house.until("12:10");
    enter(&mut house, 1, 4, 3_000);
    assert_eq!(house.state_of(head), InCycle, "it would fit, and is frozen");
    house.now = house.now.plus_us(2_000_000);
    // Worth more than the head alone, which settles in order of entry by now.
    let proposal = proposal(&house, &payments[1..]);
    propose(&mut house, proposal);
    assert_eq!(states(&house, &payments), [Queued, Cleared, Cleared]);
    assert_eq!(house.state_of(head), Cleared, "in the block of the end");
    assert!(matches!(house.events.last().unwrap().body, EventBody::QueueReleased { run: None, .. }));
}

#[test]
fn a_suspension_ends_what_is_frozen_at_once_and_no_proposal_names_it_any_more() {
    let (mut house, payments) = blocked();
    let [_, there, back] = payments;
    let proposal = proposal(&house, &[there, back]);
    house.operator(CommandBody::Suspend { arrangement: ARRANGEMENT, member: MemberId(0) });
    assert_eq!(states(&house, &payments), [Cancelled; 3], "from it, and towards it");
    let answer = propose(&mut house, proposal);
    assert_eq!(answer, Answer::Refused { refusal: Refusal::ProposalNotFrozen, scope: None, payment: None });
    assert_eq!(last_end(&house), concluded(RunMethod::Unfrozen, 0, None));
}

#[test]
fn a_share_that_is_cut_while_a_run_is_open_binds_its_proposal() {
    let (mut house, [rock, there, back]) = blocked();
    let proposal = proposal(&house, &[there, back]);
    // 2 pays 1,000 more than it gets: it may owe 999 now.
    house.limit(1, Scope::InstitutionShare(InstitutionId(2)), 999, day("2022-03-11"));
    let answer = propose(&mut house, proposal);
    assert_eq!(answer, Answer::Refused { refusal: Refusal::ProposalBeyondHeadroom, scope: None, payment: None });
    assert_eq!(states(&house, &[rock, there, back]), [Queued; 3]);
}

#[test]
fn who_is_short_sends_nothing_that_passes_its_queue() {
    let mut house = house();
    enter(&mut house, 0, 4, 9_000);
    let rock = enter(&mut house, 0, 2, 60_000);
    let small = enter(&mut house, 0, 2, 100);
    let other = enter(&mut house, 2, 0, 16_000);
    house.limit(0, Scope::InstitutionShare(InstitutionId(0)), 8_000, day("2022-03-11"));
    house.until("12:10");
    assert_eq!(states(&house, &[rock, small, other]), [Queued, Queued, InCycle]);
    let frozen = instance(&house);
    let headroom: Vec<i128> = frozen.participants.iter().map(|participant| participant.headroom_minor).collect();
    assert_eq!((frozen.items.len(), headroom), (1, vec![-1_000, 10_000]));
}

#[test]
fn a_run_ends_when_the_next_the_last_or_the_close_is_due() {
    for (from, open_s, expected) in [
        ("12:10", 30, "12:10:30"),
        ("12:10", 3_600, "12:20:00"),
        ("20:00", 3_600, "20:15:00"),
        ("20:15", 3_600, "20:30:00"),
    ] {
        let mut house = house();
        house.optimising = None;
        enter(&mut house, 0, 2, 60_000);
        house.until(match from {
            "20:00" => "19:55",
            "20:15" => "20:05",
            _ => "12:06",
        });
        house.optimising = Some(RunBudget { open_us: open_s * 1_000_000 });
        house.until(from);
        let until = house.state.open_run_until(ARRANGEMENT).expect("a run is open");
        assert_eq!(until.to_string(), format!("2022-03-11T{expected}Z"), "{from}");
    }
}

#[test]
fn a_day_closes_over_a_run_that_stayed_open_to_the_last() {
    let mut house = house();
    house.optimising = None;
    let rock = enter(&mut house, 0, 2, 60_000);
    house.until("20:14");
    house.optimising = Some(RunBudget { open_us: i64::MAX / 4 });
    house.until("20:16");
    assert_eq!(house.state_of(rock), InCycle);
    house.until("20:31");
    assert_eq!(house.state_of(rock), Queued);
    assert!(house.events.iter().any(|event| matches!(event.body, EventBody::DayClosed { .. })));
    // A clock that jumps over everything: what fell due ends in its order.
    house.open_day("2022-03-14");
    house.until("20:31");
    house.open_day("2022-03-15");
    house.until("20:31");
    assert_eq!(house.state_of(rock), PaymentState::Expired);
}

#[test]
fn the_quotes_of_everything_that_stays_frozen_are_settled_at_the_freeze() {
    for (sell, expected) in [("101.00", InCycle), ("102.00", PaymentState::Returned)] {
        let mut house = house();
        house.optimising = None;
        // 600.00 dollars: more than anybody can pay. Its peso amount depends on the rate.
        let order = house.usd(2, 0, 60_000);
        let payment = house.enter(order);
        house.until("12:45");
        let buy = rate(if sell == "101.00" { "100.60" } else { "101.60" });
        house.quote(1, 1, Quote::TwoSided { buy, sell: rate(sell) });
        house.optimising = Some(RunBudget { open_us: 30_000_000 });
        house.until("12:50");
        assert_eq!(house.state_of(payment), expected, "at {sell}");
        let requoted = house.events.iter().any(|event| matches!(event.body, EventBody::PaymentRequoted { .. }));
        assert_eq!(requoted, expected == InCycle);
    }
}

#[test]
fn an_open_run_is_the_same_in_replay_at_every_event() {
    let (mut house, [_, there, back]) = blocked();
    let answer = house.give(&domain::Command::by(
        Actor::institution(InstitutionId(0), 0),
        CommandBody::Cancel { payment: PaymentId(there.0 - 1) },
    ));
    assert!(matches!(answer, Answer::Pending { .. }));
    let open = house.state.digest();
    let count = house.events.len();
    let proposal = proposal(&house, &[there, back]);
    propose(&mut house, proposal);
    let mut again = State::new(99);
    let mut digests = Vec::new();
    for event in &house.events {
        let at = again.next_seq();
        evolve(&mut again, at, house.now, event);
        digests.push(again.digest());
    }
    assert_eq!(digests[count - 1], open);
    assert_eq!(digests.last(), Some(&house.state.digest()));
    assert_ne!(digests[count - 2], open, "a pending cancel is part of the state");
    let ended = |event: &&Event| matches!(event.body, EventBody::PaymentsEnded { reason: EndReason::Cancelled, .. });
    assert_eq!(house.events.iter().find(ended).map(|event| event.actor), Some(Actor::HOUSE));
}

#[test]
fn a_limit_that_rises_while_a_run_is_open_serves_what_is_frozen_in_its_end() {
    let (mut house, [rock, there, back]) = blocked();
    house.limit(0, Scope::InstitutionShare(InstitutionId(1)), 0, day("2022-03-11"));
    let setting = LimitSetting {
        arrangement: ARRANGEMENT,
        scope: Scope::InstitutionShare(InstitutionId(0)),
        maximum_minor: 20_000,
        effective: day("2022-03-11"),
    };
    house.accepted(Actor::member(MemberId(0), 1), CommandBody::SetLimit(setting));
    let proposal = proposal(&house, &[there, back]);
    propose(&mut house, proposal);
    assert_eq!(states(&house, &[rock, there, back]), [Queued, Cleared, Cleared]);
    let order = Order { uetr: uetr(9_999), amount: amount(100), ..house.usd(4, 0, 100) };
    let answer = house.submit(order);
    assert!(matches!(answer, Answer::Accepted { disposition: Some(Disposition::Cleared(_)), .. }), "{answer:?}");
}
