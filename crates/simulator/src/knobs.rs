//! What a seed sets beside the house: how much happens, and how much goes wrong.

use crate::random::Random;
use ledger::RunBudget;
use std::fmt;

/// Chances in parts per million, and counts.
#[derive(Clone, Debug)]
pub(crate) struct Knobs {
    /// Business days with traffic.
    pub(crate) days: u64,
    /// Batches between two business days, about.
    pub(crate) batches_a_day: u64,
    /// Commands in a batch at most.
    pub(crate) commands_max: usize,
    /// A process ends at once, after a batch.
    pub(crate) crash_ppm: u32,
    /// A process is closed in order, after a batch.
    pub(crate) close_ppm: u32,
    /// Fates of appends.
    pub(crate) disk_full_ppm: u32,
    pub(crate) sync_failed_ppm: u32,
    pub(crate) unknown_ppm: u32,
    pub(crate) fenced_ppm: u32,
    pub(crate) slow_ppm: u32,
    /// A batch never reaches the house; a command reaches it twice.
    pub(crate) lost_ppm: u32,
    pub(crate) doubled_ppm: u32,
    /// The clock steps.
    pub(crate) clock_step_ppm: u32,
    /// A day passes without a member's rate.
    pub(crate) rate_missing_ppm: u32,
    /// An order is wrong on purpose.
    pub(crate) wrong_ppm: u32,
    /// Batches between two comparisons of digests.
    pub(crate) batches_a_digest: u64,
    /// Payments that stay in memory when closed; none: all of them.
    pub(crate) payments_max: Option<u64>,
    /// How long runs stay open for the optimiser; none: they end at once.
    pub(crate) optimising: Option<RunBudget>,
}

impl Knobs {
    pub(crate) fn draw(random: &mut Random, faults: bool) -> Self {
        // A third of the seeds has a quiet disk, so that what goes wrong elsewhere is not buried.
        let faults = faults && !random.chance(333_000);
        let mut fault = |most: u64| {
            let drawn = u32::try_from(random.magnitude(most / 20, most)).expect("parts per million");
            if faults { drawn } else { 0 }
        };
        let (disk_full_ppm, sync_failed_ppm) = (fault(30_000), fault(8_000));
        let (unknown_ppm, fenced_ppm, crash_ppm) = (fault(12_000), fault(6_000), fault(40_000));
        let close_ppm = fault(20_000);
        Self {
            days: random.between(3, 7),
            batches_a_day: random.between(10, 110),
            commands_max: random.size(1, 40),
            crash_ppm,
            close_ppm,
            disk_full_ppm,
            sync_failed_ppm,
            unknown_ppm,
            fenced_ppm,
            slow_ppm: u32::try_from(random.below(600_000)).expect("parts per million"),
            lost_ppm: if faults { 20_000 } else { 0 },
            doubled_ppm: 10_000,
            clock_step_ppm: u32::try_from(random.magnitude(1, 60_000)).expect("parts per million"),
            rate_missing_ppm: u32::try_from(random.magnitude(1, 100_000)).expect("parts per million"),
            wrong_ppm: u32::try_from(random.magnitude(1_000, 150_000)).expect("parts per million"),
            batches_a_digest: random.between(4, 24),
            payments_max: random.chance(600_000).then(|| random.magnitude(1, 400)),
            optimising: random.chance(500_000).then(|| {
                let open_us = random.magnitude(1, 1_200_000_000);
                RunBudget { open_us: i64::try_from(open_us).expect("minutes") }
            }),
        }
    }
}

impl fmt::Display for Knobs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} days of {} batches up to {} commands; ppm: crash {}, close {}, disk full {}, sync failed {}, unknown {}, \
             fenced {}, wrong {}; {}; {}",
            self.days,
            self.batches_a_day,
            self.commands_max,
            self.crash_ppm,
            self.close_ppm,
            self.disk_full_ppm,
            self.sync_failed_ppm,
            self.unknown_ppm,
            self.fenced_ppm,
            self.wrong_ppm,
            self.payments_max.map_or("all stay in memory".to_owned(), |max| format!("{max} stay in memory")),
            self.optimising.map_or("runs end at once".to_owned(), |budget| {
                format!("runs stay open for {} ms", budget.open_us / 1_000)
            })
        )
    }
}
