//! Returns: a payment is given back, in whole or part, by a payment of its own the other way.

use crate::finding::{Check, Checked, Finding, equal, holds};
use crate::model::Model;
use crate::payment::Payment;
use crate::pricing::{Between, Legs, legs_of};
use domain::event::Payout;
use domain::payment::{LegCurrencies, LegState, PaymentState, Step};
use domain::plan::{Denomination, Netting, Price, ReturnRate};
use domain::{ContentDigest, Date, EventBody, PaymentId, Uetr};
use money::AmountMinor;
use sha2::{Digest, Sha256};

/// A return, as its event has it.
struct Returned {
    payment: PaymentId,
    original: PaymentId,
    uetr: Uetr,
    content: ContentDigest,
    legs: Legs,
    of_original: AmountMinor,
    value_date: Date,
    payout: Payout,
}

impl Model {
    pub(crate) fn payment_returned(&mut self, body: &EventBody) -> Checked {
        let EventBody::PaymentReturned { payment, original, uetr, content, amounts, of_original, value_date, payout } =
            body
        else {
            unreachable!("not a return: {body:?}")
        };
        let returned = Returned {
            payment: *payment,
            original: *original,
            uetr: *uetr,
            content: *content,
            legs: legs_of(amounts, Denomination::Payer),
            of_original: *of_original,
            value_date: *value_date,
            payout: *payout,
        };
        self.take_payment_ordinal(returned.payment)?;
        let original = self.payment(returned.original)?.clone();
        self.check_may_be_returned(&original, &returned)?;
        self.check_returned_amounts(&original, &returned)?;
        self.enter_return(&original, &returned)?;
        self.give_back(&original, &returned)
    }

    fn check_may_be_returned(&self, original: &Payment, returned: &Returned) -> Checked {
        holds(Check::Return, "the original of a return", "an order", original.return_of.is_none(), returned.original)?;
        let open = self.arrangement(original.arrangement)?.open_date();
        equal(Check::Return, "the value date of a return", open, Some(returned.value_date))?;
        let window = i32::from(self.plan(original.arrangement)?.returns.window_days);
        let last = self.business_days_after(original.arrangement, original.entered.plus_days(window), 0)?;
        let expected = format!("no later than {last}");
        holds(Check::Return, "the day of a return", &expected, returned.value_date <= last, returned.value_date)
    }

    /// Never more than what is left; at the original's rates each leg in the same proportion, or at those of the day.
    fn check_returned_amounts(&self, original: &Payment, returned: &Returned) -> Checked {
        let (given, position, taken) = returned.legs;
        let left_position = original.position_minor - original.returned_minor;
        let left_payee = original.payee_minor - original.returned_payee_minor;
        let part = returned.of_original.get();
        let fits = part <= left_position && given <= left_payee;
        let found = (part, given);
        holds(Check::Return, "what is given back", "no more than what is left of the original", fits, found)?;
        let in_proportion =
            is_share(part, original.position_minor, given, original.payee_minor) || part == left_position;
        holds(Check::Return, "the part of the original", "in proportion to what is given back", in_proportion, found)?;
        let plan = self.plan(original.arrangement)?;
        match (plan.returns.rate, plan.price) {
            (ReturnRate::Original, _) | (ReturnRate::Day, Price::Par) => {
                equal(Check::Return, "leg 2 of a return", part, position)?;
                let share = is_share(taken, original.payer_minor, part, original.position_minor);
                let whole = original.returned_payer_minor.saturating_add(taken) <= original.payer_minor;
                holds(Check::Return, "what the payer gets back", "in proportion", share && whole, taken)
            }
            (ReturnRate::Day, Price::Fixed { .. }) => {
                let currencies = turned(original.currencies);
                let between = Between {
                    arrangement: original.arrangement,
                    payer: original.payee,
                    payee: original.payer,
                    denomination: Denomination::Payer,
                    currencies,
                };
                equal(Check::Return, "the amounts of a return", self.price(between, returned.legs)?, returned.legs)
            }
            (ReturnRate::Day, Price::Open { .. }) => {
                let leg_2 = if original.denomination == Denomination::Payer { taken } else { given };
                equal(Check::Return, "leg 2 of a return", leg_2, position)?;
                let fixings = &self.arrangement(original.arrangement)?.fixings;
                let last = fixings.last_key_value().map(|(date, _)| *date).ok_or_else(|| {
                    Finding::new(Check::Rate, "the rate of a return", "one of a fixing", "no fixing so far")
                })?;
                let giver = (original.payee_member, original.currencies.payee);
                let taker = (original.payer_member, original.currencies.payer);
                let expected = self.open_price(original.arrangement, last, given, giver, taker)?;
                equal(Check::Return, "what the payer gets back", expected, Some(i128::from(taken)))
            }
        }
    }

