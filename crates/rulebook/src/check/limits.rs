//! Limits, the queue, the ladder.

use super::Check;
use crate::schema::{Limit, LimitAction, LimitOwner, LimitScope, PositionsIn, Rulebook, Unset};
use domain::Refusal;
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn check(rulebook: &Rulebook, check: &mut Check<'_>) {
    let mut scopes = BTreeSet::new();
    for (index, limit) in rulebook.limits.iter().enumerate() {
        let key = format!("limits[{}]", index + 1);
        check.contradiction_if(
            !scopes.insert(limit.scope),
            &format!("{key}.scope"),
            "each scope once",
            "put both limits into one entry",
        );
        limit_by_itself(&key, limit, check);
        limit_beside_others(&key, limit, rulebook, check);
    }
    queue(rulebook, check);
    ladder(rulebook, check);
}

/// The refusals that may come from a limit.
fn refusal_of(scope: LimitScope) -> &'static [Refusal] {
    match scope {
        LimitScope::InstitutionShare => &[Refusal::ShareExceeded],
        LimitScope::PrefundedBalance => &[Refusal::PrefundedBalance],
        LimitScope::Pair | LimitScope::AutomaticCredit => &[Refusal::PairLine],
        LimitScope::CreditorExposure => &[Refusal::CreditorLimit],
        LimitScope::PerPayment | LimitScope::PersonDay | LimitScope::Window => &[Refusal::PaymentTooLarge],
        LimitScope::Prefinancing => &[Refusal::PrefinancingLimit],
        LimitScope::MemberTowardsAll => &[Refusal::MemberLimit],
        LimitScope::Facility => &[Refusal::FacilityLimit],
        LimitScope::Allocation => &[Refusal::AllocationLimit],
        LimitScope::Quota | LimitScope::Claims | LimitScope::Debts => &[Refusal::ShareExceeded, Refusal::CreditorLimit],
    }
}

/// Who may set a limit.
fn owners_of(scope: LimitScope) -> &'static [LimitOwner] {
    match scope {
        LimitScope::InstitutionShare
        | LimitScope::CreditorExposure
        | LimitScope::Prefinancing
        | LimitScope::PrefundedBalance
        | LimitScope::Claims
        | LimitScope::Debts => &[LimitOwner::Member],
        LimitScope::Pair => &[LimitOwner::Creditor, LimitOwner::BothMembers],
        LimitScope::PerPayment | LimitScope::PersonDay | LimitScope::Window => {
            &[LimitOwner::Member, LimitOwner::Operator, LimitOwner::Council, LimitOwner::Rulebook]
        }
        LimitScope::MemberTowardsAll
        | LimitScope::Facility
        | LimitScope::Quota
        | LimitScope::Allocation
        | LimitScope::AutomaticCredit => &[LimitOwner::Operator, LimitOwner::Council, LimitOwner::Rulebook],
    }
}

/// What may happen at a limit.
fn actions_of(scope: LimitScope) -> &'static [LimitAction] {
    match scope {
        LimitScope::InstitutionShare | LimitScope::PrefundedBalance => &[LimitAction::Refuse, LimitAction::Queue],
        LimitScope::Pair | LimitScope::AutomaticCredit => {
            &[LimitAction::Refuse, LimitAction::Queue, LimitAction::PayExcess, LimitAction::PayInAsset]
        }
        LimitScope::CreditorExposure => &[LimitAction::Refuse, LimitAction::Queue],
        LimitScope::PerPayment | LimitScope::PersonDay | LimitScope::Window => &[LimitAction::Refuse],
        LimitScope::Prefinancing => &[LimitAction::Refuse, LimitAction::PayOutAfterSettlement],
        LimitScope::Allocation => &[LimitAction::Refuse, LimitAction::Queue, LimitAction::BuyAllocation],
        LimitScope::MemberTowardsAll | LimitScope::Quota => {
            &[LimitAction::Refuse, LimitAction::Queue, LimitAction::PayInAsset]
        }
        LimitScope::Facility => &[LimitAction::Refuse, LimitAction::SuspendFacility],
        LimitScope::Claims | LimitScope::Debts => &[LimitAction::PayInAsset],
    }
}

fn one_of<'w>(words: impl Iterator<Item = &'w str>, scope: LimitScope) -> String {
    let words: Vec<&str> = words.collect();
    format!("{} with scope = \"{}\"", crate::reader::quoted(&words), scope.word())
}

