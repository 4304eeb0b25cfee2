//! What cannot be, once all lines are known: whatever is expected of a member that never joins; a refusal where no command
//! came before; a refusal of a payment that is not the last command.

use super::Reading;
use super::expectations::members_of;
use crate::error::{ErrorKind, Wrong};
use crate::script::{Act, Expectation, Line};

/// Lines with what is wrong with them.
pub(super) fn impossible(reading: &Reading<'_>, lines: &[Line]) -> Vec<(usize, Wrong)> {
    let mut found = Vec::new();
    let mut commands = false;
    for line in lines {
        match &line.act {
            Act::Do(_) => commands = true,
            Act::On(_) | Act::At(_) | Act::Everybody(_) => {}
            Act::Expect(expectation) => {
                let outside = members_of(expectation, reading)
                    .into_iter()
                    .find(|member| !reading.names.members[member.index()].joins);
                if let Some(member) = outside {
                    let what =
                        format!("{} never joins: nothing can be expected of it", reading.names.member_code(member));
                    found.push((
                        line.number,
                        Wrong::new(ErrorKind::CannotBe, what, "let it join, or take the line out"),
                    ));
                }
                if matches!(expectation, Expectation::Refused { payment: None, .. }) && !commands {
                    let what = "no command came before that could have been refused";
                    found.push((line.number, Wrong::new(ErrorKind::CannotBe, what, "put it right after the command")));
                }
            }
        }
    }
    found
}
