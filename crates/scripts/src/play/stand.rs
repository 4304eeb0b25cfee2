//! What stands at the end of a date: rows of the report.

use super::{ARRANGEMENT, Player};
use crate::names::Party;
use crate::report::Row;
use crate::words::account_name;
use domain::plan::Counterparty;
use domain::{AccountKind, BookId, CurrencyId, MemberId, Owner};
use std::collections::BTreeMap;

impl Player<'_> {
    pub(super) fn standing(&mut self) -> Vec<Row> {
        let mut rows = self.fixings();
        rows.extend(self.positions());
        rows.extend(self.pairs());
        rows.extend(self.nets());
        rows.extend(self.legs());
        rows.extend(self.transfers());
        rows.extend(self.rests());
        rows.extend(self.drawn());
        rows.extend(self.balances());
        rows
    }

    pub(super) fn amount(&self, minor: i128, currency: CurrencyId) -> Option<(i128, u8, String)> {
        Some((minor, self.script.names.decimals(currency), self.script.names.code(currency)))
    }

    fn row(&self, what: &str, member: MemberId, amount: (i128, CurrencyId), note: String) -> Row {
        let who = self.script.names.member_code(member).to_owned();
        Row { what: what.to_owned(), who, other: None, amount: self.amount(amount.0, amount.1), note }
    }

    fn members(&self) -> impl Iterator<Item = MemberId> + use<> {
        (0..self.script.names.members.len()).map(MemberId::from_index)
    }

    fn currencies(&self) -> impl Iterator<Item = CurrencyId> + use<> {
        (0..self.script.names.currencies.len()).map(CurrencyId::from_index)
    }

    /// Reference rates fixed since the last report.
    fn fixings(&mut self) -> Vec<Row> {
        let from = std::mem::replace(&mut self.record.fixings_shown, self.record.fixings.len());
        let fixings = self.record.fixings[from..].iter();
        let each = fixings.flat_map(|(date, rates)| rates.iter().map(move |(currency, rate)| (date, currency, rate)));
        each.map(|(date, currency, rate)| Row {
            what: "rate".to_owned(),
            who: self.script.names.code(*currency),
            other: Some(self.script.names.code(self.script.asset)),
            amount: None,
            note: format!("{rate}, fixed {date}"),
        })
        .collect()
    }

    fn positions(&self) -> Vec<Row> {
        let mut rows = Vec::new();
        for member in self.members() {
            for currency in self.currencies() {
                let minor = self.position_minor(Party::Member(member), currency);
                if minor != 0 {
                    rows.push(self.row("position", member, (minor, currency), String::new()));
                }
            }
        }
        rows
    }

    /// Who owes whom, where members owe each other and not the house.
    fn pairs(&self) -> Vec<Row> {
        let mut rows = Vec::new();
        if self.script.plan.counterparty != Counterparty::Pair {
            return rows;
        }
        for debtor in self.members() {
            for creditor in self.members().filter(|creditor| *creditor != debtor) {
                for currency in self.currencies() {
                    let minor = self.state().pair_balance_in_minor(ARRANGEMENT, debtor, creditor, currency);
                    if minor > 0 {
                        let row = self.row("owes", debtor, (minor, currency), String::new());
                        rows.push(Row { other: Some(self.script.names.member_code(creditor).to_owned()), ..row });
                    }
                }
            }
        }
        rows
    }

    /// Nets, interest and FX results of cycles that closed since the last report.
    fn nets(&mut self) -> Vec<Row> {
        let from = std::mem::replace(&mut self.record.closed_shown, self.record.closed.len());
        let asset = self.script.asset;
        let mut rows = Vec::new();
        for cycle in &self.record.closed[from..] {
            let note = format!("cycle closed {}", cycle.date);
            for (debtor, creditor, amount) in &cycle.interest {
                let row = self.row("interest", *debtor, (i128::from(amount.get()), asset), note.clone());
                rows.push(Row { other: Some(self.script.names.member_code(*creditor).to_owned()), ..row });
            }
            for (member, net) in &cycle.nets {
                rows.push(self.row("net", *member, (*net, asset), note.clone()));
            }
            for part in self.record.credit_of(cycle.cycle).iter().flat_map(|close| &close.parts) {
                rows.push(self.row("in cash", part.member, (part.cash_minor, asset), note.clone()));
                rows.push(self.row("on credit", part.member, (part.credit_minor, asset), note.clone()));
            }
            for result in &cycle.fx_results {
                let minor = result.counterpart_minor - result.settled_minor;
                if minor != 0 {
                    rows.push(self.row("result", result.member, (minor, result.currency), note.clone()));
                }
            }
        }
        rows
    }

    /// Legs of settlement that are open.
    fn legs(&self) -> Vec<Row> {
        let open = self.state().settlement_legs(ARRANGEMENT).into_iter().filter(|view| !view.confirmed);
        open.map(|view| {
            let what = if view.leg.pay_in { "pays" } else { "receives" };
            let amount = (i128::from(view.leg.amount.get()), self.script.asset);
            let row = self.row(what, view.leg.member, amount, format!("due {}", view.settle_on));
            let other = view.leg.counterparty.map(|other| self.script.names.member_code(other).to_owned());
            Row { other, ..row }
        })
        .collect()
    }

    fn transfers(&self) -> Vec<Row> {
        let due = self.state().transfers_due(ARRANGEMENT).into_iter();
        due.map(|(debtor, creditor, minor, by)| {
            let row = self.row("transfer", debtor, (i128::from(minor), self.script.asset), format!("due {by}"));
            Row { other: Some(self.script.names.member_code(creditor).to_owned()), ..row }
        })
        .collect()
    }

    /// What is owed to the reserve fund, drawing by drawing.
    fn drawn(&self) -> Vec<Row> {
        let drawings = self.state().drawings(ARRANGEMENT).into_iter();
        drawings
            .map(|view| {
                let next = view.instalments.first().map_or_else(String::new, |(due, _)| format!(", next due {due}"));
                let amount = (i128::from(view.owed_minor()), self.script.asset);
                self.row("drawn", view.member, amount, format!("{}{next}", view.line))
            })
            .collect()
    }

    /// Accounts of members that are not at zero, but for positions, which have rows of their own, and for the edge, of which
    /// only what an institution is owed and a member's own result are shown.
    fn balances(&self) -> Vec<Row> {
        let mut sums: BTreeMap<(AccountKind, MemberId, CurrencyId), i128> = BTreeMap::new();
        for (key, balance) in self.state().trial_balance().filter(|(_, balance)| *balance != 0) {
            let shown = !key.kind.is_edge() || matches!(key.kind, AccountKind::PayoutDue | AccountKind::FxResult);
            let member = match (key.owner, key.book) {
                (Owner::Member(member), _) => member,
                (Owner::Institution(institution), _) => self.script.names.institutions[institution.index()].member,
                (Owner::Arrangement(_), BookId::Edge(member)) => member,
                (Owner::Arrangement(_) | Owner::House, _) => continue,
            };
            if shown && key.kind != AccountKind::Position {
                *sums.entry((key.kind, member, key.currency)).or_default() += balance;
            }
        }
        let rows = sums.into_iter().filter(|(_, minor)| *minor != 0);
        rows.map(|((kind, member, currency), minor)| {
            self.row(&account_name(kind), member, (minor, currency), String::new())
        })
        .collect()
    }
}
