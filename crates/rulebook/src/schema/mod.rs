//! The schema: every table, key and word that a rulebook may have, with its meaning.
//!
//! Designed against all the schemes that are known to have run in the region and beside it, so that one more of them is
//! one more file. What the engine does not run yet is in the schema too: such a file parses, is checked, and is
//! refused when it is to be used ([`crate::NotBuilt`]).

mod amounts;
mod credit;
mod default;
mod limits;
mod orders;
mod parties;
mod reserve;
mod time;

pub use amounts::*;
pub use credit::*;
pub use default::*;
pub use limits::*;
pub use orders::*;
pub use parties::*;
pub use reserve::*;
pub use time::*;

use crate::section::sections;
use crate::value::{Entries, Name, Tables, Text, Whole};

sections! {
    /// A rulebook file.
    table Rulebook = "" {
        /// Version of this schema.
        schema: Whole<1, 1>,
        /// Name of the rulebook: what the command line and links call it.
        name: Name,
        /// Version of the rulebook; a payment keeps the one it was accepted under.
        version: Whole<1, 65_535>,
        /// Title in four languages.
        title: Title,
        /// One sentence that says what the scheme does, in four languages.
        description: Description,
        /// Who takes part.
        members: Members,
        /// Which pairs of members may pay each other; all of them where absent.
        pairs: Option<Pairs>,
        /// What payments are for.
        operations: Operations,
        /// How long the underlying business may last; unlimited where absent.
        tenor: Option<Tenor>,
        /// Who starts a payment.
        initiation: Initiation,
        /// The registered instrument that an order refers to; none where absent.
        instrument: Option<Instrument>,
        /// In which currency an order may be expressed.
        denomination: Denomination,
        /// Proof of the underlying trade; none where absent.
        evidence: Option<Evidence>,
        /// Units of account: what positions are measured and compared in.
        units: Entries<Unit>,
        /// How the amounts of the three legs follow from the amount ordered.
        price: Price,
        /// Who bears the exchange risk, stage by stage.
        fx_risk: FxRisk,
        /// To whom a member owes, and by whom it is owed.
        counterparty: Counterparty,
        /// In which currency positions are kept.
        positions: Positions,
        /// What net positions are paid in, and where.
        asset: Asset,
        /// When each of the three legs is due.
        legs: Legs,
        /// Limits, in order of precedence of their refusals.
        limits: Tables<Limit>,
        /// The queue of an institution; without one, an order that cannot clear is refused.
        queue: Option<Queue>,
        /// The business day.
        day: Day,
        /// The netting cycle.
        cycle: Cycle,
        /// Settlement of the net.
        settlement: Settlement,
        /// How a net position is parted into cash and credit; all cash where absent.
        credit: Option<Credit>,
        /// Quotas, from which credit and contributions are computed; none where absent.
        quotas: Option<Quotas>,
        /// The fund that backs credit; none where absent.
        fund: Option<Fund>,
        /// A fund that lends to members; none where absent.
        reserve: Option<Reserve>,
        /// What happens as limits fill up, from the first rung on.
        ladder: Tables<Rung>,
        /// Interest, balance by balance.
        interest: Tables<Interest>,
        /// Acceptance of a debit by the debited member; none where absent.
        conformity: Option<Conformity>,
        /// Guarantees that members give each other.
        guarantees: Tables<Guarantee>,
        /// Giving money back after payout, and reversing debits.
        returns: Returns,
        /// Credit for exceptional events only; none where absent.
        contingency_margin: Option<ContingencyMargin>,
        /// What the house charges.
        fees: Fees,
        /// What happens when a net debtor does not pay.
        default: Default,
        /// What suspension of a member does.
        suspension: Suspension,
        /// Links to other rulebooks through a bridging member.
        links: Tables<Link>,
        /// Leaving; by agreement where absent.
        exit: Option<Exit>,
    }

    /// Title in four languages.
    table Title = "title" {
        /// Spanish.
        es: Text,
        /// Portuguese.
        pt: Text,
        /// English.
        en: Text,
        /// French.
        fr: Text,
    }

    /// One sentence in four languages.
    table Description = "description" {
        /// Spanish.
        es: Text,
        /// Portuguese.
        pt: Text,
        /// English.
        en: Text,
        /// French.
        fr: Text,
    }
}
