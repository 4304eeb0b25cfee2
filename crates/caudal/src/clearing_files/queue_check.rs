//! The check of a folder of `queue`: the input is read again, and everything else follows from it and is compared; what
//! cannot be computed, that no better answer exists, is proved by the certificate.

use super::certificate::by_class;
use super::figures::Whole;
use super::folder::{CERTIFICATE, ReadFolder, content_refused, refused};
use super::queue::{self, Queue, QueueFiles};
use super::queue_certificate::{QueueCertificate, QueueFigures};
use super::table_file::TableFile;
use super::{queue_tables, waiting};
use crate::failure::Failure;
use certify::Claim;
use certify::queue::{Proposal, Verified};
use std::path::Path;

/// What the certificate of a queue calls itself.
pub(crate) const KIND: &str = "queue";

/// Checks a folder; what the answer comes to.
pub(crate) fn check(folder: &ReadFolder) -> Result<QueueFigures, Failure> {
    folder.check_files(&queue_tables::INPUTS, &queue_tables::ANSWERS)?;
    let written: QueueCertificate = folder.certificate()?;
    assert_eq!(written.kind, KIND, "bug: another kind is checked as a queue");
    let path = |name: &str| folder.path(name);
    let files = QueueFiles {
        payments: path("payments.csv"),
        liquidity: path("liquidity.csv"),
        bilateral_limits: Some(path("bilateral-limits.csv")),
        multilateral_limits: Some(path("multilateral-limits.csv")),
    };
    let queue = queue::read(&files, written.order.into(), written.guard).map_err(content_refused)?;
    let settles = read_settled(&path("settled.csv"), &queue)?;
    let settled = (0_u32..).zip(&settles).filter(|(_, settles)| **settles).map(|(row, _)| row).collect();
    let certificate_path = path(CERTIFICATE);
    let certificate = written.certificate();
    let certificate = certificate.ok_or_else(|| refused("a number does not fit in 64 bits", &certificate_path))?;
    let verified = certify::queue::check(&queue.instance, Proposal { settled }, &certificate)
        .map_err(|why| refused(&format!("it is not proved: {why}"), &certificate_path))?;
    let figures = figures(&queue, &settles, &verified)
        .ok_or_else(|| refused("the removals that show the FIFO-maximal set are missing", &certificate_path))?;
    if figures != written.figures {
        return Err(refused("the figures are not those that the answer comes to", &certificate_path));
    }
    for name in queue_tables::INPUTS {
        folder.check_table(name, |out| queue_tables::write_input(name, &queue, out))?;
    }
    folder.check_table("settled.csv", |out| queue_tables::write_payments(&queue, |row| settles[row], out))?;
    folder.check_table("participants.csv", |out| queue_tables::write_participants(&queue, &settles, out))?;
    let waits = waiting::explain(&queue, &settles);
    folder.check_table("waiting.csv", |out| queue_tables::write_waiting(&queue, &waits, out))?;
    folder.check_digests()?;
    Ok(figures)
}

/// Which payments the table says to settle. Its other columns are compared later.
fn read_settled(path: &Path, queue: &Queue) -> Result<Vec<bool>, Failure> {
    let mut settles = vec![false; queue.instance.payments.len()];
    let mut table = TableFile::open(path).map_err(content_refused)?;
    let [id] = table.required(["id"]).map_err(content_refused)?;
    let mut row = 0_u32;
    while let Some(cells) = table.next().map_err(content_refused)? {
        let text = cells.text(id).map_err(content_refused)?;
        while row < queue.ids.len() && queue.ids.of(row) != text {
            row += 1;
        }
        let Some(settles) = settles.get_mut(row as usize) else {
            let why = format!("line {}: no payment of that identifier stands there in order of entry", cells.line());
            return Err(refused(&why, path));
        };
        *settles = true;
        row += 1;
    }
    Ok(settles)
}

/// What an answer comes to. `None` if the certificate does not show the FIFO-maximal set.
pub(crate) fn figures(queue: &Queue, settles: &[bool], verified: &Verified) -> Option<QueueFigures> {
    let instance = &queue.instance;
    let last = |values: &[i128]| values.last().copied().unwrap_or(0);
    let claim = verified.claims().last().copied().unwrap_or_default();
    let classes = instance.classes();
    let none = classes.iter().map(|class| (*class, 0));
    let settled = instance.payments.iter().zip(settles).filter(|(_, settles)| **settles);
    let amounts = settled.clone().map(|(payment, _)| (payment.class, i128::from(payment.amount)));
    Some(QueueFigures {
        payments: instance.payments.len() as u64,
        participants: queue.participants.len() as u64,
        settled_count: settled.count() as u64,
        settled_value: Whole(claim.value),
        settled_value_by_class: by_class(none.chain(amounts)),
        fifo_value: Whole(last(verified.fifo_values()?)),
        upper_bound: Whole(claim.upper_bound),
        levels: classes
            .iter()
            .map(ToString::to_string)
            .zip(verified.claims().iter().copied().map(Into::into))
            .collect(),
    })
}

impl QueueFigures {
    /// Value and bound by class, each with all more urgent ones.
    pub(crate) fn claims(&self) -> impl Iterator<Item = (String, Claim)> + '_ {
        self.levels.iter().map(|(class, claim)| (class.clone(), Claim::from(*claim)))
    }

    /// Value and bound of all classes together.
    pub(crate) fn claim(&self) -> Claim {
        Claim { value: self.settled_value.0, upper_bound: self.upper_bound.0 }
    }
}
