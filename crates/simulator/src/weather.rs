//! The disk's weather: the fate of each append, drawn from the seed.

use crate::knobs::Knobs;
use crate::random::Random;
use journal::{AppendFate, CrashSurvival, FaultPlan};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Draws the fate of each append, until the weather is calm: from then on everything becomes durable.
pub(crate) struct Weather {
    pub(crate) random: Random,
    pub(crate) knobs: Knobs,
    pub(crate) calm: Arc<AtomicBool>,
}

impl FaultPlan for Weather {
    fn fate(&mut self, _block_number: u64) -> AppendFate {
        if self.calm.load(Ordering::Relaxed) {
            return AppendFate::Durable { polls: 0 };
        }
        let (random, knobs) = (&mut self.random, &self.knobs);
        let kept = random.chance(500_000);
        if random.chance(knobs.disk_full_ppm) {
            AppendFate::DiskFull
        } else if random.chance(knobs.sync_failed_ppm) {
            AppendFate::SyncFailed { kept }
        } else if random.chance(knobs.unknown_ppm) {
            AppendFate::Unknown { kept }
        } else if random.chance(knobs.fenced_ppm) {
            AppendFate::Fenced { epochs: 1 + u32::from(kept) }
        } else {
            let slow = random.chance(knobs.slow_ppm);
            AppendFate::Durable { polls: if slow { 1 + u32::from(kept) } else { 0 } }
        }
    }
}

/// What a crash leaves of the blocks in flight.
pub(crate) fn survival(random: &mut Random) -> CrashSurvival {
    let blocks_kept = random.size(0, 2);
    let torn_bytes = random.chance(400_000).then(|| random.size(0, 4_000));
    CrashSurvival { blocks_kept, torn_bytes, mark_follows: random.chance(300_000) }
}
