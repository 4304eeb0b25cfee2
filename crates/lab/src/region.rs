//! The region: 33 countries, the 28 monetary authorities that serve them, their currencies, and the rounded facts that
//! stand in where no file is given.

use std::fmt;

use domain::Date;
use money::{Currency, CurrencyCode, Rate};

use crate::data_error::DataError;
use crate::holiday_rules::HolidayRules;

#[path = "region_file/read.rs"]
mod read;

/// Institutions that the lab gives to each country.
pub const INSTITUTIONS_PER_COUNTRY: u16 = 3;

/// How the payments of a country fall to its institutions, in percent.
pub const INSTITUTION_WEIGHTS_PERCENT: [u64; 3] = [60, 30, 10];

/// The three letters of a country or territory, in the form of ISO 3166-1 alpha-3.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CountryCode([u8; 3]);

impl CountryCode {
    /// Reads exactly three ASCII capital letters; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<CountryCode> {
        let letters = <[u8; 3]>::try_from(text.as_bytes()).ok()?;
        letters.iter().all(u8::is_ascii_uppercase).then_some(CountryCode(letters))
    }

    /// The three letters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("bug: a country code holds ASCII letters only")
    }

    /// The letters as a number, the same on every machine.
    pub(crate) fn as_number(self) -> u64 {
        self.0.iter().fold(0, |number, &letter| (number << 8) | u64::from(letter))
    }
}

impl fmt::Debug for CountryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for CountryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

macro_rules! index {
    ($(#[$meta:meta])* $name:ident($inner:ty)) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub $inner);

        impl $name {
            /// As an index into a table.
            #[must_use]
            pub fn index(self) -> usize {
                usize::from(self.0)
            }

            /// The index of the `index`-th thing of its kind.
            ///
            /// # Panics
            /// Beyond the type: a bug, for a region that is read holds fewer.
            #[must_use]
            pub fn from_index(index: usize) -> Self {
                Self(<$inner>::try_from(index).expect("bug: more than a region may have"))
            }
        }
    };
}

index!(
    /// A country, by its place in [`Region::countries`].
    CountryIndex(u8)
);
index!(
    /// A member, by its place in [`Region::members`].
    MemberIndex(u8)
);
index!(
    /// A currency, by its place in [`Region::currencies`].
    CurrencyIndex(u8)
);
index!(
    /// An institution of the lab: three to a country, in the order of the countries.
    InstitutionIndex(u16)
);

/// A rounded figure, with its year and source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// The figure, in the unit that its field names.
    pub value: u64,
    /// The year that it describes.
    pub year: i32,
    /// Who published it.
    pub source: String,
}

/// A country: a jurisdiction with its own holidays and institutions.
#[derive(Debug, Clone, PartialEq)]
pub struct Country {
    /// ISO 3166-1 alpha-3.
    pub code: CountryCode,
    /// Its name in English.
    pub name: String,
    /// The city where its banks work.
    pub capital: String,
    /// Of the capital, in degrees, north positive.
    pub latitude: f64,
    /// Of the capital, in degrees, east positive.
    pub longitude: f64,
    /// Of the capital, as the IANA database names it.
    pub time_zone: String,
    /// The monetary authority.
    pub member: MemberIndex,
    /// Gross domestic product in millions of current dollars.
    pub gdp_usd_millions: Fact,
    /// People, in thousands.
    pub population_thousands: Fact,
}

/// A member: a monetary authority.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The country's code, or `ECCB` for the authority that serves six.
    pub code: String,
    /// Its name in its own language.
    pub name: String,
    /// ISO 9362, eight characters.
    pub bic: String,
    /// The country whose calendar is the member's own.
    pub home: CountryIndex,
    /// The countries that it serves.
    pub countries: Vec<CountryIndex>,
    /// The currencies of its national system; the first one valid on a day is the usual one.
    pub edge_currencies: Vec<EdgeCurrency>,
}

/// A currency of a national system, and how long it is or was one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EdgeCurrency {
    /// The currency.
    pub currency: CurrencyIndex,
    /// Its first day; none where that is older than any run.
    pub from: Option<Date>,
    /// Its last day; none where it is still in use.
    pub to: Option<Date>,
}

/// A currency with its rounded rate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegionCurrency {
    /// Code and decimals.
    pub currency: Currency,
    /// Its name.
    pub name: String,
    /// Units of the currency per dollar.
    pub per_usd: Rate,
    /// The year of the rate.
    pub rate_year: i32,
    /// Who published it.
    pub rate_source: String,
    /// Whether it is worth one dollar by definition, whatever a file says.
    pub at_par_by_definition: bool,
}

