//! An original as few bytes: 60 to 90 for most, instead of the 200 that it takes in memory.
//!
//! ```text
//! state | leg 1 · urgent          1 byte   bits 0-3, 4-6, 7
//! leg 3 | denomination | when · collected first   1 byte   bits 0-2, 3-4, 5-6, 7
//! which of what follows is there  1 byte   see PRESENT_*
//! outcome of dispute | gave back  1 byte   bits 0-1, 2
//! UETR, content digest            32 bytes
//! document key                    16 bytes, if there
//! arrangement, instructing, payer*, payee*, three amounts, given back twice*, currency,
//! return of*, refusal*, quote*, entered, value date, conformity*, cycle*     LEB128 each, * if there
//! ```
//!
//! Signed numbers are zigzag; value date and conformity count from the day of entry. Every original has one packed form
//! only: [`unpack`] refuses every other. The ordinal is not in it: the block around it has it.

use domain::event::{DisputeOutcome, Payout};
use domain::payment::LegState;
use domain::plan::Denomination;
use domain::{
    ArrangementId, ContentDigest, CurrencyId, CycleId, Date, DocumentKey, InstitutionId, PaymentId, PaymentOriginal,
    PaymentState, Refusal, Timestamp, Uetr,
};

/// Most bytes that an original takes.
pub(crate) const PACKED_BYTES_MAX: usize = 4 + 48 + 8 * 10 + 11 * 5;

const URGENT: u8 = 1 << 7;
const COLLECTED_FIRST: u8 = 1 << 7;

const PRESENT_RETURN_OF: u8 = 1;
const PRESENT_DOCUMENT: u8 = 1 << 1;
const PRESENT_REFUSAL: u8 = 1 << 2;
const PRESENT_QUOTE: u8 = 1 << 3;
const PRESENT_CONFORMITY: u8 = 1 << 4;
const PRESENT_CYCLE: u8 = 1 << 5;
/// The payer's institution is another one than the instructing.
const PRESENT_PAYER: u8 = 1 << 6;
/// The payee's institution is another one than the instructing.
const PRESENT_PAYEE: u8 = 1 << 7;

const GAVE_BACK: u8 = 1 << 2;

/// Appends an original without its ordinal.
pub(crate) fn pack(original: &PaymentOriginal, out: &mut Vec<u8>) {
    let when = original.payout_when.map_or(0, |when| number_of(&PAYOUTS, &when) + 1);
    let outcome = original.dispute_outcome.map_or(0, |outcome| number_of(&OUTCOMES, &outcome) + 1);
    let gave_back = original.returned_minor != 0 || original.returned_payee_minor != 0;
    out.push(original.state as u8 | (original.collection as u8) << 4 | bit(original.urgent, URGENT));
    let denomination = number_of(&DENOMINATIONS, &original.denomination);
    out.push(original.payout as u8 | denomination << 3 | when << 5 | bit(original.collected_first, COLLECTED_FIRST));
    out.push(present(original));
    out.push(outcome | bit(gave_back, GAVE_BACK));
    out.extend_from_slice(&original.uetr.0);
    out.extend_from_slice(&original.content.0);
    if let Some(document) = original.document {
        out.extend_from_slice(&document.0);
    }
    put(out, original.arrangement.0.into());
    put(out, original.instructing.0.into());
    for institution in [original.payer, original.payee] {
        put_if(out, (institution != original.instructing).then_some(institution.0.into()));
    }
    put(out, original.payer_minor);
    put(out, original.position_minor);
    put(out, original.payee_minor);
    put_if(out, gave_back.then_some(original.returned_minor));
    put_if(out, gave_back.then_some(original.returned_payee_minor));
    put(out, original.position_currency.0.into());
    put_if(out, original.return_of.map(|payment| payment.0));
    put_if(out, original.refusal.map(|refusal| refusal.number().into()));
    put_if(out, original.quote_until.map(|until| zigzag(until.0)));
    put(out, zigzag(original.entered.0.into()));
    put(out, days_after(original.entered, original.value_date));
    put_if(out, original.conformity_by.map(|by| days_after(original.entered, by)));
    put_if(out, original.cycle.map(|cycle| cycle.0.into()));
}

