//! What an order may be: who starts it, what it is for, what it has to show.

use crate::section::sections;
use crate::value::{Amount, Entries, List, Text, Whole, words};

words! {
    /// What a payment is for.
    Purpose {
        /// Goods.
        Goods = "goods",
        /// Services tied to goods. The house sees a service; that it is tied to goods is for the member to see.
        AssociatedServices = "associated_services",
        /// Services.
        Services = "services",
        /// Family help and other transfers between persons.
        Remittances = "remittances",
        /// Pensions.
        Pensions = "pensions",
        /// Public programmes.
        PublicProgrammes = "public_programmes",
        /// Direct investment and its income.
        Investment = "investment",
        /// Every current payment that members' exchange rules allow.
        CurrentPayments = "current_payments",
    }

    /// Where goods have to come from.
    Origin {
        /// From anywhere.
        Any = "any",
        /// Made in a member's country, and on a list of the competent body.
        ListedGoodsOfMembers = "listed_goods_of_members",
    }

    /// Who sees to it that a rule is kept that an order does not show.
    CheckedBy {
        /// The member, before it lets its institutions order.
        Member = "member",
        /// The house.
        House = "house",
    }

    /// Who starts a payment.
    InitiatorKind {
        /// The payer's institution pushes.
        Payer = "payer",
        /// The payee's institution pulls, on a registered instrument.
        Payee = "payee",
        /// No single payment is seen: members report at the close what they paid each other.
        Reported = "reported",
    }

    /// How the check digit of an instrument reference is computed.
    CheckDigitKind {
        /// There is none.
        None = "none",
        /// ISO 7064 mod 11,10 over the digits before it.
        Iso7064Mod11And10 = "iso_7064_mod_11_10",
    }

    /// Who keeps a register of instruments that will fall due.
    Register {
        /// Nobody, or members outside the house.
        Outside = "outside",
        /// The house.
        House = "house",
    }

    /// In which currency an order is expressed.
    DenominationIn {
        /// The payee's edge currency.
        Payee = "payee",
        /// The payer's edge currency.
        Payer = "payer",
        /// The settlement asset.
        Asset = "asset",
        /// A unit of account.
        Unit = "unit",
    }
}

sections! {
    /// What payments are for.
    rule Operations = "operations" {
        /// Purposes admitted.
        purposes: List<Purpose>,
        /// Where goods have to come from.
        origin: Origin,
    }

    /// How long the underlying business may last.
    rule Tenor = "tenor" {
        /// Most days from shipment or service to payment.
        max_days: Whole<1, 3_650>,
        /// Who sees to it.
        checked_by: CheckedBy,
    }

    /// Who starts a payment.
    rule Initiation = "initiation" {
        /// Whose side, if anybody's.
        initiator: InitiatorKind,
    }

    /// Form of the reference of a registered instrument.
    rule Instrument = "instrument" {
        /// Fields of digits, in order.
        fields: Entries<InstrumentField>,
        /// How the digit of the field `check_digit` is computed.
        check_digit: CheckDigitKind,
        /// Who keeps the register of future commitments.
        commitments_kept_by: Register,
    }

    /// A field of an instrument reference.
    table InstrumentField = "instrument.fields[]" {
        /// Its name; `check_digit` is the one that is computed.
        name: Text,
        /// Its number of digits.
        digits: Whole<1, 12>,
    }

    /// In which currency an order may be expressed.
    rule Denomination = "denomination" {
        /// Currencies admitted, in order of preference.
        admitted: List<DenominationIn>,
    }

    /// Proof of the underlying trade.
    rule Evidence = "evidence" {
        /// Above this amount of the settlement asset an order carries the key of its trade document; each key is
        /// accepted once.
        above: Amount,
    }
}
