//! Credit by right, as a plan has it.

use super::words;
use crate::schema::{
    self, BeyondQuota, Credit, Decomposition, Interest, InterestKind, InterestOn, QuotaTable, Quotas, Rulebook,
};
use crate::value::{Amount, AmountByMember, Percent, Text};
use domain::credit::{
    CreditBalance, CreditInterest, CreditPart, CreditRate, CreditRule, FundRule, Rung, RungAction, RungOf,
    TrancheSchedule, TrancheSlice,
};
use domain::plan::{Article, RuleKey};

/// Everything in the asset.
const WHOLE_PPM: u32 = 1_000_000;
const BUG: &str = "bug: not built, and said so before";

/// The credit of a rulebook; none where nets are paid.
pub(super) fn of(rulebook: &Rulebook) -> Option<CreditRule> {
    let part = part(rulebook.credit.as_ref()?, rulebook)?;
    Some(CreditRule {
        part,
        quotas: rulebook.quotas.as_ref().map_or_else(Vec::new, |quotas| quota_tables(quotas, rulebook)),
        interest: rulebook.interest.iter().filter_map(interest).collect(),
        ladder: rulebook.ladder.iter().map(rung).collect(),
        fund: rulebook.fund.as_ref().map(|fund| FundRule {
            paid_in_ppm: fund.paid_in_percent_of_quota.ppm(),
            callable_ppm: fund.callable_percent_of_quota.ppm(),
            capital_minor: fund.capital.as_ref().map_or(0, |capital| minor(capital, rulebook)),
        }),
    })
}

/// Articles of the rules of credit.
pub(super) fn articles(rulebook: &Rulebook) -> Vec<(RuleKey, Article)> {
    let on_credit = |interest: &&Interest| balance(interest.on).is_some();
    let sources = [
        (RuleKey::Credit, rulebook.credit.as_ref().map(|rule| &rule.source)),
        (RuleKey::Quotas, rulebook.quotas.as_ref().map(|rule| &rule.source)),
        (RuleKey::Fund, rulebook.fund.as_ref().map(|rule| &rule.source)),
        (RuleKey::CreditInterest, rulebook.interest.iter().find(on_credit).map(|rule| &rule.source)),
        (RuleKey::Ladder, rulebook.ladder.first().map(|rule| &rule.source)),
    ];
    sources.into_iter().filter_map(|(key, source)| Some((key, super::articles::article(source?)))).collect()
}

fn part(credit: &Credit, rulebook: &Rulebook) -> Option<CreditPart> {
    let missing = "bug: the table of each part is there, which was checked";
    // What goes before the last part is in it: claims come first, and the schedule is the debtor's.
    Some(match credit.decompose.last()? {
        Decomposition::Identity => return None,
        Decomposition::Tranches => CreditPart::Tranches { schedules: schedules(credit) },
        Decomposition::Instalments => {
            let instalments = credit.instalments.as_ref().expect(missing);
            CreditPart::Instalments {
                count: instalments.count.to_u8(),
                every_months: instalments.every_months.to_u8(),
                bars_while_unpaid: instalments.bars_while_unpaid,
            }
        }
        Decomposition::Apportioned => {
            let apportioned = credit.apportioned.as_ref().expect(missing);
            let decimals = rulebook.asset.minor_decimals.to_u8();
            let amount = |amount: &Amount| amount.minor(decimals).expect("bug: amounts have the decimals of the asset");
            CreditPart::Apportioned { amount: amount(&apportioned.amount), step: amount(&apportioned.step) }
        }
        Decomposition::PassThrough => {
            let pass_through = credit.pass_through.as_ref().expect(missing);
            CreditPart::PassThrough {
                schedules: schedules(credit),
                debt_months: pass_through.debt_months.to_u8(),
                repaid_in_quarters: pass_through.repaid_in_quarters.to_u8(),
            }
        }
        Decomposition::ClaimsFirst | Decomposition::Swap | Decomposition::ReserveLoan => unreachable!("{BUG}"),
    })
}

fn schedules(credit: &Credit) -> Vec<TrancheSchedule> {
    let tranches = credit.tranches.as_ref().expect("bug: the table of each part is there, which was checked");
    let codes = |members: &Option<crate::value::List<crate::value::MemberCode>>| {
        members.iter().flat_map(|members| members.iter()).map(|member| member.0.clone()).collect()
    };
    let of_schedule = |schedule: &schema::TrancheSchedule| TrancheSchedule {
        from: schedule.from,
        debtor: slices(&schedule.debtor),
        debtor_beyond_ppm: schedule.debtor_beyond_percent.ppm(),
        creditor: slices(&schedule.creditor),
        creditor_beyond_ppm: match schedule.creditor_beyond {
            BeyondQuota::Percent => schedule.creditor_beyond_percent.map_or(WHOLE_PPM, crate::value::Percent::ppm),
            BeyondQuota::Decision => WHOLE_PPM,
        },
        no_quota_as_debtor: codes(&schedule.no_quota_as_debtor),
        no_quota: codes(&schedule.no_quota),
    };
    tranches.schedules.iter().map(of_schedule).collect()
}

