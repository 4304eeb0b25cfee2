//! Credit by right, drawn: what a treaty could add to the rules of a rulebook.

use crate::random::Random;
use domain::Date;
use domain::credit::{
    CreditBalance, CreditInterest, CreditPart, CreditRate, CreditRule, QuotaTable, Rung, RungAction, RungOf,
    TrancheSchedule, TrancheSlice,
};
use domain::plan::{Netting, Plan, PositionCurrency};
use money::{DayCount, Rounding};

/// Gives the plan credit that the house funds from what comes in, where its shape admits it: quotas for every member, and
/// caps for nobody.
pub(crate) fn draw(plan: &mut Plan, members: &[String], typical_minor: u64, random: &mut Random) {
    let suits = plan.cycle.netting == Netting::Multilateral && plan.position_currency == PositionCurrency::Asset;
    if !suits || !random.chance(400_000) {
        return;
    }
    let part = if random.chance(600_000) { pass_through(random) } else { instalments(random) };
    let from = Date::from_ymd(2000, 1, 1).expect("a day of the calendar");
    let quota = |random: &mut Random| (typical_minor * random.magnitude(1, 2_000)).max(1);
    let quotas = members.iter().map(|code| (code.clone(), quota(random))).collect();
    let number = |random: &mut Random, high: u64| u32::try_from(random.below(high)).expect("small");
    let claims_ppm = number(random, 60_000);
    let interest = |on, ppm, dearer| CreditInterest {
        on,
        basis: DayCount::Actual360,
        rate: CreditRate::Fixed { ppm },
        // What is rounded off stays with the house, so that it never pays more than it was paid.
        rounding: Rounding::Floor,
        dearer,
    };
    let debts_ppm = claims_ppm + number(random, 20_000);
    let dearer = random.chance(500_000).then(|| (u16::try_from(random.below(20)).expect("small"), 10_000));
    let at_ppm = 100_000 * (1 + number(random, 10));
    plan.additions.credit = Some(Box::new(CreditRule {
        part,
        quotas: vec![QuotaTable { from, quotas, less_as_creditor: Vec::new() }],
        interest: vec![
            interest(CreditBalance::Claims, claims_ppm, None),
            interest(CreditBalance::Debts, debts_ppm, dearer),
        ],
        ladder: vec![Rung { of: RungOf::DebtorLimit, at_ppm, action: RungAction::NoNewCredit }],
        fund: None,
    }));
}

fn pass_through(random: &mut Random) -> CreditPart {
    let share = |random: &mut Random| u32::try_from(random.below(1_000_001)).expect("small");
    let mut shares = [share(random), share(random)];
    shares.sort_unstable();
    let slices = [(400_000, shares[0]), (1_000_000, shares[1])];
    let debtor = slices.map(|(up_to_ppm, asset_ppm)| TrancheSlice { up_to_ppm, asset_ppm }).to_vec();
    let schedule = TrancheSchedule {
        from: Date::from_ymd(2000, 1, 1).expect("a day of the calendar"),
        debtor,
        debtor_beyond_ppm: 1_000_000,
        creditor: Vec::new(),
        creditor_beyond_ppm: 1_000_000,
        no_quota_as_debtor: Vec::new(),
        no_quota: Vec::new(),
    };
    // A run is a few weeks long: nothing is younger than no month.
    let debt_months = u8::from(random.chance(300_000));
    CreditPart::PassThrough { schedules: vec![schedule], debt_months, repaid_in_quarters: 2 }
}

fn instalments(random: &mut Random) -> CreditPart {
    let count = u8::try_from(random.between(1, 6)).expect("small");
    CreditPart::Instalments { count, every_months: 1, bars_while_unpaid: random.chance(300_000) }
}
