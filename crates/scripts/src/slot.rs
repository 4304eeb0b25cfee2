//! What may stand in a sentence where its pattern has a word in capitals, and how it is read.

use crate::error::{ErrorKind, Wrong};
use crate::names::{Names, Party, account, shortened, unknown};
use crate::token::Token;
use crate::words::{DUE, Due, LEG_STATES, OUTCOMES, PURPOSES, STAGES, STEPS, states};
use domain::event::{DisputeOutcome, Stage};
use domain::payment::LegState;
use domain::plan::{DayStep, Plan, Purpose};
use domain::{AccountKind, CalendarId, CurrencyId, Date, InstitutionId, MemberId, PaymentState, Refusal};
use money::{AmountTextError, CurrencyCode, Rate, parse_amount};

/// An amount with its currency, in minor units.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Money {
    pub(crate) minor: i128,
    pub(crate) currency: CurrencyId,
}

/// What was read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Value {
    Member(MemberId),
    Institution(InstitutionId),
    Party(Option<Party>),
    Payment(usize),
    Payments(Vec<usize>),
    Drawing(usize),
    Calendar(CalendarId),
    New(String),
    Text(String),
    Rulebook {
        name: String,
        is_file: bool,
    },
    Money(Money),
    Rate(Rate),
    Currency(CurrencyId),
    Code(CurrencyCode),
    Count(u64),
    Date(Date),
    Dates(Vec<Date>),
    /// Seconds after midnight.
    Time(u32),
    Stage(Stage),
    Purpose(Purpose),
    Purposes(Vec<Purpose>),
    Step(DayStep),
    State(PaymentState),
    LegState(LegState),
    Account(AccountKind),
    Refusal(Refusal),
    Outcome(DisputeOutcome),
    Due(Due),
}

/// A word in capitals of a pattern.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Slot {
    Member,
    Institution,
    Party,
    Owner,
    Payment,
    Payments,
    Drawing,
    Calendar,
    New,
    Text,
    Rulebook,
    Amount,
    Maximum,
    Balance,
    Rate,
    Currency,
    Code,
    Count,
    Date,
    Dates,
    Time,
    Stage,
    Purpose,
    Purposes,
    Step,
    State,
    LegState,
    Account,
    Refusal,
    Outcome,
    Due,
}

/// Every word in capitals, with what it stands for.
pub(crate) const SLOTS: &[(&str, Slot, &str)] = &[
    ("MEMBER", Slot::Member, "code of a member that a `member` line declares: `ARG`"),
    (
        "INSTITUTION",
        Slot::Institution,
        "an institution that an `institution` line declares; or a member that has only one, by the member's code",
    ),
    ("PARTY", Slot::Party, "a member (all its institutions together) or an institution"),
    ("OWNER", Slot::Owner, "a member, an institution, or `house`"),
    ("PAYMENT", Slot::Payment, "name that a line above gave to a payment with `as`"),
    ("PAYMENTS", Slot::Payments, "one or more of them, with commas between: `order-1, order-2`"),
    ("DRAWING", Slot::Drawing, "name that a line above gave to a drawing with `as`"),
    (
        "CALENDAR",
        Slot::Calendar,
        "code of a member, for its national system; `agent`; or `centre`, where the asset is at home",
    ),
    ("NEW", Slot::New, "a name of letters, digits, `-`, `_` and `.`, at most 32, that nobody has yet"),
    ("TEXT", Slot::Text, "anything in quotes"),
    ("RULEBOOK", Slot::Rulebook, "a name of `caudal rulebook list`; or a file, in quotes, relative to the script"),
    ("AMOUNT", Slot::Amount, "above zero, with its currency: `100,000.00 BRL`; commas between thousands as one likes"),
    ("MAXIMUM", Slot::Maximum, "an amount that may be zero"),
    ("BALANCE", Slot::Balance, "an amount that may be zero or below: `-40.00 USD` is owed by whoever has it"),
    ("RATE", Slot::Rate, "a number above zero with at most 12 decimals"),
    ("CURRENCY", Slot::Currency, "code of a currency that the script knows: a member's, or the settlement asset's"),
    ("CODE", Slot::Code, "three capitals (ISO 4217)"),
    ("COUNT", Slot::Count, "a whole number"),
    ("DATE", Slot::Date, "year-month-day: `2022-03-11`"),
    ("DATES", Slot::Dates, "one or more of them, with commas between"),
    ("TIME", Slot::Time, "`18:00`, in the zone of the rulebook; or a step of its day: `fixing`, `close`"),
    ("STAGE", Slot::Stage, "`observer`, `shadow`, `prefunded` or `net`"),
    ("PURPOSE", Slot::Purpose, "`goods`, `services`, `remittance`, `pension`, `public programme` or `investment`"),
    ("PURPOSES", Slot::Purposes, "one or more of them, with commas between"),
    ("STEP", Slot::Step, "a step of the rulebook's day: `entry_cut_off`, `close`, `pay_in_by`"),
    ("STATE", Slot::State, "a state of docs/payment-states.md: `awaiting rate`, `cleared`, `paid out`"),
    (
        "LEGSTATE",
        Slot::LegState,
        "`not due`; `due`: it waits for its day, or for the net to be paid; `instructed`: it may be made now; `confirmed`; `failed` or `aged`",
    ),
    ("ACCOUNT", Slot::Account, "a kind of docs/accounts.md: `prefunding`, `net_due`, `fx_result`"),
    ("REFUSAL", Slot::Refusal, "code of a refusal: `PAIR_LINE`"),
    ("OUTCOME", Slot::Outcome, "`upheld` or `rejected`"),
    (
        "DUE",
        Slot::Due,
        "`what is due`: all of it; or only `conformity`, `collections`, `transfers`, `pay-ins`, `pay-outs`, `beneficiaries`",
    ),
];

