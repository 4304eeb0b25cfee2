//! Plays a script on the real engine over a journal in memory.

mod commands;
mod everybody;
mod instrument;
mod membership;
mod observe;
mod record;
mod stand;
mod time;

use crate::report::{DateReport, Expected, Failure, Report, Row};
use crate::script::{Act, Expectation, Line, Script};
use crate::surroundings::Surroundings;
use audit::Model;
use domain::refusal::RefusedBy;
use domain::refusal_text::Language;
use domain::{ArrangementId, Command, Date, DrawingId, EventSeq, MemberId, PaymentId, Refusal, Timestamp};
use engine::{Batch, Engine, Options};
use journal::{Head, Journal, MemoryDisk, MemoryJournal, NoFaults};
use ledger::{Answer, State};
use record::Record;
use std::collections::BTreeMap;
use std::fmt;

/// The arrangement of a script: the only one in its journal.
pub(crate) const ARRANGEMENT: ArrangementId = ArrangementId(0);

/// Why a script could not be played to its end.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PlayFault {
    /// A local time cannot be resolved.
    LocalTime {
        /// Why.
        why: String,
    },
    /// The engine, its journal or its auditor failed: a bug of the program.
    House {
        /// What happened.
        what: String,
    },
}

impl PlayFault {
    /// The permanent code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::LocalTime { .. } => "SCRIPT_LOCAL_TIME",
            Self::House { .. } => "SCRIPT_HOUSE",
        }
    }
}

impl fmt::Display for PlayFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LocalTime { why } => write!(f, "{why}; the rulebook's [day]; name another zone"),
            Self::House { what } => {
                write!(f, "the house could not go on: {what}; while the script was played; report it with the script")
            }
        }
    }
}

impl std::error::Error for PlayFault {}

fn house(what: impl fmt::Display) -> PlayFault {
    PlayFault::House { what: what.to_string() }
}

/// Plays a script to its end, whatever its expectations come to.
///
/// # Errors
/// [`PlayFault`]: what is wrong with the script was said by [`crate::read`].
pub fn play(script: &Script, surroundings: &dyn Surroundings) -> Result<Report, PlayFault> {
    let mut player = Player::new(script, surroundings)?;
    player.set_up()?;
    for line in &script.lines {
        player.play(line)?;
    }
    player.end_of_date();
    Ok(player.report)
}

/// The last command, and how it was refused.
struct Last {
    line: usize,
    text: String,
    refused: Option<RefusedBy>,
}

struct Player<'s> {
    script: &'s Script,
    surroundings: &'s dyn Surroundings,
    engine: Engine<MemoryJournal>,
    /// Up to where the journal has been read.
    read: Head,
    auditor: Model,
    record: Record,
    now: Timestamp,
    /// The date of the script; before the first one, the first one.
    date: Date,
    /// Instants at which something of the open day may fall due.
    moments: Vec<Timestamp>,
    /// Business days up to here were opened, or could not be.
    opened_to: Date,
    /// The engine's numbers of the script's payments.
    payments: Vec<Option<PaymentId>>,
    /// The engine's numbers of the script's drawings.
    drawings: Vec<Option<DrawingId>>,
    /// Whose list holds a payment.
    holders: BTreeMap<usize, MemberId>,
    references: u64,
    last: Option<Last>,
    today: DateReport,
    report: Report,
}

