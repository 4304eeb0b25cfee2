//! Leaving in good order, and what members set for themselves for a later day: recomputed from what they said.

use crate::finding::{Check, Checked, equal, holds};
use crate::model::{Model, StageAhead};
use domain::event::{EndReason, Stage};
use domain::ids::Role;
use domain::limit::Scope;
use domain::membership::PurposeSet;
use domain::plan::Purpose;
use domain::{ArrangementId, Date, Event, EventBody, MemberId, PaymentId};
use std::collections::BTreeSet;

impl Model {
    /// Applies what a member says of its own membership, or what the house makes of it.
    pub(crate) fn member_sets(&mut self, body: &EventBody) -> Checked {
        match body {
            EventBody::NoticeGiven { arrangement, member, effective } => {
                self.notice_given(*arrangement, *member, *effective)
            }
            EventBody::NoticeWithdrawn { arrangement, member } => {
                let membership = self.membership(*arrangement, *member)?;
                let may = membership.notice.is_some() && !membership.leaving;
                holds(Check::Membership, "a notice that is withdrawn", "one that does not hold yet", may, member)?;
                self.membership_mut(*arrangement, *member).notice = None;
                Ok(())
            }
            EventBody::MemberLeaving { arrangement, member } => self.member_leaving(*arrangement, *member),
            EventBody::PurposesSet { arrangement, member, purposes, effective } => {
                self.purposes_set(*arrangement, *member, purposes, *effective)
            }
            EventBody::StageSet { arrangement, member, stage, payout_at_clearing, effective } => {
                self.check_not_leaving(*arrangement, *member)?;
                let today = self.business_day_or_clock(*arrangement)?;
                holds(Check::Membership, "the date of a stage", "a later one", *effective > today, effective)?;
                let ahead =
                    StageAhead { effective: *effective, stage: *stage, payout_at_clearing: *payout_at_clearing };
                self.arrangement_mut(*arrangement)?.stages_ahead.insert(*member, ahead);
                Ok(())
            }
            other => unreachable!("not about a member's own membership: {other:?}"),
        }
    }

    fn membership_mut(&mut self, id: ArrangementId, member: MemberId) -> &mut crate::model::Membership {
        let arrangement = self.arrangements.get_mut(&id).expect("it was just found");
        arrangement.members.get_mut(&member).expect("it was just found")
    }

    /// The date by which notice is counted.
    fn business_day_or_clock(&self, id: ArrangementId) -> Checked<Date> {
        let arrangement = self.arrangement(id)?;
        Ok(arrangement.open_date().or(arrangement.closed_date).unwrap_or_else(|| self.time.date()))
    }

    fn notice_given(&mut self, id: ArrangementId, member: MemberId, effective: Date) -> Checked {
        let before = self.membership(id, member)?.notice;
        holds(Check::Membership, "a notice", "the only one", before.is_none(), before)?;
        let today = self.business_day_or_clock(id)?;
        let months = self.plan(id)?.additions.exit.map_or(0, |rule| u32::from(rule.notice_months));
        let (year, month, day) = today.ymd();
        let (enough_year, enough_month, enough_day) = effective.ymd();
        let since = |year: i32, month: u32| i64::from(year) * 12 + i64::from(month);
        let passed = since(enough_year, enough_month) - since(year, month) - i64::from(months);
        // Whoever gives notice on the 31st has done so on the last day of a shorter month.
        let last_of_month = effective.plus_days(1).ymd().1 != enough_month;
        let enough = effective > today && (passed > 0 || (passed == 0 && (enough_day >= day || last_of_month)));
        let expected = format!("{months} months after {today} or later");
        holds(Check::Membership, "the date of a notice", &expected, enough, effective)?;
        self.membership_mut(id, member).notice = Some(effective);
        Ok(())
    }

    fn member_leaving(&mut self, id: ArrangementId, member: MemberId) -> Checked {
        let membership = self.membership(id, member)?;
        let (notice, leaving) = (membership.notice, membership.leaving);
        let today = self.arrangement(id)?.open_date();
        let due = !leaving && notice.is_some_and(|from| today.is_some_and(|today| from <= today));
        holds(Check::Membership, "a notice that takes effect", "due, and not in effect", due, (notice, today))?;
        self.membership_mut(id, member).leaving = true;
        self.give_up_limits(id, member)?;
        self.arrangement_mut(id)?.just_leaving.insert(member);
        Ok(())
    }

    /// The limits of a member and the lines towards it go, and what was set ahead for it.
    pub(crate) fn give_up_limits(&mut self, id: ArrangementId, member: MemberId) -> Checked {
        let own = self.member(member)?.institutions.clone();
        let concerns = |scope: &Scope| scope.concerns(member, |institution| own.contains(&institution));
        let arrangement = self.arrangement_mut(id)?;
        arrangement.limits.retain(|scope, _| !concerns(scope));
        arrangement.limits_ahead.retain(|(scope, _), _| !concerns(scope));
        arrangement.purposes_ahead.retain(|(of, _), _| *of != member);
        arrangement.stages_ahead.remove(&member);
        Ok(())
    }

