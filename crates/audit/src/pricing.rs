//! Amounts of the three legs, recomputed from the rates that were published.

use crate::arithmetic::{differs_by_more_than_ppm, over, rate_quotient, times};
use crate::finding::{Check, Checked, Finding, equal, holds};
use crate::model::Model;
use crate::payment::Payment;
use domain::event::{PaymentEntered, Quote};
use domain::payment::{Amounts, LegCurrencies, LegState, PaymentState, Step};
use domain::plan::{Denomination, PositionCurrency, Price, TriggerEvent};
use domain::time::SECOND_US;
use domain::{ArrangementId, CurrencyId, Date, InstitutionId, MemberId, PaymentId, Timestamp};
use money::{AmountMinor, Rate, RateRounding, Rounding};

/// What is asked: a price between two institutions.
#[derive(Clone, Copy)]
pub(crate) struct Between {
    pub(crate) arrangement: ArrangementId,
    pub(crate) payer: InstitutionId,
    pub(crate) payee: InstitutionId,
    pub(crate) denomination: Denomination,
    pub(crate) currencies: LegCurrencies,
}

/// Amounts of legs 1, 2 and 3; leg 1 is 0 while its price is open.
pub(crate) type Legs = (u64, u64, u64);

pub(crate) fn legs_of(amounts: &Amounts, denomination: Denomination) -> Legs {
    let (position, payee) = (amounts.position.get(), amounts.payee.get());
    match amounts.payer {
        Some(payer) => (payer.get(), position, payee),
        // What is ordered is the currency of leg 2; of the other side the price is open.
        None if denomination == Denomination::Payer => (position, position, 0),
        None => (0, position, payee),
    }
}

/// One side of a fixed price: its currency's decimals, and its rate, none where it is the asset itself.
struct Side {
    rate: Option<Rate>,
    decimals: u8,
    asset_decimals: u8,
}

impl Side {
    fn asset_value(&self, amount: i128, rounding: Rounding) -> Option<i128> {
        match self.rate {
            Some(rate) => over(amount, rate, self.decimals, self.asset_decimals, rounding),
            None => Some(amount),
        }
    }

    fn edge_value(&self, amount: i128, rounding: Rounding) -> Option<i128> {
        match self.rate {
            Some(rate) => times(amount, rate, self.asset_decimals, self.decimals, rounding),
            None => Some(amount),
        }
    }
}

impl Model {
    /// Currencies of the legs of an order.
    pub(crate) fn leg_currencies(
        &self,
        id: ArrangementId,
        payer: InstitutionId,
        payee: InstitutionId,
        denomination: Denomination,
    ) -> Checked<LegCurrencies> {
        let arrangement = self.arrangement(id)?;
        let asset = arrangement.asset;
        if arrangement.plan.price == Price::Par {
            return Ok(LegCurrencies { payer: asset, position: asset, payee: asset });
        }
        let (payer, payee) = (self.institution(payer)?.currency, self.institution(payee)?.currency);
        let denominated = match denomination {
            Denomination::Payee => payee,
            Denomination::Payer => payer,
            Denomination::Asset => asset,
        };
        let position = match arrangement.plan.position_currency {
            PositionCurrency::Asset => asset,
            PositionCurrency::Denominated => denominated,
        };
        Ok(LegCurrencies { payer, position, payee })
    }

    pub(crate) fn check_price(&self, entered: &PaymentEntered, currencies: LegCurrencies) -> Checked {
        let between = Between {
            arrangement: entered.arrangement,
            payer: entered.payer,
            payee: entered.payee,
            denomination: entered.denomination,
            currencies,
        };
        let found = legs_of(&entered.amounts, entered.denomination);
        let expected = self.price(between, found)?;
        equal(Check::Amount, "the amounts of the legs", expected, found)?;
        self.check_quote_until(entered.arrangement, entered.quote_until)
    }

    /// Until when amounts priced now are good.
    pub(crate) fn check_quote_until(&self, id: ArrangementId, found: Option<Timestamp>) -> Checked {
        let expected = match self.arrangement(id)?.plan.price {
            Price::Fixed { quote_validity_s, .. } => {
                // Beyond the range of time no quote is good, and none found is equal.
                Some(self.time.0.checked_add(i64::from(quote_validity_s) * SECOND_US).map(Timestamp))
            }
            Price::Open { .. } | Price::Par => None,
        };
        equal(Check::Amount, "until when the amounts are good", expected, found.map(Some))
    }

