//! Push, fixed price, the house as counterparty: the rulebook `caudal`.

use crate::house::{AGENT, ARRANGEMENT, House, OPERATOR, OTHER_OPERATOR, amount, day, rate, uetr};
use domain::command::{Command, CommandBody, Order, SubmitPayment};
use domain::event::{Disposition, DisputeOutcome, EventBody, Payout, Quote, Stage};
use domain::limit::Scope;
use domain::payment::LegState;
use domain::plan::Denomination;
use domain::{AccountKind, Actor, InstitutionId, MemberId, Owner, PaymentState, Refusal};
use ledger::Answer;

/// Three members: one on dollars, Argentina at 100 pesos a dollar, Brazil at 5 reais; each institution may owe USD 100.
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
    house
}

#[test]
fn one_payment_inside_its_share_clears_in_one_event_with_three_legs() {
    let mut house = house();
    let before = house.events.len();
    // 100.00 reais: USD 20.05 (100 / 4.99, up), 2,009.01 pesos (20.05 x 100.20, up).
    let order = Order { document: None, ..house.order(2, 4, 10_000) };
    let answer = house.submit(order);
    let Answer::Accepted { payment: Some(payment), disposition } = answer else { panic!("{answer:?}") };
    assert_eq!(disposition, Some(Disposition::Cleared(Payout::AfterSettlement)));
    assert_eq!(house.events.len(), before + 1, "one event");
    let view = house.state.payment(payment).unwrap();
    assert_eq!((view.payer_minor, view.position_minor, view.payee_minor), (200_901, 2_005, 10_000));
    assert_eq!((house.position(2), house.position(4)), (-2_005, 2_005));
    assert_eq!(house.edge(1, Owner::Institution(InstitutionId(2)), 1, AccountKind::Institution), -200_901);
    assert_eq!(house.edge(1, Owner::Arrangement(ARRANGEMENT), 1, AccountKind::Counterpart), 200_901);
    assert_eq!(house.edge(2, Owner::Institution(InstitutionId(4)), 2, AccountKind::PayoutDue), 10_000);
}

#[test]
fn beyond_its_share_a_payment_waits_and_a_receipt_releases_it() {
    let mut house = house();
    let big = house.usd(0, 2, 12_000);
    let waiting = house.enter(big);
    assert_eq!(house.state_of(waiting), PaymentState::Queued);
    let small = house.usd(0, 2, 100);
    let behind = house.enter(small);
    assert_eq!(house.state_of(behind), PaymentState::Queued, "nothing passes what waits in its own queue");
    let other_bank = house.usd(1, 2, 100);
    let beside = house.enter(other_bank);
    assert_eq!(house.state_of(beside), PaymentState::Cleared, "another bank's queue does not block it");
    let receipt = house.usd(4, 0, 2_100);
    house.enter(receipt);
    assert_eq!(house.state_of(waiting), PaymentState::Cleared);
    assert_eq!(house.state_of(behind), PaymentState::Cleared);
    assert_eq!(house.position(0), 2_100 - 12_100);
}

#[test]
fn an_urgent_payment_passes_ordinary_ones_that_wait() {
    let mut house = house();
    let big = house.usd(0, 2, 12_000);
    house.enter(big);
    let urgent = Order { urgent: true, ..house.usd(0, 2, 5_000) };
    let urgent = house.enter(urgent);
    assert_eq!(house.state_of(urgent), PaymentState::Cleared);
}

#[test]
fn a_run_resolves_a_gridlock_and_posts_it_at_once() {
    let mut house = house();
    let ring: Vec<_> = [(0, 2), (2, 4), (4, 0)]
        .map(|(payer, payee)| {
            let order = house.usd(payer, payee, 15_000);
            house.enter(order)
        })
        .to_vec();
    assert!(ring.iter().all(|payment| house.state_of(*payment) == PaymentState::Queued));
    house.until("12:20");
    assert!(ring.iter().all(|payment| house.state_of(*payment) == PaymentState::Cleared));
    assert_eq!([house.position(0), house.position(2), house.position(4)], [0, 0, 0]);
    let frozen =
        house.events.iter().filter(|event| matches!(event.body, EventBody::RunFrozen { items: 3, .. })).count();
    assert_eq!(frozen, 1);
}

