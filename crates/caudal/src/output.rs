//! Standard output, where results go, and stderr for everything else.

use crate::failure::{Exit, Failure};
use std::io::{ErrorKind, Write};

/// Prints a result and a line end after it, if it has none.
///
/// A reader that has left (`caudal … | head`) has what it wanted.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let end = if text.ends_with('\n') { "" } else { "\n" };
    let mut stdout = std::io::stdout().lock();
    let printed = write!(stdout, "{text}{end}").and_then(|()| stdout.flush());
    match printed {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            let message =
                format!("the result cannot be printed: {error}; standard output; free space there, or print elsewhere");
            Err(Failure::new(Exit::Storage, "OUTPUT_FAILED", message))
        }
        _ => Ok(()),
    }
}

/// Tells a line on stderr at once. If nobody can hear it, the work goes on: its result does not depend on it.
pub(crate) fn tell(line: &str) {
    let mut stderr = std::io::stderr().lock();
    drop(stderr.write_all(format!("{line}\n").as_bytes()).and_then(|()| stderr.flush()));
}
