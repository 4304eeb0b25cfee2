//! A reserve fund in the house: what may be drawn, what comes back when, and what is refused.

use crate::house::{AGENT, ARRANGEMENT, House, OPERATOR, OTHER_OPERATOR, USD, amount, day, rate};
use domain::command::{Command, CommandBody};
use domain::credit::CreditRate;
use domain::event::{Quote, Stage};
use domain::ids::DrawingId;
use domain::plan::Plan;
use domain::reserve::{ReserveAgainst, ReserveBase, ReserveGrant, ReserveLine, ReserveRule};
use domain::{AccountKey, AccountKind, Actor, BookId, CurrencyId, MemberId, Owner, Refusal};
use ledger::facilities::{Condition, Facility, FacilityKind};
use money::{DayCount, Rounding};

const BRL: CurrencyId = CurrencyId(2);

fn line(name: &str, against: ReserveAgainst, granted_by: ReserveGrant) -> ReserveLine {
    ReserveLine {
        name: name.to_owned(),
        against,
        granted_by,
        share_ppm: 1_000_000,
        not_for: Vec::new(),
        months: 6,
        grace_months: 0,
        instalments: 2,
        renewals: 1,
        rate: CreditRate::Fixed { ppm: 36_000 },
        basis: DayCount::Actual360,
        rounding: Rounding::HalfUp,
    }
}

/// Two and a half times what was paid in, 2.6 for the second member; a line by right, one by decision that may take half and
/// that the third member does not have, and swaps.
fn fund(plan: &mut Plan) {
    let support = line("support", ReserveAgainst::Promise, ReserveGrant::Decision);
    plan.additions.reserve = Some(Box::new(ReserveRule {
        base: ReserveBase::PaidIn,
        commitments: Vec::new(),
        multiple_ppm: 2_500_000,
        exceptions: vec![("M1".to_owned(), 2_600_000)],
        lines: vec![
            line("liquidity", ReserveAgainst::Promise, ReserveGrant::Right),
            ReserveLine { share_ppm: 500_000, not_for: vec!["M2".to_owned()], ..support },
            line("swap", ReserveAgainst::Currency, ReserveGrant::Right),
        ],
    }));
}

fn house() -> House {
    let mut house = House::with_plan("caudal", &[("M0", "ARS"), ("M1", "BRL"), ("M2", "USD")], fund);
    house.open_day("2022-03-01");
    house.pays_in(0, 250_00);
    house.pays_in(1, 250_00);
    house.moves(None, 10_000_00, true).unwrap();
    house
}

impl House {
    fn answered(&mut self, command: &Command) -> Result<(), Refusal> {
        match self.give(command) {
            ledger::Answer::Accepted { .. } => Ok(()),
            ledger::Answer::Refused { refusal, .. } => Err(refusal),
            other => panic!("{other:?}"),
        }
    }

    fn moves(&mut self, member: Option<u16>, minor: u64, deposit: bool) -> Result<(), Refusal> {
        let (member, amount) = (member.map(MemberId), amount(minor));
        self.answered(&Command::by(AGENT, CommandBody::MoveFund { arrangement: ARRANGEMENT, member, amount, deposit }))
    }

    fn pays_in(&mut self, member: u16, minor: u64) {
        self.moves(Some(member), minor, true).unwrap();
    }

    fn draws(&mut self, member: u16, line: &str, minor: u64) -> Result<DrawingId, Refusal> {
        let (id, line, amount) = (MemberId(member), line.to_owned(), amount(minor));
        let against = (line == "swap").then_some(BRL);
        let body =
            CommandBody::DrawReserve { arrangement: ARRANGEMENT, member: id, line: line.clone(), amount, against };
        let command = match line.as_str() {
            "support" => Command::approved(OPERATOR, OTHER_OPERATOR, body),
            _ => Command::by(Actor::member(id, 1), body),
        };
        self.answered(&command)?;
        Ok(self.state.drawings(ARRANGEMENT).last().expect("what was drawn").drawing)
    }

    fn drawing_moves(&mut self, drawing: DrawingId, minor: u64, repaid: bool) -> Result<(), Refusal> {
        let amount = amount(minor);
        self.answered(&Command::by(
            AGENT,
            CommandBody::MoveDrawing { arrangement: ARRANGEMENT, drawing, amount, repaid },
        ))
    }

    fn renews(&mut self, member: u16, drawing: DrawingId) -> Result<(), Refusal> {
        let body = CommandBody::RenewDrawing { arrangement: ARRANGEMENT, drawing };
        self.answered(&Command::by(Actor::member(MemberId(member), 1), body))
    }

