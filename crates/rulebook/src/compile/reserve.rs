//! A reserve fund, as a plan has it.

use super::{credit, words};
use crate::schema::{self, Reserve, Rulebook};
use crate::value::Decimal;
use domain::reserve::{ReserveAgainst, ReserveBase, ReserveGrant, ReserveLine, ReserveRule};

/// The reserve fund of a rulebook, where it has one.
pub(super) fn of(rulebook: &Rulebook) -> Option<ReserveRule> {
    let reserve = rulebook.reserve.as_ref()?;
    Some(ReserveRule {
        base: match reserve.base {
            schema::ReserveBase::PaidIn => ReserveBase::PaidIn,
            schema::ReserveBase::Committed => ReserveBase::Committed,
        },
        commitments: commitments(reserve, rulebook),
        multiple_ppm: ppm(&reserve.multiple),
        exceptions: reserve
            .exceptions
            .iter()
            .flat_map(|exception| exception.members.iter().map(|member| (member.0.clone(), ppm(&exception.multiple))))
            .collect(),
        lines: reserve.lines.iter().map(line).collect(),
    })
}

fn commitments(reserve: &Reserve, rulebook: &Rulebook) -> Vec<(String, u64)> {
    let units = reserve.in_units_of.map_or(1, crate::value::Whole::get);
    let amounts = reserve.commitments.iter().flat_map(|commitments| &commitments.0);
    amounts.map(|(member, amount)| (member.0.clone(), credit::in_units(amount, units, rulebook))).collect()
}

fn ppm(multiple: &Decimal) -> u32 {
    let scale = 10_u64.pow(6_u32.saturating_sub(u32::from(multiple.0.decimals())));
    u32::try_from(multiple.0.mantissa() * scale).expect("bug: a multiple was checked")
}

fn line(line: &schema::ReserveLine) -> ReserveLine {
    ReserveLine {
        name: line.name.0.clone(),
        against: match line.against {
            schema::ReserveAgainst::Promise => ReserveAgainst::Promise,
            schema::ReserveAgainst::OwnCurrency => ReserveAgainst::Currency,
        },
        granted_by: match line.granted_by {
            schema::ReserveGrant::Right => ReserveGrant::Right,
            schema::ReserveGrant::Decision => ReserveGrant::Decision,
        },
        share_ppm: line.share_percent.ppm(),
        not_for: line.not_for.iter().flat_map(|members| members.iter()).map(|member| member.0.clone()).collect(),
        months: line.months.to_u16(),
        grace_months: line.grace_months.to_u16(),
        instalments: line.instalments.to_u8(),
        renewals: line.renewals.to_u8(),
        rate: credit::rate(
            line.kind,
            line.index.as_ref(),
            [line.rate_percent, line.margin_percent, line.floor_percent, line.fallback_percent],
        ),
        basis: words::day_count(line.basis),
        rounding: words::rounding(line.rounding),
    }
}
