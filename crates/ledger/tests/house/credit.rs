//! Credit by right in the house: tranches, deferral, obligatory credit, the pass-through; the fund, indices, interest.

use crate::house::{AGENT, ARRANGEMENT, House, OPERATOR, USD, amount, day};
use domain::command::{Command, CommandBody};
use domain::credit::{CycleClosedWithCredit, Holding, NetInParts};
use domain::limit::{LimitSetting, Scope};
use domain::{AccountKey, AccountKind, Actor, BookId, Date, EventBody, MemberId, Owner, Refusal};

const FAR_AHEAD: u64 = 1_000_000_000_00;

/// The text of a rulebook with tables added at its end, and parts of it replaced.
fn text(rulebook: &str, edits: &[(&str, &str)], added: &str) -> String {
    let mut text = rulebook::source(rulebook).expect("a built-in rulebook").to_owned();
    for (from, to) in edits {
        assert!(text.contains(from), "nothing to replace: {from}");
        text = text.replacen(from, to, 1);
    }
    text + "\n" + added
}

/// `caudal` with monthly tranches of quota, and a fund.
fn union(beyond: &str) -> String {
    let added = format!(
        r#"
[credit]
article = "EPU agreement, art. 11"
decompose = ["tranches"]
[credit.tranches]
article = "EPU agreement, art. 11"
cumulative = true
[[credit.tranches.schedules]]
article = "EPU agreement, art. 11"
from = 1950-07-01
debtor = [
    {{ up_to_percent = "20", asset_percent = "0" }}, {{ up_to_percent = "40", asset_percent = "20" }},
    {{ up_to_percent = "60", asset_percent = "40" }}, {{ up_to_percent = "80", asset_percent = "60" }},
    {{ up_to_percent = "100", asset_percent = "80" }},
]
debtor_beyond_percent = "100"
creditor = [{{ up_to_percent = "20", asset_percent = "0" }}, {{ up_to_percent = "100", asset_percent = "50" }}]
{beyond}
[quotas]
article = "EPU agreement, Table III"
by = "table"
[[quotas.tables]]
article = "EPU agreement, Table III"
from = 1950-07-01
in_units_of = 1000
[quotas.tables.amounts]
M0 = "320"
M1 = "360"
[fund]
article = "EPU: capital"
paid_in_percent_of_quota = "0"
callable_percent_of_quota = "0"
capital = "350000.00"
"#
    );
    text(
        "caudal",
        &[
            ("length = \"day\"", "length = \"months\"\nmonths = 1"),
            ("netting = \"multilateral\"", "netting = \"multilateral_with_history\""),
            (
                "[queue]",
                "[[limits]]\narticle = \"EPU agreement, art. 13\"\nscope = \"quota\"\nowner = \"council\"\n\
                 when_unset = \"zero\"\non_limit = \"pay_in_asset\"\nrefusal = \"SHARE_EXCEEDED\"\n\n[queue]",
            ),
        ],
        &added,
    )
}

/// Members with an institution each that may pay what it likes, and a day open.
fn open(source: &str, members: usize, date: &str) -> House {
    let mut house = House::under("caudal", source, &vec!["USD"; members]);
    for member in 0..members {
        let member = u16::try_from(member).unwrap();
        house.prefund(member, FAR_AHEAD);
        let share = Scope::InstitutionShare(domain::InstitutionId(u32::from(member) * 2));
        house.limit(member, share, FAR_AHEAD, day(date));
    }
    house.open_day(date);
    house
}

impl House {
    /// A payment between the first institutions of two members.
    fn pay(&mut self, from: u32, to: u32, minor: u64) {
        let order = self.usd(from * 2, to * 2, minor);
        self.enter(order);
    }

    fn last_close(&self) -> &CycleClosedWithCredit {
        let closed = self.events.iter().rev().find_map(|event| match &event.body {
            EventBody::CycleClosedWithCredit(close) => Some(close),
            _ => None,
        });
        closed.expect("a close with credit")
    }

    /// Cash and credit of each member in the last close with credit.
    fn parts(&self) -> Vec<(u16, i128, i128)> {
        let part = |part: &NetInParts| (part.member.0, part.cash_minor, part.credit_minor);
        self.last_close().parts.iter().map(part).collect()
    }

