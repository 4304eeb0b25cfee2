//! One payment's way through the journal: every event that concerns it, and what each posted.

use crate::failure::{Exit, Failure};
use audit::Footprint;
use domain::payment::{LegState, PaymentState};
use domain::{AccountKey, AccountKind, BookId, Event, EventBody, EventSeq, Owner, PaymentId, Timestamp};
use ledger::State;
use money::format_minor;
use std::path::Path;

/// The way of a payment. `state` names who and what is in it.
///
/// # Errors
/// A fault of the journal; wrong use if there is no such payment.
pub(crate) fn told(dir: &Path, payment: PaymentId, state: &State) -> Result<String, Failure> {
    let (_, _, payments) = state.counts();
    if payment.0 >= payments {
        let message = format!(
            "there is no payment {payment}; {}; its payments are numbered from 0 to before {payments}",
            dir.display()
        );
        return Err(Failure::wrong_use(message));
    }
    let mut faults = Vec::new();
    let events = events(dir, &mut faults)?;
    let way = audit::walk(events, payment).map_err(|finding| {
        Failure::new(Exit::Storage, finding.check.code(), format!("{finding}; {}; report it", dir.display()))
    })?;
    match faults.pop() {
        Some(fault) => Err(fault),
        None => Ok(paragraphs(&way, state)),
    }
}

/// The events of a folder from the first on, until a fault, which goes into `faults`.
pub(crate) fn events<'a>(
    dir: &Path,
    faults: &'a mut Vec<Failure>,
) -> Result<impl Iterator<Item = (EventSeq, Timestamp, Event)> + 'a, Failure> {
    let blocks = journal_sqlite::open_read_only(dir)?.blocks()?;
    let sound = blocks.map_while(|block| block.map_err(|fault| faults.push(fault.into())).ok());
    Ok(sound.flat_map(|block| {
        let time = Timestamp(block.header().time_us);
        let read = |(seq, bytes): (u64, &[u8])| {
            let event = codec::decode_exact(bytes).expect("bug: an event that was verified cannot be read");
            (EventSeq(seq), time, event)
        };
        block.events().map(read).collect::<Vec<_>>()
    }))
}

/// An event a paragraph, a posting a line.
fn paragraphs(way: &[Footprint], state: &State) -> String {
    let mut text = String::new();
    for step in way {
        let (what, became) = (name_of(&step.event.body), step.state.map_or("refused", PaymentState::name));
        let (first, third) = (leg(step.collection), leg(step.payout));
        text.push_str(&format!(
            "\nevent {} at {}: {what}\n  {became}; leg 1 {first}, leg 3 {third}\n",
            step.seq, step.time
        ));
        step.entries.iter().for_each(|(key, minor)| text.push_str(&posting(key, *minor, state)));
    }
    text
}

/// The name of an event's kind in words: `PaymentEntered` is "payment entered".
fn name_of(body: &EventBody) -> String {
    let debug = format!("{body:?}");
    let name = debug.split(|character: char| !character.is_ascii_alphanumeric()).next().unwrap_or_default();
    let mut words = String::new();
    for (index, character) in name.char_indices() {
        if index > 0 && character.is_ascii_uppercase() {
            words.push(' ');
        }
        words.push(character.to_ascii_lowercase());
    }
    words
}

const fn leg(state: LegState) -> &'static str {
    match state {
        LegState::None => "not due",
        LegState::Due => "due",
        LegState::Instructed => "instructed",
        LegState::Confirmed => "confirmed",
        LegState::Failed => "failed",
        LegState::Aged => "aged",
    }
}

fn posting(key: &AccountKey, minor: i128, state: &State) -> String {
    let owner = owner(key.owner, state);
    let book = match key.book {
        BookId::Edge(member) => format!("edge {}", state.member_code(member).unwrap_or("?")),
        BookId::Arrangement(arrangement) => format!("arrangement {arrangement}"),
    };
    let (code, decimals) = match state.currency_code(key.currency) {
        Some((code, decimals)) => (code.to_string(), decimals),
        None => ("?".to_owned(), 0),
    };
    let plus = if minor > 0 { "+" } else { "" };
    let amount = format!("{plus}{}", format_minor(minor, decimals));
    format!("    {book:<14} {:<20} {owner:<8} {amount:>18} {code}\n", kind(key.kind))
}

/// Whose account it is, by code.
pub(crate) fn owner(owner: Owner, state: &State) -> String {
    match owner {
        Owner::House => "house".to_owned(),
        Owner::Arrangement(arrangement) => format!("business with arrangement {arrangement}"),
        Owner::Member(member) => state.member_code(member).unwrap_or("?").to_owned(),
        Owner::Institution(institution) => state.institution_code(institution).unwrap_or("?").to_owned(),
    }
}

/// Names of docs/accounts.md.
pub(crate) const fn kind(kind: AccountKind) -> &'static str {
    match kind {
        AccountKind::Institution => "institution",
        AccountKind::Collected => "collected",
        AccountKind::Counterpart => "counterpart",
        AccountKind::PayoutDue => "payout due",
        AccountKind::FxResult => "FX result",
        AccountKind::SettledCounterpart => "settled counterpart",
        AccountKind::Position => "position",
        AccountKind::NetDue => "net due",
        AccountKind::Prefunding => "prefunding",
        AccountKind::Agent => "agent",
        AccountKind::Interest => "interest",
        AccountKind::Fee => "fee",
        AccountKind::Credit => "credit",
        AccountKind::Fund => "fund",
        AccountKind::Reserve => "reserve",
        AccountKind::ReserveDue => "reserve due",
        AccountKind::SwapHeld => "swap held",
    }
}
