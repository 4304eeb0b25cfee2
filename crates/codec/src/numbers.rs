//! Numbers that stand for names in bytes. They are permanent: a number is never changed and never used again, and a new
//! name gets a new one. The numbers of event types are in `events.rs`, those of refusals in `domain::refusal`.
//!
//! golden/numbers.txt is the list of what has been published; it only grows.

use crate::item::Item;
use crate::reader::{Reader, Refused};
use crate::writer::Writer;
use domain::credit::{CreditBalance, HoldingKind, RungAction, RungOf};
use domain::event::{CommandKind, DisputeOutcome, EndReason, Payout, Stage};
use domain::payment::LegState;
use domain::plan::{
    BusinessDays, CalendarRole, CheckDigit, ConversionRates, Counterparty, DayStep, Denomination, FeeTo, Initiator,
    LimitKind, Netting, PositionCurrency, Purpose, QueuedIn, ReturnRate, Silence, TriggerEvent, WhenUnset,
};
use domain::reserve::{ReserveAgainst, ReserveBase, ReserveGrant};
use domain::{PaymentState, RunMethod};
use money::{DayCount, Rounding};

/// Numbers of an enumeration whose variants carry nothing: the variant is its number.
macro_rules! variants {
    ($($name:ident { $($variant:ident = $number:literal),+ $(,)? })+) => {
        $(impl Item for $name {
            #[inline]
            fn write(&self, to: &mut Writer<'_>) {
                to.unsigned(match self { $(Self::$variant => $number),+ });
            }

            #[inline]
            fn read(from: &mut Reader<'_>) -> Result<Self, Refused> {
                let at = from.position();
                match from.unsigned(stringify!($name))? {
                    $($number => Ok(Self::$variant),)+
                    _ => Err(from.out_of_range(at, stringify!($name))),
                }
            }
        })+

        /// Every number of these enumerations, with its name.
        #[cfg(test)]
        const VARIANTS: &[(&str, &[(u64, &str)])] =
            &[$((stringify!($name), &[$(($number, stringify!($variant))),+])),+];
    };
}

