//! The state of the house, computed from the tables in SQL alone, is the auditor's: row by row of the canonical form, and
//! what is folded in it too. So nothing of the state is missing in the tables, and nothing in them is made up.
//!
//! The one thing left out are days of balance for interest: a figure of the ledger, not a fact of the tables.

use crate::worlds::{Chain, Place, Values, catch_up, made, of_lab, rows, simulated};
use domain::accumulator::{Accumulator, document_row, identifier_row};
use domain::canonical::{CanonicalForm, Folded, PaymentRow, Row};
use domain::event::{DisputeOutcome, Payout, Quote, Stage};
use domain::limit::Scope;
use domain::membership::PurposeSet;
use domain::payment::LegState;
use domain::plan::Purpose;
use domain::{
    AccountKey, AccountKind, ArrangementId, BookId, CalendarId, ContentDigest, CurrencyId, CycleId, Date, DocumentKey,
    EventSeq, InstitutionId, MemberId, Owner, PaymentId, PaymentKey, PaymentState, Refusal, RulebookId, RunId,
    Timestamp, Uetr,
};
use money::Rate;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use tables::{Reader, Tables, Value};

/// The first byte of a row about days of balance.
const DAYS_OF_BALANCE: u8 = 16;
/// Those of rows about claims, debts and their interest.
const CREDIT: std::ops::RangeInclusive<u8> = 60..=65;
/// Those of rows about drawings: what is due of one on which day, and its exact interest, are figures of the ledger.
const DRAWING_FIGURES: std::ops::RangeInclusive<u8> = 76..=77;

type Sql = Vec<Value>;

/// Every row of the canonical form, from SQL.
pub fn rows_from_sql(reader: &Reader) -> Vec<Vec<u8>> {
    let mut form = CanonicalForm::new();
    let counts = rows(reader, "SELECT next_seq, (SELECT count(*) FROM payment) FROM head");
    form.add(&Row::House { events: unsigned(counts[0].number(0)), payments: unsigned(counts[0].number(1)) });
    add_registry(reader, &mut form);
    add_arrangements(reader, &mut form);
    add_terms(reader, &mut form);
    add_own_terms(reader, &mut form);
    add_holidays(reader, &mut form);
    add_rests(reader, &mut form);
    add_figures(reader, &mut form);
    add_cycles(reader, &mut form);
    add_open_runs(reader, &mut form);
    add_payments(reader, &mut form);
    for row in rows(reader, "SELECT arrangement, count(*) FROM drawing GROUP BY arrangement") {
        form.add(&Row::Drawings { arrangement: arrangement(&row, 0), count: small(row.number(1)) });
    }
    form.into_rows()
}

fn add_registry(reader: &Reader, form: &mut CanonicalForm) {
    for row in rows(reader, "SELECT currency, code, minor_decimals FROM currency") {
        let code = row.text(1).as_bytes().try_into().unwrap();
        form.add(&Row::Currency { currency: currency(&row, 0), code, minor_decimals: small(row.number(2)) });
    }
    for row in rows(reader, "SELECT calendar, name FROM calendar") {
        form.add(&Row::Calendar { calendar: CalendarId(small(row.number(0))), name: row.text(1) });
    }
    // Of two words on a day in one event, open is the last.
    let last = "SELECT calendar, day FROM calendar_change AS change
        WHERE closed AND NOT EXISTS (
            SELECT 1 FROM calendar_change AS later WHERE later.calendar = change.calendar AND later.day = change.day
                AND (later.seq > change.seq OR (later.seq = change.seq AND NOT later.closed))
        )";
    for row in rows(reader, last) {
        let day = date(row.number(1));
        if !day.is_weekend() {
            form.add(&Row::ClosedDay { calendar: CalendarId(small(row.number(0))), date: day });
        }
    }
    for row in rows(reader, "SELECT member, code, bic FROM member") {
        form.add(&Row::Member { member: member(&row, 0), code: row.text(1), bic: row.text(2) });
    }
    for row in rows(reader, "SELECT institution, member, code, jurisdiction, calendar, currency FROM institution") {
        form.add(&Row::Institution {
            institution: institution(&row, 0),
            member: member(&row, 1),
            code: row.text(2),
            jurisdiction: row.text(3),
            calendar: CalendarId(small(row.number(4))),
            currency: currency(&row, 5),
        });
    }
    for row in rows(reader, "SELECT rulebook, source FROM rulebook") {
        let Value::Blob(source) = &row[1] else { panic!("a source is bytes") };
        let source_hash = Sha256::digest(source).into();
        form.add(&Row::Rulebook { rulebook: RulebookId(small(row.number(0))), source_hash });
    }
}

