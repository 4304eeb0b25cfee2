use super::*;
use crate::data_error::DataCode;

fn country<'a>(region: &'a Region, code: &str) -> &'a Country {
    &region.countries[region.country(CountryCode::parse(code).unwrap()).unwrap().index()]
}

fn member<'a>(region: &'a Region, code: &str) -> &'a Member {
    region.members.iter().find(|member| member.code == code).unwrap()
}

fn edge(region: &Region, country_code: &str, date: &str) -> Option<String> {
    let member = country(region, country_code).member;
    let currency = region.edge_currency(member, Date::parse(date).unwrap())?;
    Some(region.currencies[currency.index()].currency.code().to_string())
}

#[test]
fn twenty_eight_members_serve_thirty_three_countries() {
    let region = Region::built_in();
    assert_eq!((region.members.len(), region.countries.len()), (28, 33));
    let eccb = member(&region, "ECCB");
    let served: Vec<String> =
        eccb.countries.iter().map(|index| region.countries[index.index()].code.to_string()).collect();
    assert_eq!(served, ["ATG", "DMA", "GRD", "KNA", "LCA", "VCT"]);
    assert_eq!(region.countries[eccb.home.index()].code.as_str(), "KNA");
    assert_eq!(member(&region, "PAN").name, "Banco Nacional de Panamá");
    for member in region.member_indices() {
        for country in &region.members[member.index()].countries {
            assert_eq!(region.member_of(*country), member);
        }
    }
}

#[test]
fn national_currencies_have_the_lives_that_law_gave_them() {
    let region = Region::built_in();
    let cases = [
        ("VEN", "2012-06-01", "VEF"),
        ("VEN", "2018-08-19", "VEF"),
        ("VEN", "2018-08-20", "VES"),
        ("VEN", "2024-01-02", "VES"),
        ("SLV", "2000-12-31", "SVC"),
        ("SLV", "2001-01-01", "USD"),
        ("ECU", "2012-01-02", "USD"),
        ("PAN", "2012-01-02", "USD"),
        ("DMA", "2012-01-02", "XCD"),
        ("CUB", "2024-01-02", "CUP"),
    ];
    for (code, date, currency) in cases {
        assert_eq!(edge(&region, code, date).as_deref(), Some(currency), "{code} on {date}");
    }
}

#[test]
fn the_peso_of_chile_and_the_guarani_have_no_cents_and_all_others_two() {
    let region = Region::built_in();
    let without: Vec<&str> = region
        .currencies
        .iter()
        .filter(|currency| currency.currency.minor_decimals() != 2)
        .map(|currency| {
            assert_eq!(currency.currency.minor_decimals(), 0);
            currency.name.as_str()
        })
        .collect();
    assert_eq!(without, ["Chilean Peso", "Guarani"]);
}

#[test]
fn the_dollar_and_the_balboa_alone_are_one_by_definition() {
    let region = Region::built_in();
    let codes: Vec<String> = region
        .currencies
        .iter()
        .filter(|currency| currency.at_par_by_definition)
        .map(|currency| currency.currency.code().to_string())
        .collect();
    assert_eq!(codes, ["PAB", "USD"]);
}

#[test]
fn every_currency_of_a_national_system_has_one_dated_rate() {
    let region = Region::built_in();
    for member in &region.members {
        for edge in &member.edge_currencies {
            let currency = &region.currencies[edge.currency.index()];
            assert!((2000..=2024).contains(&currency.rate_year) && !currency.rate_source.is_empty(), "{currency:?}");
        }
    }
}

#[test]
fn institutions_are_three_to_a_country_with_weights_that_add_up() {
    let region = Region::built_in();
    assert_eq!(region.institution_count(), 99);
    let argentina = region.country(CountryCode::parse("ARG").unwrap()).unwrap();
    let codes: Vec<String> =
        (0..3).map(|rank| region.institution(InstitutionIndex::of(argentina, rank)).code).collect();
    assert_eq!(codes, ["ARG-1", "ARG-2", "ARG-3"]);
    assert_eq!(INSTITUTION_WEIGHTS_PERCENT.iter().sum::<u64>(), 100);
    for index in 0..region.institution_count() {
        let index = InstitutionIndex::from_index(index);
        let institution = region.institution(index);
        assert_eq!(institution.country, index.country());
    }
}

#[test]
fn a_region_file_that_contradicts_itself_is_refused_with_a_sentence() {
    let good = include_str!("region_file/region.toml");
    let cases = [
        ("schema = 1", "schema = 2", "schema 2"),
        ("schema = 1", "schema = ", ""),
        ("schema = 1", "schema = 1\nnickname = 3", "nickname"),
        ("home = \"KNA\"", "home = \"TTO\"", "at home in TTO"),
        ("home = \"KNA\"", "home = \"ZZZ\"", "country ZZZ"),
        ("countries = [\"BRB\"]", "countries = [\"BRB\", \"BOL\"]", "country BOL with 2 members"),
        ("iso3 = \"ARG\"", "iso3 = \"arg\"", "country arg"),
        ("iso3 = \"ARG\"", "iso3 = \"BRA\"", "country ATG"),
        ("[{ code = \"BRL\" }]", "[{ code = \"BRX\" }]", "currency BRX of member BRA"),
        ("[{ code = \"BRL\" }]", "[]", "member BRA without a currency"),
        ("bic = \"BCBRBRDF\"", "bic = \"bcbrbrdf\"", "BIC bcbrbrdf"),
        ("America/Lima", "America/Limon", "America/Limon"),
        ("latitude = -12.05", "latitude = -112.05", "-112.05"),
        ("per_usd = \"915\"", "per_usd = \"0\"", "currency ARS at 0"),
        (
            "per_usd = \"1\", year = 2024, source = \"law\"",
            "per_usd = \"2\", year = 2024, source = \"law\"",
            "PAB at 2",
        ),
        ("gdp_usd_millions = 641_000", "gdp_usd_millions = 0", "fact of 0"),
        ("source = \"comtrade\"", "source = \"hearsay\"", "source hearsay"),
        ("to = 2000-12-31", "to = 2000-12-31T00:00:00", "currency SVC of member SLV"),
        ("month = 5, weekday = \"monday\", nth = -1", "month = 5, weekday = \"monday\"", "holiday Memorial Day"),
        ("month = 12, day = 25", "month = 12, day = 32", "holiday Christmas Day"),
    ];
    for (from, to, said) in cases {
        assert!(good.contains(from), "the case changes nothing: {from}");
        let error = Region::from_toml("r.toml", &good.replacen(from, to, 1)).expect_err(to);
        assert_eq!(error.code, DataCode::RegionFile);
        assert!(error.to_string().contains(said), "{to}: {error}");
    }
}

#[test]
fn a_fault_of_form_names_its_line() {
    let error = Region::from_toml("r.toml", "schema = 1\nsources = 3\n").unwrap_err();
    assert_eq!((error.line, error.file.as_str()), (Some(2), "r.toml"));
}
