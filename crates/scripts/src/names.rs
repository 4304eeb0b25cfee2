//! Who and what a script has named so far.

use crate::error::{ErrorKind, Wrong};
use crate::limits::{NAME_LETTERS_MAX, PARTIES_MAX};
use crate::words::account_name;
use domain::event::Stage;
use domain::{AccountKind, CalendarId, CurrencyId, InstitutionId, MemberId};
use money::{Currency, CurrencyCode};

/// A member as declared: its ordinal is its place.
#[derive(Clone, Debug)]
pub(crate) struct MemberNamed {
    pub(crate) code: String,
    pub(crate) currency: CurrencyId,
    /// The stage at which it joins before the first date; none where it stays outside until a `join`.
    pub(crate) stage: Option<Stage>,
    pub(crate) payout_at_clearing: bool,
    /// Whether it joins at some time.
    pub(crate) joins: bool,
}

/// An institution as declared.
#[derive(Clone, Debug)]
pub(crate) struct InstitutionNamed {
    pub(crate) code: String,
    pub(crate) member: MemberId,
    pub(crate) currency: CurrencyId,
}

/// A payment, return or debit that a script names.
#[derive(Clone, Debug)]
pub(crate) struct PaymentNamed {
    /// None where the script gives it no name.
    pub(crate) name: Option<String>,
    pub(crate) payer: InstitutionId,
    pub(crate) payee: InstitutionId,
}

/// A drawing from the reserve fund that a script names.
#[derive(Clone, Debug)]
pub(crate) struct DrawingNamed {
    /// None where the script gives it no name.
    pub(crate) name: Option<String>,
    pub(crate) member: MemberId,
    /// Name of its line.
    pub(crate) line: String,
}

/// A member or one of its institutions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Party {
    Member(MemberId),
    Institution(InstitutionId),
}

#[derive(Clone, Default, Debug)]
pub(crate) struct Names {
    pub(crate) currencies: Vec<Currency>,
    pub(crate) members: Vec<MemberNamed>,
    pub(crate) institutions: Vec<InstitutionNamed>,
    pub(crate) payments: Vec<PaymentNamed>,
    pub(crate) drawings: Vec<DrawingNamed>,
}

/// Calendars are registered in this order: the agent's, that of the centre of the asset, each member's.
pub(crate) const AGENT_CALENDAR: CalendarId = CalendarId(0);
pub(crate) const CENTRE_CALENDAR: CalendarId = CalendarId(1);

pub(crate) fn calendar_of(member: MemberId) -> CalendarId {
    CalendarId::from_index(member.index() + 2)
}

impl Names {
    pub(crate) fn member(&self, word: &str) -> Result<MemberId, Wrong> {
        let found = self.members.iter().position(|member| member.code == word);
        found.map(MemberId::from_index).ok_or_else(|| {
            let known = self.members.iter().map(|member| member.code.as_str());
            unknown("member", word, known, "declare it: member CODE using CURRENCY")
        })
    }

    /// An institution by its name, or the only one of a member by the member's.
    pub(crate) fn institution(&mut self, word: &str) -> Result<InstitutionId, Wrong> {
        if let Some(found) = self.institutions.iter().position(|institution| institution.code == word) {
            return Ok(InstitutionId::from_index(found));
        }
        let Ok(member) = self.member(word) else {
            let members = self.members.iter().map(|member| member.code.as_str());
            let known = self.institutions.iter().map(|institution| institution.code.as_str()).chain(members);
            return Err(unknown("institution or member", word, known, "declare it: institution NAME of MEMBER"));
        };
        let of_member: Vec<usize> =
            self.institutions.iter().enumerate().filter(|(_, i)| i.member == member).map(|(place, _)| place).collect();
        match of_member[..] {
            [only] => Ok(InstitutionId::from_index(only)),
            [] => self.only_institution_of(member),
            _ => {
                let known: Vec<&str> = of_member.iter().map(|place| self.institutions[*place].code.as_str()).collect();
                let what = format!("the member {word} has several institutions");
                Err(Wrong::new(ErrorKind::Name, what, format!("name one of {}", known.join(", "))))
            }
        }
    }

    /// A member without an institution of its own gets one under its own name.
    pub(crate) fn only_institution_of(&mut self, member: MemberId) -> Result<InstitutionId, Wrong> {
        self.room_for(self.institutions.len(), "institutions")?;
        let MemberNamed { code, currency, .. } = self.members[member.index()].clone();
        self.institutions.push(InstitutionNamed { code, member, currency });
        Ok(InstitutionId::from_index(self.institutions.len() - 1))
    }

    pub(crate) fn has_institution(&self, member: MemberId) -> bool {
        self.institutions.iter().any(|institution| institution.member == member)
    }

    pub(crate) fn party(&self, word: &str) -> Result<Party, Wrong> {
        if let Some(found) = self.members.iter().position(|member| member.code == word) {
            return Ok(Party::Member(MemberId::from_index(found)));
        }
        if let Some(found) = self.institutions.iter().position(|institution| institution.code == word) {
            return Ok(Party::Institution(InstitutionId::from_index(found)));
        }
        let members = self.members.iter().map(|member| member.code.as_str());
        let known = self.institutions.iter().map(|institution| institution.code.as_str()).chain(members);
        Err(unknown("member or institution", word, known, "declare it: member CODE using CURRENCY"))
    }

    pub(crate) fn payment(&self, word: &str) -> Result<usize, Wrong> {
        let found = self.payments.iter().position(|payment| payment.name.as_deref() == Some(word));
        found.ok_or_else(|| {
            let known = self.payments.iter().filter_map(|payment| payment.name.as_deref());
            unknown("payment", word, known, "name it where it is ordered: pay A to B 100.00 USD as NAME")
        })
    }

