//! Figures and answers from the tables against those of the auditor and of the lab, and against counting by hand.

use crate::house_in_sql::account_key;
use crate::told::day;
use crate::worlds::{Chain, Events, Place, Values, made, of_lab, rows, simulated};
use audit::Model;
use domain::event::{
    Admitted, CycleClosed, Disposition, EndReason, PaymentEntered, Payout, Quote, SettlementLeg, Stage,
};
use domain::payment::{Amounts, Bucket};
use domain::plan::{Denomination, Purpose};
use domain::{
    Actor, ArrangementId, BookId, CalendarId, Commitment, ContentDigest, CurrencyId, CycleId, Date, Event, EventBody,
    EventSeq, InstitutionId, MemberId, PaymentId, RulebookId, Timestamp, Uetr,
};
use lab::outcome::WaitReason;
use money::{AmountMinor, CurrencyCode, Rate, format_minor};
use std::collections::{BTreeMap, BTreeSet};
use tables::{Answer, QUESTIONS, Reader, Value, question};

fn opened(events: &Events) -> (Place, Reader) {
    let place = Place::new();
    made(&place.file, &Chain::of(events, 50));
    let reader = Reader::open(&place.file).expect("opened");
    (place, reader)
}

fn audited(events: &Events) -> Model {
    let mut auditor = Model::new();
    for (seq, (time, event)) in (0..).zip(events) {
        auditor.apply(EventSeq(seq), *time, event).unwrap_or_else(|finding| panic!("{finding}"));
    }
    auditor
}

fn ask(reader: &Reader, name: &str, parameters: &[(&str, &str)]) -> Answer {
    let given: Vec<(String, String)> =
        parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    question(name).expect("a question").ask(reader, &given).unwrap_or_else(|wrong| panic!("{name}: {wrong}"))
}

/// Values of a column by name.
fn column<'a>(answer: &'a Answer, name: &str) -> Vec<&'a Value> {
    let place = answer.columns.iter().position(|column| column == name).unwrap_or_else(|| panic!("no column {name}"));
    answer.rows.iter().map(|row| &row[place]).collect()
}

fn texts<'a>(answer: &'a Answer, name: &str) -> Vec<&'a str> {
    let text = |value: &'a Value| if let Value::Text(text) = value { text.as_str() } else { "" };
    column(answer, name).into_iter().map(text).collect()
}

/// An amount as text with two decimals, in minor units.
fn cents(text: &str) -> i128 {
    let (whole, fraction) = text.split_once('.').expect("two decimals");
    assert_eq!(fraction.len(), 2, "{text}");
    format!("{whole}{fraction}").parse().expect("digits")
}

