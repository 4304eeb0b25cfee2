//! One row: which of its payments may be changed, and which subsets of them bring it to its target.

use super::super::answer::Place;
use super::super::problem::NONE;
use super::super::subset_sum;
use super::{Balancing, Stage};

/// Payments of which all subsets are looked at, step by step more.
const WINDOWS: [usize; 3] = [22, 30, 36];
/// Subsets that are compared, and of those the best that are tried.
const COMPARED_COUNT: usize = 8192;
const TRIED_COUNT: usize = 256;
/// Changes that are more than is missing, one after another.
const OVERSHOOTS: usize = 4;
/// Tolerances, one larger than the other.
const TOLERANCES: usize = 3;

/// A payment that may be changed, seen from a row.
#[derive(Clone, Copy, Debug)]
struct Change {
    unit: u32,
    /// What the change does to the row.
    effect: i64,
    /// What it loses against the prices; less than nothing where it is made good again.
    loss: i128,
}

impl Change {
    /// The change back.
    fn back(self) -> Change {
        Change { unit: self.unit, effect: -self.effect, loss: -self.loss }
    }
}

/// A row that is being brought to its target.
pub(super) struct Frame {
    pub(super) row: usize,
    /// Changed first, whatever subset is tried.
    pub(super) first: Vec<u32>,
    /// Changed by the subset that is tried now.
    pub(super) tried: Option<Vec<u32>>,
    /// Changes among which subsets are looked for, cheapest and smallest first.
    window: Vec<Change>,
    /// Subsets not tried yet, the best last.
    left: Vec<Vec<u32>>,
    /// Subsets that lose more than a row should, to be tried after those that do not: what they lose, and how far they are off.
    costly: Vec<(i128, u64, Vec<u32>)>,
    /// Which window and tolerance come next.
    next_step: usize,
}

