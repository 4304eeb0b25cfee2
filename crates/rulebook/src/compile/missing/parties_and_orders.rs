//! Not built: of members, pairs, orders.

use super::Features;
use crate::schema::{CheckedBy, DenominationIn, EligiblePairs, Origin, PositionsIn, Register, Rulebook, Tier};

pub(super) fn gather(rulebook: &Rulebook, features: &mut Features) {
    members(rulebook, features);
    let operations = &rulebook.operations;
    features.add_if(operations.origin != Origin::Any, &operations.source, "lists of goods by origin");
    if let Some(tenor) = &rulebook.tenor {
        features.add_if(tenor.checked_by == CheckedBy::House, &tenor.source, "a term limit checked by the house");
    }
    if let Some(instrument) = &rulebook.instrument {
        let kept = instrument.commitments_kept_by == Register::House;
        features.add_if(kept, &instrument.source, "a register of future commitments");
    }
    let denomination = &rulebook.denomination;
    let in_unit = denomination.admitted.contains(&DenominationIn::Unit);
    let others = in_unit && rulebook.positions.currency != PositionsIn::Unit;
    features.add_if(others, &denomination.source, "orders in a unit of account in which positions are not kept");
    let beside = rulebook.positions.currency == PositionsIn::Unit && denomination.admitted.len() > 1;
    features.add_if(beside, &denomination.source, "orders in a unit of account and in something else");
}

fn members(rulebook: &Rulebook, features: &mut Features) {
    let members = &rulebook.members;
    match members.tier {
        Tier::CentralBanksAndInstitutions => {}
        // A monetary authority stands for itself by an institution of its own.
        Tier::CentralBanksOnly => {}
        Tier::InstitutionsDirect => features.add(&members.source, "institutions as direct members"),
    }
    let Some(pairs) = &rulebook.pairs else { return };
    features.add_if(pairs.eligible == EligiblePairs::Listed, &pairs.source, "a list of eligible pairs");
    features.add_if(pairs.excluded.is_some(), &pairs.source, "excluded pairs");
    for extension in pairs.extensions.iter() {
        features.add(&extension.source, "what one pair admits beyond the others");
    }
}
