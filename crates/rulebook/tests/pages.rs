//! The pages of docs/arrangements: one for each rulebook, with the table of its rules as the file has them.

use rulebook::{rules_table, source};

const BEGIN: &str = "<!-- rules -->\n";
const END: &str = "<!-- end of rules -->\n";

#[expect(clippy::disallowed_methods, reason = "reads the pages beside the crate")]
fn page(name: &str) -> String {
    let path = format!("{}/../../docs/arrangements/{name}.md", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn the_page_of_each_rulebook_shows_its_rules_as_they_are() {
    for name in rulebook::list() {
        let page = page(name);
        let (_, after) = page.split_once(BEGIN).unwrap_or_else(|| panic!("{name}.md has no line {BEGIN}"));
        let (shown, _) = after.split_once(END).unwrap_or_else(|| panic!("{name}.md has no line {END}"));
        let rules = rules_table(source(name).unwrap()).unwrap();
        assert!(
            shown.trim() == rules.trim(),
            "docs/arrangements/{name}.md is not the rulebook's; put `caudal rulebook show {name} --markdown` there"
        );
    }
}

#[test]
fn the_list_of_pages_names_each_of_them() {
    let list = page("README");
    for name in rulebook::list() {
        assert!(list.contains(&format!("({name}.md)")), "docs/arrangements/README.md does not name {name}.md");
    }
}

#[test]
fn every_rule_of_a_table_names_its_article_and_what_is_assumed_says_so() {
    for name in rulebook::list() {
        let rules = rules_table(source(name).unwrap()).unwrap();
        for row in rules.lines().skip(2) {
            let cells: Vec<&str> = row.trim_matches('|').split(" | ").collect();
            assert_eq!(cells.len(), 3, "{name}: {row}");
            assert!(!cells[2].trim().is_empty(), "{name}: {row}");
        }
        assert!(rules.contains("assumed)*"), "{name}: nothing is assumed");
    }
    assert_eq!(rules_table("no = [toml"), None);
}
