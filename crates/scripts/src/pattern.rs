//! Patterns of sentences, and the match of a line with one: `pay INSTITUTION to INSTITUTION AMOUNT [for PURPOSE]`.
//!
//! Words in small letters stand as they are, words in capitals are slots, and what is in brackets may be left out; bracketed
//! clauses come last, in any order, each once.

use crate::error::{ErrorKind, Wrong};
use crate::names::{Names, shortened};
use crate::slot::{Slot, Value};
use crate::token::Token;
use domain::plan::Plan;

/// A part of a pattern.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Part {
    Word(&'static str),
    Slot(Slot),
}

/// A pattern, taken apart.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    parts: Vec<Part>,
    clauses: Vec<Vec<Part>>,
}

/// What a line says by a pattern.
#[derive(Clone, Debug, Default)]
pub(crate) struct Found {
    values: Vec<Value>,
    clauses: Vec<(String, Vec<Value>)>,
}

/// A line that is none of a pattern: at which of its words, and why.
pub(crate) struct Miss {
    pub(crate) at: usize,
    pub(crate) wrong: Wrong,
    /// The word that would have been right, where it is a word and not a slot.
    pub(crate) wanted: Option<&'static str>,
}

impl Pattern {
    pub(crate) fn new(text: &'static str) -> Pattern {
        let (parts, clauses) = text.split_once('[').map_or((text, ""), |(parts, _)| (parts, &text[parts.len()..]));
        let clauses = clauses.split(['[', ']']).map(str::trim).filter(|clause| !clause.is_empty());
        Pattern { parts: parts_of(parts), clauses: clauses.map(parts_of).collect() }
    }

    /// The word with which it begins.
    pub(crate) fn first(&self) -> &'static str {
        match self.parts.first() {
            Some(Part::Word(word)) => word,
            Some(Part::Slot(_)) | None => "",
        }
    }

    /// What a line says by this pattern, or how far it goes along with it.
    pub(crate) fn matched(&self, tokens: &[Token], names: &mut Names, plan: Option<&Plan>) -> Result<Found, Miss> {
        let mut found = Found::default();
        let mut at = along(&self.parts, tokens, 0, names, plan, &mut found.values)?;
        let mut left: Vec<&Vec<Part>> = self.clauses.iter().collect();
        while at < tokens.len() {
            let mut furthest: Option<Miss> = None;
            let mut taken = None;
            for (place, clause) in left.iter().enumerate() {
                let mut values = Vec::new();
                match along(clause, tokens, at, names, plan, &mut values) {
                    Ok(end) => {
                        taken = Some((place, end, values));
                        break;
                    }
                    Err(miss) if furthest.as_ref().is_none_or(|best| best.at < miss.at) => furthest = Some(miss),
                    Err(_) => {}
                }
            }
            match (taken, furthest) {
                (Some((place, end, values)), _) => {
                    found.clauses.push((name_of(left.remove(place)), values));
                    at = end;
                }
                (None, Some(miss)) if miss.at > at => return Err(miss),
                (None, _) => return Err(self.nothing_more(&tokens[at], at, &left)),
            }
        }
        Ok(found)
    }

    fn nothing_more(&self, token: &Token, at: usize, left: &[&Vec<Part>]) -> Miss {
        let known: Vec<&'static str> = left.iter().filter_map(|clause| first_word(clause)).collect();
        let meant = rulebook::nearest(&token.text, known.iter().copied());
        let remedy = match (meant, known.is_empty()) {
            (Some(meant), _) => format!("did you mean '{meant}'?"),
            (None, true) => "end the line before it".to_owned(),
            (None, false) => format!("end the line before it, or go on with {}", known.join(", ")),
        };
        let what = format!("'{}' belongs to nothing here", shortened(&token.text));
        Miss { at, wrong: Wrong::new(ErrorKind::Word, what, remedy), wanted: None }
    }
}

fn parts_of(text: &'static str) -> Vec<Part> {
    let part = |word: &'static str| match Slot::of(word) {
        Some(slot) => Part::Slot(slot),
        None => Part::Word(word),
    };
    text.split_whitespace().map(part).collect()
}

