//! What falls due by time: fixings, optimisation runs, the close of a day and of a cycle; and heads of queues that a
//! receipt may release.
//!
//! Each call gives the events of one due thing; the engine evolves them and calls again, up to its own maximum.

mod close;
pub(crate) use close::period_of;
pub(crate) mod conclude;
mod fixing;
mod receipts;
mod run;

use crate::state::{Arrangement, State};
use domain::event::EventBody;
use domain::plan::DayStep;
use domain::{Actor, Event, Timestamp};

pub use receipts::release;
pub use run::RunBudget;

/// The next thing that is due at `now`, as events; `false` and none when nothing is. With a budget, runs stay open for the
/// optimiser; without one they end at once.
pub fn pulse(state: &State, now: Timestamp, optimising: Option<RunBudget>, out: &mut Vec<Event>) -> bool {
    let before = out.len();
    for arrangement in &state.arrangements {
        due_in(state, arrangement, now, optimising, out);
        if out.len() > before {
            return true;
        }
    }
    false
}

fn due_in(
    state: &State,
    arrangement: &Arrangement,
    now: Timestamp,
    optimising: Option<RunBudget>,
    out: &mut Vec<Event>,
) {
    if close::settle_what_owes_nothing(arrangement, out) || let_go(state, arrangement, out) {
        return;
    }
    let Some(day) = &arrangement.day else { return };
    // In the order of their times: a close that is overdue does not pass the run or the fixing before it.
    let mut due: Vec<(Timestamp, Due)> = Vec::new();
    match &arrangement.open_run {
        Some(open) => due.push((open.until, Due::EndOfRun)),
        None => due.extend(day.next_run_at.filter(|_| arrangement.queued_count > 0).map(|at| (at, Due::Run))),
    }
    if let Some(at) = arrangement.step_at(DayStep::Fixing).filter(|_| !day.fixing_made) {
        due.push((at, Due::Fixing));
    }
    if let Some(at) = arrangement.step_at(DayStep::Close) {
        due.push((at, Due::Close));
    }
    due.sort_unstable();
    for (_, what) in due.into_iter().filter(|(at, _)| *at <= now) {
        let before = out.len();
        match what {
            Due::EndOfRun => {
                let open = arrangement.open_run.as_ref().expect("it was just seen");
                conclude::by_fifo(state, arrangement, open, out);
            }
            Due::Run => run::run(state, arrangement, now, optimising, out),
            Due::Fixing => fixing::fix(state, arrangement, day.date, out),
            Due::Close => close::close(state, arrangement, day, out),
        }
        if out.len() > before {
            return;
        }
    }
}

/// A member that is leaving is out when it owes nothing and is owed nothing.
fn let_go(state: &State, arrangement: &Arrangement, out: &mut Vec<Event>) -> bool {
    let mut leaving = arrangement.members().filter(|(_, membership)| membership.leaving);
    let Some((member, _)) = leaving.find(|(member, _)| state.is_flat(arrangement, *member)) else { return false };
    out.push(by_house(EventBody::MemberLeft { arrangement: arrangement.id, member }));
    true
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    EndOfRun,
    Run,
    Fixing,
    Close,
}

/// An event that the house brings about by itself.
pub(crate) fn by_house(body: EventBody) -> Event {
    Event { actor: Actor::HOUSE, approvals: Vec::new(), body }
}
