//! Identifiers: dense ordinals in journal order, never reused (docs/decisions/0002-identifiers.md).

use std::fmt;

macro_rules! ordinal {
    ($(#[$meta:meta])* $name:ident($inner:ty)) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
        pub struct $name(pub $inner);

        impl $name {
            /// The ordinal as an index into a dense table.
            #[must_use]
            #[allow(clippy::cast_possible_truncation, reason = "usize is 64 bits wide on every supported target")]
            pub const fn index(self) -> usize {
                self.0 as usize
            }

            /// The identifier of the `index`-th thing of its kind.
            ///
            /// # Panics
            /// When there are more than the identifier can number: a bug, for admission refuses long before.
            #[must_use]
            pub fn from_index(index: usize) -> Self {
                Self(<$inner>::try_from(index).expect("more identifiers than the ordinal can number"))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}", self.0)
            }
        }
    };
}

ordinal!(
    /// A member: a monetary authority (28 of them serve the 33 countries).
    MemberId(u16)
);
ordinal!(
    /// An institution that a member authorised: commercial bank, development bank, payment provider, public agency.
    InstitutionId(u32)
);
ordinal!(
    /// A currency known to the house.
    CurrencyId(u16)
);
ordinal!(
    /// A rulebook adopted: source text and the typed plan it compiles to.
    RulebookId(u16)
);
ordinal!(
    /// An arrangement: an instance of a rulebook with its members.
    ArrangementId(u16)
);
ordinal!(
    /// A named calendar of days on which a payment system or a market is closed.
    CalendarId(u16)
);
ordinal!(
    /// A payment: the n-th order or return that the house recorded, accepted or refused.
    PaymentId(u64)
);
ordinal!(
    /// A netting cycle of one arrangement: cut-off, net, legs, final.
    CycleId(u32)
);
ordinal!(
    /// A drawing from the reserve fund of one arrangement.
    DrawingId(u32)
);
ordinal!(
    /// An optimisation run of one arrangement.
    RunId(u32)
);
ordinal!(
    /// The place of an event in the journal, from 0.
    EventSeq(u64)
);

impl EventSeq {
    /// The sequence number that follows.
    ///
    /// # Panics
    /// After 2^64 events: a bug.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.checked_add(1).expect("event sequence exhausted"))
    }
}

/// Unique end-to-end transaction reference: the sixteen bytes of a version 4 UUID (ISO 20022 `UUIDv4Identifier`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct Uetr(pub [u8; 16]);

impl Uetr {
    /// Whether version and variant bits are those of a version 4 UUID (RFC 9562).
    #[must_use]
    pub const fn is_version_4(self) -> bool {
        self.0[6] >> 4 == 4 && self.0[8] >> 6 == 0b10
    }

    /// Reads the 36-character lower-case form; `None` when it is anything else (ISO 20022 pattern).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.as_bytes();
        if text.len() != 36 {
            return None;
        }
        let mut bytes = [0_u8; 16];
        let mut nibbles = 0;
        for (at, &character) in text.iter().enumerate() {
            if matches!(at, 8 | 13 | 18 | 23) {
                if character != b'-' {
                    return None;
                }
                continue;
            }
            let value = match character {
                b'0'..=b'9' => character - b'0',
                b'a'..=b'f' => character - b'a' + 10,
                _ => return None,
            };
            bytes[nibbles / 2] = bytes[nibbles / 2] << 4 | value;
            nibbles += 1;
        }
        let uetr = Self(bytes);
        uetr.is_version_4().then_some(uetr)
    }
}

impl fmt::Display for Uetr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, byte) in self.0.iter().enumerate() {
            if matches!(index, 4 | 6 | 8 | 10) {
                f.write_str("-")?;
            }
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Uetr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// What makes a payment unique for ever: the instructing institution and its UETR.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
pub struct PaymentKey {
    /// The institution that instructed the payment.
    pub institution: InstitutionId,
    /// Its reference.
    pub uetr: Uetr,
}

/// First sixteen bytes of the SHA-256 of an order's canonical bytes: tells a repeated order from another one under the
/// same UETR.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
pub struct ContentDigest(pub [u8; 16]);

/// Salted commitment to all documents and personal data of a payment; the data themselves are not in events.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
pub struct Commitment(pub [u8; 32]);

/// Key under which a trade document is checked for duplicates: first sixteen bytes of its SHA-256.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
pub struct DocumentKey(pub [u8; 16]);

/// A person acting, and in whose name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
pub struct Actor {
    /// In whose name.
    pub role: Role,
    /// Ordinal of the person within the role; 0 is a machine.
    pub person: u32,
}

/// In whose name somebody acts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
pub enum Role {
    /// The house itself: what falls due by time.
    House,
    /// The operator of the clearing house.
    Operator,
    /// The settlement agent.
    Agent,
    /// A member.
    Member(MemberId),
    /// An institution.
    Institution(InstitutionId),
}

impl Actor {
    /// What the house does by itself when something falls due.
    pub const HOUSE: Self = Self { role: Role::House, person: 0 };

    /// A person of the operator.
    #[must_use]
    pub const fn operator(person: u32) -> Self {
        Self { role: Role::Operator, person }
    }

    /// A machine or person of the settlement agent.
    #[must_use]
    pub const fn agent(person: u32) -> Self {
        Self { role: Role::Agent, person }
    }

    /// A person of a member.
    #[must_use]
    pub const fn member(member: MemberId, person: u32) -> Self {
        Self { role: Role::Member(member), person }
    }

    /// A machine or person of an institution.
    #[must_use]
    pub const fn institution(institution: InstitutionId, person: u32) -> Self {
        Self { role: Role::Institution(institution), person }
    }
}
