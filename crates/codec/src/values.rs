//! How single values are written: identifiers, amounts, dates, and the parts that several events share.

use crate::item::{Item, record, record_item, tuple_item};
use crate::numbers::{owner, quote, role, scope};
use crate::reader::{Reader, Refused};
use crate::writer::Writer;
use domain::event::{CycleClosed, FxResult, PaymentEntered, Quote, SettlementLeg};
use domain::ids::{
    Actor, ArrangementId, CalendarId, Commitment, ContentDigest, CurrencyId, CycleId, DocumentKey, DrawingId,
    InstitutionId, MemberId, PaymentId, PaymentKey, Role, RulebookId, RunId, Uetr,
};
use domain::limit::{LimitSetting, Scope};
use domain::payment::Amounts;
use domain::plan::DayStep;
use domain::refusal::Refusal;
use domain::{Date, Owner, PaymentOriginal, RunProof, Timestamp};
use money::{AmountMinor, CurrencyCode, Rate};

macro_rules! ordinals {
    ($($name:ident),+) => {
        $(impl Item for $name {
            #[inline]
            fn write(&self, to: &mut Writer<'_>) {
                to.unsigned(u64::from(self.0));
            }

            #[inline]
            fn read(from: &mut Reader<'_>) -> Result<Self, Refused> {
                from.bounded(stringify!($name)).map(Self)
            }
        })+
    };
}

ordinals!(MemberId, InstitutionId, CurrencyId, RulebookId, ArrangementId, CalendarId, CycleId, RunId, DrawingId);

macro_rules! byte_strings {
    ($($name:ident),+) => {
        $(impl Item for $name {
            #[inline]
            fn write(&self, to: &mut Writer<'_>) {
                to.bytes(&self.0);
            }

            #[inline]
            fn read(from: &mut Reader<'_>) -> Result<Self, Refused> {
                from.fixed_bytes(stringify!($name)).map(Self)
            }
        })+
    };
}

byte_strings!(Uetr, ContentDigest, Commitment, DocumentKey);

macro_rules! unsigned_integers {
    ($($name:ty),+) => {
        $(impl Item for $name {
            #[inline]
            fn write(&self, to: &mut Writer<'_>) {
                to.unsigned(u64::from(*self));
            }

            #[inline]
            fn read(from: &mut Reader<'_>) -> Result<Self, Refused> {
                from.bounded(concat!("an unsigned integer (", stringify!($name), ")"))
            }
        })+
    };
}

unsigned_integers!(u16, u32, u64);

/// A small number by itself; many of them are a byte string.
impl Item for u8 {
    #[inline]
    fn write(&self, to: &mut Writer<'_>) {
        to.unsigned(u64::from(*self));
    }

    #[inline]
    fn read(from: &mut Reader<'_>) -> Result<Self, Refused> {
        from.bounded("an unsigned integer (u8)")
    }

    fn write_list(list: &[Self], to: &mut Writer<'_>) {
        to.bytes(list);
    }

    fn read_list(from: &mut Reader<'_>) -> Result<Vec<Self>, Refused> {
        from.bytes("a byte string").map(<[u8]>::to_vec)
    }
}

/// A balance.
impl Item for i128 {
    fn write(&self, to: &mut Writer<'_>) {
        to.wide(*self);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Refused> {
        from.wide("a balance")
    }
}

impl Item for bool {
    #[inline]
    fn write(&self, to: &mut Writer<'_>) {
        to.flag(*self);
    }

    #[inline]
    fn read(from: &mut Reader<'_>) -> Result<Self, Refused> {
        from.flag("true or false")
    }
}

impl Item for [u8; 32] {
    fn write(&self, to: &mut Writer<'_>) {
        to.bytes(self);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Refused> {
        from.fixed_bytes("a digest of 32 bytes")
    }
}

impl Item for String {
    fn write(&self, to: &mut Writer<'_>) {
        to.text(self);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Refused> {
        from.text("a text").map(str::to_owned)
    }
}

impl Item for Box<str> {
    #[inline]
    fn write(&self, to: &mut Writer<'_>) {
        to.text(self);
    }

    #[inline]
    fn read(from: &mut Reader<'_>) -> Result<Self, Refused> {
        from.text("a text").map(Self::from)
    }
}

impl Item for PaymentId {
    #[inline]
    fn write(&self, to: &mut Writer<'_>) {
        to.unsigned(self.0);
    }