    fn in_arrangement(&self, owner: Owner, kind: AccountKind) -> i128 {
        let book = BookId::Arrangement(ARRANGEMENT);
        self.state.balance_minor(&AccountKey { book, owner, currency: USD, kind })
    }

    fn credit_of(&self, member: u16) -> i128 {
        self.in_arrangement(Owner::Member(MemberId(member)), AccountKind::Credit)
    }

    /// What the next open cycle closes with: to the end of its day.
    fn close(&mut self) {
        self.until("20:30");
    }

    fn fund(&mut self, member: Option<u16>, minor: u64, deposit: bool) -> Result<(), Refusal> {
        let (member, amount) = (member.map(MemberId), amount(minor));
        let body = CommandBody::MoveFund { arrangement: ARRANGEMENT, member, amount, deposit };
        match self.give(&Command::by(AGENT, body)) {
            ledger::Answer::Accepted { .. } => Ok(()),
            ledger::Answer::Refused { refusal, .. } => Err(refusal),
            other => panic!("{other:?}"),
        }
    }

    fn own_limit(&mut self, member: u16, scope: Scope, minor: u64, from: &str) {
        self.limit(member, scope, minor, day(from));
    }

    fn quota(&mut self, member: u16, minor: u64, from: &str) {
        let scope = Scope::Quota(MemberId(member));
        let setting = LimitSetting { arrangement: ARRANGEMENT, scope, maximum_minor: minor, effective: day(from) };
        self.operator(CommandBody::SetLimit(setting));
    }
}

const BY_DECISION: &str = "creditor_beyond = \"decision\"";

/// Arrangements 8.4: eight months of one member with a quota of 320 (here thousands of dollars), another on the other side
/// whose quota the operator set so high that all of its surplus is credit.
#[test]
fn eight_months_of_a_union_settle_by_the_cumulative_position() {
    let mut house = open(&union(BY_DECISION), 2, "2022-03-31");
    house.fund(None, 350_000_00, true).unwrap();
    house.quota(1, 100_000_000_00, "2022-03-31");
    let months = ["03-31", "04-29", "05-31", "06-30", "07-29", "08-31", "09-30", "10-31"];
    let nets = [-50, -100, -120, -80, 60, 200, 150, -40];
    let expected = [(0, -500), (-216, -784), (-664, -536), (-700, -100), (540, 60), (988, 1012), (52, 1448), (0, -400)];
    for ((date, net), (gold, credit)) in months.iter().zip(nets).zip(expected) {
        let date = format!("2022-{date}");
        if house.state.business_dates(ARRANGEMENT).0.is_none() {
            house.open_day(&date);
        }
        let thousands: i64 = net;
        let minor = thousands.unsigned_abs() * 1_000_00;
        if thousands < 0 {
            house.pay(0, 1, minor)
        } else {
            house.pay(1, 0, minor)
        }
        house.close();
        let tenths_of_thousand = 100_00;
        assert_eq!(house.parts()[0], (0, gold * tenths_of_thousand, credit * tenths_of_thousand), "{date}");
        house.settle();
        house.pay_out();
    }
    assert_eq!(house.credit_of(0), 20_000_00, "a surplus of 20 is all credit");
    assert_eq!(house.credit_of(1), -20_000_00);
    assert_eq!(house.in_arrangement(Owner::House, AccountKind::Fund), 350_000_00);
    house.audited();
}

