//! Wall clock, CPU time and memory of this process.

use std::time::{Duration, Instant};

/// What a piece of work took.
pub struct Took {
    pub wall: Duration,
    pub cpu: Duration,
}

/// Runs a piece of work and says what it took, all threads together.
pub fn measure<R>(work: impl FnOnce() -> R) -> (R, Took) {
    let (cpu, wall) = (cpu_time(), Instant::now());
    let result = work();
    (result, Took { wall: wall.elapsed(), cpu: cpu_time().saturating_sub(cpu) })
}

impl Took {
    /// How many of `count` things a second.
    pub fn per_second(&self, count: u64) -> f64 {
        count as f64 / self.wall.as_secs_f64()
    }

    fn cpu_us_each(&self, count: u64) -> f64 {
        self.cpu.as_secs_f64() * 1e6 / count as f64
    }
}

/// Prints a row of the table.
pub fn row(what: &str, count: u64, took: &Took, baseline: Option<f64>) {
    let per_second = took.per_second(count);
    let (beside, share) = baseline.map_or_else(
        || ("".to_owned(), "".to_owned()),
        |baseline| (grouped(baseline), format!("{:.0} %", 100.0 * per_second / baseline)),
    );
    println!("| {what} | {} | {:.2} | {beside} | {share} |", grouped(per_second), took.cpu_us_each(count));
}

/// A number with its thousands apart.
pub fn grouped(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// CPU time of all threads so far.
fn cpu_time() -> Duration {
    let clock = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::new(u64::try_from(clock.tv_sec).unwrap_or(0), u32::try_from(clock.tv_nsec).unwrap_or(0))
}

/// Resident memory in bytes.
pub fn resident_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages: u64 = status.split(' ').nth(1).and_then(|text| text.parse().ok()).unwrap_or(0);
    pages * 4096
}

pub fn load_average() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').take(3).collect::<Vec<_>>().join(" ")
}

/// The middle, the hundredth from the top, and the worst.
pub fn percentiles(values: &mut [f64]) -> [f64; 3] {
    values.sort_by(f64::total_cmp);
    let at = |percent: usize| values[(values.len() - 1) * percent / 100];
    [at(50), at(99), at(100)]
}