    fn purposes_set(&mut self, id: ArrangementId, member: MemberId, purposes: &[Purpose], from: Date) -> Checked {
        self.check_not_leaving(id, member)?;
        let plan = self.plan(id)?;
        let known = !purposes.is_empty() && purposes.iter().all(|purpose| plan.purposes.contains(purpose));
        holds(Check::Membership, "the purposes of a member", "some of the rulebook's", known, purposes)?;
        let rises = purposes.windows(2).all(|pair| pair[0] < pair[1]);
        holds(Check::Membership, "the purposes of a member", "each once, in order", rises, purposes)?;
        let arrangement = self.arrangement_mut(id)?;
        let past = match (arrangement.open_date(), arrangement.closed_date) {
            (Some(open), _) => from < open,
            (None, Some(closed)) => from <= closed,
            (None, None) => false,
        };
        holds(Check::Membership, "the date of a member's purposes", "none in the past", !past, from)?;
        let set = PurposeSet::of(purposes);
        if arrangement.open_date().is_some_and(|open| from <= open) {
            arrangement.members.get_mut(&member).expect("it was just found").purposes = set;
        } else {
            arrangement.purposes_ahead.insert((member, from), set);
        }
        Ok(())
    }

    pub(crate) fn check_not_leaving(&self, id: ArrangementId, member: MemberId) -> Checked {
        let leaving = self.membership(id, member)?.leaving;
        holds(Check::Membership, "what a member sets or may do", "of one that is not leaving", !leaving, member)
    }

    /// Nothing new is in the name of a member from the day of its notice on, and it admits the purpose.
    pub(crate) fn check_own_rules(
        &self,
        id: ArrangementId,
        members: [MemberId; 2],
        date: Date,
        purpose: Purpose,
    ) -> Checked {
        for member in members {
            let membership = self.membership(id, member)?;
            let takes_part = membership.notice.is_none_or(|from| from > date);
            let notice = membership.notice;
            holds(Check::Membership, "a payment of a member", "before its notice holds", takes_part, notice)?;
            let admitted = membership.purposes.admits(purpose);
            holds(Check::OrderForm, "the purpose of an order", "admitted by both members", admitted, purpose)?;
        }
        Ok(())
    }

    /// What was set for a day that has come takes effect with it.
    pub(crate) fn what_is_ahead_takes_effect(&mut self, id: ArrangementId, date: Date) -> Checked {
        let arrangement = self.arrangement_mut(id)?;
        let mut due: Vec<(Date, MemberId, PurposeSet)> = arrangement
            .purposes_ahead
            .iter()
            .filter(|((_, from), _)| *from <= date)
            .map(|((member, from), set)| (*from, *member, *set))
            .collect();
        due.sort_unstable();
        for (from, member, set) in due {
            arrangement.purposes_ahead.remove(&(member, from));
            if let Some(membership) = arrangement.members.get_mut(&member) {
                membership.purposes = set;
            }
        }
        arrangement.just_opened = true;
        Ok(())
    }

    /// A stage that was set ahead comes on its day, by the house; any other is the member's own word.
    pub(crate) fn check_stage_comes_when_due(
        &self,
        id: ArrangementId,
        member: MemberId,
        stage: Stage,
        event: &Event,
    ) -> Checked {
        let arrangement = self.arrangement(id)?;
        if let Some(membership) = arrangement.members.get(&member) {
            let leaving = membership.leaving;
            holds(Check::Membership, "a stage", "of a member that is not leaving", !leaving, member)?;
        }
        if event.actor.role != Role::House {
            return Ok(());
        }
        let today = arrangement.open_date();
        let due = arrangement
            .stages_ahead
            .get(&member)
            .is_some_and(|ahead| ahead.stage == stage && today.is_some_and(|today| ahead.effective <= today));
        holds(Check::Membership, "a stage that comes by itself", "one set for this day or earlier", due, stage)
    }

    /// With the opening of a day every notice that is due takes effect, what waits of those members ends, and whoever
    /// moves forward does so, before anything else happens.
    pub(crate) fn check_what_follows_the_opening(&mut self, body: &EventBody) -> Checked {
        let mut left = Vec::new();
        for (id, arrangement) in &mut self.arrangements {
            let goes_on = match body {
                EventBody::MemberLeaving { arrangement, .. } | EventBody::MemberJoined { arrangement, .. } => {
                    arrangement == id
                }
                EventBody::PaymentsEnded { arrangement, reason: EndReason::MemberLeaving, .. } => arrangement == id,
                _ => false,
            };
            if !goes_on && arrangement.just_opened {
                arrangement.just_opened = false;
                left.push((*id, std::mem::take(&mut arrangement.just_leaving)));
            }
        }
        for (id, leaving) in left {
            self.check_nothing_was_left_out(id)?;
            self.check_nothing_waits_of(id, &leaving)?;
        }
        Ok(())
    }

    fn check_nothing_was_left_out(&self, id: ArrangementId) -> Checked {
        let arrangement = self.arrangement(id)?;
        let Some(today) = arrangement.open_date() else { return Ok(()) };
        for (member, membership) in &arrangement.members {
            let held = membership.notice.is_none_or(|from| from > today) || membership.leaving;
            holds(Check::Membership, "a notice whose day has come", "in effect", held, member)?;
            let forward = arrangement
                .stages_ahead
                .get(member)
                .filter(|ahead| ahead.effective <= today && ahead.stage >= Stage::Net.max(membership.stage));
            holds(Check::Membership, "a stage whose day has come", "reached", forward.is_none(), member)?;
        }
        Ok(())
    }

    fn check_nothing_waits_of(&self, id: ArrangementId, leaving: &BTreeSet<MemberId>) -> Checked {
        let waits = |payment: &&PaymentId| {
            let found = &self.payments[**payment];
            let of_them = leaving.contains(&found.payer_member) || leaving.contains(&found.payee_member);
            found.arrangement == id && of_them && found.waits()
        };
        let waiting = self.open_payments.iter().find(waits);
        equal(Check::Membership, "what waits of a member that is leaving", None, waiting)
    }
}
