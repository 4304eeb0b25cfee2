//! Telling a story: events one after the other, as nobody's engine decided them, and checked as they are told.

use crate::house_in_sql::small;
use crate::worlds::Events;
use domain::event::{CycleClosed, Disposition, PaymentEntered, Quote, Stage};
use domain::limit::{LimitSetting, Scope};
use domain::payment::Amounts;
use domain::plan::{Denomination, Purpose};
use domain::time::SECOND_US;
use domain::{
    Actor, ArrangementId, CalendarId, Commitment, ContentDigest, CurrencyId, CycleId, Date, DocumentKey, Event,
    EventBody, EventSeq, InstitutionId, MemberId, PaymentId, Plan, RulebookId, RunId, RunInstance, RunItem,
    RunParticipant, Timestamp, Uetr,
};
use money::{AmountMinor, CurrencyCode, Rate};
use std::collections::BTreeSet;

/// A house whose events are told one by one, checked by an auditor and taken in by a ledger.
pub struct Told {
    pub events: Events,
    auditor: audit::Model,
    /// Whether the auditor is to follow: he knows no optimiser.
    audited: bool,
    ledger: ledger::State,
    pub now: Timestamp,
    plan: Plan,
    payments: u64,
}

pub fn member_of(member: MemberId) -> Actor {
    Actor::member(member, 1)
}

impl Told {
    pub fn new() -> Told {
        let rulebook = rulebook::parse("caudal.toml", rulebook::source("caudal").unwrap()).expect("our own");
        let mut plan = rulebook.compile().expect("runs");
        // Members of these stories leave at once, when they are flat.
        plan.additions.exit = None;
        let (auditor, ledger, now) = (audit::Model::new(), ledger::State::new(0), day("2024-03-01").start());
        Told { events: Events::new(), auditor, audited: true, ledger, now, plan, payments: 0 }
    }

    fn tell(&mut self, event: Event) {
        let seq = EventSeq(u64::try_from(self.events.len()).unwrap());
        if self.audited {
            let found = self.auditor.apply(seq, self.now, &event);
            found.unwrap_or_else(|finding| panic!("{finding} in {event:?}"));
        }
        ledger::evolve(&mut self.ledger, seq, self.now, &event);
        self.events.push((self.now, event));
        self.now = self.now.plus_us(1_000);
    }

    pub fn by(&mut self, actor: Actor, body: EventBody) {
        self.tell(Event { actor, approvals: Vec::new(), body });
    }

    fn operator(&mut self, body: EventBody) {
        self.tell(Event { actor: Actor::operator(1), approvals: vec![Actor::operator(2)], body });
    }

    /// Three members with an institution each, in an arrangement.
    pub fn found(&mut self) {
        for (index, code) in ["USD", "AAA", "BBB", "CCC"].into_iter().enumerate() {
            let code = CurrencyCode::parse(code).unwrap();
            self.operator(EventBody::CurrencyRegistered {
                currency: CurrencyId::from_index(index),
                code,
                minor_decimals: 2,
            });
        }
        self.operator(EventBody::CalendarDefined { calendar: CalendarId(0), name: "all".to_owned() });
        let arrangement = ArrangementId(0);
        for (index, code) in ["AAA", "BBB", "CCC"].into_iter().enumerate() {
            let member = MemberId::from_index(index);
            self.operator(EventBody::MemberRegistered { member, code: code.to_owned(), bic: format!("{code}ZZZZZ") });
            let institution = EventBody::InstitutionAuthorised {
                institution: InstitutionId::from_index(index),
                member,
                code: format!("{code}-1"),
                jurisdiction: code.to_owned(),
                calendar: CalendarId(0),
                currency: CurrencyId::from_index(index + 1),
            };
            self.by(member_of(member), institution);
        }
        let (source, plan) = (b"the rules".to_vec(), Box::new(self.plan.clone()));
        self.operator(EventBody::RulebookAdopted { rulebook: RulebookId(0), source, plan });
        let (agent_calendar, asset_calendar) = (CalendarId(0), CalendarId(0));
        let opened =
            EventBody::ArrangementOpened { arrangement, rulebook: RulebookId(0), agent_calendar, asset_calendar };
        self.operator(opened);
        for index in 0..3 {
            let member = MemberId::from_index(index);
            self.join(arrangement, member, Stage::Net);
            let (buy, sell) = (Rate::parse("99.50").unwrap(), Rate::parse("99.600").unwrap());
            let (currency, quote) = (CurrencyId::from_index(index + 1), Quote::TwoSided { buy, sell });
            self.by(member_of(member), EventBody::RatePublished { arrangement, member, currency, quote });
        }
    }

