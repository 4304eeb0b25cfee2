//! Each of the rulebooks that run, on the gravity model.

use crate::world::{Diary, assert_adds_up, open, options, run, scenario, seed};
use journal::{MemoryDisk, NoFaults};
use lab::{DemoOptions, Notices, Phase, Scenario};

const WEEK: (&str, &str) = ("2024-03-04", "2024-03-08");

#[test]
fn under_caudal_payments_net_wait_for_receipts_and_settle() {
    let scenario = scenario(options("caudal", WEEK, 2_000, 1));
    let outcome = run(&scenario);
    assert_adds_up(&outcome, 2_000);
    let assumptions = scenario.assumptions();
    assert_eq!((assumptions.members.len(), assumptions.institution_count), (28, 99));
    assert_eq!(assumptions.prefunding.unwrap().total_usd_cents, outcome.prefunding_usd_cents);
    assert_eq!(assumptions.gross_usd_cents, outcome.gross_usd_cents);
    // Five days, and up to two more until what waits has cleared or expired.
    assert!((5..=7).contains(&outcome.cycles_closed), "{}", outcome.cycles_closed);
    assert!(outcome.payments.cleared > 1_500, "{:?}", outcome.payments);
    assert!(outcome.waits.waited().count > 0 && outcome.waits.mean_us() > Some(0), "{:?}", outcome.waits);
    assert!((1..1_000_000).contains(&outcome.netting_ratio_ppm()), "{}", outcome.netting_ratio_text());
    // Less money is paid than would be one by one.
    assert!(outcome.hard_currency_usd_cents < u128::from(outcome.cleared_usd_cents));
    let debtors = outcome.largest_debtors(3);
    assert!(debtors.windows(2).all(|pair| pair[0].net_usd_cents <= pair[1].net_usd_cents));
    assert!(outcome.largest_creditors(1)[0].net_usd_cents > 0);
}

#[test]
fn prefunding_is_the_multiple_of_mean_daily_debits() {
    let mut more = options("caudal", WEEK, 500, 1);
    let less = scenario(more.clone());
    more.prefunding_ppm = 7_500_000;
    let more = scenario(more);
    let total = |scenario: &Scenario| scenario.assumptions().prefunding.unwrap().total_usd_cents;
    // Twice the mean of five days; each member's is rounded to a cent.
    let gross = u128::from(less.assumptions().gross_usd_cents);
    assert!(total(&less).abs_diff(gross * 2 / 5) <= 28);
    assert!(total(&more).abs_diff(gross * 3 / 2) <= 28);
    assert!(run(&more).waits.waited().count <= run(&less).waits.waited().count);
}

#[test]
fn under_sml_the_two_members_pay_the_net_on_the_next_day() {
    let scenario = scenario(options("sml-ar-br", WEEK, 400, 1));
    let outcome = run(&scenario);
    assert_adds_up(&outcome, 400);
    assert_eq!(outcome.payments.cleared, 400);
    assert_eq!(scenario.assumptions().members, ["ARG", "BRA"]);
    let not_in_run = &scenario.assumptions().not_in_run;
    assert_eq!(not_in_run.flows_not_carried.flow_count, 33 * 32 - 30 - 2);
    assert!(not_in_run.members_without_rate.is_empty());
    assert_eq!(scenario.assumptions().prefunding, None);
    // Nothing clears on the day of the first orders: leg 1 comes on the next.
    let days: Vec<u64> = outcome.days.values().map(|day| day.cleared.count).collect();
    assert_eq!(days[0], 0);
    assert_eq!(days.len(), 6, "{days:?}");
    assert_eq!(outcome.hard_currency_usd_cents * 2, outcome.nets_usd_cents);
}

#[test]
fn under_cpcr_debits_run_on_lines_until_the_period_ends_and_bear_interest() {
    let scenario = scenario(options("cpcr", WEEK, 600, 1));
    let outcome = run(&scenario);
    assert_adds_up(&outcome, 600);
    assert_eq!(outcome.payments.cleared, 600);
    assert_eq!((outcome.cycles_closed, scenario.assumptions().members.len()), (1, 12));
    let lines = scenario.assumptions().pair_lines.clone().unwrap();
    assert_eq!(lines.period, "a period of 4 months");
    assert!((60..=132).contains(&lines.count), "a line for each pair that pays: {}", lines.count);
    // A week's debits times the weeks of a third of a year.
    let gross = u128::from(scenario.assumptions().gross_usd_cents);
    assert!(lines.total_usd_cents.abs_diff(gross * 262 / 15) <= 132);
    let last = outcome.days.last_key_value().unwrap();
    assert_eq!(last.0.to_string(), "2024-05-07", "the week after the close of 30 April");
    assert!(outcome.nets_usd_cents > 0);
}

