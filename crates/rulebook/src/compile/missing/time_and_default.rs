//! Not built: of legs, days, cycles, settlement, returns, default.

use super::Features;
use crate::schema::{
    CarriedOutBy, ClaimsAre, ClearedItems, CycleLengthKind, Effect, FinalAt, InitiatorKind, InstructionsAre,
    InterestRuns, LimitScope, OpenItems, PositionsIn, Promise, QueuedItems, Recall, ReturnItems, Roll, Rulebook,
    SettlementMethod, Trigger, TriggerOn,
};

pub(super) fn gather(rulebook: &Rulebook, features: &mut Features) {
    legs(rulebook, features);
    cycle(rulebook, features);
    for guarantee in rulebook.guarantees.iter() {
        let booked = guarantee.effect == Effect::Booked;
        features.add_if(booked, &guarantee.source, format!("a booked guarantee of {}", guarantee.kind.word()));
    }
    returns(rulebook, features);
    default(rulebook, features);
    for link in rulebook.links.iter() {
        features.add(&link.source, format!("a link to {} through {}", link.to.0, link.bridge.0));
    }
    if let Some(exit) = &rulebook.exit {
        features.add_if(exit.debt_quarters.is_some(), &exit.source, "leaving with debt");
    }
}

/// The four shapes of triggers that run: docs/payment-states.md.
fn legs(rulebook: &Rulebook, features: &mut Features) {
    let legs = &rulebook.legs;
    // Where members report, no payment has legs.
    if rulebook.initiation.initiator == InitiatorKind::Reported {
        return;
    }
    let days = |trigger: &Trigger| trigger.plus_business_days.map_or(0, crate::value::Whole::get);
    let shape = (legs.collection.on, legs.clearing.on, legs.payout.on);
    let run = matches!(
        shape,
        (TriggerOn::Acceptance, TriggerOn::Collection, TriggerOn::NetSettled)
            | (TriggerOn::Fixing, TriggerOn::Collection, TriggerOn::NetSettled)
            | (TriggerOn::Acceptance, TriggerOn::Collection, TriggerOn::Clearing)
            | (TriggerOn::Conformity, TriggerOn::Acceptance, TriggerOn::Conformity)
    );
    let (collection, clearing, payout) = shape;
    let feature = format!("legs due on {}, {} and {}", collection.word(), clearing.word(), payout.word());
    features.add_if(!run, &legs.source, feature);
    let later = days(&legs.clearing) + days(&legs.payout) > 0
        || (days(&legs.collection) > 0 && legs.collection.on != TriggerOn::Fixing);
    features.add_if(run && later, &legs.source, "days between a trigger and its leg, but from fixing to collection");
    features.add_if(legs.final_at != FinalAt::Clearing, &legs.source, format!("finality at {}", legs.final_at.word()));
}

fn cycle(rulebook: &Rulebook, features: &mut Features) {
    let cycle = &rulebook.cycle;
    let settlement = &rulebook.settlement;
    let gross = settlement.method == SettlementMethod::GrossRealTime;
    // Each payment moves from one balance with the agent to another, which have to hold it; then leg 3 is due.
    let covered = rulebook.limits.iter().any(|limit| limit.scope == LimitScope::PrefundedBalance);
    features.add_if(gross && !covered, &settlement.source, "gross settlement without a limit by the balance held");
    let shared = rulebook.limits.iter().any(|limit| limit.scope == LimitScope::InstitutionShare);
    features.add_if(gross && shared, &settlement.source, "shares of a balance that settles payment by payment");
    let exempt = rulebook.returns.exempt_from_limits;
    features.add_if(gross && exempt, &settlement.source, "returns beyond the balance that they are paid from");
    let at_once = rulebook.legs.payout.on == TriggerOn::Clearing;
    features.add_if(gross && !at_once, &settlement.source, "gross settlement with a payout that waits");
    let foreign = rulebook.positions.currency != PositionsIn::Asset;
    features.add_if(gross && foreign, &settlement.source, "gross settlement in other currencies than the asset");
    let cycle_of_none = cycle.length == CycleLengthKind::Continuous;
    features.add_if(
        gross != cycle_of_none,
        &cycle.source,
        "a cycle for payments that settle one by one, or none for a net",
    );
    features.add_if(!settlement.pay_in_first, &settlement.source, "pay-outs before all have paid in");
}

fn returns(rulebook: &Rulebook, features: &mut Features) {
    let returns = &rulebook.returns;
    features.add_if(returns.roll != Roll::Following, &returns.source, "a return window rolled backwards");
    // A recall is a request between institutions; the return that follows is one like any other.
    features.add_if(returns.recall == Recall::Once, &returns.source, "recalls counted by the house");
    for reason in returns.by_reason.iter() {
        features.add(&reason.source, format!("a return rule of its own for {}", reason.reason.0));
    }
}

fn default(rulebook: &Rulebook, features: &mut Features) {
    let default = &rulebook.default;
    let by_house = default.carried_out_by == CarriedOutBy::House;
    features.add_if(by_house, &default.source, "a default worked by the house itself");
    let complete = default.promise == Promise::Complete;
    features.add_if(complete, &default.source, "a promise to complete every settlement");
    let suspension = &rulebook.suspension;
    let fixed = [
        (suspension.cleared == ClearedItems::Pay, "cleared", suspension.cleared.word()),
        (suspension.queued_out == QueuedItems::Cancel, "queued_out", suspension.queued_out.word()),
        (suspension.open_price == OpenItems::Void, "open_price", suspension.open_price.word()),
        (suspension.returns == ReturnItems::Allowed, "returns", suspension.returns.word()),
        (suspension.interest == InterestRuns::Runs, "interest", suspension.interest.word()),
        (suspension.claims == ClaimsAre::Frozen, "claims", suspension.claims.word()),
        (
            suspension.settlement_instructions == InstructionsAre::Blocked,
            "settlement_instructions",
            suspension.settlement_instructions.word(),
        ),
    ];
    for (run, key, word) in fixed {
        features.add_if(!run, &suspension.source, format!("a suspension with {key} = {word}"));
    }
}
