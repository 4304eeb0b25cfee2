//! A house with everything switched on: members with limits of every kind, quotes, prefunding and an open day.

use domain::command::{Command, CommandBody, Order, SubmitPayment};
use domain::event::{Quote, Stage};
use domain::limit::{LimitSetting, Scope};
use domain::plan::{DayStep, Denomination, Purpose};
use domain::{
    Actor, ArrangementId, CalendarId, Commitment, CurrencyId, Date, DocumentKey, InstitutionId, MemberId, RulebookId,
    Timestamp, Uetr,
};
use money::{AmountMinor, CurrencyCode, Rate};

pub const MEMBERS: u16 = 33;
const CODES: [&str; 3] = ["ARS", "BRL", "MXN"];
const EVERYTHING_MINOR: u64 = 1_000_000_000_000_000;

fn date() -> Date {
    Date::from_ymd(2024, 3, 1).expect("a date")
}

/// Noon of the business day on which all payments enter.
pub fn noon() -> Timestamp {
    date().start().plus_us(13 * 3_600_000_000)
}

/// The commands that set up a house with `institutions` spread over 33 members, each with every limit set and out of
/// reach, and the business day open.
pub fn set_up(institutions: u32) -> Vec<Command> {
    let source = rulebook::source("caudal").expect("built in");
    let plan = rulebook::parse("caudal", source).expect("it parses").compile().expect("it is built");
    let operator = |body| Command::approved(Actor::operator(1), Actor::operator(2), body);
    let arrangement = ArrangementId(0);
    let mut commands = vec![
        operator(CommandBody::RegisterCurrency { code: CurrencyCode::USD, minor_decimals: 2 }),
        operator(CommandBody::DefineCalendar { name: "all".into() }),
    ];
    for code in CODES {
        let code = CurrencyCode::parse(code).expect("a code");
        commands.push(operator(CommandBody::RegisterCurrency { code, minor_decimals: 2 }));
    }
    for member in 0..MEMBERS {
        commands.push(operator(CommandBody::RegisterMember { code: format!("M{member}"), bic: format!("B{member}") }));
    }
    for institution in 0..institutions {
        let member = member_of(InstitutionId(institution));
        commands.push(Command::by(
            Actor::member(member, 1),
            CommandBody::AuthoriseInstitution {
                member,
                code: format!("I{institution}"),
                jurisdiction: "ZZZ".into(),
                calendar: CalendarId(0),
                currency: currency_of(member),
            },
        ));
    }
    let rules = CommandBody::AdoptRulebook { source: source.as_bytes().to_vec(), plan: Box::new(plan.clone()) };
    commands.push(operator(rules));
    let (agent_calendar, asset_calendar) = (CalendarId(0), CalendarId(0));
    commands.push(operator(CommandBody::OpenArrangement { rulebook: RulebookId(0), agent_calendar, asset_calendar }));
    for member in (0..MEMBERS).map(MemberId) {
        set_up_member(member, institutions, &mut commands);
    }
    let at = |seconds: u32| date().start().plus_us(i64::from(seconds) * 1_000_000);
    let schedule: Vec<(DayStep, Timestamp)> = plan.day.steps.iter().map(|(step, s)| (*step, at(*s))).collect();
    let open = CommandBody::OpenDay { arrangement, date: date(), schedule, time_zone_version: "bench".into() };
    commands.push(Command::by(Actor::operator(1), open));
    commands
}

fn set_up_member(member: MemberId, institutions: u32, commands: &mut Vec<Command>) {
    let arrangement = ArrangementId(0);
    let actor = Actor::member(member, 1);
    let join = CommandBody::Join { arrangement, member, stage: Stage::Net, payout_at_clearing: false };
    commands.push(Command::by(actor, join));
    let amount = AmountMinor::new(EVERYTHING_MINOR).expect("an amount");
    let deposit = CommandBody::MovePrefunding { arrangement, member, amount, deposit: true };
    commands.push(Command::by(Actor::agent(0), deposit));
    let mut limit = |scope, maximum_minor| {
        let setting = LimitSetting { arrangement, scope, maximum_minor, effective: date() };
        commands.push(Command::by(actor, CommandBody::SetLimit(setting)));
    };
    limit(Scope::CreditorExposure(member), EVERYTHING_MINOR);
    limit(Scope::PerPayment(member), EVERYTHING_MINOR);
    limit(Scope::Prefinancing(member), EVERYTHING_MINOR);
    let own: Vec<u32> = (0..institutions).filter(|id| member_of(InstitutionId(*id)) == member).collect();
    let share = EVERYTHING_MINOR / own.len().max(1) as u64;
    for institution in own {
        limit(Scope::InstitutionShare(InstitutionId(institution)), share);
    }
    // Lines may be set towards members that have joined.
    for debtor in (0..member.0).map(MemberId) {
        limit(Scope::Pair { debtor, creditor: member }, EVERYTHING_MINOR);
    }
    if currency_of(member) != CurrencyId(0) {
        let rate = |mantissa| Rate::new(mantissa, 4).expect("a rate");
        let quote = Quote::TwoSided { buy: rate(179_800), sell: rate(180_200) };
        let currency = currency_of(member);
        commands.push(Command::by(actor, CommandBody::PublishRate { arrangement, member, currency, quote }));
    }
}

fn member_of(institution: InstitutionId) -> MemberId {
    MemberId(u16::try_from(institution.0 % u32::from(MEMBERS)).expect("few members"))
}

/// One member in four is on dollars.
fn currency_of(member: MemberId) -> CurrencyId {
    CurrencyId(member.0 % 4)
}

/// Orders that all clear: payer and payee drawn evenly, amounts of a few thousand dollars, a trade document each.
pub struct Orders {
    institutions: u32,
    random: u64,
}

impl Orders {
    pub const fn new(institutions: u32, seed: u64) -> Self {
        Self { institutions, random: seed.wrapping_mul(2).wrapping_add(1) }
    }

    fn next_u64(&mut self) -> u64 {
        // SplitMix64 (Steele, Lea and Flood, 2014).
        self.random = self.random.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.random;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn bytes(&mut self) -> [u8; 16] {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&self.next_u64().to_le_bytes());
        bytes[8..].copy_from_slice(&self.next_u64().to_le_bytes());
        bytes
    }

    fn institution(&mut self) -> InstitutionId {
        InstitutionId(u32::try_from(self.next_u64() % u64::from(self.institutions)).expect("few institutions"))
    }
}

impl Iterator for Orders {
    type Item = Command;

    fn next(&mut self) -> Option<Command> {
        let payer = self.institution();
        let mut payee = self.institution();
        while member_of(payee) == member_of(payer) {
            payee = self.institution();
        }
        let mut uetr = self.bytes();
        uetr[6] = 0x40 | uetr[6] & 0x0F;
        uetr[8] = 0x80 | uetr[8] & 0x3F;
        let order = Order {
            arrangement: ArrangementId(0),
            uetr: Uetr(uetr),
            payer,
            payee,
            denomination: Denomination::Payee,
            amount: AmountMinor::new(100_000 + self.next_u64() % 900_000).expect("an amount"),
            urgent: false,
            purpose: Purpose::Goods,
            commitment: Commitment([0xC5; 32]),
            document: Some(DocumentKey(self.bytes())),
            instrument: None,
            value_date: None,
            collected: true,
            held_by: None,
        };
        Some(Command::by(Actor::institution(payer, 0), CommandBody::Submit(SubmitPayment::new(order))))
    }
}
