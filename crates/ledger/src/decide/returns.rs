//! Returns: the payee's institution gives a payment back. A payment of its own the other way, linked to its original.

use super::{Answer, Decided, Decision, No};
use crate::admission::{Claim, Overlay};
use crate::payments::PaymentRecord;
use crate::pricing::Priced;
use crate::state::{Arrangement, State};
use domain::event::{Admitted, Disposition, EventBody, Payout};
use domain::ids::Role;
use domain::payment::Amounts;
use domain::plan::{Denomination, Price, ReturnRate};
use domain::{ContentDigest, Date, PaymentId, PaymentKey, PaymentState, Refusal, Uetr};
use money::AmountMinor;
use sha2::{Digest, Sha256};

impl Decision<'_> {
    pub(super) fn return_payment(&mut self, original: PaymentId, uetr: Uetr, amount: AmountMinor) -> Decided {
        let (record, arrangement) = self.payment(original)?;
        let institution = record.payee;
        match self.command.actor.role {
            Role::Institution(actor) if actor == institution => {}
            _ => return Err(No::unheard(Refusal::NotAuthorised)),
        }
        if !uetr.is_version_4() {
            return Err(No::unheard(Refusal::UetrFormat));
        }
        let key = PaymentKey { institution, uetr };
        let content = return_content(original, uetr, amount);
        if let Some(known) = self.state.known(key, self.gathered) {
            if known.content == content {
                let (payment, state, refusal) = (known.payment, known.state, known.refusal);
                return Ok(Answer::Duplicate { payment, state, refusal });
            }
            self.emit(EventBody::IdentifierReused { key, content });
            let (refusal, payment) = (Refusal::UetrReused, Some(known.payment));
            return Ok(Answer::Refused { refusal, scope: None, payment });
        }
        let today = self.may_return(arrangement, record).map_err(|refusal| No::about(refusal, original))?;
        let returned =
            self.state.price_return(arrangement, record, amount).map_err(|refusal| No::about(refusal, original))?;
        let payout = self
            .admit_return(arrangement, record, returned.amounts.position)
            .map_err(|refusal| No::about(refusal, original))?;
        let payment = self.state.payments.next_id();
        self.emit(EventBody::PaymentReturned {
            payment,
            original,
            uetr,
            content,
            amounts: returned.amounts,
            of_original: returned.of_original,
            value_date: today,
            payout,
        });
        self.emit_excess(arrangement, record.payee, record.payer, returned.amounts.position);
        Ok(Answer::Accepted { payment: Some(payment), disposition: Some(Disposition::Cleared(payout)) })
    }

    fn may_return(&self, arrangement: &Arrangement, record: &PaymentRecord) -> Result<Date, Refusal> {
        let today = arrangement.open_date().ok_or(Refusal::EntryClosed)?;
        match record.state {
            PaymentState::PaidOut | PaymentState::PartlyReturned if record.return_of.is_none() => {}
            PaymentState::Returned => return Err(Refusal::ReturnExceeds),
            _ => return Err(Refusal::PaymentState),
        }
        // A member that has left takes nothing back through the arrangement.
        if [record.payer, record.payee].iter().any(|end| arrangement.participant(*end).is_none()) {
            return Err(Refusal::MemberNotInArrangement);
        }
        let window = i32::from(arrangement.plan.returns.window_days);
        let last = self.state.business_day_after(arrangement, record.entered.plus_days(window), 0);
        if last.is_none_or(|last| today > last) {
            return Err(Refusal::ReturnTooLate);
        }
        Ok(today)
    }

    /// A return clears at once or is refused: what was paid out is not made to wait in a queue on its way back.
    fn admit_return(
        &self,
        arrangement: &Arrangement,
        record: &PaymentRecord,
        position: AmountMinor,
    ) -> Result<Payout, Refusal> {
        let payee = arrangement.of(record.payer);
        let mut overlay = Overlay::single();
        // A balance with the agent is no limit that a rulebook could waive.
        if arrangement.plan.returns.exempt_from_limits && !arrangement.plan.settles_gross() {
            return Ok(match self.state.payout_when(arrangement, payee, position.get(), &mut overlay) {
                Payout::AtConformity => Payout::AtClearing,
                payout => payout,
            });
        }
        let claim = Claim {
            payer: record.payee,
            payee: record.payer,
            position_minor: position.get(),
            urgent: true,
            stale: false,
        };
        match self.state.admit(arrangement, claim, &mut overlay) {
            Ok(Admitted::Cleared(Payout::AtConformity)) => Ok(Payout::AtClearing),
            Ok(Admitted::Cleared(payout)) => Ok(payout),
            Ok(Admitted::Queued | Admitted::AlreadyCleared) => Err(Refusal::ShareExceeded),
            Err(refused) => Err(refused.refusal),
        }
    }
}

