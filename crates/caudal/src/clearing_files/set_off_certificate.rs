//! The certificate of a set-off in JSON. Prices are in the order of participants.csv, the source of liquidity last.

use super::certificate::{ByText, ClaimJson};
use super::figures::Whole;
use certify::set_off::{Certificate, Level};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The whole file.
#[derive(Serialize, Deserialize, PartialEq, Eq, Debug)]
#[serde(deny_unknown_fields)]
pub(crate) struct SetOffCertificate {
    pub(crate) format: String,
    pub(crate) kind: String,
    pub(crate) program: String,
    pub(crate) files: BTreeMap<String, String>,
    pub(crate) price_of_liquidity: Whole,
    pub(crate) ticks: u64,
    pub(crate) figures: SetOffFigures,
    pub(crate) levels: Vec<LevelJson>,
}

/// What the answer comes to.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug)]
#[serde(deny_unknown_fields)]
pub(crate) struct SetOffFigures {
    pub(crate) obligations: u64,
    pub(crate) participants: u64,
    pub(crate) total_debt: Whole,
    pub(crate) net_internal_debt: Whole,
    pub(crate) cleared: Whole,
    pub(crate) cleared_by_class: ByText,
    pub(crate) liquidity_used: Whole,
    /// Cleared less the price of what is injected.
    pub(crate) value: Whole,
    /// No answer has a greater value, among those as good in more urgent classes.
    pub(crate) upper_bound: Whole,
    /// Value and bound of each class together with those before it.
    pub(crate) levels: BTreeMap<String, ClaimJson>,
}

/// Prices that prove one level.
#[derive(Serialize, Deserialize, PartialEq, Eq, Debug)]
#[serde(deny_unknown_fields)]
pub(crate) struct LevelJson {
    claim: ClaimJson,
    scale: Whole,
    prices: Vec<Whole>,
}

impl LevelJson {
    pub(crate) fn of(level: &Level) -> LevelJson {
        let prices = level.prices.iter().map(|price| (*price).into()).collect();
        LevelJson { claim: level.claim.into(), scale: level.scale.into(), prices }
    }

    /// `None` if a number does not fit in 64 bits.
    fn level(&self) -> Option<Level> {
        let number = |whole: &Whole| i64::try_from(whole.0).ok();
        let prices = self.prices.iter().map(number).collect::<Option<_>>()?;
        Some(Level { claim: self.claim.into(), scale: number(&self.scale)?, prices })
    }
}

impl SetOffCertificate {
    /// The certificate as the checker takes it. `None` if a number does not fit in 64 bits.
    pub(crate) fn certificate(&self) -> Option<Certificate> {
        let levels = self.levels.iter().map(LevelJson::level).collect::<Option<_>>()?;
        Some(Certificate { levels, ..Certificate::default() })
    }
}
