//! Business days, fixings, optimisation runs.

use super::running::Run;
use super::trouble::{Taken, disagree};
use super::{About, Filler};
use crate::cell::Cell;
use crate::names::day_step;
use crate::schema::Table;
use domain::plan::DayStep;
use domain::{ArrangementId, CurrencyId, Date, RunId, Timestamp};
use money::Rate;

impl Filler {
    pub(super) fn day_opened(
        &mut self,
        id: ArrangementId,
        date: Date,
        schedule: &[(DayStep, Timestamp)],
        time_zone_version: &str,
    ) -> Taken<About> {
        let arrangement = self.house.arrangement_mut(id)?;
        if let Some(open) = arrangement.open_day.replace(date) {
            return disagree(format!("{date} opens while {open} is open"));
        }
        let row = [id.into(), date.into(), self.seq.into(), Cell::Null, time_zone_version.into(), Cell::Null];
        self.store.insert(Table::Day, &row)?;
        for (place, (step, at)) in (0_u32..).zip(schedule) {
            let row = [id.into(), date.into(), place.into(), day_step(*step).into(), (*at).into()];
            self.store.insert(Table::DayStep, &row)?;
        }
        self.limits_come_into_force(id, date)?;
        Ok(About::arrangement(id))
    }

    pub(super) fn day_closed(&mut self, id: ArrangementId, date: Date, digest: &[u8; 32]) -> Taken<About> {
        let arrangement = self.house.arrangement_mut(id)?;
        if arrangement.open_day.take() != Some(date) {
            return disagree(format!("{date} closes and was not open"));
        }
        let failed = std::mem::take(&mut arrangement.failed);
        self.failures_age(failed)?;
        let edits = [("closed_seq", self.seq.into()), ("state_digest", Cell::from(digest))];
        self.change(Table::Day, &[id.into(), date.into()], &edits)?;
        self.note_pairs_at_close(id, date)?;
        Ok(About::arrangement(id))
    }

    /// What members owe each other in the open cycle when a day closes.
    fn note_pairs_at_close(&mut self, id: ArrangementId, date: Date) -> Taken {
        let cycle = self.house.arrangement(id)?.cycle;
        let of_cycle =
            self.pairs.iter().filter(|(key, pair)| (key.0, key.1) == (id, cycle) && pair.low_owes_minor != 0);
        let owed = of_cycle.map(|((_, _, low, high, currency), pair)| {
            let low_owes = pair.low_owes_minor;
            let (debtor, creditor) = if low_owes > 0 { (*low, *high) } else { (*high, *low) };
            [
                id.into(),
                date.into(),
                debtor.into(),
                creditor.into(),
                (*currency).into(),
                Cell::whole(low_owes.abs()),
                self.seq.into(),
            ]
        });
        let owed: Vec<[Cell<'static>; 7]> = owed.collect();
        owed.iter().try_for_each(|row| self.store.insert(Table::DayPair, row))?;
        Ok(())
    }

    pub(super) fn fixing_made(&mut self, id: ArrangementId, date: Date, rates: &[(CurrencyId, Rate)]) -> Taken<About> {
        self.house.arrangement(id)?;
        self.store.insert(Table::Fixing, &[self.seq.into(), id.into(), date.into()])?;
        for (currency, rate) in rates {
            self.store.insert(Table::FixingRate, &[self.seq.into(), (*currency).into(), rate.to_string().into()])?;
        }
        Ok(About::arrangement(id))
    }

    pub(super) fn run_frozen(&mut self, id: ArrangementId, run: RunId, items: u64) -> Taken<About> {
        let arrangement = self.house.arrangement_mut(id)?;
        if let Some(frozen) = arrangement.run.replace(run) {
            return disagree(format!("run {run} begins while run {frozen} has not ended"));
        }
        let seq = self.seq;
        self.runs.change((id, run), || Run { frozen_seq: seq, items, released: 0, ended_seq: None });
        Ok(About::arrangement(id))
    }

    pub(super) fn run_ended(&mut self, id: ArrangementId, run: RunId) -> Taken<About> {
        self.change_run(id, run, |row, seq| row.ended_seq = Some(seq))?;
        self.house.arrangement_mut(id)?.run = None;
        Ok(About::arrangement(id))
    }

    /// Payments released by a run are counted with it; those released by a receipt are of none.
    pub(super) fn count_released(&mut self, id: ArrangementId, run: Option<RunId>, released: usize) -> Taken {
        let Some(run) = run else { return Ok(()) };
        let released = u64::try_from(released).unwrap_or(u64::MAX);
        self.change_run(id, run, |row, _| row.released = row.released.saturating_add(released))
    }

    /// Changes the row of the run that is under way.
    fn change_run(&mut self, id: ArrangementId, run: RunId, change: impl FnOnce(&mut Run, u64)) -> Taken {
        let (seq, under_way) = (self.seq, self.house.arrangement(id)?.run == Some(run));
        if !under_way || self.runs.get(&(id, run)).is_none() {
            return disagree(format!("run {run} is not under way"));
        }
        change(self.runs.change((id, run), || unreachable!("bug: a run that was just there")), seq);
        Ok(())
    }
}
