//! Push at a fixed price: three days of a small house, with every way that a payment can go.
//!
//! Brazil (reais) has two banks, 0 and 1; Peru (soles) one, 2, and pays out at clearing within 500 dollars; Ecuador
//! (dollars) one, 3. The real is bought at 5.00 and sold at 5.02 to the dollar, the sol at 3.70 and 3.71.

use crate::plans;
use crate::story::{ARRANGEMENT, Story, amount, amounts, audit, date, institution, member, payment, uetr};
use domain::command::Order;
use domain::event::{
    Admitted, CommandKind, CycleClosed, Disposition, DisputeOutcome, EndReason, Payout, Quote, Released, SettlementLeg,
    Stage,
};
use domain::limit::{LimitSetting, Scope};
use domain::payment::{Bucket, PaymentState};
use domain::plan::Denomination::{Asset, Payee, Payer};
use domain::{
    Actor, ContentDigest, CurrencyId, CycleId, Date, DocumentKey, EventBody, InstitutionId, PaymentId, PaymentKey,
    Refusal, RunId,
};
use money::Rate;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

pub const REAL: CurrencyId = CurrencyId(1);
pub const SOL: CurrencyId = CurrencyId(2);
const AT_CLEARING: Disposition = Disposition::Cleared(Payout::AtClearing);
const AFTER: Disposition = Disposition::Cleared(Payout::AfterSettlement);

pub fn two_sided(buy: &str, sell: &str) -> Quote {
    Quote::TwoSided { buy: Rate::parse(buy).unwrap(), sell: Rate::parse(sell).unwrap() }
}

pub fn rate(story: &mut Story, number: u16, currency: CurrencyId, quote: Quote) {
    let (arrangement, member) = (ARRANGEMENT, member(number));
    story.by_member(number, EventBody::RatePublished { arrangement, member, currency, quote });
}

pub fn joins(story: &mut Story, number: u16, stage: Stage, payout_at_clearing: bool) {
    let (arrangement, member) = (ARRANGEMENT, member(number));
    story.by_member(number, EventBody::MemberJoined { arrangement, member, stage, payout_at_clearing });
}

pub fn prefunding(story: &mut Story, number: u16, minor: u64, deposit: bool) {
    let (arrangement, member) = (ARRANGEMENT, member(number));
    story.by_agent(EventBody::PrefundingMoved { arrangement, member, amount: amount(minor), deposit });
}

pub fn limit(story: &mut Story, owner: u16, scope: Scope, maximum_minor: u64, from: &str) {
    let effective = date(from);
    story.by_member(
        owner,
        EventBody::LimitSet(LimitSetting { arrangement: ARRANGEMENT, scope, maximum_minor, effective }),
    );
}

pub fn ended(story: &mut Story, reason: EndReason, payments: &[PaymentId]) {
    story.house(EventBody::PaymentsEnded { arrangement: ARRANGEMENT, reason, payments: payments.to_vec() });
}

fn share(number: u32) -> Scope {
    Scope::InstitutionShare(institution(number))
}

/// Members, prefunding, shares and rates, before the first day.
pub fn house() -> Story {
    let mut story = Story::new();
    let members: &[(&str, &[u16])] = &[("BRA", &[1, 1]), ("PER", &[2]), ("ECU", &[0]), ("URY", &[0])];
    story.found(&["USD", "BRL", "PEN"], members, plans::push_fixed());
    for number in 0..3 {
        joins(&mut story, number, Stage::Net, number == 1);
        prefunding(&mut story, number, 100_000, true);
    }
    limit(&mut story, 0, share(0), 60_000, "2024-03-04");
    limit(&mut story, 0, share(1), 40_000, "2024-03-04");
    limit(&mut story, 1, share(2), 100_000, "2024-03-04");
    limit(&mut story, 2, share(3), 100_000, "2024-03-04");
    limit(&mut story, 1, Scope::Prefinancing(member(1)), 50_000, "2024-03-04");
    rate(&mut story, 0, REAL, two_sided("5.0000", "5.0200"));
    rate(&mut story, 1, SOL, two_sided("3.7000", "3.7100"));
    story
}