#[test]
fn a_close_that_the_fund_cannot_pay_stops_by_name_until_it_is_topped_up() {
    // The other member has no quota: its surplus is gold beyond it, and the debtor pays none in its first slice.
    let source = union(BY_DECISION).replace("M1 = \"360\"\n", "");
    let mut house = open(&source, 2, "2022-03-31");
    house.fund(None, 30_000_00, true).unwrap();
    house.pay(0, 1, 50_000_00);
    house.close();
    let stops = |house: &House| {
        let stopped = house.events.iter().filter(|event| matches!(event.body, EventBody::CloseStopped { .. }));
        stopped.count()
    };
    assert_eq!(stops(&house), 1, "said once");
    let missing = house.events.iter().find_map(|event| match event.body {
        EventBody::CloseStopped { missing, .. } => Some(missing.get()),
        _ => None,
    });
    assert_eq!(missing, Some(20_000_00));
    assert_eq!(house.state.business_dates(ARRANGEMENT).0, Some(day("2022-03-31")), "the day stays open");
    house.until("20:40");
    assert_eq!(stops(&house), 1, "and not again");
    house.fund(None, 20_000_00, true).unwrap();
    house.until("20:50");
    assert_eq!(house.parts(), [(0, 0, -50_000_00), (1, 50_000_00, 0)]);
    assert_eq!(house.state.business_dates(ARRANGEMENT), (None, Some(day("2022-03-31"))));
    house.settle();
    assert_eq!(house.fund(None, 1, false), Err(Refusal::FundInUse), "it backs the debt of the other");
    house.audited();
}

#[test]
fn half_in_gold_from_a_date_on_and_members_without_a_quota_settle_in_gold() {
    let added = "creditor_beyond = \"percent\"\ncreditor_beyond_percent = \"50\"\n\
        [[credit.tranches.schedules]]\narticle = \"Protocol 5\"\nfrom = 2022-03-15\n\
        debtor = [{ up_to_percent = \"100\", asset_percent = \"50\" }]\ndebtor_beyond_percent = \"100\"\n\
        creditor = [{ up_to_percent = \"100\", asset_percent = \"50\" }]\ncreditor_beyond = \"decision\"\n\
        no_quota = [\"M2\"]\n";
    let mut house = open(&union(added), 3, "2022-03-31");
    house.fund(None, 350_000_00, true).unwrap();
    house.quota(2, 100_000_00, "2022-03-31");
    house.pay(0, 1, 10_000_01);
    house.pay(2, 1, 400);
    house.close();
    assert_eq!(house.parts(), [(0, -5_000_00, -5_000_01), (1, 5_002_00, 5_002_01), (2, -400, 0)]);
    house.audited();
}

/// Two debtors and two creditors of a period defer by the Automatic Payment Programme.
fn with_deferral() -> String {
    text(
        "caudal",
        &[
            ("length = \"day\"", "length = \"months\"\nmonths = 4"),
            (
                "[queue]",
                "[[limits]]\narticle = \"CPCR, Automatic Payment Programme\"\nscope = \"debts\"\nowner = \"member\"\n\
                 when_unset = \"zero\"\non_limit = \"pay_in_asset\"\nrefusal = \"SHARE_EXCEEDED\"\n\n[queue]",
            ),
        ],
        r#"
[credit]
article = "CPCR, Automatic Payment Programme"
decompose = ["instalments"]
[credit.instalments]
article = "CPCR, Automatic Payment Programme"
count = 4
every_months = 1
funded_by = "creditors_pro_rata"
bars_while_unpaid = true
[[interest]]
article = "CPCR, Automatic Payment Programme"
on = "instalments"
basis = "actual_360"
kind = "fixed"
rate_percent = "5.5"
rounding = "floor"
"#,
    )
}

