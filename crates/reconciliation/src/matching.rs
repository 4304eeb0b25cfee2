//! A statement against the mirror: what agrees, and the register of what does not.

use crate::explanations::{Explanations, normal};
use crate::statement::{Statement, StatementEntry};
use domain::Date;
use std::collections::{BTreeMap, BTreeSet};

/// The reference of the break between the opening balances.
const OPENING: &str = "OPENING";

/// An entry of the house's own mirror of an account.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MirrorEntry {
    /// Minor units: positive where the house's balance with the keeper rose.
    pub amount_minor: i128,
    /// The business date on which the house booked it.
    pub date: Date,
    /// References under which the keeper may know it, the house's own first; at least one.
    pub references: Vec<String>,
    /// What it was, for people.
    pub what: String,
}

/// What else a reconciliation goes by.
#[derive(Clone, Debug)]
pub struct Terms<'a> {
    /// Who answers for breaks: the keeper of the account.
    pub owner: &'a str,
    /// Reasons given so far.
    pub explanations: &'a Explanations,
    /// An unexplained break up to this size, in minor units, does not hinder the close of a day.
    pub tolerance_minor: u64,
    /// The date to which the age of a break is counted; the last day of the statement, if none.
    pub as_of: Option<Date>,
}

/// How a pair was found.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum MatchedBy {
    /// A reference and the amount are the same.
    Reference,
    /// Amount and value date are the same, and no other entry on either side has them.
    AmountAndDate,
}

/// Two entries that agree.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Match {
    /// The house's own reference.
    pub reference: String,
    /// Minor units, on both sides.
    pub amount_minor: i128,
    /// How they were found.
    pub by: MatchedBy,
}

/// What kind of disagreement a break is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum BreakKind {
    /// The balances before the statement's first entry differ.
    OpeningDiffers,
    /// In the mirror and not in the statement.
    OursOnly,
    /// In the statement and not in the mirror.
    TheirsOnly,
    /// In both under the same reference, with different amounts.
    AmountDiffers,
}

impl BreakKind {
    /// Its name in words.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            BreakKind::OpeningDiffers => "opening differs",
            BreakKind::OursOnly => "ours only",
            BreakKind::TheirsOnly => "theirs only",
            BreakKind::AmountDiffers => "amount differs",
        }
    }
}

/// A disagreement.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Break {
    /// Its kind.
    pub kind: BreakKind,
    /// By which it is explained: the house's reference, else the keeper's, else the place in the file.
    pub reference: String,
    /// Since when: the house's date, else the value date.
    pub date: Date,
    /// Days from then to the date of the reconciliation.
    pub age_days: i32,
    /// Who answers for it.
    pub owner: String,
    /// What the mirror says, in minor units; 0 if nothing.
    pub ours_minor: i128,
    /// What the statement says; 0 if nothing.
    pub theirs_minor: i128,
    /// What it was, or where it stands.
    pub what: String,
    /// The reason given for it.
    pub reason: Option<String>,
}

impl Break {
    /// Theirs less ours.
    #[must_use]
    pub const fn difference_minor(&self) -> i128 {
        self.theirs_minor - self.ours_minor
    }
}

/// The result.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reconciliation {
    /// Closing balance of the mirror on the statement's last day.
    pub ours_closing_minor: i128,
    /// Closing balance of the statement.
    pub theirs_closing_minor: i128,
    /// What agrees, by the house's reference.
    pub matches: Vec<Match>,
    /// What does not, by date, then reference.
    pub breaks: Vec<Break>,
    /// Explained references that are the reference of no break.
    pub unused_explanations: Vec<String>,
    /// The tolerance that it went by.
    pub tolerance_minor: u64,
}

impl Reconciliation {
    /// Breaks over which a day does not close: unexplained and above the tolerance.
    pub fn hindrances(&self) -> impl Iterator<Item = &Break> + '_ {
        let above = |found: &&Break| found.difference_minor().unsigned_abs() > u128::from(self.tolerance_minor);
        self.breaks.iter().filter(|found| found.reason.is_none()).filter(above)
    }
}

