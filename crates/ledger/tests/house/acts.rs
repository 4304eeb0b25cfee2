//! Acts of the operator: each with a reason and four eyes, each within its bounds.

use crate::house::{ARRANGEMENT, House, OPERATOR, OTHER_OPERATOR, day};
use domain::command::{Command, CommandBody};
use domain::event::EventBody;
use domain::limit::Scope;
use domain::plan::DayStep;
use domain::{CycleId, InstitutionId, PaymentState, Refusal};
use ledger::Answer;

fn house() -> House {
    let mut house = House::new("caudal", &["USD", "USD"]);
    for member in 0..2 {
        house.prefund(member, 100_000);
        house.limit(member, Scope::InstitutionShare(InstitutionId(u32::from(member) * 2)), 50_000, day("2022-03-01"));
    }
    house.open_day("2022-03-10");
    house
}

fn reason() -> String {
    "the line of a member is down".to_owned()
}

fn refused(house: &mut House, body: CommandBody) -> Refusal {
    match house.give(&Command::approved(OPERATOR, OTHER_OPERATOR, body)) {
        Answer::Refused { refusal, .. } => refusal,
        other => panic!("{other:?}"),
    }
}

fn extend(from_step: DayStep, by_s: u32) -> CommandBody {
    CommandBody::ExtendDay { arrangement: ARRANGEMENT, from_step, by_s, reason: reason() }
}

#[test]
fn a_cut_off_is_extended_with_what_comes_after_it_and_not_without_bounds() {
    let mut house = house();
    house.until("19:00");
    let without = Command::by(OPERATOR, extend(DayStep::EntryCutOff, 60));
    let Answer::Refused { refusal, .. } = house.give(&without) else { panic!() };
    assert_eq!(refusal, Refusal::FourEyesMissing);
    let silent = CommandBody::ExtendDay {
        arrangement: ARRANGEMENT,
        from_step: DayStep::EntryCutOff,
        by_s: 60,
        reason: String::new(),
    };
    assert_eq!(refused(&mut house, silent), Refusal::TextInvalid);
    assert_eq!(refused(&mut house, extend(DayStep::EntryOpens, 60)), Refusal::StepPassed);
    assert_eq!(refused(&mut house, extend(DayStep::EntryCutOff, 0)), Refusal::MoveTooFar);
    assert_eq!(refused(&mut house, extend(DayStep::EntryCutOff, 4 * 3_600 + 1)), Refusal::MoveTooFar);
    house.operator(extend(DayStep::EntryCutOff, 3_600));
    house.until("20:31");
    assert_eq!(house.state.business_dates(ARRANGEMENT).0, Some(day("2022-03-10")), "the close has moved as well");
    let order = house.usd(0, 2, 60_000);
    let queued = house.enter(order);
    assert_eq!(house.state_of(queued), PaymentState::Queued, "what waits may enter until the new cut-off");
    assert_eq!(refused(&mut house, extend(DayStep::Close, 3 * 3_600 + 1)), Refusal::MoveTooFar, "in all");
    house.until("21:31");
    assert_eq!(house.state.business_dates(ARRANGEMENT).0, None);
    assert_eq!(refused(&mut house, extend(DayStep::Close, 60)), Refusal::DayNotOpen);
    house.audited();
}

#[test]
fn a_holiday_moves_the_settlement_and_no_day_opens() {
    let mut house = house();
    house.until("12:05");
    let order = house.usd(0, 2, 10_000);
    house.enter(order);
    house.until("20:31");
    assert_eq!(house.state.settlement_legs(ARRANGEMENT)[0].settle_on, day("2022-03-11"));
    let holiday = |date: &str, closed| CommandBody::SetHoliday {
        arrangement: ARRANGEMENT,
        date: day(date),
        closed,
        reason: reason(),
    };
    assert_eq!(refused(&mut house, holiday("2022-03-10", true)), Refusal::EffectiveDatePast);
    house.operator(holiday("2022-03-11", true));
    assert!(house.state.settlement_legs(ARRANGEMENT).iter().all(|leg| leg.settle_on == day("2022-03-14")));
    assert!(!house.state.is_open_for_business(ARRANGEMENT, day("2022-03-11")));
    house.operator(holiday("2022-03-11", false));
    assert!(house.state.is_open_for_business(ARRANGEMENT, day("2022-03-11")));
    house.audited();
}

#[test]
fn a_pay_in_is_moved_to_a_day_on_which_a_net_settles() {
    let mut house = house();
    house.until("12:05");
    let order = house.usd(0, 2, 10_000);
    house.enter(order);
    house.until("20:31");
    let to = |date: &str| CommandBody::MovePayIn {
        arrangement: ARRANGEMENT,
        cycle: CycleId(0),
        settle_on: day(date),
        reason: reason(),
    };
    for (date, refusal) in [
        ("2022-03-12", Refusal::NotABusinessDay),
        ("2022-03-09", Refusal::EffectiveDatePast),
        ("2022-03-11", Refusal::MoveTooFar),
        ("2022-04-11", Refusal::MoveTooFar),
    ] {
        assert_eq!(refused(&mut house, to(date)), refusal, "{date}");
    }
    house.operator(to("2022-03-15"));
    assert!(house.state.settlement_legs(ARRANGEMENT).iter().all(|leg| leg.settle_on == day("2022-03-15")));
    house.settle();
    assert_eq!(refused(&mut house, to("2022-03-16")), Refusal::CycleUnknown, "it is final");
    house.audited();
}

#[test]
fn a_run_is_skipped_or_made_now() {
    let mut house = house();
    house.until("12:05");
    let waits: Vec<_> = [(0, 2), (2, 0)].map(|(payer, payee)| house.usd(payer, payee, 60_000)).into();
    let first = house.enter(waits[0].clone());
    let move_run = |now| CommandBody::MoveRun { arrangement: ARRANGEMENT, now, reason: reason() };
    house.operator(move_run(false));
    house.until("12:11");
    let frozen =
        |house: &House| house.events.iter().filter(|event| matches!(event.body, EventBody::RunFrozen { .. })).count();
    assert_eq!(frozen(&house), 0, "the run of 12:10 was skipped");
    let second = house.enter(waits[1].clone());
    house.operator(move_run(true));
    house.until("12:12");
    assert_eq!(frozen(&house), 1);
    for payment in [first, second] {
        assert_eq!(house.state_of(payment), PaymentState::Cleared);
    }
    house.audited();
}
