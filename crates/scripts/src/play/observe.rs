//! Looking up what is expected, in the engine's state and in what its journal said.

use super::{ARRANGEMENT, Player};
use crate::names::Party;
use crate::report::money_text;
use crate::script::{DrawingFigure, Expectation, LimitFigure, Settlement};
use crate::slot::Money;
use crate::words::{LEG_STATES, name_of};
use domain::event::{CycleClosed, SettlementLeg};
use domain::limit::Scope;
use domain::payment::LegState;
use domain::plan::{CycleLength, Price};
use domain::{
    AccountKey, AccountKind, BookId, CurrencyId, Date, InstitutionId, MemberId, Owner, PaymentState, Refusal,
};
use ledger::facilities::FacilityKind;
use ledger::view::PaymentView;
use money::{Rate, RateRounding, quotient};

/// What was found, and whether it is what was expected.
type Found = (String, bool);

impl Player<'_> {
    pub(super) fn look_up(&self, expectation: &Expectation) -> Found {
        match expectation {
            Expectation::Position { party, money } => self.compare(self.position_minor(*party, money.currency), *money),
            Expectation::Owes { debtor, creditor, money } => {
                let minor = self.state().pair_balance_in_minor(ARRANGEMENT, *debtor, *creditor, money.currency);
                self.compare(minor, *money)
            }
            Expectation::Net { member, money, closed } => self.in_cycle(*closed, |cycle| {
                let net = cycle.nets.iter().find(|(of, _)| of == member).map_or(0, |(_, net)| *net);
                self.compare(net, *money)
            }),
            Expectation::Settlement(settlement) => self.settlement(settlement),
            Expectation::NoSettlement => self.no_settlement(),
            Expectation::PayIns { money, closed } => self.in_cycle(*closed, |cycle| {
                let pay_ins = cycle.legs.iter().filter(|leg| leg.pay_in);
                self.compare(pay_ins.map(|leg| i128::from(leg.amount.get())).sum(), *money)
            }),
            Expectation::Gross(money) => self.compare(self.gross_minor(money.currency), *money),
            Expectation::Interest { debtor, creditor, minor, closed } => self.in_cycle(*closed, |cycle| {
                let found = cycle.interest.iter().find(|(d, c, _)| d == debtor && c == creditor);
                let found = found.map_or(0, |(.., amount)| i128::from(amount.get()));
                self.compare(found, self.in_asset(*minor))
            }),
            Expectation::FxResult { member, money } => self.in_cycle(None, |cycle| {
                let of_member =
                    |result: &&domain::event::FxResult| result.member == *member && result.currency == money.currency;
                let found = cycle.fx_results.iter().find(of_member);
                self.compare(found.map_or(0, |result| result.counterpart_minor - result.settled_minor), *money)
            }),
            Expectation::Balance { kind, owner, money } => {
                self.compare(self.balance_minor(*kind, *owner, money.currency), *money)
            }
            Expectation::Rate { of, per, rate, on } => self.rate(*of, *per, *rate, *on),
            Expectation::Leg { leg, payment, money, state } => self.leg(*leg, *payment, *money, *state),
            Expectation::Payment { payment, state } => match self.payment(*payment) {
                Some(view) => (view.state.name().to_owned(), view.state == *state),
                None => never_entered(),
            },
            Expectation::Refused { refusal, payment, article } => self.refused(*refusal, *payment, article.as_deref()),
            Expectation::Queued { count, at } => {
                let participants = self.state().participants_of(ARRANGEMENT);
                let of =
                    participants.iter().filter(|found| at.is_none_or(|institution| institution == found.institution));
                let found: usize = of.map(|found| found.queued).sum();
                (format!("{found} queued"), u64::try_from(found) == Ok(*count))
            }
            Expectation::TransferDue { debtor, creditor, minor, by } => self.transfer(*debtor, *creditor, *minor, *by),
            Expectation::Limit { scope, of, minor } => self.limit(*scope, *of, *minor),
            Expectation::Cycle { closed, settled } => self.cycle(*closed, *settled),
            Expectation::Parts { member, cash, credit, closed } => {
                self.in_cycle(*closed, |cycle| self.parts(cycle, *member, *cash, *credit))
            }
            Expectation::Cumulative { member, money } => {
                self.compare(self.state().cumulative_position_minor(ARRANGEMENT, *member), *money)
            }
            Expectation::Holding { holding, money } => {
                let found = self.state().credit_holdings(ARRANGEMENT).find(|(known, _)| known == holding);
                self.compare(found.map_or(0, |(_, balance)| balance), *money)
            }
            Expectation::CreditInterest { member, money, from, to } => {
                self.compare(self.credit_interest_minor(*member, *from, *to), *money)
            }
            Expectation::Membership(membership) => self.membership(*membership),
            Expectation::Drawing { drawing, of, money } => self.drawing_figure(*drawing, *of, *money),
            Expectation::Access { member, line, of, money } => self.access(*member, line.as_deref(), *of, *money),
            Expectation::Overdue { member, since } => {
                let found = self.state().overdue_since(ARRANGEMENT, *member);
                let text = found.map_or_else(|| "not overdue".to_owned(), |since| format!("overdue since {since}"));
                (text, found == *since)
            }
            Expectation::Missing(money) => {
                let missing = self.state().missing_for_close_minor(ARRANGEMENT).unwrap_or(0);
                self.compare(i128::from(missing), *money)
            }
        }
    }

    pub(super) fn in_asset(&self, minor: i128) -> Money {
        Money { minor, currency: self.script.asset }
    }

    pub(super) fn text(&self, minor: i128, currency: CurrencyId) -> String {
        money_text(minor, self.script.names.decimals(currency), &self.script.names.code(currency))
    }

    pub(super) fn compare(&self, found_minor: i128, expected: Money) -> Found {
        (self.text(found_minor, expected.currency), found_minor == expected.minor)
    }

    fn in_cycle(&self, closed: Option<Date>, look: impl Fn(&CycleClosed) -> Found) -> Found {
        self.record.cycle(closed).map_or_else(|| ("no such cycle has closed".to_owned(), false), look)
    }

    pub(super) fn institutions_of(&self, member: MemberId) -> impl Iterator<Item = InstitutionId> + '_ {
        let all = self.script.names.institutions.iter().enumerate();
        all.filter(move |(_, named)| named.member == member).map(|(place, _)| InstitutionId::from_index(place))
    }

    pub(super) fn position_minor(&self, party: Party, currency: CurrencyId) -> i128 {
        let of = |institution| {
            self.state().balance_minor(&AccountKey {
                book: BookId::Arrangement(ARRANGEMENT),
                owner: Owner::Institution(institution),
                currency,
                kind: AccountKind::Position,
            })
        };
        match party {
            Party::Institution(institution) => of(institution),
            Party::Member(member) => self.institutions_of(member).map(of).sum(),
        }
    }

    /// Balance of a kind that is somebody's, in whatever book: of a member its own, or, where it has none of that kind, those
    /// of its institutions together.
    pub(super) fn balance_minor(&self, kind: AccountKind, owner: Option<Party>, currency: CurrencyId) -> i128 {
        let of_kind = || self.state().trial_balance().filter(|(key, _)| key.kind == kind && key.currency == currency);
        let sum = |is_owners: &dyn Fn(&AccountKey) -> bool| -> Option<i128> {
            let mut balances = of_kind().filter(|(key, _)| is_owners(key)).map(|(_, balance)| balance).peekable();
            balances.peek().is_some().then(|| balances.sum())
        };
        let found = match owner {
            None => sum(&|key| key.owner == Owner::House),
            Some(Party::Institution(institution)) => sum(&|key| key.owner == Owner::Institution(institution)),
            Some(Party::Member(member)) => {
                let own = |key: &AccountKey| match key.owner {
                    Owner::Member(of) => of == member,
                    Owner::Arrangement(_) => key.book == BookId::Edge(member),
                    Owner::Institution(_) | Owner::House => false,
                };
                let of_institutions = |key: &AccountKey| match key.owner {
                    Owner::Institution(of) => self.script.names.institutions[of.index()].member == member,
                    Owner::Member(_) | Owner::Arrangement(_) | Owner::House => false,
                };
                sum(&own).or_else(|| sum(&of_institutions))
            }
        };
        found.unwrap_or(0)
    }

    fn payment(&self, place: usize) -> Option<PaymentView> {
        self.state().payment(self.payments[place]?)
    }

    /// What has cleared and was not given back.
    fn gross_minor(&self, currency: CurrencyId) -> i128 {
        let cleared = |state: PaymentState| {
            matches!(
                state,
                PaymentState::Cleared | PaymentState::PaidOut | PaymentState::PartlyReturned | PaymentState::Disputed
            )
        };
        let of_script = self.payments.iter().flatten().filter_map(|payment| self.state().payment(*payment));
        of_script
            .filter(|view| cleared(view.state) && view.position_currency == currency && view.return_of.is_none())
            .map(|view| i128::from(view.position_minor) - i128::from(view.returned_minor))
            .sum()
    }

    fn settlement(&self, expected: &Settlement) -> Found {
        let of_member = |leg: &SettlementLeg| {
            leg.member == expected.member
                && leg.pay_in == expected.pay_in
                && expected.counterparty.is_none_or(|other| leg.counterparty == Some(other))
        };
        let cycles = self.record.closed.iter().rev();
        let due = cycles.filter(|cycle| expected.on.is_none_or(|on| cycle.settle_on == on));
        let mut legs = due.flat_map(|cycle| {
            let legs = cycle.legs.iter().enumerate().filter(|(_, leg)| of_member(leg));
            legs.map(move |(place, leg)| (cycle, place, *leg))
        });
        let Some(first) = legs.next() else { return ("no such leg".to_owned(), false) };
        let right = |(.., leg): &(&CycleClosed, usize, SettlementLeg)| i128::from(leg.amount.get()) == expected.minor;
        // Of several legs of the newest cycle, that of the amount.
        let of_cycle = legs.take_while(|(cycle, ..)| cycle.cycle == first.0.cycle);
        let (cycle, place, leg) = if right(&first) { first } else { of_cycle.into_iter().find(right).unwrap_or(first) };
        let number = u32::try_from(place).unwrap_or(u32::MAX);
        let confirmed = self.record.confirmed.contains(&(cycle.cycle, number));
        let missing = self.record.missing.contains(&(cycle.cycle, number));
        let (state, is_so) = match (confirmed, missing) {
            (true, _) => ("confirmed", expected.confirmed.is_none_or(|wanted| wanted)),
            (false, true) => ("completed without it", expected.confirmed.is_none()),
            (false, false) => ("open", expected.confirmed.is_none_or(|wanted| !wanted)),
        };
        let holds = i128::from(leg.amount.get()) == expected.minor && is_so;
        (self.leg_text(&leg, cycle.settle_on, state), holds)
    }

    fn leg_text(&self, leg: &SettlementLeg, settle_on: Date, state: &str) -> String {
        let names = &self.script.names;
        let (verb, word) = if leg.pay_in { ("pays", "to") } else { ("receives", "from") };
        let other = leg.counterparty.map_or_else(String::new, |other| format!(" {word} {}", names.member_code(other)));
        let amount = self.text(i128::from(leg.amount.get()), self.script.asset);
        format!("{} {verb} {amount}{other} due {settle_on} {state}", names.member_code(leg.member))
    }

    fn no_settlement(&self) -> Found {
        let legs = self.state().settlement_legs(ARRANGEMENT);
        match legs.iter().find(|view| !view.confirmed) {
            Some(view) => (self.leg_text(&view.leg, view.settle_on, "open"), false),
            None => ("no settlement".to_owned(), true),
        }
    }

    /// The rate of a fixing between two currencies, by the rulebook's rounding.
    fn rate(&self, of: CurrencyId, per: CurrencyId, expected: Rate, on: Option<Date>) -> Found {
        let Price::Open { rounding } = self.script.plan.price else {
            return ("the rulebook has no fixing".to_owned(), false);
        };
        let fixing = match on {
            Some(date) => self.record.fixings.iter().rev().find(|(fixed, _)| *fixed == date),
            None => self.record.fixings.last(),
        };
        let Some((_, rates)) = fixing else { return ("no such fixing was made".to_owned(), false) };
        let reference = |currency| rates.iter().find(|(known, _)| *known == currency).map(|(_, rate)| *rate);
        let (Some(payer), Some(payee)) = (reference(of), reference(per)) else {
            return ("no reference rate was fixed".to_owned(), false);
        };
        match quotient(payer, payee, self.direction(of, per).unwrap_or(rounding)) {
            Ok(found) => (found.to_string(), found.cmp_value(expected).is_eq()),
            Err(error) => (error.to_string(), false),
        }
    }

    fn leg(&self, leg: u8, payment: usize, money: Option<Money>, state: Option<LegState>) -> Found {
        let Some(view) = self.payment(payment) else { return never_entered() };
        let edge = |institution: InstitutionId| match self.script.plan.price {
            Price::Par => self.script.asset,
            Price::Fixed { .. } | Price::Open { .. } => self.script.names.institutions[institution.index()].currency,
        };
        let (minor, currency, found_state) = match leg {
            1 => (view.payer_minor, edge(view.payer), Some(view.collection)),
            2 => (view.position_minor, view.position_currency, None),
            _ => (view.payee_minor, edge(view.payee), Some(view.payout)),
        };
        let amount_holds = money.is_none_or(|money| money.currency == currency && money.minor == i128::from(minor));
        let state_holds = state.is_none_or(|wanted| found_state == Some(wanted));
        let text = self.text(i128::from(minor), currency);
        let shown = match found_state {
            Some(found) => format!("{text} is {}", name_of(LEG_STATES, &found)),
            None => text,
        };
        (shown, amount_holds && state_holds)
    }

    fn refused(&self, expected: Refusal, payment: Option<usize>, article: Option<&str>) -> Found {
        let found = match payment {
            Some(place) => match (self.payment(place), self.payments[place]) {
                (Some(view), _) => view.refusal.or_else(|| self.refusal_of_last()),
                (None, _) => self.refusal_of_last(),
            },
            None => self.refusal_of_last(),
        };
        let Some(found) = found else { return ("it was accepted".to_owned(), false) };
        let citation = found.rule().and_then(|rule| self.script.plan.article(rule)).map(|article| &article.citation);
        let article_holds = article.is_none_or(|wanted| citation.is_some_and(|citation| citation == wanted));
        (self.refusal_text(found), found == expected && article_holds)
    }

    fn refusal_of_last(&self) -> Option<Refusal> {
        self.last.as_ref().and_then(|last| last.refused).map(|refused| refused.refusal)
    }

    fn transfer(&self, debtor: MemberId, creditor: MemberId, minor: i128, by: Option<Date>) -> Found {
        let due = self.state().transfers_due(ARRANGEMENT);
        let found = due.into_iter().find(|(d, c, ..)| (*d, *c) == (debtor, creditor));
        let Some((_, _, found, until)) = found else { return ("no transfer is due".to_owned(), minor == 0) };
        let holds = i128::from(found) == minor && by.is_none_or(|by| by == until);
        (format!("{} due {until}", self.text(i128::from(found), self.script.asset)), holds)
    }

    fn limit(&self, scope: Scope, of: LimitFigure, minor: i128) -> Found {
        let Some((used, maximum)) = self.state().limit_use_minor(ARRANGEMENT, scope) else {
            return ("there is no such limit".to_owned(), false);
        };
        match (of, maximum) {
            (LimitFigure::Maximum, Some(maximum)) => self.compare(maximum, self.in_asset(minor)),
            (LimitFigure::Use, _) => self.compare(used, self.in_asset(minor)),
            (LimitFigure::Room, Some(maximum)) => self.compare(maximum - used, self.in_asset(minor)),
            (LimitFigure::Room | LimitFigure::Maximum, None) => {
                ("it does not bind: nobody has set it".to_owned(), false)
            }
        }
    }

    fn cycle(&self, closed: Date, settled: bool) -> Found {
        let Some(cycle) = self.record.cycle(Some(closed)) else {
            let length = match self.script.plan.cycle.length {
                CycleLength::Day => "",
                _ => ": cycles last longer than a day",
            };
            return (format!("no cycle has closed on {closed}{length}"), false);
        };
        let is_settled = self.record.settled.contains(&cycle.cycle);
        (if is_settled { "settled" } else { "open" }.to_owned(), is_settled == settled)
    }
}

