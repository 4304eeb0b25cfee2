//! Money of a scheme: units of account, prices, position currency, settlement asset, fees.

use crate::section::sections;
use crate::value::{Amount, Decimal, Entries, List, MemberCode, Percent, Text, UnitCode, Whole, words};
use domain::time::Date;
use money::CurrencyCode;

words! {
    /// What gives a unit of account its value.
    UnitKind {
        /// It is a currency.
        Currency = "currency",
        /// It is so many units of a currency, for good.
        FixedParity = "fixed_parity",
        /// It is so much fine gold.
        Gold = "gold",
        /// Its value in a currency is published from date to date.
        DatedSeries = "dated_series",
        /// It is the sum of amounts of several currencies.
        Basket = "basket",
    }

    /// At which value open positions are settled when the value of a unit changes.
    OnUnitChange {
        /// At the old one.
        OldValue = "old_value",
        /// At the new one.
        NewValue = "new_value",
    }

    /// How amounts are priced.
    PriceKind {
        /// At acceptance, from members' two-sided quotes against the settlement asset.
        Fixed = "fixed",
        /// At the next fixing, from members' reference rates against the settlement asset.
        Open = "open",
        /// Not at all: one currency or unit throughout; what happens at the edges is the members' own affair.
        Par = "par",
        /// From cross-rates that somebody publishes each day.
        DailyCrossRates = "daily_cross_rates",
        /// From quotes of third parties.
        ProviderQuotes = "provider_quotes",
    }

    /// How an open price is computed.
    Formula {
        /// Payer's reference rate over payee's, both in units per unit of the settlement asset.
        QuotientOfReferenceRates = "quotient_of_reference_rates",
    }

    /// How a computed rate is rounded.
    RateRoundingRule {
        /// Truncated; then a last digit of 0 to 5 becomes 5, one of 6 to 9 the next 0.
        HalfStep = "half_step",
        /// To the nearest, a half up.
        HalfUp = "half_up",
        /// To the nearest, a half to the even neighbour.
        HalfEven = "half_even",
        /// Down.
        Floor = "floor",
        /// Up.
        Ceiling = "ceiling",
    }

    /// Who bears exchange risk.
    RiskBearer {
        /// Nobody: there is none.
        Nobody = "nobody",
        /// The payer.
        Payer = "payer",
        /// The payee.
        Payee = "payee",
        /// Each member that of its own currency.
        EachMemberItsOwn = "each_member_its_own",
        /// The payer's member.
        PayerMember = "payer_member",
        /// The payee's member.
        PayeeMember = "payee_member",
        /// The creditor member.
        Creditor = "creditor",
        /// The debtor member.
        Debtor = "debtor",
    }

    /// In which currency positions are kept.
    PositionsIn {
        /// The settlement asset.
        Asset = "asset",
        /// The currency in which each order is expressed.
        Denominated = "denominated",
        /// The unit of account, or each of them.
        Unit = "unit",
    }

    /// Whose books the settlement asset moves in.
    HeldAt {
        /// A correspondent's.
        Correspondent = "correspondent",
        /// A central bank's.
        CentralBank = "central_bank",
        /// A regional or multilateral bank's, or a fund's.
        AgentBank = "agent_bank",
    }

    /// What is charged.
    FeeKind {
        /// Nothing.
        None = "none",
        /// A share of the amount.
        Percent = "percent",
        /// The same for each payment.
        Flat = "flat",
    }

    /// Who gets a part of a fee.
    FeeTo {
        /// The house.
        House = "house",
        /// The payer's member.
        PayerMember = "payer_member",
        /// The payee's member.
        PayeeMember = "payee_member",
    }
}

