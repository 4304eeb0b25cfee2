//! Canonical bytes of the parts of a payload: one form for one content, the one that commitments are over.
//!
//! | value | bytes |
//! | --- | --- |
//! | a part | one byte, the version of the form: 1; then its fields in order |
//! | text | its length in bytes (two bytes), then UTF-8 |
//! | what may be absent | a byte: 0, or 1 and the value |
//! | a list | its length (one byte), then its values |
//! | institution, date | four bytes; a date is a number of days since 1970-01-01 |
//!
//! Numbers are big-endian. A party is institution, account, name, identification, address; an address is street,
//! building, post code, town, country, lines; remittance is texts, documents; a document is type, number, date. Texts
//! are taken as they are, without Unicode normalisation: a commitment is over what was sent.

use crate::limits::PART_BYTES_MAX;
use crate::payload::{Party, PartyFields, PostalAddress, ReferredDocument, Remittance};
use crate::refusal::PayloadRefusal;
use domain::{Date, InstitutionId};

const VERSION: u8 = 1;

/// The canonical bytes of a party after those already in `out`.
pub(crate) fn write_party(party: &Party, out: &mut Vec<u8>) {
    out.push(VERSION);
    out.extend_from_slice(&party.institution.0.to_be_bytes());
    write_text(&party.account, out);
    write_text(&party.name, out);
    write_optional(party.identification.as_deref(), out);
    match &party.address {
        None => out.push(0),
        Some(address) => {
            out.push(1);
            write_address(address, out);
        }
    }
}

fn write_address(address: &PostalAddress, out: &mut Vec<u8>) {
    let fields =
        [&address.street_name, &address.building_number, &address.post_code, &address.town_name, &address.country];
    fields.into_iter().for_each(|field| write_optional(field.as_deref(), out));
    write_count(address.address_lines.len(), out);
    address.address_lines.iter().for_each(|line| write_text(line, out));
}

/// The canonical bytes of remittance information after those already in `out`.
pub(crate) fn write_remittance(remittance: &Remittance, out: &mut Vec<u8>) {
    out.push(VERSION);
    write_count(remittance.unstructured.len(), out);
    remittance.unstructured.iter().for_each(|text| write_text(text, out));
    write_count(remittance.documents.len(), out);
    for document in &remittance.documents {
        write_text(&document.document_type, out);
        write_text(&document.number, out);
        match document.date {
            None => out.push(0),
            Some(date) => {
                out.push(1);
                out.extend_from_slice(&date.0.to_be_bytes());
            }
        }
    }
}

fn write_text(text: &str, out: &mut Vec<u8>) {
    let length = u16::try_from(text.len()).expect("bug: a text longer than its field takes");
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(text.as_bytes());
}

fn write_optional(text: Option<&str>, out: &mut Vec<u8>) {
    match text {
        None => out.push(0),
        Some(text) => {
            out.push(1);
            write_text(text, out);
        }
    }
}

fn write_count(count: usize, out: &mut Vec<u8>) {
    out.push(u8::try_from(count).expect("bug: a list longer than its field takes"));
}

/// Reads a party from its canonical bytes.
///
/// # Errors
/// [`PayloadRefusal::Format`] for any other bytes, [`PayloadRefusal::TextNotUtf8`], and what [`Party::check`] refuses.
pub(crate) fn read_party(bytes: &[u8], fields: &PartyFields) -> Result<Party, PayloadRefusal> {
    let mut reader = Reader::new(bytes)?;
    let institution = InstitutionId(u32::from_be_bytes(reader.array()?));
    let account = reader.text(fields.account)?;
    let name = reader.text(fields.name)?;
    let identification = reader.optional(|reader| reader.text(fields.identification))?;
    let address = reader.optional(|reader| read_address(reader, fields))?;
    reader.end()?;
    let party = Party { institution, account, name, identification, address };
    party.check(fields)?;
    Ok(party)
}

fn read_address(reader: &mut Reader<'_>, fields: &PartyFields) -> Result<PostalAddress, PayloadRefusal> {
    Ok(PostalAddress {
        street_name: reader.optional(|reader| reader.text(fields.street_name))?,
        building_number: reader.optional(|reader| reader.text(fields.building_number))?,
        post_code: reader.optional(|reader| reader.text(fields.post_code))?,
        town_name: reader.optional(|reader| reader.text(fields.town_name))?,
        country: reader.optional(|reader| reader.text(fields.country))?,
        address_lines: reader.list(|reader| reader.text(fields.address_line))?,
    })
}

/// Reads remittance information from its canonical bytes.
///
/// # Errors
/// As [`read_party`].
pub(crate) fn read_remittance(bytes: &[u8]) -> Result<Remittance, PayloadRefusal> {
    let mut reader = Reader::new(bytes)?;
    let unstructured = reader.list(|reader| reader.text("RmtInf/Ustrd"))?;
    let documents = reader.list(|reader| {
        Ok(ReferredDocument {
            document_type: reader.text("RmtInf/Strd/RfrdDocInf/Tp/CdOrPrtry/Cd")?,
            number: reader.text("RmtInf/Strd/RfrdDocInf/Nb")?,
            date: reader.optional(|reader| Ok(Date(i32::from_be_bytes(reader.array()?))))?,
        })
    })?;
    reader.end()?;
    let remittance = Remittance { unstructured, documents };
    remittance.check()?;
    Ok(remittance)
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn new(bytes: &'a [u8]) -> Result<Reader<'a>, PayloadRefusal> {
        if bytes.len() > PART_BYTES_MAX {
            return Err(wrong("a part is longer than its fields can be"));
        }
        let mut reader = Reader { rest: bytes };
        match reader.array::<1>()? {
            [VERSION] => Ok(reader),
            _ => Err(wrong("a part does not begin with version 1 of the form")),
        }
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], PayloadRefusal> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or_else(|| wrong("a part ends within a field"))?;
        self.rest = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], PayloadRefusal> {
        Ok(self.take(N)?.try_into().expect("N bytes were taken"))
    }

    fn text(&mut self, field: &'static str) -> Result<String, PayloadRefusal> {
        let length = usize::from(u16::from_be_bytes(self.array()?));
        match std::str::from_utf8(self.take(length)?) {
            Ok(text) => Ok(text.to_owned()),
            Err(error) => Err(PayloadRefusal::TextNotUtf8 { field, position: error.valid_up_to() }),
        }
    }

    fn optional<T>(
        &mut self,
        read: impl FnOnce(&mut Reader<'a>) -> Result<T, PayloadRefusal>,
    ) -> Result<Option<T>, PayloadRefusal> {
        match self.array::<1>()? {
            [0] => Ok(None),
            [1] => read(self).map(Some),
            _ => Err(wrong("what may be absent is neither marked absent nor present")),
        }
    }

    fn list<T>(
        &mut self,
        mut read: impl FnMut(&mut Reader<'a>) -> Result<T, PayloadRefusal>,
    ) -> Result<Vec<T>, PayloadRefusal> {
        let [count] = self.array()?;
        (0..count).map(|_| read(self)).collect()
    }

    fn end(&self) -> Result<(), PayloadRefusal> {
        if self.rest.is_empty() { Ok(()) } else { Err(wrong("bytes follow the last field")) }
    }
}

const fn wrong(detail: &'static str) -> PayloadRefusal {
    PayloadRefusal::Format { detail }
}
