//! ISO 20022 bank-to-customer statements, `camt.053.001`, alone or within an envelope.
//!
//! What is read has the same names and meaning in versions 02 to 13; only the status of an entry moved (a code itself
//! up to 07, an element `Cd` within it from 08 on), and so did the amount of a detail.

use crate::error::{Lines, Problem, StatementError, shown, wrong};
use crate::minor;
use crate::statement::{Statement, StatementEntry};
use crate::xml::{self, Node};
use domain::Date;
use money::Currency;

const NAMESPACE: &str = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.";
const VERSIONS: std::ops::RangeInclusive<u8> = 2..=13;

/// References within a transaction's details, the most telling first.
const DETAIL_REFERENCES: [&str; 6] =
    ["Refs/UETR", "Refs/EndToEndId", "Refs/InstrId", "Refs/TxId", "Refs/AcctSvcrRef", "Refs/MsgId"];
/// Said where there is no reference.
const NO_REFERENCES: [&str; 3] = ["NOTPROVIDED", "NONREF", "NOTAVAILABLE"];

/// The statements of a document.
pub(crate) fn read(source: &str, currencies: &[Currency]) -> Result<Vec<Statement>, StatementError> {
    let root = xml::parse(source)?;
    let mut statements = Vec::new();
    let lines = Lines::new(source);
    for document in Node::root(&root, &lines).named("Document") {
        check_version(&document)?;
        for statement in document.need("BkToCstmrStmt")?.all("Stmt") {
            statements.push(read_statement(&statement, currencies)?);
        }
    }
    Ok(statements)
}

fn check_version(document: &Node<'_>) -> Result<(), StatementError> {
    let namespace = &document.element.namespace;
    let version = namespace.strip_prefix(NAMESPACE).filter(|version| version.len() == 2);
    if version.and_then(|version| version.parse().ok()).is_some_and(|version: u8| VERSIONS.contains(&version)) {
        return Ok(());
    }
    let what = format!("the message is {}, not a statement", shown(namespace));
    let remedy = format!("give a camt.053.001 of version {:02} to {:02}", VERSIONS.start(), VERSIONS.end());
    Err(wrong(Problem::Form, what, document.place(), remedy))
}

/// A balance.
struct Balance {
    code: String,
    minor: i128,
    date: Date,
}

fn read_statement(node: &Node<'_>, currencies: &[Currency]) -> Result<Statement, StatementError> {
    let balances = node.all("Bal");
    let named = node.find("Acct/Ccy");
    let first = balances.first().map(|balance| balance.need("Amt")).transpose()?;
    let (code, place) = match (&named, &first) {
        (Some(named), _) => (named.text().to_owned(), named.place()),
        (None, Some(amount)) => (amount.element.currency.clone().unwrap_or_default(), amount.place()),
        (None, None) => (String::new(), node.need("Bal")?.place()),
    };
    let currency = minor::currency(&code, currencies, &place)?;
    let balances = balances.iter().map(|balance| read_balance(balance, currency)).collect::<Result<Vec<_>, _>>()?;
    let (opening, closing) = opening_and_closing(node, &balances)?;
    let from = node.find("FrToDt/FrDtTm").map(|from| date_within(&from)).transpose()?;
    let mut statement = Statement {
        account: account(node)?,
        currency,
        from: from.unwrap_or(if opening.code == "PRCD" && opening.date < closing.date {
            opening.date.plus_days(1)
        } else {
            opening.date
        }),
        to: closing.date,
        opening_minor: opening.minor,
        closing_minor: closing.minor,
        entries: Vec::new(),
        not_booked_count: 0,
        place: node.place(),
    };
    for entry in node.all("Ntry") {
        if status(&entry)? == "BOOK" {
            statement.entries.extend(read_entry(&entry, currency, statement.to)?);
        } else {
            statement.not_booked_count += 1;
        }
    }
    Ok(statement)
}

fn account(node: &Node<'_>) -> Result<String, StatementError> {
    let account = node.need("Acct/Id")?;
    let named = match account.find("IBAN") {
        Some(iban) => iban,
        None => account.need("Othr/Id")?,
    };
    Ok(named.text().to_owned())
}

/// The booked balances before and after: of a page, the interim ones.
fn opening_and_closing<'a>(
    node: &Node<'_>,
    balances: &'a [Balance],
) -> Result<(&'a Balance, &'a Balance), StatementError> {
    let of = |code: &str| balances.iter().find(|balance| balance.code == code);
    let interim = |last: bool| {
        let mut interim = balances.iter().filter(|balance| balance.code == "ITBD");
        if last { interim.next_back() } else { interim.next() }
    };
    let missing = |what: &str| {
        let what = format!("there is no {what}");
        wrong(Problem::Missing, what, node.place(), "ask the sender for a statement with its booked balances")
    };
    let opening = of("OPBD").or_else(|| of("PRCD")).or_else(|| interim(false));
    let closing = of("CLBD").or_else(|| interim(true));
    let opening = opening.ok_or_else(|| missing("opening balance (OPBD, PRCD or ITBD)"))?;
    let closing = closing.ok_or_else(|| missing("closing balance (CLBD or ITBD)"))?;
    if std::ptr::eq(opening, closing) {
        return Err(missing("second balance: one cannot both open and close"));
    }
    Ok((opening, closing))
}

