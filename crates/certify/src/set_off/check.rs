//! The check of a set-off: one pass over the obligations for the answer and all its bounds, one for the legal order.

use super::levels::{Arc, Levels, Place, Profit, rank_of_class};
use super::{CLASS_MAX, Certificate, Instance, MinimumPart, Obligation, Proposal, oldest_first};
use crate::refused::same_length;
use crate::{Claim, Refused};

/// A set-off that was checked: nothing but [`check`] makes one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Verified {
    proposal: Proposal,
    claims: Vec<Claim>,
    claims_given_dropped: Vec<Claim>,
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

    /// Value and bound of each level over all answers.
    #[must_use]
    pub fn claims(&self) -> &[Claim] {
        &self.claims
    }

    /// Value and bound of each level over the answers that hold the dropped obligations at 0: the same as
    /// [`Self::claims`] if none is dropped.
    #[must_use]
    pub fn claims_given_dropped(&self) -> &[Claim] {
        &self.claims_given_dropped
    }
}

/// Checks an answer and its certificate.
///
/// # Errors
/// What is wrong with the problem, the answer or the certificate, or what is not proved.
pub fn check(instance: &Instance, proposal: Proposal, certificate: &Certificate) -> Result<Verified, Refused> {
    instance.check_lists()?;
    proposal.check_lengths(instance)?;
    let mut bounds = Bounds::of(instance, certificate)?;
    let mut net_received = vec![0_i128; instance.participants as usize];
    check_obligations(instance, &proposal, certificate, &mut bounds, &mut net_received)?;
    check_liquidity(instance, &proposal, &mut bounds, &mut net_received)?;
    if let Some(participant) = net_received.iter().position(|net| *net != 0) {
        let net_received = net_received[participant];
        return Err(Refused::NotConserved { participant, net_received });
    }
    oldest_first::check(instance, &proposal, &certificate.dropped)?;
    let claims_given_dropped = bounds.levels.check_claims("levels")?;
    let claims = bounds
        .relaxation
        .map_or_else(|| Ok(claims_given_dropped.clone()), |levels| levels.check_claims("relaxation"))?;
    Ok(Verified { proposal, claims, claims_given_dropped })
}

fn check_obligations(
    instance: &Instance,
    proposal: &Proposal,
    certificate: &Certificate,
    bounds: &mut Bounds<'_>,
    net_received: &mut [i128],
) -> Result<(), Refused> {
    let rank_of_class = rank_of_class(instance);
    let mut parts = SparseParts { minimum_parts: &instance.minimum_parts, dropped: &certificate.dropped };
    for (index, (obligation, &amount)) in instance.obligations.iter().zip(&proposal.set_off).enumerate() {
        obligation.check(index, instance.participants)?;
        within("set-off of obligation", index, amount, obligation.amount)?;
        let is_dropped = parts.check_next(index, obligation, amount)?;
        let (tail, head) = (obligation.debtor as usize, obligation.creditor as usize);
        net_received[tail] -= i128::from(amount);
        net_received[head] += i128::from(amount);
        let profit = Profit::SetOff { rank: rank_of_class[usize::from(obligation.class)] };
        bounds.add(&Arc { tail, head, capacity: obligation.amount.into(), flow: amount.into(), profit }, is_dropped)?;
    }
    parts.check_end()
}

fn check_liquidity(
    instance: &Instance,
    proposal: &Proposal,
    bounds: &mut Bounds<'_>,
    net_received: &mut [i128],
) -> Result<(), Refused> {
    let source = instance.participants as usize;
    // No more can come back than went in, to anybody.
    let all_liquidity: i128 = instance.liquidity.iter().map(|amount| i128::from(*amount)).sum();
    for (participant, &most) in instance.liquidity.iter().enumerate() {
        let (injected, returned) = (proposal.injected[participant], proposal.returned[participant]);
        within("injection of participant", participant, injected, most)?;
        within("return to participant", participant, returned, i64::MAX)?;
        net_received[participant] += i128::from(injected) - i128::from(returned);
        let (capacity, flow) = (most.into(), injected.into());
        bounds.add(&Arc { tail: source, head: participant, capacity, flow, profit: Profit::Injected }, false)?;
        let (capacity, flow) = (all_liquidity, returned.into());
        bounds.add(&Arc { tail: participant, head: source, capacity, flow, profit: Profit::Returned }, false)?;
    }
    Ok(())
}

