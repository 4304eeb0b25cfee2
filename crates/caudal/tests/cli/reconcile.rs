//! `caudal reconcile` and `caudal trial-balance`. The statement of the other side is made from the SQL tables, which read
//! the journal by code of their own.

use crate::program::{Ended, run, text};
use serde_json::Value;
use std::fs;
use std::path::PathBuf;

struct House {
    root: tempfile::TempDir,
    day: PathBuf,
}

/// A house after two business days.
fn house() -> House {
    let root = tempfile::tempdir().expect("a folder");
    let day = root.path().join("day");
    run(&["demo", "--json", "--data", text(&day), "--days", "2", "--payments", "300"]).done();
    House { root, day }
}

impl House {
    fn rows(&self, sql: &str) -> Vec<Vec<Value>> {
        let out = self.root.path().join("tables.sqlite");
        let answer = run(&["tables", "--data", text(&self.day), "--out", text(&out), "--json", "--sql", sql]).object();
        answer["rows"].as_array().expect("rows").iter().map(|row| row.as_array().expect("a row").clone()).collect()
    }

    fn file(&self, name: &str, content: &str) -> PathBuf {
        let path = self.root.path().join(name);
        fs::write(&path, content).expect("written");
        path
    }

    fn reconcile(&self, arguments: &[&str]) -> Ended {
        run(&[&["reconcile", "--data", text(&self.day)][..], arguments].concat())
    }

    fn trial_balance(&self, arguments: &[&str]) -> Ended {
        run(&[&["trial-balance", "--data", text(&self.day)][..], arguments].concat())
    }
}

/// What the other side booked: reference and minor units from the house's point of view.
type Booked = Vec<(String, i64)>;

fn booked(house: &House, sql: &str) -> (String, Booked) {
    let rows = house.rows(sql);
    let currency = rows.first().expect("postings")[0].as_str().expect("a code").to_owned();
    let entry = |row: &Vec<Value>| (row[1].as_str().expect("text").to_owned(), -row[2].as_i64().expect("a number"));
    (currency, rows.iter().map(entry).collect())
}

fn of_agent(house: &House) -> (String, Booked) {
    booked(
        house,
        "SELECT code, 'A0-E' || posting.seq, amount_minor FROM posting JOIN currency USING (currency)
         WHERE kind = 'agent' AND amount_minor <> 0 ORDER BY posting.seq",
    )
}

fn of_member(house: &House, code: &str) -> (String, Booked) {
    booked(
        house,
        &format!(
            "SELECT currency.code, 'P' || payment, amount_minor FROM posting JOIN currency USING (currency)
             WHERE kind = 'institution' AND amount_minor <> 0
             AND book_number = (SELECT member FROM member WHERE code = '{code}') ORDER BY posting.seq, payment"
        ),
    )
}

fn as_csv(currency: &str, booked: &Booked) -> String {
    let side = |minor: i64| if minor < 0 { "debit" } else { "credit" };
    let mut rows = "kind,account,currency,date,amount_minor,side,value_date,reference\n".to_owned();
    rows.push_str(&format!("opening,ACC,{currency},2000-01-01,0,credit,,\n"));
    for (reference, minor) in booked {
        let amount = minor.unsigned_abs();
        rows.push_str(&format!("entry,ACC,{currency},2024-03-05,{amount},{},,{reference}\n", side(*minor)));
    }
    let sum: i64 = booked.iter().map(|(_, minor)| minor).sum();
    rows.push_str(&format!("closing,ACC,{currency},2099-12-31,{},{},,\n", sum.unsigned_abs(), side(sum)));
    rows
}

fn as_mt950(currency: &str, booked: &Booked) -> String {
    let amount = |minor: i64| format!("{},{:02}", minor.abs() / 100, minor.abs() % 100);
    let mark = |minor: i64| if minor < 0 { "D" } else { "C" };
    let mut lines = format!(":20:S\n:25:ACC\n:28C:1\n:60F:C000101{currency}0,\n");
    for (reference, minor) in booked {
        lines.push_str(&format!(":61:240305{}{}NTRF{reference}\n", mark(*minor), amount(*minor)));
    }
    let sum: i64 = booked.iter().map(|(_, minor)| minor).sum();
    lines.push_str(&format!(":62F:{}791231{currency}{}\n", mark(sum), amount(sum)));
    lines
}