/// Amounts of a return, and the part of its original that it gives back.
pub(crate) struct PricedReturn {
    pub(crate) amounts: Amounts,
    pub(crate) of_original: AmountMinor,
}

impl State {
    /// `amount` is what the payee's institution gives back, in its currency.
    fn price_return(
        &self,
        arrangement: &Arrangement,
        original: &PaymentRecord,
        amount: AmountMinor,
    ) -> Result<PricedReturn, Refusal> {
        let left_position = original.position_minor - original.returned_minor;
        let left_payee = pro_rata(original.payee_minor, left_position, original.position_minor);
        // Rounded parts may add up to less than what was left by position: never more than what was paid goes back.
        let left_payee = left_payee.min(original.payee_minor - original.returned_payee_minor);
        if amount.get() > left_payee {
            return Err(Refusal::ReturnExceeds);
        }
        let whole = amount.get() == left_payee;
        let of_original = if whole {
            left_position
        } else {
            pro_rata(original.position_minor, amount.get(), original.payee_minor).clamp(1, left_position)
        };
        let of_original = AmountMinor::new(of_original).map_err(|_| Refusal::AmountOutOfRange)?;
        let amounts = match (arrangement.plan.returns.rate, arrangement.plan.price) {
            (ReturnRate::Original, _) | (ReturnRate::Day, Price::Par) => {
                let payer_share = pro_rata(original.payer_minor, of_original.get(), original.position_minor);
                let payee = AmountMinor::new(payer_share).map_err(|_| Refusal::AmountOutOfRange)?;
                Amounts { payer: Some(amount), position: of_original, payee }
            }
            (ReturnRate::Day, Price::Fixed { .. }) => {
                let (giver, taker) = (arrangement.of(original.payee), arrangement.of(original.payer));
                let Priced { amounts, .. } = self.price(arrangement, giver, taker, Denomination::Payer, amount)?;
                amounts
            }
            (ReturnRate::Day, Price::Open { .. }) => {
                let ends = (arrangement.of(original.payee), arrangement.of(original.payer));
                let (_, rates) = arrangement.fixings.last_key_value().ok_or(Refusal::RateMissing)?;
                let payee = self.price_at_fixing(arrangement, rates, amount, ends)?;
                // Leg 2 goes back in the currency in which it went.
                let position = if original.denomination == Denomination::Payer { payee } else { amount };
                Amounts { payer: Some(amount), position, payee }
            }
        };
        Ok(PricedReturn { amounts, of_original })
    }
}

/// `of × part ÷ whole`, rounded down.
fn pro_rata(of: u64, part: u64, whole: u64) -> u64 {
    let exact = u128::from(of) * u128::from(part) / u128::from(whole.max(1));
    u64::try_from(exact).expect("a part is not more than the whole")
}

/// Digest of a return's content: its original, its reference and its amount.
fn return_content(original: PaymentId, uetr: Uetr, amount: AmountMinor) -> ContentDigest {
    let mut hasher = Sha256::new();
    hasher.update(b"return");
    hasher.update(original.0.to_be_bytes());
    hasher.update(uetr.0);
    hasher.update(amount.get().to_be_bytes());
    let mut first = [0; 16];
    first.copy_from_slice(&hasher.finalize()[..16]);
    ContentDigest(first)
}
