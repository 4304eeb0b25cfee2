//! Debts and liquidity, from their files to an instance in one order, whatever the order of rows.

use super::amounts;
use super::due::{self, DueForm};
use super::identifiers::Identifiers;
use super::names::{Interner, Names};
use super::queue::require_no_duplicate;
use super::table_file::{Cells, Named, TableFile, shown};
use crate::failure::Failure;
use certify::set_off::{Instance, Obligation};
use clearing::set_off::PARTICIPANT_MAX_MINOR;
use std::borrow::Cow;
use std::path::Path;

/// Debts and what their numbers stand for.
pub(crate) struct Debts {
    /// Obligations by due date, then identifier; participants by name.
    pub(crate) instance: Instance,
    pub(crate) participants: Names,
    ids: Identifiers,
    /// Row of each obligation; empty if it is the obligation's own place.
    rows: Vec<u32>,
    /// By row; empty if the file has no such column.
    dues: Vec<i64>,
    due_form: Option<DueForm>,
}

/// What is read of the file of debts.
struct Rows {
    obligations: Vec<Obligation>,
    ids: Identifiers,
    dues: Vec<i64>,
    due_form: Option<DueForm>,
}

/// Reads debts, and liquidity if there is any.
pub(crate) fn read(obligations: &Path, liquidity: Option<&Path>, price_of_liquidity: i64) -> Result<Debts, Failure> {
    let (mut names, mut totals) = (Interner::default(), Totals::default());
    let rows = read_obligations(obligations, &mut names, &mut totals)?;
    let liquidity = liquidity.map(|path| {
        let mut all = 0_i128;
        amounts::read_liquidity(path, &mut names, |cells, column, participant, amount| {
            all += i128::from(amount);
            if all > PARTICIPANT_MAX_MINOR.into() {
                return Err(too_large(cells, column, "all liquidity", all));
            }
            totals.add(cells, column, participant, amount)
        })
    });
    let liquidity = liquidity.transpose()?.filter(|liquidity| !liquidity.is_empty()).unwrap_or_default();
    let participants = names.into_names();
    let mut by_place = vec![0; if liquidity.is_empty() { 0 } else { participants.len() }];
    liquidity.into_iter().for_each(|(number, amount)| by_place[participants.place(number) as usize] = amount);
    Ok(in_order(rows, participants, by_place, price_of_liquidity))
}

/// What participants owe, are owed and may inject, together: so much can be added up in 64 bits with room to spare.
#[derive(Default)]
struct Totals(Vec<i128>);

impl Totals {
    fn add(&mut self, cells: &Cells<'_>, column: Named, participant: u32, amount: i64) -> Result<(), Failure> {
        let place = participant as usize;
        if place >= self.0.len() {
            self.0.resize(place + 1, 0);
        }
        self.0[place] += i128::from(amount);
        if self.0[place] <= PARTICIPANT_MAX_MINOR.into() {
            return Ok(());
        }
        Err(too_large(cells, column, "debts, claims and liquidity of one participant", self.0[place]))
    }
}

fn too_large(cells: &Cells<'_>, column: Named, what: &str, total: i128) -> Failure {
    let what = format!("up to here {what} come to {total}, at most {PARTICIPANT_MAX_MINOR} can be added up");
    cells.wrong("CSV_TOO_LARGE", column, &what, "use larger units, or split the file")
}