fn add_arrangements(reader: &Reader, form: &mut CanonicalForm) {
    let sql = "SELECT arrangement, rulebook, agent_calendar, asset_calendar,
            (SELECT day FROM day WHERE day.arrangement = arrangement.arrangement AND closed_seq IS NULL),
            (SELECT max(day) FROM day WHERE day.arrangement = arrangement.arrangement AND closed_seq IS NOT NULL),
            (SELECT max(cycle) FROM cycle WHERE cycle.arrangement = arrangement.arrangement),
            (SELECT max(run) FROM run WHERE run.arrangement = arrangement.arrangement AND ended_seq IS NOT NULL),
            EXISTS (SELECT 1 FROM run WHERE run.arrangement = arrangement.arrangement AND ended_seq IS NULL)
        FROM arrangement";
    for row in rows(reader, sql) {
        form.add(&Row::Arrangement {
            arrangement: arrangement(&row, 0),
            rulebook: RulebookId(small(row.number(1))),
            agent_calendar: CalendarId(small(row.number(2))),
            asset_calendar: CalendarId(small(row.number(3))),
            open_date: row.optional(4).map(date),
            closed_date: row.optional(5).map(date),
            cycle: CycleId(small(row.number(6))),
            next_run: RunId(row.optional(7).map_or(0, |run| small::<u32>(run) + 1)),
            frozen: row.number(8) == 1,
        });
    }
}

/// What members have said of their own membership, taken in the order of the journal.
#[derive(Default)]
struct OwnTerms {
    open: BTreeMap<ArrangementId, Date>,
    notices: BTreeMap<(ArrangementId, MemberId), (Date, bool)>,
    admitted: BTreeMap<(ArrangementId, MemberId), PurposeSet>,
    admitted_ahead: BTreeMap<(ArrangementId, MemberId, Date), PurposeSet>,
    stages: BTreeMap<(ArrangementId, MemberId), (Date, Stage, bool)>,
    consents: BTreeSet<(ArrangementId, MemberId)>,
}

impl OwnTerms {
    fn take(&mut self, row: &Sql) {
        let (id, from) = (arrangement(row, 1), row.optional(4).map(date));
        let of = || (id, member(row, 2));
        match row.text(3) {
            "opened" => {
                let today = from.expect("a day has its date");
                self.open.insert(id, today);
                let due = self.admitted_ahead.keys().filter(|(of, _, from)| *of == id && *from <= today).copied();
                for (of, member, from) in due.collect::<Vec<_>>() {
                    let set = self.admitted_ahead.remove(&(of, member, from)).expect("just seen");
                    self.admitted.insert((of, member), set);
                }
            }
            "closed" => {
                self.open.remove(&id);
            }
            "joined" | "changed" => {
                self.stages.remove(&of());
            }
            "left" => self.forget(of()),
            "suspended" | "reinstated" => {}
            "notice" => {
                self.notices.insert(of(), (from.expect("a date"), false));
            }
            "notice withdrawn" => {
                self.notices.remove(&of());
            }
            "leaving" => {
                self.notices.get_mut(&of()).expect("a notice holds").1 = true;
                self.forget_what_is_ahead(of());
            }
            "purposes" => {
                let (from, set) = (from.expect("a date"), purpose_set(row.text(5)));
                let (_, member) = of();
                if self.open.get(&id).is_some_and(|today| from <= *today) {
                    self.admitted.insert((id, member), set);
                } else {
                    self.admitted_ahead.insert((id, member, from), set);
                }
            }
            "stage" => {
                self.stages.insert(of(), (from.expect("a date"), stage_of(row.text(6)), row.number(7) == 1));
            }
            "consent" => {
                self.consents.insert(of());
            }
            "consent withdrawn" => {
                self.consents.remove(&of());
            }
            other => panic!("a term {other}"),
        }
    }

