//! Units, prices, positions, the asset, fees, evidence.

use super::Check;
use crate::schema::{DenominationIn, Fees, PositionsIn, PriceKind, Rulebook, Unit, UnitKind};
use crate::value::Amount;
use std::collections::BTreeSet;

pub(super) fn check(rulebook: &Rulebook, check: &mut Check<'_>) {
    units(rulebook, check);
    price(rulebook, check);
    conversion(rulebook, check);
    fees(&rulebook.fees, check);
    check.contradiction_if(
        rulebook.asset.alternatives.iter().flat_map(|list| list.iter()).any(|other| *other == rulebook.asset.currency),
        "asset.alternatives",
        "other currencies than asset.currency",
        "take the settlement asset out of the list",
    );
    amounts_have_the_decimals_of_the_asset(rulebook, check);
}

fn units(rulebook: &Rulebook, check: &mut Check<'_>) {
    let mut codes = BTreeSet::new();
    for (index, unit) in rulebook.units.iter().enumerate() {
        let key = format!("units[{}]", index + 1);
        check.contradiction_if(
            !codes.insert(&unit.code),
            &format!("{key}.code"),
            "a code for each unit",
            "give the unit another code, or take it out",
        );
        check.contradiction_if(
            unit.kind == UnitKind::Currency && unit.code.0.len() != 3,
            &format!("{key}.code"),
            "the three capitals of a currency with kind = \"currency\"",
            "write the code of the currency",
        );
        unit_values(&key, unit, check);
    }
    let in_unit = rulebook.denomination.admitted.contains(&DenominationIn::Unit);
    let all_currencies = rulebook.units.iter().all(|unit| unit.kind == UnitKind::Currency);
    check.contradiction_if(
        in_unit && all_currencies,
        "denomination.admitted",
        "unit only where [[units]] has one that is no currency",
        "write payee, payer or asset",
    );
    check.contradiction_if(
        rulebook.positions.currency == PositionsIn::Unit && all_currencies,
        "positions.currency",
        "unit only where [[units]] has one that is no currency",
        "write \"asset\" or \"denominated\"",
    );
}

fn unit_values(key: &str, unit: &Unit, check: &mut Check<'_>) {
    if let Some(values) = &unit.values {
        for index in 1..values.len() {
            check.contradiction_if(
                values[index - 1].from >= values[index].from,
                &format!("{key}.values[{}].from", index + 1),
                "a date after that of the entry before",
                "put the values in the order of their dates, one for each",
            );
        }
    }
    if let Some(basket) = &unit.basket {
        check.contradiction_if(
            basket.len() < 2,
            &format!("{key}.basket"),
            "two currencies or more",
            "add a currency, or make it a parity",
        );
    }
}

fn price(rulebook: &Rulebook, check: &mut Check<'_>) {
    let edge = |denomination: &&DenominationIn| matches!(denomination, DenominationIn::Payee | DenominationIn::Payer);
    match rulebook.price.kind {
        PriceKind::Par => {
            check.contradiction_if(
                rulebook.denomination.admitted.iter().any(|denomination| edge(&denomination)),
                "denomination.admitted",
                "asset or unit with price.kind = \"par\": at par nothing turns one currency into another",
                "admit the asset or a unit only, or give [price] a kind that converts",
            );
            check.contradiction_if(
                rulebook.positions.currency == PositionsIn::Denominated,
                "positions.currency",
                "asset or unit with price.kind = \"par\"",
                "write \"asset\"",
            );
        }
        PriceKind::Fixed => check.contradiction_if(
            rulebook.positions.currency != PositionsIn::Asset,
            "positions.currency",
            "asset with price.kind = \"fixed\": quotes are against the settlement asset",
            "write \"asset\", or leave the price open",
        ),
        PriceKind::Open => {
            let of_half_step = rulebook.price.rounding == Some(crate::schema::RateRoundingRule::HalfStep);
            check.contradiction_if(
                of_half_step && rulebook.price.decimals.is_some_and(|decimals| decimals.get() == 0),
                "price.decimals",
                "1 or more with rounding = \"half_step\"",
                "a half-step needs a decimal to be a step of: write 1 or more",
            );
        }
        PriceKind::DailyCrossRates | PriceKind::ProviderQuotes => {}
    }
    for (index, direction) in rulebook.price.directions.iter().flat_map(|list| list.iter()).enumerate() {
        check.contradiction_if(
            direction.payer == direction.payee,
            &format!("price.directions[{}].payee", index + 1),
            "another member than the payer's",
            "name the two members of the direction",
        );
    }
}

