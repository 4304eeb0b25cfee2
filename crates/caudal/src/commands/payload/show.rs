//! `caudal payload show`: what the house keeps of one payment.

use super::{Entry, Store, commitment};
use crate::failure::{Exit, Failure};
use crate::{json, output};
use clap::Args;
use domain::Commitment;
use payloads::{Got, Part, Party, PayloadRefusal, PostalAddress, Remittance, Revealed};
use serde::Serialize;

pub(super) const EXAMPLE: &str = "\
Example:
  caudal payload show --data day --house-key key \\
      0c3f8a8e6f0d5b1c2a9e4d7f60718293a4b5c6d7e8f901234567890abcdef012

Shows personal data on the screen. The commitment is that of the payment in the journal.";

/// Of which payment.
#[derive(Args, Clone, Debug)]
pub(crate) struct Arguments {
    #[command(flatten)]
    store: Store,
    /// The payment's commitment, 64 hexadecimal digits
    #[arg(value_name = "COMMITMENT", value_parser = commitment)]
    commitment: Commitment,
    /// Prints one JSON object
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    let mut store = arguments.store.open()?;
    let text = match store.get(&arguments.commitment)? {
        Got::Unknown => return Err(PayloadRefusal::CommitmentUnknown.into()),
        Got::Erased(record) if arguments.json => json::text(&Erased { state: "erased", erased: Entry::of(&record) }),
        Got::Erased(record) => record.to_string(),
        Got::Found(found) if arguments.json => json::text(&Found::of(&found)),
        Got::Found(found) => told(&found),
    };
    output::print(&text)?;
    store.close()?;
    Ok(Exit::Done)
}

fn told(found: &Revealed) -> String {
    let mut text = String::new();
    let mut add = |what: &str, lines: Vec<String>| {
        for (index, line) in lines.iter().enumerate() {
            let what = if index == 0 { what } else { "" };
            text.push_str(&format!("{what:<12}{line}\n"));
        }
    };
    add("debtor", part_lines(&found.debtor, party_lines));
    add("creditor", part_lines(&found.creditor, party_lines));
    add("remittance", part_lines(&found.remittance, remittance_lines));
    add("", vec!["What is shown leads to the commitment.".to_owned()]);
    text
}

fn part_lines<T>(part: &Part<T>, lines: fn(&T) -> Vec<String>) -> Vec<String> {
    match part {
        Part::Held { content, .. } => lines(content),
        Part::Erased(record) => vec![record.to_string()],
    }
}

fn party_lines(party: &Party) -> Vec<String> {
    let mut lines = vec![party.name.clone(), format!("account {} at institution {}", party.account, party.institution)];
    lines.extend(party.identification.iter().map(|identification| format!("identification {identification}")));
    if let Some(address) = &party.address {
        let structured =
            [&address.street_name, &address.building_number, &address.post_code, &address.town_name, &address.country];
        let line: Vec<&str> = structured.into_iter().flatten().map(String::as_str).collect();
        lines.extend((!line.is_empty()).then(|| line.join(", ")));
        lines.extend(address.address_lines.iter().cloned());
    }
    lines
}

fn remittance_lines(remittance: &Remittance) -> Vec<String> {
    let documents = remittance.documents.iter().map(|document| {
        let date = document.date.map_or_else(String::new, |date| format!(" of {}", date_text(date)));
        format!("{} {}{date}", document.document_type, document.number)
    });
    let mut lines: Vec<String> = remittance.unstructured.iter().cloned().chain(documents).collect();
    if lines.is_empty() {
        lines.push("none given".to_owned());
    }
    lines
}

fn date_text(date: domain::Date) -> String {
    let (year, month, day) = date.ymd();
    format!("{year:04}-{month:02}-{day:02}")
}

#[derive(Serialize)]
struct Erased {
    state: &'static str,
    erased: Entry,
}

/// A payload, for programs. A part that was erased has `erased` and nothing else.
#[derive(Serialize)]
struct Found<'a> {
    state: &'static str,
    debtor: PartObject<PartyObject<'a>>,
    creditor: PartObject<PartyObject<'a>>,
    remittance: PartObject<RemittanceObject<'a>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum PartObject<T> {
    Held(T),
    Erased { erased: Entry },
}

impl<T> PartObject<T> {
    fn of<'a, C>(part: &'a Part<C>, object: impl Fn(&'a C) -> T) -> PartObject<T> {
        match part {
            Part::Held { content, .. } => PartObject::Held(object(content)),
            Part::Erased(record) => PartObject::Erased { erased: Entry::of(record) },
        }
    }
}

#[derive(Serialize)]
struct PartyObject<'a> {
    institution: u32,
    account: &'a str,
    name: &'a str,
    identification: Option<&'a str>,
    address: Option<AddressObject<'a>>,
}

#[derive(Serialize)]
struct AddressObject<'a> {
    street_name: Option<&'a str>,
    building_number: Option<&'a str>,
    post_code: Option<&'a str>,
    town_name: Option<&'a str>,
    country: Option<&'a str>,
    address_lines: &'a [String],
}

#[derive(Serialize)]
struct RemittanceObject<'a> {
    unstructured: &'a [String],
    documents: Vec<DocumentObject<'a>>,
}

#[derive(Serialize)]
struct DocumentObject<'a> {
    document_type: &'a str,
    number: &'a str,
    date: Option<String>,
}

impl<'a> Found<'a> {
    fn of(found: &'a Revealed) -> Found<'a> {
        Found {
            state: "found",
            debtor: PartObject::of(&found.debtor, PartyObject::of),
            creditor: PartObject::of(&found.creditor, PartyObject::of),
            remittance: PartObject::of(&found.remittance, RemittanceObject::of),
        }
    }
}

impl<'a> PartyObject<'a> {
    fn of(party: &'a Party) -> PartyObject<'a> {
        PartyObject {
            institution: party.institution.0,
            account: &party.account,
            name: &party.name,
            identification: party.identification.as_deref(),
            address: party.address.as_ref().map(AddressObject::of),
        }
    }
}

impl<'a> AddressObject<'a> {
    fn of(address: &'a PostalAddress) -> AddressObject<'a> {
        AddressObject {
            street_name: address.street_name.as_deref(),
            building_number: address.building_number.as_deref(),
            post_code: address.post_code.as_deref(),
            town_name: address.town_name.as_deref(),
            country: address.country.as_deref(),
            address_lines: &address.address_lines,
        }
    }
}

impl<'a> RemittanceObject<'a> {
    fn of(remittance: &'a Remittance) -> RemittanceObject<'a> {
        let documents = remittance.documents.iter().map(|document| DocumentObject {
            document_type: &document.document_type,
            number: &document.number,
            date: document.date.map(date_text),
        });
        RemittanceObject { unstructured: &remittance.unstructured, documents: documents.collect() }
    }
}
