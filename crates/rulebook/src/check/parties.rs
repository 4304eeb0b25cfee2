//! Members and pairs.

use super::Check;
use crate::schema::Rulebook;

pub(super) fn check(rulebook: &Rulebook, check: &mut Check<'_>) {
    check.contradiction_if(
        rulebook.members.default.len() < 2,
        "members.default",
        "two members or more",
        "name another member: one alone has nobody to pay",
    );
    let extensions = rulebook.pairs.iter().flat_map(|pairs| pairs.extensions.iter());
    for (index, extension) in extensions.enumerate() {
        check.contradiction_if(
            extension.purposes.is_none() && extension.denominations.is_none(),
            &format!("pairs.extensions[{}]", index + 1),
            "purposes, denominations or both",
            "say what the pair admits, or take the entry out",
        );
    }
    for (index, link) in rulebook.links.iter().enumerate() {
        check.contradiction_if(
            link.to == rulebook.name,
            &format!("links[{}].to", index + 1),
            "the name of another rulebook",
            "a rulebook cannot be linked to itself: name the other one",
        );
    }
}
