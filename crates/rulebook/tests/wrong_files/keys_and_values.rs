//! One key or value that the schema does not admit.

use super::Case;

pub const CASES: &[Case] = &[
    Case {
        why: "A misspelt key is named with the one that was meant, and that one is not said to be missing.",
        rulebook: "caudal",
        edits: &[("life_business_days = 2", "life_busines_days = 2")],
        errors: &[(
            "‸life_busines_days = 2",
            "queue.life_busines_days: found the unknown key `life_busines_days`; allowed: life_business_days, run_every_s, release, article, assumed; article: Caudal, rule 7; see docs/rulebooks.md#queue; did you mean `life_business_days`?",
        )],
    },
    Case {
        why: "An unknown key that resembles none.",
        rulebook: "caudal",
        edits: &[("life_business_days = 2", "life_business_days = 2\ncolour = \"blue\"")],
        errors: &[(
            "‸colour = \"blue\"",
            "queue.colour: found the unknown key `colour`; allowed: life_business_days, run_every_s, release, article, assumed; article: Caudal, rule 7; see docs/rulebooks.md#queue; take it out; a rule that the schema does not have cannot be run",
        )],
    },
    Case {
        why: "A misspelt table.",
        rulebook: "caudal",
        edits: &[("[queue]", "[quueue]")],
        errors: &[(
            "[‸quueue]",
            "quueue: found the unknown key `quueue`; allowed: schema, name, version, title, description, members, pairs, operations, tenor, initiation, instrument, denomination, evidence, units, price, fx_risk, counterparty, positions, asset, legs, limits, queue, day, cycle, settlement, credit, quotas, fund, reserve, ladder, interest, conformity, guarantees, returns, contingency_margin, fees, default, suspension, links, exit; see docs/rulebooks.md#file; did you mean `queue`?",
        )],
    },
    Case {
        why: "A misspelt key of an inline table.",
        rulebook: "caudal",
        edits: &[("on = \"acceptance\"", "on = \"acceptance\", plus_busines_days = 1")],
        errors: &[(
            "collection = { on = \"acceptance\", ‸plus_busines_days = 1 }",
            "legs.collection.plus_busines_days: found the unknown key `plus_busines_days`; allowed: on, plus_business_days; article: Caudal, rule 5; see docs/rulebooks.md#legs; did you mean `plus_business_days`?",
        )],
    },
    Case {
        why: "A number outside its range.",
        rulebook: "caudal",
        edits: &[("life_business_days = 2", "life_business_days = 40")],
        errors: &[(
            "life_business_days = ‸40",
            "queue.life_business_days: found 40; allowed: a whole number from 0 to 30; article: Caudal, rule 7; see docs/rulebooks.md#queue; write a number within that range",
        )],
    },
    Case {
        why: "A number in quotes.",
        rulebook: "caudal",
        edits: &[("life_business_days = 2", "life_business_days = \"2\"")],
        errors: &[(
            "life_business_days = ‸\"2\"",
            "queue.life_business_days: found \"2\"; allowed: a whole number from 0 to 30; article: Caudal, rule 7; see docs/rulebooks.md#queue; write it in digits, without quotes",
        )],
    },
    Case {
        why: "A negative number.",
        rulebook: "caudal",
        edits: &[("life_business_days = 2", "life_business_days = -2")],
        errors: &[(
            "life_business_days = ‸-2",
            "queue.life_business_days: found -2; allowed: a whole number from 0 to 30; article: Caudal, rule 7; see docs/rulebooks.md#queue; write a number within that range",
        )],
    },
    Case {
        why: "A number that fits no machine word.",
        rulebook: "caudal",
        edits: &[("life_business_days = 2", "life_business_days = 99999999999")],
        errors: &[(
            "life_business_days = ‸99999999999",
            "queue.life_business_days: found 99999999999; allowed: a whole number from 0 to 30; article: Caudal, rule 7; see docs/rulebooks.md#queue; write a number within that range",
        )],
    },
    Case {
        why: "A float where per cent are written as text.",
        rulebook: "caudal",
        edits: &[("requote_tolerance_percent = \"1\"", "requote_tolerance_percent = 1.0")],
        errors: &[(
            "requote_tolerance_percent = ‸1.0",
            "price.requote_tolerance_percent: found 1.0; allowed: per cent in quotes, from \"0\" to \"100\", at most four decimals; article: Caudal, rule 4; see docs/rulebooks.md#price; write it in quotes",
        )],
    },
    Case {
        why: "Per cent above the whole.",
        rulebook: "caudal",
        edits: &[("requote_tolerance_percent = \"1\"", "requote_tolerance_percent = \"100.0001\"")],
        errors: &[(
            "requote_tolerance_percent = ‸\"100.0001\"",
            "price.requote_tolerance_percent: found \"100.0001\"; allowed: per cent in quotes, from \"0\" to \"100\", at most four decimals; article: Caudal, rule 4; see docs/rulebooks.md#price; write it like \"5.5\"",
        )],
    },
    Case {
        why: "Per cent with too many decimals.",
        rulebook: "caudal",
        edits: &[("requote_tolerance_percent = \"1\"", "requote_tolerance_percent = \"1.00001\"")],
        errors: &[(
            "requote_tolerance_percent = ‸\"1.00001\"",
            "price.requote_tolerance_percent: found \"1.00001\"; allowed: per cent in quotes, from \"0\" to \"100\", at most four decimals; article: Caudal, rule 4; see docs/rulebooks.md#price; write it like \"5.5\"",
        )],
    },
    Case {
        why: "Text where a truth value is due.",
        rulebook: "caudal",
        edits: &[("entry_around_the_clock = true", "entry_around_the_clock = \"yes\"")],
        errors: &[(
            "entry_around_the_clock = ‸\"yes\"",
            "day.entry_around_the_clock: found \"yes\"; allowed: true or false; article: Caudal, rules 7 and 8; see docs/rulebooks.md#day; write true or false, without quotes",
        )],
    },
    Case {
        why: "A word that is none, near to one that is.",
        rulebook: "caudal",
        edits: &[("initiator = \"payer\"", "initiator = \"payor\"")],
        errors: &[(
            "initiator = ‸\"payor\"",
            "initiation.initiator: found \"payor\"; allowed: \"payer\" | \"payee\" | \"reported\"; article: Caudal, rule 3; see docs/rulebooks.md#initiation; did you mean \"payer\"?",
        )],
    },
    Case {
        why: "A word that is none, near to none.",
        rulebook: "caudal",
        edits: &[("initiator = \"payer\"", "initiator = \"central bank\"")],
        errors: &[(
            "initiator = ‸\"central bank\"",
            "initiation.initiator: found \"central bank\"; allowed: \"payer\" | \"payee\" | \"reported\"; article: Caudal, rule 3; see docs/rulebooks.md#initiation; write one of these words",
        )],
    },
    Case {
        why: "A number where a word is due.",
        rulebook: "caudal",
        edits: &[("initiator = \"payer\"", "initiator = 1")],
        errors: &[(
            "initiator = ‸1",
            "initiation.initiator: found 1; allowed: \"payer\" | \"payee\" | \"reported\"; article: Caudal, rule 3; see docs/rulebooks.md#initiation; write one of these words, in quotes",
        )],
    },
    Case {
        why: "A time of day that does not exist.",
        rulebook: "caudal",
        edits: &[("close = \"20:30\"", "close = \"24:30\"")],
        errors: &[(
            "close = ‸\"24:30\"",
            "day.steps.close: found \"24:30\"; allowed: time of day in quotes, from \"00:00\" to \"23:59\", seconds if needed; article: Caudal, rules 7 and 8; see docs/rulebooks.md#day; write it like \"20:30\"",
        )],
    },
    Case {
        why: "A time of day in the American way.",
        rulebook: "caudal",
        edits: &[("close = \"20:30\"", "close = \"8:30 pm\"")],
        errors: &[(
            "close = ‸\"8:30 pm\"",
            "day.steps.close: found \"8:30 pm\"; allowed: time of day in quotes, from \"00:00\" to \"23:59\", seconds if needed; article: Caudal, rules 7 and 8; see docs/rulebooks.md#day; write it like \"20:30\"",
        )],
    },
    Case {
        why: "An amount with separators.",
        rulebook: "caudal",
        edits: &[("above = \"10000.00\"", "above = \"10,000.00\"")],
        errors: &[(
            "above = ‸\"10,000.00\"",
            "evidence.above: found \"10,000.00\"; allowed: positive amount in quotes, at most 18 digits with four decimals; article: Caudal, rule 3; see docs/rulebooks.md#evidence; write it in whole units like \"10000.00\", without separators",
        )],
    },
    Case {
        why: "A zone that is none.",
        rulebook: "caudal",
        edits: &[("zone = \"UTC\"", "zone = \"America/Limaa\"")],
        errors: &[(
            "zone = ‸\"America/Limaa\"",
            "day.zone: found \"America/Limaa\"; allowed: name of a time zone of the IANA database, like \"UTC\" or \"America/Lima\"; article: Caudal, rules 7 and 8; see docs/rulebooks.md#day; did you mean \"America/Lima\"?",
        )],
    },
    Case {
        why: "A currency in small letters.",
        rulebook: "caudal",
        edits: &[("currency = \"USD\"", "currency = \"usd\"")],
        errors: &[(
            "currency = ‸\"usd\"",
            "asset.currency: found \"usd\"; allowed: code of a currency: three capitals (ISO 4217); article: Caudal, rule 2; see docs/rulebooks.md#asset; write the three capitals of the currency, like \"USD\"",
        )],
    },
    Case {
        why: "A refusal that is none.",
        rulebook: "caudal",
        edits: &[("refusal = \"PAIR_LINE\"", "refusal = \"PAIR_LIN\"")],
        errors: &[(
            "refusal = ‸\"PAIR_LIN\"",
            "limits[3].refusal: found \"PAIR_LIN\"; allowed: permanent code of a refusal; for limits \"PAYMENT_TOO_LARGE\" | \"CREDITOR_LIMIT\" | \"PAIR_LINE\" | \"SHARE_EXCEEDED\" | \"PREFINANCING_LIMIT\" | \"MEMBER_LIMIT\" | \"FACILITY_LIMIT\" | \"PREFUNDED_BALANCE\" | \"ALLOCATION_LIMIT\"; article: Caudal, rule 6; see docs/rulebooks.md#limits; did you mean \"PAIR_LINE\"?",
        )],
    },
    Case {
        why: "A required key that is missing, at its table.",
        rulebook: "caudal",
        edits: &[("life_business_days = 2\n", "")],
        errors: &[(
            "‸[queue]",
            "queue.life_business_days: found nothing; allowed: a whole number from 0 to 30; article: Caudal, rule 7; see docs/rulebooks.md#queue; add it: Business days after the day of entry on whose close an item expires",
        )],
    },
    Case {
        why: "A rule without its article.",
        rulebook: "caudal",
        edits: &[("[queue]\narticle = \"Caudal, rule 7\"\n", "[queue]\n")],
        errors: &[(
            "‸[queue]",
            "queue.article: found nothing; allowed: text; see docs/rulebooks.md#queue; add it: Article of the treaty, regulation or design that the rule comes from; shown with every refusal by it",
        )],
    },
    Case {
        why: "An article that says nothing.",
        rulebook: "caudal",
        edits: &[("article = \"Caudal, rule 2\"\nis", "article = \"\"\nis")],
        errors: &[(
            "article = ‸\"\"",
            "counterparty.article: found \"\"; allowed: text of 1 to 600 characters on one line; see docs/rulebooks.md#counterparty; write something, without blanks around it",
        )],
    },
    Case {
        why: "An assumed key that the table does not have.",
        rulebook: "caudal",
        edits: &[("assumed = [\"queued_in\"]", "assumed = [\"queued_im\"]")],
        errors: &[(
            "‸assumed = [\"queued_im\"]",
            "suspension.assumed: found \"queued_im\"; allowed: cleared, queued_out, queued_in, open_price, returns, interest, claims, settlement_instructions; article: Caudal, rule 14; see docs/rulebooks.md#suspension; did you mean \"queued_in\"?",
        )],
    },
    Case {
        why: "An assumed that is neither.",
        rulebook: "caudal",
        edits: &[("assumed = [\"queued_in\"]", "assumed = \"queued_in\"")],
        errors: &[(
            "assumed = ‸\"queued_in\"",
            "suspension.assumed: found \"queued_in\"; allowed: true, or a list of keys of this table; article: Caudal, rule 14; see docs/rulebooks.md#suspension; write true, or the keys in square brackets",
        )],
    },
    Case {
        why: "A required table that is missing, at the file.",
        rulebook: "caudal",
        edits: &[("[fees]\narticle = \"Caudal, rule 1\"\nassumed = true\nkind = \"none\"\n", "")],
        errors: &[(
            "‸# Caudal's own arrangement, version 1: m",
            "fees: found nothing; allowed: a table with the keys kind, percent, amount, split, article, assumed; see docs/rulebooks.md#file; add it: What the house charges",
        )],
    },
    Case {
        why: "A table where a list of tables is due.",
        rulebook: "caudal",
        edits: &[("[[units]]", "[units]")],
        errors: &[(
            "‸[units]",
            "units: found a table; allowed: a list, each entry a table with the keys code, kind, currency, parity, fine_gold_grams, values, basket, on_change, article, assumed; see docs/rulebooks.md#file; write the table with double brackets, [[…]], once for each entry",
        )],
    },
    Case {
        why: "A list where a table is due.",
        rulebook: "caudal",
        edits: &[("[queue]", "[[queue]]")],
        errors: &[(
            "‸[[queue]]",
            "queue: found a list of tables; allowed: a table with the keys life_business_days, run_every_s, release, article, assumed; see docs/rulebooks.md#file; write it as a table",
        )],
    },
    Case {
        why: "A member named twice.",
        rulebook: "caudal",
        edits: &[("\"VEN\"", "\"VEN\", \"ARG\"")],
        errors: &[(
            "    \"GUY\", \"HND\", \"HTI\", \"JAM\", \"MEX\", \"NIC\", \"PAN\", \"PER\", \"PRY\", \"SLV\", \"SUR\", \"TTO\", \"URY\", \"VEN\", ‸\"ARG\",",
            "members.default: found \"ARG\"; allowed: a list of one or more, each once: code of a member: 2 to 8 capitals or digits; article: Caudal, rule 1; see docs/rulebooks.md#members; take out entry 29, which is there before",
        )],
    },
    Case {
        why: "An empty list.",
        rulebook: "caudal",
        edits: &[("calendars = [\"agent\", \"asset_centre\"]", "calendars = []")],
        errors: &[(
            "calendars = ‸[]",
            "settlement.calendars: found []; allowed: a list of one or more, each once: \"agent\" | \"asset_centre\" | \"members\"; article: Caudal, rule 8; see docs/rulebooks.md#settlement; name at least one",
        )],
    },
    Case {
        why: "A key of another kind of price.",
        rulebook: "sml-ar-br",
        edits: &[("decimals = 5", "decimals = 5\nspread_max_percent = \"1\"")],
        errors: &[(
            "‸spread_max_percent = \"1\"",
            "price.spread_max_percent: found `spread_max_percent`; allowed: only with kind = \"fixed\"; article: BCB, SML rates: quotient of the reference rates against the dollar; see docs/rulebooks.md#price; take it out, or change the other key",
        )],
    },
    Case {
        why: "A key that a word requires.",
        rulebook: "cpcr",
        edits: &[("months = 4\n", "")],
        errors: &[(
            "‸[cycle]",
            "cycle.months: found nothing; allowed: a whole number from 1 to 12; article: CPCR, Regulation: periods January-April, May-August, September-December; see docs/rulebooks.md#cycle; add it: Calendar months; it closes on the last business day of the last one (required by length = \"months\")",
        )],
    },
    Case {
        why: "A date in quotes.",
        rulebook: "epu-1950",
        edits: &[("from = 1954-07-01\ndebtor", "from = \"1954-07-01\"\ndebtor")],
        errors: &[(
            "from = ‸\"1954-07-01\"",
            "credit.tranches.schedules[3].from: found \"1954-07-01\"; allowed: a date without quotes: year-month-day; article: EPU, Supplementary Protocol 5, art. 11 and 13: from 1 July 1954 half credit, half gold; Greece and Turkey in gold; see docs/rulebooks.md#credit; write it like 1950-07-01, without quotes",
        )],
    },
    Case {
        why: "A member by its name.",
        rulebook: "epu-1950",
        edits: &[("BEL = \"360\"", "belgium = \"360\"")],
        errors: &[(
            "belgium = ‸\"360\"",
            "quotas.tables[1].amounts.belgium: found the name `belgium`; allowed: code of a member: 2 to 8 capitals or digits; article: EPU agreement (1950), Table III; see docs/rulebooks.md#quotas; write the code under which the member is registered",
        )],
    },
    Case {
        why: "Another version of the schema.",
        rulebook: "caudal",
        edits: &[("schema = 1", "schema = 2")],
        errors: &[(
            "schema = ‸2",
            "schema: found 2; allowed: 1; see docs/rulebooks.md#file; write a number within that range",
        )],
    },
    Case {
        why: "A name that is none.",
        rulebook: "caudal",
        edits: &[("name = \"caudal\"", "name = \"Caudal\"")],
        errors: &[(
            "name = ‸\"Caudal\"",
            "name: found \"Caudal\"; allowed: lower-case letters, digits and hyphens, at most 40; see docs/rulebooks.md#file; write it like caudal or sml-ar-br",
        )],
    },
    Case {
        why: "A pair of one.",
        rulebook: "acu",
        edits: &[("[[\"IND\", \"NPL\"]]", "[[\"IND\"]]")],
        errors: &[(
            "excluded = [‸[\"IND\"]]",
            "pairs.excluded[1]: found [\"IND\"]; allowed: two different members, like [\"IND\", \"NPL\"]; article: ACU Procedure Rules: payments between India and Nepal are not eligible, but for their settlement every two months; see docs/rulebooks.md#pairs; name the two members of the pair",
        )],
    },
    Case {
        why: "No unit of account.",
        rulebook: "caudal",
        edits: &[("[[units]]\narticle = \"Caudal, rule 2\"\ncode = \"USD\"\nkind = \"currency\"\n", "")],
        errors: &[(
            "‸# Caudal's own arrangement, version 1: m",
            "units: found nothing; allowed: a list of one or more, each entry a table with the keys code, kind, currency, parity, fine_gold_grams, values, basket, on_change, article, assumed; see docs/rulebooks.md#file; add it: Units of account: what positions are measured and compared in",
        )],
    },
    Case {
        why: "A list of tables with nothing in it.",
        rulebook: "cach",
        edits: &[
            ("kind = \"fixed_parity\"\ncurrency = \"USD\"\nparity = \"1\"", "kind = \"basket\"\nbasket = []"),
            ("assumed = [\"currency\", \"parity\", \"on_change\"]", "assumed = true"),
        ],
        errors: &[(
            "basket = ‸[]",
            "units[1].basket: found []; allowed: a list of one or more, each entry a table with the keys currency, amount; article: Agreement of the Central American Clearing House (1961): the Central American peso; see docs/rulebooks.md#units; add an entry",
        )],
    },
    Case {
        why: "Several at once, in the order of the file.",
        rulebook: "caudal",
        edits: &[
            ("initiator = \"payer\"", "initiator = \"payor\""),
            ("life_business_days = 2", "life_business_days = 40"),
            ("run_every_s = 600", "run_evrey_s = 600"),
        ],
        errors: &[
            (
                "initiator = ‸\"payor\"",
                "initiation.initiator: found \"payor\"; allowed: \"payer\" | \"payee\" | \"reported\"; article: Caudal, rule 3; see docs/rulebooks.md#initiation; did you mean \"payer\"?",
            ),
            (
                "life_business_days = ‸40",
                "queue.life_business_days: found 40; allowed: a whole number from 0 to 30; article: Caudal, rule 7; see docs/rulebooks.md#queue; write a number within that range",
            ),
            (
                "‸run_evrey_s = 600",
                "queue.run_evrey_s: found the unknown key `run_evrey_s`; allowed: life_business_days, run_every_s, release, article, assumed; article: Caudal, rule 7; see docs/rulebooks.md#queue; did you mean `run_every_s`?",
            ),
        ],
    },
];
