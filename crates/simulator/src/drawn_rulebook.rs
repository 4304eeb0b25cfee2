//! Rulebooks drawn from the schema: schemes that nobody has founded yet.
//!
//! What is drawn is the text of a file, so that reading, checking and compiling are on the way. The shape of a payment is
//! drawn first, because most of the schema's words go with some shapes only; within it everything is drawn by itself, so
//! that words meet that meet in no scheme of the library. Two thirds of what comes out can run; the rest contradicts
//! itself or asks for more than is built, and has to say so.

use crate::random::Random;
use domain::plan::Plan;
use std::fmt::Write as _;

/// A file that runs, with its plan.
pub(crate) struct DrawnRulebook {
    pub(crate) source: String,
    pub(crate) plan: Plan,
}

/// Draws until something runs.
pub(crate) fn draw(members: &[String], typical_minor: u64, random: &mut Random) -> DrawnRulebook {
    loop {
        let source = text(members, typical_minor, random);
        if let Ok(plan) = compile(&source) {
            return DrawnRulebook { source, plan };
        }
    }
}

/// Reads, checks and compiles.
///
/// # Errors
///
/// What the file contradicts, or what it asks for that is not built, as the person who wrote it would be told.
pub fn compile(source: &str) -> Result<Plan, String> {
    let rulebook = rulebook::parse("drawn.toml", source).map_err(|errors| {
        let told: Vec<String> = errors.iter().map(ToString::to_string).collect();
        told.join("\n")
    })?;
    rulebook.compile().map_err(|missing| format!("{missing}"))
}

/// How a payment goes: what its legs wait for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// Pushed at a fixed price or at par; paid out when the net has settled.
    PaidOutAfterTheNet,
    /// Pushed; paid out as soon as it clears.
    PaidOutAtClearing,
    /// Pushed; the price is left open until a fixing.
    OpenPrice,
    /// Pulled on an instrument; the debited member conforms.
    Pulled,
}

struct Drawing<'a> {
    members: &'a [String],
    typical_minor: u64,
    shape: Shape,
    house: bool,
    bilateral: bool,
    gross: bool,
    queue: bool,
    at_par: bool,
    credit: Option<&'static str>,
    text: String,
}

/// The text of a rulebook for these members, with amounts around a typical payment.
#[must_use]
pub fn text(members: &[String], typical_minor: u64, random: &mut Random) -> String {
    let shapes = [Shape::PaidOutAfterTheNet, Shape::PaidOutAtClearing, Shape::OpenPrice, Shape::Pulled];
    let shape = *random.pick(&shapes).expect("some");
    let house = matches!(shape, Shape::PaidOutAfterTheNet | Shape::PaidOutAtClearing) && random.chance(600_000);
    let gross = shape == Shape::PaidOutAtClearing && random.chance(250_000);
    let bilateral = !house && random.chance(500_000);
    let in_asset = shape != Shape::OpenPrice && !gross;
    let credit = (in_asset && random.chance(450_000)).then(|| {
        let of_all = ["tranches", "instalments", "pass_through"];
        if bilateral { "apportioned" } else { random.pick(&of_all).expect("some") }
    });
    let mut drawing = Drawing {
        members,
        typical_minor,
        shape,
        house,
        bilateral,
        gross,
        queue: shape == Shape::PaidOutAfterTheNet && random.chance(500_000),
        at_par: shape == Shape::Pulled || (shape != Shape::OpenPrice && random.chance(400_000)),
        credit,
        text: String::new(),
    };
    drawing.parties(random);
    drawing.price(random);
    drawing.legs(random);
    drawing.limits(random);
    drawing.time(random);
    drawing.credit(random);
    drawing.interest(random);
    drawing.after_payout(random);
    drawing.default_and_suspension(random);
    drawing.text
}

/// Every rule of a drawn file has this article.
const ARTICLE: &str = "article = \"Drawn\"";

