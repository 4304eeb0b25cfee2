//! The check of a queue: rows, bundles, order, guard, and the bound of every level.

use super::bound::Base;
use super::problem::Problem;
use super::{Certificate, Instance, Order, Proposal, fifo, unfundable};
use crate::refused::same_length;
use crate::{Claim, Refused};

/// A settlement that was checked: nothing but [`check`] makes one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Verified {
    proposal: Proposal,
    claims: Vec<Claim>,
    positions: Vec<i128>,
    fifo_values: Option<Vec<i128>>,
}

impl Verified {
    /// The answer.
    #[must_use]
    pub const fn proposal(&self) -> &Proposal {
        &self.proposal
    }

    /// The answer, to be posted.
    #[must_use]
    pub fn into_proposal(self) -> Proposal {
        self.proposal
    }

    /// Value and bound of each level: of each class that occurs, together with those before it.
    #[must_use]
    pub fn claims(&self) -> &[Claim] {
        &self.claims
    }

    /// What each account holds afterwards.
    #[must_use]
    pub fn positions(&self) -> &[i128] {
        &self.positions
    }

    /// Value of the FIFO-maximal set on each level, if the certificate has its trace.
    #[must_use]
    pub fn fifo_values(&self) -> Option<&[i128]> {
        self.fifo_values.as_deref()
    }
}

/// Checks an answer and its certificate.
///
/// # Errors
/// What is wrong with the problem, the answer or the certificate, or what is not proved.
pub fn check(instance: &Instance, proposal: Proposal, certificate: &Certificate) -> Result<Verified, Refused> {
    let problem = Problem::of(instance)?;
    let settles = settles(instance, &proposal)?;
    let totals = problem.totals(|payment| settles[payment]);
    let positions = problem.check_rows(&totals)?;
    check_bundles(instance, &settles)?;
    check_order(&problem, &settles)?;
    let fifo = certificate.fifo_removals.as_deref().map(|removals| fifo::check(&problem, removals)).transpose()?;
    let values = problem.values(&totals)?;
    let claims = match instance.order {
        Order::Fifo => fifo_claims(certificate, fifo_set(fifo.as_deref())?, &settles, &values)?,
        Order::Bypass { .. } => {
            let guarded = if instance.guard { Some(guard_set(fifo.as_deref(), &settles)?) } else { None };
            let fates = unfundable::check(&problem, guarded, &certificate.unfundable)?;
            bypass_claims(&problem, Base::of(&problem, fates), certificate, &values)?
        }
    };
    let fifo_values = fifo.map(|is_in| problem.values(&problem.totals(|payment| is_in[payment]))).transpose()?;
    Ok(Verified { proposal, claims, positions, fifo_values })
}

/// Whether each payment settles.
fn settles(instance: &Instance, proposal: &Proposal) -> Result<Vec<bool>, Refused> {
    let mut settles = vec![false; instance.payments.len()];
    for (index, payment) in proposal.settled.iter().enumerate() {
        let ascends = index == 0 || proposal.settled[index - 1] < *payment;
        let Some(settles) = settles.get_mut(*payment as usize).filter(|_| ascends) else {
            let rule = "ascending, each one of the payments";
            return Err(Refused::Malformed { part: "settled payment at place", index, rule });
        };
        *settles = true;
    }
    Ok(settles)
}

fn check_bundles(instance: &Instance, settles: &[bool]) -> Result<(), Refused> {
    let broken = instance.bundles.iter().position(|bundle| {
        let first = settles[bundle.payments[0] as usize];
        bundle.payments.iter().any(|payment| settles[*payment as usize] != first)
    });
    broken.map_or(Ok(()), |bundle| Err(Refused::BundleBroken { bundle }))
}

/// Checks the classes in strict order. (Strict FIFO is checked as a set.)
fn check_order(problem: &Problem<'_>, settles: &[bool]) -> Result<(), Refused> {
    let mut first_waiting: Vec<Option<usize>> = vec![None; problem.strict_chain_count()];
    if first_waiting.is_empty() {
        return Ok(());
    }
    for (payment, &settles) in settles.iter().enumerate() {
        let Some(chain) = problem.strict_chain_of(payment) else { continue };
        match first_waiting[chain] {
            Some(earlier) if settles => return Err(Refused::OutOfOrder { earlier, later: payment }),
            None if !settles => first_waiting[chain] = Some(payment),
            _ => {}
        }
    }
    Ok(())
}

fn fifo_set(fifo: Option<&[bool]>) -> Result<&[bool], Refused> {
    fifo.ok_or(Refused::Removal { step: 0, why: "the removals are missing" })
}

/// The payments that must settle.
fn guard_set<'a>(fifo: Option<&'a [bool]>, settles: &[bool]) -> Result<&'a [bool], Refused> {
    let guarded = fifo_set(fifo)?;
    match guarded.iter().zip(settles).position(|(guarded, settles)| *guarded && !settles) {
        Some(payment) => Err(Refused::GuardBroken { payment }),
        None => Ok(guarded),
    }
}

/// Under strict FIFO the largest set is the best on every level.
fn fifo_claims(
    certificate: &Certificate,
    fifo: &[bool],
    settles: &[bool],
    values: &[i128],
) -> Result<Vec<Claim>, Refused> {
    same_length("levels", 0, certificate.levels.len())?;
    same_length("unfundable", 0, certificate.unfundable.len())?;
    if let Some(payment) = fifo.iter().zip(settles).position(|(fifo, settles)| fifo != settles) {
        return Err(Refused::NotTheFifoSet { payment });
    }
    Ok(values.iter().map(|value| Claim { value: *value, upper_bound: *value }).collect())
}

fn bypass_claims(
    problem: &Problem<'_>,
    base: Base<'_>,
    certificate: &Certificate,
    values: &[i128],
) -> Result<Vec<Claim>, Refused> {
    same_length("levels", problem.classes, certificate.levels.len())?;
    for (level, proof) in certificate.levels.iter().enumerate() {
        let Claim { value, upper_bound } = proof.claim;
        if values[level] != value {
            return Err(Refused::Value { list: "levels", level, claimed: value, found: values[level] });
        }
        let found = base.check_level(level, proof, &values[..level])?;
        if found != upper_bound {
            return Err(Refused::Bound { list: "levels", level, claimed: upper_bound, found });
        }
        assert!(found >= value, "bug: an answer was found better than a bound of it");
    }
    Ok(certificate.levels.iter().map(|level| level.claim).collect())
}
