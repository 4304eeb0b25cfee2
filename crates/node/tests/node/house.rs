//! A small house in a folder, for tests: three members under `caudal` that pay out at clearing, so that payments close at
//! once, and orders with personal data.

use domain::command::{Command, CommandBody, Order, SubmitPayment};
use domain::event::Stage;
use domain::limit::{LimitSetting, Scope};
use domain::plan::{DayStep, Denomination, Purpose};
use domain::{
    Actor, ArrangementId, CalendarId, Commitment, CurrencyId, Date, DocumentKey, InstitutionId, MemberId, RulebookId,
    Timestamp, Uetr,
};
use engine::Batch;
use ledger::Answer;
use money::{AmountMinor, CurrencyCode};
use node::{Node, NodeFault, Options, Shadowing, Warning};
use payloads::{HouseKey, Party, Payload, SealedPayload, SeededRandomness, seal};
use std::path::Path;
use std::sync::Arc;

pub const MEMBERS: u16 = 3;
pub const ARRANGEMENT: ArrangementId = ArrangementId(0);
const LARGE_MINOR: u64 = 1_000_000_000_000;

pub fn date() -> Date {
    Date::from_ymd(2024, 3, 1).expect("a date")
}

pub fn noon() -> Timestamp {
    date().start().plus_us(13 * 3_600_000_000)
}

pub fn options(payments_in_memory: u64) -> Options {
    Options {
        payments_in_memory: Some(payments_in_memory),
        shadowing: Some(Shadowing { snapshot_every_events: 50, work_share_ppm: 900_000 }),
        house_key: Some(Arc::new(HouseKey::from_bytes(&mut [7; 32]))),
        ..Options::new(11)
    }
}

/// Opens a folder; gives the codes of what was warned of.
pub fn open(dir: &Path, options: &Options) -> (Node, Vec<&'static str>) {
    let mut codes = Vec::new();
    let mut warn = |warning: Warning| codes.push(warning.code);
    let node = Node::open(dir, noon(), options, &mut warn, &mut |_| ());
    let node = node.unwrap_or_else(|fault| panic!("{}: {fault}", fault.code()));
    (node, codes)
}

/// A house with everything set up and a day open.
pub fn new_house(dir: &Path, options: &Options) -> Node {
    let (mut node, warned) = open(dir, options);
    assert_eq!(warned, [""; 0]);
    for command in set_up() {
        let answer = ask(&mut node, command.clone());
        assert!(matches!(answer, Answer::Accepted { .. }), "{command:?} was answered {answer:?}");
    }
    node
}

pub fn ask(node: &mut Node, command: Command) -> Answer {
    ask_with(node, command, None)
}

pub fn ask_with(node: &mut Node, command: Command, payload: Option<&(Commitment, SealedPayload)>) -> Answer {
    try_to_ask(node, command, payload).unwrap_or_else(|fault| panic!("{}: {fault}", fault.code()))
}

pub fn try_to_ask(
    node: &mut Node,
    command: Command,
    payload: Option<&(Commitment, SealedPayload)>,
) -> Result<Answer, NodeFault> {
    let at = node.engine().last_time().max(noon());
    node.submit(&Batch::of(at, [command]), payload.map_or(&[], std::slice::from_ref))?;
    Ok(node.wait()?.expect("answered").answers[0].answer)
}

