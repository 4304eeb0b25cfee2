//! Amounts of the three legs from the amount ordered.

use crate::state::{Arrangement, Participant, State};
use domain::event::Quote;
use domain::payment::Amounts;
use domain::plan::{Denomination, PositionCurrency, Price};
use domain::{CurrencyId, MemberId, Refusal};
use money::{AmountMinor, Conversion, Rate, RateRounding, Rounding, convert, quotient};

/// Amounts of an order, with the currency of its position.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Priced {
    pub(crate) amounts: Amounts,
    pub(crate) position_currency: CurrencyId,
}

impl State {
    /// Prices an order, or leaves the payer's amount open where the rulebook does.
    ///
    /// The amount ordered is exact and the others follow from it. With quotes, the payer pays at its member's selling
    /// rate, rounded up, and the payee gets at its member's buying rate, rounded down; from the payee's amount to the
    /// position rounds up, from the payer's down. So no member gives more than its quote says.
    pub(crate) fn price(
        &self,
        arrangement: &Arrangement,
        payer: &Participant,
        payee: &Participant,
        denomination: Denomination,
        amount: AmountMinor,
    ) -> Result<Priced, Refusal> {
        match arrangement.plan.price {
            Price::Par => Ok(Priced {
                amounts: Amounts { payer: Some(amount), position: amount, payee: amount },
                position_currency: arrangement.asset,
            }),
            Price::Open { .. } => {
                // An open price leaves open what is not ordered; the currency of the order is also that of the position.
                let ordered_by = match denomination {
                    Denomination::Payee => payee,
                    Denomination::Payer => payer,
                    Denomination::Asset => return Err(Refusal::DenominationNotAdmitted),
                };
                if arrangement.plan.position_currency == PositionCurrency::Asset {
                    return Err(Refusal::DenominationNotAdmitted);
                }
                Ok(Priced {
                    amounts: Amounts { payer: None, position: amount, payee: amount },
                    position_currency: ordered_by.edge_currency,
                })
            }
            Price::Fixed { .. } => {
                let amounts = self.price_by_quotes(arrangement, payer, payee, denomination, amount)?;
                Ok(Priced { amounts, position_currency: arrangement.asset })
            }
        }
    }

    fn price_by_quotes(
        &self,
        arrangement: &Arrangement,
        payer: &Participant,
        payee: &Participant,
        denomination: Denomination,
        amount: AmountMinor,
    ) -> Result<Amounts, Refusal> {
        let payer_side = self.edge(arrangement, payer, |quote| quote.1)?;
        let payee_side = self.edge(arrangement, payee, |quote| quote.0)?;
        Ok(match denomination {
            Denomination::Payee => {
                let position = payee_side.in_asset(amount, Rounding::Ceiling)?;
                Amounts {
                    payer: Some(payer_side.in_edge_currency(position, Rounding::Ceiling)?),
                    position,
                    payee: amount,
                }
            }
            Denomination::Payer => {
                let position = payer_side.in_asset(amount, Rounding::Floor)?;
                Amounts {
                    payer: Some(amount),
                    position,
                    payee: payee_side.in_edge_currency(position, Rounding::Floor)?,
                }
            }
            Denomination::Asset => Amounts {
                payer: Some(payer_side.in_edge_currency(amount, Rounding::Ceiling)?),
                position: amount,
                payee: payee_side.in_edge_currency(amount, Rounding::Floor)?,
            },
        })
    }

    fn edge(
        &self,
        arrangement: &Arrangement,
        participant: &Participant,
        side: impl Fn((Rate, Rate)) -> Rate,
    ) -> Result<Edge, Refusal> {
        let rate = if participant.edge_currency == arrangement.asset {
            None
        } else {
            let quote = arrangement.quote(participant.member, participant.edge_currency).ok_or(Refusal::RateMissing)?;
            Some(side(quote))
        };
        Ok(Edge {
            rate,
            edge_decimals: self.minor_decimals(participant.edge_currency),
            asset_decimals: self.minor_decimals(arrangement.asset),
        })
    }

