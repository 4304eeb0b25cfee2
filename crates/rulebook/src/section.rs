//! A section of the schema: one declaration gives the typed table, its reader and its page in the reference.

use crate::value::Value;

/// What the schema says of a table.
#[derive(Clone, Copy, Debug)]
pub struct SectionSchema {
    /// Path of the table in a file: `credit.tranches`, `limits[]` for a list of tables, empty for the file itself.
    pub path: &'static str,
    /// What the table is for.
    pub what: &'static str,
    /// Whether it is a rule, which carries an `article` and may be `assumed`.
    pub is_rule: bool,
    /// Its keys in order, those of every rule last.
    pub keys: &'static [KeySchema],
}

impl SectionSchema {
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.keys.iter().map(|key| key.name)
    }

    /// Name of the section of the reference page that describes this table.
    pub(crate) fn anchor(&self) -> &'static str {
        match self.path.split(['.', '[']).next() {
            None | Some("") => "file",
            Some(first) => first,
        }
    }

    pub(crate) fn table_form(&self) -> String {
        let names: Vec<&str> = self.names().collect();
        format!("a table with the keys {}", names.join(", "))
    }
}

/// What the schema says of a key.
#[derive(Clone, Copy, Debug)]
pub struct KeySchema {
    /// Its name.
    pub name: &'static str,
    /// What it means.
    pub meaning: &'static str,
    /// When it has to be there.
    pub need: Need,
    /// What may be written, in words.
    pub allowed: fn() -> String,
    /// The words of a closed list with their senses; empty for other forms.
    pub words: fn() -> &'static [(&'static str, &'static str)],
    /// Whether the type itself allows absence.
    pub may_be_absent: fn() -> bool,
    /// The tables below it.
    pub below: fn(&mut Vec<&'static SectionSchema>),
}

/// When a key has to be there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Need {
    /// As its type says: always, or never.
    ByType,
    /// When another key of the table has one of these values; not otherwise.
    Required {
        /// The other key.
        with: &'static str,
        /// Its values.
        values: &'static [&'static str],
    },
    /// It may be there when another key of the table has one of these values; not otherwise.
    Admitted {
        /// The other key.
        with: &'static str,
        /// Its values.
        values: &'static [&'static str],
    },
}

/// Where a rule comes from, and what of it is assumed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Source {
    /// Article of the treaty, regulation or design.
    pub article: String,
    /// What is assumed, for want of a source.
    pub assumed: Assumed,
}

/// What of a rule is assumed.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Assumed {
    /// Nothing.
    #[default]
    Nothing,
    /// The whole rule.
    All,
    /// The values of some keys.
    Keys(Vec<String>),
}

impl Source {
    /// Whether the value of a key is assumed.
    #[must_use]
    pub fn assumes(&self, key: &str) -> bool {
        match &self.assumed {
            Assumed::Nothing => false,
            Assumed::All => true,
            Assumed::Keys(keys) => keys.iter().any(|assumed| assumed == key),
        }
    }

    /// Whether anything of the rule is assumed.
    #[must_use]
    pub fn assumes_anything(&self) -> bool {
        self.assumed != Assumed::Nothing
    }
}

pub(crate) const fn key_schema<T: Value>(name: &'static str, meaning: &'static str, need: Need) -> KeySchema {
    KeySchema {
        name,
        meaning,
        need,
        allowed: T::allowed,
        words: T::words,
        may_be_absent: || T::absent().is_some(),
        below: T::below,
    }
}

