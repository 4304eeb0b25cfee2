//! Pull on an instrument: debits by the payee's side within lines between pairs, conformity, anticipated transfers,
//! interest on daily balances, one multilateral net in four months.

use crate::plans;
use crate::push_fixed::{joins, limit};
use crate::story::{ARRANGEMENT, Story, amount, amounts, audit, date, institution, member, payment};
use domain::command::Order;
use domain::event::{Admitted, CycleClosed, Disposition, Payout, SettlementLeg, Stage};
use domain::limit::Scope;
use domain::payment::{Bucket, PaymentState};
use domain::plan::Denomination::Asset;
use domain::plan::{Plan, Silence};
use domain::{CurrencyId, CycleId, Date, EventBody, MemberId, PaymentId};

pub const DEBITED: Disposition = Disposition::Cleared(Payout::AtConformity);
const MILLION: u64 = 100_000_000;

/// Members of one institution each, with a line between every pair.
pub fn agreement(plan: Plan, codes: &[&str], line_minor: u64, from: &str) -> Story {
    let mut story = Story::new();
    let members: Vec<(&str, &[u16])> = codes.iter().map(|code| (*code, [0].as_slice())).collect();
    story.found(&["USD"], &members, plan);
    let count = u16::try_from(codes.len()).unwrap();
    for number in 0..count {
        joins(&mut story, number, Stage::Net, false);
    }
    for creditor in 0..count {
        for debtor in (0..count).filter(|debtor| *debtor != creditor) {
            let scope = Scope::Pair { debtor: member(debtor), creditor: member(creditor) };
            limit(&mut story, creditor, scope, line_minor, from);
        }
    }
    story
}

/// The payee's institution debits the payer's.
pub fn debits(
    story: &mut Story,
    payer: u32,
    payee: u32,
    minor: u64,
    day: &str,
    valued: &str,
    answer_by: &str,
) -> PaymentId {
    let order = Order {
        instrument: Some("0794500".into()),
        value_date: Some(date(valued)),
        ..story.order(payer, payee, Asset, minor)
    };
    story.enter_answered_by(&order, amounts(minor, minor, minor), DEBITED, date(day), Some(date(answer_by)))
}

pub fn conforms(story: &mut Story, by: u16, debit: PaymentId) {
    let payments = vec![debit];
    story.by_member(by, EventBody::ConformityGiven { arrangement: ARRANGEMENT, payments, by_silence: false });
}

fn silent(story: &mut Story, debits: &[PaymentId]) {
    let payments = debits.to_vec();
    story.house(EventBody::ConformityGiven { arrangement: ARRANGEMENT, payments, by_silence: true });
}

pub fn net_of(
    day: &str,
    settle_on: &str,
    positions: &[(u32, i128)],
    interest: &[(u16, u16, u64)],
    nets: &[(u16, i128)],
) -> EventBody {
    let leg = |(number, net): &(u16, i128)| SettlementLeg {
        member: member(*number),
        counterparty: None,
        pay_in: *net < 0,
        amount: amount(u64::try_from(net.unsigned_abs()).unwrap()),
    };
    let mut legs: Vec<SettlementLeg> = nets.iter().map(leg).collect();
    legs.sort_by_key(|leg| !leg.pay_in);
    let by_member = |(debtor, creditor, minor): &(u16, u16, u64)| (member(*debtor), member(*creditor), amount(*minor));
    EventBody::CycleClosed(Box::new(CycleClosed {
        arrangement: ARRANGEMENT,
        cycle: CycleId(0),
        date: date(day),
        positions: positions.iter().map(|(number, minor)| (institution(*number), CurrencyId(0), *minor)).collect(),
        interest: interest.iter().map(by_member).collect(),
        nets: nets.iter().map(|(number, minor)| (MemberId(*number), *minor)).collect(),
        fx_results: Vec::new(),
        legs,
        settle_on: date(settle_on),
    }))
}

/// The published period: twelve gross debits of 695 million among four central banks.
pub fn period() -> Story {
    let plan = Plan { interest: None, ..plans::pull() };
    let mut story = agreement(plan, &["A", "B", "C", "E"], 200 * MILLION, "2024-04-30");
    story.open("2024-04-30");
    story.at(9, 0);
    let (a, b, c, e) = (0, 1, 2, 3);
    for (payer, payee, millions) in [
        (a, b, 120),
        (b, a, 80),
        (a, c, 60),
        (c, a, 90),
        (a, e, 40),
        (e, a, 10),
        (b, c, 70),
        (c, b, 30),
        (b, e, 50),
        (e, b, 65),
        (c, e, 25),
        (e, c, 55),
    ] {
        let debit = debits(&mut story, payer, payee, millions * MILLION, "2024-04-30", "2024-04-30", "2024-05-07");
        conforms(&mut story, u16::try_from(payer).unwrap(), debit);
    }
    story.at(18, 0);
    let million = i128::from(MILLION);
    let nets = [(0, -40 * million), (1, 15 * million), (2, 40 * million), (3, -15 * million)];
    let positions = nets.map(|(number, net)| (u32::from(number), net));
    story.house(net_of("2024-04-30", "2024-05-03", &positions, &[], &nets));
    story.close();
    story
}

