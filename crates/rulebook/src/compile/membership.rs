//! How members leave.

use crate::schema::Rulebook;
use domain::membership::ExitRule;

/// The rule of leaving; none where the rulebook says nothing of it: a member that is flat leaves as it likes.
pub(super) fn exit(rulebook: &Rulebook) -> Option<ExitRule> {
    rulebook.exit.as_ref().map(|exit| ExitRule { notice_months: exit.notice_months.to_u8() })
}
