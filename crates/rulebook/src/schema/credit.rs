//! Credit by right: how a net is parted into cash and credit, quotas, the fund, interest, the contingency margin.

use crate::section::sections;
use crate::value::{Amount, AmountByMember, Decimal, Entries, List, MemberCode, Percent, Tables, Text, Whole, words};
use domain::time::Date;

words! {
    /// How a net position is parted into cash and credit.
    Decomposition {
        /// Not at all: it is paid.
        Identity = "identity",
        /// The debtor's claims are used up first.
        ClaimsFirst = "claims_first",
        /// By a schedule over the cumulative position, in shares of the quota.
        Tranches = "tranches",
        /// What is left is deferred in instalments.
        Instalments = "instalments",
        /// Each creditor gives an obligatory credit, apportioned among its debtors.
        Apportioned = "apportioned",
        /// A net debtor may swap its currency.
        Swap = "swap",
        /// A reserve fund lends.
        ReserveLoan = "reserve_loan",
        /// The day's cash goes to creditors pro rata; the rest is their claim.
        PassThrough = "pass_through",
    }

    /// What happens beyond the quota.
    BeyondQuota {
        /// A share is paid in the asset.
        Percent = "percent",
        /// The council decides, by setting the member's quota; without a decision all is in the asset.
        Decision = "decision",
    }

    /// Who lends what is deferred.
    FundedBy {
        /// The creditors of the cycle, pro rata to their nets.
        CreditorsProRata = "creditors_pro_rata",
        /// The fund.
        Fund = "fund",
    }

    /// By what an obligatory credit is apportioned.
    ApportionBy {
        /// The balances that debtors have with the creditor.
        BilateralBalances = "bilateral_balances",
    }

    /// How an apportionment is rounded.
    ApportionRounding {
        /// Down, and the remainder by one unit each to the largest fractions: the sum holds.
        LargestRemainder = "largest_remainder",
    }

    /// Of what an average is taken.
    AverageOf {
        /// A member's gross payments through the arrangement.
        GrossPayments = "gross_payments",
        /// What a member paid and received through the arrangement.
        TwoWayValue = "two_way_value",
        /// A member's trade with the others.
        TradeWithMembers = "trade_with_members",
        /// A member's projected imports from the others.
        ProjectedImports = "projected_imports",
    }

    /// Towards whom a swap's ceiling holds.
    CeilingPer {
        /// Towards each other member.
        Counterparty = "counterparty",
        /// In all.
        Total = "total",
    }

    /// How quotas come about.
    QuotaBy {
        /// The rulebook or a decision lists them.
        Table = "table",
        /// They are a share of an average.
        ShareOfAverage = "share_of_average",
    }

    /// Over which lines a ceiling goes.
    CeilingOver {
        /// This one.
        ThisLine = "this_line",
        /// All lines of the lender.
        AllLines = "all_lines",
    }

    /// On what interest runs.
    InterestOn {
        /// What a member owes another, day by day.
        PairBalances = "pair_balances",
        /// What a member owes all, day by day.
        MemberBalances = "member_balances",
        /// Claims from credit.
        Claims = "claims",
        /// Debts from credit.
        Debts = "debts",
        /// Instalments deferred.
        Instalments = "instalments",
        /// Swaps drawn.
        Swaps = "swaps",
        /// Use of the contingency margin.
        ContingencyMargin = "contingency_margin",
    }

    /// Where a rate of interest comes from.
    InterestKind {
        /// The rulebook.
        Fixed = "fixed",
        /// An index, plus a margin.
        Index = "index",
    }

    /// Days of the year.
    Basis {
        /// Actual days over 360.
        Actual360 = "actual_360",
        /// Actual days over 365.
        Actual365 = "actual_365",
    }

    /// What a contingency margin may be used for.
    Contingency {
        /// Wrong amounts were transmitted.
        WrongAmounts = "wrong_amounts",
        /// A technical failure.
        TechnicalFailure = "technical_failure",
        /// The net was not paid.
        NetNotPaid = "net_not_paid",
    }
}

