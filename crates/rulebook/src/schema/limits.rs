//! Limits, the queue, and what happens as limits fill up.

use crate::section::sections;
use crate::value::{Amount, Percent, RefusalCode, Whole, words};

words! {
    /// Whose use of what is limited.
    LimitScope {
        /// Net debit of an institution: its share of its member's cap.
        InstitutionShare = "institution_share",
        /// What a member owes another, net.
        Pair = "pair",
        /// What a member is owed by all, net.
        CreditorExposure = "creditor_exposure",
        /// Amount of one payment.
        PerPayment = "per_payment",
        /// What a member pays out before the net has settled.
        Prefinancing = "prefinancing",
        /// What a member owes all others, net.
        MemberTowardsAll = "member_towards_all",
        /// Credit outstanding in the whole arrangement.
        Facility = "facility",
        /// A member's quota.
        Quota = "quota",
        /// What a member is owed from credit.
        Claims = "claims",
        /// What a member owes from credit.
        Debts = "debts",
        /// Units allotted to a member for a period.
        Allocation = "allocation",
        /// Credit that a creditor has to give without being asked.
        AutomaticCredit = "automatic_credit",
        /// What a member holds with the agent: it owes no more than that.
        PrefundedBalance = "prefunded_balance",
        /// What one person pays in one day.
        PersonDay = "person_day",
        /// What passes within a window of time.
        Window = "window",
    }

    /// What holds where a limit's owner has set none.
    Unset {
        /// No limit.
        Unlimited = "unlimited",
        /// Nothing passes.
        Zero = "zero",
        /// The rulebook's own maximum.
        Maximum = "maximum",
    }

    /// What happens to an order that would pass a limit.
    LimitAction {
        /// It is refused.
        Refuse = "refuse",
        /// It waits in the queue of its institution.
        Queue = "queue",
        /// It is accepted, and the debtor transfers the excess soon ("anticipated transfer").
        PayExcess = "pay_excess",
        /// It clears, and is paid out after the net has settled.
        PayOutAfterSettlement = "pay_out_after_settlement",
        /// It is accepted when the debtor has acquired more of its allocation.
        BuyAllocation = "buy_allocation",
        /// What is beyond the limit is settled in the asset, in full.
        PayInAsset = "pay_in_asset",
        /// The facility stops.
        SuspendFacility = "suspend_facility",
    }

    /// Who sets a limit.
    LimitOwner {
        /// The member itself.
        Member = "member",
        /// The member that would be owed.
        Creditor = "creditor",
        /// Both members of the pair, by exchange of letters.
        BothMembers = "both_members",
        /// The operator of the house.
        Operator = "operator",
        /// The council of members.
        Council = "council",
        /// The rulebook.
        Rulebook = "rulebook",
    }

    /// Which items an optimisation run releases.
    Release {
        /// From the head of each institution's queue, as many as can clear together without anyone passing its limit.
        FifoMaximal = "fifo_maximal",
    }

    /// Of what a rung is a share.
    RungOf {
        /// A debtor's limit.
        DebtorLimit = "debtor_limit",
        /// A creditor's limit.
        CreditorLimit = "creditor_limit",
        /// The whole credit of the arrangement.
        TotalCredit = "total_credit",
    }

    /// What happens on a rung.
    RungAction {
        /// Members are told.
        Notice = "notice",
        /// The member and the council consult.
        Consult = "consult",
        /// The member gets no new credit.
        NoNewCredit = "no_new_credit",
        /// The member is referred to a reserve fund.
        Referral = "referral",
        /// The member is suspended.
        Suspend = "suspend",
    }
}

sections! {
    /// A limit.
    rule Limit = "limits[]" {
        /// Whose use of what.
        scope: LimitScope,
        /// Who sets it.
        owner: LimitOwner,
        /// What holds where none is set.
        when_unset: Unset,
        /// The rulebook's own maximum, in the settlement asset.
        [required with when_unset = "maximum"]
        maximum: Option<Amount>,
        /// Days over which a window goes.
        [required with scope = "window"]
        window_days: Option<Whole<1, 366>>,
        /// What happens to an order that would pass it.
        on_limit: LimitAction,
        /// Business days to transfer the excess.
        [required with on_limit = "pay_excess"]
        within_business_days: Option<Whole<0, 60>>,
        /// Code of the refusal.
        refusal: RefusalCode,
    }

    /// The queue of an institution.
    rule Queue = "queue" {
        /// Business days after the day of entry on whose close an item expires.
        life_business_days: Whole<0, 30>,
        /// Seconds between optimisation runs.
        run_every_s: Whole<60, 86_400>,
        /// Which items a run releases.
        release: Release,
    }

    /// What happens when a limit is used so far.
    rule Rung = "ladder[]" {
        /// Of what.
        of: RungOf,
        /// How much of it.
        at_percent: Percent,
        /// What happens.
        action: RungAction,
    }
}