    fn forget(&mut self, of: (ArrangementId, MemberId)) {
        self.notices.remove(&of);
        self.admitted.remove(&of);
        self.consents.remove(&of);
        self.forget_what_is_ahead(of);
    }

    fn forget_what_is_ahead(&mut self, of: (ArrangementId, MemberId)) {
        self.stages.remove(&of);
        self.admitted_ahead.retain(|(arrangement, member, _), _| (*arrangement, *member) != of);
    }

    fn add(self, form: &mut CanonicalForm) {
        for ((arrangement, member), (effective, leaving)) in self.notices {
            form.add(&Row::Notice { arrangement, member, effective, leaving });
        }
        for ((arrangement, member), (effective, stage, payout_at_clearing)) in self.stages {
            form.add(&Row::StageAhead { arrangement, member, effective, stage, payout_at_clearing });
        }
        for (arrangement, member) in self.consents {
            form.add(&Row::EntryConsent { arrangement, member });
        }
        for ((arrangement, member), purposes) in self.admitted {
            form.add(&Row::OwnPurposes { arrangement, member, purposes });
        }
        for ((arrangement, member, effective), purposes) in self.admitted_ahead {
            form.add(&Row::PurposesAhead { arrangement, member, effective, purposes });
        }
    }
}

fn add_own_terms(reader: &Reader, form: &mut CanonicalForm) {
    let sql =
        "SELECT seq, arrangement, member, term, effective_day, purposes, stage, payout_at_clearing FROM member_term
        UNION ALL SELECT seq, arrangement, member, change, NULL, NULL, stage, payout_at_clearing FROM membership_change
        UNION ALL SELECT opened_seq, arrangement, NULL, 'opened', day, NULL, NULL, NULL FROM day
        UNION ALL SELECT closed_seq, arrangement, NULL, 'closed', day, NULL, NULL, NULL FROM day
            WHERE closed_seq IS NOT NULL
        ORDER BY 1";
    let mut terms = OwnTerms::default();
    rows(reader, sql).iter().for_each(|row| terms.take(row));
    terms.add(form);
}

fn add_holidays(reader: &Reader, form: &mut CanonicalForm) {
    let sql = "SELECT arrangement, day FROM operator_act AS act WHERE act = 'holiday declared' AND NOT EXISTS (
            SELECT 1 FROM operator_act AS later WHERE later.arrangement = act.arrangement AND later.day = act.day
                AND later.seq > act.seq AND later.act = 'holiday withdrawn'
        ) GROUP BY arrangement, day";
    for row in rows(reader, sql) {
        form.add(&Row::Holiday { arrangement: arrangement(&row, 0), date: date(row.number(1)) });
    }
}

/// Arrears of completed cycles, and what is still owed of them.
fn add_rests(reader: &Reader, form: &mut CanonicalForm) {
    let sql = "SELECT rest.arrangement, rest.cycle, member, counterparty, pay_in, rest_minor, since_day
        FROM leg_rest AS rest JOIN settlement_leg AS leg
            ON leg.arrangement = rest.arrangement AND leg.cycle = rest.cycle AND leg.leg = rest.leg
        WHERE rest_minor > 0";
    for row in rows(reader, sql) {
        let (arrangement, cycle, member) = (arrangement(&row, 0), CycleId(small(row.number(1))), member(&row, 2));
        let counterparty = row.optional(3).map(|number| MemberId(small(number)));
        let amount_minor = unsigned(row.number(5));
        form.add(&if row.number(4) == 1 {
            Row::Arrear { arrangement, cycle, member, counterparty, amount_minor, since: date(row.number(6)) }
        } else {
            Row::RestClaim { arrangement, cycle, member, counterparty, amount_minor }
        });
    }
}

fn purpose_set(names: &str) -> PurposeSet {
    let purpose = |name: &str| match name {
        "goods" => Purpose::Goods,
        "services" => Purpose::Services,
        "remittance" => Purpose::Remittance,
        "pension" => Purpose::Pension,
        "public programme" => Purpose::PublicProgramme,
        "investment" => Purpose::Investment,
        other => panic!("a purpose {other}"),
    };
    PurposeSet::of(&names.split(',').map(purpose).collect::<Vec<_>>())
}

