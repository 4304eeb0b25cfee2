//! Conversion of positions to the settlement asset, and what members gain or bear by it.

use crate::arithmetic::{mirrored, over, times};
use crate::books::of_member_at_edge;
use crate::finding::{Check, Checked, Finding};
use crate::model::Model;
use domain::event::FxResult;
use domain::plan::{ConversionRates, ConversionRule};
use domain::{AccountKind, ArrangementId, CurrencyId, Date, MemberId};
use money::Rate;
use std::collections::BTreeMap;

impl Model {
    /// What pairs owe in the asset: each currency's amount converted by itself, then netted.
    pub(crate) fn pairs_in_asset(
        &self,
        id: ArrangementId,
        date: Date,
    ) -> Checked<BTreeMap<(MemberId, MemberId), i128>> {
        let arrangement = self.arrangement(id)?;
        let mut nets = BTreeMap::new();
        for ((low, high, currency), low_owes) in &arrangement.pairs {
            let owed =
                if *currency == arrangement.asset { *low_owes } else { self.in_asset(id, date, *currency, *low_owes)? };
            *nets.entry((*low, *high)).or_default() += owed;
        }
        nets.retain(|_, owed| *owed != 0);
        Ok(nets)
    }

    fn in_asset(&self, id: ArrangementId, date: Date, currency: CurrencyId, amount: i128) -> Checked<i128> {
        if amount == 0 {
            return Ok(0);
        }
        let asset = self.arrangement(id)?.asset;
        let (rule, fixing) = self.conversion(id, date, currency)?;
        let rate = self.fixed_rate(id, fixing, currency)?;
        let (from, to) = (self.currency(currency)?.minor_decimals, self.currency(asset)?.minor_decimals);
        mirrored(amount, |amount| over(amount, rate, from, to, rule.rounding)).ok_or_else(too_large)
    }

    /// The rule of conversion, and the fixing whose rate of a currency it takes: on the currency's first day the only one
    /// that has it.
    fn conversion(&self, id: ArrangementId, date: Date, currency: CurrencyId) -> Checked<(ConversionRule, Date)> {
        let arrangement = self.arrangement(id)?;
        let rule = arrangement.plan.settlement.conversion.ok_or_else(|| {
            Finding::new(Check::Conversion, "positions that are not in the asset", "a rule of conversion", "none")
        })?;
        let suits = |fixing: &Date| match rule.rates {
            ConversionRates::PreviousFixing => *fixing < date,
            ConversionRates::DayOfClosing => *fixing <= date,
        };
        let known = |rates: &BTreeMap<CurrencyId, Rate>| currency == arrangement.asset || rates.contains_key(&currency);
        let mut having = arrangement.fixings.iter().filter(|(_, rates)| known(rates)).map(|(fixing, _)| fixing);
        let fixing = having.clone().rfind(|fixing| suits(fixing)).or_else(|| having.next());
        let fixing =
            fixing.ok_or_else(|| Finding::new(Check::Conversion, "a conversion", "a fixing", "none so far"))?;
        Ok((rule, *fixing))
    }

    /// Result of each member in the currency of its first institution: what it collected less what it owes to pay out,
    /// against its net of the asset at its own reference rate.
    pub(crate) fn fx_results(
        &self,
        id: ArrangementId,
        date: Date,
        nets: &BTreeMap<MemberId, i128>,
    ) -> Checked<Vec<FxResult>> {
        let arrangement = self.arrangement(id)?;
        let asset_decimals = self.currency(arrangement.asset)?.minor_decimals;
        let mut results = Vec::new();
        for member in arrangement.members.keys() {
            let Some(first) = self.member(*member)?.institutions.first() else { continue };
            let currency = self.institution(*first)?.currency;
            let counterpart_minor =
                self.books.balance(of_member_at_edge(*member, id, currency, AccountKind::Counterpart));
            let net = nets.get(member).copied().unwrap_or(0);
            if counterpart_minor == 0 && net == 0 {
                continue;
            }
            let (rule, fixing) = self.conversion(id, date, currency)?;
            let rate = self.fixed_rate(id, fixing, currency)?;
            let decimals = self.currency(currency)?.minor_decimals;
            // A net debtor's side is positive: that is what it collected over.
            let settled = mirrored(-net, |net| times(net, rate, asset_decimals, decimals, rule.result_rounding));
            let settled_minor = settled.ok_or_else(too_large)?;
            results.push(FxResult { member: *member, currency, counterpart_minor, settled_minor });
        }
        Ok(results)
    }
}

fn too_large() -> Finding {
    Finding::new(Check::Conversion, "a conversion", "an amount within 128 bits", "more")
}
