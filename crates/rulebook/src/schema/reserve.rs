//! A reserve fund that lends: of what access is a multiple, and its lines.

use super::{Basis, InterestKind};
use crate::section::sections;
use crate::value::{AmountByMember, Decimal, Entries, List, MemberCode, Percent, Tables, Text, Whole, words};

words! {
    /// Of what access to the reserve fund is a multiple.
    ReserveBase {
        /// What the member has paid in.
        PaidIn = "paid_in",
        /// What it has committed itself to.
        Committed = "committed",
    }

    /// Against what a line lends.
    ReserveAgainst {
        /// The member's promise: a loan.
        Promise = "promise",
        /// Its own currency at its published rate: a swap, reversed at that rate.
        OwnCurrency = "own_currency",
    }

    /// Who grants a drawing.
    ReserveGrant {
        /// Nobody: the member draws by right.
        Right = "right",
        /// A body of the fund; the operator enters it, with a second person.
        Decision = "decision",
    }
}

sections! {
    /// A reserve fund that lends to members: balance-of-payments support, liquidity, swaps of currency.
    rule Reserve = "reserve" {
        /// Name of the fund.
        lender: Text,
        /// Of what access is a multiple.
        base: ReserveBase,
        /// What each member has committed itself to.
        [required with base = "committed"]
        commitments: Option<AmountByMember>,
        /// Commitments are so many units of the asset times those written: 1000000 for millions.
        [required with base = "committed"]
        in_units_of: Option<Whole<1, 1_000_000_000>>,
        /// The base times this is the ceiling over all lines.
        multiple: Decimal,
        /// Members with another multiple.
        exceptions: Tables<ReserveException>,
        /// The lines.
        lines: Entries<ReserveLine>,
    }

    /// Members with another multiple.
    table ReserveException = "reserve.exceptions[]" {
        /// The members.
        members: List<MemberCode>,
        /// Their multiple.
        multiple: Decimal,
    }

    /// A line of the reserve fund.
    rule ReserveLine = "reserve.lines[]" {
        /// Its name.
        name: Text,
        /// Against what it lends.
        against: ReserveAgainst,
        /// Who grants a drawing.
        granted_by: ReserveGrant,
        /// How much of the ceiling over all lines it may take.
        share_percent: Percent,
        /// Members that do not have it.
        not_for: Option<List<MemberCode>>,
        /// Months after which the last instalment is due.
        months: Whole<1, 600>,
        /// How many of those pass before instalments begin.
        grace_months: Whole<0, 599>,
        /// In how many instalments it is repaid.
        instalments: Whole<1, 120>,
        /// How often a drawing may be renewed: each time, what is owed is due so many months later.
        renewals: Whole<0, 20>,
        /// Days of the year.
        basis: Basis,
        /// Where the rate comes from; each drawing keeps that of its day.
        kind: InterestKind,
        /// The rate per year.
        [required with kind = "fixed"]
        rate_percent: Option<Percent>,
        /// Name of the index.
        [required with kind = "index"]
        index: Option<Text>,
        /// What is added to it.
        [required with kind = "index"]
        margin_percent: Option<Percent>,
        /// The least that is charged.
        [admitted with kind = "index"]
        floor_percent: Option<Percent>,
        /// The rate where the index is not published, or has ended.
        [required with kind = "index"]
        fallback_percent: Option<Percent>,
        /// Rounding of the cumulative interest of a drawing.
        rounding: super::AmountRounding,
    }
}
