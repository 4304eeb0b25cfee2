//! Ten questions that an auditor asks, in SQL (docs/read-tables.md shows each with an example of its answer).

use crate::reader::{Answer, QueryFault, Reader, Value};
use domain::Date;
use std::fmt;

/// A question with a name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Question {
    /// Its name.
    pub name: &'static str,
    /// What it asks.
    pub asks: &'static str,
    /// What may be said with it; each has a default.
    pub parameters: &'static [Parameter],
    /// The query. A parameter that nobody gave is NULL in it.
    pub sql: &'static str,
}

/// A parameter of a question.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Parameter {
    /// Its name, in the query after a colon.
    pub name: &'static str,
    /// What it may be.
    pub kind: Kind,
    /// What it means, and what holds where it is not given.
    pub meaning: &'static str,
}

/// What a parameter may be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A whole number from 0 on.
    Number,
    /// A date, `YYYY-MM-DD`.
    Date,
    /// A time in UTC, `YYYY-MM-DDTHH:MM:SSZ`.
    Time,
    /// A code or a name.
    Text,
}

impl Kind {
    /// The form in words.
    #[must_use]
    pub const fn form(self) -> &'static str {
        match self {
            Kind::Number => "a whole number",
            Kind::Date => "a date, YYYY-MM-DD",
            Kind::Time => "a time in UTC, YYYY-MM-DDTHH:MM:SSZ",
            Kind::Text => "a text",
        }
    }

    fn read(self, text: &str) -> Option<Value> {
        match self {
            Kind::Number => text.parse::<u32>().ok().map(|number| Value::Integer(i64::from(number))),
            Kind::Date => Date::parse(text).map(|_| Value::Text(text.to_owned())),
            Kind::Time => is_time(text).then(|| Value::Text(text.to_owned())),
            Kind::Text => Some(Value::Text(text.to_owned())),
        }
    }
}

/// Why a question cannot be put.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum WrongQuestion {
    /// There is no such question.
    Unknown {
        /// The name that was given.
        name: String,
    },
    /// It has no such parameter.
    NoParameter {
        /// The question.
        question: &'static str,
        /// The name that was given.
        name: String,
    },
    /// The value of a parameter is not of its kind.
    Value {
        /// The parameter.
        parameter: &'static Parameter,
        /// What was given.
        given: String,
    },
    /// The question was put, and failed.
    Query(QueryFault),
}

impl fmt::Display for WrongQuestion {
    /// `what; where; what to do`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WrongQuestion::Unknown { name } => {
                write!(f, "there is no question {name}; --query; `caudal tables --list` names them all")
            }
            WrongQuestion::NoParameter { question, name } => {
                write!(f, "{question} has no parameter {name}; --param; `caudal tables --list` names those it has")
            }
            WrongQuestion::Value { parameter, given } => {
                let (name, form) = (parameter.name, parameter.kind.form());
                write!(f, "{given} is no value of {name}; --param; give {form}")
            }
            WrongQuestion::Query(fault) => fault.fmt(f),
        }
    }
}

impl std::error::Error for WrongQuestion {}

const ARRANGEMENT: Parameter =
    Parameter { name: "arrangement", kind: Kind::Number, meaning: "Number of the arrangement; else 0, the first" };

const ANY_ARRANGEMENT: Parameter =
    Parameter { name: "arrangement", kind: Kind::Number, meaning: "Number of an arrangement; else all of them" };

macro_rules! sql {
    ($name:literal) => {
        include_str!(concat!("../sql/questions/", $name, ".sql"))
    };
}

