//! Postings (docs/accounts.md), positions and pair figures: what moves when a leg does.

use super::Filler;
use super::payment::{Ends, Payment};
use super::running::{Account, Cycle, PairFigure, Position, add};
use super::trouble::{Taken, disagree};
use crate::cell::Cell;
use crate::names::{Named, owner_cells};
use crate::schema::Table;
use domain::plan::{FeeRule, FeeTo};
use domain::{
    AccountKey, AccountKind, ArrangementId, BookId, CurrencyId, CycleId, InstitutionId, MemberId, Owner, PaymentId,
};

/// An institution's account at its member's edge.
pub(super) const fn at_edge(
    member: MemberId,
    institution: InstitutionId,
    currency: CurrencyId,
    kind: AccountKind,
) -> AccountKey {
    AccountKey { book: BookId::Edge(member), owner: Owner::Institution(institution), currency, kind }
}

/// An account of a member's business with an arrangement, at its edge.
pub(super) const fn business(
    member: MemberId,
    arrangement: ArrangementId,
    currency: CurrencyId,
    kind: AccountKind,
) -> AccountKey {
    AccountKey { book: BookId::Edge(member), owner: Owner::Arrangement(arrangement), currency, kind }
}

/// An account in an arrangement.
pub(super) const fn in_arrangement(
    arrangement: ArrangementId,
    owner: Owner,
    currency: CurrencyId,
    kind: AccountKind,
) -> AccountKey {
    AccountKey { book: BookId::Arrangement(arrangement), owner, currency, kind }
}

impl Filler {
    /// Moves an amount, of either sign, from one account to another of the same book and currency.
    pub(super) fn post(&mut self, from: AccountKey, to: AccountKey, amount_minor: i128) -> Taken {
        debug_assert!((from.book, from.currency) == (to.book, to.currency), "a posting balances in its book");
        self.enter(from, -amount_minor)?;
        self.enter(to, amount_minor)
    }

    /// One entry of a posting whose entries sum to zero.
    pub(super) fn enter(&mut self, key: AccountKey, amount_minor: i128) -> Taken {
        let seq = self.seq;
        let account = self.accounts.change(key, || Account { balance_minor: 0, first_seq: seq, last_seq: seq });
        account.last_seq = seq;
        add(&mut account.balance_minor, amount_minor)
    }

    /// Leg 1 before leg 2: the payer's institution has paid (or, when negative, has been given back).
    pub(super) fn post_collected(&mut self, ends: Ends, amount_minor: i128) -> Taken {
        let member = self.house.member_of(ends.payer)?;
        let account = |kind| at_edge(member, ends.payer, ends.payer_currency, kind);
        self.post(account(AccountKind::Institution), account(AccountKind::Collected), amount_minor)
    }

    /// Leg 1 after leg 2.
    pub(super) fn post_collected_late(&mut self, arrangement: ArrangementId, ends: Ends) -> Taken {
        let member = self.house.member_of(ends.payer)?;
        let institution = at_edge(member, ends.payer, ends.payer_currency, AccountKind::Institution);
        let counterpart = business(member, arrangement, ends.payer_currency, AccountKind::Counterpart);
        self.post(institution, counterpart, ends.payer_minor)
    }

    /// Leg 2, and what follows from it on both edges.
    pub(super) fn post_cleared(&mut self, payment: &Payment, ends: Ends) -> Taken {
        let arrangement = payment.arrangement;
        if payment.collection_confirmed_seq.is_some() {
            let member = self.house.member_of(ends.payer)?;
            let collected = at_edge(member, ends.payer, ends.payer_currency, AccountKind::Collected);
            let counterpart = business(member, arrangement, ends.payer_currency, AccountKind::Counterpart);
            self.post(collected, counterpart, ends.payer_minor)?;
        }
        self.post_leg_2(payment, ends, 1)
    }

