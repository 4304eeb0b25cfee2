//! The certificate of a queue in JSON. Payments are known by their place in payments.csv, from 0; accounts, and limits,
//! by their place in the order of names.

use super::certificate::{ByText, ClaimJson};
use super::figures::Whole;
use certify::queue::{Case, Certificate, Level, Multipliers, Order};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The whole file.
#[derive(Serialize, Deserialize, PartialEq, Eq, Debug)]
#[serde(deny_unknown_fields)]
pub(crate) struct QueueCertificate {
    pub(crate) format: String,
    pub(crate) kind: String,
    pub(crate) program: String,
    pub(crate) files: BTreeMap<String, String>,
    pub(crate) order: OrderJson,
    pub(crate) guard: bool,
    pub(crate) ticks: u64,
    pub(crate) figures: QueueFigures,
    pub(crate) fifo_removals: Option<Vec<u32>>,
    pub(crate) unfundable: Vec<u32>,
    pub(crate) levels: Vec<LevelJson>,
}

/// What the answer comes to.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug)]
#[serde(deny_unknown_fields)]
pub(crate) struct QueueFigures {
    pub(crate) payments: u64,
    pub(crate) participants: u64,
    pub(crate) settled_count: u64,
    pub(crate) settled_value_by_class: ByText,
    pub(crate) settled_value: Whole,
    pub(crate) upper_bound: Whole,
    pub(crate) fifo_value: Whole,
    /// Value and bound of each class together with those before it.
    pub(crate) levels: BTreeMap<String, ClaimJson>,
}

#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "snake_case")]
pub(crate) enum OrderJson {
    Fifo,
    Bypass,
}

#[derive(Serialize, Deserialize, PartialEq, Eq, Debug)]
#[serde(deny_unknown_fields)]
pub(crate) struct LevelJson {
    claim: ClaimJson,
    multipliers: Vec<MultipliersJson>,
    cases: Vec<CaseJson>,
}

#[derive(Serialize, Deserialize, PartialEq, Eq, Debug)]
#[serde(deny_unknown_fields)]
struct MultipliersJson {
    scale: Whole,
    floors: Vec<Whole>,
    bilateral_limits: Vec<Whole>,
    multilateral_limits: Vec<Whole>,
    earlier_levels: Vec<Whole>,
}

#[derive(Serialize, Deserialize, PartialEq, Eq, Debug)]
#[serde(rename_all = "snake_case")]
enum CaseJson {
    Split(u32),
    Leaf(u32),
}

impl From<OrderJson> for Order {
    fn from(order: OrderJson) -> Order {
        match order {
            OrderJson::Fifo => Order::Fifo,
            OrderJson::Bypass => Order::Bypass { strict_classes: 0 },
        }
    }
}

impl LevelJson {
    pub(crate) fn of(level: &Level) -> LevelJson {
        let list = |list: &[i64]| list.iter().map(|number| (*number).into()).collect();
        let multipliers = level.multipliers.iter().map(|multipliers| MultipliersJson {
            scale: multipliers.scale.into(),
            floors: list(&multipliers.floors),
            bilateral_limits: list(&multipliers.bilateral_limits),
            multilateral_limits: list(&multipliers.multilateral_limits),
            earlier_levels: list(&multipliers.earlier_levels),
        });
        let cases = level.cases.iter().map(|case| match *case {
            Case::Split { payment } => CaseJson::Split(payment),
            Case::Leaf { multipliers } => CaseJson::Leaf(multipliers),
        });
        LevelJson { claim: level.claim.into(), multipliers: multipliers.collect(), cases: cases.collect() }
    }

    /// `None` if a number does not fit in 64 bits.
    fn level(&self) -> Option<Level> {
        let number = |whole: &Whole| i64::try_from(whole.0).ok();
        let list = |list: &[Whole]| list.iter().map(number).collect::<Option<Vec<i64>>>();
        let multipliers = self.multipliers.iter().map(|multipliers| {
            Some(Multipliers {
                scale: number(&multipliers.scale)?,
                floors: list(&multipliers.floors)?,
                bilateral_limits: list(&multipliers.bilateral_limits)?,
                multilateral_limits: list(&multipliers.multilateral_limits)?,
                earlier_levels: list(&multipliers.earlier_levels)?,
                ..Multipliers::zero()
            })
        });
        let cases = self.cases.iter().map(|case| match *case {
            CaseJson::Split(payment) => Case::Split { payment },
            CaseJson::Leaf(multipliers) => Case::Leaf { multipliers },
        });
        Some(Level {
            claim: self.claim.into(),
            multipliers: multipliers.collect::<Option<_>>()?,
            cases: cases.collect(),
        })
    }
}

impl QueueCertificate {
    /// The certificate as the checker takes it. `None` if a number does not fit in 64 bits.
    pub(crate) fn certificate(&self) -> Option<Certificate> {
        Some(Certificate {
            fifo_removals: self.fifo_removals.clone(),
            unfundable: self.unfundable.clone(),
            levels: self.levels.iter().map(LevelJson::level).collect::<Option<_>>()?,
        })
    }
}
