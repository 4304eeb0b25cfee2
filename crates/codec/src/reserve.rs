//! A reserve fund in bytes: its rules in a plan, and what is drawn from it.

use crate::item::{Item, Record, record, record_item, tuple_item};
use crate::reader::{Reader, Refused};
use crate::writer::Writer;
use domain::Date;
use domain::reserve::{ReserveDrawn, ReserveLine, ReserveRule, SwapSide};

impl Item for Box<ReserveRule> {
    const LEAST_BYTES: usize = 1 + ReserveRule::FIELDS;

    fn write(&self, to: &mut Writer<'_>) {
        ReserveRule::write(self, to);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Refused> {
        ReserveRule::read(from).map(Self::new)
    }
}

record_item!(ReserveRule { base, commitments, multiple_ppm, exceptions, lines });
record_item!(ReserveLine {
    name,
    against,
    granted_by,
    share_ppm,
    not_for,
    months,
    grace_months,
    instalments,
    renewals,
    rate,
    basis,
    rounding,
});
record_item!(SwapSide { currency, rate, amount });
record!(ReserveDrawn { arrangement, drawing, member, line, date, amount, rate_ppm, instalments, swap });

tuple_item! {
    (member: String, multiple_ppm: u32);
    (due: Date, minor: u64);
}