fn read_obligations(path: &Path, names: &mut Interner, totals: &mut Totals) -> Result<Rows, Failure> {
    let mut table = TableFile::open(path)?;
    let [debtor, creditor, amount] = table.required(["debtor", "creditor", "amount"])?;
    let (id, class, due) = (table.optional("id")?, table.optional("class")?, table.optional("due")?);
    let mut rows = Rows { obligations: Vec::new(), ids: Identifiers::default(), dues: Vec::new(), due_form: None };
    while let Some(cells) = table.next()? {
        if rows.ids.len() == u32::MAX / 4 {
            let what = "there are more rows than can be numbered";
            return Err(cells.wrong("CSV_TOO_MANY_ROWS", debtor, what, "split the file"));
        }
        rows.ids.push(id.map(|id| cells.text(id)).transpose()?, cells.line());
        let parties = (names.number(cells.participant(debtor)?), names.number(cells.participant(creditor)?));
        if parties.0 == parties.1 {
            let what = format!("{} would owe to itself", shown(cells.text(debtor)?));
            return Err(cells.wrong("CSV_SELF_DEBT", creditor, &what, "name two parties, or remove the row"));
        }
        let found = cells.amount(amount, 1)?;
        totals.add(&cells, amount, parties.0, found)?;
        totals.add(&cells, amount, parties.1, found)?;
        let class = cells.class(class)?;
        rows.obligations.push(Obligation { debtor: parties.0, creditor: parties.1, amount: found, class });
        if let Some(due) = due {
            rows.dues.push(read_due(&cells, due, &mut rows.due_form)?);
        }
    }
    require_no_duplicate(&rows.ids, table.name())?;
    Ok(rows)
}

fn read_due(cells: &Cells<'_>, column: Named, form: &mut Option<DueForm>) -> Result<i64, Failure> {
    let text = cells.text(column)?;
    if text.is_empty() {
        return Ok(due::NEVER);
    }
    match due::parse(text) {
        Some((due, found)) if form.is_none_or(|form| form == found) => {
            *form = Some(found);
            Ok(due)
        }
        Some(_) => {
            let what = format!("due dates are given in two ways: found {}", shown(text));
            Err(cells.wrong("CSV_DATE", column, &what, "give all as YYYY-MM-DD, or all as whole numbers"))
        }
        None => {
            let what = format!("this is not a due date: found {}", shown(text));
            Err(cells.wrong("CSV_DATE", column, &what, "give YYYY-MM-DD, or a whole number, or nothing"))
        }
    }
}

fn in_order(rows: Rows, participants: Names, liquidity: Vec<i64>, price_of_liquidity: i64) -> Debts {
    let Rows { mut obligations, ids, dues, due_form } = rows;
    for obligation in &mut obligations {
        obligation.debtor = participants.place(obligation.debtor);
        obligation.creditor = participants.place(obligation.creditor);
    }
    let due = |row: u32| dues.get(row as usize).copied().unwrap_or(due::NEVER);
    let compare = |one: u32, other: u32| due(one).cmp(&due(other)).then_with(|| ids.compare(one, other));
    let mut order = Vec::new();
    if (1..ids.len()).any(|row| compare(row - 1, row).is_gt()) {
        order = (0..ids.len()).collect();
        order.sort_by(|one, other| compare(*one, *other));
        obligations = order.iter().map(|row| obligations[*row as usize]).collect();
    }
    let instance = Instance {
        participants: u32::try_from(participants.len()).expect("bug: participants are numbered in 32 bits"),
        obligations,
        minimum_parts: Vec::new(),
        liquidity,
        price_of_liquidity,
    };
    Debts { instance, participants, ids, rows: order, dues, due_form }
}

impl Debts {
    /// The identifier of an obligation, by its place.
    pub(crate) fn id(&self, obligation: u32) -> Cow<'_, str> {
        self.ids.of(self.row(obligation))
    }

    /// When an obligation is due, as it was given; empty if that is not known.
    pub(crate) fn due(&self, obligation: u32) -> String {
        self.dues.get(self.row(obligation) as usize).map_or_else(String::new, |due| due::text(*due, self.due_form))
    }

    /// The name of a participant.
    pub(crate) fn name(&self, participant: u32) -> &str {
        &self.participants.texts[participant as usize]
    }

    fn row(&self, obligation: u32) -> u32 {
        self.rows.get(obligation as usize).copied().unwrap_or(obligation)
    }
}
