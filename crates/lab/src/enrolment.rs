//! Who takes part in a run: members, institutions, currencies and calendars, in the order of their ordinals in the
//! journal.

use domain::plan::{Plan, Price};
use domain::{CalendarId, CurrencyId, Date, InstitutionId, MemberId};

use crate::calendar::{Calendars, Place, Window};
use crate::region::{CountryIndex, CurrencyIndex, INSTITUTIONS_PER_COUNTRY, InstitutionIndex, MemberIndex, Region};

/// A member that takes part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EnrolledMember {
    pub(crate) index: MemberIndex,
    /// Its currencies over the run, each with the first day on which it is used: more than one where money is
    /// redenominated within the window.
    pub(crate) currencies: Vec<(Date, CurrencyIndex)>,
}

/// An institution that takes part. One whose money is redenominated within the window is two: an account is kept in
/// one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EnrolledInstitution {
    pub(crate) index: InstitutionIndex,
    pub(crate) member: MemberId,
    pub(crate) code: String,
    pub(crate) country: CountryIndex,
    pub(crate) currency: CurrencyIndex,
    /// From when on it is used.
    pub(crate) from: Date,
}

/// Everything that has an ordinal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Enrolment {
    pub(crate) members: Vec<EnrolledMember>,
    pub(crate) institutions: Vec<EnrolledInstitution>,
    /// The settlement asset first.
    pub(crate) currencies: Vec<CurrencyIndex>,
    /// The countries that have a calendar; after them come New York's and the agent's.
    pub(crate) countries: Vec<CountryIndex>,
    /// By [`InstitutionIndex`]: those of the same institution, by the day from which they are used.
    by_index: Vec<Vec<InstitutionId>>,
}

impl Enrolment {
    pub(crate) fn new(
        region: &Region,
        plan: &Plan,
        asset: CurrencyIndex,
        members: &[MemberIndex],
        window: Window,
    ) -> Enrolment {
        let mut enrolment = Enrolment {
            members: Vec::new(),
            institutions: Vec::new(),
            currencies: vec![asset],
            countries: Vec::new(),
            by_index: vec![Vec::new(); region.institution_count()],
        };
        for &index in members {
            let currencies = currencies_of(region, plan, index, asset, window);
            enrolment.enrol(region, index, currencies);
        }
        enrolment.countries.sort_unstable();
        let mut currencies: Vec<CurrencyIndex> =
            enrolment.institutions.iter().map(|known| known.currency).filter(|&known| known != asset).collect();
        currencies.sort_unstable();
        currencies.dedup();
        enrolment.currencies.extend(currencies);
        enrolment
    }

    fn enrol(&mut self, region: &Region, index: MemberIndex, currencies: Vec<(Date, CurrencyIndex)>) {
        let member = MemberId::from_index(self.members.len());
        for &country in &region.members[index.index()].countries {
            self.countries.push(country);
            for rank in 0..INSTITUTIONS_PER_COUNTRY {
                let institution = InstitutionIndex::of(country, rank);
                for (place, &(from, currency)) in currencies.iter().enumerate() {
                    let mut code = region.institution(institution).code;
                    if place > 0 {
                        code = format!("{code}-{}", region.currencies[currency.index()].currency.code());
                    }
                    self.by_index[institution.index()].push(InstitutionId::from_index(self.institutions.len()));
                    self.institutions.push(EnrolledInstitution {
                        index: institution,
                        member,
                        code,
                        country,
                        currency,
                        from,
                    });
                }
            }
        }
        self.members.push(EnrolledMember { index, currencies });
    }

    /// The institution that acts for one of the lab's on a day.
    pub(crate) fn acting(&self, index: InstitutionIndex, date: Date) -> Option<InstitutionId> {
        let of_index = &self.by_index[index.index()];
        let begun = of_index.iter().rev().find(|id| self.institutions[id.index()].from <= date);
        begun.or(of_index.first()).copied()
    }

    /// The institutions of one of the lab's, by the day from which they are used.
    pub(crate) fn successive(&self) -> impl Iterator<Item = &[InstitutionId]> {
        self.by_index.iter().map(Vec::as_slice).filter(|of_index| !of_index.is_empty())
    }

    /// The ordinal of a currency that is in use.
    pub(crate) fn currency(&self, index: CurrencyIndex) -> CurrencyId {
        let place = self.currencies.iter().position(|&known| known == index);
        CurrencyId::from_index(place.expect("bug: a currency that nobody uses"))
    }

