//! Whoever reads cannot write, whatever the statement.

use crate::worlds::{Chain, Place, made, rows, simulated};
use std::collections::BTreeSet;
use std::fs;
use tables::{QueryFault, Reader, Value};

#[test]
fn no_statement_writes() {
    let place = Place::new();
    made(&place.file, &Chain::of(&simulated(2), 20));
    let elsewhere = place.beside("elsewhere.sqlite");
    let before = fs::read(&place.file).expect("readable");
    let reader = Reader::open(&place.file).expect("opened");
    let attach = format!("ATTACH '{}' AS other", elsewhere.display());
    let into = format!("VACUUM INTO '{}'", elsewhere.display());
    for statement in [
        "INSERT INTO head SELECT * FROM head",
        "UPDATE payment SET payer_minor = 0",
        "DELETE FROM event",
        "REPLACE INTO actor VALUES (0, 'operator', NULL, NULL, 1)",
        "DELETE FROM event RETURNING seq",
        "WITH one AS (SELECT 1) DELETE FROM event",
        "CREATE TABLE mine (a)",
        "CREATE TEMP TABLE mine (a)",
        "DROP VIEW leg",
        "ALTER TABLE net RENAME TO gross",
        "CREATE INDEX mine ON payment (uetr)",
        "VACUUM",
        "REINDEX",
        "ANALYZE",
        "BEGIN IMMEDIATE",
        "COMMIT",
        "PRAGMA user_version = 5",
        "PRAGMA application_id = 5",
        "PRAGMA query_only = OFF",
        "PRAGMA writable_schema = ON",
        "PRAGMA wal_checkpoint(TRUNCATE)",
        "PRAGMA journal_mode = DELETE",
        "SELECT 1; DELETE FROM event",
        "SELECT 1; SELECT 2",
        &attach,
        &into,
    ] {
        let refused = reader.query(statement, &[]);
        let named = matches!(refused, Err(QueryFault::NotReading { .. } | QueryFault::Wrong { .. }));
        // SQLite answers this one with the mode as it is, and leaves it so.
        let unchanged = statement.starts_with("PRAGMA journal_mode") && refused.is_ok();
        assert!(named || unchanged, "{statement}: {refused:?}");
    }
    drop(reader);
    assert_eq!(fs::read(&place.file).expect("readable"), before);
    assert!(!elsewhere.exists(), "nothing was written elsewhere");
}

#[test]
fn what_only_reads_is_answered_whatever_its_form() {
    let place = Place::new();
    made(&place.file, &Chain::of(&simulated(2), 20));
    let reader = Reader::open(&place.file).expect("opened");
    for statement in [
        "SELECT count(*) FROM payment",
        "  -- a comment\nSELECT 1;  -- and another",
        "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 3) SELECT i FROM n",
        "VALUES (1)",
        "EXPLAIN QUERY PLAN SELECT * FROM leg",
        "PRAGMA table_info(payment)",
    ] {
        assert!(!reader.query(statement, &[]).unwrap_or_else(|fault| panic!("{statement}: {fault:?}")).rows.is_empty());
    }
    for wrong in ["", "  -- nothing", "SELEKT 1", "SELECT * FROM nowhere", "SELECT sum(x'01' + )"] {
        assert!(matches!(reader.query(wrong, &[]), Err(QueryFault::Wrong { .. })), "{wrong}");
    }
    let parameters = [(":low", Value::Integer(2)), (":text", Value::Text("a'b".to_owned())), (":unused", Value::Null)];
    let answer = reader.query("SELECT :low + 1 AS n, :text AS t, :low AS again", &parameters).expect("answered");
    assert_eq!(answer.columns, ["n", "t", "again"]);
    assert_eq!(answer.rows, [[Value::Integer(3), Value::Text("a'b".to_owned()), Value::Integer(2)]]);
}

#[test]
fn every_view_can_be_read_to_its_end() {
    let place = Place::new();
    let mut empty: BTreeSet<String> = BTreeSet::new();
    for seed in [1, 3, 5] {
        made(&place.file, &Chain::of(&simulated(seed), 50));
        let reader = Reader::open(&place.file).expect("opened");
        for view in rows(&reader, "SELECT name FROM sqlite_schema WHERE type = 'view'") {
            let Value::Text(name) = &view[0] else { panic!("a name") };
            let answer = reader.query(&format!("SELECT * FROM {name}"), &[]);
            let answer = answer.unwrap_or_else(|fault| panic!("{name}: {fault:?}"));
            if seed == 1 && answer.rows.is_empty() {
                empty.insert(name.clone());
            } else if !answer.rows.is_empty() {
                empty.remove(name);
            }
        }
    }
    assert!(empty.is_empty(), "views without a row say nothing about themselves: {empty:?}");
}
