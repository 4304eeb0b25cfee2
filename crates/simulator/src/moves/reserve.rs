//! Drawing on a reserve fund, and what the agent confirms of it.

use super::operator::by_operator;
use super::{People, Scene, Sent};
use domain::reserve::{ReserveAgainst, ReserveGrant, ReserveLine};
use domain::{Actor, ArrangementId, Command, CommandBody, DrawingId, MemberId};
use money::AmountMinor;

impl People {
    /// Contributions, more in than out; now and then capital from outside.
    pub(super) fn contributes_to_a_reserve(&mut self, scene: Scene<'_>) -> Option<Sent> {
        let arrangement = self.arrangement(scene)?;
        scene.shape.arrangement(arrangement).plan.additions.reserve.as_ref()?;
        let member = self.member(scene, arrangement)?;
        let amount = AmountMinor::new(scene.shape.typical_minor * self.random.magnitude(1, 100)).ok()?;
        let member = (!self.random.chance(100_000)).then_some(member);
        let body = CommandBody::MoveFund { arrangement, member, amount, deposit: self.random.chance(800_000) };
        Some(Command::by(Actor::agent(1), body).into())
    }

    pub(super) fn draws_on_a_reserve(&mut self, scene: Scene<'_>) -> Option<Sent> {
        let arrangement = self.arrangement(scene)?;
        let rule = scene.shape.arrangement(arrangement).plan.additions.reserve.as_ref()?;
        let member = self.member(scene, arrangement)?;
        let line = self.random.pick(&rule.lines)?.clone();
        let amount = AmountMinor::new(scene.shape.typical_minor * self.random.magnitude(1, 100) + 1).ok()?;
        let currency = scene.shape.member(member).currency;
        let against = (line.against == ReserveAgainst::Currency).then_some(currency);
        let name = if self.random.chance(scene.knobs.wrong_ppm) { "of nobody".to_owned() } else { line.name.clone() };
        let body = CommandBody::DrawReserve { arrangement, member, line: name, amount, against };
        Some(granted(&line, member, body).into())
    }

    /// The agent pays a drawing out, or is paid: a part, or more than is owed.
    pub(super) fn moves_a_drawing(&mut self, scene: Scene<'_>) -> Option<Sent> {
        let (arrangement, drawing) = self.drawing(scene)?;
        let seen = scene.view(arrangement).drawings[&drawing];
        let minor = match self.random.below(3) {
            _ if !seen.paid_out => seen.owed_minor + u64::from(self.random.chance(scene.knobs.wrong_ppm)),
            0 => seen.owed_minor + self.random.magnitude(1, 100),
            1 => seen.owed_minor,
            _ => self.random.between(1, seen.owed_minor),
        };
        let amount = AmountMinor::new(minor).ok()?;
        let body = CommandBody::MoveDrawing { arrangement, drawing, amount, repaid: seen.paid_out };
        Some(Command::by(Actor::agent(1), body).into())
    }

    pub(super) fn renews_a_drawing(&mut self, scene: Scene<'_>) -> Option<Sent> {
        let (arrangement, drawing) = self.drawing(scene)?;
        let seen = scene.view(arrangement).drawings[&drawing];
        let rule = scene.shape.arrangement(arrangement).plan.additions.reserve.as_ref()?;
        let line = rule.lines.get(usize::from(seen.line))?;
        Some(granted(line, seen.member, CommandBody::RenewDrawing { arrangement, drawing }).into())
    }

    fn drawing(&mut self, scene: Scene<'_>) -> Option<(ArrangementId, DrawingId)> {
        let arrangement = self.arrangement(scene)?;
        let drawings: Vec<DrawingId> = scene.view(arrangement).drawings.keys().copied().collect();
        Some((arrangement, *self.random.pick(&drawings)?))
    }
}

fn granted(line: &ReserveLine, member: MemberId, body: CommandBody) -> Command {
    match line.granted_by {
        ReserveGrant::Right => Command::by(Actor::member(member, 1), body),
        ReserveGrant::Decision => by_operator(body),
    }
}
