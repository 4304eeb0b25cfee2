//! What only some rulebooks ask for, as a plan has it.

use super::{credit, limit_kind, membership, reserve, words};
use crate::schema::{FeeKind, InitiatorKind, PositionsIn, Rulebook, UnitKind};
use domain::Date;
use domain::plan::{FeeRule, LimitKind, PlanAdditions, PriceDirection, UnitRule};
use money::{AmountMinor, CurrencyCode, Rate};

/// The additions of a rulebook; the default where it asks for none.
pub(super) fn of(rulebook: &Rulebook) -> PlanAdditions {
    PlanAdditions {
        credit: credit::of(rulebook).map(Box::new),
        reserve: reserve::of(rulebook).map(Box::new),
        price_directions: price_directions(rulebook),
        limit_maxima: limit_maxima(rulebook),
        fees: fees(rulebook),
        unit: unit(rulebook),
        reported: rulebook.initiation.initiator == InitiatorKind::Reported,
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

fn unit(rulebook: &Rulebook) -> Option<UnitRule> {
    if rulebook.positions.currency != PositionsIn::Unit {
        return None;
    }
    let unit = rulebook.units.iter().next().expect("bug: a rulebook has a unit, which was checked");
    let always = Date(0);
    let values = match unit.kind {
        UnitKind::FixedParity => {
            let parity = unit.parity.as_ref().expect("bug: the schema requires it with a parity");
            vec![(always, parity.0)]
        }
        // So much gold as the settlement asset is worth by law.
        UnitKind::Gold => vec![(always, Rate::ONE)],
        UnitKind::DatedSeries => {
            let values = unit.values.as_ref().expect("bug: the schema requires it with a series");
            values.iter().map(|value| (value.from, value.value.0)).collect()
        }
        UnitKind::Currency | UnitKind::Basket => unreachable!("bug: not built, and said so before"),
    };
    let code = CurrencyCode::parse(&unit.code.0).expect("bug: not built, and said so before");
    Some(UnitRule { code, values, published: unit.kind == UnitKind::DatedSeries })
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