impl Drawing<'_> {
    fn rule(&mut self, header: &str, body: &str) {
        write!(self.text, "\n{header}\n{ARTICLE}\n{body}\n").expect("a text grows");
    }

    /// An amount of the asset in quotes, with its two decimals.
    fn amount(minor: u64) -> String {
        format!("\"{}.{:02}\"", minor / 100, minor % 100)
    }

    fn around(&self, most_times: u64, random: &mut Random) -> String {
        Self::amount((self.typical_minor * random.magnitude(1, most_times)).max(1))
    }

    fn parties(&mut self, random: &mut Random) {
        self.text.push_str("schema = 1\nname = \"drawn\"\nversion = 1\n");
        for table in ["title", "description"] {
            write!(self.text, "\n[{table}]\n").expect("a text grows");
            for language in ["es", "pt", "en", "fr"] {
                writeln!(self.text, "{language} = \"Drawn\"").expect("a text grows");
            }
        }
        let codes: Vec<String> = self.members.iter().map(|code| format!("\"{code}\"")).collect();
        let tier = "tier = \"central_banks_and_institutions\"";
        self.rule("[members]", &format!("{tier}\ndefault = [{}]", codes.join(", ")));
        let purposes = some_of(&["goods", "services", "remittances", "pensions", "investment"], random);
        self.rule("[operations]", &format!("purposes = [{purposes}]\norigin = \"any\""));
        if self.shape == Shape::Pulled {
            self.rule("[initiation]", "initiator = \"payee\"");
            let (field, digit) = if random.chance(500_000) {
                (", { name = \"check_digit\", digits = 1 }", "iso_7064_mod_11_10")
            } else {
                ("", "none")
            };
            let number = format!("{{ name = \"number\", digits = {} }}", random.between(3, 12));
            let kept = "commitments_kept_by = \"outside\"";
            self.rule("[instrument]", &format!("fields = [{number}{field}]\ncheck_digit = \"{digit}\"\n{kept}"));
        } else {
            self.rule("[initiation]", "initiator = \"payer\"");
        }
        let of_open_price = ["\"payee\"", "\"payer\"", "\"payer\", \"payee\""];
        let of_fixed_price = ["\"payee\"", "\"payer\"", "\"asset\"", "\"payee\", \"payer\", \"asset\""];
        let admitted = match self.shape {
            _ if self.at_par => "\"asset\"",
            Shape::OpenPrice => random.pick(&of_open_price).expect("some"),
            _ => random.pick(&of_fixed_price).expect("some"),
        };
        self.rule("[denomination]", &format!("admitted = [{admitted}]"));
        if self.shape != Shape::OpenPrice && random.chance(300_000) {
            let above = self.around(4, random);
            self.rule("[evidence]", &format!("above = {above}"));
        }
    }

    fn price(&mut self, random: &mut Random) {
        self.rule("[[units]]", "code = \"USD\"\nkind = \"currency\"");
        let price = if self.at_par {
            "kind = \"par\"".to_owned()
        } else if self.shape == Shape::OpenPrice {
            let rounding = random.pick(&["half_step", "half_up", "half_even", "floor", "ceiling"]).expect("some");
            let decimals = random.between(0, 8);
            format!(
                "kind = \"open\"\nformula = \"quotient_of_reference_rates\"\ndecimals = {decimals}\nrounding = \"{rounding}\""
            )
        } else {
            format!(
                "kind = \"fixed\"\nquote_validity_s = {}\nrequote_tolerance_percent = \"{}\"\nspread_max_percent = \"{}\"",
                random.between(60, 7_200),
                random.between(0, 5),
                random.between(1, 3),
            )
        };
        self.rule("[price]", &price);
        self.rule("[fx_risk]", "until_clearing = \"nobody\"\nuntil_settlement = \"nobody\"");
        self.rule("[counterparty]", &format!("is = \"{}\"", if self.house { "house" } else { "pair" }));
        let currency = if self.shape == Shape::OpenPrice { "denominated" } else { "asset" };
        self.rule("[positions]", &format!("currency = \"{currency}\""));
        self.rule("[asset]", "currency = \"USD\"\nminor_decimals = 2\nheld_at = \"correspondent\"");
    }

    fn legs(&mut self, random: &mut Random) {
        let later = random.below(3);
        let fixing = format!("{{ on = \"fixing\", plus_business_days = {later} }}");
        let on = |what: &str| format!("{{ on = \"{what}\" }}");
        let (collection, clearing, payout) = match self.shape {
            Shape::PaidOutAfterTheNet => (on("acceptance"), on("collection"), on("net_settled")),
            Shape::PaidOutAtClearing => (on("acceptance"), on("collection"), on("clearing")),
            Shape::OpenPrice => (fixing, on("collection"), on("net_settled")),
            Shape::Pulled => (on("conformity"), on("acceptance"), on("conformity")),
        };
        let choice = self.by_choice();
        self.rule(
            "[legs]",
            &format!(
                "collection = {collection}\nclearing = {clearing}\npayout = {payout}\n\
                 payout_at_clearing_by_choice = {choice}\nfinal_at = \"clearing\""
            ),
        );
        if self.shape == Shape::Pulled {
            let silence = random.pick(&["conformity", "extorno"]).expect("some");
            let within = random.between(1, 6);
            self.rule("[conformity]", &format!("within_business_days = {within}\nsilence_is = \"{silence}\""));
        }
    }

    /// The choice goes with the shape, so that limits and legs agree on it.
    fn by_choice(&self) -> bool {
        self.shape == Shape::PaidOutAfterTheNet && self.house
    }

    fn limits(&mut self, random: &mut Random) {
        if self.shape == Shape::OpenPrice {
            return;
        }
        let mut limits: Vec<(&str, &str, String, &str)> = Vec::new();
        let unset =
            |random: &mut Random| format!("when_unset = \"{}\"", random.pick(&["zero", "unlimited"]).expect("some"));
        if random.chance(300_000) {
            limits.push(("per_payment", "member", unset(random), "PAYMENT_TOO_LARGE"));
        }
        if random.chance(300_000) {
            limits.push(("creditor_exposure", "member", unset(random), "CREDITOR_LIMIT"));
        }
        if self.shape == Shape::Pulled || random.chance(300_000) {
            let owner = random.pick(&["creditor", "both_members"]).expect("some");
            limits.push(("pair", owner, unset(random), "PAIR_LINE"));
        }
        let zero = || "when_unset = \"zero\"".to_owned();
        if self.gross {
            limits.push(("prefunded_balance", "member", zero(), "PREFUNDED_BALANCE"));
        } else if self.queue || (self.shape != Shape::Pulled && random.chance(300_000)) {
            limits.push(("institution_share", "member", zero(), "SHARE_EXCEEDED"));
        } else {
            if random.chance(300_000) {
                limits.push(("member_towards_all", "council", zero(), "MEMBER_LIMIT"));
            }
            if random.chance(200_000) {
                let maximum = self.around(60, random);
                let most = format!("when_unset = \"maximum\"\nmaximum = {maximum}");
                limits.push(("facility", "rulebook", most, "FACILITY_LIMIT"));
            }
        }
        if self.by_choice() {
            limits.push(("prefinancing", "member", zero(), "PREFINANCING_LIMIT"));
        }
        match self.credit {
            Some("pass_through") => {
                limits.push(("quota", "council", zero(), "SHARE_EXCEEDED"));
                limits.push(("debts", "member", unset(random), "SHARE_EXCEEDED"));
                limits.push(("claims", "member", unset(random), "SHARE_EXCEEDED"));
            }
            Some("instalments") => limits.push(("debts", "member", unset(random), "SHARE_EXCEEDED")),
            _ => {}
        }
        for (scope, owner, unset, refusal) in limits {
            let action = match scope {
                "prefinancing" => "pay_out_after_settlement",
                "quota" | "debts" | "claims" => "pay_in_asset",
                "facility" => "suspend_facility",
                "institution_share" if self.queue => "queue",
                "pair" if unset.contains("zero") && self.shape == Shape::Pulled && random.chance(500_000) => {
                    "pay_excess"
                }
                _ => "refuse",
            };
            let within = if action == "pay_excess" { "\nwithin_business_days = 2" } else { "" };
            let whose = format!("scope = \"{scope}\"\nowner = \"{owner}\"\n{unset}");
            self.rule("[[limits]]", &format!("{whose}\non_limit = \"{action}\"{within}\nrefusal = \"{refusal}\""));
        }
        if self.queue {
            self.rule(
                "[queue]",
                &format!(
                    "life_business_days = {}\nrun_every_s = {}\nrelease = \"fifo_maximal\"",
                    random.between(0, 3),
                    random.between(120, 7_200)
                ),
            );
        }
    }

    fn time(&mut self, random: &mut Random) {
        let zone = random.pick(&["UTC", "America/Lima", "America/Sao_Paulo", "America/Santo_Domingo"]).expect("some");
        let days = random.pick(&["weekdays", "all_members_open", "agent_open", "every_day"]).expect("some");
        let prefunded = self.gross || self.queue;
        let around = prefunded && random.chance(400_000);
        self.rule(
            "[day]",
            &format!("zone = \"{zone}\"\nbusiness_days = \"{days}\"\nentry_around_the_clock = {around}"),
        );
        let opens = random.between(0, 9);
        let cut_off = random.between(14, 17);
        let mut steps = format!("entry_opens = \"{opens:02}:00\"\nentry_cut_off = \"{cut_off}:00\"\n");
        if self.queue {
            steps.push_str("runs_from = \"10:00\"\nruns_to = \"17:00\"\nlast_run = \"17:30\"\n");
        }
        if self.shape == Shape::OpenPrice {
            steps.push_str("fixing = \"17:30\"\n");
        }
        let later = random.between(0, 5);
        let after_close = later == 0 && random.chance(950_000);
        let pay_in = random.between(if after_close { 19 } else { 9 }, 21);
        writeln!(self.text, "\n[day.steps]\n{steps}close = \"18:00\"\npay_in_by = \"{pay_in:02}:00\"")
            .expect("a text grows");
        self.cycle(random);
        let calendars = some_of(&["agent", "asset_centre", "members"], random);
        let (method, later) = if self.gross { ("gross_real_time", 0) } else { ("net", later) };
        self.rule(
            "[settlement]",
            &format!(
                "method = \"{method}\"\nplus_business_days = {later}\ncalendars = [{calendars}]\npay_in_first = true"
            ),
        );
        if self.shape == Shape::OpenPrice {
            let rates = random.pick(&["previous_fixing", "day_of_closing"]).expect("some");
            let roundings = ["floor", "ceiling", "half_up", "half_even"];
            let (to_asset, of_result) =
                (random.pick(&roundings).expect("some"), random.pick(&roundings).expect("some"));
            self.rule(
                "[settlement.conversion]",
                &format!("rates = \"{rates}\"\nrounding = \"{to_asset}\"\nresult_rounding = \"{of_result}\""),
            );
        }
    }

    fn cycle(&mut self, random: &mut Random) {
        let length = match random.below(3) {
            _ if self.gross => "length = \"continuous\"".to_owned(),
            0 => "length = \"day\"".to_owned(),
            1 => {
                let day = random.pick(&["monday", "tuesday", "wednesday", "thursday", "friday"]).expect("some");
                format!("length = \"week\"\ncloses_on = \"{day}\"")
            }
            _ => format!("length = \"months\"\nmonths = {}", random.pick(&[1, 2, 4]).expect("some")),
        };
        let netting = if self.gross {
            "none"
        } else if self.bilateral {
            "bilateral"
        } else if self.credit == Some("tranches") {
            "multilateral_with_history"
        } else {
            "multilateral"
        };
        self.rule("[cycle]", &format!("{length}\nnetting = \"{netting}\""));
    }

    fn credit(&mut self, random: &mut Random) {
        let Some(part) = self.credit else { return };
        let decompose = match part {
            "pass_through" => "\"claims_first\", \"tranches\", \"pass_through\"".to_owned(),
            other => format!("\"{other}\""),
        };
        self.rule("[credit]", &format!("decompose = [{decompose}]"));
        match part {
            "instalments" => {
                let (count, months, bars) = (random.between(1, 6), random.between(1, 3), random.chance(300_000));
                self.rule(
                    "[credit.instalments]",
                    &format!(
                        "count = {count}\nevery_months = {months}\nfunded_by = \"creditors_pro_rata\"\nbars_while_unpaid = {bars}"
                    ),
                );
            }
            "apportioned" => {
                let amount = self.around(20, random);
                self.rule(
                    "[credit.apportioned]",
                    &format!(
                        "amount = {amount}\nby = \"bilateral_balances\"\nrounding = \"largest_remainder\"\nstep = \"0.01\""
                    ),
                );
            }
            _ => self.tranches(part == "tranches", random),
        }
        if part == "pass_through" {
            let (months, quarters) = (random.between(1, 6), random.between(1, 4));
            self.rule(
                "[credit.pass_through]",
                &format!("repays_own_debt_first = true\ndebt_months = {months}\nrepaid_in_quarters = {quarters}"),
            );
        }
    }

    fn tranches(&mut self, cumulative: bool, random: &mut Random) {
        self.rule("[credit.tranches]", &format!("cumulative = {cumulative}"));
        let slices = |random: &mut Random| {
            let (mut up_to, mut share, mut slices) = (0, 0, Vec::new());
            while up_to < 100 {
                up_to = (up_to + random.between(10, 60)).min(100);
                share = random.between(share, 100);
                slices.push(format!("{{ up_to_percent = \"{up_to}\", asset_percent = \"{share}\" }}"));
            }
            (slices.join(", "), share)
        };
        let ((debtor, last), (creditor, _)) = (slices(random), slices(random));
        let beyond = random.between(last, 100);
        self.rule(
            "[[credit.tranches.schedules]]",
            &format!(
                "from = 2000-01-01\ndebtor = [{debtor}]\ndebtor_beyond_percent = \"{beyond}\"\n\
                 creditor = [{creditor}]\ncreditor_beyond = \"decision\""
            ),
        );
        let quotas: Vec<String> = self
            .members
            .iter()
            .map(|code| format!("{code} = \"{}\"", (self.typical_minor / 100).max(1) * random.magnitude(1, 500)))
            .collect();
        self.rule("[quotas]", "by = \"table\"");
        self.rule(
            "[[quotas.tables]]",
            &format!("from = 2000-01-01\nin_units_of = 1\namounts = {{ {} }}", quotas.join(", ")),
        );
    }

    fn interest(&mut self, random: &mut Random) {
        let mut balances = Vec::new();
        if !self.house && self.shape != Shape::OpenPrice && !self.gross && random.chance(400_000) {
            balances.push("pair_balances");
        }
        match self.credit {
            Some("pass_through") => balances.extend(["claims", "debts"]),
            Some("instalments") => balances.push("instalments"),
            _ => {}
        }
        for balance in balances {
            let rate = format!("{}.{}", random.below(4) + u64::from(balance != "claims") * 4, random.below(100));
            let rate = if balance != "pair_balances" && random.chance(500_000) {
                format!("kind = \"index\"\nindex = \"SOFR\"\nmargin_percent = \"0.5\"\nfallback_percent = \"{rate}\"")
            } else {
                format!("kind = \"fixed\"\nrate_percent = \"{rate}\"")
            };
            let basis = random.pick(&["actual_360", "actual_365"]).expect("some");
            self.rule(
                "[[interest]]",
                &format!("on = \"{balance}\"\nbasis = \"{basis}\"\n{rate}\nrounding = \"floor\""),
            );
        }
    }

    fn after_payout(&mut self, random: &mut Random) {
        let window = random.between(2, 30);
        let rate = if self.shape == Shape::OpenPrice { "day" } else { "original" };
        let exempt = !self.gross && random.chance(300_000);
        self.rule(
            "[returns]",
            &format!(
                "window_days = {window}\nroll = \"following\"\nrate = \"{rate}\"\nexempt_from_limits = {exempt}\nrecall = \"by_consent\""
            ),
        );
        let fees = match random.below(3) {
            1 if self.house => "kind = \"percent\"\npercent = \"0.25\"",
            2 if self.house => "kind = \"flat\"\namount = \"0.05\"",
            _ => "kind = \"none\"",
        };
        self.rule("[fees]", fees);
    }

    fn default_and_suspension(&mut self, random: &mut Random) {
        self.rule("[default]", "promise = \"pro_rata\"\ncover = \"none\"\ncarried_out_by = \"operator\"");
        self.rule("[default.completion]", "order = [\"pro_rata_pay_out\"]");
        self.rule("[default.loss]", "order = [\"creditors_by_claim\"]");
        let queued_in = random.pick(&["cancel", "keep"]).expect("some");
        self.rule(
            "[suspension]",
            &format!(
                "cleared = \"pay\"\nqueued_out = \"cancel\"\nqueued_in = \"{queued_in}\"\nopen_price = \"void\"\n\
                 returns = \"allowed\"\ninterest = \"runs\"\nclaims = \"frozen\"\nsettlement_instructions = \"blocked\""
            ),
        );
        if random.chance(400_000) {
            self.rule("[exit]", &format!("notice_months = {}", random.below(3)));
        }
    }
}

/// At least one of the words, in quotes and in their order.
fn some_of(words: &[&str], random: &mut Random) -> String {
    let one = random.size(0, words.len() - 1);
    let chosen: Vec<String> = words
        .iter()
        .enumerate()
        .filter(|(index, _)| *index == one || random.chance(500_000))
        .map(|(_, word)| format!("\"{word}\""))
        .collect();
    chosen.join(", ")
}
