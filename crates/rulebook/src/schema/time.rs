//! Legs, the business day, the netting cycle, settlement of the net, conformity, returns.

use crate::section::sections;
use crate::value::{List, Tables, Text, TimeOfDay, Whole, words};
use crate::zone::Zone;

words! {
    /// What a leg waits for.
    TriggerOn {
        /// Acceptance of the order.
        Acceptance = "acceptance",
        /// The next fixing.
        Fixing = "fixing",
        /// Conformity of the debited member.
        Conformity = "conformity",
        /// Confirmation of leg 1.
        Collection = "collection",
        /// Leg 2.
        Clearing = "clearing",
        /// Settlement of the net in which leg 2 stands.
        NetSettled = "net_settled",
    }

    /// From when leg 2 is irrevocable.
    FinalAt {
        /// Acceptance of the order.
        Acceptance = "acceptance",
        /// Posting of leg 2.
        Clearing = "clearing",
        /// Settlement of the net.
        Settlement = "settlement",
    }

    /// Which days are business days.
    BusinessDayRule {
        /// Monday to Friday.
        Weekdays = "weekdays",
        /// Days on which the systems of all members are open.
        AllMembersOpen = "all_members_open",
        /// Days on which the settlement agent is open.
        AgentOpen = "agent_open",
        /// Every day.
        EveryDay = "every_day",
    }

    /// How long a netting cycle lasts.
    CycleLengthKind {
        /// There is none: each payment settles by itself.
        Continuous = "continuous",
        /// One business day.
        Day = "day",
        /// A week.
        Week = "week",
        /// Calendar months, counted from January.
        Months = "months",
    }

    /// The day on which a week closes.
    Weekday {
        /// Monday.
        Monday = "monday",
        /// Tuesday.
        Tuesday = "tuesday",
        /// Wednesday.
        Wednesday = "wednesday",
        /// Thursday.
        Thursday = "thursday",
        /// Friday.
        Friday = "friday",
    }

    /// Among whom positions are netted.
    NettingKind {
        /// Among nobody: gross.
        None = "none",
        /// Pair by pair.
        Bilateral = "bilateral",
        /// All together.
        Multilateral = "multilateral",
        /// All together, and through time: what a net costs depends on all that went before.
        MultilateralWithHistory = "multilateral_with_history",
    }

    /// How the net is paid.
    SettlementMethod {
        /// Net, after the close.
        Net = "net",
        /// Payment by payment, at once.
        GrossRealTime = "gross_real_time",
    }

    /// Whose calendar has to be open.
    CalendarOf {
        /// The settlement agent's.
        Agent = "agent",
        /// That of the centre of the settlement asset.
        AssetCentre = "asset_centre",
        /// Those of the members that pay or are paid.
        Members = "members",
    }

    /// Which rates convert positions to the settlement asset.
    ConversionAt {
        /// Those of the last fixing before the day of closing.
        PreviousFixing = "previous_fixing",
        /// Those of the day of closing.
        DayOfClosing = "day_of_closing",
    }

    /// How an amount is rounded to minor units.
    AmountRounding {
        /// Down.
        Floor = "floor",
        /// Up.
        Ceiling = "ceiling",
        /// To the nearest, a half away from zero.
        HalfUp = "half_up",
        /// To the nearest, a half to the even neighbour.
        HalfEven = "half_even",
    }

    /// What silence of the debited member means.
    SilenceMeans {
        /// The debit is accepted.
        Conformity = "conformity",
        /// The debit is reversed.
        Extorno = "extorno",
    }

    /// The day that takes the place of a closed one.
    Roll {
        /// The next open one.
        Following = "following",
        /// The one before.
        Preceding = "preceding",
    }

    /// The price of a return.
    ReturnAt {
        /// The amounts of the original, pro rata when partly returned.
        Original = "original",
        /// Those of the day of the return: it travels as a new operation.
        Day = "day",
    }

    /// Whether a payment that is final may be asked back.
    Recall {
        /// No.
        None = "none",
        /// Once, and the payee's side may say no.
        Once = "once",
        /// As often as one likes, and the payee's side may say no.
        ByConsent = "by_consent",
    }
}