impl<'s> Player<'s> {
    fn new(script: &'s Script, surroundings: &'s dyn Surroundings) -> Result<Player<'s>, PlayFault> {
        // A day early: a local day may begin on the day before in UTC.
        let now = script.begins.plus_days(-1).start();
        let journal = MemoryJournal::open(&MemoryDisk::new(), now.0, NoFaults).map_err(house)?;
        let engine = Engine::open(journal, Options::ledger(0), &mut |_| ()).map_err(house)?;
        Ok(Player {
            script,
            surroundings,
            engine,
            read: Head::EMPTY,
            auditor: Model::new(),
            record: Record::default(),
            now,
            date: script.begins,
            moments: Vec::new(),
            opened_to: script.begins.plus_days(-1),
            payments: vec![None; script.names.payments.len()],
            drawings: vec![None; script.names.drawings.len()],
            holders: BTreeMap::new(),
            references: 0,
            last: None,
            today: DateReport::default(),
            report: Report {
                script: script.name.clone(),
                rulebook: script.plan.name.clone(),
                version: script.plan.version,
                sources: script.sources.clone(),
                dates: Vec::new(),
                failures: Vec::new(),
            },
        })
    }

    fn state(&self) -> &State {
        self.engine.state_for_simulation()
    }

    fn play(&mut self, line: &Line) -> Result<(), PlayFault> {
        let expects_refusal = matches!(line.act, Act::Expect(Expectation::Refused { .. }));
        if !expects_refusal {
            self.tell_unexpected_refusal();
        }
        match &line.act {
            Act::On(date) => {
                self.end_of_date();
                self.go_to_date(*date)
            }
            Act::At(seconds) => self.go_to_time(*seconds),
            Act::Do(instruction) => {
                let refused = self.carry_out(instruction)?;
                if let Some(refused) = refused {
                    self.today.rows.push(self.refusal_row(line, refused));
                }
                self.last = Some(Last { line: line.number, text: line.text.clone(), refused });
                Ok(())
            }
            Act::Everybody(due) => {
                self.last = None;
                if let Some(refused) = self.everybody(*due)? {
                    self.today.rows.push(self.refusal_row(line, refused));
                    self.last = Some(Last { line: line.number, text: line.text.clone(), refused: Some(refused) });
                }
                Ok(())
            }
            Act::Expect(expectation) => {
                self.let_due_happen()?;
                let (found, holds) = self.look_up(expectation);
                if expects_refusal && holds {
                    self.last = None;
                }
                if !holds {
                    let expected = line.text.strip_prefix("expect ").unwrap_or(&line.text).to_owned();
                    self.fail("EXPECTATION", line.number, expected, found.clone());
                    // One failure says it: the refusal itself was expected, only otherwise.
                    if expects_refusal {
                        self.last = None;
                    }
                }
                self.today.expectations.push(Expected { line: line.number, text: line.text.clone(), found, holds });
                Ok(())
            }
        }
    }

    fn fail(&mut self, code: &'static str, line: usize, expected: String, found: String) {
        let script = self.script.name.clone();
        self.report.failures.push(Failure { code, script, line, expected, found });
    }

    /// A command that was refused, and whose refusal the next line does not expect.
    fn tell_unexpected_refusal(&mut self) {
        if let Some(Last { line, text, refused: Some(refused) }) = self.last.take() {
            let why = self.refusal_text(refused.refusal);
            self.fail("REFUSED", line, text, why);
        }
    }

    fn end_of_date(&mut self) {
        self.tell_unexpected_refusal();
        let mut ended = std::mem::take(&mut self.today);
        let refusals = std::mem::take(&mut ended.rows);
        ended.rows = self.standing();
        ended.rows.extend(refusals);
        if ended.date.is_some() || !ended.rows.is_empty() || !ended.expectations.is_empty() {
            self.report.dates.push(ended);
        }
    }

    fn refusal_row(&self, line: &Line, refused: RefusedBy) -> Row {
        Row {
            what: "refused".to_owned(),
            who: format!("line {}", line.number),
            other: None,
            amount: None,
            note: self.refusal_text(refused.refusal),
        }
    }

    /// The refusal with its article, and with what it says to people.
    fn refusal_text(&self, refusal: Refusal) -> String {
        let article = refusal.rule().and_then(|rule| self.script.plan.article(rule));
        let text = refusal.text(Language::En);
        match article {
            Some(article) => {
                let assumed = if article.assumed { ", assumed" } else { "" };
                format!("{} ({}{assumed}): {text}", refusal.code(), article.citation)
            }
            None => format!("{}: {text}", refusal.code()),
        }
    }

    /// Gives commands, all at one time; gives the answers.
    fn give(&mut self, commands: Vec<Command>) -> Result<Vec<Answer>, PlayFault> {
        self.now = self.now.plus_us(1);
        self.engine.submit(&Batch::of(self.now, commands)).map_err(house)?;
        let mut answers = Vec::new();
        while let Some(released) = self.engine.wait().map_err(house)? {
            answers.extend(released.answers.into_iter().map(|answered| answered.answer));
        }
        self.read_journal()?;
        Ok(answers)
    }

    /// What is durable and was not read: the auditor checks it, and what it says about cycles and fixings is kept.
    fn read_journal(&mut self) -> Result<(), PlayFault> {
        let head = self.engine.journal().head();
        if head == self.read {
            return Ok(());
        }
        for block in self.engine.journal().read_after(&self.read).map_err(house)? {
            let block = block.map_err(house)?;
            let time = Timestamp(block.header().time_us);
            for (seq, bytes) in block.events() {
                let event = codec::decode_exact(bytes).map_err(|error| house(format!("{error:?}")))?;
                self.auditor.apply(EventSeq(seq), time, &event).map_err(|finding| house(format!("{finding:?}")))?;
                self.record.take(&event.body);
            }
        }
        self.read = head;
        Ok(())
    }
}
