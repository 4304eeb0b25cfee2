//! Lines that say who and what there is.

use super::{Reading, Rules};
use crate::error::{ErrorKind, Wrong};
use crate::names::{InstitutionNamed, MemberNamed, shortened, unknown};
use crate::pattern::Found;
use crate::script::{Act, Instruction};
use domain::event::Stage;

type Built = Result<Option<Act>, Wrong>;

pub(crate) fn source(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    reading.sources.push(found.text());
    Ok(None)
}

pub(crate) fn rulebook(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    if reading.rulebook.is_some() {
        let remedy = "make a script of its own for each rulebook";
        return Err(Wrong::new(ErrorKind::Rulebook, "the script has named its rulebook before", remedy));
    }
    let (name, is_file) = found.rulebook();
    let bytes = if is_file {
        reading.surroundings.rulebook_file(&name).map_err(|why| {
            let what = format!("the rulebook \"{}\" cannot be read: {why}", shortened(&name));
            Wrong::new(ErrorKind::Rulebook, what, "name a file beside the script, or one of caudal rulebook list")
        })?
    } else {
        let source = rulebook::source(&name).ok_or_else(|| {
            let otherwise =
                format!("name one of {}, or a file in quotes", rulebook::list().collect::<Vec<_>>().join(", "));
            let Wrong { what, remedy, .. } = unknown("rulebook", &name, rulebook::list(), &otherwise);
            Wrong::new(ErrorKind::Rulebook, what, remedy)
        })?;
        source.as_bytes().to_vec()
    };
    let parsed = rulebook::parse_bytes(&name, &bytes).map_err(|errors| {
        let more = if errors.len() > 1 { format!(" (and {} more)", errors.len() - 1) } else { String::new() };
        let first = errors.first().map(ToString::to_string).unwrap_or_default();
        let what = format!("the rulebook is wrong{more}: {first}");
        Wrong::new(ErrorKind::Rulebook, what, "caudal rulebook check FILE has every error")
    })?;
    let decimals = parsed.asset.minor_decimals.get();
    let plan = parsed.compile().map_err(|not_built| {
        Wrong::new(ErrorKind::NotBuilt, not_built.to_string(), "take a rulebook that runs: caudal rulebook list")
    })?;
    let decimals = u8::try_from(decimals).unwrap_or(u8::MAX);
    let asset = reading.names.declare_currency(plan.settlement_asset, decimals)?;
    reading.rulebook = Some(Rules { source: bytes, plan, asset });
    Ok(None)
}

fn before_the_first_date(reading: &Reading<'_>, what: &str) -> Result<(), Wrong> {
    if reading.begun() {
        let what = format!("{what} is declared after the first date");
        return Err(Wrong::new(ErrorKind::Date, what, "declare it before the first `on`"));
    }
    Ok(())
}

pub(crate) fn currency(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    before_the_first_date(reading, "a currency")?;
    let (code, decimals) = (found.code(), found.count());
    if reading.names.currencies.iter().any(|known| known.code() == code) {
        let what = format!("the currency {code} is known already");
        return Err(Wrong::new(ErrorKind::Name, what, "declare it before the first member that uses it, and once"));
    }
    reading.names.declare_currency(code, u8::try_from(decimals).unwrap_or(u8::MAX))?;
    Ok(None)
}

pub(crate) fn member(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    before_the_first_date(reading, "a member")?;
    reading.names.room_for(reading.names.members.len(), "members")?;
    let code = found.new_name();
    let currency = reading.names.use_currency(found.code())?;
    let outside = found.says("outside");
    let stage = found.clause("as").map(|mut clause| clause.stage());
    let payout_at_clearing = found.says("paying out at clearing");
    if outside && (stage.is_some() || payout_at_clearing) {
        let what = format!("{code} stays outside and joins at once");
        return Err(Wrong::new(ErrorKind::CannotBe, what, "say how it joins where it does: join MEMBER as STAGE"));
    }
    let stage = (!outside).then(|| stage.unwrap_or(Stage::Net));
    let joins = stage.is_some();
    reading.names.members.push(MemberNamed { code, currency, stage, payout_at_clearing, joins });
    Ok(None)
}

pub(crate) fn institution(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    before_the_first_date(reading, "an institution")?;
    reading.names.room_for(reading.names.institutions.len(), "institutions")?;
    let (code, member) = (found.new_name(), found.member());
    let currency = match found.clause("using") {
        Some(mut clause) => reading.names.use_currency(clause.code())?,
        None => reading.names.members[member.index()].currency,
    };
    reading.names.institutions.push(InstitutionNamed { code, member, currency });
    Ok(None)
}

pub(crate) fn holiday(_: &mut Reading<'_>, found: &mut Found) -> Built {
    let (calendar, days) = (found.calendar(), found.dates());
    Ok(Some(Act::Do(Instruction::Days { calendar, days, closed: true })))
}

pub(crate) fn workday(_: &mut Reading<'_>, found: &mut Found) -> Built {
    let (calendar, days) = (found.calendar(), found.dates());
    Ok(Some(Act::Do(Instruction::Days { calendar, days, closed: false })))
}
