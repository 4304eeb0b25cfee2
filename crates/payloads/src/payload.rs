//! The personal data of a payment: who pays, who is paid, and what for. Names of fields are those of ISO 20022.

use crate::limits::{
    ACCOUNT_CHARACTERS_MAX, ADDRESS_LINE_CHARACTERS_MAX, ADDRESS_LINES_MAX, BUILDING_CHARACTERS_MAX, DOCUMENTS_MAX,
    IDENTIFICATION_CHARACTERS_MAX, NAME_CHARACTERS_MAX, TOWN_CHARACTERS_MAX, UNSTRUCTURED_CHARACTERS_MAX,
    UNSTRUCTURED_COUNT_MAX,
};
use crate::refusal::PayloadRefusal;
use crate::text::{check_code, check_text};
use domain::{Date, InstitutionId};
use std::fmt;

/// What is kept of a payment beside its commitment. Its `Debug` form shows no personal data, so that it cannot reach a
/// log by mistake.
#[derive(Clone, PartialEq, Eq)]
pub struct Payload {
    /// Who pays (`Dbtr`, `DbtrAcct`).
    pub debtor: Party,
    /// Who is paid (`Cdtr`, `CdtrAcct`).
    pub creditor: Party,
    /// What for (`RmtInf`).
    pub remittance: Remittance,
}

/// A customer of an institution.
#[derive(Clone, PartialEq, Eq)]
pub struct Party {
    /// The institution that keeps the account (`DbtrAgt`, `CdtrAgt`).
    pub institution: InstitutionId,
    /// The account (`DbtrAcct/Id`: IBAN or other).
    pub account: String,
    /// Its holder (`Nm`).
    pub name: String,
    /// Tax number or the like (`Id/PrvtId/Othr/Id`, `Id/OrgId/Othr/Id`).
    pub identification: Option<String>,
    /// Where the holder lives (`PstlAdr`).
    pub address: Option<PostalAddress>,
}

/// A postal address, structured, in lines, or both (`PostalAddress`).
#[derive(Clone, PartialEq, Eq, Default)]
pub struct PostalAddress {
    /// `StrtNm`.
    pub street_name: Option<String>,
    /// `BldgNb`.
    pub building_number: Option<String>,
    /// `PstCd`.
    pub post_code: Option<String>,
    /// `TwnNm`.
    pub town_name: Option<String>,
    /// `Ctry`: two capital letters (ISO 3166-1).
    pub country: Option<String>,
    /// `AdrLine`.
    pub address_lines: Vec<String>,
}

/// What a payment is for (`RmtInf`).
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Remittance {
    /// Free text (`Ustrd`).
    pub unstructured: Vec<String>,
    /// Documents that it pays (`Strd/RfrdDocInf`).
    pub documents: Vec<ReferredDocument>,
}

/// A document that a payment refers to (`RfrdDocInf`).
#[derive(Clone, PartialEq, Eq)]
pub struct ReferredDocument {
    /// Four letters of ISO 20022's `DocumentType` (`Tp/CdOrPrtry/Cd`), such as `CINV`, a commercial invoice.
    pub document_type: String,
    /// Its number (`Nb`).
    pub number: String,
    /// Its date (`RltdDt`).
    pub date: Option<Date>,
}

impl Payload {
    /// Checks every field.
    ///
    /// # Errors
    /// The first field that is too long, empty, or holds what is not shown.
    pub fn check(&self) -> Result<(), PayloadRefusal> {
        self.debtor.check(&PartyFields::DEBTOR)?;
        self.creditor.check(&PartyFields::CREDITOR)?;
        self.remittance.check()
    }
}

/// Paths of a party's fields, as told in refusals.
pub(crate) struct PartyFields {
    pub(crate) account: &'static str,
    pub(crate) name: &'static str,
    pub(crate) identification: &'static str,
    pub(crate) street_name: &'static str,
    pub(crate) building_number: &'static str,
    pub(crate) post_code: &'static str,
    pub(crate) town_name: &'static str,
    pub(crate) country: &'static str,
    pub(crate) address_line: &'static str,
}

macro_rules! party_fields {
    ($party:literal) => {
        PartyFields {
            account: concat!($party, "Acct/Id"),
            name: concat!($party, "/Nm"),
            identification: concat!($party, "/Id"),
            street_name: concat!($party, "/PstlAdr/StrtNm"),
            building_number: concat!($party, "/PstlAdr/BldgNb"),
            post_code: concat!($party, "/PstlAdr/PstCd"),
            town_name: concat!($party, "/PstlAdr/TwnNm"),
            country: concat!($party, "/PstlAdr/Ctry"),
            address_line: concat!($party, "/PstlAdr/AdrLine"),
        }
    };
}