impl Balancing<'_, '_, '_> {
    /// Begins with a row: what may be changed for it, and of that what brings it near its target.
    pub(super) fn frame(&mut self, row: usize) -> Frame {
        let mut changes = self.changes(row);
        // Largest first, what loses nothing before what does.
        changes.sort_unstable_by_key(|change| (change.loss > 0, std::cmp::Reverse(change.effect.abs()), change.unit));
        self.ticks += 16 * changes.len() as u64;
        let mut missing = self.targets[row] - self.answer.activity(row);
        let mut first = Vec::new();
        let free_of_loss = changes.partition_point(|change| change.loss <= 0);
        for _ in 0..OVERSHOOTS {
            missing = self.approach(&mut changes[..free_of_loss], missing, &mut first);
            if missing == 0 || !self.overshoot(&mut changes[..free_of_loss], &mut missing, &mut first) {
                break;
            }
        }
        if is_beyond(&changes[..free_of_loss], missing) {
            self.approach(&mut changes[free_of_loss..], missing, &mut first);
        }
        let missing = self.targets[row] - self.answer.activity(row);
        let window = window_of(changes, missing);
        Frame { row, first, tried: None, window, left: Vec::new(), costly: Vec::new(), next_step: 0 }
    }

    /// Makes changes, the largest first, as long as they are not more than is missing; what is missing then.
    fn approach(&mut self, changes: &mut [Change], mut missing: i64, first: &mut Vec<u32>) -> i64 {
        self.ticks += changes.len() as u64;
        for change in changes {
            let is_towards = (change.effect > 0) == (missing > 0) && change.effect.abs() <= missing.abs();
            if is_towards && self.fits_loose_rows(change.unit) {
                missing -= change.effect;
                self.make(change, first);
            }
        }
        missing
    }

    /// Where what is missing is small beside every change that would bring it: makes the smallest of them, so that what is too
    /// much then is taken back in smaller parts. Whether that was done.
    fn overshoot(&mut self, changes: &mut [Change], missing: &mut i64, first: &mut Vec<u32>) -> bool {
        let is_towards = |change: &Change| (change.effect > 0) == (*missing > 0);
        let Some(smallest) = changes.iter().rposition(is_towards) else { return false };
        let too_much = changes[smallest].effect.abs() - missing.abs();
        let opposite = changes.iter().rev().filter(|change| !is_towards(change)).take(WINDOWS[0] / 2);
        let taken_back: i64 = opposite.map(|change| change.effect.abs()).sum();
        if too_much <= taken_back / 2 || !self.fits_loose_rows(changes[smallest].unit) {
            return false;
        }
        *missing -= changes[smallest].effect;
        self.make(&mut changes[smallest], first);
        true
    }

    fn make(&mut self, change: &mut Change, first: &mut Vec<u32>) {
        self.answer.flip(change.unit);
        first.push(change.unit);
        *change = change.back();
    }

    /// Payments that count in a row and in none that is finished.
    fn changes(&mut self, row: usize) -> Vec<Change> {
        let (problem, search) = (self.problem, self.search);
        let mut changes = Vec::new();
        for &(stream, sign) in problem.streams_of_row.of(row) {
            self.ticks += 1;
            let touches = problem.touches.of(stream as usize);
            if search.state.has_no_free(stream as usize)
                || touches.iter().any(|touch| self.stages[touch.row as usize] == Stage::Done)
            {
                continue;
            }
            let arc = search.relaxation.stream_arc[stream as usize];
            let reduced = if arc == NONE { 0 } else { search.simplex.reduced_profit(arc as usize) };
            let units = problem.plain.of(stream as usize);
            self.ticks += 4 * units.len() as u64;
            for &unit in units.iter().filter(|&&unit| search.state.place(unit) == Place::Free) {
                let amount = problem.legs(unit)[0].amount;
                let factor = if self.answer.settles[unit as usize] { -1 } else { 1 };
                let effect = i64::from(sign) * factor * amount;
                changes.push(Change { unit, effect, loss: -i128::from(factor * reduced) * i128::from(amount) });
            }
        }
        changes
    }

    /// Whether a change leaves the rows that nobody comes back to as they must be.
    fn fits_loose_rows(&self, unit: u32) -> bool {
        let factor = if self.answer.settles[unit as usize] { -1 } else { 1 };
        self.problem
            .counts(unit)
            .all(|(row, count)| self.stages[row] != Stage::Loose || factor * count <= self.answer.room(row))
    }

    /// Tries the next subset of a row that holds. Whether there is one.
    pub(super) fn advance(&mut self, frame: &mut Frame) -> bool {
        loop {
            while let Some(units) = frame.left.pop() {
                self.flip(&units);
                let holds = units.iter().chain(&frame.first).all(|&unit| {
                    let mut rows = self.problem.counts(unit).map(|(row, _)| row);
                    rows.all(|row| self.stages[row] == Stage::Later && row != frame.row || self.answer.room(row) >= 0)
                });
                if holds && self.answer.room(frame.row) >= 0 {
                    frame.tried = Some(units);
                    self.finish(frame.row);
                    return true;
                }
                self.flip(&units);
            }
            if !self.look_for_subsets(frame) {
                return false;
            }
        }
    }

    /// Fills up the subsets to be tried: first nothing more, then within a larger tolerance and among more payments each time.
    fn look_for_subsets(&mut self, frame: &mut Frame) -> bool {
        while frame.next_step <= WINDOWS.len() * TOLERANCES {
            let step = frame.next_step;
            frame.next_step += 1;
            let tolerances = self.tolerances(frame.row);
            if step == 0 {
                // As it is: for rows without payments of their own there is nothing else.
                let tolerance = tolerances[if frame.window.is_empty() { 2 } else { 0 }];
                let (least, most) = self.bounds(frame.row, tolerance);
                let found = self.answer.activity(frame.row);
                if least <= found && found <= most {
                    frame.left.push(Vec::new());
                    return true;
                }
                continue;
            }
            let (window, tolerance) = ((step - 1) % WINDOWS.len(), (step - 1) / WINDOWS.len());
            let is_same_window = window > 0 && frame.window.len() <= WINDOWS[window - 1];
            let is_same_tolerance = tolerance > 0 && tolerances[tolerance] == tolerances[tolerance - 1];
            if frame.window.is_empty() || is_same_window || is_same_tolerance {
                continue;
            }
            let inner = if tolerance > 0 { tolerances[tolerance - 1] } else { -1 };
            self.subsets(frame, WINDOWS[window], tolerances[tolerance], inner);
            if window + 1 == WINDOWS.len() || frame.window.len() <= WINDOWS[window] {
                // Nothing cheap within this tolerance, however many are looked at: then what is costly.
                frame.costly.sort_unstable_by(|one, other| other.cmp(one));
                let best = frame.costly.len().saturating_sub(TRIED_COUNT);
                frame.left.splice(0..0, frame.costly.drain(..).skip(best).map(|(_, _, units)| units));
            }
            if !frame.left.is_empty() {
                return true;
            }
        }
        false
    }

    /// How far a row may be from its target: by what it costs, by its share of what all may be left with, by all of that.
    fn tolerances(&self, row: usize) -> [i64; TOLERANCES] {
        let narrow = |wide: i128| i64::try_from(wide.max(0)).unwrap_or(i64::MAX).min(self.problem.total);
        let Some(&component) = self.component.get(row) else {
            let widest = self.tolerance.saturating_mul(1000).max(1000);
            return [self.tolerance, self.tolerance.saturating_mul(30).max(30), widest];
        };
        let pool = self.pools[component as usize];
        let share = narrow(pool / (4 * self.unfinished[component as usize].max(1) as i128));
        // The last but one may use up all that is left: what remains is the last one's.
        let most = if self.unfinished[component as usize] > 2 { pool / 4 } else { pool };
        [self.tolerance.min(share), share, narrow(most)]
    }

    /// What a row may come to: near its target, and an account left with no more than others can do without.
    fn bounds(&self, row: usize, tolerance: i64) -> (i64, i64) {
        let (target, most) = (self.targets[row], self.problem.rows[row].most);
        let mut least = target.saturating_sub(tolerance);
        if let Some(&component) = self.component.get(row) {
            let pool = i64::try_from(self.pools[component as usize].max(0)).unwrap_or(i64::MAX);
            least = least.max(most.saturating_sub(pool));
        }
        (least, target.saturating_add(tolerance).max(least).min(most))
    }

    /// Finds subsets that bring a row within a tolerance of its target but not within the one before.
    fn subsets(&mut self, frame: &mut Frame, count: usize, tolerance: i64, inner: i64) {
        let window = &frame.window[..count.min(frame.window.len())];
        let (found, target) = (self.answer.activity(frame.row), self.targets[frame.row]);
        let (least, most) = self.bounds(frame.row, tolerance);
        let effects: Vec<i64> = window.iter().map(|change| change.effect).collect();
        let reach = |is_up: bool| effects.iter().filter(|&&effect| (effect > 0) == is_up).sum::<i64>();
        if found + reach(true) < least || found + reach(false) > most {
            return;
        }
        self.ticks += 8 << effects.len().div_ceil(2);
        let price = i128::from(self.prices[frame.row]);
        let subsets = subset_sum::within(&effects, least - found, most - found, COMPARED_COUNT);
        self.ticks += 16 * subsets.len() as u64;
        let mut rated: Vec<(i128, u64, u64)> = Vec::new();
        for (set, sum) in subsets {
            let off = found + sum - target;
            if off.abs() > inner {
                let losses = chosen(window, set).map(|change| change.loss).sum::<i128>();
                rated.push((losses - price * i128::from(off), off.unsigned_abs(), set));
            }
        }
        rated.sort_unstable();
        rated.truncate(TRIED_COUNT);
        let units = |set: u64| -> Vec<u32> { chosen(window, set).map(|change| change.unit).collect() };
        let most_lost = i128::from(self.tolerance) * i128::from(self.search.objective.scale);
        let cheap = rated.partition_point(|&(loss, _, _)| loss <= most_lost);
        frame.left = rated[..cheap].iter().rev().map(|&(_, _, set)| units(set)).collect();
        let costly = rated[cheap..].iter().map(|&(loss, off, set)| (loss, off, units(set)));
        frame.costly.extend(costly);
    }
}

