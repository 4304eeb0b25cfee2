//! The rulebooks that come with the program.

use crate::parse::parse;
use crate::schema::{AverageOf, QuotaBy, Rulebook};
use domain::refusal_text::Language;
use money::Rate;

/// Name and text, in the order in which they are listed.
const FILES: &[(&str, &str)] = &[
    ("caudal", include_str!("../rulebooks/caudal.toml")),
    ("caudal-credit", include_str!("../rulebooks/caudal-credit.toml")),
    ("sml-ar-br", include_str!("../rulebooks/sml-ar-br.toml")),
    ("sml-br-uy", include_str!("../rulebooks/sml-br-uy.toml")),
    ("sml-br-py", include_str!("../rulebooks/sml-br-py.toml")),
    ("cpcr", include_str!("../rulebooks/cpcr.toml")),
    ("epu-1950", include_str!("../rulebooks/epu-1950.toml")),
    ("cach", include_str!("../rulebooks/cach.toml")),
    ("acu", include_str!("../rulebooks/acu.toml")),
    ("cmcf", include_str!("../rulebooks/cmcf.toml")),
    ("sucre", include_str!("../rulebooks/sucre.toml")),
    ("sipa", include_str!("../rulebooks/sipa.toml")),
    ("papss", include_str!("../rulebooks/papss.toml")),
];

/// Names of the rulebooks that come with the program.
pub fn list() -> impl Iterator<Item = &'static str> {
    FILES.iter().map(|(name, _)| *name)
}

/// Text of one of them.
#[must_use]
pub fn source(name: &str) -> Option<&'static str> {
    FILES.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

/// Title of one of them.
#[must_use]
pub fn title(name: &str, language: Language) -> Option<String> {
    let rulebook = parse(name, source(name)?).ok()?;
    Some(rulebook.title_in(language).to_owned())
}

impl Rulebook {
    /// The title in a language.
    #[must_use]
    pub fn title_in(&self, language: Language) -> &str {
        match language {
            Language::Es => &self.title.es.0,
            Language::Pt => &self.title.pt.0,
            Language::En => &self.title.en.0,
            Language::Fr => &self.title.fr.0,
        }
    }

    /// The one-sentence description in a language.
    #[must_use]
    pub fn description_in(&self, language: Language) -> &str {
        match language {
            Language::Es => &self.description.es.0,
            Language::Pt => &self.description.pt.0,
            Language::En => &self.description.en.0,
            Language::Fr => &self.description.fr.0,
        }
    }

    /// Quotas as a share of an average; none where the rulebook lists them, or has none.
    ///
    /// # Panics
    /// Never for a rulebook that was read: its check holds what this relies on.
    pub fn quotas_by_average(&self) -> Option<QuotasByAverage> {
        let quotas = self.quotas.as_ref().filter(|quotas| quotas.by == QuotaBy::ShareOfAverage)?;
        let decimals = self.asset.minor_decimals.to_u8();
        let minor = |amount: &crate::value::Amount| amount.minor(decimals).expect("amounts were checked").get();
        let multipliers = quotas.multipliers.iter().flat_map(|list| list.iter());
        Some(QuotasByAverage {
            share_ppm: quotas.share_percent.expect("required with a share").ppm(),
            average_of: quotas.average_of.expect("required with a share"),
            minimum_minor: quotas.minimum.as_ref().map_or(0, minor),
            bounded_by_reserves: quotas.maximum_percent_of_reserves.is_some(),
            multipliers: multipliers
                .flat_map(|multiplier| multiplier.members.iter().map(|member| (member.0.clone(), multiplier.factor.0)))
                .collect(),
        })
    }

    /// Codes of the members that a simulation enrols.
    pub fn default_members(&self) -> impl Iterator<Item = &str> {
        self.members.default.iter().map(|member| member.0.as_str())
    }
}

/// The rule by which quotas follow from figures: for whoever enters them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct QuotasByAverage {
    /// Share of the average, in parts per million.
    pub share_ppm: u32,
    /// The average of what.
    pub average_of: AverageOf,
    /// The smallest quota, in minor units of the settlement asset.
    pub minimum_minor: u64,
    /// Whether a member's reserves bound its quota.
    pub bounded_by_reserves: bool,
    /// Codes of members whose quota is multiplied, and by what.
    pub multipliers: Vec<(String, Rate)>,
}
