//! What a run says aloud about its data: nothing is left out, carried forward or assumed in silence.

use std::fmt;

use domain::Date;
use money::{CurrencyCode, format_minor};

use crate::region::CountryCode;

/// One thing to be said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// Rows with codes of other countries or currencies were passed over.
    OutsideRegion {
        /// The file.
        file: String,
        /// How many rows.
        row_count: u64,
        /// Their codes, each once, in order.
        codes: Vec<String>,
    },
    /// Rows that say again what another row said.
    IdenticalRows {
        /// The file.
        file: String,
        /// How many rows.
        row_count: u64,
        /// The first of them.
        first_line: u64,
    },
    /// Countries whose imports of the year nobody reported: left out with their exports.
    NoImports {
        /// The year.
        year: i32,
        /// The countries, in order.
        countries: Vec<CountryCode>,
        /// What they exported to the others, in cents of the dollar.
        exports_usd_cents: u64,
    },
    /// Flows between countries of one member: they need no clearing house.
    WithinMember {
        /// The member's code.
        member: String,
        /// How many flows.
        flow_count: u64,
        /// Their annual value, in cents of the dollar.
        usd_cents: u64,
    },
    /// There is no trade file: annual flows are a model's.
    Gravity {
        /// What the flows add up to, in cents of the dollar.
        usd_cents: u64,
        /// The year of that total.
        year: i32,
    },
    /// There is no rate file: one rounded rate per currency, the same every day.
    RegionRates,
    /// A currency without a rate on a business day: its member is left out of the whole run.
    NoRate {
        /// The member's code.
        member: String,
        /// The currency; none where the region file has none for that day.
        currency: Option<CurrencyCode>,
        /// The first business day without.
        first: Date,
        /// How many business days are without.
        day_count: u64,
    },
    /// Countries without a row in the holidays of a year: closed at weekends only.
    NoHolidays {
        /// The year.
        year: i32,
        /// The countries, in order.
        countries: Vec<CountryCode>,
    },
    /// Flows without a day on which both ends are open.
    NoCommonDay {
        /// How many flows.
        flow_count: u64,
    },
    /// Flows too small for a ticket of their own: their value is spread over the others.
    WithoutTicket {
        /// How many flows.
        flow_count: u64,
        /// Their value in the window, in cents of the dollar.
        usd_cents: u64,
    },
}

impl Notice {
    /// The permanent code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Notice::OutsideRegion { .. } => "OUTSIDE_REGION",
            Notice::IdenticalRows { .. } => "IDENTICAL_ROWS",
            Notice::NoImports { .. } => "NO_IMPORTS",
            Notice::WithinMember { .. } => "WITHIN_MEMBER",
            Notice::Gravity { .. } => "GRAVITY",
            Notice::RegionRates => "REGION_RATES",
            Notice::NoRate { .. } => "NO_RATE",
            Notice::NoHolidays { .. } => "NO_HOLIDAYS",
            Notice::NoCommonDay { .. } => "NO_COMMON_DAY",
            Notice::WithoutTicket { .. } => "WITHOUT_TICKET",
        }
    }
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Notice::OutsideRegion { file, row_count, codes } => {
                let rows = counted(*row_count, "row");
                write!(f, "{file}: skipped {rows} with codes outside the region ({})", listed(codes))
            }
            Notice::IdenticalRows { file, row_count, first_line } => {
                let rows = counted(*row_count, "repeated row");
                write!(f, "{file}: {rows} counted once (the first repetition is on line {first_line})")
            }
            Notice::NoImports { year, countries, exports_usd_cents } => {
                let exports = usd(*exports_usd_cents);
                write!(f, "no row as importer in {year}, left out with their exports of USD {exports}: ")?;
                f.write_str(&listed(countries))
            }
            Notice::WithinMember { member, flow_count, usd_cents } => {
                let flows = counted(*flow_count, "flow");
                write!(f, "left out {flows} within one member ({member}): USD {} a year", usd(*usd_cents))
            }
            Notice::Gravity { usd_cents, year } => {
                write!(f, "no trade file: flows from a gravity model, scaled to {year}'s USD {}", usd(*usd_cents))
            }
            Notice::RegionRates => {
                f.write_str("no rate file: one rounded rate per currency from the region file, the same every day")
            }
            Notice::NoRate { member, currency, first, day_count } => {
                let currency = currency.map_or_else(|| "no currency".to_owned(), |code| format!("no rate of {code}"));
                let days = counted(*day_count, "business day");
                write!(f, "{member} is left out of the run: {currency} on {days}, first on {first}")
            }
            Notice::NoHolidays { year, countries } => {
                write!(f, "no holidays of {year}, closed at weekends only: {}", listed(countries))
            }
            Notice::NoCommonDay { flow_count } => {
                let flows = counted(*flow_count, "flow");
                write!(f, "left out {flows} without a day in a whole year on which both ends are open")
            }
            Notice::WithoutTicket { flow_count, usd_cents } => {
                let (flows, value) = (counted(*flow_count, "flow"), usd(*usd_cents));
                write!(f, "{flows} too small for a ticket: USD {value} spread over the others")
            }
        }
    }
}

/// A number of things, in the singular where there is one.
fn counted(count: u64, thing: &str) -> String {
    if count == 1 { format!("1 {thing}") } else { format!("{count} {thing}s") }
}

fn usd(cents: u64) -> String {
    format_minor(i128::from(cents), 2)
}

/// The items, separated by spaces; all but the first thirty-three as a number.
fn listed<T: fmt::Display>(items: &[T]) -> String {
    const MOST: usize = 33;
    let mut text = items.iter().take(MOST).map(T::to_string).collect::<Vec<_>>().join(" ");
    if items.len() > MOST {
        text.push_str(&format!(" and {} more", items.len() - MOST));
    }
    text
}

/// What is to be said of a run, in the order in which it came up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Notices {
    list: Vec<Notice>,
}

impl Notices {
    /// Nothing to say yet.
    #[must_use]
    pub fn new() -> Notices {
        Notices::default()
    }

    /// One thing more to say.
    pub fn say(&mut self, notice: Notice) {
        self.list.push(notice);
    }

    /// What there is to say.
    pub fn iter(&self) -> impl Iterator<Item = &Notice> {
        self.list.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_is_one_sentence_with_its_figures() {
        let code = |text: &str| CountryCode::parse(text).unwrap();
        let left_out =
            Notice::NoImports { year: 2020, countries: vec![code("CUB"), code("VEN")], exports_usd_cents: 123_456 };
        assert_eq!(
            left_out.to_string(),
            "no row as importer in 2020, left out with their exports of USD 1234.56: CUB VEN"
        );
        let many = Notice::OutsideRegion {
            file: "world.csv".to_owned(),
            row_count: 40,
            codes: (0..40).map(|n| format!("X{n:02}")).collect(),
        };
        assert!(many.to_string().ends_with("X32 and 7 more)"), "{many}");
        let one = Notice::WithoutTicket { flow_count: 1, usd_cents: 5 };
        assert_eq!(one.to_string(), "1 flow too small for a ticket: USD 0.05 spread over the others");
    }
}
