//! Who starts a payment, on what, and when its legs are due.

use super::Check;
use crate::schema::{
    CheckDigitKind, InitiatorKind, Instrument, NettingKind, PriceKind, Rulebook, SettlementMethod, Trigger, TriggerOn,
};
use std::collections::BTreeSet;

/// Digits of the longest instrument reference.
const INSTRUMENT_DIGITS_MAX: u32 = 40;

pub(super) fn check(rulebook: &Rulebook, check: &mut Check<'_>) {
    let pulls = rulebook.initiation.initiator == InitiatorKind::Payee;
    if pulls && rulebook.instrument.is_none() {
        check.contradiction_at(
            "instrument",
            "initiation.initiator",
            "a table [instrument], required by initiation.initiator = \"payee\"",
            "describe the instrument on which the payee's side pulls, or let the payer's side start payments",
        );
    }
    if let Some(instrument) = &rulebook.instrument {
        self::instrument(instrument, check);
    }
    triggers(rulebook, check);
}

fn instrument(instrument: &Instrument, check: &mut Check<'_>) {
    let mut names = BTreeSet::new();
    for (index, field) in instrument.fields.iter().enumerate() {
        check.contradiction_if(
            !names.insert(&field.name.0),
            &format!("instrument.fields[{}].name", index + 1),
            "a name for each field",
            "give the field another name",
        );
    }
    let digits: u32 = instrument.fields.iter().map(|field| field.digits.get()).sum();
    check.contradiction_if(
        digits == 0 || digits > INSTRUMENT_DIGITS_MAX,
        "instrument.fields",
        format!("fields of 1 to {INSTRUMENT_DIGITS_MAX} digits together"),
        format!("the fields have {digits} digits: add or shorten some"),
    );
    let computed = instrument.fields.iter().position(|field| field.name.0 == "check_digit");
    match (instrument.check_digit, computed) {
        (CheckDigitKind::None, None) => {}
        (CheckDigitKind::None, Some(index)) => check.contradiction(
            &format!("instrument.fields[{}].name", index + 1),
            "no field check_digit with instrument.check_digit = \"none\"",
            "name the algorithm in instrument.check_digit, or rename the field",
        ),
        (CheckDigitKind::Iso7064Mod11And10, Some(index)) => {
            let sound = index > 0 && instrument.fields[index].digits.get() == 1;
            check.contradiction_if(
                !sound,
                &format!("instrument.fields[{}]", index + 1),
                "one digit, after the fields that it is computed from",
                "move the check digit behind other fields and give it one digit",
            );
        }
        (CheckDigitKind::Iso7064Mod11And10, None) => check.contradiction(
            "instrument.check_digit",
            "a field named check_digit among instrument.fields",
            "add the field, or write check_digit = \"none\"",
        ),
    }
}

fn triggers(rulebook: &Rulebook, check: &mut Check<'_>) {
    let legs = &rulebook.legs;
    let all = [
        ("legs.collection.on", &legs.collection),
        ("legs.clearing.on", &legs.clearing),
        ("legs.payout.on", &legs.payout),
    ];
    for (key, trigger) in all {
        check.contradiction_if(
            trigger.on == TriggerOn::Fixing && rulebook.price.kind != PriceKind::Open,
            key,
            "a trigger that comes: there is a fixing only with price.kind = \"open\"",
            "wait for something else, or leave the price open",
        );
        check.contradiction_if(
            trigger.on == TriggerOn::Conformity && rulebook.conformity.is_none(),
            key,
            "a trigger that comes: conformity needs the table [conformity]",
            "add [conformity], or wait for something else",
        );
    }
    conformity_is_used(rulebook, &all.map(|(_, trigger)| trigger.on), check);
    order(&legs.collection, &legs.clearing, &legs.payout, check);
    for (key, trigger) in &all[..2] {
        check.contradiction_if(
            rulebook.price.kind == PriceKind::Open && trigger.on == TriggerOn::Acceptance,
            key,
            "another trigger with price.kind = \"open\": at acceptance an open price is no amount yet",
            "let the leg wait for the fixing, or for another leg",
        );
    }
    check.contradiction_if(
        legs.payout.on == TriggerOn::NetSettled
            && (rulebook.cycle.netting == NettingKind::None
                || rulebook.settlement.method == SettlementMethod::GrossRealTime),
        "legs.payout.on",
        "a trigger that comes: without netting no net is ever settled",
        "pay out on clearing, or net the positions",
    );
    check.contradiction_if(
        legs.payout_at_clearing_by_choice && legs.payout.on != TriggerOn::NetSettled,
        "legs.payout_at_clearing_by_choice",
        "false, unless payout waits for net_settled",
        "there is nothing to choose: write false",
    );
}

fn conformity_is_used(rulebook: &Rulebook, triggers: &[TriggerOn], check: &mut Check<'_>) {
    check.contradiction_if(
        rulebook.conformity.is_some() && !triggers.contains(&TriggerOn::Conformity),
        "conformity",
        "a leg that waits for conformity, or no table [conformity]",
        "let a leg wait for it in [legs], or take [conformity] out",
    );
}

/// No leg waits for itself, nor for one that waits for it, nor for what only comes after it.
fn order(collection: &Trigger, clearing: &Trigger, payout: &Trigger, check: &mut Check<'_>) {
    check.contradiction_if(
        matches!(collection.on, TriggerOn::Collection | TriggerOn::NetSettled)
            || (collection.on == TriggerOn::Clearing && clearing.on == TriggerOn::Collection),
        "legs.collection.on",
        "acceptance, fixing, conformity, or clearing where clearing does not wait for collection",
        "leg 1 cannot wait for itself or for what waits for it",
    );
    check.contradiction_if(
        matches!(clearing.on, TriggerOn::Clearing | TriggerOn::NetSettled),
        "legs.clearing.on",
        "acceptance, fixing, conformity or collection",
        "leg 2 cannot wait for itself or for what waits for it",
    );
    check.contradiction_if(
        matches!(payout.on, TriggerOn::Acceptance | TriggerOn::Fixing),
        "legs.payout.on",
        "conformity, collection, clearing or net_settled",
        "pay out when something stands behind it",
    );
}