fn conversion(rulebook: &Rulebook, check: &mut Check<'_>) {
    let converted = rulebook.settlement.conversion.is_some();
    match rulebook.positions.currency {
        PositionsIn::Denominated if converted => {}
        PositionsIn::Denominated => check.contradiction_at(
            "settlement.conversion",
            "positions.currency",
            "a table [settlement.conversion], required by positions.currency = \"denominated\"",
            "say at which rates positions become amounts of the settlement asset",
        ),
        PositionsIn::Asset => check.contradiction_if(
            converted,
            "settlement.conversion",
            "nothing with positions.currency = \"asset\"",
            "take it out: positions are in the settlement asset already",
        ),
        PositionsIn::Unit => {}
    }
}

fn fees(fees: &Fees, check: &mut Check<'_>) {
    let (Some(percent), Some(split)) = (fees.percent, &fees.split) else { return };
    let sum: u64 = split.iter().map(|part| u64::from(part.percent.ppm())).sum();
    check.contradiction_if(
        sum != u64::from(percent.ppm()),
        "fees.split",
        format!("parts that sum to {percent} %, the whole fee"),
        "correct the parts or fees.percent",
    );
}

/// Every amount of the settlement asset that the file names, by its key.
fn amounts(rulebook: &Rulebook) -> Vec<(String, &Amount)> {
    let mut amounts = Vec::new();
    amounts.extend(rulebook.evidence.as_ref().map(|evidence| ("evidence.above".to_owned(), &evidence.above)));
    for (index, limit) in rulebook.limits.iter().enumerate() {
        amounts.extend(limit.maximum.as_ref().map(|maximum| (format!("limits[{}].maximum", index + 1), maximum)));
    }
    amounts.extend(rulebook.fees.amount.as_ref().map(|amount| ("fees.amount".to_owned(), amount)));
    let margin = rulebook.contingency_margin.as_ref();
    amounts.extend(margin.map(|margin| ("contingency_margin.amount".to_owned(), &margin.amount)));
    if let Some(apportioned) = rulebook.credit.as_ref().and_then(|credit| credit.apportioned.as_ref()) {
        amounts.push(("credit.apportioned.amount".to_owned(), &apportioned.amount));
        amounts.push(("credit.apportioned.step".to_owned(), &apportioned.step));
    }
    let minimum = rulebook.quotas.as_ref().and_then(|quotas| quotas.minimum.as_ref());
    amounts.extend(minimum.map(|minimum| ("quotas.minimum".to_owned(), minimum)));
    let capital = rulebook.fund.as_ref().and_then(|fund| fund.capital.as_ref());
    amounts.extend(capital.map(|capital| ("fund.capital".to_owned(), capital)));
    for (index, link) in rulebook.links.iter().enumerate() {
        amounts.push((format!("links[{}].cap", index + 1), &link.cap));
    }
    amounts
}

fn amounts_have_the_decimals_of_the_asset(rulebook: &Rulebook, check: &mut Check<'_>) {
    let minor_decimals = rulebook.asset.minor_decimals.to_u8();
    for (key, amount) in amounts(rulebook) {
        check.contradiction_if(
            amount.minor(minor_decimals).is_none(),
            &key,
            format!("at most {minor_decimals} decimals, those of the settlement asset, and 18 digits with them"),
            "shorten the amount, or correct asset.minor_decimals",
        );
    }
}
