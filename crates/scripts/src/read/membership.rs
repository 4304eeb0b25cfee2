//! Lines about membership, acts of the operator, completion and arrears.

use super::Reading;
use super::instructions::{amount, in_asset};
use crate::error::{ErrorKind, Wrong};
use crate::membership::{ArrearsIn, MemberWord, Membership, OperatorAct, Rest};
use crate::pattern::Found;
use crate::script::{Act, Expectation, Instruction};
use domain::plan::Netting;

type Built = Result<Option<Act>, Wrong>;

/// Longer than any day is made: the engine has its own maximum.
const MINUTES_MAX: u64 = 24 * 60;

fn says(word: MemberWord) -> Built {
    Ok(Some(Act::Do(Instruction::Says(word))))
}

fn acts(found: &mut Found, act: OperatorAct) -> Built {
    Ok(Some(Act::Do(Instruction::Operator { act, reason: found.text() })))
}

fn expected(membership: Membership) -> Built {
    Ok(Some(Act::Expect(Expectation::Membership(membership))))
}

pub(crate) fn notice(_: &mut Reading<'_>, found: &mut Found) -> Built {
    says(MemberWord::Notice { member: found.member(), from: found.date() })
}

pub(crate) fn no_notice(_: &mut Reading<'_>, found: &mut Found) -> Built {
    says(MemberWord::NoticeWithdrawn(found.member()))
}

pub(crate) fn purposes(_: &mut Reading<'_>, found: &mut Found) -> Built {
    let (member, purposes) = (found.member(), found.purposes());
    says(MemberWord::Purposes { member, purposes, from: found.clause("from").map(|mut clause| clause.date()) })
}

pub(crate) fn stage(_: &mut Reading<'_>, found: &mut Found) -> Built {
    let (member, stage, from) = (found.member(), found.stage(), found.date());
    says(MemberWord::Stage { member, stage, payout_at_clearing: found.says("paying out at clearing"), from })
}

pub(crate) fn consent(_: &mut Reading<'_>, found: &mut Found) -> Built {
    says(MemberWord::EntryConsent { member: found.member(), given: true })
}

pub(crate) fn no_consent(_: &mut Reading<'_>, found: &mut Found) -> Built {
    says(MemberWord::EntryConsent { member: found.member(), given: false })
}

pub(crate) fn extend(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    let (step, minutes) = (found.step(), found.count());
    if !reading.plan().day.steps.iter().any(|(known, _)| *known == step) {
        let what = "the day of the rulebook has no such step";
        return Err(Wrong::new(ErrorKind::CannotBe, what, "take one of its [day.steps]"));
    }
    let by_s = u32::try_from(minutes.min(MINUTES_MAX) * 60).expect("bug: a day has too many seconds");
    acts(found, OperatorAct::Extend { step, by_s })
}

pub(crate) fn declare_closed(_: &mut Reading<'_>, found: &mut Found) -> Built {
    let date = found.date();
    acts(found, OperatorAct::Holiday { date, closed: true })
}

pub(crate) fn declare_open(_: &mut Reading<'_>, found: &mut Found) -> Built {
    let date = found.date();
    acts(found, OperatorAct::Holiday { date, closed: false })
}

pub(crate) fn move_settlement(_: &mut Reading<'_>, found: &mut Found) -> Built {
    let (closed, to) = (found.date(), found.date());
    acts(found, OperatorAct::MoveSettlement { closed, to })
}

pub(crate) fn skip_run(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    with_queue(reading)?;
    acts(found, OperatorAct::Run { now: false })
}

pub(crate) fn run_now(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    with_queue(reading)?;
    acts(found, OperatorAct::Run { now: true })
}

fn with_queue(reading: &Reading<'_>) -> Result<(), Wrong> {
    match reading.plan().queue {
        Some(_) => Ok(()),
        None => Err(Wrong::new(ErrorKind::CannotBe, "the rulebook has no queue", "take the line out")),
    }
}

pub(crate) fn complete(_: &mut Reading<'_>, found: &mut Found) -> Built {
    let closed = found.date();
    acts(found, OperatorAct::Complete { closed })
}

/// Whose part, of which cycle; where netting is bilateral, also towards whom.
fn rest(reading: &Reading<'_>, found: &mut Found, other: &str) -> Result<(Rest, i128), Wrong> {
    let member = found.member();
    let minor = in_asset(reading, found.money())?;
    let counterparty = found.clause(other).map(|mut clause| clause.member());
    if counterparty.is_some() && reading.plan().cycle.netting == Netting::Multilateral {
        let what = "under multilateral netting a member pays to all, and is paid by all";
        return Err(Wrong::new(ErrorKind::CannotBe, what, format!("leave out '{other}'")));
    }
    let closed = found.clause("closed").map(|mut clause| clause.date());
    Ok((Rest { member, counterparty, closed }, minor))
}

pub(crate) fn arrears_in(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    let (of, minor) = rest(reading, found, "to")?;
    Ok(Some(Act::Do(Instruction::Arrears(ArrearsIn { of, amount: amount(minor) }))))
}

pub(crate) fn arrears(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    let (of, minor) = rest(reading, found, "to")?;
    expected(Membership::Arrears { of, minor })
}

pub(crate) fn rest_claim(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    let (of, minor) = rest(reading, found, "from")?;
    expected(Membership::RestClaim { of, minor })
}

pub(crate) fn has_notice(_: &mut Reading<'_>, found: &mut Found) -> Built {
    expected(Membership::Notice { member: found.member(), from: Some(found.date()) })
}

pub(crate) fn has_no_notice(_: &mut Reading<'_>, found: &mut Found) -> Built {
    expected(Membership::Notice { member: found.member(), from: None })
}

pub(crate) fn leaving(_: &mut Reading<'_>, found: &mut Found) -> Built {
    expected(Membership::Leaving(found.member()))
}

pub(crate) fn has_left(_: &mut Reading<'_>, found: &mut Found) -> Built {
    expected(Membership::Out(found.member()))
}

pub(crate) fn is_at_stage(_: &mut Reading<'_>, found: &mut Found) -> Built {
    expected(Membership::Stage { member: found.member(), stage: found.stage() })
}
