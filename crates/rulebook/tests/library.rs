//! The rulebooks that come with the program: what each compiles to, and what it says to people.

use domain::plan::{LimitKind, Plan, RuleKey};
use domain::refusal_text::Language;
use rulebook::{Rulebook, RulebookError, parse, source};

fn complaints(errors: &[RulebookError]) -> String {
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn read(name: &str) -> Rulebook {
    parse(name, source(name).expect("a listed rulebook has a text"))
        .unwrap_or_else(|errors| panic!("{}", complaints(&errors)))
}

fn plan(name: &str) -> Plan {
    read(name).compile().unwrap_or_else(|missing| panic!("{missing}"))
}

#[test]
fn every_rulebook_parses_and_bears_its_name() {
    let names: Vec<&str> = rulebook::list().collect();
    assert_eq!(
        names,
        [
            "caudal",
            "caudal-credit",
            "sml-ar-br",
            "sml-br-uy",
            "sml-br-py",
            "cpcr",
            "epu-1950",
            "cach",
            "acu",
            "cmcf",
            "sucre",
            "sipa",
            "papss"
        ]
    );
    for name in names {
        assert_eq!(read(name).name.0, name);
    }
    assert_eq!(source("no-such-rulebook"), None);
    assert_eq!(rulebook::title("no-such-rulebook", Language::En), None);
}

#[test]
fn every_rulebook_says_what_it_is_in_four_languages() {
    for name in rulebook::list() {
        let rulebook = read(name);
        for language in Language::ALL {
            assert_eq!(rulebook::title(name, language).as_deref(), Some(rulebook.title_in(language)));
            let description = rulebook.description_in(language);
            assert!(description.ends_with('.') && !description.contains(". "), "one sentence: {description}");
            assert_eq!(
                Language::ALL.iter().filter(|other| rulebook.description_in(**other) == description).count(),
                1,
                "{name} {language:?}"
            );
        }
    }
}

/// Those that run.
const RUNNING: [&str; 10] =
    ["caudal", "caudal-credit", "sml-ar-br", "sml-br-uy", "sml-br-py", "cpcr", "cmcf", "sucre", "sipa", "papss"];

/// What those that run compile to, field by field. A change here is a change of what members agreed on.
#[test]
fn those_that_run_compile_to_the_plans_on_record() {
    for (name, recorded) in [
        ("caudal", include_str!("plans/caudal.txt")),
        ("caudal-credit", include_str!("plans/caudal-credit.txt")),
        ("sml-ar-br", include_str!("plans/sml-ar-br.txt")),
        ("sml-br-uy", include_str!("plans/sml-br-uy.txt")),
        ("sml-br-py", include_str!("plans/sml-br-py.txt")),
        ("cpcr", include_str!("plans/cpcr.txt")),
        ("cmcf", include_str!("plans/cmcf.txt")),
        ("sucre", include_str!("plans/sucre.txt")),
        ("sipa", include_str!("plans/sipa.txt")),
        ("papss", include_str!("plans/papss.txt")),
    ] {
        let compiled = format!("{:#?}\n", plan(name));
        assert!(compiled == recorded, "tests/plans/{name}.txt differs from what is compiled:\n{compiled}");
    }
}

#[test]
fn every_rule_of_a_plan_has_its_article() {
    for name in RUNNING {
        let plan = plan(name);
        let mut keys = vec![
            RuleKey::Members,
            RuleKey::Initiator,
            RuleKey::Price,
            RuleKey::Denomination,
            RuleKey::Counterparty,
            RuleKey::PositionCurrency,
            RuleKey::SettlementAsset,
            RuleKey::Triggers,
            RuleKey::Purposes,
            RuleKey::Day,
            RuleKey::Cycle,
            RuleKey::Settlement,
            RuleKey::Returns,
            RuleKey::Suspension,
        ];
        keys.extend(plan.instrument.as_ref().map(|_| RuleKey::Instrument));
        keys.extend(plan.evidence.map(|_| RuleKey::Evidence));
        keys.extend(plan.limits.iter().map(|limit| RuleKey::Limit(limit.kind)));
        keys.extend(plan.queue.map(|_| RuleKey::Queue));
        keys.extend(plan.interest.map(|_| RuleKey::Interest));
        keys.extend(plan.conformity.map(|_| RuleKey::Conformity));
        keys.extend(plan.additions.unit.as_ref().map(|_| RuleKey::Units));
        keys.extend(plan.additions.fees.as_ref().map(|_| RuleKey::Fees));
        if let Some(credit) = &plan.additions.credit {
            keys.extend([RuleKey::Credit, RuleKey::Quotas, RuleKey::CreditInterest, RuleKey::Ladder]);
            keys.extend(credit.fund.map(|_| RuleKey::Fund));
        }
        keys.extend(plan.additions.exit.map(|_| RuleKey::Exit));
        keys.extend(plan.additions.completion.map(|_| RuleKey::Default));
        keys.sort_unstable();
        let with_article: Vec<RuleKey> = plan.articles.iter().map(|(key, _)| *key).collect();
        assert_eq!(with_article, keys, "{name}");
        assert!(plan.articles.iter().all(|(_, article)| !article.citation.is_empty()));
    }
}

#[test]
fn what_no_source_was_found_for_is_assumed_and_the_rest_is_not() {
    let assumed = |name: &str| -> Vec<RuleKey> {
        plan(name).articles.iter().filter(|(_, article)| article.assumed).map(|(key, _)| *key).collect()
    };
    assert_eq!(
        assumed("cpcr"),
        [
            RuleKey::Instrument,
            RuleKey::SettlementAsset,
            RuleKey::Triggers,
            RuleKey::Purposes,
            RuleKey::Limit(LimitKind::Pair),
            RuleKey::Day,
            RuleKey::Settlement,
            RuleKey::Interest,
            RuleKey::Conformity,
            RuleKey::Returns,
            RuleKey::Suspension,
            RuleKey::Default,
        ]
    );
    assert_eq!(
        assumed("sml-ar-br"),
        [RuleKey::Price, RuleKey::Day, RuleKey::Settlement, RuleKey::Returns, RuleKey::Suspension, RuleKey::Default,]
    );
    let rounding = read("sml-ar-br").price.source;
    assert!(rounding.assumes("rounding") && !rounding.assumes("decimals"));
}

#[test]
fn simulations_enrol_the_members_of_each_scheme() {
    let members = |name: &str| read(name).default_members().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(members("caudal").len(), 28);
    assert_eq!(members("sml-ar-br"), ["ARG", "BRA"]);
    assert_eq!(members("cpcr"), ["ARG", "BOL", "BRA", "CHL", "COL", "DOM", "ECU", "MEX", "PER", "PRY", "URY", "VEN"]);
    assert_eq!(members("sml-br-uy"), ["BRA", "URY"]);
    assert_eq!(members("sml-br-py"), ["BRA", "PRY"]);
    assert_eq!(members("cmcf").len(), 6);
    assert_eq!(members("sipa").len(), 6);
    assert_eq!(members("sucre"), ["BOL", "CUB", "ECU", "NIC", "VEN"]);
    assert_eq!(members("papss"), ["BHS", "BRB", "ECCB", "TTO"]);
    assert_eq!(members("epu-1950").len(), 15);
    assert_eq!(members("cach").len(), 5);
    assert_eq!(members("acu").len(), 10);
}

#[test]
fn published_quotas_and_their_sums_are_those_of_the_three_tables() {
    let quotas = read("epu-1950").quotas.expect("quotas");
    let sums: Vec<u64> = quotas
        .tables
        .expect("tables")
        .iter()
        .map(|table| table.amounts.0.values().map(|amount| amount.minor(0).expect("whole millions").get()).sum())
        .collect();
    assert_eq!(sums, [3_950, 4_986, 9_972]);
}

#[test]
fn a_full_quota_costs_two_fifths_in_gold_on_both_sides_in_1950() {
    // 40 % gold and 60 % credit over the whole quota, debtor and creditor alike, by either schedule of slices.
    let credit = read("epu-1950").credit.expect("credit");
    for schedule in &credit.tranches.expect("tranches").schedules[..2] {
        for slices in [&schedule.debtor, &schedule.creditor] {
            let mut from_ppm = 0;
            let mut gold = 0_u64;
            for slice in slices.iter() {
                gold += u64::from(slice.up_to_percent.ppm() - from_ppm) * u64::from(slice.asset_percent.ppm());
                from_ppm = slice.up_to_percent.ppm();
            }
            assert_eq!(gold, 400_000 * 1_000_000);
        }
    }
}
