use money::{Currency, CurrencyCode, CurrencyError, MAX_MINOR_DECIMALS};
use proptest::prelude::*;

#[test]
fn a_code_is_exactly_three_ascii_capitals() {
    for text in ["USD", "EUR", "BRL", "XSU"] {
        assert_eq!(CurrencyCode::parse(text).unwrap().as_str(), text);
    }
    for text in ["", "US", "USDT", "usd", "US1", "U D", " USD", "USD ", "Ñ$", "ÑA", "US\u{0}"] {
        assert_eq!(CurrencyCode::parse(text), Err(CurrencyError::NotThreeCapitals), "{text:?}");
    }
}

#[test]
fn the_constants_are_what_they_say_and_codes_sort_by_letter() {
    assert_eq!(CurrencyCode::parse("USD"), Ok(CurrencyCode::USD));
    assert_eq!(CurrencyCode::parse("EUR"), Ok(CurrencyCode::EUR));
    assert!(CurrencyCode::EUR < CurrencyCode::USD);
    assert_eq!(format!("{:?} {:>5}", CurrencyCode::USD, CurrencyCode::EUR), "USD   EUR");
}

#[test]
fn a_wrong_code_in_the_program_is_a_bug() {
    for letters in [b"uSD", b"UsD", b"USd", b"US1", b"U D"] {
        assert!(std::panic::catch_unwind(|| CurrencyCode::new(letters)).is_err(), "{letters:?}");
    }
}

#[test]
fn a_currency_has_at_most_four_decimals() {
    for decimals in 0..=MAX_MINOR_DECIMALS {
        let currency = Currency::new(CurrencyCode::USD, decimals).unwrap();
        assert_eq!((currency.code(), currency.minor_decimals()), (CurrencyCode::USD, decimals));
    }
    assert_eq!(Currency::new(CurrencyCode::USD, 5), Err(CurrencyError::TooManyDecimals { allowed: 4 }));
}

proptest! {
    #[test]
    fn any_text_is_a_code_or_an_error(text in any::<String>()) {
        if let Ok(code) = CurrencyCode::parse(&text) {
            prop_assert_eq!(code.as_str(), text);
        }
    }
}
