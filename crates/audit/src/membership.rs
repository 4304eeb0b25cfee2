//! Members of an arrangement: joining, leaving, limits, prefunding, rates, suspension.

use crate::arithmetic::{differs_by_more_than_ppm, on_one_scale};
use crate::books::{agent, of_member};
use crate::finding::{Check, Checked, Finding, equal, holds};
use crate::model::{Membership, Model};
use domain::event::{Quote, Stage};
use domain::ids::Role;
use domain::limit::{LimitSetting, Scope};
use domain::membership::PurposeSet;
use domain::plan::{LimitKind, Price, QueuedIn};
use domain::reserve::ReserveAgainst;
use domain::{
    AccountKind, ArrangementId, BookId, CurrencyId, Event, EventBody, MemberId, Owner, PaymentId, PaymentState,
};
use money::{AmountMinor, Rate};

/// A reference rate may move by a fifth with one signature.
const REFERENCE_BAND_PPM: u32 = 200_000;

impl Model {
    pub(crate) fn member_joined(
        &mut self,
        id: ArrangementId,
        member: MemberId,
        stage: Stage,
        payout_at_clearing: bool,
    ) -> Checked {
        self.member(member)?;
        let before = self.arrangement(id)?.members.get(&member);
        let goes_back = before.is_some_and(|known| known.stage >= Stage::Prefunded) && stage < Stage::Prefunded;
        if goes_back {
            self.check_flat(id, member)?;
        }
        let arrangement = self.arrangement_mut(id)?;
        arrangement.stages_ahead.remove(&member);
        let (notice, leaving, purposes) = (None, false, PurposeSet::ALL);
        let new = Membership { stage, payout_at_clearing, suspended: false, notice, leaving, purposes };
        let membership = arrangement.members.entry(member).or_insert(new);
        (membership.stage, membership.payout_at_clearing) = (stage, payout_at_clearing);
        self.check_shares(id, member)
    }

    pub(crate) fn member_left(&mut self, id: ArrangementId, member: MemberId, event: &Event) -> Checked {
        let leaving = self.membership(id, member)?.leaving;
        let at_once = self.plan(id)?.additions.exit.is_none_or(|rule| rule.notice_months == 0);
        let by_itself = event.actor.role == Role::Member(member) && at_once;
        let found = event.actor;
        holds(Check::Membership, "a member that leaves", "after its notice", leaving || by_itself, found)?;
        self.check_flat(id, member)?;
        // Its limits, the lines towards it and its rates go with it.
        self.give_up_limits(id, member)?;
        let arrangement = self.arrangement_mut(id)?;
        arrangement.members.remove(&member);
        arrangement.entry_consents.remove(&member);
        arrangement.rates.retain(|(of, _), _| *of != member);
        arrangement.published_on.retain(|(of, _), _| *of != member);
        Ok(())
    }

    /// Whoever leaves owes nothing, is owed nothing, and has nothing waiting nor deposited.
    fn check_flat(&self, id: ArrangementId, member: MemberId) -> Checked {
        self.check_no_balance(id, member, &[AccountKind::Prefunding])?;
        self.check_settled(id, member)
    }

    fn check_no_balance(&self, id: ArrangementId, member: MemberId, kinds: &[AccountKind]) -> Checked {
        let is_owner = |owner: Owner| match owner {
            Owner::Member(of) => of == member,
            Owner::Institution(of) => self.institutions[of.index()].member == member,
            Owner::House | Owner::Arrangement(_) => false,
        };
        for (key, balance) in self.books.iter() {
            if kinds.contains(&key.kind) && key.book == BookId::Arrangement(id) && is_owner(key.owner) {
                return Err(Finding::new(
                    Check::Membership,
                    "a member that leaves",
                    "no balance",
                    format!("{balance}"),
                ));
            }
        }
        Ok(())
    }

