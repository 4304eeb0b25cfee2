//! Rules of a reserve fund that cannot stand together.

use super::Case;

/// A fund with two lines, put before the queue of `caudal`.
macro_rules! with_fund {
    ($multiple:literal, $exceptions:literal, $second:literal, $months:literal) => {
        &[(
            "[queue]",
            concat!(
                "[reserve]\narticle = \"A\"\nlender = \"Fund\"\nbase = \"paid_in\"\nmultiple = \"",
                $multiple,
                "\"\n",
                $exceptions,
                "\n[[reserve.lines]]\narticle = \"B\"\nname = \"liquidity\"\nagainst = \"promise\"\ngranted_by = \"right\"\n",
                "share_percent = \"100\"\n",
                $months,
                "\nrenewals = 0\nbasis = \"actual_360\"\nkind = \"fixed\"\nrate_percent = \"3\"\nrounding = \"half_up\"\n",
                "\n[[reserve.lines]]\narticle = \"C\"\nname = \"",
                $second,
                "\"\nagainst = \"own_currency\"\ngranted_by = \"decision\"\nshare_percent = \"30\"\nmonths = 1\n",
                "grace_months = 0\ninstalments = 1\nrenewals = 3\nbasis = \"actual_360\"\nkind = \"fixed\"\n",
                "rate_percent = \"3\"\nrounding = \"half_up\"\n\n[queue]"
            ),
        )]
    };
}

pub const CASES: &[Case] = &[
    Case {
        why: "More instalments than months.",
        rulebook: "caudal",
        edits: with_fund!("2.5", "", "support", "months = 12\ngrace_months = 9\ninstalments = 4"),
        errors: &[(
            "instalments = ‸4",
            "reserve.lines[1].instalments: found 4; allowed: no more than the months after grace; article: B; see docs/rulebooks.md#reserve; no two instalments are due in the same month: take fewer, or more months",
        )],
    },
    Case {
        why: "Two lines of one name.",
        rulebook: "caudal",
        edits: with_fund!("2.5", "", "liquidity", "months = 12\ngrace_months = 0\ninstalments = 4"),
        errors: &[(
            "article = \"C\"\nname = ‸\"liquidity\"",
            "reserve.lines[2].name: found \"liquidity\"; allowed: each name once; article: C; see docs/rulebooks.md#reserve; name the lines apart: drawings name them",
        )],
    },
    Case {
        why: "A multiple that no fund has.",
        rulebook: "caudal",
        edits: with_fund!("1000.1", "", "support", "months = 12\ngrace_months = 0\ninstalments = 4"),
        errors: &[(
            "multiple = ‸\"1000.1\"",
            "reserve.multiple: found \"1000.1\"; allowed: at most 1000, with at most 6 decimals; article: A; see docs/rulebooks.md#reserve; write it like \"2.5\"",
        )],
    },
    Case {
        why: "A member with two multiples, one of them too fine.",
        rulebook: "caudal",
        edits: with_fund!(
            "2.5",
            "exceptions = [{ members = [\"BOL\"], multiple = \"2.6\" }, { members = [\"BOL\"], multiple = \"2.0000001\" }]",
            "support",
            "months = 12\ngrace_months = 0\ninstalments = 4"
        ),
        errors: &[
            (
                "{ members = ‸[\"BOL\"], multiple = \"2.0000001\" }",
                "reserve.exceptions[2].members: found [\"BOL\"]; allowed: each member in one exception; article: A; see docs/rulebooks.md#reserve; a member has one multiple",
            ),
            (
                "multiple = ‸\"2.0000001\"",
                "reserve.exceptions[2].multiple: found \"2.0000001\"; allowed: at most 1000, with at most 6 decimals; article: A; see docs/rulebooks.md#reserve; write it like \"2.5\"",
            ),
        ],
    },
];