fn stage_of(name: &str) -> Stage {
    match name {
        "observer" => Stage::Observer,
        "shadow" => Stage::Shadow,
        "prefunded" => Stage::Prefunded,
        "net" => Stage::Net,
        other => panic!("a stage {other}"),
    }
}

fn add_terms(reader: &Reader, form: &mut CanonicalForm) {
    for row in rows(reader, "SELECT arrangement, member, stage, payout_at_clearing, suspended FROM membership") {
        let stage = stage_of(row.text(2));
        form.add(&Row::Membership {
            arrangement: arrangement(&row, 0),
            member: member(&row, 1),
            stage,
            payout_at_clearing: row.number(3) == 1,
            suspended: row.number(4) == 1,
        });
    }
    let sql = "SELECT arrangement, kind, institution, debtor, member, maximum_minor, effective_day, in_force_seq
        FROM limit_setting WHERE ended_seq IS NULL";
    for row in rows(reader, sql) {
        let (arrangement, scope) = (arrangement(&row, 0), scope(&row));
        let maximum_minor = u64::try_from(row.whole(5)).unwrap();
        form.add(&match row.optional(7) {
            Some(_) => Row::Limit { arrangement, scope, maximum_minor },
            None => Row::LimitAhead { arrangement, scope, effective: date(row.number(6)), maximum_minor },
        });
    }
    // The last rate that a member published since it joined last.
    let sql = "SELECT arrangement, member, currency, buy, sell, reference FROM rate
        WHERE seq = (
            SELECT max(seq) FROM rate AS other WHERE other.arrangement = rate.arrangement
                AND other.member = rate.member AND other.currency = rate.currency
        ) AND seq > coalesce((
            SELECT max(seq) FROM membership_change AS change WHERE change.arrangement = rate.arrangement
                AND change.member = rate.member AND change.change = 'left'
        ), -1)";
    for row in rows(reader, sql) {
        let rate = |place| Rate::parse(row.text(place)).unwrap();
        let quote = match row[5] {
            Value::Null => Quote::TwoSided { buy: rate(3), sell: rate(4) },
            _ => Quote::Reference(rate(5)),
        };
        let (arrangement, member, currency) = (arrangement(&row, 0), member(&row, 1), currency(&row, 2));
        form.add(&Row::Rate { arrangement, member, currency, quote });
    }
    let sql = "SELECT arrangement, day, currency, rate FROM fixing JOIN fixing_rate USING (seq)
        WHERE day IN (SELECT day FROM fixing AS other WHERE other.arrangement = fixing.arrangement ORDER BY day DESC LIMIT 2)";
    for row in rows(reader, sql) {
        form.add(&Row::Fixing {
            arrangement: arrangement(&row, 0),
            date: date(row.number(1)),
            currency: currency(&row, 2),
            rate: Rate::parse(row.text(3)).unwrap(),
        });
    }
}

fn add_figures(reader: &Reader, form: &mut CanonicalForm) {
    let sql = "SELECT book, book_number, owner, owner_number, currency, kind, balance_minor FROM account
        WHERE balance_minor <> 0";
    for row in rows(reader, sql) {
        form.add(&Row::Account { key: account_key(&row), balance_minor: row.whole(6) });
    }
    let sql = "SELECT arrangement, low, high, currency, low_owes_minor FROM pair_figure
        WHERE closed_seq IS NULL AND low_owes_minor <> 0";
    for row in rows(reader, sql) {
        form.add(&Row::Pair {
            arrangement: arrangement(&row, 0),
            low: member(&row, 1),
            high: member(&row, 2),
            currency: currency(&row, 3),
            low_owes_minor: row.whole(4),
        });
    }
    let sql = "SELECT arrangement, from_day, value FROM unit_value
        WHERE seq = (
            SELECT max(seq) FROM unit_value AS other
            WHERE other.arrangement = unit_value.arrangement AND other.from_day = unit_value.from_day
        )";
    for row in rows(reader, sql) {
        let (from, value) = (date(row.number(1)), Rate::parse(row.text(2)).unwrap());
        form.add(&Row::UnitValue { arrangement: arrangement(&row, 0), from, value });
    }
    // A facility that stopped and was not resumed since: the last of its two events.
    let sql = "SELECT arrangement FROM (
            SELECT arrangement, type, max(seq) FROM event WHERE type IN (71, 72) GROUP BY arrangement
        ) WHERE type = 71";
    for row in rows(reader, sql) {
        form.add(&Row::FacilityStopped { arrangement: arrangement(&row, 0) });
    }
    let sql = "SELECT arrangement, debtor, creditor, sum(amount_minor), min(by_day) FROM transfer
        WHERE confirmed_seq IS NULL AND netted_seq IS NULL GROUP BY 1, 2, 3";
    for row in rows(reader, sql) {
        form.add(&Row::TransferDue {
            arrangement: arrangement(&row, 0),
            debtor: member(&row, 1),
            creditor: member(&row, 2),
            amount_minor: unsigned(row.number(3)),
            by: date(row.number(4)),
        });
    }
}