    /// It owes nothing, is owed nothing, and has nothing waiting.
    fn check_settled(&self, id: ArrangementId, member: MemberId) -> Checked {
        self.check_no_balance(
            id,
            member,
            &[
                AccountKind::Position,
                AccountKind::NetDue,
                AccountKind::Credit,
                AccountKind::Fund,
                AccountKind::Reserve,
                AccountKind::ReserveDue,
                AccountKind::SwapHeld,
            ],
        )?;
        let arrangement = self.arrangement(id)?;
        let owing =
            arrangement.pairs.iter().find(|((low, high, _), owed)| **owed != 0 && (*low == member || *high == member));
        holds(Check::Membership, "a member that leaves", "no pair figure", owing.is_none(), owing)?;
        let missing = arrangement.arrears.keys().chain(arrangement.rest_claims.keys()).find(|(_, of, _)| *of == member);
        holds(Check::Membership, "a member that leaves", "nothing of a completed cycle", missing.is_none(), missing)?;
        let waits = |payment: &PaymentId| {
            let payment = &self.payments[*payment];
            payment.arrangement == id
                && (payment.payer_member == member || payment.payee_member == member)
                && matches!(
                    payment.state,
                    Some(
                        PaymentState::AwaitingRate
                            | PaymentState::AwaitingCollection
                            | PaymentState::Held
                            | PaymentState::Queued
                            | PaymentState::InCycle
                    )
                )
        };
        let waiting = self.open_payments.iter().find(|payment| waits(payment));
        holds(Check::Membership, "a member that leaves", "nothing waiting", waiting.is_none(), waiting)
    }

    pub(crate) fn limit_set(&mut self, setting: &LimitSetting) -> Checked {
        let (id, scope) = (setting.arrangement, setting.scope);
        self.check_can_be_set(scope)?;
        let member = match scope {
            Scope::InstitutionShare(institution) => Some(self.member_of(institution)?),
            Scope::Pair { creditor, .. } => Some(creditor),
            Scope::CreditorExposure(member)
            | Scope::PerPayment(member)
            | Scope::Prefinancing(member)
            | Scope::MemberTowardsAll(member)
            | Scope::Allocation(member)
            | Scope::PrefundedBalance(member)
            | Scope::CommittedLine(member)
            | Scope::Quota(member)
            | Scope::Claims(member)
            | Scope::Debts(member) => Some(member),
            Scope::Facility => None,
        };
        if let Some(member) = member {
            self.check_not_leaving(id, member)?;
        }
        if let Scope::Pair { debtor, creditor } = scope {
            self.check_not_leaving(id, debtor)?;
            holds(Check::Limit, "a pair line", "two members", debtor != creditor, scope)?;
        }
        let plan = self.plan(id)?;
        let kind = scope.kind().unwrap_or(LimitKind::InstitutionShare);
        holds(Check::Limit, "a limit", "one that the rulebook knows", plan.limit(kind).is_some(), scope)?;
        let arrangement = self.arrangement_mut(id)?;
        let is_past = match (arrangement.open_date(), arrangement.closed_date) {
            (Some(open), _) => setting.effective < open,
            (None, Some(closed)) => setting.effective <= closed,
            (None, None) => false,
        };
        holds(Check::Limit, "the effective date of a limit", "none in the past", !is_past, setting.effective)?;
        if arrangement.open_date().is_some_and(|today| setting.effective <= today) {
            arrangement.limits.insert(scope, setting.maximum_minor);
        } else {
            arrangement.limits_ahead.insert((scope, setting.effective), setting.maximum_minor);
        }
        member.map_or(Ok(()), |member| self.check_shares(id, member))
    }

    /// Limits whose day has come.
    pub(crate) fn limits_take_effect(&mut self, id: ArrangementId) -> Checked {
        let arrangement = self.arrangement_mut(id)?;
        let today = arrangement.business_date().expect("a day was opened");
        let mut due: Vec<_> =
            arrangement.limits_ahead.iter().filter(|((_, from), _)| *from <= today).map(|(k, v)| (*k, *v)).collect();
        due.sort_by_key(|((_, from), _)| *from);
        for ((scope, from), maximum) in due {
            arrangement.limits_ahead.remove(&(scope, from));
            arrangement.limits.insert(scope, maximum);
        }
        let members: Vec<MemberId> = arrangement.members.keys().copied().collect();
        members.into_iter().try_for_each(|member| self.check_shares(id, member))
    }