impl Slot {
    pub(crate) fn of(word: &str) -> Option<Slot> {
        SLOTS.iter().find(|(name, ..)| *name == word).map(|(_, slot, _)| *slot)
    }

    pub(crate) fn name(self) -> &'static str {
        SLOTS.iter().find(|(_, slot, _)| *slot == self).map_or("", |(name, ..)| name)
    }

    /// Reads what stands at the beginning of `tokens`; gives it with the number of words that it took.
    ///
    /// # Errors
    /// What is wrong with the first word, or with the one after it.
    pub(crate) fn read(
        self,
        tokens: &[Token],
        names: &mut Names,
        plan: Option<&Plan>,
    ) -> Result<(Value, usize), Wrong> {
        let Some(first) = tokens.first() else {
            let what = format!("the line ends where {} is due", self.name());
            return Err(Wrong::new(ErrorKind::Word, what, "say it"));
        };
        let word = first.text.as_str();
        let wants_text = matches!(self, Slot::Text | Slot::Rulebook);
        if first.quoted && !wants_text {
            let what = format!("\"{}\" stands where {} is due", shortened(word), self.name());
            return Err(Wrong::new(ErrorKind::Word, what, "write it without quotes"));
        }
        let one = |value| Ok((value, 1));
        match self {
            Slot::Member => one(Value::Member(names.member(word)?)),
            Slot::Institution => one(Value::Institution(names.institution(word)?)),
            Slot::Party => one(Value::Party(Some(names.party(word)?))),
            Slot::Owner if word == "house" => one(Value::Party(None)),
            Slot::Owner => one(Value::Party(Some(names.party(word)?))),
            Slot::Payment => one(Value::Payment(names.payment(word)?)),
            Slot::Payments => {
                let (list, taken) = list(tokens, |word| names.payment(word))?;
                Ok((Value::Payments(list), taken))
            }
            Slot::Drawing => one(Value::Drawing(names.drawing(word)?)),
            Slot::Calendar => one(Value::Calendar(names.calendar(word)?)),
            Slot::New => one(Value::New(names.new_name(word)?)),
            Slot::Text if first.quoted => one(Value::Text(word.to_owned())),
            Slot::Text => {
                let what = format!("'{}' stands where a text is due", shortened(word));
                Err(Wrong::new(ErrorKind::Word, what, "write it in quotes"))
            }
            Slot::Rulebook => one(Value::Rulebook { name: word.to_owned(), is_file: first.quoted }),
            Slot::Amount | Slot::Maximum | Slot::Balance => money(self, tokens, names).map(|money| (money, 2)),
            Slot::Rate => one(Value::Rate(rate(word)?)),
            Slot::Currency => one(Value::Currency(names.currency(word)?)),
            Slot::Code => {
                let what = format!("'{}' is no code of a currency", shortened(word));
                let code = CurrencyCode::parse(word);
                one(Value::Code(code.map_err(|_| Wrong::new(ErrorKind::Name, what, "write three capitals: ARS"))?))
            }
            Slot::Count => {
                let what = format!("'{}' is no whole number", shortened(word));
                let count = word.parse().map_err(|_| Wrong::new(ErrorKind::Word, what, "write digits: 3"));
                one(Value::Count(count?))
            }
            Slot::Date => one(Value::Date(date(word)?)),
            Slot::Dates => {
                let (list, taken) = list(tokens, date)?;
                Ok((Value::Dates(list), taken))
            }
            Slot::Time => one(Value::Time(time(word, plan)?)),
            Slot::Stage => of_list(tokens, "stage", STAGES).map(|(stage, taken)| (Value::Stage(stage), taken)),
            Slot::Purpose => of_list(tokens, "purpose", PURPOSES).map(|(value, taken)| (Value::Purpose(value), taken)),
            Slot::Purposes => purposes(tokens).map(|(list, taken)| (Value::Purposes(list), taken)),
            Slot::Step => of_list(tokens, "step of the day", STEPS).map(|(step, taken)| (Value::Step(step), taken)),
            Slot::State => of_list(tokens, "state", &states()).map(|(state, taken)| (Value::State(state), taken)),
            Slot::LegState => {
                of_list(tokens, "state of a leg", LEG_STATES).map(|(state, taken)| (Value::LegState(state), taken))
            }
            Slot::Account => one(Value::Account(account(word)?)),
            Slot::Refusal => {
                let found = Refusal::ALL.iter().find(|refusal| refusal.code() == word);
                let known = Refusal::ALL.iter().map(|refusal| refusal.code());
                let wrong = || unknown("refusal", word, known, "name a code of docs/rulebooks.md");
                one(Value::Refusal(found.copied().ok_or_else(wrong)?))
            }
            Slot::Outcome => of_list(tokens, "outcome", OUTCOMES).map(|(value, taken)| (Value::Outcome(value), taken)),
            Slot::Due => of_list(tokens, "thing that is due", DUE).map(|(due, taken)| (Value::Due(due), taken)),
        }
    }
}