#[test]
fn payments_nets_and_money_of_simulated_houses_are_those_of_the_auditor() {
    for seed in 0..8 {
        let events = simulated(seed);
        let (_place, reader) = opened(&events);
        let auditor = audited(&events);
        for row in rows(&reader, "SELECT arrangement FROM arrangement") {
            let arrangement = row.number(0);
            let id = ArrangementId::from_index(usize::try_from(arrangement).unwrap());
            let figures = auditor.figures(id).expect("an arrangement");
            let of = |sql: &str| rows(&reader, &sql.replace("@", &arrangement.to_string()))[0].whole(0);
            assert_eq!(
                of("SELECT count(*) FROM payment WHERE arrangement = @ AND original IS NULL"),
                i128::from(figures.submitted)
            );
            assert_eq!(
                of("SELECT count(*) FROM payment_return JOIN payment USING (payment) WHERE arrangement = @"),
                i128::from(figures.returns)
            );
            for bucket in [
                Bucket::Cleared,
                Bucket::Queued,
                Bucket::Refused,
                Bucket::Expired,
                Bucket::Cancelled,
                Bucket::Returned,
                Bucket::Awaiting,
            ] {
                let figure = format!("{bucket:?}").to_lowercase();
                let sql = format!(
                    "SELECT coalesce(sum(payments), 0) FROM state_count JOIN payment_state USING (state)
                    WHERE arrangement = @ AND NOT returns AND figure = '{figure}'"
                );
                assert_eq!(of(&sql), i128::from(figures.buckets.get(&bucket).copied().unwrap_or(0)), "{figure}");
            }
            let confirmed = "SELECT coalesce(sum(amount_minor), 0) FROM settlement_leg
                WHERE arrangement = @ AND pay_in AND confirmed_seq IS NOT NULL";
            assert_eq!(of(confirmed), i128::try_from(figures.pay_ins_minor).unwrap());
            let transfers = "SELECT coalesce(sum(amount_minor), 0) FROM transfer WHERE arrangement = @ AND confirmed_seq IS NOT NULL";
            assert_eq!(of(transfers), i128::try_from(figures.transfers_minor).unwrap());
            let deposits = "SELECT coalesce(sum(iif(deposit, amount_minor, -amount_minor)), 0) FROM prefunding_movement
                WHERE arrangement = @";
            let used = "SELECT coalesce(sum(amount_minor), 0) FROM entry WHERE arrangement = @ AND kind = 'prefunding'";
            assert_eq!(of(deposits) + of(used), figures.prefunding_minor);
            let closed = "SELECT count(*) FROM cycle WHERE arrangement = @ AND closed_seq IS NOT NULL";
            assert_eq!(of(closed), i128::from(figures.cycles_closed));
            let nets = "SELECT coalesce(sum(abs(net_minor)), 0) FROM net WHERE arrangement = @";
            assert_eq!(of(nets), i128::try_from(figures.nets_absolute_minor).unwrap());
        }
        for row in rows(&reader, "SELECT payment, state_now, payer IS NULL FROM payment_now") {
            // Orders refused on entry are no payments to the auditor.
            let state = auditor.state_of(PaymentId(u64::try_from(row.number(0)).unwrap()));
            let expected = state.map_or(1, |state| i64::from(state as u8));
            assert_eq!((row.number(1), row.number(2) == 1), (expected, state.is_none()), "payment {}", row.number(0));
        }
        let accounts: BTreeMap<_, i128> = auditor.accounts().collect();
        let sql = "SELECT book, book_number, owner, owner_number, currency, kind, balance_minor FROM account WHERE balance_minor <> 0";
        let found: BTreeMap<_, i128> = rows(&reader, sql).iter().map(|row| (account_key(row), row.whole(6))).collect();
        assert_eq!(found, accounts);
    }
}

#[test]
fn the_trial_balance_is_the_auditors_now_and_after_any_event() {
    let events = simulated(5);
    let (_place, reader) = opened(&events);
    for events_so_far in [events.len() / 3, events.len() / 2, events.len()] {
        let auditor = audited(&events[..events_so_far].to_vec());
        let expected: BTreeSet<(String, i64)> = auditor
            .trial_balance()
            .into_iter()
            .map(|((book, _), balance)| {
                let book = match book {
                    BookId::Edge(_) => "edge",
                    BookId::Arrangement(_) => "arrangement",
                };
                (format!("{book} {}", balance.owed_minor), i64::try_from(balance.accounts).unwrap())
            })
            .collect();
        let through = (events_so_far - 1).to_string();
        let answers = if events_so_far == events.len() {
            vec![ask(&reader, "trial-balance", &[]), ask(&reader, "trial-balance", &[("through", &through)])]
        } else {
            vec![ask(&reader, "trial-balance", &[("through", &through)])]
        };
        for answer in answers {
            let books = texts(&answer, "book").into_iter().map(|book| book.split(' ').next().unwrap());
            let owed = texts(&answer, "owed").into_iter().map(|text| text.replace('.', "").parse::<i128>().unwrap());
            let accounts = column(&answer, "accounts").into_iter().map(|value| match value {
                Value::Integer(number) => *number,
                other => panic!("{other:?}"),
            });
            let found: BTreeSet<(String, i64)> = books
                .zip(owed)
                .zip(accounts)
                .map(|((book, owed), accounts)| (format!("{book} {owed}"), accounts))
                .collect();
            assert_eq!(found, expected, "after {events_so_far} events");
            assert!(texts(&answer, "verdict").iter().all(|verdict| *verdict == "balances"), "{answer:?}");
            assert_eq!(texts(&answer, "owed"), texts(&answer, "owing"));
        }
    }
}