pub fn enters(story: &mut Story, order: Order, legs: (u64, u64, u64), disposition: Disposition) -> PaymentId {
    story.enter(&order, amounts(legs.0, legs.1, legs.2), disposition)
}

fn run(story: &mut Story, number: u32, items: u64, inside: impl FnOnce(&mut Story, RunId)) {
    let (arrangement, run) = (ARRANGEMENT, RunId(number));
    story.house(EventBody::RunFrozen { arrangement, run, items });
    inside(story, run);
    story.house(EventBody::RunEnded { arrangement, run });
}

pub fn released(story: &mut Story, run: Option<RunId>, payments: &[(PaymentId, Payout)]) {
    let payments = payments.iter().map(|(payment, payout)| Released { payment: *payment, payout: *payout }).collect();
    story.house(EventBody::QueueReleased { arrangement: ARRANGEMENT, run, payments });
}

/// First day, morning: clearing at once, a queue with an urgent payment, heads that a receipt releases, a late
/// collection, and what a member's own list holds.
fn morning(story: &mut Story) {
    story.open("2024-03-04");
    story.at(9, 0);
    // 370.00 soles at 3.70 are 100 dollars, 502.00 reais at 5.02.
    let order = story.order(0, 2, Payee, 37_000);
    enters(story, order, (50_200, 10_000, 37_000), AT_CLEARING);
    // 371.00 soles paid at 3.71 are 100 dollars, 500.00 reais at 5.00.
    let order = story.order(2, 0, Payer, 37_100);
    enters(story, order, (37_100, 10_000, 50_000), AFTER);
    let order = Order { document: Some(DocumentKey([1; 16])), ..story.order(0, 3, Asset, 55_000) };
    enters(story, order, (276_100, 55_000, 55_000), AFTER);
    // 50 dollars of its share are left: 100 have to wait, 10 wait behind them, and an urgent 20 pass both.
    let order = story.order(0, 3, Asset, 10_000);
    let waits = enters(story, order, (50_200, 10_000, 10_000), Disposition::Queued);
    let order = story.order(0, 2, Asset, 1_000);
    let behind = enters(story, order, (5_020, 1_000, 3_700), Disposition::Queued);
    let order = Order { urgent: true, ..story.order(0, 2, Asset, 2_000) };
    enters(story, order, (10_040, 2_000, 7_400), AT_CLEARING);
    story.at(9, 20);
    let order = story.order(3, 0, Asset, 8_000);
    enters(story, order, (8_000, 8_000, 40_000), AFTER);
    released(story, None, &[(waits, Payout::AfterSettlement), (behind, Payout::AtClearing)]);

    let order = Order { collected: false, ..story.order(3, 2, Payee, 3_700) };
    let late = enters(story, order, (1_000, 1_000, 3_700), Disposition::AwaitingCollection);
    story.at(9, 30);
    let payments = vec![(late, Admitted::Cleared(Payout::AtClearing))];
    story.by_member(2, EventBody::CollectionsConfirmed { arrangement: ARRANGEMENT, payments });

    let held = Disposition::Held(member(1));
    let order = Order { held_by: Some(member(1)), ..story.order(1, 2, Payee, 3_700) };
    let first = enters(story, order, (5_020, 1_000, 3_700), held);
    let order =
        Order { held_by: Some(member(1)), document: Some(DocumentKey([2; 16])), ..story.order(1, 2, Payee, 3_700) };
    let second = enters(story, order, (5_020, 1_000, 3_700), held);
    story.at(9, 40);
    story.by_member(
        1,
        EventBody::HoldReleased {
            payment: first,
            disposition: AT_CLEARING,
            amounts: amounts(5_020, 1_000, 3_700),
            quote_until: Some(story.now.plus_us(1_800_000_000)),
        },
    );
    story.by_member(1, EventBody::HoldRefused { payment: second });
}

