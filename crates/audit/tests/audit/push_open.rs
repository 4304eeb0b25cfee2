//! Push at an open price: the day of 11 March 2022 between Argentina and Brazil, with the rates that both central banks
//! published, paid and netted on the next business day, the 14th.

use crate::plans;
use crate::push_fixed::joins;
use crate::story::{ARRANGEMENT, Story, amount, amounts, audit, date, institution, member, payment, uetr};
use domain::command::Order;
use domain::event::{Admitted, CycleClosed, Disposition, EndReason, FxResult, Payout, Quote, SettlementLeg, Stage};
use domain::payment::{PaymentState, PricedPayment};
use domain::plan::Denomination::Payee;
use domain::{Actor, ContentDigest, CurrencyId, CycleId, EventBody, MemberId};
use money::{AmountMinor, Rate};
use sha2::{Digest, Sha256};

const PESO: CurrencyId = CurrencyId(1);
const REAL: CurrencyId = CurrencyId(2);

fn publishes(story: &mut Story, number: u16, currency: CurrencyId, rate: &str) {
    let quote = Quote::Reference(Rate::parse(rate).unwrap());
    let (arrangement, member) = (ARRANGEMENT, member(number));
    story.by_member(number, EventBody::RatePublished { arrangement, member, currency, quote });
}

fn fixing(story: &mut Story, day: &str, pesos: &str, reais: &str) {
    let rates = vec![(PESO, Rate::parse(pesos).unwrap()), (REAL, Rate::parse(reais).unwrap())];
    story.house(EventBody::FixingMade { arrangement: ARRANGEMENT, date: date(day), rates });
}

/// A cycle between the two, as what Argentina owes Brazil in dollars.
fn closed(
    day: &str,
    cycle: u32,
    positions: &[(u32, CurrencyId, i128)],
    argentina_owes: i128,
    fx_results: Vec<FxResult>,
) -> CycleClosed {
    let (argentina, brazil) = (member(0), member(1));
    let (debtor, creditor) = if argentina_owes > 0 { (argentina, brazil) } else { (brazil, argentina) };
    let leg = |member: MemberId, counterparty: MemberId, pay_in: bool, amount: AmountMinor| SettlementLeg {
        member,
        counterparty: Some(counterparty),
        pay_in,
        amount,
    };
    let net = u64::try_from(argentina_owes.unsigned_abs()).unwrap();
    let legs = AmountMinor::new(net)
        .map_or(Vec::new(), |net| vec![leg(debtor, creditor, true, net), leg(creditor, debtor, false, net)]);
    let nets = if net == 0 { Vec::new() } else { vec![(argentina, -argentina_owes), (brazil, argentina_owes)] };
    CycleClosed {
        arrangement: ARRANGEMENT,
        cycle: CycleId(cycle),
        date: date(day),
        positions: positions
            .iter()
            .map(|(number, currency, minor)| (institution(*number), *currency, *minor))
            .collect(),
        interest: Vec::new(),
        nets,
        fx_results,
        legs,
        settle_on: date(day),
    }
}

fn closes(story: &mut Story, closed: CycleClosed) {
    story.house(EventBody::CycleClosed(Box::new(closed)));
}

fn settled(story: &mut Story, cycle: u32, legs: u32) {
    let (arrangement, cycle) = (ARRANGEMENT, CycleId(cycle));
    for leg in 0..legs {
        story.by_agent(EventBody::SettlementConfirmed { arrangement, cycle, leg });
    }
    story.house(EventBody::CycleSettled { arrangement, cycle });
}

/// The first day: an Argentine importer owes 100,000.00 reais, a Brazilian one 1,000,000.00 pesos; a third order is
/// withdrawn before its price is known.
fn first_day(story: &mut Story) {
    story.open("2022-03-11");
    story.at(10, 0);
    let order = story.order(0, 1, Payee, 10_000_000);
    story.enter(&order, amounts(0, 10_000_000, 10_000_000), Disposition::AwaitingRate);
    let order = story.order(1, 0, Payee, 100_000_000);
    story.enter(&order, amounts(0, 100_000_000, 100_000_000), Disposition::AwaitingRate);
    let order = story.order(1, 0, Payee, 5_000);
    let third = story.enter(&order, amounts(0, 5_000, 5_000), Disposition::AwaitingRate);
    let (reason, payments) = (EndReason::Cancelled, vec![third]);
    story.by_institution(1, EventBody::PaymentsEnded { arrangement: ARRANGEMENT, reason, payments });
    publishes(story, 0, PESO, "108.88670");
    publishes(story, 1, REAL, "5.02520");
    story.at(18, 0);
    fixing(story, "2022-03-11", "108.88670", "5.02520");
    story.house(EventBody::PaymentsPriced {
        arrangement: ARRANGEMENT,
        date: date("2022-03-11"),
        collect_on: date("2022-03-14"),
        payments: vec![
            PricedPayment { payment: payment(0), payer: amount(216_681_500) },
            PricedPayment { payment: payment(1), payer: amount(4_615_000) },
        ],
    });
    story.at(19, 0);
    closes(story, closed("2022-03-11", 0, &[], 0, Vec::new()));
    settled(story, 0, 0);
    story.close();
}