#[test]
fn an_expired_quote_is_priced_again_within_one_per_cent_or_lapses() {
    for (sell, expected) in [("101.00", PaymentState::Cleared), ("102.00", PaymentState::Returned)] {
        let mut house = house();
        // The ring holds each payment in its queue until the run; the Argentine payer's amount depends on the rate.
        let order = house.usd(2, 0, 15_000);
        let payment = house.enter(order);
        let buy = rate(if sell == "101.00" { "100.60" } else { "101.60" });
        house.until("12:50");
        assert_eq!(house.state_of(payment), PaymentState::Queued, "a run that cannot clear it leaves its quote alone");
        house.quote(1, 1, Quote::TwoSided { buy, sell: rate(sell) });
        let back = house.usd(0, 2, 6_000);
        house.enter(back);
        assert_eq!(
            house.state_of(payment),
            PaymentState::Queued,
            "a receipt does not release what must be priced again"
        );
        house.until("13:00");
        assert_eq!(house.state_of(payment), expected, "at {sell}");
        let collected = house.edge(1, Owner::Institution(InstitutionId(2)), 1, AccountKind::Institution);
        let paid = if expected == PaymentState::Cleared { -1_515_000 } else { 0 };
        assert_eq!(collected, paid, "at {sell}");
    }
}

#[test]
fn what_has_had_its_time_expires_and_its_document_is_free_again() {
    let mut house = house();
    let order = house.usd(0, 2, 15_000);
    let document = order.document;
    let payment = house.enter(order);
    house.until("20:31");
    assert_eq!(house.state_of(payment), PaymentState::Queued);
    for (date, expected) in [("2022-03-14", PaymentState::Queued), ("2022-03-15", PaymentState::Expired)] {
        house.open_day(date);
        house.until("20:31");
        assert_eq!(house.state_of(payment), expected, "{date}");
    }
    house.open_day("2022-03-16");
    house.until("12:00");
    let again = Order { document, ..house.usd(0, 2, 100) };
    house.enter(again);
}

#[test]
fn a_day_is_netted_paid_in_first_paid_out_and_then_the_payees_are_paid() {
    let mut house = house();
    let payments: Vec<_> = [(0, 2, 4_000), (2, 4, 1_000), (4, 1, 500)]
        .map(|(payer, payee, minor)| {
            let order = house.usd(payer, payee, minor);
            house.enter(order)
        })
        .to_vec();
    house.until("20:31");
    assert_eq!(house.last_nets(), [(0, -3_500), (1, 3_000), (2, 500)]);
    let legs = house.state.settlement_legs(ARRANGEMENT);
    assert!(legs[0].leg.pay_in && !legs[1].leg.pay_in);
    let confirm = |leg: &domain::event::SettlementLeg| CommandBody::ConfirmSettlement {
        arrangement: ARRANGEMENT,
        cycle: legs[0].cycle,
        member: leg.member,
        counterparty: None,
        amount: leg.amount,
    };
    assert_eq!(house.refused(AGENT, confirm(&legs[1].leg)), Refusal::PayInFirst);
    // The closed net still uses the share until it is paid: 4,000 of 10,000, whatever came in.
    house.open_day("2022-03-14");
    house.until("12:00");
    assert_eq!(house.state.participants_of(ARRANGEMENT)[0].headroom_minor, 6_000);
    house.accepted(AGENT, confirm(&legs[0].leg));
    assert_eq!(house.state.participants_of(ARRANGEMENT)[0].headroom_minor, 10_000);
    assert!(payments.iter().all(|payment| house.state_of(*payment) == PaymentState::Cleared));
    house.settle();
    house.pay_out();
    assert!(payments.iter().all(|payment| house.state_of(*payment) == PaymentState::PaidOut));
    assert_eq!(house.edge(1, Owner::Institution(InstitutionId(2)), 1, AccountKind::Institution), 399_200 - 100_200);
}

#[test]
fn a_member_that_chose_so_pays_out_at_clearing_within_its_limit() {
    let mut house = house();
    house.join(MemberId(1), Stage::Net, true);
    house.limit(1, Scope::Prefinancing(MemberId(1)), 3_000, day("2022-03-11"));
    let first = house.usd(0, 2, 2_000);
    let first = house.enter(first);
    let second = house.usd(0, 2, 2_000);
    let second = house.enter(second);
    house.pay_out();
    assert_eq!(house.state_of(first), PaymentState::PaidOut);
    assert_eq!(house.state_of(second), PaymentState::Cleared, "the limit is used");
}

