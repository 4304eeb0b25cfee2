//! What the filling has to know of the house to read an event: who belongs to whom, which rules, what is open.

use super::reserve::Drawing;
use super::trouble::{Taken, known};
use domain::limit::Scope;
use domain::plan::{FeeRule, Initiator, Plan, PositionCurrency, Price};
use domain::{
    Actor, ArrangementId, CurrencyId, CycleId, Date, DrawingId, InstitutionId, MemberId, PaymentId, RulebookId, RunId,
};
use money::CurrencyCode;
use std::collections::{BTreeMap, BTreeSet};

/// Everything known by number.
#[derive(Default)]
pub(crate) struct House {
    pub(crate) currencies: Vec<CurrencyCode>,
    pub(crate) institutions: Vec<Institution>,
    /// The first institution of each member.
    pub(crate) members: Vec<Option<InstitutionId>>,
    pub(crate) rulebooks: Vec<Rules>,
    pub(crate) arrangements: Vec<Arrangement>,
    pub(crate) memberships: BTreeSet<(ArrangementId, MemberId)>,
    /// Settings of limits by number of their event: in force, and for a later business date.
    pub(crate) limits: BTreeMap<(ArrangementId, Scope), u64>,
    pub(crate) limits_ahead: BTreeMap<(ArrangementId, Scope, Date), u64>,
    /// Anticipated transfers due and not confirmed, by number of their event.
    pub(crate) transfers: BTreeMap<(ArrangementId, MemberId, MemberId), Vec<u64>>,
    /// Drawings from reserve funds of which something is owed.
    pub(crate) drawings: BTreeMap<(ArrangementId, DrawingId), Drawing>,
    pub(crate) actors: BTreeMap<Actor, u32>,
    /// The next payment.
    pub(crate) payments: u64,
}

#[derive(Clone, Copy)]
pub(crate) struct Institution {
    pub(crate) member: MemberId,
    pub(crate) currency: CurrencyId,
}

/// Rules that decide what an event says.
#[derive(Clone)]
pub(crate) struct Rules {
    pub(crate) initiator: Initiator,
    /// Whether all legs are in the settlement asset.
    pub(crate) is_par: bool,
    pub(crate) positions_in_asset: bool,
    pub(crate) asset: CurrencyCode,
    /// The unit of account in which positions are, where there is one.
    pub(crate) unit: Option<CurrencyCode>,
    /// Whether leg 2 moves balances with the agent instead of positions.
    pub(crate) gross: bool,
    pub(crate) fees: Option<FeeRule>,
}

impl Rules {
    pub(crate) fn of(plan: &Plan) -> Rules {
        Rules {
            initiator: plan.initiator,
            is_par: plan.price == Price::Par,
            positions_in_asset: plan.position_currency == PositionCurrency::Asset,
            asset: plan.settlement_asset,
            unit: plan.additions.unit.as_ref().map(|unit| unit.code),
            gross: plan.settles_gross(),
            fees: plan.additions.fees.clone(),
        }
    }
}

#[derive(Clone)]
pub(crate) struct Arrangement {
    pub(crate) rules: Rules,
    /// What positions are in: the settlement asset, or the unit of account.
    pub(crate) asset: CurrencyId,
    /// What nets are paid in.
    pub(crate) settlement: CurrencyId,
    pub(crate) open_day: Option<Date>,
    pub(crate) cycle: CycleId,
    pub(crate) run: Option<RunId>,
    /// Pay-outs that failed and may still age.
    pub(crate) failed: Vec<PaymentId>,
}

impl House {
    pub(crate) fn institution(&self, institution: InstitutionId) -> Taken<Institution> {
        known(self.institutions.get(institution.index()).copied(), "institution", institution)
    }

    pub(crate) fn member_of(&self, institution: InstitutionId) -> Taken<MemberId> {
        self.institution(institution).map(|found| found.member)
    }

    pub(crate) fn arrangement(&self, arrangement: ArrangementId) -> Taken<&Arrangement> {
        known(self.arrangements.get(arrangement.index()), "arrangement", arrangement)
    }

    pub(crate) fn arrangement_mut(&mut self, arrangement: ArrangementId) -> Taken<&mut Arrangement> {
        known(self.arrangements.get_mut(arrangement.index()), "arrangement", arrangement)
    }

    pub(crate) fn rules(&self, rulebook: RulebookId) -> Taken<Rules> {
        known(self.rulebooks.get(rulebook.index()).cloned(), "rulebook", rulebook)
    }

    /// Currency in which an institution is paid and pays under an arrangement.
    pub(crate) fn edge_currency(&self, arrangement: ArrangementId, institution: InstitutionId) -> Taken<CurrencyId> {
        let (arrangement, institution) = (self.arrangement(arrangement)?, self.institution(institution)?);
        Ok(if arrangement.rules.is_par { arrangement.asset } else { institution.currency })
    }

    pub(crate) fn currency_of(&self, code: CurrencyCode) -> Taken<CurrencyId> {
        let place = self.currencies.iter().position(|known| *known == code);
        known(place.map(CurrencyId::from_index), "currency", code.as_str())
    }
}