/// The questions.
pub const QUESTIONS: [Question; 10] = [
    Question {
        name: "owed-at-close",
        asks: "Who owed whom at the close of a day?",
        parameters: &[
            ARRANGEMENT,
            Parameter {
                name: "date",
                kind: Kind::Date,
                meaning: "Business date, or the last closed before it; else the last",
            },
        ],
        sql: sql!("owed-at-close"),
    },
    Question {
        name: "net-of-member",
        asks: "Which payments made up the net of a member in a cycle?",
        parameters: &[
            ARRANGEMENT,
            Parameter {
                name: "cycle",
                kind: Kind::Number,
                meaning: "Number of a closed cycle; else the last with a net",
            },
            Parameter { name: "member", kind: Kind::Text, meaning: "Code of the member; else the one that owed most" },
        ],
        sql: sql!("net-of-member"),
    },
    Question {
        name: "refusals",
        asks: "What was refused, by which rule, and under which article?",
        parameters: &[Parameter {
            name: "code",
            kind: Kind::Text,
            meaning: "Code of a refusal, such as UETR_REUSED for references used again; else all",
        }],
        sql: sql!("refusals"),
    },
    Question {
        name: "longest-waits",
        asks: "Which payments waited longest in a queue, and why?",
        parameters: &[ANY_ARRANGEMENT, Parameter { name: "count", kind: Kind::Number, meaning: "How many; else 10" }],
        sql: sql!("longest-waits"),
    },
    Question {
        name: "limit-in-force",
        asks: "Which limits were in force at a time, and who had set them?",
        parameters: &[
            ARRANGEMENT,
            Parameter { name: "time", kind: Kind::Time, meaning: "The time; else that of the last event" },
            Parameter { name: "member", kind: Kind::Text, meaning: "Code of the member whose limits; else all" },
        ],
        sql: sql!("limit-in-force"),
    },
    Question {
        name: "returns",
        asks: "What was given back, and of which payments?",
        parameters: &[],
        sql: sql!("returns"),
    },
    Question {
        name: "approvals",
        asks: "Which acts took two persons, and who were they?",
        parameters: &[Parameter {
            name: "event",
            kind: Kind::Text,
            meaning: "Name of a type of event, such as RulebookAdopted; else all but refused commands",
        }],
        sql: sql!("approvals"),
    },
    Question {
        name: "hard-currency",
        asks: "How much hard currency did each member pay in each month?",
        parameters: &[ARRANGEMENT],
        sql: sql!("hard-currency"),
    },
    Question {
        name: "not-final-on-value-date",
        asks: "Which payments were not final on their value date?",
        parameters: &[],
        sql: sql!("not-final-on-value-date"),
    },
    Question {
        name: "trial-balance",
        asks: "Does every book balance in every currency?",
        parameters: &[Parameter {
            name: "through",
            kind: Kind::Number,
            meaning: "Number of an event: the balances after it; else those of now",
        }],
        sql: sql!("trial-balance"),
    },
];

/// The question of a name.
///
/// # Errors
/// [`WrongQuestion::Unknown`].
pub fn question(name: &str) -> Result<&'static Question, WrongQuestion> {
    let found = QUESTIONS.iter().find(|question| question.name == name);
    found.ok_or_else(|| WrongQuestion::Unknown { name: name.to_owned() })
}

impl Question {
    /// Puts the question, with parameters by name.
    ///
    /// # Errors
    /// [`WrongQuestion`].
    pub fn ask(&self, reader: &Reader, given: &[(String, String)]) -> Result<Answer, WrongQuestion> {
        let mut values = Vec::with_capacity(given.len());
        for (name, text) in given {
            let parameter = self.parameters.iter().find(|parameter| parameter.name == name);
            let parameter =
                parameter.ok_or_else(|| WrongQuestion::NoParameter { question: self.name, name: name.clone() })?;
            let value = parameter.kind.read(text);
            let value = value.ok_or_else(|| WrongQuestion::Value { parameter, given: text.clone() })?;
            values.push((format!(":{name}"), value));
        }
        let values: Vec<(&str, Value)> = values.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
        reader.query(self.sql, &values).map_err(WrongQuestion::Query)
    }
}

/// `YYYY-MM-DDTHH:MM:SSZ`.
fn is_time(text: &str) -> bool {
    let Some((date, time)) = text.split_once('T') else { return false };
    let Some(time) = time.strip_suffix('Z') else { return false };
    let parts: Vec<&str> = time.split(':').collect();
    let below = |part: &str, bound: u32| part.len() == 2 && part.parse::<u32>().is_ok_and(|number| number < bound);
    Date::parse(date).is_some()
        && matches!(parts[..], [hour, minute, second] if below(hour, 24) && below(minute, 60) && below(second, 60))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn each_parameter_of_a_query_is_described_and_the_other_way_round() {
        for question in QUESTIONS {
            let words =
                question.sql.split(|character: char| !(character.is_ascii_alphanumeric() || "_:".contains(character)));
            let used: BTreeSet<&str> = words.filter_map(|word| word.strip_prefix(':')).collect();
            let described: BTreeSet<&str> = question.parameters.iter().map(|parameter| parameter.name).collect();
            assert_eq!(used, described, "{}", question.name);
            assert!(question.asks.ends_with('?'), "{}", question.name);
        }
    }

    #[test]
    fn values_that_are_not_of_their_kind_are_refused() {
        for (kind, good, bad) in [
            (Kind::Number, "7", &["", "-1", "1.5", "x", "4294967296"][..]),
            (Kind::Date, "2024-02-29", &["2023-02-29", "today", "2024-2-29", ""][..]),
            (Kind::Time, "2024-02-29T23:59:59Z", &["2024-02-29", "2024-02-29T24:00:00Z", "2024-02-29T23:59Z"][..]),
            (Kind::Text, "", &[][..]),
        ] {
            assert!(kind.read(good).is_some(), "{good}");
            for text in bad {
                assert_eq!(kind.read(text), None, "{text}");
            }
        }
    }
}
