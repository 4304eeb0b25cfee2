//! What nobody should do: acts without right, without a second person, about what does not exist.

use super::operator::by_operator;
use super::{People, Scene, Sent};
use domain::command::CommandBody;
use domain::event::Stage;
use domain::limit::{LimitSetting, Scope};
use domain::{
    Actor, ArrangementId, CalendarId, Command, CurrencyId, CycleId, Date, InstitutionId, MemberId, PaymentId,
    RulebookId,
};
use money::{AmountMinor, CurrencyCode};

impl People {
    pub(super) fn is_wrong(&mut self, scene: Scene<'_>) -> Option<Sent> {
        let command = match self.random.below(3) {
            0 => self.acts_without_right(scene),
            1 => self.acts_alone(),
            _ => self.names_what_is_not_there(),
        };
        Some(command.into())
    }

    /// A right command from the wrong person.
    fn acts_without_right(&mut self, scene: Scene<'_>) -> Command {
        let actors = [
            Actor::institution(InstitutionId(0), 0),
            Actor::member(MemberId(0), 1),
            Actor::member(MemberId(1), 1),
            Actor::agent(1),
            Actor::HOUSE,
        ];
        let actor = *self.random.pick(&actors).expect("some");
        let payment = PaymentId(self.random.below(u64::try_from(scene.mirror.payments.len()).expect("64 bits") + 1));
        let body = match self.random.below(6) {
            0 => CommandBody::Suspend { arrangement: ArrangementId(0), member: MemberId(1) },
            1 => CommandBody::EndDispute { payment, outcome: domain::event::DisputeOutcome::Upheld },
            2 => CommandBody::RegisterCurrency { code: CurrencyCode::new(b"ZZZ"), minor_decimals: 2 },
            3 => CommandBody::OpenDay {
                arrangement: ArrangementId(0),
                date: scene.shape.start,
                schedule: Vec::new(),
                time_zone_version: "none".to_owned(),
            },
            4 => CommandBody::DefineCalendar { name: "nobody's".to_owned() },
            _ => CommandBody::SetLimit(LimitSetting {
                arrangement: ArrangementId(0),
                scope: Scope::CommittedLine(MemberId(0)),
                maximum_minor: 1,
                effective: Date(30_000),
            }),
        };
        Command::by(actor, body)
    }

    /// A right command that lacks a second person, or has the same person twice.
    fn acts_alone(&mut self) -> Command {
        let body = match self.random.below(3) {
            0 => CommandBody::Suspend { arrangement: ArrangementId(0), member: MemberId(0) },
            1 => CommandBody::RegisterCurrency { code: CurrencyCode::new(b"ZZZ"), minor_decimals: 2 },
            _ => CommandBody::RegisterMember { code: "ZZZ".to_owned(), bic: "ZZZZZZZZ".to_owned() },
        };
        if self.random.chance(500_000) {
            Command::by(Actor::operator(1), body)
        } else {
            Command::approved(Actor::operator(1), Actor::operator(1), body)
        }
    }

    fn names_what_is_not_there(&mut self) -> Command {
        let (arrangement, member, institution) = (ArrangementId(77), MemberId(777), InstitutionId(7_777));
        let amount = AmountMinor::new(7).expect("an amount");
        let payment = PaymentId(u64::from(u32::MAX));
        let known = ArrangementId(0);
        match self.random.below(11) {
            0 => by_operator(CommandBody::Suspend { arrangement, member }),
            1 => by_operator(CommandBody::Suspend { arrangement: known, member }),
            2 => Command::by(Actor::member(member, 1), CommandBody::ConfirmPayouts { arrangement: known, institution }),
            3 => Command::by(Actor::institution(institution, 0), CommandBody::Cancel { payment }),
            4 => Command::by(Actor::institution(institution, 0), CommandBody::OpenDispute { payment }),
            5 => by_operator(CommandBody::OpenArrangement {
                rulebook: RulebookId(77),
                agent_calendar: CalendarId(77),
                asset_calendar: CalendarId(77),
            }),
            6 => {
                let payout_at_clearing = false;
                let body = CommandBody::Join { arrangement: known, member, stage: Stage::Net, payout_at_clearing };
                Command::by(Actor::member(member, 1), body)
            }
            7 => {
                let body = CommandBody::MovePrefunding { arrangement: known, member, amount, deposit: true };
                Command::by(Actor::agent(1), body)
            }
            8 => {
                let (cycle, counterparty) = (CycleId(7_777), None);
                let body = CommandBody::ConfirmSettlement { arrangement: known, cycle, member, counterparty, amount };
                Command::by(Actor::agent(1), body)
            }
            9 => {
                let (code, jurisdiction) = ("NOWHERE".to_owned(), "ZZZ".to_owned());
                let (calendar, currency) = (CalendarId(777), CurrencyId(777));
                let body = CommandBody::AuthoriseInstitution { member, code, jurisdiction, calendar, currency };
                Command::by(Actor::member(member, 1), body)
            }
            _ => {
                let payments = vec![payment, payment];
                let body = CommandBody::GiveConformity { arrangement: known, payments, conforming: true };
                Command::by(Actor::member(MemberId(0), 1), body)
            }
        }
    }
}
