//! The rows of payments: read when an event names one that is not at hand, written when a transaction ends.

use super::trouble::{Taken, known, sound};
use crate::cell::Cell;
use crate::names::{Conformity, EndedBecause, Named, QueuedBecause};
use crate::schema::Table;
use crate::store::Store;
use domain::event::Payout;
use domain::plan::{Denomination, Purpose};
use domain::{
    ArrangementId, Commitment, ContentDigest, CurrencyId, CycleId, Date, DocumentKey, InstitutionId, PaymentId,
    PaymentState, RunId, Timestamp, Uetr,
};
use std::collections::BTreeMap;

/// Columns of a row.
const COLUMNS: usize = 44;

/// Payments at hand at most, about 60 MB of them; beyond that the oldest leave.
const PAYMENTS_KEPT_MAX: usize = 131_072;

/// A payment as its row has it (`sql/tables.sql`).
#[derive(Clone, Debug)]
pub(crate) struct Payment {
    pub(crate) payment: PaymentId,
    pub(crate) entered_seq: u64,
    pub(crate) arrangement: ArrangementId,
    pub(crate) original: Option<PaymentId>,
    pub(crate) instructing: InstitutionId,
    pub(crate) payer: Option<InstitutionId>,
    pub(crate) payee: Option<InstitutionId>,
    pub(crate) uetr: Uetr,
    pub(crate) content: ContentDigest,
    pub(crate) commitment: Option<Commitment>,
    pub(crate) document: Option<DocumentKey>,
    pub(crate) instrument: Option<Box<str>>,
    pub(crate) purpose: Option<Purpose>,
    pub(crate) denomination: Option<Denomination>,
    pub(crate) urgent: bool,
    pub(crate) payer_currency: Option<CurrencyId>,
    pub(crate) payer_minor: Option<u64>,
    pub(crate) position_currency: Option<CurrencyId>,
    pub(crate) position_minor: Option<u64>,
    pub(crate) payee_currency: Option<CurrencyId>,
    pub(crate) payee_minor: Option<u64>,
    pub(crate) quote_until: Option<Timestamp>,
    pub(crate) value_day: Option<Date>,
    pub(crate) entered_day: Option<Date>,
    pub(crate) state: PaymentState,
    pub(crate) queued_seq: Option<u64>,
    pub(crate) queued_because: Option<QueuedBecause>,
    pub(crate) queued_behind: Option<u64>,
    pub(crate) released_run: Option<RunId>,
    pub(crate) collection_due_seq: Option<u64>,
    pub(crate) collection_confirmed_seq: Option<u64>,
    pub(crate) cleared_seq: Option<u64>,
    pub(crate) cycle: Option<CycleId>,
    pub(crate) payout_when: Option<Payout>,
    pub(crate) payout_confirmed_seq: Option<u64>,
    pub(crate) conformity_by: Option<Date>,
    pub(crate) conformity: Option<Conformity>,
    pub(crate) conformity_seq: Option<u64>,
    pub(crate) reversed_cycle: Option<CycleId>,
    pub(crate) returned_minor: u64,
    pub(crate) returned_payee_minor: u64,
    pub(crate) ended_seq: Option<u64>,
    pub(crate) ended_because: Option<EndedBecause>,
    pub(crate) last_seq: u64,
}

/// The two institutions of an accepted payment with its currencies and amounts in minor units.
#[derive(Clone, Copy)]
pub(crate) struct Ends {
    pub(crate) payer: InstitutionId,
    pub(crate) payee: InstitutionId,
    pub(crate) payer_currency: CurrencyId,
    pub(crate) position_currency: CurrencyId,
    pub(crate) payee_currency: CurrencyId,
    pub(crate) payer_minor: i128,
    pub(crate) position_minor: i128,
    pub(crate) payee_minor: i128,
}

impl Payment {
    /// A payment of which only its entry is known.
    pub(crate) fn new(
        payment: PaymentId,
        seq: u64,
        arrangement: ArrangementId,
        instructing: InstitutionId,
        (uetr, content): (Uetr, ContentDigest),
        state: PaymentState,
    ) -> Payment {
        Payment {
            payment,
            entered_seq: seq,
            arrangement,
            original: None,
            instructing,
            payer: None,
            payee: None,
            uetr,
            content,
            commitment: None,
            document: None,
            instrument: None,
            purpose: None,
            denomination: None,
            urgent: false,
            payer_currency: None,
            payer_minor: None,
            position_currency: None,
            position_minor: None,
            payee_currency: None,
            payee_minor: None,
            quote_until: None,
            value_day: None,
            entered_day: None,
            state,
            queued_seq: None,
            queued_because: None,
            queued_behind: None,
            released_run: None,
            collection_due_seq: None,
            collection_confirmed_seq: None,
            cleared_seq: None,
            cycle: None,
            payout_when: None,
            payout_confirmed_seq: None,
            conformity_by: None,
            conformity: None,
            conformity_seq: None,
            reversed_cycle: None,
            returned_minor: 0,
            returned_payee_minor: 0,
            ended_seq: None,
            ended_because: None,
            last_seq: seq,
        }
    }