/// Arrangements 2.8: nets of -40, +15, +40, -15.
#[test]
fn a_period_is_deferred_in_four_instalments_that_come_due_with_interest() {
    let mut house = open(&with_deferral(), 4, "2022-04-29");
    for member in [0, 3] {
        house.own_limit(member, Scope::Debts(MemberId(member)), FAR_AHEAD, "2022-04-29");
    }
    house.pay(0, 2, 40_00);
    house.pay(3, 1, 15_00);
    house.close();
    assert_eq!(house.parts(), [(0, 0, -40_00), (1, 0, 15_00), (2, 0, 40_00), (3, 0, -15_00)]);
    assert!(house.last_close().closed.legs.is_empty(), "nobody pays");
    let instalment = |member: u16, date: &str| Holding::instalment(MemberId(member), day(date));
    let changes = &house.last_close().changes;
    assert!(changes.contains(&(instalment(0, "2022-05-29"), -10_00)));
    assert!(changes.contains(&(instalment(3, "2022-08-29"), -3_75)));
    assert!(changes.contains(&(instalment(1, "2022-06-29"), 3_75)));
    assert!(changes.contains(&(instalment(2, "2022-07-29"), 10_00)));

    // At the next close all four are due, with interest for 124 days; a new deferral is barred.
    house.open_day("2022-08-31");
    house.pay(0, 2, 1_00);
    house.close();
    let close = house.last_close();
    let repaid: Vec<(u16, i128)> = close.repaid.iter().map(|(member, minor)| (member.0, *minor)).collect();
    assert_eq!(repaid, [(0, -40_00), (1, 15_00), (2, 40_00), (3, -15_00)]);
    // 40.00 x 124 days x 5.5 % / 360 = 0.7577…: what is rounded off stays with the house.
    let interest: Vec<(u16, i128)> = close.interest.iter().map(|(member, minor)| (member.0, *minor)).collect();
    assert_eq!(interest, [(0, -76), (1, 28), (2, 75), (3, -29)]);
    assert_eq!(house.parts(), [(0, -1_00, 0), (2, 1_00, 0)], "barred while unpaid");
    house.settle();
    assert!((0..4).all(|member| house.credit_of(member) == 0));
    assert_eq!(house.in_arrangement(Owner::House, AccountKind::Interest), 2);
    house.audited();
}

#[test]
fn who_has_not_asked_for_deferral_pays() {
    let mut house = open(&with_deferral(), 2, "2022-04-29");
    house.pay(0, 1, 40_00);
    house.close();
    let plain = house.events.iter().any(|event| matches!(event.body, EventBody::CycleClosed(_)));
    assert!(plain, "a close without credit is a close like any other");
    assert_eq!(house.last_nets(), [(0, -40_00), (1, 40_00)]);
    house.audited();
}

/// Arrangements 6.1, in dollars: Honduras (0) is owed by Guatemala, El Salvador and Nicaragua.
#[test]
fn obligatory_credit_is_apportioned_among_the_pairs_of_a_creditor() {
    let source = text(
        "caudal",
        &[
            ("is = \"house\"", "is = \"pair\""),
            ("netting = \"multilateral\"\nshows_pairs = true", "netting = \"bilateral\""),
        ],
        r#"
[credit]
article = "ECA study"
decompose = ["apportioned"]
[credit.apportioned]
article = "ECA study"
amount = "225000.00"
by = "bilateral_balances"
rounding = "largest_remainder"
step = "100.00"
"#,
    );
    let mut house = open(&source, 4, "2022-03-01");
    for (debtor, gross, back) in [(1, 1_898_000_00, 268_900_00), (2, 5_388_900_00, 679_000_00), (3, 5_000_00, 500_00)] {
        house.pay(debtor, 0, gross);
        house.pay(0, debtor, back);
    }
    house.close();
    let legs: Vec<(u16, u64)> = house
        .last_close()
        .closed
        .legs
        .iter()
        .filter(|leg| leg.pay_in)
        .map(|leg| (leg.member.0, leg.amount.get()))
        .collect();
    assert_eq!(legs, [(1, 1_571_300_00), (2, 4_542_900_00), (3, 4_300_00)]);
    let parts = house.parts();
    assert_eq!(parts[0], (0, 6_118_500_00, 225_000_00));
    assert_eq!(parts[2], (2, -4_542_900_00, -167_000_00));
    house.open_day("2022-03-02");
    house.settle();
    // Guatemala is owed 60 the next week: it uses its credit up, and Honduras now owes 2,200.
    house.pay(0, 1, 60_000_00);
    house.close();
    let change = |holding| house.last_close().changes.iter().find(|(found, _)| *found == holding).map(|(_, c)| *c);
    assert_eq!(change(Holding::pair(MemberId(1), MemberId(0))), Some(57_800_00 + 2_200_00));
    assert_eq!(house.credit_of(1), 2_200_00);
    assert_eq!((0..4).map(|member| house.credit_of(member)).sum::<i128>(), 0);
    house.audited();
}

