//! Registrations, memberships, limits, rates and prefunding.

use crate::accounts::AccountId;
use crate::calendar::Calendar;
use crate::state::{Arrangement, Currency, Institution, Member, Membership, Participant, Rulebook, State, pair_side};
use domain::event::{EventBody, Stage};
use domain::limit::{LimitSetting, Scope};
use domain::membership::PurposeSet;
use domain::plan::Plan;
use domain::{
    AccountKey, AccountKind, ArrangementId, BookId, CalendarId, CycleId, InstitutionId, MemberId, Owner, RulebookId,
    RunId,
};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

impl State {
    pub(super) fn register(&mut self, body: &EventBody) {
        match body {
            EventBody::CurrencyRegistered { currency, code, minor_decimals } => {
                assert_eq!(currency.index(), self.shared.currencies.len(), "ordinals are dense");
                self.shared.currencies.push(Currency { code: *code, minor_decimals: *minor_decimals });
            }
            EventBody::CalendarDefined { calendar, name } => {
                assert_eq!(calendar.index(), self.shared.calendars.len(), "ordinals are dense");
                self.shared.calendars.push(Calendar { name: name.clone(), closed: BTreeSet::new() });
            }
            EventBody::CalendarDaysSet { calendar, closed, opened } => {
                let days = &mut self.shared.calendars[calendar.index()].closed;
                days.extend(closed.iter().filter(|date| !date.is_weekend()));
                opened.iter().for_each(|date| {
                    days.remove(date);
                });
            }
            EventBody::MemberRegistered { member, code, bic } => {
                assert_eq!(member.index(), self.shared.members.len(), "ordinals are dense");
                let (code, bic) = (code.clone(), bic.clone());
                self.shared.members.push(Member { code, bic, institutions: Vec::new() });
            }
            EventBody::InstitutionAuthorised { institution, member, code, jurisdiction, calendar, currency } => {
                let record = Institution {
                    member: *member,
                    code: code.clone(),
                    jurisdiction: jurisdiction.clone(),
                    calendar: *calendar,
                    currency: *currency,
                };
                self.institution_authorised(*institution, record);
            }
            EventBody::RulebookAdopted { rulebook, source, plan } => {
                assert_eq!(rulebook.index(), self.shared.rulebooks.len(), "ordinals are dense");
                let source_hash = Sha256::digest(source).into();
                self.shared.rulebooks.push(Rulebook { source_hash, plan: plan.clone() });
            }
            EventBody::ArrangementOpened { arrangement, rulebook, agent_calendar, asset_calendar } => {
                self.arrangement_opened(*arrangement, *rulebook, *agent_calendar, *asset_calendar);
            }
            EventBody::MemberJoined { arrangement, member, stage, payout_at_clearing } => {
                self.member_joined(*arrangement, *member, *stage, *payout_at_clearing);
            }
            EventBody::MemberLeft { arrangement, member } => self.member_left(*arrangement, *member),
            EventBody::LimitSet(setting) => self.limit_set(*setting),
            EventBody::PrefundingMoved { arrangement, member, amount, deposit } => {
                let (agent, prefunding) = {
                    let arrangement = &self.arrangements[arrangement.index()];
                    let membership = arrangement.membership(*member).expect("prefunding is a member's");
                    (arrangement.agent_account, membership.prefunding_account)
                };
                let (from, to) = if *deposit { (agent, prefunding) } else { (prefunding, agent) };
                self.accounts.transfer(from, to, amount.get());
                assert!(self.accounts.balance_minor(prefunding) >= 0, "prefunding cannot be negative");
            }
            EventBody::RatePublished { arrangement, member, currency, quote } => {
                let arrangement = &mut self.arrangements[arrangement.index()];
                let on = arrangement.open_date();
                arrangement.rates.insert((*member, *currency), (*quote, on));
            }
            EventBody::MemberSuspended { arrangement, member } => {
                self.arrangements[arrangement.index()].membership_mut(*member).suspended = true;
            }
            EventBody::MemberReinstated { arrangement, member } => {
                self.arrangements[arrangement.index()].membership_mut(*member).suspended = false;
            }
            EventBody::DayExtended { .. }
            | EventBody::HolidaySet { .. }
            | EventBody::PayInMoved { .. }
            | EventBody::RunMoved { .. }
            | EventBody::EntryConsentSet { .. } => self.act_of_operator(body),
            EventBody::NoticeGiven { .. }
            | EventBody::NoticeWithdrawn { .. }
            | EventBody::MemberLeaving { .. }
            | EventBody::PurposesSet { .. }
            | EventBody::StageSet { .. } => self.member_sets(body),
            other => unreachable!("{other:?} is applied elsewhere"),
        }
    }

