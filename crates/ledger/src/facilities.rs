//! Who can draw what, where, today: every limit, line and credit of an arrangement with what is drawn, what is left, when it
//! has to be repaid, and what stands in the way.

use crate::credit::{debtor_schedule, pot_minor, right_minor};
use crate::reserve::line_ceiling_minor;
use crate::state::{Arrangement, State, pair_side};
use domain::credit::{CreditPart, CreditRule, HoldingKind, RungAction, RungOf};
use domain::event::Stage;
use domain::limit::Scope;
use domain::plan::{LimitKind, WhenUnset};
use domain::reserve::{ReserveAgainst, ReserveGrant, ReserveRule};
use domain::{AccountKind, ArrangementId, Date, MemberId, Owner};

/// What may be drawn.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum FacilityKind {
    /// Net debit within prefunding and committed line.
    Cap,
    /// A line with one other member.
    PairLine {
        /// Who grants it.
        creditor: MemberId,
    },
    /// Pay-outs before the net has settled.
    Prefinancing,
    /// Credit by right: tranches, deferral, swing credit.
    Credit,
    /// The obligatory credit of one other member.
    ObligatoryCredit {
        /// Who gives it.
        creditor: MemberId,
    },
    /// Credit that the member gives: what it is owed, and what more it would take.
    CreditGiven,
    /// The contribution to the fund: what is paid in, and what is still to be.
    FundContribution,
    /// Everything that may be drawn from the reserve fund, over all its lines.
    Reserve,
    /// One line of it: its place in the rulebook.
    ReserveLine {
        /// From 0.
        line: u8,
    },
}

/// What stands in the way, or is to be known.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Condition {
    /// The member is suspended.
    Suspended,
    /// The member takes no part with money yet.
    StageTooEarly,
    /// The member has not asked for it: its own limit is not set.
    NotOptedIn,
    /// A deferral is unpaid.
    DeferralUnpaid,
    /// The member has contributed nothing, of which its access would be a multiple.
    NotContributing,
    /// An instalment of what it drew is unpaid, though its day has passed.
    DrawingOverdue {
        /// Its day.
        since: Date,
    },
    /// A body of the fund decides; the operator enters it.
    ByDecision,
    /// The member's own currency is given for it, and comes back at the same rate.
    AgainstOwnCurrency,
    /// The fund holds no more than this, in minor units.
    FundHolds {
        /// What it could lend.
        minor: u64,
    },
    /// A transfer of the pair is due.
    TransferDue {
        /// By this date.
        by: Date,
    },
    /// Of what it draws beside it pays this share in the asset, in parts per million: what the schedule says from here on.
    AssetShare {
        /// Share of the next unit.
        ppm: u32,
    },
    /// Others have to give it: together they take no more than this, in minor units.
    OthersTake {
        /// Their room.
        minor: u64,
    },
    /// A rung of the ladder is reached.
    Rung {
        /// At this share, in parts per million.
        at_ppm: u32,
        /// What it says.
        action: RungAction,
    },
}

/// One thing that a member may draw, or owes to one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Facility {
    /// Whose.
    pub member: MemberId,
    /// What.
    pub kind: FacilityKind,
    /// The most that may be drawn, in minor units of the settlement asset; none where nothing limits it.
    pub limit_minor: Option<u64>,
    /// What is drawn.
    pub drawn_minor: u64,
    /// What is left; none where nothing limits it.
    pub room_minor: Option<u64>,
    /// When the next part of what is drawn has to be repaid, where it has a date.
    pub maturity: Option<Date>,
    /// What stands in the way, or is to be known.
    pub conditions: Vec<Condition>,
}

impl State {
    /// What each member may draw in an arrangement on its business date, by member; empty where there is no such
    /// arrangement or no day was opened.
    #[must_use]
    pub fn facilities(&self, arrangement: ArrangementId) -> Vec<Facility> {
        let Some(found) = self.arrangement(arrangement) else { return Vec::new() };
        let Some(today) = found.business_date() else { return Vec::new() };
        let members: Vec<MemberId> = found.members().map(|(member, _)| member).collect();
        let mut facilities = Vec::new();
        for &member in &members {
            let of_member = Of { state: self, arrangement: found, member, today };
            facilities.extend(of_member.cap());
            for &creditor in members.iter().filter(|creditor| **creditor != member) {
                facilities.extend(of_member.pair_line(creditor));
            }
            facilities.extend(of_member.prefinancing());
            if let Some(rule) = found.plan.additions.credit.as_deref() {
                facilities.extend(of_member.credit(rule, &members));
                facilities.push(of_member.credit_given(rule));
                facilities.extend(of_member.contribution(rule));
            }
            if let Some(rule) = found.reserve_rule() {
                facilities.extend(of_member.reserve(rule));
            }
        }
        facilities
    }
}

