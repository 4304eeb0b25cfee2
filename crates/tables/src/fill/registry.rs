//! Registrations, memberships, deposits and rates.

use super::house::{Arrangement, Institution, Rules};
use super::trouble::{Taken, disagree, known};
use super::{About, Filler};
use crate::cell::Cell;
use crate::names::{Named, fee_text, price, rule};
use crate::schema::Table;
use domain::event::{EventBody, Quote, Stage};
use domain::plan::{LimitKind, OnLimit, Plan};
use domain::{ArrangementId, CalendarId, CurrencyId, CycleId, Date, InstitutionId, MemberId, RulebookId};
use money::AmountMinor;
use std::collections::BTreeSet;

impl Filler {
    pub(super) fn register(&mut self, body: &EventBody) -> Taken<About> {
        let seq = self.seq.into();
        match body {
            EventBody::CurrencyRegistered { currency, code, minor_decimals } => {
                require_next("currency", currency.index(), self.house.currencies.len())?;
                self.house.currencies.push(*code);
                let unit = 10_u64.checked_pow(u32::from(*minor_decimals));
                let unit = known(unit, "unit of a currency with decimals", minor_decimals)?;
                let row = [(*currency).into(), code.as_str().into(), (*minor_decimals).into(), unit.into(), seq];
                self.store.insert(Table::Currency, &row)?;
            }
            EventBody::CalendarDefined { calendar, name } => {
                self.store.insert(Table::Calendar, &[(*calendar).into(), name.as_str().into(), seq])?;
            }
            EventBody::CalendarDaysSet { calendar, closed, opened } => {
                self.calendar_days_set(*calendar, closed, opened)?;
            }
            EventBody::MemberRegistered { member, code, bic } => {
                require_next("member", member.index(), self.house.members.len())?;
                self.house.members.push(None);
                let row = [(*member).into(), code.as_str().into(), bic.as_str().into(), seq];
                self.store.insert(Table::Member, &row)?;
            }
            EventBody::InstitutionAuthorised { institution, member, code, jurisdiction, calendar, currency } => {
                let names = (code.as_str(), jurisdiction.as_str());
                self.institution_authorised(*institution, *member, names, *calendar, *currency)?;
            }
            EventBody::RulebookAdopted { rulebook, source, plan } => self.rulebook_adopted(*rulebook, source, plan)?,
            EventBody::ArrangementOpened { arrangement, rulebook, agent_calendar, asset_calendar } => {
                self.arrangement_opened(*arrangement, *rulebook, *agent_calendar, *asset_calendar)?;
                return Ok(About::arrangement(*arrangement));
            }
            _ => return self.register_in_arrangement(body),
        }
        Ok(About::default())
    }

    fn register_in_arrangement(&mut self, body: &EventBody) -> Taken<About> {
        let arrangement = match body {
            EventBody::MemberJoined { arrangement, member, stage, payout_at_clearing } => {
                let joined = self.house.memberships.insert((*arrangement, *member));
                let change = if joined { "joined" } else { "changed" };
                self.membership_changed(*arrangement, *member, change, Some((*stage, *payout_at_clearing)))?;
                *arrangement
            }
            EventBody::MemberLeft { arrangement, member } => {
                self.house.memberships.remove(&(*arrangement, *member));
                self.membership_changed(*arrangement, *member, "left", None)?;
                self.limits_of_member_end(*arrangement, *member)?;
                *arrangement
            }
            EventBody::MemberSuspended { arrangement, member } => {
                self.membership_changed(*arrangement, *member, "suspended", None)?;
                *arrangement
            }
            EventBody::MemberReinstated { arrangement, member } => {
                self.membership_changed(*arrangement, *member, "reinstated", None)?;
                *arrangement
            }
            EventBody::PrefundingMoved { arrangement, member, amount, deposit } => {
                self.prefunding_moved(*arrangement, *member, *amount, *deposit)?;
                *arrangement
            }
            EventBody::RatePublished { arrangement, member, currency, quote } => {
                self.rate_published(*arrangement, *member, *currency, *quote)?;
                *arrangement
            }
            other => return disagree(format!("{other:?} registers nothing")),
        };
        Ok(About::arrangement(arrangement))
    }

    fn calendar_days_set(&mut self, calendar: CalendarId, closed: &[Date], opened: &[Date]) -> Taken {
        for (days, is_closed) in [(closed, true), (opened, false)] {
            // A list may name a day twice.
            let days: BTreeSet<Date> = days.iter().copied().collect();
            for day in days {
                let row = [calendar.into(), day.into(), self.seq.into(), is_closed.into()];
                self.store.insert(Table::CalendarChange, &row)?;
            }
        }
        Ok(())
    }