sections! {
    /// When each of the three legs is due, and when the second is final.
    rule Legs = "legs" {
        /// Leg 1: the payer's institution pays its member.
        collection: Trigger,
        /// Leg 2: the position in the arrangement.
        clearing: Trigger,
        /// Leg 3: the payee's member pays the payee's institution.
        payout: Trigger,
        /// Whether a member may choose to pay out at clearing, within its own prefinancing limit.
        payout_at_clearing_by_choice: bool,
        /// From when leg 2 is irrevocable.
        final_at: FinalAt,
    }

    /// What a leg waits for.
    table Trigger = "legs.*" {
        /// What it waits for.
        on: TriggerOn,
        /// Business days after that; 0 where absent.
        plus_business_days: Option<Whole<0, 30>>,
    }

    /// The business day.
    rule Day = "day" {
        /// Time zone in which the steps are stated (IANA).
        zone: Zone,
        /// Which days are business days.
        business_days: BusinessDayRule,
        /// Whether prefunded payments clear outside the hours of entry too.
        entry_around_the_clock: bool,
        /// The steps.
        steps: Steps,
    }

    /// Steps of the business day, in the zone of the day.
    table Steps = "day.steps" {
        /// Orders may enter.
        entry_opens: Option<TimeOfDay>,
        /// First optimisation run.
        runs_from: Option<TimeOfDay>,
        /// End of the regular optimisation runs.
        runs_to: Option<TimeOfDay>,
        /// Last moment for an order to be in the day.
        entry_cut_off: Option<TimeOfDay>,
        /// Reference rates are fixed; open prices become amounts.
        fixing: Option<TimeOfDay>,
        /// Last optimisation run of the day.
        last_run: Option<TimeOfDay>,
        /// The day closes, and the cycle when it ends on this day.
        close: TimeOfDay,
        /// Time by which net debtors have paid, on the settlement day.
        pay_in_by: TimeOfDay,
    }

    /// The netting cycle.
    rule Cycle = "cycle" {
        /// How long it lasts.
        length: CycleLengthKind,
        /// Calendar months; it closes on the last business day of the last one.
        [required with length = "months"]
        months: Option<Whole<1, 12>>,
        /// The day on which a week closes, or the last business day before it.
        [required with length = "week"]
        closes_on: Option<Weekday>,
        /// Among whom positions are netted.
        netting: NettingKind,
        /// Whether the balances of pairs are shown inside a multilateral net.
        [admitted with netting = "multilateral" | "multilateral_with_history"]
        shows_pairs: Option<bool>,
    }

    /// Settlement of the net.
    rule Settlement = "settlement" {
        /// How the net is paid.
        method: SettlementMethod,
        /// Business days after the close on which it is paid, counted in the calendars named; 0: the same day.
        plus_business_days: Whole<0, 30>,
        /// Whose calendars have to be open.
        calendars: List<CalendarOf>,
        /// Whether nobody is paid before all have paid in.
        pay_in_first: bool,
        /// How positions become amounts of the settlement asset, where they are not kept in it.
        conversion: Option<Conversion>,
    }

    /// How positions become amounts of the settlement asset.
    rule Conversion = "settlement.conversion" {
        /// Which rates.
        rates: ConversionAt,
        /// Rounding of the converted amount.
        rounding: AmountRounding,
        /// Rounding of a member's FX result, in its own currency.
        result_rounding: AmountRounding,
    }

    /// Acceptance of a debit by the debited member.
    rule Conformity = "conformity" {
        /// Business days within which it answers.
        within_business_days: Whole<0, 60>,
        /// What silence means.
        silence_is: SilenceMeans,
    }

    /// Giving money back after payout, and reversing debits.
    rule Returns = "returns" {
        /// Calendar days after acceptance within which a payment may be returned.
        window_days: Whole<0, 3_650>,
        /// The day that counts when the last one is not a business day.
        roll: Roll,
        /// The price of a return.
        rate: ReturnAt,
        /// Whether limits do not apply to it.
        exempt_from_limits: bool,
        /// Whether a payment that is final may be asked back.
        recall: Recall,
        /// Reasons with rules of their own.
        by_reason: Tables<ReturnByReason>,
    }

    /// Rules of returns for one reason.
    rule ReturnByReason = "returns.by_reason[]" {
        /// The reason (ISO 20022 return reason code).
        reason: Text,
        /// Calendar days after acceptance.
        window_days: Whole<0, 3_650>,
        /// The price.
        rate: ReturnAt,
        /// Who bears the exchange risk.
        fx_borne_by: super::RiskBearer,
        /// Whether limits do not apply to it.
        exempt_from_limits: bool,
    }
}
