//! The state in its canonical form.

use crate::credit::Accrued;
use crate::state::{Arrangement, State};
use domain::canonical::{CanonicalForm, Folded, Row};
use domain::membership::PurposeSet;
use domain::{CalendarId, CurrencyId, InstitutionId, MemberId, RulebookId};

impl State {
    /// Digest of the canonical state (docs/decisions/0008-digest.md).
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        self.canonical().digest()
    }

    /// The rows of the canonical state in bytes: for finding where two states differ.
    #[must_use]
    pub fn rows(&self) -> Vec<Vec<u8>> {
        self.canonical().into_rows()
    }

    fn canonical(&self) -> CanonicalForm {
        let mut form = CanonicalForm::new();
        form.add(&Row::House { events: self.next_seq.0, payments: self.payments.next_id().0 });
        self.add_shared(&mut form);
        for (key, balance_minor) in self.accounts.iter().filter(|(_, balance)| *balance != 0) {
            form.add(&Row::Account { key, balance_minor });
        }
        for arrangement in &self.arrangements {
            add_arrangement(arrangement, &mut form);
            self.add_open_payments(arrangement, &mut form);
        }
        form.add(&self.closed_payments.row(Folded::ClosedPayments));
        form.add(&self.identifiers.row(Folded::Identifiers));
        form.add(&self.documents().row(Folded::Documents));
        form
    }

    fn documents(&self) -> domain::canonical::Accumulator {
        let mut all = domain::canonical::Accumulator::default();
        for arrangement in &self.arrangements {
            all.merge(arrangement.documents_folded);
        }
        all
    }

    fn add_shared(&self, form: &mut CanonicalForm) {
        for (index, currency) in self.shared.currencies.iter().enumerate() {
            let code = currency.code.as_str().as_bytes().try_into().expect("a currency code has three letters");
            let minor_decimals = currency.minor_decimals;
            form.add(&Row::Currency { currency: CurrencyId::from_index(index), code, minor_decimals });
        }
        for (index, calendar) in self.shared.calendars.iter().enumerate() {
            let id = CalendarId::from_index(index);
            form.add(&Row::Calendar { calendar: id, name: &calendar.name });
            for &date in &calendar.closed {
                form.add(&Row::ClosedDay { calendar: id, date });
            }
        }
        for (index, member) in self.shared.members.iter().enumerate() {
            form.add(&Row::Member { member: MemberId::from_index(index), code: &member.code, bic: &member.bic });
        }
        for (index, institution) in self.shared.institutions.iter().enumerate() {
            form.add(&Row::Institution {
                institution: InstitutionId::from_index(index),
                member: institution.member,
                code: &institution.code,
                jurisdiction: &institution.jurisdiction,
                calendar: institution.calendar,
                currency: institution.currency,
            });
        }
        for (index, rulebook) in self.shared.rulebooks.iter().enumerate() {
            form.add(&Row::Rulebook { rulebook: RulebookId::from_index(index), source_hash: rulebook.source_hash });
        }
    }

    /// Payments that are not closed are found where they wait; what has cleared, in its cycle or among pay-outs.
    fn add_open_payments(&self, arrangement: &Arrangement, form: &mut CanonicalForm) {
        for payment in self.open_payments(arrangement) {
            form.add(&Row::Payment(self.payments.row(payment)));
        }
    }
}

fn add_arrangement(arrangement: &Arrangement, form: &mut CanonicalForm) {
    let id = arrangement.id;
    form.add(&Row::Arrangement {
        arrangement: id,
        rulebook: arrangement.rulebook,
        agent_calendar: arrangement.agent_calendar,
        asset_calendar: arrangement.asset_calendar,
        open_date: arrangement.open_date(),
        closed_date: arrangement.closed_date,
        cycle: arrangement.cycle,
        next_run: arrangement.next_run,
        frozen: arrangement.frozen,
    });
    for (member, membership) in arrangement.members() {
        form.add(&Row::Membership {
            arrangement: id,
            member,
            stage: membership.stage,
            payout_at_clearing: membership.payout_at_clearing,
            suspended: membership.suspended,
        });
    }
    for (&scope, &maximum_minor) in &arrangement.limits {
        form.add(&Row::Limit { arrangement: id, scope, maximum_minor });
    }
    add_what_members_set(arrangement, form);
    for (&(scope, effective), &maximum_minor) in &arrangement.limits_ahead {
        form.add(&Row::LimitAhead { arrangement: id, scope, effective, maximum_minor });
    }
    for (&(member, currency), &(quote, _)) in &arrangement.rates {
        form.add(&Row::Rate { arrangement: id, member, currency, quote });
    }
    for (&date, rates) in &arrangement.fixings {
        for &(currency, rate) in rates {
            form.add(&Row::Fixing { arrangement: id, date, currency, rate });
        }
    }
    if let Some(open) = &arrangement.open_run {
        let (run, instance, until) = (open.instance.run, open.digest, open.until);
        let released_minor = arrangement.run_value_minor;
        form.add(&Row::OpenRun { arrangement: id, run, instance, until, released_minor });
        for &payment in &open.cancels {
            form.add(&Row::PendingCancel { arrangement: id, payment });
        }
    }
    for (&from, &value) in &arrangement.unit_values {
        form.add(&Row::UnitValue { arrangement: id, from, value });
    }
    if arrangement.facility_stopped {
        form.add(&Row::FacilityStopped { arrangement: id });
    }
    add_pairs(arrangement, form);
    add_credit(arrangement, form);
    add_reserve(arrangement, form);
    for closed in &arrangement.closed_cycles {
        let (cycle, date, settle_on, settled) = (closed.cycle, closed.date, closed.settle_on, closed.settled);
        form.add(&Row::Cycle { arrangement: id, cycle, date, settle_on, settled });
        for (number, (leg, confirmed)) in closed.legs.iter().enumerate() {
            form.add(&Row::CycleLeg {
                arrangement: id,
                cycle,
                leg: u32::try_from(number).expect("a cycle has few legs"),
                member: leg.member,
                counterparty: leg.counterparty,
                pay_in: leg.pay_in,
                amount_minor: leg.amount.get(),
                confirmed: *confirmed,
            });
        }
    }
    for (&(debtor, creditor), due) in &arrangement.transfers_due {
        form.add(&Row::TransferDue { arrangement: id, debtor, creditor, amount_minor: due.amount_minor, by: due.by });
    }
}