    pub(crate) fn drawing(&self, word: &str) -> Result<usize, Wrong> {
        let found = self.drawings.iter().position(|drawing| drawing.name.as_deref() == Some(word));
        found.ok_or_else(|| {
            let known = self.drawings.iter().filter_map(|drawing| drawing.name.as_deref());
            unknown("drawing", word, known, "name it where it is drawn: draw A 100.00 USD on \"LINE\" as NAME")
        })
    }

    pub(crate) fn calendar(&self, word: &str) -> Result<CalendarId, Wrong> {
        match word {
            "agent" => Ok(AGENT_CALENDAR),
            "centre" => Ok(CENTRE_CALENDAR),
            code => self.member(code).map(calendar_of).map_err(|_| {
                let known = self.members.iter().map(|member| member.code.as_str()).chain(["agent", "centre"]);
                unknown("calendar", code, known, "name a member, agent, or centre")
            }),
        }
    }

    pub(crate) fn currency(&self, word: &str) -> Result<CurrencyId, Wrong> {
        let found = self.currencies.iter().position(|currency| currency.code().as_str() == word);
        found.map(CurrencyId::from_index).ok_or_else(|| {
            let known = self.currencies.iter().map(|currency| currency.code().as_str().to_owned()).collect::<Vec<_>>();
            let remedy = "name one that a member uses, or that of the settlement asset";
            unknown("currency", word, known.iter().map(String::as_str), remedy)
        })
    }

    /// A currency by its code, known from here on; with two decimals unless it was declared with others.
    pub(crate) fn use_currency(&mut self, code: CurrencyCode) -> Result<CurrencyId, Wrong> {
        if let Some(found) = self.currencies.iter().position(|currency| currency.code() == code) {
            return Ok(CurrencyId::from_index(found));
        }
        self.declare_currency(code, 2)
    }

    pub(crate) fn declare_currency(&mut self, code: CurrencyCode, decimals: u8) -> Result<CurrencyId, Wrong> {
        self.room_for(self.currencies.len(), "currencies")?;
        let currency = Currency::new(code, decimals).map_err(|_| {
            let what = format!("a currency has 0 to {} decimals", money::MAX_MINOR_DECIMALS);
            Wrong::new(ErrorKind::Amount, what, "give as many as its money has")
        })?;
        self.currencies.push(currency);
        Ok(CurrencyId::from_index(self.currencies.len() - 1))
    }

    pub(crate) fn decimals(&self, currency: CurrencyId) -> u8 {
        self.currencies[currency.index()].minor_decimals()
    }

    pub(crate) fn code(&self, currency: CurrencyId) -> String {
        self.currencies[currency.index()].code().to_string()
    }

    pub(crate) fn member_code(&self, member: MemberId) -> &str {
        &self.members[member.index()].code
    }

    /// Whether a word may name something new.
    pub(crate) fn new_name(&self, word: &str) -> Result<String, Wrong> {
        let letters = word.chars().count();
        let sound = word.chars().all(|letter| letter.is_alphanumeric() || "-_.".contains(letter))
            && word.starts_with(char::is_alphanumeric);
        if !sound || letters > NAME_LETTERS_MAX {
            let what = format!("'{}' is no name", shortened(word));
            let remedy = format!("use letters, digits, '-', '_' and '.', at most {NAME_LETTERS_MAX}");
            return Err(Wrong::new(ErrorKind::Name, what, remedy));
        }
        let payments = self.payments.iter().filter_map(|payment| payment.name.as_deref());
        let drawings = self.drawings.iter().filter_map(|drawing| drawing.name.as_deref());
        let taken = payments
            .chain(drawings)
            .chain(self.members.iter().map(|member| member.code.as_str()))
            .chain(self.institutions.iter().map(|institution| institution.code.as_str()))
            .any(|known| known == word);
        if taken || ["agent", "centre", "house"].contains(&word) {
            return Err(Wrong::new(ErrorKind::Name, format!("the name {word} is taken"), "choose another"));
        }
        Ok(word.to_owned())
    }

    pub(crate) fn room_for(&self, have: usize, what: &str) -> Result<(), Wrong> {
        if have < PARTIES_MAX {
            return Ok(());
        }
        Err(Wrong::new(ErrorKind::CannotBe, format!("a script has at most {PARTIES_MAX} {what}"), "make it smaller"))
    }
}

/// The kind of account of a name.
pub(crate) fn account(word: &str) -> Result<AccountKind, Wrong> {
    let found = AccountKind::ALL.iter().find(|kind| account_name(**kind) == word);
    found.copied().ok_or_else(|| {
        let known: Vec<String> = AccountKind::ALL.iter().map(|kind| account_name(*kind)).collect();
        unknown("kind of account", word, known.iter().map(String::as_str), "name a kind of docs/accounts.md")
    })
}

/// What to say of a name that nobody has.
pub(crate) fn unknown<'a>(what: &str, word: &str, known: impl IntoIterator<Item = &'a str>, otherwise: &str) -> Wrong {
    let remedy = match rulebook::nearest(word, known) {
        Some(meant) => format!("did you mean {meant}?"),
        None => otherwise.to_owned(),
    };
    Wrong::new(ErrorKind::Name, format!("no {what} is called '{}'", shortened(word)), remedy)
}

/// A word of the script within a message.
pub(crate) fn shortened(word: &str) -> String {
    let letters: String = word.chars().filter(|letter| !letter.is_control()).take(60).collect();
    if letters.len() < word.len() { format!("{letters}…") } else { letters }
}