pub fn account_key(row: &Sql) -> AccountKey {
    let book = match row.text(0) {
        "edge" => BookId::Edge(member(row, 1)),
        "arrangement" => BookId::Arrangement(arrangement(row, 1)),
        other => panic!("a book {other}"),
    };
    let owner = match row.text(2) {
        "house" => Owner::House,
        "member" => Owner::Member(member(row, 3)),
        "institution" => Owner::Institution(institution(row, 3)),
        "arrangement" => Owner::Arrangement(arrangement(row, 3)),
        other => panic!("an owner {other}"),
    };
    let kind = match row.text(5) {
        "institution" => AccountKind::Institution,
        "collected" => AccountKind::Collected,
        "counterpart" => AccountKind::Counterpart,
        "payout due" => AccountKind::PayoutDue,
        "FX result" => AccountKind::FxResult,
        "settled counterpart" => AccountKind::SettledCounterpart,
        "position" => AccountKind::Position,
        "net due" => AccountKind::NetDue,
        "prefunding" => AccountKind::Prefunding,
        "agent" => AccountKind::Agent,
        "interest" => AccountKind::Interest,
        "fee" => AccountKind::Fee,
        "credit" => AccountKind::Credit,
        "fund" => AccountKind::Fund,
        "reserve" => AccountKind::Reserve,
        "reserve due" => AccountKind::ReserveDue,
        "swap held" => AccountKind::SwapHeld,
        other => panic!("a kind {other}"),
    };
    AccountKey { book, owner, currency: currency(row, 4), kind }
}

fn add_cycles(reader: &Reader, form: &mut CanonicalForm) {
    let unfinished = "closed_seq IS NOT NULL AND (settled_seq IS NULL OR EXISTS (
        SELECT 1 FROM settlement_leg AS leg
        WHERE leg.arrangement = cycle.arrangement AND leg.cycle = cycle.cycle AND leg.confirmed_seq IS NULL
            AND coalesce(leg.paid_minor, 1) > 0
    ))";
    let sql =
        format!("SELECT arrangement, cycle, day, settle_on_day, settled_seq IS NOT NULL FROM cycle WHERE {unfinished}");
    for row in rows(reader, &sql) {
        form.add(&Row::Cycle {
            arrangement: arrangement(&row, 0),
            cycle: CycleId(small(row.number(1))),
            date: date(row.number(2)),
            settle_on: date(row.number(3)),
            settled: row.number(4) == 1,
        });
    }
    let sql = format!(
        "SELECT leg.arrangement, leg.cycle, leg.leg, member, counterparty, pay_in,
            iif(coalesce(leg.paid_minor, 0) > 0, leg.paid_minor, amount_minor),
            confirmed_seq IS NOT NULL OR coalesce(leg.paid_minor, 1) = 0
        FROM settlement_leg AS leg
        JOIN cycle ON cycle.arrangement = leg.arrangement AND cycle.cycle = leg.cycle
        WHERE {}",
        unfinished.replace("closed_seq IS NOT NULL AND", "cycle.closed_seq IS NOT NULL AND")
    );
    for row in rows(reader, &sql) {
        form.add(&Row::CycleLeg {
            arrangement: arrangement(&row, 0),
            cycle: CycleId(small(row.number(1))),
            leg: small(row.number(2)),
            member: member(&row, 3),
            counterparty: row.optional(4).map(|number| MemberId(small(number))),
            pay_in: row.number(5) == 1,
            amount_minor: unsigned(row.number(6)),
            confirmed: row.number(7) == 1,
        });
    }
}

