//! Telling a story: events one after the other, each applied to an auditor as it is told.

use audit::{Finding, Model};
use domain::command::Order;
use domain::event::{Disposition, PaymentEntered};
use domain::payment::Amounts;
use domain::plan::{DayStep, Denomination, Initiator, Plan, Price, Purpose};
use domain::time::SECOND_US;
use domain::{
    Actor, ArrangementId, CalendarId, Commitment, CurrencyId, Date, Event, EventBody, EventSeq, InstitutionId,
    MemberId, PaymentId, RulebookId, Timestamp, Uetr,
};
use money::{AmountMinor, CurrencyCode};

pub const ARRANGEMENT: ArrangementId = ArrangementId(0);

pub fn date(text: &str) -> Date {
    Date::parse(text).expect("a date of the test")
}

pub fn amount(minor: u64) -> AmountMinor {
    AmountMinor::new(minor).expect("an amount of the test")
}

pub fn amounts(payer: u64, position: u64, payee: u64) -> Amounts {
    Amounts { payer: AmountMinor::new(payer).ok(), position: amount(position), payee: amount(payee) }
}

pub fn institution(number: u32) -> InstitutionId {
    InstitutionId(number)
}

pub fn member(number: u16) -> MemberId {
    MemberId(number)
}

pub fn payment(number: u64) -> PaymentId {
    PaymentId(number)
}

/// A reference of its own for each number.
pub fn uetr(number: u64) -> Uetr {
    let mut bytes = [0; 16];
    bytes[8..].copy_from_slice(&number.to_be_bytes());
    bytes[6] = 0x40;
    bytes[8] |= 0x80;
    Uetr(bytes)
}

/// Events with their times.
pub type Events = Vec<(Timestamp, Event)>;

pub struct Story {
    pub events: Events,
    pub model: Model,
    pub now: Timestamp,
    plan: Option<Plan>,
    payments: u64,
    open: Option<Date>,
}

impl Story {
    pub fn new() -> Self {
        let now = date("2020-01-01").start();
        Self { events: Vec::new(), model: Model::new(), now, plan: None, payments: 0, open: None }
    }

    /// Time of day of the open date.
    pub fn at(&mut self, hour: i64, minute: i64) {
        let date = self.open.expect("a day is open");
        self.now = date.start().plus_us((hour * 60 + minute) * 60 * SECOND_US);
    }

    pub fn tell(&mut self, event: Event) {
        let seq = EventSeq(u64::try_from(self.events.len()).unwrap());
        if let Err(finding) = self.model.apply(seq, self.now, &event) {
            panic!("{finding}\nin {event:?}");
        }
        self.events.push((self.now, event));
    }

    pub fn by(&mut self, actor: Actor, body: EventBody) {
        self.tell(Event { actor, approvals: Vec::new(), body });
    }

    /// By the house, when something is due.
    pub fn house(&mut self, body: EventBody) {
        self.by(Actor::HOUSE, body);
    }

    /// By two persons of the operator.
    pub fn operator(&mut self, body: EventBody) {
        self.tell(Event { actor: Actor::operator(1), approvals: vec![Actor::operator(2)], body });
    }

    pub fn by_member(&mut self, number: u16, body: EventBody) {
        self.by(Actor::member(member(number), 1), body);
    }

    pub fn by_institution(&mut self, number: u32, body: EventBody) {
        self.by(Actor::institution(institution(number), 0), body);
    }

    pub fn by_agent(&mut self, body: EventBody) {
        self.by(Actor::agent(1), body);
    }

    /// Currencies, three calendars, members with their currencies, and one arrangement under a plan.
    pub fn found(&mut self, currencies: &[&str], members: &[(&str, &[u16])], plan: Plan) {
        for (index, code) in currencies.iter().enumerate() {
            let code = CurrencyCode::parse(code).unwrap();
            self.operator(EventBody::CurrencyRegistered {
                currency: CurrencyId::from_index(index),
                code,
                minor_decimals: 2,
            });
        }
        for (index, name) in ["members", "agent", "asset centre"].iter().enumerate() {
            let calendar = CalendarId::from_index(index);
            self.operator(EventBody::CalendarDefined { calendar, name: (*name).to_owned() });
        }
        let mut institutions = 0;
        for (index, (code, edges)) in members.iter().enumerate() {
            let member = MemberId::from_index(index);
            let (code, bic) = ((*code).to_owned(), format!("{code}ZZZZZ"));
            self.operator(EventBody::MemberRegistered { member, code: code.clone(), bic });
            for currency in *edges {
                self.by(
                    Actor::member(member, 1),
                    EventBody::InstitutionAuthorised {
                        institution: institution(institutions),
                        member,
                        code: format!("{code} bank {institutions}"),
                        jurisdiction: code.clone(),
                        calendar: CalendarId(0),
                        currency: CurrencyId(*currency),
                    },
                );
                institutions += 1;
            }
        }
        let source = b"the rules, as they were agreed".to_vec();
        self.operator(EventBody::RulebookAdopted { rulebook: RulebookId(0), source, plan: Box::new(plan.clone()) });
        self.operator(EventBody::ArrangementOpened {
            arrangement: ARRANGEMENT,
            rulebook: RulebookId(0),
            agent_calendar: CalendarId(1),
            asset_calendar: CalendarId(2),
        });
        self.plan = Some(plan);
    }

