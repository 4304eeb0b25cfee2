//! A reserve fund: what is drawn, paid out, repaid, renewed.

use crate::reserve::Drawing;
use crate::state::{Arrangement, State};
use domain::event::EventBody;
use domain::reserve::ReserveDrawn;
use domain::{AccountKey, AccountKind, ArrangementId, CurrencyId, DrawingId, MemberId, Owner};

impl State {
    pub(super) fn reserve_event(&mut self, body: &EventBody) {
        match body {
            EventBody::ReserveDrawn(drawn) => self.reserve_drawn(drawn),
            EventBody::DrawingPaidOut { arrangement, drawing } => self.drawing_paid_out(*arrangement, *drawing),
            EventBody::DrawingRepaid { arrangement, drawing, principal_minor, interest_minor } => {
                self.drawing_repaid(*arrangement, *drawing, *principal_minor, *interest_minor);
            }
            EventBody::DrawingRenewed { arrangement, drawing } => {
                let arrangement = &mut self.arrangements[arrangement.index()];
                let months = u32::from(arrangement.line_of(&arrangement.reserve.drawings[drawing]).months);
                let found = drawing_of(arrangement, *drawing);
                let later = std::mem::take(&mut found.instalments).into_iter();
                found.instalments = later.map(|(due, minor)| (due.plus_months(months), minor)).collect();
                found.renewed += 1;
            }
            other => unreachable!("{other:?} is applied elsewhere"),
        }
    }

    fn reserve_drawn(&mut self, drawn: &ReserveDrawn) {
        let id = drawn.arrangement;
        self.shift_reserve(id, drawn.member, AccountKind::Reserve, AccountKind::ReserveDue, drawn.amount.get());
        let reserve = &mut self.arrangements[id.index()].reserve;
        assert_eq!(drawn.drawing.0, reserve.count, "ordinals are dense");
        reserve.count += 1;
        reserve.drawings.insert(
            drawn.drawing,
            Drawing {
                member: drawn.member,
                line: drawn.line,
                amount_minor: drawn.amount.get(),
                rate_ppm: drawn.rate_ppm,
                paid_out: false,
                renewed: 0,
                exact: 0,
                counted_to: drawn.date,
                interest_paid_minor: 0,
                instalments: drawn.instalments.iter().copied().collect(),
                swap: drawn.swap,
            },
        );
    }

    fn drawing_paid_out(&mut self, id: ArrangementId, drawing: DrawingId) {
        let found = drawing_of(&mut self.arrangements[id.index()], drawing);
        assert!(!std::mem::replace(&mut found.paid_out, true), "a drawing is paid out once");
        let (member, minor, swap) = (found.member, found.amount_minor, found.swap);
        self.shift_reserve(id, member, AccountKind::ReserveDue, AccountKind::Agent, minor);
        if let Some(swap) = swap {
            self.shift_held(id, swap.currency, member, i128::from(swap.amount.get()));
        }
    }

    fn drawing_repaid(&mut self, id: ArrangementId, drawing: DrawingId, principal_minor: u64, interest_minor: u64) {
        let arrangement = &mut self.arrangements[id.index()];
        let today = arrangement.business_date().expect("what is repaid was drawn on a business day");
        let found = drawing_of(arrangement, drawing);
        let held_before = found.held_minor();
        (found.exact, found.counted_to) = (found.exact_to(today), today);
        found.interest_paid_minor += interest_minor;
        let mut left = principal_minor;
        for minor in found.instalments.values_mut() {
            let met = left.min(*minor);
            (*minor, left) = (*minor - met, left - met);
        }
        assert_eq!(left, 0, "no more is repaid than is owed");
        found.instalments.retain(|_, minor| *minor > 0);
        let (member, back, swap) = (found.member, held_before - found.held_minor(), found.swap);
        if found.instalments.is_empty() {
            arrangement.reserve.drawings.remove(&drawing);
        }
        self.shift_reserve(id, member, AccountKind::Agent, AccountKind::Reserve, principal_minor);
        self.shift_reserve(id, member, AccountKind::Agent, AccountKind::Interest, interest_minor);
        if let Some(swap) = swap {
            self.shift_held(id, swap.currency, member, -i128::from(back));
        }
    }

    /// Between accounts in the asset: those of the agent and of interest are the house's.
    fn shift_reserve(&mut self, id: ArrangementId, member: MemberId, from: AccountKind, to: AccountKind, minor: u64) {
        let arrangement = &self.arrangements[id.index()];
        let key = |kind| {
            let of_house = matches!(kind, AccountKind::Agent | AccountKind::Interest);
            arrangement.account_of(if of_house { Owner::House } else { Owner::Member(member) }, kind)
        };
        let (from, to) = (key(from), key(to));
        let (from, to) = (self.accounts.open(from), self.accounts.open(to));
        self.accounts.transfer(from, to, minor);
    }

    /// What the fund holds of a member's currency grows; below zero, it is given back.
    fn shift_held(&mut self, id: ArrangementId, currency: CurrencyId, member: MemberId, minor: i128) {
        let arrangement = &self.arrangements[id.index()];
        let key = |owner| AccountKey { currency, ..arrangement.account_of(owner, AccountKind::SwapHeld) };
        let (from, to) = (key(Owner::Member(member)), key(Owner::House));
        let (from, to) = (self.accounts.open(from), self.accounts.open(to));
        self.accounts.shift(from, to, minor);
    }
}

fn drawing_of(arrangement: &mut Arrangement, drawing: DrawingId) -> &mut Drawing {
    arrangement.reserve.drawings.get_mut(&drawing).expect("an event names a drawing of which something is owed")
}
