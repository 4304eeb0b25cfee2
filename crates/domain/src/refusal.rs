//! Why the house said no: permanent codes, each with the rule it comes from and its ISO 20022 status reason.

use crate::limit::Scope;
use crate::plan::{LimitKind, RuleKey};

macro_rules! refusals {
    ($( $(#[$meta:meta])* $name:ident = $number:literal, $code:literal; )*) => {
        /// A rule said no. Numbers and codes are permanent: never changed, never reused.
        ///
        /// The order of the list is the order of precedence: where several hold, the first is given.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
        #[repr(u16)]
        pub enum Refusal {
            $( $(#[$meta])* $name = $number, )*
        }

        impl Refusal {
            /// Every refusal, in order of precedence.
            pub const ALL: &'static [Self] = &[ $( Self::$name, )* ];

            /// The permanent code that programs compare.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $( Self::$name => $code, )* }
            }

            /// The refusal of a permanent number.
            #[must_use]
            pub const fn from_number(number: u16) -> Option<Self> {
                match number { $( $number => Some(Self::$name), )* _ => None }
            }
        }
    };
}

refusals! {
    /// The actor may not give this command.
    NotAuthorised = 1, "NOT_AUTHORISED";
    /// The command needs the approval of a second person.
    FourEyesMissing = 2, "FOUR_EYES_MISSING";
    /// The approver is the person who gave the command.
    FourEyesSamePerson = 3, "FOUR_EYES_SAME_PERSON";
    /// No such arrangement.
    ArrangementUnknown = 10, "ARRANGEMENT_UNKNOWN";
    /// No such institution.
    ParticipantUnknown = 11, "PARTICIPANT_UNKNOWN";
    /// No such member.
    MemberUnknown = 12, "MEMBER_UNKNOWN";
    /// The member has not joined the arrangement, or has left it.
    MemberNotInArrangement = 13, "MEMBER_NOT_IN_ARRANGEMENT";
    /// The member is observing the arrangement, or shadowing it: no money moves for it.
    MemberStageTooEarly = 14, "MEMBER_STAGE";
    /// No such currency.
    CurrencyUnknown = 15, "CURRENCY_UNKNOWN";
    /// No such calendar.
    CalendarUnknown = 16, "CALENDAR_UNKNOWN";
    /// No such rulebook.
    RulebookUnknown = 17, "RULEBOOK_UNKNOWN";
    /// No such payment.
    PaymentUnknown = 18, "PAYMENT_UNKNOWN";
    /// No such netting cycle, or no such leg in it.
    CycleUnknown = 19, "CYCLE_UNKNOWN";
    /// What was to be registered is registered already.
    AlreadyRegistered = 20, "ALREADY_REGISTERED";
    /// A text is empty, too long, or has characters that do not show.
    TextInvalid = 21, "TEXT_INVALID";
    /// The UETR is not a version 4 UUID.
    UetrFormat = 29, "UETR_FORMAT";
    /// The UETR was used for another order.
    UetrReused = 30, "UETR_REUSED";
    /// Payer and payee are the same institution.
    SameParty = 31, "SAME_PARTY";
    /// Both ends are within one member: a domestic payment.
    SameMember = 32, "SAME_MEMBER";
    /// A member is suspended.
    Suspended = 33, "SUSPENDED";
    /// The arrangement has no business day open, or entry is closed.
    EntryClosed = 34, "ENTRY_CLOSED";
    /// The arrangement does not admit the currency in which the order is expressed.
    DenominationNotAdmitted = 35, "DENOMINATION_NOT_ADMITTED";
    /// The arrangement does not admit the purpose.
    PurposeNotAdmitted = 36, "PURPOSE_NOT_ADMITTED";
    /// An instrument reference is missing, or given where the rulebook knows none.
    InstrumentMissing = 37, "INSTRUMENT_MISSING";
    /// The instrument reference has not the form that the rulebook gives.
    InstrumentFormat = 38, "INSTRUMENT_FORMAT";
    /// The trade document that the amount requires is missing.
    DocumentMissing = 39, "DOCUMENT_MISSING";
    /// The trade document was used before.
    DocumentDuplicate = 40, "DOCUMENT_DUPLICATE";
    /// The value date is not a day that the rulebook admits.
    ValueDateInvalid = 41, "VALUE_DATE_INVALID";
    /// There is no rate for a currency of the order.
    RateMissing = 42, "RATE_MISSING";
    /// An amount of the order does not fit 18 digits, or rounds to nothing.
    AmountOutOfRange = 43, "AMOUNT_OUT_OF_RANGE";
    /// One payment may not be so large.
    PaymentTooLarge = 50, "PAYMENT_TOO_LARGE";
    /// The creditor's exposure limit would be passed.
    CreditorLimit = 51, "CREDITOR_LIMIT";
    /// The line between the two members would be passed.
    PairLine = 52, "PAIR_LINE";
    /// An anticipated transfer on the pair is overdue.
    TransferOverdue = 53, "TRANSFER_OVERDUE";
    /// The institution's share of its member's cap would be passed.
    ShareExceeded = 54, "SHARE_EXCEEDED";
    /// The member's cap for paying out before settlement would be passed.
    PrefinancingLimit = 55, "PREFINANCING_LIMIT";
    /// The price of the payment ran out, and nothing prices it again: the arrangement has no queue.
    QuoteExpired = 139, "QUOTE_EXPIRED";
    /// What the member may owe all others would be passed.
    MemberLimit = 130, "MEMBER_LIMIT";
    /// The limit on all credit of the arrangement would be passed.
    FacilityLimit = 131, "FACILITY_LIMIT";
    /// The facility has stopped: nothing that would raise the credit in use passes.
    FacilityStopped = 132, "FACILITY_STOPPED";
    /// The member does not hold so much with the settlement agent.
    PrefundedBalance = 133, "PREFUNDED_BALANCE";
    /// The member's allocation would be passed: it has to acquire more.
    AllocationLimit = 137, "ALLOCATION_LIMIT";
    /// The queue of the institution is full.
    QueueFull = 56, "QUEUE_FULL";
    /// Sum of the shares would pass the member's cap.
    SharesExceedCap = 60, "SHARES_EXCEED_CAP";
    /// The limit is not one that the rulebook knows.
    LimitNotInRulebook = 61, "LIMIT_NOT_IN_RULEBOOK";
    /// The effective date lies in the past.
    EffectiveDatePast = 62, "EFFECTIVE_DATE_PAST";
    /// A quote's buying rate is above its selling rate, or they are too far apart.
    SpreadTooWide = 63, "SPREAD_TOO_WIDE";
    /// The rate is not one that the rulebook uses.
    RateNotInRulebook = 64, "RATE_NOT_IN_RULEBOOK";
    /// Prefunding in use cannot be withdrawn.
    PrefundingInUse = 65, "PREFUNDING_IN_USE";
    /// The member still owes, is owed, or has items waiting.
    MemberNotFlat = 66, "MEMBER_NOT_FLAT";
    /// The rate is not one that a currency can have.
    RateOutOfRange = 67, "RATE_OUT_OF_RANGE";
    /// The state of the payment does not admit this.
    PaymentState = 70, "PAYMENT_STATE";
    /// The item is frozen in an optimisation run: the answer is pending.
    InCycle = 71, "IN_CYCLE";
    /// The payment is final.
    Final = 72, "FINAL";
    /// The return is more than what is left of the original.
    ReturnExceeds = 73, "RETURN_EXCEEDS";
    /// The time for a return is over.
    ReturnTooLate = 74, "RETURN_TOO_LATE";
    /// The date is not a business day of the arrangement, or not after the last one.
    NotABusinessDay = 80, "NOT_A_BUSINESS_DAY";
    /// A business day is open.
    DayIsOpen = 81, "DAY_IS_OPEN";
    /// The schedule misses a step of the rulebook, or its steps are not in order.
    ScheduleInvalid = 82, "SCHEDULE_INVALID";
    /// Pay-outs wait for all pay-ins.
    PayInFirst = 83, "PAY_IN_FIRST";
    /// The leg was confirmed before, or for another amount.
    LegMismatch = 84, "LEG_MISMATCH";
    /// The member is not suspended.
    NotSuspended = 85, "NOT_SUSPENDED";
    /// Settlement instructions of a suspended member are blocked.
    SettlementBlocked = 86, "SETTLEMENT_BLOCKED";
    /// The arrangement takes no orders, since members report what they owe; or no reports, since it takes orders.
    InitiatorMismatch = 138, "INITIATOR_MISMATCH";
    /// The unit of account keeps its value, or there is none.
    UnitValueFixed = 136, "UNIT_VALUE_FIXED";
    /// The facility has not stopped.
    FacilityNotStopped = 134, "FACILITY_NOT_STOPPED";
    /// There is no fee of that amount to pay.
    FeeMismatch = 135, "FEE_MISMATCH";
    /// An order was refused by a member's own screening.
    Screened = 87, "SCREENED";
    /// No such optimisation run is open: it was concluded, or never was.
    RunNotOpen = 90, "RUN_NOT_OPEN";
    /// The proposal is for another instance than the one that the run froze.
    RunInstanceMismatch = 91, "RUN_INSTANCE_MISMATCH";
    /// The proposal names a payment that the run does not hold frozen, or one twice.
    ProposalNotFrozen = 92, "PROPOSAL_NOT_FROZEN";
    /// The proposal would take an institution beyond its headroom.
    ProposalBeyondHeadroom = 93, "PROPOSAL_BEYOND_HEADROOM";
    /// The proposal lets an urgent payment pass an earlier one of its queue.
    ProposalOutOfOrder = 94, "PROPOSAL_OUT_OF_ORDER";
    /// The proposal is not worth what it claims, or claims more than its own bound.
    ProposalValue = 95, "PROPOSAL_VALUE";
    /// The proposal is worth less than what settles in order of entry.
    ProposalBelowFifo = 96, "PROPOSAL_BELOW_FIFO";
    /// The rulebook pays no interest by that index.
    IndexNotInRulebook = 97, "INDEX_NOT_IN_RULEBOOK";
    /// The fund backs what members are owed, or is not as much: it cannot be paid out.
    FundInUse = 98, "FUND_IN_USE";
    /// The rulebook has no fund, or no credit.
    NoCreditInRulebook = 99, "NO_CREDIT_IN_RULEBOOK";
    /// The line does not renew, or not as often.
    NotRenewable = 100, "NOT_RENEWABLE";
    /// The reserve fund has no such line, or not for that member, or not against that.
    ReserveLineUnknown = 150, "RESERVE_LINE_UNKNOWN";
    /// The member has not contributed to the reserve fund.
    NoContribution = 151, "NO_CONTRIBUTION";
    /// What the member owes on all lines would pass its ceiling.
    TotalCeiling = 152, "TOTAL_CEILING";
    /// What it owes on the line would pass the line's share of its ceiling.
    LineCeiling = 153, "LINE_CEILING";
    /// The member owes an instalment of a drawing whose day has passed.
    DrawingOverdue = 154, "DRAWING_OVERDUE";
    /// The fund holds less than that.
    FundShort = 155, "FUND_SHORT";
    /// There is no such drawing, or the amount is not that of it.
    DrawingMismatch = 156, "DRAWING_MISMATCH";
    /// The notice holds earlier than the rulebook allows.
    NoticeTooShort = 157, "NOTICE_TOO_SHORT";
    /// The rulebook asks for notice: a member does not leave at once.
    NoticeRequired = 158, "NOTICE_REQUIRED";
    /// The member has given notice already.
    NoticeGiven = 159, "NOTICE_GIVEN";
    /// The member has given no notice, or it holds already.
    NoNotice = 160, "NO_NOTICE";
    /// The member is leaving: nothing new is in its name.
    MemberLeaving = 161, "MEMBER_LEAVING";
    /// No business day is open.
    DayNotOpen = 162, "DAY_NOT_OPEN";
    /// That moment of the day has passed, or there is none.
    StepPassed = 163, "STEP_PASSED";
    /// The operator may not move it as far, or not there.
    MoveTooFar = 164, "MOVE_TOO_FAR";
    /// The member has not consented that the operator enters for its institutions.
    ConsentMissing = 165, "CONSENT_MISSING";
    /// No pay-in of the cycle is missing, or its time is not over.
    NothingMissing = 166, "NOTHING_MISSING";
    /// The member has not paid in: it sends nothing and takes no deposit back until it has.
    InArrears = 167, "IN_ARREARS";
    /// As many cycles are in arrears as the rulebook allows.
    ProRataExhausted = 168, "PRO_RATA_EXHAUSTED";
    /// The rulebook has no completion that the house carries out.
    NoCompletionRule = 169, "NO_COMPLETION_RULE";
}

impl Refusal {
    /// The permanent number.
    #[must_use]
    pub const fn number(self) -> u16 {
        self as u16
    }

    /// ISO 20022 external status reason code (`pacs.002` `StsRsnInf/Rsn/Cd`); `NARR` where the code set has none and the
    /// text says it (external code sets, May 2025 edition).
    #[must_use]
    pub const fn iso20022_reason(self) -> &'static str {
        match self {
            Self::NotAuthorised => "AG08",
            Self::FourEyesMissing => "DS19",
            Self::FourEyesSamePerson => "DS26",
            Self::ArrangementUnknown | Self::MemberStageTooEarly | Self::SameMember => "AG03",
            Self::ParticipantUnknown => "RC02",
            Self::MemberUnknown => "RC08",
            Self::MemberNotInArrangement => "RC15",
            Self::CurrencyUnknown => "AM11",
            Self::DenominationNotAdmitted => "AM03",
            Self::PaymentUnknown => "AG09",
            Self::TextInvalid => "CH16",
            Self::UetrFormat => "FF08",
            Self::UetrReused => "DU03",
            Self::SameParty => "AG12",
            Self::Suspended | Self::SettlementBlocked => "AG10",
            Self::EntryClosed => "TM01",
            Self::NotABusinessDay => "DT03",
            Self::PurposeNotAdmitted => "FF07",
            Self::InstrumentMissing | Self::InstrumentFormat => "RR09",
            Self::DocumentMissing => "RR05",
            Self::DocumentDuplicate => "DUPL",
            Self::ValueDateInvalid | Self::EffectiveDatePast => "DT01",
            Self::AmountOutOfRange => "AM12",
            Self::PaymentTooLarge => "AM02",
            Self::CreditorLimit
            | Self::PairLine
            | Self::PrefinancingLimit
            | Self::MemberLimit
            | Self::FacilityLimit
            | Self::FacilityStopped
            | Self::AllocationLimit
            | Self::TotalCeiling
            | Self::LineCeiling => "AM23",
            Self::ShareExceeded | Self::PrefundedBalance | Self::FundShort => "AM04",
            Self::ReturnTooLate => "FF12",
            Self::ReturnExceeds | Self::LegMismatch | Self::FeeMismatch | Self::DrawingMismatch => "AM09",
            Self::Screened => "RR04",
            Self::CalendarUnknown
            | Self::RulebookUnknown
            | Self::CycleUnknown
            | Self::AlreadyRegistered
            | Self::RateMissing
            | Self::TransferOverdue
            | Self::QueueFull
            | Self::SharesExceedCap
            | Self::LimitNotInRulebook
            | Self::SpreadTooWide
            | Self::RateNotInRulebook
            | Self::RateOutOfRange
            | Self::PrefundingInUse
            | Self::MemberNotFlat
            | Self::PaymentState
            | Self::InCycle
            | Self::Final
            | Self::DayIsOpen
            | Self::ScheduleInvalid
            | Self::PayInFirst
            | Self::NotSuspended
            | Self::FacilityNotStopped
            | Self::InitiatorMismatch
            | Self::UnitValueFixed
            | Self::QuoteExpired
            | Self::RunNotOpen
            | Self::RunInstanceMismatch
            | Self::ProposalNotFrozen
            | Self::ProposalBeyondHeadroom
            | Self::ProposalOutOfOrder
            | Self::ProposalValue
            | Self::ProposalBelowFifo
            | Self::IndexNotInRulebook
            | Self::FundInUse
            | Self::NoCreditInRulebook
            | Self::NotRenewable
            | Self::ReserveLineUnknown
            | Self::NoContribution
            | Self::DrawingOverdue
            | Self::NoticeTooShort
            | Self::NoticeRequired
            | Self::NoticeGiven
            | Self::NoNotice
            | Self::MemberLeaving
            | Self::DayNotOpen
            | Self::StepPassed
            | Self::MoveTooFar
            | Self::ConsentMissing
            | Self::NothingMissing
            | Self::InArrears
            | Self::ProRataExhausted
            | Self::NoCompletionRule => "NARR",
        }
    }

    /// The rule of a rulebook that a refusal comes from; `None` where it comes from the house itself.
    #[must_use]
    pub const fn rule(self) -> Option<RuleKey> {
        match self {
            Self::MemberNotInArrangement | Self::MemberStageTooEarly => Some(RuleKey::Members),
            Self::DenominationNotAdmitted => Some(RuleKey::Denomination),
            Self::PurposeNotAdmitted => Some(RuleKey::Purposes),
            Self::InstrumentMissing | Self::InstrumentFormat => Some(RuleKey::Instrument),
            Self::DocumentMissing | Self::DocumentDuplicate => Some(RuleKey::Evidence),
            Self::RateMissing
            | Self::QuoteExpired
            | Self::AmountOutOfRange
            | Self::SpreadTooWide
            | Self::RateNotInRulebook
            | Self::RateOutOfRange => Some(RuleKey::Price),
            Self::PaymentTooLarge => Some(RuleKey::Limit(LimitKind::PerPayment)),
            Self::CreditorLimit => Some(RuleKey::Limit(LimitKind::CreditorExposure)),
            Self::PairLine | Self::TransferOverdue => Some(RuleKey::Limit(LimitKind::Pair)),
            Self::ShareExceeded | Self::SharesExceedCap | Self::PrefundingInUse => {
                Some(RuleKey::Limit(LimitKind::InstitutionShare))
            }
            Self::PrefinancingLimit => Some(RuleKey::Limit(LimitKind::Prefinancing)),
            Self::MemberLimit => Some(RuleKey::Limit(LimitKind::MemberTowardsAll)),
            Self::FacilityLimit | Self::FacilityStopped | Self::FacilityNotStopped => {
                Some(RuleKey::Limit(LimitKind::Facility))
            }
            Self::PrefundedBalance => Some(RuleKey::Limit(LimitKind::PrefundedBalance)),
            Self::FeeMismatch => Some(RuleKey::Fees),
            Self::AllocationLimit => Some(RuleKey::Limit(LimitKind::Allocation)),
            Self::UnitValueFixed => Some(RuleKey::Units),
            Self::QueueFull
            | Self::InCycle
            | Self::RunNotOpen
            | Self::RunInstanceMismatch
            | Self::ProposalNotFrozen
            | Self::ProposalBeyondHeadroom
            | Self::ProposalOutOfOrder
            | Self::ProposalValue
            | Self::ProposalBelowFifo => Some(RuleKey::Queue),
            Self::IndexNotInRulebook => Some(RuleKey::CreditInterest),
            Self::FundInUse => Some(RuleKey::Fund),
            Self::NoCreditInRulebook => Some(RuleKey::Credit),
            Self::NotRenewable
            | Self::ReserveLineUnknown
            | Self::NoContribution
            | Self::TotalCeiling
            | Self::LineCeiling
            | Self::DrawingOverdue
            | Self::FundShort
            | Self::DrawingMismatch => Some(RuleKey::Reserve),
            Self::EntryClosed | Self::NotABusinessDay | Self::ScheduleInvalid | Self::DayIsOpen => Some(RuleKey::Day),
            Self::NoticeTooShort | Self::NoticeRequired | Self::NoticeGiven | Self::NoNotice | Self::MemberLeaving => {
                Some(RuleKey::Exit)
            }
            Self::DayNotOpen | Self::StepPassed | Self::MoveTooFar => Some(RuleKey::Day),
            Self::ConsentMissing => Some(RuleKey::Members),
            Self::NothingMissing | Self::InArrears | Self::ProRataExhausted => Some(RuleKey::Default),
            Self::NoCompletionRule => Some(RuleKey::Default),
            Self::ValueDateInvalid | Self::InitiatorMismatch => Some(RuleKey::Initiator),
            Self::ReturnExceeds | Self::ReturnTooLate => Some(RuleKey::Returns),
            Self::PayInFirst | Self::LegMismatch => Some(RuleKey::Settlement),
            Self::Suspended | Self::NotSuspended | Self::SettlementBlocked => Some(RuleKey::Suspension),
            Self::NotAuthorised
            | Self::FourEyesMissing
            | Self::FourEyesSamePerson
            | Self::ArrangementUnknown
            | Self::ParticipantUnknown
            | Self::MemberUnknown
            | Self::CurrencyUnknown
            | Self::CalendarUnknown
            | Self::RulebookUnknown
            | Self::PaymentUnknown
            | Self::CycleUnknown
            | Self::AlreadyRegistered
            | Self::TextInvalid
            | Self::UetrFormat
            | Self::UetrReused
            | Self::SameParty
            | Self::SameMember
            | Self::LimitNotInRulebook
            | Self::EffectiveDatePast
            | Self::MemberNotFlat
            | Self::PaymentState
            | Self::Final
            | Self::Screened => None,
        }
    }

    /// Whether the same order under a new reference may pass later, other things having changed.
    #[must_use]
    pub const fn is_transient(self) -> bool {
        matches!(
            self,
            Self::Suspended
                | Self::EntryClosed
                | Self::RateMissing
                | Self::CreditorLimit
                | Self::PairLine
                | Self::TransferOverdue
                | Self::ShareExceeded
                | Self::PrefinancingLimit
                | Self::MemberLimit
                | Self::AllocationLimit
                | Self::FacilityLimit
                | Self::FacilityStopped
                | Self::PrefundedBalance
                | Self::QueueFull
                | Self::InCycle
                | Self::PayInFirst
                | Self::DayIsOpen
                | Self::MemberNotFlat
                | Self::PrefundingInUse
                | Self::InArrears
                | Self::FundInUse
                | Self::TotalCeiling
                | Self::LineCeiling
                | Self::DrawingOverdue
                | Self::FundShort
                | Self::DayNotOpen
        )
    }
}

/// A refusal with the limit that gave it, where one did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct RefusedBy {
    /// The refusal.
    pub refusal: Refusal,
    /// The limit, where one was passed.
    pub scope: Option<Scope>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn numbers_and_codes_are_unique_and_lead_back() {
        let codes: BTreeSet<_> = Refusal::ALL.iter().map(|r| r.code()).collect();
        let numbers: BTreeSet<_> = Refusal::ALL.iter().map(|r| r.number()).collect();
        assert_eq!(codes.len(), Refusal::ALL.len());
        assert_eq!(numbers.len(), Refusal::ALL.len());
        for refusal in Refusal::ALL {
            assert_eq!(Refusal::from_number(refusal.number()), Some(*refusal));
            assert!(refusal.code().bytes().all(|b| b.is_ascii_uppercase() || b == b'_'), "{}", refusal.code());
        }
    }

    #[test]
    fn published_numbers_stay_what_they_were() {
        // A number that appears here was written into journals: changing one changes what old journals say.
        for (number, refusal) in [
            (1, Refusal::NotAuthorised),
            (30, Refusal::UetrReused),
            (42, Refusal::RateMissing),
            (52, Refusal::PairLine),
            (54, Refusal::ShareExceeded),
            (71, Refusal::InCycle),
            (87, Refusal::Screened),
        ] {
            assert_eq!(Refusal::from_number(number), Some(refusal));
        }
        assert_eq!(Refusal::from_number(0), None);
        assert_eq!(Refusal::from_number(u16::MAX), None);
    }

    #[test]
    fn every_reason_is_a_code_of_the_iso_20022_status_reasons() {
        // ExternalStatusReason1Code, external code sets of May 2025: those that are used here, with what they say.
        let status_reasons = [
            ("AG03", "transaction type not supported"),
            ("AG08", "invalid or missing access right"),
            ("AG09", "original payment never received"),
            ("AG10", "agent suspended"),
            ("AG12", "not allowed within one institution"),
            ("AM02", "amount greater than the maximum"),
            ("AM03", "currency outside the agreement"),
            ("AM04", "insufficient funds"),
            ("AM09", "not the amount agreed or expected"),
            ("AM11", "transaction currency invalid"),
            ("AM12", "amount invalid"),
            ("AM23", "amount exceeds the settlement limit"),
            ("CH16", "content incorrect"),
            ("DS19", "the user's rights are insufficient to execute the order"),
            ("DS26", "the same user has signed several times"),
            ("DT01", "date invalid"),
            ("DT03", "not a processing day"),
            ("DU03", "transaction not unique"),
            ("DUPL", "duplicate of another payment"),
            ("FF07", "purpose invalid"),
            ("FF08", "end-to-end identification invalid"),
            ("FF12", "original payment not eligible to be returned"),
            ("NARR", "narrative"),
            ("RC02", "bank identifier invalid"),
            ("RC08", "clearing system member identifier invalid"),
            ("RC15", "settlement agreement required"),
            ("RR04", "regulatory reason"),
            ("RR05", "reporting information missing"),
            ("RR09", "structured reference invalid or missing"),
            ("TM01", "received after the cut-off time"),
        ];
        let known: BTreeSet<&str> = status_reasons.iter().map(|(code, _)| *code).collect();
        let used: BTreeSet<&str> = Refusal::ALL.iter().map(|refusal| refusal.iso20022_reason()).collect();
        assert_eq!(used, known);
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "reads the published code sets in ../shared")]
    fn every_reason_is_in_the_published_code_set() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/iso20022/external_codes.csv");
        let Ok(codes) = std::fs::read_to_string(path) else {
            eprintln!("SKIPPED: the published code sets are not here; codes are compared with the list in the test");
            return;
        };
        for refusal in Refusal::ALL {
            let row = format!("status_reason,{},", refusal.iso20022_reason());
            assert!(codes.lines().any(|line| line.starts_with(&row)), "{refusal:?}: {row}");
        }
    }
}
