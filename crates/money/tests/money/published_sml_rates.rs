//! The rates that the central banks of the local-currency payment system published, and the rounding rule behind them.
//!
//! Banco Central de la República Argentina and Banco Central del Uruguay, 3 to 11 March 2022; Banco Central del Paraguay,
//! 7 to 30 April 2025. Each line is a day: local currency per dollar (reference rate), local currency per real (published),
//! reais per dollar (PTAX), reais per unit of local currency (published).

use money::{Rate, RateRounding, Rounding, quotient};

const ARGENTINA: (u8, &str) = (
    5,
    "108.88670,21.66815,5.02520,0.04615
     108.78330,21.53700,5.05100,0.04645
     108.67670,21.69585,5.00910,0.04610
     108.55670,21.32745,5.09000,0.04690
     108.45170,21.44335,5.05760,0.04665
     108.16170,21.31055,5.07550,0.04695
     108.03830,21.40390,5.04760,0.04675",
);

const URUGUAY: (u8, &str) = (
    5,
    "42.60400,8.47810,5.02520,0.11795
     42.60400,8.43480,5.05100,0.11855
     42.54300,8.49315,5.00910,0.11775
     42.75000,8.39885,5.09000,0.11910
     42.78600,8.45975,5.05760,0.11825
     42.66100,8.40530,5.07550,0.11900
     42.57400,8.43455,5.04760,0.11860",
);

const PARAGUAY: (u8, &str) = (
    8,
    "8006.85,1414.51285225,5.6605,0.00070695
     8013.03,1419.13962880,5.6464,0.00070465
     8014.10,1413.97014715,5.6678,0.00070725
     8009.38,1409.03541335,5.6843,0.00070975
     8006.47,1411.20472375,5.6735,0.00070865
     8008.24,1407.99268600,5.6877,0.00071025
     8009.20,1393.07393945,5.7493,0.00071785
     8013.88,1362.78887850,5.8805,0.00073380
     8005.20,1363.65494685,5.8704,0.00073335
     8000.94,1369.50806205,5.8422,0.00073020
     8005.27,1362.97034085,5.8734,0.00073370
     8007.64,1354.65556910,5.9112,0.00073820
     8012.16,1322.09498040,6.0602,0.00075640
     8008.42,1349.01372865,5.9365,0.00074130
     8013.91,1361.19679315,5.8874,0.00073465",
);

/// One published rate: the two quoted ones it is the quotient of, its decimals, and its text.
struct Published {
    numerator: Rate,
    denominator: Rate,
    decimals: u8,
    text: &'static str,
}

fn published() -> Vec<Published> {
    let mut rates = Vec::new();
    for (decimals, days) in [ARGENTINA, URUGUAY, PARAGUAY] {
        for day in days.lines() {
            let cells: Vec<&str> = day.trim().split(',').collect();
            let (reference, ptax) = (Rate::parse(cells[0]).unwrap(), Rate::parse(cells[2]).unwrap());
            rates.push(Published { numerator: reference, denominator: ptax, decimals, text: cells[1] });
            rates.push(Published { numerator: ptax, denominator: reference, decimals, text: cells[3] });
        }
    }
    rates
}

#[test]
fn half_steps_yield_all_fifty_eight_published_rates() {
    let rates = published();
    assert_eq!(rates.len(), 58);
    for Published { numerator, denominator, decimals, text } in rates {
        let found = quotient(numerator, denominator, RateRounding::HalfStep { decimals }).unwrap();
        assert_eq!(found.to_string(), text, "{numerator} / {denominator}");
    }
}

type Rule = fn(&Published) -> u64;

/// The quotient at the published number of decimals, as an integer, under one of the ordinary rules.
fn nearest(rate: &Published, rounding: Rounding) -> u64 {
    let how = RateRounding::Nearest { decimals: rate.decimals, rounding };
    quotient(rate.numerator, rate.denominator, how).unwrap().mantissa()
}

fn hits(rule: Rule) -> usize {
    let hit = |rate: &Published| Rate::new(rule(rate), rate.decimals).unwrap().to_string() == rate.text;
    published().iter().filter(|rate| hit(rate)).count()
}

/// The other rules that one might guess, tried on the same rates: each fails, so the table above can tell them apart.
#[test]
fn no_ordinary_rule_yields_the_published_rates() {
    let nearest_five: Rule = |rate| {
        // To the nearest multiple of 5 is to the nearest unit of a fifth of the rate.
        let fifth = Rate::new(rate.denominator.mantissa() * 5, rate.denominator.decimals()).unwrap();
        let how = RateRounding::Nearest { decimals: rate.decimals, rounding: Rounding::HalfUp };
        quotient(rate.numerator, fifth, how).unwrap().mantissa() * 5
    };
    let ceiling_five: Rule = |rate| nearest(rate, Rounding::Ceiling).next_multiple_of(5);
    let half_up_then_ceiling_five: Rule = |rate| nearest(rate, Rounding::HalfUp).next_multiple_of(5);
    let truncate_then_ceiling_five: Rule = |rate| nearest(rate, Rounding::Floor).next_multiple_of(5);
    let rules = [nearest_five, ceiling_five, half_up_then_ceiling_five, truncate_then_ceiling_five];
    assert_eq!(rules.map(hits), [41, 48, 54, 55]);
    assert!(hits(|rate| nearest(rate, Rounding::HalfUp)) < 20);
}

/// The days on which each of those rules parts from the published rate.
#[test]
fn the_hard_cases_are_hard() {
    let case = |text: &str| published().into_iter().find(|rate| rate.text == text).unwrap();
    // Dropping 0.00000072 and keeping the 5: the ceiling would go on to 0.04620.
    assert_eq!(nearest(&case("0.04615"), Rounding::Ceiling), 4_616);
    // 0.04672046 is nearer to 0.04670.
    assert_eq!(nearest(&case("0.04675"), Rounding::Floor), 4_672);
    // 0.11855694 rounds to 0.11856 and so to 0.11860, 1362.970340858 to …086 and so to …090.
    assert_eq!(nearest(&case("0.11855"), Rounding::HalfUp), 11_856);
    assert_eq!(nearest(&case("1362.97034085"), Rounding::HalfUp), 136_297_034_086);
    // 0.11820689 truncates to a multiple of 5, and still goes up a half-step.
    assert_eq!(nearest(&case("0.11825"), Rounding::Floor), 11_820);
}

#[test]
fn a_last_digit_of_zero_to_five_becomes_five_and_six_to_nine_the_next_zero() {
    let steps = [(0, 1_005), (1, 1_005), (2, 1_005), (3, 1_005), (4, 1_005)];
    let more_steps = [(5, 1_005), (6, 1_010), (7, 1_010), (8, 1_010), (9, 1_010)];
    for (last_digit, expected) in steps.into_iter().chain(more_steps) {
        // With something behind the last digit, and (no published rate shows this one) exactly.
        for behind in [1, 0] {
            let exact = Rate::new((1_000 + last_digit) * 1_000 + behind, 6).unwrap();
            let found = quotient(exact, Rate::ONE, RateRounding::HalfStep { decimals: 3 });
            assert_eq!(found.map(Rate::mantissa), Ok(expected), "{exact}");
        }
    }
}
