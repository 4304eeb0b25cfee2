//! What is registered once: currencies, calendars, members, institutions, rulebooks, arrangements; and business days.

use super::{DONE, Decided, Decision, No};
use crate::limits::{CODE_CHARACTERS_MAX, NAME_CHARACTERS_MAX, RULEBOOK_BYTES_MAX};
use domain::event::EventBody;
use domain::ids::Role;
use domain::plan::{DayStep, Plan};
use domain::{ArrangementId, CalendarId, CurrencyId, Date, InstitutionId, MemberId, Refusal, RulebookId, Timestamp};
use money::{Currency, CurrencyCode};

impl Decision<'_> {
    pub(super) fn register_currency(&mut self, code: CurrencyCode, minor_decimals: u8) -> Decided {
        self.by_operator_with_four_eyes()?;
        if Currency::new(code, minor_decimals).is_err() {
            return Err(No::unheard(Refusal::CurrencyUnknown));
        }
        if self.state.currency_of_code(code).is_some() {
            return Err(Refusal::AlreadyRegistered.into());
        }
        let currency = CurrencyId::from_index(self.state.shared.currencies.len());
        self.emit(EventBody::CurrencyRegistered { currency, code, minor_decimals });
        Ok(DONE)
    }

    pub(super) fn define_calendar(&mut self, name: &str) -> Decided {
        self.by_operator_with_four_eyes()?;
        text(name, NAME_CHARACTERS_MAX)?;
        if self.state.shared.calendars.iter().any(|calendar| calendar.name == name) {
            return Err(Refusal::AlreadyRegistered.into());
        }
        let calendar = CalendarId::from_index(self.state.shared.calendars.len());
        self.emit(EventBody::CalendarDefined { calendar, name: name.to_owned() });
        Ok(DONE)
    }

    pub(super) fn set_calendar_days(&mut self, calendar: CalendarId, closed: &[Date], opened: &[Date]) -> Decided {
        self.by_operator_with_four_eyes()?;
        self.calendar(calendar)?;
        let sorted = |days: &[Date]| {
            let mut days = days.to_vec();
            days.sort_unstable();
            days.dedup();
            days
        };
        self.emit(EventBody::CalendarDaysSet { calendar, closed: sorted(closed), opened: sorted(opened) });
        Ok(DONE)
    }

    pub(super) fn register_member(&mut self, code: &str, bic: &str) -> Decided {
        self.by_operator_with_four_eyes()?;
        text(code, CODE_CHARACTERS_MAX)?;
        text(bic, CODE_CHARACTERS_MAX)?;
        if self.state.shared.members.iter().any(|member| member.code == code) {
            return Err(Refusal::AlreadyRegistered.into());
        }
        let member = MemberId::from_index(self.state.shared.members.len());
        self.emit(EventBody::MemberRegistered { member, code: code.to_owned(), bic: bic.to_owned() });
        Ok(DONE)
    }

    pub(super) fn authorise_institution(
        &mut self,
        member: MemberId,
        code: &str,
        jurisdiction: &str,
        calendar: CalendarId,
        currency: CurrencyId,
    ) -> Decided {
        self.by_member(member)?;
        text(code, CODE_CHARACTERS_MAX)?;
        text(jurisdiction, CODE_CHARACTERS_MAX)?;
        self.member(member)?;
        self.calendar(calendar)?;
        self.currency(currency)?;
        if self.state.shared.institutions.iter().any(|institution| institution.code == code) {
            return Err(Refusal::AlreadyRegistered.into());
        }
        self.emit(EventBody::InstitutionAuthorised {
            institution: InstitutionId::from_index(self.state.shared.institutions.len()),
            member,
            code: code.to_owned(),
            jurisdiction: jurisdiction.to_owned(),
            calendar,
            currency,
        });
        Ok(DONE)
    }

    pub(super) fn adopt_rulebook(&mut self, source: &[u8], plan: &Plan) -> Decided {
        self.by_operator_with_four_eyes()?;
        if source.len() > RULEBOOK_BYTES_MAX {
            return Err(No::unheard(Refusal::RulebookUnknown));
        }
        let unit = plan.additions.unit.as_ref().map(|unit| unit.code);
        let mut needed = std::iter::once(plan.settlement_asset).chain(unit);
        if needed.any(|code| self.state.currency_of_code(code).is_none()) {
            return Err(Refusal::CurrencyUnknown.into());
        }
        let rulebook = RulebookId::from_index(self.state.shared.rulebooks.len());
        self.emit(EventBody::RulebookAdopted { rulebook, source: source.to_vec(), plan: Box::new(plan.clone()) });
        Ok(DONE)
    }

    pub(super) fn open_arrangement(
        &mut self,
        rulebook: RulebookId,
        agent_calendar: CalendarId,
        asset_calendar: CalendarId,
    ) -> Decided {
        self.by_operator_with_four_eyes()?;
        if self.state.shared.rulebooks.get(rulebook.index()).is_none() {
            return Err(Refusal::RulebookUnknown.into());
        }
        self.calendar(agent_calendar)?;
        self.calendar(asset_calendar)?;
        let arrangement = ArrangementId::from_index(self.state.arrangements.len());
        self.emit(EventBody::ArrangementOpened { arrangement, rulebook, agent_calendar, asset_calendar });
        Ok(DONE)
    }

    pub(super) fn open_day(
        &mut self,
        id: ArrangementId,
        date: Date,
        schedule: &[(DayStep, Timestamp)],
        time_zone_version: &str,
    ) -> Decided {
        self.by(Role::Operator)?;
        text(time_zone_version, CODE_CHARACTERS_MAX)?;
        let arrangement = self.arrangement(id)?;
        if arrangement.day.is_some() {
            return Err(Refusal::DayIsOpen.into());
        }
        if !self.state.is_business_day(arrangement, date)
            || arrangement.closed_date.is_some_and(|closed| date <= closed)
            || arrangement.members().next().is_none()
        {
            return Err(Refusal::NotABusinessDay.into());
        }
        if !schedule_is_complete(&arrangement.plan, schedule) {
            return Err(Refusal::ScheduleInvalid.into());
        }
        self.emit(EventBody::DayOpened {
            arrangement: id,
            date,
            schedule: schedule.to_vec(),
            time_zone_version: time_zone_version.to_owned(),
        });
        self.carry_out_what_was_set_ahead(id, date)?;
        Ok(DONE)
    }

    fn calendar(&self, calendar: CalendarId) -> Result<(), No> {
        self.state.shared.calendars.get(calendar.index()).map(|_| ()).ok_or_else(|| Refusal::CalendarUnknown.into())
    }

    fn currency(&self, currency: CurrencyId) -> Result<(), No> {
        self.state.shared.currencies.get(currency.index()).map(|_| ()).ok_or_else(|| Refusal::CurrencyUnknown.into())
    }

    pub(super) fn member(&self, member: MemberId) -> Result<(), No> {
        self.state.shared.members.get(member.index()).map(|_| ()).ok_or_else(|| Refusal::MemberUnknown.into())
    }
}

/// Texts of registrations: not empty, not longer than the maximum, nothing invisible.
pub(super) fn text(value: &str, characters_max: usize) -> Result<(), No> {
    let ok = !value.is_empty() && value.chars().count() <= characters_max && !value.chars().any(char::is_control);
    if ok { Ok(()) } else { Err(No::unheard(Refusal::TextInvalid)) }
}

/// Each step that the rulebook names stands there once, and none earlier than one that the rulebook puts before it; the
/// pay-in step belongs to the settlement day and is only compared for presence.
fn schedule_is_complete(plan: &Plan, schedule: &[(DayStep, Timestamp)]) -> bool {
    if schedule.len() != plan.day.steps.len() {
        return false;
    }
    let mut previous = None;
    for (step, _) in &plan.day.steps {
        let mut found = schedule.iter().filter(|(named, _)| named == step);
        let (Some((_, at)), None) = (found.next(), found.next()) else { return false };
        if *step == DayStep::PayInBy {
            continue;
        }
        if previous.is_some_and(|before| *at < before) {
            return false;
        }
        previous = Some(*at);
    }
    true
}
