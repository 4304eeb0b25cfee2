//! Where each rule of a plan comes from.

use super::limit_kind;
use crate::schema::{InterestOn, Rulebook};
use crate::section::Source;
use domain::plan::{Article, RuleKey};

pub(super) fn article(source: &Source) -> Article {
    Article { citation: source.article.clone(), assumed: source.assumes_anything() }
}

/// Articles of all rules that the rulebook has, in the order of the keys.
pub(super) fn of(rulebook: &Rulebook) -> Vec<(RuleKey, Article)> {
    let mut sources: Vec<(RuleKey, Article)> = vec![
        (RuleKey::Members, article(&rulebook.members.source)),
        (RuleKey::Initiator, article(&rulebook.initiation.source)),
        (RuleKey::Price, article(&rulebook.price.source)),
        (RuleKey::Denomination, article(&rulebook.denomination.source)),
        (RuleKey::Counterparty, article(&rulebook.counterparty.source)),
        (RuleKey::PositionCurrency, article(&rulebook.positions.source)),
        (RuleKey::SettlementAsset, article(&rulebook.asset.source)),
        (RuleKey::Triggers, article(&rulebook.legs.source)),
        (RuleKey::Purposes, article(&rulebook.operations.source)),
        (RuleKey::Day, article(&rulebook.day.source)),
        (RuleKey::Cycle, article(&rulebook.cycle.source)),
        (RuleKey::Settlement, settlement(rulebook)),
        (RuleKey::Returns, article(&rulebook.returns.source)),
        (RuleKey::Suspension, article(&rulebook.suspension.source)),
    ];
    let pair_interest = rulebook.interest.iter().find(|rule| rule.on == InterestOn::PairBalances);
    let optional = [
        (RuleKey::Instrument, rulebook.instrument.as_ref().map(|rule| &rule.source)),
        (RuleKey::Evidence, rulebook.evidence.as_ref().map(|rule| &rule.source)),
        (RuleKey::Queue, rulebook.queue.as_ref().map(|rule| &rule.source)),
        (RuleKey::Interest, pair_interest.map(|rule| &rule.source)),
        (RuleKey::Default, super::membership::completion(rulebook).map(|_| &rulebook.default.completion.source)),
        (RuleKey::Reserve, rulebook.reserve.as_ref().map(|rule| &rule.source)),
        (RuleKey::Exit, rulebook.exit.as_ref().map(|rule| &rule.source)),
        (RuleKey::Conformity, rulebook.conformity.as_ref().map(|rule| &rule.source)),
    ];
    if rulebook.positions.currency == crate::schema::PositionsIn::Unit {
        sources.extend(rulebook.units.first().map(|unit| (RuleKey::Units, article(&unit.source))));
    }
    let fees = &rulebook.fees;
    if fees.kind != crate::schema::FeeKind::None {
        sources.push((RuleKey::Fees, article(&fees.source)));
    }
    sources.extend(optional.into_iter().filter_map(|(key, source)| Some((key, article(source?)))));
    sources.extend(
        rulebook
            .limits
            .iter()
            .filter_map(|limit| Some((RuleKey::Limit(limit_kind(limit.scope)?), article(&limit.source)))),
    );
    sources.extend(super::credit::articles(rulebook));
    sources.sort_by_key(|(key, _)| *key);
    sources
}

/// Settlement and its conversion are one rule of a plan.
fn settlement(rulebook: &Rulebook) -> Article {
    let mut settlement = article(&rulebook.settlement.source);
    if let Some(conversion) = &rulebook.settlement.conversion {
        settlement.assumed |= conversion.source.assumes_anything();
        if conversion.source.article != settlement.citation {
            settlement.citation = format!("{}; {}", settlement.citation, conversion.source.article);
        }
    }
    settlement
}
