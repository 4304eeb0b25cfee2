//! Netting of a cycle: positions, interest, conversion to the settlement asset, nets and the legs that settle them.

use crate::state::{Arrangement, State};
use domain::event::{CycleClosed, FxResult, SettlementLeg};
use domain::plan::{ConversionRates, ConversionRule, Netting};
use domain::{AccountKey, AccountKind, ArrangementId, BookId, CurrencyId, Date, InstitutionId, MemberId, Owner};
use money::{Accrual, AmountMinor, BalanceMinor, Conversion, Rate, convert_balance, interest_minor};
use std::collections::BTreeMap;

/// What a cycle owes between pairs of members in the asset: positive when the first, lower member owes.
pub(crate) type PairNets = BTreeMap<(MemberId, MemberId), i128>;

/// The net of the open cycle on a business date, and what pairs owe in it.
pub(crate) fn close_cycle(state: &State, arrangement: &Arrangement, date: Date) -> (CycleClosed, PairNets) {
    let positions = positions(state, arrangement);
    let mut pairs = pair_nets(state, arrangement, date);
    // A calendar closed for more than a year has no day to offer; the close itself is then the last word.
    let settle_on = state.settlement_day(arrangement, date).unwrap_or(date);
    let interest = interest(arrangement, settle_on);
    for (debtor, creditor, amount) in &interest {
        let owed = amount.as_balance();
        if debtor < creditor {
            *pairs.entry((*debtor, *creditor)).or_default() += owed;
        } else {
            *pairs.entry((*creditor, *debtor)).or_default() -= owed;
        }
    }
    let mut nets: BTreeMap<MemberId, i128> = BTreeMap::new();
    for ((low, high), low_owes_minor) in &pairs {
        *nets.entry(*low).or_default() -= low_owes_minor;
        *nets.entry(*high).or_default() += low_owes_minor;
    }
    nets.retain(|_, net| *net != 0);
    assert_eq!(nets.values().sum::<i128>(), 0, "nets of a cycle sum to zero");
    let nets = state.nets_in_settlement(arrangement, &nets, date);
    let legs = legs(arrangement.plan.cycle.netting, &pairs, &nets);
    let closed = CycleClosed {
        arrangement: arrangement.id,
        cycle: arrangement.cycle,
        date,
        positions,
        fx_results: fx_results(state, arrangement, date, &nets),
        interest,
        nets: nets.into_iter().collect(),
        legs,
        settle_on,
    };
    (closed, pairs)
}

fn positions(state: &State, arrangement: &Arrangement) -> Vec<(InstitutionId, CurrencyId, i128)> {
    let mut positions: Vec<_> = state
        .accounts
        .iter()
        .filter(|(key, balance)| {
            *balance != 0 && key.kind == AccountKind::Position && key.book == BookId::Arrangement(arrangement.id)
        })
        .filter_map(|(key, balance)| match key.owner {
            Owner::Institution(institution) => Some((institution, key.currency, balance)),
            Owner::House | Owner::Member(_) | Owner::Arrangement(_) => None,
        })
        .collect();
    positions.sort_unstable();
    positions
}

/// What pairs owe each other in the asset, other currencies converted amount by amount.
fn pair_nets(state: &State, arrangement: &Arrangement, date: Date) -> PairNets {
    let mut nets = PairNets::new();
    let members: Vec<MemberId> = arrangement.members().map(|(member, _)| member).collect();
    for (index, &high) in members.iter().enumerate() {
        for &low in &members[..index] {
            if let Some(pair) = arrangement.pair(low, high).filter(|pair| pair.low_owes_minor != 0) {
                nets.insert((low, high), pair.low_owes_minor);
            }
        }
    }
    for (&(low, high, currency), &owed) in &arrangement.foreign_pairs {
        if owed == 0 {
            continue;
        }
        let (rule, rate) = conversion(arrangement, date, currency);
        let (from, to) = (state.minor_decimals(currency), state.minor_decimals(arrangement.asset));
        let converted = convert_balance(BalanceMinor::new(owed), from, to, rate, Conversion::Divide, rule.rounding);
        *nets.entry((low, high)).or_default() += converted.expect("positions and rates are bounded").get();
    }
    nets.retain(|_, owed| *owed != 0);
    nets
}

/// The rule and the reference rate by which positions in a currency become the asset.
fn conversion(arrangement: &Arrangement, date: Date, currency: CurrencyId) -> (ConversionRule, Rate) {
    let rule = arrangement.plan.settlement.conversion.expect("positions not in the asset have a rule of conversion");
    let rate_in = |(_, rates): (&Date, &Vec<(CurrencyId, Rate)>)| {
        rates.iter().find(|(of, _)| *of == currency).map(|(_, rate)| *rate)
    };
    let suiting = match rule.rates {
        ConversionRates::PreviousFixing => arrangement.fixings.range(..date).rev().find_map(rate_in),
        ConversionRates::DayOfClosing => arrangement.fixings.range(..=date).rev().find_map(rate_in),
    };
    // On the first day of a currency there is no fixing of it before: then the first there is.
    let rate = suiting.or_else(|| arrangement.fixings.iter().find_map(rate_in));
    (rule, rate.expect("what is converted was priced at a fixing"))
}

