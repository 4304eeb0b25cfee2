//! Ceilings: what may be drawn at most, and quotas that a rule gives.

const PPM: u128 = 1_000_000;

/// A share of an amount, rounded down.
#[must_use]
pub fn share_minor(amount_minor: u64, ppm: u32) -> u64 {
    let exact = u128::from(amount_minor) * u128::from(ppm);
    u64::try_from(exact / PPM).unwrap_or(u64::MAX)
}

/// The average of the figures of some years, rounded down; zero of none.
#[must_use]
pub fn average_minor(years_minor: &[u64]) -> u64 {
    let sum: u128 = years_minor.iter().copied().map(u128::from).sum();
    let count = u128::try_from(years_minor.len()).expect("years can be counted");
    u64::try_from(sum.checked_div(count).unwrap_or(0)).expect("an average is no more than the largest")
}

/// What is left of a ceiling over all that is drawn.
///
/// # Errors
/// By how much the request passes what is left.
pub fn room_for(ceiling_minor: u64, drawn_minor: &[u64], request_minor: u64) -> Result<u64, u128> {
    let drawn: u128 = drawn_minor.iter().copied().map(u128::from).sum();
    let room = u128::from(ceiling_minor).saturating_sub(drawn);
    let over = u128::from(request_minor).saturating_sub(room);
    if over > 0 { Err(over) } else { Ok(u64::try_from(room).expect("room is no more than the ceiling")) }
}

/// How a quota follows from an average.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct QuotaRule {
    /// Share of the average, in parts per million.
    pub share_ppm: u32,
    /// Factor for this member, in parts per million: 1,000,000 leaves it as it is.
    pub factor_ppm: u32,
    /// Smallest quota.
    pub minimum_minor: u64,
    /// Largest quota; none where there is no such limit.
    pub maximum_minor: Option<u64>,
}

impl QuotaRule {
    /// The quota: share and factor of the average, at least the smallest, and never above the largest.
    #[must_use]
    pub fn quota_minor(&self, average_minor: u64) -> u64 {
        let exact = u128::from(average_minor) * u128::from(self.share_ppm) * u128::from(self.factor_ppm);
        let quota = u64::try_from(exact / (PPM * PPM)).unwrap_or(u64::MAX).max(self.minimum_minor);
        self.maximum_minor.map_or(quota, |most| quota.min(most))
    }
}
