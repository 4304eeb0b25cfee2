//! What only some rulebooks ask for, as a plan has it.

use super::{credit, limit_kind, membership, reserve, words};
use crate::schema::{FeeKind, Rulebook};
use domain::plan::{FeeRule, LimitKind, PlanAdditions, PriceDirection};
use money::AmountMinor;

/// The additions of a rulebook; the default where it asks for none.
pub(super) fn of(rulebook: &Rulebook) -> PlanAdditions {
    PlanAdditions {
        credit: credit::of(rulebook).map(Box::new),
        reserve: reserve::of(rulebook).map(Box::new),
        price_directions: price_directions(rulebook),
        limit_maxima: limit_maxima(rulebook),
        fees: fees(rulebook),
        exit: membership::exit(rulebook),
        entry_by_consent: true,
        completion: membership::completion(rulebook),
    }
}

const OF_ASSET: &str = "bug: amounts have the decimals of the asset";

fn limit_maxima(rulebook: &Rulebook) -> Vec<(LimitKind, AmountMinor)> {
    let decimals = rulebook.asset.minor_decimals.to_u8();
    let own = rulebook.limits.iter().filter_map(|limit| Some((limit_kind(limit.scope)?, limit.maximum.as_ref()?)));
    own.map(|(kind, maximum)| (kind, maximum.minor(decimals).expect(OF_ASSET))).collect()
}

fn fees(rulebook: &Rulebook) -> Option<FeeRule> {
    let (fees, required) = (&rulebook.fees, "bug: the schema requires it with this kind of fee");
    match fees.kind {
        FeeKind::None => None,
        FeeKind::Flat => {
            let amount = fees.amount.as_ref().expect(required);
            let amount_minor = amount.minor(rulebook.asset.minor_decimals.to_u8()).expect(OF_ASSET);
            Some(FeeRule::Flat { amount_minor })
        }
        FeeKind::Percent => {
            let split: Vec<_> = fees
                .split
                .iter()
                .flat_map(|split| split.iter())
                .map(|part| (words::fee_to(part.to), part.percent.ppm()))
                .collect();
            let whole = vec![(domain::plan::FeeTo::House, fees.percent.expect(required).ppm())];
            Some(FeeRule::Percent { parts: if split.is_empty() { whole } else { split } })
        }
    }
}

fn price_directions(rulebook: &Rulebook) -> Vec<PriceDirection> {
    let directions = rulebook.price.directions.iter().flat_map(|directions| directions.iter());
    directions
        .map(|direction| PriceDirection {
            payer: direction.payer.0.clone(),
            payee: direction.payee.0.clone(),
            rounding: words::rate_rounding(direction.rounding, direction.decimals.to_u8()),
        })
        .collect()
}