/// Numbers of an enumeration some of whose variants carry something.
macro_rules! tags {
    ($($(#[$meta:meta])* $module:ident { $($tag:ident = $number:literal),+ $(,)? })+) => {
        $($(#[$meta])* pub(crate) mod $module {
            $(pub(crate) const $tag: u64 = $number;)+
        })+

        /// Every number of these enumerations, with its name.
        #[cfg(test)]
        const TAGS: &[(&str, &[(u64, &str)])] = &[$((stringify!($module), &[$(($number, stringify!($tag))),+])),+];
    };
}

variants! {
    BusinessDays { Weekdays = 1, AllMembersOpen = 2, AgentOpen = 3, EveryDay = 4 }
    CalendarRole { Agent = 1, AssetCentre = 2, Members = 3 }
    CheckDigit { None = 0, Iso7064Mod11_10 = 1 }
    CommandKind {
        RegisterCurrency = 1, DefineCalendar = 2, SetCalendarDays = 3, RegisterMember = 4, AuthoriseInstitution = 5,
        AdoptRulebook = 6, OpenArrangement = 7, Join = 8, Leave = 9, SetLimit = 10, MovePrefunding = 11,
        PublishRate = 12, OpenDay = 13, Submit = 14, ConfirmCollections = 15, Cancel = 16, ResolveHold = 17,
        GiveConformity = 18, ConfirmPayouts = 19, FailPayout = 20, Return = 21, OpenDispute = 22, EndDispute = 23,
        ConfirmSettlement = 24, ConfirmTransfer = 25, Suspend = 26, Reinstate = 27, ProposeRun = 28,
        ResumeFacility = 40, ConfirmFees = 41, PublishUnitValue = 42, TransferAllocation = 43, ReportPosition = 44,
        PublishIndex = 30, MoveFund = 31, DrawReserve = 32, RenewDrawing = 33, MoveDrawing = 34,
        GiveNotice = 50, WithdrawNotice = 51, SetPurposes = 52, SetStage = 53, ExtendDay = 54,
        SetHoliday = 55, MovePayIn = 56, MoveRun = 57, SetEntryConsent = 58,
        CompleteCycle = 59, ConfirmArrears = 100,
    }
    CreditBalance { Claims = 1, Debts = 2, Instalments = 3 }
    ConversionRates { PreviousFixing = 1, DayOfClosing = 2 }
    Counterparty { House = 1, Pair = 2 }
    DayCount { Actual360 = 1, Actual365 = 2 }
    DayStep {
        EntryOpens = 1, RunsFrom = 2, RunsTo = 3, Fixing = 4, EntryCutOff = 5, LastRun = 6, Close = 7, PayInBy = 8,
    }
    Denomination { Payee = 1, Payer = 2, Asset = 3 }
    DisputeOutcome { Upheld = 1, Rejected = 2, Lapsed = 3 }
    EndReason { Cancelled = 1, Suspended = 2, Void = 3, Expired = 4, QuoteLapsed = 5, MemberLeaving = 6 }
    HoldingKind { Undated = 1, Lot = 2, Instalment = 3, Pair = 4 }
    Initiator { Payer = 1, Payee = 2 }
    LegState { None = 0, Due = 1, Instructed = 2, Confirmed = 3, Failed = 4, Aged = 5 }
    FeeTo { House = 1, PayerMember = 2, PayeeMember = 3 }
    LimitKind {
        InstitutionShare = 1, Pair = 2, CreditorExposure = 3, PerPayment = 4, Prefinancing = 5, Quota = 6, Claims = 7,
        Debts = 8, MemberTowardsAll = 20, Facility = 21, PrefundedBalance = 22, Allocation = 23,
    }
    Netting { Bilateral = 1, Multilateral = 2, None = 20 }
    PaymentState {
        Refused = 1, AwaitingRate = 2, AwaitingCollection = 3, Held = 4, Queued = 5, InCycle = 6, Cleared = 7, PaidOut = 8,
        Cancelled = 9, Expired = 10, Returned = 11, PartlyReturned = 12, Disputed = 13,
    }
    Payout { AtClearing = 1, AfterSettlement = 2, AtConformity = 3 }
    PositionCurrency { Asset = 1, Denominated = 2 }
    Purpose { Goods = 1, Services = 2, Remittance = 3, Pension = 4, PublicProgramme = 5, Investment = 6 }
    QueuedIn { Cancel = 1, Keep = 2 }
    ReserveAgainst { Promise = 1, Currency = 2 }
    ReserveBase { PaidIn = 1, Committed = 2 }
    ReserveGrant { Right = 1, Decision = 2 }
    ReturnRate { Original = 1, Day = 2 }
    Rounding { Floor = 1, Ceiling = 2, HalfUp = 3, HalfEven = 4 }
    RungAction { Notice = 1, Consult = 2, NoNewCredit = 3, Referral = 4 }
    RungOf { DebtorLimit = 1, CreditorLimit = 2, TotalCredit = 3 }
    RunMethod { Optimal = 1, Fifo = 2, Unfrozen = 3 }
    Silence { Conformity = 1, Extorno = 2 }
    Stage { Observer = 1, Shadow = 2, Prefunded = 3, Net = 4 }
    TriggerEvent { Acceptance = 1, Fixing = 2, Conformity = 3, Collection = 4, Clearing = 5, NetSettled = 6 }
    WhenUnset { Unlimited = 1, Zero = 2 }
}

tags! {
    /// What became of a payment whose leg 1 was confirmed: the first four as in a disposition.
    admitted {
        CLEARED_PAYOUT_AT_CLEARING = 1, CLEARED_PAYOUT_AFTER_SETTLEMENT = 2, CLEARED_PAYOUT_AT_CONFORMITY = 3,
        QUEUED = 4, ALREADY_CLEARED = 5,
    }
    credit_part { TRANCHES = 1, INSTALMENTS = 2, APPORTIONED = 3, PASS_THROUGH = 4 }
    credit_rate { FIXED = 1, INDEX = 2 }
    cycle_length { DAY = 1, MONTHS = 2, WEEK = 20, CONTINUOUS = 21 }
    /// What became of a payment. Those that clear are three, so that the straight path spends one byte on it.
    disposition {
        CLEARED_PAYOUT_AT_CLEARING = 1, CLEARED_PAYOUT_AFTER_SETTLEMENT = 2, CLEARED_PAYOUT_AT_CONFORMITY = 3,
        QUEUED = 4, AWAITING_RATE = 5, AWAITING_COLLECTION = 6, HELD = 7,
    }
    fee { PERCENT = 1, FLAT = 2 }
    on_limit { REFUSE = 1, QUEUE = 2, PAY_EXCESS = 3, PAY_IN_ASSET = 4, BUY_ALLOCATION = 20, SUSPEND_FACILITY = 21 }
    owner { HOUSE = 1, MEMBER = 2, INSTITUTION = 3, ARRANGEMENT = 4 }
    price { FIXED = 1, OPEN = 2, PAR = 3 }
    quote { TWO_SIDED = 1, REFERENCE = 2 }
    rate_rounding { NEAREST = 1, HALF_STEP = 2 }
    role { HOUSE = 0, OPERATOR = 1, AGENT = 2, MEMBER = 3, INSTITUTION = 4 }
    rule_key {
        MEMBERS = 1, INITIATOR = 2, INSTRUMENT = 3, PRICE = 4, DENOMINATION = 5, COUNTERPARTY = 6,
        POSITION_CURRENCY = 7, SETTLEMENT_ASSET = 8, TRIGGERS = 9, PURPOSES = 10, EVIDENCE = 11, LIMIT = 12, QUEUE = 13,
        DAY = 14, CYCLE = 15, SETTLEMENT = 16, INTEREST = 17, CONFORMITY = 18, RETURNS = 19, SUSPENSION = 20,
        CREDIT = 30, QUOTAS = 31, FUND = 32, CREDIT_INTEREST = 33, LADDER = 34, RESERVE = 35, FEES = 40, UNITS = 41,
        EXIT = 50, DEFAULT = 51,
    }
    scope {
        INSTITUTION_SHARE = 1, PAIR = 2, CREDITOR_EXPOSURE = 3, PER_PAYMENT = 4, PREFINANCING = 5, COMMITTED_LINE = 6,
        QUOTA = 7, CLAIMS = 8, DEBTS = 9, MEMBER_TOWARDS_ALL = 20, FACILITY = 21, PREFUNDED_BALANCE = 22,
        ALLOCATION = 23,
    }
}

#[cfg(test)]
mod tests {
    use super::{TAGS, VARIANTS};
    use crate::EVENT_TYPES;
    use domain::Refusal;
    use sha2::{Digest, Sha256};
    use std::collections::BTreeSet;
    use std::fmt::Write;

    const PUBLISHED: &str = include_str!("../golden/numbers.txt");

    /// Every number in bytes with the name it stands for, one a line.
    fn all() -> String {
        let mut text = String::new();
        for event in EVENT_TYPES {
            writeln!(text, "event {} {}", event.number, event.name).unwrap();
        }
        for refusal in Refusal::ALL {
            writeln!(text, "refusal {} {}", refusal.number(), refusal.code()).unwrap();
        }
        for (enumeration, numbers) in VARIANTS.iter().chain(TAGS) {
            for (number, name) in *numbers {
                writeln!(text, "{enumeration} {number} {name}").unwrap();
            }
        }
        text
    }

    #[test]
    fn no_number_stands_for_two_names() {
        let mut seen = BTreeSet::new();
        for line in all().lines() {
            let (number, _) = line.rsplit_once(' ').unwrap();
            assert!(seen.insert(number.to_owned()), "{line}: the number is taken");
        }
    }

    #[test]
    fn the_published_list_only_grows() {
        const FIRST_LINES: usize = 255;
        const THEIR_SHA256: &str = "670835affd097525adaa10da964f6338804992c4d1878304ee16af64f54ac44b";
        let mut text = String::new();
        for line in PUBLISHED.lines().take(FIRST_LINES) {
            writeln!(text, "{line}").unwrap();
        }
        let digest = Sha256::digest(text).iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
        assert_eq!(digest, THEIR_SHA256, "golden/numbers.txt was edited; lines may only be added at its end");
    }

    #[test]
    fn what_was_published_still_stands() {
        let published: BTreeSet<&str> = PUBLISHED.lines().collect();
        let now = all();
        let now: BTreeSet<&str> = now.lines().collect();
        let gone: Vec<_> = published.difference(&now).collect();
        let unpublished: Vec<_> = now.difference(&published).collect();
        assert!(gone.is_empty(), "published numbers were changed or taken away: {gone:?}");
        assert!(unpublished.is_empty(), "add new numbers to golden/numbers.txt, at the end: {unpublished:?}");
    }
}
