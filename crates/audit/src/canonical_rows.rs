//! The model as rows of the canonical form, and their digest.

use crate::model::{Arrangement, Model};
use domain::canonical::{CanonicalForm, Folded, Row};
use domain::membership::PurposeSet;
use domain::{ArrangementId, CalendarId, CurrencyId, InstitutionId, MemberId, RulebookId};

impl Model {
    /// Digest of the canonical state (docs/decisions/0008-digest.md).
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        self.form().digest()
    }

    /// Every row of the canonical state in bytes, in canonical order: for finding where two states differ.
    #[must_use]
    pub fn rows(&self) -> Vec<Vec<u8>> {
        self.form().into_rows()
    }

    fn form(&self) -> CanonicalForm {
        let mut form = CanonicalForm::new();
        self.each_row(|row| form.add(row));
        form
    }

    /// Every fact of the state.
    pub(crate) fn each_row(&self, mut add: impl FnMut(&Row<'_>)) {
        add(&Row::House { events: self.events, payments: self.payments_count });
        self.each_registration(&mut add);
        for (id, arrangement) in &self.arrangements {
            each_row_of_arrangement(*id, arrangement, &mut add);
        }
        for (key, balance_minor) in self.books.iter() {
            add(&Row::Account { key, balance_minor });
        }
        for payment in &self.open_payments {
            add(&Row::Payment(self.payments[*payment].row(*payment)));
        }
        add(&self.closed_payments.row(Folded::ClosedPayments));
        add(&self.identifiers_folded.row(Folded::Identifiers));
        add(&self.documents_folded.row(Folded::Documents));
    }

    fn each_registration(&self, add: &mut impl FnMut(&Row<'_>)) {
        for (index, known) in self.currencies.iter().enumerate() {
            let code = known.code.as_str().as_bytes().try_into().expect("a currency code has three letters");
            let currency = CurrencyId::from_index(index);
            add(&Row::Currency { currency, code, minor_decimals: known.minor_decimals });
        }
        for (index, known) in self.calendars.iter().enumerate() {
            let calendar = CalendarId::from_index(index);
            add(&Row::Calendar { calendar, name: &known.name });
            known.closed.iter().for_each(|date| add(&Row::ClosedDay { calendar, date: *date }));
        }
        for (index, known) in self.members.iter().enumerate() {
            add(&Row::Member { member: MemberId::from_index(index), code: &known.code, bic: &known.bic });
        }
        for (index, known) in self.institutions.iter().enumerate() {
            add(&Row::Institution {
                institution: InstitutionId::from_index(index),
                member: known.member,
                code: &known.code,
                jurisdiction: &known.jurisdiction,
                calendar: known.calendar,
                currency: known.currency,
            });
        }
        for (index, known) in self.rulebooks.iter().enumerate() {
            add(&Row::Rulebook { rulebook: RulebookId::from_index(index), source_hash: known.source_hash });
        }
    }
}

fn each_row_of_arrangement(id: ArrangementId, arrangement: &Arrangement, add: &mut impl FnMut(&Row<'_>)) {
    add(&Row::Arrangement {
        arrangement: id,
        rulebook: arrangement.rulebook,
        agent_calendar: arrangement.agent_calendar,
        asset_calendar: arrangement.asset_calendar,
        open_date: arrangement.open_date(),
        closed_date: arrangement.closed_date,
        cycle: arrangement.cycle,
        next_run: arrangement.next_run,
        frozen: arrangement.frozen.is_some(),
    });
    for (member, membership) in &arrangement.members {
        add(&Row::Membership {
            arrangement: id,
            member: *member,
            stage: membership.stage,
            payout_at_clearing: membership.payout_at_clearing,
            suspended: membership.suspended,
        });
    }
    for (scope, maximum_minor) in &arrangement.limits {
        add(&Row::Limit { arrangement: id, scope: *scope, maximum_minor: *maximum_minor });
    }
    each_row_that_members_set(id, arrangement, add);
    for ((scope, effective), maximum_minor) in &arrangement.limits_ahead {
        add(&Row::LimitAhead { arrangement: id, scope: *scope, effective: *effective, maximum_minor: *maximum_minor });
    }
    for ((member, currency), quote) in &arrangement.rates {
        add(&Row::Rate { arrangement: id, member: *member, currency: *currency, quote: *quote });
    }
    for (date, rates) in &arrangement.fixings {
        for (currency, rate) in rates {
            add(&Row::Fixing { arrangement: id, date: *date, currency: *currency, rate: *rate });
        }
    }
    if let Some(run) = &arrangement.frozen
        && let Some(open) = &run.open
    {
        let (instance, until, released_minor) = (open.instance, open.until, run.released_minor);
        add(&Row::OpenRun { arrangement: id, run: run.run, instance, until, released_minor });
        for payment in &open.cancels {
            add(&Row::PendingCancel { arrangement: id, payment: *payment });
        }
    }
    for (from, value) in &arrangement.unit_values {
        add(&Row::UnitValue { arrangement: id, from: *from, value: *value });
    }
    if arrangement.facility_stopped {
        add(&Row::FacilityStopped { arrangement: id });
    }
    each_row_of_credit(id, arrangement, add);
    each_row_of_drawings(id, arrangement, add);
    each_row_of_debts(id, arrangement, add);
    each_row_of_cycles(id, arrangement, add);
}

fn each_row_of_credit(id: ArrangementId, arrangement: &Arrangement, add: &mut impl FnMut(&Row<'_>)) {
    let credit = &arrangement.credit;
    for (holding, balance_minor) in &credit.holdings {
        add(&Row::Credit { arrangement: id, holding: *holding, balance_minor: *balance_minor });
    }
    for (member, position_minor) in &credit.cumulative {
        add(&Row::Cumulative { arrangement: id, member: *member, position_minor: *position_minor });
    }
    for ((member, on), (exact, posted_minor)) in &credit.accruals {
        add(&Row::CreditAccrual {
            arrangement: id,
            member: *member,
            on: *on,
            exact: *exact,
            posted_minor: *posted_minor,
        });
    }
    credit.counted_to.iter().for_each(|date| add(&Row::AccruedTo { arrangement: id, date: *date }));
    for (name, rate_ppm) in &credit.indices {
        add(&Row::Index { arrangement: id, name, rate_ppm: *rate_ppm });
    }
    if arrangement.open.as_ref().is_some_and(|day| day.ends_an_earlier_period) {
        add(&Row::CycleOverdue { arrangement: id });
    }
    credit.stopped.iter().for_each(|missing| add(&Row::CloseStopped { arrangement: id, missing_minor: *missing }));
}

fn each_row_of_drawings(id: ArrangementId, arrangement: &Arrangement, add: &mut impl FnMut(&Row<'_>)) {
    if arrangement.reserve.count != 0 {
        add(&Row::Drawings { arrangement: id, count: arrangement.reserve.count });
    }
    let minor = |minor: i128| u64::try_from(minor).expect("what is owed of an amount fits one");
    for (drawing, found) in &arrangement.reserve.drawings {
        let (drawn, counted_to) = (&found.drawn, found.counted_to());
        add(&Row::Drawing {
            arrangement: id,
            drawing: *drawing,
            member: drawn.member,
            line: drawn.line,
            amount_minor: drawn.amount.get(),
            rate_ppm: drawn.rate_ppm,
            paid_out: found.paid_out,
            renewed: found.renewed,
            exact: found.exact_to(counted_to),
            counted_to,
            interest_paid_minor: minor(found.interest_paid),
            swap: drawn.swap,
        });
        for (due, left) in found.due(arrangement.months_of(found)) {
            add(&Row::DrawingInstalment { arrangement: id, drawing: *drawing, due, amount_minor: minor(left) });
        }
    }
}

fn each_row_that_members_set(id: ArrangementId, arrangement: &Arrangement, add: &mut impl FnMut(&Row<'_>)) {
    for (member, known) in &arrangement.members {
        if let Some(effective) = known.notice {
            add(&Row::Notice { arrangement: id, member: *member, effective, leaving: known.leaving });
        }
        if arrangement.entry_consents.contains(member) {
            add(&Row::EntryConsent { arrangement: id, member: *member });
        }
        if known.purposes != PurposeSet::ALL {
            add(&Row::OwnPurposes { arrangement: id, member: *member, purposes: known.purposes });
        }
    }
    for ((cycle, member, counterparty), (amount_minor, since)) in &arrangement.arrears {
        add(&Row::Arrear {
            arrangement: id,
            cycle: *cycle,
            member: *member,
            counterparty: *counterparty,
            amount_minor: *amount_minor,
            since: *since,
        });
    }
    for ((cycle, member, counterparty), amount_minor) in &arrangement.rest_claims {
        add(&Row::RestClaim {
            arrangement: id,
            cycle: *cycle,
            member: *member,
            counterparty: *counterparty,
            amount_minor: *amount_minor,
        });
    }
    for date in &arrangement.holidays {
        add(&Row::Holiday { arrangement: id, date: *date });
    }
    for ((member, effective), purposes) in &arrangement.purposes_ahead {
        add(&Row::PurposesAhead { arrangement: id, member: *member, effective: *effective, purposes: *purposes });
    }
    for (member, ahead) in &arrangement.stages_ahead {
        add(&Row::StageAhead {
            arrangement: id,
            member: *member,
            effective: ahead.effective,
            stage: ahead.stage,
            payout_at_clearing: ahead.payout_at_clearing,
        });
    }
}

fn each_row_of_debts(id: ArrangementId, arrangement: &Arrangement, add: &mut impl FnMut(&Row<'_>)) {
    for ((low, high, currency), low_owes_minor) in &arrangement.pairs {
        if *low_owes_minor != 0 {
            add(&Row::Pair {
                arrangement: id,
                low: *low,
                high: *high,
                currency: *currency,
                low_owes_minor: *low_owes_minor,
            });
        }
    }
    for (pair, as_of) in &arrangement.changed_on {
        let (low, high) = *pair;
        let number_days = arrangement.number_days_of(*pair, *as_of);
        if number_days != 0 {
            add(&Row::Accrual { arrangement: id, low, high, number_days, as_of: *as_of });
        }
    }
    for ((debtor, creditor), (amount_minor, by)) in &arrangement.transfers {
        add(&Row::TransferDue {
            arrangement: id,
            debtor: *debtor,
            creditor: *creditor,
            amount_minor: *amount_minor,
            by: *by,
        });
    }
}

fn each_row_of_cycles(id: ArrangementId, arrangement: &Arrangement, add: &mut impl FnMut(&Row<'_>)) {
    for (cycle, closed) in &arrangement.closed_cycles {
        add(&Row::Cycle {
            arrangement: id,
            cycle: *cycle,
            date: closed.date,
            settle_on: closed.settle_on,
            settled: closed.settled,
        });
        for (index, (leg, confirmed)) in closed.legs.iter().enumerate() {
            add(&Row::CycleLeg {
                arrangement: id,
                cycle: *cycle,
                leg: u32::try_from(index).expect("a cycle has few legs"),
                member: leg.member,
                counterparty: leg.counterparty,
                pay_in: leg.pay_in,
                amount_minor: leg.amount.get(),
                confirmed: *confirmed,
            });
        }
    }
}
