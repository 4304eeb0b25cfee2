//! Quotas of a run, by the rulebook's own rule on what the run's members trade; and what follows from them: the credit that
//! each opts in to, its contribution to the fund, the fund's capital.

use domain::MemberId;
use domain::plan::{LimitKind, Plan};
use money::AmountMinor;
use rulebook::QuotasByAverage;
use rulebook::schema::AverageOf;

/// What members trade in a year, by member, in cents of the dollar.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct YearOfTrade {
    /// What its customers pay through the arrangement.
    pub(crate) paid: u128,
    /// What they receive through it.
    pub(crate) received: u128,
}

/// Credit terms of a run, in cents of the dollar; all empty where the rulebook knows no credit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct CreditTerms {
    /// By member, as the operator enters them; empty where the rulebook lists them itself.
    pub(crate) entered: Vec<u64>,
    /// By member: the most that it opts in to owe and to be owed; empty where it need not say.
    pub(crate) opted_in: Vec<u64>,
    /// By member: what it pays into the fund.
    pub(crate) contributions: Vec<u64>,
    /// What the fund is given from outside.
    pub(crate) capital: u64,
}

impl CreditTerms {
    pub(crate) fn new(
        plan: &Plan,
        rule: Option<&QuotasByAverage>,
        codes: &[&str],
        trade: &[YearOfTrade],
        take_up_ppm: u32,
    ) -> CreditTerms {
        let Some(credit) = plan.additions.credit.as_deref() else { return CreditTerms::default() };
        let table = credit.quotas.first();
        let listed = |code: &&str| {
            let of_table = table.and_then(|table| table.quotas.iter().find(|(member, _)| member == code));
            of_table.map_or(0, |(_, quota)| *quota)
        };
        let by_rule = rule.map(|rule| {
            let members = codes.iter().zip(trade);
            members.map(|(code, trade)| quota(rule, code, *trade, take_up_ppm)).collect::<Vec<u64>>()
        });
        let quotas = by_rule.clone().unwrap_or_else(|| codes.iter().map(listed).collect());
        let opts_in = plan.limit(LimitKind::Debts).is_some() || plan.limit(LimitKind::Claims).is_some();
        let paid_in_ppm = credit.fund.map_or(0, |fund| fund.paid_in_ppm);
        CreditTerms {
            entered: by_rule.unwrap_or_default(),
            opted_in: if opts_in { quotas.clone() } else { Vec::new() },
            contributions: quotas.iter().map(|quota| share_of((*quota).into(), paid_in_ppm)).collect(),
            capital: credit.fund.map_or(0, |fund| fund.capital_minor),
        }
    }

    /// All quotas together.
    pub(crate) fn total(&self) -> u128 {
        self.entered.iter().map(|quota| u128::from(*quota)).sum()
    }

    /// Members with a share in the fund, and their shares.
    pub(crate) fn contributions(&self) -> impl Iterator<Item = (MemberId, AmountMinor)> {
        let members = self.contributions.iter().enumerate();
        members.filter_map(|(member, share)| Some((MemberId::from_index(member), AmountMinor::new(*share).ok()?)))
    }
}

/// The quota of one member. One year stands for the average of several.
fn quota(rule: &QuotasByAverage, code: &str, trade: YearOfTrade, take_up_ppm: u32) -> u64 {
    let in_all = |through: u128| through * 1_000_000 / u128::from(take_up_ppm.max(1));
    let base = match rule.average_of {
        AverageOf::GrossPayments => trade.paid,
        AverageOf::TwoWayValue => trade.paid + trade.received,
        AverageOf::TradeWithMembers => in_all(trade.paid + trade.received),
        AverageOf::ProjectedImports => in_all(trade.paid),
    };
    let share = share_of(base, rule.share_ppm).max(rule.minimum_minor);
    let factor = rule.multipliers.iter().find(|(member, _)| member == code).map(|(_, factor)| *factor);
    let multiplied = factor.map_or(u128::from(share), |factor| {
        u128::from(share) * u128::from(factor.mantissa()) / 10_u128.pow(factor.decimals().into())
    });
    u64::try_from(multiplied).unwrap_or(u64::MAX).min(AmountMinor::MAX.get())
}

/// A share of an amount, rounded down.
fn share_of(amount: u128, share_ppm: u32) -> u64 {
    u64::try_from(amount * u128::from(share_ppm) / 1_000_000).unwrap_or(u64::MAX).min(AmountMinor::MAX.get())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn built_in(name: &str) -> (Plan, Option<QuotasByAverage>) {
        let rulebook = rulebook::parse(name, rulebook::source(name).unwrap()).unwrap();
        (rulebook.compile().unwrap(), rulebook.quotas_by_average())
    }

    #[test]
    fn a_quota_is_the_share_of_what_a_member_trades_with_its_minimum_and_its_multiplier() {
        let (plan, rule) = built_in("caudal-credit");
        let trade = [
            YearOfTrade { paid: 30_000_000_000, received: 20_000_000_000 },
            YearOfTrade { paid: 6_000_000_000, received: 4_000_000_000 },
            YearOfTrade { paid: 100, received: 0 },
        ];
        let terms = CreditTerms::new(&plan, rule.as_ref(), &["BRA", "PRY", "CUB"], &trade, 50_000);
        assert_eq!(
            terms.entered,
            [5_000_000_000, 1_500_000_000, 200_000_000],
            "10 %, half as much again, at least 2 m"
        );
        assert_eq!(terms.opted_in, terms.entered);
        assert_eq!(terms.contributions, [250_000_000, 75_000_000, 10_000_000], "5 % is paid in");
    }

    #[test]
    fn a_rulebook_without_credit_has_no_terms() {
        let (plan, rule) = built_in("caudal");
        let trade = [YearOfTrade { paid: 1, received: 1 }];
        assert_eq!(CreditTerms::new(&plan, rule.as_ref(), &["BRA"], &trade, 50_000), CreditTerms::default());
    }
}