    /// Its ends; an order that was refused has none.
    pub(crate) fn ends(&self) -> Taken<Ends> {
        let ends = || {
            Some(Ends {
                payer: self.payer?,
                payee: self.payee?,
                payer_currency: self.payer_currency?,
                position_currency: self.position_currency?,
                payee_currency: self.payee_currency?,
                payer_minor: self.payer_minor.map_or(0, i128::from),
                position_minor: i128::from(self.position_minor?),
                payee_minor: i128::from(self.payee_minor?),
            })
        };
        known(ends(), "accepted payment", self.payment)
    }

    fn cells(&self) -> [Cell<'_>; COLUMNS] {
        [
            self.payment.into(),
            self.entered_seq.into(),
            self.arrangement.into(),
            self.original.into(),
            self.instructing.into(),
            self.payer.into(),
            self.payee.into(),
            Cell::from(&self.uetr.0),
            Cell::from(&self.content.0),
            self.commitment.as_ref().map(|commitment| &commitment.0).into(),
            self.document.as_ref().map(|document| &document.0).into(),
            self.instrument.as_deref().into(),
            self.purpose.map(|purpose| purpose.name()).into(),
            self.denomination.map(|denomination| denomination.name()).into(),
            self.urgent.into(),
            self.payer_currency.into(),
            self.payer_minor.into(),
            self.position_currency.into(),
            self.position_minor.into(),
            self.payee_currency.into(),
            self.payee_minor.into(),
            self.quote_until.into(),
            self.value_day.into(),
            self.entered_day.into(),
            (self.state as u8).into(),
            self.queued_seq.into(),
            self.queued_because.map(|because| because.name()).into(),
            self.queued_behind.into(),
            self.released_run.into(),
            self.collection_due_seq.into(),
            self.collection_confirmed_seq.into(),
            self.cleared_seq.into(),
            self.cycle.into(),
            self.payout_when.map(|when| when.name()).into(),
            self.payout_confirmed_seq.into(),
            self.conformity_by.into(),
            self.conformity.map(|conformity| conformity.name()).into(),
            self.conformity_seq.into(),
            self.reversed_cycle.into(),
            self.returned_minor.into(),
            self.returned_payee_minor.into(),
            self.ended_seq.into(),
            self.ended_because.map(|because| because.name()).into(),
            self.last_seq.into(),
        ]
    }

    fn of_cells(cells: &[Cell<'_>]) -> Option<Payment> {
        let mut from = Cells { cells, place: 0 };
        let payment = Payment {
            payment: PaymentId(from.number()?),
            entered_seq: from.number()?,
            arrangement: ArrangementId(from.number()?),
            original: from.optional_number()?.map(PaymentId),
            instructing: InstitutionId(from.number()?),
            payer: from.optional_number()?.map(InstitutionId),
            payee: from.optional_number()?.map(InstitutionId),
            uetr: Uetr(from.bytes()??),
            content: ContentDigest(from.bytes()??),
            commitment: from.bytes()?.map(Commitment),
            document: from.bytes()?.map(DocumentKey),
            instrument: from.text()?,
            purpose: from.name()?,
            denomination: from.name()?,
            urgent: from.number::<u8>()? == 1,
            payer_currency: from.optional_number()?.map(CurrencyId),
            payer_minor: from.optional_number()?,
            position_currency: from.optional_number()?.map(CurrencyId),
            position_minor: from.optional_number()?,
            payee_currency: from.optional_number()?.map(CurrencyId),
            payee_minor: from.optional_number()?,
            quote_until: from.optional_number()?.map(Timestamp),
            value_day: from.optional_number()?.map(Date),
            entered_day: from.optional_number()?.map(Date),
            state: state_of_number(from.number()?)?,
            queued_seq: from.optional_number()?,
            queued_because: from.name()?,
            queued_behind: from.optional_number()?,
            released_run: from.optional_number()?.map(RunId),
            collection_due_seq: from.optional_number()?,
            collection_confirmed_seq: from.optional_number()?,
            cleared_seq: from.optional_number()?,
            cycle: from.optional_number()?.map(CycleId),
            payout_when: from.name()?,
            payout_confirmed_seq: from.optional_number()?,
            conformity_by: from.optional_number()?.map(Date),
            conformity: from.name()?,
            conformity_seq: from.optional_number()?,
            reversed_cycle: from.optional_number()?.map(CycleId),
            returned_minor: from.number()?,
            returned_payee_minor: from.number()?,
            ended_seq: from.optional_number()?,
            ended_because: from.name()?,
            last_seq: from.number()?,
        };
        // What reads back as something else than it was written is damaged.
        (payment.cells() == cells).then_some(payment)
    }
}

/// The state of a number.
pub(crate) fn state_of_number(number: u8) -> Option<PaymentState> {
    PaymentState::ALL.iter().copied().find(|state| *state as u8 == number)
}

/// Takes the cells of a row one after the other.
struct Cells<'a> {
    cells: &'a [Cell<'a>],
    place: usize,
}

