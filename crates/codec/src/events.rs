//! The list of event types: number, version, name, fields in order. It is frozen line by line.
//!
//! What becomes of a line is this:
//!
//! * A type whose fields must change gets its next version here. How its old version is read moves, by hand, to a
//!   function of its own, which `read_body` calls for `(type, old version)`; its golden bytes stay and must still decode.
//! * A type whose meaning must change is not changed: the new meaning is a new type with a new number.
//! * A number is never used twice, not even when its type is no longer written.
//!
//! Types that come once a payment or more have the numbers to 23, which take one byte.

use crate::error::DecodeError;
use crate::item::{Item, Record};
use crate::reader::{Reader, Refused};
use crate::writer::Writer;
use crate::{HEAD_ITEMS, write_head};
use domain::{Actor, Event, EventBody};
use money::MAX_MINOR_DECIMALS;

/// A type of event, in the version that is written now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct EventType {
    /// Permanent number of the type.
    pub number: u16,
    /// Version of its form.
    pub version: u16,
    /// Name of the type.
    pub name: &'static str,
}

/// Nothing that is a constant stands for nothing: counts the fields of a line.
macro_rules! count {
    ($($field:ident),*) => { [$(stringify!($field)),*].len() };
}

macro_rules! events {
    ($([$number:literal, $version:literal] $name:ident $(($record:ident))? $({ $($field:ident),+ })?;)+) => {
        /// Every type of event with the version that is written now, in order of the types' numbers.
        pub const EVENT_TYPES: &[EventType] =
            &[$(EventType { number: $number, version: $version, name: stringify!($name) }),+];

        /// The type of an event.
        #[must_use]
        pub const fn event_type(body: &EventBody) -> EventType {
            match body {
                $(EventBody::$name { .. } => {
                    EventType { number: $number, version: $version, name: stringify!($name) }
                })+
            }
        }

        pub(crate) fn write(event: &Event, to: &mut Writer<'_>) {
            assert!(is_in_range(&event.body), "bug: {:?} cannot be read again", event.body);
            match &event.body {
                $(EventBody::$name $(($record))? $({ $($field),+ })? => {
                    let kind = EventType { number: $number, version: $version, name: stringify!($name) };
                    $(
                        write_head(to, kind, fields_of($record), event);
                        $record.write_fields(to);
                    )?
                    $(
                        write_head(to, kind, count!($($field),+), event);
                        $($field.write(to);)+
                    )?
                })+
            }
        }

        /// Whether a type and version can be read: asked before anything that follows them is.
        const fn is_known(head: Head) -> bool {
            matches!((head.number, head.version), $(($number, $version))|+)
        }

        fn read_body(head: Head, from: &mut Reader<'_>) -> Result<EventBody, Refused> {
            match (head.number, head.version) {
                $(($number, $version) => {
                    $(
                        let $record = read_record(head, from)?;
                        Ok(EventBody::$name($record))
                    )?
                    $(
                        head.has_fields(count!($($field),+), from)?;
                        $(let $field = Item::read(from)?;)+
                        Ok(EventBody::$name { $($field),+ })
                    )?
                })+
                _ => Err(unknown(head, from)),
            }
        }
    };
}

