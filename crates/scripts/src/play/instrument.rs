//! Keys and references that a script need not write: of instruments, documents and payments.

use domain::plan::{CheckDigit, InstrumentRule};
use domain::{Commitment, Date, DocumentKey, InstitutionId, Uetr};
use sha2::{Digest, Sha256};

/// The reference of an instrument in the layout of the rulebook: fields that it calls by their usual names hold what they
/// say, others the number; each cut to its width.
pub(super) fn made_up(rule: &InstrumentRule, payee: InstitutionId, date: Date, number: u64) -> Box<str> {
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
            _ => number,
        };
        let text = format!("{value:0width$}");
        digits.push_str(&text[text.len() - width..]);
    }
    digits.into_boxed_str()
}

/// The key of a trade document that a script calls by a text.
pub(super) fn document(text: &str) -> DocumentKey {
    let hash = Sha256::digest(text.as_bytes());
    let mut key = [0; 16];
    key.copy_from_slice(&hash[..16]);
    DocumentKey(key)
}

/// The n-th reference of a script: a UETR of version 4.
pub(super) fn uetr(number: u64) -> Uetr {
    let mut bytes = [0; 16];
    bytes[8..].copy_from_slice(&number.to_be_bytes());
    bytes[6] = 0x40;
    bytes[8] = 0x80;
    Uetr(bytes)
}

/// A commitment to documents that nobody has.
pub(super) const NO_DOCUMENTS: Commitment = Commitment([0; 32]);