fn slices(slices: &[schema::Slice]) -> Vec<TrancheSlice> {
    let slice = |slice: &schema::Slice| TrancheSlice {
        up_to_ppm: slice.up_to_percent.ppm(),
        asset_ppm: slice.asset_percent.ppm(),
    };
    slices.iter().map(slice).collect()
}

fn minor(amount: &Amount, rulebook: &Rulebook) -> u64 {
    let decimals = rulebook.asset.minor_decimals.to_u8();
    amount.minor(decimals).expect("bug: amounts have the decimals of the asset").get()
}

fn quota_tables(quotas: &Quotas, rulebook: &Rulebook) -> Vec<domain::credit::QuotaTable> {
    let of_table = |table: &QuotaTable| {
        let list = |amounts: &AmountByMember| {
            let in_minor = |(member, amount): (&crate::value::MemberCode, &Amount)| {
                (member.0.clone(), in_units(amount, table.in_units_of.get(), rulebook))
            };
            amounts.0.iter().map(in_minor).collect()
        };
        domain::credit::QuotaTable {
            from: table.from,
            quotas: list(&table.amounts),
            less_as_creditor: table.less_as_creditor.as_ref().map_or_else(Vec::new, list),
        }
    };
    quotas.tables.iter().flat_map(|tables| tables.iter()).map(of_table).collect()
}

/// An amount written in so many units, in minor units of the asset: exact, or as much as an amount can be.
pub(super) fn in_units(amount: &Amount, units: u32, rulebook: &Rulebook) -> u64 {
    let ten_thousandths = amount.minor(4).expect("bug: an amount has at most four decimals").get();
    let minor_per_unit = 10_u128.pow(u32::from(rulebook.asset.minor_decimals.to_u8()));
    let exact = u128::from(ten_thousandths) * u128::from(units) * minor_per_unit / 10_000;
    u64::try_from(exact).unwrap_or(u64::MAX)
}

fn balance(on: InterestOn) -> Option<CreditBalance> {
    match on {
        InterestOn::Claims => Some(CreditBalance::Claims),
        InterestOn::Debts => Some(CreditBalance::Debts),
        InterestOn::Instalments => Some(CreditBalance::Instalments),
        InterestOn::PairBalances | InterestOn::MemberBalances | InterestOn::Swaps | InterestOn::ContingencyMargin => {
            None
        }
    }
}

fn interest(interest: &Interest) -> Option<CreditInterest> {
    let percents = [interest.rate_percent, interest.margin_percent, interest.floor_percent, interest.fallback_percent];
    let rate = rate(interest.kind, interest.index.as_ref(), percents);
    let more_ppm = interest.dearer_percent.map_or(0, Percent::ppm);
    let dearer = interest.dearer_after_days.map(|days| (days.to_u16(), more_ppm));
    let (basis, rounding) = (words::day_count(interest.basis), words::rounding(interest.rounding));
    Some(CreditInterest { on: balance(interest.on)?, basis, rate, rounding, dearer })
}

/// A rate of interest: of its own, or an index with margin, floor and fallback.
pub(super) fn rate(
    kind: InterestKind,
    index: Option<&Text>,
    [own, margin, floor, fallback]: [Option<Percent>; 4],
) -> CreditRate {
    let required = "bug: the schema requires it with this kind of rate";
    match kind {
        InterestKind::Fixed => CreditRate::Fixed { ppm: own.expect(required).ppm() },
        InterestKind::Index => CreditRate::Index {
            name: index.expect(required).0.clone(),
            margin_ppm: margin.expect(required).ppm(),
            floor_ppm: floor.map_or(0, Percent::ppm),
            fallback_ppm: fallback.expect(required).ppm(),
        },
    }
}

fn rung(rung: &schema::Rung) -> Rung {
    Rung {
        of: match rung.of {
            schema::RungOf::DebtorLimit => RungOf::DebtorLimit,
            schema::RungOf::CreditorLimit => RungOf::CreditorLimit,
            schema::RungOf::TotalCredit => RungOf::TotalCredit,
        },
        at_ppm: rung.at_percent.ppm(),
        action: match rung.action {
            schema::RungAction::Notice => RungAction::Notice,
            schema::RungAction::Consult => RungAction::Consult,
            schema::RungAction::NoNewCredit => RungAction::NoNewCredit,
            schema::RungAction::Referral => RungAction::Referral,
            schema::RungAction::Suspend => unreachable!("{BUG}"),
        },
    }
}
