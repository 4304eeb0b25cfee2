//! Figures for people, counted from the events of a run: so they are the same whether the run was driven at a stretch or
//! taken up again.

use std::collections::BTreeMap;

use domain::event::{Admitted, CycleClosed, Disposition, EndReason, PaymentEntered, SettlementLeg};
use domain::plan::{LimitKind, OnLimit};
use domain::{CycleId, Date, Event, EventBody, InstitutionId, MemberId, PaymentId, Refusal, Timestamp};

use super::credit_tally::CreditTally;
use super::run_tally::RunTally;
use crate::outcome::{Counted, DayOutcome, MemberOutcome, WaitReason, Waits};
use crate::scenario::Scenario;

/// Counts events as they come.
pub(crate) struct Tally<'a> {
    scenario: &'a Scenario,
    /// The open business date.
    open: Option<Date>,
    /// The time of the event.
    now: Timestamp,
    /// Payments that have neither cleared nor ended.
    pending: BTreeMap<PaymentId, Pending>,
    /// How many wait, by institution.
    queued_by_institution: Vec<u32>,
    waiting: Counted,
    legs: BTreeMap<CycleId, Vec<SettlementLeg>>,
    pub(crate) cleared: Counted,
    pub(crate) members: Vec<MemberOutcome>,
    pub(crate) refused: BTreeMap<Refusal, Counted>,
    pub(crate) waits: Waits,
    pub(crate) expired: Counted,
    pub(crate) lapsed: Counted,
    pub(crate) days: BTreeMap<Date, DayOutcome>,
    pub(crate) run_count: u64,
    pub(crate) runs: RunTally<'a>,
    pub(crate) credit: CreditTally,
}

#[derive(Clone, Copy)]
struct Pending {
    payer: InstitutionId,
    payee: InstitutionId,
    queued_since: Option<Timestamp>,
    quote_until: Option<Timestamp>,
}