/// Declares tables: a struct with documented fields, each read by its type.
///
/// `[required with KEY = "value"]` and `[admitted with KEY = "value"]` before a field tie it to another key. A `rule` has
/// an article besides its fields.
macro_rules! sections {
    ($(
        $(#[doc = $what:literal])*
        $kind:ident $name:ident = $path:literal {
            $(
                $(#[doc = $meaning:literal])*
                $([$need:ident with $with:ident = $($value:literal)|+])?
                $key:ident: $type:ty,
            )+
        }
    )+) => { $(
        $crate::section::sections!(@struct $kind ($(#[doc = $what])*) $name
            $( $(#[doc = $meaning])* pub $key: $type, )+);

        impl $name {
            /// The keys of the table.
            pub const SCHEMA: &'static $crate::section::SectionSchema = &$crate::section::SectionSchema {
                path: $path,
                what: concat!($($what,)*),
                is_rule: $crate::section::sections!(@is_rule $kind),
                keys: $crate::section::sections!(@keys $kind $(
                    $crate::section::key_schema::<$type>(
                        stringify!($key),
                        concat!($($meaning,)*),
                        $crate::section::sections!(@need $([$need with $with = $($value)|+])?),
                    ),
                )+),
            };
        }

        impl $crate::value::Value for $name {
            fn allowed() -> String {
                Self::SCHEMA.table_form()
            }

            fn read<'d>(
                node: $crate::reader::Node<'d>,
                reader: &mut $crate::reader::Reader<'d>,
            ) -> Option<Self> {
                reader.section(node, Self::SCHEMA, |table| {
                    let mut keys = Self::SCHEMA.keys.iter();
                    $( let $key: Option<$type> = table.read(keys.next()?); )+
                    $crate::section::sections!(@finish $kind table keys $($key)+)
                })
            }

            fn below(sections: &mut Vec<&'static $crate::section::SectionSchema>) {
                if sections.iter().any(|known| known.path == Self::SCHEMA.path) {
                    return;
                }
                sections.push(Self::SCHEMA);
                for key in Self::SCHEMA.keys {
                    (key.below)(sections);
                }
            }
        }
    )+ };

    (@struct rule ($($what:tt)*) $name:ident $($fields:tt)+) => {
        $($what)*
        #[derive(Clone, PartialEq, Eq, Debug)]
        pub struct $name {
            $($fields)+
            /// Where the rule comes from.
            pub source: $crate::section::Source,
        }
    };
    (@struct table ($($what:tt)*) $name:ident $($fields:tt)+) => {
        $($what)*
        #[derive(Clone, PartialEq, Eq, Debug)]
        pub struct $name { $($fields)+ }
    };
    (@is_rule rule) => { true };
    (@is_rule table) => { false };
    (@keys rule $($keys:tt)+) => {
        &[$($keys)+ $crate::section::ARTICLE, $crate::section::ASSUMED]
    };
    (@keys table $($keys:tt)+) => { &[$($keys)+] };
    (@finish rule $table:ident $keys:ident $($key:ident)+) => {{
        let source = $table.source();
        Some(Self { $($key: $key?,)+ source: source? })
    }};
    (@finish table $table:ident $keys:ident $($key:ident)+) => { Some(Self { $($key: $key?,)+ }) };
    (@need) => { $crate::section::Need::ByType };
    (@need [required with $with:ident = $($value:literal)|+]) => {
        $crate::section::Need::Required { with: stringify!($with), values: &[$($value),+] }
    };
    (@need [admitted with $with:ident = $($value:literal)|+]) => {
        $crate::section::Need::Admitted { with: stringify!($with), values: &[$($value),+] }
    };
}
pub(crate) use sections;

/// The article that every rule carries.
pub(crate) static ARTICLE_SCHEMA: KeySchema = ARTICLE;
/// What of a rule is assumed.
pub(crate) static ASSUMED_SCHEMA: KeySchema = ASSUMED;

pub(crate) const ARTICLE: KeySchema = key_schema::<crate::value::Text>(
    "article",
    " Article of the treaty, regulation or design that the rule comes from; shown with every refusal by it.",
    Need::ByType,
);
pub(crate) const ASSUMED: KeySchema = key_schema::<Option<Assumed>>(
    "assumed",
    " What no source was found for: the whole rule, or the named keys of it. Printed wherever the rule is.",
    Need::ByType,
);