sections! {
    /// How a net position is parted into cash and credit.
    rule Credit = "credit" {
        /// The parts, in the order in which they take up a net.
        decompose: List<Decomposition>,
        /// Tranches of the quota.
        tranches: Option<Tranches>,
        /// Deferral in instalments.
        instalments: Option<Instalments>,
        /// Obligatory credit of creditors.
        apportioned: Option<Apportioned>,
        /// Swaps of currency.
        swap: Option<Swap>,
        /// Loans of a reserve fund.
        reserve_loan: Option<ReserveLoan>,
        /// Pass-through to creditors.
        pass_through: Option<PassThrough>,
    }

    /// Tranches of the quota: what is paid is a function of the cumulative position, so that credit is given back as the
    /// position falls.
    rule Tranches = "credit.tranches" {
        /// Whether the schedule is read at the cumulative position; otherwise where what is owed from credit stands.
        cumulative: bool,
        /// The schedules, from date to date.
        schedules: Entries<TrancheSchedule>,
    }

    /// A schedule of tranches from a date on.
    rule TrancheSchedule = "credit.tranches.schedules[]" {
        /// First day.
        from: Date,
        /// Slices of a debtor's quota.
        debtor: Entries<Slice>,
        /// Beyond its quota, a debtor pays this share in the asset.
        debtor_beyond_percent: Percent,
        /// Slices of a creditor's quota.
        creditor: Entries<Slice>,
        /// What a creditor gets beyond its quota.
        creditor_beyond: BeyondQuota,
        /// The share that it gets in the asset.
        [required with creditor_beyond = "percent"]
        creditor_beyond_percent: Option<Percent>,
        /// Members whose quota counts as zero when they owe.
        no_quota_as_debtor: Option<List<MemberCode>>,
        /// Members whose quota counts as zero either way.
        no_quota: Option<List<MemberCode>>,
    }

    /// A slice of a quota.
    table Slice = "credit.tranches.schedules[].*[]" {
        /// Where it ends, as a share of the quota.
        up_to_percent: Percent,
        /// Share of what falls into it that is paid in the asset.
        asset_percent: Percent,
    }

    /// Deferral of a debtor's net in instalments.
    rule Instalments = "credit.instalments" {
        /// How many, of equal size.
        count: Whole<1, 60>,
        /// Months from one to the next.
        every_months: Whole<1, 12>,
        /// Who lends.
        funded_by: FundedBy,
        /// Whether a member with an unpaid deferral gets no other.
        bars_while_unpaid: bool,
    }

    /// Obligatory credit of a creditor, apportioned among its debtors.
    rule Apportioned = "credit.apportioned" {
        /// What each creditor has to give.
        amount: Amount,
        /// By what it is apportioned.
        by: ApportionBy,
        /// Rounding of the parts.
        rounding: ApportionRounding,
        /// The smallest step of a part.
        step: Amount,
    }

    /// Swaps of a net debtor's currency.
    rule Swap = "credit.swap" {
        /// Share of the average that may be drawn.
        ceiling_percent: Percent,
        /// The average of what.
        average_of: AverageOf,
        /// Calendar years over which it is taken, those before the present one.
        average_years: Whole<1, 10>,
        /// Towards whom the ceiling holds.
        per: CeilingPer,
        /// Whether it has to be asked for before the cycle closes.
        request_before_close: bool,
    }

    /// Loans of a reserve fund.
    rule ReserveLoan = "credit.reserve_loan" {
        /// Name of the lender.
        lender: Text,
        /// Paid-in capital times this is the ceiling.
        multiple: Decimal,
        /// Members with another multiple.
        exceptions: Tables<MultipleException>,
        /// Over which lines the ceiling goes.
        ceiling_over: CeilingOver,
        /// Months to repay.
        months: Whole<1, 120>,
        /// How often it may be renewed.
        renewals: Whole<0, 20>,
    }

    /// Members with another multiple.
    table MultipleException = "credit.reserve_loan.exceptions[]" {
        /// The members.
        members: List<MemberCode>,
        /// Their multiple.
        multiple: Decimal,
    }

    /// Cash passed through to creditors; the rest is their claim.
    rule PassThrough = "credit.pass_through" {
        /// Whether a surplus first repays the member's own debt.
        repays_own_debt_first: bool,
        /// Months after which debt has to be repaid.
        debt_months: Whole<1, 120>,
        /// Quarterly instalments of that repayment.
        repaid_in_quarters: Whole<1, 40>,
    }

    /// Quotas, from which credit and contributions are computed.
    rule Quotas = "quotas" {
        /// How they come about.
        by: QuotaBy,
        /// Tables, from date to date.
        [required with by = "table"]
        tables: Option<Entries<QuotaTable>>,
        /// Share of the average.
        [required with by = "share_of_average"]
        share_percent: Option<Percent>,
        /// The average of what.
        [required with by = "share_of_average"]
        average_of: Option<AverageOf>,
        /// Years over which it is taken.
        [required with by = "share_of_average"]
        average_years: Option<Whole<1, 10>>,
        /// Smallest quota.
        [admitted with by = "share_of_average"]
        minimum: Option<Amount>,
        /// Largest quota, as a share of the member's reserves.
        [admitted with by = "share_of_average"]
        maximum_percent_of_reserves: Option<Percent>,
        /// Members whose quota is multiplied.
        [admitted with by = "share_of_average"]
        multipliers: Option<Entries<QuotaMultiplier>>,
    }

    /// Quotas from a date on.
    rule QuotaTable = "quotas.tables[]" {
        /// First day.
        from: Date,
        /// Amounts are so many units of account times those written: 1000000 for millions.
        in_units_of: Whole<1, 1_000_000_000>,
        /// Quota of each member.
        amounts: AmountByMember,
        /// By how much a member's quota as a creditor is less.
        less_as_creditor: Option<AmountByMember>,
    }

    /// Members whose quota is multiplied.
    rule QuotaMultiplier = "quotas.multipliers[]" {
        /// The members.
        members: List<MemberCode>,
        /// By what.
        factor: Decimal,
    }

    /// The fund that backs credit.
    rule Fund = "fund" {
        /// Paid in by each member, as a share of its quota.
        paid_in_percent_of_quota: Percent,
        /// Callable besides.
        callable_percent_of_quota: Percent,
        /// Capital from outside, in the settlement asset or unit of account.
        capital: Option<Amount>,
    }

    /// Interest on one kind of balance.
    rule Interest = "interest[]" {
        /// On what it runs.
        on: InterestOn,
        /// Days of the year.
        basis: Basis,
        /// Where the rate comes from.
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
        /// Rounding of the cumulative amount, signed like the balance: "floor" leaves what is rounded off with the house.
        rounding: super::AmountRounding,
        /// Days after which a debt grows dearer.
        [admitted with on = "debts"]
        dearer_after_days: Option<Whole<1, 3650>>,
        /// By how much a year.
        [admitted with on = "debts"]
        dearer_percent: Option<Percent>,
    }

    /// Credit for exceptional events only.
    rule ContingencyMargin = "contingency_margin" {
        /// What each member gives the other, in the settlement asset.
        amount: Amount,
        /// What it may be used for.
        usable_for: List<Contingency>,
    }
}