impl Player<'_> {
    /// Decimals and rounding of rates from one currency into another, where the rulebook has them for that direction.
    fn direction(&self, of: CurrencyId, per: CurrencyId) -> Option<RateRounding> {
        let uses = |code: &str, currency: CurrencyId| {
            self.script.names.members.iter().any(|member| member.code == code && member.currency == currency)
        };
        let mut directions = self.script.plan.additions.price_directions.iter();
        let found = directions.find(|direction| uses(&direction.payer, of) && uses(&direction.payee, per));
        found.map(|direction| direction.rounding)
    }

    /// How a net was parted: all of it in cash where the close has nothing on credit.
    fn parts(&self, cycle: &CycleClosed, member: MemberId, cash: Money, credit: Money) -> Found {
        let part =
            self.record.credit_of(cycle.cycle).and_then(|close| close.parts.iter().find(|part| part.member == member));
        let net = || cycle.nets.iter().find(|(of, _)| *of == member).map_or(0, |(_, net)| *net);
        let (cash_minor, credit_minor) = part.map_or_else(|| (net(), 0), |part| (part.cash_minor, part.credit_minor));
        let text = |minor| self.text(minor, self.script.asset);
        let holds = (cash_minor, credit_minor) == (cash.minor, credit.minor);
        (format!("{} in cash and {} on credit", text(cash_minor), text(credit_minor)), holds)
    }

    /// Interest on credit paid to a member, at the last close or at those of some dates.
    fn credit_interest_minor(&self, member: MemberId, from: Option<Date>, to: Option<Date>) -> i128 {
        let last = self.record.closed.last().map(|cycle| cycle.date);
        let whole = from.is_some() || to.is_some();
        let counts = |date: Date| {
            let after = from.is_none_or(|from| date >= from) && to.is_none_or(|to| date <= to);
            if whole { after } else { Some(date) == last }
        };
        let closes = self.record.credit.iter().filter(|close| counts(close.closed.date));
        let of_member = closes.flat_map(|close| &close.interest).filter(|(of, _)| *of == member);
        of_member.map(|(_, paid)| paid).sum()
    }
}