/// Reads an original; nothing if these are not the packed form of one.
pub(crate) fn unpack(payment: PaymentId, bytes: &[u8]) -> Option<PaymentOriginal> {
    let mut from = Reader { bytes };
    let [first, second, present, last] = from.array::<4>()?;
    let uetr = Uetr(from.array()?);
    let content = ContentDigest(from.array()?);
    let has = |flag: u8| present & flag != 0;
    let document = from.when(has(PRESENT_DOCUMENT), |from| from.array().map(DocumentKey))?;
    let arrangement = ArrangementId(from.narrow()?);
    let instructing = InstitutionId(from.narrow()?);
    let payer = from.when(has(PRESENT_PAYER), Reader::narrow)?.map(InstitutionId);
    let payee = from.when(has(PRESENT_PAYEE), Reader::narrow)?.map(InstitutionId);
    let [payer_minor, position_minor, payee_minor] = [from.number()?, from.number()?, from.number()?];
    let gave_back = last & GAVE_BACK != 0;
    let returned_minor = from.when(gave_back, Reader::number)?.unwrap_or(0);
    let returned_payee_minor = from.when(gave_back, Reader::number)?.unwrap_or(0);
    let position_currency = CurrencyId(from.narrow()?);
    let return_of = from.when(has(PRESENT_RETURN_OF), Reader::number)?.map(PaymentId);
    let refusal = from.when(has(PRESENT_REFUSAL), |from| Refusal::from_number(from.narrow()?))?;
    let quote_until = from.when(has(PRESENT_QUOTE), |from| from.number().map(unzigzag))?.map(Timestamp);
    let entered = Date(i32::try_from(unzigzag(from.number()?)).ok()?);
    let value_date = from.date_after(entered)?;
    let conformity_by = from.when(has(PRESENT_CONFORMITY), |from| from.date_after(entered))?;
    let cycle = from.when(has(PRESENT_CYCLE), Reader::narrow)?.map(CycleId);
    let original = PaymentOriginal {
        payment,
        arrangement,
        return_of,
        instructing,
        payer: payer.unwrap_or(instructing),
        payee: payee.unwrap_or(instructing),
        uetr,
        content,
        document,
        state: numbered(PaymentState::ALL, |state| *state as u8, first & 0xf)?,
        refusal,
        collection: numbered(LegState::ALL, |leg| *leg as u8, first >> 4 & 0b111)?,
        payout: numbered(LegState::ALL, |leg| *leg as u8, second & 0b111)?,
        payout_when: one_of(&PAYOUTS, second >> 5 & 0b11)?,
        payer_minor,
        position_minor,
        payee_minor,
        returned_minor,
        returned_payee_minor,
        position_currency,
        denomination: one_of(&DENOMINATIONS, (second >> 3 & 0b11) + 1)??,
        urgent: first & URGENT != 0,
        collected_first: second & COLLECTED_FIRST != 0,
        quote_until,
        value_date,
        entered,
        conformity_by,
        cycle,
        dispute_outcome: one_of(&OUTCOMES, last & 0b11)?,
    };
    let canonical = from.bytes.is_empty()
        && last & !0b111 == 0
        && payer != Some(instructing)
        && payee != Some(instructing)
        && gave_back == (returned_minor != 0 || returned_payee_minor != 0);
    canonical.then_some(original)
}

const PAYOUTS: [Payout; 3] = [Payout::AtClearing, Payout::AfterSettlement, Payout::AtConformity];
const DENOMINATIONS: [Denomination; 3] = [Denomination::Payee, Denomination::Payer, Denomination::Asset];
const OUTCOMES: [DisputeOutcome; 3] = [DisputeOutcome::Upheld, DisputeOutcome::Rejected, DisputeOutcome::Lapsed];

/// The place of a value in its list, which is part of the format.
fn number_of<T: PartialEq>(list: &[T; 3], value: &T) -> u8 {
    let at = list.iter().position(|listed| listed == value).expect("the list has every value");
    u8::try_from(at).expect("three values")
}

/// The value of a number from 1, nothing for 0; `None` for a number that has no value.
fn one_of<T: Copy>(list: &[T; 3], number: u8) -> Option<Option<T>> {
    match number {
        0 => Some(None),
        _ => list.get(usize::from(number) - 1).map(|value| Some(*value)),
    }
}

fn numbered<T: Copy>(all: &[T], number_of: impl Fn(&T) -> u8, number: u8) -> Option<T> {
    all.iter().find(|value| number_of(value) == number).copied()
}

fn present(original: &PaymentOriginal) -> u8 {
    bit(original.return_of.is_some(), PRESENT_RETURN_OF)
        | bit(original.document.is_some(), PRESENT_DOCUMENT)
        | bit(original.refusal.is_some(), PRESENT_REFUSAL)
        | bit(original.quote_until.is_some(), PRESENT_QUOTE)
        | bit(original.conformity_by.is_some(), PRESENT_CONFORMITY)
        | bit(original.cycle.is_some(), PRESENT_CYCLE)
        | bit(original.payer != original.instructing, PRESENT_PAYER)
        | bit(original.payee != original.instructing, PRESENT_PAYEE)
}

const fn bit(set: bool, flag: u8) -> u8 {
    if set { flag } else { 0 }
}

fn days_after(entered: Date, date: Date) -> u64 {
    zigzag(i64::from(date.0) - i64::from(entered.0))
}

const fn zigzag(number: i64) -> u64 {
    (number << 1 ^ number >> 63).cast_unsigned()
}

const fn unzigzag(number: u64) -> i64 {
    (number >> 1).cast_signed() ^ -((number & 1).cast_signed())
}

/// Appends a number, least significant seven bits first.
pub(crate) fn put(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(u8::try_from(number & 0x7f).expect("seven bits") | 0x80);
        number >>= 7;
    }
    out.push(u8::try_from(number).expect("seven bits"));
}

fn put_if(out: &mut Vec<u8>, number: Option<u64>) {
    if let Some(number) = number {
        put(out, number);
    }
}

/// Takes values from the front of bytes; nothing when there are too few, or a number is not in its shortest form.
pub(crate) struct Reader<'a> {
    pub(crate) bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(count)?;
        self.bytes = rest;
        Some(taken)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N).map(|bytes| bytes.try_into().expect("as many as were asked for"))
    }

    pub(crate) fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..u64::BITS).step_by(7) {
            let [byte] = self.array()?;
            let bits = u64::from(byte & 0x7f);
            if bits << shift >> shift != bits || (byte == 0 && shift > 0) {
                return None;
            }
            number |= bits << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    fn narrow<T: TryFrom<u64>>(&mut self) -> Option<T> {
        T::try_from(self.number()?).ok()
    }

    fn date_after(&mut self, entered: Date) -> Option<Date> {
        let days = unzigzag(self.number()?).checked_add(entered.0.into())?;
        i32::try_from(days).ok().map(Date)
    }

    /// A value that is there or not; `None` when it is there and cannot be read.
    fn when<T>(&mut self, there: bool, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<Option<T>> {
        if there { read(self).map(Some) } else { Some(None) }
    }
}
