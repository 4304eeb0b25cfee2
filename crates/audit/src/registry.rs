//! What is registered once: currencies, calendars, members, institutions, rulebooks, arrangements.

use crate::finding::{Check, Checked, Finding, equal, holds};
use crate::identifiers::Shelves;
use crate::model::{Arrangement, Calendar, Currency, Institution, Member, Model, Rulebook, Totals};
use domain::plan::Plan;
use domain::{ArrangementId, CalendarId, CurrencyId, CycleId, Date, EventBody, RulebookId, RunId};
use money::CurrencyCode;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Characters of a code or name at most.
const TEXT_CHARACTERS_MAX: usize = 140;

impl Model {
    pub(crate) fn register(&mut self, body: &EventBody) -> Checked {
        match body {
            EventBody::CurrencyRegistered { currency, code, minor_decimals } => {
                self.currency_registered(*currency, *code, *minor_decimals)
            }
            EventBody::CalendarDefined { calendar, name } => self.calendar_defined(*calendar, name),
            EventBody::CalendarDaysSet { calendar, closed, opened } => {
                self.calendar_days_set(*calendar, closed, opened)
            }
            EventBody::MemberRegistered { member, code, bic } => {
                equal(Check::Order, "the ordinal of a member", self.members.len(), member.index())?;
                unused("the code of a member", code, self.members.iter().map(|member| &member.code))?;
                is_short("the BIC of a member", bic)?;
                self.members.push(Member { code: code.clone(), bic: bic.clone(), institutions: Vec::new() });
                Ok(())
            }
            EventBody::InstitutionAuthorised { institution, member, code, jurisdiction, calendar, currency } => {
                equal(Check::Order, "the ordinal of an institution", self.institutions.len(), institution.index())?;
                unused("the code of an institution", code, self.institutions.iter().map(|known| &known.code))?;
                is_short("the jurisdiction of an institution", jurisdiction)?;
                self.member(*member)?;
                self.calendar(*calendar)?;
                self.currency(*currency)?;
                self.members[member.index()].institutions.push(*institution);
                self.institutions.push(Institution {
                    member: *member,
                    code: code.clone(),
                    jurisdiction: jurisdiction.clone(),
                    calendar: *calendar,
                    currency: *currency,
                });
                Ok(())
            }
            EventBody::RulebookAdopted { rulebook, source, plan } => self.rulebook_adopted(*rulebook, source, plan),
            EventBody::ArrangementOpened { arrangement, rulebook, agent_calendar, asset_calendar } => {
                self.arrangement_opened(*arrangement, *rulebook, *agent_calendar, *asset_calendar)
            }
            other => unreachable!("not a registration: {other:?}"),
        }
    }

    fn currency_registered(&mut self, currency: CurrencyId, code: CurrencyCode, minor_decimals: u8) -> Checked {
        equal(Check::Order, "the ordinal of a currency", self.currencies.len(), currency.index())?;
        let known = self.currencies.iter().any(|known| known.code == code);
        holds(Check::Reference, "the code of a currency", "one that is not registered", !known, code)?;
        self.currencies.push(Currency { code, minor_decimals });
        Ok(())
    }

    fn calendar_defined(&mut self, calendar: CalendarId, name: &str) -> Checked {
        equal(Check::Order, "the ordinal of a calendar", self.calendars.len(), calendar.index())?;
        unused("the name of a calendar", name, self.calendars.iter().map(|known| &known.name))?;
        self.calendars.push(Calendar { name: name.to_owned(), closed: BTreeSet::new() });
        Ok(())
    }

    fn calendar_days_set(&mut self, calendar: CalendarId, closed: &[Date], opened: &[Date]) -> Checked {
        self.calendar(calendar)?;
        let days = &mut self.calendars[calendar.index()].closed;
        // A calendar is closed at weekends whatever is declared.
        days.extend(closed.iter().filter(|date| !date.is_weekend()));
        opened.iter().for_each(|date| {
            days.remove(date);
        });
        Ok(())
    }

