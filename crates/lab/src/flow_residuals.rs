//! What the gravity model leaves out: trade between two countries is never what size and distance say, and never
//! balanced. Each flow of the model is multiplied by a chance factor of its own, and all are scaled to the same total.
//!
//! The factor is the mean of four nearly log-normal numbers, an assumption: half of all factors are below 0.63 of their
//! mean, one in twenty is below 0.13 of it, and one in twenty above three times it.

use money::largest_remainder;

use crate::flows::{Flow, Flows};
use crate::random::{Purpose, Seed};
use crate::region::{CountryIndex, Region};
use crate::ticket_sizes::relative_size;

/// Numbers whose mean is the factor of a flow.
const DRAWS: u64 = 4;

/// The flows with the part that the model does not explain; they add up to the same.
pub(crate) fn drawn(region: &Region, flows: &Flows, seed: Seed) -> Flows {
    let factor = |flow: &Flow| {
        // By the countries' letters, so that a country more in the region changes nothing for the others.
        let letters = |country: CountryIndex| region.countries[country.index()].code.as_number();
        let stream = seed.stream(Purpose::FlowResidual).part((letters(flow.payer) << 24) | letters(flow.payee));
        (0..DRAWS).map(|draw| relative_size(stream.at(draw))).sum::<u64>()
    };
    let weights: Vec<u64> = flows.as_slice().iter().map(|flow| weighted(flow.usd_cents, factor(flow))).collect();
    let shares = largest_remainder(flows.total_usd_cents(), &weights).expect("bug: flows without weight");
    let flow = |(flow, usd_cents): (&Flow, u64)| Flow { usd_cents, ..*flow };
    Flows::new(flows.as_slice().iter().zip(shares).map(flow).collect())
}

/// A value times a factor of at most 2^34, of which a median one is 2^26.
fn weighted(usd_cents: u64, factor: u64) -> u64 {
    u64::try_from((u128::from(usd_cents) * u128::from(factor)) >> 26).expect("bug: a flow above the largest")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gravity;
    use crate::notice::Notices;

    #[test]
    fn flows_keep_their_total_and_lose_their_balance() {
        let region = Region::built_in();
        let model = gravity::flows(&region, &mut Notices::new());
        let flows = drawn(&region, &model, Seed::new(1).unwrap());
        assert_eq!(flows.total_usd_cents(), model.total_usd_cents());
        assert_eq!(flows, drawn(&region, &model, Seed::new(1).unwrap()));
        assert_ne!(flows, drawn(&region, &model, Seed::new(2).unwrap()));
        let value = |flows: &Flows, payer, payee| {
            flows
                .as_slice()
                .iter()
                .find(|flow| (flow.payer, flow.payee) == (payer, payee))
                .map_or(0, |flow| flow.usd_cents)
        };
        // The smaller of the two directions over the larger: balanced in the model, about a half after it.
        let balances: Vec<u64> = flows
            .as_slice()
            .iter()
            .filter(|flow| flow.payer < flow.payee)
            .map(|flow| (flow.usd_cents, value(&flows, flow.payee, flow.payer)))
            .map(|(one, other)| one.min(other) * 100 / one.max(other).max(1))
            .collect();
        let mean = balances.iter().sum::<u64>() / u64::try_from(balances.len()).unwrap();
        assert!((35..=60).contains(&mean), "{mean}");
    }

    #[test]
    fn factors_are_as_wide_as_documented() {
        let stream = Seed::new(3).unwrap().stream(Purpose::FlowResidual);
        let mut factors: Vec<u64> =
            (0..100_000).map(|part| (0..DRAWS).map(|draw| relative_size(stream.part(part).at(draw))).sum()).collect();
        factors.sort_unstable();
        let mean = factors.iter().sum::<u64>() / 100_000;
        let percent_of_mean = |place: usize| factors[place] * 100 / mean;
        assert!((61..=65).contains(&percent_of_mean(50_000)), "{}", percent_of_mean(50_000));
        assert!((12..=14).contains(&percent_of_mean(5_000)), "{}", percent_of_mean(5_000));
        assert!((300..=325).contains(&percent_of_mean(95_000)), "{}", percent_of_mean(95_000));
    }
}