impl Player<'_> {
    fn drawing_figure(&self, place: usize, of: DrawingFigure, money: Money) -> Found {
        // What is wholly repaid is no drawing any more: all its figures are zero.
        let Some(view) = self.drawing(place) else {
            return match self.drawings[place] {
                Some(_) => self.compare(0, money),
                None => ("it was not drawn".to_owned(), false),
            };
        };
        let found = match of {
            DrawingFigure::Owed => view.owed_minor(),
            DrawingFigure::Interest => view.interest_due_minor,
            DrawingFigure::Due(date) => {
                view.instalments.iter().filter(|(due, _)| *due == date).map(|(_, minor)| minor).sum()
            }
            DrawingFigure::Held if view.swap.is_some_and(|swap| swap.currency != money.currency) => 0,
            DrawingFigure::Held => view.held_minor,
        };
        self.compare(i128::from(found), money)
    }

    /// What a member may draw on a line, or over all of them, of the answer to who can draw what.
    fn access(&self, member: MemberId, line: Option<&str>, of: LimitFigure, money: Money) -> Found {
        let lines = self.script.plan.additions.reserve.iter().flat_map(|rule| &rule.lines);
        let place = line.and_then(|line| lines.into_iter().position(|known| known.name == line));
        let kind = match place.map(u8::try_from) {
            Some(Ok(line)) => FacilityKind::ReserveLine { line },
            _ => FacilityKind::Reserve,
        };
        let facilities = self.state().facilities(ARRANGEMENT);
        let found = facilities.iter().find(|facility| facility.member == member && facility.kind == kind);
        let Some(found) = found else { return ("the member does not have it".to_owned(), false) };
        let minor = match of {
            LimitFigure::Maximum => found.limit_minor,
            LimitFigure::Use => Some(found.drawn_minor),
            LimitFigure::Room => found.room_minor,
        };
        minor.map_or_else(|| ("nothing limits it".to_owned(), false), |minor| self.compare(i128::from(minor), money))
    }
}

fn never_entered() -> Found {
    ("it was never entered".to_owned(), false)
}
