//! Offsetting pair by pair, as older systems do: a figure to compare a run with.

use domain::{InstitutionId, RunInstance, RunItem};
use std::collections::{BTreeMap, BTreeSet};

/// What settles when only pairs are offset: for each two institutions, in their order, the longest beginnings of what waits
/// between them, each way urgent items first and then by entry, such that neither is short after it; again and again with what the
/// pairs before have left, until nothing more settles. In minor units of the position currency.
#[must_use]
pub fn bilateral_offset_minor(run: &RunInstance) -> i128 {
    let mut headroom_minor: BTreeMap<InstitutionId, i128> =
        run.participants.iter().map(|participant| (participant.institution, participant.headroom_minor)).collect();
    let mut waiting: BTreeMap<(InstitutionId, InstitutionId), Vec<&RunItem>> = BTreeMap::new();
    for urgent in [true, false] {
        for item in run.items.iter().filter(|item| item.urgent == urgent) {
            waiting.entry((item.payer, item.payee)).or_default().push(item);
        }
    }
    let pairs: BTreeSet<(InstitutionId, InstitutionId)> =
        waiting.keys().map(|(one, other)| (*one.min(other), *one.max(other))).collect();
    let mut settled_minor = 0;
    loop {
        let before = settled_minor;
        for &(low, high) in &pairs {
            settled_minor += offset(&mut headroom_minor, &mut waiting, low, high);
        }
        if settled_minor == before {
            return settled_minor;
        }
    }
}

/// Starts with everything between two, takes the last of whoever is short away until nobody is, and settles the rest.
fn offset(
    headroom_minor: &mut BTreeMap<InstitutionId, i128>,
    waiting: &mut BTreeMap<(InstitutionId, InstitutionId), Vec<&RunItem>>,
    low: InstitutionId,
    high: InstitutionId,
) -> i128 {
    let sides = [(low, high), (high, low)];
    let mut kept = sides.map(|side| waiting.get(&side).map_or(0, Vec::len));
    let sum = |side: usize, kept: usize| -> i128 {
        let list = waiting.get(&sides[side]).map_or(&[] as &[_], Vec::as_slice);
        list[..kept].iter().map(|item| item.amount.as_balance()).sum()
    };
    let mut sums = [sum(0, kept[0]), sum(1, kept[1])];
    loop {
        let is_short = |side: usize| {
            let left = headroom_minor[&sides[side].0] - sums[side] + sums[1 - side];
            left < 0 && kept[side] > 0
        };
        let Some(side) = [0, 1].into_iter().find(|side| is_short(*side)) else { break };
        kept[side] -= 1;
        sums[side] -= waiting[&sides[side]][kept[side]].amount.as_balance();
    }
    for (side, pair) in sides.iter().enumerate().filter(|(side, _)| kept[*side] > 0) {
        waiting.get_mut(pair).expect("something of it settles").drain(..kept[side]);
        *headroom_minor.get_mut(&pair.0).expect("a participant") -= sums[side];
        *headroom_minor.get_mut(&pair.1).expect("a participant") += sums[side];
    }
    sums[0] + sums[1]
}