events! {
    [1, 1] PaymentEntered(entered);
    [2, 1] PaymentRefused { payment, arrangement, key, content, refusal, scope };
    [3, 1] IdentifierReused { key, content };
    [4, 1] CommandRefused { command, refusal, payment };
    [5, 1] PaymentsPriced { arrangement, date, collect_on, payments };
    [6, 1] CollectionsConfirmed { arrangement, payments };
    [7, 1] RunFrozen { arrangement, run, items };
    [8, 1] QueueReleased { arrangement, run, payments };
    [9, 1] RunEnded { arrangement, run };
    [10, 1] PaymentRequoted { payment, amounts, quote_until };
    [11, 1] PaymentsEnded { arrangement, reason, payments };
    [12, 1] HoldReleased { payment, disposition, amounts, quote_until };
    [13, 1] HoldRefused { payment };
    [14, 1] ConformityGiven { arrangement, payments, by_silence };
    [15, 1] Extorno { arrangement, payments, by_silence };
    [16, 1] PayoutsConfirmed { arrangement, institution, payments };
    [17, 1] PayoutFailed { payment };
    [18, 1] PaymentReturned { payment, original, uetr, content, amounts, of_original, value_date, payout };
    [19, 1] DisputeOpened { payment, carrier, until };
    [20, 1] DisputeEnded { payment, outcome };
    [21, 1] TransferDue { arrangement, debtor, creditor, amount, by };
    [22, 1] TransferConfirmed { arrangement, debtor, creditor, amount };
    [23, 1] SettlementConfirmed { arrangement, cycle, leg };
    [24, 1] CycleClosed(closed);
    [25, 1] CycleSettled { arrangement, cycle };
    [26, 1] FixingMade { arrangement, date, rates };
    [27, 1] DayOpened { arrangement, date, schedule, time_zone_version };
    [28, 1] DayClosed { arrangement, date, digest };
    [29, 1] RatePublished { arrangement, member, currency, quote };
    [30, 1] LimitSet(setting);
    [31, 1] PrefundingMoved { arrangement, member, amount, deposit };
    [32, 1] MemberSuspended { arrangement, member };
    [33, 1] MemberReinstated { arrangement, member };
    [34, 1] MemberJoined { arrangement, member, stage, payout_at_clearing };
    [35, 1] MemberLeft { arrangement, member };
    [36, 1] ArrangementOpened { arrangement, rulebook, agent_calendar, asset_calendar };
    [37, 1] RulebookAdopted { rulebook, source, plan };
    [38, 1] InstitutionAuthorised { institution, member, code, jurisdiction, calendar, currency };
    [39, 1] MemberRegistered { member, code, bic };
    [40, 1] CalendarDaysSet { calendar, closed, opened };
    [41, 1] CalendarDefined { calendar, name };
    [42, 1] CurrencyRegistered { currency, code, minor_decimals };
    [43, 1] PaymentsEvicted { before };
    [44, 1] PaymentRecalled(original);
    [45, 1] RunOpened { arrangement, run, items, instance, until };
    [46, 1] CancelPending { payment };
    [47, 1] RunConcluded { arrangement, run, method, value_minor, proof };
    [60, 1] CycleClosedWithCredit(with_credit);
    [61, 1] CloseStopped { arrangement, cycle, missing };
    [62, 1] IndexPublished { arrangement, index, rate_ppm };
    [63, 1] FundMoved { arrangement, member, amount, deposit };
    [64, 1] ReserveDrawn(drawn);
    [65, 1] DrawingPaidOut { arrangement, drawing };
    [66, 1] DrawingRepaid { arrangement, drawing, principal_minor, interest_minor };
    [67, 1] DrawingRenewed { arrangement, drawing };
    [70, 1] PaymentsPricedForPayees { arrangement, date, collect_on, payments };
    [71, 1] FacilityStopped { arrangement };
    [72, 1] FacilityResumed { arrangement };
    [73, 1] FeesConfirmed { arrangement, owner, amount };
    [74, 1] UnitValuePublished { arrangement, from, value };
    [75, 1] AllocationGiven { arrangement, giver, taker, amount };
    [76, 1] PositionReported { arrangement, debtor, creditor, amount };
    [77, 1] AllocationTaken { arrangement, taker, amount };
    [80, 1] NoticeGiven { arrangement, member, effective };
    [81, 1] NoticeWithdrawn { arrangement, member };
    [82, 1] MemberLeaving { arrangement, member };
    [83, 1] PurposesSet { arrangement, member, purposes, effective };
    [84, 1] StageSet { arrangement, member, stage, payout_at_clearing, effective };
    [85, 1] DayExtended { arrangement, from_step, by_s, reason };
    [86, 1] HolidaySet { arrangement, date, closed, reason };
    [87, 1] PayInMoved { arrangement, cycle, settle_on, reason };
    [88, 1] RunMoved { arrangement, at, reason };
    [89, 1] EntryConsentSet { arrangement, member, given };
    [100, 1] CycleCompleted { arrangement, cycle, pay_ins, pay_outs, reason };
    [101, 1] ArrearsPaid { arrangement, cycle, member, counterparty, amount, paid };
}

/// What stands before the fields, but for who did it.
#[derive(Clone, Copy)]
struct Head {
    items: usize,
    number: u64,
    version: u64,
}

impl Head {
    fn has_fields(self, fields: usize, from: &mut Reader<'_>) -> Result<(), Refused> {
        if self.items == HEAD_ITEMS + fields {
            Ok(())
        } else {
            Err(from.malformed(0, "an array with the fields of its type"))
        }
    }
}

pub(crate) fn read(from: &mut Reader<'_>) -> Result<Event, Refused> {
    let items = from.array(1, "an event: an array")?;
    let number = from.unsigned("the number of an event type")?;
    let version = from.unsigned("the version of an event type")?;
    let head = Head { items, number, version };
    if !is_known(head) {
        return Err(unknown(head, from));
    }
    let actor = Actor::read(from)?;
    let approvals = Actor::read_list(from)?;
    let body = read_body(head, from)?;
    if !is_in_range(&body) {
        return Err(from.out_of_range(from.position() - 1, "decimals up to 4"));
    }
    Ok(Event { actor, approvals, body })
}

/// What the types of the fields do not say by themselves.
const fn is_in_range(body: &EventBody) -> bool {
    match body {
        EventBody::CurrencyRegistered { minor_decimals, .. } => *minor_decimals <= MAX_MINOR_DECIMALS,
        _ => true,
    }
}

#[cold]
fn unknown(head: Head, from: &mut Reader<'_>) -> Refused {
    let known = EVENT_TYPES.iter().find(|known| u64::from(known.number) == head.number);
    from.refuse(known.map_or(DecodeError::UnknownType { number: head.number }, |known| DecodeError::UnknownVersion {
        name: known.name,
        version: head.version,
    }))
}

const fn fields_of<R: Record>(_: &R) -> usize {
    R::FIELDS
}

#[inline]
fn read_record<R: Record>(head: Head, from: &mut Reader<'_>) -> Result<R, Refused> {
    head.has_fields(R::FIELDS, from)?;
    R::read_fields(from)
}
