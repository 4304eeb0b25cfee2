//! The world of a seed: who is in it, and how its days go.

use crate::Options;
use crate::breach::{Breach, Checked, Found, Promise};
use crate::knobs::Knobs;
use crate::mirror::Mirror;
use crate::moves::{People, Scene, Sent, next_date, open_day};
use crate::personal_data::PersonalData;
use crate::process::{Flying, HeldRead};
use crate::random::Random;
use crate::report::{Counts, Report};
use crate::setup;
use crate::shape::{Shape, midnight_us};
use crate::trace::Trace;
use domain::event::EventBody;
use domain::time::{DAY_US, SECOND_US};
use domain::{Bucket, Event, EventSeq, RunProposal, Timestamp};
use engine::{Engine, MemoryArchive};
use journal::{Head, MemoryDisk, MemoryJournal};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Batches of a phase at most: whoever needs more is stuck.
const SETUP_BATCHES_MAX: u64 = 2_000;

/// Events kept to be shown with a breach.
const LAST_EVENTS_KEPT: usize = 8;

/// Seconds of a day in which most orders come.
const HOURS_OF_ENTRY_S: u64 = 8 * 3_600;

pub(crate) struct World {
    pub(crate) seed: u64,
    pub(crate) options: Options,
    pub(crate) knobs: Knobs,
    pub(crate) shape: Shape,
    pub(crate) random: Random,
    pub(crate) people: People,
    /// True time; clocks may be off by `skew_us`.
    pub(crate) clock_us: i64,
    pub(crate) skew_us: i64,
    pub(crate) disk: MemoryDisk,
    pub(crate) calm: Arc<AtomicBool>,
    pub(crate) engine: Option<Engine<MemoryJournal>>,
    pub(crate) snapshot: Option<Vec<u8>>,
    /// What the archive has written.
    pub(crate) archive: Arc<MemoryArchive>,
    /// Batches taken by the engine and not handed back.
    pub(crate) flying: VecDeque<Flying>,
    pub(crate) reads: VecDeque<HeldRead>,
    pub(crate) last_read: EventSeq,
    /// How far durable blocks were followed.
    pub(crate) followed: Head,
    /// Durable events not yet matched with the answers of their batch.
    pub(crate) recent: VecDeque<(EventSeq, Event)>,
    /// The last events, for whoever looks for the cause of a breach.
    last: VecDeque<(EventSeq, Timestamp, Event)>,
    /// A proposal of before: to be made once more, when it is stale.
    pub(crate) last_proposal: Option<RunProposal>,
    pub(crate) personal_data: PersonalData,
    pub(crate) mirror: Mirror,
    pub(crate) auditor: audit::Model,
    pub(crate) trace: Trace,
    pub(crate) counts: Counts,
    pub(crate) coverage: BTreeMap<String, u64>,
}

impl World {
    pub(crate) fn new(seed: u64, options: Options) -> Self {
        let mut random = Random::from_seed(seed);
        let shape = Shape::draw(&mut random.fork());
        let knobs = Knobs::draw(&mut random.fork(), options.faults);
        let people = People::new(random.fork(), &shape);
        Self {
            seed,
            options,
            knobs,
            clock_us: midnight_us(shape.start) + 3_600 * SECOND_US,
            shape,
            random,
            people,
            skew_us: 0,
            disk: MemoryDisk::new(),
            calm: Arc::new(AtomicBool::new(false)),
            engine: None,
            snapshot: None,
            archive: Arc::default(),
            flying: VecDeque::new(),
            reads: VecDeque::new(),
            last_read: EventSeq(0),
            followed: Head::EMPTY,
            recent: VecDeque::new(),
            last: VecDeque::new(),
            last_proposal: None,
            personal_data: PersonalData::new(seed, options.payload_fault),
            mirror: Mirror::default(),
            auditor: audit::Model::new(),
            trace: Trace::default(),
            counts: Counts::default(),
            coverage: BTreeMap::new(),
        }
    }