/// An institution of the lab.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Institution {
    /// The country's code and the institution's rank, as `ARG-1`.
    pub code: String,
    /// Its jurisdiction.
    pub country: CountryIndex,
    /// Its share of the country's payments, in percent.
    pub weight_percent: u64,
}

/// Countries, members, currencies and facts; countries, members and currencies each in the order of their codes.
#[derive(Debug, Clone, PartialEq)]
pub struct Region {
    /// The countries.
    pub countries: Vec<Country>,
    /// The members.
    pub members: Vec<Member>,
    /// The currencies.
    pub currencies: Vec<RegionCurrency>,
    /// What the countries bought from each other in a year, in dollars.
    pub trade_total_usd: Fact,
    /// The holidays of New York.
    pub new_york: HolidayRules,
}

impl Region {
    /// The region that is part of the program.
    ///
    /// # Panics
    /// Where the file built in is wrong: a bug, which a test finds first.
    #[must_use]
    pub fn built_in() -> Region {
        let text = include_str!("region_file/region.toml");
        Region::from_toml("region.toml", text).unwrap_or_else(|error| panic!("bug: {error}"))
    }

    /// Reads a region from the text of a file and checks that it is whole and consistent.
    ///
    /// # Errors
    /// [`crate::data_error::DataCode::RegionFile`].
    pub fn from_toml(file: &str, text: &str) -> Result<Region, DataError> {
        read::region(file, text)
    }

    /// A country by its code; `None` outside the region.
    #[must_use]
    pub fn country(&self, code: CountryCode) -> Option<CountryIndex> {
        let index = self.countries.binary_search_by_key(&code, |country| country.code).ok()?;
        Some(CountryIndex::from_index(index))
    }

    /// A currency by its code; `None` outside the region.
    #[must_use]
    pub fn currency(&self, code: CurrencyCode) -> Option<CurrencyIndex> {
        let index = self.currencies.binary_search_by_key(&code, |currency| currency.currency.code()).ok()?;
        Some(CurrencyIndex::from_index(index))
    }

    /// The countries by index.
    pub fn country_indices(&self) -> impl Iterator<Item = CountryIndex> + use<> {
        (0..self.countries.len()).map(CountryIndex::from_index)
    }

    /// The members by index.
    pub fn member_indices(&self) -> impl Iterator<Item = MemberIndex> + use<> {
        (0..self.members.len()).map(MemberIndex::from_index)
    }

    /// The member that answers for a country.
    #[must_use]
    pub fn member_of(&self, country: CountryIndex) -> MemberIndex {
        self.countries[country.index()].member
    }

    /// The usual currency of a member's national system on a day; `None` where the region file has none.
    #[must_use]
    pub fn edge_currency(&self, member: MemberIndex, date: Date) -> Option<CurrencyIndex> {
        let currencies = &self.members[member.index()].edge_currencies;
        currencies.iter().find(|currency| currency.is_valid_on(date)).map(|currency| currency.currency)
    }

    /// How many institutions the lab has.
    #[must_use]
    pub fn institution_count(&self) -> usize {
        self.countries.len() * usize::from(INSTITUTIONS_PER_COUNTRY)
    }

    /// An institution of the lab.
    ///
    /// # Panics
    /// Beyond [`Region::institution_count`]: a bug.
    #[must_use]
    pub fn institution(&self, institution: InstitutionIndex) -> Institution {
        let country = institution.country();
        let rank = usize::from(institution.0 % INSTITUTIONS_PER_COUNTRY);
        Institution {
            code: format!("{}-{}", self.countries[country.index()].code, rank + 1),
            country,
            weight_percent: INSTITUTION_WEIGHTS_PERCENT[rank],
        }
    }
}

impl InstitutionIndex {
    /// The `rank`-th institution of a country, from 0.
    ///
    /// # Panics
    /// With a rank of [`INSTITUTIONS_PER_COUNTRY`] or more: a bug.
    #[must_use]
    pub fn of(country: CountryIndex, rank: u16) -> InstitutionIndex {
        assert!(rank < INSTITUTIONS_PER_COUNTRY, "a country has {INSTITUTIONS_PER_COUNTRY} institutions");
        InstitutionIndex(u16::from(country.0) * INSTITUTIONS_PER_COUNTRY + rank)
    }

    /// Its country.
    #[must_use]
    pub fn country(self) -> CountryIndex {
        CountryIndex::from_index(usize::from(self.0 / INSTITUTIONS_PER_COUNTRY))
    }
}

impl EdgeCurrency {
    /// Whether the currency is one on that day.
    #[must_use]
    pub fn is_valid_on(self, date: Date) -> bool {
        self.from.is_none_or(|from| from <= date) && self.to.is_none_or(|to| date <= to)
    }
}

#[cfg(test)]
#[path = "region_tests.rs"]
mod tests;
