//! The schema has a place for everything that known schemes have differed in, and the page says what the schema is.

use rulebook::{KeySchema, SectionSchema, parse};

fn section(path: &str) -> &'static SectionSchema {
    rulebook::sections().into_iter().find(|section| section.path == path).unwrap_or_else(|| panic!("no table {path}"))
}

fn key(path: &str, name: &str) -> &'static KeySchema {
    section(path).keys.iter().find(|key| key.name == name).unwrap_or_else(|| panic!("no key {name} in {path}"))
}

/// Fields of an arrangement, the values seen in schemes from 1950 to today, and where each is in the schema: table, key,
/// and the word where there is one.
#[test]
fn every_field_of_every_scheme_has_its_place() {
    const PLACES: &[(&str, &str, &str, &str, &str)] = &[
        (
            "members.tier",
            "central banks direct, banks indirect (CPCR, SML)",
            "members",
            "tier",
            "central_banks_and_institutions",
        ),
        ("members.tier", "central banks only (REPSS, EPU)", "members", "tier", "central_banks_only"),
        ("members.tier", "banks direct (Buna, CLS)", "members", "tier", "institutions_direct"),
        ("pairs.eligible", "all", "pairs", "eligible", "all"),
        ("pairs.eligible", "excluded pairs (ACU)", "pairs", "excluded", ""),
        ("pairs.eligible", "pair-level extensions (ACU, SML)", "pairs", "extensions", ""),
        ("operations", "goods", "operations", "purposes", "goods"),
        ("operations", "associated services", "operations", "purposes", "associated_services"),
        ("operations", "services", "operations", "purposes", "services"),
        ("operations", "pensions", "operations", "purposes", "pensions"),
        ("operations", "remittances", "operations", "purposes", "remittances"),
        ("operations", "direct investment (SML)", "operations", "purposes", "investment"),
        ("operations", "listed origin goods (SUCRE)", "operations", "origin", "listed_goods_of_members"),
        ("operations", "current payments (EPU)", "operations", "purposes", "current_payments"),
        ("tenor.max_days", "360 (SML)", "tenor", "max_days", ""),
        ("denomination", "exporter", "denomination", "admitted", "payee"),
        ("denomination", "payer, either (SML)", "denomination", "admitted", "payer"),
        ("denomination", "USD (CPCR, SIPA)", "denomination", "admitted", "asset"),
        ("denomination", "XSU, AMU", "denomination", "admitted", "unit"),
        ("unit", "fixed 1:1 (ACU, CACH)", "units[]", "kind", "fixed_parity"),
        ("unit", "gold content (EPU)", "units[]", "kind", "gold"),
        ("unit", "dated series (SUCRE)", "units[]", "kind", "dated_series"),
        ("unit", "basket (SUCRE's design)", "units[]", "kind", "basket"),
        ("unit", "rule for open positions when it changes (ACU)", "units[]", "on_change", "old_value"),
        ("rate", "quotient of two reference quotes (SML)", "price", "formula", "quotient_of_reference_rates"),
        ("rate", "rounding table (SML)", "price", "rounding", "half_step"),
        ("rate", "decimals per direction (SML)", "price.directions[]", "decimals", ""),
        ("rate", "review date", "price", "review_by", ""),
        ("rate", "members' own quotes (Caudal)", "price", "kind", "fixed"),
        ("rate", "provider quotes (Nexus)", "price", "kind", "provider_quotes"),
        ("rate", "daily cross-rates (ACU)", "price", "kind", "daily_cross_rates"),
        ("rate", "none inside (Buna, TIPS)", "price", "kind", "par"),
        ("cycle", "continuous (SIPA)", "cycle", "length", "continuous"),
        ("cycle", "daily fixed hour (PAPSS)", "day.steps", "close", ""),
        ("cycle", "daily both-open (SML)", "day", "business_days", "all_members_open"),
        ("cycle", "weekly (CACH)", "cycle", "length", "week"),
        ("cycle", "monthly, 2-, 4-, 6-monthly (EPU, ACU, CPCR, SUCRE)", "cycle", "months", ""),
        ("netting", "none", "cycle", "netting", "none"),
        ("netting", "bilateral", "cycle", "netting", "bilateral"),
        ("netting", "multilateral", "cycle", "netting", "multilateral"),
        ("netting", "cumulative", "cycle", "netting", "multilateral_with_history"),
        ("netting", "bilateral balances inside a multilateral result (CPCR)", "cycle", "shows_pairs", ""),
        ("limits", "pair line (CPCR)", "limits[]", "scope", "pair"),
        ("limits", "contingency margin (SML)", "contingency_margin", "usable_for", "net_not_paid"),
        ("limits", "allocation (SUCRE)", "limits[]", "scope", "allocation"),
        ("limits", "quota (EPU)", "limits[]", "scope", "quota"),
        ("limits", "automatic credit (CACH)", "limits[]", "scope", "automatic_credit"),
        ("limits", "facility cap (CMCF)", "limits[]", "scope", "facility"),
        ("limits", "creditor exposure (lesson of CMCF, SUCRE)", "limits[]", "scope", "creditor_exposure"),
        ("limits", "pre-funded balance (Buna)", "limits[]", "scope", "prefunded_balance"),
        ("limits", "pre-funded shares (PAPSS, Caudal)", "limits[]", "scope", "institution_share"),
        ("limits", "per-day per-person cap (UPI-PayNow)", "limits[]", "scope", "person_day"),
        ("limits", "transaction cap", "limits[]", "scope", "per_payment"),
        ("limits", "window", "limits[]", "scope", "window"),
        ("limits", "owner", "limits[]", "owner", "creditor"),
        ("limits", "rejection reason code", "limits[]", "refusal", ""),
        ("on_limit", "reject", "limits[]", "on_limit", "refuse"),
        ("on_limit", "queue", "limits[]", "on_limit", "queue"),
        ("on_limit", "pay the excess now (CPCR)", "limits[]", "on_limit", "pay_excess"),
        ("on_limit", "buy allocation (SUCRE)", "limits[]", "on_limit", "buy_allocation"),
        ("on_limit", "settle 100 % in reserve asset (EPU)", "limits[]", "on_limit", "pay_in_asset"),
        ("on_limit", "suspend facility (CMCF)", "limits[]", "on_limit", "suspend_facility"),
        ("on_limit", "suspend before the cap, by ladder (lesson of CMCF)", "ladder[]", "action", "suspend"),
        ("decompose", "identity", "credit", "decompose", "identity"),
        ("decompose", "tranches (EPU)", "credit", "decompose", "tranches"),
        ("decompose", "debtor side different from creditor side (EPU)", "credit.tranches.schedules[]", "creditor", ""),
        ("decompose", "beyond quota (EPU)", "credit.tranches.schedules[]", "creditor_beyond", "decision"),
        ("decompose", "quota as zero for some (EPU)", "credit.tranches.schedules[]", "no_quota_as_debtor", ""),
        ("decompose", "instalments (PAP)", "credit", "decompose", "instalments"),
        ("decompose", "swap (ACU, CMIM)", "credit", "decompose", "swap"),
        ("decompose", "swap ceiling from an average (ACU)", "credit.swap", "average_of", "gross_payments"),
        ("decompose", "reserve loan (FLAR)", "credit", "decompose", "reserve_loan"),
        ("decompose", "multiple per member (FLAR, CMIM)", "credit.reserve_loan", "exceptions", ""),
        ("reserve fund", "multiple of paid-in capital (FLAR)", "reserve", "base", "paid_in"),
        ("reserve fund", "multiple of the contribution (CMIM)", "reserve", "base", "committed"),
        ("reserve fund", "multiple per member (FLAR, CMIM)", "reserve", "exceptions", ""),
        ("reserve fund", "swap with its reversal (CMIM)", "reserve.lines[]", "against", "own_currency"),
        ("reserve fund", "part without a programme (CMIM)", "reserve.lines[]", "share_percent", ""),
        ("reserve fund", "grace (FLAR 2020), renewals (FLAR, CMIM)", "reserve.lines[]", "grace_months", ""),
        ("decompose", "obligatory credit pro rata (CACH)", "credit.apportioned", "by", "bilateral_balances"),
        ("decompose", "largest remainder (CACH)", "credit.apportioned", "rounding", "largest_remainder"),
        ("decompose", "pass-through (Caudal)", "credit", "decompose", "pass_through"),
        ("quota", "15 % of transactions (EPU), 20 % of imports (SUCRE)", "quotas", "share_percent", ""),
        ("quota", "projected imports (SUCRE)", "quotas", "average_of", "projected_imports"),
        ("interest", "daily balances (CPCR)", "interest[]", "on", "pair_balances"),
        ("interest", "daily outstandings of net debtors (ACU)", "interest[]", "on", "member_balances"),
        ("interest", "on contingency use (SML)", "interest[]", "on", "contingency_margin"),
        ("interest", "index with margin and fallback", "interest[]", "fallback_percent", ""),
        ("interest", "floor", "interest[]", "floor_percent", ""),
        ("settle.asset", "USD", "asset", "currency", ""),
        ("settle.asset", "or another (ACU, EPU)", "asset", "alternatives", ""),
        ("settle.agent", "correspondent (SML, CPCR)", "asset", "held_at", "correspondent"),
        ("settle.agent", "agent-bank books (PAPSS, SUCRE)", "asset", "held_at", "agent_bank"),
        ("settle.agent", "central bank (SIPA)", "asset", "held_at", "central_bank"),
        ("settle.lag", "D+1, week after close, T+4", "settlement", "plus_business_days", ""),
        ("settle.lag", "RTGS real time (SIPA)", "settlement", "method", "gross_real_time"),
        ("payout", "before net settles (CPCR, SUCRE, PAPSS)", "legs.*", "on", "clearing"),
        ("payout", "after it (SML)", "legs.*", "on", "net_settled"),
        ("payout", "on conformity of the debited member (CPCR)", "legs.*", "on", "conformity"),
        ("returns", "extorno (CPCR)", "conformity", "silence_is", "extorno"),
        ("returns", "new operation at new rate (SML)", "returns", "rate", "day"),
        ("returns", "within 15 days (SML)", "returns", "window_days", ""),
        ("returns", "single recall (SEPA)", "returns", "recall", "once"),
        ("fee", "none (SML)", "fees", "kind", "none"),
        ("fee", "0.25 % split 0.20/0.05 (REPSS)", "fees", "split", ""),
        ("fee", "flat USD 5 (SIPA)", "fees", "kind", "flat"),
        ("default", "credit by right", "default.credit", "order", "tranches"),
        ("default", "completion", "default.completion", "order", "pro_rata_pay_out"),
        ("default", "loss", "default.loss", "order", "creditors_by_cap"),
        ("default", "suspension of one member (ACU)", "suspension", "claims", "frozen"),
        ("only one scheme", "identity of the instrument (CPCR)", "instrument", "fields", ""),
        ("only one scheme", "register of future commitments (CPCR)", "instrument", "commitments_kept_by", "house"),
        ("only one scheme", "three guarantees (CPCR)", "guarantees[]", "kind", "transferability"),
        ("only one scheme", "two speeds with pre-funding between (PAPSS)", "legs", "payout_at_clearing_by_choice", ""),
        ("only one scheme", "evidence of the underlying trade (SUCRE's lesson)", "evidence", "above", ""),
        ("only one scheme", "links of two arrangements (CAPSS, PAPSS)", "links[]", "bridge", ""),
    ];
    for (field, seen, path, name, word) in PLACES {
        let key = key(path, name);
        let known = word.is_empty() || (key.words)().iter().any(|(known, _)| known == word);
        assert!(known, "{field}: {seen}: no word {word} for {path}.{name}");
    }
}