#[test]
fn a_payout_that_fails_ages_and_leg_2_stands() {
    let mut house = house();
    house.join(MemberId(1), Stage::Net, true);
    house.limit(1, Scope::Prefinancing(MemberId(1)), 3_000, day("2022-03-11"));
    let order = house.usd(0, 2, 2_000);
    let payment = house.enter(order);
    house.accepted(Actor::member(MemberId(1), 1), CommandBody::FailPayout { payment });
    assert_eq!(house.state.payment(payment).unwrap().payout, LegState::Failed);
    house.until("20:31");
    let view = house.state.payment(payment).unwrap();
    assert_eq!((view.state, view.payout), (PaymentState::Cleared, LegState::Aged));
    house.open_day("2022-03-14");
    house.pay_out();
    assert_eq!(house.state_of(payment), PaymentState::PaidOut);
}

#[test]
fn the_same_order_again_gets_the_same_answer_and_another_under_its_reference_does_not() {
    let mut house = house();
    let order = house.usd(0, 2, 4_000);
    let payment = house.enter(order.clone());
    let before = house.events.len();
    let duplicate = Answer::Duplicate { payment, state: PaymentState::Cleared, refusal: None };
    assert_eq!(house.submit(order.clone()), duplicate);
    assert_eq!(house.events.len(), before, "a duplicate changes nothing");
    let other = Order { amount: amount(4_001), ..order };
    let Answer::Refused { refusal, payment: about, .. } = house.submit(other) else { panic!() };
    assert_eq!((refusal, about), (Refusal::UetrReused, Some(payment)));
    assert_eq!(house.position(0), -4_000);

    let refused = Order { purpose: domain::plan::Purpose::Investment, ..house.usd(0, 2, 1) };
    let Answer::Refused { payment: Some(first), .. } = house.submit(refused.clone()) else { panic!() };
    let Answer::Duplicate { payment, state, refusal } = house.submit(refused) else { panic!() };
    assert_eq!((payment, state, refusal), (first, PaymentState::Refused, Some(Refusal::PurposeNotAdmitted)));
}

#[test]
fn a_return_is_a_payment_the_other_way_and_never_more_than_its_original() {
    let mut house = house();
    let order = house.usd(0, 2, 4_000);
    let original = house.enter(order);
    house.until("20:31");
    house.open_day("2022-03-14");
    house.settle();
    house.pay_out();
    let give_back =
        |number: u64, minor: u64| CommandBody::Return { original, uetr: uetr(number), amount: amount(minor) };
    let payee = Actor::institution(InstitutionId(2), 0);
    // 399,200 centavos were paid out.
    assert_eq!(house.refused(payee, give_back(9_001, 399_201)), Refusal::ReturnExceeds);
    house.accepted(payee, give_back(9_002, 99_800));
    assert_eq!(house.state_of(original), PaymentState::PartlyReturned);
    assert_eq!(house.position(2), -1_000);
    assert_eq!(house.refused(payee, give_back(9_003, 299_401)), Refusal::ReturnExceeds);
    house.accepted(payee, give_back(9_004, 299_400));
    assert_eq!(house.state_of(original), PaymentState::Returned);
    assert_eq!((house.position(2), house.position(0)), (-4_000, 4_000));
    assert_eq!(house.refused(payee, give_back(9_005, 1)), Refusal::ReturnExceeds);
    let again = house.give(&Command::by(payee, give_back(9_004, 299_400)));
    assert!(matches!(again, Answer::Duplicate { .. }), "{again:?}");
}

#[test]
fn a_held_payment_is_released_or_refused_by_the_member_that_holds_it() {
    for release in [true, false] {
        let mut house = house();
        let order = Order { held_by: Some(MemberId(1)), ..house.usd(0, 2, 4_000) };
        let payment = house.enter(order);
        assert_eq!(house.state_of(payment), PaymentState::Held);
        assert_eq!(house.edge(0, Owner::Institution(InstitutionId(0)), 0, AccountKind::Collected), 4_000);
        house.accepted(Actor::member(MemberId(1), 1), CommandBody::ResolveHold { payment, release });
        let expected = if release { PaymentState::Cleared } else { PaymentState::Refused };
        assert_eq!(house.state_of(payment), expected);
        assert_eq!(house.edge(0, Owner::Institution(InstitutionId(0)), 0, AccountKind::Collected), 0);
    }
}

