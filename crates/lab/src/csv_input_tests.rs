use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::*;

fn input(bytes: impl Into<Vec<u8>>) -> Result<CsvInput, DataError> {
    CsvInput::from_reader("table.csv", Cursor::new(bytes.into()))
}

/// All rows of columns `a` and `b`, or the first fault.
fn rows(bytes: impl Into<Vec<u8>>) -> Result<Vec<(u64, String, String)>, DataError> {
    let mut input = input(bytes)?;
    let [a, b] = input.columns(["a", "b"])?;
    let mut rows = Vec::new();
    while let Some(row) = input.next_row()? {
        rows.push((row.line(), row.text(a)?.to_owned(), row.text(b)?.to_owned()));
    }
    Ok(rows)
}

fn row(line: u64, a: &str, b: &str) -> (u64, String, String) {
    (line, a.to_owned(), b.to_owned())
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn a_table_reads_the_same_whatever_wrote_it() {
    let expected = vec![row(2, "1", "2"), row(3, "3", "4")];
    let two_members = [gzip(b"a,b\n1,2\n"), gzip(b"3,4\n")].concat();
    let cases: [(&str, Vec<u8>); 9] = [
        ("LF", b"a,b\n1,2\n3,4\n".to_vec()),
        ("CR LF", b"a,b\r\n1,2\r\n3,4\r\n".to_vec()),
        ("no line end at the end", b"a,b\n1,2\n3,4".to_vec()),
        ("byte order mark", b"\xef\xbb\xbfa,b\n1,2\n3,4\n".to_vec()),
        ("byte order mark before a quoted header", b"\xef\xbb\xbf\"a\",b\n1,2\n3,4\n".to_vec()),
        ("quotes and spaces", b"\"a\", b \n\"1\",\" 2 \"\n3 ,\"4\"\n".to_vec()),
        (
            "other columns and another order",
            b"x,b,name,a\n,2,\"Bogot\xc3\xa1, D.C.\",1\n,4,\"say \"\"no\"\"\",3\n".to_vec(),
        ),
        ("gzip", gzip(b"a,b\n1,2\n3,4\n")),
        ("gzip in two members", two_members),
    ];
    for (what, bytes) in cases {
        assert_eq!(rows(bytes).unwrap(), expected, "{what}");
    }
    assert_eq!(rows(gzip(b"\xef\xbb\xbfa,b\r\n1,2\r\n3,4\r\n")).unwrap(), expected, "gzip, mark and CR LF");
}

#[test]
fn lines_are_counted_over_blank_lines_and_line_breaks_in_quotes() {
    let text = "\na,b,note\n\n1,2,\"first\nsecond\"\n  \n3,4,\"\"\n";
    assert_eq!(rows(text).unwrap(), [row(4, "1", "2"), row(7, "3", "4")]);
}

#[test]
fn bytes_that_are_not_utf8_are_a_fault_only_in_columns_that_are_read() {
    assert_eq!(rows(b"a,b,name\n1,2,Bogot\xe1\n".to_vec()).unwrap(), [row(2, "1", "2")]);
    let error = rows(b"a,b\n1,\xe1\n".to_vec()).unwrap_err();
    assert_eq!((error.code, error.line, error.column.as_deref()), (DataCode::CsvEncoding, Some(2), Some("b")));
    let utf16: Vec<u8> = "a,b\n1,2\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let error = rows([vec![0xff, 0xfe], utf16].concat()).unwrap_err();
    assert_eq!((error.code, error.line), (DataCode::CsvEncoding, Some(1)));
}

#[test]
fn every_fault_of_form_has_its_code_and_line() {
    let long_line = format!("a,b\n1,2\n3,{}\n", "4".repeat(LONGEST_RECORD_BYTES));
    let long_quote = format!("a,b\n1,\"2\n{}", "3,4\n".repeat(LONGEST_RECORD_BYTES));
    let cut_gzip = {
        let mut bytes = gzip(b"a,b\n1,2\n3,4\n");
        bytes.truncate(bytes.len() - 6);
        bytes
    };
    let broken_gzip = {
        let mut bytes = gzip(b"a,b\n1,2\n3,4\n");
        let last = bytes.len() - 5;
        bytes[last] ^= 1;
        bytes
    };
    use DataCode::{CsvEmpty, CsvHeader, CsvLineTooLong, CsvRow, FileGzip};
    let cases: [(&str, Vec<u8>, DataCode, Option<u64>); 18] = [
        ("empty", b"".to_vec(), CsvEmpty, None),
        ("blank lines only", b"\n \r\n\n".to_vec(), CsvEmpty, None),
        ("byte order mark only", b"\xef\xbb\xbf".to_vec(), CsvEmpty, None),
        ("empty gzip", gzip(b""), CsvEmpty, None),
        ("missing column", b"a,c\n1,2\n".to_vec(), CsvHeader, Some(1)),
        ("column twice", b"a,b,a\n1,2,3\n".to_vec(), CsvHeader, Some(1)),
        ("semicolons", b"a;b\n1;2\n".to_vec(), CsvHeader, Some(1)),
        ("no header", b"1,2\n3,4\n".to_vec(), CsvHeader, Some(1)),
        ("too few fields", b"a,b\n1,2\n3\n".to_vec(), CsvRow, Some(3)),
        ("too many fields", b"a,b\n1,2,3\n".to_vec(), CsvRow, Some(2)),
        ("quote left open", b"a,b\n1,2\n3,\"4\n5,6\n".to_vec(), CsvRow, Some(3)),
        ("quote left open for long", long_quote.into_bytes(), CsvRow, Some(2)),
        ("text after a quote", b"a,b\n\"1\"x,2\n".to_vec(), CsvRow, Some(2)),
        ("CR alone", b"a,b\r1,2\r".to_vec(), CsvRow, Some(1)),
        ("CR at the end", b"a,b\n1,2\r".to_vec(), CsvRow, Some(2)),
        ("long line", long_line.into_bytes(), CsvLineTooLong, Some(3)),
        ("gzip cut off", cut_gzip, FileGzip, None),
        ("gzip with a wrong checksum", broken_gzip, FileGzip, None),
    ];
    for (what, bytes, code, line) in cases {
        let error = rows(bytes).expect_err(what);
        assert_eq!((error.code, error.line), (code, line), "{what}: {error}");
        assert!(!error.remedy.is_empty() && error.to_string().contains("table.csv"), "{what}: {error}");
    }
}

#[test]
fn the_faults_of_rows_before_a_broken_end_come_first() {
    let mut input = input("a,b\n1,2\n3,\"4\n").unwrap();
    assert_eq!(input.next_row().unwrap().unwrap().line(), 2);
    assert_eq!(input.next_row().unwrap_err().code, DataCode::CsvRow);
}

#[test]
fn semicolons_are_named_in_the_remedy() {
    let error = rows("a;b\n1;2\n").unwrap_err();
    assert!(error.remedy.contains("commas"), "{error}");
}

#[test]
fn a_file_that_is_not_there_is_said_by_name() {
    let error = CsvInput::open(Path::new("no/such/file.csv")).unwrap_err();
    assert_eq!((error.code, error.file.as_str()), (DataCode::FileRead, "no/such/file.csv"));
    let error = CsvInput::open(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap_err();
    assert_eq!(error.code, DataCode::FileRead, "a folder is no file: {error}");
}

#[test]
fn a_record_of_the_longest_length_is_read() {
    let field = "4".repeat(LONGEST_RECORD_BYTES - 3);
    assert_eq!(rows(format!("a,b\n3,{field}\n")).unwrap(), [row(2, "3", &field)]);
}