#[test]
fn every_rule_carries_its_article_and_may_be_assumed() {
    for section in rulebook::sections() {
        let names: Vec<&str> = section.keys.iter().map(|key| key.name).collect();
        assert_eq!(names.ends_with(&["article", "assumed"]), section.is_rule, "{}", section.path);
    }
    // Tables without an article: the file and its texts, and parts of a rule that has one.
    let parts: Vec<&str> =
        rulebook::sections().into_iter().filter(|section| !section.is_rule).map(|section| section.path).collect();
    assert_eq!(
        parts,
        [
            "",
            "title",
            "description",
            "instrument.fields[]",
            "units[].values[]",
            "units[].basket[]",
            "legs.*",
            "day.steps",
            "credit.tranches.schedules[].*[]",
            "credit.reserve_loan.exceptions[]",
            "reserve.exceptions[]",
            "fees.split[]",
        ]
    );
}

const PAGE: &str = include_str!("../../../docs/rulebooks.md");

#[test]
fn the_reference_page_is_the_schema() {
    let expected = rulebook::reference();
    assert!(
        PAGE.ends_with(&expected),
        "docs/rulebooks.md has to end with what `cargo run -p rulebook --example schema_reference` prints"
    );
}

#[test]
fn the_example_of_the_page_can_be_used() {
    let example = PAGE.split_once("```toml\n").and_then(|(_, rest)| rest.split_once("```")).expect("an example").0;
    let rulebook = parse("example", example)
        .unwrap_or_else(|errors| panic!("{}", errors.iter().map(|error| format!("{error}\n")).collect::<String>()));
    rulebook.compile().unwrap_or_else(|missing| panic!("{missing}"));
}

#[test]
fn errors_name_a_section_that_the_page_has() {
    for section in rulebook::sections() {
        let heading = match section.path.split(['.', '[']).next() {
            None | Some("") => "file",
            Some(first) => first,
        };
        assert!(PAGE.contains(&format!("\n### {heading}\n")), "{heading}");
    }
}

#[test]
fn the_rules_that_caudal_cites_are_on_the_page_of_its_rules() {
    let page = include_str!("../../../docs/caudal-rules.md");
    let plan = parse("caudal", rulebook::source("caudal").unwrap()).unwrap().compile().unwrap();
    for (key, article) in &plan.articles {
        let numbers = article.citation.strip_prefix("Caudal, rule").expect("a rule of Caudal").trim_start_matches('s');
        for number in numbers.split(" and ") {
            let heading = format!("\n## {}. ", number.trim());
            assert!(page.contains(&heading), "{key:?}: {heading}");
        }
    }
}