    fn rulebook_adopted(&mut self, rulebook: RulebookId, source: &[u8], plan: &Plan) -> Checked {
        equal(Check::Order, "the ordinal of a rulebook", self.rulebooks.len(), rulebook.index())?;
        self.rulebooks.push(Rulebook { source_hash: Sha256::digest(source).into(), plan: Arc::new(plan.clone()) });
        Ok(())
    }

    fn arrangement_opened(
        &mut self,
        arrangement: ArrangementId,
        rulebook: RulebookId,
        agent_calendar: CalendarId,
        asset_calendar: CalendarId,
    ) -> Checked {
        equal(Check::Order, "the ordinal of an arrangement", self.arrangements.len(), arrangement.index())?;
        self.calendar(agent_calendar)?;
        self.calendar(asset_calendar)?;
        let known = self.rulebooks.get(rulebook.index());
        let plan = known.ok_or_else(|| Finding::new(Check::Reference, "rulebook", "a known one", rulebook))?;
        let plan = Arc::clone(&plan.plan);
        let known = |what: &str, code: CurrencyCode| {
            let index = self.currencies.iter().position(|currency| currency.code == code);
            let found = index.map(CurrencyId::from_index);
            found.ok_or_else(|| Finding::new(Check::Reference, what, "a registered currency", code))
        };
        let settlement = known("the settlement asset", plan.settlement_asset)?;
        let asset = match &plan.additions.unit {
            Some(unit) => known("the unit of account", unit.code)?,
            None => settlement,
        };
        let opened = Arrangement {
            rulebook,
            plan,
            asset,
            agent_calendar,
            asset_calendar,
            open: None,
            closed_date: None,
            cycle_closed_on: None,
            cycle: CycleId(0),
            next_run: RunId(0),
            frozen: None,
            members: BTreeMap::new(),
            limits: BTreeMap::new(),
            limits_ahead: BTreeMap::new(),
            rates: BTreeMap::new(),
            purposes_ahead: BTreeMap::new(),
            stages_ahead: BTreeMap::new(),
            arrears: BTreeMap::new(),
            rest_claims: BTreeMap::new(),
            holidays: BTreeSet::new(),
            entry_consents: BTreeSet::new(),
            published_on: BTreeMap::new(),
            fixings: BTreeMap::new(),
            pairs: BTreeMap::new(),
            changes: BTreeMap::new(),
            changed_on: BTreeMap::new(),
            waiting: BTreeMap::new(),
            reserved: BTreeMap::new(),
            prefinanced: BTreeMap::new(),
            cycle_payments: BTreeMap::new(),
            closed_cycles: BTreeMap::new(),
            transfers: BTreeMap::new(),
            documents: Shelves::default(),
            facility_stopped: false,
            settlement,
            unit_values: BTreeMap::new(),
            given_allocation: None,
            owed_transfers: BTreeSet::new(),
            just_suspended: BTreeSet::new(),
            just_opened: false,
            just_leaving: BTreeSet::new(),
            just_in_arrears: BTreeSet::new(),
            totals: Totals::default(),
            credit: crate::credit::Credit::default(),
            reserve: crate::reserve::Reserve::default(),
        };
        self.arrangements.insert(arrangement, opened);
        Ok(())
    }
}

/// A code or a name: there, short, and not known yet.
fn unused<'a>(what: &str, name: &str, mut known: impl Iterator<Item = &'a String>) -> Checked {
    is_short(what, name)?;
    let is_known = known.any(|known| known == name);
    holds(Check::Reference, what, "one that is not registered", !is_known, name)
}

fn is_short(what: &str, text: &str) -> Checked {
    let short = (1..=TEXT_CHARACTERS_MAX).contains(&text.chars().count());
    holds(Check::Reference, what, "a text of 1 to 140 characters", short, text)
}
