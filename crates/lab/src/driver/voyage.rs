//! The course of a run: setting up, date after date, until nothing is left to settle.

use std::iter::Peekable;
use std::ops::Range;
use std::sync::mpsc::Sender;

use domain::command::Command;
use domain::{Date, EventSeq, PaymentId, Timestamp};
use engine::{Batch, ClientTag, Ended, Engine, LedgerMachine, Released, SubmitFault};
use journal::{Blocks, Head, Journal};
use ledger::{Answer, RunBudget, State};
use optimiser::NoProposal;

use super::agenda::{self, Action, Entry, GAP_US};
use super::fault::RunFault;
use super::orders::{DayOrders, OrderDesk, is_of_order};
use super::progress::{Observer, Phase, Progress};
use super::setup::{ARRANGEMENT, DAYS_AFTER_WINDOW};
use super::{resume, setup, steps};
use crate::calendar::Window;
use crate::scenario::Scenario;
use crate::tickets::TrafficDays;

/// Blocks that the bookkeeper is given at a time, so that it can begin while the run goes on.
const BLOCKS_OF_PART: u64 = 256;

/// What a batch was for, carried as its correlation.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    /// Orders of tickets from this ordinal on.
    Orders { first: u64 },
    /// Nothing but what is due.
    Pulse,
    /// What the optimiser proposes.
    Proposal,
    /// Something that has to be done.
    Necessary(Necessary),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Necessary {
    SettingUp,
    OpeningDay,
    Rates,
    Conformity,
    Collections,
    Transfers,
    Settlement,
    Payouts,
}

impl Necessary {
    const ALL: [(Necessary, &'static str); 8] = [
        (Necessary::SettingUp, "setting up"),
        (Necessary::OpeningDay, "opening the business day"),
        (Necessary::Rates, "publishing rates"),
        (Necessary::Conformity, "conforming to debits"),
        (Necessary::Collections, "confirming collections"),
        (Necessary::Transfers, "an anticipated transfer"),
        (Necessary::Settlement, "settlement"),
        (Necessary::Payouts, "paying institutions"),
    ];

    fn number(self) -> u64 {
        let place = Necessary::ALL.iter().position(|(known, _)| *known == self).expect("all are listed");
        u64::try_from(place).expect("there are few")
    }
}

impl Purpose {
    const KIND_SHIFT: u32 = 60;

    fn correlation(self) -> u64 {
        match self {
            Purpose::Orders { first } => first,
            Purpose::Pulse => 1 << Purpose::KIND_SHIFT,
            Purpose::Proposal => 2 << Purpose::KIND_SHIFT,
            Purpose::Necessary(step) => (3 << Purpose::KIND_SHIFT) | step.number(),
        }
    }

    fn of_correlation(correlation: u64) -> Purpose {
        let rest = correlation & ((1 << Purpose::KIND_SHIFT) - 1);
        match correlation >> Purpose::KIND_SHIFT {
            0 => Purpose::Orders { first: rest },
            1 => Purpose::Pulse,
            2 => Purpose::Proposal,
            _ => {
                let place = usize::try_from(rest).expect("a place in a short list");
                Purpose::Necessary(Necessary::ALL[place].0)
            }
        }
    }
}

/// How long runs stay open, if they do: each is concluded before the next entry begins, whatever became of its proposal.
pub(crate) fn run_budget(scenario: &Scenario) -> Option<RunBudget> {
    scenario.optimiser.map(|_| RunBudget { open_us: GAP_US / 2 })
}

pub(crate) struct Voyage<'a, J: Journal> {
    scenario: &'a Scenario,
    engine: &'a mut Engine<J, LedgerMachine>,
    observer: &'a mut dyn Observer,
    parts: Sender<Blocks>,
    /// Up to where the bookkeeper has been given blocks.
    given: Head,
    /// Up to where the observer knows that events are durable.
    told: EventSeq,
    /// The time up to which the journal had been driven before: steps up to it are done.
    resumed_at: Timestamp,
    /// The time of the last entry.
    last: Timestamp,
    batch: Batch,
    progress: Progress,
    days: Peekable<TrafficDays<'a>>,
}

