//! The forms of values: how each is written, and what it becomes.

use crate::limits::{LIST_ENTRIES_MAX, TEXT_CHARACTERS_MAX};
use crate::reader::{Node, Reader, Wrong};
use crate::section::{Assumed, SectionSchema};
use crate::suggest::nearest;
use domain::Refusal;
use domain::time::Date;
use money::{AmountMinor, CurrencyCode, Rate};
use std::collections::BTreeMap;
use std::ops::Deref;

/// Something that a key may say.
pub(crate) trait Value: Sized {
    /// What may be written, in words.
    fn allowed() -> String;

    /// Reads it, reporting what is wrong with it.
    fn read<'d>(node: Node<'d>, reader: &mut Reader<'d>) -> Option<Self>;

    /// What holds when the key is absent; `None` where it has to be there.
    fn absent() -> Option<Self> {
        None
    }

    /// The words of a closed list with their senses.
    fn words() -> &'static [(&'static str, &'static str)] {
        &[]
    }

    /// The tables below.
    fn below(_: &mut Vec<&'static SectionSchema>) {}
}

/// A form that is written as one piece of text.
macro_rules! from_text {
    ($type:ty, $allowed:expr, $read:expr) => {
        impl Value for $type {
            fn allowed() -> String {
                $allowed.to_owned()
            }

            fn read<'d>(node: Node<'d>, reader: &mut Reader<'d>) -> Option<Self> {
                let read: fn(&str) -> Result<Self, Wrong> = $read;
                let result = match node.text() {
                    Some(text) => read(text),
                    None => Err(Wrong::form(Self::allowed(), "write it in quotes")),
                };
                result.map_err(|wrong| reader.wrong(node, wrong)).ok()
            }
        }
    };
}

impl<T: Value> Value for Option<T> {
    fn allowed() -> String {
        T::allowed()
    }

    fn read<'d>(node: Node<'d>, reader: &mut Reader<'d>) -> Option<Self> {
        T::read(node, reader).map(Some)
    }

    fn absent() -> Option<Self> {
        Some(None)
    }

    fn words() -> &'static [(&'static str, &'static str)] {
        T::words()
    }

    fn below(sections: &mut Vec<&'static SectionSchema>) {
        T::below(sections);
    }
}

/// Entries of a list that has at least one, all different.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct List<T>(pub Vec<T>);

impl<T> Deref for List<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T: Value + PartialEq> Value for List<T> {
    fn allowed() -> String {
        format!("a list of one or more, each once: {}", T::allowed())
    }

    fn words() -> &'static [(&'static str, &'static str)] {
        T::words()
    }

    fn read<'d>(node: Node<'d>, reader: &mut Reader<'d>) -> Option<Self> {
        let remedy = "write it as a list, in square brackets";
        let read: Vec<Option<T>> = read_entries(node, reader, Self::allowed(), remedy)?;
        if read.is_empty() {
            reader.wrong(node, Wrong::not_allowed(Self::allowed(), "name at least one"));
            return None;
        }
        let list: Vec<T> = read.into_iter().collect::<Option<_>>()?;
        if let Some(twice) = (1..list.len()).find(|&index| list[..index].contains(&list[index])) {
            let entry = node.entries().and_then(|entries| entries.get(twice).copied()).unwrap_or(node);
            let remedy = format!("take out entry {}, which is there before", twice + 1);
            reader.wrong(entry, Wrong::not_allowed(Self::allowed(), remedy));
            return None;
        }
        Some(Self(list))
    }
}

/// A list of tables that has at least one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entries<T>(pub Vec<T>);

impl<T> Deref for Entries<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T: Value> Value for Entries<T> {
    fn allowed() -> String {
        format!("a list of one or more, each entry {}", T::allowed())
    }

    fn read<'d>(node: Node<'d>, reader: &mut Reader<'d>) -> Option<Self> {
        let Tables(entries) = Tables::read(node, reader)?;
        if entries.is_empty() {
            reader.wrong(node, Wrong::not_allowed(Self::allowed(), "add an entry"));
            return None;
        }
        Some(Self(entries))
    }

    fn below(sections: &mut Vec<&'static SectionSchema>) {
        T::below(sections);
    }
}

/// A list of tables, which may be absent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tables<T>(pub Vec<T>);

impl<T> Deref for Tables<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T: Value> Value for Tables<T> {
    fn allowed() -> String {
        format!("a list, each entry {}", T::allowed())
    }

    fn read<'d>(node: Node<'d>, reader: &mut Reader<'d>) -> Option<Self> {
        let remedy = "write the table with double brackets, [[…]], once for each entry";
        let read = read_entries(node, reader, Self::allowed(), remedy)?;
        read.into_iter().collect::<Option<_>>().map(Self)
    }

    fn absent() -> Option<Self> {
        Some(Self(Vec::new()))
    }

    fn below(sections: &mut Vec<&'static SectionSchema>) {
        T::below(sections);
    }
}