/// The credit of `caudal`: claims first, half in cash, the rest passed through.
fn passed_through() -> String {
    let limit = |scope: &str, owner: &str| {
        format!(
            "[[limits]]\narticle = \"Caudal, rules 9 to 11\"\nscope = \"{scope}\"\nowner = \"{owner}\"\n\
             when_unset = \"zero\"\non_limit = \"pay_in_asset\"\nrefusal = \"SHARE_EXCEEDED\"\n\n"
        )
    };
    let limits = limit("quota", "council") + &limit("claims", "member") + &limit("debts", "member") + "[queue]";
    text(
        "caudal",
        &[("[queue]", &limits)],
        r#"
[[ladder]]
article = "Caudal, rule 13"
of = "debtor_limit"
at_percent = "90"
action = "no_new_credit"
[credit]
article = "Caudal, rules 10 and 11"
decompose = ["claims_first", "tranches", "pass_through"]
[credit.tranches]
article = "Caudal, rule 10"
cumulative = false
[[credit.tranches.schedules]]
article = "Caudal, rule 10"
from = 2020-01-01
debtor = [{ up_to_percent = "100", asset_percent = "50" }]
debtor_beyond_percent = "100"
creditor = [{ up_to_percent = "100", asset_percent = "0" }]
creditor_beyond = "decision"
[credit.pass_through]
article = "Caudal, rules 11 and 12"
repays_own_debt_first = true
debt_months = 6
repaid_in_quarters = 2
[quotas]
article = "Caudal, rule 9"
by = "share_of_average"
share_percent = "10"
average_of = "two_way_value"
average_years = 3
minimum = "2000000.00"
[[interest]]
article = "Caudal, rule 13"
on = "claims"
basis = "actual_360"
kind = "index"
index = "SOFR"
margin_percent = "0"
fallback_percent = "3.6"
rounding = "floor"
[[interest]]
article = "Caudal, rule 13"
on = "debts"
basis = "actual_360"
kind = "index"
index = "SOFR"
margin_percent = "0.5"
fallback_percent = "3.6"
rounding = "floor"
dearer_after_days = 90
dearer_percent = "1"
"#,
    )
}

/// Members 0 and 1 may owe with a quota of 200,000.00 each, members 1 and 2 may be owed.
fn swing(date: &str) -> House {
    let mut house = open(&passed_through(), 3, date);
    for member in [0, 1] {
        house.quota(member, 200_000_00, date);
        house.own_limit(member, Scope::Debts(MemberId(member)), FAR_AHEAD, date);
    }
    for member in [1, 2] {
        house.own_limit(member, Scope::Claims(MemberId(member)), FAR_AHEAD, date);
    }
    house
}

#[test]
fn half_a_deficit_is_credit_and_the_cash_of_the_day_is_passed_on() {
    let mut house = swing("2022-03-01");
    house.pay(0, 1, 30_000_00);
    house.pay(0, 2, 10_000_00);
    house.close();
    assert_eq!(house.parts(), [(0, -20_000_00, -20_000_00), (1, 15_000_00, 15_000_00), (2, 5_000_00, 5_000_00)]);
    assert!(house.last_close().changes.contains(&(Holding::lot(MemberId(0), day("2022-03-01")), -20_000_00)));
    house.open_day("2022-03-02");
    house.settle();
    // The second spends its claim before anything else; the first repays its own debt with its surplus. Its claim bought
    // 12,000 and half of the other 8,000 is credit; what the first repays is what the house owed the second.
    house.pay(1, 0, 15_000_00);
    house.close();
    assert_eq!(house.parts(), [(0, 0, 15_000_00), (1, 0, -15_000_00)]);
    assert_eq!((house.credit_of(0), house.credit_of(1), house.credit_of(2)), (-5_000_00, 0, 5_000_00));
    assert_eq!(house.in_arrangement(Owner::House, AccountKind::Interest), 20_000_00 * 5 / 1000 / 360 + 1);
    house.audited();
}

