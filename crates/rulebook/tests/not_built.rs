//! What a rulebook asks for and nothing runs is named, with its article, and nothing else is.

use rulebook::{NotBuilt, parse, source};

/// Compiles a rulebook that comes with the program, with something replaced in it.
fn missing(name: &str, edits: &[(&str, &str)]) -> Vec<String> {
    let mut text = source(name).unwrap().to_owned();
    for (from, to) in edits {
        assert!(text.contains(from), "nothing to replace: {from}");
        text = text.replacen(from, to, 1);
    }
    let rulebook = parse(name, &text).unwrap_or_else(|errors| panic!("{edits:?}: {}", errors[0]));
    match rulebook.compile() {
        Ok(_) => Vec::new(),
        Err(NotBuilt { missing, .. }) => missing.iter().map(|missing| missing.feature.clone()).collect(),
    }
}

#[test]
fn schemes_of_other_shapes_parse_and_are_refused_at_use_by_name() {
    let epu = ["a unit of account without a code of three capitals: EPUU", "paying the net in other assets"];
    let cach = ["automatic credit", "pay-outs before all have paid in"];
    let acu = [
        "excluded pairs",
        "a unit of account without a code of three capitals: ACUD",
        "a second unit of account: ACUE",
        "a second unit of account: ACUY",
        "positions in a unit of account with prices",
        "prices from daily cross-rates",
        "paying the net in other assets",
        "currency swaps of net debtors",
        "interest on member balances",
        "interest on swaps",
    ];
    assert_eq!(missing("epu-1950", &[]), epu);
    assert_eq!(missing("cach", &[]), cach);
    assert_eq!(missing("acu", &[]), acu);
}

#[test]
fn a_refusal_at_use_names_each_rule_with_its_article() {
    let rulebook = parse("epu-1950", source("epu-1950").unwrap()).unwrap();
    let refused = rulebook.compile().unwrap_err();
    assert_eq!(refused.rulebook, "epu-1950");
    let said = refused.to_string();
    assert!(said.starts_with("the rulebook epu-1950 is well-formed, but cannot be used: not built: a unit"), "{said}");
    assert!(said.contains("; not built: paying the net in other assets"), "{said}");
    assert_eq!(said.matches("not built: ").count(), refused.missing.len());
}

