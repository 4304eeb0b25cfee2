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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_of<T: Copy + std::fmt::Debug>(list: &'static [T]) -> impl Strategy<Value = T> {
        (0..list.len()).prop_map(|at| list[at])
    }

    /// Small numbers often, every number sometimes.
    fn any_number() -> impl Strategy<Value = u64> {
        prop_oneof![3 => 0..1_000_000_u64, 1 => any::<u64>(), 1 => any_of(&[0, 127, 128, u64::MAX])]
    }

    prop_compose! {
        fn originals()(
            ids in (any::<[u8; 16]>(), any::<[u8; 16]>(), any::<Option<[u8; 16]>>(), any::<u16>(), any::<u16>()),
            institutions in prop::array::uniform3(any_number().prop_map(|n| u32::try_from(n % 3).unwrap() * 0x5555_5555)),
            states in (any_of(PaymentState::ALL), any_of(LegState::ALL), any_of(LegState::ALL), any::<[bool; 2]>()),
            listed in (any_of(&DENOMINATIONS), prop::option::of(any_of(&PAYOUTS)), prop::option::of(any_of(&OUTCOMES))),
            amounts in prop::array::uniform5(any_number()),
            links in (prop::option::of(any_number()), any::<Option<u32>>(), prop::option::of(any_of(Refusal::ALL))),
            times in (any::<Option<i64>>(), any::<i32>(), any::<i32>(), any::<Option<i32>>()),
            payment in any_number(),
        ) -> PaymentOriginal {
            PaymentOriginal {
                payment: PaymentId(payment),
                arrangement: ArrangementId(ids.3),
                return_of: links.0.map(PaymentId),
                instructing: InstitutionId(institutions[0]),
                payer: InstitutionId(institutions[1]),
                payee: InstitutionId(institutions[2]),
                uetr: Uetr(ids.0),
                content: ContentDigest(ids.1),
                document: ids.2.map(DocumentKey),
                state: states.0,
                refusal: links.2,
                collection: states.1,
                payout: states.2,
                payout_when: listed.1,
                payer_minor: amounts[0],
                position_minor: amounts[1],
                payee_minor: amounts[2],
                returned_minor: amounts[3],
                returned_payee_minor: amounts[4],
                position_currency: CurrencyId(ids.4),
                denomination: listed.0,
                urgent: states.3[0],
                collected_first: states.3[1],
                quote_until: times.0.map(Timestamp),
                value_date: Date(times.1),
                entered: Date(times.2),
                conformity_by: times.3.map(Date),
                cycle: links.1.map(CycleId),
                dispute_outcome: listed.2,
            }
        }
    }

    fn packed(original: &PaymentOriginal) -> Vec<u8> {
        let mut bytes = Vec::new();
        pack(original, &mut bytes);
        bytes
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn what_was_packed_comes_back_and_fits_its_length(original in originals()) {
            let bytes = packed(&original);
            prop_assert!(bytes.len() <= PACKED_BYTES_MAX && PACKED_BYTES_MAX < 256);
            prop_assert_eq!(unpack(original.payment, &bytes), Some(original));
        }

        #[test]
        fn bytes_that_are_read_are_the_ones_that_would_be_written(
            original in originals(),
            changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
            cut in any::<prop::sample::Index>(),
            cuts in any::<bool>(),
        ) {
            let mut bytes = packed(&original);
            for (at, byte) in changes {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            if cuts {
                bytes.truncate(cut.index(bytes.len()));
            }
            if let Some(read) = unpack(original.payment, &bytes) {
                prop_assert_eq!(packed(&read), bytes);
            }
        }
    }

    #[test]
    fn states_fit_the_bits_that_they_have() {
        assert!(PaymentState::ALL.iter().all(|&state| (state as u8) < 16));
        assert!(LegState::ALL.iter().all(|&leg| (leg as u8) < 8));
    }

    #[test]
    fn a_payment_of_every_day_takes_some_sixty_bytes() {
        let original = PaymentOriginal {
            payment: PaymentId(123_456_789),
            arrangement: ArrangementId(0),
            return_of: None,
            instructing: InstitutionId(140),
            payer: InstitutionId(140),
            payee: InstitutionId(233),
            uetr: Uetr([0x4a; 16]),
            content: ContentDigest([0x5b; 16]),
            document: None,
            state: PaymentState::PaidOut,
            refusal: None,
            collection: LegState::Confirmed,
            payout: LegState::Confirmed,
            payout_when: Some(Payout::AfterSettlement),
            payer_minor: 200_901,
            position_minor: 2_005,
            payee_minor: 10_000,
            returned_minor: 0,
            returned_payee_minor: 0,
            position_currency: CurrencyId(3),
            denomination: Denomination::Payee,
            urgent: false,
            collected_first: true,
            quote_until: None,
            value_date: Date(20_001),
            entered: Date(20_000),
            conformity_by: None,
            cycle: Some(CycleId(870)),
            dispute_outcome: None,
        };
        // The form is stored: golden bytes.
        let golden = [
            &[0x38, 0xc3, 0xa0, 0x00][..],
            &[0x4a; 16],
            &[0x5b; 16],
            &[0x00, 0x8c, 0x01, 0xe9, 0x01, 0xc5, 0xa1, 0x0c, 0xd5, 0x0f, 0x90, 0x4e, 0x03],
            &[0xc0, 0xb8, 0x02, 0x02, 0xe6, 0x06],
        ];
        assert_eq!(packed(&original), golden.concat());
        assert_eq!(golden.concat().len(), 55);
    }
}
