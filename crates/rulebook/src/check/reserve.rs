//! A reserve fund: multiples, lines.

use super::Check;
use crate::schema::{Reserve, ReserveLine, Rulebook};
use crate::value::Decimal;
use std::collections::BTreeSet;

/// Decimals of a multiple that a plan holds.
const MULTIPLE_DECIMALS: u8 = 6;
/// The largest multiple.
const MULTIPLE_MAX: u64 = 1_000;

pub(super) fn check(rulebook: &Rulebook, check: &mut Check<'_>) {
    let Some(reserve) = &rulebook.reserve else { return };
    multiple("reserve.multiple", &reserve.multiple, check);
    exceptions(reserve, check);
    let mut names = BTreeSet::new();
    for (index, line) in reserve.lines.iter().enumerate() {
        let key = format!("reserve.lines[{}]", index + 1);
        check.contradiction_if(
            !names.insert(&line.name.0),
            &format!("{key}.name"),
            "each name once",
            "name the lines apart: drawings name them",
        );
        terms(&key, line, check);
    }
}

fn exceptions(reserve: &Reserve, check: &mut Check<'_>) {
    let mut members = BTreeSet::new();
    for (index, exception) in reserve.exceptions.iter().enumerate() {
        let key = format!("reserve.exceptions[{}]", index + 1);
        multiple(&format!("{key}.multiple"), &exception.multiple, check);
        for member in exception.members.iter() {
            check.contradiction_if(
                !members.insert(member),
                &format!("{key}.members"),
                "each member in one exception",
                "a member has one multiple",
            );
        }
    }
}

fn multiple(key: &str, multiple: &Decimal, check: &mut Check<'_>) {
    let too_fine = multiple.0.decimals() > MULTIPLE_DECIMALS;
    let most = u128::from(MULTIPLE_MAX) * 10_u128.pow(u32::from(multiple.0.decimals()));
    check.contradiction_if(
        too_fine || u128::from(multiple.0.mantissa()) > most,
        key,
        format!("at most {MULTIPLE_MAX}, with at most {MULTIPLE_DECIMALS} decimals"),
        "write it like \"2.5\"",
    );
}

fn terms(key: &str, line: &ReserveLine, check: &mut Check<'_>) {
    let left = line.months.get().saturating_sub(line.grace_months.get());
    check.contradiction_if(
        left < line.instalments.get(),
        &format!("{key}.instalments"),
        "no more than the months after grace",
        "no two instalments are due in the same month: take fewer, or more months",
    );
}