#[test]
fn what_was_owed_and_limited_at_a_time_is_what_the_tables_said_then() {
    let (mut owed, mut limits) = (0, 0);
    for seed in [1, 3, 5, 13, 17, 21, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61] {
        let events = simulated(seed);
        // A pay-in that was moved is due on its new day at whatever time one asks: docs/read-tables.md.
        if events.iter().any(|(_, event)| matches!(event.body, EventBody::PayInMoved { .. })) {
            continue;
        }
        let (_place, reader) = opened(&events);
        let closes: Vec<(usize, Date)> = (1..)
            .zip(&events)
            .filter_map(|(count, (_, event))| match event.body {
                EventBody::DayClosed { arrangement: ArrangementId(0), date, .. } => Some((count, date)),
                _ => None,
            })
            .collect();
        for (count, date) in closes.iter().copied().step_by(closes.len() / 5 + 1) {
            let (_then_place, then) = opened(&events[..count].to_vec());
            let date = date.to_string();
            let now = ask(&reader, "owed-at-close", &[("date", &date)]);
            assert_eq!(now, ask(&then, "owed-at-close", &[]), "seed {seed}, {date}");
            owed += now.rows.len();
            // Times are told to the second: one at which nothing happened since.
            let (at, next) = (events[count - 1].0, events.get(count).map_or(Timestamp(i64::MAX), |(time, _)| *time));
            let at = Timestamp(at.0 - at.0.rem_euclid(1_000_000) + 1_000_000);
            if at < next {
                let columns = ["kind", "whose", "maximum", "set_by", "approved_by", "set_seq"];
                let of =
                    |answer: &Answer| columns.map(|name| column(answer, name).into_iter().cloned().collect::<Vec<_>>());
                let now = ask(&reader, "limit-in-force", &[("time", &at.to_string())]);
                assert_eq!(of(&now), of(&ask(&then, "limit-in-force", &[])), "seed {seed}, {at}");
                limits += now.rows.len();
            }
        }
    }
    assert!(owed > 100 && limits > 20, "{owed} debts and {limits} limits: the test says little");
}

#[test]
fn what_made_up_a_net_adds_up_to_it() {
    for (events, least) in [
        (of_lab("caudal", ("2024-03-04", "2024-03-06"), 500).0, 20),
        (of_lab("cpcr", ("2024-04-24", "2024-05-03"), 300).0, 5),
        (simulated(5), 1),
    ] {
        let (_place, reader) = opened(&events);
        // Where positions are kept in other currencies, nets are converted and no sum of theirs.
        let sql = "SELECT net.arrangement, net.cycle, member.code, net_minor FROM net JOIN member USING (member)
            JOIN arrangement USING (arrangement) JOIN rulebook USING (rulebook) WHERE position_currency = 'asset'";
        let nets = rows(&reader, sql);
        assert!(nets.len() >= least, "{} nets", nets.len());
        for row in nets.iter().step_by(nets.len() / 20 + 1) {
            let (arrangement, cycle) = (row.number(0).to_string(), row.number(1).to_string());
            let parameters = [("arrangement", arrangement.as_str()), ("cycle", &cycle), ("member", row.text(2))];
            let answer = ask(&reader, "net-of-member", &parameters);
            let sums = texts(&answer, "sum_so_far");
            let (net, parts) = sums.split_last().expect("a net");
            assert_eq!(Some(net), parts.last(), "{parameters:?}");
            assert_eq!(cents(net), row.whole(3), "{parameters:?}");
            let amounts = texts(&answer, "amount");
            let added: i128 = amounts[..amounts.len() - 1].iter().map(|text| cents(text)).sum();
            assert_eq!(added, row.whole(3), "{parameters:?}");
        }
    }
}

