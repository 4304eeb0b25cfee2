//! The end: the world is calm, everybody does what is due, and within a time everything must have ended.

use crate::breach::{Checked, Found, Promise, holds};
use crate::mirror::Mirror;
use crate::moves::{
    Scene, Sent, by_operator, collections, institutions_of, next_date, open_day, open_legs, payouts, reinstate,
    settlement, transfer,
};
use crate::world::World;
use domain::event::DisputeOutcome;
use domain::plan::CycleLength;
use domain::time::{DAY_US, SECOND_US};
use domain::{ArrangementId, CommandBody, EventSeq, PaymentState, Timestamp};
use journal::{Journal, MemoryJournal, NoFaults};
use money::AmountMinor;
use std::sync::atomic::Ordering;

/// Calendar days within which everything must have ended. The longest life that a rulebook gives is that of a payment paid
/// out after the net of a period of four months, with the settlement after it.
const DAYS_MAX: u64 = 150;

/// Rounds of duties a day: what one round brings about, the next one settles.
const ROUNDS_A_DAY: usize = 4;

impl World {
    pub(crate) fn come_to_an_end(&mut self) -> Checked {
        self.calm.store(true, Ordering::Relaxed);
        self.skew_us = 0;
        self.collect_all()?;
        for _ in 0..20 {
            let again = self.people.insist(1_000);
            if again.is_empty() {
                break;
            }
            self.send(again)?;
            self.collect_all()?;
        }
        self.people.orders.give_up();
        for _ in 0..DAYS_MAX {
            if self.has_ended() {
                return self.compare_everything();
            }
            self.calm_day()?;
        }
        Err(Found::new(Promise::Liveness, self.what_is_stuck()))
    }

    /// A day on which everybody does what is due.
    fn calm_day(&mut self) -> Checked {
        for hour in [3, 8, 12, 16, 19, 23] {
            let midnight = self.clock_us - self.clock_us.rem_euclid(DAY_US);
            self.clock_us = self.clock_us.max(midnight + hour * 3_600 * SECOND_US + 1_800 * SECOND_US);
            for _ in 0..ROUNDS_A_DAY {
                let duties = self.duties();
                let idle = duties.is_empty();
                self.send(duties)?;
                self.collect_all()?;
                if idle {
                    break;
                }
            }
        }
        self.compare_digests("in the calm")?;
        self.clock_us += 2 * 3_600 * SECOND_US;
        Ok(())
    }

    fn duties(&mut self) -> Vec<Sent> {
        let Self { shape, knobs, mirror, clock_us, people, .. } = self;
        let scene = Scene { shape, knobs, mirror, now: Timestamp(*clock_us) };
        let mut duties = Vec::new();
        for arrangement in scene.arrangements() {
            let view = scene.view(arrangement);
            let members: Vec<_> = view.members.iter().map(|(member, found)| (*member, found.suspended)).collect();
            for (member, _) in members.iter().filter(|(_, suspended)| *suspended) {
                duties.push(reinstate(arrangement, *member));
            }
            if view.open_date.is_none() {
                let date = next_date(scene, arrangement);
                if date.start() <= scene.now {
                    duties.push(open_day(scene, arrangement, date));
                    duties.extend(
                        members.iter().filter_map(|(member, _)| people.rate_of(scene, arrangement, *member, 100)),
                    );
                }
            } else {
                duties.extend(members.iter().filter_map(|(member, _)| collect(scene, arrangement, *member)));
            }
            duties.extend(
                open_legs(scene, arrangement).into_iter().map(|(cycle, leg)| settlement(arrangement, cycle, leg, 0)),
            );
            let transfers = view.transfers_minor.iter();
            duties.extend(transfers.filter_map(|(&(from, to), &amount)| transfer(arrangement, from, to, amount)));
            duties.extend(view.missing_minor.and_then(|missing| top_up(arrangement, missing)));
            duties.extend(conform(scene, arrangement));
            duties.extend(pay_out(scene, arrangement));
        }
        for payment in scene.mirror.payments_where(|payment| payment.state == PaymentState::Held) {
            duties.extend(people.hold(scene, payment, false));
        }
        for payment in scene.mirror.payments_where(|payment| payment.state == PaymentState::Disputed) {
            let outcome = DisputeOutcome::Rejected;
            duties.push(by_operator(CommandBody::EndDispute { payment, outcome }).into());
        }
        duties
    }

    fn has_ended(&self) -> bool {
        let settled = self.mirror.arrangements.iter().all(|view| view.is_settled() && view.open_date.is_none());
        settled && self.mirror.payments.iter().all(|payment| !payment.is_open())
    }

