//! Setting up, and giving the commands of a script by whoever may give them.

use super::instrument::{NO_DOCUMENTS, document, made_up, uetr};
use super::{ARRANGEMENT, PlayFault, Player, house};
use crate::names::{InstitutionNamed, MemberNamed, Party, calendar_of};
use crate::script::{Instruction, Instrument, Ordered};
use domain::command::{Order, SubmitPayment};
use domain::limit::{LimitSetting, Scope};
use domain::plan::Initiator;
use domain::refusal::RefusedBy;
use domain::reserve::ReserveGrant;
use domain::{
    Actor, CalendarId, Command, CommandBody, CurrencyId, DrawingId, InstitutionId, MemberId, Owner, PaymentId, Refusal,
    RulebookId,
};
use ledger::Answer;
use ledger::view_reserve::DrawingView;
use money::AmountMinor;

/// The operator's two pairs of eyes.
pub(super) fn by_operator(body: CommandBody) -> Command {
    Command::approved(Actor::operator(1), Actor::operator(2), body)
}

/// A member by one person.
pub(super) fn by_member(member: MemberId, body: CommandBody) -> Command {
    Command::by(Actor::member(member, 1), body)
}

/// The settlement agent.
pub(super) fn by_agent(body: CommandBody) -> Command {
    Command::by(Actor::agent(1), body)
}