    /// The shares of a member's institutions sum to no more than its cap.
    pub(crate) fn check_shares(&self, id: ArrangementId, member: MemberId) -> Checked {
        let arrangement = self.arrangement(id)?;
        if arrangement.plan.limit(LimitKind::InstitutionShare).is_none() {
            return Ok(());
        }
        let Some(membership) = arrangement.members.get(&member) else { return Ok(()) };
        let in_force = |scope| i128::from(arrangement.limits.get(&scope).copied().unwrap_or(0));
        let institutions = self.members[member.index()].institutions.iter();
        let shares: i128 = institutions.map(|institution| in_force(Scope::InstitutionShare(*institution))).sum();
        let line = if membership.stage >= Stage::Net { in_force(Scope::CommittedLine(member)) } else { 0 };
        let cap = self.books.balance(of_member(id, member, arrangement.settlement, AccountKind::Prefunding)) + line;
        let expected = format!("no more than the cap of {cap}");
        holds(Check::Limit, "the sum of the shares of a member's institutions", &expected, shares <= cap, shares)
    }

    pub(crate) fn prefunding_moved(
        &mut self,
        id: ArrangementId,
        member: MemberId,
        amount: AmountMinor,
        deposit: bool,
    ) -> Checked {
        if !deposit && self.membership(id, member)?.leaving {
            self.check_settled(id, member)?;
        }
        let guarantees = !deposit && self.is_in_arrears(id, member)?;
        holds(Check::Membership, "a deposit that is taken back", "of a member not in arrears", !guarantees, member)?;
        self.membership(id, member)?;
        let asset = self.arrangement(id)?.settlement;
        let change = if deposit { amount.as_balance() } else { -amount.as_balance() };
        let prefunding = of_member(id, member, asset, AccountKind::Prefunding);
        self.books.post(&[(agent(id, asset), -change), (prefunding, change)])?;
        self.check_shares(id, member)
    }

    pub(crate) fn rate_published(
        &mut self,
        id: ArrangementId,
        member: MemberId,
        currency: CurrencyId,
        quote: Quote,
        event: &Event,
    ) -> Checked {
        self.membership(id, member)?;
        self.currency(currency)?;
        let arrangement = self.arrangement(id)?;
        let mut own = self.members[member.index()].institutions.iter();
        let is_own = own.any(|institution| self.institutions[institution.index()].currency == currency);
        let is_own = is_own && currency != arrangement.asset;
        holds(Check::Rate, "the currency of a rate", "one of the member, and not the asset", is_own, currency)?;
        match (arrangement.plan.price, quote) {
            (Price::Fixed { spread_max_ppm, .. }, Quote::TwoSided { buy, sell }) => {
                check_spread(buy, sell, spread_max_ppm)?;
            }
            (price @ (Price::Open { .. } | Price::Par), Quote::Reference(rate)) => {
                let lines = arrangement.plan.additions.reserve.iter().flat_map(|rule| &rule.lines);
                let needed =
                    price != Price::Par || lines.into_iter().any(|line| line.against == ReserveAgainst::Currency);
                holds(Check::Rate, "a reference rate", "where something has a price", needed, currency)?;
                let others = arrangement.rates.keys().any(|(by, of)| *of == currency && *by != member);
                holds(Check::Rate, "a reference rate", "one member for a currency", !others, currency)?;
                if let Some(Quote::Reference(last)) = arrangement.rates.get(&(member, currency)) {
                    check_band(*last, rate, event)?;
                }
            }
            _ => {
                return Err(Finding::new(
                    Check::Rate,
                    "a rate",
                    "of the kind that the rulebook uses",
                    format!("{quote:?}"),
                ));
            }
        }
        let arrangement = self.arrangement_mut(id)?;
        let today = arrangement.open_date();
        arrangement.rates.insert((member, currency), quote);
        arrangement.published_on.insert((member, currency), today);
        Ok(())
    }

