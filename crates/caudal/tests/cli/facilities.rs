//! `caudal facilities`: who can draw what.

use crate::program::{run, text};
use serde_json::Value;

/// Minor units of an amount of the asset, which has two decimals.
fn minor(amount: &Value) -> i64 {
    amount.to_string().replace('.', "").parse().unwrap_or_else(|_| panic!("no amount: {amount}"))
}

#[test]
fn each_cap_is_what_was_deposited_and_what_is_drawn_and_left_make_it_up() {
    let root = tempfile::tempdir().expect("a folder");
    let day = root.path().join("day");
    run(&["demo", "--json", "--data", text(&day), "--payments", "300"]).done();
    let facilities = |more: &[&str]| run(&[&["facilities", "--data", text(&day)][..], more].concat());
    let object = facilities(&["--json"]).object();
    let house = &object["arrangements"][0];
    assert_eq!((&house["rulebook"], &house["currency"]), (&Value::from("caudal"), &Value::from("USD")));
    let all = house["facilities"].as_array().expect("facilities");
    let trial = run(&["trial-balance", "--data", text(&day), "--json"]).object();
    let deposited = |member: &Value| {
        let name = format!("arrangement-0/USD/prefunding/{}", member.as_str().expect("a code"));
        let accounts = trial["accounts"].as_array().expect("accounts").iter();
        accounts.filter(|account| account["account"] == name).map(|account| minor(&account["balance"])).sum::<i64>()
    };
    let caps: Vec<&Value> = all.iter().filter(|line| line["what"] == "cap").collect();
    assert_eq!(caps.len(), 28, "one for each member");
    for cap in &caps {
        assert_eq!(minor(&cap["limit"]), deposited(&cap["member"]), "{cap}");
        assert_eq!(minor(&cap["drawn"]) + minor(&cap["room"]), minor(&cap["limit"]), "{cap}");
    }

    let own = facilities(&["--json", "--member", "BRA"]).object();
    let own = own["arrangements"][0]["facilities"].as_array().expect("facilities").clone();
    assert!(!own.is_empty() && own.iter().all(|line| line["member"] == "BRA"));
    let of_all: Vec<Value> = all.iter().filter(|line| line["member"] == "BRA").cloned().collect();
    assert_eq!(own, of_all);
    let page = facilities(&["--member", "BRA"]).done();
    assert!(page.contains("cap") && page.contains("to be known") && !page.contains("MEX"), "{page}");
    facilities(&["--member", "ZZZ"]).fails(2, "WRONG_USE");
    facilities(&["--arrangement", "7"]).fails(2, "WRONG_USE");
}