/// Whether changes together are less than is missing.
fn is_beyond(changes: &[Change], missing: i64) -> bool {
    let towards = changes.iter().filter(|change| (change.effect > 0) == (missing > 0));
    towards.map(|change| i128::from(change.effect.abs())).sum::<i128>() < i128::from(missing.abs())
}

/// Changes among which subsets are looked for: those that lose nothing before those that do, as many in one direction as in the
/// other where there are enough, of about the same size in both, by turns.
fn window_of(mut changes: Vec<Change>, missing: i64) -> Vec<Change> {
    let widest = WINDOWS[WINDOWS.len() - 1];
    let is_towards = |change: &Change| (change.effect > 0) == (missing > 0);
    changes.sort_unstable_by_key(|change| (!is_towards(change), change.loss != 0, change.effect.abs(), change.unit));
    let (towards, opposite) = changes.split_at(changes.partition_point(is_towards));
    let towards_count = (widest / 2).max(widest.saturating_sub(opposite.len())).min(towards.len());
    let opposite_count = (widest - towards_count).min(opposite.len());
    let largest = |side: &[Change], count: usize| {
        let free = side.partition_point(|change| change.loss == 0).min(count);
        side[..free].last().map_or(0, |change| change.effect.abs())
    };
    let scale = largest(towards, towards_count).max(largest(opposite, opposite_count));
    let mut sides = [(towards, towards_count), (opposite, opposite_count)].map(|(side, count)| {
        let within = side.partition_point(|change| change.loss == 0 && change.effect.abs() <= scale);
        let spread = move |at: usize| if within > count { at * within / count } else { at };
        (0..count).map(move |at| side[spread(at)])
    });
    let mut window = Vec::with_capacity(widest);
    while window.len() < towards_count + opposite_count {
        window.extend(sides.iter_mut().filter_map(Iterator::next));
    }
    window
}

fn chosen(window: &[Change], set: u64) -> impl Iterator<Item = &Change> {
    window.iter().enumerate().filter(move |(at, _)| set >> at & 1 == 1).map(|(_, change)| change)
}