    fn plan(&self) -> &Plan {
        self.plan.as_ref().expect("an arrangement was founded")
    }

    /// Opens a business day; the steps at their times of day.
    pub fn open(&mut self, day: &str) {
        let day = date(day);
        self.now = self.now.max(day.start());
        let steps = self.plan().day.steps.iter();
        let schedule: Vec<(DayStep, Timestamp)> =
            steps.map(|(step, at_s)| (*step, day.start().plus_us(i64::from(*at_s) * SECOND_US))).collect();
        let body = EventBody::DayOpened {
            arrangement: ARRANGEMENT,
            date: day,
            schedule,
            time_zone_version: "2024a".to_owned(),
        };
        self.by(Actor::operator(1), body);
        self.open = Some(day);
    }

    /// Closes the open day over the auditor's own digest.
    pub fn close(&mut self) {
        let digest = self.model.digest();
        let day = self.open.take().expect("a day is open");
        self.house(EventBody::DayClosed { arrangement: ARRANGEMENT, date: day, digest });
    }

    /// An order that nobody has changed yet.
    pub fn order(&self, payer: u32, payee: u32, denomination: Denomination, minor: u64) -> Order {
        Order {
            arrangement: ARRANGEMENT,
            uetr: uetr(self.payments),
            payer: institution(payer),
            payee: institution(payee),
            denomination,
            amount: amount(minor),
            urgent: false,
            purpose: Purpose::Goods,
            commitment: Commitment([9; 32]),
            document: None,
            instrument: None,
            value_date: None,
            collected: matches!(self.plan().price, Price::Fixed { .. }),
            held_by: None,
        }
    }

    /// The ordinal of the next payment.
    pub fn next_payment(&mut self) -> PaymentId {
        self.payments += 1;
        payment(self.payments - 1)
    }

    /// The order enters, with the amounts and the disposition given.
    pub fn enter(&mut self, order: &Order, amounts: Amounts, disposition: Disposition) -> PaymentId {
        let day = self.open.expect("a day is open");
        self.enter_answered_by(order, amounts, disposition, day, None)
    }

    /// The order enters for a business date, with a day by which the debited member answers.
    pub fn enter_answered_by(
        &mut self,
        order: &Order,
        amounts: Amounts,
        disposition: Disposition,
        day: Date,
        conformity_by: Option<Date>,
    ) -> PaymentId {
        let id = self.next_payment();
        let plan = self.plan();
        let pulls = plan.initiator == Initiator::Payee;
        let quote_until = match plan.price {
            Price::Fixed { quote_validity_s, .. } => Some(self.now.plus_us(i64::from(quote_validity_s) * SECOND_US)),
            Price::Open { .. } | Price::Par => None,
        };
        let position_currency = match plan.price {
            Price::Open { .. } => self.currency_of(order.payee),
            Price::Fixed { .. } | Price::Par => CurrencyId(0),
        };
        let entered = PaymentEntered {
            payment: id,
            arrangement: order.arrangement,
            uetr: order.uetr,
            payer: order.payer,
            payee: order.payee,
            content: order.content_digest(),
            commitment: order.commitment,
            document: order.document,
            instrument: order.instrument.clone(),
            purpose: order.purpose,
            urgent: order.urgent,
            denomination: order.denomination,
            position_currency,
            amounts,
            quote_until,
            value_date: order.value_date.unwrap_or(day),
            collected: order.collected && !pulls,
            conformity_by,
            disposition,
        };
        let instructing = if pulls { order.payee } else { order.payer };
        self.by(Actor::institution(instructing, 0), EventBody::PaymentEntered(entered));
        id
    }

    fn currency_of(&self, wanted: InstitutionId) -> CurrencyId {
        let currency = self.events.iter().find_map(|(_, event)| match &event.body {
            EventBody::InstitutionAuthorised { institution, currency, .. } if *institution == wanted => Some(*currency),
            _ => None,
        });
        currency.expect("an institution of the story")
    }
}

/// What an auditor finds in events read from the beginning.
pub fn audit(events: &Events) -> Result<Model, Finding> {
    let mut model = Model::new();
    for (index, (time, event)) in events.iter().enumerate() {
        model.apply(EventSeq(u64::try_from(index).unwrap()), *time, event)?;
    }
    Ok(model)
}
