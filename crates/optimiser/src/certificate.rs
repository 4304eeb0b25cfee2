//! A certificate in bytes: what is kept beside an instance, and what the digest in the journal is of.

use certify::queue::{Case, Certificate, Level, Multipliers, Proposal};
use sha2::{Digest, Sha256};

/// Leads the bytes of a certificate, with the version of their form.
const HEAD: &[u8] = b"caudal run certificate 1\n";

/// The answer and its certificate: the head line, then every field in order, integers fixed-width and big-endian, each list
/// after its length in four bytes, each optional field after a byte that says whether it is there.
///
/// # Panics
/// With a list of more than 2^32 entries: a bug.
#[must_use]
pub fn certificate_bytes(proposal: &Proposal, certificate: &Certificate) -> Vec<u8> {
    let mut out = Bytes(HEAD.to_vec());
    out.indexes(&proposal.settled);
    match &certificate.fifo_removals {
        None => out.0.push(0),
        Some(removals) => {
            out.0.push(1);
            out.indexes(removals);
        }
    }
    out.indexes(&certificate.unfundable);
    out.length(certificate.levels.len());
    certificate.levels.iter().for_each(|level| out.level(level));
    out.0
}

pub(crate) fn digest(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

struct Bytes(Vec<u8>);

impl Bytes {
    fn length(&mut self, length: usize) {
        let length = u32::try_from(length).expect("lists of a certificate are bounded");
        self.0.extend_from_slice(&length.to_be_bytes());
    }

    fn indexes(&mut self, list: &[u32]) {
        self.length(list.len());
        list.iter().for_each(|index| self.0.extend_from_slice(&index.to_be_bytes()));
    }

    fn level(&mut self, level: &Level) {
        let Level { claim, multipliers, cases } = level;
        self.0.extend_from_slice(&claim.value.to_be_bytes());
        self.0.extend_from_slice(&claim.upper_bound.to_be_bytes());
        self.length(multipliers.len());
        multipliers.iter().for_each(|multipliers| self.multipliers(multipliers));
        self.length(cases.len());
        for case in cases {
            let (tag, index) = match case {
                Case::Split { payment } => (1, payment),
                Case::Leaf { multipliers } => (2, multipliers),
            };
            self.0.push(tag);
            self.0.extend_from_slice(&index.to_be_bytes());
        }
    }

    fn multipliers(&mut self, multipliers: &Multipliers) {
        let Multipliers {
            scale,
            floors,
            ceilings,
            reservations,
            bilateral_limits,
            multilateral_limits,
            group_limits,
            aggregate_short,
            aggregate_short_slopes,
            haircut_value,
            haircut_value_slopes,
            earlier_levels,
        } = multipliers;
        self.0.extend_from_slice(&scale.to_be_bytes());
        for list in [
            floors,
            ceilings,
            reservations,
            bilateral_limits,
            multilateral_limits,
            group_limits,
            aggregate_short,
            aggregate_short_slopes,
            haircut_value,
            haircut_value_slopes,
            earlier_levels,
        ] {
            self.length(list.len());
            list.iter().for_each(|number| self.0.extend_from_slice(&number.to_be_bytes()));
        }
    }
}
