//! Orders: of all sizes, most of them well formed.

use super::{People, Scene, Sent, order_of};
use crate::shape::ArrangementShape;
use domain::command::{Order, SubmitPayment};
use domain::ids::Commitment;
use domain::plan::{CheckDigit, Denomination, Initiator, InstrumentRule, Purpose, TriggerEvent};
use domain::{
    Actor, ArrangementId, Command, CommandBody, Date, DocumentKey, InstitutionId, MemberId, PaymentKey, Uetr,
};
use money::AmountMinor;

const PURPOSES: [Purpose; 6] = [
    Purpose::Goods,
    Purpose::Services,
    Purpose::Remittance,
    Purpose::Pension,
    Purpose::PublicProgramme,
    Purpose::Investment,
];

const DENOMINATIONS: [Denomination; 3] = [Denomination::Payee, Denomination::Payer, Denomination::Asset];

impl People {
    pub(super) fn orders(&mut self, scene: Scene<'_>) -> Option<Sent> {
        let arrangement = self.arrangement(scene)?;
        let (payer, payee) = self.ends(scene, arrangement)?;
        let order = self.order(scene, arrangement, payer, payee);
        Some(self.send(scene, order))
    }

    /// The same reference for another order.
    pub(super) fn uses_a_reference_again(&mut self, scene: Scene<'_>) -> Option<Sent> {
        let place = self.random.size(0, self.orders.len().checked_sub(1)?);
        let known = order_of(&self.orders.get(place).command)?.clone();
        scene.mirror.arrangements.get(known.arrangement.index())?;
        let other = match self.random.below(4) {
            0 => Order { amount: plus_one(known.amount), ..known },
            1 => Order { urgent: !known.urgent, ..known },
            2 => Order { commitment: Commitment(self.random.bytes()), ..known },
            _ => Order { uetr: known.uetr, ..self.order(scene, known.arrangement, known.payer, known.payee) },
        };
        Some(self.send(scene, other))
    }

    /// Two institutions of two members, unless somebody is wrong.
    fn ends(&mut self, scene: Scene<'_>, arrangement: ArrangementId) -> Option<(InstitutionId, InstitutionId)> {
        let all: Vec<InstitutionId> = (0..scene.mirror.institutions.len()).map(InstitutionId::from_index).collect();
        let payer = *self.random.pick(&all)?;
        if self.random.chance(scene.knobs.wrong_ppm / 8) {
            return Some((payer, InstitutionId(u32::try_from(self.random.below(40)).expect("small"))));
        }
        let members = &scene.view(arrangement).members;
        let takes_part = |id: &InstitutionId| members.contains_key(&scene.mirror.institutions[id.index()]);
        let elsewhere: Vec<InstitutionId> = all
            .iter()
            .filter(|id| scene.mirror.institutions[id.index()] != scene.mirror.institutions[payer.index()])
            .filter(|id| takes_part(id))
            .copied()
            .collect();
        Some((payer, *self.random.pick(&elsewhere)?))
    }

    fn order(
        &mut self,
        scene: Scene<'_>,
        arrangement: ArrangementId,
        payer: InstitutionId,
        payee: InstitutionId,
    ) -> Order {
        let shape = scene.shape.arrangement(arrangement);
        let plan = &shape.plan;
        let wrong = self.random.chance(scene.knobs.wrong_ppm);
        let denomination = *self.random.pick(&plan.denominations).expect("a rulebook admits some currency");
        let purpose = *self.random.pick(&plan.purposes).expect("a rulebook admits some purpose");
        let asset_minor =
            self.random.magnitude((scene.shape.typical_minor / 100).max(1), scene.shape.typical_minor * 20);
        let order = Order {
            arrangement,
            uetr: self.uetr(),
            payer,
            payee,
            denomination,
            amount: amount(scene, denomination, payer, payee, asset_minor),
            urgent: self.random.chance(250_000),
            purpose,
            commitment: Commitment(self.random.bytes()),
            document: self.document(shape, asset_minor),
            instrument: plan.instrument.as_ref().map(|rule| self.instrument(rule)),
            value_date: self.value_date(scene, arrangement),
            collected: plan.triggers.clearing.on == TriggerEvent::Collection && self.random.chance(700_000),
            held_by: self.held_by(scene, payer, payee),
        };
        if wrong { self.spoil(order) } else { order }
    }

    fn uetr(&mut self) -> Uetr {
        let mut bytes: [u8; 16] = self.random.bytes();
        bytes[6] = bytes[6] & 0x0F | 0x40;
        bytes[8] = bytes[8] & 0x3F | 0x80;
        Uetr(bytes)
    }