fn read_entries<'d, T: Value>(
    node: Node<'d>,
    reader: &mut Reader<'d>,
    allowed: String,
    remedy: &str,
) -> Option<Vec<Option<T>>> {
    let Some(entries) = node.entries() else {
        reader.wrong(node, Wrong::form(allowed, remedy));
        return None;
    };
    if entries.len() > LIST_ENTRIES_MAX {
        let allowed = format!("at most {LIST_ENTRIES_MAX} entries");
        reader.wrong(node, Wrong::not_allowed(allowed, "shorten the list"));
        return None;
    }
    Some(entries.into_iter().enumerate().map(|(index, entry)| reader.entry(index, entry)).collect())
}

/// A whole number from `MIN` to `MAX`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Whole<const MIN: u32, const MAX: u32>(u32);

impl<const MIN: u32, const MAX: u32> Whole<MIN, MAX> {
    /// The number.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }

    /// The number, of a key whose largest value fits.
    pub(crate) fn to_u8(self) -> u8 {
        u8::try_from(self.0).expect("bug: the schema admits more than a plan holds")
    }

    /// The number, of a key whose largest value fits.
    pub(crate) fn to_u16(self) -> u16 {
        u16::try_from(self.0).expect("bug: the schema admits more than a plan holds")
    }
}

impl<const MIN: u32, const MAX: u32> Value for Whole<MIN, MAX> {
    fn allowed() -> String {
        if MIN == MAX { format!("{MIN}") } else { format!("a whole number from {MIN} to {MAX}") }
    }

    fn read<'d>(node: Node<'d>, reader: &mut Reader<'d>) -> Option<Self> {
        let Some(number) = node.value().and_then(toml_edit::Value::as_integer) else {
            reader.wrong(node, Wrong::form(Self::allowed(), "write it in digits, without quotes"));
            return None;
        };
        match u32::try_from(number) {
            Ok(number) if (MIN..=MAX).contains(&number) => Some(Self(number)),
            _ => {
                reader.wrong(node, Wrong::not_allowed(Self::allowed(), "write a number within that range"));
                None
            }
        }
    }
}

impl Value for bool {
    fn allowed() -> String {
        "true or false".to_owned()
    }

    fn read<'d>(node: Node<'d>, reader: &mut Reader<'d>) -> Option<Self> {
        let value = node.value().and_then(toml_edit::Value::as_bool);
        if value.is_none() {
            reader.wrong(node, Wrong::form(Self::allowed(), "write true or false, without quotes"));
        }
        value
    }
}

impl Value for Assumed {
    fn allowed() -> String {
        "true, or a list of keys of this table".to_owned()
    }

    fn read<'d>(node: Node<'d>, reader: &mut Reader<'d>) -> Option<Self> {
        if let Some(all) = node.value().and_then(toml_edit::Value::as_bool) {
            return Some(if all { Self::All } else { Self::Nothing });
        }
        if node.entries().is_none() {
            reader.wrong(node, Wrong::form(Self::allowed(), "write true, or the keys in square brackets"));
            return None;
        }
        let keys = List::<Text>::read(node, reader)?;
        Some(Self::Keys(keys.0.into_iter().map(|key| key.0).collect()))
    }
}

/// Text that people read.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Text(pub String);

from_text!(Text, "text", |text| {
    let allowed = format!("text of 1 to {TEXT_CHARACTERS_MAX} characters on one line");
    if text.trim().is_empty() || text.trim() != text {
        return Err(Wrong::not_allowed(allowed, "write something, without blanks around it"));
    }
    if text.chars().count() > TEXT_CHARACTERS_MAX || text.chars().any(char::is_control) {
        return Err(Wrong::not_allowed(allowed, "shorten it to one line"));
    }
    Ok(Self(text.to_owned()))
});

/// Name of a rulebook: what the command line and links call it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Name(pub String);

from_text!(Name, "lower-case letters, digits and hyphens, at most 40", |text| {
    let sound = text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if sound && text.starts_with(|first: char| first.is_ascii_lowercase()) && text.len() <= 40 && !text.ends_with('-') {
        return Ok(Self(text.to_owned()));
    }
    Err(Wrong::not_allowed(Self::allowed(), "write it like caudal or sml-ar-br"))
});

/// Short code of a member.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct MemberCode(pub String);

impl MemberCode {
    fn is_sound(text: &str) -> bool {
        let sound = text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        sound && (2..=8).contains(&text.len())
    }
}

