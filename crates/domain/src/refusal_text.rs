//! What a refusal says to people, in the four languages of the region.

/// A language in which the house speaks to people.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Language {
    /// Spanish.
    Es,
    /// Portuguese.
    Pt,
    /// English.
    En,
    /// French.
    Fr,
}