/// The published interest: a balance of 20 million for ten days, 35 million for fifteen, 12 million for six until it is
/// settled on 3 May; 5.5 % a year, actual over 360.
pub fn interest() -> Story {
    let mut story = agreement(plans::pull(), &["A", "B"], 40 * MILLION, "2024-04-02");
    story.open("2024-04-02");
    story.at(9, 0);
    let first = debits(&mut story, 0, 1, 20 * MILLION, "2024-04-02", "2024-04-02", "2024-04-09");
    conforms(&mut story, 0, first);
    story.at(18, 0);
    story.close();
    story.open("2024-04-12");
    story.at(9, 0);
    let second = debits(&mut story, 0, 1, 15 * MILLION, "2024-04-12", "2024-04-12", "2024-04-19");
    story.at(18, 0);
    story.close();
    story.open("2024-04-26");
    story.at(18, 0);
    silent(&mut story, &[second]);
    story.close();
    // Valued on the Saturday before.
    story.open("2024-04-29");
    story.at(9, 0);
    let third = debits(&mut story, 1, 0, 23 * MILLION, "2024-04-29", "2024-04-27", "2024-05-06");
    conforms(&mut story, 1, third);
    let collected = vec![(third, Admitted::AlreadyCleared)];
    story.by_member(1, EventBody::CollectionsConfirmed { arrangement: ARRANGEMENT, payments: collected });
    story.by_member(
        0,
        EventBody::PayoutsConfirmed { arrangement: ARRANGEMENT, institution: institution(0), payments: vec![third] },
    );
    story.at(18, 0);
    story.close();
    story.open("2024-04-30");
    story.at(18, 0);
    let owed = 12 * i128::from(MILLION);
    let interest = 12_176_389;
    let nets = [(0, -owed - i128::from(interest)), (1, owed + i128::from(interest))];
    story.house(net_of("2024-04-30", "2024-05-03", &[(0, -owed), (1, owed)], &[(0, 1, interest)], &nets));
    story.close();
    story.open("2024-05-03");
    let (arrangement, cycle) = (ARRANGEMENT, CycleId(0));
    story.by_agent(EventBody::SettlementConfirmed { arrangement, cycle, leg: 0 });
    story.by_agent(EventBody::SettlementConfirmed { arrangement, cycle, leg: 1 });
    story.by_agent(EventBody::CycleSettled { arrangement, cycle });
    story
}

/// The published anticipated transfer: a line of 30 million, a balance of 35.
pub fn beyond_the_line() -> Story {
    let mut story = agreement(plans::pull(), &["A", "B"], 30 * MILLION, "2024-04-02");
    story.open("2024-04-02");
    story.at(9, 0);
    debits(&mut story, 0, 1, 20 * MILLION, "2024-04-02", "2024-04-02", "2024-04-09");
    debits(&mut story, 0, 1, 15 * MILLION, "2024-04-02", "2024-04-02", "2024-04-09");
    let (arrangement, debtor, creditor) = (ARRANGEMENT, member(0), member(1));
    let by: Date = date("2024-04-04");
    story.by_institution(1, EventBody::TransferDue { arrangement, debtor, creditor, amount: amount(5 * MILLION), by });
    debits(&mut story, 0, 1, MILLION, "2024-04-02", "2024-04-02", "2024-04-09");
    story.by_institution(1, EventBody::TransferDue { arrangement, debtor, creditor, amount: amount(MILLION), by });
    story.by_agent(EventBody::TransferConfirmed { arrangement, debtor, creditor, amount: amount(6 * MILLION) });
    story
}

/// A debit that its member refuses, at the original value date; and one whose answer the rulebook reads as a refusal.
pub fn reversed() -> Story {
    let mut plan = plans::pull();
    plan.conformity.as_mut().unwrap().silence_is = Silence::Extorno;
    let mut story = agreement(plan, &["A", "B"], 40 * MILLION, "2024-04-02");
    story.open("2024-04-02");
    story.at(9, 0);
    let refused = debits(&mut story, 0, 1, MILLION, "2024-04-02", "2024-04-02", "2024-04-09");
    let unanswered = debits(&mut story, 0, 1, 2 * MILLION, "2024-04-02", "2024-04-02", "2024-04-09");
    story.at(18, 0);
    story.close();
    story.open("2024-04-09");
    let by_silence = false;
    story.by_member(0, EventBody::Extorno { arrangement: ARRANGEMENT, payments: vec![refused], by_silence });
    story.at(18, 0);
    story.house(EventBody::Extorno { arrangement: ARRANGEMENT, payments: vec![unanswered], by_silence: true });
    story.close();
    story
}

#[test]
fn the_published_period_of_four_central_banks_nets_to_55_million() {
    let model = audit(&period().events).unwrap();
    let figures = model.figures(ARRANGEMENT).unwrap();
    assert_eq!(figures.nets_absolute_minor / 2, u128::from(55 * MILLION));
    assert_eq!(figures.buckets[&Bucket::Cleared], 12);
}

#[test]
fn the_published_balances_owe_121_763_89_of_interest() {
    let model = audit(&interest().events).unwrap();
    assert_eq!(model.figures(ARRANGEMENT).unwrap().pay_ins_minor, u128::from(12 * MILLION) + 12_176_389);
}

#[test]
fn what_is_owed_beyond_the_line_is_transferred() {
    let model = audit(&beyond_the_line().events).unwrap();
    assert_eq!(model.figures(ARRANGEMENT).unwrap().hard_currency_minor(), u128::from(6 * MILLION));
}

#[test]
fn a_reversed_debit_leaves_nothing_behind_and_no_interest() {
    let story = reversed();
    let model = audit(&story.events).unwrap();
    assert_eq!(model.accounts().count(), 0, "every posting was reversed");
    for number in [0, 1] {
        assert_eq!(model.state_of(payment(number)), Some(PaymentState::Returned));
    }
}
