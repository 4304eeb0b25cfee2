//! What members say of their own membership, and acts of the operator.

use super::trouble::{Taken, disagree};
use super::{About, Filler};
use crate::cell::Cell;
use crate::names::{Named, day_step};
use crate::schema::Table;
use domain::event::{EventBody, Stage};
use domain::{ArrangementId, Date, MemberId};

impl Filler {
    /// A word of a member, or the day on which its notice holds.
    pub(super) fn member_says(&mut self, body: &EventBody) -> Taken<About> {
        match body {
            EventBody::NoticeGiven { arrangement, member, effective } => {
                self.term(*arrangement, *member, "notice", Some(*effective))
            }
            EventBody::NoticeWithdrawn { arrangement, member } => {
                self.term(*arrangement, *member, "notice withdrawn", None)
            }
            EventBody::MemberLeaving { arrangement, member } => {
                self.limits_of_member_end(*arrangement, *member)?;
                self.term(*arrangement, *member, "leaving", None)
            }
            EventBody::PurposesSet { arrangement, member, purposes, effective } => {
                let names: Vec<&str> = purposes.iter().map(|purpose| purpose.name()).collect();
                let more = [names.join(",").into(), Cell::Null, Cell::Null];
                self.term_with(*arrangement, *member, ("purposes", Some(*effective)), more)
            }
            EventBody::StageSet { arrangement, member, stage, payout_at_clearing, effective } => {
                let stage: Stage = *stage;
                let more = [Cell::Null, stage.name().into(), (*payout_at_clearing).into()];
                self.term_with(*arrangement, *member, ("stage", Some(*effective)), more)
            }
            EventBody::EntryConsentSet { arrangement, member, given } => {
                self.term(*arrangement, *member, if *given { "consent" } else { "consent withdrawn" }, None)
            }
            other => disagree(format!("{other:?} is no word of a member")),
        }
    }

    fn term(
        &mut self,
        arrangement: ArrangementId,
        member: MemberId,
        term: &'static str,
        from: Option<Date>,
    ) -> Taken<About> {
        self.term_with(arrangement, member, (term, from), [Cell::Null, Cell::Null, Cell::Null])
    }

    fn term_with(
        &mut self,
        arrangement: ArrangementId,
        member: MemberId,
        (term, from): (&'static str, Option<Date>),
        [purposes, stage, payout_at_clearing]: [Cell; 3],
    ) -> Taken<About> {
        let head = [self.seq.into(), arrangement.into(), member.into(), term.into(), from.into()];
        let row: Vec<Cell> = head.into_iter().chain([purposes, stage, payout_at_clearing]).collect();
        self.store.insert(Table::MemberTerm, &row)?;
        Ok(About::arrangement(arrangement))
    }

    /// An act of the operator with its reason.
    pub(super) fn operator_acts(&mut self, body: &EventBody) -> Taken<About> {
        let null = Cell::Null;
        let (arrangement, act, cells, reason): (ArrangementId, &'static str, [Cell; 5], &str) = match body {
            EventBody::DayExtended { arrangement, from_step, by_s, reason } => {
                let step = day_step(*from_step).into();
                (*arrangement, "day extended", [null.clone(), null.clone(), step, (*by_s).into(), null], reason)
            }
            EventBody::HolidaySet { arrangement, date, closed, reason } => {
                let act = if *closed { "holiday declared" } else { "holiday withdrawn" };
                let cells = [(*date).into(), null.clone(), null.clone(), null.clone(), null];
                (*arrangement, act, cells, reason)
            }
            EventBody::PayInMoved { arrangement, cycle, settle_on, reason } => {
                let key = [(*arrangement).into(), (*cycle).into()];
                self.change(Table::Cycle, &key, &[("settle_on_day", (*settle_on).into())])?;
                self.legs_are_due(*arrangement, *cycle, *settle_on)?;
                let cells = [(*settle_on).into(), (*cycle).into(), null.clone(), null.clone(), null];
                (*arrangement, "pay-in moved", cells, reason)
            }
            EventBody::RunMoved { arrangement, at, reason } => {
                let cells = [null.clone(), null.clone(), null.clone(), null, (*at).into()];
                (*arrangement, "run moved", cells, reason)
            }
            other => return disagree(format!("{other:?} is no act of the operator")),
        };
        let head = [self.seq.into(), arrangement.into(), act.into()];
        let row: Vec<Cell> = head.into_iter().chain(cells).chain([reason.into()]).collect();
        self.store.insert(Table::OperatorAct, &row)?;
        Ok(About::arrangement(arrangement))
    }
}
