//! Not built: of units, prices, positions, limits, credit, fees.

use super::Features;
use crate::schema::{
    CounterpartyKind, Credit, Decomposition, DenominationIn, FeeKind, FundedBy, InterestKind, InterestOn, Limit,
    LimitAction, LimitOwner, LimitScope, NettingKind, OnUnitChange, PositionsIn, PriceKind, QuotaBy, Rulebook,
    RungAction, RungOf, UnitKind, Unset,
};
use money::{CurrencyCode, Rate};

pub(super) fn gather(rulebook: &Rulebook, features: &mut Features) {
    units(rulebook, features);
    price(rulebook, features);
    let asset = &rulebook.asset;
    features.add_if(asset.alternatives.is_some(), &asset.source, "paying the net in other assets");
    for limit in rulebook.limits.iter() {
        self::limit(limit, rulebook, features);
    }
    if let Some(credit) = &rulebook.credit {
        self::credit(credit, rulebook, features);
    }
    if let Some(quotas) = &rulebook.quotas {
        // What a rule gives is computed outside and entered by the operator, as a limit.
        let entered = rulebook.limits.iter().any(|limit| limit.scope == LimitScope::Quota);
        features.add_if(quotas.by == QuotaBy::ShareOfAverage && !entered, &quotas.source, "quotas that nobody enters");
    }
    if let (Some(fund), None) = (&rulebook.fund, &rulebook.credit) {
        features.add(&fund.source, "a reserve fund without credit");
    }
    for rung in rulebook.ladder.iter() {
        let shown = matches!(rung.action, RungAction::Notice | RungAction::Consult | RungAction::Referral);
        let stops = rung.action == RungAction::NoNewCredit && rung.of == RungOf::DebtorLimit;
        let run = rulebook.credit.is_some() && rung.of != RungOf::TotalCredit && (shown || stops);
        let feature = format!("a ladder of limits: {} at {} %", rung.action.word(), rung.at_percent);
        features.add_if(!run, &rung.source, feature);
    }
    interest(rulebook, features);
    if let Some(margin) = &rulebook.contingency_margin {
        features.add(&margin.source, "a contingency margin");
    }
    let fees = &rulebook.fees;
    let several = fees.kind != FeeKind::None && rulebook.positions.currency == PositionsIn::Denominated;
    features.add_if(several, &fees.source, "fees over positions in several currencies");
    let pull = fees.kind != FeeKind::None && rulebook.conformity.is_some();
    features.add_if(pull, &fees.source, "fees of debits that may be reversed");
}

fn units(rulebook: &Rulebook, features: &mut Features) {
    let in_unit = rulebook.positions.currency == PositionsIn::Unit;
    for (index, unit) in rulebook.units.iter().enumerate() {
        let code = &unit.code.0;
        let feature = match unit.kind {
            UnitKind::Currency if *code == rulebook.asset.currency.as_str() => continue,
            UnitKind::Currency => format!("a unit of account other than the settlement asset: {code}"),
            UnitKind::Basket => format!("a unit of account that is a basket: {code}"),
            UnitKind::FixedParity | UnitKind::Gold | UnitKind::DatedSeries if index > 0 => {
                format!("a second unit of account: {code}")
            }
            UnitKind::FixedParity | UnitKind::Gold | UnitKind::DatedSeries if CurrencyCode::parse(code).is_err() => {
                format!("a unit of account without a code of three capitals: {code}")
            }
            UnitKind::FixedParity | UnitKind::Gold | UnitKind::DatedSeries if !in_unit => {
                format!("a unit of account in which positions are not kept: {code}")
            }
            UnitKind::DatedSeries if unit.on_change == Some(OnUnitChange::OldValue) => {
                format!("open positions settled at the old value of {code}")
            }
            UnitKind::FixedParity | UnitKind::DatedSeries => {
                let values = unit.values.iter().flat_map(|values| values.iter()).map(|value| &value.value);
                let mut all = unit.parity.iter().chain(values);
                features.add_if(
                    all.any(|value| value.0.mantissa() > 1_000_000_000 || value.0.decimals() > 9),
                    &unit.source,
                    format!("a value of {code} beyond nine digits"),
                );
                let other = unit.currency.is_some_and(|currency| currency != rulebook.asset.currency);
                features.add_if(other, &unit.source, format!("a value of {code} in another currency than the asset"));
                continue;
            }
            UnitKind::Gold => continue,
        };
        features.add(&unit.source, feature);
    }
    if in_unit {
        let source = &rulebook.positions.source;
        let par = rulebook.price.kind == PriceKind::Par;
        features.add_if(!par, source, "positions in a unit of account with prices");
        let bilateral = rulebook.cycle.netting == NettingKind::Bilateral;
        // Where a unit is always worth one of the asset, an amount of the one is the same amount of the other.
        let at_par = always_at_par(rulebook);
        features.add_if(bilateral && !at_par, source, "positions in a unit of account netted pair by pair");
        features.add_if(rulebook.fees.kind != FeeKind::None, source, "fees beside positions in a unit of account");
        features.add_if(rulebook.queue.is_some(), source, "a queue of orders in a unit of account");
        let credit = rulebook.credit.is_some();
        features.add_if(credit && !at_par, source, "credit beside positions in a unit of account whose value is not 1");
        for limit in rulebook.limits.iter() {
            let in_deposits = matches!(
                limit.scope,
                LimitScope::InstitutionShare
                    | LimitScope::PrefundedBalance
                    | LimitScope::MemberTowardsAll
                    | LimitScope::Facility
            );
            let feature = format!("a limit {} over positions in a unit of account", limit.scope.word());
            features.add_if(in_deposits, &limit.source, feature);
        }
    }
}

