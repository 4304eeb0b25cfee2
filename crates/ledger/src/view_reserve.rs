//! What others may read of a reserve fund: what is drawn of it, and what a member owes on that.

use crate::state::State;
use domain::reserve::SwapSide;
use domain::{ArrangementId, Date, DrawingId, MemberId};

/// A drawing of which something is owed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DrawingView {
    /// Its ordinal.
    pub drawing: DrawingId,
    /// Who drew.
    pub member: MemberId,
    /// Name of its line.
    pub line: String,
    /// What was drawn, in minor units of the settlement asset.
    pub amount_minor: u64,
    /// Whether the agent has paid it out.
    pub paid_out: bool,
    /// What is owed of it by day, in minor units.
    pub instalments: Vec<(Date, u64)>,
    /// Interest up to the business date that was not paid, in minor units.
    pub interest_due_minor: u64,
    /// Rate per year, in parts per million.
    pub rate_ppm: u32,
    /// The currency side of a swap.
    pub swap: Option<SwapSide>,
    /// What the fund holds of that currency, in minor units.
    pub held_minor: u64,
}

impl DrawingView {
    /// What is owed of what was drawn, in minor units.
    #[must_use]
    pub fn owed_minor(&self) -> u64 {
        self.instalments.iter().map(|(_, minor)| minor).sum()
    }
}

impl State {
    /// Drawings from the reserve fund of which something is owed, by ordinal.
    #[must_use]
    pub fn drawings(&self, arrangement: ArrangementId) -> Vec<DrawingView> {
        let Some(found) = self.arrangement(arrangement) else { return Vec::new() };
        let drawings = found.reserve.drawings.iter();
        drawings
            .map(|(&id, drawing)| {
                let line = found.line_of(drawing);
                let today = found.business_date().unwrap_or(drawing.counted_to);
                DrawingView {
                    drawing: id,
                    member: drawing.member,
                    line: line.name.clone(),
                    amount_minor: drawing.amount_minor,
                    paid_out: drawing.paid_out,
                    instalments: drawing.instalments.iter().map(|(due, minor)| (*due, *minor)).collect(),
                    interest_due_minor: drawing.interest_due_minor(line, today),
                    rate_ppm: drawing.rate_ppm,
                    swap: drawing.swap,
                    held_minor: drawing.held_minor(),
                }
            })
            .collect()
    }

    /// The day since which an instalment of what a member drew is overdue; none where none is.
    #[must_use]
    pub fn overdue_since(&self, arrangement: ArrangementId, member: MemberId) -> Option<Date> {
        self.arrangement(arrangement)?.overdue_since(member)
    }
}