    /// The amounts that follow from the one that was ordered.
    pub(crate) fn price(&self, between: Between, found: Legs) -> Checked<Legs> {
        let ordered = match between.denomination {
            Denomination::Payee => found.2,
            Denomination::Payer => found.0,
            Denomination::Asset => found.1,
        };
        match self.arrangement(between.arrangement)?.plan.price {
            Price::Par => Ok((ordered, ordered, ordered)),
            Price::Open { .. } => {
                let currencies = between.currencies;
                let (denominated, legs) = match between.denomination {
                    Denomination::Payer => (currencies.payer, (ordered, ordered, 0)),
                    Denomination::Payee => (currencies.payee, (0, ordered, ordered)),
                    Denomination::Asset => {
                        let found = between.denomination;
                        return Err(Finding::new(
                            Check::NotBuilt,
                            "an open price",
                            "in an edge currency",
                            format!("{found:?}"),
                        ));
                    }
                };
                let of_position = denominated == currencies.position;
                holds(Check::NotBuilt, "an open price", "in the currency of leg 2", of_position, currencies.position)?;
                Ok(legs)
            }
            Price::Fixed { .. } => {
                let legs = self.fixed_price(between, i128::from(ordered))?;
                let fits = |minor: i128| {
                    u64::try_from(minor).ok().filter(|minor| (1..1_000_000_000_000_000_000).contains(minor))
                };
                legs.and_then(|(payer, position, payee)| Some((fits(payer)?, fits(position)?, fits(payee)?)))
                    .ok_or_else(|| {
                        Finding::new(Check::Amount, "an amount", "1 to 18 digits", format!("{ordered} ordered"))
                    })
            }
        }
    }

    /// Payer's side at its selling rate, payee's at its buying rate; the payer's amount rounds up, the payee's down.
    fn fixed_price(&self, between: Between, ordered: i128) -> Checked<Option<(i128, i128, i128)>> {
        let payer = self.side(between, between.payer, |buy_and_sell| buy_and_sell.1)?;
        let payee = self.side(between, between.payee, |buy_and_sell| buy_and_sell.0)?;
        let up = Rounding::Ceiling;
        let down = Rounding::Floor;
        Ok(match between.denomination {
            Denomination::Payee => payee
                .asset_value(ordered, up)
                .and_then(|position| Some((payer.edge_value(position, up)?, position, ordered))),
            Denomination::Payer => payer
                .asset_value(ordered, down)
                .and_then(|position| Some((ordered, position, payee.edge_value(position, down)?))),
            Denomination::Asset => {
                payer.edge_value(ordered, up).and_then(|paid| Some((paid, ordered, payee.edge_value(ordered, down)?)))
            }
        })
    }

    fn side(
        &self,
        between: Between,
        institution: InstitutionId,
        choose: impl Fn((Rate, Rate)) -> Rate,
    ) -> Checked<Side> {
        let arrangement = self.arrangement(between.arrangement)?;
        let found = self.institution(institution)?;
        let rate = if found.currency == arrangement.asset {
            None
        } else {
            match arrangement.rates.get(&(found.member, found.currency)) {
                Some(Quote::TwoSided { buy, sell }) => Some(choose((*buy, *sell))),
                _ => {
                    let found = format!("none of member {} for currency {}", found.member, found.currency);
                    return Err(Finding::new(Check::Rate, "the rate of an order", "a quote in force", found));
                }
            }
        };
        Ok(Side {
            rate,
            decimals: self.currency(found.currency)?.minor_decimals,
            asset_decimals: self.currency(arrangement.asset)?.minor_decimals,
        })
    }

    /// Units of `to` per unit of `from` at a fixing; the asset is worth itself.
    pub(crate) fn cross_rate(
        &self,
        id: ArrangementId,
        fixing: Date,
        to: CurrencyId,
        from: CurrencyId,
        rounding: RateRounding,
    ) -> Checked<Option<Rate>> {
        Ok(rate_quotient(self.fixed_rate(id, fixing, to)?, self.fixed_rate(id, fixing, from)?, rounding))
    }

    /// Units of a currency per unit of the asset at a fixing.
    pub(crate) fn fixed_rate(&self, id: ArrangementId, fixing: Date, currency: CurrencyId) -> Checked<Rate> {
        let arrangement = self.arrangement(id)?;
        if currency == arrangement.asset {
            return Ok(Rate::ONE);
        }
        let rate = arrangement.fixings.get(&fixing).and_then(|rates| rates.get(&currency));
        rate.copied().ok_or_else(|| {
            let found = format!("none for currency {currency} on {fixing}");
            Finding::new(Check::Rate, "a reference rate", "one of the fixing", found)
        })
    }

    /// A fixing turned open prices into amounts: what payers pay, or what payees get.
    pub(crate) fn payments_priced(
        &mut self,
        id: ArrangementId,
        (date, collect_on): (Date, Date),
        payments: impl Iterator<Item = (PaymentId, AmountMinor)>,
        for_payees: bool,
    ) -> Checked {
        let plan = self.plan(id)?;
        let open = matches!(plan.price, Price::Open { .. });
        holds(Check::Rate, "a fixing of prices", "in an arrangement with open prices", open, id)?;
        let today = self.arrangement(id)?.open_date();
        equal(Check::Day, "the date of a fixing", today, Some(date))?;
        let trigger = plan.triggers.collection;
        equal(Check::Day, "what leg 1 waits for", TriggerEvent::Fixing, trigger.on)?;
        let expected = self.business_days_after(id, date, trigger.plus_business_days)?;
        equal(Check::Day, "the day on which leg 1 is due", expected, collect_on)?;
        for (payment, amount) in payments {
            self.payment_in(id, payment)?;
            self.payment_priced(payment, (date, collect_on), amount, for_payees).map_err(|f| f.about(payment))?;
        }
        Ok(())
    }