/// Refusals, a reference used again, and a document that its first payment gave free.
fn refusals(story: &mut Story) {
    let order = story.order(0, 1, Asset, 5);
    let key = PaymentKey { institution: institution(0), uetr: order.uetr };
    let payment = story.next_payment();
    let (arrangement, content) = (ARRANGEMENT, order.content_digest());
    let refusal = Refusal::SameMember;
    story.by_institution(0, EventBody::PaymentRefused { payment, arrangement, key, content, refusal, scope: None });
    story.by_institution(0, EventBody::IdentifierReused { key, content: ContentDigest([3; 16]) });
    story.by_institution(
        0,
        EventBody::CommandRefused {
            command: CommandKind::Cancel,
            refusal: Refusal::Final,
            payment: Some(PaymentId(0)),
        },
    );
    let order = Order { document: Some(DocumentKey([2; 16])), ..story.order(1, 2, Payee, 370) };
    enters(story, order, (502, 100, 370), AT_CLEARING);
}

/// Afternoon: a gridlock that a run resolves, a quote that is renewed, one that lapses, and a payment withdrawn.
fn afternoon(story: &mut Story) {
    story.at(11, 50);
    let order = story.order(1, 2, Asset, 45_000);
    let a = enters(story, order, (225_900, 45_000, 166_500), Disposition::Queued);
    let order = story.order(2, 3, Asset, 110_000);
    let b = enters(story, order, (408_100, 110_000, 110_000), Disposition::Queued);
    let order = story.order(3, 1, Asset, 160_000);
    let c = enters(story, order, (160_000, 160_000, 800_000), Disposition::Queued);
    story.at(12, 0);
    run(story, 0, 3, |story, run| {
        // Peru's 500 dollars for paying out before settlement do not hold another 450.
        let after = Payout::AfterSettlement;
        released(story, Some(run), &[(a, after), (b, after), (c, after)]);
    });
    story.at(12, 5);
    let order = story.order(2, 3, Payee, 45_000);
    let stale = enters(story, order, (166_950, 45_000, 45_000), Disposition::Queued);
    story.at(12, 20);
    run(story, 1, 1, |_, _| {});
    story.at(12, 30);
    rate(story, 1, SOL, two_sided("3.7050", "3.7150"));
    story.at(12, 36);
    let order = story.order(3, 2, Asset, 6_000);
    enters(story, order, (6_000, 6_000, 22_230), AT_CLEARING);
    story.at(12, 40);
    run(story, 2, 1, |story, run| {
        let quote_until = story.now.plus_us(1_800_000_000);
        let amounts = amounts(167_175, 45_000, 45_000);
        story.house(EventBody::PaymentRequoted { payment: stale, amounts, quote_until });
        released(story, Some(run), &[(stale, Payout::AfterSettlement)]);
    });
    story.at(12, 45);
    let order = story.order(2, 3, Payee, 10_000);
    let lapses = enters(story, order, (37_150, 10_000, 10_000), Disposition::Queued);
    story.at(13, 20);
    rate(story, 1, SOL, two_sided("3.9000", "3.9100"));
    let order = story.order(3, 2, Asset, 20_000);
    enters(story, order, (20_000, 20_000, 78_000), AT_CLEARING);
    story.at(13, 30);
    run(story, 3, 1, |story, _| ended(story, EndReason::QuoteLapsed, &[lapses]));
    let order = story.order(2, 3, Payee, 90_000);
    let withdrawn = enters(story, order, (351_900, 90_000, 90_000), Disposition::Queued);
    let payments = vec![withdrawn];
    let reason = EndReason::Cancelled;
    story.by_institution(2, EventBody::PaymentsEnded { arrangement: ARRANGEMENT, reason, payments });
    let order = story.order(0, 3, Payee, 500_000);
    enters(story, order, (2_510_000, 500_000, 500_000), Disposition::Queued);
}