impl<'a, J: Journal> Voyage<'a, J> {
    pub(crate) fn new(
        scenario: &'a Scenario,
        engine: &'a mut Engine<J, LedgerMachine>,
        observer: &'a mut dyn Observer,
        parts: Sender<Blocks>,
    ) -> Voyage<'a, J> {
        let business_days = u64::try_from(scenario.business_days.len()).expect("a number of days fits");
        Voyage {
            scenario,
            resumed_at: resume::reached(engine),
            engine,
            observer,
            parts,
            given: Head::EMPTY,
            told: EventSeq(0),
            last: setup::begins_at(scenario.traffic.window()),
            batch: Batch::pulse(Timestamp(0)),
            progress: Progress {
                phase: Phase::SettingUp,
                date: None,
                business_day: 0,
                business_days,
                tickets_submitted: 0,
                tickets: scenario.traffic.ticket_count(),
            },
            days: scenario.traffic.days().peekable(),
        }
    }

    /// To the end of the run, with everything durable and given to the bookkeeper.
    pub(crate) fn sail(&mut self) -> Result<(), RunFault> {
        self.set_up()?;
        let window = self.scenario.traffic.window();
        self.progress.phase = Phase::Entering;
        let mut date = window.from();
        while self.sail_date(window, date)? {
            date = date.plus_days(1);
        }
        self.collect_all()?;
        self.progress.phase = Phase::Auditing;
        self.observer.progress(self.progress);
        self.give_blocks(0)
    }

    fn set_up(&mut self) -> Result<(), RunFault> {
        for (at, commands) in setup::steps(self.scenario) {
            self.last = at;
            if at > self.resumed_at {
                self.submit(at, commands, Purpose::Necessary(Necessary::SettingUp))?;
            }
        }
        Ok(())
    }

    /// A date; `false` where nothing was left to do on it.
    fn sail_date(&mut self, window: Window, date: Date) -> Result<bool, RunFault> {
        let business_day = self.state().is_open_for_business(ARRANGEMENT, date);
        let orders = if business_day { self.orders_of(date) } else { DayOrders::default() };
        let Scenario { plan, local_times, .. } = self.scenario;
        let entries = agenda::of_date(plan, local_times, date, business_day, orders.tickets(), self.last);
        let begins = entries.first().map_or(self.last, |entry| entry.at);
        if date > window.to() {
            self.progress.phase = Phase::Settling;
            // On a date that was begun before a restart there was something to do.
            if begins > self.resumed_at && steps::is_finished(self.scenario, self.state(), date) {
                return Ok(false);
            }
            if date > window.to().plus_days(DAYS_AFTER_WINDOW) {
                return Err(RunFault::NoEnd { date });
            }
        }
        self.progress.date = Some(date);
        self.progress.business_day += u64::from(business_day && window.contains(date));
        for (place, entry) in entries.iter().enumerate() {
            let until = entries.get(place + 1).map_or(entry.at.plus_us(GAP_US), |next| next.at);
            self.last = entry.at;
            self.enter(date, entry, until, &orders)?;
        }
        self.give_blocks(BLOCKS_OF_PART)?;
        Ok(true)
    }

    fn state(&self) -> &State {
        self.engine.state_for_simulation()
    }

    /// The orders that enter on a business day: its own, and those of days since the last one, on which the arrangement
    /// was closed. Those after the last business day of the window enter on it.
    fn orders_of(&mut self, date: Date) -> DayOrders<'a> {
        let is_last = self.scenario.business_days.last().is_some_and(|&last| last <= date);
        let mut orders = DayOrders::default();
        while let Some(day) = self.days.next_if(|day| is_last || day.date <= date) {
            orders.add(OrderDesk::new(self.scenario, day.date), day.tickets);
        }
        orders
    }

    /// Does an entry that is not done yet; `until` is when the next one begins.
    fn enter(&mut self, date: Date, entry: &Entry, until: Timestamp, orders: &DayOrders<'a>) -> Result<(), RunFault> {
        let at = entry.at;
        match &entry.action {
            Action::Submit(places) => self.submit_orders(at, places.clone(), orders)?,
            Action::Pulse if at > self.resumed_at || self.was_cut(at) => {
                self.submit(at, Vec::new(), Purpose::Pulse)?;
            }
            Action::Pulse => {}
            Action::Conform => {
                let build = |state: &State, block| steps::conform(state, date, block);
                self.in_blocks(at, until, Necessary::Conformity, &build)?;
            }
            Action::Collect => {
                let build = |state: &State, block| steps::collect(state, date, block);
                self.in_blocks(at, until, Necessary::Collections, &build)?;
            }
            _ if at <= self.resumed_at => {}
            other => self.do_necessary(date, at, other)?,
        }
        // Runs that were open in entries before those of a restart are concluded.
        if until > self.resumed_at {
            self.propose()?;
        }
        self.observer.progress(self.progress);
        Ok(())
    }

    /// Whether a crash came between two blocks of what was due at a time: the rest of it still is.
    fn was_cut(&self, at: Timestamp) -> bool {
        at == self.resumed_at && ledger::pulse(self.state(), at, run_budget(self.scenario), &mut Vec::new())
    }

    /// Solves a run that the entry has opened, and posts what is proposed a microsecond after the entry's last block. The same
    /// after a restart: the open run is in the state. Without a proposal it ends in order of entry, when the next entry comes.
    fn propose(&mut self) -> Result<(), RunFault> {
        let Some(budget) = self.scenario.optimiser else { return Ok(()) };
        let state = self.engine.state_for_simulation();
        let Some(run) = state.open_run(ARRANGEMENT) else { return Ok(()) };
        self.observer.solving(run.run);
        let proposed = optimiser::propose(run, budget);
        self.observer.solved(run.run);
        let at = state.now().plus_us(1);
        match proposed {
            Ok(verified) => self.submit(at, vec![verified.command()], Purpose::Proposal),
            Err(NoProposal::TooLarge) => Ok(()),
            Err(none) => panic!("bug: {none}"),
        }
    }

    fn do_necessary(&mut self, date: Date, at: Timestamp, action: &Action) -> Result<(), RunFault> {
        let (scenario, state) = (self.scenario, self.state());
        let (necessary, commands) = match action {
            Action::OpenDay => (Necessary::OpeningDay, steps::open_day(scenario, date)),
            Action::Quote => (Necessary::Rates, steps::quote(scenario, date, self.business_day_before(date))),
            Action::PublishReferences => (Necessary::Rates, steps::publish_references(scenario, date)),
            Action::Transfer => (Necessary::Transfers, steps::transfer(state, date)),
            Action::PayIn => (Necessary::Settlement, steps::settle(state, date, true)),
            Action::PayOut => (Necessary::Settlement, steps::settle(state, date, false)),
            Action::PayInstitutions => (Necessary::Payouts, steps::pay_institutions(state)),
            Action::Submit(_) | Action::Pulse | Action::Conform | Action::Collect => {
                unreachable!("these have ways of their own")
            }
        };
        if commands.is_empty() {
            return Ok(());
        }
        self.submit(at, commands, Purpose::Necessary(necessary))
    }

    fn business_day_before(&self, date: Date) -> Option<Date> {
        let days = &self.scenario.business_days;
        days[..days.partition_point(|&day| day < date)].last().copied()
    }

    /// A block for as many orders as a batch may have, at consecutive microseconds.
    fn submit_orders(&mut self, at: Timestamp, places: Range<usize>, orders: &DayOrders<'a>) -> Result<(), RunFault> {
        let mut at = at;
        for first in places.clone().step_by(steps::COMMANDS_OF_BATCH) {
            let of_block = first..places.end.min(first + steps::COMMANDS_OF_BATCH);
            let count = u64::try_from(of_block.len()).expect("a number of orders fits");
            if at > self.resumed_at {
                let ordinal = orders.tickets()[first].ordinal;
                self.batch.entries.clear();
                self.batch.entries.extend(of_block.map(|place| {
                    let (client, command) = (ClientTag::default(), orders.command(place));
                    engine::Entry { client, command }
                }));
                self.submit_batch(at, Purpose::Orders { first: ordinal })?;
            } else {
                self.check_orders(of_block, orders)?;
            }
            self.progress.tickets_submitted += count;
            at = at.plus_us(1);
        }
        Ok(())
    }

    /// Whether the payments of orders that were submitted before a restart are those of the tickets.
    fn check_orders(&self, places: Range<usize>, orders: &DayOrders<'a>) -> Result<(), RunFault> {
        for place in places {
            let (ordinal, order) = (orders.tickets()[place].ordinal, orders.order(place));
            let found =
                self.engine.payment(PaymentId(ordinal)).map_err(|fault| SubmitFault::from(Ended::Archive(fault)))?;
            if !found.is_some_and(|found| is_of_order(&found, &order)) {
                return Err(RunFault::OtherRun { detail: format!("payment {ordinal} is of another order") });
            }
        }
        Ok(())
    }

    /// Blocks at consecutive microseconds, each made from the state after the one before, until one has nothing to do.
    fn in_blocks(
        &mut self,
        at: Timestamp,
        until: Timestamp,
        necessary: Necessary,
        build: &dyn Fn(&State, usize) -> Vec<Command>,
    ) -> Result<(), RunFault> {
        let mut block = 0;
        // Blocks of before a restart are done; where the next entry has begun, so is all of this one.
        let mut now = at;
        while now <= self.resumed_at {
            now = now.plus_us(1);
            block += 1;
            if now >= until {
                return Ok(());
            }
        }
        while now < until {
            let commands = build(self.state(), block);
            if commands.is_empty() {
                return Ok(());
            }
            self.submit(now, commands, Purpose::Necessary(necessary))?;
            now = now.plus_us(1);
            block += 1;
        }
        Ok(())
    }

    fn submit(&mut self, at: Timestamp, commands: Vec<Command>, purpose: Purpose) -> Result<(), RunFault> {
        self.batch.entries.clear();
        for command in commands {
            self.batch.push(ClientTag::default(), command);
        }
        self.submit_batch(at, purpose)
    }

    fn submit_batch(&mut self, at: Timestamp, purpose: Purpose) -> Result<(), RunFault> {
        self.batch.given = at;
        self.batch.correlation = purpose.correlation();
        while let Err(fault) = self.engine.submit(&self.batch) {
            match fault {
                SubmitFault::Backlog { .. } => {
                    let released = self.engine.wait()?;
                    self.take(released.expect("bug: a backlog of nothing"))?;
                }
                fault => return Err(fault.into()),
            }
        }
        while let Some(released) = self.engine.poll()? {
            self.take(released)?;
        }
        Ok(())
    }

    fn collect_all(&mut self) -> Result<(), RunFault> {
        while let Some(released) = self.engine.wait()? {
            self.take(released)?;
        }
        Ok(())
    }

    /// Looks at the answers of a batch that is durable.
    fn take(&mut self, released: Released) -> Result<(), RunFault> {
        if released.durable_height > self.told {
            self.told = released.durable_height;
            self.observer.durable(self.told);
        }
        assert_eq!(released.not_taken, 0, "bug: a step of a run was more than a block holds");
        match Purpose::of_correlation(released.correlation) {
            Purpose::Orders { first } => {
                for (ordinal, answered) in (first..).zip(&released.answers) {
                    let payment = match answered.answer {
                        Answer::Accepted { payment, .. } | Answer::Refused { payment, .. } => payment,
                        Answer::Duplicate { .. } | Answer::Pending { .. } => None,
                    };
                    let payment = payment.map(|payment| payment.0);
                    assert_eq!(payment, Some(ordinal), "bug: ticket {ordinal} was answered {:?}", answered.answer);
                }
            }
            Purpose::Necessary(step) => {
                let refused = released.answers.iter().find_map(|answered| match answered.answer {
                    Answer::Refused { refusal, .. } => Some(refusal),
                    Answer::Accepted { .. } | Answer::Duplicate { .. } | Answer::Pending { .. } => None,
                });
                if let Some(refusal) = refused {
                    let named = Necessary::ALL.iter().find(|(known, _)| *known == step);
                    let action = named.map_or("a step", |(_, name)| *name);
                    return Err(RunFault::Refused { action, at: self.last, refusal });
                }
            }
            // A proposal that is refused costs its run the optimum: the run's own end says so.
            Purpose::Pulse | Purpose::Proposal => {}
        }
        self.engine.recycle(released);
        Ok(())
    }

    /// Gives the bookkeeper what is durable, where it is at least so many blocks.
    fn give_blocks(&mut self, least: u64) -> Result<(), RunFault> {
        let head = self.engine.journal().head();
        if head.blocks - self.given.blocks < least || head == self.given {
            return Ok(());
        }
        let blocks = self.engine.journal().read_after(&self.given).map_err(RunFault::Journal)?;
        self.given = head;
        // Nobody receives any more where the bookkeeper has ended: why is its to say.
        self.parts.send(blocks).map_err(|_| RunFault::Disagreement { what: "the course of the run" })
    }
}