fn add_open_runs(reader: &Reader, form: &mut CanonicalForm) {
    let sql = "SELECT arrangement, run, instance, until_us, released_minor FROM run
        WHERE opened_seq IS NOT NULL AND ended_seq IS NULL";
    for row in rows(reader, sql) {
        form.add(&Row::OpenRun {
            arrangement: arrangement(&row, 0),
            run: RunId(small(row.number(1))),
            instance: row.bytes(2),
            until: Timestamp(row.number(3)),
            released_minor: row.whole(4),
        });
    }
    let sql = "SELECT pending_cancel.arrangement, pending_cancel.payment FROM pending_cancel
        JOIN run USING (arrangement, run) JOIN payment_now USING (payment)
        WHERE run.ended_seq IS NULL AND state_now = 6";
    for row in rows(reader, sql) {
        let payment = PaymentId(unsigned(row.number(1)));
        form.add(&Row::PendingCancel { arrangement: arrangement(&row, 0), payment });
    }
}

const PAYMENTS: &str = "SELECT
        payment.payment, payment.arrangement, original, payer, payee, payment.uetr, payment.content, state_now,
        collection.state, payout.state, payout_when, payer_minor, position_minor, payee_minor, position_currency, urgent,
        quote_until_us, value_day, entered_day, iif(conformity IS NULL, conformity_by_day, NULL), cycle,
        returned_minor, iif(dispute.ended_seq IS NULL, dispute.carrier, NULL), dispute.until_day, dispute.state_before,
        dispute.outcome, instructing, document, ended_because, refusal.refusal
    FROM payment_now AS payment
    LEFT JOIN leg AS collection ON collection.payment = payment.payment AND collection.leg = 1
    LEFT JOIN leg AS payout ON payout.payment = payment.payment AND payout.leg = 3
    LEFT JOIN dispute ON dispute.payment = payment.payment
    LEFT JOIN refusal ON refusal.payment = payment.payment AND refusal.what = 'order'";

fn add_payments(reader: &Reader, form: &mut CanonicalForm) {
    let (mut closed, mut identifiers, mut documents) =
        (Accumulator::default(), Accumulator::default(), Accumulator::default());
    for row in rows(reader, PAYMENTS) {
        let payment = PaymentId(unsigned(row.number(0)));
        let content = ContentDigest(row.bytes(6));
        let key = PaymentKey { institution: institution(&row, 26), uetr: Uetr(row.bytes(5)) };
        let refusal = row.optional(29).map(|number| Refusal::from_number(small(number)).unwrap());
        identifiers.add(&identifier_row(key, content, payment, refusal));
        if row[27] != Value::Null && row[28] == Value::Null {
            documents.add(&document_row(arrangement(&row, 1), DocumentKey(row.bytes(27))));
        }
        if refusal.is_some() {
            continue;
        }
        let of_row = payment_row(&row);
        if of_row.state.is_closed() {
            let mut bytes = Vec::new();
            of_row.write(&mut bytes);
            closed.add(&bytes);
        } else {
            form.add(&Row::Payment(of_row));
        }
    }
    form.add(&closed.row(Folded::ClosedPayments));
    form.add(&identifiers.row(Folded::Identifiers));
    form.add(&documents.row(Folded::Documents));
}