pub fn closed(day: &str, cycle: u32, positions: &[(u32, i128)], nets: &[(u16, i128)], settle_on: &str) -> EventBody {
    let leg = |(number, net): &(u16, i128)| SettlementLeg {
        member: member(*number),
        counterparty: None,
        pay_in: *net < 0,
        amount: amount(u64::try_from(net.unsigned_abs()).unwrap()),
    };
    let mut legs: Vec<SettlementLeg> = nets.iter().map(leg).collect();
    legs.sort_by_key(|leg| !leg.pay_in);
    EventBody::CycleClosed(Box::new(CycleClosed {
        arrangement: ARRANGEMENT,
        cycle: CycleId(cycle),
        date: date(day),
        positions: positions.iter().map(|(number, minor)| (institution(*number), CurrencyId(0), *minor)).collect(),
        interest: Vec::new(),
        nets: nets.iter().map(|(number, minor)| (member(*number), *minor)).collect(),
        fx_results: Vec::new(),
        legs,
        settle_on: date(settle_on),
    }))
}

fn first_close(story: &mut Story) {
    story.at(20, 30);
    let positions = [(0, -60_000), (1, 113_900), (2, -78_900), (3, 25_000)];
    story.house(closed("2024-03-04", 0, &positions, &[(0, 53_900), (1, -78_900), (2, 25_000)], "2024-03-05"));
    story.close();
}

fn confirm(story: &mut Story, cycle: u32, leg: u32) {
    story.by_agent(EventBody::SettlementConfirmed { arrangement: ARRANGEMENT, cycle: CycleId(cycle), leg });
}

fn settled(story: &mut Story, cycle: u32) {
    story.house(EventBody::CycleSettled { arrangement: ARRANGEMENT, cycle: CycleId(cycle) });
}

fn paid_out(story: &mut Story, by: u16, to: u32, payments: &[u64]) {
    let payments = payments.iter().map(|number| payment(*number)).collect();
    story.by_member(
        by,
        EventBody::PayoutsConfirmed { arrangement: ARRANGEMENT, institution: institution(to), payments },
    );
}

pub fn returned(story: &mut Story, original: u64, part: (u64, u64, u64), of_original: u64, day: &str, payout: Payout) {
    let by: InstitutionId = institution(3);
    let id = story.next_payment();
    let uetr = uetr(id.0);
    let mut hasher = Sha256::new();
    hasher.update(b"return");
    hasher.update(original.to_be_bytes());
    hasher.update(uetr.0);
    hasher.update(part.0.to_be_bytes());
    let content = ContentDigest(hasher.finalize()[..16].try_into().unwrap());
    story.by(
        Actor::institution(by, 0),
        EventBody::PaymentReturned {
            payment: id,
            original: payment(original),
            uetr,
            content,
            amounts: amounts(part.0, part.1, part.2),
            of_original: amount(of_original),
            value_date: date(day),
            payout,
        },
    );
}

/// Second day: settlement, pay-outs, a return in two parts, disputes, a pay-out that fails, a suspension.
fn second_day(story: &mut Story) {
    story.open("2024-03-05");
    story.at(10, 0);
    confirm(story, 0, 0);
    confirm(story, 0, 1);
    confirm(story, 0, 2);
    settled(story, 0);
    paid_out(story, 2, 3, &[2, 3, 13, 15]);
    paid_out(story, 1, 2, &[0, 5]);
    story.by_member(0, EventBody::PayoutFailed { payment: payment(1) });
    returned(story, 2, (10_000, 10_000, 50_200), 10_000, "2024-03-05", Payout::AfterSettlement);
    returned(story, 2, (45_000, 45_000, 225_900), 45_000, "2024-03-05", Payout::AfterSettlement);

    // A dispute that ends in the state before it, and one during which leg 3 is paid.
    for (number, by) in [(3, 0), (4, 2)] {
        let (carrier, until) = (institution(by), date("2024-04-04"));
        story.by_institution(by, EventBody::DisputeOpened { payment: payment(number), carrier, until });
    }
    paid_out(story, 1, 2, &[4]);
    story.operator(EventBody::DisputeEnded { payment: payment(3), outcome: DisputeOutcome::Rejected });

    let order = Order { collected: false, ..story.order(2, 3, Payee, 100) };
    let out = enters(story, order, (391, 100, 100), Disposition::AwaitingCollection);
    let order = Order { collected: false, ..story.order(3, 2, Payer, 100) };
    let towards = enters(story, order, (100, 100, 390), Disposition::AwaitingCollection);
    story.operator(EventBody::MemberSuspended { arrangement: ARRANGEMENT, member: member(1) });
    let (reason, payments) = (EndReason::Suspended, vec![out, towards]);
    story.operator(EventBody::PaymentsEnded { arrangement: ARRANGEMENT, reason, payments });
    story.operator(EventBody::MemberReinstated { arrangement: ARRANGEMENT, member: member(1) });
    story.at(20, 30);
    story.house(closed("2024-03-05", 1, &[(0, 55_000), (3, -55_000)], &[(0, 55_000), (2, -55_000)], "2024-03-06"));
    story.close();
}