    fn what_is_stuck(&self) -> String {
        let stuck = self.mirror.payments.iter().enumerate().find(|(_, payment)| payment.is_open());
        let payment =
            stuck.map(|(index, payment)| format!("payment {index} stays {}: {payment:?}", payment.state.name()));
        let cycles: Vec<String> = self
            .mirror
            .arrangements
            .iter()
            .enumerate()
            .filter(|(_, view)| !view.is_settled() || view.open_date.is_some())
            .map(|(index, view)| {
                let open =
                    view.cycles.iter().filter(|(_, cycle)| !cycle.settled).map(|(id, _)| id.0).collect::<Vec<_>>();
                let length = self.shape.arrangements.get(index).map(|found| found.plan.cycle.length);
                let period = length.filter(|length| matches!(length, CycleLength::Months(_)));
                format!(
                    "arrangement {index}: day {:?}, cycles {open:?} not settled, period {period:?}, transfers {:?}",
                    view.open_date, view.transfers_minor
                )
            })
            .collect();
        format!("after {DAYS_MAX} days: {}; {}", payment.unwrap_or_default(), cycles.join("; "))
    }

    /// Everything once more, from the journal alone.
    fn compare_everything(&mut self) -> Checked {
        self.compare_digests("at the end")?;
        // What was refused is swept when the next process starts.
        self.personal_data.sweep()?;
        self.engine = None;
        let journal = MemoryJournal::open(&self.disk.deep_copy(), self.given().0, NoFaults)
            .map_err(|fault| Found::new(Promise::DamageIsFound, format!("the journal does not open: {fault}")))?;
        let (mut mirror, mut auditor) = (Mirror::default(), audit::Model::new());
        let unreadable = |what: String| Found::new(Promise::ReplayAgrees, what);
        for block in journal.read(0).map_err(|fault| unreadable(fault.to_string()))? {
            let block = block.map_err(|fault| unreadable(fault.to_string()))?;
            let now = Timestamp(block.header().time_us);
            for (seq, bytes) in block.events() {
                let event = codec::decode_exact(bytes).map_err(|error| unreadable(error.to_string()))?;
                let mut again = Vec::new();
                codec::encode(&event, &mut again);
                holds(Promise::ReplayAgrees, again == bytes, || format!("event {seq} encodes to other bytes"))?;
                mirror.apply(EventSeq(seq), now, &event)?;
                auditor
                    .apply(EventSeq(seq), now, &event)
                    .map_err(|finding| Found::new(Promise::AuditorAgrees, finding.to_string()))?;
            }
        }
        let same = auditor.digest() == self.auditor.digest() && mirror.events == self.mirror.events;
        holds(Promise::ReplayAgrees, same, || "the journal read at once differs from the journal followed".to_owned())?;
        self.people.orders.all_agree(&mirror)?;
        self.trace.number(mirror.events);
        Ok(())
    }
}

fn collect(scene: Scene<'_>, arrangement: ArrangementId, member: domain::MemberId) -> Option<Sent> {
    let mut payments = collections(scene, arrangement, member);
    payments.truncate(500);
    if payments.is_empty() {
        return None;
    }
    let body = CommandBody::ConfirmCollections { arrangement, payments };
    Some(domain::Command::by(domain::Actor::member(member, 1), body).into())
}

fn conform(scene: Scene<'_>, arrangement: ArrangementId) -> Vec<Sent> {
    let waiting = scene.mirror.payments_where(|payment| {
        payment.arrangement == arrangement && payment.awaits_conformity && payment.state == PaymentState::Cleared
    });
    waiting
        .into_iter()
        .filter_map(|payment| {
            let payer = scene.mirror.payment(payment)?.payer;
            let member = *scene.mirror.institutions.get(payer.index())?;
            let body = CommandBody::GiveConformity { arrangement, payments: vec![payment], conforming: true };
            Some(domain::Command::by(domain::Actor::member(member, 1), body).into())
        })
        .collect()
}

/// The fund is paid what it lacks, by the council of a scheme that would otherwise not close.
fn top_up(arrangement: ArrangementId, missing_minor: u64) -> Option<Sent> {
    let amount = AmountMinor::new(missing_minor).ok()?;
    let body = CommandBody::MoveFund { arrangement, member: None, amount, deposit: true };
    Some(domain::Command::by(domain::Actor::agent(1), body).into())
}

fn pay_out(scene: Scene<'_>, arrangement: ArrangementId) -> Vec<Sent> {
    let members = scene.view(arrangement).members.keys().copied();
    let cleared = scene.mirror.payments_where(|payment| {
        payment.arrangement == arrangement && matches!(payment.state, PaymentState::Cleared | PaymentState::Disputed)
    });
    if cleared.is_empty() {
        return Vec::new();
    }
    members
        .flat_map(|member| institutions_of(scene, member).into_iter().map(move |id| payouts(arrangement, member, id)))
        .collect()
}
