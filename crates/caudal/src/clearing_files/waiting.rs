//! Why a payment waits beside the ones that settle, in figures that its payer can check.
//!
//! What stands in the way is found here from the answer alone, by adding up: whoever checks a folder comes to the same
//! rows without any solver.

use super::queue::Queue;
use certify::queue::Order;

/// What keeps a payment from settling beside the answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Obstacle {
    /// So much is missing to the payer's balance.
    Liquidity {
        missing: i128,
        /// Whether even all that waits for the payer, were it to come in, would not be enough.
        out_of_reach: bool,
    },
    /// The payer's limit towards the payee would have to be so much higher.
    BilateralLimit { missing: i128 },
    /// The payer's limit towards all would have to be so much higher.
    MultilateralLimit { missing: i128 },
    /// Strict order, and this payment of the same payer waits before it.
    Behind { payment: u32 },
    /// Nothing by itself: something that settles would have to give way.
    OthersGiveWay,
}

/// A payment that waits, and all that stands in its way.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Waits {
    /// Its row in the file, from 0.
    pub(crate) payment: u32,
    pub(crate) obstacles: Vec<Obstacle>,
}

impl Waits {
    /// The obstacles, or that there is none.
    pub(crate) fn rows(&self) -> &[Obstacle] {
        if self.obstacles.is_empty() { &[Obstacle::OthersGiveWay] } else { &self.obstacles }
    }
}

impl Obstacle {
    /// Kind, what is missing, whether it is out of reach, and behind which payment.
    pub(crate) fn cells(&self, queue: &Queue) -> [String; 4] {
        let out_of_reach = match *self {
            Obstacle::Liquidity { out_of_reach: true, .. } => "yes",
            Obstacle::Liquidity { out_of_reach: false, .. } => "no",
            _ => "",
        };
        [
            self.kind().to_owned(),
            self.missing().map_or_else(String::new, |missing| missing.to_string()),
            out_of_reach.to_owned(),
            self.behind().map_or_else(String::new, |row| queue.ids.of(row).into_owned()),
        ]
    }

    /// Its name in tables and JSON.
    pub(crate) const fn kind(&self) -> &'static str {
        match self {
            Obstacle::Liquidity { .. } => "liquidity",
            Obstacle::BilateralLimit { .. } => "bilateral_limit",
            Obstacle::MultilateralLimit { .. } => "multilateral_limit",
            Obstacle::Behind { .. } => "behind",
            Obstacle::OthersGiveWay => "others_give_way",
        }
    }

    /// What would have to be added, where that is what is missing.
    pub(crate) const fn missing(&self) -> Option<i128> {
        match *self {
            Obstacle::Liquidity { missing, .. }
            | Obstacle::BilateralLimit { missing }
            | Obstacle::MultilateralLimit { missing } => Some(missing),
            Obstacle::Behind { .. } | Obstacle::OthersGiveWay => None,
        }
    }

    /// Row of the payment behind which it stands.
    pub(crate) const fn behind(&self) -> Option<u32> {
        if let Obstacle::Behind { payment } = *self { Some(payment) } else { None }
    }

    /// As a sentence about a payment of `payer` to `payee`.
    pub(crate) fn sentence(&self, queue: &Queue, payer: &str, payee: &str) -> String {
        match *self {
            Obstacle::Liquidity { missing, out_of_reach: false } => format!("{payer} lacks {missing}"),
            Obstacle::Liquidity { missing, out_of_reach: true } => {
                format!("{payer} lacks {missing}, and all that waits for it would not be enough")
            }
            Obstacle::BilateralLimit { missing } => {
                format!("the limit of {payer} towards {payee} is {missing} too low")
            }
            Obstacle::MultilateralLimit { missing } => format!("the limit of {payer} towards all is {missing} too low"),
            Obstacle::Behind { payment } => format!("it stands behind {}, which waits", queue.ids.of(payment)),
            Obstacle::OthersGiveWay => "something that settles would have to give way for it".to_owned(),
        }
    }
}

/// What is left to each account and limit beside an answer.
struct Room<'a> {
    queue: &'a Queue,
    settles: &'a [bool],
    /// What each account sends less what it receives.
    net: Vec<i128>,
    /// Of each bilateral limit.
    net_of_pair: Vec<i128>,
    /// By account: net towards all to which it set no bilateral limit.
    net_of_rest: Vec<i128>,
    /// By account: what waits for it.
    incoming: Vec<i128>,
}