fn set_up() -> Vec<Command> {
    let source = rulebook::source("caudal").expect("built in");
    let plan = rulebook::parse("caudal", source).expect("parses").compile().expect("is built");
    let operator = |body| Command::approved(Actor::operator(1), Actor::operator(2), body);
    let mut commands = vec![
        operator(CommandBody::RegisterCurrency { code: CurrencyCode::USD, minor_decimals: 2 }),
        operator(CommandBody::DefineCalendar { name: "all".into() }),
    ];
    for member in 0..MEMBERS {
        commands.push(operator(CommandBody::RegisterMember { code: format!("M{member}"), bic: format!("B{member}") }));
        let authorise = CommandBody::AuthoriseInstitution {
            member: MemberId(member),
            code: format!("I{member}"),
            jurisdiction: "ZZZ".into(),
            calendar: CalendarId(0),
            currency: CurrencyId(0),
        };
        commands.push(Command::by(Actor::member(MemberId(member), 1), authorise));
    }
    let rules = CommandBody::AdoptRulebook { source: source.as_bytes().to_vec(), plan: Box::new(plan.clone()) };
    commands.push(operator(rules));
    let (agent_calendar, asset_calendar) = (CalendarId(0), CalendarId(0));
    commands.push(operator(CommandBody::OpenArrangement { rulebook: RulebookId(0), agent_calendar, asset_calendar }));
    for member in (0..MEMBERS).map(MemberId) {
        let actor = Actor::member(member, 1);
        let arrangement = ARRANGEMENT;
        let join = CommandBody::Join { arrangement, member, stage: Stage::Net, payout_at_clearing: true };
        commands.push(Command::by(actor, join));
        let amount = AmountMinor::new(LARGE_MINOR).expect("an amount");
        let deposit = CommandBody::MovePrefunding { arrangement, member, amount, deposit: true };
        commands.push(Command::by(Actor::agent(0), deposit));
        for scope in [Scope::InstitutionShare(InstitutionId(u32::from(member.0))), Scope::Prefinancing(member)] {
            let setting = LimitSetting { arrangement, scope, maximum_minor: LARGE_MINOR, effective: date() };
            commands.push(Command::by(actor, CommandBody::SetLimit(setting)));
        }
    }
    let at = |seconds: u32| date().start().plus_us(i64::from(seconds) * 1_000_000);
    let schedule: Vec<(DayStep, Timestamp)> = plan.day.steps.iter().map(|(step, s)| (*step, at(*s))).collect();
    let open = CommandBody::OpenDay { arrangement: ARRANGEMENT, date: date(), schedule, time_zone_version: "t".into() };
    commands.push(Command::by(Actor::operator(1), open));
    commands
}

/// What a person knows of the `number`-th payment.
pub fn payload(number: u64) -> Payload {
    let party = |institution: u32, who: u64| Party {
        institution: InstitutionId(institution),
        name: format!("Person {who}"),
        account: format!("ACC-{who}"),
        identification: None,
        address: None,
    };
    Payload {
        debtor: party(payer(number), number % 7),
        creditor: party(payee(number), 100 + number % 5),
        remittance: payloads::Remittance { unstructured: vec![format!("invoice {number}")], documents: Vec::new() },
    }
}

fn payer(number: u64) -> u32 {
    u32::try_from(number % u64::from(MEMBERS)).expect("few")
}

fn payee(number: u64) -> u32 {
    u32::try_from((number + 1) % u64::from(MEMBERS)).expect("few")
}

/// The `number`-th order, and its payload as it is put.
pub fn order(number: u64) -> (Command, (Commitment, SealedPayload)) {
    let sealed = seal(&payload(number), &mut SeededRandomness::new(number)).expect("a sound payload");
    let order = Order {
        arrangement: ARRANGEMENT,
        uetr: uetr(number),
        payer: InstitutionId(payer(number)),
        payee: InstitutionId(payee(number)),
        denomination: Denomination::Asset,
        amount: AmountMinor::new(1_000 + number).expect("an amount"),
        urgent: false,
        purpose: Purpose::Goods,
        commitment: sealed.0,
        document: Some(DocumentKey(uetr(number ^ 0xFFFF).0)),
        instrument: None,
        value_date: None,
        collected: true,
        held_by: None,
    };
    let actor = Actor::institution(order.payer, 0);
    (Command::by(actor, CommandBody::Submit(SubmitPayment::new(order))), sealed)
}

pub fn uetr(number: u64) -> Uetr {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&number.wrapping_mul(0x9E37_79B9_7F4A_7C15).to_be_bytes());
    bytes[8..].copy_from_slice(&number.to_be_bytes());
    bytes[6] = 0x40 | bytes[6] & 0x0F;
    bytes[8] = 0x80;
    Uetr(bytes)
}

/// Every member confirms what it has to pay out: those payments are closed.
pub fn pay_out(node: &mut Node) {
    for command in pay_outs() {
        ask(node, command);
    }
}

pub fn pay_outs() -> Vec<Command> {
    let confirm = |institution: InstitutionId| {
        let member = MemberId::from_index(institution.index());
        let body = CommandBody::ConfirmPayouts { arrangement: ARRANGEMENT, institution };
        Command::by(Actor::member(member, 1), body)
    };
    (0..u32::from(MEMBERS)).map(InstitutionId).map(confirm).collect()
}