    /// The calendar of a country.
    pub(crate) fn calendar(&self, country: CountryIndex) -> CalendarId {
        let place = self.countries.binary_search(&country);
        CalendarId::from_index(place.expect("bug: a country without institutions"))
    }

    /// The calendar of New York, where dollars settle.
    pub(crate) fn asset_calendar(&self) -> CalendarId {
        CalendarId::from_index(self.countries.len())
    }

    /// The calendar of the agent.
    pub(crate) fn agent_calendar(&self) -> CalendarId {
        CalendarId::from_index(self.countries.len() + 1)
    }

    /// Whether all national systems in use are open on a day.
    pub(crate) fn all_open(&self, calendars: &Calendars, date: Date) -> bool {
        self.countries.iter().all(|&country| calendars.is_open(Place::Country(country), date))
    }
}

/// The currencies of a member over a window. Where there is no price, its institutions are paid in the asset, and what
/// its money is does not matter.
fn currencies_of(
    region: &Region,
    plan: &Plan,
    member: MemberIndex,
    asset: CurrencyIndex,
    window: Window,
) -> Vec<(Date, CurrencyIndex)> {
    if plan.price == Price::Par {
        return vec![(window.from(), region.edge_currency(member, window.from()).unwrap_or(asset))];
    }
    let mut currencies: Vec<(Date, CurrencyIndex)> = Vec::new();
    for date in window.days() {
        // A member without a currency on some day is left out before.
        let Some(currency) = region.edge_currency(member, date) else { continue };
        if currencies.last().is_none_or(|&(_, last)| last != currency) {
            currencies.push((date, currency));
        }
    }
    currencies
}

#[cfg(test)]
mod tests {
    use super::*;
    use money::CurrencyCode;

    fn enrolment(members: &[&str], from: &str, to: &str) -> (Region, Enrolment) {
        let region = Region::built_in();
        let rulebook = rulebook::parse("caudal", rulebook::source("caudal").unwrap()).unwrap();
        let plan = rulebook.compile().unwrap();
        let asset = region.currency(CurrencyCode::new(b"USD")).unwrap();
        let members: Vec<MemberIndex> = region
            .member_indices()
            .filter(|member| members.contains(&region.members[member.index()].code.as_str()))
            .collect();
        let date = |text| Date::parse(text).unwrap();
        let window = Window::new(date(from), date(to)).unwrap();
        let enrolment = Enrolment::new(&region, &plan, asset, &members, window);
        (region, enrolment)
    }

    #[test]
    fn ordinals_follow_the_order_of_codes_and_every_country_has_three_institutions() {
        let (region, enrolment) = enrolment(&["ARG", "ECCB", "ECU"], "2024-03-05", "2024-03-06");
        let codes: Vec<&str> = enrolment.institutions.iter().map(|known| known.code.as_str()).collect();
        assert_eq!(codes[..4], ["ARG-1", "ARG-2", "ARG-3", "ATG-1"]);
        assert_eq!(codes.len(), 3 * 8);
        let codes =
            enrolment.currencies.iter().map(|&known| region.currencies[known.index()].currency.code().to_string());
        let codes: Vec<String> = codes.collect();
        assert_eq!(codes, ["USD", "ARS", "XCD"]);
        assert_eq!(enrolment.asset_calendar(), CalendarId(8));
        assert_eq!(enrolment.agent_calendar(), CalendarId(9));
    }

    #[test]
    fn an_institution_whose_money_is_redenominated_is_two() {
        let (_, enrolment) = enrolment(&["VEN", "BRA"], "2018-08-17", "2018-08-22");
        let codes: Vec<&str> = enrolment.institutions.iter().map(|known| known.code.as_str()).collect();
        assert_eq!(codes[3..5], ["VEN-1", "VEN-1-VES"]);
        let index = enrolment.institutions[3].index;
        let acting = |date| enrolment.acting(index, Date::parse(date).unwrap());
        assert_eq!(acting("2018-08-19"), Some(InstitutionId(3)));
        assert_eq!(acting("2018-08-20"), Some(InstitutionId(4)));
        assert_eq!(acting("2018-09-30"), Some(InstitutionId(4)));
        assert_eq!(enrolment.successive().filter(|of_index| of_index.len() == 2).count(), 3);
    }
}
