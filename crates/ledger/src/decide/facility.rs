//! A facility that stops at its limit on all credit, and is resumed; fees that are paid.

use super::{DONE, Decided, Decision};
use crate::evolve::fee_key;
use crate::state::Arrangement;
use domain::event::EventBody;
use domain::ids::Role;
use domain::limit::Scope;
use domain::plan::{LimitKind, OnLimit};
use domain::refusal::RefusedBy;
use domain::{AccountKind, ArrangementId, BookId, Owner, Refusal};
use money::AmountMinor;

impl Decision<'_> {
    /// An order met the limit on all credit: where the rulebook says so, the facility stops.
    pub(super) fn stop_facility(&mut self, arrangement: &Arrangement, refused: RefusedBy) {
        let rule = arrangement.plan.limit(LimitKind::Facility);
        let stops = rule.is_some_and(|rule| rule.on_limit == OnLimit::SuspendFacility);
        if stops && !arrangement.facility_stopped && refused.scope == Some(Scope::Facility) {
            self.emit(EventBody::FacilityStopped { arrangement: arrangement.id });
        }
    }

    pub(super) fn resume_facility(&mut self, id: ArrangementId) -> Decided {
        self.by_operator_with_four_eyes()?;
        if !self.arrangement(id)?.facility_stopped {
            return Err(Refusal::FacilityNotStopped.into());
        }
        self.emit(EventBody::FacilityResumed { arrangement: id });
        Ok(DONE)
    }

    /// All that is owed or due at once; what goes out has come in before.
    pub(super) fn confirm_fees(&mut self, id: ArrangementId, owner: Owner, amount: AmountMinor) -> Decided {
        self.by(Role::Agent)?;
        let arrangement = self.arrangement(id)?;
        let balance = self.state.accounts.balance_of(&fee_key(id, owner, arrangement.asset));
        if balance.unsigned_abs() != u128::from(amount.get()) {
            return Err(Refusal::FeeMismatch.into());
        }
        let came_in: i128 = self
            .state
            .accounts
            .iter()
            .filter(|(key, _)| key.kind == AccountKind::Fee && key.book == BookId::Arrangement(id))
            .map(|(_, balance)| balance)
            .sum();
        if balance > came_in {
            return Err(Refusal::PayInFirst.into());
        }
        self.emit(EventBody::FeesConfirmed { arrangement: id, owner, amount });
        Ok(DONE)
    }
}
