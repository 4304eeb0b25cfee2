//! Rules that the schema admits one by one, and that cannot stand together: members, legs, money.

use super::Case;

pub const CASES: &[Case] = &[
    Case {
        why: "One member alone.",
        rulebook: "sml-ar-br",
        edits: &[("default = [\"ARG\", \"BRA\"]", "default = [\"ARG\"]")],
        errors: &[(
            "default = ‸[\"ARG\"]",
            "members.default: found [\"ARG\"]; allowed: two members or more; article: MERCOSUR, Decision CMC 25/07; SML convention BCRA-BCB of 2008; see docs/rulebooks.md#members; name another member: one alone has nobody to pay",
        )],
    },
    Case {
        why: "A pair that admits nothing more.",
        rulebook: "acu",
        edits: &[("[operations]", "[[pairs.extensions]]\narticle = \"A\"\npair = [\"BGD\", \"LKA\"]\n\n[operations]")],
        errors: &[(
            "\n‸[[pairs.extensions]]",
            "pairs.extensions[1]: found a table; allowed: purposes, denominations or both; article: A; see docs/rulebooks.md#pairs; say what the pair admits, or take the entry out",
        )],
    },
    Case {
        why: "A link to itself.",
        rulebook: "caudal",
        edits: &[(
            "[exit]",
            "[[links]]\narticle = \"A\"\nto = \"caudal\"\nbridge = \"PAN\"\ncap = \"1.00\"\ncross_default = \"none\"\n\n[exit]",
        )],
        errors: &[(
            "to = ‸\"caudal\"",
            "links[1].to: found \"caudal\"; allowed: the name of another rulebook; article: A; see docs/rulebooks.md#links; a rulebook cannot be linked to itself: name the other one",
        )],
    },
    Case {
        why: "A pull without an instrument.",
        rulebook: "caudal",
        edits: &[("initiator = \"payer\"", "initiator = \"payee\"")],
        errors: &[(
            "initiator = ‸\"payee\"",
            "instrument: found nothing; allowed: a table [instrument], required by initiation.initiator = \"payee\"; article: Caudal, rule 3; see docs/rulebooks.md#instrument; describe the instrument on which the payee's side pulls, or let the payer's side start payments",
        )],
    },
    Case {
        why: "Two fields of one name.",
        rulebook: "cpcr",
        edits: &[("{ name = \"sequence\"", "{ name = \"institution\"")],
        errors: &[(
            "    { name = ‸\"institution\", digits = 6 },",
            "instrument.fields[4].name: found \"institution\"; allowed: a name for each field; article: CPCR, Regulation, reimbursement code; BCRP, Circular 012-99-EF/90; see docs/rulebooks.md#instrument; give the field another name",
        )],
    },
    Case {
        why: "A check digit that nobody computes.",
        rulebook: "cpcr",
        edits: &[("check_digit = \"iso_7064_mod_11_10\"", "check_digit = \"none\"")],
        errors: &[(
            "    { name = ‸\"check_digit\", digits = 1 },",
            "instrument.fields[5].name: found \"check_digit\"; allowed: no field check_digit with instrument.check_digit = \"none\"; article: CPCR, Regulation, reimbursement code; BCRP, Circular 012-99-EF/90; see docs/rulebooks.md#instrument; name the algorithm in instrument.check_digit, or rename the field",
        )],
    },
    Case {
        why: "A check digit that is not in the reference.",
        rulebook: "cpcr",
        edits: &[("name = \"check_digit\"", "name = \"control\"")],
        errors: &[(
            "check_digit = ‸\"iso_7064_mod_11_10\"",
            "instrument.check_digit: found \"iso_7064_mod_11_10\"; allowed: a field named check_digit among instrument.fields; article: CPCR, Regulation, reimbursement code; BCRP, Circular 012-99-EF/90; see docs/rulebooks.md#instrument; add the field, or write check_digit = \"none\"",
        )],
    },
    Case {
        why: "A check digit of two digits.",
        rulebook: "cpcr",
        edits: &[("{ name = \"check_digit\", digits = 1 }", "{ name = \"check_digit\", digits = 2 }")],
        errors: &[(
            "    ‸{ name = \"check_digit\", digits = 2 },",
            "instrument.fields[5]: found { name = \"check_digit\", digits = 2 }; allowed: one digit, after the fields that it is computed from; article: CPCR, Regulation, reimbursement code; BCRP, Circular 012-99-EF/90; see docs/rulebooks.md#instrument; move the check digit behind other fields and give it one digit",
        )],
    },
    Case {
        why: "A reference that is too long.",
        rulebook: "cpcr",
        edits: &[(
            "digits = 6 },",
            "digits = 6 },\n    { name = \"other\", digits = 12 },\n    { name = \"another\", digits = 12 },",
        )],
        errors: &[(
            "fields = ‸[",
            "instrument.fields: found [{ name = \"institution\", digits = 4 }, { name = \"instrument_…; allowed: fields of 1 to 40 digits together; article: CPCR, Regulation, reimbursement code; BCRP, Circular 012-99-EF/90; see docs/rulebooks.md#instrument; the fields have 44 digits: add or shorten some",
        )],
    },
    Case {
        why: "A fixing that never comes.",
        rulebook: "caudal",
        edits: &[("collection = { on = \"acceptance\" }", "collection = { on = \"fixing\" }")],
        errors: &[(
            "collection = { on = ‸\"fixing\" }",
            "legs.collection.on: found \"fixing\"; allowed: a trigger that comes: there is a fixing only with price.kind = \"open\"; article: Caudal, rule 5; see docs/rulebooks.md#legs; wait for something else, or leave the price open",
        )],
    },
    Case {
        why: "Conformity that nobody gives.",
        rulebook: "caudal",
        edits: &[("collection = { on = \"acceptance\" }", "collection = { on = \"conformity\" }")],
        errors: &[(
            "collection = { on = ‸\"conformity\" }",
            "legs.collection.on: found \"conformity\"; allowed: a trigger that comes: conformity needs the table [conformity]; article: Caudal, rule 5; see docs/rulebooks.md#legs; add [conformity], or wait for something else",
        )],
    },
    Case {
        why: "Conformity that nothing waits for.",
        rulebook: "cpcr",
        edits: &[
            ("collection = { on = \"conformity\" }", "collection = { on = \"acceptance\" }"),
            ("payout = { on = \"conformity\" }", "payout = { on = \"clearing\" }"),
        ],
        errors: &[(
            "‸[conformity]",
            "conformity: found a table; allowed: a leg that waits for conformity, or no table [conformity]; article: CPCR, Regulation: the foreign central bank's conformity with a debit; see docs/rulebooks.md#conformity; let a leg wait for it in [legs], or take [conformity] out",
        )],
    },
    Case {
        why: "Legs that wait for each other.",
        rulebook: "caudal",
        edits: &[("collection = { on = \"acceptance\" }", "collection = { on = \"clearing\" }")],
        errors: &[(
            "collection = { on = ‸\"clearing\" }",
            "legs.collection.on: found \"clearing\"; allowed: acceptance, fixing, conformity, or clearing where clearing does not wait for collection; article: Caudal, rule 5; see docs/rulebooks.md#legs; leg 1 cannot wait for itself or for what waits for it",
        )],
    },
    Case {
        why: "A leg that waits for itself.",
        rulebook: "caudal",
        edits: &[("clearing = { on = \"collection\" }", "clearing = { on = \"clearing\" }")],
        errors: &[(
            "clearing = { on = ‸\"clearing\" }",
            "legs.clearing.on: found \"clearing\"; allowed: acceptance, fixing, conformity or collection; article: Caudal, rule 5; see docs/rulebooks.md#legs; leg 2 cannot wait for itself or for what waits for it",
        )],
    },
    Case {
        why: "A payout before anything stands behind it.",
        rulebook: "caudal",
        edits: &[
            (
                "payout = { on = \"net_settled\" }\npayout_at_clearing_by_choice = true",
                "payout = { on = \"acceptance\" }\npayout_at_clearing_by_choice = false",
            ),
            (
                "[[limits]]\narticle = \"Caudal, rule 5\"\nscope = \"prefinancing\"\nowner = \"member\"\nwhen_unset = \"zero\"\non_limit = \"pay_out_after_settlement\"\nrefusal = \"PREFINANCING_LIMIT\"\n",
                "",
            ),
        ],
        errors: &[(
            "payout = { on = ‸\"acceptance\" }",
            "legs.payout.on: found \"acceptance\"; allowed: conformity, collection, clearing or net_settled; article: Caudal, rule 5; see docs/rulebooks.md#legs; pay out when something stands behind it",
        )],
    },
    Case {
        why: "An open price cleared before it is an amount.",
        rulebook: "sml-ar-br",
        edits: &[("clearing = { on = \"collection\" }", "clearing = { on = \"acceptance\" }")],
        errors: &[(
            "clearing = { on = ‸\"acceptance\" }",
            "legs.clearing.on: found \"acceptance\"; allowed: another trigger with price.kind = \"open\": at acceptance an open price is no amount yet; article: MDIC, SML; Exame and El País (UY), August 2018 (order of the steps); see docs/rulebooks.md#legs; let the leg wait for the fixing, or for another leg",
        )],
    },
    Case {
        why: "A choice without a choice.",
        rulebook: "cpcr",
        edits: &[("payout_at_clearing_by_choice = false", "payout_at_clearing_by_choice = true")],
        errors: &[(
            "payout_at_clearing_by_choice = ‸true",
            "legs.payout_at_clearing_by_choice: found true; allowed: false, unless payout waits for net_settled; article: CPCR, Regulation; Central Bank of Chile, Agreement 335-11-940127; Central Bank of Bolivia, rules 165/97, art. 13; see docs/rulebooks.md#legs; there is nothing to choose: write false",
        )],
    },
    Case {
        why: "Two units of one code.",
        rulebook: "acu",
        edits: &[("code = \"ACUE\"", "code = \"ACUD\"")],
        errors: &[(
            "article = \"ACU Agreement, chapter II, art. IV: the ACU euro\"\ncode = ‸\"ACUD\"",
            "units[2].code: found \"ACUD\"; allowed: a code for each unit; article: ACU Agreement, chapter II, art. IV: the ACU euro; see docs/rulebooks.md#units; give the unit another code, or take it out",
        )],
    },
    Case {
        why: "A currency with four letters.",
        rulebook: "caudal",
        edits: &[("code = \"USD\"", "code = \"USDD\"")],
        errors: &[(
            "code = ‸\"USDD\"",
            "units[1].code: found \"USDD\"; allowed: the three capitals of a currency with kind = \"currency\"; article: Caudal, rule 2; see docs/rulebooks.md#units; write the code of the currency",
        )],
    },
    Case {
        why: "Positions in a unit that is none.",
        rulebook: "caudal",
        edits: &[("currency = \"asset\"", "currency = \"unit\"")],
        errors: &[
            (
                "currency = ‸\"unit\"",
                "positions.currency: found \"unit\"; allowed: unit only where [[units]] has one that is no currency; article: Caudal, rule 2; see docs/rulebooks.md#positions; write \"asset\" or \"denominated\"",
            ),
            (
                "currency = ‸\"unit\"",
                "positions.currency: found \"unit\"; allowed: asset with price.kind = \"fixed\": quotes are against the settlement asset; article: Caudal, rule 2; see docs/rulebooks.md#positions; write \"asset\", or leave the price open",
            ),
        ],
    },
    Case {
        why: "Values of a unit out of order.",
        rulebook: "cach",
        edits: &[
            (
                "kind = \"fixed_parity\"\ncurrency = \"USD\"\nparity = \"1\"",
                "kind = \"dated_series\"\ncurrency = \"USD\"\nvalues = [{ from = 2012-01-01, value = \"1.2509\" }, { from = 2010-01-01, value = \"1.25\" }]",
            ),
            ("assumed = [\"currency\", \"parity\", \"on_change\"]", "assumed = true"),
        ],
        errors: &[(
            "values = [{ from = 2012-01-01, value = \"1.2509\" }, { from = ‸2010-01-01, value = \"1.25\" }]",
            "units[1].values[2].from: found 2010-01-01; allowed: a date after that of the entry before; article: Agreement of the Central American Clearing House (1961): the Central American peso; see docs/rulebooks.md#units; put the values in the order of their dates, one for each",
        )],
    },
    Case {
        why: "A basket of one.",
        rulebook: "cach",
        edits: &[
            (
                "kind = \"fixed_parity\"\ncurrency = \"USD\"\nparity = \"1\"",
                "kind = \"basket\"\nbasket = [{ currency = \"USD\", amount = \"1\" }]",
            ),
            ("assumed = [\"currency\", \"parity\", \"on_change\"]", "assumed = true"),
        ],
        errors: &[(
            "basket = ‸[{ currency = \"USD\", amount = \"1\" }]",
            "units[1].basket: found [{ currency = \"USD\", amount = \"1\" }]; allowed: two currencies or more; article: Agreement of the Central American Clearing House (1961): the Central American peso; see docs/rulebooks.md#units; add a currency, or make it a parity",
        )],
    },
    Case {
        why: "At par in another currency.",
        rulebook: "cpcr",
        edits: &[("admitted = [\"asset\"]", "admitted = [\"payee\", \"asset\"]")],
        errors: &[(
            "admitted = ‸[\"payee\", \"asset\"]",
            "denomination.admitted: found [\"payee\", \"asset\"]; allowed: asset or unit with price.kind = \"par\": at par nothing turns one currency into another; article: CPCR, Regulation: operations in US dollars; see docs/rulebooks.md#denomination; admit the asset or a unit only, or give [price] a kind that converts",
        )],
    },
    Case {
        why: "A fixed price with positions in other currencies.",
        rulebook: "caudal",
        edits: &[(
            "[positions]\narticle = \"Caudal, rule 2\"\ncurrency = \"asset\"",
            "[positions]\narticle = \"Caudal, rule 2\"\ncurrency = \"denominated\"",
        )],
        errors: &[
            (
                "currency = ‸\"denominated\"",
                "positions.currency: found \"denominated\"; allowed: asset with price.kind = \"fixed\": quotes are against the settlement asset; article: Caudal, rule 2; see docs/rulebooks.md#positions; write \"asset\", or leave the price open",
            ),
            (
                "currency = ‸\"denominated\"",
                "settlement.conversion: found nothing; allowed: a table [settlement.conversion], required by positions.currency = \"denominated\"; article: Caudal, rule 2; see docs/rulebooks.md#settlement; say at which rates positions become amounts of the settlement asset",
            ),
            (
                "scope = ‸\"per_payment\"",
                "limits[1].scope: found \"per_payment\"; allowed: a limit only with positions.currency = \"asset\" or \"unit\"; article: Caudal, rule 6; see docs/rulebooks.md#limits; limits are in the settlement asset: positions in several currencies cannot be held against one of them",
            ),
            (
                "scope = ‸\"creditor_exposure\"",
                "limits[2].scope: found \"creditor_exposure\"; allowed: a limit only with positions.currency = \"asset\" or \"unit\"; article: Caudal, rule 6; see docs/rulebooks.md#limits; limits are in the settlement asset: positions in several currencies cannot be held against one of them",
            ),
            (
                "scope = ‸\"pair\"",
                "limits[3].scope: found \"pair\"; allowed: a limit only with positions.currency = \"asset\" or \"unit\"; article: Caudal, rule 6; see docs/rulebooks.md#limits; limits are in the settlement asset: positions in several currencies cannot be held against one of them",
            ),
            (
                "scope = ‸\"institution_share\"",
                "limits[4].scope: found \"institution_share\"; allowed: a limit only with positions.currency = \"asset\" or \"unit\"; article: Caudal, rules 6 and 7; see docs/rulebooks.md#limits; limits are in the settlement asset: positions in several currencies cannot be held against one of them",
            ),
            (
                "scope = ‸\"prefinancing\"",
                "limits[5].scope: found \"prefinancing\"; allowed: a limit only with positions.currency = \"asset\" or \"unit\"; article: Caudal, rule 5; see docs/rulebooks.md#limits; limits are in the settlement asset: positions in several currencies cannot be held against one of them",
            ),
        ],
    },
    Case {
        why: "A half-step of no decimal.",
        rulebook: "sml-ar-br",
        edits: &[("decimals = 5", "decimals = 0")],
        errors: &[(
            "decimals = ‸0",
            "price.decimals: found 0; allowed: 1 or more with rounding = \"half_step\"; article: BCB, SML rates: quotient of the reference rates against the dollar; see docs/rulebooks.md#price; a half-step needs a decimal to be a step of: write 1 or more",
        )],
    },
    Case {
        why: "Positions in other currencies that nothing converts.",
        rulebook: "sml-ar-br",
        edits: &[(
            "[settlement.conversion]\narticle = \"MDIC, SML: dollar equivalents at the reference rates\"\nassumed = true\nrates = \"previous_fixing\"\nrounding = \"half_up\"\nresult_rounding = \"half_up\"\n",
            "",
        )],
        errors: &[(
            "currency = ‸\"denominated\"",
            "settlement.conversion: found nothing; allowed: a table [settlement.conversion], required by positions.currency = \"denominated\"; article: BCB, SML, operation: each central bank groups and reports its registered operations in their currency; see docs/rulebooks.md#settlement; say at which rates positions become amounts of the settlement asset",
        )],
    },
    Case {
        why: "A conversion with nothing to convert.",
        rulebook: "cpcr",
        edits: &[(
            "[[interest]]",
            "[settlement.conversion]\narticle = \"A\"\nrates = \"day_of_closing\"\nrounding = \"half_up\"\nresult_rounding = \"half_up\"\n\n[[interest]]",
        )],
        errors: &[(
            "‸[settlement.conversion]",
            "settlement.conversion: found a table; allowed: nothing with positions.currency = \"asset\"; article: A; see docs/rulebooks.md#settlement; take it out: positions are in the settlement asset already",
        )],
    },
    Case {
        why: "Parts of a fee that do not sum to it.",
        rulebook: "caudal",
        edits: &[(
            "kind = \"none\"",
            "kind = \"percent\"\npercent = \"0.25\"\nsplit = [{ to = \"house\", percent = \"0.2\" }, { to = \"payer_member\", percent = \"0.04\" }]",
        )],
        errors: &[(
            "split = ‸[{ to = \"house\", percent = \"0.2\" }, { to",
            "fees.split: found [{ to = \"house\", percent = \"0.2\" }, { to = \"payer_member\", p…; allowed: parts that sum to 0.25 %, the whole fee; article: Caudal, rule 1; see docs/rulebooks.md#fees; correct the parts or fees.percent",
        )],
    },
    Case {
        why: "The asset as an alternative to itself.",
        rulebook: "epu-1950",
        edits: &[("alternatives = [\"XAU\"]", "alternatives = [\"XAU\", \"USD\"]")],
        errors: &[(
            "alternatives = ‸[\"XAU\", \"USD\"]",
            "asset.alternatives: found [\"XAU\", \"USD\"]; allowed: other currencies than asset.currency; article: EPU agreement, art. 11: gold, or dollars of the United States; see docs/rulebooks.md#asset; take the settlement asset out of the list",
        )],
    },
    Case {
        why: "An amount with more decimals than the asset.",
        rulebook: "caudal",
        edits: &[("above = \"10000.00\"", "above = \"10000.005\"")],
        errors: &[(
            "above = ‸\"10000.005\"",
            "evidence.above: found \"10000.005\"; allowed: at most 2 decimals, those of the settlement asset, and 18 digits with them; article: Caudal, rule 3; see docs/rulebooks.md#evidence; shorten the amount, or correct asset.minor_decimals",
        )],
    },
];