    /// What an amount in one participant's currency comes to in another's at rates that were fixed.
    ///
    /// The price of the one currency in the other has the decimals and rounding of the direction in which the member of
    /// the other pays that of the one: so a central bank's published rate has one form, whoever orders.
    pub(crate) fn price_at_fixing(
        &self,
        arrangement: &Arrangement,
        rates: &[(CurrencyId, Rate)],
        amount: AmountMinor,
        (from, to): (&Participant, &Participant),
    ) -> Result<AmountMinor, Refusal> {
        let Price::Open { rounding } = arrangement.plan.price else { return Err(Refusal::RateMissing) };
        let rate_of = |currency| {
            let fixed = rates.iter().find(|(of, _)| *of == currency);
            fixed.map(|(_, rate)| *rate).ok_or(Refusal::RateMissing)
        };
        let (from_rate, to_rate) = (rate_of(from.edge_currency)?, rate_of(to.edge_currency)?);
        let rounding = self.direction_rounding(arrangement, to.member, from.member).unwrap_or(rounding);
        let rate = quotient(to_rate, from_rate, rounding).map_err(|_| Refusal::AmountOutOfRange)?;
        let decimals = |participant: &Participant| self.minor_decimals(participant.edge_currency);
        convert(amount, decimals(from), decimals(to), rate, Conversion::Multiply, Rounding::HalfUp)
            .map(|(amount, _)| amount)
            .map_err(|_| Refusal::AmountOutOfRange)
    }

    /// The rounding of prices that a rulebook gives one direction, where it does.
    fn direction_rounding(&self, arrangement: &Arrangement, payer: MemberId, payee: MemberId) -> Option<RateRounding> {
        let code = |member: MemberId| self.shared.members[member.index()].code.as_str();
        let mut directions = arrangement.plan.additions.price_directions.iter();
        directions
            .find(|direction| direction.payer == code(payer) && direction.payee == code(payee))
            .map(|direction| direction.rounding)
    }
}

impl Arrangement {
    /// Buying and selling rate of a member's currency, in force.
    fn quote(&self, member: MemberId, currency: CurrencyId) -> Option<(Rate, Rate)> {
        match self.rates.get(&(member, currency))?.0 {
            Quote::TwoSided { buy, sell } => Some((buy, sell)),
            Quote::Reference(_) => None,
        }
    }

    /// Reference rate of a currency in force, with whoever publishes it.
    pub(crate) fn reference(&self, currency: CurrencyId) -> Option<(Rate, Option<domain::Date>)> {
        self.rates.iter().find(|((_, of), _)| *of == currency).and_then(|(_, (quote, on))| match quote {
            Quote::Reference(rate) => Some((*rate, *on)),
            Quote::TwoSided { .. } => None,
        })
    }
}

/// One end's currency against the asset; no rate where it is the asset.
struct Edge {
    rate: Option<Rate>,
    edge_decimals: u8,
    asset_decimals: u8,
}

impl Edge {
    fn in_asset(&self, amount: AmountMinor, rounding: Rounding) -> Result<AmountMinor, Refusal> {
        self.convert(amount, self.edge_decimals, self.asset_decimals, Conversion::Divide, rounding)
    }

    fn in_edge_currency(&self, amount: AmountMinor, rounding: Rounding) -> Result<AmountMinor, Refusal> {
        self.convert(amount, self.asset_decimals, self.edge_decimals, Conversion::Multiply, rounding)
    }

    fn convert(
        &self,
        amount: AmountMinor,
        from_decimals: u8,
        to_decimals: u8,
        how: Conversion,
        rounding: Rounding,
    ) -> Result<AmountMinor, Refusal> {
        let Some(rate) = self.rate else { return Ok(amount) };
        // What rounding drops is part of the price: every leg is posted whole, so there is no residue to book.
        convert(amount, from_decimals, to_decimals, rate, how, rounding)
            .map(|(amount, _)| amount)
            .map_err(|_| Refusal::AmountOutOfRange)
    }
}