    fn lent(&mut self, member: u16, line: &str, minor: u64) -> DrawingId {
        let drawing = self.draws(member, line, minor).unwrap();
        self.drawing_moves(drawing, minor, false).unwrap();
        drawing
    }

    fn goes_to(&mut self, date: &str) {
        self.until("20:30");
        self.open_day(date);
    }

    fn balance(&self, owner: Owner, currency: CurrencyId, kind: AccountKind) -> i128 {
        let book = BookId::Arrangement(ARRANGEMENT);
        self.state.balance_minor(&AccountKey { book, owner, currency, kind })
    }

    fn access(&self, member: u16, kind: FacilityKind) -> Facility {
        let all = self.state.facilities(ARRANGEMENT);
        all.into_iter().find(|found| found.member.0 == member && found.kind == kind).expect("a facility")
    }
}

#[test]
fn ceilings_hold_over_all_lines_on_each_line_and_by_what_the_fund_has() {
    let mut house = house();
    assert_eq!(house.draws(2, "liquidity", 1), Err(Refusal::NoContribution));
    house.pays_in(2, 10_000_00);
    assert_eq!(house.draws(2, "support", 1), Err(Refusal::ReserveLineUnknown), "the line is not for it");
    assert_eq!(house.draws(0, "of nobody", 1), Err(Refusal::ReserveLineUnknown));
    house.lent(0, "liquidity", 400_00);
    house.lent(1, "liquidity", 400_00);
    assert_eq!(house.draws(0, "liquidity", 225_01), Err(Refusal::TotalCeiling), "625.00, of which 400.00 are drawn");
    assert_eq!(house.draws(0, "support", 225_01), Err(Refusal::TotalCeiling), "over all lines");
    assert_eq!(house.draws(1, "support", 250_01), Err(Refusal::TotalCeiling), "650.00 for the exception");
    let mut other = self::house();
    assert_eq!(other.draws(0, "support", 312_51), Err(Refusal::LineCeiling), "half of 625.00");
    assert!(other.draws(0, "support", 312_50).is_ok());
    house.draws(0, "liquidity", 225_00).unwrap();
    house.draws(1, "support", 250_00).unwrap();
    // 20,500.00 in the fund, of which 1,275.00 are lent.
    assert_eq!(house.draws(2, "liquidity", 19_225_01), Err(Refusal::FundShort));
    assert!(house.draws(2, "liquidity", 19_225_00).is_ok());
    house.audited();
    other.audited();
}

#[test]
fn the_member_draws_by_right_and_the_operator_enters_what_was_decided() {
    let mut house = house();
    let draw = |line: &str| CommandBody::DrawReserve {
        arrangement: ARRANGEMENT,
        member: MemberId(0),
        line: line.to_owned(),
        amount: amount(1_00),
        against: None,
    };
    let mut by = |actor: Actor, line: &str| house.refused(actor, draw(line));
    assert_eq!(by(Actor::member(MemberId(0), 1), "support"), Refusal::NotAuthorised);
    assert_eq!(by(Actor::member(MemberId(1), 1), "liquidity"), Refusal::NotAuthorised);
    assert_eq!(by(OPERATOR, "liquidity"), Refusal::NotAuthorised);
    assert_eq!(by(OPERATOR, "support"), Refusal::FourEyesMissing);
    let loan = house.draws(0, "support", 1_00).unwrap();
    let renewal = CommandBody::RenewDrawing { arrangement: ARRANGEMENT, drawing: loan };
    assert_eq!(house.refused(Actor::member(MemberId(0), 1), renewal.clone()), Refusal::NotAuthorised);
    house.operator(renewal);
    house.audited();
}