fn first_word(clause: &[Part]) -> Option<&'static str> {
    clause.iter().find_map(|part| match part {
        Part::Word(word) => Some(*word),
        Part::Slot(_) => None,
    })
}

/// The small letters of a clause: `with document`.
fn name_of(clause: &[Part]) -> String {
    let words = clause.iter().filter_map(|part| match part {
        Part::Word(word) => Some(*word),
        Part::Slot(_) => None,
    });
    words.collect::<Vec<_>>().join(" ")
}

/// Goes along parts from a word on; gives the place after the last.
fn along(
    parts: &[Part],
    tokens: &[Token],
    from: usize,
    names: &mut Names,
    plan: Option<&Plan>,
    values: &mut Vec<Value>,
) -> Result<usize, Miss> {
    let mut at = from;
    for part in parts {
        match part {
            Part::Word(wanted) => match tokens.get(at) {
                Some(token) if token.text == *wanted && !token.quoted => at += 1,
                Some(token) => {
                    let what = format!("'{}' stands where '{wanted}' is due", shortened(&token.text));
                    let wrong = Wrong::new(ErrorKind::Word, what, format!("write '{wanted}'"));
                    return Err(Miss { at, wrong, wanted: Some(wanted) });
                }
                None => {
                    let what = format!("the line ends where '{wanted}' is due");
                    let wrong = Wrong::new(ErrorKind::Word, what, format!("write '{wanted}'"));
                    return Err(Miss { at, wrong, wanted: Some(wanted) });
                }
            },
            Part::Slot(slot) => match slot.read(&tokens[at..], names, plan) {
                Ok((value, taken)) => {
                    values.push(value);
                    at += taken;
                }
                Err(wrong) => return Err(Miss { at, wrong, wanted: None }),
            },
        }
    }
    Ok(at)
}

/// Takes the values of a sentence in the order of its slots. That they are what is asked for is the grammar's to see to:
/// each sentence has an example, and a test reads them all.
macro_rules! takes {
    ($($name:ident: $variant:ident => $kind:ty;)*) => {
        impl Found {
            $(pub(crate) fn $name(&mut self) -> $kind {
                match self.values.remove(0) {
                    Value::$variant(value) => value,
                    other => unreachable!("bug: the grammar gives {other:?} where {} is asked for", stringify!($variant)),
                }
            })*
        }
    };
}

takes! {
    member: Member => domain::MemberId;
    institution: Institution => domain::InstitutionId;
    party: Party => Option<crate::names::Party>;
    payment: Payment => usize;
    payments: Payments => Vec<usize>;
    drawing: Drawing => usize;
    calendar: Calendar => domain::CalendarId;
    new_name: New => String;
    text: Text => String;
    money: Money => crate::slot::Money;
    rate: Rate => money::Rate;
    currency: Currency => domain::CurrencyId;
    code: Code => money::CurrencyCode;
    count: Count => u64;
    date: Date => domain::Date;
    dates: Dates => Vec<domain::Date>;
    time: Time => u32;
    stage: Stage => domain::event::Stage;
    purpose: Purpose => domain::plan::Purpose;
    purposes: Purposes => Vec<domain::plan::Purpose>;
    step: Step => domain::plan::DayStep;
    state: State => domain::PaymentState;
    leg_state: LegState => domain::payment::LegState;
    account: Account => domain::AccountKind;
    refusal: Refusal => domain::Refusal;
    outcome: Outcome => domain::event::DisputeOutcome;
    due: Due => crate::words::Due;
}

impl Found {
    /// A rulebook, and whether it is a file.
    pub(crate) fn rulebook(&mut self) -> (String, bool) {
        match self.values.remove(0) {
            Value::Rulebook { name, is_file } => (name, is_file),
            other => unreachable!("bug: the grammar gives {other:?} where a rulebook is asked for"),
        }
    }

    /// What a clause says, if it is there.
    pub(crate) fn clause(&mut self, name: &str) -> Option<Found> {
        let place = self.clauses.iter().position(|(known, _)| known == name)?;
        let (_, values) = self.clauses.remove(place);
        Some(Found { values, clauses: Vec::new() })
    }

    /// Whether a clause is there.
    pub(crate) fn says(&mut self, name: &str) -> bool {
        self.clause(name).is_some()
    }
}