    /// The return itself: legs 1 and 2 at once.
    fn enter_return(&mut self, original: &Payment, returned: &Returned) -> Checked {
        let (payer_minor, position_minor, payee_minor) = returned.legs;
        let payment = Payment {
            arrangement: original.arrangement,
            return_of: Some(returned.original),
            payer: original.payee,
            payee: original.payer,
            payer_member: original.payee_member,
            payee_member: original.payer_member,
            uetr: returned.uetr,
            content: returned.content,
            state: None,
            collection: LegState::Confirmed,
            payout: LegState::None,
            payout_when: None,
            payer_minor,
            position_minor,
            payee_minor,
            currencies: turned(original.currencies),
            denomination: Denomination::Payer,
            urgent: true,
            quote_until: None,
            value_date: returned.value_date,
            entered: returned.value_date,
            conformity_by: None,
            cycle: None,
            returned_minor: 0,
            returned_payee_minor: 0,
            returned_payer_minor: 0,
            dispute: None,
            dispute_outcome: None,
            held_by: None,
            document: None,
        };
        let content = content_of(returned.original, returned.uetr, payer_minor);
        equal(Check::Identifier, "the digest of a return's content", content, returned.content)?;
        self.consume_identifier(self.key_of(&payment)?, returned.content, returned.payment, None)?;
        let plan = self.plan(original.arrangement)?;
        if !plan.returns.exempt_from_limits || plan.cycle.netting == Netting::None {
            let behind = self.goes_behind(&payment)?;
            holds(Check::Queue, "a return", "behind no urgent payment", behind.is_none(), behind)?;
            self.check_admission(&payment)?;
            self.check_headroom(&payment)?;
        }
        self.payments.push(returned.payment, payment);
        self.post_collection(returned.payment, i128::from(payer_minor))?;
        self.clear(returned.payment, returned.payout)
    }

    fn give_back(&mut self, original: &Payment, returned: &Returned) -> Checked {
        let (given, _, taken) = returned.legs;
        let part = returned.of_original.get();
        let whole = original.returned_minor + part == original.position_minor;
        let (step, to) = if whole {
            (Step::ReturnWhole, PaymentState::Returned)
        } else {
            (Step::ReturnPart, PaymentState::PartlyReturned)
        };
        self.step(returned.original, step, to)?;
        self.change(returned.original, |payment| {
            payment.returned_minor += part;
            payment.returned_payee_minor += given;
            // At the day's rate this may be any amount, and nothing is compared with it.
            payment.returned_payer_minor = payment.returned_payer_minor.saturating_add(taken);
        })
    }
}

/// The legs seen from the other side.
fn turned(currencies: LegCurrencies) -> LegCurrencies {
    LegCurrencies { payer: currencies.payee, position: currencies.position, payee: currencies.payer }
}

/// Whether `share` of `whole` is `part` of `total`, to less than one minor unit on either side.
fn is_share(share: u64, whole: u64, part: u64, total: u64) -> bool {
    let left = i128::from(share) * i128::from(total);
    let right = i128::from(part) * i128::from(whole);
    (left - right).abs() < i128::from(total.max(whole))
}

/// First sixteen bytes of the SHA-256 of what a return says.
fn content_of(original: PaymentId, uetr: Uetr, given: u64) -> ContentDigest {
    let mut hasher = Sha256::new();
    hasher.update(b"return");
    hasher.update(original.0.to_be_bytes());
    hasher.update(uetr.0);
    hasher.update(given.to_be_bytes());
    let hash = hasher.finalize();
    let mut first = [0; 16];
    first.copy_from_slice(&hash[..16]);
    ContentDigest(first)
}
