//! The set-off of divisible debts: value, bound and time beside the network simplex and, if there is one, another solver.
//!
//! *Reference*: participants weigh (i + 1)^-0.8, half of the creditors are drawn from the weights in another order, amounts
//! are log-normal with σ = 1.6. *Heavy*: debtors and creditors weigh as Pareto's law draws them, independently; hard,
//! because nearly all of it is one component. `CAUDAL_SET_OFF_SOLVER` may name another solver to run on the same debts, as a
//! command line with `{}` for the file (`debtor,creditor,amount`); it prints `cleared N` and `cpu SECONDS`.

use crate::meter::{Took, grouped, measure};
use certify::set_off::{Instance, Obligation, check};
use clearing::set_off::{Answer, Method, Options, solve};
use std::io::Write as _;
use std::time::Duration;

const SEED: u64 = 20_260_101;
const ROUNDS: usize = 5;
/// Beyond so many debts the network simplex takes minutes.
const SIMPLEX_MAX: usize = 200_000;
/// Participants, debts, and what the reference instances are known to clear (four solvers agree).
const REFERENCE: [(u32, usize, i128); 4] = [
    (33, 1_000, 229_143_714),
    (1_000, 20_000, 3_138_464_222),
    (10_000, 200_000, 30_568_585_413),
    (100_000, 1_000_000, 115_185_752_889),
];

/// SplitMix64, and what is drawn from it.
struct Draws(u64);

impl Draws {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn unit(&mut self) -> f64 {
        ((self.next() >> 11) as f64 + 0.5) * (1.0 / (1u64 << 53) as f64)
    }

    fn below(&mut self, bound: u64) -> u64 {
        u64::try_from((u128::from(self.next()) * u128::from(bound)) >> 64).expect("below the bound")
    }

    /// Log-normal with a median of 1 000.00.
    #[expect(clippy::cast_possible_truncation, reason = "amounts are drawn as floats and cut to whole minor units")]
    fn amount(&mut self, sigma: f64) -> i64 {
        let normal = (-2.0 * self.unit().ln()).sqrt() * (2.0 * std::f64::consts::PI * self.unit()).cos();
        ((100_000_f64.ln() + sigma * normal).exp() as i64).max(1)
    }
}

/// Draws participants by their weights.
struct ByWeight {
    until: Vec<u64>,
}

impl ByWeight {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "weights in whole thousand millionths")]
    fn of(weights: impl Iterator<Item = f64>) -> ByWeight {
        let add = |total: &mut u64, weight: f64| {
            *total += (1e9 * weight) as u64;
            Some(*total)
        };
        ByWeight { until: weights.scan(0, add).collect() }
    }

    fn draw(&self, draws: &mut Draws) -> u32 {
        let drawn = draws.below(*self.until.last().expect("participants"));
        number(self.until.partition_point(|&until| until <= drawn))
    }
}

fn number(index: usize) -> u32 {
    u32::try_from(index).expect("participants are numbered in 32 bits")
}

fn reference(participants: u32, count: usize) -> Instance {
    let mut draws = Draws(SEED ^ (u64::from(participants) * 1_000_003 + count as u64));
    let by_weight = ByWeight::of((1..=participants).map(|place| f64::from(place).powf(-0.8)));
    let mut renamed: Vec<u32> = (0..participants).collect();
    for place in (1..renamed.len()).rev() {
        let other = usize::try_from(draws.below(place as u64 + 1)).expect("a place");
        renamed.swap(place, other);
    }
    let obligations = (0..count).map(|_| {
        loop {
            let (debtor, mut creditor) = (by_weight.draw(&mut draws), by_weight.draw(&mut draws));
            if draws.below(2) < 1 {
                creditor = renamed[creditor as usize];
            }
            if debtor != creditor {
                break Obligation { debtor, creditor, amount: draws.amount(1.6), class: 0 };
            }
        }
    });
    Instance { participants, obligations: obligations.collect(), ..Instance::default() }
}

fn heavy(participants: u32, count: usize) -> Instance {
    let mut draws = Draws(SEED ^ count as u64);
    let mut pareto = || ByWeight::of((0..participants).map(|_| draws.unit().powf(-1.0 / 1.5)));
    let (debtors, creditors) = (pareto(), pareto());
    let obligations = (0..count).map(|_| {
        loop {
            let (debtor, creditor) = (debtors.draw(&mut draws), creditors.draw(&mut draws));
            if debtor != creditor {
                break Obligation { debtor, creditor, amount: draws.amount(1.8), class: 0 };
            }
        }
    });
    Instance { participants, obligations: obligations.collect(), ..Instance::default() }
}

