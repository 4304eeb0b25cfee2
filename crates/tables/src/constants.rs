//! Tables that say what the numbers of other tables mean: the same in every file of a version.

use crate::cell::Cell;
use crate::names::rule;
use crate::schema::Table;
use crate::store::Store;
use domain::payment::LegState;
use domain::refusal_text::Language;
use domain::{PaymentState, Refusal};

/// Fills them.
pub(crate) fn fill(store: &mut Store) -> rusqlite::Result<()> {
    for kind in codec::EVENT_TYPES {
        store.insert(Table::EventType, &[kind.number.into(), kind.name.into()])?;
    }
    for state in PaymentState::ALL {
        let figure = format!("{:?}", state.bucket()).to_lowercase();
        store.insert(Table::PaymentState, &[(*state as u8).into(), state.name().into(), figure.into()])?;
    }
    for state in LegState::ALL {
        store.insert(Table::LegState, &[(*state as u8).into(), leg_state(*state).into()])?;
    }
    for refusal in Refusal::ALL {
        let row = [
            refusal.number().into(),
            refusal.code().into(),
            refusal.rule().map(rule).map_or(Cell::Null, Cell::from),
            refusal.iso20022_reason().into(),
            refusal.is_transient().into(),
            refusal.text(Language::En).into(),
        ];
        store.insert(Table::RefusalReason, &row)?;
    }
    Ok(())
}

const fn leg_state(state: LegState) -> &'static str {
    match state {
        LegState::None => "none",
        LegState::Due => "due",
        LegState::Instructed => "instructed",
        LegState::Confirmed => "confirmed",
        LegState::Failed => "failed",
        LegState::Aged => "aged",
    }
}