#[test]
fn a_payment_whose_leg_1_is_not_confirmed_waits_for_it() {
    let mut house = house();
    let order = Order { collected: false, ..house.usd(0, 2, 4_000) };
    let payment = house.enter(order);
    assert_eq!(house.state_of(payment), PaymentState::AwaitingCollection);
    let confirm = CommandBody::ConfirmCollections { arrangement: ARRANGEMENT, payments: vec![payment] };
    house.accepted(Actor::member(MemberId(0), 1), confirm.clone());
    assert_eq!(house.state_of(payment), PaymentState::Cleared);
    assert_eq!(house.refused(Actor::member(MemberId(0), 1), confirm), Refusal::PaymentState);
}

#[test]
fn collections_in_one_command_share_what_is_left_of_a_share() {
    let mut house = house();
    let payments: Vec<_> = (0..3)
        .map(|_| {
            let order = Order { collected: false, ..house.usd(0, 2, 4_000) };
            house.enter(order)
        })
        .collect();
    let confirm = CommandBody::ConfirmCollections { arrangement: ARRANGEMENT, payments: payments.clone() };
    house.accepted(Actor::member(MemberId(0), 1), confirm);
    let states: Vec<_> = payments.iter().map(|payment| house.state_of(*payment)).collect();
    assert_eq!(states, [PaymentState::Cleared, PaymentState::Cleared, PaymentState::Queued]);
}

#[test]
fn a_cancelled_payment_gives_its_collection_back_and_a_final_one_stays() {
    let mut house = house();
    let order = house.usd(0, 2, 12_000);
    let waiting = house.enter(order);
    let sender = Actor::institution(InstitutionId(0), 0);
    house.accepted(sender, CommandBody::Cancel { payment: waiting });
    assert_eq!(house.state_of(waiting), PaymentState::Cancelled);
    assert_eq!(house.edge(0, Owner::Institution(InstitutionId(0)), 0, AccountKind::Institution), 0);
    let order = house.usd(0, 2, 4_000);
    let cleared = house.enter(order);
    assert_eq!(house.refused(sender, CommandBody::Cancel { payment: cleared }), Refusal::Final);
}

#[test]
fn a_dispute_has_a_carrier_and_ends_where_it_began() {
    let mut house = house();
    let order = house.usd(0, 2, 4_000);
    let payment = house.enter(order);
    let dispute = CommandBody::OpenDispute { payment };
    assert_eq!(house.refused(Actor::institution(InstitutionId(5), 0), dispute.clone()), Refusal::NotAuthorised);
    house.accepted(Actor::institution(InstitutionId(0), 0), dispute.clone());
    assert_eq!(house.state_of(payment), PaymentState::Disputed);
    house.until("20:31");
    house.open_day("2022-03-14");
    house.settle();
    house.pay_out();
    assert_eq!(house.state_of(payment), PaymentState::Disputed, "leg 3 may be confirmed meanwhile");
    house.operator(CommandBody::EndDispute { payment, outcome: DisputeOutcome::Rejected });
    assert_eq!(house.state_of(payment), PaymentState::PaidOut);
    assert_eq!(house.refused(Actor::institution(InstitutionId(0), 0), dispute), Refusal::PaymentState, "once only");
}

#[test]
fn prefunded_payments_clear_day_and_night_and_nothing_waits_at_night() {
    let mut house = house();
    house.until("20:31");
    let order = house.usd(0, 2, 4_000);
    let payment = house.enter(order);
    assert_eq!(house.state_of(payment), PaymentState::Cleared);
    let order = house.usd(0, 2, 12_000);
    let Answer::Refused { refusal, .. } = house.submit(order) else { panic!() };
    assert_eq!(refusal, Refusal::EntryClosed);
}

