//! What others may read of the state. Everything is a copy or a plain reference; nothing here changes anything.

use crate::payments::PaymentRecord;
use crate::state::{Arrangement, State};
use domain::event::{SettlementLeg, Stage};
use domain::payment::LegState;
use domain::plan::Plan;
use domain::{
    AccountKey, ArrangementId, Bucket, CalendarId, CurrencyId, CycleId, Date, InstitutionId, MemberId, PaymentId,
    PaymentKey, PaymentOriginal, PaymentState, Refusal, RunInstance, Timestamp,
};
use money::CurrencyCode;
use std::collections::{BTreeMap, BTreeSet};

/// A payment, as others see it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PaymentView {
    /// Its ordinal.
    pub payment: PaymentId,
    /// Its key.
    pub key: PaymentKey,
    /// Its arrangement.
    pub arrangement: ArrangementId,
    /// The payer's institution; the instructing one where the order was refused.
    pub payer: InstitutionId,
    /// The payee's institution; the instructing one where the order was refused.
    pub payee: InstitutionId,
    /// Its state: *in cycle* while an open run holds it frozen.
    pub state: PaymentState,
    /// Leg 1.
    pub collection: LegState,
    /// Leg 3.
    pub payout: LegState,
    /// Amount of leg 1 in minor units, 0 while the price is open.
    pub payer_minor: u64,
    /// Amount of leg 2 in minor units.
    pub position_minor: u64,
    /// Amount of leg 3 in minor units.
    pub payee_minor: u64,
    /// Currency of leg 2.
    pub position_currency: CurrencyId,
    /// Business date on which it entered.
    pub entered: Date,
    /// Cycle in which it cleared.
    pub cycle: Option<CycleId>,
    /// Why it was refused, if it was.
    pub refusal: Option<Refusal>,
    /// Its original, if it is a return.
    pub return_of: Option<PaymentId>,
    /// Part of its position amount that was given back.
    pub returned_minor: u64,
}

/// A settlement leg of a closed cycle.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LegView {
    /// The cycle.
    pub cycle: CycleId,
    /// When it is due.
    pub settle_on: Date,
    /// The leg.
    pub leg: SettlementLeg,
    /// Whether the agent has confirmed it.
    pub confirmed: bool,
}

/// A member in an arrangement.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MemberView {
    /// The member.
    pub member: MemberId,
    /// Position of its institutions in the asset, open cycle.
    pub position_minor: i128,
    /// Prefunding with the agent.
    pub prefunding_minor: i128,
    /// Closed and unsettled nets.
    pub net_due_minor: i128,
    /// Whether it is suspended.
    pub suspended: bool,
}

/// An institution in an arrangement.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ParticipantView {
    /// The institution.
    pub institution: InstitutionId,
    /// Its member.
    pub member: MemberId,
    /// Currency of its legs 1 and 3.
    pub edge_currency: CurrencyId,
    /// What it may still pay under its share.
    pub headroom_minor: i128,
    /// Items waiting.
    pub queued: usize,
    /// Pay-outs that its member is to make now.
    pub payouts_due: usize,
}

impl State {
    /// The member of a short code.
    #[must_use]
    pub fn member_of_code(&self, code: &str) -> Option<MemberId> {
        self.shared.members.iter().position(|member| member.code == code).map(MemberId::from_index)
    }

    /// The institution of a short code.
    #[must_use]
    pub fn institution_of_code(&self, code: &str) -> Option<InstitutionId> {
        self.shared.institutions.iter().position(|found| found.code == code).map(InstitutionId::from_index)
    }

    /// The currency of a code.
    #[must_use]
    pub fn currency(&self, code: CurrencyCode) -> Option<CurrencyId> {
        self.currency_of_code(code)
    }

    /// Code and decimals of a currency.
    #[must_use]
    pub fn currency_code(&self, currency: CurrencyId) -> Option<(CurrencyCode, u8)> {
        self.shared.currencies.get(currency.index()).map(|found| (found.code, found.minor_decimals))
    }

