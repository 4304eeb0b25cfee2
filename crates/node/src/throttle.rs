//! Being gentle: what can wait takes what the straight path leaves.

use std::time::{Duration, Instant};

/// Work longer than this is followed by a rest.
const STRETCH: Duration = Duration::from_millis(5);

/// The longest rest after one stretch.
const REST_MAX: Duration = Duration::from_millis(500);

/// Keeps the time spent working at a share of all time.
pub(crate) struct Throttle {
    /// Parts per million of the time; a million is all of it.
    work_share_ppm: u32,
    since: Instant,
}

impl Throttle {
    pub(crate) fn new(work_share_ppm: u32) -> Self {
        Self { work_share_ppm: work_share_ppm.clamp(1_000, WHOLE_PPM), since: Instant::now() }
    }

    /// Work begins, after something else than work.
    pub(crate) fn begin(&mut self) {
        self.since = Instant::now();
    }

    /// To be called often while working: rests when it is time to.
    pub(crate) fn breathe(&mut self) {
        let worked = self.since.elapsed();
        if worked < STRETCH {
            return;
        }
        std::thread::sleep(rest_after(worked, self.work_share_ppm));
        self.since = Instant::now();
    }
}

const WHOLE_PPM: u32 = 1_000_000;

fn rest_after(worked: Duration, work_share_ppm: u32) -> Duration {
    let rest = worked * (WHOLE_PPM - work_share_ppm) / work_share_ppm;
    rest.min(REST_MAX)
}

/// The lowest priority for the calling thread, where the system lets it choose.
pub(crate) fn step_back() {
    #[cfg(target_os = "linux")]
    {
        /// The politest that Linux knows.
        const LOWEST: i32 = 19;
        // On Linux priorities are of threads. Refused at worst: then the throttle alone has to do.
        let _refused = rustix::process::setpriority_process(Some(rustix::thread::gettid()), LOWEST);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rests_keep_work_at_its_share() {
        let worked = Duration::from_millis(10);
        assert_eq!(rest_after(worked, WHOLE_PPM), Duration::ZERO);
        assert_eq!(rest_after(worked, 500_000), worked);
        assert_eq!(rest_after(worked, 250_000), 3 * worked);
        assert_eq!(rest_after(worked, 1_000), REST_MAX, "however little it may work, it goes on");
    }
}
