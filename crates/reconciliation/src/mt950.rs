//! SWIFT FIN statements, MT950: tagged lines, with or without the blocks around them, one message after another.

use crate::error::{Problem, StatementError, shown, wrong};
use crate::minor;
use crate::statement::{Statement, StatementEntry};
use domain::Date;
use money::Currency;

/// Passed over: what MT940 has beside MT950, available balances, and lines of text.
const PASSED_OVER: [&str; 7] = ["13D", "21", "34F", "64", "65", "86", "90D"];
const REMEDY: &str = "ask the sender for the message as it was sent";

/// A tagged field with the lines that belong to it.
struct Field<'a> {
    tag: &'a str,
    lines: Vec<&'a str>,
    line_number: usize,
}

impl Field<'_> {
    fn place(&self, column: usize) -> String {
        format!("field :{}:, line {}, column {column}", self.tag, self.line_number)
    }

    fn wrong(&self, problem: Problem, column: usize, what: impl Into<String>) -> StatementError {
        wrong(problem, what, self.place(column), REMEDY)
    }

    /// Its first line.
    fn value(&self) -> &str {
        self.lines.first().copied().unwrap_or_default()
    }

    /// Column at which its value begins.
    fn begin(&self) -> usize {
        self.tag.len() + 3
    }
}

/// A message being read.
#[derive(Default)]
struct Message {
    begun: bool,
    line_number: usize,
    account: Option<String>,
    opening: Option<(Currency, i128, Date)>,
    entries: Vec<StatementEntry>,
}

/// The statements of a text.
pub(crate) fn read(source: &str, currencies: &[Currency]) -> Result<Vec<Statement>, StatementError> {
    let mut statements = Vec::new();
    let mut message = Message::default();
    for field in fields(source)? {
        if field.tag == "20" {
            message.must_have_ended(&field)?;
            message = Message { begun: true, line_number: field.line_number, ..Message::default() };
            continue;
        }
        if !message.begun && field.tag != "64" && field.tag != "65" {
            return Err(field.wrong(Problem::Missing, 1, format!("field :{}: before any :20:", field.tag)));
        }
        match field.tag {
            "25" | "25P" => message.account = Some(text_of(&field, 35)?.to_owned()),
            "28C" | "28" => check_number(&field)?,
            "60F" | "60M" => message.opening = Some(balance(&field, currencies)?),
            "61" => {
                let Some((currency, ..)) = message.opening else {
                    return Err(field.wrong(Problem::Missing, 1, "an entry before the opening balance :60F:"));
                };
                message.entries.push(entry(&field, currency)?);
            }
            "62F" | "62M" => {
                let closing = balance(&field, currencies)?;
                statements.push(std::mem::take(&mut message).ended(&field, closing)?);
            }
            tag if PASSED_OVER.contains(&tag) => {}
            tag => return Err(field.wrong(Problem::Form, 1, format!("field :{tag}: has no place in an MT950"))),
        }
    }
    if message.begun {
        let place = format!("the message of line {}", message.line_number);
        return Err(wrong(Problem::Missing, "the closing balance :62F: is missing", place, REMEDY));
    }
    Ok(statements)
}

impl Message {
    fn must_have_ended(&self, next: &Field<'_>) -> Result<(), StatementError> {
        if !self.begun {
            return Ok(());
        }
        let what = format!("the message of line {} has no closing balance :62F:", self.line_number);
        Err(next.wrong(Problem::Missing, 1, what))
    }

    fn ended(self, field: &Field<'_>, closing: (Currency, i128, Date)) -> Result<Statement, StatementError> {
        let missing =
            |what: &str| field.wrong(Problem::Missing, 1, format!("{what} is missing before the closing balance"));
        let account = self.account.ok_or_else(|| missing("the account :25:"))?;
        let (currency, opening_minor, opening_date) =
            self.opening.ok_or_else(|| missing("the opening balance :60F:"))?;
        let (closing_currency, closing_minor, to) = closing;
        if closing_currency != currency {
            let what = format!("it opens in {} and closes in {}", currency.code(), closing_currency.code());
            return Err(field.wrong(Problem::Currency, field.begin() + 7, what));
        }
        // The opening balance carries the date of the closing one before it.
        let from = if opening_date < to { opening_date.plus_days(1) } else { opening_date };
        Ok(Statement {
            account,
            currency,
            from,
            to,
            opening_minor,
            closing_minor,
            entries: self.entries,
            not_booked_count: 0,
            place: format!("the message of line {}", self.line_number),
        })
    }
}

/// Tagged fields: a line that begins with `:` begins one, others belong to the one before. Blocks around are left out.
fn fields(source: &str) -> Result<Vec<Field<'_>>, StatementError> {
    let mut fields: Vec<Field<'_>> = Vec::new();
    let mut in_message = false;
    for (index, line) in source.split('\n').enumerate() {
        let line = line.strip_suffix('\r').unwrap_or(line);
        let line_number = index + 1;
        let place = |column: usize| format!("line {line_number}, column {column}");
        if let Some(at) = line.bytes().position(|byte| !(b' '..=b'~').contains(&byte)) {
            let what = "a character that FIN does not have";
            return Err(wrong(Problem::Text, what, place(at + 1), REMEDY));
        }
        // The end of the text block, and whatever blocks follow.
        if line.trim().is_empty() || line.starts_with("-}") || line == "-" {
            in_message = false;
            continue;
        }
        if line.starts_with('{') {
            in_message = false;
            continue;
        }
        if let Some(rest) = line.strip_prefix(':') {
            let Some((tag, value)) = rest.split_once(':') else {
                return Err(wrong(Problem::Form, format!("{} is not a field", shown(line)), place(1), REMEDY));
            };
            in_message = true;
            fields.push(Field { tag, lines: vec![value], line_number });
            continue;
        }
        match fields.last_mut().filter(|_| in_message) {
            Some(field) => field.lines.push(line),
            None => return Err(wrong(Problem::Form, format!("{} belongs to no field", shown(line)), place(1), REMEDY)),
        }
    }
    Ok(fields)
}

