//! Negative control: in an accepted sequence one thing is altered, and the auditor has to find it, under the right rule.

mod after_clearing;
mod days_and_cycles;
mod limits_and_queues;
mod orders;

use crate::push_fixed;
use crate::story::{ARRANGEMENT, Events, Story, audit, date, payment};
use audit::Check;
use domain::command::Order;
use domain::event::{Disposition, PaymentEntered};
use domain::limit::{LimitSetting, Scope};
use domain::plan::{Denomination, OnLimit, Plan};
use domain::{Actor, ContentDigest, Event, EventBody, Refusal};
use money::AmountMinor;

/// One alteration of one story.
pub struct Tamper {
    pub what: &'static str,
    pub alter: Box<dyn Fn(&mut Events)>,
    pub check: Check,
}

pub fn tamper(what: &'static str, check: Check, alter: impl Fn(&mut Events) + 'static) -> Tamper {
    Tamper { what, alter: Box::new(alter), check }
}

/// Alters the first event of which `alter` says that it did.
pub fn first(events: &mut Events, alter: impl FnMut(&mut Event) -> bool) {
    nth(events, 0, alter);
}

pub fn nth(events: &mut Events, skip: usize, mut alter: impl FnMut(&mut Event) -> bool) {
    let mut skipped = 0;
    let altered = events.iter_mut().any(|(_, event)| {
        let mut copy = event.clone();
        if !alter(&mut copy) {
            return false;
        }
        skipped += 1;
        let wanted = skipped > skip;
        if wanted {
            *event = copy;
        }
        wanted
    });
    assert!(altered, "the story has no such event");
}

/// Place of the first event that is such.
pub fn place(events: &Events, is_such: impl Fn(&EventBody) -> bool) -> usize {
    events.iter().position(|(_, event)| is_such(&event.body)).expect("the story has such an event")
}

pub fn remove(events: &mut Events, is_such: impl Fn(&EventBody) -> bool) {
    let at = place(events, is_such);
    events.remove(at);
}

/// Puts an event before the first one that is such, at its time.
pub fn insert_before(events: &mut Events, is_such: impl Fn(&EventBody) -> bool, event: Event) {
    let at = place(events, is_such);
    let time = events[at].0;
    events.insert(at, (time, event));
}

pub fn by(actor: Actor, body: EventBody) -> Event {
    Event { actor, approvals: Vec::new(), body }
}

/// Alters an order that entered, and keeps the digest of its content true.
pub fn order(events: &mut Events, number: u64, alter: impl Fn(&mut PaymentEntered)) {
    first(events, |event| {
        let EventBody::PaymentEntered(entered) = &mut event.body else { return false };
        if entered.payment != payment(number) {
            return false;
        }
        alter(entered);
        entered.content = content(entered);
        true
    });
}

pub fn content(entered: &PaymentEntered) -> ContentDigest {
    let ordered = match entered.denomination {
        Denomination::Payee => entered.amounts.payee,
        Denomination::Payer => entered.amounts.payer.expect("an order in the payer's currency has its amount"),
        Denomination::Asset => entered.amounts.position,
    };
    let order = Order {
        arrangement: entered.arrangement,
        uetr: entered.uetr,
        payer: entered.payer,
        payee: entered.payee,
        denomination: entered.denomination,
        amount: ordered,
        urgent: entered.urgent,
        purpose: entered.purpose,
        commitment: entered.commitment,
        document: entered.document,
        instrument: entered.instrument.clone(),
        value_date: None,
        collected: entered.collected,
        held_by: match entered.disposition {
            Disposition::Held(member) => Some(member),
            _ => None,
        },
    };
    order.content_digest()
}

pub fn entered(number: u64) -> impl Fn(&EventBody) -> bool {
    move |body| matches!(body, EventBody::PaymentEntered(entered) if entered.payment == payment(number))
}

pub fn limit_set(scope: Scope, maximum_minor: u64) -> EventBody {
    let effective = date("2024-03-04");
    EventBody::LimitSet(LimitSetting { arrangement: ARRANGEMENT, scope, maximum_minor, effective })
}

/// One minor unit more.
pub fn more(amount: AmountMinor) -> AmountMinor {
    AmountMinor::new(amount.get() + 1).unwrap()
}

/// The n-th close of a cycle.
pub fn close(events: &mut Events, skip: usize, alter: impl Fn(&mut domain::event::CycleClosed)) {
    let mut closes = events.iter_mut().filter_map(|(_, event)| match &mut event.body {
        EventBody::CycleClosed(closed) => Some(closed),
        _ => None,
    });
    alter(closes.nth(skip).expect("the story has so many closes"));
}

pub fn all_found(story: &Story, tampers: Vec<Tamper>) {
    for Tamper { what, alter, check } in tampers {
        let mut events = story.events.clone();
        alter(&mut events);
        match audit(&events) {
            Ok(_) => panic!("not found: {what}"),
            Err(finding) => assert_eq!(finding.check, check, "{what}: {finding}"),
        }
    }
}

#[test]
fn a_rule_that_is_not_built_is_named() {
    let plan = {
        let mut plan: Plan = crate::plans::push_fixed();
        let pair = plan.limits.iter_mut().find(|rule| rule.refusal == Refusal::PairLine).unwrap();
        pair.on_limit = OnLimit::Queue;
        plan
    };
    let mut events = push_fixed::three_days().events;
    first(&mut events, |event| match &mut event.body {
        EventBody::RulebookAdopted { plan: adopted, .. } => {
            **adopted = plan.clone();
            true
        }
        _ => false,
    });
    let finding = audit(&events).map(|_| ()).unwrap_err();
    assert_eq!(finding.check, Check::NotBuilt, "{finding}");
}

#[test]
fn a_finding_names_event_payment_and_both_values() {
    let mut events = push_fixed::three_days().events;
    order(&mut events, 0, |order| order.amounts.payer = order.amounts.payer.map(more));
    let at = place(&events, entered(0));
    let finding = audit(&events).map(|_| ()).unwrap_err();
    assert_eq!((finding.seq.0, finding.payment), (u64::try_from(at).unwrap(), Some(payment(0))));
    assert_eq!(finding.check.code(), "AUDIT_AMOUNT");
    let text = finding.to_string();
    assert!(text.contains("(50200, 10000, 37000)") && text.contains("(50201, 10000, 37000)"), "{text}");
}