#[test]
fn credit_ends_at_nine_tenths_of_half_the_quota_and_at_what_creditors_take() {
    let mut house = swing("2022-03-01");
    house.pay(0, 2, 400_000_00);
    house.close();
    assert_eq!(house.parts(), [(0, -310_000_00, -90_000_00), (2, 310_000_00, 90_000_00)]);
    let mut house = swing("2022-03-01");
    house.own_limit(2, Scope::Claims(MemberId(2)), 1_000_00, "2022-03-01");
    house.pay(0, 2, 400_000_00);
    house.close();
    assert_eq!(house.parts(), [(0, -399_000_00, -1_000_00), (2, 399_000_00, 1_000_00)]);
    house.audited();
}

#[test]
fn who_has_not_opted_in_neither_owes_nor_is_owed() {
    let mut house = swing("2022-03-01");
    house.pay(2, 0, 10_00);
    house.close();
    assert!(house.events.iter().any(|event| matches!(event.body, EventBody::CycleClosed(_))));
    assert_eq!(house.last_nets(), [(0, 10_00), (2, -10_00)]);
    house.audited();
}

#[test]
fn a_suspended_member_gets_no_new_credit() {
    let mut house = swing("2022-03-01");
    house.pay(0, 2, 10_000_00);
    house.operator(CommandBody::Suspend { arrangement: ARRANGEMENT, member: MemberId(0) });
    house.close();
    assert_eq!(house.last_nets(), [(0, -10_000_00), (2, 10_000_00)]);
    house.audited();
}

#[test]
fn debt_of_six_months_is_repaid_in_two_quarters_and_the_claim_with_it() {
    let mut house = swing("2022-03-01");
    house.pay(0, 2, 20_000_00);
    house.close();
    house.open_day("2022-03-02");
    house.settle();
    house.close();
    // Six months: the debt of 10,000 becomes two instalments, due three and six months later.
    house.open_day("2022-09-01");
    house.close();
    let instalment = |date: &str| Holding::instalment(MemberId(0), day(date));
    let changes = house.last_close().changes.clone();
    assert!(changes.contains(&(instalment("2022-12-01"), -5_000_00)), "{changes:?}");
    assert!(changes.contains(&(instalment("2023-03-01"), -5_000_00)));
    assert!(house.last_close().repaid.is_empty());
    house.open_day("2022-12-01");
    house.settle();
    house.close();
    let repaid: Vec<(u16, i128)> = house.last_close().repaid.iter().map(|(m, minor)| (m.0, *minor)).collect();
    assert_eq!(repaid, [(0, -5_000_00), (2, 5_000_00)]);
    assert_eq!((house.credit_of(0), house.credit_of(2)), (-5_000_00, 5_000_00));
    house.open_day("2023-03-01");
    house.settle();
    house.close();
    assert_eq!((house.credit_of(0), house.credit_of(2)), (0, 0));
    house.open_day("2023-03-02");
    house.settle();
    house.close();
    // A year on 10,000, half of it for three months less: debts paid the margin more, and dearer after ninety days.
    let reserve = house.in_arrangement(Owner::House, AccountKind::Interest);
    let days = |from: &str, to: &str| i128::from(day(to).0 - day(from).0);
    let margin = 10_000_00 * 5 * days("2022-03-01", "2022-12-01") + 5_000_00 * 5 * days("2022-12-01", "2023-03-01");
    let dearer = 10_000_00 * 10 * days("2022-05-30", "2022-12-01") + 5_000_00 * 10 * days("2022-12-01", "2023-03-01");
    let exact = (margin + dearer) / 1000 / 360;
    assert!((exact..=exact + 2).contains(&reserve), "{reserve} is not {exact}");
    house.audited();
}