fn as_camt(currency: &str, booked: &Booked) -> String {
    let amount = |minor: i64| {
        let direction = if minor < 0 { "DBIT" } else { "CRDT" };
        let (whole, cents) = (minor.abs() / 100, minor.abs() % 100);
        format!("<Amt Ccy=\"{currency}\">{whole}.{cents:02}</Amt><CdtDbtInd>{direction}</CdtDbtInd>")
    };
    let balance = |code: &str, minor: i64, date: &str| {
        format!("<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{}<Dt><Dt>{date}</Dt></Dt></Bal>", amount(minor))
    };
    let sum: i64 = booked.iter().map(|(_, minor)| minor).sum();
    let mut body = balance("OPBD", 0, "2000-01-01") + &balance("CLBD", sum, "2099-12-31");
    for (reference, minor) in booked {
        body.push_str(&format!(
            "<Ntry>{}<Sts><Cd>BOOK</Cd></Sts><ValDt><Dt>2024-03-05</Dt></ValDt><AcctSvcrRef>{reference}</AcctSvcrRef></Ntry>",
            amount(*minor)
        ));
    }
    format!(
        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"><BkToCstmrStmt><Stmt>\
         <Acct><Id><Othr><Id>ACC</Id></Othr></Id></Acct>{body}</Stmt></BkToCstmrStmt></Document>"
    )
}

#[test]
fn a_statement_of_what_the_tables_say_agrees_in_every_form_for_the_agent_and_a_member() {
    let house = house();
    let height = |house: &House| fs::metadata(house.day.join("journal.db")).expect("a journal").len();
    let before = height(&house);
    for (keeper, (currency, booked)) in
        [(&["--agent"][..], of_agent(&house)), (&["--member", "BRA"], of_member(&house, "BRA"))]
    {
        assert!(booked.len() > 5, "{keeper:?}: {booked:?}");
        for (name, content) in [
            ("statement.csv", as_csv(&currency, &booked)),
            ("statement.txt", as_mt950(&currency, &booked)),
            ("statement.xml", as_camt(&currency, &booked)),
        ] {
            let file = house.file(name, &content);
            let object = house.reconcile(&[keeper, &["--json", "--statement", text(&file)]].concat()).object();
            assert_eq!(object["matched_by_reference"], booked.len(), "{name}: {object}");
            assert_eq!((&object["may_close"], &object["breaks"]), (&Value::Bool(true), &Value::Array(Vec::new())));
            assert_eq!(object["ours_closing"], object["theirs_closing"]);
        }
    }
    assert_eq!(height(&house), before, "the journal is only read");
}

#[test]
fn an_unexplained_break_stops_the_close_and_its_reason_or_a_tolerance_lets_it_pass() {
    let house = house();
    let (currency, mut booked) = of_agent(&house);
    let (missing, _) = booked.remove(0);
    booked[0].1 += 7;
    booked.push(("FEE-1".to_owned(), -250));
    let differing = booked[0].0.clone();
    let file = house.file("statement.csv", &as_csv(&currency, &booked));
    let out = house.root.path().join("breaks.csv");
    let with = |more: &[&str]| house.reconcile(&[&["--agent", "--statement", text(&file)], more].concat());

    let ended = with(&["--out", text(&out)]);
    ended.fails(1, "BREAKS_UNEXPLAINED");
    assert!(ended.out.contains("The day may not close: 3 breaks"), "{}", ended.out);
    let register = fs::read_to_string(&out).expect("a register");
    assert_eq!(register.lines().count(), 4, "{register}");
    for (kind, reference) in
        [("ours only", &missing), ("amount differs", &differing), ("theirs only", &"FEE-1".to_owned())]
    {
        assert!(register.contains(&format!("{kind},{reference},")), "{kind} {reference}: {register}");
    }

    let reasons =
        house.file("reasons.csv", &format!("reference,reason\n{missing},in transit\nFEE-1,fee of the agent\n"));
    with(&["--explanations", text(&reasons)]).fails(1, "BREAKS_UNEXPLAINED");
    with(&["--explanations", text(&reasons), "--tolerance", "6"]).fails(1, "BREAKS_UNEXPLAINED");
    let page = with(&["--explanations", text(&reasons), "--tolerance", "7"]).done();
    assert!(page.contains("The day may close") && page.contains("in transit"), "{page}");
}