#[test]
fn waits_refusals_and_hard_currency_of_a_run_are_those_of_the_lab() {
    for (rulebook, window, payments) in [
        ("caudal", ("2024-03-04", "2024-03-08"), 1_500),
        ("sml-ar-br", ("2024-03-04", "2024-03-08"), 200),
        ("cpcr", ("2024-03-04", "2024-03-08"), 400),
    ] {
        let (events, outcome) = of_lab(rulebook, window, payments);
        let (_place, reader) = opened(&events);
        let of = |sql: &str| rows(&reader, sql)[0].whole(0);
        assert_eq!(of("SELECT next_seq FROM head"), i128::from(outcome.journal_height));
        assert_eq!(of("SELECT count(*) FROM run WHERE ended_seq IS NOT NULL"), i128::from(outcome.run_count));
        for (because, reasons) in [
            ("behind earlier", &[WaitReason::BehindEarlier][..]),
            ("price ran out", &[WaitReason::QuoteRanOut]),
            ("limit", &[WaitReason::OwnShare, WaitReason::OtherLimit(None)]),
        ] {
            let found = of(&format!("SELECT count(*) FROM payment WHERE queued_because = '{because}'"));
            let told: u64 =
                reasons.iter().filter_map(|reason| outcome.waits.by_reason.get(reason)).map(|part| part.count).sum();
            assert_eq!(found, i128::from(told), "{rulebook}: {because}");
        }
        let longest = "SELECT coalesce(max(done.time_us - begun.time_us), 0) FROM payment
            JOIN event AS begun ON begun.seq = queued_seq JOIN event AS done ON done.seq = cleared_seq";
        assert_eq!(of(longest), i128::from(outcome.waits.longest_us), "{rulebook}");
        let answer = ask(&reader, "longest-waits", &[("count", "1000000")]);
        assert_eq!(answer.rows.len(), usize::try_from(outcome.waits.waited().count).unwrap());
        let released = texts(&answer, "until").iter().filter(|text| text.starts_with("released by run")).count();
        assert_eq!(released, usize::try_from(outcome.waits.released_by_runs).unwrap());

        for (refusal, counted) in &outcome.refused {
            let answer = ask(&reader, "refusals", &[("code", refusal.code())]);
            assert_eq!(answer.rows.len(), usize::try_from(counted.count).unwrap(), "{rulebook}: {}", refusal.code());
            let articles = texts(&answer, "article");
            assert!(refusal.rule().is_none() || articles.iter().all(|article| !article.is_empty()), "{articles:?}");
        }

        let answer = ask(&reader, "hard-currency", &[]);
        let mut paid: BTreeMap<&str, i128> = BTreeMap::new();
        for (member, amount) in texts(&answer, "member").into_iter().zip(texts(&answer, "paid")) {
            *paid.entry(member).or_default() += cents(amount);
        }
        let told: BTreeMap<&str, i128> = outcome
            .members
            .iter()
            .map(|member| (member.code.as_str(), member.pay_in_usd_cents + member.transfers_paid_usd_cents))
            .filter(|(_, amount)| *amount > 0)
            .map(|(code, amount)| (code, i128::try_from(amount).unwrap()))
            .collect();
        assert_eq!(paid, told, "{rulebook}");
        assert_eq!(told.values().sum::<i128>(), i128::try_from(outcome.hard_currency_usd_cents).unwrap());
        let nets = "SELECT member.code, sum(net_minor) FROM net JOIN member USING (member) GROUP BY 1";
        for row in rows(&reader, nets) {
            let member = outcome.members.iter().find(|member| member.code == row.text(0)).expect("a member");
            assert_eq!(row.whole(1), member.net_usd_cents, "{rulebook}: {}", row.text(0));
        }
    }
}