    #[inline]
    fn read(from: &mut Reader<'_>) -> Result<Self, Refused> {
        from.unsigned("PaymentId").map(Self)
    }

    fn write_list(list: &[Self], to: &mut Writer<'_>) {
        crate::lists::write_payments(list, to);
    }

    fn read_list(from: &mut Reader<'_>) -> Result<Vec<Self>, Refused> {
        crate::lists::read_payments(from)
    }
}

impl Item for AmountMinor {
    #[inline]
    fn write(&self, to: &mut Writer<'_>) {
        to.unsigned(self.get());
    }

    #[inline]
    fn read(from: &mut Reader<'_>) -> Result<Self, Refused> {
        const EXPECTED: &str = "an amount from 1 to 10^18 - 1";
        let at = from.position();
        Self::new(from.unsigned(EXPECTED)?).map_err(|_| from.out_of_range(at, EXPECTED))
    }
}

impl Item for Timestamp {
    #[inline]
    fn write(&self, to: &mut Writer<'_>) {
        to.signed(self.0);
    }

    #[inline]
    fn read(from: &mut Reader<'_>) -> Result<Self, Refused> {
        from.signed("microseconds since 1970-01-01T00:00:00Z").map(Self)
    }
}

/// 0001-01-01: the calendar of `Date` begins here.
const FIRST_DATE: i32 = -719_162;
/// 9999-12-31: and ends here.
const LAST_DATE: i32 = 2_932_896;

impl Item for Date {
    #[inline]
    fn write(&self, to: &mut Writer<'_>) {
        assert!((FIRST_DATE..=LAST_DATE).contains(&self.0), "bug: day {} is outside the years 1 to 9999", self.0);
        to.signed(i64::from(self.0));
    }

    #[inline]
    fn read(from: &mut Reader<'_>) -> Result<Self, Refused> {
        const EXPECTED: &str = "a date of the years 1 to 9999, in days since 1970-01-01";
        let at = from.position();
        let days = i32::try_from(from.signed(EXPECTED)?).ok().filter(|days| (FIRST_DATE..=LAST_DATE).contains(days));
        days.map(Self).ok_or_else(|| from.out_of_range(at, EXPECTED))
    }
}

impl Item for CurrencyCode {
    fn write(&self, to: &mut Writer<'_>) {
        to.text(self.as_str());
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Refused> {
        const EXPECTED: &str = "a currency code of three capital letters";
        let at = from.position();
        Self::parse(from.text(EXPECTED)?).map_err(|_| from.out_of_range(at, EXPECTED))
    }
}

/// A rate is `[mantissa, decimals]`, as published.
impl Item for Rate {
    const LEAST_BYTES: usize = 3;

    fn write(&self, to: &mut Writer<'_>) {
        to.array(2);
        to.unsigned(self.mantissa());
        to.unsigned(u64::from(self.decimals()));
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Refused> {
        const EXPECTED: &str = "a rate: [digits above 0, decimals up to 12]";
        let at = from.position();
        from.array_of(2, EXPECTED)?;
        let (mantissa, decimals) = (from.unsigned(EXPECTED)?, from.bounded(EXPECTED)?);
        Self::new(mantissa, decimals).map_err(|_| from.out_of_range(at, EXPECTED))
    }
}

impl Item for Refusal {
    fn write(&self, to: &mut Writer<'_>) {
        to.unsigned(u64::from(self.number()));
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Refused> {
        const EXPECTED: &str = "the number of a refusal";
        let at = from.position();
        Self::from_number(from.bounded(EXPECTED)?).ok_or_else(|| from.out_of_range(at, EXPECTED))
    }
}

/// An actor is `[role, person]`, and for a member or an institution `[role, person, which]`.
impl Item for Actor {
    const LEAST_BYTES: usize = 3;

    #[inline]
    fn write(&self, to: &mut Writer<'_>) {
        let (number, which) = match self.role {
            Role::House => (role::HOUSE, None),
            Role::Operator => (role::OPERATOR, None),
            Role::Agent => (role::AGENT, None),
            Role::Member(member) => (role::MEMBER, Some(u64::from(member.0))),
            Role::Institution(institution) => (role::INSTITUTION, Some(u64::from(institution.0))),
        };
        to.array(if which.is_some() { 3 } else { 2 });
        to.unsigned(number);
        to.unsigned(u64::from(self.person));
        if let Some(which) = which {
            to.unsigned(which);
        }
    }

