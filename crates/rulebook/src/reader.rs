//! Walks a TOML document key by key, remembers where everything stands, and gathers errors instead of stopping.

use crate::error::{ErrorKind, RulebookError};
use crate::limits::{ERRORS_MAX, FOUND_CHARACTERS_MAX, TEXT_CHARACTERS_MAX};
use crate::section::{ARTICLE_SCHEMA, ASSUMED_SCHEMA, Assumed, KeySchema, Need, SectionSchema, Source};
use crate::suggest::nearest;
use crate::value::{Text, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::ops::Range;
use toml_edit::{ArrayOfTables, Item, TableLike};

/// A piece of the document.
#[derive(Clone, Copy)]
pub(crate) enum Node<'d> {
    Item(&'d Item),
    Value(&'d toml_edit::Value),
    Table(&'d toml_edit::Table),
}

impl<'d> Node<'d> {
    pub(crate) fn text(self) -> Option<&'d str> {
        self.value().and_then(toml_edit::Value::as_str)
    }

    pub(crate) fn value(self) -> Option<&'d toml_edit::Value> {
        match self {
            Self::Item(item) => item.as_value(),
            Self::Value(value) => Some(value),
            Self::Table(_) => None,
        }
    }

    pub(crate) fn table(self) -> Option<&'d dyn TableLike> {
        match self {
            Self::Item(item) => item.as_table_like(),
            Self::Value(value) => value.as_inline_table().map(|table| table as &dyn TableLike),
            Self::Table(table) => Some(table),
        }
    }

    fn tables(self) -> Option<&'d ArrayOfTables> {
        match self {
            Self::Item(item) => item.as_array_of_tables(),
            Self::Value(_) | Self::Table(_) => None,
        }
    }

    /// Entries of an array, or of an array of tables.
    pub(crate) fn entries(self) -> Option<Vec<Node<'d>>> {
        if let Some(tables) = self.tables() {
            return Some(tables.iter().map(Node::Table).collect());
        }
        let array = self.value()?.as_array()?;
        Some(array.iter().map(Node::Value).collect())
    }

    fn span(self) -> Option<Range<usize>> {
        match self {
            Self::Item(item) => item.span(),
            Self::Value(value) => value.span(),
            Self::Table(table) => table.span(),
        }
    }

    /// What the file says here, short enough to be repeated.
    fn found(self) -> String {
        match self.value() {
            Some(value) => {
                let words: Vec<String> = value.to_string().split_whitespace().map(str::to_owned).collect();
                shorten(&words.join(" "), FOUND_CHARACTERS_MAX)
            }
            None if self.tables().is_some() => "a list of tables".to_owned(),
            None => "a table".to_owned(),
        }
    }
}

fn shorten(text: &str, characters_max: usize) -> String {
    let text: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    if text.chars().count() <= characters_max {
        return text;
    }
    let mut short: String = text.chars().take(characters_max).collect();
    short.push('…');
    short
}

/// A key as an error repeats it.
fn key_text(key: &str) -> String {
    shorten(key, FOUND_CHARACTERS_MAX)
}

/// Where a key stands and what it says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Place {
    pub(crate) at: usize,
    pub(crate) found: String,
    pub(crate) article: Option<String>,
    pub(crate) section: &'static str,
}

/// Why a value cannot be read.
pub(crate) struct Wrong {
    pub(crate) kind: ErrorKind,
    pub(crate) allowed: String,
    pub(crate) remedy: String,
}

impl Wrong {
    pub(crate) fn form(allowed: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { kind: ErrorKind::WrongForm, allowed: allowed.into(), remedy: remedy.into() }
    }

    pub(crate) fn not_allowed(allowed: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { kind: ErrorKind::NotAllowed, allowed: allowed.into(), remedy: remedy.into() }
    }
}

/// State of reading one file.
pub(crate) struct Reader<'d> {
    file: &'d str,
    text: &'d str,
    path: String,
    /// Offset of the innermost thing that has a place.
    at: usize,
    section: &'static str,
    article: Option<String>,
    places: BTreeMap<String, Place>,
    errors: Vec<RulebookError>,
}

impl<'d> Reader<'d> {
    pub(crate) fn new(file: &'d str, text: &'d str) -> Self {
        Self {
            file,
            text,
            path: String::new(),
            at: 0,
            section: "file",
            article: None,
            places: BTreeMap::new(),
            errors: Vec::new(),
        }
    }

    /// The errors, in the order of the file, and the places of the keys.
    pub(crate) fn finish(mut self) -> (Vec<RulebookError>, BTreeMap<String, Place>) {
        self.errors.sort_by_key(|error| (error.line, error.column));
        self.errors.truncate(ERRORS_MAX);
        (self.errors, self.places)
    }

    /// Reports that the text as a whole, or from an offset on, cannot be read.
    pub(crate) fn unreadable(&mut self, kind: ErrorKind, at: usize, found: String, allowed: &str, remedy: &str) {
        self.at = at;
        self.report(kind, found, allowed.to_owned(), remedy.to_owned());
    }