#[test]
fn one_rule_beyond_what_runs_is_one_name() {
    let limit = "[[limits]]\narticle = \"A\"\nscope = \"SCOPE\"\nowner = \"council\"\nwhen_unset = \"zero\"\n\
                 on_limit = \"refuse\"\nrefusal = \"FACILITY_LIMIT\"\n\n[queue]";
    let facility = limit.replace("SCOPE", "facility");
    let cases: &[(&str, &str, &str, &str)] = &[
        ("caudal", "\"central_banks_and_institutions\"", "\"institutions_direct\"", "institutions as direct members"),
        ("caudal", "origin = \"any\"", "origin = \"listed_goods_of_members\"", "lists of goods by origin"),
        ("sml-ar-br", "checked_by = \"member\"", "checked_by = \"house\"", "a term limit checked by the house"),
        (
            "cpcr",
            "commitments_kept_by = \"outside\"",
            "commitments_kept_by = \"house\"",
            "a register of future commitments",
        ),
        ("caudal", "code = \"USD\"", "code = \"EUR\"", "a unit of account other than the settlement asset: EUR"),
        (
            "caudal",
            "currency = \"USD\"\nminor_decimals = 2\n",
            "currency = \"USD\"\nminor_decimals = 2\nalternatives = [\"EUR\"]\n",
            "paying the net in other assets",
        ),
        ("caudal", "[queue]", &facility, "a limit facility beside a queue"),
        (
            "caudal",
            "scope = \"per_payment\"\nowner = \"member\"",
            "scope = \"per_payment\"\nowner = \"council\"",
            "a limit per_payment set by council",
        ),
        (
            "caudal",
            "scope = \"creditor_exposure\"\nowner = \"member\"\nwhen_unset = \"unlimited\"",
            "scope = \"creditor_exposure\"\nowner = \"member\"\nwhen_unset = \"maximum\"\nmaximum = \"1000000.00\"",
            "a limit creditor_exposure with a maximum of the rulebook's own",
        ),
        (
            "caudal",
            "on_limit = \"refuse\"\nrefusal = \"PAIR_LINE\"",
            "on_limit = \"pay_in_asset\"\nrefusal = \"PAIR_LINE\"",
            "pay_in_asset at the limit pair",
        ),
        (
            "caudal",
            "owner = \"creditor\"\nwhen_unset = \"unlimited\"\non_limit = \"refuse\"",
            "owner = \"creditor\"\nwhen_unset = \"unlimited\"\non_limit = \"queue\"",
            "queue at the limit pair",
        ),
        (
            "caudal",
            "[exit]",
            "[[ladder]]\narticle = \"A\"\nof = \"total_credit\"\nat_percent = \"60\"\naction = \"notice\"\n\n[exit]",
            "a ladder of limits: notice at 60 %",
        ),
        (
            "cpcr",
            "kind = \"fixed\"\nrate_percent = \"5.5\"",
            "kind = \"index\"\nindex = \"four-month dollar rate\"\nmargin_percent = \"0.5\"\nfallback_percent = \"5.5\"",
            "interest by an index",
        ),
        (
            "sml-ar-br",
            "[fees]",
            "[contingency_margin]\narticle = \"A\"\namount = \"120000000.00\"\nusable_for = [\"net_not_paid\"]\n\n[fees]",
            "a contingency margin",
        ),
        (
            "sml-ar-br",
            "admitted = [\"payee\"]",
            "admitted = [\"payee\", \"asset\"]",
            "an open price of orders in the settlement asset",
        ),
        (
            "sml-ar-br",
            "[[units]]",
            "[evidence]\narticle = \"A\"\nabove = \"10000.00\"\n\n[[units]]",
            "an amount for evidence over positions in several currencies",
        ),
        (
            "sml-ar-br",
            "[fees]",
            "[[interest]]\narticle = \"A\"\non = \"pair_balances\"\nbasis = \"actual_360\"\nkind = \"fixed\"\n\
             rate_percent = \"5.5\"\nrounding = \"half_up\"\n\n[fees]",
            "interest on pair balances",
        ),
        (
            "caudal",
            "owner = \"member\"\nwhen_unset = \"zero\"\non_limit = \"queue\"",
            "owner = \"member\"\nwhen_unset = \"unlimited\"\non_limit = \"queue\"",
            "an institution without a share of its member's cap",
        ),
        (
            "sml-ar-br",
            "kind = \"none\"",
            "kind = \"flat\"\namount = \"5.00\"",
            "fees over positions in several currencies",
        ),
        (
            "caudal",
            "collection = { on = \"acceptance\" }",
            "collection = { on = \"acceptance\", plus_business_days = 1 }",
            "days between a trigger and its leg, but from fixing to collection",
        ),
        ("caudal", "final_at = \"clearing\"", "final_at = \"settlement\"", "finality at settlement"),
        ("caudal", "pay_in_first = true", "pay_in_first = false", "pay-outs before all have paid in"),
        ("cpcr", "effect = \"declared\"", "effect = \"booked\"", "a booked guarantee of convertibility"),
        ("caudal", "roll = \"following\"", "roll = \"preceding\"", "a return window rolled backwards"),
        ("caudal", "recall = \"by_consent\"", "recall = \"once\"", "recalls counted by the house"),
        (
            "caudal",
            "[fees]",
            "[[returns.by_reason]]\narticle = \"A\"\nreason = \"AC04\"\nwindow_days = 90\nrate = \"original\"\n\
             fx_borne_by = \"payee\"\nexempt_from_limits = true\n\n[fees]",
            "a return rule of its own for AC04",
        ),
        (
            "caudal",
            "carried_out_by = \"operator\"",
            "carried_out_by = \"house\"",
            "a default worked by the house itself",
        ),
        ("caudal", "claims = \"frozen\"", "claims = \"paid\"", "a suspension with claims = paid"),
        ("caudal", "interest = \"runs\"", "interest = \"stops\"", "a suspension with interest = stops"),
        (
            "caudal",
            "[exit]",
            "[[links]]\narticle = \"A\"\nto = \"cpcr\"\nbridge = \"PER\"\ncap = \"1.00\"\ncross_default = \"notice\"\n\n[exit]",
            "a link to cpcr through PER",
        ),
        ("caudal", "notice_months = 3", "notice_months = 3\ndebt_quarters = 8", "leaving with debt"),
        (
            "caudal",
            "[operations]",
            "[pairs]\narticle = \"A\"\neligible = \"listed\"\nlisted = [[\"ARG\", \"BRA\"]]\n\n[operations]",
            "a list of eligible pairs",
        ),
    ];
    for (name, from, to, feature) in cases {
        assert_eq!(missing(name, &[(from, to)]), [*feature], "{name}: {to}");
    }
}

