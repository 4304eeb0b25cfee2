//! Who takes part, towards whom, and on what terms members come and go.

use crate::section::sections;
use crate::value::{Amount, List, MemberCode, MemberPair, Name, Tables, Text, Whole, words};

words! {
    /// Who has accounts with the house.
    Tier {
        /// Monetary authorities, and through them the institutions that they authorise.
        CentralBanksAndInstitutions = "central_banks_and_institutions",
        /// Monetary authorities only.
        CentralBanksOnly = "central_banks_only",
        /// Institutions themselves.
        InstitutionsDirect = "institutions_direct",
    }

    /// Which pairs of members may pay each other.
    EligiblePairs {
        /// All but those excluded.
        All = "all",
        /// Those listed.
        Listed = "listed",
    }

    /// To whom a member owes.
    CounterpartyKind {
        /// The house, by novation.
        House = "house",
        /// The other member.
        Pair = "pair",
    }

    /// What is guaranteed.
    GuaranteeKind {
        /// That the debtor's money is turned into the settlement asset.
        Convertibility = "convertibility",
        /// That the settlement asset may leave the debtor's country.
        Transferability = "transferability",
        /// That members reimburse each other.
        Reimbursement = "reimbursement",
    }

    /// Whose guarantee it is, or to whom it is given.
    Party {
        /// The payer's member.
        PayerMember = "payer_member",
        /// The payee's member.
        PayeeMember = "payee_member",
        /// The payer's institution.
        Payer = "payer",
        /// The payee's institution.
        Payee = "payee",
        /// The house.
        House = "house",
    }

    /// What a rule does in the books of the house.
    Effect {
        /// Nothing: members see to it among themselves or at home.
        Declared = "declared",
        /// It is booked.
        Booked = "booked",
    }

    /// What a default in the other arrangement does here.
    CrossDefault {
        /// Nothing.
        None = "none",
        /// Members are told.
        Notice = "notice",
        /// The member is suspended here too.
        Suspend = "suspend",
    }
}

sections! {
    /// Who takes part.
    rule Members = "members" {
        /// Who has accounts with the house.
        tier: Tier,
        /// Members that a simulation enrols; an arrangement names its own.
        default: List<MemberCode>,
    }

    /// Which pairs of members may pay each other.
    rule Pairs = "pairs" {
        /// All pairs but those excluded, or those listed.
        eligible: EligiblePairs,
        /// The pairs admitted.
        [required with eligible = "listed"]
        listed: Option<List<MemberPair>>,
        /// The pairs not admitted.
        [admitted with eligible = "all"]
        excluded: Option<List<MemberPair>>,
        /// Pairs that admit more than the rulebook does.
        extensions: Tables<PairExtension>,
    }

    /// What one pair admits beyond the rulebook.
    rule PairExtension = "pairs.extensions[]" {
        /// The two members.
        pair: MemberPair,
        /// Purposes admitted between them besides the general ones.
        purposes: Option<List<super::Purpose>>,
        /// Denominations admitted between them besides the general ones.
        denominations: Option<List<super::DenominationIn>>,
    }

    /// To whom a member owes, and by whom it is owed.
    rule Counterparty = "counterparty" {
        /// The house, or the other member.
        is: CounterpartyKind,
    }

    /// A guarantee that goes with payments.
    rule Guarantee = "guarantees[]" {
        /// What is guaranteed.
        kind: GuaranteeKind,
        /// Who guarantees.
        guarantor: Party,
        /// To whom.
        beneficiary: Party,
        /// On what condition.
        condition: Text,
        /// What it does in the books of the house.
        effect: Effect,
    }

    /// A link to another rulebook: payments pass through a member of both.
    rule Link = "links[]" {
        /// The other rulebook.
        to: Name,
        /// The member of both.
        bridge: MemberCode,
        /// Most that may be under way through it.
        cap: Amount,
        /// What a default there does here.
        cross_default: CrossDefault,
    }

    /// Leaving.
    rule Exit = "exit" {
        /// Months of notice.
        notice_months: Whole<0, 36>,
        /// Quarters over which debt is repaid; none where absent: a member leaves owing nothing.
        debt_quarters: Option<Whole<1, 40>>,
    }
}
