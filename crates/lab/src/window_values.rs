//! What of the annual flows falls into a window: annual value × take-up × business days of both ends in the window ÷
//! those of their calendar year.

use domain::Date;

use crate::calendar::{Calendars, Place, Window};
use crate::flows::{Flow, Flows};
use crate::region::{CountryIndex, Region};

/// One million: take-up is in parts of it.
pub(crate) const PPM: u32 = 1_000_000;

/// A flow within the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WindowFlow {
    pub(crate) flow: Flow,
    /// What of it falls into the window, after take-up.
    pub(crate) usd_cents: u64,
    /// Days of the window on which both ends are open.
    pub(crate) day_count: u32,
}

/// The open days of every country, over whole calendar years.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OpenDays {
    first: Date,
    by_country: Vec<Vec<bool>>,
}

impl OpenDays {
    pub(crate) fn new(region: &Region, calendars: &Calendars, window: Window) -> OpenDays {
        let year = |date: Date| Window::of_year(date.ymd().0);
        let (first, last) = (year(window.from()).from(), year(window.to()).to());
        let open =
            |country| (first.0..=last.0).map(|day| calendars.is_open(Place::Country(country), Date(day))).collect();
        OpenDays { first, by_country: region.country_indices().map(open).collect() }
    }

    /// Whether both ends are open.
    pub(crate) fn both(&self, payer: CountryIndex, payee: CountryIndex, date: Date) -> bool {
        let day = usize::try_from(date.0 - self.first.0).expect("bug: a day before the window's first year");
        self.by_country[payer.index()][day] && self.by_country[payee.index()][day]
    }

    fn count(&self, flow: Flow, window: Window) -> u32 {
        let count = window.days().filter(|&date| self.both(flow.payer, flow.payee, date)).count();
        u32::try_from(count).expect("the days of a window fit in 32 bits")
    }
}

/// The value of each flow within the window, in cents that add up to the exact sum, rounded half up: whole cents first,
/// then one each to the largest fractions, among equal ones to the first flow. Also, how many flows have no common day
/// in a whole year of the window.
pub(crate) fn window_flows(flows: &Flows, open: &OpenDays, window: Window, take_up_ppm: u32) -> (Vec<WindowFlow>, u64) {
    let mut within = Vec::with_capacity(flows.as_slice().len());
    let mut fractions: Vec<u64> = Vec::with_capacity(flows.as_slice().len());
    let mut without_day_count = 0;
    for &flow in flows.as_slice() {
        // Cents, in units of 2^-64: at most 10^15 cents over a hundred years.
        let mut cents = 0_u128;
        let mut day_count = 0;
        let mut has_days = true;
        for year in window.years().map(Window::of_year) {
            let of_year = open.count(flow, year);
            let part = Window::new(year.from().max(window.from()), year.to().min(window.to()));
            let in_window = open.count(flow, part.expect("bug: a year of the window that does not meet it"));
            has_days &= of_year > 0;
            day_count += in_window;
            cents += share(flow.usd_cents, take_up_ppm, in_window, of_year.max(1));
        }
        without_day_count += u64::from(!has_days);
        let whole = u64::try_from(cents >> 64).expect("bug: a flow above the largest");
        within.push(WindowFlow { flow, usd_cents: whole, day_count });
        fractions.push(u64::try_from(cents & u128::from(u64::MAX)).expect("the lower half of 128 bits is 64 bits"));
    }
    hand_out_fractions(&mut within, &fractions);
    (within, without_day_count)
}

/// Cents × take-up × days ÷ days of the year, in units of 2^-64, rounded down.
fn share(usd_cents: u64, take_up_ppm: u32, day_count: u32, of_year: u32) -> u128 {
    let numerator = u128::from(usd_cents) * u128::from(take_up_ppm) * u128::from(day_count);
    let denominator = u128::from(PPM) * u128::from(of_year);
    ((numerator / denominator) << 64) + ((numerator % denominator) << 64) / denominator
}

