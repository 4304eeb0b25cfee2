//! `caudal tables`: made, gone on with, asked; and the page that describes it, held to the program.

use crate::program::{Ended, Running, copy_folder, killed_after, run, text, verified};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const PAGE: &str = include_str!("../../../../docs/read-tables.md");
const DEMO: [&str; 4] = ["--days", "2", "--payments", "1000"];

fn demo(dir: &Path, arguments: &[&str]) -> Value {
    run(&[&["demo", "--json", "--data", text(dir)][..], arguments].concat()).object()
}

fn tables(dir: &Path, arguments: &[&str]) -> Ended {
    run(&[&["tables", "--data", text(dir)][..], arguments].concat())
}

fn rows(dir: &Path, sql: &str) -> Vec<Vec<Value>> {
    let object = tables(dir, &["--json", "--sql", sql]).object();
    object["rows"].as_array().expect("rows").iter().map(|row| row.as_array().expect("a row").clone()).collect()
}

/// What the tables hold, whatever the order in which it came.
fn content(dir: &Path) -> Vec<Vec<Value>> {
    rows(dir, "SELECT table_name, row_count, row_sum FROM content ORDER BY 1")
}

/// The part of the page under a heading, up to the next one of the same rank.
fn section(heading: &str) -> &'static str {
    let mark = format!("\n{heading}\n");
    let start = PAGE.find(&mark).unwrap_or_else(|| panic!("the page has no {heading}")) + mark.len();
    let rank = heading.split(' ').next().expect("a heading");
    let end = PAGE[start..].find(&format!("\n{rank} ")).map_or(PAGE.len(), |length| start + length);
    &PAGE[start..end]
}