#[test]
fn a_payment_meets_interest_first_and_then_the_earliest_instalments() {
    let mut house = house();
    let loan = house.draws(0, "liquidity", 100_01).unwrap();
    let owed = |house: &House| house.state.drawings(ARRANGEMENT)[0].instalments.clone();
    assert_eq!(owed(&house), [(day("2022-06-01"), 50_01), (day("2022-09-01"), 50_00)]);
    assert_eq!(house.drawing_moves(loan, 1, true), Err(Refusal::DrawingMismatch), "it was not paid out");
    assert_eq!(house.drawing_moves(loan, 100_00, false), Err(Refusal::DrawingMismatch), "all of it or nothing");
    house.drawing_moves(loan, 100_01, false).unwrap();
    assert_eq!(house.drawing_moves(loan, 100_01, false), Err(Refusal::DrawingMismatch), "once");
    house.goes_to("2022-03-31");
    // 100.01 for 30 days at 3.6 %: 0.30003.
    house.drawing_moves(loan, 20, true).unwrap();
    assert_eq!(owed(&house)[0].1, 50_01, "interest alone");
    house.drawing_moves(loan, 60_10, true).unwrap();
    assert_eq!(owed(&house), [(day("2022-09-01"), 40_01)], "0.10 of interest, the first instalment, 9.99 of the next");
    house.goes_to("2022-05-02");
    // 40.01 for 32 days: 0.128032, and 0.00003 of before.
    assert_eq!(house.drawing_moves(loan, 40_15, true), Err(Refusal::DrawingMismatch), "more than is owed");
    house.drawing_moves(loan, 40_14, true).unwrap();
    assert!(house.state.drawings(ARRANGEMENT).is_empty());
    assert_eq!(house.balance(Owner::House, USD, AccountKind::Interest), 43);
    assert_eq!(house.balance(Owner::Member(MemberId(0)), USD, AccountKind::Reserve), 0);
    house.audited();
}

#[test]
fn who_does_not_pay_an_instalment_on_its_day_draws_and_renews_nothing_until_it_has() {
    let mut house = house();
    let first = house.lent(0, "liquidity", 100_00);
    let second = house.lent(1, "liquidity", 100_00);
    house.renews(1, second).unwrap();
    assert_eq!(house.renews(1, second), Err(Refusal::NotRenewable), "once");
    assert_eq!(house.state.drawings(ARRANGEMENT)[1].instalments[0].0, day("2022-12-01"), "six months later");
    house.goes_to("2022-06-01");
    assert_eq!(house.state.overdue_since(ARRANGEMENT, MemberId(0)), None, "it may be paid all day");
    assert!(house.draws(0, "liquidity", 1_00).is_ok());
    house.goes_to("2022-06-02");
    assert_eq!(house.state.overdue_since(ARRANGEMENT, MemberId(0)), Some(day("2022-06-01")));
    assert_eq!(house.draws(0, "liquidity", 1_00), Err(Refusal::DrawingOverdue));
    assert_eq!(house.renews(0, first), Err(Refusal::DrawingOverdue));
    let access = house.access(0, FacilityKind::ReserveLine { line: 0 });
    assert_eq!((access.room_minor, access.maturity), (Some(0), Some(day("2022-06-01"))));
    assert!(access.conditions.contains(&Condition::DrawingOverdue { since: day("2022-06-01") }));
    assert!(house.draws(1, "liquidity", 1_00).is_ok(), "others go on");
    // 93 days at 3.6 %: 0.93; and the first instalment.
    house.drawing_moves(first, 50_93, true).unwrap();
    assert!(house.renews(0, first).is_ok());
    house.audited();
}

#[test]
fn a_swap_comes_back_at_its_own_rate_and_in_proportion() {
    let mut house = house();
    assert_eq!(house.draws(1, "swap", 100_00), Err(Refusal::RateMissing));
    house.quote(1, 2, Quote::TwoSided { buy: rate("5.0000"), sell: rate("5.0017") });
    let swap = house.draws(1, "swap", 100_00).unwrap();
    let held = |house: &House| house.balance(Owner::House, BRL, AccountKind::SwapHeld);
    assert_eq!(held(&house), 0, "nothing is given before the dollars are paid out");
    house.drawing_moves(swap, 100_00, false).unwrap();
    assert_eq!(held(&house), 500_17);
    house.quote(1, 2, Quote::TwoSided { buy: rate("6.0000"), sell: rate("6.0100") });
    house.drawing_moves(swap, 33_33, true).unwrap();
    // 66.67 of 100.00: 333.463…, up.
    assert_eq!(held(&house), 333_47);
    house.drawing_moves(swap, 66_67, true).unwrap();
    assert_eq!((held(&house), house.balance(Owner::Member(MemberId(1)), BRL, AccountKind::SwapHeld)), (0, 0));
    // A line is drawn as it lends: a swap against something, a loan against nothing.
    let draw = |line: &str, against| CommandBody::DrawReserve {
        arrangement: ARRANGEMENT,
        member: MemberId(1),
        line: line.to_owned(),
        amount: amount(1),
        against,
    };
    let member = Actor::member(MemberId(1), 1);
    assert_eq!(house.refused(member, draw("swap", None)), Refusal::ReserveLineUnknown);
    assert_eq!(house.refused(member, draw("liquidity", Some(BRL))), Refusal::ReserveLineUnknown);
    assert_eq!(house.refused(member, draw("swap", Some(CurrencyId(1)))), Refusal::RateMissing, "another's currency");
    house.audited();
}

