//! Lines that let time pass, and lines that give a command.

use super::Reading;
use crate::error::{ErrorKind, Wrong};
use crate::names::{DrawingNamed, Party, PaymentNamed, unknown};
use crate::pattern::Found;
use crate::script::{Act, Instruction, Instrument, Ordered};
use crate::slot::Money;
use domain::event::Quote;
use domain::limit::Scope;
use domain::plan::{DayStep, Denomination, Initiator, Price, Purpose};
use domain::reserve::ReserveAgainst;
use domain::{CurrencyId, InstitutionId, MemberId};
use money::AmountMinor;

type Built = Result<Option<Act>, Wrong>;

fn done(instruction: Instruction) -> Built {
    Ok(Some(Act::Do(instruction)))
}

pub(crate) fn on(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    let date = found.date();
    if let Some((reached, _)) = reading.reached
        && date <= reached
    {
        let what = format!("{date} does not come after {reached}");
        return Err(Wrong::new(ErrorKind::Date, what, "dates rise: put the line where it belongs"));
    }
    let opens = opening(reading);
    reading.begins.get_or_insert(date);
    reading.reached = Some((date, opens));
    Ok(Some(Act::On(date)))
}

/// The time of day to which `on` leads: when entry opens, or else the first step of the day.
fn opening(reading: &Reading<'_>) -> u32 {
    opening_of(&reading.plan().day.steps)
}

pub(crate) fn opening_of(steps: &[(DayStep, u32)]) -> u32 {
    let of = |wanted: DayStep| steps.iter().find(|(step, _)| *step == wanted).map(|(_, at)| *at);
    let first = steps.iter().filter(|(step, _)| *step != DayStep::PayInBy).map(|(_, at)| *at).min();
    of(DayStep::EntryOpens).or(first).unwrap_or(0)
}

pub(crate) fn at(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    let seconds = found.time();
    let Some((date, reached)) = reading.reached else {
        return Err(Wrong::new(ErrorKind::Date, "a time without a date", "write the date before it: on 2022-03-11"));
    };
    if seconds < reached {
        let clock = |seconds: u32| format!("{:02}:{:02}", seconds / 3600, seconds / 60 % 60);
        let what = format!("{} comes before {} of {date}", clock(seconds), clock(reached));
        return Err(Wrong::new(ErrorKind::Date, what, "times of a date rise: put the line where it belongs"));
    }
    reading.reached = Some((date, seconds));
    Ok(Some(Act::At(seconds)))
}

/// An amount in the settlement asset, in minor units.
pub(crate) fn in_asset(reading: &Reading<'_>, money: Money) -> Result<i128, Wrong> {
    in_currency(reading, money, reading.rules().asset)
}

pub(crate) fn in_currency(reading: &Reading<'_>, money: Money, currency: CurrencyId) -> Result<i128, Wrong> {
    if money.currency == currency {
        return Ok(money.minor);
    }
    let (found, due) = (reading.names.code(money.currency), reading.names.code(currency));
    Err(Wrong::new(ErrorKind::CannotBe, format!("this is never in {found}"), format!("write the amount in {due}")))
}

pub(crate) fn amount(minor: i128) -> AmountMinor {
    let minor = u64::try_from(minor).expect("bug: an amount that was read is below zero");
    AmountMinor::new(minor).expect("bug: an amount that was read is none")
}

fn limit(reading: &mut Reading<'_>, found: &mut Found, scope: Scope) -> Built {
    let maximum_minor = u64::try_from(in_asset(reading, found.money())?).expect("bug: a maximum below zero");
    let from = found.clause("from").map(|mut clause| clause.date());
    done(Instruction::Limit { scope, maximum_minor, from })
}

pub(crate) fn pair(found: &mut Found) -> Result<Scope, Wrong> {
    let (debtor, creditor) = (found.member(), found.member());
    different(debtor, creditor)?;
    Ok(Scope::Pair { debtor, creditor })
}

pub(crate) fn different(one: MemberId, other: MemberId) -> Result<(), Wrong> {
    if one != other {
        return Ok(());
    }
    Err(Wrong::new(ErrorKind::CannotBe, "a member and itself are no pair", "name two members"))
}

pub(crate) fn limit_pair(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    let scope = pair(found)?;
    limit(reading, found, scope)
}

pub(crate) fn limit_share(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    let scope = Scope::InstitutionShare(found.institution());
    limit(reading, found, scope)
}

pub(crate) fn limit_exposure(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    let scope = Scope::CreditorExposure(found.member());
    limit(reading, found, scope)
}

pub(crate) fn limit_payment(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    let scope = Scope::PerPayment(found.member());
    limit(reading, found, scope)
}