/// Every payment that waits, in order of entry, with what stands in its way.
pub(crate) fn explain(queue: &Queue, settles: &[bool]) -> Vec<Waits> {
    let room = Room::of(queue, settles);
    let mut waiting: Vec<Waits> = Vec::new();
    let first_waiting = first_waiting(queue, settles);
    for (row, _) in (0_u32..).zip(settles).filter(|(_, settles)| !**settles) {
        let mut obstacles = room.obstacles(row);
        let payment = queue.instance.payments[row as usize];
        if let Some(Some(first)) = first_waiting.get(payment.payer as usize)
            && *first != (payment.class, row)
        {
            obstacles.push(Obstacle::Behind { payment: first.1 });
        }
        waiting.push(Waits { payment: row, obstacles });
    }
    waiting
}

/// Under strict FIFO by account: class and row of the first payment of its queue that waits; else empty.
fn first_waiting(queue: &Queue, settles: &[bool]) -> Vec<Option<(u8, u32)>> {
    if queue.instance.order != Order::Fifo {
        return Vec::new();
    }
    let mut first: Vec<Option<(u8, u32)>> = vec![None; queue.instance.accounts.len()];
    for ((payment, row), _) in
        queue.instance.payments.iter().zip(0_u32..).zip(settles).filter(|(_, settles)| !**settles)
    {
        let place = (payment.class, row);
        let known = &mut first[payment.payer as usize];
        *known = Some(known.map_or(place, |known| known.min(place)));
    }
    first
}

impl<'a> Room<'a> {
    fn of(queue: &'a Queue, settles: &'a [bool]) -> Room<'a> {
        let instance = &queue.instance;
        let accounts = instance.accounts.len();
        let mut room = Room {
            queue,
            settles,
            net: vec![0; accounts],
            net_of_pair: vec![0; instance.bilateral_limits.len()],
            net_of_rest: vec![0; accounts],
            incoming: vec![0; accounts],
        };
        for (payment, settles) in instance.payments.iter().zip(settles) {
            let amount = i128::from(payment.amount);
            if *settles {
                room.add(payment.payer, payment.payee, amount);
                room.add(payment.payee, payment.payer, -amount);
            } else {
                room.incoming[payment.payee as usize] += amount;
            }
        }
        room
    }

    fn add(&mut self, of: u32, towards: u32, amount: i128) {
        self.net[of as usize] += amount;
        match self.pair(of, towards) {
            Some(limit) => self.net_of_pair[limit] += amount,
            None => self.net_of_rest[of as usize] += amount,
        }
    }

    fn pair(&self, of: u32, towards: u32) -> Option<usize> {
        self.queue
            .instance
            .bilateral_limits
            .binary_search_by_key(&(of, towards), |limit| (limit.of, limit.towards))
            .ok()
    }

    fn obstacles(&self, row: u32) -> Vec<Obstacle> {
        assert!(!self.settles[row as usize], "bug: a payment that settles is explained as waiting");
        let instance = &self.queue.instance;
        let payment = instance.payments[row as usize];
        let (payer, amount) = (payment.payer as usize, i128::from(payment.amount));
        let balance = i128::from(instance.accounts[payer].opening_balance) - self.net[payer];
        let mut obstacles = Vec::new();
        if amount > balance {
            let out_of_reach = amount > balance + self.incoming[payer];
            obstacles.push(Obstacle::Liquidity { missing: amount - balance, out_of_reach });
        }
        match self.pair(payment.payer, payment.payee) {
            Some(limit) => {
                let missing = amount + self.net_of_pair[limit] - i128::from(instance.bilateral_limits[limit].amount);
                obstacles.extend((missing > 0).then_some(Obstacle::BilateralLimit { missing }));
            }
            None => {
                let limit = instance.multilateral_limits.binary_search_by_key(&payment.payer, |limit| limit.of);
                if let Ok(limit) = limit {
                    let most = i128::from(instance.multilateral_limits[limit].amount);
                    let missing = amount + self.net_of_rest[payer] - most;
                    obstacles.extend((missing > 0).then_some(Obstacle::MultilateralLimit { missing }));
                }
            }
        }
        obstacles
    }
}