    pub fn join(&mut self, arrangement: ArrangementId, member: MemberId, stage: Stage) {
        let body = EventBody::MemberJoined { arrangement, member, stage, payout_at_clearing: true };
        self.by(member_of(member), body);
    }

    pub fn limit(&mut self, arrangement: ArrangementId, scope: Scope, maximum_minor: u64, effective: &str) {
        let body = EventBody::LimitSet(LimitSetting { arrangement, scope, maximum_minor, effective: day(effective) });
        match scope {
            Scope::CommittedLine(_)
            | Scope::Quota(_)
            | Scope::MemberTowardsAll(_)
            | Scope::Facility
            | Scope::Allocation(_) => {
                self.operator(body);
            }
            Scope::InstitutionShare(institution) => self.by(member_of(MemberId(small(i64::from(institution.0)))), body),
            Scope::Pair { creditor, .. } => self.by(member_of(creditor), body),
            Scope::CreditorExposure(of)
            | Scope::PerPayment(of)
            | Scope::Prefinancing(of)
            | Scope::PrefundedBalance(of)
            | Scope::Claims(of)
            | Scope::Debts(of) => self.by(member_of(of), body),
        }
    }

    pub fn house(&mut self, body: EventBody) {
        self.by(Actor::HOUSE, body);
    }

    /// A payment between two institutions, the same in all three legs. From here on no auditor follows, who would ask for
    /// its price.
    pub fn order(
        &mut self,
        (payer, payee): (u32, u32),
        minor: u64,
        urgent: bool,
        disposition: Disposition,
    ) -> PaymentId {
        self.audited = false;
        let payment = PaymentId(self.payments);
        self.payments += 1;
        let amount = AmountMinor::new(minor).unwrap();
        let date = self.now.date();
        let entered = PaymentEntered {
            payment,
            arrangement: ArrangementId(0),
            uetr: Uetr([u8::try_from(payment.0).unwrap() + 1; 16]),
            payer: InstitutionId(payer),
            payee: InstitutionId(payee),
            content: ContentDigest([7; 16]),
            commitment: Commitment([9; 32]),
            document: Some(DocumentKey([u8::try_from(payment.0).unwrap(); 16])),
            instrument: None,
            purpose: Purpose::Services,
            urgent,
            denomination: Denomination::Asset,
            position_currency: CurrencyId(0),
            amounts: Amounts { payer: Some(amount), position: amount, payee: amount },
            quote_until: Some(self.now.plus_us(1_800 * SECOND_US)),
            value_date: date,
            collected: true,
            conformity_by: None,
            disposition,
        };
        self.by(Actor::institution(InstitutionId(payer), 0), EventBody::PaymentEntered(entered));
        payment
    }

    /// What each institution may still pay, from the accounts of the ledger and the shares of the story.
    pub fn headrooms(&self) -> Vec<i128> {
        (0..3).map(|number| self.headroom(InstitutionId(number))).collect()
    }

