//! Debts that are set off for at least so much, or not at all.
//!
//! To choose the best of them is as hard as subset sum, so it is not tried: where less than its minimum part would be set off
//! of a debt, the debt is dropped and the rest is solved again. What that costs at most is proved by the same levels on
//! the network with nothing dropped.

use super::levels::{self, Solved};
use super::merged::Merged;
use super::{Answer, Options, Progress, SetOffError};
use certify::set_off::{Certificate, Instance, Level, Proposal};

/// Of the debts below their minimum part one in so many, the earliest, is dropped before the rest is solved again: one at a
/// time where they are few, since dropping one may bring others above their minimum.
const DROPPED_AT_ONCE: usize = 8;

pub(super) fn solve(
    instance: &Instance,
    options: &Options,
    progress: &mut dyn FnMut(Progress),
) -> Result<Answer, SetOffError> {
    let merged = Merged::of(instance)?;
    let mut capacities = merged.capacities.clone();
    let mut solved = levels::solve(&merged, &capacities, None, options, 0, progress);
    let mut dropped =
        if instance.minimum_parts.is_empty() { Vec::new() } else { vec![false; instance.obligations.len()] };
    let mut proposal = merged.split(instance, &solved.flow, &dropped);
    while drop_some(instance, &proposal, &mut dropped) {
        take_dropped_away(instance, &merged, &dropped, &mut capacities);
        let start = Options { start_prices: solved.levels[0].prices.clone(), ..options.clone() };
        solved = levels::solve(&merged, &capacities, None, &start, solved.ticks, progress);
        proposal = merged.split(instance, &solved.flow, &dropped);
    }
    let relaxation = relaxation(&merged, &solved, &dropped, options, progress);
    let mut ticks = solved.ticks;
    let mut proved = &solved.levels;
    if let Some(relaxation) = &relaxation {
        ticks = relaxation.ticks;
        proved = &relaxation.levels;
    }
    let claims = proved.iter().map(|level| level.claim).collect();
    let certificate = Certificate {
        dropped: (0_u32..).zip(&dropped).filter(|&(_, &is_dropped)| is_dropped).map(|(index, _)| index).collect(),
        relaxation: relaxation.map_or_else(Vec::new, |relaxation| relaxation.levels),
        levels: solved.levels,
    };
    Ok(Answer { proposal, certificate, claims, ticks })
}

/// Drops the first of those of which too little is set off; whether there were any.
fn drop_some(instance: &Instance, proposal: &Proposal, dropped: &mut [bool]) -> bool {
    let is_short = |part: &&certify::set_off::MinimumPart| {
        let amount = proposal.set_off[part.obligation as usize];
        amount != 0 && amount < part.amount
    };
    let short: Vec<u32> = instance.minimum_parts.iter().filter(is_short).map(|part| part.obligation).collect();
    for &obligation in &short[..short.len().div_ceil(DROPPED_AT_ONCE)] {
        dropped[obligation as usize] = true;
    }
    !short.is_empty()
}

fn take_dropped_away(instance: &Instance, merged: &Merged, dropped: &[bool], capacities: &mut [i64]) {
    for (arc, members) in merged.arcs_of_debts() {
        let kept = members.iter().filter(|&&member| !dropped[member as usize]);
        capacities[arc] = kept.map(|&member| instance.obligations[member as usize].amount).sum();
    }
}

/// How much more could be set off if nothing had a minimum part.
fn relaxation(
    merged: &Merged,
    solved: &Solved,
    dropped: &[bool],
    options: &Options,
    progress: &mut dyn FnMut(Progress),
) -> Option<Solved> {
    if !dropped.contains(&true) {
        return None;
    }
    let values: Vec<i128> = solved.levels.iter().map(|level: &Level| level.claim.value).collect();
    Some(levels::solve(merged, &merged.capacities, Some(&values), options, solved.ticks, progress))
}