    #[inline]
    fn read(from: &mut Reader<'_>) -> Result<Self, Refused> {
        const EXPECTED: &str = "an actor: [role, person] or [role, person, which]";
        let at = from.position();
        let items = from.array(1, EXPECTED)?;
        let number_at = from.position();
        let number = from.unsigned(EXPECTED)?;
        if items != if matches!(number, role::MEMBER | role::INSTITUTION) { 3 } else { 2 } {
            return Err(from.malformed(at, EXPECTED));
        }
        let person = from.bounded(EXPECTED)?;
        let role = match number {
            role::HOUSE => Role::House,
            role::OPERATOR => Role::Operator,
            role::AGENT => Role::Agent,
            role::MEMBER => Role::Member(Item::read(from)?),
            role::INSTITUTION => Role::Institution(Item::read(from)?),
            _ => return Err(from.out_of_range(number_at, EXPECTED)),
        };
        Ok(Self { role, person })
    }
}

/// A quote is `[1, buy, sell]` or `[2, reference]`.
impl Item for Quote {
    const LEAST_BYTES: usize = 2 + Rate::LEAST_BYTES;

    fn write(&self, to: &mut Writer<'_>) {
        match self {
            Self::TwoSided { buy, sell } => {
                to.array(3);
                to.unsigned(quote::TWO_SIDED);
                buy.write(to);
                sell.write(to);
            }
            Self::Reference(rate) => {
                to.array(2);
                to.unsigned(quote::REFERENCE);
                rate.write(to);
            }
        }
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Refused> {
        const EXPECTED: &str = "a quote: [1, buy, sell] or [2, reference]";
        let at = from.position();
        match (from.array(1, EXPECTED)?, from.unsigned(EXPECTED)?) {
            (3, quote::TWO_SIDED) => Ok(Self::TwoSided { buy: Item::read(from)?, sell: Item::read(from)? }),
            (2, quote::REFERENCE) => Ok(Self::Reference(Item::read(from)?)),
            _ => Err(from.malformed(at, EXPECTED)),
        }
    }
}

/// A scope is `[kind, whose]`, and for a pair `[2, debtor, creditor]`.
impl Item for Scope {
    const LEAST_BYTES: usize = 2;

