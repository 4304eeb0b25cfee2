//! A table in CSV (RFC 4180, LF), with its header.

use csv::Writer;
use std::io::Write;

/// Begins a table.
pub(crate) fn table<W: Write>(out: W, header: &[&str]) -> std::io::Result<Writer<W>> {
    let mut writer = csv::WriterBuilder::new().buffer_capacity(1 << 16).from_writer(out);
    writer.write_record(header)?;
    Ok(writer)
}