fn add_credit(arrangement: &Arrangement, form: &mut CanonicalForm) {
    let (id, credit) = (arrangement.id, &arrangement.credit);
    for (&holding, &balance_minor) in &credit.holdings {
        form.add(&Row::Credit { arrangement: id, holding, balance_minor });
    }
    for (&member, &position_minor) in &credit.cumulative {
        form.add(&Row::Cumulative { arrangement: id, member, position_minor });
    }
    for (&(member, on), &Accrued { exact, posted_minor }) in &credit.accruals {
        form.add(&Row::CreditAccrual { arrangement: id, member, on, exact, posted_minor });
    }
    if let Some(date) = credit.accrued_to {
        form.add(&Row::AccruedTo { arrangement: id, date });
    }
    for (name, &rate_ppm) in &credit.indices {
        form.add(&Row::Index { arrangement: id, name, rate_ppm });
    }
    if arrangement.day.as_ref().is_some_and(|day| day.cycle_overdue) {
        form.add(&Row::CycleOverdue { arrangement: id });
    }
    if let Some(missing_minor) = credit.stopped_minor {
        form.add(&Row::CloseStopped { arrangement: id, missing_minor });
    }
}

fn add_reserve(arrangement: &Arrangement, form: &mut CanonicalForm) {
    let (id, reserve) = (arrangement.id, &arrangement.reserve);
    if reserve.count > 0 {
        form.add(&Row::Drawings { arrangement: id, count: reserve.count });
    }
    for (&drawing, found) in &reserve.drawings {
        form.add(&Row::Drawing {
            arrangement: id,
            drawing,
            member: found.member,
            line: found.line,
            amount_minor: found.amount_minor,
            rate_ppm: found.rate_ppm,
            paid_out: found.paid_out,
            renewed: found.renewed,
            exact: found.exact,
            counted_to: found.counted_to,
            interest_paid_minor: found.interest_paid_minor,
            swap: found.swap,
        });
        for (&due, &amount_minor) in &found.instalments {
            form.add(&Row::DrawingInstalment { arrangement: id, drawing, due, amount_minor });
        }
    }
}

fn add_what_members_set(arrangement: &Arrangement, form: &mut CanonicalForm) {
    let id = arrangement.id;
    for (member, membership) in arrangement.members() {
        if let Some(effective) = membership.notice {
            form.add(&Row::Notice { arrangement: id, member, effective, leaving: membership.leaving });
        }
        if membership.entry_consent {
            form.add(&Row::EntryConsent { arrangement: id, member });
        }
        if membership.purposes != PurposeSet::ALL {
            form.add(&Row::OwnPurposes { arrangement: id, member, purposes: membership.purposes });
        }
    }
    for (&(cycle, member, counterparty), arrear) in &arrangement.arrears {
        let (amount_minor, since) = (arrear.amount_minor, arrear.since);
        form.add(&Row::Arrear { arrangement: id, cycle, member, counterparty, amount_minor, since });
    }
    for (&(cycle, member, counterparty), &amount_minor) in &arrangement.rest_claims {
        form.add(&Row::RestClaim { arrangement: id, cycle, member, counterparty, amount_minor });
    }
    for &date in &arrangement.holidays {
        form.add(&Row::Holiday { arrangement: id, date });
    }
    for (&(member, effective), &purposes) in &arrangement.purposes_ahead {
        form.add(&Row::PurposesAhead { arrangement: id, member, effective, purposes });
    }
    for (&member, ahead) in &arrangement.stages_ahead {
        let (effective, stage, payout_at_clearing) = (ahead.effective, ahead.stage, ahead.payout_at_clearing);
        form.add(&Row::StageAhead { arrangement: id, member, effective, stage, payout_at_clearing });
    }
}

fn add_pairs(arrangement: &Arrangement, form: &mut CanonicalForm) {
    let id = arrangement.id;
    let mut index = 0;
    // The table is triangular: for each higher member, all lower ones.
    for high in 1_u16.. {
        for low in 0..high {
            let Some(pair) = arrangement.pairs.get(index) else { return add_foreign_pairs(arrangement, form) };
            let (low, high) = (MemberId(low), MemberId(high));
            if pair.low_owes_minor != 0 {
                let (currency, low_owes_minor) = (arrangement.asset, pair.low_owes_minor);
                form.add(&Row::Pair { arrangement: id, low, high, currency, low_owes_minor });
            }
            if pair.number_days != 0 {
                let (number_days, as_of) = (pair.number_days, pair.as_of);
                form.add(&Row::Accrual { arrangement: id, low, high, number_days, as_of });
            }
            index += 1;
        }
    }
}

fn add_foreign_pairs(arrangement: &Arrangement, form: &mut CanonicalForm) {
    for (&(low, high, currency), &low_owes_minor) in &arrangement.foreign_pairs {
        if low_owes_minor != 0 {
            form.add(&Row::Pair { arrangement: arrangement.id, low, high, currency, low_owes_minor });
        }
    }
}
