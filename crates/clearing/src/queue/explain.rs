//! Why a payment waits, and who gains what from settling together: in figures that a member can check against its account.

use super::answer::{Answer, Place};
use super::problem::Problem;
use super::valuation::Tests;
use super::{QueueError, presolve, well_formed};
use certify::queue::{Instance, Row};

/// What keeps a payment, beside an answer, from settling too.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Obstacle {
    /// The row would be exceeded: with this much more (liquidity of the account, or a limit raised by it) it would hold.
    Row {
        /// Which row.
        row: Row,
        /// How much is missing, in minor units.
        missing_minor: i64,
        /// Whether even all that waits for the account, were it to come in, would not be enough.
        whatever_comes_in: bool,
    },
    /// A payment before it in strict order waits.
    Behind {
        /// Index of that payment.
        payment: u32,
    },
    /// A leg that settles together with it has an obstacle of its own.
    Leg {
        /// Index of that leg's payment.
        payment: u32,
    },
    /// The test over all accounts of a participant would fail.
    Valuation {
        /// Index of the valuation.
        valuation: usize,
    },
}

/// A payment that waits, and all that stands in its way.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Waiting {
    /// Index of the payment.
    pub payment: u32,
    /// Each must go for it to settle beside this answer. None: something else that settles would have to give way for it.
    pub obstacles: Vec<Obstacle>,
}

/// What an account gains by settling together with all others.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Gain {
    /// What it pays, in minor units.
    pub sent_minor: i64,
    /// What it receives.
    pub received_minor: i64,
    /// Liquidity that it uses: what it pays beyond what it receives.
    pub used_minor: i64,
    /// Liquidity that it would need beyond that if it paid before it received.
    pub saved_minor: i64,
}

/// An answer in figures for people.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Explanation {
    /// Payments that wait, in order of entry.
    pub waiting: Vec<Waiting>,
    /// Gains by account.
    pub gains: Vec<Gain>,
}

/// Explains which payments wait and why, beside the answer that settles `settled` (indexes, ascending).
///
/// # Errors
/// When the instance is not one that can be solved.
pub fn explain(instance: &Instance, settled: &[u32]) -> Result<Explanation, QueueError> {
    well_formed(instance)?;
    let problem = Problem::of(instance)?;
    let tests = Tests::of(instance);
    let mut settles = vec![false; problem.unit_count()];
    for &payment in settled {
        settles[problem.unit_of_payment[payment as usize] as usize] = true;
    }
    let mut places = vec![Place::Free; problem.unit_count()];
    presolve::unfundable(&problem, &mut places);
    let least = presolve::least(&problem, &places);
    let mut answer = Answer::of(&problem, &tests, &settles);
    let waits = |payment: &u32| !settles[problem.unit_of_payment[*payment as usize] as usize];
    let waiting = (0u32..)
        .take(instance.payments.len())
        .filter(waits)
        .map(|payment| Waiting { payment, obstacles: obstacles(&problem, &mut answer, payment, &least) });
    Ok(Explanation { waiting: waiting.collect(), gains: gains(instance, settled) })
}

fn obstacles(problem: &Problem<'_>, answer: &mut Answer<'_, '_>, payment: u32, least: &[i64]) -> Vec<Obstacle> {
    let mut found: Vec<Obstacle> = exceeded(problem, answer, payment, least).collect();
    let unit = problem.unit_of_payment[payment as usize];
    for &earlier in problem.before.of(unit as usize) {
        if !answer.settles[earlier as usize] {
            found.push(Obstacle::Behind { payment: problem.first_payment[earlier as usize] });
        }
    }
    for &other in problem.payments_of(unit).iter().filter(|&&other| other != payment) {
        if exceeded(problem, answer, other, least).next().is_some() {
            found.push(Obstacle::Leg { payment: other });
        }
    }
    found.extend(answer.failing_tests_with(unit).into_iter().map(|valuation| Obstacle::Valuation { valuation }));
    found
}

/// The rows that a payment would exceed on top of an answer.
fn exceeded<'a>(
    problem: &'a Problem<'_>,
    answer: &'a Answer<'_, '_>,
    payment: u32,
    least: &'a [i64],
) -> impl Iterator<Item = Obstacle> + 'a {
    let amount = problem.instance.payments[payment as usize].amount;
    let touches = problem.touches.of(problem.stream_of_payment[payment as usize] as usize);
    touches.iter().filter(|touch| touch.sign > 0).filter_map(move |touch| {
        let missing_minor = amount - answer.room(touch.row as usize);
        (missing_minor > 0).then(|| Obstacle::Row {
            row: problem.rows[touch.row as usize].row,
            missing_minor,
            whatever_comes_in: amount > problem.rows[touch.row as usize].most - least[touch.row as usize],
        })
    })
}

fn gains(instance: &Instance, settled: &[u32]) -> Vec<Gain> {
    let mut gains = vec![Gain::default(); instance.accounts.len()];
    for &at in settled {
        let payment = instance.payments[at as usize];
        gains[payment.payer as usize].sent_minor += payment.amount;
        gains[payment.payee as usize].received_minor += payment.amount;
    }
    for gain in &mut gains {
        gain.used_minor = (gain.sent_minor - gain.received_minor).max(0);
        gain.saved_minor = gain.sent_minor - gain.used_minor;
    }
    gains
}