#[test]
fn a_contribution_on_which_a_drawing_rests_stays_and_who_owes_does_not_leave() {
    let mut house = house();
    let loan = house.lent(0, "liquidity", 400_00);
    house.moves(Some(0), 90_00, false).unwrap();
    assert_eq!(house.moves(Some(0), 1, false), Err(Refusal::FundInUse), "160.00 times 2.5");
    let member = Actor::member(MemberId(0), 1);
    let back = CommandBody::Join {
        arrangement: ARRANGEMENT,
        member: MemberId(0),
        stage: Stage::Shadow,
        payout_at_clearing: false,
    };
    assert_eq!(house.refused(member, back.clone()), Refusal::MemberNotFlat);
    house.drawing_moves(loan, 400_00, true).unwrap();
    house.moves(Some(0), 160_00, false).unwrap();
    house.accepted(member, back);
    assert_eq!(house.draws(0, "liquidity", 1), Err(Refusal::MemberStageTooEarly));
    house.audited();
}

#[test]
fn a_suspended_member_draws_nothing_is_paid_nothing_and_may_repay() {
    let mut house = house();
    let paid_out = house.lent(0, "liquidity", 100_00);
    let waiting = house.draws(0, "liquidity", 50_00).unwrap();
    house.operator(CommandBody::Suspend { arrangement: ARRANGEMENT, member: MemberId(0) });
    assert_eq!(house.draws(0, "liquidity", 1), Err(Refusal::Suspended));
    assert_eq!(house.drawing_moves(waiting, 50_00, false), Err(Refusal::SettlementBlocked));
    house.drawing_moves(paid_out, 100_00, true).unwrap();
    let access = house.access(0, FacilityKind::Reserve);
    assert_eq!((access.drawn_minor, access.room_minor), (50_00, Some(0)));
    house.audited();
}

#[test]
fn who_can_draw_what_of_the_fund_is_in_the_one_read() {
    let mut house = house();
    house.lent(0, "liquidity", 400_00);
    let all = house.access(0, FacilityKind::Reserve);
    assert_eq!((all.limit_minor, all.drawn_minor, all.room_minor), (Some(625_00), 400_00, Some(225_00)));
    assert_eq!(all.maturity, Some(day("2022-06-01")));
    let support = house.access(0, FacilityKind::ReserveLine { line: 1 });
    assert_eq!((support.limit_minor, support.drawn_minor), (Some(312_50), 0));
    assert_eq!((support.room_minor, support.conditions), (Some(225_00), vec![Condition::ByDecision]));
    let swap = house.access(1, FacilityKind::ReserveLine { line: 2 });
    assert_eq!((swap.room_minor, swap.conditions), (Some(650_00), vec![Condition::AgainstOwnCurrency]));
    let nothing = house.access(2, FacilityKind::Reserve);
    assert_eq!((nothing.limit_minor, nothing.conditions), (Some(0), vec![Condition::NotContributing]));
    assert!(
        house
            .state
            .facilities(ARRANGEMENT)
            .iter()
            .all(|f| (f.member.0, f.kind) != (2, FacilityKind::ReserveLine { line: 1 }))
    );
    house.moves(None, 9_900_00, false).unwrap();
    house.moves(Some(1), 125_00, false).unwrap();
    // 10,500.00 paid in, 10,025.00 taken out, 400.00 lent.
    let left = house.access(0, FacilityKind::Reserve);
    assert_eq!((left.room_minor, left.conditions), (Some(75_00), vec![Condition::FundHolds { minor: 75_00 }]));
    let none = House::new("cpcr", &["USD", "USD"]);
    assert!(none.state.drawings(ARRANGEMENT).is_empty());
    house.audited();
}

#[test]
fn without_a_fund_that_lends_there_is_nothing_to_draw() {
    let mut house = House::new("caudal", &["ARS", "BRL"]);
    house.open_day("2022-03-01");
    assert_eq!(house.draws(0, "liquidity", 1), Err(Refusal::NoCreditInRulebook));
    assert_eq!(house.renews(0, DrawingId(0)), Err(Refusal::DrawingMismatch));
    assert_eq!(house.drawing_moves(DrawingId(7), 1, true), Err(Refusal::DrawingMismatch));
    house.audited();
}