    fn institution_authorised(&mut self, institution: InstitutionId, record: Institution) {
        assert_eq!(institution.index(), self.shared.institutions.len(), "ordinals are dense");
        let member = record.member;
        self.shared.members[member.index()].institutions.push(institution);
        self.shared.institutions.push(record);
        let joined: Vec<ArrangementId> =
            self.arrangements.iter().filter(|a| a.membership(member).is_some()).map(|a| a.id).collect();
        for arrangement in joined {
            self.open_participant(arrangement, institution);
        }
    }

    fn arrangement_opened(
        &mut self,
        id: ArrangementId,
        rulebook: RulebookId,
        agent_calendar: CalendarId,
        asset_calendar: CalendarId,
    ) {
        assert_eq!(id.index(), self.arrangements.len(), "ordinals are dense");
        let plan: Box<Plan> = self.shared.rulebooks[rulebook.index()].plan.clone();
        let known = |code| self.currency_of_code(code).expect("checked when the rulebook was adopted");
        let settlement = known(plan.settlement_asset);
        let asset = plan.additions.unit.as_ref().map_or(settlement, |unit| known(unit.code));
        let agent_account = self.accounts.open(AccountKey {
            book: BookId::Arrangement(id),
            owner: Owner::House,
            currency: settlement,
            kind: AccountKind::Agent,
        });
        self.arrangements.push(Arrangement {
            id,
            rulebook,
            plan,
            asset,
            settlement,
            unit_values: BTreeMap::new(),
            agent_calendar,
            asset_calendar,
            agent_account,
            memberships: Vec::new(),
            participants: Vec::new(),
            pairs: Vec::new(),
            foreign_pairs: BTreeMap::new(),
            limits: BTreeMap::new(),
            limits_ahead: BTreeMap::new(),
            purposes_ahead: BTreeMap::new(),
            stages_ahead: BTreeMap::new(),
            holidays: BTreeSet::new(),
            arrears: BTreeMap::new(),
            rest_claims: BTreeMap::new(),
            rates: BTreeMap::new(),
            fixings: BTreeMap::new(),
            day: None,
            closed_date: None,
            cycle_left_open: false,
            cycle: CycleId(0),
            cycle_payments: Vec::new(),
            cycle_prefinanced: BTreeMap::new(),
            closed_cycles: Vec::new(),
            next_run: RunId(0),
            frozen: false,
            run_value_minor: 0,
            run_payers: BTreeSet::new(),
            open_run: None,
            awaiting_rate: BTreeSet::new(),
            awaiting_collection: BTreeSet::new(),
            held: BTreeMap::new(),
            awaiting_conformity: BTreeSet::new(),
            disputes: BTreeSet::new(),
            partly_returned: BTreeSet::new(),
            failed_payouts: Vec::new(),
            transfers_due: BTreeMap::new(),
            credited: BTreeSet::new(),
            documents_folded: Default::default(),
            documents_waiting: BTreeMap::new(),
            facility_stopped: false,
            queued_count: 0,
            credit: crate::credit::CreditState::default(),
            reserve: crate::reserve::ReserveState::default(),
        });
    }

    fn member_joined(&mut self, id: ArrangementId, member: MemberId, stage: Stage, payout_at_clearing: bool) {
        let arrangement = &mut self.arrangements[id.index()];
        arrangement.stages_ahead.remove(&member);
        if arrangement.membership(member).is_some() {
            let membership = arrangement.membership_mut(member);
            membership.stage = stage;
            membership.payout_at_clearing = payout_at_clearing;
            return;
        }
        let asset = arrangement.settlement;
        let mut open = |kind| {
            let (book, owner) = (BookId::Arrangement(id), Owner::Member(member));
            self.accounts.open(AccountKey { book, owner, currency: asset, kind })
        };
        let membership = Membership {
            stage,
            payout_at_clearing,
            suspended: false,
            notice: None,
            leaving: false,
            entry_consent: false,
            purposes: PurposeSet::ALL,
            prefunding_account: open(AccountKind::Prefunding),
            net_due_account: open(AccountKind::NetDue),
            interest_account: open(AccountKind::Interest),
            position_minor: 0,
            reserved_in_minor: 0,
            unsettled_credit_minor: 0,
            prefinanced_minor: 0,
            exposure_max_minor: None,
            payment_max_minor: None,
            prefinancing_max_minor: None,
        };
        if arrangement.memberships.len() <= member.index() {
            arrangement.memberships.resize_with(member.index() + 1, || None);
        }
        arrangement.memberships[member.index()] = Some(membership);
        for institution in self.shared.members[member.index()].institutions.clone() {
            self.open_participant(id, institution);
        }
    }