#[test]
fn a_line_that_is_passed_makes_anticipated_transfers_due() {
    // Brazil pays Argentina and gets almost nothing back: in a period in which it pays more than in the mean of the three,
    // what it owes passes the line.
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("one_way_trade.csv");
    let rows = "year,exporter_iso3,importer_iso3,value_usd\n2024,ARG,BRA,1000000000\n2024,BRA,ARG,100\n";
    std::fs::write(&file, rows).unwrap();
    let mut options = options("cpcr", ("2024-01-01", "2024-12-31"), 1_000, 1);
    options.trade = Some((file, 2024));
    let outcome = run(&scenario(options));
    assert_adds_up(&outcome, 1_000);
    assert_eq!(outcome.payments.cleared, 1_000);
    let member = |code| outcome.members.iter().find(|member| member.code == code).unwrap();
    let (brazil, argentina) = (member("BRA"), member("ARG"));
    assert!(brazil.transfers_paid_usd_cents > 0);
    assert_eq!(brazil.transfers_paid_usd_cents, argentina.transfers_received_usd_cents);
    let of_days: u128 = outcome.days.values().map(|day| day.transfers_usd_cents).sum();
    assert_eq!(of_days, brazil.transfers_paid_usd_cents);
    assert_eq!(outcome.cycles_closed, 3);
    // Each dollar once: what was transferred ahead is not in the net.
    assert!(outcome.hard_currency_usd_cents > u128::from(outcome.cleared_usd_cents));
    assert!(outcome.hard_currency_usd_cents < u128::from(outcome.cleared_usd_cents) * 102 / 100, "and interest");
}

#[test]
fn the_same_seed_gives_the_same_run_and_another_one_another() {
    for rulebook in ["caudal", "sml-ar-br", "cpcr"] {
        let outcome = |of| run(&scenario(options(rulebook, ("2024-03-07", "2024-03-08"), 200, of)));
        let (one, again, other) = (outcome(1), outcome(1), outcome(2));
        assert_eq!(one, again, "{rulebook}");
        assert_ne!(one.state_digest, other.state_digest, "{rulebook}");
    }
}

#[test]
fn the_number_of_payments_is_exact_and_their_value_does_not_depend_on_it() {
    let mut gross = Vec::new();
    for payments in [1, 7, 1_000] {
        let outcome = run(&scenario(options("caudal", ("2024-03-05", "2024-03-05"), payments, 3)));
        assert_adds_up(&outcome, payments);
        gross.push(outcome.gross_usd_cents);
    }
    assert!(gross.windows(2).all(|pair| pair[0] == pair[1]), "{gross:?}");
}

#[test]
fn a_window_without_a_business_day_carries_nothing_and_ends() {
    let mut weekend = options("caudal", ("2024-03-09", "2024-03-10"), 1, 1);
    weekend.payments = None;
    let outcome = run(&scenario(weekend));
    assert_adds_up(&outcome, 0);
    assert_eq!((outcome.netting_ratio_ppm(), outcome.netting_ratio_text().as_str()), (0, "0.000000"));
    assert!(outcome.days.values().all(|day| *day == lab::outcome::DayOutcome::default()));
}

#[test]
fn money_that_is_redenominated_within_the_window_goes_on_in_the_new_one() {
    let outcome = run(&scenario(options("caudal", ("2018-08-16", "2018-08-22"), 3_000, 1)));
    assert_adds_up(&outcome, 3_000);
    assert_eq!(outcome.payments.refused, 0);
    let venezuela = outcome.members.iter().find(|member| member.code == "VEN").unwrap();
    assert!(venezuela.sent.count > 0 && venezuela.received.count > 0);
}

#[test]
fn a_demonstration_needs_no_file_and_says_what_it_assumes() {
    let mut notices = Notices::new();
    let options = DemoOptions { days: 2, payments: Some(300), seed: seed(lab::options::DEFAULT_SEED) };
    let scenario = Scenario::demo(options, &mut notices).unwrap();
    let codes: Vec<&str> = notices.iter().map(lab::Notice::code).collect();
    assert!(
        codes.contains(&"GRAVITY") && codes.contains(&"REGION_RATES") && codes.contains(&"NO_HOLIDAYS"),
        "{codes:?}"
    );
    let sentences = scenario.assumptions().sentences().join("\n");
    assert!(sentences.contains("300 payments") && sentences.contains("from 2024-03-05 to 2024-03-06"), "{sentences}");
    assert!(sentences.contains("prefunding: 0.5 times each member's mean daily debits"), "{sentences}");
    assert_adds_up(&run(&scenario), 300);
}