/// Compares a statement with the whole mirror of its account: entries before the statement make the opening balance,
/// those after it are left out.
///
/// # Panics
/// If the breaks do not make up the difference of the closing balances: a bug.
#[must_use]
pub fn reconcile(statement: &Statement, mirror: &[MirrorEntry], terms: &Terms<'_>) -> Reconciliation {
    let before = mirror.iter().filter(|entry| entry.date < statement.from).map(|entry| entry.amount_minor).sum();
    let mut ours: Vec<&MirrorEntry> =
        mirror.iter().filter(|entry| (statement.from..=statement.to).contains(&entry.date)).collect();
    ours.sort_by_key(|entry| (entry.date, entry.references.clone(), entry.amount_minor));
    let mut pairing = Pairing::new(&ours, &statement.entries);
    pairing.by_reference(true);
    pairing.by_reference(false);
    pairing.by_amount_and_date();
    let register = Register { statement, terms, as_of: terms.as_of.unwrap_or(statement.to) };
    let mut breaks = register.opening(before).into_iter().collect::<Vec<_>>();
    let mut matches = Vec::new();
    for (index, theirs) in statement.entries.iter().enumerate() {
        match pairing.theirs[index] {
            Some((own, by)) if ours[own].amount_minor == theirs.amount_minor => {
                matches.push(Match { reference: own_reference(ours[own]), amount_minor: theirs.amount_minor, by });
            }
            Some((own, _)) => breaks.push(register.amount_differs(ours[own], theirs)),
            None => breaks.push(register.theirs_only(theirs)),
        }
    }
    let alone = ours.iter().zip(&pairing.taken).filter(|(_, taken)| !**taken);
    breaks.extend(alone.map(|(own, _)| register.ours_only(own)));
    matches.sort_by(|a, b| (&a.reference, a.amount_minor).cmp(&(&b.reference, b.amount_minor)));
    breaks.sort_by(|a, b| order(a).cmp(&order(b)));
    let ours_closing_minor = before + ours.iter().map(|entry| entry.amount_minor).sum::<i128>();
    let differences: i128 = breaks.iter().map(Break::difference_minor).sum();
    assert_eq!(statement.closing_minor - ours_closing_minor, differences, "bug: breaks do not make up the difference");
    let references: BTreeSet<String> = breaks.iter().map(|found| normal(&found.reference)).collect();
    let unused = terms.explanations.unused(|reference| references.contains(reference)).map(str::to_owned).collect();
    Reconciliation {
        ours_closing_minor,
        theirs_closing_minor: statement.closing_minor,
        matches,
        breaks,
        unused_explanations: unused,
        tolerance_minor: terms.tolerance_minor,
    }
}

fn order(found: &Break) -> (Date, &str, BreakKind, i128, i128, &str) {
    (found.date, &found.reference, found.kind, found.ours_minor, found.theirs_minor, &found.what)
}

fn own_reference(entry: &MirrorEntry) -> String {
    entry.references.first().cloned().unwrap_or_default()
}

/// Which entry of the statement belongs to which of the mirror.
struct Pairing<'a> {
    ours: &'a [&'a MirrorEntry],
    entries: &'a [StatementEntry],
    /// By reference: entries of the mirror that have it.
    by_reference: BTreeMap<String, Vec<usize>>,
    taken: Vec<bool>,
    theirs: Vec<Option<(usize, MatchedBy)>>,
}

impl<'a> Pairing<'a> {
    fn new(ours: &'a [&'a MirrorEntry], entries: &'a [StatementEntry]) -> Pairing<'a> {
        let mut by_reference: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (index, entry) in ours.iter().enumerate() {
            for reference in &entry.references {
                by_reference.entry(normal(reference)).or_default().push(index);
            }
        }
        Pairing { ours, entries, by_reference, taken: vec![false; ours.len()], theirs: vec![None; entries.len()] }
    }

