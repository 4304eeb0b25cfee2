//! What a rulebook asks for and nothing runs yet.

mod money_rules;
mod parties_and_orders;
mod time_and_default;

use crate::not_built::Missing;
use crate::schema::Rulebook;
use crate::section::Source;

/// Features that are not built, gathered in the order of the schema.
struct Features(Vec<Missing>);

impl Features {
    fn add(&mut self, source: &Source, feature: impl Into<String>) {
        self.0.push(Missing { feature: feature.into(), article: source.article.clone() });
    }

    fn add_if(&mut self, asked_for: bool, source: &Source, feature: impl Into<String>) {
        if asked_for {
            self.add(source, feature);
        }
    }
}

/// Every feature that is not built, in the order of the schema.
pub(super) fn features(rulebook: &Rulebook) -> Vec<Missing> {
    let mut features = Features(Vec::new());
    parties_and_orders::gather(rulebook, &mut features);
    money_rules::gather(rulebook, &mut features);
    time_and_default::gather(rulebook, &mut features);
    features.0
}
