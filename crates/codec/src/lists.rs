//! Lists of payments, and what became of a payment.
//!
//! A list of payments is one flat array: each payment as the difference from the one before it (the first from 0), then
//! what the list says of it. Payments that were entered together are near each other, so a difference takes one or two
//! bytes where the number itself would take five.

use crate::item::Item;
use crate::numbers::{admitted, disposition};
use crate::reader::{Reader, Refused};
use crate::writer::Writer;
use domain::event::{Admitted, Disposition, Payout, Released};
use domain::ids::PaymentId;
use domain::payment::{PricedForPayee, PricedPayment};

const EXPECTED: &str = "a list of payments";
const EXPECTED_PAYMENT: &str = "the difference from one payment to the next";

pub(crate) fn write_payments(list: &[PaymentId], to: &mut Writer<'_>) {
    to.array(list.len());
    let mut previous = 0;
    for payment in list {
        write_difference(&mut previous, *payment, to);
    }
}

pub(crate) fn read_payments(from: &mut Reader<'_>) -> Result<Vec<PaymentId>, Refused> {
    let count = from.array(1, EXPECTED)?;
    let mut list = Vec::with_capacity(count);
    let mut previous = 0;
    for _ in 0..count {
        list.push(read_difference(&mut previous, from)?);
    }
    Ok(list)
}

#[inline]
fn write_difference(previous: &mut u64, payment: PaymentId, to: &mut Writer<'_>) {
    match payment.0.checked_sub(*previous) {
        Some(difference) => to.unsigned(difference),
        None => to.wide(i128::from(payment.0) - i128::from(*previous)),
    }
    *previous = payment.0;
}

#[inline]
fn read_difference(previous: &mut u64, from: &mut Reader<'_>) -> Result<PaymentId, Refused> {
    let at = from.position();
    let payment = i128::from(*previous) + from.integer(EXPECTED_PAYMENT)?;
    *previous = u64::try_from(payment).map_err(|_| from.out_of_range(at, EXPECTED_PAYMENT))?;
    Ok(PaymentId(*previous))
}

/// Implements [`Item`] for a payment with something said of it: alone, an array of both; in a list, without one.
macro_rules! payment_with {
    ($type:ty, $value:ty, $split:expr, $join:expr) => {
        impl Item for $type {
            const LEAST_BYTES: usize = 3;

            fn write(&self, to: &mut Writer<'_>) {
                let (payment, value): (PaymentId, $value) = $split(self);
                to.array(2);
                payment.write(to);
                value.write(to);
            }

            fn read(from: &mut Reader<'_>) -> Result<Self, Refused> {
                from.array_of(2, "a payment and what is said of it")?;
                let payment = Item::read(from)?;
                Ok($join(payment, Item::read(from)?))
            }

            fn write_list(list: &[Self], to: &mut Writer<'_>) {
                to.array(list.len().checked_mul(2).expect("bug: a list longer than memory"));
                let mut previous = 0;
                for item in list {
                    let (payment, value): (PaymentId, $value) = $split(item);
                    write_difference(&mut previous, payment, to);
                    value.write(to);
                }
            }

            fn read_list(from: &mut Reader<'_>) -> Result<Vec<Self>, Refused> {
                let at = from.position();
                let items = from.array(1, EXPECTED)?;
                if items % 2 != 0 {
                    return Err(from.malformed(at, EXPECTED));
                }
                let mut list = Vec::with_capacity(items / 2);
                let mut previous = 0;
                for _ in 0..items / 2 {
                    let payment = read_difference(&mut previous, from)?;
                    list.push($join(payment, Item::read(from)?));
                }
                Ok(list)
            }
        }
    };
}