fn hand_out_fractions(within: &mut [WindowFlow], fractions: &[u64]) {
    let sum: u128 = fractions.iter().map(|&fraction| u128::from(fraction)).sum();
    let missing = usize::try_from((sum + (1 << 63)) >> 64).expect("bug: more cents than flows");
    let mut order: Vec<usize> = (0..fractions.len()).collect();
    order.sort_by_key(|&index| std::cmp::Reverse(fractions[index]));
    for index in order.into_iter().take(missing) {
        within[index].usd_cents += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::csv_input::CsvInput;
    use crate::holidays::Holidays;
    use crate::notice::Notices;
    use crate::region::CountryCode;

    fn country(code: &str) -> CountryIndex {
        Region::built_in().country(CountryCode::parse(code).unwrap()).unwrap()
    }

    fn values(flows: Vec<Flow>, holidays: &'static str, window: Window, take_up_ppm: u32) -> (Vec<WindowFlow>, u64) {
        let region = Region::built_in();
        let input = CsvInput::from_reader("holidays.csv", holidays.as_bytes()).unwrap();
        let holidays = Holidays::read_from(input, &region, &mut Notices::new()).unwrap();
        let calendars = Calendars::new(&region, Some(&holidays), window, &mut Notices::new());
        window_flows(&Flows::new(flows), &OpenDays::new(&region, &calendars, window), window, take_up_ppm)
    }

    fn window(from: &str, to: &str) -> Window {
        Window::new(Date::parse(from).unwrap(), Date::parse(to).unwrap()).unwrap()
    }

    #[test]
    fn a_whole_year_carries_the_annual_value_times_the_take_up() {
        let flow = Flow { payer: country("ARG"), payee: country("BRA"), usd_cents: 1_000_001 };
        let (within, _) =
            values(vec![flow], "date,iso3,category\n2024-12-25,ARG,public\n", Window::of_year(2024), 50_000);
        assert_eq!(within, [WindowFlow { flow, usd_cents: 50_000, day_count: 261 }]);
    }

    #[test]
    fn a_window_carries_its_share_of_the_days_on_which_both_ends_are_open() {
        // Of 2024's 262 working days, Monday 1 January is closed in Argentina and Tuesday 2 January in Brazil.
        let flow = Flow { payer: country("ARG"), payee: country("BRA"), usd_cents: 26_000 };
        let holidays = "date,iso3,category\n2024-01-01,ARG,public\n2024-01-02,BRA,bank\n";
        let (within, _) = values(vec![flow], holidays, window("2024-01-01", "2024-01-04"), PPM);
        assert_eq!(within, [WindowFlow { flow, usd_cents: 200, day_count: 2 }]);
        let (within, _) = values(vec![flow], holidays, window("2024-01-01", "2024-01-02"), PPM);
        assert_eq!(within, [WindowFlow { flow, usd_cents: 0, day_count: 0 }]);
    }

    #[test]
    fn over_the_turn_of_a_year_each_day_counts_in_its_own() {
        // 260 working days in 2023 and 262 in 2024, without holidays.
        let flow = Flow { payer: country("ARG"), payee: country("BRA"), usd_cents: 260 * 262 };
        let (within, _) = values(vec![flow], "date,iso3,category\n", window("2023-12-29", "2024-01-02"), PPM);
        assert_eq!(within, [WindowFlow { flow, usd_cents: 262 + 2 * 260, day_count: 3 }]);
    }

    #[test]
    fn cents_add_up_to_the_exact_sum_and_go_to_the_largest_fractions() {
        let flow = |payee, usd_cents| Flow { payer: country("ARG"), payee: country(payee), usd_cents };
        let flows = vec![flow("BRA", 3), flow("CHL", 5), flow("COL", 1), flow("PER", 4)];
        // 0.3 + 0.5 + 0.1 + 0.4 = 1.3 cents.
        let (within, _) = values(flows.clone(), "date,iso3,category\n", Window::of_year(2024), 100_000);
        assert_eq!(within.iter().map(|flow| flow.usd_cents).collect::<Vec<_>>(), [0, 1, 0, 0]);
        // 1.5 + 2.5 + 0.5 + 2.0 = 6.5 cents, half up.
        let (within, _) = values(flows, "date,iso3,category\n", Window::of_year(2024), 500_000);
        assert_eq!(within.iter().map(|flow| flow.usd_cents).collect::<Vec<_>>(), [2, 3, 0, 2]);
    }

    #[test]
    fn ends_that_are_never_open_together_carry_nothing_and_are_counted() {
        let days: String = Window::of_year(2024).days().map(|day| format!("{day},ARG,public\n")).collect();
        let holidays: &'static str = Box::leak(format!("date,iso3,category\n{days}").into_boxed_str());
        let flow = Flow { payer: country("ARG"), payee: country("BRA"), usd_cents: 500 };
        let (within, without_day_count) = values(vec![flow], holidays, Window::of_year(2024), PPM);
        assert_eq!((within[0].usd_cents, within[0].day_count, without_day_count), (0, 0, 1));
    }

    #[test]
    fn the_largest_flow_over_the_longest_window_fits() {
        let usd_cents = crate::flows::LARGEST_FLOW_USD_CENTS;
        let flow = Flow { payer: country("ARG"), payee: country("BRA"), usd_cents };
        let (within, _) = values(vec![flow], "date,iso3,category\n", window("1925-01-01", "2024-12-31"), PPM);
        assert_eq!(within[0].usd_cents, usd_cents * 100);
    }
}
