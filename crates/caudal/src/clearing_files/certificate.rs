//! What the certificates of both kinds have in common.

use super::figures::Whole;
use certify::Claim;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The program that wrote a certificate.
pub(crate) const PROGRAM: &str = concat!("caudal ", env!("CARGO_PKG_VERSION"));

/// Figures by class, or by participant.
pub(crate) type ByText = BTreeMap<String, Whole>;

/// Value and bound.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClaimJson {
    pub(crate) value: Whole,
    pub(crate) upper_bound: Whole,
}

impl From<Claim> for ClaimJson {
    fn from(claim: Claim) -> ClaimJson {
        ClaimJson { value: Whole(claim.value), upper_bound: Whole(claim.upper_bound) }
    }
}

impl From<ClaimJson> for Claim {
    fn from(claim: ClaimJson) -> Claim {
        Claim { value: claim.value.0, upper_bound: claim.upper_bound.0 }
    }
}

/// Amounts by class, as text.
pub(crate) fn by_class(amounts: impl IntoIterator<Item = (u8, i128)>) -> ByText {
    let mut by_class = ByText::new();
    for (class, amount) in amounts {
        by_class.entry(class.to_string()).or_default().0 += amount;
    }
    by_class
}