payment_with!(
    PricedPayment,
    money::AmountMinor,
    |item: &PricedPayment| (item.payment, item.payer),
    |payment, payer| PricedPayment { payment, payer }
);
payment_with!(
    PricedForPayee,
    money::AmountMinor,
    |item: &PricedForPayee| (item.payment, item.payee),
    |payment, payee| PricedForPayee { payment, payee }
);
payment_with!(Released, Payout, |item: &Released| (item.payment, item.payout), |payment, payout| Released {
    payment,
    payout
});
payment_with!((PaymentId, Admitted), Admitted, |item: &(PaymentId, Admitted)| *item, |payment, admitted| (
    payment, admitted
));

/// A number, or `[7, member]` for a payment that is held.
impl Item for Disposition {
    #[inline]
    fn write(&self, to: &mut Writer<'_>) {
        to.unsigned(match *self {
            Self::Cleared(Payout::AtClearing) => disposition::CLEARED_PAYOUT_AT_CLEARING,
            Self::Cleared(Payout::AfterSettlement) => disposition::CLEARED_PAYOUT_AFTER_SETTLEMENT,
            Self::Cleared(Payout::AtConformity) => disposition::CLEARED_PAYOUT_AT_CONFORMITY,
            Self::Queued => disposition::QUEUED,
            Self::AwaitingRate => disposition::AWAITING_RATE,
            Self::AwaitingCollection => disposition::AWAITING_COLLECTION,
            Self::Held(member) => {
                to.array(2);
                to.unsigned(disposition::HELD);
                member.write(to);
                return;
            }
        });
    }

    #[inline]
    fn read(from: &mut Reader<'_>) -> Result<Self, Refused> {
        const EXPECTED: &str = "what became of a payment: a number, or [7, member]";
        let at = from.position();
        let held = from.array_is_next();
        if held {
            from.array_of(2, EXPECTED)?;
        }
        match (held, from.unsigned(EXPECTED)?) {
            (false, disposition::CLEARED_PAYOUT_AT_CLEARING) => Ok(Self::Cleared(Payout::AtClearing)),
            (false, disposition::CLEARED_PAYOUT_AFTER_SETTLEMENT) => Ok(Self::Cleared(Payout::AfterSettlement)),
            (false, disposition::CLEARED_PAYOUT_AT_CONFORMITY) => Ok(Self::Cleared(Payout::AtConformity)),
            (false, disposition::QUEUED) => Ok(Self::Queued),
            (false, disposition::AWAITING_RATE) => Ok(Self::AwaitingRate),
            (false, disposition::AWAITING_COLLECTION) => Ok(Self::AwaitingCollection),
            (true, disposition::HELD) => Item::read(from).map(Self::Held),
            _ => Err(from.out_of_range(at, EXPECTED)),
        }
    }
}

impl Item for Admitted {
    #[inline]
    fn write(&self, to: &mut Writer<'_>) {
        to.unsigned(match *self {
            Self::Cleared(Payout::AtClearing) => admitted::CLEARED_PAYOUT_AT_CLEARING,
            Self::Cleared(Payout::AfterSettlement) => admitted::CLEARED_PAYOUT_AFTER_SETTLEMENT,
            Self::Cleared(Payout::AtConformity) => admitted::CLEARED_PAYOUT_AT_CONFORMITY,
            Self::Queued => admitted::QUEUED,
            Self::AlreadyCleared => admitted::ALREADY_CLEARED,
        });
    }

    #[inline]
    fn read(from: &mut Reader<'_>) -> Result<Self, Refused> {
        const EXPECTED: &str = "what became of a payment whose leg 1 was confirmed";
        let at = from.position();
        match from.unsigned(EXPECTED)? {
            admitted::CLEARED_PAYOUT_AT_CLEARING => Ok(Self::Cleared(Payout::AtClearing)),
            admitted::CLEARED_PAYOUT_AFTER_SETTLEMENT => Ok(Self::Cleared(Payout::AfterSettlement)),
            admitted::CLEARED_PAYOUT_AT_CONFORMITY => Ok(Self::Cleared(Payout::AtConformity)),
            admitted::QUEUED => Ok(Self::Queued),
            admitted::ALREADY_CLEARED => Ok(Self::AlreadyCleared),
            _ => Err(from.out_of_range(at, EXPECTED)),
        }
    }
}
