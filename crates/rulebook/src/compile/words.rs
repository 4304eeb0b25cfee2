//! The schema's words in the vocabulary of plans.

use crate::schema::{
    AmountRounding, Basis, BusinessDayRule, CheckDigitKind, ConversionAt, CounterpartyKind, DenominationIn, FeeTo,
    InitiatorKind, NettingKind, PositionsIn, Purpose, QueuedItems, RateRoundingRule, ReturnAt, SilenceMeans, TriggerOn,
    Weekday,
};
use domain::plan;
use money::{DayCount, RateRounding, Rounding};

pub(super) fn initiator(initiator: InitiatorKind) -> plan::Initiator {
    match initiator {
        InitiatorKind::Payer => plan::Initiator::Payer,
        InitiatorKind::Payee => plan::Initiator::Payee,
        // No order ever comes in: whose it would be does not matter.
        InitiatorKind::Reported => plan::Initiator::Payer,
    }
}

pub(super) fn denomination(denomination: DenominationIn) -> plan::Denomination {
    match denomination {
        DenominationIn::Payee => plan::Denomination::Payee,
        DenominationIn::Payer => plan::Denomination::Payer,
        DenominationIn::Asset => plan::Denomination::Asset,
        // Where positions are in a unit of account, it stands in for the asset until the net is paid.
        DenominationIn::Unit => plan::Denomination::Asset,
    }
}

pub(super) fn counterparty(counterparty: CounterpartyKind) -> plan::Counterparty {
    match counterparty {
        CounterpartyKind::House => plan::Counterparty::House,
        CounterpartyKind::Pair => plan::Counterparty::Pair,
    }
}

pub(super) fn position_currency(currency: PositionsIn) -> plan::PositionCurrency {
    match currency {
        PositionsIn::Asset => plan::PositionCurrency::Asset,
        PositionsIn::Denominated => plan::PositionCurrency::Denominated,
        PositionsIn::Unit => plan::PositionCurrency::Asset,
    }
}

pub(super) fn check_digit(kind: CheckDigitKind) -> plan::CheckDigit {
    match kind {
        CheckDigitKind::None => plan::CheckDigit::None,
        CheckDigitKind::Iso7064Mod11And10 => plan::CheckDigit::Iso7064Mod11_10,
    }
}

/// Purposes as the engine knows them, in order and each once.
pub(super) fn purposes(purposes: &[Purpose]) -> Vec<plan::Purpose> {
    let mut known: Vec<plan::Purpose> = purposes
        .iter()
        .flat_map(|purpose| match purpose {
            Purpose::Goods => vec![plan::Purpose::Goods],
            Purpose::AssociatedServices | Purpose::Services => vec![plan::Purpose::Services],
            Purpose::Remittances => vec![plan::Purpose::Remittance],
            Purpose::Pensions => vec![plan::Purpose::Pension],
            Purpose::PublicProgrammes => vec![plan::Purpose::PublicProgramme],
            Purpose::Investment => vec![plan::Purpose::Investment],
            Purpose::CurrentPayments => vec![
                plan::Purpose::Goods,
                plan::Purpose::Services,
                plan::Purpose::Remittance,
                plan::Purpose::Pension,
                plan::Purpose::PublicProgramme,
            ],
        })
        .collect();
    known.sort();
    known.dedup();
    known
}

pub(super) fn rate_rounding(rule: RateRoundingRule, decimals: u8) -> RateRounding {
    let nearest = |rounding| RateRounding::Nearest { decimals, rounding };
    match rule {
        RateRoundingRule::HalfStep => RateRounding::HalfStep { decimals },
        RateRoundingRule::HalfUp => nearest(Rounding::HalfUp),
        RateRoundingRule::HalfEven => nearest(Rounding::HalfEven),
        RateRoundingRule::Floor => nearest(Rounding::Floor),
        RateRoundingRule::Ceiling => nearest(Rounding::Ceiling),
    }
}

pub(super) fn rounding(rounding: AmountRounding) -> Rounding {
    match rounding {
        AmountRounding::Floor => Rounding::Floor,
        AmountRounding::Ceiling => Rounding::Ceiling,
        AmountRounding::HalfUp => Rounding::HalfUp,
        AmountRounding::HalfEven => Rounding::HalfEven,
    }
}

pub(super) fn trigger_event(on: TriggerOn) -> plan::TriggerEvent {
    match on {
        TriggerOn::Acceptance => plan::TriggerEvent::Acceptance,
        TriggerOn::Fixing => plan::TriggerEvent::Fixing,
        TriggerOn::Conformity => plan::TriggerEvent::Conformity,
        TriggerOn::Collection => plan::TriggerEvent::Collection,
        TriggerOn::Clearing => plan::TriggerEvent::Clearing,
        TriggerOn::NetSettled => plan::TriggerEvent::NetSettled,
    }
}

pub(super) fn business_days(rule: BusinessDayRule) -> plan::BusinessDays {
    match rule {
        BusinessDayRule::Weekdays => plan::BusinessDays::Weekdays,
        BusinessDayRule::AllMembersOpen => plan::BusinessDays::AllMembersOpen,
        BusinessDayRule::AgentOpen => plan::BusinessDays::AgentOpen,
        BusinessDayRule::EveryDay => plan::BusinessDays::EveryDay,
    }
}

pub(super) fn fee_to(to: FeeTo) -> plan::FeeTo {
    match to {
        FeeTo::House => plan::FeeTo::House,
        FeeTo::PayerMember => plan::FeeTo::PayerMember,
        FeeTo::PayeeMember => plan::FeeTo::PayeeMember,
    }
}

pub(super) fn netting(netting: NettingKind) -> plan::Netting {
    match netting {
        NettingKind::Bilateral => plan::Netting::Bilateral,
        // With history: that is the tranches'.
        NettingKind::Multilateral | NettingKind::MultilateralWithHistory => plan::Netting::Multilateral,
        NettingKind::None => plan::Netting::None,
    }
}

/// 1 Monday … 5 Friday.
pub(super) fn day_of_week(day: Weekday) -> u8 {
    match day {
        Weekday::Monday => 1,
        Weekday::Tuesday => 2,
        Weekday::Wednesday => 3,
        Weekday::Thursday => 4,
        Weekday::Friday => 5,
    }
}

pub(super) fn conversion_rates(rates: ConversionAt) -> plan::ConversionRates {
    match rates {
        ConversionAt::PreviousFixing => plan::ConversionRates::PreviousFixing,
        ConversionAt::DayOfClosing => plan::ConversionRates::DayOfClosing,
    }
}

pub(super) fn day_count(basis: Basis) -> DayCount {
    match basis {
        Basis::Actual360 => DayCount::Actual360,
        Basis::Actual365 => DayCount::Actual365,
    }
}

pub(super) fn silence(silence: SilenceMeans) -> plan::Silence {
    match silence {
        SilenceMeans::Conformity => plan::Silence::Conformity,
        SilenceMeans::Extorno => plan::Silence::Extorno,
    }
}

pub(super) fn return_rate(rate: ReturnAt) -> plan::ReturnRate {
    match rate {
        ReturnAt::Original => plan::ReturnRate::Original,
        ReturnAt::Day => plan::ReturnRate::Day,
    }
}

pub(super) fn queued_in(items: QueuedItems) -> plan::QueuedIn {
    match items {
        QueuedItems::Cancel => plan::QueuedIn::Cancel,
        QueuedItems::Keep => plan::QueuedIn::Keep,
    }
}
