//! From a checked rulebook to the plan that the ledger runs.

mod additions;
mod articles;
mod credit;
mod membership;
mod missing;
mod reserve;
mod words;

use crate::not_built::NotBuilt;
use crate::schema::{
    self, CalendarOf, CycleLengthKind, InterestOn, LimitAction, LimitScope, PriceKind, Rulebook, Unset,
};
use domain::plan::{
    ConformityRule, ConversionRule, CycleLength, CycleRule, DayRule, DayStep, EvidenceRule, InstrumentRule,
    InterestRule, LimitKind, LimitRule, OnLimit, Plan, Price, QueueRule, ReturnRule, SettlementRule, SuspensionRule,
    Trigger, Triggers, WhenUnset,
};

impl Rulebook {
    /// The plan that the ledger runs.
    ///
    /// # Errors
    /// [`NotBuilt`] where the rulebook asks for something that nothing runs yet: each such rule by name.
    pub fn compile(&self) -> Result<Plan, NotBuilt> {
        let missing = missing::features(self);
        if !missing.is_empty() {
            return Err(NotBuilt { rulebook: self.name.0.clone(), missing });
        }
        Ok(Plan {
            name: self.name.0.clone(),
            version: u32::from(self.version.to_u16()),
            initiator: words::initiator(self.initiation.initiator),
            instrument: self.instrument.as_ref().map(instrument),
            price: price(&self.price),
            denominations: self.denomination.admitted.iter().copied().map(words::denomination).collect(),
            counterparty: words::counterparty(self.counterparty.is),
            position_currency: words::position_currency(self.positions.currency),
            settlement_asset: self.asset.currency,
            triggers: triggers(&self.legs),
            purposes: words::purposes(&self.operations.purposes),
            evidence: self.evidence.as_ref().map(|evidence| self.evidence_rule(evidence)),
            limits: self.limits.iter().map(limit).collect(),
            queue: self.queue.as_ref().map(|queue| QueueRule {
                life_business_days: queue.life_business_days.to_u8(),
                run_every_s: queue.run_every_s.get(),
            }),
            day: day(&self.day),
            cycle: cycle(&self.cycle),
            settlement: settlement(&self.settlement),
            interest: self.interest.iter().find(|interest| interest.on == InterestOn::PairBalances).map(interest),
            conformity: self.conformity.as_ref().map(|conformity| ConformityRule {
                within_business_days: conformity.within_business_days.to_u8(),
                silence_is: words::silence(conformity.silence_is),
            }),
            returns: ReturnRule {
                window_days: self.returns.window_days.to_u16(),
                rate: words::return_rate(self.returns.rate),
                exempt_from_limits: self.returns.exempt_from_limits,
            },
            suspension: SuspensionRule { queued_in: words::queued_in(self.suspension.queued_in) },
            articles: articles::of(self),
            additions: additions::of(self),
        })
    }

    fn evidence_rule(&self, evidence: &schema::Evidence) -> EvidenceRule {
        let above_asset_minor = evidence.above.minor(self.asset.minor_decimals.to_u8());
        EvidenceRule { above_asset_minor: above_asset_minor.expect("bug: amounts have the decimals of the asset") }
    }
}

fn instrument(instrument: &schema::Instrument) -> InstrumentRule {
    InstrumentRule {
        fields: instrument.fields.iter().map(|field| (field.name.0.clone(), field.digits.to_u8())).collect(),
        check_digit: words::check_digit(instrument.check_digit),
    }
}

fn price(price: &schema::Price) -> Price {
    let required = "bug: the schema requires it with this kind of price";
    match price.kind {
        PriceKind::Fixed => Price::Fixed {
            quote_validity_s: price.quote_validity_s.expect(required).get(),
            requote_tolerance_ppm: price.requote_tolerance_percent.expect(required).ppm(),
            spread_max_ppm: price.spread_max_percent.expect(required).ppm(),
        },
        PriceKind::Open => Price::Open {
            rounding: words::rate_rounding(price.rounding.expect(required), price.decimals.expect(required).to_u8()),
        },
        PriceKind::Par => Price::Par,
        PriceKind::DailyCrossRates | PriceKind::ProviderQuotes => unreachable!("bug: not built, and said so before"),
    }
}

fn triggers(legs: &schema::Legs) -> Triggers {
    let trigger = |trigger: &schema::Trigger| Trigger {
        on: words::trigger_event(trigger.on),
        plus_business_days: trigger.plus_business_days.map_or(0, crate::value::Whole::to_u8),
    };
    Triggers {
        collection: trigger(&legs.collection),
        clearing: trigger(&legs.clearing),
        payout: trigger(&legs.payout),
        payout_at_clearing_by_choice: legs.payout_at_clearing_by_choice,
    }
}