impl PartyFields {
    pub(crate) const DEBTOR: PartyFields = party_fields!("Dbtr");
    pub(crate) const CREDITOR: PartyFields = party_fields!("Cdtr");
}

impl Party {
    pub(crate) fn check(&self, fields: &PartyFields) -> Result<(), PayloadRefusal> {
        check_text(fields.account, &self.account, ACCOUNT_CHARACTERS_MAX)?;
        check_text(fields.name, &self.name, NAME_CHARACTERS_MAX)?;
        check_optional(fields.identification, self.identification.as_ref(), IDENTIFICATION_CHARACTERS_MAX)?;
        self.address.as_ref().map_or(Ok(()), |address| address.check(fields))
    }
}

impl PostalAddress {
    fn check(&self, fields: &PartyFields) -> Result<(), PayloadRefusal> {
        check_optional(fields.street_name, self.street_name.as_ref(), ADDRESS_LINE_CHARACTERS_MAX)?;
        check_optional(fields.building_number, self.building_number.as_ref(), BUILDING_CHARACTERS_MAX)?;
        check_optional(fields.post_code, self.post_code.as_ref(), BUILDING_CHARACTERS_MAX)?;
        check_optional(fields.town_name, self.town_name.as_ref(), TOWN_CHARACTERS_MAX)?;
        if let Some(country) = &self.country {
            check_code(fields.country, country, 2)?;
        }
        check_count(fields.address_line, self.address_lines.len(), ADDRESS_LINES_MAX)?;
        self.address_lines
            .iter()
            .try_for_each(|line| check_text(fields.address_line, line, ADDRESS_LINE_CHARACTERS_MAX))
    }
}

impl Remittance {
    pub(crate) fn check(&self) -> Result<(), PayloadRefusal> {
        const TEXT: &str = "RmtInf/Ustrd";
        const DOCUMENT: &str = "RmtInf/Strd/RfrdDocInf";
        check_count(TEXT, self.unstructured.len(), UNSTRUCTURED_COUNT_MAX)?;
        self.unstructured.iter().try_for_each(|text| check_text(TEXT, text, UNSTRUCTURED_CHARACTERS_MAX))?;
        check_count(DOCUMENT, self.documents.len(), DOCUMENTS_MAX)?;
        self.documents.iter().try_for_each(|document| {
            check_code("RmtInf/Strd/RfrdDocInf/Tp/CdOrPrtry/Cd", &document.document_type, 4)?;
            check_text("RmtInf/Strd/RfrdDocInf/Nb", &document.number, IDENTIFICATION_CHARACTERS_MAX)
        })
    }
}

fn check_optional(field: &'static str, text: Option<&String>, allowed: usize) -> Result<(), PayloadRefusal> {
    text.map_or(Ok(()), |text| check_text(field, text, allowed))
}

fn check_count(field: &'static str, found: usize, allowed: usize) -> Result<(), PayloadRefusal> {
    if found <= allowed { Ok(()) } else { Err(PayloadRefusal::TooMany { field, found, allowed }) }
}

/// Somebody whose data can be erased everywhere at once: an account at an institution.
///
/// On disk a subject is known by a keyed hash of this, which without the keys tells nothing. Spaces and case make no
/// difference: an IBAN as printed on paper finds the one in a message.
#[derive(Clone, PartialEq, Eq)]
pub struct Subject {
    /// The institution that keeps the account.
    pub institution: InstitutionId,
    /// The account.
    pub account: String,
}

impl Subject {
    /// Of an account at an institution.
    #[must_use]
    pub fn new(institution: InstitutionId, account: &str) -> Subject {
        let account = account.chars().filter(|character| !character.is_whitespace()).collect::<String>();
        Subject { institution, account: account.to_uppercase() }
    }
}

impl Party {
    /// Whose data this is.
    #[must_use]
    pub fn subject(&self) -> Subject {
        Subject::new(self.institution, &self.account)
    }
}

macro_rules! withheld {
    ($($name:ident),*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(withheld)"))
            }
        }
    )*};
}

withheld!(Payload, Party, PostalAddress, Remittance, ReferredDocument, Subject);