/// Whether the unit of account is worth one unit of the settlement asset on every day.
fn always_at_par(rulebook: &Rulebook) -> bool {
    rulebook.units.first().is_some_and(|unit| match unit.kind {
        UnitKind::Gold => true,
        UnitKind::FixedParity => unit.parity.as_ref().is_some_and(|parity| parity.0.cmp_value(Rate::ONE).is_eq()),
        UnitKind::Currency | UnitKind::Basket | UnitKind::DatedSeries => false,
    })
}

fn price(rulebook: &Rulebook, features: &mut Features) {
    let price = &rulebook.price;
    match price.kind {
        PriceKind::Fixed | PriceKind::Par => {}
        PriceKind::Open => {
            let asset = rulebook.positions.currency == PositionsIn::Asset;
            features.add_if(asset, &price.source, "an open price with positions in the settlement asset");
            let in_asset = rulebook.denomination.admitted.contains(&DenominationIn::Asset);
            features.add_if(in_asset, &rulebook.denomination.source, "an open price of orders in the settlement asset");
        }
        PriceKind::DailyCrossRates => features.add(&price.source, "prices from daily cross-rates"),
        PriceKind::ProviderQuotes => features.add(&price.source, "prices from third parties' quotes"),
    }
    let positions = &rulebook.positions;
    if let Some(evidence) = &rulebook.evidence {
        let several = positions.currency == PositionsIn::Denominated;
        features.add_if(several, &evidence.source, "an amount for evidence over positions in several currencies");
    }
}

fn limit(limit: &Limit, rulebook: &Rulebook, features: &mut Features) {
    let Some(owners) = owners_run(limit.scope) else {
        let feature = match limit.scope {
            LimitScope::AutomaticCredit => "automatic credit".to_owned(),
            other => format!("a limit of the kind {}", other.word()),
        };
        features.add(&limit.source, feature);
        return;
    };
    let scope = limit.scope.word();
    let owned = owners.contains(&limit.owner);
    features.add_if(!owned, &limit.source, format!("a limit {scope} set by {}", limit.owner.word()));
    let over_balances = matches!(
        limit.scope,
        LimitScope::MemberTowardsAll | LimitScope::Facility | LimitScope::PrefundedBalance | LimitScope::Allocation
    );
    let queued = over_balances && rulebook.queue.is_some();
    features.add_if(queued, &limit.source, format!("a limit {scope} beside a queue"));
    let maximum = limit.when_unset == Unset::Maximum
        && !matches!(limit.scope, LimitScope::MemberTowardsAll | LimitScope::Facility | LimitScope::PerPayment);
    features.add_if(maximum, &limit.source, format!("a limit {scope} with a maximum of the rulebook's own"));
    let open_share = limit.scope == LimitScope::InstitutionShare && limit.when_unset == Unset::Unlimited;
    features.add_if(open_share, &limit.source, "an institution without a share of its member's cap");
    let run = match limit.on_limit {
        LimitAction::Refuse => limit.scope != LimitScope::Prefinancing,
        LimitAction::Queue => limit.scope == LimitScope::InstitutionShare,
        LimitAction::PayExcess => limit.scope == LimitScope::Pair,
        LimitAction::PayOutAfterSettlement => limit.scope == LimitScope::Prefinancing,
        LimitAction::SuspendFacility => limit.scope == LimitScope::Facility,
        LimitAction::PayInAsset => {
            matches!(limit.scope, LimitScope::Quota | LimitScope::Claims | LimitScope::Debts)
        }
        LimitAction::BuyAllocation => limit.scope == LimitScope::Allocation,
    };
    features.add_if(!run, &limit.source, format!("{} at the limit {scope}", limit.on_limit.word()));
}