fn within(part: &'static str, index: usize, amount: i64, most: i64) -> Result<(), Refused> {
    if (0..=most).contains(&amount) { Ok(()) } else { Err(Refused::AmountOutside { part, index, amount, most }) }
}

/// The bounds of a certificate: with the dropped obligations held, and without.
struct Bounds<'a> {
    levels: Levels<'a>,
    relaxation: Option<Levels<'a>>,
}

impl<'a> Bounds<'a> {
    fn of(instance: &Instance, certificate: &'a Certificate) -> Result<Bounds<'a>, Refused> {
        let levels = Levels::of(instance, &certificate.levels)?;
        if certificate.dropped.is_empty() {
            same_length("relaxation", 0, certificate.relaxation.len())?;
            return Ok(Bounds { levels, relaxation: None });
        }
        Ok(Bounds { levels, relaxation: Some(Levels::of(instance, &certificate.relaxation)?) })
    }

    fn add(&mut self, arc: &Arc, is_dropped: bool) -> Result<(), Refused> {
        self.levels.add(arc, if is_dropped { Place::Empty } else { Place::Free })?;
        self.relaxation.as_mut().map_or(Ok(()), |levels| levels.add(arc, Place::Free))
    }
}

/// Minimum parts and dropped obligations that are yet to come, in the order of obligations.
struct SparseParts<'a> {
    minimum_parts: &'a [MinimumPart],
    dropped: &'a [u32],
}

impl SparseParts<'_> {
    /// Checks what is set off of the next obligation; whether it is dropped.
    fn check_next(&mut self, index: usize, obligation: &Obligation, amount: i64) -> Result<bool, Refused> {
        let minimum = match self.minimum_parts.split_first() {
            Some((first, rest)) if first.obligation as usize == index => {
                self.minimum_parts = rest;
                if first.amount < 1 || first.amount > obligation.amount {
                    let rule = "at least 1 and at most its amount";
                    return Err(Refused::Malformed { part: "minimum part of obligation", index, rule });
                }
                Some(first.amount)
            }
            _ => None,
        };
        let is_dropped = self.dropped.first().is_some_and(|first| *first as usize == index);
        self.dropped = &self.dropped[usize::from(is_dropped)..];
        if is_dropped && (minimum.is_none() || amount != 0) {
            let rule = "it has a minimum part, and nothing of it is set off";
            return Err(Refused::Malformed { part: "dropped obligation", index, rule });
        }
        match minimum {
            Some(minimum) if amount != 0 && amount < minimum => {
                Err(Refused::BelowMinimumPart { obligation: index, amount, minimum })
            }
            _ => Ok(is_dropped),
        }
    }

    fn check_end(&self) -> Result<(), Refused> {
        let minimum = self.minimum_parts.first().map(|part| ("minimum part of obligation", part.obligation));
        let dropped = self.dropped.first().map(|index| ("dropped obligation", *index));
        minimum.or(dropped).map_or(Ok(()), |(part, index)| {
            let rule = "ascending, each of an obligation that there is";
            Err(Refused::Malformed { part, index: index as usize, rule })
        })
    }
}

impl Obligation {
    fn check(&self, index: usize, participants: u32) -> Result<(), Refused> {
        let broken = if self.debtor >= participants || self.creditor >= participants {
            "debtor and creditor are below the number of participants"
        } else if self.debtor == self.creditor {
            "nobody owes to itself"
        } else if self.amount < 1 {
            "the amount is at least 1"
        } else if self.class > CLASS_MAX {
            "the class is at most 63"
        } else {
            return Ok(());
        };
        Err(Refused::Malformed { part: "obligation", index, rule: broken })
    }
}

impl Instance {
    fn check_lists(&self) -> Result<(), Refused> {
        if !self.liquidity.is_empty() {
            same_length("liquidity", self.participants as usize, self.liquidity.len())?;
        }
        let rule = "at least 0";
        if let Some(index) = self.liquidity.iter().position(|amount| *amount < 0) {
            return Err(Refused::Malformed { part: "liquidity of participant", index, rule });
        }
        if self.price_of_liquidity < 0 {
            return Err(Refused::Malformed { part: "price of liquidity", index: 0, rule });
        }
        Ok(())
    }
}

impl Proposal {
    fn check_lengths(&self, instance: &Instance) -> Result<(), Refused> {
        same_length("set-off", instance.obligations.len(), self.set_off.len())?;
        same_length("injected", instance.liquidity.len(), self.injected.len())?;
        same_length("returned", instance.liquidity.len(), self.returned.len())
    }
}
