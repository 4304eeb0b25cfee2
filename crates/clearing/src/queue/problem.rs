//! A queue as the solver sees it: units that settle as a whole, and how each counts in every row.
//!
//! A unit is a payment, or a bundle with all its legs. Payments from one account to another in one class are a *stream*:
//! they count in the same rows, so that a network needs one arc for all of them.

use super::QueueError;
use certify::queue::{Instance, Order, Row};

/// No number.
pub(crate) const NONE: u32 = u32::MAX;
/// Sums of amounts stay below this, so that twice their sum fits wherever they are added up.
const TOTAL_MAX: i128 = 1 << 60;

/// Numbers of things by a number of another, in one piece.
#[derive(Clone, Debug)]
pub(crate) struct Lists<T> {
    starts: Vec<u32>,
    items: Vec<T>,
}

impl<T> Default for Lists<T> {
    fn default() -> Lists<T> {
        Lists { starts: vec![0], items: Vec::new() }
    }
}

impl<T: Copy> Lists<T> {
    /// Groups what `pairs` gives, keeping its order within each list.
    pub(crate) fn group(count: usize, pairs: impl Iterator<Item = (u32, T)> + Clone) -> Lists<T> {
        let mut starts = vec![0u32; count + 1];
        pairs.clone().for_each(|(list, _)| starts[list as usize + 1] += 1);
        for list in 0..count {
            starts[list + 1] += starts[list];
        }
        let mut filler = starts.clone();
        let Some((_, first)) = pairs.clone().next() else { return Lists { starts, items: Vec::new() } };
        let mut items = vec![first; starts[count] as usize];
        for (list, item) in pairs {
            items[filler[list as usize] as usize] = item;
            filler[list as usize] += 1;
        }
        Lists { starts, items }
    }

    pub(crate) fn of(&self, list: usize) -> &[T] {
        &self.items[self.starts[list] as usize..self.starts[list + 1] as usize]
    }

    pub(crate) fn of_mut(&mut self, list: usize) -> &mut [T] {
        &mut self.items[self.starts[list] as usize..self.starts[list + 1] as usize]
    }
}

/// All payments from one account to another in one class.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stream {
    pub(crate) payer: u32,
    pub(crate) payee: u32,
    /// Place of the class among those that occur.
    pub(crate) rank: u8,
}

/// A row that is a sum of payments.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounded {
    pub(crate) row: Row,
    /// What it may come to at most, cut to what all payments could come to.
    pub(crate) most: i64,
    /// The queue that gives way, in a FIFO-maximal set.
    pub(crate) queue: u32,
}

/// How a stream counts in a row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Touch {
    pub(crate) row: u32,
    /// 1 uses it, −1 relieves it.
    pub(crate) sign: i8,
}

/// A leg of a unit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Leg {
    pub(crate) stream: u32,
    pub(crate) amount: i64,
}

pub(crate) struct Problem<'a> {
    pub(crate) instance: &'a Instance,
    /// The classes that occur, ascending.
    pub(crate) classes: Vec<u8>,
    pub(crate) rows: Vec<Bounded>,
    pub(crate) streams: Vec<Stream>,
    /// Rows of each stream.
    pub(crate) touches: Lists<Touch>,
    /// Streams of each row, with the sign.
    pub(crate) streams_of_row: Lists<(u32, i8)>,
    pub(crate) stream_of_payment: Vec<u32>,
    /// Unit of each payment.
    pub(crate) unit_of_payment: Vec<u32>,
    /// The first payment of each unit; those of a plain unit are all.
    pub(crate) first_payment: Vec<u32>,
    legs: Lists<Leg>,
    /// Units with one leg in each stream, largest amount first, earliest entry among equals.
    pub(crate) plain: Lists<u32>,
    /// Units with several legs.
    pub(crate) bundles: Vec<u32>,
    /// Their numbers among the instance's bundles.
    bundle_numbers: Vec<u32>,
    /// Units with several legs that count in a row.
    pub(crate) bundles_of_row: Lists<u32>,
    /// Of payments in strict order: the one before and the one after in the same queue and class.
    pub(crate) before: Lists<u32>,
    pub(crate) after: Lists<u32>,
    /// Bit `r`: the class with rank `r` is in strict order.
    pub(crate) strict_ranks: u64,
    /// Sum of all amounts.
    pub(crate) total: i64,
}