    fn pair(&mut self, theirs: usize, ours: usize, by: MatchedBy) {
        self.taken[ours] = true;
        self.theirs[theirs] = Some((ours, by));
    }

    /// Pairs entries that share a reference and a direction: those with the same amount, or the others.
    fn by_reference(&mut self, same_amount: bool) {
        for index in 0..self.entries.len() {
            if self.theirs[index].is_some() {
                continue;
            }
            let theirs = &self.entries[index];
            let fits = |own: &&usize| {
                let minor = self.ours[**own].amount_minor;
                let alike = if same_amount {
                    minor == theirs.amount_minor
                } else {
                    minor.signum() == theirs.amount_minor.signum()
                };
                alike && !self.taken[**own]
            };
            let known = theirs.references.iter().filter_map(|reference| self.by_reference.get(&normal(reference)));
            // One on the same day before one of another.
            let own =
                known.flatten().filter(fits).min_by_key(|own| (self.ours[**own].date != theirs.value_date, **own));
            if let Some(own) = own.copied() {
                self.pair(index, own, MatchedBy::Reference);
            }
        }
    }

    /// Pairs the one entry of the statement with an amount and date to the one of the mirror, if there are no others.
    fn by_amount_and_date(&mut self) {
        let mut left: BTreeMap<(i128, Date), (Vec<usize>, Vec<usize>)> = BTreeMap::new();
        for (index, own) in self.ours.iter().enumerate().filter(|(index, _)| !self.taken[*index]) {
            left.entry((own.amount_minor, own.date)).or_default().0.push(index);
        }
        for (index, theirs) in self.entries.iter().enumerate().filter(|(index, _)| self.theirs[*index].is_none()) {
            left.entry((theirs.amount_minor, theirs.value_date)).or_default().1.push(index);
        }
        for (ours, theirs) in left.into_values() {
            if let ([own], [other]) = (&ours[..], &theirs[..]) {
                self.pair(*other, *own, MatchedBy::AmountAndDate);
            }
        }
    }
}

/// Makes breaks.
struct Register<'a> {
    statement: &'a Statement,
    terms: &'a Terms<'a>,
    as_of: Date,
}

impl Register<'_> {
    fn register(&self, kind: BreakKind, reference: String, date: Date, amounts: (i128, i128), what: String) -> Break {
        let reason = self.terms.explanations.reason(&reference).map(str::to_owned);
        let age_days = self.as_of.0.saturating_sub(date.0).max(0);
        let (ours_minor, theirs_minor) = amounts;
        Break {
            kind,
            reference,
            date,
            age_days,
            owner: self.terms.owner.to_owned(),
            ours_minor,
            theirs_minor,
            what,
            reason,
        }
    }

    fn opening(&self, ours_minor: i128) -> Option<Break> {
        let theirs_minor = self.statement.opening_minor;
        let what = "the balance before the statement".to_owned();
        let amounts = (ours_minor, theirs_minor);
        (ours_minor != theirs_minor)
            .then(|| self.register(BreakKind::OpeningDiffers, OPENING.to_owned(), self.statement.from, amounts, what))
    }

    fn ours_only(&self, own: &MirrorEntry) -> Break {
        let amounts = (own.amount_minor, 0);
        self.register(BreakKind::OursOnly, own_reference(own), own.date, amounts, own.what.clone())
    }

    fn theirs_only(&self, theirs: &StatementEntry) -> Break {
        let reference = theirs.references.first().unwrap_or(&theirs.place).clone();
        let amounts = (0, theirs.amount_minor);
        self.register(BreakKind::TheirsOnly, reference, theirs.value_date, amounts, theirs.place.clone())
    }

    fn amount_differs(&self, own: &MirrorEntry, theirs: &StatementEntry) -> Break {
        let amounts = (own.amount_minor, theirs.amount_minor);
        let what = format!("{}; {}", own.what, theirs.place);
        self.register(BreakKind::AmountDiffers, own_reference(own), own.date, amounts, what)
    }
}