fn payment_row(row: &Sql) -> PaymentRow {
    let dispute =
        row.optional(22).map(|carrier| (InstitutionId(small(carrier)), date(row.number(23)), state(row.number(24))));
    PaymentRow {
        payment: PaymentId(unsigned(row.number(0))),
        arrangement: arrangement(row, 1),
        return_of: row.optional(2).map(unsigned).map(PaymentId),
        payer: institution(row, 3),
        payee: institution(row, 4),
        uetr: Uetr(row.bytes(5)),
        content: ContentDigest(row.bytes(6)),
        state: state(row.number(7)),
        collection: leg_state(row.number(8)),
        payout: leg_state(row.number(9)),
        payout_when: (row[10] != Value::Null).then(|| match row.text(10) {
            "at clearing" => Payout::AtClearing,
            "after settlement" => Payout::AfterSettlement,
            "at conformity" => Payout::AtConformity,
            other => panic!("a pay-out {other}"),
        }),
        payer_minor: row.optional(11).map_or(0, unsigned),
        position_minor: unsigned(row.number(12)),
        payee_minor: row.optional(13).map_or(0, unsigned),
        position_currency: currency(row, 14),
        urgent: row.number(15) == 1,
        quote_until: row.optional(16).map(Timestamp),
        value_date: date(row.number(17)),
        entered: date(row.number(18)),
        conformity_by: row.optional(19).map(date),
        cycle: row.optional(20).map(|number| CycleId(small(number))),
        returned_minor: unsigned(row.number(21)),
        dispute,
        dispute_outcome: (row[25] != Value::Null).then(|| match row.text(25) {
            "upheld" => DisputeOutcome::Upheld,
            "rejected" => DisputeOutcome::Rejected,
            "lapsed" => DisputeOutcome::Lapsed,
            other => panic!("an outcome {other}"),
        }),
    }
}

fn scope(row: &Sql) -> Scope {
    match row.text(1) {
        "institution share" => Scope::InstitutionShare(institution(row, 2)),
        "pair" => Scope::Pair { debtor: member(row, 3), creditor: member(row, 4) },
        "creditor exposure" => Scope::CreditorExposure(member(row, 4)),
        "per payment" => Scope::PerPayment(member(row, 4)),
        "prefinancing" => Scope::Prefinancing(member(row, 4)),
        "committed line" => Scope::CommittedLine(member(row, 4)),
        "member towards all" => Scope::MemberTowardsAll(member(row, 4)),
        "facility" => Scope::Facility,
        "quota" => Scope::Quota(member(row, 4)),
        "claims" => Scope::Claims(member(row, 4)),
        "debts" => Scope::Debts(member(row, 4)),
        "allocation" => Scope::Allocation(member(row, 4)),
        other => panic!("a limit {other}"),
    }
}

pub fn small<T: TryFrom<i64>>(number: i64) -> T {
    T::try_from(number).ok().expect("a number in its range")
}

fn unsigned(number: i64) -> u64 {
    small(number)
}

fn date(days: i64) -> Date {
    Date(small(days))
}

fn member(row: &Sql, place: usize) -> MemberId {
    MemberId(small(row.number(place)))
}

fn institution(row: &Sql, place: usize) -> InstitutionId {
    InstitutionId(small(row.number(place)))
}

fn currency(row: &Sql, place: usize) -> CurrencyId {
    CurrencyId(small(row.number(place)))
}

fn arrangement(row: &Sql, place: usize) -> ArrangementId {
    ArrangementId(small(row.number(place)))
}

fn state(number: i64) -> PaymentState {
    *PaymentState::ALL.iter().find(|state| i64::from(**state as u8) == number).expect("a state")
}

fn leg_state(number: i64) -> LegState {
    *LegState::ALL.iter().find(|state| i64::from(**state as u8) == number).expect("a state of a leg")
}

/// Rows that only one of two has, but for days of balance, and for the kinds, dates and interest of claims and debts, of
/// which the tables have the sums.
pub fn apart(of_sql: &[Vec<u8>], of_auditor: &[Vec<u8>]) -> String {
    let relevant = |rows: &[Vec<u8>]| -> BTreeSet<Vec<u8>> {
        rows.iter()
            .filter(|row| {
                row[0] != DAYS_OF_BALANCE
                    && row[0] != CYCLE_OVERDUE
                    && !CREDIT.contains(&row[0])
                    && !DRAWING_FIGURES.contains(&row[0])
            })
            .cloned()
            .collect()
    };
    let (mine, theirs) = (relevant(of_sql), relevant(of_auditor));
    let hex = |row: &Vec<u8>| row.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let only = |one: &BTreeSet<Vec<u8>>, other: &BTreeSet<Vec<u8>>| -> Vec<String> {
        one.difference(other).take(3).map(hex).collect()
    };
    if mine == theirs {
        return String::new();
    }
    format!("only in SQL {:?}; only with the auditor {:?}", only(&mine, &theirs), only(&theirs, &mine))
}

