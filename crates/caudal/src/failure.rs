//! How a command fails: one line on stderr, `error[CODE]: what; where; what to do`, and an exit code.

use crate::output;
use engine::{Ended, OpenFault, SubmitFault};
use journal::JournalFault;
use lab::driver::RunFault;
use lab::scenario_error::ScenarioError;
use node::NodeFault;
use payloads::{NotErased, PayloadFault, PayloadRefusal, Problem};
use std::fmt::Display;

/// How a command ended. The numbers are fixed: scripts rely on them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Exit {
    /// Done.
    Done,
    /// A check said no.
    CheckSaidNo,
    /// Wrong use of the command line.
    WrongUse,
    /// Wrong data: a CSV or TOML file.
    WrongData,
    /// Configuration or connection.
    Configuration,
    /// Storage or integrity.
    Storage,
    /// A bug of this program.
    Bug,
}

impl Exit {
    /// The exit of a number that a crate below gave.
    pub(crate) fn of_code(code: u8) -> Exit {
        let all = [Exit::Done, Exit::CheckSaidNo, Exit::WrongUse, Exit::WrongData, Exit::Configuration, Exit::Storage];
        all.into_iter().find(|exit| exit.code() == code).expect("bug: an exit code that nobody documents")
    }

    /// The number that the shell sees.
    pub(crate) const fn code(self) -> u8 {
        match self {
            Exit::Done => 0,
            Exit::CheckSaidNo => 1,
            Exit::WrongUse => 2,
            Exit::WrongData => 3,
            Exit::Configuration => 4,
            Exit::Storage => 5,
            Exit::Bug => 70,
        }
    }
}

/// Why a command could not do what it was asked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Failure {
    /// How the process ends.
    pub(crate) exit: Exit,
    /// The permanent code that programs compare.
    pub(crate) code: String,
    /// `what; where; what to do`.
    pub(crate) message: String,
    /// More of the same kind: a file may have several errors.
    more: Vec<Failure>,
}

impl Failure {
    pub(crate) fn new(exit: Exit, code: &str, message: impl Display) -> Failure {
        Failure { exit, code: code.to_owned(), message: one_line(&message.to_string()), more: Vec::new() }
    }

    /// A wrong use of the command line that its grammar does not catch.
    pub(crate) fn wrong_use(message: impl Display) -> Failure {
        Failure::new(Exit::WrongUse, "WRONG_USE", message)
    }

    fn followed_by(self, more: Vec<Failure>) -> Failure {
        Failure { more, ..self }
    }

    /// Tells it on stderr.
    pub(crate) fn report(&self) {
        output::tell(&format!("error[{}]: {}", self.code, self.message));
        self.more.iter().for_each(Failure::report);
    }
}

impl From<JournalFault> for Failure {
    fn from(fault: JournalFault) -> Failure {
        Failure::new(Exit::Storage, fault.code(), &fault)
    }
}

impl From<NodeFault> for Failure {
    fn from(fault: NodeFault) -> Failure {
        Failure::new(Exit::Storage, fault.code(), &fault)
    }
}

impl From<PayloadFault> for Failure {
    fn from(fault: PayloadFault) -> Failure {
        let exit = match fault.problem {
            Problem::HouseKeyFile | Problem::HouseKeyInsecure | Problem::HouseKeyWrong => Exit::Configuration,
            _ => Exit::Storage,
        };
        Failure::new(exit, fault.code(), &fault)
    }
}

impl From<PayloadRefusal> for Failure {
    fn from(refusal: PayloadRefusal) -> Failure {
        Failure::new(Exit::CheckSaidNo, refusal.code(), &refusal)
    }
}

impl From<NotErased> for Failure {
    fn from(not_erased: NotErased) -> Failure {
        match not_erased {
            NotErased::Refused { refusal, .. } => refusal.into(),
            NotErased::Fault(fault) => fault.into(),
        }
    }
}

impl From<OpenFault> for Failure {
    fn from(fault: OpenFault) -> Failure {
        Failure::new(Exit::Storage, fault.code(), &fault)
    }
}

impl From<Ended> for Failure {
    fn from(ended: Ended) -> Failure {
        Failure::new(Exit::Storage, ended.code(), &ended)
    }
}

impl From<SubmitFault> for Failure {
    fn from(fault: SubmitFault) -> Failure {
        Failure::new(Exit::Storage, fault.code(), &fault)
    }
}

impl From<ScenarioError> for Failure {
    fn from(error: ScenarioError) -> Failure {
        let exit = Exit::of_code(error.exit_code());
        match &error {
            // Each error of a rulebook file has its own place, and so its own line.
            ScenarioError::Rulebook(errors) => {
                let mut failures = errors.iter().map(|error| Failure::new(exit, error.kind.code(), error));
                let first = failures.next().expect("bug: a wrong rulebook without an error");
                first.followed_by(failures.collect())
            }
            _ => Failure::new(exit, error.code(), &error),
        }
    }
}

impl From<RunFault> for Failure {
    fn from(fault: RunFault) -> Failure {
        Failure::new(Exit::of_code(fault.exit_code()), fault.code(), &fault)
    }
}

impl From<audit::VerifyFault> for Failure {
    fn from(fault: audit::VerifyFault) -> Failure {
        Failure::new(Exit::Storage, fault.code(), &fault)
    }
}

/// A text without line ends and other control characters, so that it stays one line whatever a file or a name held.
pub(crate) fn one_line(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect()
}

/// Replaces what Rust prints on a panic: whoever sees it should know that it is not their doing, and where to report it.
pub(crate) fn report_bugs() {
    std::panic::set_hook(Box::new(|panic| {
        let payload = panic.payload();
        let said = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let said = said.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_default();
        let place = panic.location().map_or_else(String::new, ToString::to_string);
        Failure::new(
            Exit::Bug,
            "BUG",
            format!("this is a bug of the program: {said}; {place}; report it with the command that you gave"),
        )
        .report();
    }));
}