/// Entries with commas between.
fn list<T>(tokens: &[Token], mut read: impl FnMut(&str) -> Result<T, Wrong>) -> Result<(Vec<T>, usize), Wrong> {
    let mut entries = Vec::new();
    for token in tokens {
        entries.push(read(&token.text)?);
        if !token.comma {
            break;
        }
    }
    let taken = entries.len();
    Ok((entries, taken))
}

/// Purposes with commas between; some are of several words.
fn purposes(tokens: &[Token]) -> Result<(Vec<Purpose>, usize), Wrong> {
    let (mut found, mut taken) = (Vec::new(), 0);
    loop {
        let (purpose, words) = of_list(&tokens[taken..], "purpose", PURPOSES)?;
        found.push(purpose);
        taken += words;
        if !tokens[taken - 1].comma {
            return Ok((found, taken));
        }
    }
}

/// One of a closed list, of which some are of several words: the longest that fits.
fn of_list<T: Copy>(tokens: &[Token], what: &str, list: &[(&str, T)]) -> Result<(T, usize), Wrong> {
    let fits = |name: &str| {
        let words: Vec<&str> = name.split(' ').collect();
        let found = tokens.iter().take(words.len()).map(|token| token.text.as_str());
        (found.collect::<Vec<_>>() == words).then_some(words.len())
    };
    let longest = list.iter().filter_map(|(name, value)| Some((*value, fits(name)?))).max_by_key(|(_, taken)| *taken);
    longest.ok_or_else(|| {
        let word = tokens.first().map_or("", |token| token.text.as_str());
        let known: Vec<&str> = list.iter().map(|(name, _)| *name).collect();
        let otherwise = format!("write one of {}", known.join(", "));
        let Wrong { what, remedy, .. } = unknown(what, word, known, &otherwise);
        Wrong::new(ErrorKind::Word, what, remedy)
    })
}

pub(crate) fn date(word: &str) -> Result<Date, Wrong> {
    let what = format!("'{}' is no date", shortened(word));
    let found =
        Date::parse(word).ok_or_else(|| Wrong::new(ErrorKind::Date, what, "write year-month-day: 2022-03-11"))?;
    if (1900..=2199).contains(&found.ymd().0) {
        return Ok(found);
    }
    Err(Wrong::new(ErrorKind::Date, format!("{word} is too far away"), "take a year from 1900 to 2199"))
}