#[test]
fn files_and_arguments_that_are_wrong_are_told() {
    let house = house();
    let (currency, booked) = of_agent(&house);
    let good = house.file("good.csv", &as_csv(&currency, &booked));
    let wrong = house.file("wrong.csv", &as_csv(&currency, &booked).replace("credit", "plus"));
    let short = house.file("short.csv", &as_csv(&currency, &booked).replacen("entry,", "opening,", 1));
    let other = house.file("other.csv", &as_csv(&currency, &booked).replace("ACC", "OTHER"));
    let reasons = house.file("reasons.csv", "reference\nX\n");
    let nowhere = house.root.path().join("nowhere");
    for (arguments, exit, code) in [
        (vec!["--agent", "--statement", text(&wrong)], 3, "STATEMENT_FORM"),
        (vec!["--agent", "--statement", text(&short)], 3, "STATEMENT_MISSING"),
        (vec!["--agent", "--statement", text(&nowhere)], 3, "FILE_READ"),
        (vec!["--agent", "--statement", text(&good), "--format", "mt950"], 3, "STATEMENT_FORM"),
        (vec!["--agent", "--statement", text(&good), "--statement", text(&other)], 3, "STATEMENT_ACCOUNT"),
        (vec!["--agent", "--statement", text(&good), "--account", "X"], 3, "STATEMENT_ACCOUNT"),
        (vec!["--agent", "--statement", text(&good), "--explanations", text(&reasons)], 3, "STATEMENT_FORM"),
        (vec!["--agent", "--statement", text(&good), "--arrangement", "7"], 2, "WRONG_USE"),
        (vec!["--member", "ZZZ", "--statement", text(&good)], 2, "WRONG_USE"),
        (vec!["--statement", text(&good)], 2, "WRONG_USE"),
        (vec!["--agent", "--member", "BRA", "--statement", text(&good)], 2, "WRONG_USE"),
    ] {
        house.reconcile(&arguments).fails(exit, code);
    }
}

#[test]
fn every_account_is_in_the_trial_balance_and_every_whole_book_sums_to_zero() {
    let house = house();
    let all = house.trial_balance(&["--json"]).object();
    let accounts = all["accounts"].as_array().expect("accounts");
    let balance = |account: &Value| account["balance"].to_string().replace('.', "").parse::<i64>().expect("an amount");
    let open = accounts.iter().filter(|account| balance(account) != 0).count();
    let in_sql = house.rows(
        "SELECT count(*) FROM (SELECT 1 FROM posting GROUP BY book, book_number, owner, owner_number, currency, kind
         HAVING sum(amount_minor) <> 0)",
    );
    assert_eq!(in_sql[0][0], open);
    assert!(all["books"].as_array().expect("books").iter().all(|book| book["whole"] == true && balance_of(book) == 0));

    let own = house.trial_balance(&["--json", "--member", "BRA"]).object();
    let names: Vec<&str> = own["accounts"]
        .as_array()
        .expect("accounts")
        .iter()
        .map(|account| account["account"].as_str().expect("a name"))
        .collect();
    assert!(names.iter().any(|name| name.starts_with("edge-BRA/BRL/")) && names.len() < accounts.len(), "{names:?}");
    let row = |(index, name): (usize, &&str)| format!("{name},{}\n", 1000 + index % 3);
    let rows: Vec<String> = names.iter().enumerate().map(row).collect();
    let whole = house.file("chart.csv", &format!("ours,theirs\n{}", rows.concat()));
    let mapped = house.trial_balance(&["--json", "--member", "BRA", "--chart", text(&whole)]).object();
    let theirs = mapped["chart"].as_array().expect("a chart");
    assert!(theirs.iter().any(|theirs| theirs["theirs"] == "1000"), "{mapped}");
    let page = house.trial_balance(&["--member", "BRA", "--chart", text(&whole)]).done();
    assert!(page.contains("by the member's own chart"), "{page}");

    let lacking = house.file("lacking.csv", &format!("ours,theirs\n{}", rows[2..].concat()));
    let ended = house.trial_balance(&["--member", "BRA", "--chart", text(&lacking)]);
    ended.fails(3, "CHART_INCOMPLETE");
    assert!(ended.err.contains(names[0]) && ended.err.contains(names[1]) && !ended.err.contains(names[2]), "{ended:?}");
    house.trial_balance(&["--member", "ZZZ"]).fails(2, "WRONG_USE");
    house.trial_balance(&["--chart", text(&house.root.path().join("nowhere"))]).fails(3, "FILE_READ");
}