from_text!(MemberCode, "code of a member: 2 to 8 capitals or digits", |text| {
    if Self::is_sound(text) {
        return Ok(Self(text.to_owned()));
    }
    Err(Wrong::not_allowed(Self::allowed(), "write the code under which the member is registered, like BRA or ECCB"))
});

/// Two different members.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MemberPair(pub [MemberCode; 2]);

impl Value for MemberPair {
    fn allowed() -> String {
        "two different members, like [\"IND\", \"NPL\"]".to_owned()
    }

    fn read<'d>(node: Node<'d>, reader: &mut Reader<'d>) -> Option<Self> {
        let List(members) = List::<MemberCode>::read(node, reader)?;
        match <[MemberCode; 2]>::try_from(members) {
            Ok(pair) => Some(Self(pair)),
            Err(_) => {
                reader.wrong(node, Wrong::not_allowed(Self::allowed(), "name the two members of the pair"));
                None
            }
        }
    }
}

/// Code of a unit of account.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct UnitCode(pub String);

from_text!(UnitCode, "code of a unit: 3 to 8 capitals", |text| {
    if text.bytes().all(|byte| byte.is_ascii_uppercase()) && (3..=8).contains(&text.len()) {
        return Ok(Self(text.to_owned()));
    }
    Err(Wrong::not_allowed(Self::allowed(), "write a code like USD or XSU"))
});

from_text!(CurrencyCode, "code of a currency: three capitals (ISO 4217)", |text| {
    Self::parse(text).map_err(|_| {
        Wrong::not_allowed(<Self as Value>::allowed(), "write the three capitals of the currency, like \"USD\"")
    })
});

/// A share, kept in parts per million.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Percent(u32);

impl Percent {
    /// The whole.
    pub const WHOLE: Self = Self(1_000_000);

    /// Parts per million.
    #[must_use]
    pub const fn ppm(self) -> u32 {
        self.0
    }
}

impl std::fmt::Display for Percent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = money::format_minor(i128::from(self.0), 4);
        f.write_str(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

from_text!(Percent, "per cent in quotes, from \"0\" to \"100\", at most four decimals", |text| {
    let wrong = || Wrong::not_allowed(Self::allowed(), "write it like \"5.5\"");
    // A rate is never zero: none per cent is written plainly.
    if text == "0" {
        return Ok(Self(0));
    }
    let rate = Rate::parse(text).map_err(|_| wrong())?;
    let scale = 10_u64.pow(4_u32.checked_sub(u32::from(rate.decimals())).ok_or_else(wrong)?);
    let ppm = rate.mantissa().checked_mul(scale).and_then(|ppm| u32::try_from(ppm).ok()).ok_or_else(wrong)?;
    if ppm > Self::WHOLE.0 { Err(wrong()) } else { Ok(Self(ppm)) }
});

/// A positive decimal number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Decimal(pub Rate);

from_text!(Decimal, "positive decimal number in quotes, at most twelve decimals", |text| {
    let wrong = || Wrong::not_allowed(Self::allowed(), "write it like \"1.25\"");
    Rate::parse(text).map(Self).map_err(|_| wrong())
});

/// An amount of the settlement asset or unit of account, as written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Amount(String);

impl Amount {
    /// The amount in minor units of a currency with so many decimals; `None` where it has more of them.
    #[must_use]
    pub fn minor(&self, minor_decimals: u8) -> Option<AmountMinor> {
        money::parse_amount(&self.0, minor_decimals).ok()
    }

    /// The amount as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

from_text!(Amount, "positive amount in quotes, at most 18 digits with four decimals", |text| {
    match money::parse_amount(text, 4) {
        Ok(_) => Ok(Self(text.to_owned())),
        Err(_) => {
            Err(Wrong::not_allowed(Self::allowed(), "write it in whole units like \"10000.00\", without separators"))
        }
    }
});

/// A time of day, as seconds after midnight.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct TimeOfDay(pub u32);

impl std::fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 3600, self.0 / 60 % 60)?;
        if !self.0.is_multiple_of(60) {
            write!(f, ":{:02}", self.0 % 60)?;
        }
        Ok(())
    }
}

from_text!(TimeOfDay, "time of day in quotes, from \"00:00\" to \"23:59\", seconds if needed", |text| {
    let wrong = || Wrong::not_allowed(Self::allowed(), "write it like \"20:30\"");
    let parts: Vec<&str> = text.split(':').collect();
    if !(2..=3).contains(&parts.len()) {
        return Err(wrong());
    }
    let mut seconds = 0;
    for (part, (unit_s, most)) in parts.into_iter().zip([(3600, 23), (60, 59), (1, 59)]) {
        let two_digits = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        match part.parse::<u32>() {
            Ok(number) if two_digits && number <= most => seconds += unit_s * number,
            _ => return Err(wrong()),
        }
    }
    Ok(Self(seconds))
});