    fn headroom(&self, institution: InstitutionId) -> i128 {
        let mut headroom = 0;
        for (_, event) in &self.events {
            match &event.body {
                EventBody::LimitSet(setting) if setting.scope == Scope::InstitutionShare(institution) => {
                    headroom = i128::from(setting.maximum_minor);
                }
                _ => {}
            }
        }
        let moved = self.events.iter().map(|(_, event)| match &event.body {
            EventBody::PaymentEntered(entered) if matches!(entered.disposition, Disposition::Cleared(_)) => {
                vec![entered.payment]
            }
            EventBody::QueueReleased { payments, .. } => payments.iter().map(|released| released.payment).collect(),
            _ => Vec::new(),
        });
        let order = |payment: PaymentId| {
            self.events.iter().find_map(|(_, event)| match &event.body {
                EventBody::PaymentEntered(entered) if entered.payment == payment => Some(entered),
                _ => None,
            })
        };
        for entered in moved.flatten().filter_map(order) {
            let minor = entered.amounts.position.as_balance();
            headroom +=
                minor * i128::from(entered.payee == institution) - minor * i128::from(entered.payer == institution);
        }
        headroom
    }

    /// A run stays open over items: payment, ends, amount, whether urgent.
    pub fn opened(&mut self, run: RunId, items: &[(PaymentId, (u32, u32), u64, bool)]) {
        let mut items: Vec<RunItem> = items
            .iter()
            .map(|&(payment, (payer, payee), minor, urgent)| {
                let (payer, payee) = (InstitutionId(payer), InstitutionId(payee));
                RunItem { payment, payer, payee, amount: AmountMinor::new(minor).unwrap(), urgent }
            })
            .collect();
        items.sort_unstable_by_key(|item| item.payment);
        let ends: BTreeSet<InstitutionId> = items.iter().flat_map(|item| [item.payer, item.payee]).collect();
        let participant = |institution| RunParticipant { institution, headroom_minor: self.headroom(institution) };
        let participants = ends.into_iter().map(participant).collect();
        let arrangement = ArrangementId(0);
        let count = u64::try_from(items.len()).unwrap();
        let instance = RunInstance { arrangement, run, participants, items }.digest();
        let until = self.now.plus_us(60 * SECOND_US);
        self.house(EventBody::RunOpened { arrangement, run, items: count, instance, until });
    }

    pub fn open(&mut self, arrangement: ArrangementId, date: &str) {
        let date = day(date);
        self.now = date.start();
        let at = |at_s: u32| date.start().plus_us(i64::from(at_s) * SECOND_US);
        let schedule = self.plan.day.steps.iter().map(|(step, at_s)| (*step, at(*at_s))).collect();
        let time_zone_version = "2024a".to_owned();
        self.by(Actor::operator(1), EventBody::DayOpened { arrangement, date, schedule, time_zone_version });
    }

    /// A business day on which nothing happens but its opening and its close.
    pub fn day(&mut self, arrangement: ArrangementId, date: &str) {
        self.open(arrangement, date);
        let date = day(date);
        self.now = date.plus_days(1).start();
        let (cycle, settle_on) = (self.cycle(), date.plus_days(if date.weekday() == 4 { 3 } else { 1 }));
        let closed = CycleClosed {
            arrangement,
            cycle,
            date,
            positions: Vec::new(),
            interest: Vec::new(),
            nets: Vec::new(),
            fx_results: Vec::new(),
            legs: Vec::new(),
            settle_on,
        };
        self.by(Actor::HOUSE, EventBody::CycleClosed(Box::new(closed)));
        self.by(Actor::HOUSE, EventBody::CycleSettled { arrangement, cycle });
        let digest = self.auditor.digest();
        self.by(Actor::HOUSE, EventBody::DayClosed { arrangement, date, digest });
    }

    fn cycle(&self) -> CycleId {
        let closed = self.events.iter().filter(|(_, event)| matches!(event.body, EventBody::CycleClosed(_)));
        CycleId::from_index(closed.count())
    }
}

pub fn day(text: &str) -> Date {
    Date::parse(text).expect("a date of the test")
}