pub(crate) fn limit_towards_all(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    let scope = Scope::MemberTowardsAll(found.member());
    limit(reading, found, scope)
}

pub(crate) fn limit_facility(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    limit(reading, found, Scope::Facility)
}

pub(crate) fn limit_prefinancing(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    let scope = Scope::Prefinancing(found.member());
    limit(reading, found, scope)
}

pub(crate) fn limit_line(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    let scope = Scope::CommittedLine(found.member());
    limit(reading, found, scope)
}

pub(crate) fn limit_quota(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    let scope = Scope::Quota(found.member());
    limit(reading, found, scope)
}

pub(crate) fn limit_claims(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    let scope = Scope::Claims(found.member());
    limit(reading, found, scope)
}

pub(crate) fn limit_debts(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    let scope = Scope::Debts(found.member());
    limit(reading, found, scope)
}

pub(crate) fn index(_: &mut Reading<'_>, found: &mut Found) -> Built {
    let (name, percent) = (found.text(), found.rate());
    let wrong = || {
        let what = format!("{percent} per cent are no rate of interest");
        Wrong::new(ErrorKind::Amount, what, "write at most four decimals, and at most 100")
    };
    let scale = 4_u32.checked_sub(u32::from(percent.decimals())).ok_or_else(wrong)?;
    let ppm = percent.mantissa().checked_mul(10_u64.pow(scale)).filter(|ppm| *ppm <= 1_000_000).ok_or_else(wrong)?;
    let rate_ppm = u32::try_from(ppm).expect("bug: a million does not fit 32 bits");
    done(Instruction::Index { name, rate_ppm })
}

pub(crate) fn fund_in(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    fund(reading, found, "from", true)
}

pub(crate) fn fund_out(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    fund(reading, found, "to", false)
}

fn fund(reading: &Reading<'_>, found: &mut Found, whose: &str, deposit: bool) -> Built {
    let amount = amount(in_asset(reading, found.money())?);
    let member = found.clause(whose).map(|mut clause| clause.member());
    done(Instruction::Fund { member, amount, deposit })
}

pub(crate) fn prefund(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    prefunding(reading, found, true)
}

pub(crate) fn withdraw(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    prefunding(reading, found, false)
}

fn prefunding(reading: &Reading<'_>, found: &mut Found, deposit: bool) -> Built {
    let member = found.member();
    let amount = amount(in_asset(reading, found.money())?);
    done(Instruction::Prefunding { member, amount, deposit })
}

/// Who publishes a rate: the member named, or the first one that uses the currency.
fn publisher(reading: &Reading<'_>, found: &mut Found, currency: CurrencyId) -> Result<MemberId, Wrong> {
    if let Some(mut clause) = found.clause("by") {
        return Ok(clause.member());
    }
    let of_institution = reading.names.institutions.iter().find(|i| i.currency == currency).map(|i| i.member);
    let of_member = reading.names.members.iter().position(|m| m.currency == currency).map(MemberId::from_index);
    of_member.or(of_institution).ok_or_else(|| {
        let what = format!("no member uses {}", reading.names.code(currency));
        Wrong::new(ErrorKind::CannotBe, what, "only rates of members' currencies are published")
    })
}

pub(crate) fn rate(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    let (currency, rate) = (found.currency(), found.rate());
    let member = publisher(reading, found, currency)?;
    done(Instruction::Publish { member, currency, quote: Quote::Reference(rate) })
}

pub(crate) fn quote(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    let (currency, buy, sell) = (found.currency(), found.rate(), found.rate());
    let member = publisher(reading, found, currency)?;
    done(Instruction::Publish { member, currency, quote: Quote::TwoSided { buy, sell } })
}

pub(crate) fn pay(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    order(reading, found, Initiator::Payer)
}

pub(crate) fn debit(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    order(reading, found, Initiator::Payee)
}