    pub(crate) fn wrong(&mut self, node: Node<'d>, wrong: Wrong) {
        let at = node.span().map_or(self.at, |span| span.start);
        let outer = std::mem::replace(&mut self.at, at);
        self.report(wrong.kind, node.found(), wrong.allowed, wrong.remedy);
        self.at = outer;
    }

    fn report(&mut self, kind: ErrorKind, found: String, allowed: String, remedy: String) {
        let (line, column) = line_and_column(self.text, self.at);
        self.errors.push(RulebookError {
            kind,
            file: self.file.to_owned(),
            line,
            column,
            key: self.path.clone(),
            found,
            allowed,
            article: self.article.clone(),
            section: self.section,
            remedy,
        });
    }

    /// Goes one step down: to a key of a table, or an entry of a list.
    fn within<T>(&mut self, step: &str, at: usize, read: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.path.len();
        self.path.push_str(step);
        let outer = std::mem::replace(&mut self.at, at);
        let result = read(self);
        self.at = outer;
        self.path.truncate(length);
        result
    }

    /// Reads an entry of a list, counted from 0.
    pub(crate) fn entry<T: Value>(&mut self, index: usize, node: Node<'d>) -> Option<T> {
        let at = node.span().map_or(self.at, |span| span.start);
        self.within(&format!("[{}]", index + 1), at, |reader| {
            reader.remember(node);
            T::read(node, reader)
        })
    }

    /// Reports a name of a table whose keys are free.
    pub(crate) fn wrong_name(&mut self, name: &str, node: Node<'d>, wrong: Wrong) {
        let at = node.span().map_or(self.at, |span| span.start);
        let found = format!("the name `{}`", key_text(name));
        let step = format!(".{}", key_text(name));
        self.within(&step, at, |reader| reader.report(wrong.kind, found, wrong.allowed, wrong.remedy));
    }

    /// Reads an entry of a table whose keys are free.
    pub(crate) fn named_entry<T: Value>(&mut self, name: &str, node: Node<'d>) -> Option<T> {
        let at = node.span().map_or(self.at, |span| span.start);
        self.within(&format!(".{}", key_text(name)), at, |reader| {
            reader.remember(node);
            T::read(node, reader)
        })
    }

    fn remember(&mut self, node: Node<'d>) {
        let place = Place { at: self.at, found: node.found(), article: self.article.clone(), section: self.section };
        self.places.insert(self.path.clone(), place);
    }

