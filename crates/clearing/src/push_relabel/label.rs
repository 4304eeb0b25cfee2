//! Numbers that label nodes, and what a unit through an arc costs in them.

use std::ops::{Add, Neg, Sub};

/// A node's label: 32 bits where every label surely fits, because what is read most should be small; else 64.
pub(super) trait Label: Copy + Ord + Add<Output = Self> + Sub<Output = Self> + Neg<Output = Self> {
    /// Greater than every label.
    const INFINITE: Self;
    /// No label may pass this: with any cost added it is still below [`Label::INFINITE`].
    const LIMIT: Self;
    const ZERO: Self;
    const ONE: Self;

    fn new(value: i64) -> Option<Self>;
    fn get(self) -> i64;
}

impl Label for i32 {
    const INFINITE: Self = Self::MAX;
    const LIMIT: Self = Self::MAX / 4;
    const ZERO: Self = 0;
    const ONE: Self = 1;

    fn new(value: i64) -> Option<Self> {
        Self::try_from(value).ok().filter(|label| (-Self::LIMIT..=Self::LIMIT).contains(label))
    }

    fn get(self) -> i64 {
        self.into()
    }
}

impl Label for i64 {
    const INFINITE: Self = Self::MAX;
    const LIMIT: Self = Self::MAX / 4;
    const ZERO: Self = 0;
    const ONE: Self = 1;

    fn new(value: i64) -> Option<Self> {
        Some(value).filter(|label| (-Self::LIMIT..=Self::LIMIT).contains(label))
    }

    fn get(self) -> i64 {
        self
    }
}

/// What a unit costs: minus the arc's profit forwards, the profit backwards, times the scale.
pub(super) trait Costs<L> {
    /// Along an arc.
    fn ahead(&self, arc: usize) -> L;
    /// Back along the arc of an entry at its head.
    fn back(&self, entry: usize) -> L;
}

/// Every arc has the same profit.
pub(super) struct Uniform<L>(pub L);

impl<L: Label> Costs<L> for Uniform<L> {
    #[inline]
    fn ahead(&self, _arc: usize) -> L {
        -self.0
    }

    #[inline]
    fn back(&self, _entry: usize) -> L {
        self.0
    }
}

/// Each arc has a cost of its own, kept for both of its entries.
pub(super) struct Each<L> {
    pub ahead: Vec<L>,
    pub back: Vec<L>,
}

impl<L: Label> Costs<L> for Each<L> {
    #[inline]
    fn ahead(&self, arc: usize) -> L {
        self.ahead[arc]
    }

    #[inline]
    fn back(&self, entry: usize) -> L {
        self.back[entry]
    }
}
