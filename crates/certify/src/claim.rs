//! What is claimed of an answer.

use std::fmt;

/// What an answer is worth, and what no answer can exceed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Claim {
    /// Value of the answer under the objective of its level.
    pub value: i128,
    /// No answer is worth more, among those that are as good on the levels before. Equal to `value`: it is optimal.
    pub upper_bound: i128,
}

impl Claim {
    /// Whether the answer is proved to be the best.
    #[must_use]
    pub const fn is_optimal(self) -> bool {
        self.value == self.upper_bound
    }

    /// How far the answer may be from the best.
    #[must_use]
    pub const fn gap(self) -> Gap {
        let denominator = if self.upper_bound > 1 { self.upper_bound } else { 1 };
        Gap { numerator: self.upper_bound - self.value, denominator }
    }
}

/// (upper bound − value) ÷ max(1, upper bound), as an exact fraction that is not reduced.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Gap {
    /// Upper bound − value.
    pub numerator: i128,
    /// Max(1, upper bound).
    pub denominator: i128,
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.numerator, self.denominator)
    }
}
