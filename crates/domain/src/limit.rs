//! Limits as facts: whose use, how much, set by whom, from when.

use crate::ids::{ArrangementId, InstitutionId, MemberId};
use crate::plan::LimitKind;
use crate::time::Date;

/// Whose use a limit limits, by name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
pub enum Scope {
    /// Net debit of an institution.
    InstitutionShare(InstitutionId),
    /// What `debtor` owes `creditor`, net; set by the creditor.
    Pair {
        /// Who owes.
        debtor: MemberId,
        /// Who is owed.
        creditor: MemberId,
    },
    /// What a member is owed by all, net; set by itself.
    CreditorExposure(MemberId),
    /// Amount of one payment of any institution of the member; set by the member.
    PerPayment(MemberId),
    /// What a member pays out before the net has settled; set by itself.
    Prefinancing(MemberId),
    /// What a member owes all others, net; set by the operator.
    MemberTowardsAll(MemberId),
    /// The credit in use in the whole arrangement; set by the operator.
    Facility,
    /// Units allotted to a member for a period; set by the operator, and moved between members.
    Allocation(MemberId),
    /// What a member holds with the agent: named by a refusal, never set.
    PrefundedBalance(MemberId),
    /// Committed line of a member, added to its prefunding: its cap is the sum of both. Set by the operator.
    CommittedLine(MemberId),
    /// Quota of a member. Set by the operator, as the council decided; it goes before the rulebook's tables.
    Quota(MemberId),
    /// What a member is owed from credit; set by itself.
    Claims(MemberId),
    /// What a member owes from credit; set by itself.
    Debts(MemberId),
}

impl Scope {
    /// Whether it is a limit of a member or of one of its institutions, or a line that it grants or is granted.
    pub fn concerns(self, member: MemberId, is_its_institution: impl Fn(InstitutionId) -> bool) -> bool {
        match self {
            Self::InstitutionShare(institution) => is_its_institution(institution),
            Self::Pair { debtor, creditor } => debtor == member || creditor == member,
            Self::CreditorExposure(of)
            | Self::PerPayment(of)
            | Self::Prefinancing(of)
            | Self::MemberTowardsAll(of)
            | Self::Allocation(of)
            | Self::PrefundedBalance(of)
            | Self::CommittedLine(of)
            | Self::Quota(of)
            | Self::Claims(of)
            | Self::Debts(of) => of == member,
            Self::Facility => false,
        }
    }

    /// The kind of limit of a rulebook; `None` for a committed line, which is part of a cap and not a limit itself.
    #[must_use]
    pub const fn kind(self) -> Option<LimitKind> {
        match self {
            Self::InstitutionShare(_) => Some(LimitKind::InstitutionShare),
            Self::Pair { .. } => Some(LimitKind::Pair),
            Self::CreditorExposure(_) => Some(LimitKind::CreditorExposure),
            Self::PerPayment(_) => Some(LimitKind::PerPayment),
            Self::Prefinancing(_) => Some(LimitKind::Prefinancing),
            Self::MemberTowardsAll(_) => Some(LimitKind::MemberTowardsAll),
            Self::Facility => Some(LimitKind::Facility),
            Self::Allocation(_) => Some(LimitKind::Allocation),
            Self::PrefundedBalance(_) => Some(LimitKind::PrefundedBalance),
            Self::Quota(_) => Some(LimitKind::Quota),
            Self::Claims(_) => Some(LimitKind::Claims),
            Self::Debts(_) => Some(LimitKind::Debts),
            Self::CommittedLine(_) => None,
        }
    }
}

/// A limit set: facts of a command and of its event.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct LimitSetting {
    /// In which arrangement.
    pub arrangement: ArrangementId,
    /// Whose use.
    pub scope: Scope,
    /// Most that may be used, in minor units of the settlement asset; 0 stops the use.
    pub maximum_minor: u64,
    /// First business date on which it holds; until then the one before.
    pub effective: Date,
}
