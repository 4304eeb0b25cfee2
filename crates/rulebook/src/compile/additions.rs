//! What only some rulebooks ask for, as a plan has it.

use super::words;
use crate::schema::Rulebook;
use domain::plan::{PlanAdditions, PriceDirection};

/// The additions of a rulebook; the default where it asks for none.
pub(super) fn of(rulebook: &Rulebook) -> PlanAdditions {
    PlanAdditions { price_directions: price_directions(rulebook) }
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
