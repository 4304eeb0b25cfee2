//! Closed lists of words, each with what it means to the engine.

use domain::event::{DisputeOutcome, Stage};
use domain::payment::LegState;
use domain::plan::{DayStep, Purpose};
use domain::{AccountKind, PaymentState};

/// What `everybody confirms` stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Due {
    Everything,
    Collections,
    Conformity,
    Transfers,
    PayIns,
    PayOuts,
    Beneficiaries,
}

pub(crate) const DUE: &[(&str, Due)] = &[
    ("what is due", Due::Everything),
    ("collections", Due::Collections),
    ("conformity", Due::Conformity),
    ("transfers", Due::Transfers),
    ("pay-ins", Due::PayIns),
    ("pay-outs", Due::PayOuts),
    ("beneficiaries", Due::Beneficiaries),
];

pub(crate) const STAGES: &[(&str, Stage)] =
    &[("observer", Stage::Observer), ("shadow", Stage::Shadow), ("prefunded", Stage::Prefunded), ("net", Stage::Net)];

pub(crate) const PURPOSES: &[(&str, Purpose)] = &[
    ("goods", Purpose::Goods),
    ("services", Purpose::Services),
    ("remittance", Purpose::Remittance),
    ("pension", Purpose::Pension),
    ("public programme", Purpose::PublicProgramme),
    ("investment", Purpose::Investment),
];

pub(crate) const LEG_STATES: &[(&str, LegState)] = &[
    ("not due", LegState::None),
    ("due", LegState::Due),
    ("instructed", LegState::Instructed),
    ("confirmed", LegState::Confirmed),
    ("failed", LegState::Failed),
    ("aged", LegState::Aged),
];

pub(crate) const OUTCOMES: &[(&str, DisputeOutcome)] =
    &[("upheld", DisputeOutcome::Upheld), ("rejected", DisputeOutcome::Rejected)];

/// Names of the steps of a day, as in a rulebook.
pub(crate) const STEPS: &[(&str, DayStep)] = &[
    ("entry_opens", DayStep::EntryOpens),
    ("runs_from", DayStep::RunsFrom),
    ("runs_to", DayStep::RunsTo),
    ("fixing", DayStep::Fixing),
    ("entry_cut_off", DayStep::EntryCutOff),
    ("last_run", DayStep::LastRun),
    ("close", DayStep::Close),
    ("pay_in_by", DayStep::PayInBy),
];

/// Name of a kind of account, as in docs/accounts.md. A kind that is newer than this list is called by its own name.
pub(crate) fn account_name(kind: AccountKind) -> String {
    let mut name = String::new();
    for letter in format!("{kind:?}").chars() {
        if letter.is_ascii_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(letter.to_ascii_lowercase());
    }
    name
}

/// States of a payment by the names that the documentation gives them.
pub(crate) fn states() -> Vec<(&'static str, PaymentState)> {
    PaymentState::ALL.iter().map(|state| (state.name(), *state)).collect()
}

/// The name of a value of a list.
pub(crate) fn name_of<T: PartialEq>(list: &'static [(&'static str, T)], value: &T) -> &'static str {
    list.iter().find(|(_, known)| known == value).map_or("?", |(name, _)| name)
}