/// Value dates, the business date of leg 2 or of the end, by the events alone.
fn late_by_hand(events: &Events) -> BTreeSet<PaymentId> {
    let mut open: BTreeMap<ArrangementId, Date> = BTreeMap::new();
    let mut value: BTreeMap<PaymentId, (ArrangementId, Date)> = BTreeMap::new();
    let mut late = BTreeSet::new();
    for (time, event) in events {
        let mut done: Vec<PaymentId> = Vec::new();
        match &event.body {
            EventBody::DayOpened { arrangement, date, .. } => {
                open.insert(*arrangement, *date);
                // What waits past its value date is late by then, and stays so whatever comes.
                for (payment, (of, value_date)) in &value {
                    if of == arrangement && value_date < date {
                        late.insert(*payment);
                    }
                }
            }
            EventBody::DayClosed { arrangement, .. } => {
                open.remove(arrangement);
            }
            EventBody::PaymentEntered(entered) => {
                value.insert(entered.payment, (entered.arrangement, entered.value_date));
                if matches!(entered.disposition, Disposition::Cleared(_)) {
                    done.push(entered.payment);
                }
            }
            EventBody::PaymentsPriced { payments, collect_on, .. } => {
                for priced in payments {
                    value.entry(priced.payment).and_modify(|(_, date)| *date = *collect_on);
                    late.remove(&priced.payment);
                }
            }
            EventBody::PaymentsPricedForPayees { payments, collect_on, .. } => {
                for priced in payments {
                    value.entry(priced.payment).and_modify(|(_, date)| *date = *collect_on);
                    late.remove(&priced.payment);
                }
            }
            EventBody::CollectionsConfirmed { payments, .. } => {
                done.extend(
                    payments
                        .iter()
                        .filter(|(_, what)| matches!(what, Admitted::Cleared(_)))
                        .map(|(payment, _)| *payment),
                );
            }
            EventBody::QueueReleased { payments, .. } => done.extend(payments.iter().map(|released| released.payment)),
            EventBody::HoldReleased { payment, disposition: Disposition::Cleared(_), .. }
            | EventBody::HoldRefused { payment } => {
                done.push(*payment);
            }
            EventBody::PaymentsEnded { payments, .. } => done.extend(payments),
            _ => {}
        }
        for payment in done {
            let Some((arrangement, value_date)) = value.remove(&payment) else { continue };
            let date = open.get(&arrangement).copied().unwrap_or_else(|| time.date());
            if date > value_date {
                late.insert(payment);
            } else {
                late.remove(&payment);
            }
        }
    }
    late
}

