//! Annual flows between countries: what the importers of one paid to the exporters of another.

use std::collections::BTreeMap;

use crate::notice::{Notice, Notices};
use crate::region::{CountryIndex, Region};

/// The largest annual value of one flow, in cents of the dollar: ten trillion dollars, a third of the world's trade.
pub const LARGEST_FLOW_USD_CENTS: u64 = 1_000_000_000_000_000;

/// What one country paid another in a year. The importer pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flow {
    /// The importing country.
    pub payer: CountryIndex,
    /// The exporting country.
    pub payee: CountryIndex,
    /// At most [`LARGEST_FLOW_USD_CENTS`], and above zero.
    pub usd_cents: u64,
}

/// The flows of a year, in the order of payer and payee, each pair once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flows {
    list: Vec<Flow>,
}

/// What was taken out of the flows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// How many flows.
    pub flow_count: u64,
    /// Their annual value.
    pub usd_cents: u64,
}

impl Flows {
    /// Flows as a file or a model gives them, in any order; those of nothing are dropped.
    ///
    /// # Panics
    /// Where a pair stands twice, pays itself, or is above [`LARGEST_FLOW_USD_CENTS`]: a bug of the reader, which
    /// refuses such rows.
    #[must_use]
    pub fn new(mut list: Vec<Flow>) -> Flows {
        list.retain(|flow| flow.usd_cents > 0);
        list.sort_unstable_by_key(|flow| (flow.payer, flow.payee));
        for (index, flow) in list.iter().enumerate() {
            let again = index > 0 && (list[index - 1].payer, list[index - 1].payee) == (flow.payer, flow.payee);
            assert!(!again && flow.payer != flow.payee && flow.usd_cents <= LARGEST_FLOW_USD_CENTS, "{flow:?}");
        }
        Flows { list }
    }

    /// The flows.
    #[must_use]
    pub fn as_slice(&self) -> &[Flow] {
        &self.list
    }

    /// What they add up to, in cents of the dollar.
    #[must_use]
    pub fn total_usd_cents(&self) -> u64 {
        // At most 100 countries, so 9,900 flows of 10^15 cents: below 10^19.
        self.list.iter().map(|flow| flow.usd_cents).sum()
    }

    /// Takes out the flows for which `carried` says no: those that an arrangement cannot carry, or of members that are
    /// left out of a run.
    pub fn retain(&mut self, mut carried: impl FnMut(&Flow) -> bool) -> LeftOut {
        let mut left_out = LeftOut::default();
        self.list.retain(|flow| {
            let keep = carried(flow);
            if !keep {
                left_out.flow_count += 1;
                left_out.usd_cents += flow.usd_cents;
            }
            keep
        });
        left_out
    }

    /// Takes out the flows between two countries of one member, and says so for each such member.
    pub(crate) fn leave_out_within_members(&mut self, region: &Region, notices: &mut Notices) {
        let mut within: BTreeMap<_, LeftOut> = BTreeMap::new();
        self.list.retain(|flow| {
            let member = region.member_of(flow.payer);
            let keep = member != region.member_of(flow.payee);
            if !keep {
                let left_out = within.entry(member).or_default();
                left_out.flow_count += 1;
                left_out.usd_cents += flow.usd_cents;
            }
            keep
        });
        for (member, LeftOut { flow_count, usd_cents }) in within {
            let member = region.members[member.index()].code.clone();
            notices.say(Notice::WithinMember { member, flow_count, usd_cents });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flow(payer: u8, payee: u8, usd_cents: u64) -> Flow {
        Flow { payer: CountryIndex(payer), payee: CountryIndex(payee), usd_cents }
    }

    #[test]
    fn flows_are_in_order_without_those_of_nothing() {
        let flows = Flows::new(vec![flow(2, 1, 5), flow(1, 2, 7), flow(1, 0, 0)]);
        assert_eq!(flows.as_slice(), [flow(1, 2, 7), flow(2, 1, 5)]);
        assert_eq!(flows.total_usd_cents(), 12);
    }

    #[test]
    fn what_is_taken_out_is_counted() {
        let mut flows = Flows::new(vec![flow(0, 1, 5), flow(1, 0, 7), flow(0, 2, 11)]);
        let left_out = flows.retain(|flow| flow.payee == CountryIndex(1));
        assert_eq!(left_out, LeftOut { flow_count: 2, usd_cents: 18 });
        assert_eq!(flows.as_slice(), [flow(0, 1, 5)]);
    }

    #[test]
    #[should_panic(expected = "Flow")]
    fn a_pair_that_stands_twice_is_a_bug() {
        let _ = Flows::new(vec![flow(0, 1, 5), flow(0, 1, 6)]);
    }
}