sections! {
    /// A unit of account.
    rule Unit = "units[]" {
        /// Its code; that of a currency where it is one.
        code: UnitCode,
        /// What gives it its value.
        kind: UnitKind,
        /// The currency that its parity or series refers to.
        [required with kind = "fixed_parity" | "dated_series"]
        currency: Option<CurrencyCode>,
        /// Units of that currency that it is worth.
        [required with kind = "fixed_parity"]
        parity: Option<Decimal>,
        /// Grams of fine gold that it is worth.
        [required with kind = "gold"]
        fine_gold_grams: Option<Decimal>,
        /// Its values, from date to date.
        [required with kind = "dated_series"]
        values: Option<Entries<UnitValue>>,
        /// Amounts of currencies that add up to it.
        [required with kind = "basket"]
        basket: Option<Entries<BasketPart>>,
        /// At which value open positions are settled when its value changes.
        [required with kind = "fixed_parity" | "gold" | "dated_series" | "basket"]
        on_change: Option<OnUnitChange>,
    }

    /// Value of a unit from a date on.
    table UnitValue = "units[].values[]" {
        /// First day.
        from: Date,
        /// Units of the currency that it is worth.
        value: Decimal,
    }

    /// Part of a basket.
    table BasketPart = "units[].basket[]" {
        /// The currency.
        currency: CurrencyCode,
        /// How much of it.
        amount: Decimal,
    }

    /// How the amounts of the three legs follow from the amount ordered.
    rule Price = "price" {
        /// When and from what.
        kind: PriceKind,
        /// Seconds for which the amounts of a queued order stay good.
        [required with kind = "fixed"]
        quote_validity_s: Option<Whole<60, 86_400>>,
        /// Largest change, in per cent, of what the payer pays that a new quote may bring; beyond it the order lapses.
        [required with kind = "fixed"]
        requote_tolerance_percent: Option<Percent>,
        /// Widest distance between a member's two quotes, in per cent of the lower.
        [required with kind = "fixed"]
        spread_max_percent: Option<Percent>,
        /// How the price is computed.
        [required with kind = "open"]
        formula: Option<Formula>,
        /// Decimals of the price: payer's currency per unit of payee's.
        [required with kind = "open"]
        decimals: Option<Whole<0, 12>>,
        /// How it is rounded to them.
        [required with kind = "open"]
        rounding: Option<RateRoundingRule>,
        /// Pairs of members whose price has other decimals or rounding, direction by direction.
        [admitted with kind = "open"]
        directions: Option<Entries<PriceDirection>>,
        /// Day by which decimals and rounding are looked at again.
        [admitted with kind = "open"]
        review_by: Option<Date>,
        /// Who publishes the rates.
        [required with kind = "daily_cross_rates" | "provider_quotes"]
        published_by: Option<Text>,
    }

    /// Decimals and rounding of one direction between two members.
    rule PriceDirection = "price.directions[]" {
        /// The payer's member.
        payer: MemberCode,
        /// The payee's member.
        payee: MemberCode,
        /// Decimals.
        decimals: Whole<0, 12>,
        /// How the price is rounded to them.
        rounding: RateRoundingRule,
    }

    /// Who bears the exchange risk, stage by stage.
    rule FxRisk = "fx_risk" {
        /// From acceptance to clearing.
        until_clearing: RiskBearer,
        /// From clearing to settlement.
        until_settlement: RiskBearer,
        /// While credit is outstanding.
        on_credit: Option<RiskBearer>,
    }

    /// In which currency positions are kept.
    rule Positions = "positions" {
        /// Settlement asset, denomination of each order, or unit of account.
        currency: PositionsIn,
    }

    /// What net positions are paid in, and where.
    rule Asset = "asset" {
        /// The settlement asset.
        currency: CurrencyCode,
        /// Decimals of its minor unit (ISO 4217).
        minor_decimals: Whole<0, 4>,
        /// Other assets that members may pay in, in order of preference.
        alternatives: Option<List<CurrencyCode>>,
        /// Whose books it moves in.
        held_at: HeldAt,
        /// Name of the agent, where the rules name one.
        agent: Option<Text>,
    }

    /// What the house charges.
    rule Fees = "fees" {
        /// Nothing, a share or a flat amount.
        kind: FeeKind,
        /// Share of the amount.
        [required with kind = "percent"]
        percent: Option<Percent>,
        /// Amount for each payment, in the settlement asset.
        [required with kind = "flat"]
        amount: Option<Amount>,
        /// Who gets how much of it.
        [admitted with kind = "percent"]
        split: Option<Entries<FeePart>>,
    }

    /// Part of a fee.
    table FeePart = "fees.split[]" {
        /// Who gets it.
        to: FeeTo,
        /// Share of the amount paid.
        percent: Percent,
    }
}