    fn write(&self, to: &mut Writer<'_>) {
        let (number, whose) = match self {
            Self::Pair { debtor, creditor } => {
                to.array(3);
                to.unsigned(scope::PAIR);
                debtor.write(to);
                creditor.write(to);
                return;
            }
            Self::InstitutionShare(institution) => (scope::INSTITUTION_SHARE, u64::from(institution.0)),
            Self::CreditorExposure(member) => (scope::CREDITOR_EXPOSURE, u64::from(member.0)),
            Self::PerPayment(member) => (scope::PER_PAYMENT, u64::from(member.0)),
            Self::Prefinancing(member) => (scope::PREFINANCING, u64::from(member.0)),
            Self::CommittedLine(member) => (scope::COMMITTED_LINE, u64::from(member.0)),
            Self::Quota(member) => (scope::QUOTA, u64::from(member.0)),
            Self::Claims(member) => (scope::CLAIMS, u64::from(member.0)),
            Self::Debts(member) => (scope::DEBTS, u64::from(member.0)),
            Self::MemberTowardsAll(member) => (scope::MEMBER_TOWARDS_ALL, u64::from(member.0)),
            Self::Allocation(member) => (scope::ALLOCATION, u64::from(member.0)),
            Self::PrefundedBalance(member) => (scope::PREFUNDED_BALANCE, u64::from(member.0)),
            Self::Facility => {
                to.array(1);
                to.unsigned(scope::FACILITY);
                return;
            }
        };
        to.array(2);
        to.unsigned(number);
        to.unsigned(whose);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Refused> {
        const EXPECTED: &str = "whose use a limit limits: [kind, whose], [2, debtor, creditor] or [21]";
        let at = from.position();
        match (from.array(1, EXPECTED)?, from.unsigned(EXPECTED)?) {
            (3, scope::PAIR) => Ok(Self::Pair { debtor: Item::read(from)?, creditor: Item::read(from)? }),
            (2, scope::INSTITUTION_SHARE) => Item::read(from).map(Self::InstitutionShare),
            (2, scope::CREDITOR_EXPOSURE) => Item::read(from).map(Self::CreditorExposure),
            (2, scope::PER_PAYMENT) => Item::read(from).map(Self::PerPayment),
            (2, scope::PREFINANCING) => Item::read(from).map(Self::Prefinancing),
            (2, scope::COMMITTED_LINE) => Item::read(from).map(Self::CommittedLine),
            (2, scope::QUOTA) => Item::read(from).map(Self::Quota),
            (2, scope::CLAIMS) => Item::read(from).map(Self::Claims),
            (2, scope::DEBTS) => Item::read(from).map(Self::Debts),
            (2, scope::MEMBER_TOWARDS_ALL) => Item::read(from).map(Self::MemberTowardsAll),
            (2, scope::PREFUNDED_BALANCE) => Item::read(from).map(Self::PrefundedBalance),
            (1, scope::FACILITY) => Ok(Self::Facility),
            (2, scope::ALLOCATION) => Item::read(from).map(Self::Allocation),
            _ => Err(from.malformed(at, EXPECTED)),
        }
    }
}

/// `[1]` for the house, `[kind, number]` for others.
impl Item for Owner {
    fn write(&self, to: &mut Writer<'_>) {
        let (number, whose) = match self {
            Self::House => {
                to.array(1);
                to.unsigned(owner::HOUSE);
                return;
            }
            Self::Member(member) => (owner::MEMBER, u64::from(member.0)),
            Self::Institution(institution) => (owner::INSTITUTION, u64::from(institution.0)),
            Self::Arrangement(arrangement) => (owner::ARRANGEMENT, u64::from(arrangement.0)),
        };
        to.array(2);
        to.unsigned(number);
        to.unsigned(whose);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Refused> {
        const EXPECTED: &str = "an owner: [1] or [kind, number]";
        let at = from.position();
        match (from.array(1, EXPECTED)?, from.unsigned(EXPECTED)?) {
            (1, owner::HOUSE) => Ok(Self::House),
            (2, owner::MEMBER) => Item::read(from).map(Self::Member),
            (2, owner::INSTITUTION) => Item::read(from).map(Self::Institution),
            (2, owner::ARRANGEMENT) => Item::read(from).map(Self::Arrangement),
            _ => Err(from.malformed(at, EXPECTED)),
        }
    }
}

record_item!(PaymentKey { institution, uetr });
record_item!(Amounts { payer, position, payee });
record_item!(RunProof { upper_bound_minor, certificate, ticks });
record_item!(FxResult { member, currency, counterpart_minor, settled_minor });
record_item!(SettlementLeg { member, counterparty, pay_in, amount });

record!(LimitSetting { arrangement, scope, maximum_minor, effective });
record!(PaymentEntered {
    payment,
    arrangement,
    uetr,
    payer,
    payee,
    content,
    commitment,
    document,
    instrument,
    purpose,
    urgent,
    denomination,
    position_currency,
    amounts,
    quote_until,
    value_date,
    collected,
    conformity_by,
    disposition,
});
record!(PaymentOriginal {
    payment,
    arrangement,
    return_of,
    instructing,
    payer,
    payee,
    uetr,
    content,
    document,
    state,
    refusal,
    collection,
    payout,
    payout_when,
    payer_minor,
    position_minor,
    payee_minor,
    returned_minor,
    returned_payee_minor,
    position_currency,
    denomination,
    urgent,
    collected_first,
    quote_until,
    value_date,
    entered,
    conformity_by,
    cycle,
    dispute_outcome,
});
record_item!(CycleClosed { arrangement, cycle, date, positions, interest, nets, fx_results, legs, settle_on });

tuple_item! {
    (step: DayStep, at: Timestamp);
    (currency: CurrencyId, rate: Rate);
    (institution: InstitutionId, currency: CurrencyId, balance_minor: i128);
    (debtor: MemberId, creditor: MemberId, amount: AmountMinor);
    (member: MemberId, net_minor: i128);
    (leg: u32, minor: u64);
    (member: MemberId, amount: AmountMinor);
}