/// Interest between members: on the daily balance of each pair from value date to settlement date, owed by whoever was the
/// debtor on balance.
fn interest(arrangement: &Arrangement, settle_on: Date) -> Vec<(MemberId, MemberId, AmountMinor)> {
    let Some(rule) = arrangement.plan.interest else { return Vec::new() };
    let members: Vec<MemberId> = arrangement.members().map(|(member, _)| member).collect();
    let mut interest = Vec::new();
    for (index, &high) in members.iter().enumerate() {
        for &low in &members[..index] {
            let Some(pair) = arrangement.pair(low, high) else { continue };
            let number_days = pair.number_days_on(settle_on);
            let accrual = Accrual::new(number_days.abs());
            let minor = interest_minor(accrual, rule.rate_ppm, rule.basis, rule.rounding)
                .expect("interest of one cycle fits 128 bits");
            if minor == 0 {
                continue;
            }
            let amount = u64::try_from(minor).ok().and_then(|minor| AmountMinor::new(minor).ok());
            let amount = amount.expect("interest on a bounded balance is an amount");
            interest.push(if number_days > 0 { (low, high, amount) } else { (high, low, amount) });
        }
    }
    interest.sort_unstable_by_key(|(debtor, creditor, _)| (*debtor, *creditor));
    interest
}

impl crate::state::Pair {
    /// Sum of balance × days up to a date.
    pub(crate) fn number_days_on(&self, date: Date) -> i128 {
        self.number_days + self.low_owes_minor * i128::from((date.0 - self.as_of.0).max(0))
    }
}

fn fx_results(state: &State, arrangement: &Arrangement, date: Date, nets: &BTreeMap<MemberId, i128>) -> Vec<FxResult> {
    if arrangement.plan.settlement.conversion.is_none() || arrangement.positions_in_asset() {
        return Vec::new();
    }
    let mut results = Vec::new();
    for (member, _) in arrangement.members() {
        let Some((_, first)) = arrangement.participants().find(|(_, participant)| participant.member == member) else {
            continue;
        };
        let currency = first.edge_currency;
        let counterpart_minor = state.accounts.balance_of(&counterpart_key(arrangement.id, member, currency));
        let net = nets.get(&member).copied().unwrap_or(0);
        if counterpart_minor == 0 && net == 0 {
            continue;
        }
        let (rule, rate) = conversion(arrangement, date, currency);
        let (from, to) = (state.minor_decimals(arrangement.asset), state.minor_decimals(currency));
        let settled =
            convert_balance(BalanceMinor::new(-net), from, to, rate, Conversion::Multiply, rule.result_rounding);
        let settled_minor = settled.expect("nets and rates are bounded").get();
        results.push(FxResult { member, currency, counterpart_minor, settled_minor });
    }
    results
}

/// A member's account for its business with an arrangement, in its own book.
pub(crate) fn counterpart_key(arrangement: ArrangementId, member: MemberId, currency: CurrencyId) -> AccountKey {
    let (book, owner) = (BookId::Edge(member), Owner::Arrangement(arrangement));
    AccountKey { book, owner, currency, kind: AccountKind::Counterpart }
}

/// Pay-ins first, then pay-outs; by member, and by counterparty where netting is bilateral.
pub(crate) fn legs(netting: Netting, pairs: &PairNets, nets: &BTreeMap<MemberId, i128>) -> Vec<SettlementLeg> {
    let amount = |minor: i128| {
        let minor = u64::try_from(minor.unsigned_abs()).expect("a net fits an amount");
        AmountMinor::new(minor).expect("a net that is settled is not zero")
    };
    let mut legs: Vec<SettlementLeg> = match netting {
        // Payments that settle one by one leave no net.
        Netting::None => Vec::new(),
        Netting::Multilateral => nets
            .iter()
            .map(|(&member, &net)| SettlementLeg { member, counterparty: None, pay_in: net < 0, amount: amount(net) })
            .collect(),
        Netting::Bilateral => pairs
            .iter()
            .filter(|(_, owed)| **owed != 0)
            .flat_map(|(&(low, high), &owed)| {
                let (debtor, creditor) = if owed > 0 { (low, high) } else { (high, low) };
                let amount = amount(owed);
                [
                    SettlementLeg { member: debtor, counterparty: Some(creditor), pay_in: true, amount },
                    SettlementLeg { member: creditor, counterparty: Some(debtor), pay_in: false, amount },
                ]
            })
            .collect(),
    };
    legs.sort_by_key(|leg| (!leg.pay_in, leg.member, leg.counterparty));
    legs
}
