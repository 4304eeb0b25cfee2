//! What an open optimisation run froze: its instance, and the digest by which a proposal says what it was made for.
//!
//! Ledger, auditor and optimiser each make the instance by their own logic; that they mean the same is what the digest
//! says.

use crate::ids::{ArrangementId, InstitutionId, PaymentId, RunId};
use money::AmountMinor;
use sha2::{Digest, Sha256};

/// The frozen items of a run that is open, and what binds them: the headroom of each institution. Limits that several
/// queues share bind nothing here: each item was reserved under them when it was admitted.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct RunInstance {
    /// The arrangement.
    pub arrangement: ArrangementId,
    /// The run.
    pub run: RunId,
    /// Every institution that pays or is paid in an item, ascending.
    pub participants: Vec<RunParticipant>,
    /// The items in order of entry, ascending. Within an institution urgent ones go before the others, each class in this
    /// order.
    pub items: Vec<RunItem>,
}

/// An institution of an instance.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct RunParticipant {
    /// The institution.
    pub institution: InstitutionId,
    /// What it may pay before anything settles, in minor units of the position currency. At least 0 for whoever pays in an
    /// item; who is only paid may be short.
    pub headroom_minor: i128,
}

/// An item of an instance.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct RunItem {
    /// The payment.
    pub payment: PaymentId,
    /// Who pays.
    pub payer: InstitutionId,
    /// Who is paid.
    pub payee: InstitutionId,
    /// Leg 2 in minor units of the position currency, at the price of the freeze.
    pub amount: AmountMinor,
    /// Whether it goes before the ordinary items of its payer, and strictly in order.
    pub urgent: bool,
}

/// How an open run came to what it released at its end.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
pub enum RunMethod {
    /// By a verified proposal of the optimiser: the best there is, or within the proved gap.
    Optimal,
    /// There was no proposal in time, or none that held: the FIFO-maximal set of what was frozen.
    Fifo,
    /// There was none, and nothing settled in order of entry either: everything is unfrozen.
    Unfrozen,
}

/// What proves how good a run is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct RunProof {
    /// No choice among the frozen items that keeps the rules, and settles as much of the urgent ones, comes to more; with what
    /// the run released at its freeze. In minor units of the position currency.
    pub upper_bound_minor: i128,
    /// Digest of the certificate, which is kept beside the instance.
    pub certificate: [u8; 32],
    /// Work that the optimiser did, in its ticks.
    pub ticks: u64,
}

/// Leads the bytes of an instance, with the version of their form.
const DIGEST_DOMAIN: &[u8] = b"caudal run instance 1\n";

impl RunInstance {
    /// SHA-256 of the instance: the domain line, then every field in order, fixed-width and big-endian, each list after its
    /// length in four bytes.
    ///
    /// # Panics
    /// With more than 2^32 items or participants: a bug.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        let length = |count: usize| u32::try_from(count).expect("a queue is bounded").to_be_bytes();
        let mut hasher = Sha256::new();
        hasher.update(DIGEST_DOMAIN);
        hasher.update(self.arrangement.0.to_be_bytes());
        hasher.update(self.run.0.to_be_bytes());
        hasher.update(length(self.participants.len()));
        for participant in &self.participants {
            hasher.update(participant.institution.0.to_be_bytes());
            hasher.update(participant.headroom_minor.to_be_bytes());
        }
        hasher.update(length(self.items.len()));
        for item in &self.items {
            hasher.update(item.payment.0.to_be_bytes());
            hasher.update(item.payer.0.to_be_bytes());
            hasher.update(item.payee.0.to_be_bytes());
            hasher.update(item.amount.get().to_be_bytes());
            hasher.update([u8::from(item.urgent)]);
        }
        hasher.finalize().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn instance() -> RunInstance {
        let participant =
            |institution, headroom_minor| RunParticipant { institution: InstitutionId(institution), headroom_minor };
        let item = |payment, payer, payee, minor, urgent| RunItem {
            payment: PaymentId(payment),
            payer: InstitutionId(payer),
            payee: InstitutionId(payee),
            amount: AmountMinor::new(minor).unwrap(),
            urgent,
        };
        RunInstance {
            arrangement: ArrangementId(1),
            run: RunId(2),
            participants: vec![participant(3, 40), participant(5, -6)],
            items: vec![item(70, 3, 5, 80, false), item(71, 3, 5, 9, true)],
        }
    }

    #[test]
    fn any_change_of_an_instance_changes_its_digest() {
        type Change = fn(&mut RunInstance);
        let changes: [Change; 12] = [
            |_| (),
            |i| i.arrangement.0 += 1,
            |i| i.run.0 += 1,
            |i| i.participants[0].institution.0 += 1,
            |i| i.participants[1].headroom_minor += 1,
            |i| i.participants.truncate(1),
            |i| i.items[0].payment.0 += 1,
            |i| i.items[0].payer = InstitutionId(5),
            |i| i.items[0].payee = InstitutionId(3),
            |i| i.items[0].amount = AmountMinor::new(81).unwrap(),
            |i| i.items[1].urgent = false,
            |i| i.items.truncate(1),
        ];
        let digests: BTreeSet<[u8; 32]> = changes
            .iter()
            .map(|change| {
                let mut changed = instance();
                change(&mut changed);
                changed.digest()
            })
            .collect();
        assert_eq!(digests.len(), changes.len());
    }

    #[test]
    fn the_digest_of_a_small_instance_is_what_it_was() {
        let hex: String = instance().digest().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "782d0da005d847798707dd480d5c7339dd2c0943803d0aad54de75956ab0d47f");
    }
}