    fn payment_priced(
        &mut self,
        id: PaymentId,
        (date, collect_on): (Date, Date),
        amount: AmountMinor,
        for_payees: bool,
    ) -> Checked {
        let payment = self.payment(id)?;
        let ordered_by_payer = payment.denomination == Denomination::Payer;
        equal(Check::Amount, "the leg that the fixing prices", ordered_by_payer, for_payees)?;
        let (payer, payee) =
            ((payment.payer_member, payment.currencies.payer), (payment.payee_member, payment.currencies.payee));
        let (ordered, from, to) =
            if for_payees { (payment.payer_minor, payer, payee) } else { (payment.payee_minor, payee, payer) };
        let expected = self.open_price(payment.arrangement, date, ordered, from, to)?;
        equal(Check::Amount, "what the leg comes to at the fixing", expected, Some(amount.as_balance()))?;
        self.step(id, Step::AwaitCollection, PaymentState::AwaitingCollection)?;
        self.change(id, |payment| {
            if for_payees {
                payment.payee_minor = amount.get();
            } else {
                payment.payer_minor = amount.get();
            }
            payment.value_date = collect_on;
            payment.collection = LegState::Due;
        })
    }

    /// What an amount in one member's currency comes to in another's at a fixing; a half goes up.
    pub(crate) fn open_price(
        &self,
        id: ArrangementId,
        fixing: Date,
        minor: u64,
        from: (MemberId, CurrencyId),
        to: (MemberId, CurrencyId),
    ) -> Checked<Option<i128>> {
        let plan = self.plan(id)?;
        let Price::Open { rounding: mut rule } = plan.price else { return Ok(None) };
        // The price of the one in the other: whoever uses the other pays.
        let (payer, payee) = (&self.member(to.0)?.code, &self.member(from.0)?.code);
        for direction in &plan.additions.price_directions {
            if direction.payer == *payer && direction.payee == *payee {
                rule = direction.rounding;
                break;
            }
        }
        let Some(rate) = self.cross_rate(id, fixing, to.1, from.1, rule)? else { return Ok(None) };
        let decimals = (self.currency(from.1)?.minor_decimals, self.currency(to.1)?.minor_decimals);
        Ok(times(i128::from(minor), rate, decimals.0, decimals.1, Rounding::HalfUp))
    }

    /// A queued payment whose quote ran out is priced again: within the payer's tolerance, and only in a run.
    pub(crate) fn payment_requoted(&mut self, id: PaymentId, amounts: Amounts, quote_until: Timestamp) -> Checked {
        let payment = self.payment(id)?.clone();
        equal(Check::Transition, "the state of a payment priced again", Some(PaymentState::InCycle), payment.state)?;
        let open = self.is_run_open(payment.arrangement);
        holds(Check::Queue, "a payment priced again", "not while a run holds it frozen", !open, payment.state)?;
        let ran_out = payment.quote_until.is_some_and(|until| until <= self.time);
        holds(Check::Amount, "a quote that is renewed", "one that has run out", ran_out, payment.quote_until)?;
        let found = legs_of(&amounts, payment.denomination);
        let before = (payment.payer_minor, payment.position_minor, payment.payee_minor);
        self.check_repriced(&payment, before, found)?;
        self.check_quote_until(payment.arrangement, Some(quote_until))?;
        holds(
            Check::Amount,
            "a renewed price",
            "within the payer's tolerance",
            self.within_tolerance(payment.arrangement, before, found)?,
            (before, found),
        )?;
        self.take_new_amounts(id, found, Some(quote_until))
    }

    /// What was ordered stays, and the rest follows from it at the rates in force.
    pub(crate) fn check_repriced(&self, payment: &Payment, before: Legs, found: Legs) -> Checked {
        let expected = self.price(between(payment), before)?;
        equal(Check::Amount, "the amounts of the legs", expected, found)
    }

    pub(crate) fn within_tolerance(&self, id: ArrangementId, before: Legs, now: Legs) -> Checked<bool> {
        let Price::Fixed { requote_tolerance_ppm, .. } = self.arrangement(id)?.plan.price else { return Ok(false) };
        let beyond =
            |old: u64, new: u64| differs_by_more_than_ppm(i128::from(old), i128::from(new), requote_tolerance_ppm);
        Ok(!beyond(before.0, now.0) && !beyond(before.2, now.2))
    }
}

pub(crate) fn between(payment: &Payment) -> Between {
    Between {
        arrangement: payment.arrangement,
        payer: payment.payer,
        payee: payment.payee,
        denomination: payment.denomination,
        currencies: payment.currencies,
    }
}