    /// A debit that was refused: leg 2 and what is due on leg 3, the other way.
    pub(super) fn post_reversed(&mut self, payment: &Payment, ends: Ends) -> Taken {
        self.post_leg_2(payment, ends, -1)
    }

    fn post_leg_2(&mut self, payment: &Payment, ends: Ends, sign: i128) -> Taken {
        let arrangement = payment.arrangement;
        let (debtor, creditor) = (self.house.member_of(ends.payer)?, self.house.member_of(ends.payee)?);
        let counterpart = business(creditor, arrangement, ends.payee_currency, AccountKind::Counterpart);
        let due = at_edge(creditor, ends.payee, ends.payee_currency, AccountKind::PayoutDue);
        self.post(counterpart, due, sign * ends.payee_minor)?;
        let moved = sign * ends.position_minor;
        if self.house.arrangement(arrangement)?.rules.gross {
            let held = |member| {
                in_arrangement(arrangement, Owner::Member(member), ends.position_currency, AccountKind::Prefunding)
            };
            let payment = Some(payment.payment);
            self.post_told((held(debtor), held(creditor)), moved, (payment, 0))?;
        } else {
            self.move_position(arrangement, (ends.payer, ends.payee), ends.position_currency, moved)?;
            self.owe(arrangement, (debtor, creditor), ends.position_currency, moved)?;
        }
        if sign > 0 && payment.original.is_none() {
            self.post_fees(payment.payment, arrangement, (ends.payer, debtor, creditor), ends.position_minor)?;
        }
        let cycle = self.house.arrangement(arrangement)?.cycle;
        let number = payment.payment.0;
        let row = self.cycles.change((arrangement, cycle), Cycle::default);
        let (first, last) = row.payments.unwrap_or((number, number));
        row.payments = Some((first.min(number), last.max(number)));
        Ok(())
    }

    /// A posting that no other table tells of, with both its entries as rows.
    pub(super) fn post_told(
        &mut self,
        (from, to): (AccountKey, AccountKey),
        amount_minor: i128,
        (payment, number): (Option<PaymentId>, u32),
    ) -> Taken {
        self.post(from, to, amount_minor)?;
        for (key, minor, side) in [(from, -amount_minor, 0), (to, amount_minor, 1)] {
            let BookId::Arrangement(arrangement) = key.book else {
                return disagree(format!("{key:?} is told of beside the edges"));
            };
            let [owner, owner_number] = owner_cells(key.owner);
            let payment = payment.map_or(Cell::Integer(-1), Cell::from);
            let row = [
                self.seq.into(),
                (2 * number + side).into(),
                payment,
                arrangement.into(),
                owner,
                owner_number,
                key.currency.into(),
                key.kind.name().into(),
                Cell::whole(minor),
            ];
            self.store.insert(Table::Entry, &row)?;
        }
        Ok(())
    }

    /// What the payment costs its payer's institution, beside the principal.
    fn post_fees(
        &mut self,
        payment: PaymentId,
        arrangement: ArrangementId,
        (payer, payer_member, payee_member): (InstitutionId, MemberId, MemberId),
        position_minor: i128,
    ) -> Taken {
        let found = self.house.arrangement(arrangement)?;
        let asset = found.asset;
        let shares: Vec<(FeeTo, i128)> = match &found.rules.fees {
            None => return Ok(()),
            Some(FeeRule::Flat { amount_minor }) => vec![(FeeTo::House, amount_minor.as_balance())],
            Some(FeeRule::Percent { parts }) => {
                let share = |ppm: u32| (position_minor * i128::from(ppm) + 500_000) / 1_000_000;
                parts.iter().map(|(to, ppm)| (*to, share(*ppm))).collect()
            }
        };
        let account = |owner| in_arrangement(arrangement, owner, asset, AccountKind::Fee);
        let charged = shares.into_iter().filter(|(_, minor)| *minor > 0);
        for (number, (to, minor)) in (1_u32..).zip(charged) {
            let owner = match to {
                FeeTo::House => Owner::House,
                FeeTo::PayerMember => Owner::Member(payer_member),
                FeeTo::PayeeMember => Owner::Member(payee_member),
            };
            let ends = (account(Owner::Institution(payer)), account(owner));
            self.post_told(ends, minor, (Some(payment), number))?;
        }
        Ok(())
    }