    pub(crate) fn run(&mut self) -> Checked {
        self.start()?;
        self.set_up()?;
        for day in 0..self.knobs.days {
            let batches = self.random.between(1, 2 * self.knobs.batches_a_day);
            for batch in 0..batches {
                self.day_step(day, batch, batches)?;
            }
        }
        self.come_to_an_end()
    }

    /// A place in the run, for breaches.
    pub(crate) const fn step(&self) -> u64 {
        self.counts.batches
    }

    pub(crate) fn into_report(self, breach: Option<Breach>) -> Report {
        let mut payments: BTreeMap<Bucket, u64> = BTreeMap::new();
        for payment in self.mirror.payments.iter().filter(|payment| payment.return_of.is_none()) {
            *payments.entry(payment.state.bucket()).or_default() += 1;
        }
        let names: Vec<&str> = self.shape.arrangements.iter().map(|arrangement| arrangement.name.as_str()).collect();
        let (members, institutions) = (self.shape.members.len(), self.shape.institutions.len());
        let world = format!(
            "{}; {members} members, {institutions} institutions from {}; {}",
            names.join(" and "),
            self.shape.start,
            self.knobs
        );
        let mut counts = self.counts;
        counts.days = self.mirror.days_closed;
        counts.events = self.mirror.events;
        Report { seed: self.seed, world, counts, payments, coverage: self.coverage, breach, trace: self.trace.finish() }
    }

    /// The last events, in words.
    pub(crate) fn last_events(&self) -> Vec<String> {
        self.last.iter().map(|(seq, now, event)| format!("event {seq} at {now}: {event:?}")).collect()
    }

    /// The clock that the process sees.
    pub(crate) fn given(&self) -> Timestamp {
        Timestamp(self.clock_us + self.skew_us)
    }

    /// Sends the steps of the beginning until all are durable, through whatever happens meanwhile.
    fn set_up(&mut self) -> Checked {
        let steps = setup::steps(&self.shape);
        for _ in 0..SETUP_BATCHES_MAX {
            let missing = steps.iter().position(|step| !step.is_done(&self.mirror));
            let Some(first) = missing else { return Ok(()) };
            let count = self.random.size(1, 60);
            let batch = steps[first..].iter().take(count).filter(|step| !step.is_done(&self.mirror));
            let batch: Vec<Sent> = batch.map(|step| step.command.clone().into()).collect();
            self.pass_time(20);
            self.send(batch)?;
            self.collect_all()?;
            self.maybe_end_the_process()?;
        }
        Err(Found::new(Promise::Liveness, "the house does not come into being"))
    }

    fn day_step(&mut self, day: u64, batch: u64, batches: u64) -> Checked {
        if batch == 0 {
            self.go_to_day(day);
        } else if 10 * batch > 9 * batches {
            self.go_to_the_end_of_the_day();
        } else {
            self.pass_time(HOURS_OF_ENTRY_S / batches);
        }
        self.maybe_step_a_clock();
        let mut commands = self.routine();
        let count = self.random.size(0, self.knobs.commands_max);
        let Self { shape, knobs, mirror, clock_us, people, .. } = self;
        let scene = Scene { shape, knobs, mirror, now: Timestamp(*clock_us) };
        commands.extend(people.draw(scene, count));
        if self.random.chance(60_000) {
            commands.extend(self.people.insist(200));
        }
        if self.random.chance(self.knobs.lost_ppm) {
            // Lost on its way: whoever waits for an answer sends again.
            self.counts.lost += 1;
            return Ok(());
        }
        self.send(commands)?;
        self.collect_some()?;
        self.maybe_end_the_process()?;
        self.optimise()?;
        self.personal_data.maybe_erase();
        self.maybe_compare()
    }

