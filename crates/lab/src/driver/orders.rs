//! From a ticket to an order: currency and amount, documents, instrument, reference.

use domain::command::{Command, CommandBody, Order, SubmitPayment};
use domain::plan::{CheckDigit, Denomination, Initiator, InstrumentRule, Purpose as PaymentPurpose};
use domain::{Actor, Commitment, Date, DocumentKey, InstitutionId, Uetr};
use ledger::view::PaymentView;

use super::setup::ARRANGEMENT;
use crate::order_amounts::{DayRates, ordered_amount, ordered_in};
use crate::random::{Purpose, Stream};
use crate::region::InstitutionIndex;
use crate::scenario::Scenario;
use crate::tickets::Ticket;

/// Places in the stream of a ticket: its reference takes the first two.
const DOCUMENT_PLACE: u64 = 2;
const COMMITMENT_PLACE: u64 = 4;

/// Makes the orders of one day's tickets.
pub(crate) struct OrderDesk<'a> {
    scenario: &'a Scenario,
    date: Date,
    rates: DayRates,
    acting: Vec<Option<InstitutionId>>,
    purpose: PaymentPurpose,
}

impl<'a> OrderDesk<'a> {
    pub(crate) fn new(scenario: &'a Scenario, date: Date) -> OrderDesk<'a> {
        let count = scenario.region.institution_count();
        let indices =
            (0..count).map(|index| InstitutionIndex(u16::try_from(index).expect("bug: too many institutions")));
        let purposes = &scenario.plan.purposes;
        let purpose = purposes.iter().find(|purpose| **purpose == PaymentPurpose::Goods).or(purposes.first());
        OrderDesk {
            scenario,
            date,
            rates: DayRates::new(&scenario.region, &scenario.rates, date),
            acting: indices.map(|index| scenario.enrolment.acting(index, date)).collect(),
            purpose: purpose.copied().unwrap_or(PaymentPurpose::Goods),
        }
    }

    /// The order of a ticket, given by whoever starts payments.
    pub(crate) fn command(&self, ticket: &Ticket) -> Command {
        let order = self.order(ticket);
        let instructing = match self.scenario.plan.initiator {
            Initiator::Payer => order.payer,
            Initiator::Payee => order.payee,
        };
        Command::by(Actor::institution(instructing, 0), CommandBody::Submit(SubmitPayment::new(order)))
    }

    pub(crate) fn order(&self, ticket: &Ticket) -> Order {
        let Scenario { region, plan, enrolment, asset, seed, .. } = self.scenario;
        let [payer, payee] = [ticket.payer, ticket.payee]
            .map(|index| self.acting[index.index()].expect("bug: a ticket of somebody who takes no part"));
        let currency = |institution: InstitutionId| enrolment.institutions[institution.index()].currency;
        let (denomination, currency) = ordered_in(plan, *asset, currency(payer), currency(payee));
        let amount = ordered_amount(region, &self.rates, *asset, currency, ticket.usd_cents);
        let stream = seed.stream(Purpose::Reference).part(ticket.ordinal);
        Order {
            arrangement: ARRANGEMENT,
            uetr: Uetr(self.scenario.traffic.reference(ticket.ordinal)),
            payer,
            payee,
            denomination,
            amount: amount.expect("bug: an amount that was looked at before and did not fit"),
            urgent: false,
            purpose: self.purpose,
            commitment: commitment(stream),
            document: self.needs_document(ticket).then(|| document(stream)),
            instrument: plan.instrument.as_ref().map(|rule| instrument(rule, payee, self.date, ticket.ordinal)),
            value_date: None,
            collected: true,
            held_by: None,
        }
    }

    /// Whether its value may be above that from which a document is required. The price may make the position a little
    /// larger than its value at entry: what is near is documented too.
    fn needs_document(&self, ticket: &Ticket) -> bool {
        let above = self.scenario.plan.evidence.map(|rule| rule.above_asset_minor.get());
        above.is_some_and(|above| ticket.usd_cents + ticket.usd_cents / 16 + 100 > above)
    }
}

/// The orders of a business day: tickets of one day or of several, each with its day's desk.
#[derive(Default)]
pub(crate) struct DayOrders<'a> {
    tickets: Vec<Ticket>,
    /// Each with the place after its last ticket.
    desks: Vec<(usize, OrderDesk<'a>)>,
}

impl<'a> DayOrders<'a> {
    /// The tickets of one more day.
    pub(crate) fn add(&mut self, desk: OrderDesk<'a>, tickets: Vec<Ticket>) {
        self.tickets.extend(tickets);
        self.desks.push((self.tickets.len(), desk));
    }

    /// The tickets, in the order in which they enter.
    pub(crate) fn tickets(&self) -> &[Ticket] {
        &self.tickets
    }

    pub(crate) fn order(&self, place: usize) -> Order {
        self.desk(place).order(&self.tickets[place])
    }

    pub(crate) fn command(&self, place: usize) -> Command {
        self.desk(place).command(&self.tickets[place])
    }

    fn desk(&self, place: usize) -> &OrderDesk<'a> {
        let found = self.desks.iter().find(|(until, _)| place < *until);
        &found.expect("bug: a ticket of no day").1
    }
}

/// Whether a payment is what became of an order: its reference is, and its amount where it was accepted.
pub(crate) fn is_of_order(payment: &PaymentView, order: &Order) -> bool {
    let ordered_minor = match order.denomination {
        Denomination::Payee => payment.payee_minor,
        Denomination::Payer => payment.payer_minor,
        Denomination::Asset => payment.position_minor,
    };
    payment.key.uetr == order.uetr && (payment.refusal.is_some() || ordered_minor == order.amount.get())
}

fn document(stream: Stream) -> DocumentKey {
    let mut bytes = [0; 16];
    fill(&mut bytes, stream, DOCUMENT_PLACE);
    DocumentKey(bytes)
}

fn commitment(stream: Stream) -> Commitment {
    let mut bytes = [0; 32];
    fill(&mut bytes, stream, COMMITMENT_PLACE);
    Commitment(bytes)
}

fn fill(bytes: &mut [u8], stream: Stream, first_place: u64) {
    for (part, place) in bytes.chunks_exact_mut(8).zip(first_place..) {
        part.copy_from_slice(&stream.at(place).to_be_bytes());
    }
}

/// The reference of an instrument in the layout of the rulebook: fields that it names by their usual names hold what they
/// say, others the ticket's number; each cut to its width.
fn instrument(rule: &InstrumentRule, payee: InstitutionId, date: Date, ordinal: u64) -> Box<str> {
    let mut digits = String::with_capacity(24);
    for (name, width) in &rule.fields {
        let width = usize::from(*width);
        let value = match name.as_str() {
            "check_digit" if rule.check_digit == CheckDigit::Iso7064Mod11_10 => {
                u64::from(ledger::iso7064_mod_11_10(&digits))
            }
            "institution" => u64::from(payee.0) + 1,
            "instrument_type" => 1,
            "issue_year" => u64::from(date.ymd().0.unsigned_abs()),
            _ => ordinal,
        };
        let text = format!("{value:0width$}");
        digits.push_str(&text[text.len() - width..]);
    }
    digits.into_boxed_str()
}