/// The first block of code in a language.
fn block(of: &'static str, language: &str) -> &'static str {
    let fence = format!("```{language}\n");
    let start = of.find(&fence).unwrap_or_else(|| panic!("no block of {language} in {of}")) + fence.len();
    &of[start..start + of[start..].find("```").expect("its end")]
}

#[test]
fn the_page_has_each_question_with_its_query_its_parameters_and_the_answer_that_the_program_gives() {
    let root = tempfile::tempdir().expect("a folder");
    let day = root.path().join("day");
    demo(&day, &DEMO);
    assert_eq!(::tables::QUESTIONS.len(), 10);
    for question in ::tables::QUESTIONS {
        let part = section(&format!("### {}", question.name));
        assert!(part.trim_start().starts_with(question.asks), "{}", question.name);
        assert_eq!(block(part, "sql"), question.sql, "{}: the query in the page is another one", question.name);
        for parameter in question.parameters {
            let described = part
                .to_lowercase()
                .contains(&format!("| `{}` | {} |", parameter.name, parameter.meaning).to_lowercase());
            assert!(described, "{}: the page does not describe {} as the program does", question.name, parameter.name);
        }
        let (command, shown) = block(part, "text").split_once('\n').expect("a command and its answer");
        let words: Vec<&str> =
            command.strip_prefix("$ caudal tables --data day ").expect("a command").split(' ').collect();
        assert_eq!(words[..2], ["--query", question.name]);
        let answer = tables(&day, &words).done();
        let shown_in_part = shown.strip_suffix("…\n");
        let holds = shown_in_part.map_or_else(|| answer == shown, |begin| answer.starts_with(begin));
        assert!(holds, "{}: the page shows another answer than\n{answer}", question.name);
    }
}

#[test]
fn the_page_names_every_table_and_view_and_its_diagram_is_of_columns_that_there_are() {
    let root = tempfile::tempdir().expect("a folder");
    let day = root.path().join("day");
    demo(&day, &["--payments", "20"]);
    let mut columns: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let sql = "SELECT object.name, column.name FROM sqlite_schema AS object, pragma_table_info(object.name) AS column
        WHERE object.type IN ('table', 'view')";
    for row in rows(&day, sql) {
        let name = |place: usize| row[place].as_str().expect("a name").to_owned();
        columns.entry(name(0)).or_default().insert(name(1));
    }
    let described = section("## The tables");
    for table in columns.keys() {
        assert!(described.contains(&format!("`{table}`")), "the page does not say what {table} is");
    }
    let diagram = block(described, "mermaid");
    let mut entity: Option<&str> = None;
    let mut entities = BTreeSet::new();
    for line in diagram.lines().skip(1).map(str::trim).filter(|line| !line.is_empty()) {
        match (line.strip_suffix(" {"), entity) {
            (Some(name), None) => entity = Some(name),
            (None, Some(_)) if line == "}" => entity = None,
            (None, Some(of)) => {
                let column = line.split(' ').nth(1).expect("a type and a name");
                assert!(columns[of].contains(column), "{of} has no column {column}");
            }
            _ => {
                let words: Vec<&str> = line.split_whitespace().collect();
                entities.extend([words[0], words[2]]);
            }
        }
    }
    for entity in &entities {
        assert!(columns.contains_key(*entity), "the diagram has {entity}, which is no table");
    }
    assert!(entities.len() > 25, "the diagram lacks tables: {entities:?}");
}

#[test]
fn figures_of_the_tables_are_those_that_the_run_printed_and_the_auditor_found() {
    let root = tempfile::tempdir().expect("a folder");
    let day = root.path().join("day");
    let outcome = demo(&day, &DEMO);
    let told = tables(&day, &["--check", "--json"]).object();
    assert_eq!((&told["checked"], &told["journal_height"]), (&Value::Bool(true), &outcome["journal_height"]));
    assert_eq!(verified(&day).0, outcome["journal_height"].as_u64().expect("a number"));
    let counts = "SELECT figure, sum(payments) FROM state_count JOIN payment_state USING (state)
        WHERE NOT returns GROUP BY 1";
    let counts: BTreeMap<String, u64> = rows(&day, counts)
        .iter()
        .map(|row| (row[0].as_str().expect("a name").to_owned(), row[1].as_u64().expect("a number")))
        .collect();
    for figure in ["cleared", "queued", "refused", "expired", "cancelled", "returned", "awaiting"] {
        let told = outcome["payments"][figure].as_u64().expect("a number");
        assert_eq!(counts.get(figure).copied().unwrap_or(0), told, "{figure}");
    }
    let cents = |text: &str| text.replace('.', "").parse::<i128>().expect("an amount");
    let paid = tables(&day, &["--query", "hard-currency", "--json"]).object();
    let place = paid["columns"].as_array().expect("columns").iter().position(|name| name == "paid").expect("a column");
    let paid: i128 =
        paid["rows"].as_array().expect("rows").iter().map(|row| cents(row[place].as_str().expect("an amount"))).sum();
    assert_eq!(paid, cents(&outcome["hard_currency_usd"].to_string()));
    let prefunding = rows(&day, "SELECT sum(amount_minor) FROM prefunding_movement");
    assert_eq!(i128::from(prefunding[0][0].as_i64().expect("a number")), cents(&outcome["prefunding_usd"].to_string()));
    let digest = rows(&day, "SELECT lower(hex(state_digest)) FROM day ORDER BY day DESC LIMIT 1");
    assert_eq!(digest[0][0].as_str().map(str::len), Some(64), "{digest:?}");
}

#[test]
fn tables_of_a_journal_that_goes_on_are_filled_further_and_are_those_made_anew() {
    let root = tempfile::tempdir().expect("a folder");
    let day = root.path().join("day");
    let arguments = ["--payments", "200"];
    killed_after(&day, 60, &arguments);
    let first = tables(&day, &["--json"]).object();
    let mut running = Running::start(&day, &arguments);
    assert!(running.next_block() && running.next_block());
    // Beside a process that writes.
    let second = tables(&day, &["--json"]).object();
    while running.next_block() {}
    drop(running);
    let third = tables(&day, &["--check", "--json"]).object();
    let height = |object: &Value| object["journal_height"].as_u64().expect("a number");
    assert!(height(&first) <= height(&second) && height(&second) < height(&third), "{first} {second} {third}");
    let followed = content(&day);
    tables(&day, &["--rebuild"]).done();
    assert_eq!(content(&day), followed);
    let elsewhere = root.path().join("elsewhere.sqlite");
    tables(&day, &["--out", text(&elsewhere), "--check"]).done();
    assert!(elsewhere.exists());
}

#[test]
fn damaged_tables_and_those_of_another_journal_are_named_and_made_anew() {
    let root = tempfile::tempdir().expect("a folder");
    let (day, other, early) = (root.path().join("day"), root.path().join("other"), root.path().join("early"));
    killed_after(&day, 40, &["--payments", "100"]);
    copy_folder(&day, &early);
    demo(&day, &["--resume", "--payments", "100"]);
    demo(&other, &["--payments", "100", "--seed", "9"]);
    tables(&day, &[]).done();
    let whole = content(&day);
    let file = |dir: &Path| dir.join("tables.sqlite");

    fs::copy(file(&day), file(&other)).expect("copied");
    tables(&other, &[]).fails(5, "TABLES_OTHER_JOURNAL");
    fs::copy(file(&day), file(&early)).expect("copied");
    tables(&early, &["--query", "returns"]).fails(5, "TABLES_AHEAD");
    for dir in [&other, &early] {
        tables(dir, &["--rebuild", "--check"]).done();
        tables(dir, &[]).done();
    }

    let sound = fs::read(file(&day)).expect("readable");
    for (damage, code) in [
        (
            &b"not a database, though as long as a header of one would have to be, and a little longer than that"[..],
            "NOT_TABLES",
        ),
        (&sound[..5000], "TABLES_DAMAGED"),
    ] {
        fs::write(file(&day), damage).expect("written");
        tables(&day, &[]).fails(5, code);
        tables(&day, &["--rebuild"]).done();
        assert_eq!(content(&day), whole);
    }
    // A flip in a name: no sum of amounts would show it.
    let mut flipped = sound.clone();
    let at = flipped.windows(5).position(|window| window == b"ARG-2").expect("the code of an institution");
    flipped[at] ^= 1;
    fs::write(file(&day), flipped).expect("written");
    tables(&day, &["--check"]).fails(5, "TABLES_DAMAGED");
}

#[test]
fn a_file_of_somebody_elses_is_left_as_it_is() {
    let root = tempfile::tempdir().expect("a folder");
    let day = root.path().join("day");
    demo(&day, &["--payments", "20"]);
    let notes = root.path().join("notes.txt");
    fs::write(&notes, "mine").expect("written");
    tables(&day, &["--out", text(&notes)]).fails(5, "NOT_TABLES");
    tables(&day, &["--out", text(&notes), "--rebuild"]).fails(5, "NOT_TABLES");
    assert_eq!(fs::read_to_string(&notes).expect("there"), "mine");
    let journal = day.join("journal.db");
    let names = || {
        let entries = [root.path(), &day].into_iter().flat_map(|dir| fs::read_dir(dir).expect("reads"));
        entries.map(|entry| entry.expect("an entry").path()).collect::<std::collections::BTreeSet<_>>()
    };
    let before = names();
    tables(&day, &["--out", text(&journal)]).fails(5, "NOT_TABLES");
    tables(&day, &["--out", text(&journal), "--rebuild"]).fails(5, "NOT_TABLES");
    tables(&day, &["--out", text(&notes)]).fails(5, "NOT_TABLES");
    assert_eq!(names(), before, "a refusal leaves nothing behind");
    let missing = root.path().join("nowhere/tables.sqlite");
    tables(&day, &["--out", text(&missing)]).fails(5, "DATA_PERMISSION");
    tables(&root.path().join("empty"), &[]).fails(5, "DATA_PERMISSION");
}

#[test]
fn wrong_questions_are_told_before_any_work() {
    let root = tempfile::tempdir().expect("a folder");
    let day = root.path().join("day");
    demo(&day, &["--payments", "20"]);
    for (arguments, code) in [
        (&["--query", "who-is-rich"][..], "QUESTION_WRONG"),
        (&["--query", "owed-at-close", "--param", "date=yesterday"], "QUESTION_WRONG"),
        (&["--query", "owed-at-close", "--param", "member=ARG"], "QUESTION_WRONG"),
        (&["--query", "owed-at-close", "--param", "date"], "WRONG_USE"),
        (&["--param", "date=2024-03-05"], "WRONG_USE"),
        (&["--query", "returns", "--sql", "SELECT 1"], "WRONG_USE"),
        (&["--json", "--csv", "--query", "returns"], "WRONG_USE"),
        (&["--csv"], "WRONG_USE"),
        (&["--sql", "SELEKT 1"], "QUERY_WRONG"),
        (&["--sql", "DELETE FROM payment"], "QUERY_WRONG"),
        (&["--sql", "SELECT 1; DELETE FROM payment"], "QUERY_WRONG"),
        (&["--sql", ""], "QUERY_WRONG"),
    ] {
        tables(&day, arguments).fails(2, code);
    }
    run(&["tables"]).fails(2, "WRONG_USE");
    assert_eq!(rows(&day, "SELECT count(*) FROM payment")[0][0], 20);
    let list = run(&["tables", "--list"]).done();
    for question in ::tables::QUESTIONS {
        assert!(list.contains(question.name) && list.contains(question.asks), "{}", question.name);
    }
}

#[test]
fn an_answer_comes_as_a_table_as_json_and_as_csv() {
    let root = tempfile::tempdir().expect("a folder");
    let day = root.path().join("day");
    demo(&day, &["--payments", "60"]);
    let ask = |form: &[&str]| tables(&day, &[&["--query", "trial-balance"][..], form].concat());
    let object = ask(&["--json"]).object();
    let csv = ask(&["--csv"]).done();
    let page = ask(&[]).done();
    let columns = object["columns"].as_array().expect("columns").len();
    let lines = object["rows"].as_array().expect("rows").len();
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    assert_eq!(reader.headers().expect("a header").len(), columns);
    assert_eq!(reader.records().filter(Result::is_ok).count(), lines);
    assert_eq!(page.lines().count(), lines + 2);
    assert!(object["rows"].as_array().expect("rows").iter().all(|row| row[columns - 1] == "balances"), "{object}");
}

#[test]
fn tables_that_another_process_fills_are_read_as_they_are() {
    let root = tempfile::tempdir().expect("a folder");
    let day = root.path().join("day");
    demo(&day, &["--payments", "20"]);
    tables(&day, &[]).done();
    let held = ::tables::Tables::open(&day.join("tables.sqlite")).expect("opened");
    tables(&day, &[]).fails(5, "TABLES_IN_USE");
    tables(&day, &["--rebuild"]).fails(5, "TABLES_IN_USE");
    let answered = tables(&day, &["--query", "trial-balance"]);
    assert!(answered.err.contains("note: another process is filling these tables"), "{answered:?}");
    assert!(answered.done().contains("balances"));
    drop(held);
}

/// A medium that may not be written needs a file system of its own, which only root can mount.
#[test]
fn tables_on_a_medium_that_may_not_be_written_are_made_elsewhere() {
    let root = tempfile::tempdir().expect("a folder");
    let disk = root.path().join("disk");
    fs::create_dir(&disk).expect("created");
    let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=100m", "tmpfs"]).arg(&disk).output();
    if !mounted.is_ok_and(|output| output.status.success()) {
        eprintln!("SKIPPED: no file system can be mounted (that needs root)");
        return;
    }
    let _unmounted = Unmounted(disk.clone());
    let day = disk.join("day");
    demo(&day, &["--payments", "20"]);
    let remounted = Command::new("mount").args(["-o", "remount,ro"]).arg(&disk).status();
    assert!(remounted.is_ok_and(|status| status.success()), "remounted");
    tables(&day, &[]).fails(5, "DATA_PERMISSION");
    let elsewhere = root.path().join("tables.sqlite");
    tables(&day, &["--out", text(&elsewhere), "--check"]).done();
}

struct Unmounted(PathBuf);

impl Drop for Unmounted {
    fn drop(&mut self) {
        drop(Command::new("umount").arg("-l").arg(&self.0).status());
    }
}