/// Who may set a limit of a kind that is run. A pair line that both members agree on is entered by the creditor; what the
/// council decides, by the operator.
fn owners_run(scope: LimitScope) -> Option<&'static [LimitOwner]> {
    match scope {
        LimitScope::Pair => Some(&[LimitOwner::Creditor, LimitOwner::BothMembers]),
        LimitScope::InstitutionShare
        | LimitScope::CreditorExposure
        | LimitScope::PerPayment
        | LimitScope::PrefundedBalance
        | LimitScope::Prefinancing
        | LimitScope::Claims
        | LimitScope::Debts => Some(&[LimitOwner::Member]),
        LimitScope::Quota => Some(&[LimitOwner::Operator, LimitOwner::Council]),
        LimitScope::MemberTowardsAll | LimitScope::Facility | LimitScope::Allocation => {
            Some(&[LimitOwner::Operator, LimitOwner::Council, LimitOwner::Rulebook])
        }
        LimitScope::AutomaticCredit | LimitScope::PersonDay | LimitScope::Window => None,
    }
}

/// Whether the parts are one of the sequences that run.
fn parts_run(credit: &Credit, rulebook: &Rulebook) -> bool {
    let parts: Vec<Decomposition> = credit.decompose.iter().copied().collect();
    let bilateral = rulebook.cycle.netting == NettingKind::Bilateral;
    let multilateral = !bilateral && rulebook.cycle.netting != NettingKind::None;
    let in_asset = rulebook.positions.currency != PositionsIn::Denominated;
    let cumulative = credit.tranches.as_ref().is_some_and(|tranches| tranches.cumulative);
    let by_creditors =
        credit.instalments.as_ref().is_some_and(|instalments| instalments.funded_by == FundedBy::CreditorsProRata);
    let own_debt_first = credit.pass_through.as_ref().is_some_and(|pass_through| pass_through.repays_own_debt_first);
    in_asset
        && match parts.as_slice() {
            [Decomposition::Identity] => true,
            [Decomposition::Tranches] => multilateral && cumulative,
            [Decomposition::Instalments] => multilateral && by_creditors,
            [Decomposition::Apportioned] => bilateral && rulebook.counterparty.is == CounterpartyKind::Pair,
            [Decomposition::ClaimsFirst, Decomposition::Tranches, Decomposition::PassThrough] => {
                multilateral && !cumulative && own_debt_first
            }
            _ => false,
        }
}

fn credit(credit: &Credit, rulebook: &Rulebook, features: &mut Features) {
    if parts_run(credit, rulebook) {
        return;
    }
    for part in credit.decompose.iter() {
        let missing = "bug: the table of each part is there, which was checked";
        let (source, feature) = match part {
            Decomposition::Identity => continue,
            Decomposition::ClaimsFirst => (&credit.source, "claims used up before cash"),
            Decomposition::Tranches => (&credit.tranches.as_ref().expect(missing).source, "tranches of quota"),
            Decomposition::Instalments => {
                (&credit.instalments.as_ref().expect(missing).source, "deferral in instalments")
            }
            Decomposition::Apportioned => {
                (&credit.apportioned.as_ref().expect(missing).source, "obligatory credit apportioned among debtors")
            }
            Decomposition::Swap => (&credit.swap.as_ref().expect(missing).source, "currency swaps of net debtors"),
            Decomposition::ReserveLoan => {
                (&credit.reserve_loan.as_ref().expect(missing).source, "loans of a reserve fund")
            }
            Decomposition::PassThrough => {
                (&credit.pass_through.as_ref().expect(missing).source, "cash passed through to creditors")
            }
        };
        features.add(source, feature);
    }
}

fn interest(rulebook: &Rulebook, features: &mut Features) {
    for interest in rulebook.interest.iter() {
        let in_asset = rulebook.positions.currency == PositionsIn::Asset;
        let on_credit = matches!(interest.on, InterestOn::Claims | InterestOn::Debts | InterestOn::Instalments);
        let apportioned = rulebook.credit.as_ref().is_some_and(|credit| credit.apportioned.is_some());
        if on_credit && !apportioned {
            continue;
        }
        let run = interest.on == InterestOn::PairBalances && in_asset;
        if !run {
            features.add(&interest.source, format!("interest on {}", interest.on.word().replace('_', " ")));
        } else if interest.kind == InterestKind::Index {
            features.add(&interest.source, "interest by an index");
        }
    }
}
