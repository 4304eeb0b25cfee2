//! Members and pairs.

use super::Check;
use crate::schema::Rulebook;
use crate::value::{List, MemberCode};

pub(super) fn check(rulebook: &Rulebook, check: &mut Check<'_>) {
    check.contradiction_if(
        rulebook.members.default.len() < 2,
        "members.default",
        "two members or more",
        "name another member: one alone has nobody to pay",
    );
    if let Some(pairs) = &rulebook.pairs {
        let listed = pairs.listed.iter().flat_map(|list| list.iter());
        for (index, pair) in listed.enumerate() {
            two_members(&format!("pairs.listed[{}]", index + 1), pair, check);
        }
        let excluded = pairs.excluded.iter().flat_map(|list| list.iter());
        for (index, pair) in excluded.enumerate() {
            two_members(&format!("pairs.excluded[{}]", index + 1), pair, check);
        }
        for (index, extension) in pairs.extensions.iter().enumerate() {
            let key = format!("pairs.extensions[{}]", index + 1);
            two_members(&format!("{key}.pair"), &extension.pair, check);
            check.contradiction_if(
                extension.purposes.is_none() && extension.denominations.is_none(),
                &key,
                "purposes, denominations or both",
                "say what the pair admits, or take the entry out",
            );
        }
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

fn two_members(key: &str, pair: &List<MemberCode>, check: &mut Check<'_>) {
    check.contradiction_if(pair.len() != 2, key, "two different members", "write it like [\"IND\", \"NPL\"]");
}