fn order(reading: &mut Reading<'_>, found: &mut Found, initiator: Initiator) -> Built {
    if reading.plan().initiator != initiator {
        let (who, word) = match reading.plan().initiator {
            Initiator::Payer => ("payer", "pay A to B AMOUNT"),
            Initiator::Payee => ("payee", "debit A in favour of B AMOUNT"),
        };
        let what = format!("under this rulebook the {who}'s side starts a payment");
        return Err(Wrong::new(ErrorKind::CannotBe, what, format!("write: {word}")));
    }
    let (payer, payee) = (found.institution(), found.institution());
    let money = found.money();
    let denomination = denomination(reading, payer, payee, money.currency)?;
    let this = named(reading, found, payer, payee)?;
    let instrument = found.clause("with instrument").map(|mut clause| Instrument::Digits(clause.text()));
    let made_up = found.says("with an instrument").then_some(Instrument::MadeUp);
    if instrument.is_some() && made_up.is_some() {
        let what = "an order refers to one instrument";
        return Err(Wrong::new(ErrorKind::CannotBe, what, "give its digits, or have it made up"));
    }
    done(Instruction::Order(Box::new(Ordered {
        this,
        payer,
        payee,
        denomination,
        amount: amount(money.minor),
        purpose: found.clause("for").map_or(Purpose::Goods, |mut clause| clause.purpose()),
        urgent: found.says("urgent"),
        document: found.clause("with document").map(|mut clause| clause.text()),
        instrument: instrument.or(made_up),
        value_date: found.clause("value").map(|mut clause| clause.date()),
        collected: !found.says("uncollected"),
        held_by: found.clause("held by").map(|mut clause| clause.member()),
        by_operator: found.says("by the operator"),
    })))
}

/// A payment's place among those of the script, with its name where it has one.
fn named(
    reading: &mut Reading<'_>,
    found: &mut Found,
    payer: InstitutionId,
    payee: InstitutionId,
) -> Result<usize, Wrong> {
    let name = found.clause("as").map(|mut clause| clause.new_name());
    reading.names.payments.push(PaymentNamed { name, payer, payee });
    Ok(reading.names.payments.len() - 1)
}

/// In whose currency an order is: of those that the rulebook admits, the first that it is.
fn denomination(
    reading: &Reading<'_>,
    payer: InstitutionId,
    payee: InstitutionId,
    currency: CurrencyId,
) -> Result<Denomination, Wrong> {
    let asset = reading.rules().asset;
    // Where nothing is converted, all three legs are in the asset.
    let edge = |institution: InstitutionId| match reading.plan().price {
        Price::Par => asset,
        Price::Fixed { .. } | Price::Open { .. } => reading.names.institutions[institution.index()].currency,
    };
    let is = |denomination: Denomination| match denomination {
        Denomination::Payee => edge(payee) == currency,
        Denomination::Payer => edge(payer) == currency,
        Denomination::Asset => asset == currency,
    };
    let admitted = reading.plan().denominations.iter().copied().find(|denomination| is(*denomination));
    let others = [Denomination::Payee, Denomination::Payer, Denomination::Asset];
    admitted.or_else(|| others.into_iter().find(|denomination| is(*denomination))).ok_or_else(|| {
        let what = format!("{} is neither side's currency, nor the asset", reading.names.code(currency));
        let (payer, payee) = (reading.names.code(edge(payer)), reading.names.code(edge(payee)));
        let asset = reading.names.code(asset);
        Wrong::new(ErrorKind::CannotBe, what, format!("write the amount in {payee}, {payer} or {asset}"))
    })
}

pub(crate) fn give_back(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    let (money, original) = (found.money(), found.payment());
    let PaymentNamed { payer, payee, .. } = reading.names.payments[original].clone();
    let paid_in = match reading.plan().price {
        Price::Par => reading.rules().asset,
        Price::Fixed { .. } | Price::Open { .. } => reading.names.institutions[payee.index()].currency,
    };
    let amount = amount(in_currency(reading, money, paid_in)?);
    let this = named(reading, found, payee, payer)?;
    done(Instruction::Return { original, this, amount })
}

pub(crate) fn cancel(_: &mut Reading<'_>, found: &mut Found) -> Built {
    let payment = found.payment();
    done(Instruction::Cancel { payment, by_operator: found.says("by the operator") })
}

pub(crate) fn release(_: &mut Reading<'_>, found: &mut Found) -> Built {
    done(Instruction::Hold { payment: found.payment(), release: true })
}

pub(crate) fn stop(_: &mut Reading<'_>, found: &mut Found) -> Built {
    done(Instruction::Hold { payment: found.payment(), release: false })
}

pub(crate) fn dispute(_: &mut Reading<'_>, found: &mut Found) -> Built {
    done(Instruction::Dispute { payment: found.payment(), carrier: found.institution() })
}

pub(crate) fn end_dispute(_: &mut Reading<'_>, found: &mut Found) -> Built {
    done(Instruction::EndDispute { payment: found.payment(), outcome: found.outcome() })
}

pub(crate) fn everybody(_: &mut Reading<'_>, found: &mut Found) -> Built {
    Ok(Some(Act::Everybody(found.due())))
}

pub(crate) fn collect(_: &mut Reading<'_>, found: &mut Found) -> Built {
    done(Instruction::Collect(found.payments()))
}