/// Whether a cycle is overdue follows from its rulebook's period, which is in no table.
const CYCLE_OVERDUE: u8 = 66;

/// Follows a chain block by block and compares after every `every`-th.
pub fn follow(chain: &Chain, every: usize) {
    let place = Place::new();
    let mut tables = Tables::create(&place.file).expect("made");
    let reader = Reader::open(&place.file).expect("opened");
    let mut auditor = audit::Model::new();
    for (number, block) in chain.0.iter().enumerate() {
        tables.apply(block).unwrap_or_else(|fault| panic!("{fault}"));
        let time = Timestamp(block.header().time_us);
        for (seq, bytes) in block.events() {
            let event = codec::decode_exact(bytes).unwrap();
            auditor.apply(EventSeq(seq), time, &event).unwrap_or_else(|finding| panic!("{finding}"));
        }
        if number % every == 0 || number + 1 == chain.0.len() {
            let apart = apart(&rows_from_sql(&reader), &auditor.rows());
            assert_eq!(apart, "", "after block {number}, up to event {}", block.header().next_seq());
        }
    }
    tables.check().expect("good");
}

/// Seeds looked at for what happens rarely.
const SEEDS_MAX: u64 = 1_000;

#[test]
fn the_state_of_simulated_houses_computed_from_the_tables_is_that_of_the_auditor_after_every_block() {
    let mut seen: BTreeMap<String, u64> = BTreeMap::new();
    // Members of these houses never get to leave, and no optimiser works beside them; that is below.
    let elsewhere = [
        "MemberLeft",
        "RunOpened",
        "CancelPending",
        "RunConcluded",
        // No index is in what the simulator draws, nothing that a fund has to pay, and no rulebook that runs has reports.
        "CloseStopped",
        "IndexPublished",
        "PositionReported",
    ];
    let missing = |seen: &BTreeMap<String, u64>| -> Vec<&str> {
        let names = codec::EVENT_TYPES.iter().map(|kind| kind.name);
        names.filter(|name| !seen.contains_key(*name) && !elsewhere.contains(name)).collect()
    };
    // Some houses, and more of those in which something happens that happened in none before.
    for seed in 0..SEEDS_MAX {
        let lacking = missing(&seen);
        if seed >= 6 && lacking.is_empty() {
            break;
        }
        let events = simulated(seed);
        if seed >= 6 && !events.iter().any(|(_, event)| lacking.contains(&codec::event_type(&event.body).name)) {
            continue;
        }
        for (_, event) in &events {
            *seen.entry(codec::event_type(&event.body).name.to_owned()).or_default() += 1;
        }
        follow(&Chain::of(&events, 40), 7);
    }
    let missing = missing(&seen);
    assert!(missing.is_empty(), "no house had {missing:?}: the test says less than it claims");
}

#[test]
fn the_state_of_runs_of_the_lab_computed_from_the_tables_is_that_of_the_auditor() {
    for (rulebook, window, payments) in [
        ("caudal", ("2024-03-04", "2024-03-06"), 400),
        ("sml-ar-br", ("2024-03-04", "2024-03-06"), 120),
        ("cpcr", ("2024-04-24", "2024-05-03"), 200),
    ] {
        let (events, _) = of_lab(rulebook, window, payments);
        follow(&Chain::of(&events, 64), 60);
    }
}

#[test]
fn a_table_that_lacks_a_fact_is_noticed() {
    // The control: the same comparison against an auditor who has seen one event more.
    let events = simulated(1);
    let chain = Chain::of(&events, 40);
    let place = Place::new();
    made(&place.file, &chain.first(chain.0.len() - 1));
    let reader = Reader::open(&place.file).expect("opened");
    let mut auditor = audit::Model::new();
    for (seq, (time, event)) in (0..).zip(&events) {
        auditor.apply(EventSeq(seq), *time, event).unwrap();
    }
    assert_ne!(apart(&rows_from_sql(&reader), &auditor.rows()), "");
    let mut tables = Tables::open(&place.file).expect("opened");
    catch_up(&mut tables, &chain);
    assert_eq!(apart(&rows_from_sql(&reader), &auditor.rows()), "");
}