    pub(crate) fn member_suspended(&mut self, id: ArrangementId, member: MemberId) -> Checked {
        let suspended = self.membership(id, member)?.suspended;
        equal(Check::Suspension, "whether the member is suspended", false, suspended)?;
        let arrangement = self.arrangement_mut(id)?;
        arrangement.members.get_mut(&member).expect("it was just found").suspended = true;
        arrangement.just_suspended.insert(member);
        Ok(())
    }

    pub(crate) fn member_reinstated(&mut self, id: ArrangementId, member: MemberId) -> Checked {
        let suspended = self.membership(id, member)?.suspended;
        equal(Check::Suspension, "whether the member is suspended", true, suspended)?;
        let arrangement = self.arrangement_mut(id)?;
        arrangement.members.get_mut(&member).expect("it was just found").suspended = false;
        Ok(())
    }

    /// What events oblige the next ones to say: what a suspension ends, and the transfer that an excess makes due.
    pub(crate) fn check_what_must_follow(&mut self, body: &EventBody) -> Checked {
        let (mut suspended, mut in_arrears) = (Vec::new(), Vec::new());
        for (id, arrangement) in &mut self.arrangements {
            if !arrangement.owed_transfers.is_empty() && !matches!(body, EventBody::TransferDue { .. }) {
                let owed = format!("{:?}", arrangement.owed_transfers);
                return Err(Finding::new(Check::Transfer, "what follows", "the transfer of an excess", owed));
            }
            if !matches!(body, EventBody::PaymentsEnded { .. }) {
                if !arrangement.just_in_arrears.is_empty() {
                    in_arrears.push((*id, std::mem::take(&mut arrangement.just_in_arrears)));
                }
                suspended
                    .extend(std::mem::take(&mut arrangement.just_suspended).into_iter().map(|member| (*id, member)));
            }
        }
        for (id, members) in in_arrears {
            self.check_nothing_waits_from_arrears(id, &members)?;
        }
        suspended.into_iter().try_for_each(|(id, member)| self.check_nothing_waits(id, member))
    }

    /// After a suspension nothing waits from the member; towards it only what the rulebook keeps.
    fn check_nothing_waits(&self, id: ArrangementId, member: MemberId) -> Checked {
        let keeps = self.plan(id)?.suspension.queued_in == QueuedIn::Keep;
        for payment in &self.open_payments {
            let found = &self.payments[*payment];
            let (from, to) = (found.payer_member == member, found.payee_member == member);
            let ends = found.arrangement == id
                && match found.state {
                    Some(PaymentState::AwaitingRate) => from || to,
                    Some(
                        PaymentState::Queued
                        | PaymentState::InCycle
                        | PaymentState::AwaitingCollection
                        | PaymentState::Held,
                    ) => from || (to && !keeps),
                    _ => false,
                };
            holds(Check::Suspension, "payments of a suspended member", "ended with its suspension", !ends, payment)?;
        }
        Ok(())
    }

    /// No debit of a suspended member, and nothing new towards it.
    pub(crate) fn check_not_suspended(&self, id: ArrangementId, member: MemberId) -> Checked {
        let suspended = self.membership(id, member)?.suspended;
        holds(Check::Suspension, "a payment of a member", "one that is not suspended", !suspended, member)
    }
}

fn check_spread(buy: Rate, sell: Rate, spread_max_ppm: u32) -> Checked {
    let fits = on_one_scale(buy, sell)
        .is_some_and(|(buy, sell)| buy <= sell && !differs_by_more_than_ppm(buy, sell, spread_max_ppm));
    let expected = format!("buying at or below selling, by {spread_max_ppm} parts per million at most");
    holds(Check::Rate, "a quote", &expected, fits, format!("{buy} and {sell}"))
}

fn check_band(last: Rate, rate: Rate, event: &Event) -> Checked {
    let within =
        on_one_scale(last, rate).is_some_and(|(last, rate)| !differs_by_more_than_ppm(last, rate, REFERENCE_BAND_PPM));
    let approved = event.approvals.iter().any(|approver| *approver != event.actor);
    let expected = "within a fifth of the last, or approved by a second person";
    holds(Check::Rate, "a reference rate", expected, within || approved, format!("{rate} after {last}"))
}