    fn document(&mut self, shape: &ArrangementShape, asset_minor: u64) -> Option<DocumentKey> {
        let rule = shape.plan.evidence?;
        let required = asset_minor + asset_minor / 20 > rule.above_asset_minor.get();
        if !required && self.random.chance(800_000) {
            return None;
        }
        if self.random.chance(30_000) {
            return self.random.pick(&self.documents).copied();
        }
        let document = DocumentKey(self.random.bytes());
        self.documents.push(document);
        Some(document)
    }

    fn instrument(&mut self, rule: &InstrumentRule) -> Box<str> {
        let mut digits = String::new();
        for (name, count) in &rule.fields {
            for _ in 0..*count {
                let digit = match (name.as_str(), rule.check_digit) {
                    ("check_digit", CheckDigit::Iso7064Mod11_10) => ledger::iso7064_mod_11_10(&digits),
                    _ => u8::try_from(self.random.below(10)).expect("a digit"),
                };
                digits.push(char::from(b'0' + digit));
            }
        }
        digits.into_boxed_str()
    }

    fn value_date(&mut self, scene: Scene<'_>, arrangement: ArrangementId) -> Option<Date> {
        let pulls = scene.shape.arrangement(arrangement).plan.initiator == Initiator::Payee;
        let view = scene.view(arrangement);
        let today = view.open_date.or(view.closed_date)?;
        let back = i32::try_from(self.random.below(4)).expect("small");
        (pulls && self.random.chance(300_000)).then(|| today.plus_days(-back))
    }

    fn held_by(&mut self, scene: Scene<'_>, payer: InstitutionId, payee: InstitutionId) -> Option<MemberId> {
        if !self.random.chance(40_000) {
            return None;
        }
        let end = *self.random.pick(&[payer, payee]).expect("two ends");
        scene.mirror.institutions.get(end.index()).copied()
    }

    /// One thing wrong with an order.
    fn spoil(&mut self, order: Order) -> Order {
        match self.random.below(12) {
            0 => Order { denomination: *self.random.pick(&DENOMINATIONS).expect("three"), ..order },
            1 => Order { purpose: *self.random.pick(&PURPOSES).expect("six"), ..order },
            2 => Order { amount: AmountMinor::MAX, ..order },
            3 => Order { amount: AmountMinor::new(1).expect("an amount"), ..order },
            4 => Order { document: None, ..order },
            5 => Order { instrument: Some("0794500".into()), ..order },
            6 => Order { instrument: None, ..order },
            7 => Order { value_date: Some(Date(i32::try_from(self.random.below(40_000)).expect("small"))), ..order },
            8 => Order { payee: order.payer, ..order },
            9 => Order { arrangement: ArrangementId(9), ..order },
            10 => Order { uetr: Uetr(self.random.bytes()), ..order },
            _ => Order { held_by: Some(MemberId(u16::try_from(self.random.below(12)).expect("small"))), ..order },
        }
    }

    fn send(&mut self, scene: Scene<'_>, order: Order) -> Sent {
        // Where there is no such arrangement, the payer's side is taken to instruct.
        let pulls = scene
            .shape
            .arrangements
            .get(order.arrangement.index())
            .is_some_and(|found| found.plan.initiator == Initiator::Payee);
        let institution = if pulls { order.payee } else { order.payer };
        let key = PaymentKey { institution, uetr: order.uetr };
        let submitted = SubmitPayment::new(order);
        let content = submitted.content();
        let body = CommandBody::Submit(submitted);
        let command = if self.random.chance(20_000) {
            // Its line is down: the operator enters the order for it.
            Command::approved(Actor::operator(1), Actor::operator(2), body)
        } else {
            Command::by(Actor::institution(institution, 0), body)
        };
        let order = self.orders.add(command.clone(), key, Some(content));
        Sent { command, order: Some(order) }
    }

    /// A reference for a return.
    pub(super) fn new_uetr(&mut self) -> Uetr {
        self.uetr()
    }
}

fn amount(
    scene: Scene<'_>,
    denomination: Denomination,
    payer: InstitutionId,
    payee: InstitutionId,
    asset_minor: u64,
) -> AmountMinor {
    let institutions = scene.shape.institutions.len();
    let currency = match denomination {
        Denomination::Payee if payee.index() < institutions => scene.shape.currency_of(payee),
        Denomination::Payer if payer.index() < institutions => scene.shape.currency_of(payer),
        _ => domain::CurrencyId(0),
    };
    AmountMinor::new(scene.shape.in_currency(asset_minor, currency)).expect("at least one")
}

fn plus_one(amount: AmountMinor) -> AmountMinor {
    AmountMinor::new(amount.get() % 1_000_000_007 + 1).expect("not zero")
}
