//! Currencies: the three letters, and how many decimals the minor unit is away from the unit.

use std::fmt;

/// The largest number of decimals a currency may have (ISO 4217 goes to 4: the Chilean UF, `CLF`).
pub const MAX_MINOR_DECIMALS: u8 = 4;

/// The three letters of a currency, in the form of ISO 4217: ASCII capitals.
///
/// Codes outside the standard (`XSU`, the SUCRE's unit) are as good as those in it: the letters name a currency, they do
/// not prove that it exists.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct CurrencyCode([u8; 3]);

impl CurrencyCode {
    /// The United States dollar.
    pub const USD: CurrencyCode = CurrencyCode::new(b"USD");
    /// The euro.
    pub const EUR: CurrencyCode = CurrencyCode::new(b"EUR");

    /// A code known when the program is written.
    ///
    /// ```
    /// # use money::CurrencyCode;
    /// const BRL: CurrencyCode = CurrencyCode::new(b"BRL");
    /// assert_eq!(BRL.as_str(), "BRL");
    /// ```
    ///
    /// # Panics
    /// Where a letter is not an ASCII capital; in a constant, the program does not compile. For text from outside there
    /// is [`CurrencyCode::parse`].
    pub const fn new(letters: &[u8; 3]) -> CurrencyCode {
        assert!(
            letters[0].is_ascii_uppercase() && letters[1].is_ascii_uppercase() && letters[2].is_ascii_uppercase(),
            "a currency code is three ASCII capital letters"
        );
        CurrencyCode(*letters)
    }

    /// Reads exactly three ASCII capital letters.
    ///
    /// # Errors
    /// [`CurrencyError::NotThreeCapitals`] for anything else, lower case and spaces included.
    pub fn parse(text: &str) -> Result<CurrencyCode, CurrencyError> {
        match <[u8; 3]>::try_from(text.as_bytes()) {
            Ok(letters) if letters.iter().all(u8::is_ascii_uppercase) => Ok(CurrencyCode(letters)),
            _ => Err(CurrencyError::NotThreeCapitals),
        }
    }

    /// The three letters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("bug: a currency code holds ASCII letters only")
    }
}

impl fmt::Debug for CurrencyCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for CurrencyCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A currency: its code and the number of decimals of its minor unit (2 for the dollar's cent, 0 for the guaraní).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct Currency {
    code: CurrencyCode,
    minor_decimals: u8,
}

impl Currency {
    /// A currency with that many decimals.
    ///
    /// # Errors
    /// [`CurrencyError::TooManyDecimals`] above [`MAX_MINOR_DECIMALS`].
    pub const fn new(code: CurrencyCode, minor_decimals: u8) -> Result<Currency, CurrencyError> {
        if minor_decimals > MAX_MINOR_DECIMALS {
            return Err(CurrencyError::TooManyDecimals { allowed: MAX_MINOR_DECIMALS });
        }
        Ok(Currency { code, minor_decimals })
    }

    /// The three letters.
    pub const fn code(self) -> CurrencyCode {
        self.code
    }

    /// How many decimals the minor unit is away from the unit: at most [`MAX_MINOR_DECIMALS`].
    pub const fn minor_decimals(self) -> u8 {
        self.minor_decimals
    }
}

/// Why something is not a currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CurrencyError {
    /// The text is not exactly three ASCII capital letters.
    NotThreeCapitals,
    /// More decimals than any currency has.
    TooManyDecimals {
        /// How many there may be.
        allowed: u8,
    },
}

impl fmt::Display for CurrencyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CurrencyError::NotThreeCapitals => f.write_str("a currency code is three ASCII capital letters, as in USD"),
            CurrencyError::TooManyDecimals { allowed } => write!(f, "a currency has at most {allowed} decimals"),
        }
    }
}

impl std::error::Error for CurrencyError {}
