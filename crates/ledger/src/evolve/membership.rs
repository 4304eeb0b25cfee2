//! Notice, purposes and stages that members set for themselves.

use crate::state::{Arrangement, StageAhead, State};
use domain::event::EventBody;
use domain::limit::Scope;
use domain::membership::PurposeSet;
use domain::{Date, InstitutionId, MemberId};
use std::collections::BTreeSet;

impl State {
    pub(super) fn member_sets(&mut self, body: &EventBody) {
        match body {
            EventBody::NoticeGiven { arrangement, member, effective } => {
                let membership = self.arrangements[arrangement.index()].membership_mut(*member);
                assert!(membership.notice.is_none(), "notice is given once");
                membership.notice = Some(*effective);
            }
            EventBody::NoticeWithdrawn { arrangement, member } => {
                let membership = self.arrangements[arrangement.index()].membership_mut(*member);
                assert!(!membership.leaving, "a notice that holds is not withdrawn");
                membership.notice = None;
            }
            EventBody::MemberLeaving { arrangement, member } => {
                let arrangement = &mut self.arrangements[arrangement.index()];
                let membership = arrangement.membership_mut(*member);
                assert!(membership.notice.is_some() && !membership.leaving, "a notice holds from one day on");
                membership.leaving = true;
                arrangement.give_up_limits(*member);
                arrangement.forget_what_is_ahead(*member);
            }
            EventBody::PurposesSet { arrangement, member, purposes, effective } => {
                let arrangement = &mut self.arrangements[arrangement.index()];
                let purposes = PurposeSet::of(purposes);
                if arrangement.open_date().is_some_and(|today| *effective <= today) {
                    arrangement.membership_mut(*member).purposes = purposes;
                } else {
                    arrangement.purposes_ahead.insert((*member, *effective), purposes);
                }
            }
            EventBody::StageSet { arrangement, member, stage, payout_at_clearing, effective } => {
                let ahead =
                    StageAhead { effective: *effective, stage: *stage, payout_at_clearing: *payout_at_clearing };
                self.arrangements[arrangement.index()].stages_ahead.insert(*member, ahead);
            }
            other => unreachable!("{other:?} is applied elsewhere"),
        }
    }
}

impl Arrangement {
    /// Purposes whose day has come.
    pub(super) fn purposes_take_effect(&mut self, today: Date) {
        let due: Vec<(MemberId, Date)> =
            self.purposes_ahead.keys().filter(|(_, effective)| *effective <= today).copied().collect();
        // By member, and of each in the order of the dates: the last word holds.
        for key in due {
            let purposes = self.purposes_ahead.remove(&key).expect("it was just seen");
            self.membership_mut(key.0).purposes = purposes;
        }
    }

    /// A member that leaves gives up its limits, and the lines towards it go.
    pub(super) fn give_up_limits(&mut self, member: MemberId) {
        let own: BTreeSet<InstitutionId> =
            self.participants().filter(|(_, found)| found.member == member).map(|(id, _)| id).collect();
        let concerns = |scope: &Scope| scope.concerns(member, |institution| own.contains(&institution));
        self.limits.retain(|scope, _| !concerns(scope));
        self.limits_ahead.retain(|(scope, _), _| !concerns(scope));
        for &institution in &own {
            self.of_mut(institution).share_minor = None;
        }
        let membership = self.membership_mut(member);
        membership.exposure_max_minor = None;
        membership.payment_max_minor = None;
        membership.prefinancing_max_minor = None;
        let others: Vec<MemberId> = self.members().map(|(other, _)| other).filter(|other| *other != member).collect();
        for other in others {
            self.pair_mut(member, other).line_minor = [None, None];
        }
    }

    pub(super) fn forget_what_is_ahead(&mut self, member: MemberId) {
        self.purposes_ahead.retain(|(of, _), _| *of != member);
        self.stages_ahead.remove(&member);
    }
}
