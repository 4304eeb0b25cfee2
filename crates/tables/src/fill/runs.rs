//! Optimisation runs: frozen, and ended at once; or left open for the optimiser, and concluded.

use super::running::{EndedRun, OpenRun, Run, add};
use super::trouble::{Taken, disagree, known};
use super::{About, Filler};
use crate::cell::Cell;
use crate::names::{AT_ONCE, Named};
use crate::schema::Table;
use domain::{ArrangementId, InstitutionId, PaymentId, RunId, RunMethod, RunProof, Timestamp};
use std::collections::BTreeSet;

impl Filler {
    pub(super) fn run_frozen(&mut self, id: ArrangementId, run: RunId, items: u64) -> Taken<About> {
        let arrangement = self.house.arrangement_mut(id)?;
        if let Some(frozen) = arrangement.run.replace(run) {
            return disagree(format!("run {run} begins while run {frozen} has not ended"));
        }
        let frozen_seq = self.seq;
        let new = || Run { frozen_seq, items, released: 0, released_minor: 0, open: None, ended: None };
        self.runs.change((id, run), new);
        Ok(About::arrangement(id))
    }

    /// Payments released by a run are counted with it; those released by a receipt are of none.
    pub(super) fn count_released(&mut self, id: ArrangementId, run: Option<RunId>, minor: &[i128]) -> Taken {
        let Some(run) = run else { return Ok(()) };
        let row = self.run_under_way(id, run)?;
        row.released = row.released.saturating_add(u64::try_from(minor.len()).unwrap_or(u64::MAX));
        minor.iter().try_for_each(|minor| add(&mut row.released_minor, *minor))
    }

    pub(super) fn run_ended(&mut self, id: ArrangementId, run: RunId) -> Taken<About> {
        self.end_run(id, run, AT_ONCE, None)
    }

    pub(super) fn run_concluded(
        &mut self,
        id: ArrangementId,
        run: RunId,
        method: RunMethod,
        value_minor: i128,
        proof: Option<RunProof>,
    ) -> Taken<About> {
        let released_minor = self.run_under_way(id, run)?.released_minor;
        if released_minor != value_minor {
            return disagree(format!("run {run} released {released_minor} and is said to have released {value_minor}"));
        }
        self.end_run(id, run, method.name(), proof)
    }

    fn end_run(
        &mut self,
        id: ArrangementId,
        run: RunId,
        method: &'static str,
        proof: Option<RunProof>,
    ) -> Taken<About> {
        let seq = self.seq;
        self.run_under_way(id, run)?.ended = Some(EndedRun { seq, method, proof });
        self.house.arrangement_mut(id)?.run = None;
        Ok(About::arrangement(id))
    }

    /// What the run left stays frozen, but for the items of institutions that are short.
    pub(super) fn run_opened(
        &mut self,
        id: ArrangementId,
        run: RunId,
        items: u64,
        instance: [u8; 32],
        until: Timestamp,
    ) -> Taken<About> {
        let seq = self.seq;
        self.run_under_way(id, run)?.open = Some(OpenRun { seq, items, instance, until });
        let of_arrangement = self.queues.iter().filter(|(key, queue)| key.0 == id && queue.waiting > 0);
        let queues: Vec<(InstitutionId, u64)> = of_arrangement.map(|(key, queue)| (key.1, queue.waiting)).collect();
        let mut frozen: u64 = queues.iter().map(|(_, waiting)| waiting).sum();
        if frozen > items {
            let payers: BTreeSet<InstitutionId> = queues.iter().map(|(institution, _)| *institution).collect();
            // Their headroom follows from rows that may be in memory only.
            self.flush()?;
            for institution in payers {
                if self.headroom_minor(id, institution)? < 0 {
                    self.store.insert(Table::RunShort, &[id.into(), run.into(), institution.into(), seq.into()])?;
                    frozen -=
                        queues.iter().filter(|(of, _)| *of == institution).map(|(_, waiting)| waiting).sum::<u64>();
                }
            }
        }
        if frozen != items {
            return disagree(format!("run {run} keeps {items} items frozen, and {frozen} are"));
        }
        Ok(About::arrangement(id))
    }

    /// What an institution may still pay: its share, plus what it was paid, less what it owes, closed debits included as
    /// long as they use its share (docs/accounts.md).
    fn headroom_minor(&self, id: ArrangementId, institution: InstitutionId) -> Taken<i128> {
        let arrangement = self.house.arrangement(id)?;
        let asset = arrangement.asset;
        let share = "SELECT maximum_minor FROM limit_setting WHERE arrangement = ?1 AND institution = ?2
            AND kind = 'institution share' AND in_force_seq IS NOT NULL AND ended_seq IS NULL";
        let mut headroom: i128 = self.wholes(share, &[id.into(), institution.into()])?.into_iter().sum();
        if let Some(position) = self.positions.get(&(id, arrangement.cycle, institution, asset)) {
            add(&mut headroom, position.balance_minor())?;
        }
        if arrangement.rules.positions_in_asset {
            let member = self.house.member_of(institution)?;
            let unsettled = "SELECT balance_minor FROM cycle
                JOIN position ON position.arrangement = cycle.arrangement AND position.cycle = cycle.cycle
                    AND position.institution = ?2 AND position.currency = ?3
                WHERE cycle.arrangement = ?1 AND cycle.closed_seq IS NOT NULL AND cycle.settled_seq IS NULL
                    AND coalesce((
                        SELECT max(confirmed_seq IS NULL AND completed_seq IS NULL) FROM settlement_leg AS leg
                        WHERE leg.arrangement = cycle.arrangement AND leg.cycle = cycle.cycle AND leg.member = ?4
                            AND leg.pay_in
                    ), 1)";
            let key = [id.into(), institution.into(), asset.into(), member.into()];
            let closed = self.wholes(unsettled, &key)?;
            closed.into_iter().filter(|balance| *balance < 0).try_for_each(|debit| add(&mut headroom, debit))?;
        }
        Ok(headroom)
    }

    /// The whole numbers of a query's only column.
    fn wholes(&self, sql: &str, parameters: &[Cell<'_>]) -> Taken<Vec<i128>> {
        let mut statement = self.store.connection.prepare_cached(sql)?;
        for (place, cell) in (1..).zip(parameters) {
            statement.raw_bind_parameter::<usize, _>(place, cell)?;
        }
        let mut rows = statement.raw_query();
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(known(Cell::of_row(row, 0)?.as_whole(), "whole number in", sql)?);
        }
        Ok(found)
    }

    pub(super) fn cancel_pending(&mut self, payment: PaymentId) -> Taken<About> {
        let payment = self.payments.read(&mut self.store, payment)?;
        let arrangement = payment.arrangement;
        let run = known(self.house.arrangement(arrangement)?.run, "run under way in arrangement", arrangement)?;
        let row = [self.seq.into(), payment.payment.into(), arrangement.into(), run.into()];
        self.store.insert(Table::PendingCancel, &row)?;
        Ok(About { arrangement: Some(arrangement), payment: Some(payment.payment) })
    }

    /// The row of the run that is under way, to be changed.
    fn run_under_way(&mut self, id: ArrangementId, run: RunId) -> Taken<&mut Run> {
        let under_way = self.house.arrangement(id)?.run == Some(run);
        if !under_way || self.runs.get(&(id, run)).is_none() {
            return disagree(format!("run {run} is not under way"));
        }
        Ok(self.runs.change((id, run), || unreachable!("bug: a run that was just there")))
    }
}
