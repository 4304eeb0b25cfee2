//! The business day, the cycle, settlement.

use super::Check;
use crate::schema::{
    CounterpartyKind, CycleLengthKind, InitiatorKind, LimitScope, NettingKind, PriceKind, Rulebook, SettlementMethod,
};
use crate::value::TimeOfDay;

pub(super) fn check(rulebook: &Rulebook, check: &mut Check<'_>) {
    steps_that_belong(rulebook, check);
    steps_in_order(rulebook, check);
    cycle(rulebook, check);
}

/// Each step is there when something happens at it, and only then.
fn steps_that_belong(rulebook: &Rulebook, check: &mut Check<'_>) {
    let steps = &rulebook.day.steps;
    let orders = rulebook.initiation.initiator != InitiatorKind::Reported;
    let queue = rulebook.queue.is_some();
    let fixing = rulebook.price.kind == PriceKind::Open;
    let by_orders = ("orders come in", "initiation.initiator = \"reported\"");
    let by_queue = ("there is a [queue]", "no [queue]");
    let by_price = ("price.kind = \"open\"", "a price that is not open");
    for (name, at, due, (because, unless)) in [
        ("entry_opens", steps.entry_opens, orders, by_orders),
        ("entry_cut_off", steps.entry_cut_off, orders, by_orders),
        ("runs_from", steps.runs_from, queue, by_queue),
        ("runs_to", steps.runs_to, queue, by_queue),
        ("last_run", steps.last_run, queue, by_queue),
        ("fixing", steps.fixing, fixing, by_price),
    ] {
        let key = format!("day.steps.{name}");
        check.contradiction_if(
            due && at.is_none(),
            &key,
            format!("a time of day, because {because}"),
            format!("add {name} to [day.steps]"),
        );
        check.contradiction_if(
            !due && at.is_some(),
            &key,
            format!("nothing with {unless}"),
            "take it out: nothing happens at this step",
        );
    }
    let prefunded = rulebook
        .limits
        .iter()
        .any(|limit| matches!(limit.scope, LimitScope::InstitutionShare | LimitScope::PrefundedBalance));
    check.contradiction_if(
        rulebook.day.entry_around_the_clock && !prefunded,
        "day.entry_around_the_clock",
        "false without a limit of the scope institution_share or prefunded_balance",
        "outside the hours of entry only what is prefunded clears, and nothing is prefunded here: write false",
    );
}

fn steps_in_order(rulebook: &Rulebook, check: &mut Check<'_>) {
    let steps = &rulebook.day.steps;
    let close = Some(steps.close);
    // Earlier, later, and whether both may be at once.
    for (earlier, earlier_at, later, later_at, together) in [
        ("entry_opens", steps.entry_opens, "entry_cut_off", steps.entry_cut_off, false),
        ("runs_from", steps.runs_from, "runs_to", steps.runs_to, false),
        ("runs_to", steps.runs_to, "last_run", steps.last_run, true),
        ("entry_cut_off", steps.entry_cut_off, "last_run", steps.last_run, true),
        ("entry_cut_off", steps.entry_cut_off, "close", close, true),
        ("entry_cut_off", steps.entry_cut_off, "fixing", steps.fixing, true),
        ("last_run", steps.last_run, "close", close, true),
        ("fixing", steps.fixing, "close", close, true),
    ] {
        let (Some(earlier_at), Some(later_at)) = (earlier_at, later_at) else { continue };
        let out_of_order = earlier_at > later_at || (earlier_at == later_at && !together);
        check.contradiction_if(
            out_of_order,
            &format!("day.steps.{later}"),
            format!("a time {} {earlier}, which is at {earlier_at}", if together { "at or after" } else { "after" }),
            format!("move {later} to a later time, or {earlier} to an earlier one"),
        );
    }
    pay_in(rulebook, steps.close, steps.pay_in_by, check);
}

fn pay_in(rulebook: &Rulebook, close: TimeOfDay, pay_in_by: TimeOfDay, check: &mut Check<'_>) {
    check.contradiction_if(
        rulebook.settlement.plus_business_days.get() == 0 && pay_in_by <= close,
        "day.steps.pay_in_by",
        format!("a time after close, which is at {close}, with settlement.plus_business_days = 0"),
        "let members pay after the close, or on a later day",
    );
}

fn cycle(rulebook: &Rulebook, check: &mut Check<'_>) {
    let cycle = &rulebook.cycle;
    check.contradiction_if(
        cycle.months.is_some_and(|months| !12_u32.is_multiple_of(months.get())),
        "cycle.months",
        "1, 2, 3, 4, 6 or 12: cycles are counted from January",
        "write a number of months that divides the year",
    );
    let continuous = cycle.length == CycleLengthKind::Continuous;
    let gross = rulebook.settlement.method == SettlementMethod::GrossRealTime;
    let unnetted = cycle.netting == NettingKind::None;
    check.contradiction_if(
        continuous != unnetted,
        "cycle.netting",
        if continuous { "none with length = \"continuous\"" } else { "a kind of netting, with a cycle that closes" },
        "net what a cycle gathers, or settle payment by payment",
    );
    check.contradiction_if(
        gross != unnetted,
        "settlement.method",
        if unnetted { "gross_real_time with cycle.netting = \"none\"" } else { "net with a kind of netting" },
        "settle the net, or payment by payment without netting",
    );
    check.contradiction_if(
        cycle.netting == NettingKind::Bilateral && rulebook.counterparty.is == CounterpartyKind::House,
        "cycle.netting",
        "multilateral or multilateral_with_history with counterparty.is = \"house\"",
        "everybody owes the house and nobody else: net all together, or let pairs owe each other",
    );
    let with_history = cycle.netting == NettingKind::MultilateralWithHistory;
    let tranches = rulebook.credit.as_ref().and_then(|credit| credit.tranches.as_ref());
    let cumulative = tranches.is_some_and(|tranches| tranches.cumulative);
    check.contradiction_if(
        with_history != cumulative,
        "cycle.netting",
        if cumulative {
            "multilateral_with_history with credit.tranches.cumulative = true"
        } else {
            "multilateral_with_history only with credit.tranches.cumulative = true"
        },
        "let the tranches depend on what went before, or the netting not",
    );
}