#[test]
fn the_posting_files_of_all_days_make_the_trial_balance_of_the_member() {
    let house = house();
    let posting_file = |arguments: &[&str]| {
        run(&[&["posting-file", "--data", text(&house.day), "--member", "BRA"][..], arguments].concat())
    };
    let read = |csv: &str| {
        let mut reader = csv::Reader::from_reader(csv.as_bytes());
        reader.records().map(|row| row.expect("a row")).collect::<Vec<_>>()
    };
    let minor = |cell: &str| cell.replace('.', "").parse::<i64>().unwrap_or(0);
    let all = read(&posting_file(&[]).done());
    let mut sums = std::collections::BTreeMap::<String, i64>::new();
    for row in &all {
        assert!(row[8].is_empty() != row[9].is_empty(), "a debit or a credit: {row:?}");
        *sums.entry(row[6].to_owned()).or_default() += minor(&row[9]) - minor(&row[8]);
    }
    let trial = house.trial_balance(&["--json", "--member", "BRA"]).object();
    for account in trial["accounts"].as_array().expect("accounts") {
        let name = account["account"].as_str().expect("a name");
        let balance = account["balance"].to_string().replace('.', "").parse::<i64>().expect("an amount");
        assert_eq!(sums.remove(name).unwrap_or(0), balance, "{name}");
    }
    assert!(sums.values().all(|sum| *sum == 0), "accounts that are empty now: {sums:?}");

    let dates: std::collections::BTreeSet<&str> = all.iter().map(|row| &row[2]).collect();
    let by_day: usize = dates.iter().map(|date| read(&posting_file(&["--date", date]).done()).len()).sum();
    assert_eq!(by_day, all.len(), "each entry is in the file of one day");

    let names: std::collections::BTreeSet<&str> = all.iter().map(|row| &row[6]).collect();
    let rows: String = names.iter().map(|name| format!("{name},77\n")).collect();
    let chart = house.file("chart.csv", &format!("ours,theirs\n{rows}"));
    let out = house.root.path().join("out.csv");
    posting_file(&["--chart", text(&chart), "--out", text(&out)]).done();
    let mapped = read(&fs::read_to_string(&out).expect("written"));
    assert!(mapped.len() == all.len() && mapped.iter().all(|row| &row[10] == "77"));
    let lacking = house.file("lacking.csv", "ours,theirs\nedge-BRA/BRL/payout-due/BRA-1,77\n");
    posting_file(&["--chart", text(&lacking)]).fails(3, "CHART_INCOMPLETE");
    posting_file(&["--from", "2024-03-06", "--to", "2024-03-05"]).fails(2, "WRONG_USE");
    run(&["posting-file", "--data", text(&house.day), "--member", "ZZZ"]).fails(2, "WRONG_USE");
}

fn balance_of(book: &Value) -> i64 {
    book["sum"].to_string().replace('.', "").parse().expect("an amount")
}

#[test]
fn the_page_shows_forms_that_are_read() {
    let page = include_str!("../../../../docs/reconciliation.md");
    let house = house();
    let block = |language: &str| {
        let start = page.find(&format!("```{language}\n")).expect("an example") + language.len() + 4;
        &page[start..start + page[start..].find("```").expect("its end")]
    };
    for (name, language) in [("camt.xml", "xml"), ("mt950.txt", "text"), ("statement.csv", "csv")] {
        let file = house.file(name, block(language));
        let ended = house.reconcile(&["--agent", "--json", "--statement", text(&file)]);
        ended.fails(1, "BREAKS_UNEXPLAINED");
        let object: Value = serde_json::from_str(&ended.out).expect("JSON");
        assert_eq!((&object["account"], &object["entries"]), (&Value::from("CAUDAL-USD-1"), &Value::from(2)), "{name}");
    }
}