/// One member of an arrangement on a date.
struct Of<'a> {
    state: &'a State,
    arrangement: &'a Arrangement,
    member: MemberId,
    today: Date,
}

impl Of<'_> {
    fn facility(&self, kind: FacilityKind, limit_minor: Option<u64>, drawn_minor: i128) -> Facility {
        let drawn_minor = u64::try_from(drawn_minor.max(0)).unwrap_or(u64::MAX);
        let room_minor = limit_minor.map(|limit| limit.saturating_sub(drawn_minor));
        let mut conditions = Vec::new();
        let membership = self.arrangement.membership(self.member).expect("a member of the arrangement");
        if membership.suspended {
            conditions.push(Condition::Suspended);
        }
        if membership.stage < Stage::Prefunded {
            conditions.push(Condition::StageTooEarly);
        }
        let nothing = !conditions.is_empty();
        let room_minor = if nothing { Some(0) } else { room_minor };
        Facility { member: self.member, kind, limit_minor, drawn_minor, room_minor, maturity: None, conditions }
    }

    fn cap(&self) -> Option<Facility> {
        self.arrangement.plan.limit(LimitKind::InstitutionShare)?;
        let membership = self.arrangement.membership(self.member)?;
        let line = self.state.committed_line_minor(self.arrangement, self.member);
        let cap = membership.cap_minor(&self.state.accounts, line);
        let own = self.arrangement.participants().filter(|(_, participant)| participant.member == self.member);
        let unsettled: u128 = own.map(|(_, participant)| participant.unsettled_debit_minor).sum();
        let drawn = crate::state::signed(unsettled) - membership.position_minor;
        Some(self.facility(FacilityKind::Cap, Some(u64::try_from(cap.max(0)).unwrap_or(u64::MAX)), drawn))
    }

    /// As set, or as the rulebook says where it is not.
    fn maximum(&self, kind: LimitKind, scope: Scope) -> Option<Option<u64>> {
        let rule = self.arrangement.plan.limit(kind)?;
        let unset = match rule.when_unset {
            WhenUnset::Unlimited => None,
            WhenUnset::Zero => Some(0),
        };
        Some(self.arrangement.limits.get(&scope).copied().or(unset))
    }

    fn pair_line(&self, creditor: MemberId) -> Option<Facility> {
        let limit = self.maximum(LimitKind::Pair, Scope::Pair { debtor: self.member, creditor })?;
        let side = pair_side(self.member, creditor);
        let pair = self.arrangement.pair(self.member, creditor);
        let drawn = pair.map_or(0, |pair| {
            pair.owed_minor(side) + crate::state::signed(pair.reserved_minor[side] + pair.unsettled_minor[side])
        });
        let mut facility = self.facility(FacilityKind::PairLine { creditor }, limit, drawn);
        if let Some(due) = self.arrangement.transfers_due.get(&(self.member, creditor)) {
            facility.conditions.push(Condition::TransferDue { by: due.by });
            facility.maturity = Some(due.by);
        }
        // A line that nobody set and nobody uses says nothing.
        (facility.limit_minor.is_some_and(|limit| limit > 0) || facility.drawn_minor > 0).then_some(facility)
    }

    fn prefinancing(&self) -> Option<Facility> {
        let limit = self.maximum(LimitKind::Prefinancing, Scope::Prefinancing(self.member))?;
        let membership = self.arrangement.membership(self.member)?;
        let open = self.arrangement.cycle_prefinanced.get(&self.member).copied().unwrap_or(0);
        let drawn = crate::state::signed(membership.prefinanced_minor.max(open));
        Some(self.facility(FacilityKind::Prefinancing, limit, drawn))
    }

    /// Debts from credit, and the day on which the next of them is due.
    fn debts(&self, rule: &CreditRule) -> (i128, Option<Date>) {
        let months = match rule.part {
            CreditPart::PassThrough { debt_months, .. } => Some(u32::from(debt_months)),
            _ => None,
        };
        let mut owed = 0;
        let mut next: Option<Date> = None;
        for (holding, balance) in &self.arrangement.credit.holdings {
            if holding.member != self.member || *balance > 0 || holding.kind == HoldingKind::Pair {
                continue;
            }
            owed -= balance;
            let due = match (holding.kind, holding.date, months) {
                (HoldingKind::Instalment, due, _) => due,
                // What has had its time is repaid from a quarter later on.
                (HoldingKind::Lot, Some(since), Some(months)) => Some(since.plus_months(months + 3)),
                _ => None,
            };
            next = [next, due].into_iter().flatten().min();
        }
        (owed, next)
    }

    fn claims(&self) -> i128 {
        let own = self.arrangement.credit.holdings.iter().filter(|(holding, _)| holding.member == self.member);
        own.map(|(_, balance)| (*balance).max(0)).sum()
    }

    fn credit(&self, rule: &CreditRule, members: &[MemberId]) -> Vec<Facility> {
        let quota = self.state.quota_minor(self.arrangement, self.member, self.today);
        let own = self.arrangement.credit_maximum(LimitKind::Debts, Scope::Debts(self.member));
        let (owed, next) = self.debts(rule);
        let (schedule, limit) = match &rule.part {
            CreditPart::Apportioned { amount, .. } => return self.obligatory(members, amount.get()),
            CreditPart::Instalments { .. } => (None, own),
            CreditPart::Tranches { schedules } | CreditPart::PassThrough { schedules, .. } => {
                let schedule = debtor_schedule(schedules, self.today);
                let right = right_minor(&schedule, quota);
                (Some(schedule), Some(own.map_or(right, |own| own.min(right))))
            }
        };
        let mut facility = self.facility(FacilityKind::Credit, limit, owed);
        facility.maturity = next;
        if own == Some(0) {
            facility.conditions.push(Condition::NotOptedIn);
        }
        if let (Some(schedule), Some(room)) = (schedule, facility.room_minor.filter(|room| *room > 0)) {
            // What a deficit of a million would bring, in parts of it: the share of the next units.
            let probe = 1_000_000;
            let credit = schedule.credit_after_debt_minor(facility.drawn_minor, probe, quota).min(room);
            let ppm = u32::try_from(probe - credit).expect("a share of a million");
            facility.conditions.push(Condition::AssetShare { ppm });
        }
        if matches!(rule.part, CreditPart::PassThrough { .. }) {
            facility.conditions.push(Condition::OthersTake { minor: self.others_take(members) });
        }
        if matches!(rule.part, CreditPart::Instalments { bars_while_unpaid: true, .. }) && owed > 0 {
            facility.conditions.push(Condition::DeferralUnpaid);
            facility.room_minor = Some(0);
        }
        self.climb(rule, RungOf::DebtorLimit, &mut facility);
        vec![facility]
    }

    /// What the other members would still be owed.
    fn others_take(&self, members: &[MemberId]) -> u64 {
        let others = members.iter().filter(|other| **other != self.member);
        let room = others.map(|&member| {
            let most = self.arrangement.credit_maximum(LimitKind::Claims, Scope::Claims(member));
            let held = Of { member, ..*self }.claims();
            most.map_or(u64::MAX, |most| most.saturating_sub(u64::try_from(held).unwrap_or(u64::MAX)))
        });
        room.fold(0, u64::saturating_add)
    }

    fn obligatory(&self, members: &[MemberId], most: u64) -> Vec<Facility> {
        let held = |of: MemberId, towards: Option<MemberId>| -> i128 {
            let holdings = self.arrangement.credit.holdings.iter();
            holdings
                .filter(|(holding, _)| holding.kind == HoldingKind::Pair && holding.member == of)
                .filter(|(holding, _)| towards.is_none_or(|other| holding.counterparty == Some(other)))
                .map(|(_, balance)| (*balance).max(0))
                .sum()
        };
        let others = members.iter().filter(|other| **other != self.member);
        others
            .map(|&creditor| {
                let drawn = held(creditor, Some(self.member));
                let mut facility = self.facility(FacilityKind::ObligatoryCredit { creditor }, Some(most), drawn);
                // What others draw of the same creditor's credit is not there.
                let left = u64::try_from(i128::from(most) - held(creditor, None)).unwrap_or(0);
                facility.room_minor = facility.room_minor.map(|room| room.min(left));
                facility
            })
            .collect()
    }

    fn credit_given(&self, rule: &CreditRule) -> Facility {
        let limit = self.arrangement.credit_maximum(LimitKind::Claims, Scope::Claims(self.member));
        let mut facility = self.facility(FacilityKind::CreditGiven, limit, self.claims());
        if limit == Some(0) {
            facility.conditions.push(Condition::NotOptedIn);
        }
        self.climb(rule, RungOf::CreditorLimit, &mut facility);
        facility
    }

    fn contribution(&self, rule: &CreditRule) -> Option<Facility> {
        let fund = rule.fund?;
        let quota = self.state.quota_minor(self.arrangement, self.member, self.today);
        let key = self.arrangement.account_of(Owner::Member(self.member), AccountKind::Fund);
        let due = credit::ceiling::share_minor(quota, fund.paid_in_ppm);
        Some(self.facility(FacilityKind::FundContribution, Some(due), self.state.accounts.balance_of(&key)))
    }

    /// The reserve fund: all of it, then line by line. Room is no more than what is left over all lines and in the fund.
    fn reserve(&self, rule: &ReserveRule) -> Vec<Facility> {
        let base = self.state.reserve_base_minor(self.arrangement, rule, self.member);
        let ceiling = self.state.ceiling_minor(rule, self.member, base);
        let holds = u64::try_from(pot_minor(self.state, self.arrangement)).unwrap_or(0);
        let all = self.reserve_facility(FacilityKind::Reserve, None, ceiling, (base, holds));
        let code = &self.state.shared.members[self.member.index()].code;
        let mut facilities = vec![all];
        for (place, line) in (0_u8..).zip(&rule.lines).filter(|(_, line)| !line.not_for.contains(code)) {
            let kind = FacilityKind::ReserveLine { line: place };
            let most = line_ceiling_minor(line, ceiling);
            let mut facility = self.reserve_facility(kind, Some(place), most, (base, holds));
            facility.room_minor = facility.room_minor.min(facilities[0].room_minor);
            if line.granted_by == ReserveGrant::Decision {
                facility.conditions.push(Condition::ByDecision);
            }
            if line.against == ReserveAgainst::Currency {
                facility.conditions.push(Condition::AgainstOwnCurrency);
            }
            facilities.push(facility);
        }
        facilities
    }

    fn reserve_facility(&self, kind: FacilityKind, line: Option<u8>, most: u128, fund: (u64, u64)) -> Facility {
        let (base, holds) = fund;
        let drawn = self.arrangement.drawn_minor(self.member, line);
        let mut facility =
            self.facility(kind, Some(u64::try_from(most).unwrap_or(u64::MAX)), crate::state::signed(drawn));
        let own = self.arrangement.drawings_of(self.member).map(|(_, drawing)| drawing);
        let of_line = own.filter(|drawing| line.is_none_or(|line| drawing.line == line));
        facility.maturity = of_line.filter_map(|drawing| drawing.instalments.keys().next().copied()).min();
        if base == 0 {
            facility.conditions.push(Condition::NotContributing);
        }
        if let Some(since) = self.arrangement.overdue_since(self.member) {
            facility.conditions.push(Condition::DrawingOverdue { since });
            facility.room_minor = Some(0);
        }
        if facility.room_minor.is_some_and(|room| room > holds) {
            facility.conditions.push(Condition::FundHolds { minor: holds });
            facility.room_minor = Some(holds);
        }
        facility
    }

    /// Rungs that are reached; what they stop is stopped.
    fn climb(&self, rule: &CreditRule, of: RungOf, facility: &mut Facility) {
        let Some(limit) = facility.limit_minor.filter(|limit| *limit > 0) else { return };
        for rung in rule.ladder.iter().filter(|rung| rung.of == of) {
            let at = credit::ceiling::share_minor(limit, rung.at_ppm);
            if rung.action == RungAction::NoNewCredit {
                facility.room_minor = facility.room_minor.map(|room| room.min(at.saturating_sub(facility.drawn_minor)));
            }
            if facility.drawn_minor >= at {
                facility.conditions.push(Condition::Rung { at_ppm: rung.at_ppm, action: rung.action });
            }
        }
    }
}