fn time(word: &str, plan: Option<&Plan>) -> Result<u32, Wrong> {
    if let Some((hours, minutes)) = word.split_once(':') {
        let number = |text: &str, below: u32| {
            (text.len() == 2).then(|| text.parse::<u32>().ok()).flatten().filter(|number| *number < below)
        };
        if let (Some(hours), Some(minutes)) = (number(hours, 24), number(minutes, 60)) {
            return Ok(hours * 3600 + minutes * 60);
        }
        let what = format!("'{}' is no time of day", shortened(word));
        return Err(Wrong::new(ErrorKind::Date, what, "write hours and minutes: 18:00"));
    }
    let steps: &[(DayStep, u32)] = plan.map_or(&[], |plan| &plan.day.steps);
    let named = |step: DayStep| STEPS.iter().find(|(_, known)| *known == step).map(|(name, _)| *name);
    let found = steps.iter().find(|(step, _)| named(*step) == Some(word));
    found.map(|(_, seconds)| *seconds).ok_or_else(|| {
        let known = steps.iter().filter_map(|(step, _)| named(*step));
        let Wrong { what, remedy, .. } =
            unknown("step of the day", word, known, "write hours and minutes, or a step of the rulebook's [day.steps]");
        Wrong::new(ErrorKind::Date, what, remedy)
    })
}

fn rate(word: &str) -> Result<Rate, Wrong> {
    Rate::parse(&word.replace(',', "")).map_err(|error| {
        Wrong::new(ErrorKind::Amount, format!("'{}' is no rate: {error}", shortened(word)), "write it as 21.66815")
    })
}

/// A number and the code of a currency.
fn money(slot: Slot, tokens: &[Token], names: &Names) -> Result<Value, Wrong> {
    let word = tokens[0].text.as_str();
    let wrong = |what: String, remedy: &str| Wrong::new(ErrorKind::Amount, what, remedy);
    let Some(code) = tokens.get(1).filter(|code| !code.quoted) else {
        return Err(wrong(format!("'{}' has no currency", shortened(word)), "write it after the amount: 1,000.00 USD"));
    };
    let negative = word.starts_with('-');
    let digits = word.strip_prefix('-').unwrap_or(word);
    let starts_like_one = digits.starts_with(|letter: char| letter.is_ascii_digit());
    if !starts_like_one || !is_grouped(digits) {
        let what = format!("'{}' is no amount", shortened(word));
        return Err(wrong(what, "write digits with at most one dot, and commas between thousands: 1,234.50"));
    }
    let currency = names.currency(&code.text)?;
    let plain = digits.replace(',', "");
    let zero = plain.chars().all(|letter| letter == '0' || letter == '.');
    let decimals = names.decimals(currency);
    let minor = match parse_amount(&plain, decimals) {
        Ok(amount) => i128::from(amount.get()),
        Err(AmountTextError::NotPositive) if zero && slot != Slot::Amount => 0,
        Err(error @ AmountTextError::TooManyDecimals { allowed }) => {
            let what = format!("'{} {}': {error}", shortened(word), code.text);
            return Err(wrong(what, &format!("write at most {allowed}")));
        }
        Err(error) => return Err(wrong(format!("'{}': {error}", shortened(word)), "write an amount that can be paid")),
    };
    if negative && slot != Slot::Balance {
        let what = format!("'{}' is below zero", shortened(word));
        return Err(wrong(what, "write it without a sign: who pays whom is said in words"));
    }
    Ok(Value::Money(Money { minor: if negative { -minor } else { minor }, currency }))
}

/// Whether commas, where there are any, stand between thousands.
fn is_grouped(digits: &str) -> bool {
    let whole = digits.split('.').next().unwrap_or("");
    let decimals_have_none = !digits[whole.len()..].contains(',');
    let groups: Vec<&str> = whole.split(',').collect();
    let plain = |group: &&str| group.chars().all(|letter| letter.is_ascii_digit());
    let sound = groups.iter().all(plain)
        && (groups.len() == 1 || ((1..=3).contains(&groups[0].len()) && groups[1..].iter().all(|g| g.len() == 3)));
    sound && decimals_have_none
}