fn limit_by_itself(key: &str, limit: &Limit, check: &mut Check<'_>) {
    let refusals = refusal_of(limit.scope);
    check.contradiction_if(
        !refusals.contains(&limit.refusal.0),
        &format!("{key}.refusal"),
        one_of(refusals.iter().map(|refusal| refusal.code()), limit.scope),
        format!("write \"{}\": members act on the code, so it has to name this limit", refusals[0].code()),
    );
    let owners = owners_of(limit.scope);
    check.contradiction_if(
        !owners.contains(&limit.owner),
        &format!("{key}.owner"),
        one_of(owners.iter().map(|owner| owner.word()), limit.scope),
        "name who bears the risk that the limit holds down",
    );
    let actions = actions_of(limit.scope);
    check.contradiction_if(
        !actions.contains(&limit.on_limit),
        &format!("{key}.on_limit"),
        one_of(actions.iter().map(|action| action.word()), limit.scope),
        "write one of these",
    );
    check.contradiction_if(
        limit.owner == LimitOwner::Rulebook && limit.when_unset != Unset::Maximum,
        &format!("{key}.when_unset"),
        "\"maximum\" with owner = \"rulebook\"",
        "write when_unset = \"maximum\" and the maximum: nobody else sets one",
    );
    check.contradiction_if(
        limit.on_limit == LimitAction::PayExcess && limit.when_unset == Unset::Unlimited,
        &format!("{key}.when_unset"),
        "\"zero\" or \"maximum\" with on_limit = \"pay_excess\"",
        "nothing exceeds a limit that is not there: write \"zero\"",
    );
}

fn limit_beside_others(key: &str, limit: &Limit, rulebook: &Rulebook, check: &mut Check<'_>) {
    check.contradiction_if(
        limit.on_limit == LimitAction::Queue && rulebook.queue.is_none(),
        &format!("{key}.on_limit"),
        "another action, or a table [queue]",
        "add [queue], or refuse the order",
    );
    check.contradiction_if(
        rulebook.positions.currency == PositionsIn::Denominated,
        &format!("{key}.scope"),
        "a limit only with positions.currency = \"asset\" or \"unit\"",
        "limits are in the settlement asset: positions in several currencies cannot be held against one of them",
    );
    check.contradiction_if(
        limit.scope == LimitScope::Prefinancing && !rulebook.legs.payout_at_clearing_by_choice,
        &format!("{key}.scope"),
        "prefinancing only with legs.payout_at_clearing_by_choice = true",
        "nobody pays out before settlement here: take the limit out, or allow the choice",
    );
    check.contradiction_if(
        matches!(limit.scope, LimitScope::Claims | LimitScope::Debts) && rulebook.credit.is_none(),
        &format!("{key}.scope"),
        "a limit of credit only with the table [credit]",
        "add [credit], or take the limit out",
    );
    check.contradiction_if(
        limit.scope == LimitScope::Quota && rulebook.quotas.is_none(),
        &format!("{key}.scope"),
        "a limit by quota only with the table [quotas]",
        "add [quotas], or take the limit out",
    );
}

fn queue(rulebook: &Rulebook, check: &mut Check<'_>) {
    let Some(queue) = &rulebook.queue else { return };
    check.contradiction_if(
        !rulebook.limits.iter().any(|limit| limit.on_limit == LimitAction::Queue),
        "queue",
        "a limit with on_limit = \"queue\", or no table [queue]",
        "nothing ever waits: let a limit queue, or take [queue] out",
    );
    let steps = &rulebook.day.steps;
    if let (Some(from), Some(to)) = (steps.runs_from, steps.runs_to) {
        // Hours that end before they begin are an error of their own.
        let hours_s = to.0.saturating_sub(from.0);
        check.contradiction_if(
            hours_s > 0 && queue.run_every_s.get() > hours_s,
            "queue.run_every_s",
            format!("at most {hours_s} seconds, the time from runs_from to runs_to"),
            "shorten it, or lengthen the hours of the runs",
        );
    }
}

fn ladder(rulebook: &Rulebook, check: &mut Check<'_>) {
    let mut last = BTreeMap::new();
    for (index, rung) in rulebook.ladder.iter().enumerate() {
        let before = last.insert(rung.of, rung.at_percent);
        check.contradiction_if(
            before.is_some_and(|before| before >= rung.at_percent),
            &format!("ladder[{}].at_percent", index + 1),
            "more than the rung before it of the same limit",
            "put the rungs in order",
        );
    }
}