    /// Reads a table of the schema.
    pub(crate) fn section<T>(
        &mut self,
        node: Node<'d>,
        schema: &'static SectionSchema,
        read: impl FnOnce(&mut Table<'_, 'd>) -> Option<T>,
    ) -> Option<T> {
        let Some(table) = node.table() else {
            self.wrong(node, Wrong::form(schema.table_form(), "write it as a table"));
            return None;
        };
        let article = if schema.is_rule { table.get("article").and_then(Item::as_str) } else { None };
        let outer_article = self.article.clone();
        if let Some(article) = article.filter(|article| !article.trim().is_empty()) {
            self.article = Some(shorten(article, TEXT_CHARACTERS_MAX));
        }
        let outer_section = std::mem::replace(&mut self.section, schema.anchor());
        let mut fields = Table { reader: self, table, schema };
        let suggested = fields.unknown_keys();
        let before = fields.reader.errors.len();
        let result = read(&mut fields);
        // A misspelt key was reported as such: that the right one is missing would say it twice.
        let mut index = before;
        let path = self.path.clone();
        while index < self.errors.len() {
            let error = &self.errors[index];
            let twice =
                error.kind == ErrorKind::MissingKey && suggested.iter().any(|key| error.key == join(&path, key));
            if twice {
                self.errors.remove(index);
            } else {
                index += 1;
            }
        }
        self.section = outer_section;
        self.article = outer_article;
        result
    }
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

/// A table of the document beside what the schema says of it.
pub(crate) struct Table<'r, 'd> {
    reader: &'r mut Reader<'d>,
    table: &'d dyn TableLike,
    schema: &'static SectionSchema,
}

impl<'d> Table<'_, 'd> {
    /// Reports keys that the schema does not know; gives the known ones that were probably meant.
    fn unknown_keys(&mut self) -> BTreeSet<&'static str> {
        let known: Vec<&'static str> = self.schema.names().collect();
        let mut meant = BTreeSet::new();
        for (name, _) in self.table.iter() {
            if known.contains(&name) {
                continue;
            }
            let suggestion = nearest(name, known.iter().copied().filter(|key| !self.table.contains_key(key)));
            let remedy = match suggestion {
                Some(key) => format!("did you mean `{key}`?"),
                None => "take it out; a rule that the schema does not have cannot be run".to_owned(),
            };
            meant.extend(suggestion);
            let at = self.key_offset(name).unwrap_or(self.reader.at);
            let step = self.step(name);
            let found = format!("the unknown key `{}`", key_text(name));
            let allowed = known.join(", ");
            self.reader.within(&step, at, |reader| reader.report(ErrorKind::UnknownKey, found, allowed, remedy));
        }
        meant
    }

    fn step(&self, key: &str) -> String {
        if self.reader.path.is_empty() { key_text(key) } else { format!(".{}", key_text(key)) }
    }

    fn key_offset(&self, name: &str) -> Option<usize> {
        let (key, _) = self.table.get_key_value(name)?;
        key.span().map(|span| span.start)
    }

    /// Reads one key by its type.
    pub(crate) fn read<T: Value>(&mut self, key: &'static KeySchema) -> Option<T> {
        let item = self.table.get(key.name).filter(|item| !item.is_none());
        let Some(item) = item else { return self.absent(key) };
        let at = item.span().or_else(|| self.key_offset(key.name).map(|at| at..at)).map_or(self.reader.at, |s| s.start);
        let step = self.step(key.name);
        if let Some(wrong) = self.out_of_place(key) {
            let at = self.key_offset(key.name).unwrap_or(at);
            let found = format!("`{}`", key.name);
            self.reader.within(&step, at, |reader| {
                reader.report(ErrorKind::UnknownKey, found, wrong, "take it out, or change the other key".to_owned());
            });
            return None;
        }
        let node = Node::Item(item);
        self.reader.within(&step, at, |reader| {
            reader.remember(node);
            T::read(node, reader)
        })
    }

    /// The article of a rule, and which of its keys are assumed.
    pub(crate) fn source(&mut self) -> Option<Source> {
        let article: Option<Text> = self.read(&ARTICLE_SCHEMA);
        let assumed: Option<Option<Assumed>> = self.read(&ASSUMED_SCHEMA);
        let assumed = assumed?.unwrap_or_default();
        if let Assumed::Keys(keys) = &assumed {
            self.check_assumed(keys)?;
        }
        Some(Source { article: article?.0, assumed })
    }

    /// Every key said to be assumed has to stand in the table.
    fn check_assumed(&mut self, keys: &[String]) -> Option<()> {
        let of_every_rule = [ARTICLE_SCHEMA.name, ASSUMED_SCHEMA.name];
        let present: Vec<&'static str> =
            self.schema.names().filter(|name| self.table.contains_key(name) && !of_every_rule.contains(name)).collect();
        let allowed = if present.is_empty() { "true, or nothing".to_owned() } else { present.join(", ") };
        let mut sound = Some(());
        for key in keys {
            if present.contains(&key.as_str()) {
                continue;
            }
            let remedy = match nearest(key, present.iter().copied()) {
                Some(near) => format!("did you mean \"{near}\"?"),
                None => "name keys that stand in this table, or write true for all of it".to_owned(),
            };
            let at = self.key_offset("assumed").unwrap_or(self.reader.at);
            let step = self.step("assumed");
            let found = format!("\"{}\"", key_text(key));
            self.reader.within(&step, at, |reader| {
                reader.report(ErrorKind::NotAllowed, found, allowed.clone(), remedy);
            });
            sound = None;
        }
        sound
    }

    fn sibling(&self, name: &str) -> Option<&'d str> {
        self.table.get(name).and_then(Item::as_str)
    }

    /// Whether the key belongs to another value of the key that it depends on: says to which.
    fn out_of_place(&self, key: &KeySchema) -> Option<String> {
        let (Need::Required { with, values } | Need::Admitted { with, values }) = key.need else { return None };
        match self.sibling(with) {
            Some(found) if values.contains(&found) => None,
            // Without the other key nothing can be said: its absence is an error of its own.
            None => None,
            Some(_) => Some(format!("only with {with} = {}", quoted(values))),
        }
    }

    fn absent<T: Value>(&mut self, key: &'static KeySchema) -> Option<T> {
        let absent = T::absent();
        let required = match key.need {
            Need::ByType => absent.is_none(),
            Need::Admitted { .. } => false,
            Need::Required { with, values } => self.sibling(with).is_some_and(|found| values.contains(&found)),
        };
        if !required {
            return absent;
        }
        let step = self.step(key.name);
        let (found, at) = ("nothing".to_owned(), self.reader.at);
        let mut remedy = format!("add it: {}", key.meaning.trim().trim_end_matches('.'));
        if let Need::Required { with, .. } = key.need {
            let _ = write!(remedy, " (required by {with} = \"{}\")", self.sibling(with).unwrap_or_default());
        }
        self.reader.within(&step, at, |reader| reader.report(ErrorKind::MissingKey, found, T::allowed(), remedy));
        None
    }
}

pub(crate) fn quoted(words: &[&str]) -> String {
    let words: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
    words.join(" | ")
}

/// Line and column of a byte offset, counted from 1, the column in characters.
pub(crate) fn line_and_column(text: &str, at: usize) -> (usize, usize) {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let before = &text[..at];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}