impl Player<'_> {
    /// Everything that is registered, adopted and opened, and the members that join at once.
    pub(super) fn set_up(&mut self) -> Result<(), PlayFault> {
        let script = self.script;
        let mut commands = Vec::new();
        for currency in &script.names.currencies {
            let (code, minor_decimals) = (currency.code(), currency.minor_decimals());
            commands.push(by_operator(CommandBody::RegisterCurrency { code, minor_decimals }));
        }
        let of_members = script.names.members.iter().map(|member| format!("system of {}", member.code));
        for name in ["settlement agent".to_owned(), "centre of the asset".to_owned()].into_iter().chain(of_members) {
            commands.push(by_operator(CommandBody::DefineCalendar { name }));
        }
        for MemberNamed { code, .. } in &script.names.members {
            commands.push(by_operator(CommandBody::RegisterMember { code: code.clone(), bic: code.clone() }));
        }
        for InstitutionNamed { code, member, currency } in &script.names.institutions {
            let body = CommandBody::AuthoriseInstitution {
                member: *member,
                code: code.clone(),
                jurisdiction: script.names.member_code(*member).to_owned(),
                calendar: calendar_of(*member),
                currency: *currency,
            };
            commands.push(by_member(*member, body));
        }
        commands.push(by_operator(CommandBody::AdoptRulebook {
            source: script.source.clone(),
            plan: Box::new(script.plan.clone()),
        }));
        commands.push(by_operator(CommandBody::OpenArrangement {
            rulebook: RulebookId(0),
            agent_calendar: CalendarId(0),
            asset_calendar: CalendarId(1),
        }));
        for (place, member) in script.names.members.iter().enumerate() {
            let Some(stage) = member.stage else { continue };
            let (id, payout_at_clearing) = (MemberId::from_index(place), member.payout_at_clearing);
            let join = CommandBody::Join { arrangement: ARRANGEMENT, member: id, stage, payout_at_clearing };
            commands.push(by_member(id, join));
        }
        for command in commands {
            let body = command.body.clone();
            if let Some(refused) = refusal_of(&self.give(vec![command])?) {
                return Err(house(format!("setting up: {body:?} was refused: {}", refused.refusal.code())));
            }
        }
        Ok(())
    }

    /// Gives the commands of an instruction; the first refusal, if one is refused.
    pub(super) fn carry_out(&mut self, instruction: &Instruction) -> Result<Option<RefusedBy>, PlayFault> {
        match instruction {
            Instruction::Order(ordered) => self.order(ordered),
            Instruction::Return { original, this, amount } => {
                let Some(payment) = self.payments[*original] else { return Ok(Some(UNKNOWN)) };
                let giver = self.script.names.payments[*original].payee;
                self.references += 1;
                let body = CommandBody::Return { original: payment, uetr: uetr(self.references), amount: *amount };
                let answers = self.give(vec![Command::by(Actor::institution(giver, 0), body)])?;
                self.payments[*this] = answers.first().and_then(payment_of);
                Ok(refusal_of(&answers))
            }
            Instruction::Collect(payments) => self.about_each(payments, true, |payments| {
                CommandBody::ConfirmCollections { arrangement: ARRANGEMENT, payments }
            }),
            Instruction::Conform { payments, conforming } => self.about_each(payments, true, |payments| {
                CommandBody::GiveConformity { arrangement: ARRANGEMENT, payments, conforming: *conforming }
            }),
            Instruction::Settle { member, counterparty, amount, pay_in } => {
                let cycle = self.cycle_owing(*member, *counterparty, *pay_in);
                let Some(cycle) = cycle else { return Ok(Some(refused(Refusal::CycleUnknown))) };
                let (arrangement, member, counterparty, amount) = (ARRANGEMENT, *member, *counterparty, *amount);
                let body = CommandBody::ConfirmSettlement { arrangement, cycle, member, counterparty, amount };
                self.give_one(by_agent(body))
            }
            Instruction::Says(word) => self.says(word),
            Instruction::Operator { act, reason } => self.acts(act, reason),
            Instruction::Arrears(arrears) => self.arrears_in(arrears),
            Instruction::Draw { this, amount, against } => self.draw(*this, *amount, *against),
            Instruction::Renew(place) => {
                self.about_drawing(*place, |drawing| CommandBody::RenewDrawing { arrangement: ARRANGEMENT, drawing })
            }
            Instruction::DrawingPaidOut(place) => {
                let amount = self.drawing(*place).and_then(|view| AmountMinor::new(view.amount_minor).ok());
                let Some(amount) = amount else { return Ok(Some(refused(Refusal::DrawingMismatch))) };
                self.about_drawing(*place, |drawing| moved(drawing, amount, false))
            }
            Instruction::Repay { drawing, amount } => {
                self.about_drawing(*drawing, |drawing| moved(drawing, *amount, true))
            }
            other => match self.command(other) {
                Some(command) => self.give_one(command),
                None => Ok(Some(UNKNOWN)),
            },
        }
    }

    fn give_one(&mut self, command: Command) -> Result<Option<RefusedBy>, PlayFault> {
        Ok(refusal_of(&self.give(vec![command])?))
    }

    /// The command of an instruction that is one; none where it names a payment that never was.
    fn command(&self, instruction: &Instruction) -> Option<Command> {
        let names = &self.script.names;
        let member_of = |institution: InstitutionId| names.institutions[institution.index()].member;
        let arrangement = ARRANGEMENT;
        Some(match instruction {
            Instruction::Days { calendar, days, closed } => {
                let (closed, opened) = if *closed { (days.clone(), Vec::new()) } else { (Vec::new(), days.clone()) };
                by_operator(CommandBody::SetCalendarDays { calendar: *calendar, closed, opened })
            }
            Instruction::Limit { scope, maximum_minor, from } => {
                let effective = from.unwrap_or(self.date);
                let setting = LimitSetting { arrangement, scope: *scope, maximum_minor: *maximum_minor, effective };
                let body = CommandBody::SetLimit(setting);
                match *scope {
                    Scope::InstitutionShare(institution) => by_member(member_of(institution), body),
                    Scope::Pair { creditor, .. } => by_member(creditor, body),
                    Scope::CreditorExposure(member)
                    | Scope::PerPayment(member)
                    | Scope::Prefinancing(member)
                    | Scope::Claims(member)
                    | Scope::Debts(member) => by_member(member, body),
                    // What no member sets for itself, the operator does.
                    _ => by_operator(body),
                }
            }
            Instruction::Prefunding { member, amount, deposit } => {
                let (member, amount, deposit) = (*member, *amount, *deposit);
                by_agent(CommandBody::MovePrefunding { arrangement, member, amount, deposit })
            }
            Instruction::Index { name, rate_ppm } => {
                by_operator(CommandBody::PublishIndex { arrangement, index: name.clone(), rate_ppm: *rate_ppm })
            }
            Instruction::Fund { member, amount, deposit } => {
                let (member, amount, deposit) = (*member, *amount, *deposit);
                by_agent(CommandBody::MoveFund { arrangement, member, amount, deposit })
            }
            Instruction::Publish { member, currency, quote } => {
                let (member, currency, quote) = (*member, *currency, *quote);
                let body = CommandBody::PublishRate { arrangement, member, currency, quote };
                // Two persons: a reference that jumps is published all the same, as its script says.
                Command::approved(Actor::member(member, 1), Actor::member(member, 2), body)
            }
            Instruction::PaidOut(institution) => {
                let body = CommandBody::ConfirmPayouts { arrangement, institution: *institution };
                by_member(member_of(*institution), body)
            }
            Instruction::NotPaidOut(payment) => {
                let member = member_of(names.payments[*payment].payee);
                by_member(member, CommandBody::FailPayout { payment: self.payments[*payment]? })
            }
            Instruction::Transfer { debtor, creditor, amount } => {
                let (debtor, creditor, amount) = (*debtor, *creditor, *amount);
                by_agent(CommandBody::ConfirmTransfer { arrangement, debtor, creditor, amount })
            }
            Instruction::Cancel { payment, by_operator: operator } => {
                let body = CommandBody::Cancel { payment: self.payments[*payment]? };
                if *operator {
                    by_operator(body)
                } else {
                    let named = &names.payments[*payment];
                    Command::by(Actor::institution(self.instructing(named.payer, named.payee), 0), body)
                }
            }
            Instruction::Hold { payment, release } => {
                let payer = names.payments[*payment].payer;
                let holder = self.holders.get(payment).copied().unwrap_or_else(|| member_of(payer));
                let body = CommandBody::ResolveHold { payment: self.payments[*payment]?, release: *release };
                by_member(holder, body)
            }
            Instruction::Dispute { payment, carrier } => {
                let body = CommandBody::OpenDispute { payment: self.payments[*payment]? };
                Command::by(Actor::institution(*carrier, 0), body)
            }
            Instruction::EndDispute { payment, outcome } => {
                by_operator(CommandBody::EndDispute { payment: self.payments[*payment]?, outcome: *outcome })
            }
            Instruction::Fees { owner, amount } => {
                let owner = match *owner {
                    None => Owner::House,
                    Some(Party::Member(member)) => Owner::Member(member),
                    Some(Party::Institution(institution)) => Owner::Institution(institution),
                };
                by_agent(CommandBody::ConfirmFees { arrangement, owner, amount: *amount })
            }
            Instruction::ResumeFacility => by_operator(CommandBody::ResumeFacility { arrangement }),
            Instruction::Suspend(member) => by_operator(CommandBody::Suspend { arrangement, member: *member }),
            Instruction::Reinstate(member) => by_operator(CommandBody::Reinstate { arrangement, member: *member }),
            Instruction::Join { member, stage, payout_at_clearing } => {
                let (member, stage, payout_at_clearing) = (*member, *stage, *payout_at_clearing);
                by_member(member, CommandBody::Join { arrangement, member, stage, payout_at_clearing })
            }
            Instruction::Leave(member) => by_member(*member, CommandBody::Leave { arrangement, member: *member }),
            Instruction::Order(_)
            | Instruction::Return { .. }
            | Instruction::Collect(_)
            | Instruction::Conform { .. }
            | Instruction::Says(_)
            | Instruction::Operator { .. }
            | Instruction::Arrears(_)
            | Instruction::Settle { .. }
            | Instruction::Draw { .. }
            | Instruction::Renew(_)
            | Instruction::DrawingPaidOut(_)
            | Instruction::Repay { .. } => unreachable!("these have ways of their own"),
        })
    }

    fn instructing(&self, payer: InstitutionId, payee: InstitutionId) -> InstitutionId {
        match self.script.plan.initiator {
            Initiator::Payer => payer,
            Initiator::Payee => payee,
        }
    }

    fn draw(
        &mut self,
        this: usize,
        amount: AmountMinor,
        against: Option<CurrencyId>,
    ) -> Result<Option<RefusedBy>, PlayFault> {
        let named = &self.script.names.drawings[this];
        let (arrangement, member, line) = (ARRANGEMENT, named.member, named.line.clone());
        let body = CommandBody::DrawReserve { arrangement, member, line, amount, against };
        let refused = self.give_one(self.granted(this, body))?;
        if refused.is_none() {
            self.drawings[this] = self.state().drawings(ARRANGEMENT).last().map(|view| view.drawing);
        }
        Ok(refused)
    }

    /// By right the member's command; by decision of the fund, the operator's.
    fn granted(&self, place: usize, body: CommandBody) -> Command {
        let named = &self.script.names.drawings[place];
        let lines = self.script.plan.additions.reserve.iter().flat_map(|rule| &rule.lines);
        let line = lines.into_iter().find(|line| line.name == named.line);
        match line.map(|line| line.granted_by) {
            Some(ReserveGrant::Right) => by_member(named.member, body),
            Some(ReserveGrant::Decision) | None => by_operator(body),
        }
    }

    /// One command about a drawing: by the agent what moved, else by whoever may grant it.
    fn about_drawing(
        &mut self,
        place: usize,
        body: impl Fn(DrawingId) -> CommandBody,
    ) -> Result<Option<RefusedBy>, PlayFault> {
        let Some(drawing) = self.drawings[place] else { return Ok(Some(refused(Refusal::DrawingMismatch))) };
        let command = match body(drawing) {
            body @ CommandBody::MoveDrawing { .. } => by_agent(body),
            body => self.granted(place, body),
        };
        self.give_one(command)
    }

    /// A drawing of the script, as far as something is owed of it.
    pub(super) fn drawing(&self, place: usize) -> Option<DrawingView> {
        let drawing = self.drawings[place]?;
        self.state().drawings(ARRANGEMENT).into_iter().find(|view| view.drawing == drawing)
    }

    fn order(&mut self, ordered: &Ordered) -> Result<Option<RefusedBy>, PlayFault> {
        self.references += 1;
        let Ordered { this, payer, payee, denomination, amount, purpose, urgent, value_date, .. } = *ordered;
        let (collected, held_by) = (ordered.collected, ordered.held_by);
        let rule = self.script.plan.instrument.as_ref();
        let instrument = ordered.instrument.as_ref().map(|instrument| match (instrument, rule) {
            (Instrument::MadeUp, Some(rule)) => made_up(rule, payee, self.date, self.references),
            (Instrument::MadeUp, None) => "1".into(),
            (Instrument::Digits(digits), _) => digits.as_str().into(),
        });
        let order = Order {
            arrangement: ARRANGEMENT,
            uetr: uetr(self.references),
            payer,
            payee,
            denomination,
            amount,
            urgent,
            purpose,
            commitment: NO_DOCUMENTS,
            document: ordered.document.as_deref().map(document),
            instrument,
            value_date,
            collected,
            held_by,
        };
        if let Some(member) = held_by {
            self.holders.insert(this, member);
        }
        let instructing = Actor::institution(self.instructing(payer, payee), 0);
        let submit = CommandBody::Submit(SubmitPayment::new(order));
        let command = if ordered.by_operator { by_operator(submit) } else { Command::by(instructing, submit) };
        let answers = self.give(vec![command])?;
        self.payments[this] = answers.first().and_then(payment_of);
        Ok(refusal_of(&answers))
    }

    /// One command for each payment, by the member of its payer or of its payee.
    fn about_each(
        &mut self,
        payments: &[usize],
        by_payer: bool,
        body: impl Fn(Vec<PaymentId>) -> CommandBody,
    ) -> Result<Option<RefusedBy>, PlayFault> {
        for &place in payments {
            let Some(payment) = self.payments[place] else { return Ok(Some(UNKNOWN)) };
            let named = &self.script.names.payments[place];
            let institution = if by_payer { named.payer } else { named.payee };
            let member = self.script.names.institutions[institution.index()].member;
            if let Some(refused) = self.give_one(by_member(member, body(vec![payment])))? {
                return Ok(Some(refused));
            }
        }
        Ok(None)
    }

    /// The oldest closed cycle in which a leg of a member is open.
    fn cycle_owing(&self, member: MemberId, counterparty: Option<MemberId>, pay_in: bool) -> Option<domain::CycleId> {
        let legs = self.state().settlement_legs(ARRANGEMENT);
        let open = legs.iter().find(|view| {
            let leg = view.leg;
            !view.confirmed && leg.member == member && leg.counterparty == counterparty && leg.pay_in == pay_in
        });
        open.map(|view| view.cycle)
    }
}

fn moved(drawing: DrawingId, amount: AmountMinor, repaid: bool) -> CommandBody {
    CommandBody::MoveDrawing { arrangement: ARRANGEMENT, drawing, amount, repaid }
}

/// What is said of a payment that never was: its own order was refused before it had a number.
const UNKNOWN: RefusedBy = RefusedBy { refusal: Refusal::PaymentUnknown, scope: None };

pub(super) fn refused(refusal: Refusal) -> RefusedBy {
    RefusedBy { refusal, scope: None }
}

pub(super) fn refusal_of(answers: &[Answer]) -> Option<RefusedBy> {
    answers.iter().find_map(|answer| match *answer {
        Answer::Refused { refusal, scope, .. } => Some(RefusedBy { refusal, scope }),
        Answer::Accepted { .. } | Answer::Duplicate { .. } | Answer::Pending { .. } => None,
    })
}

fn payment_of(answer: &Answer) -> Option<PaymentId> {
    match *answer {
        Answer::Accepted { payment, .. } | Answer::Refused { payment, .. } => payment,
        Answer::Duplicate { payment, .. } | Answer::Pending { payment } => Some(payment),
    }
}
