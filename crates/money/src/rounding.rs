//! The one place where a fraction becomes an integer, and what is left of it.

use std::cmp::Ordering;
use std::fmt;

/// How a fraction of a minor unit becomes a whole one.
///
/// The half rules are symmetric about zero: with [`Rounding::HalfUp`] a debt of 0.5 rounds to 1 just as a claim of 0.5
/// does, so that the two sides of one balance post the same figure. [`Rounding::Floor`] and [`Rounding::Ceiling`] are
/// not: they go towards minus and plus infinity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub enum Rounding {
    /// Towards minus infinity.
    Floor,
    /// Towards plus infinity.
    Ceiling,
    /// To the nearest; a half goes away from zero. What most rulebooks and statutes mean by rounding.
    HalfUp,
    /// To the nearest; a half goes to the even neighbour, so that many halves cancel out.
    HalfEven,
}

/// What a rounding dropped: the exact value minus the rounded one, as a fraction of a minor unit.
///
/// It is positive where the rounded figure is too small, and always between -1 and 1. It can be compared, added up
/// exactly ([`Residue::checked_add`]) and booked once whole units have gathered ([`Residue::split_whole`]).
///
/// ```
/// # use money::{convert, AmountMinor, Conversion, Rate, Rounding};
/// // 1.00 at 0.3333 is 0.3333: 33 cents, and a third of a cent is left over.
/// let one = AmountMinor::new(100)?;
/// let (amount, residue) =
///     convert(one, 2, 2, Rate::parse("0.3333")?, Conversion::Multiply, Rounding::Floor)?;
/// assert_eq!((amount.get(), residue.to_string()), (33, "33/100".to_owned()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Residue {
    numerator: i128,
    denominator: u128,
}

impl Residue {
    /// Nothing was dropped.
    pub const ZERO: Residue = Residue { numerator: 0, denominator: 1 };

    #[inline]
    pub(crate) const fn new(numerator: i128, denominator: u128) -> Residue {
        Residue { numerator, denominator }
    }

    /// The part above the line, signed; not reduced, see [`Residue::reduced`].
    #[inline]
    pub const fn numerator(self) -> i128 {
        self.numerator
    }

    /// The part below the line, never zero; not reduced, see [`Residue::reduced`].
    #[inline]
    pub const fn denominator(self) -> u128 {
        self.denominator
    }

    /// Whether the rounded figure was exact.
    #[inline]
    pub const fn is_zero(self) -> bool {
        self.numerator == 0
    }

    /// The same fraction in lowest terms.
    ///
    /// Conversions do not reduce, because a payment's path has no time for it.
    #[must_use]
    pub fn reduced(self) -> Residue {
        let divisor = greatest_common_divisor(self.numerator.unsigned_abs(), self.denominator);
        let numerator = self.numerator.unsigned_abs() / divisor;
        let numerator =
            if self.numerator < 0 { 0_i128.checked_sub_unsigned(numerator) } else { i128::try_from(numerator).ok() };
        Residue {
            numerator: numerator.expect("bug: a divided numerator is no larger than before"),
            denominator: self.denominator / divisor,
        }
    }

    /// The exact sum in lowest terms, or `None` where it no longer fits (residues of many unrelated divisors grow a
    /// large denominator: book them, or keep one sum per rate).
    #[must_use]
    pub fn checked_add(self, other: Residue) -> Option<Residue> {
        let (left, right) = (self.reduced(), other.reduced());
        let shared = greatest_common_divisor(left.denominator, right.denominator);
        let left_factor = right.denominator / shared;
        let right_factor = left.denominator / shared;
        let left_numerator = left.numerator.checked_mul(i128::try_from(left_factor).ok()?)?;
        let right_numerator = right.numerator.checked_mul(i128::try_from(right_factor).ok()?)?;
        let numerator = left_numerator.checked_add(right_numerator)?;
        let denominator = left.denominator.checked_mul(left_factor)?;
        i128::try_from(denominator).ok()?;
        Some(Residue { numerator, denominator }.reduced())
    }

    /// The whole minor units in it (towards zero), and the fraction that is left.
    #[must_use]
    pub fn split_whole(self) -> (i128, Residue) {
        let denominator = i128::try_from(self.denominator).expect("bug: a residue's denominator fits in 127 bits");
        (self.numerator / denominator, Residue { numerator: self.numerator % denominator, ..self })
    }
}

impl PartialEq for Residue {
    /// By value: 1/2 is 2/4.
    fn eq(&self, other: &Residue) -> bool {
        let (left, right) = (self.reduced(), other.reduced());
        left.numerator == right.numerator && left.denominator == right.denominator
    }
}

impl Eq for Residue {}

impl fmt::Display for Residue {
    /// In lowest terms, as `33/100`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reduced = self.reduced();
        write!(f, "{}/{}", reduced.numerator, reduced.denominator)
    }
}

fn greatest_common_divisor(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// Whether the floor of a fraction is one too low under `rounding`.
///
/// The fraction is floor + remainder / divisor, with 0 <= remainder < divisor; `negative` speaks of the whole fraction.
#[inline]
fn rounds_up(rounding: Rounding, negative: bool, floor_is_odd: bool, remainder: u128, divisor: u128) -> bool {
    debug_assert!(remainder < divisor);
    match rounding {
        Rounding::Floor => false,
        Rounding::Ceiling => remainder != 0,
        // Twice the remainder against the divisor, without the doubling that could overflow.
        Rounding::HalfUp => match remainder.cmp(&(divisor - remainder)) {
            Ordering::Less => false,
            Ordering::Equal => !negative,
            Ordering::Greater => true,
        },
        Rounding::HalfEven => match remainder.cmp(&(divisor - remainder)) {
            Ordering::Less => false,
            Ordering::Equal => floor_is_odd,
            Ordering::Greater => true,
        },
    }
}

/// Rounds floor + remainder / divisor, which is not negative. The divisor fits in 127 bits.
#[inline]
pub(crate) fn round_unsigned(
    floor: u128,
    remainder: u128,
    divisor: u128,
    rounding: Rounding,
) -> Option<(u128, Residue)> {
    let dropped = i128::try_from(remainder).ok()?;
    if rounds_up(rounding, false, floor & 1 == 1, remainder, divisor) {
        Some((floor.checked_add(1)?, Residue::new(dropped.checked_sub_unsigned(divisor)?, divisor)))
    } else {
        Some((floor, Residue::new(dropped, divisor)))
    }
}

/// Rounds numerator / divisor. The divisor is positive and fits in 127 bits.
pub(crate) fn round_signed(numerator: i128, divisor: u128, rounding: Rounding) -> Option<i128> {
    let signed_divisor = i128::try_from(divisor).ok()?;
    let floor = numerator.div_euclid(signed_divisor);
    let remainder = numerator.rem_euclid(signed_divisor).unsigned_abs();
    if rounds_up(rounding, numerator < 0, floor & 1 == 1, remainder, divisor) {
        floor.checked_add(1)
    } else {
        Some(floor)
    }
}