impl<'a> Tally<'a> {
    pub(crate) fn new(scenario: &'a Scenario) -> Tally<'a> {
        let of_region = |member: &crate::enrolment::EnrolledMember| &scenario.region.members[member.index.index()];
        let member = |member: &crate::region::Member| MemberOutcome {
            code: member.code.clone(),
            name: member.name.clone(),
            sent: Counted::default(),
            received: Counted::default(),
            net_usd_cents: 0,
            pay_in_usd_cents: 0,
            pay_out_usd_cents: 0,
            transfers_paid_usd_cents: 0,
            transfers_received_usd_cents: 0,
            prefunding_usd_cents: 0,
            waited: Counted::default(),
            expired: Counted::default(),
            refused: Counted::default(),
        };
        Tally {
            scenario,
            open: None,
            now: Timestamp(i64::MIN),
            pending: BTreeMap::new(),
            queued_by_institution: vec![0; scenario.enrolment.institutions.len()],
            waiting: Counted::default(),
            legs: BTreeMap::new(),
            cleared: Counted::default(),
            members: scenario.enrolment.members.iter().map(of_region).map(member).collect(),
            refused: BTreeMap::new(),
            waits: Waits::default(),
            expired: Counted::default(),
            lapsed: Counted::default(),
            days: BTreeMap::new(),
            run_count: 0,
            runs: RunTally::new(scenario),
            credit: CreditTally::default(),
        }
    }

    /// Takes the next event.
    pub(crate) fn take(&mut self, now: Timestamp, event: &Event) {
        self.now = now;
        self.runs.take(&event.body);
        match &event.body {
            EventBody::PaymentEntered(entered) => self.entered(entered),
            EventBody::PaymentRefused { payment, key, refusal, .. } => {
                self.refused(*payment, key.institution, *refusal);
            }
            EventBody::CollectionsConfirmed { payments, .. } => {
                payments.iter().for_each(|&(payment, admitted)| self.collected(payment, admitted));
            }
            EventBody::QueueReleased { run, payments, .. } => {
                for released in payments {
                    self.waits.released_by_runs += u64::from(run.is_some());
                    self.waits.released_by_receipts += u64::from(run.is_none());
                    self.clear_pending(released.payment);
                }
            }
            EventBody::PaymentRequoted { payment, quote_until, .. } => {
                if let Some(pending) = self.pending.get_mut(payment) {
                    pending.quote_until = Some(*quote_until);
                }
            }
            EventBody::PaymentsEnded { reason, payments, .. } => {
                payments.iter().for_each(|&payment| self.ended(payment, *reason));
            }
            EventBody::RunEnded { .. } | EventBody::RunConcluded { .. } => {
                self.run_count += 1;
                self.day().run_count += 1;
            }
            body => self.take_settlement(body),
        }
    }

    fn take_settlement(&mut self, body: &EventBody) {
        match body {
            EventBody::DayOpened { date, .. } => {
                self.open = Some(*date);
                self.day();
            }
            EventBody::DayClosed { .. } => {
                let waiting = self.waiting;
                self.day().waiting_at_close = waiting;
                self.open = None;
            }
            EventBody::PrefundingMoved { member, amount, deposit: true, .. } => {
                self.members[member.index()].prefunding_usd_cents += u128::from(amount.get());
            }
            EventBody::CycleClosed(closed) => self.cycle_closed(closed),
            EventBody::FundMoved { amount, deposit: true, .. } => self.credit.fund_paid_into(*amount),
            EventBody::CycleClosedWithCredit(close) => {
                self.cycle_closed(&close.closed);
                self.credit.take(close);
            }
            EventBody::SettlementConfirmed { cycle, leg, .. } => self.settlement_confirmed(*cycle, *leg),
            EventBody::TransferConfirmed { debtor, creditor, amount, .. } => {
                let amount = u128::from(amount.get());
                self.members[debtor.index()].transfers_paid_usd_cents += amount;
                self.members[creditor.index()].transfers_received_usd_cents += amount;
                self.day().transfers_usd_cents += amount;
            }
            _ => {}
        }
    }

    /// The row of the open business day, or of the date of the event where none is open.
    fn day(&mut self) -> &mut DayOutcome {
        self.days.entry(self.open.unwrap_or_else(|| self.now.date())).or_default()
    }

    fn usd_cents(&self, payment: PaymentId) -> u64 {
        self.scenario.survey.ticket_usd_cents[payment.index()]
    }

    fn member_of(&mut self, institution: InstitutionId) -> &mut MemberOutcome {
        let member: MemberId = self.scenario.enrolment.institutions[institution.index()].member;
        &mut self.members[member.index()]
    }

    fn entered(&mut self, entered: &PaymentEntered) {
        let PaymentEntered { payment, payer, payee, quote_until, .. } = *entered;
        let usd_cents = self.usd_cents(payment);
        self.day().submitted.add(usd_cents);
        match entered.disposition {
            Disposition::Cleared(_) => self.clear(payer, payee, usd_cents),
            Disposition::Queued => {
                self.pending.insert(payment, Pending { payer, payee, queued_since: None, quote_until });
                self.queue(payment);
            }
            Disposition::AwaitingRate | Disposition::AwaitingCollection | Disposition::Held(_) => {
                self.pending.insert(payment, Pending { payer, payee, queued_since: None, quote_until });
            }
        }
    }

    fn refused(&mut self, payment: PaymentId, institution: InstitutionId, refusal: Refusal) {
        let usd_cents = self.usd_cents(payment);
        let day = self.day();
        day.submitted.add(usd_cents);
        day.refused.add(usd_cents);
        self.refused.entry(refusal).or_default().add(usd_cents);
        self.member_of(institution).refused.add(usd_cents);
    }

    fn collected(&mut self, payment: PaymentId, admitted: Admitted) {
        match admitted {
            Admitted::Cleared(_) => self.clear_pending(payment),
            Admitted::Queued => self.queue(payment),
            Admitted::AlreadyCleared => {}
        }
    }

    fn clear(&mut self, payer: InstitutionId, payee: InstitutionId, usd_cents: u64) {
        self.cleared.add(usd_cents);
        self.day().cleared.add(usd_cents);
        self.member_of(payer).sent.add(usd_cents);
        self.member_of(payee).received.add(usd_cents);
    }

    fn clear_pending(&mut self, payment: PaymentId) {
        let usd_cents = self.usd_cents(payment);
        let Some(pending) = self.leave(payment) else { return };
        if let Some(since) = pending.queued_since {
            let waited_us = u64::try_from(self.now.0 - since.0).expect("bug: a payment was released before it came");
            self.waits.then_cleared.add(usd_cents);
            self.waits.longest_us = self.waits.longest_us.max(waited_us);
            self.waits.total_us += u128::from(waited_us);
        }
        self.clear(pending.payer, pending.payee, usd_cents);
    }

    fn queue(&mut self, payment: PaymentId) {
        let usd_cents = self.usd_cents(payment);
        let now = self.now;
        let Some(pending) = self.pending.get_mut(&payment) else { return };
        pending.queued_since = Some(now);
        let pending = *pending;
        let waiting = &mut self.queued_by_institution[pending.payer.index()];
        let reason = match *waiting {
            _ if pending.quote_until.is_some_and(|until| until < now) => WaitReason::QuoteRanOut,
            0 => limit_that_queues(self.scenario),
            _ => WaitReason::BehindEarlier,
        };
        *waiting += 1;
        self.waiting.add(usd_cents);
        self.waits.by_reason.entry(reason).or_default().add(usd_cents);
        self.day().queued.add(usd_cents);
        self.member_of(pending.payer).waited.add(usd_cents);
    }

    fn ended(&mut self, payment: PaymentId, reason: EndReason) {
        let usd_cents = self.usd_cents(payment);
        let Some(pending) = self.leave(payment) else { return };
        match reason {
            EndReason::Expired => {
                self.expired.add(usd_cents);
                self.day().expired.add(usd_cents);
                self.member_of(pending.payer).expired.add(usd_cents);
            }
            EndReason::QuoteLapsed => {
                self.lapsed.add(usd_cents);
                self.day().returned.add(usd_cents);
            }
            EndReason::Cancelled | EndReason::Suspended | EndReason::Void | EndReason::MemberLeaving => {}
        }
    }

    fn leave(&mut self, payment: PaymentId) -> Option<Pending> {
        let usd_cents = self.usd_cents(payment);
        let pending = self.pending.remove(&payment)?;
        if pending.queued_since.is_some() {
            self.queued_by_institution[pending.payer.index()] -= 1;
            self.waiting.take(usd_cents);
        }
        Some(pending)
    }

    fn cycle_closed(&mut self, closed: &CycleClosed) {
        let mut absolute = 0;
        for &(member, net) in &closed.nets {
            self.members[member.index()].net_usd_cents += net;
            absolute += net.unsigned_abs();
        }
        self.day().net_usd_cents += absolute / 2;
        self.legs.insert(closed.cycle, closed.legs.clone());
    }

    fn settlement_confirmed(&mut self, cycle: CycleId, leg: u32) {
        let leg = usize::try_from(leg).expect("32 bits fit in 64");
        let Some(&SettlementLeg { member, pay_in, amount, .. }) = self.legs.get(&cycle).and_then(|legs| legs.get(leg))
        else {
            return;
        };
        let amount = u128::from(amount.get());
        let outcome = &mut self.members[member.index()];
        if pay_in {
            outcome.pay_in_usd_cents += amount;
            self.day().pay_in_usd_cents += amount;
        } else {
            outcome.pay_out_usd_cents += amount;
            self.day().pay_out_usd_cents += amount;
        }
    }
}

/// Why the first payment of an empty queue waits: the limit that makes payments wait, if there is one alone.
fn limit_that_queues(scenario: &Scenario) -> WaitReason {
    let mut kinds = scenario
        .plan
        .limits
        .iter()
        .filter(|rule| rule.on_limit == OnLimit::Queue && rule.kind != LimitKind::Prefinancing)
        .map(|rule| rule.kind);
    match (kinds.next(), kinds.next()) {
        (Some(LimitKind::InstitutionShare), None) => WaitReason::OwnShare,
        (kind, None) => WaitReason::OtherLimit(kind),
        (_, Some(_)) => WaitReason::OtherLimit(None),
    }
}