    fn institution_authorised(
        &mut self,
        institution: InstitutionId,
        member: MemberId,
        (code, jurisdiction): (&str, &str),
        calendar: CalendarId,
        currency: CurrencyId,
    ) -> Taken {
        require_next("institution", institution.index(), self.house.institutions.len())?;
        let first = known(self.house.members.get_mut(member.index()), "member", member)?;
        first.get_or_insert(institution);
        self.house.institutions.push(Institution { member, currency });
        let row = [
            institution.into(),
            member.into(),
            code.into(),
            jurisdiction.into(),
            calendar.into(),
            currency.into(),
            self.seq.into(),
        ];
        self.store.insert(Table::Institution, &row)?;
        Ok(())
    }

    fn rulebook_adopted(&mut self, rulebook: RulebookId, source: &[u8], plan: &Plan) -> Taken {
        require_next("rulebook", rulebook.index(), self.house.rulebooks.len())?;
        self.house.rulebooks.push(Rules::of(plan));
        let row = [
            rulebook.into(),
            plan.name.as_str().into(),
            plan.version.into(),
            plan.initiator.name().into(),
            price(plan.price).into(),
            plan.counterparty.name().into(),
            plan.position_currency.name().into(),
            plan.settlement_asset.as_str().into(),
            plan.cycle.netting.name().into(),
            queueing_limit(plan).map(|kind| kind.name()).into(),
            plan.additions.unit.as_ref().map(|unit| unit.code.as_str()).into(),
            plan.additions.fees.as_ref().map(fee_text).into(),
            source.into(),
            self.seq.into(),
        ];
        self.store.insert(Table::Rulebook, &row)?;
        for (key, article) in &plan.articles {
            let row = [rulebook.into(), rule(*key).into(), article.citation.as_str().into(), article.assumed.into()];
            self.store.insert(Table::Article, &row)?;
        }
        Ok(())
    }

    fn arrangement_opened(
        &mut self,
        arrangement: ArrangementId,
        rulebook: RulebookId,
        agent_calendar: CalendarId,
        asset_calendar: CalendarId,
    ) -> Taken {
        require_next("arrangement", arrangement.index(), self.house.arrangements.len())?;
        let rules = self.house.rules(rulebook)?;
        let settlement = self.house.currency_of(rules.asset)?;
        let asset = rules.unit.map_or(Ok(settlement), |unit| self.house.currency_of(unit))?;
        self.house.arrangements.push(Arrangement {
            rules,
            asset,
            settlement,
            open_day: None,
            cycle: CycleId(0),
            run: None,
            failed: Vec::new(),
        });
        self.open_cycle(arrangement, CycleId(0));
        let row = [
            arrangement.into(),
            rulebook.into(),
            settlement.into(),
            agent_calendar.into(),
            asset_calendar.into(),
            self.seq.into(),
        ];
        self.store.insert(Table::Arrangement, &row)?;
        Ok(())
    }

    fn membership_changed(
        &mut self,
        arrangement: ArrangementId,
        member: MemberId,
        change: &'static str,
        terms: Option<(Stage, bool)>,
    ) -> Taken {
        let row = [
            self.seq.into(),
            arrangement.into(),
            member.into(),
            change.into(),
            terms.map(|(stage, _)| stage.name()).into(),
            terms.map(|(_, payout_at_clearing)| payout_at_clearing).into(),
        ];
        self.store.insert(Table::MembershipChange, &row)?;
        Ok(())
    }

    fn prefunding_moved(
        &mut self,
        arrangement: ArrangementId,
        member: MemberId,
        amount: AmountMinor,
        deposit: bool,
    ) -> Taken {
        let asset = self.house.arrangement(arrangement)?.settlement;
        self.post_prefunding(arrangement, member, if deposit { amount.as_balance() } else { -amount.as_balance() })?;
        let row = [self.seq.into(), arrangement.into(), member.into(), deposit.into(), amount.into(), asset.into()];
        self.store.insert(Table::PrefundingMovement, &row)?;
        Ok(())
    }

    fn rate_published(
        &mut self,
        arrangement: ArrangementId,
        member: MemberId,
        currency: CurrencyId,
        quote: Quote,
    ) -> Taken {
        let [buy, sell, reference] = match quote {
            Quote::TwoSided { buy, sell } => [buy.to_string().into(), sell.to_string().into(), Cell::Null],
            Quote::Reference(rate) => [Cell::Null, Cell::Null, rate.to_string().into()],
        };
        let row = [self.seq.into(), arrangement.into(), member.into(), currency.into(), buy, sell, reference];
        self.store.insert(Table::Rate, &row)?;
        Ok(())
    }
}

/// Ordinals are dense.
fn require_next(what: &str, found: usize, next: usize) -> Taken {
    if found == next { Ok(()) } else { disagree(format!("{what} {found} follows {next} of them")) }
}

/// The limit that makes payments wait, where there is one alone. A cap on paying out early makes nothing wait.
fn queueing_limit(plan: &Plan) -> Option<LimitKind> {
    let queues = |kind: &LimitKind| *kind != LimitKind::Prefinancing;
    let mut kinds =
        plan.limits.iter().filter(|rule| rule.on_limit == OnLimit::Queue).map(|rule| rule.kind).filter(queues);
    kinds.next().filter(|_| kinds.next().is_none())
}
