//! The figures at the end: the ledger's state and the auditor's model, which have to agree, and the tally.

use domain::payment::Bucket;
use engine::{Engine, LedgerMachine};
use journal::Journal;

use super::bookkeeper::Bookkeeper;
use super::fault::RunFault;
use super::setup::ARRANGEMENT;
use crate::outcome::{Outcome, PaymentCounts};
use crate::scenario::Scenario;

pub(crate) fn outcome<J: Journal>(
    scenario: &Scenario,
    engine: &mut Engine<J, LedgerMachine>,
    bookkeeper: Bookkeeper<'_>,
) -> Result<Outcome, RunFault> {
    let Bookkeeper { model, tally } = bookkeeper;
    let (digest, height, buckets) =
        engine.read_when_durable(|state| (state.digest(), state.next_seq().0, state.buckets(ARRANGEMENT)))?;
    if model.digest() != digest || model.events() != height {
        return Err(RunFault::Disagreement { what: "the state" });
    }
    let figures = model.figures(ARRANGEMENT).ok_or(RunFault::Disagreement { what: "the arrangement" })?;
    if figures.buckets.iter().any(|(bucket, count)| buckets.get(bucket).unwrap_or(&0) != count) {
        return Err(RunFault::Disagreement { what: "what became of the payments" });
    }
    let count = |bucket| buckets.get(&bucket).copied().unwrap_or(0);
    let payments = PaymentCounts {
        submitted: figures.submitted,
        cleared: count(Bucket::Cleared),
        queued: count(Bucket::Queued),
        refused: count(Bucket::Refused),
        expired: count(Bucket::Expired),
        cancelled: count(Bucket::Cancelled),
        returned: count(Bucket::Returned),
        awaiting: count(Bucket::Awaiting),
    };
    if payments.submitted != buckets.values().sum::<u64>() || tally.cleared.count != payments.cleared {
        return Err(RunFault::Disagreement { what: "the number of payments" });
    }
    let (runs, gains) = tally.runs.finish();
    // Where each payment settles by itself, nothing is set off and all that cleared moved in the asset.
    let gross = scenario.plan.settles_gross();
    let moved_gross = if gross { u128::from(tally.cleared.usd_cents) } else { 0 };
    let minor = |minor: i128| u128::try_from(minor).expect("bug: prefunding below zero");
    Ok(Outcome {
        seed: scenario.seed,
        state_digest: digest,
        journal_height: height,
        payments,
        gross_usd_cents: scenario.traffic.usd_cents(),
        cleared_usd_cents: tally.cleared.usd_cents,
        hard_currency_usd_cents: figures.hard_currency_minor() + moved_gross,
        prefunding_usd_cents: minor(figures.prefunding_minor),
        nets_usd_cents: figures.nets_absolute_minor + 2 * moved_gross,
        positions_sum_to_zero: model.positions_sum_to_zero(),
        cycles_closed: figures.cycles_closed,
        run_count: tally.run_count,
        runs,
        gains,
        credit: scenario.plan.additions.credit.is_some().then(|| tally.credit.outcome()),
        members: tally.members,
        refused: tally.refused,
        waits: tally.waits,
        expired: tally.expired,
        lapsed: tally.lapsed,
        days: tally.days,
    })
}
