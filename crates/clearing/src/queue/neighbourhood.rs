//! Search around the best answer: most of it is kept, some hundred units are decided anew, exactly.

use super::answer::{Answer, Place};
use super::problem::Problem;
use super::relaxation::Relaxation;
use super::search::{Limits, Objective, Search};
use super::valuation::Tests;

/// Waiting units that are decided anew, the largest ones and some drawn, and settled ones, all drawn.
const LARGEST_COUNT: usize = 60;
const WAITING_COUNT: usize = 90;
const SETTLED_COUNT: usize = 200;
/// Ticks for one neighbourhood.
const ROUND_TICKS: u64 = 2_500_000;

/// Numbers by counter: the same in every run of the same queue (Salmon et al., Parallel random numbers: as easy as 1, 2, 3,
/// SC 2011, for the idea; the mixing is that of SplitMix64).
pub(super) struct Draws {
    key: u64,
    counter: u64,
}

impl Draws {
    /// Keyed by all amounts in their order.
    pub(super) fn of(problem: &Problem<'_>) -> Draws {
        let amounts = problem.instance.payments.iter().map(|payment| payment.amount.unsigned_abs());
        Draws { key: amounts.fold(0, |key, amount| mix(key ^ amount)), counter: 0 }
    }

    fn below(&mut self, below: usize) -> usize {
        self.counter += 1;
        let drawn = u128::from(mix(self.key.wrapping_add(mix(self.counter))));
        usize::try_from((drawn * below as u128) >> 64).expect("below a length")
    }
}

fn mix(mut number: u64) -> u64 {
    number = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    number = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    number = (number ^ (number >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    number ^ (number >> 31)
}

pub(super) struct Neighbourhoods<'p, 'i> {
    pub(super) problem: &'p Problem<'i>,
    pub(super) tests: &'p Tests<'i>,
    pub(super) relaxation: &'p Relaxation,
    pub(super) places: &'p [Place],
    pub(super) order: &'p [u32],
    pub(super) draws: Draws,
}

impl<'p, 'i> Neighbourhoods<'p, 'i> {
    /// Looks around the best answer of a search until the ticks are used or `enough` is reached; the best answer and the
    /// ticks used.
    pub(super) fn improve(
        &mut self,
        objective: &Objective,
        split: &[Vec<i64>],
        mut best: Answer<'p, 'i>,
        ticks: u64,
        enough: i128,
    ) -> (Answer<'p, 'i>, u64) {
        let mut used = 0;
        // Units in strict order are not drawn one by one: what stands before and after would have to come along.
        while used < ticks && best.worth()[objective.level] < enough && self.problem.strict_ranks == 0 {
            let places = self.draw(&best);
            used += places.len() as u64;
            let (problem, tests, relaxation, order) = (self.problem, self.tests, self.relaxation, self.order);
            let mut search = Search::new(problem, tests, relaxation, objective.clone(), &places, order, best.clone());
            search.split = split.to_vec();
            let limits = Limits { ticks: ROUND_TICKS.min(ticks - used.min(ticks)), nodes: 5_000, gap_ppm: 0 };
            search.begin(limits.ticks, 0);
            search.run(limits, &mut |_, _, _| ());
            used += search.ticks();
            best = search.best;
        }
        (best, used)
    }

    /// Leaves the classes of earlier levels as they are, which keeps what the answer is worth there, and decides the last
    /// class of a level alone; the best answer and the ticks used.
    pub(super) fn improve_last_class(
        &self,
        objective: &Objective,
        best: Answer<'p, 'i>,
        ticks: u64,
        gap_ppm: u32,
    ) -> (Answer<'p, 'i>, u64) {
        let gap_ppm = i128::from(gap_ppm);
        let place = |unit: u32| match (self.places[unit as usize], best.settles[unit as usize]) {
            (Place::Free, settles) if self.problem.rank(unit) < objective.level => {
                if settles {
                    Place::Settled
                } else {
                    Place::Held
                }
            }
            (place, _) => place,
        };
        let places: Vec<Place> = (0u32..).take(best.settles.len()).map(place).collect();
        let (problem, tests, relaxation, order) = (self.problem, self.tests, self.relaxation, self.order);
        let mut search = Search::new(problem, tests, relaxation, objective.clone(), &places, order, best);
        search.begin(ticks, gap_ppm);
        search.run(Limits { ticks, nodes: 20_000, gap_ppm }, &mut |_, _, _| ());
        let used = search.ticks();
        (search.best, used)
    }

    /// Keeps most of an answer and lets a part of it go.
    fn draw(&mut self, best: &Answer<'p, 'i>) -> Vec<Place> {
        let keep = |unit: usize| if best.settles[unit] { Place::Settled } else { Place::Held };
        let mut places: Vec<Place> = (0..best.settles.len()).map(keep).collect();
        let (settled, waiting): (Vec<u32>, Vec<u32>) =
            self.order.iter().partition(|&&unit| best.settles[unit as usize]);
        let mut let_go = |unit: u32| places[unit as usize] = Place::Free;
        waiting.iter().take(LARGEST_COUNT).for_each(|&unit| let_go(unit));
        for (list, count) in [(&waiting, WAITING_COUNT), (&settled, SETTLED_COUNT)] {
            for _ in 0..if list.is_empty() { 0 } else { count } {
                let_go(list[self.draws.below(list.len())]);
            }
        }
        places
    }
}
