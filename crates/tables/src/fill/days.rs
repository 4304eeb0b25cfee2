//! Business days and fixings.

use super::trouble::{Taken, disagree};
use super::{About, Filler};
use crate::cell::Cell;
use crate::names::day_step;
use crate::schema::Table;
use domain::plan::DayStep;
use domain::{ArrangementId, CurrencyId, Date, Timestamp};
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
}
