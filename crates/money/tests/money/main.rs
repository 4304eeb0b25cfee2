//! What a user of the crate relies on, one module a topic.

mod amounts;
mod apportionment;
mod conversion;
mod currencies;
mod interest;
mod natural;
mod published_sml_rates;
mod rates;
mod residues;
mod text;
