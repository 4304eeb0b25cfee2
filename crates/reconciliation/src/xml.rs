//! XML as a small tree: element, text, the one attribute that statements have. Read with limits that no statement meets
//! and a hostile file does.

use crate::error::{Lines, Problem, StatementError, line_of, shown, wrong};
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::ResolveResult;
use quick_xml::reader::NsReader;

/// Elements within elements. ISO 20022 statements have about fifteen.
const DEPTH_MAX: usize = 64;

/// An element.
#[derive(Default, Debug)]
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) namespace: String,
    pub(crate) text: String,
    /// The attribute `Ccy`.
    pub(crate) currency: Option<String>,
    pub(crate) children: Vec<Element>,
    /// Byte at which it begins.
    at: usize,
}

/// An element with the way to it.
#[derive(Clone)]
pub(crate) struct Node<'a> {
    pub(crate) element: &'a Element,
    path: String,
    lines: &'a Lines,
}

/// The root element of a document.
pub(crate) fn parse(source: &str) -> Result<Element, StatementError> {
    let mut reader = NsReader::from_str(source);
    // Parents of what is read now; the first stands for the document.
    let mut open = vec![Element::default()];
    loop {
        let at = position(&reader);
        let (namespace, event) = match reader.read_resolved_event() {
            Ok((ResolveResult::Bound(namespace), event)) => (namespace.into_inner().to_owned(), event),
            Ok((ResolveResult::Unbound, event)) => (String::new(), event),
            Ok((ResolveResult::Unknown(prefix), _)) => {
                return Err(not_taken(source, at, format!("the prefix {} has no namespace", shown(&prefix))));
            }
            Err(error) => return Err(not_taken(source, at, format!("not well-formed XML: {error}"))),
        };
        match event {
            Event::Start(start) => {
                if open.len() > DEPTH_MAX {
                    return Err(not_taken(source, at, format!("more than {DEPTH_MAX} elements within each other")));
                }
                open.push(element(&start, namespace, source, at)?);
            }
            Event::Empty(start) => {
                let child = element(&start, namespace, source, at)?;
                last(&mut open).children.push(child);
            }
            Event::End(_) => {
                let child = open.pop().expect("the reader checks that an end has its start");
                last(&mut open).children.push(child);
            }
            Event::Text(text) => last(&mut open).text.push_str(&text.xml10_content()),
            Event::CData(text) => last(&mut open).text.push_str(&text.xml10_content()),
            Event::GeneralRef(reference) => {
                let name = reference.xml10_content();
                let character = match reference.resolve_char_ref() {
                    Ok(Some(character)) => Some(character),
                    Ok(None) => predefined(&name),
                    Err(_) => None,
                };
                let Some(character) = character else {
                    return Err(not_taken(source, at, format!("the entity {} is not defined", shown(&name))));
                };
                last(&mut open).text.push(character);
            }
            Event::Decl(declaration) => match declaration.encoding() {
                None => {}
                Some(Ok(encoding))
                    if encoding.eq_ignore_ascii_case("UTF-8") || encoding.eq_ignore_ascii_case("US-ASCII") => {}
                Some(_) => return Err(not_taken(source, at, "the encoding is not UTF-8".to_owned())),
            },
            Event::DocType(_) => {
                return Err(not_taken(source, at, "a document type (DOCTYPE), which ISO 20022 has not".to_owned()));
            }
            Event::Comment(_) | Event::PI(_) => {}
            Event::Eof => break,
        }
    }
    let mut document = open.pop().expect("the document");
    if !open.is_empty() {
        return Err(not_taken(source, source.len(), format!("the element {} has no end", document.name)));
    }
    match (document.children.pop(), document.children.is_empty(), document.text.trim().is_empty()) {
        (Some(root), true, true) => Ok(root),
        _ => Err(not_taken(source, 0, "a document has one element at its root, and nothing beside it".to_owned())),
    }
}

fn position(reader: &NsReader<&[u8]>) -> usize {
    usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX)
}

fn last(open: &mut [Element]) -> &mut Element {
    open.last_mut().expect("the reader checks that an end has its start")
}

fn not_taken(source: &str, at: usize, what: String) -> StatementError {
    wrong(Problem::Xml, what, line_of(source.as_bytes(), at), "ask the sender for the file as it was sent")
}

fn element(start: &BytesStart<'_>, namespace: String, source: &str, at: usize) -> Result<Element, StatementError> {
    let mut currency = None;
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| not_taken(source, at, format!("a wrong attribute: {error}")))?;
        if attribute.key.as_ref() == "Ccy" {
            currency = Some(attribute.value.trim().to_owned());
        }
    }
    Ok(Element { name: start.local_name().as_ref().to_owned(), namespace, currency, at, ..Element::default() })
}

fn predefined(name: &str) -> Option<char> {
    match name {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "apos" => Some('\''),
        "quot" => Some('"'),
        _ => None,
    }
}

impl<'a> Node<'a> {
    pub(crate) fn root(element: &'a Element, lines: &'a Lines) -> Node<'a> {
        Node { element, path: format!("/{}", element.name), lines }
    }

    /// Its text without space around it.
    pub(crate) fn text(&self) -> &'a str {
        self.element.text.trim()
    }

    /// Its path and line.
    pub(crate) fn place(&self) -> String {
        format!("{} ({})", self.path, self.lines.place(self.element.at))
    }

    /// Children of a name and of the same namespace.
    pub(crate) fn all(&self, name: &str) -> Vec<Node<'a>> {
        let same = self
            .element
            .children
            .iter()
            .filter(|child| child.name == name && child.namespace == self.element.namespace);
        let same: Vec<&'a Element> = same.collect();
        let several = same.len() > 1;
        same.into_iter()
            .enumerate()
            .map(|(index, element)| {
                let number = if several { format!("[{}]", index + 1) } else { String::new() };
                Node { element, path: format!("{}/{name}{number}", self.path), lines: self.lines }
            })
            .collect()
    }

    /// The first element at the end of a way such as `Dt/Dt`.
    pub(crate) fn find(&self, way: &str) -> Option<Node<'a>> {
        way.split('/').try_fold(self.clone(), |node, name| node.all(name).into_iter().next())
    }

    /// The same, required.
    pub(crate) fn need(&self, way: &str) -> Result<Node<'a>, StatementError> {
        self.find(way).ok_or_else(|| {
            let what = format!("the element {way} is missing");
            wrong(Problem::Missing, what, self.place(), "ask the sender for a statement that has it")
        })
    }

    /// Descendants of a name, itself included, that are not within another one of it.
    pub(crate) fn named(self, name: &str) -> Vec<Node<'a>> {
        if self.element.name == name {
            return vec![self];
        }
        let mut found = Vec::new();
        for element in &self.element.children {
            let path = format!("{}/{}", self.path, element.name);
            found.extend(Node { element, path, lines: self.lines }.named(name));
        }
        found
    }
}