fn read_balance(node: &Node<'_>, currency: Currency) -> Result<Balance, StatementError> {
    let code = node.find("Tp/CdOrPrtry/Cd").map_or_else(String::new, |code| code.text().to_owned());
    let date = date_within(&node.need("Dt")?)?;
    Ok(Balance { code, minor: signed_amount(node, currency)?, date })
}

/// Amount and direction of a balance, an entry or a detail.
fn signed_amount(node: &Node<'_>, currency: Currency) -> Result<i128, StatementError> {
    let amount = amount(&node.need("Amt")?, currency)?;
    let direction = node.need("CdtDbtInd")?;
    match direction.text() {
        "CRDT" => Ok(amount),
        "DBIT" => Ok(-amount),
        other => {
            let what = format!("{} is no direction", shown(other));
            Err(wrong(Problem::Form, what, direction.place(), "it is CRDT or DBIT: ask the sender for a right file"))
        }
    }
}

fn amount(node: &Node<'_>, currency: Currency) -> Result<i128, StatementError> {
    let code = node.element.currency.as_deref().unwrap_or_default();
    if code != currency.code().as_str() {
        let what = format!("an amount in {} on an account in {}", shown(code), currency.code());
        return Err(wrong(Problem::Currency, what, node.place(), "ask the sender for a right file"));
    }
    minor::parse(node.text(), '.', false, currency, &node.place())
}

fn status(entry: &Node<'_>) -> Result<String, StatementError> {
    let status = entry.need("Sts")?;
    let code = status.find("Cd").or_else(|| status.find("Prtry")).unwrap_or(status);
    Ok(code.text().to_owned())
}

/// An entry; where details of a batch make its amount exactly, one for each detail.
fn read_entry(node: &Node<'_>, currency: Currency, otherwise: Date) -> Result<Vec<StatementEntry>, StatementError> {
    let total_minor = signed_amount(node, currency)?;
    let dated = node.find("ValDt").or_else(|| node.find("BookgDt"));
    let value_date = dated.map(|date| date_within(&date)).transpose()?.unwrap_or(otherwise);
    let own = [node.find("NtryRef"), node.find("AcctSvcrRef")];
    let details: Vec<Node<'_>> = node.all("NtryDtls").iter().flat_map(|details| details.all("TxDtls")).collect();
    let amounts: Vec<Option<i128>> = details.iter().map(|detail| detail_minor(detail, currency, total_minor)).collect();
    let amounts: Option<Vec<i128>> = amounts.into_iter().collect();
    let references = |details: &[Node<'_>]| {
        let within = details.iter().flat_map(|detail| DETAIL_REFERENCES.iter().filter_map(|way| detail.find(way)));
        let mut references: Vec<String> = Vec::new();
        for reference in within.chain(own.iter().flatten().cloned()) {
            let text = reference.text();
            if !text.is_empty() && !NO_REFERENCES.contains(&text) && !references.iter().any(|known| known == text) {
                references.push(text.to_owned());
            }
        }
        references
    };
    let entry = |amount_minor, details: &[Node<'_>], place| StatementEntry {
        amount_minor,
        value_date,
        references: references(details),
        place,
    };
    match amounts {
        Some(amounts) if amounts.len() > 1 && amounts.iter().sum::<i128>() == total_minor => Ok(details
            .iter()
            .zip(amounts)
            .map(|(detail, minor)| entry(minor, std::slice::from_ref(detail), detail.place()))
            .collect()),
        _ => Ok(vec![entry(total_minor, &details, node.place())]),
    }
}

/// Amount of a detail with the direction of its own, else that of its entry; none where it has none in this currency.
fn detail_minor(detail: &Node<'_>, currency: Currency, total_minor: i128) -> Option<i128> {
    let node = detail.find("Amt").or_else(|| detail.find("AmtDtls/TxAmt/Amt"))?;
    let amount = amount(&node, currency).ok()?;
    match detail.find("CdtDbtInd").map(|direction| direction.text()) {
        Some("CRDT") => Some(amount),
        Some("DBIT") => Some(-amount),
        Some(_) => None,
        None => Some(if total_minor < 0 { -amount } else { amount }),
    }
}

/// The date of a choice of date or instant, or of an instant: its first ten characters.
fn date_within(node: &Node<'_>) -> Result<Date, StatementError> {
    let named = node.find("Dt").or_else(|| node.find("DtTm")).unwrap_or_else(|| node.clone());
    named.text().get(..10).and_then(Date::parse).ok_or_else(|| {
        let what = format!("{} is not a date", shown(named.text()));
        wrong(Problem::Date, what, named.place(), "ask the sender for a right file")
    })
}