#[test]
fn shares_never_pass_the_cap_and_cover_in_use_is_not_withdrawn() {
    let mut house = house();
    let share = |minor| {
        CommandBody::SetLimit(domain::limit::LimitSetting {
            arrangement: ARRANGEMENT,
            scope: Scope::InstitutionShare(InstitutionId(0)),
            maximum_minor: minor,
            effective: day("2022-03-11"),
        })
    };
    let member = Actor::member(MemberId(0), 1);
    assert_eq!(house.refused(member, share(10_001)), Refusal::SharesExceedCap);
    let withdraw = CommandBody::MovePrefunding {
        arrangement: ARRANGEMENT,
        member: MemberId(0),
        amount: amount(1),
        deposit: false,
    };
    assert_eq!(house.refused(AGENT, withdraw.clone()), Refusal::PrefundingInUse);
    let line = domain::limit::LimitSetting {
        arrangement: ARRANGEMENT,
        scope: Scope::CommittedLine(MemberId(0)),
        maximum_minor: 1,
        effective: day("2022-03-11"),
    };
    house.give(&Command::approved(OPERATOR, OTHER_OPERATOR, CommandBody::SetLimit(line)));
    house.accepted(AGENT, withdraw);
    assert_eq!(house.refused(member, share(10_001)), Refusal::SharesExceedCap);
    house.accepted(member, share(10_000));
}

#[test]
fn a_limit_set_for_a_later_day_holds_from_that_day() {
    let mut house = house();
    house.limit(0, Scope::PerPayment(MemberId(0)), 1_000, day("2022-03-14"));
    let order = house.usd(0, 2, 4_000);
    house.enter(order);
    house.until("20:31");
    house.open_day("2022-03-14");
    let order = house.usd(0, 2, 1_001);
    let Answer::Refused { refusal, scope, .. } = house.submit(order) else { panic!() };
    assert_eq!((refusal, scope), (Refusal::PaymentTooLarge, Some(Scope::PerPayment(MemberId(0)))));
}

#[test]
fn shared_limits_are_reserved_in_the_order_of_entry() {
    let mut house = house();
    let pair = Scope::Pair { debtor: MemberId(0), creditor: MemberId(1) };
    house.limit(1, pair, 16_000, day("2022-03-11"));
    house.limit(1, Scope::CreditorExposure(MemberId(1)), 18_000, day("2022-03-11"));
    let order = house.usd(0, 2, 15_000);
    let queued = house.enter(order);
    assert_eq!(house.state_of(queued), PaymentState::Queued);
    let order = house.usd(1, 2, 1_001);
    let Answer::Refused { refusal, .. } = house.submit(order) else { panic!() };
    assert_eq!(refusal, Refusal::PairLine, "what is queued is reserved");
    let order = house.usd(4, 2, 3_001);
    let Answer::Refused { refusal, .. } = house.submit(order) else { panic!() };
    assert_eq!(refusal, Refusal::CreditorLimit);
    house.accepted(Actor::institution(InstitutionId(0), 0), CommandBody::Cancel { payment: queued });
    let order = house.usd(1, 2, 1_001);
    house.enter(order);
}

#[test]
fn the_payers_and_the_payees_amount_may_be_what_is_ordered() {
    let mut house = house();
    // 1,002.00 pesos buy USD 10.00 at 100.20, which are 49.90 reais at 4.99.
    let order = Order { denomination: Denomination::Payer, document: None, ..house.order(2, 4, 100_200) };
    let payment = house.enter(order);
    let view = house.state.payment(payment).unwrap();
    assert_eq!((view.payer_minor, view.position_minor, view.payee_minor), (100_200, 1_000, 4_990));
}

#[test]
fn an_order_entered_by_the_operator_needs_a_second_person_and_the_consent_of_the_member() {
    let mut house = house();
    let order = house.usd(0, 2, 100);
    let body = CommandBody::Submit(SubmitPayment::new(order));
    assert_eq!(house.refused(OPERATOR, body.clone()), Refusal::NotAuthorised);
    let with_two = Command::approved(OPERATOR, OTHER_OPERATOR, body);
    let Answer::Refused { refusal, .. } = house.give(&with_two) else { panic!() };
    assert_eq!(refusal, Refusal::ConsentMissing, "nobody has consented");
    let consent = CommandBody::SetEntryConsent { arrangement: ARRANGEMENT, member: MemberId(0), given: true };
    house.accepted(Actor::member(MemberId(0), 1), consent);
    let answer = house.give(&with_two);
    assert!(matches!(answer, Answer::Accepted { .. }), "{answer:?}");
}