pub(crate) fn conform(_: &mut Reading<'_>, found: &mut Found) -> Built {
    done(Instruction::Conform { payments: found.payments(), conforming: true })
}

pub(crate) fn extorno(_: &mut Reading<'_>, found: &mut Found) -> Built {
    done(Instruction::Conform { payments: found.payments(), conforming: false })
}

pub(crate) fn pay_in(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    settle(reading, found, "to", true)
}

pub(crate) fn pay_out(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    settle(reading, found, "from", false)
}

fn settle(reading: &Reading<'_>, found: &mut Found, other: &str, pay_in: bool) -> Built {
    let member = found.member();
    let amount = amount(in_asset(reading, found.money())?);
    let counterparty = found.clause(other).map(|mut clause| clause.member());
    done(Instruction::Settle { member, counterparty, amount, pay_in })
}

pub(crate) fn transfer(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    let (debtor, creditor) = (found.member(), found.member());
    different(debtor, creditor)?;
    let amount = amount(in_asset(reading, found.money())?);
    done(Instruction::Transfer { debtor, creditor, amount })
}

pub(crate) fn paid_out(_: &mut Reading<'_>, found: &mut Found) -> Built {
    done(Instruction::PaidOut(found.institution()))
}

pub(crate) fn not_paid_out(_: &mut Reading<'_>, found: &mut Found) -> Built {
    done(Instruction::NotPaidOut(found.payment()))
}

pub(crate) fn join(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    let (member, stage) = (found.member(), found.stage());
    reading.names.members[member.index()].joins = true;
    done(Instruction::Join { member, stage, payout_at_clearing: found.says("paying out at clearing") })
}

pub(crate) fn leave(_: &mut Reading<'_>, found: &mut Found) -> Built {
    done(Instruction::Leave(found.member()))
}

pub(crate) fn fees_in(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    let owner = Some(Party::Institution(found.institution()));
    let amount = amount(in_asset(reading, found.money())?);
    done(Instruction::Fees { owner, amount })
}

pub(crate) fn fees_out(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    let owner = found.party();
    let amount = amount(in_asset(reading, found.money())?);
    done(Instruction::Fees { owner, amount })
}

pub(crate) fn resume(_: &mut Reading<'_>, _: &mut Found) -> Built {
    done(Instruction::ResumeFacility)
}

pub(crate) fn suspend(_: &mut Reading<'_>, found: &mut Found) -> Built {
    done(Instruction::Suspend(found.member()))
}

pub(crate) fn reinstate(_: &mut Reading<'_>, found: &mut Found) -> Built {
    done(Instruction::Reinstate(found.member()))
}

pub(crate) fn draw(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    let member = found.member();
    let amount = amount(in_asset(reading, found.money())?);
    let line = found.text();
    let against = line_against(reading, &line)?;
    let name = found.clause("as").map(|mut clause| clause.new_name());
    let currency = found.clause("against").map(|mut clause| clause.currency());
    let wrong = |what: &str, remedy: &str| Err(Wrong::new(ErrorKind::CannotBe, what, remedy));
    match (against, currency) {
        (ReserveAgainst::Currency, None) => return wrong("the line swaps", "say what is given: against CURRENCY"),
        (ReserveAgainst::Promise, Some(_)) => return wrong("the line does not swap", "leave out 'against'"),
        _ => {}
    }
    reading.names.drawings.push(DrawingNamed { name, member, line });
    done(Instruction::Draw { this: reading.names.drawings.len() - 1, amount, against: currency })
}

/// Against what a line of the rulebook's reserve fund lends.
pub(crate) fn line_against(reading: &Reading<'_>, line: &str) -> Result<ReserveAgainst, Wrong> {
    let Some(reserve) = &reading.plan().additions.reserve else {
        let what = "the rulebook has no reserve fund";
        return Err(Wrong::new(ErrorKind::CannotBe, what, "take the line out"));
    };
    let found = reserve.lines.iter().find(|known| known.name == line);
    found.map(|known| known.against).ok_or_else(|| {
        let known = reserve.lines.iter().map(|known| known.name.as_str());
        unknown("line of the reserve fund", line, known, "name one of the rulebook's [[reserve.lines]]")
    })
}

pub(crate) fn renew(_: &mut Reading<'_>, found: &mut Found) -> Built {
    done(Instruction::Renew(found.drawing()))
}

pub(crate) fn drawing_paid_out(_: &mut Reading<'_>, found: &mut Found) -> Built {
    done(Instruction::DrawingPaidOut(found.drawing()))
}

pub(crate) fn repay(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    let drawing = found.drawing();
    done(Instruction::Repay { drawing, amount: amount(in_asset(reading, found.money())?) })
}
