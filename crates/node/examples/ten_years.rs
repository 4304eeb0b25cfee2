//! Ten years of a house in a folder, killed at random moments: nothing that was told is lost, what left memory is still known.
//!
//! ```sh
//! cargo run --release -p node --example ten_years -- --payments 1000000 --kills 40
//! ```
//!
//! The run is a child process of this one, which ends it with a signal that cannot be caught, as often as asked, and starts
//! it again. Then: the digest is that of a run nobody disturbed; the auditor agrees; orders of every year are sent again,
//! and again with another amount; payments that left memory are given back. Ends with 0 if all of it holds.

use domain::command::{Command, CommandBody, Order, SubmitPayment};
use domain::plan::DayStep;
use domain::{Actor, ArrangementId, Date, EventBody, EventSeq, PaymentState, Refusal, Timestamp, Uetr};
use engine::{Batch, Engine, LedgerMachine, Memory};
use journal::{Journal, MemoryDisk, MemoryJournal, NoFaults};
use lab::driver::{self, Observer, Progress};
use lab::notice::Notices;
use lab::options::DemoOptions;
use lab::random::Seed;
use lab::scenario::Scenario;
use ledger::Answer;
use money::AmountMinor;
use node::{Node, Options, Shadowing};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command as Process, ExitCode, Stdio};
use std::time::{Duration, Instant};

const ARRANGEMENT: ArrangementId = ArrangementId(0);

/// Business days of a year.
const DAYS_OF_A_YEAR: u32 = 250;

/// Orders of each year that are sent again.
const REPEATED_A_YEAR: u64 = 200;

/// Payments given back.
const RETURNS: usize = 20;

#[derive(Clone)]
struct Arguments {
    years: u32,
    payments: u64,
    kills: u64,
    seed: u64,
    dir: Option<PathBuf>,
    child: bool,
}

impl Arguments {
    fn read() -> Result<Self, String> {
        let mut found = Self { years: 10, payments: 100_000, kills: 10, seed: 2008, dir: None, child: false };
        let mut arguments = std::env::args().skip(1);
        while let Some(name) = arguments.next() {
            if name == "--child" {
                found.child = true;
                continue;
            }
            let value = arguments.next().ok_or_else(|| format!("{name}: give a value"))?;
            let number = || value.parse::<u64>().map_err(|error| format!("{name} {value}: {error}; give a number"));
            match name.as_str() {
                "--years" => found.years = u32::try_from(number()?).map_err(|error| error.to_string())?,
                "--payments" => found.payments = number()?,
                "--kills" => found.kills = number()?,
                "--seed" => found.seed = number()?,
                "--dir" => found.dir = Some(PathBuf::from(&value)),
                _ => return Err(format!("{name}: there is --years, --payments, --kills, --seed, --dir")),
            }
        }
        if found.years == 0 || found.years > 10 || found.payments < 1_000 {
            return Err("--years from 1 to 10, --payments from 1,000 on".to_owned());
        }
        Ok(found)
    }

    fn scenario(&self) -> Scenario {
        let seed = Seed::new(self.seed).expect("a seed that is not too large");
        let options = DemoOptions { days: self.years * DAYS_OF_A_YEAR, payments: Some(self.payments), seed };
        Scenario::demo(options, &mut Notices::new()).expect("the demonstration needs no file")
    }

    /// So many stay in memory that most of the history does not: about five weeks.
    fn payments_in_memory(&self) -> u64 {
        (self.payments / u64::from(self.years) / 40).max(10)
    }

    fn options(&self) -> Options {
        let shadowing = Shadowing { snapshot_every_events: (self.payments / 5).max(1_000), work_share_ppm: 500_000 };
        Options {
            payments_in_memory: Some(self.payments_in_memory()),
            shadowing: Some(shadowing),
            ..Options::new(self.seed ^ 0x9E37)
        }
    }
}

fn main() -> ExitCode {
    let arguments = match Arguments::read() {
        Ok(arguments) => arguments,
        Err(wrong) => {
            eprintln!("error: {wrong}");
            return ExitCode::from(2);
        }
    };
    if arguments.child {
        sail(&arguments);
        return ExitCode::SUCCESS;
    }
    match &arguments.dir {
        Some(dir) => all(&arguments, dir),
        None => {
            let folder = std::env::temp_dir().join(format!("caudal-ten-years-{}", std::process::id()));
            all(&arguments, &folder);
            std::fs::remove_dir_all(&folder).expect("the folder is ours");
        }
    }
    ExitCode::SUCCESS
}

/// The child: the run, from wherever the folder has come, and a line for each height that may be relied on.
fn sail(arguments: &Arguments) {
    let dir = arguments.dir.as_deref().expect("the parent names a folder");
    let mut node = open(arguments, dir, &arguments.scenario());
    driver::run(&arguments.scenario(), node.engine(), &mut Teller).expect("the run goes on to its end");
    node.close().expect("ends in order");
}