    /// Days are opened and rates published when it is time, mostly.
    fn routine(&mut self) -> Vec<Sent> {
        let Self { shape, knobs, mirror, clock_us, people, .. } = self;
        let scene = Scene { shape, knobs, mirror, now: Timestamp(*clock_us) };
        let mut commands = Vec::new();
        for arrangement in scene.arrangements() {
            if scene.view(arrangement).open_date.is_some() || !people.random.chance(700_000) {
                continue;
            }
            let date = next_date(scene, arrangement);
            if date.start() <= scene.now {
                commands.push(open_day(scene, arrangement, date));
                let members: Vec<_> = scene.view(arrangement).members.keys().copied().collect();
                for member in members {
                    if !people.random.chance(knobs.rate_missing_ppm) {
                        commands.extend(people.rate_of(scene, arrangement, member, 3_000));
                    }
                }
            } else if date.start() <= scene.now.plus_us(DAY_US) && people.random.chance(knobs.wrong_ppm / 4) {
                // Too early, but not by more than a day: whoever reads a business date looks near the clock.
                commands.push(open_day(scene, arrangement, date));
            }
        }
        commands
    }

    /// About so many seconds pass.
    fn pass_time(&mut self, seconds: u64) {
        let seconds = self.random.between(0, 2 * seconds);
        self.clock_us += i64::try_from(seconds).expect("small") * SECOND_US;
    }

    fn maybe_step_a_clock(&mut self) {
        if self.random.chance(self.knobs.clock_step_ppm) {
            let most = u64::try_from(6 * 3_600 * SECOND_US).expect("positive");
            let step = i64::try_from(self.random.below(most)).expect("small");
            self.skew_us = match self.random.below(4) {
                0 => step / 60,
                1 | 2 => -step,
                _ => 0,
            };
        }
    }

    /// The morning of a business day: the hours of entry of every arrangement begin about now.
    fn go_to_day(&mut self, day: u64) {
        let days = i64::try_from(day).expect("few days");
        let calendar = days + 2 * ((days + i64::from(self.shape.start.weekday())) / 5);
        let minutes = i64::try_from(self.random.between(11 * 60, 13 * 60 + 30)).expect("small");
        let morning = midnight_us(self.shape.start) + calendar * DAY_US + minutes * 60 * SECOND_US;
        self.clock_us = self.clock_us.max(morning);
    }

    /// Beyond the close of every arrangement.
    fn go_to_the_end_of_the_day(&mut self) {
        let midnight = self.clock_us - self.clock_us.rem_euclid(DAY_US);
        let evening = midnight + 20 * 3_600 * SECOND_US;
        self.clock_us = self.clock_us.max(evening);
        self.pass_time(3_600);
    }

    /// Takes a durable event: into the mirror and into the auditor's model.
    pub(crate) fn take_event(&mut self, seq: EventSeq, now: Timestamp, event: Event) -> Checked {
        if self.last.len() == LAST_EVENTS_KEPT {
            self.last.pop_front();
        }
        self.last.push_back((seq, now, event.clone()));
        *self.coverage.entry(name_of(&event.body)).or_default() += 1;
        self.mirror.apply(seq, now, &event)?;
        self.personal_data.take(&event.body);
        self.auditor.apply(seq, now, &event).map_err(|finding| {
            let since = if finding.check == audit::Check::Digest { self.difference() } else { String::new() };
            Found::new(Promise::AuditorAgrees, format!("{finding}; the event: {event:?}; {since}"))
        })?;
        if matches!(event.body, EventBody::DayClosed { .. }) {
            let balanced = self.auditor.positions_sum_to_zero();
            crate::breach::holds(Promise::AuditorAgrees, balanced, || format!("books off zero at event {seq}"))?;
        }
        self.recent.push_back((seq, event));
        Ok(())
    }
}

/// Kind of an event, and the reason where it has one.
fn name_of(body: &EventBody) -> String {
    match body {
        EventBody::PaymentRefused { refusal, .. } => format!("PaymentRefused {}", refusal.code()),
        EventBody::CommandRefused { command, refusal, .. } => format!("CommandRefused {command:?} {}", refusal.code()),
        EventBody::PaymentsEnded { reason, .. } => format!("PaymentsEnded {reason:?}"),
        EventBody::RunConcluded { method, .. } => format!("RunConcluded {method:?}"),
        EventBody::PaymentEntered(entered) => format!("PaymentEntered {}", first_word(&entered.disposition)),
        body => first_word(body),
    }
}

fn first_word(value: &impl std::fmt::Debug) -> String {
    let text = format!("{value:?}");
    text.split(['(', ' ']).next().unwrap_or_default().to_owned()
}
