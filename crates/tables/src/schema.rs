//! The tables by name, and the SQL that makes them and the views over them (`sql/tables.sql`, `sql/views.sql`).

/// `CDLT` as a number: marks the file as read tables, for this program and for file(1).
pub(crate) const APPLICATION_ID: i64 = 0x4344_4c54;

/// Version of the tables. Any change of `sql/tables.sql`, of a view, or of what a column means raises it: older files are
/// made anew, never converted.
pub(crate) const VERSION: i64 = 1;

/// The text that makes the tables.
pub const TABLES_SQL: &str = include_str!("../sql/tables.sql");

/// The text that makes the views. Where it says `AMOUNT[minor | currency]`, `TIME[us]`, `DAY[day]` or `MINUS[minor]`, the
/// views in a file have the expression that makes an amount with its decimals, a time, a date, or the negative of a number.
pub const VIEWS_SQL: &str = include_str!("../sql/views.sql");

macro_rules! tables {
    ($($variant:ident = $name:literal),+ $(,)?) => {
        /// A table whose rows come from events. The number is part of the hash of its rows.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
        #[repr(u8)]
        pub(crate) enum Table { $($variant),+ }

        impl Table {
            pub(crate) const ALL: &'static [Table] = &[$(Table::$variant),+];

            pub(crate) const fn name(self) -> &'static str {
                match self { $(Table::$variant => $name),+ }
            }
        }
    };
}

tables! {
    EventType = "event_type",
    PaymentState = "payment_state",
    LegState = "leg_state",
    RefusalReason = "refusal_reason",
    Actor = "actor",
    Event = "event",
    Approval = "approval",
    Currency = "currency",
    Calendar = "calendar",
    CalendarChange = "calendar_change",
    Member = "member",
    Institution = "institution",
    Rulebook = "rulebook",
    Article = "article",
    Arrangement = "arrangement",
    MembershipChange = "membership_change",
    MemberTerm = "member_term",
    OperatorAct = "operator_act",
    LimitSetting = "limit_setting",
    PrefundingMovement = "prefunding_movement",
    UnitValue = "unit_value",
    ReportedPosition = "reported_position",
    Entry = "entry",
    Drawing = "drawing",
    DrawingInstalment = "drawing_instalment",
    Rate = "rate",
    Fixing = "fixing",
    FixingRate = "fixing_rate",
    Day = "day",
    DayStep = "day_step",
    DayPair = "day_pair",
    Payment = "payment",
    PaymentHold = "payment_hold",
    PaymentPrice = "payment_price",
    PaymentReturn = "payment_return",
    PayoutFailure = "payout_failure",
    Dispute = "dispute",
    Refusal = "refusal",
    Run = "run",
    RunShort = "run_short",
    PendingCancel = "pending_cancel",
    Queue = "queue",
    Cycle = "cycle",
    Position = "position",
    PairFigure = "pair_figure",
    Interest = "interest",
    Net = "net",
    FxResult = "fx_result",
    SettlementLeg = "settlement_leg",
    LegRest = "leg_rest",
    Transfer = "transfer",
    Account = "account",
    StateCount = "state_count",
}

impl Table {
    pub(crate) const fn number(self) -> u8 {
        self as u8
    }

    pub(crate) const fn index(self) -> usize {
        self as usize
    }
}

/// Each `CREATE …` of a text, with the name of what it makes.
pub(crate) fn statements(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split(";\n").map(str::trim).filter(|statement| !statement.is_empty()).map(|statement| {
        // `CREATE TABLE name (…` or `CREATE VIEW name AS…`
        (statement.split_whitespace().nth(2).unwrap_or_default(), statement)
    })
}

/// Everything that tables of this version hold, by name and as created.
pub(crate) fn objects() -> impl Iterator<Item = (&'static str, String)> {
    statements(TABLES_SQL).chain(statements(VIEWS_SQL)).map(|(name, sql)| (name, expanded(sql)))
}

/// A statement with its abbreviations written out.
fn expanded(sql: &str) -> String {
    let mut text = sql.to_owned();
    for (word, expression) in
        [("AMOUNT[", amount as fn(&str) -> String), ("TIME[", time), ("DAY[", day), ("MINUS[", minus)]
    {
        while let Some(start) = text.find(word) {
            let end = start + text[start..].find(']').expect("bug: an abbreviation without an end");
            let argument = &text[start + word.len()..end];
            text = format!("{}{}{}", &text[..start], expression(argument), &text[end + 1..]);
        }
    }
    text
}

/// An amount in minor units with the decimals of its currency, as text. Works on the digits, so that it is exact for
/// amounts of any size.
fn amount(argument: &str) -> String {
    let (minor, currency) = argument.split_once(" | ").expect("bug: an amount without a currency");
    let decimals = format!("{currency}.minor_decimals");
    let digits = format!("ltrim({minor}, '-')");
    let padded = format!("substr('00000', 1, max({decimals} + 1 - length({digits}), 0)) || {digits}");
    format!(
        "iif({minor} < 0 OR substr({minor}, 1, 1) = '-', '-', '') || CASE {decimals} WHEN 0 THEN {digits} ELSE \
         substr({padded}, 1, max(length({digits}), {decimals} + 1) - {decimals}) || '.' || substr({padded}, -{decimals}) END"
    )
}

/// Microseconds since 1970-01-01 UTC as text.
fn time(us: &str) -> String {
    format!("strftime('%Y-%m-%dT%H:%M:%S', {us} / 1000000, 'unixepoch') || printf('.%06dZ', {us} % 1000000)")
}

/// Days since 1970-01-01 as text.
fn day(days: &str) -> String {
    format!("date({days} * 86400, 'unixepoch')")
}

/// The negative of a whole number, which is text where it is beyond 64 bits.
fn minus(number: &str) -> String {
    format!(
        "CASE WHEN typeof({number}) = 'integer' THEN -{number} WHEN substr({number}, 1, 1) = '-' THEN \
         substr({number}, 2) ELSE '-' || {number} END"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_list_of_tables_is_that_of_the_sql_but_for_the_two_that_describe_it() {
        let in_sql: BTreeSet<&str> = statements(TABLES_SQL).map(|(name, _)| name).collect();
        let listed: BTreeSet<&str> = Table::ALL.iter().map(|table| table.name()).chain(["head", "content"]).collect();
        assert_eq!(in_sql, listed);
        assert!(objects().all(|(_, sql)| sql.starts_with("CREATE TABLE ") || sql.starts_with("CREATE VIEW ")));
    }

    #[test]
    fn no_table_holds_a_floating_number() {
        for (name, sql) in statements(TABLES_SQL) {
            assert!(sql.contains("STRICT"), "{name} takes any type");
            assert!(!sql.contains("REAL"), "{name}");
        }
    }
}