    /// Fees were paid to the agent by whom owed them, or by it to whom they were due.
    pub(super) fn post_fees_paid(&mut self, arrangement: ArrangementId, owner: Owner, amount_minor: i128) -> Taken {
        let asset = self.house.arrangement(arrangement)?.asset;
        let agent = in_arrangement(arrangement, Owner::House, asset, AccountKind::Agent);
        let fees = in_arrangement(arrangement, owner, asset, AccountKind::Fee);
        let owes = matches!(owner, Owner::Institution(_));
        self.post_told((agent, fees), if owes { amount_minor } else { -amount_minor }, (None, 0))
    }

    /// Leg 3: the payee's institution has the money.
    pub(super) fn post_paid_out(&mut self, ends: Ends) -> Taken {
        let member = self.house.member_of(ends.payee)?;
        let account = |kind| at_edge(member, ends.payee, ends.payee_currency, kind);
        self.post(account(AccountKind::PayoutDue), account(AccountKind::Institution), ends.payee_minor)
    }

    /// A deposit with the agent, or when negative a withdrawal.
    pub(super) fn post_prefunding(
        &mut self,
        arrangement: ArrangementId,
        member: MemberId,
        amount_minor: i128,
    ) -> Taken {
        let asset = self.house.arrangement(arrangement)?.settlement;
        let agent = in_arrangement(arrangement, Owner::House, asset, AccountKind::Agent);
        let prefunding = in_arrangement(arrangement, Owner::Member(member), asset, AccountKind::Prefunding);
        self.post(agent, prefunding, amount_minor)
    }

    /// Moves an amount from one position of the open cycle to another.
    pub(super) fn move_position(
        &mut self,
        arrangement: ArrangementId,
        (from, to): (InstitutionId, InstitutionId),
        currency: CurrencyId,
        amount_minor: i128,
    ) -> Taken {
        let account =
            |institution| in_arrangement(arrangement, Owner::Institution(institution), currency, AccountKind::Position);
        self.post(account(from), account(to), amount_minor)?;
        let cycle = self.house.arrangement(arrangement)?.cycle;
        self.change_position((arrangement, cycle, from, currency), -amount_minor)?;
        self.change_position((arrangement, cycle, to, currency), amount_minor)
    }

    fn change_position(
        &mut self,
        key: (ArrangementId, CycleId, InstitutionId, CurrencyId),
        amount_minor: i128,
    ) -> Taken {
        let seq = self.seq;
        let position = self.positions.change(key, || Position {
            paid_minor: 0,
            received_minor: 0,
            first_seq: seq,
            last_seq: seq,
            closed_seq: None,
        });
        position.last_seq = seq;
        if amount_minor < 0 {
            add(&mut position.paid_minor, -amount_minor)
        } else {
            add(&mut position.received_minor, amount_minor)
        }
    }

    /// `debtor` owes `creditor` so much more in the open cycle, or less.
    pub(super) fn owe(
        &mut self,
        arrangement: ArrangementId,
        (debtor, creditor): (MemberId, MemberId),
        currency: CurrencyId,
        amount_minor: i128,
    ) -> Taken {
        if debtor == creditor {
            return disagree(format!("member {debtor} owes itself"));
        }
        let seq = self.seq;
        let cycle = self.house.arrangement(arrangement)?.cycle;
        let key = (arrangement, cycle, debtor.min(creditor), debtor.max(creditor), currency);
        let new = || PairFigure { low_owes_minor: 0, first_seq: seq, last_seq: seq, closed_seq: None };
        let pair = self.pairs.change(key, new);
        pair.last_seq = seq;
        add(&mut pair.low_owes_minor, if debtor < creditor { amount_minor } else { -amount_minor })
    }
}
