//! What others may read of balances between pairs, and of the use of limits.

use crate::state::{State, pair_index, pair_side, signed};
use domain::limit::Scope;
use domain::{ArrangementId, CurrencyId, MemberId};

impl State {
    /// What `debtor` owes `creditor` net in a currency in the open cycle.
    #[must_use]
    pub fn pair_balance_in_minor(
        &self,
        arrangement: ArrangementId,
        debtor: MemberId,
        creditor: MemberId,
        currency: CurrencyId,
    ) -> i128 {
        let Some(found) = self.arrangement(arrangement).filter(|_| debtor != creditor) else { return 0 };
        if currency == found.asset && found.positions_in_asset() {
            return self.pair_balance_minor(arrangement, debtor, creditor);
        }
        let (low, high) = (debtor.min(creditor), debtor.max(creditor));
        let low_owes = found.foreign_pairs.get(&(low, high, currency)).copied().unwrap_or(0);
        if debtor == low { low_owes } else { -low_owes }
    }

    /// How much of a limit is used, as admission counts it, and its maximum; no maximum where nobody has set one and it does
    /// not bind then. `None` where the arrangement has no such limit, or the limit nobody.
    #[must_use]
    pub fn limit_use_minor(&self, arrangement: ArrangementId, scope: Scope) -> Option<(i128, Option<i128>)> {
        let found = self.arrangement(arrangement)?;
        let rule = found.plan.limit(scope.kind()?)?;
        let unset = found.plan.unset_maximum_minor(rule).map(i128::from);
        let or_unset = |maximum: Option<u64>| maximum.map(i128::from).or(unset);
        match scope {
            Scope::InstitutionShare(institution) => {
                let participant = found.participant(institution)?;
                let share = participant.share_minor.map_or(0, i128::from);
                Some((share - participant.headroom_minor(&self.accounts), or_unset(participant.share_minor)))
            }
            Scope::Pair { debtor, creditor } => {
                if debtor == creditor {
                    return None;
                }
                let pair = found.pairs.get(pair_index(debtor, creditor));
                let line = pair.and_then(|pair| pair.line_minor[pair_side(debtor, creditor)]);
                Some((found.pair_use_minor(debtor, creditor), or_unset(line)))
            }
            Scope::CreditorExposure(member) => {
                let membership = found.membership(member)?;
                Some((found.exposure_minor(membership), or_unset(membership.exposure_max_minor)))
            }
            Scope::Prefinancing(member) => {
                let membership = found.membership(member)?;
                Some((signed(membership.prefinanced_minor), or_unset(membership.prefinancing_max_minor)))
            }
            Scope::MemberTowardsAll(member) => {
                let owes = -self.owed_on_balance_minor(arrangement, member)?;
                Some((owes, or_unset(found.limits.get(&scope).copied())))
            }
            Scope::Facility => {
                let members = found.members().filter_map(|(member, _)| self.owed_on_balance_minor(arrangement, member));
                let in_use = members.map(|owed| (-owed).max(0)).sum();
                Some((in_use, or_unset(found.limits.get(&scope).copied())))
            }
            Scope::PerPayment(member) => Some((0, or_unset(found.membership(member)?.payment_max_minor))),
            _ => None,
        }
    }

    /// What a member is owed by all others on balance, open positions and closed nets that are not paid together.
    fn owed_on_balance_minor(&self, arrangement: ArrangementId, member: MemberId) -> Option<i128> {
        let membership = self.arrangement(arrangement)?.membership(member)?;
        Some(membership.position_minor + self.accounts.balance_minor(membership.net_due_account))
    }
}