    fn open_participant(&mut self, id: ArrangementId, institution: InstitutionId) {
        let record = &self.shared.institutions[institution.index()];
        let member = record.member;
        let arrangement = &mut self.arrangements[id.index()];
        let edge_currency = arrangement.edge_currency(record);
        let accounts = &mut self.accounts;
        let mut edge = |owner, kind| -> AccountId {
            accounts.open(AccountKey { book: BookId::Edge(member), owner, currency: edge_currency, kind })
        };
        let of_institution = Owner::Institution(institution);
        let institution_account = edge(of_institution, AccountKind::Institution);
        let collected_account = edge(of_institution, AccountKind::Collected);
        let payout_due_account = edge(of_institution, AccountKind::PayoutDue);
        let counterpart_account = edge(Owner::Arrangement(id), AccountKind::Counterpart);
        let position_account = accounts.open(arrangement.position_key(institution, arrangement.asset));
        if arrangement.participants.len() <= institution.index() {
            arrangement.participants.resize_with(institution.index() + 1, || None);
        }
        arrangement.participants[institution.index()] = Some(Participant {
            member,
            edge_currency,
            position_account,
            institution_account,
            collected_account,
            payout_due_account,
            counterpart_account,
            share_minor: None,
            unsettled_debit_minor: 0,
            frozen_minor: 0,
            urgent: VecDeque::new(),
            ordinary: VecDeque::new(),
            payouts: BTreeSet::new(),
        });
    }

    /// A member that leaves takes its limits, lines towards it and rates with it.
    fn member_left(&mut self, id: ArrangementId, member: MemberId) {
        let arrangement = &mut self.arrangements[id.index()];
        arrangement.give_up_limits(member);
        arrangement.forget_what_is_ahead(member);
        arrangement.memberships[member.index()] = None;
        for participant in &mut arrangement.participants {
            if participant.as_ref().is_some_and(|p| p.member == member) {
                *participant = None;
            }
        }
        arrangement.rates.retain(|(of, _), _| *of != member);
    }

    fn limit_set(&mut self, setting: LimitSetting) {
        let arrangement = &mut self.arrangements[setting.arrangement.index()];
        if arrangement.open_date().is_some_and(|today| setting.effective <= today) {
            arrangement.put_in_force(setting.scope, setting.maximum_minor);
        } else {
            // A later word on the same limit for the same date replaces the earlier one.
            arrangement.limits_ahead.insert((setting.scope, setting.effective), setting.maximum_minor);
        }
    }
}

impl Arrangement {
    pub(super) fn put_in_force(&mut self, scope: Scope, maximum_minor: u64) {
        self.limits.insert(scope, maximum_minor);
        let maximum = Some(maximum_minor);
        match scope {
            Scope::InstitutionShare(institution) => self.of_mut(institution).share_minor = maximum,
            Scope::Pair { debtor, creditor } => {
                self.pair_mut(debtor, creditor).line_minor[pair_side(debtor, creditor)] = maximum;
            }
            Scope::CreditorExposure(member) => self.membership_mut(member).exposure_max_minor = maximum,
            Scope::PerPayment(member) => self.membership_mut(member).payment_max_minor = maximum,
            Scope::Prefinancing(member) => self.membership_mut(member).prefinancing_max_minor = maximum,
            // A committed line is part of the cap, which is looked at where shares are set.
            Scope::CommittedLine(_) => {}
            // Looked up where a payment is judged.
            Scope::MemberTowardsAll(_) | Scope::Facility | Scope::Allocation(_) => {}
            Scope::PrefundedBalance(_) => unreachable!("a deposit is no limit that anybody sets"),
            // What limits credit is looked at when a cycle closes.
            Scope::Quota(_) | Scope::Claims(_) | Scope::Debts(_) => {}
        }
    }
}
