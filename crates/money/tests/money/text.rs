use money::{AmountMinor, AmountTextError, format_minor, parse_amount};
use proptest::prelude::*;

#[test]
fn an_amount_is_read_in_units_of_its_currency() {
    let table = [
        ("1234.50", 2, 123_450),
        ("1234.5", 2, 123_450),
        ("1234", 2, 123_400),
        ("0.01", 2, 1),
        ("007", 0, 7),
        ("1.2345", 4, 12_345),
        ("999999999999999999", 0, 999_999_999_999_999_999),
        ("9999999999999999.99", 2, 999_999_999_999_999_999),
        ("00000000000000000000000000000001", 2, 100),
    ];
    for (text, decimals, minor) in table {
        assert_eq!(parse_amount(text, decimals).map(AmountMinor::get), Ok(minor), "{text}");
    }
}

#[test]
fn what_is_not_an_amount_says_why() {
    let formats = [
        "",
        ".",
        "1.",
        ".5",
        "1..2",
        "1.2.3",
        "-1",
        "+1",
        " 1",
        "1 ",
        "1,000.00",
        "1'000",
        "1e3",
        "$1",
        "１",
        "1\n",
        "\u{feff}1",
    ];
    for text in formats {
        assert_eq!(parse_amount(text, 2), Err(AmountTextError::Format), "{text:?}");
    }
    assert_eq!(parse_amount("1.005", 2), Err(AmountTextError::TooManyDecimals { allowed: 2 }));
    assert_eq!(parse_amount("1.000", 2), Err(AmountTextError::TooManyDecimals { allowed: 2 }));
    assert_eq!(parse_amount("1.0", 0), Err(AmountTextError::TooManyDecimals { allowed: 0 }));
    assert_eq!(parse_amount("0", 2), Err(AmountTextError::NotPositive));
    assert_eq!(parse_amount("0.00", 2), Err(AmountTextError::NotPositive));
    assert_eq!(parse_amount("1000000000000000000", 0), Err(AmountTextError::TooLarge));
    assert_eq!(parse_amount("10000000000000000", 2), Err(AmountTextError::TooLarge));
    assert_eq!(parse_amount(&"9".repeat(100_000), 2), Err(AmountTextError::TooLarge));
}

#[test]
fn each_error_is_a_sentence_that_names_what_is_allowed() {
    assert_eq!(
        AmountTextError::TooManyDecimals { allowed: 2 }.to_string(),
        "an amount in this currency has at most 2 decimals"
    );
    assert!(AmountTextError::Format.to_string().contains("as in 1234.50"));
}

#[test]
fn minor_units_are_printed_with_all_the_decimals_of_the_currency() {
    let table = [
        (0, 2, "0.00"),
        (5, 2, "0.05"),
        (-5, 2, "-0.05"),
        (-123_405, 2, "-1234.05"),
        (7, 0, "7"),
        (12_345, 4, "1.2345"),
        (i128::MIN, 2, "-1701411834604692317316873037158841057.28"),
        (i128::MAX, 0, "170141183460469231731687303715884105727"),
    ];
    for (minor, decimals, text) in table {
        assert_eq!(format_minor(minor, decimals), text);
    }
}

proptest! {
    #[test]
    fn a_printed_amount_reads_back_as_itself(minor in 1..=AmountMinor::MAX.get(), decimals in 0..=4_u8) {
        let text = format_minor(minor.into(), decimals);
        prop_assert_eq!(parse_amount(&text, decimals).map(AmountMinor::get), Ok(minor));
    }

    #[test]
    fn any_text_is_an_amount_or_an_error(text in "[0-9.,+ -]{0,24}|\\PC{0,12}", decimals in 0..=4_u8) {
        if let Ok(amount) = parse_amount(&text, decimals) {
            prop_assert_eq!(parse_amount(&format_minor(amount.as_balance(), decimals), decimals), Ok(amount));
        }
    }
}
