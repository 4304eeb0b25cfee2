//! A house for tests: every command is decided, its events evolved, and the books checked after each of them.

use domain::command::{Command, CommandBody, Order, SubmitPayment};
use domain::event::{Quote, Stage};
use domain::limit::{LimitSetting, Scope};
use domain::plan::{DayStep, Denomination, Plan, Purpose};
use domain::{
    AccountKey, AccountKind, Actor, ArrangementId, BookId, CalendarId, Commitment, CurrencyId, Date, DocumentKey,
    Event, EventBody, InstitutionId, MemberId, Owner, PaymentId, PaymentOriginal, PaymentState, Refusal, RulebookId,
    Timestamp, Uetr,
};
use ledger::{Answer, Gathered, KnownPayment, Needs, RunBudget, State, decide, evolve, needs, pulse, release};
use money::{AmountMinor, CurrencyCode, Rate};
use std::collections::BTreeMap;

pub const ARRANGEMENT: ArrangementId = ArrangementId(0);
pub const OPERATOR: Actor = Actor::operator(1);
pub const OTHER_OPERATOR: Actor = Actor::operator(2);
pub const AGENT: Actor = Actor::agent(0);
pub const USD: CurrencyId = CurrencyId(0);
/// What the clock of a test adds at each command, so that every command is a block of its own.
const TICK_US: i64 = 1_000;

pub struct House {
    pub state: State,
    pub now: Timestamp,
    pub events: Vec<Event>,
    /// The time of each event.
    pub times: Vec<Timestamp>,
    pub plan: Plan,
    /// What left memory.
    pub archive: BTreeMap<PaymentId, PaymentOriginal>,
    /// How long runs stay open.
    pub optimising: Option<RunBudget>,
    next_uetr: u64,
}

pub fn day(text: &str) -> Date {
    Date::parse(text).expect("a date")
}

pub fn amount(minor: u64) -> AmountMinor {
    AmountMinor::new(minor).expect("an amount")
}

pub fn rate(text: &str) -> Rate {
    Rate::parse(text).expect("a rate")
}

pub fn uetr(number: u64) -> Uetr {
    let mut bytes = [0; 16];
    bytes[8..].copy_from_slice(&number.to_be_bytes());
    bytes[6] = 0x40;
    bytes[8] = 0x80;
    Uetr(bytes)
}

