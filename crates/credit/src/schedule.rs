//! A schedule of tranches: the share of a position that is settled in the asset, slice by slice of the quota.

use std::fmt;

const PPM: i128 = 1_000_000;

/// A slice of a quota.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Slice {
    /// Where it ends, in parts per million of the quota.
    pub up_to_ppm: u32,
    /// Share of what falls into it that is settled in the asset, in parts per million.
    pub asset_ppm: u32,
}

/// A piecewise linear function: what of a position is settled in the asset.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Schedule {
    slices: Vec<Slice>,
    beyond_ppm: u32,
}

impl Schedule {
    /// A schedule of slices that rise, and the share beyond the last of them.
    ///
    /// # Errors
    /// [`ScheduleError`] where slices do not rise, or a share is above one.
    pub fn new(slices: Vec<Slice>, beyond_ppm: u32) -> Result<Self, ScheduleError> {
        let rises = slices.windows(2).all(|pair| pair[0].up_to_ppm < pair[1].up_to_ppm);
        if !rises || slices.first().is_some_and(|slice| slice.up_to_ppm == 0) {
            return Err(ScheduleError::DoesNotRise);
        }
        if slices.iter().any(|slice| i128::from(slice.asset_ppm) > PPM) || i128::from(beyond_ppm) > PPM {
            return Err(ScheduleError::ShareAboveOne);
        }
        Ok(Self { slices, beyond_ppm })
    }

    /// Everything in the asset.
    #[must_use]
    pub const fn all_asset() -> Self {
        Self { slices: Vec::new(), beyond_ppm: 1_000_000 }
    }

    /// What of a position of that size is settled in the asset, rounded down; the rest is credit. A quota of zero leaves
    /// everything beyond it.
    #[must_use]
    pub fn asset_minor(&self, position_minor: u128, quota_minor: u64) -> i128 {
        let position = i128::try_from(position_minor).expect("a position fits 127 bits");
        let quota = i128::from(quota_minor);
        // In minor units times parts per million, so that the end of a slice is exact.
        let size = position * PPM;
        let (mut from, mut asset) = (0_i128, 0_i128);
        for slice in &self.slices {
            let to = size.min(quota * i128::from(slice.up_to_ppm));
            if to > from {
                asset += (to - from) * i128::from(slice.asset_ppm);
                from = to;
            }
        }
        asset += (size - from) * i128::from(self.beyond_ppm);
        asset.div_euclid(PPM * PPM)
    }

    /// How much more credit a debtor gets by right who owes `debt_minor` from credit and has another `deficit_minor` to
    /// pay: the schedule is read at the position that its debt stands for. Rounded down, in favour of cash.
    #[must_use]
    pub fn credit_after_debt_minor(&self, debt_minor: u64, deficit_minor: u64, quota_minor: u64) -> u64 {
        let quota = i128::from(quota_minor);
        // Credit already used, and deficit still to be parted, in minor units times ppm times ppm and times ppm.
        let mut used = i128::from(debt_minor) * PPM * PPM;
        let mut left = i128::from(deficit_minor) * PPM;
        let (mut from, mut credit) = (0_i128, 0_i128);
        let slices = self.slices.iter().map(|slice| (Some(slice.up_to_ppm), slice.asset_ppm));
        for (up_to_ppm, asset_ppm) in slices.chain([(None, self.beyond_ppm)]) {
            let credit_ppm = PPM - i128::from(asset_ppm);
            let to = up_to_ppm.map(|up_to| (quota * i128::from(up_to)).max(from));
            let mut width = to.map(|to| to - from);
            if used > 0 {
                match width {
                    Some(width) if width * credit_ppm <= used => {
                        used -= width * credit_ppm;
                        from += width;
                        continue;
                    }
                    _ if credit_ppm == 0 => continue,
                    _ => {
                        // The debt ends inside this slice; the unit begun counts as used.
                        let taken = used.div_euclid(credit_ppm) + i128::from(used.rem_euclid(credit_ppm) != 0);
                        width = width.map(|width| width - taken);
                        used = 0;
                    }
                }
            }
            let here = width.map_or(left, |width| width.min(left));
            credit += here * credit_ppm;
            left -= here;
            if let Some(to) = to {
                from = to;
            }
            if left == 0 {
                break;
            }
        }
        u64::try_from(credit.div_euclid(PPM * PPM)).expect("credit is no more than the deficit")
    }
}

/// Why slices are no schedule.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ScheduleError {
    /// Slices do not end one above the other.
    DoesNotRise,
    /// A share is above one.
    ShareAboveOne,
}

impl fmt::Display for ScheduleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DoesNotRise => "slices do not end one above the other",
            Self::ShareAboveOne => "a share is above one",
        })
    }
}

impl std::error::Error for ScheduleError {}
