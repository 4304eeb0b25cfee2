//! The check of a folder of `clear`: the input is read again, and everything else follows from it and is compared; what
//! cannot be computed, that no better answer exists, is proved by the certificate.

use super::certificate::by_class;
use super::debts::{self, Debts};
use super::figures::Whole;
use super::folder::{CERTIFICATE, ReadFolder, content_refused, refused};
use super::set_off_certificate::{SetOffCertificate, SetOffFigures};
use super::set_off_tables;
use super::table_file::TableFile;
use crate::failure::Failure;
use certify::Claim;
use certify::set_off::{Proposal, Verified};
use std::path::Path;

/// What the certificate of a set-off calls itself.
pub(crate) const KIND: &str = "set_off";

/// Checks a folder; what the answer comes to.
pub(crate) fn check(folder: &ReadFolder) -> Result<SetOffFigures, Failure> {
    folder.check_files(&set_off_tables::INPUTS, &set_off_tables::ANSWERS)?;
    let written: SetOffCertificate = folder.certificate()?;
    assert_eq!(written.kind, KIND, "bug: another kind is checked as a set-off");
    let path = |name: &str| folder.path(name);
    let certificate_path = path(CERTIFICATE);
    let price = i64::try_from(written.price_of_liquidity.0).ok();
    let (Some(price), Some(certificate)) = (price, written.certificate()) else {
        return Err(refused("a number does not fit in 64 bits", &certificate_path));
    };
    let debts = debts::read(&path("obligations.csv"), Some(&path("liquidity.csv")), price).map_err(content_refused)?;
    let set_off = read_column(&path("notices.csv"), "id", "set_off", debts.instance.obligations.len(), |place, id| {
        *debts.id(place) == *id
    })?;
    let (injected, returned) = read_liquidity(&path("participants.csv"), &debts)?;
    let proposal = Proposal { set_off, injected, returned };
    let verified = certify::set_off::check(&debts.instance, proposal, &certificate)
        .map_err(|why| refused(&format!("it is not proved: {why}"), &certificate_path))?;
    let figures = figures(&debts, &verified);
    if figures != written.figures {
        return Err(refused("the figures are not those that the answer comes to", &certificate_path));
    }
    for name in set_off_tables::INPUTS {
        folder.check_table(name, |out| set_off_tables::write_input(name, &debts, out))?;
    }
    folder.check_table("notices.csv", |out| set_off_tables::write_notices(&debts, verified.proposal(), out))?;
    folder
        .check_table("participants.csv", |out| set_off_tables::write_participants(&debts, verified.proposal(), out))?;
    folder.check_digests()?;
    Ok(figures)
}

/// The amounts of a column, whose rows must be those that are expected, in their order.
fn read_column(
    path: &Path,
    key: &'static str,
    column: &'static str,
    count: usize,
    is_expected: impl Fn(u32, &str) -> bool,
) -> Result<Vec<i64>, Failure> {
    let mut table = TableFile::open(path).map_err(content_refused)?;
    let [key, column] = table.required([key, column]).map_err(content_refused)?;
    let mut amounts = Vec::with_capacity(count);
    while let Some(cells) = table.next().map_err(content_refused)? {
        let place = u32::try_from(amounts.len()).unwrap_or(u32::MAX);
        if amounts.len() == count || !is_expected(place, cells.text(key).map_err(content_refused)?) {
            let why = format!("line {} is not of what is expected there in order", cells.line());
            return Err(refused(&why, path));
        }
        amounts.push(cells.amount(column, 0).map_err(content_refused)?);
    }
    if amounts.len() == count { Ok(amounts) } else { Err(refused("rows are missing at its end", path)) }
}

/// What is injected and returned; empty where there is no liquidity. The other columns are compared later.
fn read_liquidity(path: &Path, debts: &Debts) -> Result<(Vec<i64>, Vec<i64>), Failure> {
    if debts.instance.liquidity.is_empty() {
        return Ok((Vec::new(), Vec::new()));
    }
    let read = |column| {
        let count = debts.participants.len();
        read_column(path, "participant", column, count, |place, name| debts.name(place) == name)
    };
    Ok((read("injected")?, read("returned")?))
}

/// What an answer comes to.
pub(crate) fn figures(debts: &Debts, verified: &Verified) -> SetOffFigures {
    let instance = &debts.instance;
    let classes = instance.classes();
    let claim = classes.len().checked_sub(1).map_or_else(Claim::default, |last| verified.claims()[last]);
    let set_off = instance.obligations.iter().zip(&verified.proposal().set_off);
    let amounts = set_off.map(|(obligation, set_off)| (obligation.class, i128::from(*set_off)));
    let cleared_by_class = by_class(classes.iter().map(|class| (*class, 0)).chain(amounts));
    let parts = set_off_tables::parts(debts, verified.proposal());
    SetOffFigures {
        obligations: instance.obligations.len() as u64,
        participants: debts.participants.len() as u64,
        total_debt: Whole(parts.iter().map(|part| part.debts).sum()),
        net_internal_debt: Whole(parts.iter().map(|part| (part.claims - part.debts).max(0)).sum()),
        cleared: Whole(parts.iter().map(|part| part.set_off_as_debtor).sum()),
        cleared_by_class,
        liquidity_used: Whole(verified.proposal().injected.iter().map(|amount| i128::from(*amount)).sum()),
        value: Whole(claim.value),
        upper_bound: Whole(claim.upper_bound),
        levels: classes
            .iter()
            .map(ToString::to_string)
            .zip(verified.claims().iter().copied().map(Into::into))
            .collect(),
    }
}

impl SetOffFigures {
    /// Value and bound by class, each with all more urgent ones.
    pub(crate) fn claims(&self) -> impl Iterator<Item = (String, Claim)> + '_ {
        self.levels.iter().map(|(class, claim)| (class.clone(), Claim::from(*claim)))
    }

    /// Value and bound of all classes together.
    pub(crate) fn claim(&self) -> Claim {
        Claim { value: self.value.0, upper_bound: self.upper_bound.0 }
    }
}
