//! Whether what settlement promises can be kept.

use super::Check;
use crate::schema::{CompletionStep, Cover, CreditStep, Decomposition, LossStep, Promise, Rulebook};

pub(super) fn check(rulebook: &Rulebook, check: &mut Check<'_>) {
    promise(rulebook, check);
    resources(rulebook, check);
    credit_by_right(rulebook, check);
}

/// A promise to complete stands on resources that cover the largest net debtor; without them what came in is shared, and
/// the rulebook says so.
fn promise(rulebook: &Rulebook, check: &mut Check<'_>) {
    let default = &rulebook.default;
    let order = &default.completion.order;
    let shares = order.contains(&CompletionStep::ProRataPayOut);
    match default.promise {
        Promise::Complete => {
            check.contradiction_if(
                default.cover == Cover::None,
                "default.cover",
                "cover_1 or cover_2 with promise = \"complete\"",
                "say whose failure the resources cover, or promise \"pro_rata\"",
            );
            // Cover is what stands behind the prefunding: the defaulter's own does not count.
            let funded =
                order.iter().any(|step| matches!(step, CompletionStep::Fund | CompletionStep::CommittedLiquidity));
            check.contradiction_if(
                !funded,
                "default.completion.order",
                "fund or committed_liquidity among the steps with promise = \"complete\"",
                "name what completes the settlement, or promise \"pro_rata\"",
            );
        }
        Promise::ProRata => check.contradiction_if(
            !shares,
            "default.completion.order",
            "pro_rata_pay_out as the last step with promise = \"pro_rata\"",
            "add it at the end",
        ),
    }
    check.contradiction_if(
        shares && order.last() != Some(&CompletionStep::ProRataPayOut),
        "default.completion.order",
        "pro_rata_pay_out as the last step: after it nothing is left to pay with",
        "move it to the end",
    );
    check.contradiction_if(
        default.completion.pro_rata_days.is_some() && !shares,
        "default.completion.pro_rata_days",
        "nothing without the step pro_rata_pay_out",
        "take it out",
    );
}

/// What the lists name has to exist.
fn resources(rulebook: &Rulebook, check: &mut Check<'_>) {
    let default = &rulebook.default;
    for (index, step) in default.completion.order.iter().enumerate() {
        let missing = match step {
            CompletionStep::Fund | CompletionStep::FundShare => rulebook.fund.is_none().then_some("fund"),
            CompletionStep::ContingencyMargin => rulebook.contingency_margin.is_none().then_some("contingency_margin"),
            CompletionStep::Claims => rulebook.credit.is_none().then_some("credit"),
            CompletionStep::Prefunding | CompletionStep::CommittedLiquidity | CompletionStep::ProRataPayOut => None,
        };
        named(&format!("default.completion.order[{}]", index + 1), missing, check);
    }
    for (index, step) in default.loss.order.iter().enumerate() {
        let missing = match step {
            LossStep::FundPart | LossStep::Capital => rulebook.fund.is_none().then_some("fund"),
            LossStep::InterestReserve => rulebook.interest.is_empty().then_some("interest"),
            LossStep::DefaulterAssets
            | LossStep::OtherMember
            | LossStep::CreditorsByCap
            | LossStep::CreditorsByClaim => None,
        };
        named(&format!("default.loss.order[{}]", index + 1), missing, check);
    }
}

fn named(key: &str, missing: Option<&str>, check: &mut Check<'_>) {
    if let Some(table) = missing {
        let allowed = format!("a step that exists: this one needs the table [{table}]");
        check.contradiction(key, allowed, format!("add [{table}], or take the step out"));
    }
}

/// Credit by right is the credit of the other tables, in the order in which it is used.
fn credit_by_right(rulebook: &Rulebook, check: &mut Check<'_>) {
    let Some(list) = &rulebook.default.credit else { return };
    let part = |part| rulebook.credit.as_ref().is_some_and(|credit| credit.decompose.contains(&part));
    for (index, step) in list.order.iter().enumerate() {
        let (there, what) = match step {
            CreditStep::Tranches => (part(Decomposition::Tranches), "tranches"),
            CreditStep::Deferral => (part(Decomposition::Instalments), "instalments"),
            CreditStep::Swap => (part(Decomposition::Swap), "swap"),
            CreditStep::ObligatoryCredit => (part(Decomposition::Apportioned), "apportioned"),
            CreditStep::Line => (true, ""),
        };
        check.contradiction_if(
            !there,
            &format!("default.credit.order[{}]", index + 1),
            format!("credit that exists: this needs {what} in credit.decompose"),
            "add it to [credit], or take the step out",
        );
    }
}
