//! Rules of voluntary membership: how a member leaves, and what it admits for itself.

use crate::plan::Purpose;

/// Leaving an arrangement.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct ExitRule {
    /// Months between notice and the day from which it holds.
    pub notice_months: u8,
}

/// What completes a settlement when a pay-in is missing: the defaulter's own prefunding where the rulebook says so, then what
/// came in is paid out pro rata.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct CompletionRule {
    /// Whether the defaulter's prefunding pays first.
    pub prefunding: bool,
    /// Cycles in arrears at the same time at most; then the arrangement stops.
    pub pro_rata_cycles: Option<u8>,
}

/// A set of purposes: one bit for each, so that no list is walked where a payment is checked.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize)]
pub struct PurposeSet(u32);

impl PurposeSet {
    /// Every purpose, known now or later: what a member admits that has said nothing.
    pub const ALL: Self = Self(u32::MAX);

    /// The purposes of a list.
    #[must_use]
    pub fn of(purposes: &[Purpose]) -> Self {
        Self(purposes.iter().fold(0, |bits, purpose| bits | bit(*purpose)))
    }

    /// Whether a purpose is in it.
    #[must_use]
    pub const fn admits(self, purpose: Purpose) -> bool {
        self.0 & bit(purpose) != 0
    }

    /// The bits: bit `n` is the purpose that stands `n`-th, from 0, in the list of purposes.
    #[must_use]
    pub const fn bits(self) -> u32 {
        self.0
    }
}

const fn bit(purpose: Purpose) -> u32 {
    1 << (purpose as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_admits_what_is_in_it_and_nothing_else() {
        let set = PurposeSet::of(&[Purpose::Goods, Purpose::Pension]);
        assert!(set.admits(Purpose::Goods) && set.admits(Purpose::Pension));
        assert!(!set.admits(Purpose::Services) && !set.admits(Purpose::Investment));
        assert!(PurposeSet::ALL.admits(Purpose::Investment));
        assert_eq!(PurposeSet::of(&[]).bits(), 0);
    }
}