fn open(arguments: &Arguments, dir: &Path, scenario: &Scenario) -> Node {
    let mut warn = |warning: node::Warning| eprintln!("warning[{}]: {warning}", warning.code);
    Node::open(dir, scenario.opening_time(), &arguments.options(), &mut warn, &mut |_| ())
        .unwrap_or_else(|fault| panic!("{}: {fault}", fault.code()))
}

struct Teller;

impl Observer for Teller {
    fn durable(&mut self, height: EventSeq) {
        println!("{height}");
    }

    fn progress(&mut self, _done: Progress) {}
}

/// The parent: everything, and what is asked afterwards.
fn all(arguments: &Arguments, dir: &Path) {
    println!(
        "{} payments in {} years, {} stay in memory, {} kills, seed {}; {}",
        arguments.payments,
        arguments.years,
        arguments.payments_in_memory(),
        arguments.kills,
        arguments.seed,
        dir.display()
    );
    let scenario = arguments.scenario();
    let undisturbed = undisturbed(arguments, &scenario);
    println!("nobody disturbed it: {} events, digest {}", undisturbed.0, hex(&undisturbed.1));
    run_and_kill(arguments, dir, undisturbed.0);
    let started = Instant::now();
    let mut node = open(arguments, dir, &scenario);
    println!("start-up {} ms", started.elapsed().as_millis());
    let (height, digest) =
        node.engine().read_when_durable(|state| (state.next_seq().0, state.digest())).expect("it just opened");
    assert_eq!((height, hex(&digest)), (undisturbed.0, hex(&undisturbed.1)), "killed and undisturbed runs differ");
    let figures = node.figures();
    let history = figures.history;
    println!(
        "{} payments have left memory: {} runs, {} bytes in memory, {} on disk",
        history.payments, history.runs, history.memory_bytes, history.disk_bytes
    );
    assert!(history.payments > arguments.payments / 2, "too few left memory for this to show anything");
    send_again(&mut node, &scenario);
    give_back(&mut node, &scenario);
    let figures = node.figures();
    assert_eq!(figures.shadow_stopped, None);
    node.close().expect("ends in order");
    let journal = journal_sqlite::open_read_only(dir).expect("a journal");
    let verified = audit::verify(journal.blocks().expect("reads"), journal.mark(), "the folder").expect("it agrees");
    println!("the auditor agrees: {} events, {} days", verified.journal_height, verified.days_closed);
    println!("all of it holds");
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The same run in memory, with nothing beside it: where it must come to.
fn undisturbed(arguments: &Arguments, scenario: &Scenario) -> (u64, [u8; 32]) {
    let journal = MemoryJournal::open(&MemoryDisk::new(), scenario.opening_time().0, NoFaults).expect("memory");
    let memory = Memory { payments_max: Some(arguments.payments_in_memory()), ..Memory::default() };
    let machine = LedgerMachine { memory, ..LedgerMachine::new(1) };
    let options = engine::Options { machine, check_digests: true };
    let mut engine = Engine::open(journal, options, &mut |_| ()).expect("an empty journal");
    driver::run(scenario, &mut engine, &mut driver::Unobserved).expect("runs");
    let state = engine.state_for_simulation();
    (state.next_seq().0, state.digest())
}

/// Starts the child until it ends by itself; ends it at moments drawn from the seed. What it told is never lost.
fn run_and_kill(arguments: &Arguments, dir: &Path, events: u64) {
    let (mut told, mut killed, mut chance) = (0_u64, 0, arguments.seed);
    loop {
        chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        // So that about as many kills as asked fall into the run.
        let lives_for = (chance >> 33) % (2 * events / (arguments.kills + 1)).max(1) + 1;
        let until = (killed < arguments.kills).then_some(told + lives_for);
        let mut child = Process::new(std::env::current_exe().expect("this program"))
            .args(["--child", "--dir"])
            .arg(dir)
            .args(["--years", &arguments.years.to_string(), "--payments", &arguments.payments.to_string()])
            .args(["--seed", &arguments.seed.to_string()])
            .stdout(Stdio::piped())
            .spawn()
            .expect("this program starts");
        let lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let mut first = true;
        for line in lines.map_while(Result::ok) {
            let height: u64 = line.parse().expect("a height");
            assert!(!first || height >= told, "{told} events were told, and it begins again with {height}");
            (told, first) = (height, false);
            if until.is_some_and(|until| told >= until) {
                std::thread::sleep(Duration::from_micros(chance % 3_000));
                child.kill().expect("ends at once");
                killed += 1;
                break;
            }
        }
        let ended = child.wait().expect("ends");
        if ended.success() {
            println!("killed {killed} times; {told} events told");
            return;
        }
        assert!(ended.code().is_none(), "the child failed by itself: {ended}");
    }
}

/// Orders of every year again, and again with another amount.
fn send_again(node: &mut Node, scenario: &Scenario) {
    let of_year = {
        let mut counts = std::collections::BTreeMap::<i32, u64>::new();
        driver::orders(scenario).for_each(|(date, ..)| *counts.entry(year_of(date)).or_default() += 1);
        counts
    };
    let mut seen = std::collections::BTreeMap::<i32, u64>::new();
    let (mut took, mut repeated) = (Vec::new(), 0);
    for (date, ordinal, command) in driver::orders(scenario) {
        let place = seen.entry(year_of(date)).or_default();
        *place += 1;
        if !place.is_multiple_of((of_year[&year_of(date)] / REPEATED_A_YEAR).max(1)) {
            continue;
        }
        let CommandBody::Submit(submission) = &command.body else { panic!("an order is an order") };
        let altered = Order { amount: AmountMinor::new(1).expect("one"), ..submission.order().clone() };
        let altered = Command::by(command.actor, CommandBody::Submit(SubmitPayment::new(altered)));
        let started = Instant::now();
        let answer = ask(node, command);
        took.push(started.elapsed());
        let is_it = |payment: domain::PaymentId| payment.0 == ordinal;
        assert!(
            matches!(answer, Answer::Duplicate { payment, .. } if is_it(payment)),
            "order {ordinal} of {date} again: {answer:?}"
        );
        let answer = ask(node, altered);
        let reused = Refusal::UetrReused;
        assert!(
            matches!(answer, Answer::Refused { refusal, payment: Some(payment), .. } if refusal == reused && is_it(payment)),
            "another order under the reference of {ordinal} of {date}: {answer:?}"
        );
        repeated += 1;
    }
    took.sort_unstable();
    let at = |share: usize| took[(took.len() - 1) * share / 100].as_micros();
    println!("{repeated} orders of {} years again: {} µs at the median, {} at p99", of_year.len(), at(50), at(99));
}

/// The year of a date, as it is written.
fn year_of(date: Date) -> i32 {
    date.to_string()[..4].parse().expect("a date begins with its year")
}

/// Opens one more day, and gives back payments that have left memory.
fn give_back(node: &mut Node, scenario: &Scenario) {
    let (_, last) = node.engine().read_when_durable(|state| state.business_dates(ARRANGEMENT)).expect("lives");
    let last = last.expect("days were closed");
    let opened = (1..15).map(|days| last.plus_days(days)).find(|date| open_day(node, scenario, *date));
    let today = opened.expect("within two weeks a day is open");
    let first_in_memory = node.engine().read_when_durable(ledger::State::first_in_memory).expect("lives");
    let (mut given_back, mut number) = (0, 0_u64);
    for ordinal in (0..first_in_memory.0).rev() {
        if given_back == RETURNS {
            break;
        }
        let found = node.engine().payment(domain::PaymentId(ordinal)).expect("reads").expect("it is somewhere");
        if found.state != PaymentState::PaidOut || found.return_of.is_some() {
            continue;
        }
        number += 1;
        let mut uetr = [0xAB; 16];
        uetr[8..].copy_from_slice(&number.to_be_bytes());
        (uetr[6], uetr[8]) = (0x40, 0x80);
        let amount = AmountMinor::new(found.payee_minor).expect("an amount");
        let body = CommandBody::Return { original: found.payment, uetr: Uetr(uetr), amount };
        match ask(node, Command::by(Actor::institution(found.payee, 0), body)) {
            Answer::Accepted { .. } => {
                given_back += 1;
                let now = node.engine().payment(found.payment).expect("reads").expect("it is in memory");
                assert_eq!(now.state, PaymentState::Returned);
            }
            Answer::Refused { refusal: Refusal::ReturnTooLate, .. } => break,
            Answer::Refused { .. } => {}
            other => panic!("a return was answered {other:?}"),
        }
    }
    println!("on {today} {given_back} payments that had left memory were given back");
    assert!(given_back > 0, "nothing was given back");
    let recalled = count_recalled(node);
    assert!(recalled >= given_back, "{given_back} given back, {recalled} recalled");
}

fn count_recalled(node: &mut Node) -> usize {
    let blocks = node.engine().journal().read(0).expect("reads");
    let mut count = 0;
    for block in blocks {
        let block = block.expect("sound");
        let events = block.events().map(|(_, bytes)| codec::decode_exact(bytes).expect("an event"));
        count += events.filter(|event| matches!(event.body, EventBody::PaymentRecalled(_))).count();
    }
    count
}

fn open_day(node: &mut Node, scenario: &Scenario, date: Date) -> bool {
    let at = |seconds: u32| date.start().plus_us(i64::from(seconds) * 1_000_000);
    let steps = &scenario.plan().day.steps;
    let schedule: Vec<(DayStep, Timestamp)> = steps.iter().map(|(step, seconds)| (*step, at(*seconds))).collect();
    let body = CommandBody::OpenDay { arrangement: ARRANGEMENT, date, schedule, time_zone_version: "UTC".to_owned() };
    let command = Command::by(Actor::operator(1), body);
    let noon = date.start().plus_us(13 * 3_600_000_000);
    matches!(ask_at(node, command, noon), Answer::Accepted { .. })
}

fn ask(node: &mut Node, command: Command) -> Answer {
    let now = node.engine().last_time();
    ask_at(node, command, now)
}

fn ask_at(node: &mut Node, command: Command, at: Timestamp) -> Answer {
    let engine = node.engine();
    engine.submit(&Batch::of(at, [command])).expect("taken");
    engine.wait().expect("lives").expect("answered").answers[0].answer
}
