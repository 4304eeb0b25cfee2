//! How members leave, and what happens when one does not pay in.

use crate::schema::{CompletionStep, Rulebook};
use domain::membership::{CompletionRule, ExitRule};

/// The rule of leaving; none where the rulebook says nothing of it: a member that is flat leaves as it likes.
pub(super) fn exit(rulebook: &Rulebook) -> Option<ExitRule> {
    rulebook.exit.as_ref().map(|exit| ExitRule { notice_months: exit.notice_months.to_u8() })
}

/// What completes a settlement when a pay-in is missing; none where the order has a step that the house does not carry out:
/// such a default is worked outside of it.
pub(super) fn completion(rulebook: &Rulebook) -> Option<CompletionRule> {
    let completion = &rulebook.default.completion;
    let carried_out =
        |step: &CompletionStep| matches!(step, CompletionStep::Prefunding | CompletionStep::ProRataPayOut);
    completion.order.iter().all(carried_out).then(|| CompletionRule {
        prefunding: completion.order.contains(&CompletionStep::Prefunding),
        pro_rata_cycles: completion.pro_rata_days.map(crate::value::Whole::to_u8),
    })
}