impl<'a> Problem<'a> {
    pub(crate) fn of(instance: &'a Instance) -> Result<Problem<'a>, QueueError> {
        let mut problem = Problem::without_units(instance)?;
        problem.make_units();
        problem.make_order();
        Ok(problem)
    }

    /// Rows and streams alone: enough where nothing settles together.
    pub(crate) fn without_units(instance: &'a Instance) -> Result<Problem<'a>, QueueError> {
        let total: i128 = instance.payments.iter().map(|payment| i128::from(payment.amount)).sum();
        if total >= TOTAL_MAX {
            return Err(QueueError::TooLarge { total_minor: total });
        }
        let total = i64::try_from(total).expect("checked");
        let classes = instance.classes();
        let (streams, stream_of_payment) = streams_of(instance, &classes);
        let rows = rows_of(instance, total);
        let touches = touches_of(instance, &rows, &streams, &classes);
        let row_pairs = (0u32..)
            .take(streams.len())
            .flat_map(|stream| touches.of(stream as usize).iter().map(move |touch| (touch.row, (stream, touch.sign))));
        let streams_of_row = Lists::group(rows.len(), row_pairs);
        Ok(Problem {
            instance,
            classes,
            rows,
            streams,
            touches,
            streams_of_row,
            stream_of_payment,
            unit_of_payment: Vec::new(),
            first_payment: Vec::new(),
            legs: Lists::default(),
            plain: Lists::default(),
            bundles: Vec::new(),
            bundle_numbers: Vec::new(),
            bundles_of_row: Lists::default(),
            before: Lists::default(),
            after: Lists::default(),
            strict_ranks: 0,
            total,
        })
    }

    pub(crate) fn unit_count(&self) -> usize {
        self.first_payment.len()
    }

    pub(crate) fn legs(&self, unit: u32) -> &[Leg] {
        self.legs.of(unit as usize)
    }

    pub(crate) fn rank(&self, unit: u32) -> usize {
        usize::from(self.streams[self.legs(unit)[0].stream as usize].rank)
    }

    /// What a minor unit in a stream is worth.
    pub(crate) fn unit_value(&self, stream: usize) -> i64 {
        let account = self.instance.accounts[self.streams[stream].payer as usize];
        self.instance.currencies[account.currency as usize].unit_value
    }

    /// What a unit is worth.
    pub(crate) fn value(&self, unit: u32) -> i128 {
        self.legs(unit)
            .iter()
            .map(|leg| i128::from(leg.amount) * i128::from(self.unit_value(leg.stream as usize)))
            .sum()
    }

    /// Where a unit is in [`Problem::bundles`], if it has several legs.
    pub(crate) fn place_of_bundle(&self, unit: u32) -> Option<usize> {
        self.bundles.binary_search(&unit).ok()
    }

    pub(crate) fn payments_of(&self, unit: u32) -> &[u32] {
        match self.legs(unit).len() {
            1 => std::slice::from_ref(&self.first_payment[unit as usize]),
            _ => {
                let place = self.place_of_bundle(unit).expect("a unit of several legs is a bundle");
                &self.instance.bundles[self.bundle_numbers[place] as usize].payments
            }
        }
    }

    /// How a unit counts in each row that it touches; a row may come up once for each leg.
    pub(crate) fn counts(&self, unit: u32) -> impl Iterator<Item = (usize, i64)> + '_ {
        self.legs(unit).iter().flat_map(|leg| {
            let touches = self.touches.of(leg.stream as usize);
            touches.iter().map(|touch| (touch.row as usize, i64::from(touch.sign) * leg.amount))
        })
    }

    fn make_units(&mut self) {
        let instance = self.instance;
        let mut bundle_of = vec![NONE; if instance.bundles.is_empty() { 0 } else { instance.payments.len() }];
        for (index, bundle) in (0u32..).zip(&instance.bundles) {
            bundle.payments.iter().for_each(|&payment| bundle_of[payment as usize] = index);
        }
        let mut unit_of_bundle = vec![NONE; instance.bundles.len()];
        for payment in 0..instance.payments.len() {
            let bundle = bundle_of.get(payment).copied().unwrap_or(NONE);
            let next = number(self.first_payment.len());
            if bundle != NONE && unit_of_bundle[bundle as usize] != NONE {
                self.unit_of_payment.push(unit_of_bundle[bundle as usize]);
                continue;
            }
            self.unit_of_payment.push(next);
            self.first_payment.push(number(payment));
            if bundle != NONE {
                unit_of_bundle[bundle as usize] = next;
                self.bundles.push(next);
                self.bundle_numbers.push(bundle);
            }
        }
        let units = self.first_payment.len();
        let legs = self.unit_of_payment.iter().zip(&self.stream_of_payment).zip(&instance.payments);
        self.legs =
            Lists::group(units, legs.map(|((&unit, &stream), payment)| (unit, Leg { stream, amount: payment.amount })));
        let plain = (0..number(units)).filter(|&unit| self.legs(unit).len() == 1);
        let pairs = plain.map(|unit| (self.legs(unit)[0].stream, unit));
        let mut plain = Lists::group(self.streams.len(), pairs);
        for stream in 0..self.streams.len() {
            // A stable sort: equal amounts stay in order of entry.
            plain.of_mut(stream).sort_by_key(|&unit| std::cmp::Reverse(self.legs.of(unit as usize)[0].amount));
        }
        self.plain = plain;
        let mut of_row: Vec<(u32, u32)> = Vec::new();
        for &unit in &self.bundles {
            of_row.extend(self.counts(unit).map(|(row, _)| (number(row), unit)));
        }
        of_row.sort_unstable();
        of_row.dedup();
        self.bundles_of_row = Lists::group(self.rows.len(), of_row.iter().copied());
    }

    fn make_order(&mut self) {
        let Order::Bypass { strict_classes } = self.instance.order else {
            (self.before, self.after) = (self.no_order(), self.no_order());
            return;
        };
        for (rank, class) in self.classes.iter().enumerate() {
            self.strict_ranks |= (strict_classes >> class & 1) << rank;
        }
        let mut last = vec![NONE; self.instance.accounts.len() * self.classes.len()];
        let mut pairs: Vec<(u32, u32)> = Vec::new();
        for (payment, content) in self.instance.payments.iter().enumerate() {
            let rank = usize::from(self.streams[self.stream_of_payment[payment] as usize].rank);
            if self.strict_ranks >> rank & 1 == 0 {
                continue;
            }
            let queue = self.instance.accounts[content.payer as usize].queue as usize;
            let unit = self.unit_of_payment[payment];
            let earlier = std::mem::replace(&mut last[queue * self.classes.len() + rank], unit);
            if earlier != NONE && earlier != unit {
                pairs.push((earlier, unit));
            }
        }
        let units = self.unit_count();
        self.before = Lists::group(units, pairs.iter().map(|&(earlier, later)| (later, earlier)));
        self.after = Lists::group(units, pairs.iter().copied());
    }

    fn no_order(&self) -> Lists<u32> {
        Lists::group(self.unit_count(), std::iter::empty())
    }
}

pub(crate) fn number(index: usize) -> u32 {
    u32::try_from(index).expect("payments, accounts and rows are numbered in 32 bits")
}

/// Streams in the order of (payer, payee, class), and the stream of each payment.
fn streams_of(instance: &Instance, classes: &[u8]) -> (Vec<Stream>, Vec<u32>) {
    let rank_of = |class: u8| classes.binary_search(&class).expect("a class that occurs");
    let (accounts, ranks) = (instance.accounts.len() as u64, classes.len() as u64);
    let key_of = |payment: &certify::queue::Payment| {
        (u64::from(payment.payer) * accounts + u64::from(payment.payee)) * ranks + rank_of(payment.class) as u64
    };
    let mut keys: Vec<u64> = instance.payments.iter().map(key_of).collect();
    let table_length = usize::try_from(accounts * accounts * ranks.max(1)).unwrap_or(usize::MAX);
    let mut distinct: Vec<u64> = Vec::new();
    let stream_of_payment = if table_length <= instance.payments.len().max(1 << 16) * 4 {
        let mut table = vec![NONE; table_length];
        keys.iter().for_each(|&key| table[place(key)] = 0);
        for (key, stream) in table.iter_mut().enumerate() {
            if *stream != NONE {
                *stream = number(distinct.len());
                distinct.push(key as u64);
            }
        }
        keys.iter().map(|&key| table[place(key)]).collect()
    } else {
        distinct.clone_from(&keys);
        distinct.sort_unstable();
        distinct.dedup();
        keys.iter_mut().for_each(|key| *key = distinct.partition_point(|other| other < key) as u64);
        keys.iter().map(|&place| u32::try_from(place).expect("no more streams than payments")).collect()
    };
    let streams = distinct.iter().map(|&key| {
        let pair = key / ranks;
        let part = |of: u64| u32::try_from(of).expect("accounts are numbered in 32 bits");
        Stream {
            payer: part(pair / accounts),
            payee: part(pair % accounts),
            rank: u8::try_from(key % ranks).expect("ranks are below 64"),
        }
    });
    (streams.collect(), stream_of_payment)
}

fn place(key: u64) -> usize {
    usize::try_from(key).expect("a key within its table")
}

/// Floors in the order of accounts, then every other row that is a sum of payments.
fn rows_of(instance: &Instance, total: i64) -> Vec<Bounded> {
    let mut rows = Vec::new();
    let mut push = |row: Row, most: i128, queue: u32| {
        let most = i64::try_from(most.min(i128::from(total))).expect("no row starts exceeded");
        rows.push(Bounded { row, most, queue });
    };
    let account = |index: u32| instance.accounts[index as usize];
    let means = |index: u32| i128::from(account(index).opening_balance) + i128::from(account(index).credit_line);
    for index in 0..instance.accounts.len() {
        push(Row::Floor(index), means(number(index)), account(number(index)).queue);
    }
    for (index, of) in instance.accounts.iter().enumerate() {
        if let Some(ceiling) = of.ceiling {
            push(Row::Ceiling(index), i128::from(ceiling) - i128::from(of.opening_balance), NONE);
        }
    }
    for (index, reservation) in instance.reservations.iter().enumerate() {
        let most = means(reservation.account) - i128::from(reservation.amount);
        push(Row::Reservation(index), most, account(reservation.account).queue);
    }
    for (index, limit) in instance.bilateral_limits.iter().enumerate() {
        push(Row::BilateralLimit(index), limit.amount.into(), account(limit.of).queue);
    }
    for (index, limit) in instance.multilateral_limits.iter().enumerate() {
        push(Row::MultilateralLimit(index), limit.amount.into(), account(limit.of).queue);
    }
    for (index, limit) in instance.group_limits.iter().enumerate() {
        push(Row::GroupLimit(index), limit.amount.into(), account(limit.of[0]).queue);
    }
    rows
}

fn touches_of(instance: &Instance, rows: &[Bounded], streams: &[Stream], classes: &[u8]) -> Lists<Touch> {
    // Rows other than floors and bilateral limits, by account.
    let mut of_account: Vec<Vec<u32>> = vec![Vec::new(); instance.accounts.len()];
    let mut first_bilateral = NONE;
    for (index, bounded) in (0u32..).zip(rows) {
        match bounded.row {
            Row::Ceiling(account) => of_account[account].push(index),
            Row::Reservation(at) => of_account[instance.reservations[at].account as usize].push(index),
            Row::MultilateralLimit(at) => of_account[instance.multilateral_limits[at].of as usize].push(index),
            Row::GroupLimit(at) => {
                instance.group_limits[at].of.iter().for_each(|&of| of_account[of as usize].push(index));
            }
            Row::BilateralLimit(0) => first_bilateral = index,
            _ => {}
        }
    }
    let mut pairs: Vec<(u32, Touch)> = Vec::new();
    for (index, stream) in (0u32..).zip(streams) {
        let mut touch = |row: u32, sign: i8| pairs.push((index, Touch { row, sign }));
        touch(stream.payer, 1);
        touch(stream.payee, -1);
        for (of, towards, sign) in [(stream.payer, stream.payee, 1), (stream.payee, stream.payer, -1)] {
            if let Some(at) = bilateral(instance, of, towards) {
                touch(first_bilateral + number(at), sign);
            }
            for &row in &of_account[of as usize] {
                let (counts, sign) = match rows[row as usize].row {
                    Row::Ceiling(_) => (true, -sign),
                    Row::Reservation(at) => {
                        (sign < 0 || classes[usize::from(stream.rank)] > instance.reservations[at].class, sign)
                    }
                    Row::MultilateralLimit(_) => (bilateral(instance, of, towards).is_none(), sign),
                    Row::GroupLimit(at) => (instance.group_limits[at].towards.binary_search(&towards).is_ok(), sign),
                    _ => unreachable!("no such row is listed by account"),
                };
                if counts {
                    touch(row, sign);
                }
            }
        }
    }
    Lists::group(streams.len(), pairs.iter().copied())
}

fn bilateral(instance: &Instance, of: u32, towards: u32) -> Option<usize> {
    instance.bilateral_limits.binary_search_by_key(&(of, towards), |limit| (limit.of, limit.towards)).ok()
}