/// What the cycle of 14 March closes with.
pub fn published_net() -> CycleClosed {
    let positions = [(0, PESO, 100_000_000), (0, REAL, -10_000_000), (1, PESO, -100_000_000), (1, REAL, 10_000_000)];
    let results = vec![
        FxResult { member: member(0), currency: PESO, counterpart_minor: 116_681_500, settled_minor: 116_681_354 },
        FxResult { member: member(1), currency: REAL, counterpart_minor: -5_385_000, settled_minor: -5_384_929 },
    ];
    closed("2022-03-14", 1, &positions, 1_071_585, results)
}

/// The second day: both are collected and cleared, the net is closed and paid, and the payees are paid out.
fn second_day(story: &mut Story) {
    story.open("2022-03-14");
    story.at(10, 0);
    for (by, number) in [(0, 0), (1, 1)] {
        let payments = vec![(payment(number), Admitted::Cleared(Payout::AfterSettlement))];
        story.by_member(by, EventBody::CollectionsConfirmed { arrangement: ARRANGEMENT, payments });
    }
    story.at(19, 0);
    closes(story, published_net());
    settled(story, 1, 2);
    for (by, number) in [(1, 0), (0, 1)] {
        let payments = vec![payment(number)];
        story.by_member(
            by,
            EventBody::PayoutsConfirmed { arrangement: ARRANGEMENT, institution: institution(u32::from(by)), payments },
        );
    }
    story.close();
}

/// The third day: 40,000.00 of the reais come back, at the rate of this day.
fn third_day(story: &mut Story) {
    story.open("2022-03-15");
    publishes(story, 0, PESO, "109.10000");
    publishes(story, 1, REAL, "5.10000");
    story.at(18, 0);
    fixing(story, "2022-03-15", "109.10000", "5.10000");
    // 109.10 over 5.10 is 21.39215686…, published as 21.39215: 855,686.00 pesos.
    let given = 4_000_000_u64;
    let mut hasher = Sha256::new();
    hasher.update(b"return");
    hasher.update(0_u64.to_be_bytes());
    let id = story.next_payment();
    hasher.update(uetr(id.0).0);
    hasher.update(given.to_be_bytes());
    story.by(
        Actor::institution(institution(1), 0),
        EventBody::PaymentReturned {
            payment: id,
            original: payment(0),
            uetr: uetr(id.0),
            content: ContentDigest(hasher.finalize()[..16].try_into().unwrap()),
            amounts: amounts(given, given, 85_568_600),
            of_original: amount(given),
            value_date: date("2022-03-15"),
            payout: Payout::AfterSettlement,
        },
    );
    story.at(19, 0);
    // Converted at the fixing before this day: 40,000.00 reais are 7,959.88 dollars.
    let positions = [(0, REAL, 4_000_000), (1, REAL, -4_000_000)];
    let results = vec![
        FxResult { member: member(0), currency: PESO, counterpart_minor: -85_568_600, settled_minor: -86_672_507 },
        FxResult { member: member(1), currency: REAL, counterpart_minor: 4_000_000, settled_minor: 3_999_999 },
    ];
    closes(story, closed("2022-03-15", 2, &positions, -795_988, results));
    story.close();
}

pub fn three_days() -> Story {
    let mut story = Story::new();
    story.found(&["USD", "ARS", "BRL"], &[("ARG", &[1]), ("BRA", &[2])], plans::push_open());
    joins(&mut story, 0, Stage::Net, false);
    joins(&mut story, 1, Stage::Net, false);
    first_day(&mut story);
    second_day(&mut story);
    third_day(&mut story);
    story
}

#[test]
fn the_published_day_nets_to_10_715_85_dollars_and_a_return_takes_the_rate_of_its_own_day() {
    let story = three_days();
    let model = audit(&story.events).unwrap();
    assert_eq!(model.digest(), story.model.digest());
    assert!(model.positions_sum_to_zero());
    let figures = model.figures(ARRANGEMENT).unwrap();
    assert_eq!(figures.pay_ins_minor, 1_071_585);
    assert_eq!(model.state_of(payment(0)), Some(PaymentState::PartlyReturned));
}

#[test]
fn an_open_price_is_void_when_either_side_is_suspended() {
    let mut story = Story::new();
    story.found(&["USD", "ARS", "BRL"], &[("ARG", &[1]), ("BRA", &[2])], plans::push_open());
    joins(&mut story, 0, Stage::Net, false);
    joins(&mut story, 1, Stage::Net, false);
    story.open("2022-03-11");
    story.at(10, 0);
    let mut orders = Vec::new();
    for (payer, payee) in [(0, 1), (1, 0)] {
        let order: Order = story.order(payer, payee, Payee, 100);
        orders.push(story.enter(&order, amounts(0, 100, 100), Disposition::AwaitingRate));
    }
    story.operator(EventBody::MemberSuspended { arrangement: ARRANGEMENT, member: member(0) });
    let body = EventBody::PaymentsEnded { arrangement: ARRANGEMENT, reason: EndReason::Void, payments: orders.clone() };
    story.operator(body);
    assert!(orders.iter().all(|order| story.model.state_of(*order) == Some(PaymentState::Cancelled)));
}
