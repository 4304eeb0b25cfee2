//! Joining and leaving an arrangement: each member by itself, without stopping the others.

use super::{DONE, Decided, Decision};
use domain::event::{EventBody, Stage};
use domain::{AccountKey, AccountKind, ArrangementId, BookId, MemberId, Owner, Refusal};

impl Decision<'_> {
    pub(super) fn join(
        &mut self,
        id: ArrangementId,
        member: MemberId,
        stage: Stage,
        payout_at_clearing: bool,
    ) -> Decided {
        self.by_member(member)?;
        self.member(member)?;
        let arrangement = self.arrangement(id)?;
        if let Some(membership) = arrangement.membership(member) {
            // Going back to a stage in which no money moves is leaving: it must owe nothing.
            let goes_back = stage < Stage::Prefunded && membership.stage >= Stage::Prefunded;
            if goes_back && !self.is_flat(id, member) {
                return Err(Refusal::MemberNotFlat.into());
            }
            // Without its committed line the cap is the prefunding alone, and must still cover the shares allotted.
            let prefunding = self.state.accounts.balance_minor(membership.prefunding_account);
            if stage < Stage::Net && self.state.shares_minor(arrangement, member, None) > prefunding {
                return Err(Refusal::SharesExceedCap.into());
            }
        }
        self.emit(EventBody::MemberJoined { arrangement: id, member, stage, payout_at_clearing });
        Ok(DONE)
    }

    pub(super) fn leave(&mut self, id: ArrangementId, member: MemberId) -> Decided {
        self.by_member(member)?;
        let arrangement = self.arrangement(id)?;
        if arrangement.membership(member).is_none() {
            return Err(Refusal::MemberNotInArrangement.into());
        }
        if !self.is_flat(id, member) {
            return Err(Refusal::MemberNotFlat.into());
        }
        self.emit(EventBody::MemberLeft { arrangement: id, member });
        Ok(DONE)
    }

    /// Whether a member owes nothing, is owed nothing, has nothing deposited and nothing waiting in an arrangement.
    fn is_flat(&self, id: ArrangementId, member: MemberId) -> bool {
        let state = self.state;
        let Some(arrangement) = state.arrangement(id) else { return true };
        let Some(membership) = arrangement.membership(member) else { return true };
        let net_due = AccountKey {
            book: BookId::Arrangement(id),
            owner: Owner::Member(member),
            currency: arrangement.asset,
            kind: AccountKind::NetDue,
        };
        let of_member = |institution| arrangement.participant(institution).is_some_and(|p| p.member == member);
        let waits = |payment| {
            let record = state.payments.of(payment);
            of_member(record.payer) || of_member(record.payee)
        };
        let flat_positions = state.accounts.iter().all(|(key, balance)| {
            balance == 0
                || key.book != BookId::Arrangement(id)
                || key.kind != AccountKind::Position
                || !matches!(key.owner, Owner::Institution(institution) if of_member(institution))
        });
        let pairs_flat = arrangement.members().filter(|(other, _)| *other != member).all(|(other, _)| {
            arrangement.pair(member, other).is_none_or(|pair| pair.low_owes_minor == 0 && pair.number_days == 0)
        });
        let foreign_flat = arrangement
            .foreign_pairs
            .iter()
            .all(|((low, high, _), owed)| *owed == 0 || (*low != member && *high != member));
        let credit_flat = !arrangement.credit.holdings.keys().any(|holding| holding.member == member)
            && state.accounts.balance_of(&arrangement.account_of(Owner::Member(member), AccountKind::Fund)) == 0;
        flat_positions
            && credit_flat
            && pairs_flat
            && foreign_flat
            && state.accounts.balance_of(&net_due) == 0
            && state.accounts.balance_minor(membership.prefunding_account) == 0
            && membership.reserved_in_minor == 0
            && !arrangement
                .participants()
                .any(|(_, p)| p.member == member && (p.queue_len() > 0 || !p.payouts.is_empty()))
            && !arrangement.awaiting_rate.iter().copied().any(waits)
            && !arrangement.awaiting_collection.iter().copied().any(waits)
            && !arrangement.held.keys().copied().any(waits)
            && !arrangement.awaiting_conformity.iter().map(|(_, payment)| *payment).any(waits)
            && !arrangement.cycle_payments.iter().copied().any(waits)
            && !arrangement.closed_cycles.iter().any(|cycle| {
                cycle.legs.iter().any(|(leg, confirmed)| leg.member == member && !confirmed)
                    || (!cycle.settled && cycle.payments.iter().copied().any(waits))
            })
            && !arrangement.transfers_due.keys().any(|(debtor, creditor)| *debtor == member || *creditor == member)
    }
}