/// Third day: around the clock before it, expiry, a member that comes and goes, and limits set ahead.
fn third_day(story: &mut Story) {
    story.now = story.now.plus_us(3_600_000_000);
    let order = story.order(3, 2, Asset, 500);
    story.enter_answered_by(&order, amounts(500, 500, 1_950), AT_CLEARING, date("2024-03-06"), None);
    story.open("2024-03-06");
    joins(story, 3, Stage::Prefunded, false);
    prefunding(story, 3, 7_000, true);
    limit(story, 3, share(4), 7_000, "2024-03-06");
    limit(story, 3, share(4), 0, "2024-03-07");
    story.at(16, 0);
    confirm(story, 1, 0);
    confirm(story, 1, 1);
    settled(story, 1);
    paid_out(story, 0, 0, &[1, 6, 21, 22]);
    story.at(20, 30);
    ended(story, EndReason::Expired, &[payment(20)]);
    story.house(closed("2024-03-06", 2, &[(2, 500), (3, -500)], &[(1, 500), (2, -500)], "2024-03-07"));
    story.close();
    story.open("2024-03-07");
    prefunding(story, 3, 7_000, false);
    story.by_member(3, EventBody::MemberLeft { arrangement: ARRANGEMENT, member: member(3) });
}

pub fn three_days() -> Story {
    let mut story = house();
    morning(&mut story);
    refusals(&mut story);
    afternoon(&mut story);
    first_close(&mut story);
    second_day(&mut story);
    third_day(&mut story);
    story
}

#[test]
fn three_days_of_a_house_are_accepted_and_add_up() {
    let story = three_days();
    let model = audit(&story.events).unwrap();
    assert_eq!(model.digest(), story.model.digest());
    assert!(model.positions_sum_to_zero());
    assert!(model.trial_balance().values().all(|sum| sum.owed_minor == sum.owing_minor));

    let figures = model.figures(ARRANGEMENT).unwrap();
    assert_eq!(figures.submitted, figures.buckets.values().sum::<u64>(), "each order is counted once");
    let expected = BTreeMap::from([
        (Bucket::Cleared, 16),
        (Bucket::Refused, 2),
        (Bucket::Cancelled, 3),
        (Bucket::Expired, 1),
        // One quote lapsed, one payment was given back in two parts.
        (Bucket::Returned, 2),
    ]);
    assert_eq!(figures.buckets, expected);
    assert_eq!(figures.returns, 2);
    assert_eq!(figures.pay_ins_minor, 78_900 + 55_000);
    assert_eq!(figures.hard_currency_minor(), 133_900);
    assert_eq!(figures.prefunding_minor, 300_000);
    assert_eq!(figures.nets_absolute_minor, 157_800 + 110_000 + 1_000);
    assert_eq!(model.state_of(payment(4)), Some(PaymentState::Disputed));
}

#[test]
fn the_same_events_give_the_same_rows_and_a_row_more_gives_another_digest() {
    let story = three_days();
    let one = audit(&story.events).unwrap();
    let other = audit(&story.events).unwrap();
    assert_eq!(one.rows(), other.rows());
    let mut shorter = story.events.clone();
    shorter.pop();
    assert_ne!(audit(&shorter).unwrap().digest(), one.digest());
}

#[test]
fn dates_before_the_first_day_are_no_business_dates() {
    assert!(house().model.figures(ARRANGEMENT).is_some_and(|figures| figures.submitted == 0));
    assert_eq!(Date::parse("2024-03-04").unwrap().weekday(), 0, "the story begins on a Monday");
}
