//! What people do: each move draws a command from what its actor knows. Most are right, some are not.

mod agent;
mod institution;
mod member;
mod operator;
mod ordering;
mod reserve;
mod wrong;

pub(crate) use agent::{open_legs, settlement, transfer};
pub(crate) use member::{collections, institutions_of, payouts};
pub(crate) use operator::{by_operator, next_date, open_day, reinstate};

use crate::knobs::Knobs;
use crate::mirror::{ArrangementView, Mirror};
use crate::orders::Orders;
use crate::random::Random;
use crate::shape::Shape;
use domain::{ArrangementId, Command, CommandBody, DocumentKey, MemberId, Timestamp};
use std::collections::BTreeMap;

/// A command on its way, with the order that it carries, if it carries one.
#[derive(Clone)]
pub(crate) struct Sent {
    pub(crate) command: Command,
    pub(crate) order: Option<usize>,
}

impl From<Command> for Sent {
    fn from(command: Command) -> Self {
        Self { command, order: None }
    }
}

/// All who act, and what they remember.
pub(crate) struct People {
    pub(crate) random: Random,
    pub(crate) orders: Orders,
    /// What each member thinks its currency is worth.
    rates: BTreeMap<MemberId, u64>,
    /// Trade documents used so far.
    documents: Vec<DocumentKey>,
}

/// What they see.
#[derive(Clone, Copy)]
pub(crate) struct Scene<'a> {
    pub(crate) shape: &'a Shape,
    pub(crate) knobs: &'a Knobs,
    pub(crate) mirror: &'a Mirror,
    pub(crate) now: Timestamp,
}

impl Scene<'_> {
    pub(crate) fn view(&self, arrangement: ArrangementId) -> &ArrangementView {
        &self.mirror.arrangements[arrangement.index()]
    }

    pub(crate) fn arrangements(&self) -> impl Iterator<Item = ArrangementId> + use<> {
        (0..self.mirror.arrangements.len()).map(ArrangementId::from_index)
    }
}

type Move = fn(&mut People, Scene<'_>) -> Option<Sent>;

/// Each move with its weight.
const MOVES: &[(u32, Move)] = &[
    (360, People::orders),
    (60, People::sends_again_what_nobody_answered),
    (25, People::sends_again_what_was_answered),
    (15, People::uses_a_reference_again),
    (40, People::cancels),
    (80, People::confirms_collections),
    (40, People::resolves_a_hold),
    (50, People::gives_conformity),
    (60, People::confirms_payouts),
    (12, People::fails_a_payout),
    (30, People::returns),
    (12, People::disputes),
    (12, People::ends_a_dispute),
    (60, People::confirms_settlement),
    (20, People::confirms_a_transfer),
    (30, People::sets_a_limit),
    (15, People::moves_prefunding),
    (40, People::publishes_a_rate),
    (4, People::changes_a_membership),
    (2, People::sets_its_own_terms),
    (2, People::acts_with_a_reason),
    (4, People::confirms_arrears),
    (1, People::suspends),
    (12, People::reinstates),
    (6, People::resumes_a_facility),
    (6, People::moves_the_fund),
    (3, People::publishes_an_index),
    (6, People::confirms_fees),
    (6, People::publishes_a_unit_value),
    (8, People::gives_allocation),
    (40, People::reports_a_position),
    (4, People::decrees_a_holiday),
    (16, People::contributes_to_a_reserve),
    (16, People::draws_on_a_reserve),
    (12, People::moves_a_drawing),
    (3, People::renews_a_drawing),
    (10, People::is_wrong),
];

impl People {
    pub(crate) fn new(random: Random, shape: &Shape) -> Self {
        let rates =
            shape.members.iter().enumerate().map(|(index, member)| {
                (MemberId::from_index(index), shape.currencies[member.currency.index()].per_asset)
            });
        Self { random, orders: Orders::default(), rates: rates.collect(), documents: Vec::new() }
    }

    /// Draws a batch of moves.
    pub(crate) fn draw(&mut self, scene: Scene<'_>, commands: usize) -> Vec<Sent> {
        let weights: Vec<u32> = MOVES.iter().map(|(weight, _)| *weight).collect();
        let mut batch = Vec::with_capacity(commands);
        for _ in 0..commands {
            let (_, draw) = MOVES[self.random.weighted(&weights)];
            if let Some(sent) = draw(self, scene) {
                if self.random.chance(scene.knobs.doubled_ppm) {
                    batch.push(sent.clone());
                }
                batch.push(sent);
            }
        }
        batch
    }

    /// An arrangement.
    fn arrangement(&mut self, scene: Scene<'_>) -> Option<ArrangementId> {
        let arrangements: Vec<ArrangementId> = scene.arrangements().collect();
        self.random.pick(&arrangements).copied()
    }

    /// A member of an arrangement.
    fn member(&mut self, scene: Scene<'_>, arrangement: ArrangementId) -> Option<MemberId> {
        let members: Vec<MemberId> = scene.view(arrangement).members.keys().copied().collect();
        self.random.pick(&members).copied()
    }

    /// Sends an order or a return again exactly as it was.
    fn again(&self, order: usize) -> Sent {
        Sent { command: self.orders.get(order).command.clone(), order: Some(order) }
    }

    fn sends_again_what_nobody_answered(&mut self, _scene: Scene<'_>) -> Option<Sent> {
        let order = *self.random.pick(self.orders.untold())?;
        Some(self.again(order))
    }

    fn sends_again_what_was_answered(&mut self, _scene: Scene<'_>) -> Option<Sent> {
        let order = self.random.size(0, self.orders.len().checked_sub(1)?);
        Some(self.again(order))
    }

    /// Everything unanswered, at once, as a batch of its own.
    pub(crate) fn insist(&mut self, commands: usize) -> Vec<Sent> {
        let untold: Vec<usize> = self.orders.untold().iter().copied().take(commands).collect();
        untold.into_iter().map(|order| self.again(order)).collect()
    }
}

/// The body of an order, for those who change it.
pub(crate) fn order_of(command: &Command) -> Option<&domain::Order> {
    match &command.body {
        CommandBody::Submit(submitted) => Some(submitted.order()),
        _ => None,
    }
}
