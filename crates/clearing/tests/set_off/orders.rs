//! The same rows in another order give the same answer.

use crate::support::{Draws, random_debts, solved};
use certify::set_off::Instance;
use clearing::set_off::debts::{Debt, RowError, in_canonical_order};

fn rows(ids: &[String], names: &[String], draws: &mut Draws) -> Vec<Debt<'static>> {
    let leak = |text: &String| -> &'static str { Box::leak(text.clone().into_boxed_str()) };
    let participants = u32::try_from(names.len()).expect("few");
    let debts = random_debts(draws, participants, ids.len(), 3, 1_000);
    debts
        .iter()
        .zip(ids)
        .map(|(debt, id)| Debt {
            id: leak(id),
            debtor: leak(&names[debt.debtor as usize]),
            creditor: leak(&names[debt.creditor as usize]),
            amount: debt.amount,
            class: debt.class,
            due: ["", "2026-01-31", "2026-02-28"][draws.index(3) as usize],
            minimum_part: (draws.below(4) == 0).then(|| draws.amount(1, debt.amount)),
        })
        .collect()
}

#[test]
fn rows_in_any_order_give_the_same_set_off_of_each_identifier_and_the_same_certificate() {
    for seed in 0..60 {
        let mut draws = Draws(seed);
        let ids: Vec<String> = (0..80).map(|number| format!("{}{number}", ["", "INV-"][number % 2])).collect();
        let names: Vec<String> = (0..9).map(|number| format!("firm {number}")).collect();
        let mut rows = rows(&ids, &names, &mut draws);
        let mut liquidity = [("firm 3", 500), ("firm 1", 200), ("a stranger", 7)];
        let first = in_canonical_order(&rows, &liquidity, 1).expect("good rows");
        let answer = solved(&first.instance);
        draws.shuffle(&mut rows);
        draws.shuffle(&mut liquidity);
        let second = in_canonical_order(&rows, &liquidity, 1).expect("good rows");
        assert_eq!(first.instance, second.instance, "seed {seed}");
        assert_eq!(answer, solved(&second.instance));
    }
}

#[test]
fn the_order_of_debts_that_are_not_parallel_does_not_matter() {
    for seed in 0..60 {
        let mut draws = Draws(seed);
        let obligations = random_debts(&mut draws, 12, 150, 2, 10_000);
        let instance = Instance { participants: 12, obligations: obligations.clone(), ..Instance::default() };
        let answer = solved(&instance);
        let mut order: Vec<usize> = (0..obligations.len()).collect();
        draws.shuffle(&mut order);
        // Parallel ones keep their order: the places that they have go to them in it.
        let key = |index: usize| (obligations[index].debtor, obligations[index].creditor, obligations[index].class);
        let mut in_their_order: Vec<usize> = order.clone();
        for place in 0..order.len() {
            let earlier = order[..place].iter().filter(|&&other| key(other) == key(order[place])).count();
            let parallel = (0..obligations.len()).filter(|&other| key(other) == key(order[place]));
            in_their_order[place] = parallel.clone().nth(earlier).expect("as many as there are");
        }
        let moved = in_their_order.iter().map(|&index| obligations[index]).collect();
        let other = solved(&Instance { obligations: moved, ..instance });
        let expected: Vec<i64> = in_their_order.iter().map(|&index| answer.proposal.set_off[index]).collect();
        assert_eq!(other.proposal.set_off, expected, "seed {seed}");
        assert_eq!(other.certificate, answer.certificate);
    }
}

#[test]
fn identifiers_that_are_numbers_are_ordered_as_numbers_and_due_dates_come_before_them() {
    let debt = |id, due| Debt { id, debtor: "A", creditor: "B", amount: 1, class: 0, due, minimum_part: None };
    let rows = [debt("x", ""), debt("10", ""), debt("9", ""), debt("009", ""), debt("y", "2026-05-01")];
    let named = in_canonical_order(&rows, &[], 0).expect("good rows");
    assert_eq!(named.rows, [4, 3, 2, 1, 0]);
    assert_eq!(named.participants, ["A", "B"]);
}

#[test]
fn rows_that_make_no_sense_are_refused_by_their_number() {
    let good = Debt { id: "1", debtor: "A", creditor: "B", amount: 5, class: 0, due: "", minimum_part: None };
    let refused = |second: Debt<'_>| in_canonical_order(&[good, second], &[], 0).expect_err("a bad row");
    let at_1 = |rule| RowError { list: "debts", row: 1, rule };
    let good_2 = Debt { id: "2", ..good };
    assert_eq!(refused(Debt { creditor: "A", ..good_2 }), at_1("nobody owes to itself"));
    assert_eq!(refused(Debt { amount: 0, ..good_2 }), at_1("the amount is at least 1"));
    assert_eq!(refused(Debt { amount: -5, ..good_2 }), at_1("the amount is at least 1"));
    assert_eq!(refused(Debt { class: 64, ..good_2 }), at_1("the class is at most 63"));
    assert_eq!(refused(good), at_1("the identifier is that of an earlier row"));
    let minimum_part = Some(6);
    assert_eq!(refused(Debt { minimum_part, ..good_2 }), at_1("the minimum part is at least 1 and at most the amount"));
    let of = |row, rule| Err(RowError { list: "liquidity", row, rule });
    assert_eq!(in_canonical_order(&[good], &[("A", -1)], 0), of(0, "liquidity is at least 0"));
    assert_eq!(
        in_canonical_order(&[good], &[("A", 1), ("A", 1)], 0),
        of(1, "the participant is that of an earlier row")
    );
}