    /// The calendar of a name.
    #[must_use]
    pub fn calendar_of_name(&self, name: &str) -> Option<CalendarId> {
        self.shared.calendars.iter().position(|found| found.name == name).map(CalendarId::from_index)
    }

    /// Short code of a member.
    #[must_use]
    pub fn member_code(&self, member: MemberId) -> Option<&str> {
        self.shared.members.get(member.index()).map(|found| found.code.as_str())
    }

    /// Short code of an institution.
    #[must_use]
    pub fn institution_code(&self, institution: InstitutionId) -> Option<&str> {
        self.shared.institutions.get(institution.index()).map(|found| found.code.as_str())
    }

    /// The member that answers for an institution.
    #[must_use]
    pub fn member_of_institution(&self, institution: InstitutionId) -> Option<MemberId> {
        self.shared.institutions.get(institution.index()).map(|found| found.member)
    }

    /// Number of members, of institutions, of payments recorded.
    #[must_use]
    pub fn counts(&self) -> (usize, usize, u64) {
        (self.shared.members.len(), self.shared.institutions.len(), self.payments.next_id().0)
    }

    /// Every arrangement.
    pub fn arrangement_ids(&self) -> impl Iterator<Item = ArrangementId> + '_ {
        self.arrangements.iter().map(|arrangement| arrangement.id)
    }

    /// Rules of an arrangement.
    #[must_use]
    pub fn plan(&self, arrangement: ArrangementId) -> Option<&Plan> {
        self.arrangement(arrangement).map(|found| found.plan.as_ref())
    }

    /// Open business date of an arrangement, and the last one closed.
    #[must_use]
    pub fn business_dates(&self, arrangement: ArrangementId) -> (Option<Date>, Option<Date>) {
        self.arrangement(arrangement).map_or((None, None), |found| (found.open_date(), found.closed_date))
    }

    /// Whether a date is a business day of an arrangement.
    #[must_use]
    pub fn is_open_for_business(&self, arrangement: ArrangementId, date: Date) -> bool {
        self.arrangement(arrangement).is_some_and(|found| self.is_business_day(found, date))
    }

    /// A payment, if it is in memory.
    #[must_use]
    pub fn payment(&self, payment: PaymentId) -> Option<PaymentView> {
        self.payments.get(payment).map(|record| self.view(payment, record))
    }

    /// A payment that has left memory, as a view of what an archive keeps.
    #[must_use]
    pub fn payment_of_original(&self, original: &PaymentOriginal) -> PaymentView {
        self.view(original.payment, &PaymentRecord::from(original))
    }

    /// The payment of a key, if it is in memory.
    #[must_use]
    pub fn payment_of_key(&self, key: PaymentKey) -> Option<PaymentView> {
        self.payments.find(key).and_then(|payment| self.payment(payment))
    }

    /// Every payment in memory, by ordinal.
    pub fn payments(&self) -> impl Iterator<Item = PaymentView> + '_ {
        self.payments.iter().map(|(payment, record)| self.view(payment, record))
    }

    fn view(&self, payment: PaymentId, record: &PaymentRecord) -> PaymentView {
        PaymentView {
            payment,
            key: record.key(),
            arrangement: record.arrangement,
            payer: record.payer,
            payee: record.payee,
            state: record.state,
            collection: record.collection,
            payout: record.payout,
            payer_minor: record.payer_minor,
            position_minor: record.position_minor,
            payee_minor: record.payee_minor,
            position_currency: record.position_currency,
            entered: record.entered,
            cycle: record.cycle,
            refusal: record.refusal,
            return_of: record.return_of,
            returned_minor: record.returned_minor,
        }
    }

    /// Payments of an arrangement by figure; returns are not submissions and are left out.
    #[must_use]
    pub fn buckets(&self, arrangement: ArrangementId) -> BTreeMap<Bucket, u64> {
        let gone = self.payments.gone.iter().filter(|((of, _), count)| *of == arrangement && **count > 0);
        let mut buckets: BTreeMap<Bucket, u64> = gone.map(|(&(_, bucket), &count)| (bucket, count)).collect();
        let of_arrangement =
            self.payments.iter().filter(|(_, record)| record.arrangement == arrangement && record.return_of.is_none());
        for (_, record) in of_arrangement {
            *buckets.entry(record.state.bucket()).or_default() += 1;
        }
        buckets
    }

    /// Legs of closed cycles that are not finished.
    #[must_use]
    pub fn settlement_legs(&self, arrangement: ArrangementId) -> Vec<LegView> {
        let Some(found) = self.arrangement(arrangement) else { return Vec::new() };
        let legs_of = |closed: &crate::state::ClosedCycle| {
            let (cycle, settle_on) = (closed.cycle, closed.settle_on);
            closed
                .legs
                .iter()
                .map(|(leg, confirmed)| LegView { cycle, settle_on, leg: *leg, confirmed: *confirmed })
                .collect::<Vec<_>>()
        };
        found.closed_cycles.iter().flat_map(legs_of).collect()
    }

    /// Members of an arrangement.
    #[must_use]
    pub fn members_of(&self, arrangement: ArrangementId) -> Vec<MemberView> {
        let Some(found) = self.arrangement(arrangement) else { return Vec::new() };
        found
            .members()
            .map(|(member, membership)| MemberView {
                member,
                position_minor: membership.position_minor,
                prefunding_minor: self.accounts.balance_minor(membership.prefunding_account),
                net_due_minor: self.accounts.balance_minor(membership.net_due_account),
                suspended: membership.suspended,
            })
            .collect()
    }

    /// Pay-ins of completed cycles that are missing: cycle, payer, payee where netting is bilateral, amount, since when.
    #[must_use]
    pub fn arrears(&self, arrangement: ArrangementId) -> Vec<(CycleId, MemberId, Option<MemberId>, u64, Date)> {
        let Some(found) = self.arrangement(arrangement) else { return Vec::new() };
        found
            .arrears
            .iter()
            .map(|(&(cycle, by, to), arrear)| (cycle, by, to, arrear.amount_minor, arrear.since))
            .collect()
    }

    /// What is still owed of completed cycles: cycle, payee, payer where netting is bilateral, amount.
    #[must_use]
    pub fn rest_claims(&self, arrangement: ArrangementId) -> Vec<(CycleId, MemberId, Option<MemberId>, u64)> {
        let Some(found) = self.arrangement(arrangement) else { return Vec::new() };
        found.rest_claims.iter().map(|(&(cycle, to, by), &amount_minor)| (cycle, to, by, amount_minor)).collect()
    }

    /// From when the notice of a member holds, and whether it does.
    #[must_use]
    pub fn notice(&self, arrangement: ArrangementId, member: MemberId) -> Option<(Date, bool)> {
        let membership = self.arrangement(arrangement)?.membership(member)?;
        membership.notice.map(|effective| (effective, membership.leaving))
    }

    /// Stage of a member; none of one that is out.
    #[must_use]
    pub fn stage(&self, arrangement: ArrangementId, member: MemberId) -> Option<Stage> {
        Some(self.arrangement(arrangement)?.membership(member)?.stage)
    }

    /// Institutions of an arrangement.
    #[must_use]
    pub fn participants_of(&self, arrangement: ArrangementId) -> Vec<ParticipantView> {
        let Some(found) = self.arrangement(arrangement) else { return Vec::new() };
        found
            .participants()
            .map(|(institution, participant)| ParticipantView {
                institution,
                member: participant.member,
                edge_currency: participant.edge_currency,
                headroom_minor: participant.headroom_minor(&self.accounts),
                queued: participant.queue_len(),
                payouts_due: participant.payouts.len(),
            })
            .collect()
    }

    /// Payments whose leg 1 is awaited, with the date from which it is due.
    #[must_use]
    pub fn awaiting_collection(&self, arrangement: ArrangementId) -> Vec<(PaymentId, Date)> {
        let Some(found) = self.arrangement(arrangement) else { return Vec::new() };
        found.awaiting_collection.iter().map(|payment| (*payment, self.payments.of(*payment).value_date)).collect()
    }

    /// Payments that await conformity, with the date by which it is due.
    #[must_use]
    pub fn awaiting_conformity(&self, arrangement: ArrangementId) -> Vec<(PaymentId, Date)> {
        let Some(found) = self.arrangement(arrangement) else { return Vec::new() };
        found.awaiting_conformity.iter().map(|(by, payment)| (*payment, *by)).collect()
    }

    /// Payments held, and payments awaiting a rate.
    #[must_use]
    pub fn held_and_unpriced(&self, arrangement: ArrangementId) -> (Vec<PaymentId>, Vec<PaymentId>) {
        let Some(found) = self.arrangement(arrangement) else { return (Vec::new(), Vec::new()) };
        (found.held.keys().copied().collect(), found.awaiting_rate.iter().copied().collect())
    }

    /// Anticipated transfers due: debtor, creditor, amount, date.
    #[must_use]
    pub fn transfers_due(&self, arrangement: ArrangementId) -> Vec<(MemberId, MemberId, u64, Date)> {
        let Some(found) = self.arrangement(arrangement) else { return Vec::new() };
        found.transfers_due.iter().map(|(&(d, c), due)| (d, c, due.amount_minor, due.by)).collect()
    }

    /// What `debtor` owes `creditor` net in the asset in the open cycle.
    #[must_use]
    pub fn pair_balance_minor(&self, arrangement: ArrangementId, debtor: MemberId, creditor: MemberId) -> i128 {
        if debtor == creditor {
            return 0;
        }
        let side = crate::state::pair_side(debtor, creditor);
        self.arrangement(arrangement)
            .and_then(|found| found.pair(debtor, creditor))
            .map_or(0, |pair| pair.owed_minor(side))
    }

    /// Balance of an account, zero when there is none.
    #[must_use]
    pub fn balance_minor(&self, key: &AccountKey) -> i128 {
        self.accounts.balance_of(key)
    }

    /// Every account with its balance.
    pub fn trial_balance(&self) -> impl Iterator<Item = (AccountKey, i128)> + '_ {
        self.accounts.iter()
    }

    /// What an open run of an arrangement froze: to be solved, as it was at its freeze.
    #[must_use]
    pub fn open_run(&self, arrangement: ArrangementId) -> Option<&RunInstance> {
        self.arrangement(arrangement)?.open_run.as_ref().map(|open| &open.instance)
    }

    /// When an open run is concluded at the latest.
    #[must_use]
    pub fn open_run_until(&self, arrangement: ArrangementId) -> Option<Timestamp> {
        self.arrangement(arrangement)?.open_run.as_ref().map(|open| open.until)
    }

    /// Items queued in an arrangement.
    #[must_use]
    pub fn queued_count(&self, arrangement: ArrangementId) -> u64 {
        self.arrangement(arrangement).map_or(0, |found| found.queued_count)
    }

    pub(crate) fn open_payments(&self, arrangement: &Arrangement) -> BTreeSet<PaymentId> {
        let waiting = arrangement
            .awaiting_rate
            .iter()
            .chain(&arrangement.awaiting_collection)
            .chain(arrangement.held.keys())
            .chain(&arrangement.partly_returned)
            .chain(&arrangement.cycle_payments)
            .chain(arrangement.closed_cycles.iter().flat_map(|closed| &closed.payments))
            .chain(arrangement.awaiting_conformity.iter().map(|(_, payment)| payment))
            .chain(arrangement.disputes.iter().map(|(_, payment)| payment))
            .copied();
        let of_participants = arrangement
            .participants()
            .flat_map(|(_, participant)| participant.queue().chain(participant.payouts.iter().copied()));
        waiting.chain(of_participants).filter(|payment| !self.payments.of(*payment).state.is_closed()).collect()
    }
}
