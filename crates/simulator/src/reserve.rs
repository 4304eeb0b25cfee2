//! A reserve fund, drawn: what a treaty could say of it.

use crate::random::Random;
use domain::credit::CreditRate;
use domain::plan::Plan;
use domain::reserve::{ReserveAgainst, ReserveBase, ReserveGrant, ReserveLine, ReserveRule};
use money::{DayCount, Rounding};

/// Gives the plan a reserve fund, now and then: two lines, of which one may swap currencies.
pub(crate) fn draw(plan: &mut Plan, members: &[String], typical_minor: u64, random: &mut Random) {
    if !random.chance(300_000) {
        return;
    }
    let committed = random.chance(400_000);
    let commitment = |random: &mut Random| typical_minor * random.magnitude(1, 100);
    let multiple = |random: &mut Random| 500_000 * number(random, 1, 6);
    plan.additions.reserve = Some(Box::new(ReserveRule {
        base: if committed { ReserveBase::Committed } else { ReserveBase::PaidIn },
        commitments: if committed {
            members.iter().map(|code| (code.clone(), commitment(random))).collect()
        } else {
            Vec::new()
        },
        multiple_ppm: multiple(random),
        exceptions: members.first().map(|code| (code.clone(), multiple(random))).into_iter().collect(),
        lines: vec![line("liquidity", members, random), line("support", members, random)],
    }));
}

fn line(name: &str, members: &[String], random: &mut Random) -> ReserveLine {
    let months = number(random, 1, 12);
    let grace_months = number(random, 0, months - 1);
    let of = |chance: bool, yes: ReserveAgainst, no: ReserveAgainst| if chance { yes } else { no };
    ReserveLine {
        name: name.to_owned(),
        against: of(random.chance(500_000), ReserveAgainst::Promise, ReserveAgainst::Currency),
        granted_by: if random.chance(600_000) { ReserveGrant::Right } else { ReserveGrant::Decision },
        share_ppm: 100_000 * number(random, 1, 10),
        not_for: if random.chance(200_000) { members.last().cloned().into_iter().collect() } else { Vec::new() },
        months: u16::try_from(months).expect("small"),
        grace_months: u16::try_from(grace_months).expect("small"),
        instalments: u8::try_from(number(random, 1, months - grace_months)).expect("small"),
        renewals: u8::try_from(number(random, 0, 2)).expect("small"),
        rate: CreditRate::Fixed { ppm: number(random, 0, 200_000) },
        basis: if random.chance(500_000) { DayCount::Actual360 } else { DayCount::Actual365 },
        rounding: *random
            .pick(&[Rounding::Floor, Rounding::Ceiling, Rounding::HalfUp, Rounding::HalfEven])
            .expect("some"),
    }
}

fn number(random: &mut Random, low: u32, high: u32) -> u32 {
    u32::try_from(random.between(u64::from(low), u64::from(high))).expect("small")
}
