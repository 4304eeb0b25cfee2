//! A reserve fund: drawings are accounts of the kinds "reserve", "reserve due" and "swap held".

use super::postings::in_arrangement;
use super::trouble::{Taken, disagree};
use super::{About, Filler};
use crate::cell::Cell;
use crate::schema::Table;
use domain::reserve::{ReserveDrawn, SwapSide};
use domain::{AccountKey, AccountKind, ArrangementId, CurrencyId, DrawingId, EventBody, MemberId, Owner};

/// A drawing, as far as its postings need it.
#[derive(Clone, Copy)]
pub(crate) struct Drawing {
    pub(super) member: MemberId,
    pub(super) amount_minor: u64,
    pub(super) owed_minor: u64,
    pub(super) interest_paid_minor: u64,
    pub(super) renewals: u8,
    pub(super) swap: Option<SwapSide>,
}

impl Filler {
    pub(super) fn reserve_event(&mut self, body: &EventBody) -> Taken<About> {
        match body {
            EventBody::ReserveDrawn(drawn) => self.reserve_drawn(drawn),
            EventBody::DrawingPaidOut { arrangement, drawing } => self.drawing_paid_out(*arrangement, *drawing),
            EventBody::DrawingRepaid { arrangement, drawing, principal_minor, interest_minor } => {
                self.drawing_repaid(*arrangement, *drawing, *principal_minor, *interest_minor)
            }
            EventBody::DrawingRenewed { arrangement, drawing } => {
                let found = self.drawing(*arrangement, *drawing)?;
                let renewals = found.renewals.saturating_add(1);
                self.keep(*arrangement, *drawing, Drawing { renewals, ..found }, &[])
            }
            other => disagree(format!("{other:?} is no event of a reserve fund")),
        }
    }

    fn reserve_drawn(&mut self, drawn: &ReserveDrawn) -> Taken<About> {
        let id = drawn.arrangement;
        let (amount_minor, member) = (drawn.amount.get(), drawn.member);
        let [reserve, due] = [AccountKind::Reserve, AccountKind::ReserveDue].map(|kind| self.own(id, member, kind));
        self.post_told((reserve?, due?), i128::from(amount_minor), (None, 0))?;
        let swap = drawn.swap;
        let row = [
            id.into(),
            drawn.drawing.into(),
            self.seq.into(),
            member.into(),
            drawn.line.into(),
            drawn.date.into(),
            drawn.amount.into(),
            drawn.rate_ppm.into(),
            swap.map(|swap| swap.currency).into(),
            swap.map(|swap| swap.rate.to_string()).into(),
            swap.map(|swap| swap.amount).into(),
            Cell::Null,
            drawn.amount.into(),
            Cell::Integer(0),
            Cell::Integer(0),
            self.seq.into(),
        ];
        self.store.insert(Table::Drawing, &row)?;
        for (due, minor) in &drawn.instalments {
            let row = [id.into(), drawn.drawing.into(), (*due).into(), (*minor).into()];
            self.store.insert(Table::DrawingInstalment, &row)?;
        }
        let owed_minor = amount_minor;
        let drawing = Drawing { member, amount_minor, owed_minor, interest_paid_minor: 0, renewals: 0, swap };
        self.house.drawings.insert((id, drawn.drawing), drawing);
        Ok(About::arrangement(id))
    }

    /// A drawing as it has come to be, in memory and in its row.
    fn keep(&mut self, id: ArrangementId, drawing: DrawingId, now: Drawing, more: &[(&str, Cell<'_>)]) -> Taken<About> {
        let mut edits = vec![
            ("owed_minor", now.owed_minor.into()),
            ("interest_paid_minor", now.interest_paid_minor.into()),
            ("renewals", now.renewals.into()),
            ("last_seq", self.seq.into()),
        ];
        edits.extend(more.iter().cloned());
        self.change(Table::Drawing, &[id.into(), drawing.into()], &edits)?;
        if now.owed_minor == 0 {
            self.house.drawings.remove(&(id, drawing));
        } else {
            self.house.drawings.insert((id, drawing), now);
        }
        Ok(About::arrangement(id))
    }

    fn drawing_paid_out(&mut self, id: ArrangementId, drawing: DrawingId) -> Taken<About> {
        let found = self.drawing(id, drawing)?;
        let due = self.own(id, found.member, AccountKind::ReserveDue)?;
        let agent = AccountKey { owner: Owner::House, kind: AccountKind::Agent, ..due };
        self.post_told((due, agent), i128::from(found.amount_minor), (None, 0))?;
        if let Some(swap) = found.swap {
            self.post_told(held(id, found.member, swap.currency), swap.amount.as_balance(), (None, 1))?;
        }
        let paid_out = [("paid_out_seq", self.seq.into())];
        self.keep(id, drawing, found, &paid_out)
    }

    fn drawing_repaid(
        &mut self,
        id: ArrangementId,
        drawing: DrawingId,
        principal_minor: u64,
        interest_minor: u64,
    ) -> Taken<About> {
        let found = self.drawing(id, drawing)?;
        let Some(owed_minor) = found.owed_minor.checked_sub(principal_minor) else {
            return disagree(format!("drawing {drawing} is repaid twice"));
        };
        let reserve = self.own(id, found.member, AccountKind::Reserve)?;
        let of_house = |kind| AccountKey { owner: Owner::House, kind, ..reserve };
        let (agent, interest) = (of_house(AccountKind::Agent), of_house(AccountKind::Interest));
        let mut number = 0;
        for (to, minor) in [(reserve, principal_minor), (interest, interest_minor)] {
            if minor > 0 {
                self.post_told((agent, to), i128::from(minor), (None, number))?;
                number += 1;
            }
        }
        if let Some(swap) = found.swap {
            let held_of = |owed: u64| i128::from(swap.held_minor(found.amount_minor, owed));
            let back = held_of(found.owed_minor) - held_of(owed_minor);
            if back != 0 {
                self.post_told(held(id, found.member, swap.currency), -back, (None, number))?;
            }
        }
        let interest_paid_minor = found.interest_paid_minor + interest_minor;
        self.keep(id, drawing, Drawing { owed_minor, interest_paid_minor, ..found }, &[])
    }

    fn drawing(&self, id: ArrangementId, drawing: DrawingId) -> Taken<Drawing> {
        match self.house.drawings.get(&(id, drawing)) {
            Some(found) => Ok(*found),
            None => disagree(format!("drawing {drawing} is not there")),
        }
    }

    /// A member's account in the settlement asset.
    fn own(&self, id: ArrangementId, member: MemberId, kind: AccountKind) -> Taken<AccountKey> {
        Ok(in_arrangement(id, Owner::Member(member), self.house.arrangement(id)?.settlement, kind))
    }
}

/// From the member's account of its currency that is held to the house's.
fn held(id: ArrangementId, member: MemberId, currency: CurrencyId) -> (AccountKey, AccountKey) {
    let of = |owner| in_arrangement(id, owner, currency, AccountKind::SwapHeld);
    (of(Owner::Member(member)), of(Owner::House))
}