#[test]
fn credit_by_right_is_named_part_by_part() {
    let credit = r#"
[credit]
article = "A"
decompose = ["claims_first", "tranches", "instalments", "reserve_loan", "pass_through"]

[credit.tranches]
article = "A"
cumulative = false

[[credit.tranches.schedules]]
article = "A"
from = 2026-01-01
debtor = [{ up_to_percent = "50", asset_percent = "50" }, { up_to_percent = "100", asset_percent = "100" }]
debtor_beyond_percent = "100"
creditor = [{ up_to_percent = "100", asset_percent = "50" }]
creditor_beyond = "decision"

[credit.instalments]
article = "A"
count = 4
every_months = 1
funded_by = "creditors_pro_rata"
bars_while_unpaid = true

[credit.reserve_loan]
article = "A"
lender = "FLAR"
multiple = "2.5"
exceptions = [{ members = ["BOL", "ECU"], multiple = "2.6" }]
ceiling_over = "all_lines"
months = 12
renewals = 0

[credit.pass_through]
article = "A"
repays_own_debt_first = true
debt_months = 6
repaid_in_quarters = 2

[quotas]
article = "A"
by = "share_of_average"
share_percent = "10"
average_of = "two_way_value"
average_years = 3
minimum = "2000000.00"
maximum_percent_of_reserves = "3"
multipliers = [{ article = "A", members = ["BOL", "PRY", "ECCB"], factor = "1.5" }]

[fund]
article = "A"
paid_in_percent_of_quota = "5"
callable_percent_of_quota = "20"

[exit]"#;
    assert_eq!(
        missing("caudal", &[("\n[exit]", credit)]),
        [
            "claims used up before cash",
            "tranches of quota",
            "deferral in instalments",
            "loans of a reserve fund",
            "cash passed through to creditors",
            "quotas that nobody enters",
        ]
    );
}

#[test]
fn credit_runs_in_sequences_that_fit_its_netting() {
    let instalments = "[credit]\narticle = \"A\"\ndecompose = [\"instalments\"]\n[credit.instalments]\narticle = \"A\"\n\
                       count = 4\nevery_months = 1\nfunded_by = \"FUNDED\"\nbars_while_unpaid = true\n\n[fees]";
    let by_creditors = instalments.replace("FUNDED", "creditors_pro_rata");
    let by_fund = instalments.replace("FUNDED", "fund");
    assert!(missing("cpcr", &[("[fees]", &by_creditors)]).is_empty());
    assert_eq!(missing("cpcr", &[("[fees]", &by_fund)]), ["deferral in instalments"]);
    assert_eq!(missing("sml-ar-br", &[("[fees]", &by_creditors)]), ["deferral in instalments"], "bilateral");
    let apportioned = "[credit]\narticle = \"A\"\ndecompose = [\"apportioned\"]\n[credit.apportioned]\narticle = \"A\"\n\
                       amount = \"225000.00\"\nby = \"bilateral_balances\"\nrounding = \"largest_remainder\"\n\
                       step = \"100.00\"\n\n[fees]";
    assert_eq!(missing("cpcr", &[("[fees]", apportioned)]), ["obligatory credit apportioned among debtors"]);
}