#[test]
fn payments_not_final_on_their_value_date_are_those_found_by_hand() {
    let mut found_in_all = 0;
    for events in (0..20).map(simulated).chain([of_lab("caudal", ("2024-03-04", "2024-03-08"), 1_500).0]) {
        let (_place, reader) = opened(&events);
        let answer = ask(&reader, "not-final-on-value-date", &[]);
        let found: BTreeSet<PaymentId> = column(&answer, "payment")
            .into_iter()
            .map(|value| match value {
                Value::Integer(number) => PaymentId(u64::try_from(*number).unwrap()),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(found, late_by_hand(&events));
        found_in_all += found.len();
    }
    assert!(found_in_all > 20, "only {found_in_all} were late: the test says little");
}

#[test]
fn returns_and_acts_of_two_persons_are_all_there() {
    for seed in [3, 5] {
        let events = simulated(seed);
        let (_place, reader) = opened(&events);
        let returns =
            events.iter().filter(|(_, event)| matches!(event.body, EventBody::PaymentReturned { .. })).count();
        let answer = ask(&reader, "returns", &[]);
        assert_eq!(answer.rows.len(), returns);
        assert!(
            texts(&answer, "original_now")
                .iter()
                .all(|state| ["returned", "partly returned", "disputed"].contains(state))
        );
        let is_act = |event: &Event| !matches!(event.body, EventBody::CommandRefused { .. });
        let approved = events.iter().filter(|(_, event)| !event.approvals.is_empty() && is_act(event)).count();
        let answer = ask(&reader, "approvals", &[]);
        assert!(approved > 0);
        assert_eq!(answer.rows.len(), approved);
        for (by, approver) in texts(&answer, "given_by").into_iter().zip(texts(&answer, "approved_by")) {
            assert!(!approver.is_empty() && by != approver, "{by} and {approver}");
        }
        let suspended = ask(&reader, "approvals", &[("event", "MemberSuspended")]);
        let told = events.iter().filter(|(_, event)| matches!(event.body, EventBody::MemberSuspended { .. }));
        assert_eq!(suspended.rows.len(), told.count());
    }
}

#[test]
fn every_question_is_answered_in_an_empty_house_too() {
    let place = Place::new();
    made(&place.file, &Chain::default());
    let reader = Reader::open(&place.file).expect("opened");
    for question in QUESTIONS {
        let answer = question.ask(&reader, &[]).unwrap_or_else(|wrong| panic!("{}: {wrong}", question.name));
        assert!(!answer.columns.is_empty() && answer.rows.is_empty(), "{}: {answer:?}", question.name);
    }
}

/// A house of two members in which payments of the largest amount clear, more than 64 bits can sum.
fn of_largest_amounts(payments: u64) -> Events {
    let mut events = Events::new();
    let mut now = day("2024-03-04").start();
    let mut tell = |body: EventBody| {
        now = now.plus_us(1);
        events.push((now, Event { actor: Actor::HOUSE, approvals: Vec::new(), body }));
    };
    let code = |text| CurrencyCode::parse(text).unwrap();
    tell(EventBody::CurrencyRegistered { currency: CurrencyId(0), code: code("USD"), minor_decimals: 2 });
    tell(EventBody::CalendarDefined { calendar: CalendarId(0), name: "all".to_owned() });
    for (index, code) in ["AAA", "BBB"].into_iter().enumerate() {
        let member = MemberId::from_index(index);
        tell(EventBody::MemberRegistered { member, code: code.to_owned(), bic: format!("{code}ZZZZZ") });
        tell(EventBody::InstitutionAuthorised {
            institution: InstitutionId::from_index(index),
            member,
            code: format!("{code}-1"),
            jurisdiction: code.to_owned(),
            calendar: CalendarId(0),
            currency: CurrencyId(0),
        });
    }
    let rulebook = rulebook::parse("caudal.toml", rulebook::source("caudal").unwrap()).expect("our own");
    let plan = Box::new(rulebook.compile().expect("runs"));
    tell(EventBody::RulebookAdopted { rulebook: RulebookId(0), source: Vec::new(), plan });
    let (arrangement, agent_calendar, asset_calendar) = (ArrangementId(0), CalendarId(0), CalendarId(0));
    tell(EventBody::ArrangementOpened { arrangement, rulebook: RulebookId(0), agent_calendar, asset_calendar });
    tell(EventBody::MemberJoined { arrangement, member: MemberId(0), stage: Stage::Net, payout_at_clearing: false });
    let rate = Rate::ONE;
    let quote = Quote::TwoSided { buy: rate, sell: rate };
    tell(EventBody::RatePublished { arrangement, member: MemberId(0), currency: CurrencyId(0), quote });
    let amount = AmountMinor::MAX;
    for payment in 0..payments {
        tell(EventBody::PaymentEntered(PaymentEntered {
            payment: PaymentId(payment),
            arrangement,
            uetr: Uetr([u8::try_from(payment).unwrap(); 16]),
            payer: InstitutionId(0),
            payee: InstitutionId(1),
            content: ContentDigest([1; 16]),
            commitment: Commitment([2; 32]),
            document: None,
            instrument: None,
            purpose: Purpose::Goods,
            urgent: false,
            denomination: Denomination::Asset,
            position_currency: CurrencyId(0),
            amounts: Amounts { payer: Some(amount), position: amount, payee: amount },
            quote_until: None,
            value_date: day("2024-03-04"),
            collected: true,
            conformity_by: None,
            disposition: Disposition::Cleared(Payout::AfterSettlement),
        }));
    }
    let total = i128::from(payments) * amount.as_balance();
    let usd = CurrencyId(0);
    let leg = |member, pay_in| SettlementLeg { member: MemberId(member), counterparty: None, pay_in, amount };
    tell(EventBody::CycleClosed(Box::new(CycleClosed {
        arrangement,
        cycle: CycleId(0),
        date: day("2024-03-04"),
        positions: vec![(InstitutionId(0), usd, -total), (InstitutionId(1), usd, total)],
        interest: Vec::new(),
        nets: vec![(MemberId(0), -total), (MemberId(1), total)],
        fx_results: Vec::new(),
        legs: vec![leg(0, true), leg(1, false)],
        settle_on: day("2024-03-05"),
    })));
    tell(EventBody::PaymentsEnded { arrangement, reason: EndReason::Cancelled, payments: Vec::new() });
    events
}

#[test]
fn sums_beyond_64_bits_stay_exact_everywhere() {
    let events = of_largest_amounts(25);
    let (place, reader) = opened(&events);
    let total = 25 * AmountMinor::MAX.as_balance();
    assert!(i64::try_from(total).is_err());
    let of = |sql: &str| rows(&reader, sql).iter().map(|row| row.whole(0)).collect::<Vec<_>>();
    assert_eq!(of("SELECT balance_minor FROM position ORDER BY institution"), [-total, total]);
    assert_eq!(of("SELECT received_minor FROM position ORDER BY institution"), [0, total]);
    assert_eq!(of("SELECT net_minor FROM net ORDER BY member"), [-total, total]);
    assert_eq!(of("SELECT low_owes_minor FROM pair_figure"), [total]);
    assert_eq!(of("SELECT balance_minor FROM account WHERE kind = 'payout due'"), [total]);
    let texts = |sql: &str| rows(&reader, sql).iter().map(|row| row.text(0).to_owned()).collect::<Vec<_>>();
    let text = format_minor(total, 2);
    assert_eq!(texts("SELECT net FROM net_readable ORDER BY member"), [format!("-{text}"), text.clone()]);
    assert_eq!(texts("SELECT balance FROM position_readable WHERE member = 'BBB'"), [text]);
    drop(reader);
    // And they are taken up again as exactly as they were left.
    let mut more = of_largest_amounts(26);
    let next = more.iter().position(|(_, event)| matches!(event.body, EventBody::CycleClosed(_))).expect("a close");
    more.truncate(next);
    let chain = Chain::of(&more, 10);
    let split = Place::new();
    for block in &chain.0 {
        let mut tables = match tables::Tables::open(&split.file) {
            Err(tables::TablesFault::Missing { .. }) => tables::Tables::create(&split.file).expect("made"),
            opened => opened.expect("opened"),
        };
        tables.apply(block).unwrap_or_else(|fault| panic!("{fault}"));
    }
    assert_eq!(crate::worlds::content(&split.file), made(&place.file, &chain));
}

#[test]
fn amounts_times_and_dates_are_written_out_exactly() {
    // Currencies without decimals and with more, negative amounts below one unit, the smallest and the largest.
    let (_place, reader) = opened(&of_largest_amounts(1));
    let sql = rows(&reader, "SELECT sql FROM sqlite_schema WHERE name = 'net_readable'")[0].text(0).to_owned();
    let start = sql.find("iif(net_minor < 0").expect("the expression of an amount");
    let end = start + sql[start..].find(" AS net").expect("its end");
    let expression = &sql[start..end];
    for minor in [0, 1, -1, 9, 10, -10, 99, 100, -100, 12_345, -12_345, i64::MAX, -i64::MAX] {
        for decimals in 0..=4_u8 {
            let query = format!(
                "SELECT {expression} FROM (SELECT {minor} AS net_minor), (SELECT {decimals} AS minor_decimals) AS currency"
            );
            assert_eq!(
                rows(&reader, &query)[0].text(0),
                format_minor(i128::from(minor), decimals),
                "{minor}, {decimals}"
            );
        }
    }
    let time = rows(&reader, "SELECT time FROM event_readable ORDER BY seq")[0].text(0).to_owned();
    assert_eq!(time, "2024-03-04T00:00:00.000001Z");
    assert_eq!(rows(&reader, "SELECT value_date FROM payment_readable")[0].text(0), "2024-03-04");
}