fn text_of<'a>(field: &'a Field<'_>, most: usize) -> Result<&'a str, StatementError> {
    let text = field.value().trim();
    if text.is_empty() || text.len() > most {
        let what = format!("{} is not 1 to {most} characters", shown(text));
        return Err(field.wrong(Problem::Form, field.begin(), what));
    }
    Ok(text)
}

/// Number of a statement, and of its page.
fn check_number(field: &Field<'_>) -> Result<(), StatementError> {
    let text = text_of(field, 11)?;
    let digits = |part: &str| !part.is_empty() && part.len() <= 5 && part.bytes().all(|byte| byte.is_ascii_digit());
    if text.split('/').count() <= 2 && text.split('/').all(digits) {
        return Ok(());
    }
    Err(field.wrong(Problem::Form, field.begin(), format!("{} is not number/page", shown(text))))
}

/// `D|C` `YYMMDD` currency amount.
fn balance(field: &Field<'_>, currencies: &[Currency]) -> Result<(Currency, i128, Date), StatementError> {
    let mut cursor = Cursor { field, rest: field.value(), column: field.begin() };
    let credit = match cursor.take(1, "C or D")? {
        "C" => true,
        "D" => false,
        other => return Err(field.wrong(Problem::Form, field.begin(), format!("{} is not C or D", shown(other)))),
    };
    let date = cursor.date()?;
    let place = field.place(cursor.column);
    let currency = minor::currency(cursor.take(3, "a currency")?, currencies, &place)?;
    let minor = minor::parse(cursor.rest, ',', true, currency, &field.place(cursor.column))?;
    Ok((currency, if credit { minor } else { -minor }, date))
}

/// `YYMMDD` `[MMDD]` `[R]D|C` `[letter]` amount `letter` `xxx` reference `[//reference]`.
fn entry(field: &Field<'_>, currency: Currency) -> Result<StatementEntry, StatementError> {
    let mut cursor = Cursor { field, rest: field.value(), column: field.begin() };
    let value_date = cursor.date()?;
    if cursor.rest.starts_with(|character: char| character.is_ascii_digit()) {
        cursor.day_of_year()?;
    }
    let reversal = cursor.skip('R');
    let column = cursor.column;
    let credit = match cursor.take(1, "C or D")? {
        "C" => true,
        "D" => false,
        other => return Err(field.wrong(Problem::Form, column, format!("{} is not C or D", shown(other)))),
    };
    if cursor.rest.starts_with(|character: char| character.is_ascii_uppercase()) {
        cursor.take(1, "a letter")?;
    }
    let place = field.place(cursor.column);
    let length = cursor.rest.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b',').count();
    let minor = minor::parse(cursor.take(length, "an amount")?, ',', true, currency, &place)?;
    let column = cursor.column;
    let kind = cursor.take(4, "a type of transaction, as in NTRF")?;
    if !kind.starts_with(['N', 'S', 'F']) || !kind.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        let what = format!("{} is not a type of transaction, as in NTRF", shown(kind));
        return Err(field.wrong(Problem::Form, column, what));
    }
    let (own, keepers) = cursor.rest.split_once("//").unwrap_or((cursor.rest, ""));
    let given = [own.trim(), keepers.trim()];
    let references =
        given.into_iter().filter(|text| !text.is_empty() && *text != "NONREF").map(str::to_owned).collect();
    let amount_minor = if credit == reversal { -minor } else { minor };
    Ok(StatementEntry { amount_minor, value_date, references, place: field.place(1) })
}

/// What of a line is not read yet; FIN has one byte per character.
struct Cursor<'a> {
    field: &'a Field<'a>,
    rest: &'a str,
    column: usize,
}

impl<'a> Cursor<'a> {
    fn take(&mut self, length: usize, what: &str) -> Result<&'a str, StatementError> {
        let Some((taken, rest)) = self.rest.split_at_checked(length) else {
            let what = format!("{} stands where {what} should", shown(self.rest));
            return Err(self.field.wrong(Problem::Form, self.column, what));
        };
        (self.rest, self.column) = (rest, self.column + length);
        Ok(taken)
    }

    fn skip(&mut self, character: char) -> bool {
        let Some(rest) = self.rest.strip_prefix(character) else { return false };
        (self.rest, self.column) = (rest, self.column + 1);
        true
    }

    /// Two digits, or none.
    fn number(text: &str) -> Option<u32> {
        text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
    }

    fn date(&mut self) -> Result<Date, StatementError> {
        let column = self.column;
        let text = self.take(6, "a date as YYMMDD")?;
        let date = Self::number(text).and_then(|number| {
            // SWIFT's century: 80 to 99 are of the last one.
            let short = number / 10_000;
            let year = if short < 80 { 2000 + short } else { 1900 + short };
            Date::from_ymd(i32::try_from(year).ok()?, number / 100 % 100, number % 100)
        });
        date.ok_or_else(|| self.field.wrong(Problem::Date, column, format!("{} is not a date YYMMDD", shown(text))))
    }

    fn day_of_year(&mut self) -> Result<(), StatementError> {
        let column = self.column;
        let text = self.take(4, "a date as MMDD")?;
        // Any leap year: which one the day of entry is in is not said.
        let date = Self::number(text).and_then(|number| Date::from_ymd(2000, number / 100, number % 100));
        match date {
            Some(_) => Ok(()),
            None => Err(self.field.wrong(Problem::Date, column, format!("{} is not a date MMDD", shown(text)))),
        }
    }
}