impl<'a> Cells<'a> {
    fn next(&mut self) -> Option<&'a Cell<'a>> {
        self.place += 1;
        self.cells.get(self.place - 1)
    }

    fn number<T: TryFrom<i64>>(&mut self) -> Option<T> {
        T::try_from(self.next()?.as_integer()?).ok()
    }

    fn optional_number<T: TryFrom<i64>>(&mut self) -> Option<Option<T>> {
        match self.next()? {
            Cell::Null => Some(None),
            cell => T::try_from(cell.as_integer()?).ok().map(Some),
        }
    }

    fn bytes<const N: usize>(&mut self) -> Option<Option<[u8; N]>> {
        match self.next()? {
            Cell::Null => Some(None),
            Cell::Blob(bytes) => bytes.as_ref().try_into().ok().map(Some),
            _ => None,
        }
    }

    fn text(&mut self) -> Option<Option<Box<str>>> {
        match self.next()? {
            Cell::Null => Some(None),
            Cell::Text(text) => Some(Some(text.as_ref().into())),
            _ => None,
        }
    }

    fn name<T: Named>(&mut self) -> Option<Option<T>> {
        match self.next()? {
            Cell::Null => Some(None),
            cell => T::of_cell(cell).map(Some),
        }
    }
}

struct Kept {
    payment: Payment,
    /// Hash of the row as it is in the file; none while it is not there.
    stored: Option<u128>,
    dirty: bool,
}

/// Payments at hand.
#[derive(Default)]
pub(crate) struct Payments {
    rows: BTreeMap<u64, Kept>,
    dirty: Vec<u64>,
}

impl Payments {
    /// A payment as it stands.
    pub(crate) fn read(&mut self, store: &mut Store, payment: PaymentId) -> Taken<Payment> {
        if let Some(kept) = self.rows.get(&payment.0) {
            return Ok(kept.payment.clone());
        }
        let cells = known(store.get(Table::Payment, &[payment.into()])?, "payment", payment)?;
        let found = sound(Payment::of_cells(&cells), "payment")?;
        let stored = Some(store.hash_of(Table::Payment, &cells));
        self.rows.insert(payment.0, Kept { payment: found.clone(), stored, dirty: false });
        Ok(found)
    }

    /// A payment as it stands now: new, or one that was read before.
    pub(crate) fn write(&mut self, payment: Payment) {
        let number = payment.payment.0;
        match self.rows.get_mut(&number) {
            Some(kept) => {
                kept.payment = payment;
                if kept.dirty {
                    return;
                }
                kept.dirty = true;
            }
            None => {
                self.rows.insert(number, Kept { payment, stored: None, dirty: true });
            }
        }
        self.dirty.push(number);
    }

    /// Where there are many, the older half leaves, written as far as it changed. The younger ones will change again: most
    /// payments are settled and paid out within days.
    pub(crate) fn make_room(&mut self, store: &mut Store) -> Taken {
        if self.rows.len() <= PAYMENTS_KEPT_MAX {
            return Ok(());
        }
        let Some(middle) = self.rows.keys().nth(self.rows.len() / 2).copied() else { return Ok(()) };
        let (leaving, staying) = std::mem::take(&mut self.dirty).into_iter().partition(|number| *number < middle);
        self.dirty = staying;
        self.write_rows(store, leaving)?;
        self.rows = self.rows.split_off(&middle);
        Ok(())
    }

    /// Writes what changed.
    pub(crate) fn flush(&mut self, store: &mut Store) -> rusqlite::Result<()> {
        let dirty = std::mem::take(&mut self.dirty);
        self.write_rows(store, dirty)
    }

    fn write_rows(&mut self, store: &mut Store, mut numbers: Vec<u64>) -> rusqlite::Result<()> {
        numbers.sort_unstable();
        let rows = &mut self.rows;
        let mut hashes = Vec::with_capacity(numbers.len());
        let changed =
            numbers.iter().filter_map(|number| rows.get(number)).map(|kept| (kept.payment.cells(), kept.stored));
        store.put_all(Table::Payment, changed, |_, hash| hashes.push(hash))?;
        for (number, hash) in numbers.iter().zip(hashes) {
            if let Some(kept) = rows.get_mut(number) {
                (kept.stored, kept.dirty) = (Some(hash), false);
            }
        }
        Ok(())
    }
}
