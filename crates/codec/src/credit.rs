//! Credit in bytes: its rules in a plan, and what a close with credit says.

use crate::item::{Item, Record, record, record_item, tuple_item};
use crate::numbers::{credit_part, credit_rate};
use crate::reader::{Reader, Refused};
use crate::writer::Writer;
use domain::credit::{
    CreditInterest, CreditPart, CreditRate, CreditRule, CycleClosedWithCredit, FundRule, Holding, NetInParts,
    QuotaTable, Rung, TrancheSchedule, TrancheSlice,
};

impl Item for Box<CreditRule> {
    const LEAST_BYTES: usize = 1 + CreditRule::FIELDS;

    fn write(&self, to: &mut Writer<'_>) {
        CreditRule::write(self, to);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Refused> {
        CreditRule::read(from).map(Self::new)
    }
}

record_item!(CreditRule { part, quotas, interest, ladder, fund });
record_item!(Rung { of, at_ppm, action });
record_item!(FundRule { paid_in_ppm, callable_ppm, capital_minor });
record_item!(TrancheSchedule {
    from,
    debtor,
    debtor_beyond_ppm,
    creditor,
    creditor_beyond_ppm,
    no_quota_as_debtor,
    no_quota,
});
record_item!(TrancheSlice { up_to_ppm, asset_ppm });
record_item!(QuotaTable { from, quotas, less_as_creditor });
record_item!(CreditInterest { on, basis, rate, rounding, dearer });
record_item!(Holding { member, kind, counterparty, date });
record_item!(NetInParts { member, cash_minor, credit_minor });
record!(CycleClosedWithCredit { closed, parts, interest, repaid, changes });

tuple_item! {
    (member: String, quota_minor: u64);
    (after_days: u16, more_ppm: u32);
    (holding: Holding, change_minor: i128);
}

/// `[1, schedules]`, `[2, count, every_months, bars_while_unpaid]`, `[3, amount, step]` or
/// `[4, schedules, debt_months, repaid_in_quarters]`.
impl Item for CreditPart {
    fn write(&self, to: &mut Writer<'_>) {
        match self {
            Self::Tranches { schedules } => {
                to.array(2);
                to.unsigned(credit_part::TRANCHES);
                schedules.write(to);
            }
            Self::Instalments { count, every_months, bars_while_unpaid } => {
                to.array(4);
                to.unsigned(credit_part::INSTALMENTS);
                count.write(to);
                every_months.write(to);
                bars_while_unpaid.write(to);
            }
            Self::Apportioned { amount, step } => {
                to.array(3);
                to.unsigned(credit_part::APPORTIONED);
                amount.write(to);
                step.write(to);
            }
            Self::PassThrough { schedules, debt_months, repaid_in_quarters } => {
                to.array(4);
                to.unsigned(credit_part::PASS_THROUGH);
                schedules.write(to);
                debt_months.write(to);
                repaid_in_quarters.write(to);
            }
        }
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Refused> {
        const EXPECTED: &str = "how nets are parted: [1, …], [2, …], [3, …] or [4, …]";
        let at = from.position();
        match (from.array(1, EXPECTED)?, from.unsigned(EXPECTED)?) {
            (2, credit_part::TRANCHES) => Ok(Self::Tranches { schedules: Item::read(from)? }),
            (4, credit_part::INSTALMENTS) => Ok(Self::Instalments {
                count: Item::read(from)?,
                every_months: Item::read(from)?,
                bars_while_unpaid: Item::read(from)?,
            }),
            (3, credit_part::APPORTIONED) => {
                Ok(Self::Apportioned { amount: Item::read(from)?, step: Item::read(from)? })
            }
            (4, credit_part::PASS_THROUGH) => Ok(Self::PassThrough {
                schedules: Item::read(from)?,
                debt_months: Item::read(from)?,
                repaid_in_quarters: Item::read(from)?,
            }),
            _ => Err(from.malformed(at, EXPECTED)),
        }
    }
}

/// `[1, ppm]` or `[2, name, margin_ppm, floor_ppm, fallback_ppm]`.
impl Item for CreditRate {
    fn write(&self, to: &mut Writer<'_>) {
        match self {
            Self::Fixed { ppm } => {
                to.array(2);
                to.unsigned(credit_rate::FIXED);
                ppm.write(to);
            }
            Self::Index { name, margin_ppm, floor_ppm, fallback_ppm } => {
                to.array(5);
                to.unsigned(credit_rate::INDEX);
                name.write(to);
                margin_ppm.write(to);
                floor_ppm.write(to);
                fallback_ppm.write(to);
            }
        }
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Refused> {
        const EXPECTED: &str = "a rate of interest: [1, rate] or [2, index, margin, floor, fallback]";
        let at = from.position();
        match (from.array(1, EXPECTED)?, from.unsigned(EXPECTED)?) {
            (2, credit_rate::FIXED) => Ok(Self::Fixed { ppm: Item::read(from)? }),
            (5, credit_rate::INDEX) => Ok(Self::Index {
                name: Item::read(from)?,
                margin_ppm: Item::read(from)?,
                floor_ppm: Item::read(from)?,
                fallback_ppm: Item::read(from)?,
            }),
            _ => Err(from.malformed(at, EXPECTED)),
        }
    }
}