#[test]
fn the_day_that_everybody_sees_has_something_netted_owed_refused_and_waiting() {
    let options = DemoOptions { days: 1, payments: None, seed: seed(lab::options::DEFAULT_SEED) };
    let scenario = Scenario::demo(options, &mut Notices::new()).unwrap();
    let outcome = run(&scenario);
    assert_adds_up(&outcome, scenario.assumptions().ticket_count);
    assert!((500_000..950_000).contains(&outcome.netting_ratio_ppm()), "{}", outcome.netting_ratio_text());
    assert!(outcome.largest_debtors(3).len() == 3 && outcome.largest_creditors(3).len() == 3);
    let refused: Vec<&str> = outcome.refused.keys().map(|refusal| refusal.code()).collect();
    assert_eq!(refused, ["PAYMENT_TOO_LARGE"]);
    assert_eq!(outcome.waits.by_reason.keys().count(), 2, "{:?}", outcome.waits);
    assert!(outcome.waits.released_by_runs > 0 && outcome.waits.released_by_receipts > 0);
}

#[test]
fn whoever_watches_is_told_of_every_block_and_step() {
    let scenario = scenario(options("caudal", ("2024-03-05", "2024-03-06"), 200, 1));
    let mut engine = open(&MemoryDisk::new(), &scenario, NoFaults);
    let mut diary = Diary::default();
    let outcome = lab::run(&scenario, &mut engine, &mut diary).unwrap();
    assert!(diary.heights.windows(2).all(|pair| pair[0] < pair[1]));
    assert_eq!(diary.heights.last(), Some(&outcome.journal_height));
    let last = diary.progress.last().unwrap();
    assert_eq!((last.phase, last.tickets_submitted, last.tickets), (Phase::Auditing, 200, 200));
    assert_eq!((last.business_day, last.business_days), (2, 2));
}

#[test]
fn tickets_have_documents_where_they_are_required_and_references_of_their_own() {
    let scenario = scenario(options("caudal", ("2024-03-05", "2024-03-05"), 300, 1));
    let mut engine = open(&MemoryDisk::new(), &scenario, NoFaults);
    let outcome = lab::run(&scenario, &mut engine, &mut Diary::default()).unwrap();
    assert_eq!(outcome.payments.refused, 0, "{:?}", outcome.refused);
    let keys: std::collections::BTreeSet<_> =
        engine.state_for_simulation().payments().map(|payment| payment.key.uetr).collect();
    assert_eq!(keys.len(), 300);
}

#[test]
fn each_other_rulebook_plays_its_traffic_through_the_settlement_of_its_period() {
    // The last days of a half-year: periods of one, three and six months close on them.
    for rulebook in ["sml-br-uy", "sml-br-py", "cmcf", "sucre", "sipa", "papss"] {
        let outcome = run(&scenario(options(rulebook, ("2024-06-26", "2024-06-28"), 150, 1)));
        assert_adds_up(&outcome, 150);
        assert!(outcome.payments.cleared > 20, "{rulebook}: {:?}", outcome.payments);
        // Where each payment settles by itself, there is no net.
        assert_eq!(outcome.cycles_closed == 0, rulebook == "sipa", "{rulebook}");
    }
}

#[test]
fn credit_by_right_takes_the_place_of_hard_currency_and_what_is_owed_adds_up() {
    let window = ("2024-06-03", "2024-07-12");
    let cash = run(&scenario(options("caudal", window, 3_000, 1)));
    let credit = run(&scenario(options("caudal-credit", window, 3_000, 1)));
    assert_adds_up(&credit, 3_000);
    assert_eq!(cash.credit, None, "a rulebook without credit");
    let found = credit.credit.expect("a rulebook with credit");
    assert!(found.taken_usd_cents > 0 && found.most_owed_usd_cents > 0, "{found:?}");
    assert_eq!(found.owed_usd_cents, 0, "a run goes on until all debts have had their time and are paid back");
    assert!(found.fund_usd_cents > 0, "each member pays its share in");
    assert!(
        credit.hard_currency_usd_cents < cash.hard_currency_usd_cents,
        "{} with credit, {} without",
        credit.hard_currency_usd_cents,
        cash.hard_currency_usd_cents
    );
}