/// The kind of a limit that the engine knows.
fn limit_kind(scope: LimitScope) -> Option<LimitKind> {
    match scope {
        LimitScope::InstitutionShare => Some(LimitKind::InstitutionShare),
        LimitScope::Pair => Some(LimitKind::Pair),
        LimitScope::CreditorExposure => Some(LimitKind::CreditorExposure),
        LimitScope::PerPayment => Some(LimitKind::PerPayment),
        LimitScope::Prefinancing => Some(LimitKind::Prefinancing),
        LimitScope::MemberTowardsAll => Some(LimitKind::MemberTowardsAll),
        LimitScope::Facility => Some(LimitKind::Facility),
        LimitScope::PrefundedBalance => Some(LimitKind::PrefundedBalance),
        LimitScope::Quota => Some(LimitKind::Quota),
        LimitScope::Claims => Some(LimitKind::Claims),
        LimitScope::Debts => Some(LimitKind::Debts),
        LimitScope::Allocation => Some(LimitKind::Allocation),
        LimitScope::AutomaticCredit | LimitScope::PersonDay | LimitScope::Window => None,
    }
}

fn limit(limit: &schema::Limit) -> LimitRule {
    let not_built = "bug: not built, and said so before";
    LimitRule {
        kind: limit_kind(limit.scope).expect(not_built),
        when_unset: match limit.when_unset {
            Unset::Unlimited => WhenUnset::Unlimited,
            // The maximum itself is an addition of the plan.
            Unset::Zero | Unset::Maximum => WhenUnset::Zero,
        },
        on_limit: match limit.on_limit {
            LimitAction::Refuse => OnLimit::Refuse,
            // The payout waits for the net: what waits is leg 3, not the order.
            LimitAction::Queue | LimitAction::PayOutAfterSettlement => OnLimit::Queue,
            LimitAction::PayExcess => OnLimit::PayExcess {
                within_business_days: limit
                    .within_business_days
                    .expect("bug: the schema requires it with pay_excess")
                    .to_u8(),
            },
            LimitAction::SuspendFacility => OnLimit::SuspendFacility,
            LimitAction::PayInAsset => OnLimit::PayInAsset,
            LimitAction::BuyAllocation => OnLimit::BuyAllocation,
        },
        refusal: limit.refusal.0,
    }
}

fn day(day: &schema::Day) -> DayRule {
    let steps = &day.steps;
    let mut named = vec![
        (DayStep::EntryOpens, steps.entry_opens),
        (DayStep::RunsFrom, steps.runs_from),
        (DayStep::RunsTo, steps.runs_to),
        (DayStep::EntryCutOff, steps.entry_cut_off),
        (DayStep::Fixing, steps.fixing),
        (DayStep::LastRun, steps.last_run),
        (DayStep::Close, Some(steps.close)),
    ];
    named.sort_by_key(|(_, at)| *at);
    // The pay-in belongs to the settlement day: it stands last whatever its time.
    named.push((DayStep::PayInBy, Some(steps.pay_in_by)));
    DayRule {
        zone: day.zone.0.clone(),
        business_days: words::business_days(day.business_days),
        steps: named.into_iter().filter_map(|(step, at)| Some((step, at?.0))).collect(),
        entry_around_the_clock: day.entry_around_the_clock,
    }
}

fn cycle(cycle: &schema::Cycle) -> CycleRule {
    CycleRule {
        length: match cycle.length {
            CycleLengthKind::Day => CycleLength::Day,
            CycleLengthKind::Months => {
                CycleLength::Months(cycle.months.expect("bug: the schema requires it with months").to_u8())
            }
            CycleLengthKind::Continuous => CycleLength::Continuous,
            CycleLengthKind::Week => {
                let closes_on = cycle.closes_on.expect("bug: the schema requires it with week");
                CycleLength::Week(words::day_of_week(closes_on))
            }
        },
        netting: words::netting(cycle.netting),
    }
}

fn settlement(settlement: &schema::Settlement) -> SettlementRule {
    SettlementRule {
        plus_business_days: settlement.plus_business_days.to_u8(),
        calendars: settlement
            .calendars
            .iter()
            .map(|calendar| match calendar {
                CalendarOf::Agent => domain::plan::CalendarRole::Agent,
                CalendarOf::AssetCentre => domain::plan::CalendarRole::AssetCentre,
                CalendarOf::Members => domain::plan::CalendarRole::Members,
            })
            .collect(),
        conversion: settlement.conversion.as_ref().map(|conversion| ConversionRule {
            rates: words::conversion_rates(conversion.rates),
            rounding: words::rounding(conversion.rounding),
            result_rounding: words::rounding(conversion.result_rounding),
        }),
    }
}

fn interest(interest: &schema::Interest) -> InterestRule {
    InterestRule {
        rate_ppm: interest.rate_percent.expect("bug: not built without a fixed rate, and said so before").ppm(),
        basis: words::day_count(interest.basis),
        rounding: words::rounding(interest.rounding),
    }
}