#[test]
fn an_index_holds_from_its_publication_and_the_fallback_until_then() {
    let mut house = swing("2022-03-01");
    house.pay(0, 2, 20_000_00);
    house.close();
    let publish =
        |index: &str| CommandBody::PublishIndex { arrangement: ARRANGEMENT, index: index.to_owned(), rate_ppm: 72_000 };
    assert_eq!(house.refused(OPERATOR, publish("SOFR")), Refusal::FourEyesMissing);
    assert_eq!(house.refused(Actor::member(MemberId(0), 1), publish("SOFR")), Refusal::NotAuthorised);
    house.open_day("2022-03-11");
    house.settle();
    let wrong = Command::approved(OPERATOR, crate::house::OTHER_OPERATOR, publish("EURIBOR"));
    let answer = house.give(&wrong);
    assert!(matches!(answer, ledger::Answer::Refused { refusal: Refusal::IndexNotInRulebook, .. }), "{answer:?}");
    house.operator(publish("SOFR"));
    house.close();
    house.open_day("2022-03-21");
    house.settle();
    house.close();
    let paid = |member: u16| -> i128 {
        let closes = house.events.iter().filter_map(|event| match &event.body {
            EventBody::CycleClosedWithCredit(close) => Some(close),
            _ => None,
        });
        closes.flat_map(|close| &close.interest).filter(|(of, _)| of.0 == member).map(|(_, minor)| minor).sum()
    };
    // 10,000 for ten days at 3.6 % and ten at 7.2 %: 10.00 and 20.00; the debtor pays half a per cent more: 2.777….
    assert_eq!((paid(2), paid(0)), (30_00, -32_78));
    house.audited();
}

#[test]
fn contributions_to_the_fund_come_back_when_nothing_rests_on_them() {
    let mut house = swing("2022-03-01");
    house.fund(Some(2), 500, true).unwrap();
    assert_eq!(house.fund(Some(0), 1, false), Err(Refusal::FundInUse), "it paid nothing in");
    assert_eq!(house.fund(Some(2), 501, false), Err(Refusal::FundInUse));
    let (member, stage) = (MemberId(2), domain::event::Stage::Shadow);
    let back = CommandBody::Join { arrangement: ARRANGEMENT, member, stage, payout_at_clearing: false };
    assert_eq!(house.refused(Actor::member(member, 1), back), Refusal::MemberNotFlat);
    house.fund(Some(2), 500, false).unwrap();
    let mut plain = House::new("cpcr", &["USD", "USD"]);
    assert_eq!(plain.fund(None, 1, true), Err(Refusal::NoCreditInRulebook));
    house.audited();
}

#[test]
fn dates_of_instalments_fall_on_the_last_day_of_a_short_month() {
    assert_eq!(day("2022-10-31").plus_months(4), day("2023-02-28"));
    assert_eq!(Date::parse("2024-01-31").unwrap().plus_months(1), day("2024-02-29"));
}

#[test]
fn who_can_draw_what_today_is_one_read() {
    use ledger::facilities::{Condition, Facility, FacilityKind};
    let mut house = swing("2022-03-01");
    house.pay(0, 2, 20_000_00);
    house.close();
    house.open_day("2022-03-02");
    house.settle();
    house.own_limit(2, Scope::Claims(MemberId(2)), 50_000_00, "2022-03-02");
    house.own_limit(1, Scope::Claims(MemberId(1)), 7_000_00, "2022-03-02");
    let all = house.state.facilities(ARRANGEMENT);
    let of = |member: u16, kind: FacilityKind| -> &Facility {
        all.iter().find(|facility| facility.member.0 == member && facility.kind == kind).expect("a facility")
    };
    let credit = of(0, FacilityKind::Credit);
    // Half of a quota of 200,000.00; 10,000.00 drawn; the ladder stops at nine tenths.
    assert_eq!(
        (credit.limit_minor, credit.drawn_minor, credit.room_minor),
        (Some(100_000_00), 10_000_00, Some(80_000_00))
    );
    assert_eq!(credit.maturity, Some(day("2022-12-01")), "six months and a quarter after the day of the debt");
    assert_eq!(
        credit.conditions,
        [Condition::AssetShare { ppm: 500_000 }, Condition::OthersTake { minor: 47_000_00 },]
    );
    let given = of(2, FacilityKind::CreditGiven);
    assert_eq!((given.limit_minor, given.drawn_minor, given.room_minor), (Some(50_000_00), 10_000_00, Some(40_000_00)));
    assert_eq!(of(2, FacilityKind::Credit).conditions[0], Condition::NotOptedIn);
    let cap = of(1, FacilityKind::Cap);
    assert_eq!((cap.limit_minor, cap.drawn_minor), (Some(FAR_AHEAD), 0));
    house.operator(CommandBody::Suspend { arrangement: ARRANGEMENT, member: MemberId(0) });
    let suspended = house.state.facilities(ARRANGEMENT);
    assert!(suspended.iter().filter(|f| f.member.0 == 0).all(|f| f.room_minor == Some(0)));
    house.audited();
}

