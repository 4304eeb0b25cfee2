//! What happens when a net debtor does not pay: credit, completion and loss are three lists that are never mixed.

use crate::section::sections;
use crate::value::{List, Whole, words};

words! {
    /// What settlement promises when a net debtor does not pay.
    Promise {
        /// That everybody is paid all the same.
        Complete = "complete",
        /// That what came in is shared.
        ProRata = "pro_rata",
    }

    /// Whose failure the resources for completion cover.
    Cover {
        /// Nobody's.
        None = "none",
        /// The largest net debtor's.
        CoverOne = "cover_1",
        /// The two largest net debtors'.
        CoverTwo = "cover_2",
    }

    /// Who works the lists.
    CarriedOutBy {
        /// The operator, by hand, with four eyes: the house pays nobody out until it has.
        Operator = "operator",
        /// The house itself.
        House = "house",
    }

    /// Credit that a member uses by right.
    CreditStep {
        /// Tranches of the quota.
        Tranches = "tranches",
        /// Deferral in instalments.
        Deferral = "deferral",
        /// Swap of currency.
        Swap = "swap",
        /// A line granted beforehand.
        Line = "line",
        /// Obligatory credit of creditors.
        ObligatoryCredit = "obligatory_credit",
    }

    /// What completes the settlement of the day.
    CompletionStep {
        /// The defaulter's prefunding.
        Prefunding = "prefunding",
        /// The defaulter's claims.
        Claims = "claims",
        /// The defaulter's share of the fund.
        FundShare = "fund_share",
        /// The fund.
        Fund = "fund",
        /// Liquidity committed by a third party.
        CommittedLiquidity = "committed_liquidity",
        /// The contingency margin.
        ContingencyMargin = "contingency_margin",
        /// What came in is paid out pro rata.
        ProRataPayOut = "pro_rata_pay_out",
    }

    /// Who bears what is left after work-out.
    LossStep {
        /// The defaulter's assets.
        DefaulterAssets = "defaulter_assets",
        /// The reserve of interest margins.
        InterestReserve = "interest_reserve",
        /// A part of the fund.
        FundPart = "fund_part",
        /// The other member of the pair.
        OtherMember = "other_member",
        /// Creditors, pro rata to the caps that they chose.
        CreditorsByCap = "creditors_by_cap",
        /// Creditors, pro rata to their claims.
        CreditorsByClaim = "creditors_by_claim",
        /// Capital from outside.
        Capital = "capital",
    }

    /// What happens to payments cleared and not paid out.
    ClearedItems {
        /// They are paid out.
        Pay = "pay",
        /// They wait.
        Hold = "hold",
    }

    /// What happens to queued payments.
    QueuedItems {
        /// They are cancelled.
        Cancel = "cancel",
        /// They stay and may clear.
        Keep = "keep",
    }

    /// What happens to payments whose price is open.
    OpenItems {
        /// They are void.
        Void = "void",
        /// They are priced at the next fixing.
        Price = "price",
    }

    /// What happens to returns.
    ReturnItems {
        /// They are allowed.
        Allowed = "allowed",
        /// They are refused.
        Refused = "refused",
    }

    /// What happens to interest.
    InterestRuns {
        /// It runs.
        Runs = "runs",
        /// It stops.
        Stops = "stops",
    }

    /// What happens to the suspended member's claims.
    ClaimsAre {
        /// They are frozen for set-off.
        Frozen = "frozen",
        /// They are paid.
        Paid = "paid",
    }

    /// What happens to its settlement instructions.
    InstructionsAre {
        /// They are blocked.
        Blocked = "blocked",
        /// They stand.
        Stand = "stand",
    }
}

sections! {
    /// What happens when a net debtor does not pay.
    rule Default = "default" {
        /// What settlement promises.
        promise: Promise,
        /// Whose failure the resources for completion cover, checked each day.
        cover: Cover,
        /// Who works the lists.
        carried_out_by: CarriedOutBy,
        /// Credit used by right, in order; none where absent.
        credit: Option<CreditList>,
        /// What completes the settlement of the day, in order.
        completion: CompletionList,
        /// Who bears what is left after work-out, in order.
        loss: LossList,
    }

    /// Credit used by right.
    rule CreditList = "default.credit" {
        /// In this order.
        order: List<CreditStep>,
    }

    /// What completes the settlement of the day.
    rule CompletionList = "default.completion" {
        /// In this order.
        order: List<CompletionStep>,
        /// Most business days on which a pro rata pay-out may be made before the arrangement stops.
        pro_rata_days: Option<Whole<1, 60>>,
    }

    /// Who bears what is left after work-out.
    rule LossList = "default.loss" {
        /// In this order.
        order: List<LossStep>,
    }

    /// What suspension of a member does: the whole matrix. What was cleared is never unwound.
    rule Suspension = "suspension" {
        /// Payments cleared and not paid out.
        cleared: ClearedItems,
        /// Payments queued by the suspended member.
        queued_out: QueuedItems,
        /// Payments queued towards it.
        queued_in: QueuedItems,
        /// Payments whose price is open.
        open_price: OpenItems,
        /// Returns of payments made before.
        returns: ReturnItems,
        /// Interest on what it owes and is owed.
        interest: InterestRuns,
        /// What it is owed.
        claims: ClaimsAre,
        /// Its settlement instructions.
        settlement_instructions: InstructionsAre,
    }
}
