//! What the store refuses because a rule said no: data, with permanent codes. No refusal repeats personal data.

use crate::register::ErasureRecord;
use std::fmt;

/// Why a payload, or an erasure, was refused. Nothing was done.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PayloadRefusal {
    /// The commitment is not that of the payload that came with it.
    CommitmentMismatch,
    /// A text has more characters than its field takes.
    TextTooLong {
        /// ISO 20022 path of the field.
        field: &'static str,
        /// Characters (code points) found.
        found: usize,
        /// Characters allowed.
        allowed: usize,
    },
    /// A text is empty where there must be one. An absent field is absent, not empty.
    TextEmpty {
        /// ISO 20022 path of the field.
        field: &'static str,
    },
    /// A text has a character that is not shown: control, bidirectional override, zero width.
    TextCharacter {
        /// ISO 20022 path of the field.
        field: &'static str,
        /// Its code point.
        code_point: u32,
        /// Characters before it.
        position: usize,
    },
    /// A text is not UTF-8.
    TextNotUtf8 {
        /// ISO 20022 path of the field.
        field: &'static str,
        /// Bytes before the first wrong one.
        position: usize,
    },
    /// A field repeats more often than allowed.
    TooMany {
        /// ISO 20022 path of the field.
        field: &'static str,
        /// Occurrences found.
        found: usize,
        /// Occurrences allowed.
        allowed: usize,
    },
    /// A country is not two capital letters (ISO 3166-1), or a document type not four (ISO 20022 `DocumentType`).
    CodeFormat {
        /// ISO 20022 path of the field.
        field: &'static str,
    },
    /// Bytes are not the canonical form of a part of a payload.
    Format {
        /// What was found.
        detail: &'static str,
    },
    /// The payload of this commitment was erased: it does not come back.
    Erased(ErasureRecord),
    /// The store has no payload of this commitment.
    CommitmentUnknown,
    /// The store has no data of this subject.
    SubjectUnknown,
    /// More in one call than is carried out at once.
    BatchTooLarge {
        /// How many were given.
        found: usize,
        /// How many may be.
        allowed: usize,
    },
    /// The case reference of an erasure has other characters than letters, digits and `/ - .`, or is too long.
    ReferenceFormat,
}

impl PayloadRefusal {
    /// The permanent code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            PayloadRefusal::CommitmentMismatch => "COMMITMENT_MISMATCH",
            PayloadRefusal::TextTooLong { .. } => "TEXT_TOO_LONG",
            PayloadRefusal::TextEmpty { .. } => "TEXT_EMPTY",
            PayloadRefusal::TextCharacter { .. } => "TEXT_CHARACTER",
            PayloadRefusal::TextNotUtf8 { .. } => "TEXT_NOT_UTF8",
            PayloadRefusal::TooMany { .. } => "TOO_MANY",
            PayloadRefusal::CodeFormat { .. } => "CODE_FORMAT",
            PayloadRefusal::Format { .. } => "PAYLOAD_FORMAT",
            PayloadRefusal::Erased(_) => "PAYLOAD_ERASED",
            PayloadRefusal::CommitmentUnknown => "COMMITMENT_UNKNOWN",
            PayloadRefusal::SubjectUnknown => "SUBJECT_UNKNOWN",
            PayloadRefusal::BatchTooLarge { .. } => "BATCH_TOO_LARGE",
            PayloadRefusal::ReferenceFormat => "REFERENCE_FORMAT",
        }
    }
}

impl fmt::Display for PayloadRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PayloadRefusal::CommitmentMismatch => {
                f.write_str("the commitment is not that of this payload; Cmtmt; compute it from the payload and its salts")
            }
            PayloadRefusal::TextTooLong { field, found, allowed } => {
                write!(f, "{found} characters; {field}; shorten it to {allowed}")
            }
            PayloadRefusal::TextEmpty { field } => write!(f, "the text is empty; {field}; give one, or leave the field out"),
            PayloadRefusal::TextCharacter { field, code_point, position } => {
                write!(f, "character U+{code_point:04X} after {position} others is not shown; {field}; leave it out")
            }
            PayloadRefusal::TextNotUtf8 { field, position } => {
                write!(f, "not UTF-8 after {position} bytes; {field}; send texts in UTF-8")
            }
            PayloadRefusal::TooMany { field, found, allowed } => {
                write!(f, "{found} occurrences; {field}; give at most {allowed}")
            }
            PayloadRefusal::CodeFormat { field } => {
                write!(f, "not a code of capital letters of the right length; {field}; use the ISO code")
            }
            PayloadRefusal::Format { detail } => {
                write!(f, "{detail}; canonical form of a payload; encode it as docs/decisions/0016-payload-store.md says")
            }
            PayloadRefusal::Erased(record) => {
                write!(f, "{record}; the register of erasures; nothing: what was erased does not come back")
            }
            PayloadRefusal::CommitmentUnknown => {
                f.write_str("the store has no payload of this commitment; the store; check the commitment")
            }
            PayloadRefusal::SubjectUnknown => {
                f.write_str("the store has no data of this account at this institution; the store; check both")
            }
            PayloadRefusal::BatchTooLarge { found, allowed } => {
                write!(f, "{found} in one batch; the call; give at most {allowed} at a time")
            }
            PayloadRefusal::ReferenceFormat => f.write_str(
                "a case reference has 1 to 35 letters, digits and / - . and no others; the order to erase; give the number of the \
                 case, never a name",
            ),
        }
    }
}

impl std::error::Error for PayloadRefusal {}