#[test]
fn what_a_deferral_and_an_obligatory_credit_leave_is_shown() {
    use ledger::facilities::{Condition, FacilityKind};
    let mut house = open(&with_deferral(), 2, "2022-04-29");
    house.own_limit(0, Scope::Debts(MemberId(0)), 100_00, "2022-04-29");
    house.pay(0, 1, 40_00);
    house.close();
    let all = house.state.facilities(ARRANGEMENT);
    let credit = all.iter().find(|facility| facility.kind == FacilityKind::Credit).expect("its deferral");
    assert_eq!((credit.limit_minor, credit.drawn_minor, credit.room_minor), (Some(100_00), 40_00, Some(0)));
    assert_eq!(
        (credit.maturity, credit.conditions.as_slice()),
        (Some(day("2022-05-29")), [Condition::DeferralUnpaid].as_slice())
    );
    house.audited();
}

mod any_history {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

        /// Any days of payments under any of the sequences: the books balance, the auditor comes to the same state, claims
        /// and debts of a pass-through sum to zero.
        #[test]
        fn keeps_the_auditor_and_the_books_in_step(
            part in 0_usize..3,
            days in proptest::collection::vec(
                proptest::collection::vec((0_u32..3, 0_u32..3, 1_u64..40_000_00), 0..4), 1..12),
            quotas in proptest::collection::vec(0_u64..200_000_00, 3),
            claims in proptest::collection::vec(0_u64..40_000_00, 3),
            gap in 1_i32..60,
        ) {
            let sources = [passed_through(), with_deferral(), union(BY_DECISION)];
            let mut date = day("2022-03-31");
            let mut house = open(&sources[part], 3, &date.to_string());
            house.fund(None, FAR_AHEAD, true).unwrap();
            for member in 0..3_u16 {
                let index = usize::from(member);
                if part == 0 {
                    house.quota(member, quotas[index], &date.to_string());
                    house.own_limit(member, Scope::Claims(MemberId(member)), claims[index], &date.to_string());
                }
                if part < 2 {
                    house.own_limit(member, Scope::Debts(MemberId(member)), quotas[index], &date.to_string());
                }
            }
            for payments in days {
                if house.state.business_dates(ARRANGEMENT).0.is_none() {
                    house.open_day(&date.to_string());
                }
                house.settle();
                for (from, to, minor) in payments.into_iter().filter(|(from, to, _)| from != to) {
                    house.pay(from, to, minor);
                }
                house.close();
                let credit: i128 = (0..3).map(|member| house.credit_of(member)).sum();
                prop_assert!(part == 2 || credit == 0, "claims and debts sum to {credit}");
                date = date.plus_days(gap);
                while date.is_weekend() {
                    date = date.plus_days(1);
                }
            }
            house.audited();
        }
    }
}

/// The rulebook itself, as it comes with the program.
#[test]
fn caudal_with_swing_credit_parts_a_day_for_those_who_opted_in() {
    let date = "2022-03-01";
    let mut house = open(rulebook::source("caudal-credit").expect("a built-in rulebook"), 3, date);
    for member in [0, 1] {
        house.quota(member, 200_000_00, date);
    }
    house.own_limit(0, Scope::Debts(MemberId(0)), FAR_AHEAD, date);
    house.own_limit(2, Scope::Claims(MemberId(2)), FAR_AHEAD, date);
    house.pay(0, 2, 40_000_00);
    house.pay(1, 2, 10_000_00);
    house.close();
    // The second has a quota and did not opt in: it pays. The first owes half of its own.
    assert_eq!(house.parts(), [(0, -20_000_00, -20_000_00), (1, -10_000_00, 0), (2, 30_000_00, 20_000_00)]);
    house.open_day("2022-03-02");
    house.settle();
    house.pay_out();
    house.close();
    house.audited();
}