impl House {
    /// Members `0..currencies.len()`, each with two institutions (`2m` and `2m + 1`) that use the currency given, USD or
    /// else; the arrangement of the rulebook is open and all have joined it.
    pub fn new(rulebook: &str, currencies: &[&'static str]) -> Self {
        Self::under(rulebook, rulebook::source(rulebook).expect("a built-in rulebook"), currencies)
    }

    /// The same under the text of a rulebook.
    pub fn under(rulebook: &str, source: &str, currencies: &[&'static str]) -> Self {
        let members: Vec<(String, &str)> =
            currencies.iter().enumerate().map(|(index, currency)| (format!("M{index}"), *currency)).collect();
        let members: Vec<(&str, &str)> = members.iter().map(|(code, currency)| (code.as_str(), *currency)).collect();
        Self::with_text(rulebook, source, &members, |_| {})
    }

    /// The same with the codes that the rulebook gives members, beside their currencies.
    pub fn of_members(rulebook: &str, members: &[(&str, &str)]) -> Self {
        Self::with_plan(rulebook, members, |_| {})
    }

    /// The same under a plan that is changed before it is adopted.
    pub fn with_plan(rulebook: &str, members: &[(&str, &str)], change: impl FnOnce(&mut Plan)) -> Self {
        Self::with_text(rulebook, rulebook::source(rulebook).expect("a built-in rulebook"), members, change)
    }

    fn with_text(rulebook: &str, source: &str, members: &[(&str, &str)], change: impl FnOnce(&mut Plan)) -> Self {
        let parsed = rulebook::parse(rulebook, source).unwrap_or_else(|errors| panic!("{}", errors[0]));
        let mut plan = parsed.compile().unwrap_or_else(|missing| panic!("{missing}"));
        change(&mut plan);
        let mut house = Self {
            state: State::new(7),
            now: day("2022-03-01").start(),
            events: Vec::new(),
            times: Vec::new(),
            plan: plan.clone(),
            archive: BTreeMap::new(),
            optimising: None,
            next_uetr: 1,
        };
        house.operator(CommandBody::RegisterCurrency { code: CurrencyCode::USD, minor_decimals: 2 });
        for code in ["ARS", "BRL", "CLP", "UYU", "PYG", "XSU"] {
            let minor_decimals = if ["CLP", "PYG"].contains(&code) { 0 } else { 2 };
            let code = CurrencyCode::parse(code).unwrap();
            house.operator(CommandBody::RegisterCurrency { code, minor_decimals });
        }
        house.operator(CommandBody::DefineCalendar { name: "New York".into() });
        for (index, (name, code)) in members.iter().enumerate() {
            let member = MemberId::from_index(index);
            let calendar = CalendarId::from_index(index + 1);
            house.operator(CommandBody::DefineCalendar { name: format!("system of {index}") });
            house.operator(CommandBody::RegisterMember { code: (*name).to_owned(), bic: format!("BIC{index}") });
            let currency = house.state.currency(CurrencyCode::parse(code).unwrap()).unwrap();
            for bank in 0..2 {
                house.accepted(
                    Actor::member(member, 1),
                    CommandBody::AuthoriseInstitution {
                        member,
                        code: format!("M{index}B{bank}"),
                        jurisdiction: format!("J{index}"),
                        calendar,
                        currency,
                    },
                );
            }
        }
        house.operator(CommandBody::AdoptRulebook { source: source.as_bytes().to_vec(), plan: Box::new(plan) });
        house.operator(CommandBody::OpenArrangement {
            rulebook: RulebookId(0),
            agent_calendar: CalendarId(0),
            asset_calendar: CalendarId(0),
        });
        for index in 0..members.len() {
            let member = MemberId::from_index(index);
            house.join(member, Stage::Net, false);
        }
        house
    }

    pub fn join(&mut self, member: MemberId, stage: Stage, payout_at_clearing: bool) {
        let join = CommandBody::Join { arrangement: ARRANGEMENT, member, stage, payout_at_clearing };
        self.accepted(Actor::member(member, 1), join);
    }

    pub fn gives_notice(&mut self, member: u16, effective: &str) {
        let (member, effective) = (MemberId(member), day(effective));
        let body = CommandBody::GiveNotice { arrangement: ARRANGEMENT, member, effective };
        self.accepted(Actor::member(member, 1), body);
    }

    /// Where a member stands: joined, leaving, out.
    pub fn notice_of(&self, member: u16) -> Option<(Date, bool)> {
        self.state.notice(ARRANGEMENT, MemberId(member))
    }

    pub fn give(&mut self, command: &Command) -> Answer {
        self.now = self.now.plus_us(TICK_US);
        self.fall_due();
        let mut events = Vec::new();
        let gathered = self.gather(&needs(&self.state, command));
        let answer = decide(&self.state, self.now, command, &gathered, &mut events);
        self.apply(events);
        loop {
            let mut events = Vec::new();
            if !release(&self.state, self.now, &mut events) {
                return answer;
            }
            self.apply(events);
        }
    }

    /// What a command needs of what left memory.
    fn gather(&self, needs: &Needs) -> Gathered {
        let mut gathered = Gathered::default();
        for original in self.archive.values() {
            if needs.identifier == Some(original.key()) {
                let (payment, content) = (original.payment, original.content);
                let known = KnownPayment { payment, content, state: original.state, refusal: original.refusal };
                gathered.identifiers.insert(original.key(), known);
            }
            if needs.payments.contains(&original.payment) {
                gathered.payments.insert(original.payment, original.clone());
            }
            let document = original.document.map(|document| (original.arrangement, document));
            gathered.documents.extend(document.filter(|document| needs.document == Some(*document)));
        }
        gathered
    }

    /// Everything closed leaves memory; gives how many payments did.
    pub fn evict(&mut self) -> usize {
        let (_, _, payments) = self.state.counts();
        let before = PaymentId(payments);
        let leaving = self.state.originals_leaving(before);
        let count = leaving.len();
        self.archive.extend(leaving.into_iter().map(|original| (original.payment, original)));
        self.apply(vec![Event {
            actor: Actor::HOUSE,
            approvals: Vec::new(),
            body: EventBody::PaymentsEvicted { before },
        }]);
        count
    }

    /// Everything that is due by now.
    fn fall_due(&mut self) {
        for step in 0.. {
            assert!(step < 1_000, "something stays due for ever");
            let mut events = Vec::new();
            if !pulse(&self.state, self.now, self.optimising, &mut events) {
                return;
            }
            self.apply(events);
        }
    }

    fn apply(&mut self, events: Vec<Event>) {
        for event in events {
            let at = self.state.next_seq();
            evolve(&mut self.state, at, self.now, &event);
            self.events.push(event);
            self.times.push(self.now);
        }
        self.check_books();
    }

    /// Every book balances in every currency, and what cannot be negative is not.
    fn check_books(&self) {
        let mut sums: BTreeMap<(BookId, CurrencyId), i128> = BTreeMap::new();
        for (key, balance) in self.state.trial_balance() {
            *sums.entry((key.book, key.currency)).or_default() += balance;
            let never_negative =
                matches!(key.kind, AccountKind::Collected | AccountKind::PayoutDue | AccountKind::Prefunding);
            assert!(!never_negative || balance >= 0, "{key:?} is at {balance}");
        }
        assert!(sums.values().all(|sum| *sum == 0), "{sums:?}");
    }

    /// The auditor, who knows nothing of the ledger, takes every event and comes to the same state.
    pub fn audited(&self) {
        let mut model = audit::Model::new();
        for (index, (event, time)) in self.events.iter().zip(&self.times).enumerate() {
            let seq = domain::EventSeq(u64::try_from(index).unwrap());
            model.apply(seq, *time, event).unwrap_or_else(|finding| panic!("{finding} in {event:?}"));
        }
        assert_eq!(model.rows(), self.state.rows(), "the auditor has another state");
    }

    pub fn accepted(&mut self, actor: Actor, body: CommandBody) -> Answer {
        let answer = self.give(&Command::by(actor, body.clone()));
        assert!(matches!(answer, Answer::Accepted { .. }), "{body:?} was answered {answer:?}");
        answer
    }

    pub fn refused(&mut self, actor: Actor, body: CommandBody) -> Refusal {
        match self.give(&Command::by(actor, body.clone())) {
            Answer::Refused { refusal, .. } => refusal,
            other => panic!("{body:?} was answered {other:?}"),
        }
    }

    /// A command of the operator with a second person.
    pub fn operator(&mut self, body: CommandBody) {
        let answer = self.give(&Command::approved(OPERATOR, OTHER_OPERATOR, body.clone()));
        assert!(matches!(answer, Answer::Accepted { .. }), "{body:?} was answered {answer:?}");
    }

    pub fn prefund(&mut self, member: u16, minor: u64) {
        let (member, amount) = (MemberId(member), amount(minor));
        self.accepted(AGENT, CommandBody::MovePrefunding { arrangement: ARRANGEMENT, member, amount, deposit: true });
    }

    pub fn limit(&mut self, owner: u16, scope: Scope, maximum_minor: u64, effective: Date) {
        let setting = LimitSetting { arrangement: ARRANGEMENT, scope, maximum_minor, effective };
        self.accepted(Actor::member(MemberId(owner), 1), CommandBody::SetLimit(setting));
    }

    pub fn quote(&mut self, member: u16, currency: u16, quote: Quote) {
        let (member, currency) = (MemberId(member), CurrencyId(currency));
        let body = CommandBody::PublishRate { arrangement: ARRANGEMENT, member, currency, quote };
        self.accepted(Actor::member(member, 1), body);
    }

    /// Opens a business day with the plan's local times taken for UTC.
    pub fn open_day(&mut self, date: &str) {
        let date = day(date);
        let at = |seconds: u32| date.start().plus_us(i64::from(seconds) * 1_000_000);
        let schedule: Vec<(DayStep, Timestamp)> =
            self.plan.day.steps.iter().map(|(step, seconds)| (*step, at(*seconds))).collect();
        self.now = self.now.max(date.start());
        self.fall_due();
        let body =
            CommandBody::OpenDay { arrangement: ARRANGEMENT, date, schedule, time_zone_version: "test".to_owned() };
        self.accepted(OPERATOR, body);
    }

    /// Lets time pass until `time` ("HH:MM") of the open day, or of the last one; what falls due happens.
    pub fn until(&mut self, time: &str) {
        let (hours, minutes) = time.split_once(':').expect("HH:MM");
        let seconds = hours.parse::<i64>().unwrap() * 3600 + minutes.parse::<i64>().unwrap() * 60;
        let (open, closed) = self.state.business_dates(ARRANGEMENT);
        let at = open.or(closed).expect("a day").start().plus_us(seconds * 1_000_000);
        assert!(at >= self.now, "time does not go back to {time}");
        self.now = at;
        self.fall_due();
    }

    pub fn order(&mut self, payer: u32, payee: u32, minor: u64) -> Order {
        self.next_uetr += 1;
        let denomination = self.plan.denominations[0];
        let document = self.plan.evidence.map(|_| {
            let mut key = [0; 16];
            key[..8].copy_from_slice(&self.next_uetr.to_be_bytes());
            DocumentKey(key)
        });
        Order {
            arrangement: ARRANGEMENT,
            uetr: uetr(self.next_uetr),
            payer: InstitutionId(payer),
            payee: InstitutionId(payee),
            denomination,
            amount: amount(minor),
            urgent: false,
            purpose: Purpose::Goods,
            commitment: Commitment([1; 32]),
            document,
            instrument: None,
            value_date: None,
            collected: true,
            held_by: None,
        }
    }

    /// An order in the settlement asset.
    pub fn usd(&mut self, payer: u32, payee: u32, minor: u64) -> Order {
        Order { denomination: Denomination::Asset, ..self.order(payer, payee, minor) }
    }

    pub fn submit(&mut self, order: Order) -> Answer {
        let instructing = match self.plan.initiator {
            domain::plan::Initiator::Payer => order.payer,
            domain::plan::Initiator::Payee => order.payee,
        };
        self.give(&Command::by(Actor::institution(instructing, 0), CommandBody::Submit(SubmitPayment::new(order))))
    }

    pub fn enter(&mut self, order: Order) -> PaymentId {
        match self.submit(order) {
            Answer::Accepted { payment: Some(payment), .. } => payment,
            other => panic!("the order was answered {other:?}"),
        }
    }

    pub fn state_of(&self, payment: PaymentId) -> PaymentState {
        self.state.payment(payment).expect("a payment").state
    }

    pub fn position(&self, institution: u32) -> i128 {
        self.state.balance_minor(&AccountKey {
            book: BookId::Arrangement(ARRANGEMENT),
            owner: Owner::Institution(InstitutionId(institution)),
            currency: USD,
            kind: AccountKind::Position,
        })
    }

    pub fn edge(&self, member: u16, owner: Owner, currency: u16, kind: AccountKind) -> i128 {
        let (book, currency) = (BookId::Edge(MemberId(member)), CurrencyId(currency));
        self.state.balance_minor(&AccountKey { book, owner, currency, kind })
    }

    /// Nets of the last cycle closed.
    pub fn last_nets(&self) -> Vec<(u16, i128)> {
        let closed = self.events.iter().rev().find_map(|event| match &event.body {
            EventBody::CycleClosed(closed) => Some(closed),
            _ => None,
        });
        closed.expect("a closed cycle").nets.iter().map(|(member, net)| (member.0, *net)).collect()
    }

    /// The agent confirms every leg that is open, pay-ins first.
    pub fn settle(&mut self) {
        for view in self.state.settlement_legs(ARRANGEMENT).into_iter().filter(|view| !view.confirmed) {
            let leg = view.leg;
            self.accepted(
                AGENT,
                CommandBody::ConfirmSettlement {
                    arrangement: ARRANGEMENT,
                    cycle: view.cycle,
                    member: leg.member,
                    counterparty: leg.counterparty,
                    amount: leg.amount,
                },
            );
        }
    }

    /// Every member confirms what it has to pay out.
    pub fn pay_out(&mut self) {
        for participant in self.state.participants_of(ARRANGEMENT).into_iter().filter(|p| p.payouts_due > 0) {
            let body = CommandBody::ConfirmPayouts { arrangement: ARRANGEMENT, institution: participant.institution };
            self.accepted(Actor::member(participant.member, 1), body);
        }
    }
}
