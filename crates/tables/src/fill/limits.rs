//! Limits: set for a business date, in force from its opening, until the next one or until the member leaves.

use super::trouble::Taken;
use super::{About, Filler};
use crate::cell::Cell;
use crate::names::scope_cells;
use crate::schema::Table;
use domain::limit::{LimitSetting, Scope};
use domain::{ArrangementId, Date, InstitutionId, MemberId};

impl Filler {
    /// A limit that holds from this event on, whatever the day.
    pub(super) fn limit_in_force(&mut self, setting: LimitSetting) -> Taken<About> {
        self.put_setting(setting)?;
        self.put_in_force(setting.arrangement, setting.scope, self.seq)?;
        Ok(About::arrangement(setting.arrangement))
    }

    fn put_setting(&mut self, setting: LimitSetting) -> Taken {
        let LimitSetting { arrangement, scope, maximum_minor, effective } = setting;
        let currency = self.house.arrangement(arrangement)?.asset;
        let [kind, institution, debtor, member] = scope_cells(scope);
        let row = [
            self.seq.into(),
            arrangement.into(),
            kind,
            institution,
            debtor,
            member,
            maximum_minor.into(),
            currency.into(),
            effective.into(),
            Cell::Null,
            Cell::Null,
            Cell::Null,
        ];
        self.store.insert(Table::LimitSetting, &row)?;
        Ok(())
    }

    pub(super) fn limit_set(&mut self, setting: LimitSetting) -> Taken<About> {
        let LimitSetting { arrangement, scope, effective, .. } = setting;
        let today = self.house.arrangement(arrangement)?.open_day;
        self.put_setting(setting)?;
        if today.is_some_and(|today| effective <= today) {
            self.put_in_force(arrangement, scope, self.seq)?;
        } else if let Some(earlier) = self.house.limits_ahead.insert((arrangement, scope, effective), self.seq) {
            // A later word on the same limit for the same date replaces the earlier one.
            self.end_limit(earlier, "replaced")?;
        }
        Ok(About::arrangement(arrangement))
    }

    fn put_in_force(&mut self, arrangement: ArrangementId, scope: Scope, setting: u64) -> Taken {
        if let Some(earlier) = self.house.limits.insert((arrangement, scope), setting) {
            self.end_limit(earlier, "replaced")?;
        }
        self.change(Table::LimitSetting, &[setting.into()], &[("in_force_seq", self.seq.into())])
    }

    fn end_limit(&mut self, setting: u64, by: &'static str) -> Taken {
        let edits = [("ended_seq", self.seq.into()), ("ended_by", by.into())];
        self.change(Table::LimitSetting, &[setting.into()], &edits)
    }

    /// What was set for a date up to the one that opens comes into force, in the order of those dates.
    pub(super) fn limits_come_into_force(&mut self, arrangement: ArrangementId, date: Date) -> Taken {
        let is_due = |key: &(ArrangementId, Scope, Date)| key.0 == arrangement && key.2 <= date;
        let mut due: Vec<_> =
            self.house.limits_ahead.iter().filter(|(key, _)| is_due(key)).map(|(k, s)| (*k, *s)).collect();
        self.house.limits_ahead.retain(|key, _| !is_due(key));
        due.sort_by_key(|((_, _, effective), _)| *effective);
        due.into_iter().try_for_each(|((_, scope, _), setting)| self.put_in_force(arrangement, scope, setting))
    }

    /// A member that leaves takes its limits with it, and the lines towards it.
    pub(super) fn limits_of_member_end(&mut self, arrangement: ArrangementId, left: MemberId) -> Taken {
        let institutions = &self.house.institutions;
        let concerns = |scope: &Scope| match *scope {
            Scope::InstitutionShare(institution) => {
                institutions.get(institution.index()).is_some_and(|found| found.member == left)
            }
            Scope::Pair { debtor, creditor } => debtor == left || creditor == left,
            Scope::CreditorExposure(member)
            | Scope::PerPayment(member)
            | Scope::Prefinancing(member)
            | Scope::MemberTowardsAll(member)
            | Scope::PrefundedBalance(member)
            | Scope::Allocation(member)
            | Scope::CommittedLine(member)
            | Scope::Quota(member)
            | Scope::Claims(member)
            | Scope::Debts(member) => member == left,
            Scope::Facility => false,
        };
        let over = self.limits_that(arrangement, concerns);
        self.limits_end(&over, "member left")
    }

    /// Shares stand on prefunding: where it was used to pay in they are allotted anew.
    pub(super) fn shares_of_member_end(&mut self, arrangement: ArrangementId, member: MemberId) -> Taken {
        let institutions = &self.house.institutions;
        let of_member =
            |of: InstitutionId| institutions.get(of.index()).is_some_and(|institution| institution.member == member);
        let over = self.limits_that(
            arrangement,
            |scope| matches!(scope, Scope::InstitutionShare(institution) if of_member(*institution)),
        );
        self.limits_end(&over, "prefunding used")
    }

    fn limits_that(&self, arrangement: ArrangementId, concerns: impl Fn(&Scope) -> bool) -> Vec<u64> {
        let in_force = self.house.limits.iter().filter(|((of, scope), _)| *of == arrangement && concerns(scope));
        let ahead = self.house.limits_ahead.iter().filter(|((of, scope, _), _)| *of == arrangement && concerns(scope));
        in_force.map(|(_, setting)| *setting).chain(ahead.map(|(_, setting)| *setting)).collect()
    }

    fn limits_end(&mut self, over: &[u64], by: &'static str) -> Taken {
        self.house.limits.retain(|_, setting| !over.contains(setting));
        self.house.limits_ahead.retain(|_, setting| !over.contains(setting));
        over.iter().try_for_each(|setting| self.end_limit(*setting, by))
    }
}
