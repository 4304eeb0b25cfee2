use super::*;
use crate::region::InstitutionIndex;

const HOUR_S: u32 = 3_600;

fn plan(name: &str) -> Plan {
    rulebook::parse(name, rulebook::source(name).unwrap()).unwrap().compile().unwrap()
}

fn agenda(plan: &Plan, business_day: bool, tickets: &[Ticket]) -> Vec<(String, Action)> {
    let times = LocalTimes::of(&plan.day).unwrap();
    let date = Date::parse("2024-03-05").unwrap();
    let entries = of_date(plan, &times, date, business_day, tickets, date.start().plus_us(-SECOND_US));
    assert!(entries.windows(2).all(|pair| pair[1].at.0 - pair[0].at.0 >= GAP_US), "{entries:?}");
    entries.into_iter().map(|entry| (entry.at.to_string()[11..19].to_owned(), entry.action)).collect()
}

fn ticket(ordinal: u64, time: &str) -> Ticket {
    let (hours, minutes) = (time[..2].parse::<i64>().unwrap(), time[3..5].parse::<i64>().unwrap());
    let at = Date::parse("2024-03-05").unwrap().start().plus_us((hours * 60 + minutes) * 60 * SECOND_US + 1);
    Ticket { ordinal, at, usd_cents: 1, payer: InstitutionIndex(0), payee: InstitutionIndex(3) }
}

fn at(agenda: &[(String, Action)], wanted: &Action) -> Vec<String> {
    agenda.iter().filter(|(_, action)| action == wanted).map(|(at, _)| at.clone()).collect()
}

#[test]
fn a_day_with_a_queue_has_its_runs_its_last_run_and_its_close() {
    let agenda = agenda(&plan("caudal"), true, &[]);
    let pulses = at(&agenda, &Action::Pulse);
    assert_eq!(pulses.len(), 49 + 2);
    assert_eq!((pulses[0].as_str(), pulses[48].as_str()), ("12:00:00", "20:00:00"));
    assert_eq!(pulses[49..], ["20:15:00", "20:30:00"]);
    assert_eq!(agenda[..2], [("00:00:00".to_owned(), Action::OpenDay), ("00:00:00".to_owned(), Action::Quote)]);
    assert_eq!(at(&agenda, &Action::PayIn), ["15:30:00"]);
    assert_eq!(at(&agenda, &Action::PayOut), ["15:45:00"]);
}

#[test]
fn a_net_that_is_due_on_the_day_it_is_made_is_paid_after_the_close() {
    // São Paulo: close at 18:30, pay-in by 19:30, three hours behind UTC.
    let agenda = agenda(&plan("sml-ar-br"), true, &[]);
    assert_eq!(at(&agenda, &Action::PublishReferences), ["20:59:00"]);
    assert_eq!(at(&agenda, &Action::Pulse), ["21:00:00", "21:30:00"]);
    assert_eq!(at(&agenda, &Action::PayIn), ["22:00:00"]);
    let mut near = plan("sml-ar-br");
    let pay_in_by = near.day.steps.iter_mut().find(|(step, _)| *step == DayStep::PayInBy).unwrap();
    pay_in_by.1 = 18 * HOUR_S + 2_400;
    let agenda = self::agenda(&near, true, &[]);
    assert_eq!(at(&agenda, &Action::PayIn), ["21:10:00", "21:30:01"]);
    assert_eq!(at(&agenda, &Action::PayOut), ["21:25:00", "21:30:01"]);
}

#[test]
fn tickets_of_a_minute_enter_together_and_none_outside_the_hours_of_entry() {
    // Lima: entry from 13:00 to 21:00 UTC.
    let tickets = [ticket(0, "12:00"), ticket(1, "13:00"), ticket(2, "13:01"), ticket(3, "20:59"), ticket(4, "23:10")];
    let agenda = agenda(&plan("cpcr"), true, &tickets);
    let submitted: Vec<(String, Action)> =
        agenda.into_iter().filter(|(_, action)| matches!(action, Action::Submit(_))).collect();
    let expected = [("13:00:59", 0..2), ("13:01:59", 2..3), ("20:59:59", 3..5)];
    assert_eq!(submitted, expected.map(|(at, range)| (at.to_owned(), Action::Submit(range))));
}

#[test]
fn between_business_days_only_what_is_due_settles() {
    let actions: Vec<Action> = agenda(&plan("caudal"), false, &[]).into_iter().map(|(_, action)| action).collect();
    assert_eq!(actions, [Action::PayIn, Action::PayOut, Action::PayInstitutions]);
}
