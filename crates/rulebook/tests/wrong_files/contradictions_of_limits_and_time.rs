//! Rules that the schema admits one by one, and that cannot stand together: limits, time, credit, default.

use super::Case;

pub const CASES: &[Case] = &[
    Case {
        why: "A limit twice.",
        rulebook: "cpcr",
        edits: &[(
            "[day]",
            "[[limits]]\narticle = \"A\"\nscope = \"pair\"\nowner = \"creditor\"\nwhen_unset = \"zero\"\non_limit = \"refuse\"\nrefusal = \"PAIR_LINE\"\n\n[day]",
        )],
        errors: &[(
            "article = \"A\"\nscope = ‸\"pair\"",
            "limits[2].scope: found \"pair\"; allowed: each scope once; article: A; see docs/rulebooks.md#limits; put both limits into one entry",
        )],
    },
    Case {
        why: "The refusal of another limit.",
        rulebook: "caudal",
        edits: &[("refusal = \"PAIR_LINE\"", "refusal = \"CREDITOR_LIMIT\"")],
        errors: &[(
            "owner = \"creditor\"\nwhen_unset = \"unlimited\"\non_limit = \"refuse\"\nrefusal = ‸\"CREDITOR_LIMIT\"",
            "limits[3].refusal: found \"CREDITOR_LIMIT\"; allowed: \"PAIR_LINE\" with scope = \"pair\"; article: Caudal, rule 6; see docs/rulebooks.md#limits; write \"PAIR_LINE\": members act on the code, so it has to name this limit",
        )],
    },
    Case {
        why: "A limit set by one who does not bear the risk.",
        rulebook: "caudal",
        edits: &[("owner = \"creditor\"", "owner = \"member\"")],
        errors: &[(
            "scope = \"pair\"\nowner = ‸\"member\"",
            "limits[3].owner: found \"member\"; allowed: \"creditor\" | \"both_members\" with scope = \"pair\"; article: Caudal, rule 6; see docs/rulebooks.md#limits; name who bears the risk that the limit holds down",
        )],
    },
    Case {
        why: "An excess where there is no pair to pay it.",
        rulebook: "caudal",
        edits: &[(
            "scope = \"creditor_exposure\"\nowner = \"member\"\nwhen_unset = \"unlimited\"\non_limit = \"refuse\"",
            "scope = \"creditor_exposure\"\nowner = \"member\"\nwhen_unset = \"unlimited\"\non_limit = \"pay_excess\"\nwithin_business_days = 2",
        )],
        errors: &[
            (
                "scope = \"creditor_exposure\"\nowner = \"member\"\nwhen_unset = ‸\"unlimited\"",
                "limits[2].when_unset: found \"unlimited\"; allowed: \"zero\" or \"maximum\" with on_limit = \"pay_excess\"; article: Caudal, rule 6; see docs/rulebooks.md#limits; nothing exceeds a limit that is not there: write \"zero\"",
            ),
            (
                "on_limit = ‸\"pay_excess\"",
                "limits[2].on_limit: found \"pay_excess\"; allowed: \"refuse\" | \"queue\" with scope = \"creditor_exposure\"; article: Caudal, rule 6; see docs/rulebooks.md#limits; write one of these",
            ),
        ],
    },
    Case {
        why: "A limit of the rulebook's own without a maximum.",
        rulebook: "caudal",
        edits: &[("scope = \"per_payment\"\nowner = \"member\"", "scope = \"per_payment\"\nowner = \"rulebook\"")],
        errors: &[(
            "when_unset = ‸\"unlimited\"",
            "limits[1].when_unset: found \"unlimited\"; allowed: \"maximum\" with owner = \"rulebook\"; article: Caudal, rule 6; see docs/rulebooks.md#limits; write when_unset = \"maximum\" and the maximum: nobody else sets one",
        )],
    },
    Case {
        why: "An order that waits where there is no queue.",
        rulebook: "cpcr",
        edits: &[
            ("on_limit = \"pay_excess\"\nwithin_business_days = 2", "on_limit = \"queue\""),
            ("\"on_limit\", \"within_business_days\"", "\"on_limit\""),
        ],
        errors: &[(
            "on_limit = ‸\"queue\"",
            "limits[1].on_limit: found \"queue\"; allowed: another action, or a table [queue]; article: CPCR, Regulation, lines of credit: set, changed and revoked by exchange of letters; see docs/rulebooks.md#limits; add [queue], or refuse the order",
        )],
    },
    Case {
        why: "A limit by position where positions are in several currencies.",
        rulebook: "sml-ar-br",
        edits: &[(
            "# The rate is published after",
            "[[limits]]\narticle = \"A\"\nscope = \"pair\"\nowner = \"creditor\"\nwhen_unset = \"zero\"\non_limit = \"refuse\"\nrefusal = \"PAIR_LINE\"\n\n# The rate is published after",
        )],
        errors: &[(
            "scope = ‸\"pair\"",
            "limits[1].scope: found \"pair\"; allowed: a limit only with positions.currency = \"asset\" or \"unit\"; article: A; see docs/rulebooks.md#limits; limits are in the settlement asset: positions in several currencies cannot be held against one of them",
        )],
    },
    Case {
        why: "An excess over a line without end.",
        rulebook: "cpcr",
        edits: &[("when_unset = \"zero\"", "when_unset = \"unlimited\"")],
        errors: &[(
            "when_unset = ‸\"unlimited\"",
            "limits[1].when_unset: found \"unlimited\"; allowed: \"zero\" or \"maximum\" with on_limit = \"pay_excess\"; article: CPCR, Regulation, lines of credit: set, changed and revoked by exchange of letters; see docs/rulebooks.md#limits; nothing exceeds a limit that is not there: write \"zero\"",
        )],
    },
    Case {
        why: "An open price collected before it is an amount.",
        rulebook: "sml-ar-br",
        edits: &[("collection = { on = \"fixing\", plus_business_days = 1 }", "collection = { on = \"acceptance\" }")],
        errors: &[(
            "collection = { on = ‸\"acceptance\" }",
            "legs.collection.on: found \"acceptance\"; allowed: another trigger with price.kind = \"open\": at acceptance an open price is no amount yet; article: MDIC, SML; Exame and El País (UY), August 2018 (order of the steps); see docs/rulebooks.md#legs; let the leg wait for the fixing, or for another leg",
        )],
    },
    Case {
        why: "A limit of payouts that nobody may choose.",
        rulebook: "caudal",
        edits: &[("payout_at_clearing_by_choice = true", "payout_at_clearing_by_choice = false")],
        errors: &[(
            "scope = ‸\"prefinancing\"",
            "limits[5].scope: found \"prefinancing\"; allowed: prefinancing only with legs.payout_at_clearing_by_choice = true; article: Caudal, rule 5; see docs/rulebooks.md#limits; nobody pays out before settlement here: take the limit out, or allow the choice",
        )],
    },
    Case {
        why: "A limit by a quota that does not exist.",
        rulebook: "cpcr",
        edits: &[(
            "[day]",
            "[[limits]]\narticle = \"A\"\nscope = \"quota\"\nowner = \"council\"\nwhen_unset = \"zero\"\non_limit = \"pay_in_asset\"\nrefusal = \"SHARE_EXCEEDED\"\n\n[day]",
        )],
        errors: &[(
            "scope = ‸\"quota\"",
            "limits[2].scope: found \"quota\"; allowed: a limit by quota only with the table [quotas]; article: A; see docs/rulebooks.md#limits; add [quotas], or take the limit out",
        )],
    },
    Case {
        why: "A queue in which nothing waits.",
        rulebook: "caudal",
        edits: &[("on_limit = \"queue\"", "on_limit = \"refuse\"")],
        errors: &[(
            "‸[queue]",
            "queue: found a table; allowed: a limit with on_limit = \"queue\", or no table [queue]; article: Caudal, rule 7; see docs/rulebooks.md#queue; nothing ever waits: let a limit queue, or take [queue] out",
        )],
    },
    Case {
        why: "Runs farther apart than their hours are long.",
        rulebook: "caudal",
        edits: &[("run_every_s = 600", "run_every_s = 36000")],
        errors: &[(
            "run_every_s = ‸36000",
            "queue.run_every_s: found 36000; allowed: at most 28800 seconds, the time from runs_from to runs_to; article: Caudal, rule 7; see docs/rulebooks.md#queue; shorten it, or lengthen the hours of the runs",
        )],
    },
    Case {
        why: "A ladder that goes down.",
        rulebook: "caudal",
        edits: &[(
            "[exit]",
            "[[ladder]]\narticle = \"A\"\nof = \"debtor_limit\"\nat_percent = \"75\"\naction = \"notice\"\n\n[[ladder]]\narticle = \"A\"\nof = \"debtor_limit\"\nat_percent = \"60\"\naction = \"suspend\"\n\n[exit]",
        )],
        errors: &[(
            "at_percent = ‸\"60\"",
            "ladder[2].at_percent: found \"60\"; allowed: more than the rung before it of the same limit; article: A; see docs/rulebooks.md#ladder; put the rungs in order",
        )],
    },
    Case {
        why: "A step that is missing.",
        rulebook: "caudal",
        edits: &[("last_run = \"20:15\"\n", "")],
        errors: &[(
            "‸[day.steps]",
            "day.steps.last_run: found nothing; allowed: a time of day, because there is a [queue]; article: Caudal, rules 7 and 8; see docs/rulebooks.md#day; add last_run to [day.steps]",
        )],
    },
    Case {
        why: "A step at which nothing happens.",
        rulebook: "cpcr",
        edits: &[("entry_cut_off = \"16:00\"", "entry_cut_off = \"16:00\"\nfixing = \"17:00\"")],
        errors: &[(
            "fixing = ‸\"17:00\"",
            "day.steps.fixing: found \"17:00\"; allowed: nothing with a price that is not open; article: BCB, Resolution 210 of 22 March 2022 (hours); CPCR, Regulation (Operations Centre in Lima); see docs/rulebooks.md#day; take it out: nothing happens at this step",
        )],
    },
    Case {
        why: "Entry around the clock of what nobody prefunded.",
        rulebook: "cpcr",
        edits: &[("entry_around_the_clock = false", "entry_around_the_clock = true")],
        errors: &[(
            "entry_around_the_clock = ‸true",
            "day.entry_around_the_clock: found true; allowed: false without a limit of the scope institution_share or prefunded_balance; article: BCB, Resolution 210 of 22 March 2022 (hours); CPCR, Regulation (Operations Centre in Lima); see docs/rulebooks.md#day; outside the hours of entry only what is prefunded clears, and nothing is prefunded here: write false",
        )],
    },
    Case {
        why: "A close before the cut-off.",
        rulebook: "caudal",
        edits: &[("close = \"20:30\"", "close = \"19:30\"")],
        errors: &[
            (
                "close = ‸\"19:30\"",
                "day.steps.close: found \"19:30\"; allowed: a time at or after entry_cut_off, which is at 20:00; article: Caudal, rules 7 and 8; see docs/rulebooks.md#day; move close to a later time, or entry_cut_off to an earlier one",
            ),
            (
                "close = ‸\"19:30\"",
                "day.steps.close: found \"19:30\"; allowed: a time at or after last_run, which is at 20:15; article: Caudal, rules 7 and 8; see docs/rulebooks.md#day; move close to a later time, or last_run to an earlier one",
            ),
        ],
    },
    Case {
        why: "Entry that closes when it opens.",
        rulebook: "sml-ar-br",
        edits: &[("entry_opens = \"08:00\"", "entry_opens = \"17:30\"")],
        errors: &[(
            "entry_cut_off = ‸\"17:30\"",
            "day.steps.entry_cut_off: found \"17:30\"; allowed: a time after entry_opens, which is at 17:30; article: BCB, SML, operation (rate after 18:00); BCB, Carta Circular 1 of 30 June 2016 (days open in both countries); see docs/rulebooks.md#day; move entry_cut_off to a later time, or entry_opens to an earlier one",
        )],
    },
    Case {
        why: "Runs that end before they begin.",
        rulebook: "caudal",
        edits: &[("runs_from = \"12:00\"", "runs_from = \"20:05\"")],
        errors: &[(
            "runs_to = ‸\"20:00\"",
            "day.steps.runs_to: found \"20:00\"; allowed: a time after runs_from, which is at 20:05; article: Caudal, rules 7 and 8; see docs/rulebooks.md#day; move runs_to to a later time, or runs_from to an earlier one",
        )],
    },
    Case {
        why: "A fixing before the cut-off.",
        rulebook: "sml-ar-br",
        edits: &[("fixing = \"18:00\"", "fixing = \"17:00\"")],
        errors: &[(
            "fixing = ‸\"17:00\"",
            "day.steps.fixing: found \"17:00\"; allowed: a time at or after entry_cut_off, which is at 17:30; article: BCB, SML, operation (rate after 18:00); BCB, Carta Circular 1 of 30 June 2016 (days open in both countries); see docs/rulebooks.md#day; move fixing to a later time, or entry_cut_off to an earlier one",
        )],
    },
    Case {
        why: "Paid on the day before it is computed.",
        rulebook: "sml-ar-br",
        edits: &[("pay_in_by = \"19:30\"", "pay_in_by = \"16:00\"")],
        errors: &[(
            "pay_in_by = ‸\"16:00\"",
            "day.steps.pay_in_by: found \"16:00\"; allowed: a time after close, which is at 18:30, with settlement.plus_business_days = 0; article: BCB, SML, operation (rate after 18:00); BCB, Carta Circular 1 of 30 June 2016 (days open in both countries); see docs/rulebooks.md#day; let members pay after the close, or on a later day",
        )],
    },
    Case {
        why: "Cycles that do not divide the year.",
        rulebook: "cpcr",
        edits: &[("months = 4", "months = 5")],
        errors: &[(
            "months = ‸5",
            "cycle.months: found 5; allowed: 1, 2, 3, 4, 6 or 12: cycles are counted from January; article: CPCR, Regulation: periods January-April, May-August, September-December; see docs/rulebooks.md#cycle; write a number of months that divides the year",
        )],
    },
    Case {
        why: "A net of nothing.",
        rulebook: "cpcr",
        edits: &[("netting = \"multilateral\"\nshows_pairs = true", "netting = \"none\"")],
        errors: &[
            (
                "netting = ‸\"none\"",
                "cycle.netting: found \"none\"; allowed: a kind of netting, with a cycle that closes; article: CPCR, Regulation: periods January-April, May-August, September-December; see docs/rulebooks.md#cycle; net what a cycle gathers, or settle payment by payment",
            ),
            (
                "method = ‸\"net\"",
                "settlement.method: found \"net\"; allowed: gross_real_time with cycle.netting = \"none\"; article: CPCR, Regulation: settled in the week after the close; see docs/rulebooks.md#settlement; settle the net, or payment by payment without netting",
            ),
        ],
    },
    Case {
        why: "Gross settlement of a net.",
        rulebook: "cpcr",
        edits: &[("method = \"net\"", "method = \"gross_real_time\"")],
        errors: &[(
            "method = ‸\"gross_real_time\"",
            "settlement.method: found \"gross_real_time\"; allowed: net with a kind of netting; article: CPCR, Regulation: settled in the week after the close; see docs/rulebooks.md#settlement; settle the net, or payment by payment without netting",
        )],
    },
    Case {
        why: "Pairs that owe the house.",
        rulebook: "caudal",
        edits: &[("netting = \"multilateral\"\nshows_pairs = true", "netting = \"bilateral\"")],
        errors: &[(
            "netting = ‸\"bilateral\"",
            "cycle.netting: found \"bilateral\"; allowed: multilateral or multilateral_with_history with counterparty.is = \"house\"; article: Caudal, rule 8; see docs/rulebooks.md#cycle; everybody owes the house and nobody else: net all together, or let pairs owe each other",
        )],
    },
    Case {
        why: "History without tranches.",
        rulebook: "cpcr",
        edits: &[("netting = \"multilateral\"", "netting = \"multilateral_with_history\"")],
        errors: &[(
            "netting = ‸\"multilateral_with_history\"",
            "cycle.netting: found \"multilateral_with_history\"; allowed: multilateral_with_history only with credit.tranches.cumulative = true; article: CPCR, Regulation: periods January-April, May-August, September-December; see docs/rulebooks.md#cycle; let the tranches depend on what went before, or the netting not",
        )],
    },
    Case {
        why: "Tranches without history.",
        rulebook: "epu-1950",
        edits: &[("netting = \"multilateral_with_history\"", "netting = \"multilateral\"")],
        errors: &[(
            "netting = ‸\"multilateral\"",
            "cycle.netting: found \"multilateral\"; allowed: multilateral_with_history with credit.tranches.cumulative = true; article: EPU agreement, art. 2 and 3: at regular intervals; monthly; see docs/rulebooks.md#cycle; let the tranches depend on what went before, or the netting not",
        )],
    },
    Case {
        why: "A payout after a net that never settles.",
        rulebook: "caudal",
        edits: &[
            (
                "length = \"day\"\nnetting = \"multilateral\"\nshows_pairs = true",
                "length = \"continuous\"\nnetting = \"none\"",
            ),
            ("method = \"net\"", "method = \"gross_real_time\""),
        ],
        errors: &[(
            "payout = { on = ‸\"net_settled\" }",
            "legs.payout.on: found \"net_settled\"; allowed: a trigger that comes: without netting no net is ever settled; article: Caudal, rule 5; see docs/rulebooks.md#legs; pay out on clearing, or net the positions",
        )],
    },
    Case {
        why: "A part of credit without its table.",
        rulebook: "acu",
        edits: &[("decompose = [\"swap\"]", "decompose = [\"swap\", \"instalments\"]")],
        errors: &[(
            "‸[credit]",
            "credit.instalments: found nothing; allowed: a table [credit.instalments], required by credit.decompose; article: ACU, currency swap facility; see docs/rulebooks.md#credit; add it, or take instalments out of decompose",
        )],
    },
    Case {
        why: "A table of credit without its part.",
        rulebook: "epu-1950",
        edits: &[("decompose = [\"tranches\"]", "decompose = [\"claims_first\"]")],
        errors: &[
            (
                "‸[credit.tranches]",
                "credit.tranches: found a table; allowed: nothing, or tranches in credit.decompose; article: EPU agreement, art. 11 and 13; see docs/rulebooks.md#credit; say in decompose when tranches come, or take the table out",
            ),
            (
                "order = [‸\"tranches\"]",
                "default.credit.order[1]: found \"tranches\"; allowed: credit that exists: this needs tranches in credit.decompose; article: EPU agreement, art. 11; see docs/rulebooks.md#default; add it to [credit], or take the step out",
            ),
        ],
    },
    Case {
        why: "Everything paid, and something not.",
        rulebook: "acu",
        edits: &[("decompose = [\"swap\"]", "decompose = [\"swap\", \"identity\"]")],
        errors: &[(
            "decompose = ‸[\"swap\", \"identity\"]",
            "credit.decompose: found [\"swap\", \"identity\"]; allowed: identity alone, or other parts; article: ACU, currency swap facility; see docs/rulebooks.md#credit; what is paid in full is not parted: take identity out",
        )],
    },
    Case {
        why: "A share in gold that falls as debt grows.",
        rulebook: "epu-1950",
        edits: &[("up_to_percent = \"40\", asset_percent = \"20\"", "up_to_percent = \"40\", asset_percent = \"45\"")],
        errors: &[(
            "    { up_to_percent = \"60\", asset_percent = ‸\"40\" },",
            "credit.tranches.schedules[1].debtor[3].asset_percent: found \"40\"; allowed: at least the share of the slice before; article: EPU agreement (1950), art. 11 b) and 13; Greece: initial credit above its quota; see docs/rulebooks.md#credit; let the share paid in the asset rise with the position, or stay",
        )],
    },
    Case {
        why: "Slices out of order.",
        rulebook: "epu-1950",
        edits: &[("up_to_percent = \"40\", asset_percent = \"20\"", "up_to_percent = \"10\", asset_percent = \"20\"")],
        errors: &[(
            "    { up_to_percent = ‸\"10\", asset_percent = \"20\" },",
            "credit.tranches.schedules[1].debtor[2].up_to_percent: found \"10\"; allowed: more than the slice before; article: EPU agreement (1950), art. 11 b) and 13; Greece: initial credit above its quota; see docs/rulebooks.md#credit; put the slices in order",
        )],
    },
    Case {
        why: "Slices that stop short of the quota.",
        rulebook: "epu-1950",
        edits: &[("    { up_to_percent = \"100\", asset_percent = \"80\" },\n", "")],
        errors: &[(
            "debtor = ‸[",
            "credit.tranches.schedules[1].debtor: found [{ up_to_percent = \"20\", asset_percent = \"0\" }, { up_to_perc…; allowed: slices of which the last goes up to 100 per cent; article: EPU agreement (1950), art. 11 b) and 13; Greece: initial credit above its quota; see docs/rulebooks.md#credit; add the slices that are missing",
        )],
    },
    Case {
        why: "Cheaper beyond the quota than within it.",
        rulebook: "epu-1950",
        edits: &[("debtor_beyond_percent = \"100\"", "debtor_beyond_percent = \"70\"")],
        errors: &[(
            "debtor_beyond_percent = ‸\"70\"",
            "credit.tranches.schedules[1].debtor_beyond_percent: found \"70\"; allowed: at least the share of the last slice; article: EPU agreement (1950), art. 11 b) and 13; Greece: initial credit above its quota; see docs/rulebooks.md#credit; a debtor beyond its quota cannot pay less in the asset than one within it",
        )],
    },
    Case {
        why: "Schedules out of order.",
        rulebook: "epu-1950",
        edits: &[("from = 1952-07-01", "from = 1950-07-01")],
        errors: &[(
            "assumed = [\"from\", \"debtor\", \"creditor\"]\nfrom = ‸1950-07-01",
            "credit.tranches.schedules[2].from: found 1950-07-01; allowed: a date after that of the schedule before; article: EPU, decisions of 1952; special settlement with Belgium; see docs/rulebooks.md#credit; put the schedules in the order of their dates",
        )],
    },
    Case {
        why: "Quota tables out of order.",
        rulebook: "epu-1950",
        edits: &[("from = 1954-07-01\nin_units_of", "from = 1949-07-01\nin_units_of")],
        errors: &[(
            "from = ‸1949-07-01",
            "quotas.tables[2].from: found 1949-07-01; allowed: a date after that of the table before; article: EPU, Supplementary Protocol 5, art. 11; see docs/rulebooks.md#quotas; put the tables in the order of their dates",
        )],
    },
    Case {
        why: "A deduction from a quota that nobody has.",
        rulebook: "epu-1950",
        edits: &[("less_as_creditor = { BEL = \"402.626\" }", "less_as_creditor = { LUX = \"402.626\" }")],
        errors: &[(
            "less_as_creditor = { LUX = ‸\"402.626\" }",
            "quotas.tables[2].less_as_creditor.LUX: found \"402.626\"; allowed: a member that has a quota in this table; article: EPU, Supplementary Protocol 5, art. 11; see docs/rulebooks.md#quotas; add its quota to amounts, or take it out",
        )],
    },
    Case {
        why: "Interest on what there is not.",
        rulebook: "cpcr",
        edits: &[("on = \"pair_balances\"", "on = \"swaps\"")],
        errors: &[(
            "on = ‸\"swaps\"",
            "interest[1].on: found \"swaps\"; allowed: interest on what there is: this needs the part swap of [credit]; article: CPCR, Regulation: interest on daily debit balances from value date to settlement; see docs/rulebooks.md#interest; take the entry out, or add what it runs on",
        )],
    },
    Case {
        why: "Interest between pairs where the house is owed.",
        rulebook: "cpcr",
        edits: &[("is = \"pair\"", "is = \"house\"")],
        errors: &[(
            "on = ‸\"pair_balances\"",
            "interest[1].on: found \"pair_balances\"; allowed: interest on what there is: this needs balances between pairs, which need counterparty.is = \"pair\"; article: CPCR, Regulation: interest on daily debit balances from value date to settlement; see docs/rulebooks.md#interest; take the entry out, or add what it runs on",
        )],
    },
    Case {
        why: "Interest twice.",
        rulebook: "epu-1950",
        edits: &[("on = \"claims\"", "on = \"debts\"")],
        errors: &[(
            "rounding = \"half_up\"\n\n[[interest]]\narticle = \"EPU agreement: interest on credit\"\nassumed = true\non = ‸\"debts\"",
            "interest[2].on: found \"debts\"; allowed: each kind of balance once; article: EPU agreement: interest on credit; see docs/rulebooks.md#interest; put both into one entry",
        )],
    },
    Case {
        why: "A promise that nothing covers.",
        rulebook: "caudal",
        edits: &[("promise = \"pro_rata\"", "promise = \"complete\"")],
        errors: &[
            (
                "cover = ‸\"none\"",
                "default.cover: found \"none\"; allowed: cover_1 or cover_2 with promise = \"complete\"; article: Caudal, rules 14 and 15; see docs/rulebooks.md#default; say whose failure the resources cover, or promise \"pro_rata\"",
            ),
            (
                "order = ‸[\"prefunding\", \"pro_rata_pay_out\"]",
                "default.completion.order: found [\"prefunding\", \"pro_rata_pay_out\"]; allowed: fund or committed_liquidity among the steps with promise = \"complete\"; article: Caudal, rule 14; see docs/rulebooks.md#default; name what completes the settlement, or promise \"pro_rata\"",
            ),
        ],
    },
    Case {
        why: "Shares without the step that shares.",
        rulebook: "caudal",
        edits: &[("order = [\"prefunding\", \"pro_rata_pay_out\"]", "order = [\"prefunding\"]")],
        errors: &[
            (
                "order = ‸[\"prefunding\"]",
                "default.completion.order: found [\"prefunding\"]; allowed: pro_rata_pay_out as the last step with promise = \"pro_rata\"; article: Caudal, rule 14; see docs/rulebooks.md#default; add it at the end",
            ),
            (
                "pro_rata_days = ‸5",
                "default.completion.pro_rata_days: found 5; allowed: nothing without the step pro_rata_pay_out; article: Caudal, rule 14; see docs/rulebooks.md#default; take it out",
            ),
        ],
    },
    Case {
        why: "Something paid after everything was shared.",
        rulebook: "caudal",
        edits: &[("order = [\"prefunding\", \"pro_rata_pay_out\"]", "order = [\"pro_rata_pay_out\", \"prefunding\"]")],
        errors: &[(
            "order = ‸[\"pro_rata_pay_out\", \"prefunding\"]",
            "default.completion.order: found [\"pro_rata_pay_out\", \"prefunding\"]; allowed: pro_rata_pay_out as the last step: after it nothing is left to pay with; article: Caudal, rule 14; see docs/rulebooks.md#default; move it to the end",
        )],
    },
    Case {
        why: "A fund that is not there.",
        rulebook: "caudal",
        edits: &[("order = [\"prefunding\", \"pro_rata_pay_out\"]", "order = [\"fund\", \"pro_rata_pay_out\"]")],
        errors: &[(
            "order = [‸\"fund\", \"pro_rata_pay_out\"]",
            "default.completion.order[1]: found \"fund\"; allowed: a step that exists: this one needs the table [fund]; article: Caudal, rule 14; see docs/rulebooks.md#default; add [fund], or take the step out",
        )],
    },
    Case {
        why: "A reserve of interest that nobody pays.",
        rulebook: "caudal",
        edits: &[(
            "order = [\"defaulter_assets\", \"creditors_by_cap\"]",
            "order = [\"interest_reserve\", \"creditors_by_cap\"]",
        )],
        errors: &[(
            "order = [‸\"interest_reserve\", \"creditors_by_cap\"]",
            "default.loss.order[1]: found \"interest_reserve\"; allowed: a step that exists: this one needs the table [interest]; article: Caudal, rule 15; see docs/rulebooks.md#default; add [interest], or take the step out",
        )],
    },
    Case {
        why: "Credit by right that is not there.",
        rulebook: "acu",
        edits: &[(
            "[default.credit]\narticle = \"ACU, currency swap facility\"\norder = [\"swap\"]",
            "[default.credit]\narticle = \"ACU, currency swap facility\"\norder = [\"swap\", \"deferral\"]",
        )],
        errors: &[(
            "order = [\"swap\", ‸\"deferral\"]",
            "default.credit.order[2]: found \"deferral\"; allowed: credit that exists: this needs instalments in credit.decompose; article: ACU, currency swap facility; see docs/rulebooks.md#default; add it to [credit], or take the step out",
        )],
    },
];