/// Prints a table of its own.
pub fn run() {
    println!(
        "\nset-off; seed {SEED}; CPU ms, median of {ROUNDS}; bytes at least, beside the debts themselves (24 each)"
    );
    println!(
        "\n| debts | participants / debts | cleared | of gross | gap | CPU ms | again from its prices | check | \
         peak bytes a debt | network simplex | other solver |"
    );
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    for (participants, count, optimum) in REFERENCE {
        let cleared = row("reference", &reference(participants, count));
        assert_eq!(cleared, optimum, "reference {participants} / {count}: the generator or the solver is wrong");
    }
    for (participants, count) in [(1_000, 10_000), (10_000, 100_000), (100_000, 1_000_000)] {
        row("heavy", &heavy(participants, count));
    }
}

fn row(name: &str, instance: &Instance) -> i128 {
    let count = instance.obligations.len();
    let before = peak_bytes(true);
    let answer = solved(instance, &Options::default());
    let bytes = peak_bytes(false).saturating_sub(before) as f64 / count as f64;
    let cold = median_ms(|| drop(solved(instance, &Options::default())));
    let again = Options { start_prices: answer.prices().to_vec(), ..Options::default() };
    let warm = median_ms(|| drop(solved(instance, &again)));
    let verify = || check(instance, answer.proposal.clone(), &answer.certificate);
    verify().expect("the checker accepts");
    let checking = median_ms(|| drop(verify()));
    let claim = answer.claims[0];
    let gross: i128 = instance.obligations.iter().map(|debt| i128::from(debt.amount)).sum();
    println!(
        "| {name} | {} / {} | {} | {:.4} % | {} | {cold:.3} | {warm:.3} | {checking:.3} | {bytes:.0} | {} | {} |",
        grouped(f64::from(instance.participants)),
        grouped(count as f64),
        claim.value,
        100.0 * claim.value as f64 / gross as f64,
        claim.upper_bound - claim.value,
        by_simplex(instance, claim.value),
        by_other_solver(instance, claim.value),
    );
    claim.value
}

fn solved(instance: &Instance, options: &Options) -> Answer {
    solve(instance, options, &mut |_| {}).expect("debts that fit")
}

fn by_simplex(instance: &Instance, value: i128) -> String {
    if instance.obligations.len() > SIMPLEX_MAX {
        return "not run".to_owned();
    }
    let options = Options { method: Method::NetworkSimplex, ..Options::default() };
    let (answer, took) = measure(|| solved(instance, &options));
    assert_eq!(answer.claims[0].value, value, "both methods find the optimum");
    format!("{:.3}", cpu_ms(&took))
}

fn by_other_solver(instance: &Instance, value: i128) -> String {
    let Ok(command) = std::env::var("CAUDAL_SET_OFF_SOLVER") else { return String::new() };
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    let mut text = "debtor,creditor,amount\n".to_owned();
    for debt in &instance.obligations {
        text += &format!("{},{},{}\n", debt.debtor, debt.creditor, debt.amount);
    }
    file.write_all(text.as_bytes()).expect("the temporary file is written");
    let path = file.path().to_string_lossy();
    let mut words = command.split_whitespace().map(|word| word.replace("{}", &path));
    let program = words.next().expect("CAUDAL_SET_OFF_SOLVER names a program");
    let output = std::process::Command::new(&program).args(words).output();
    let output = output.unwrap_or_else(|why| panic!("CAUDAL_SET_OFF_SOLVER: {program}: {why}"));
    let said = String::from_utf8_lossy(&output.stdout);
    let after = |name: &str| said.split_whitespace().skip_while(|&word| word != name).nth(1).map(str::to_owned);
    let cleared = after("cleared").and_then(|word| word.parse::<i128>().ok());
    assert_eq!(cleared, Some(value), "the other solver finds another value");
    let seconds = after("cpu").and_then(|word| word.parse::<f64>().ok());
    seconds.map_or_else(|| "no time said".to_owned(), |seconds| format!("{:.3}", seconds * 1e3))
}

fn cpu_ms(took: &Took) -> f64 {
    took.cpu.as_secs_f64() * 1e3
}

/// Short work is repeated until it can be measured.
fn median_ms(work: impl Fn()) -> f64 {
    let mut all: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let mut repeats = 0;
            let (_, took) = measure(|| {
                let began = std::time::Instant::now();
                while repeats == 0 || began.elapsed() < Duration::from_millis(20) {
                    work();
                    repeats += 1;
                }
            });
            cpu_ms(&took) / f64::from(repeats)
        })
        .collect();
    all.sort_by(f64::total_cmp);
    all[ROUNDS / 2]
}

/// The most memory that was resident; `anew` forgets what was before, where that is allowed.
fn peak_bytes(anew: bool) -> u64 {
    if anew {
        // Memory that earlier rows gave back is still resident and counts as before: later rows show less than they use.
        let _ = std::fs::write("/proc/self/clear_refs", "5");
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().next()).and_then(|word| word.parse::<u64>().ok());
    kib.unwrap_or(0) * 1024
}