impl Value for Date {
    fn allowed() -> String {
        "a date without quotes: year-month-day".to_owned()
    }

    fn read<'d>(node: Node<'d>, reader: &mut Reader<'d>) -> Option<Self> {
        let date = node.value().and_then(toml_edit::Value::as_datetime).filter(|found| found.time.is_none());
        let Some(date) = date.and_then(|found| found.date) else {
            reader.wrong(node, Wrong::form(<Self as Value>::allowed(), "write it like 1950-07-01, without quotes"));
            return None;
        };
        Date::from_ymd(i32::from(date.year), u32::from(date.month), u32::from(date.day)).or_else(|| {
            reader.wrong(node, Wrong::not_allowed(<Self as Value>::allowed(), "write a date that exists"));
            None
        })
    }
}

/// Code of a refusal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RefusalCode(pub Refusal);

from_text!(
    RefusalCode,
    "permanent code of a refusal; for limits \"PAYMENT_TOO_LARGE\" | \"CREDITOR_LIMIT\" | \"PAIR_LINE\" | \
     \"SHARE_EXCEEDED\" | \"PREFINANCING_LIMIT\" | \"MEMBER_LIMIT\" | \"FACILITY_LIMIT\" | \"PREFUNDED_BALANCE\" | \"ALLOCATION_LIMIT\"",
    |text| {
        if let Some(refusal) = Refusal::ALL.iter().find(|refusal| refusal.code() == text) {
            return Ok(Self(*refusal));
        }
        let remedy = match nearest(text, Refusal::ALL.iter().map(|refusal| refusal.code())) {
            Some(code) => format!("did you mean \"{code}\"?"),
            None => "write the code that belongs to the limit".to_owned(),
        };
        Err(Wrong::not_allowed(Self::allowed(), remedy))
    }
);

/// An amount for each of some members.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AmountByMember(pub BTreeMap<MemberCode, Amount>);

impl Value for AmountByMember {
    fn allowed() -> String {
        "a table of members and amounts: { AUT = \"70\", FRA = \"520\" }".to_owned()
    }

    fn read<'d>(node: Node<'d>, reader: &mut Reader<'d>) -> Option<Self> {
        let Some(table) = node.table().filter(|table| !table.is_empty()) else {
            reader.wrong(node, Wrong::form(Self::allowed(), "write at least one member and its amount"));
            return None;
        };
        let mut amounts = BTreeMap::new();
        let mut sound = true;
        for (key, item) in table.iter() {
            let amount = reader.named_entry(key, Node::Item(item));
            match (amount, MemberCode::is_sound(key)) {
                (Some(amount), true) => {
                    amounts.insert(MemberCode(key.to_owned()), amount);
                }
                (_, true) => sound = false,
                (_, false) => {
                    let remedy = "write the code under which the member is registered";
                    reader.wrong_name(key, Node::Item(item), Wrong::not_allowed(MemberCode::allowed(), remedy));
                    sound = false;
                }
            }
        }
        sound.then_some(Self(amounts))
    }
}

/// Declares a closed list of words, each with its sense.
macro_rules! words {
    ($(
        $(#[doc = $what:literal])*
        $name:ident {
            $( $(#[doc = $sense:literal])* $variant:ident = $word:literal, )+
        }
    )+) => { $(
        $(#[doc = $what])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
        pub enum $name { $( $(#[doc = $sense])* $variant, )+ }

        impl $name {
            /// The words, in order.
            pub const WORDS: &'static [&'static str] = &[$($word),+];

            /// The word as written in a file.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $( Self::$variant => $word, )+ }
            }
        }

        impl $crate::value::Value for $name {
            fn allowed() -> String {
                $crate::reader::quoted(Self::WORDS)
            }

            fn words() -> &'static [(&'static str, &'static str)] {
                &[$( ($word, concat!($($sense),*)), )+]
            }

            fn read<'d>(
                node: $crate::reader::Node<'d>,
                reader: &mut $crate::reader::Reader<'d>,
            ) -> Option<Self> {
                match node.text() {
                    $( Some($word) => Some(Self::$variant), )+
                    found => {
                        reader.wrong(node, $crate::value::wrong_word(found, Self::WORDS));
                        None
                    }
                }
            }
        }
    )+ };
}
pub(crate) use words;

/// Why a text is none of the words.
pub(crate) fn wrong_word(found: Option<&str>, words: &[&str]) -> Wrong {
    let allowed = crate::reader::quoted(words);
    let Some(found) = found else { return Wrong::form(allowed, "write one of these words, in quotes") };
    match nearest(found, words.iter().copied()) {
        Some(word) => Wrong::not_allowed(allowed, format!("did you mean \"{word}\"?")),
        None => Wrong::not_allowed(allowed, "write one of these words"),
    }
}
