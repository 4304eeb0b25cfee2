//! Credit, quotas, interest.

use super::Check;
use crate::schema::{Credit, Decomposition, InterestOn, Quotas, Rulebook, Slice, TrancheSchedule};
use crate::value::Percent;
use std::collections::BTreeSet;

pub(super) fn check(rulebook: &Rulebook, check: &mut Check<'_>) {
    if let Some(credit) = &rulebook.credit {
        parts_and_tables(credit, check);
        if let Some(tranches) = &credit.tranches {
            check.contradiction_if(
                rulebook.quotas.is_none(),
                "credit.tranches",
                "tranches only with the table [quotas]",
                "add [quotas]: tranches are shares of them",
            );
            schedules(&tranches.schedules, check);
        }
    }
    if let Some(quotas) = &rulebook.quotas {
        self::quotas(quotas, check);
    }
    check.contradiction_if(
        rulebook.fund.is_some() && rulebook.quotas.is_none(),
        "fund",
        "a fund only with the table [quotas]",
        "add [quotas]: contributions are shares of them",
    );
    interest(rulebook, check);
}

/// Each part of a decomposition has its table, and each table its part.
fn parts_and_tables(credit: &Credit, check: &mut Check<'_>) {
    for (part, table) in [
        (Decomposition::Tranches, credit.tranches.is_some()),
        (Decomposition::Instalments, credit.instalments.is_some()),
        (Decomposition::Apportioned, credit.apportioned.is_some()),
        (Decomposition::Swap, credit.swap.is_some()),
        (Decomposition::ReserveLoan, credit.reserve_loan.is_some()),
        (Decomposition::PassThrough, credit.pass_through.is_some()),
    ] {
        let named = credit.decompose.contains(&part);
        let word = part.word();
        check.contradiction_if(
            named && !table,
            &format!("credit.{word}"),
            format!("a table [credit.{word}], required by credit.decompose"),
            format!("add it, or take {word} out of decompose"),
        );
        check.contradiction_if(
            table && !named,
            &format!("credit.{word}"),
            format!("nothing, or {word} in credit.decompose"),
            format!("say in decompose when {word} come, or take the table out"),
        );
    }
    check.contradiction_if(
        credit.decompose.contains(&Decomposition::Identity) && credit.decompose.len() > 1,
        "credit.decompose",
        "identity alone, or other parts",
        "what is paid in full is not parted: take identity out",
    );
}

fn schedules(schedules: &[TrancheSchedule], check: &mut Check<'_>) {
    for (index, schedule) in schedules.iter().enumerate() {
        let key = format!("credit.tranches.schedules[{}]", index + 1);
        check.contradiction_if(
            index > 0 && schedules[index - 1].from >= schedule.from,
            &format!("{key}.from"),
            "a date after that of the schedule before",
            "put the schedules in the order of their dates",
        );
        slices(&format!("{key}.debtor"), &schedule.debtor, check);
        slices(&format!("{key}.creditor"), &schedule.creditor, check);
        let last = schedule.debtor.last().map(|slice| slice.asset_percent);
        check.contradiction_if(
            last.is_some_and(|last| schedule.debtor_beyond_percent < last),
            &format!("{key}.debtor_beyond_percent"),
            "at least the share of the last slice",
            "a debtor beyond its quota cannot pay less in the asset than one within it",
        );
    }
}

/// Slices go up to the whole quota, and what is paid in the asset does not fall as the position grows: otherwise a
/// member would gain by owing more.
fn slices(key: &str, slices: &[Slice], check: &mut Check<'_>) {
    check.contradiction_if(
        slices.last().is_none_or(|slice| slice.up_to_percent != Percent::WHOLE),
        key,
        "slices of which the last goes up to 100 per cent",
        "add the slices that are missing",
    );
    for (index, pair) in slices.windows(2).enumerate() {
        let entry = format!("{key}[{}]", index + 2);
        check.contradiction_if(
            pair[0].up_to_percent >= pair[1].up_to_percent,
            &format!("{entry}.up_to_percent"),
            "more than the slice before",
            "put the slices in order",
        );
        check.contradiction_if(
            pair[0].asset_percent > pair[1].asset_percent,
            &format!("{entry}.asset_percent"),
            "at least the share of the slice before",
            "let the share paid in the asset rise with the position, or stay",
        );
    }
}

fn quotas(quotas: &Quotas, check: &mut Check<'_>) {
    let Some(tables) = &quotas.tables else { return };
    for (index, table) in tables.iter().enumerate() {
        let less = table.less_as_creditor.iter().flat_map(|less| less.0.keys());
        for member in less.filter(|member| !table.amounts.0.contains_key(member)) {
            check.contradiction(
                &format!("quotas.tables[{}].less_as_creditor.{}", index + 1, member.0),
                "a member that has a quota in this table",
                "add its quota to amounts, or take it out",
            );
        }
    }
    for (index, pair) in tables.windows(2).enumerate() {
        check.contradiction_if(
            pair[0].from >= pair[1].from,
            &format!("quotas.tables[{}].from", index + 2),
            "a date after that of the table before",
            "put the tables in the order of their dates",
        );
    }
}

fn interest(rulebook: &Rulebook, check: &mut Check<'_>) {
    let mut balances = BTreeSet::new();
    let part = |part| rulebook.credit.as_ref().is_some_and(|credit| credit.decompose.contains(&part));
    for (index, interest) in rulebook.interest.iter().enumerate() {
        let key = format!("interest[{}].on", index + 1);
        check.contradiction_if(
            !balances.insert(interest.on),
            &key,
            "each kind of balance once",
            "put both into one entry",
        );
        check.contradiction_if(
            interest.dearer_after_days.is_some() != interest.dearer_percent.is_some(),
            &format!("interest[{}].dearer_percent", index + 1),
            "dearer_after_days and dearer_percent, or neither",
            "say both when a debt grows dearer and by how much",
        );
        let (there, what) = match interest.on {
            InterestOn::PairBalances => (
                rulebook.counterparty.is == crate::schema::CounterpartyKind::Pair,
                "balances between pairs, which need counterparty.is = \"pair\"",
            ),
            InterestOn::MemberBalances => (true, ""),
            InterestOn::Claims | InterestOn::Debts => (rulebook.credit.is_some(), "credit, the table [credit]"),
            InterestOn::Instalments => (part(Decomposition::Instalments), "the part instalments of [credit]"),
            InterestOn::Swaps => (part(Decomposition::Swap), "the part swap of [credit]"),
            InterestOn::ContingencyMargin => (rulebook.contingency_margin.is_some(), "the table [contingency_margin]"),
        };
        check.contradiction_if(
            !there,
            &key,
            format!("interest on what there is: this needs {what}"),
            "take the entry out, or add what it runs on",
        );
    }
}
