//! Annual flows where there is no trade file: the gravity model of trade (Tinbergen, *Shaping the World Economy*, 1962).
//!
//! What one country buys from another is in proportion to the product of their domestic products over the distance of
//! their capitals; all flows together add up to the region's trade. The model is symmetric: over a year, two countries
//! buy the same from each other, so who ends up owing whom is chance. It gives a run something to carry; a question
//! about a country needs a trade file.

use money::largest_remainder;

use crate::flows::{Flow, Flows};
use crate::great_circle::{Place, distance_m};
use crate::notice::{Notice, Notices};
use crate::region::{Country, Region};

/// The flows of a year by the model, scaled to the region's trade, less those within one member; both is said.
///
/// # Panics
/// Where two capitals are one place, or the region has a single country: a bug in the region file.
#[must_use]
pub fn flows(region: &Region, notices: &mut Notices) -> Flows {
    let mut pairs = Vec::new();
    let mut weights = Vec::new();
    for payer in region.country_indices() {
        for payee in region.country_indices().filter(|&payee| payee != payer) {
            pairs.push((payer, payee));
            weights.push(weight(&region.countries[payer.index()], &region.countries[payee.index()]));
        }
    }
    let total = region.trade_total_usd.value.checked_mul(100).expect("bug: the region's trade exceeds all money");
    let shares = largest_remainder(total, &weights).expect("bug: no two countries trade");
    let list = pairs.into_iter().zip(shares).map(|((payer, payee), usd_cents)| Flow { payer, payee, usd_cents });
    let mut flows = Flows::new(list.collect());
    notices.say(Notice::Gravity { usd_cents: total, year: region.trade_total_usd.year });
    flows.leave_out_within_members(region, notices);
    flows
}

/// The product of two domestic products (in millions of dollars) over the distance in kilometres, times a thousand.
fn weight(payer: &Country, payee: &Country) -> u64 {
    let place = |country: &Country| Place { latitude: country.latitude, longitude: country.longitude };
    let metres = distance_m(place(payer), place(payee));
    assert!(metres > 0, "the capitals of {} and {} are one place", payer.code, payee.code);
    let product = u128::from(payer.gdp_usd_millions.value) * u128::from(payee.gdp_usd_millions.value);
    u64::try_from(product * 1_000_000 / u128::from(metres)).expect("bug: two domestic products beyond all money")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::region::CountryCode;

    fn value(flows: &Flows, region: &Region, payer: &str, payee: &str) -> u64 {
        let index = |code: &str| region.country(CountryCode::parse(code).unwrap()).unwrap();
        let flow = flows.as_slice().iter().find(|flow| flow.payer == index(payer) && flow.payee == index(payee));
        flow.unwrap().usd_cents
    }

    #[test]
    fn all_flows_together_are_the_regions_trade_to_the_cent() {
        let region = Region::built_in();
        let mut notices = Notices::new();
        let flows = flows(&region, &mut notices);
        let said: Vec<&Notice> = notices.iter().collect();
        let [Notice::Gravity { year: 2012, usd_cents }, Notice::WithinMember { flow_count: 30, usd_cents: within, .. }] =
            said[..]
        else {
            panic!("{said:?}")
        };
        assert_eq!(*usd_cents, 20_370_000_000_000);
        assert_eq!(flows.total_usd_cents() + within, *usd_cents);
        assert_eq!(flows.as_slice().len(), 33 * 32 - 30);
    }

    #[test]
    fn large_and_near_countries_trade_more_and_both_ways_the_same() {
        let region = Region::built_in();
        let flows = flows(&region, &mut Notices::new());
        let value = |payer, payee| value(&flows, &region, payer, payee);
        assert!(value("ARG", "BRA") > value("ARG", "COL"));
        assert!(value("URY", "ARG") > value("URY", "MEX"));
        assert!(value("ARG", "BRA").abs_diff(value("BRA", "ARG")) <= 1);
    }

    #[test]
    fn the_model_gives_the_same_cents_on_every_machine() {
        let region = Region::built_in();
        let flows = flows(&region, &mut Notices::new());
        let found = [("ARG", "BRA"), ("MEX", "GTM"), ("DMA", "BRB"), ("CHL", "CUB")]
            .map(|(payer, payee)| value(&flows, &region, payer, payee));
        assert_eq!(found, [1_085_299_241_754, 314_296_804_731, 24_524_637, 10_231_625_158]);
    }
}
