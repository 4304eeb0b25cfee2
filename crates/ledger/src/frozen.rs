//! What an open run holds frozen: its instance, what of it settles in order of entry, and whether a proposal may post.

use crate::fifo::{Item, fifo_maximal};
use crate::state::{Arrangement, OpenRun, State};
use domain::{
    ArrangementId, InstitutionId, PaymentId, PaymentState, Refusal, RunId, RunInstance, RunItem, RunParticipant,
    RunProposal,
};
use std::collections::{BTreeMap, BTreeSet};

/// The instance of items under a headroom: without the items of whoever is short, who sends nothing more in this run.
pub(crate) fn make_instance(
    arrangement: ArrangementId,
    run: RunId,
    items: impl Iterator<Item = RunItem>,
    headroom_minor: impl Fn(InstitutionId) -> i128,
) -> RunInstance {
    let mut items: Vec<RunItem> = items.filter(|item| headroom_minor(item.payer) >= 0).collect();
    items.sort_unstable_by_key(|item| item.payment);
    let ends: BTreeSet<InstitutionId> = items.iter().flat_map(|item| [item.payer, item.payee]).collect();
    let participant = |institution| RunParticipant { institution, headroom_minor: headroom_minor(institution) };
    RunInstance { arrangement, run, participants: ends.into_iter().map(participant).collect(), items }
}

/// The instance of everything that is frozen now.
pub(crate) fn instance_of(state: &State, arrangement: &Arrangement) -> RunInstance {
    let frozen = arrangement.queued().filter_map(|payment| {
        let record = state.payments.of(payment);
        let amount = money::AmountMinor::new(record.position_minor).expect("a priced payment has amounts");
        (record.state == PaymentState::InCycle).then_some(RunItem {
            payment,
            payer: record.payer,
            payee: record.payee,
            amount,
            urgent: record.urgent,
        })
    });
    let headroom = |institution| arrangement.of(institution).headroom_minor(&state.accounts);
    make_instance(arrangement.id, arrangement.next_run, frozen, headroom)
}

/// What is left of an open run's items, under the headroom of now.
pub(crate) struct Frozen<'a> {
    state: &'a State,
    arrangement: &'a Arrangement,
    items: Vec<&'a RunItem>,
}

impl<'a> Frozen<'a> {
    pub(crate) fn of(state: &'a State, arrangement: &'a Arrangement, open: &'a OpenRun) -> Self {
        // An item that ended since, by a suspension, may have left memory.
        let in_cycle = |item: &&RunItem| {
            state.payments.get(item.payment).is_some_and(|record| record.state == PaymentState::InCycle)
        };
        Self { state, arrangement, items: open.instance.items.iter().filter(in_cycle).collect() }
    }

    fn headroom_minor(&self, institution: InstitutionId) -> i128 {
        let participant = self.arrangement.participant(institution);
        participant.map_or(0, |participant| participant.headroom_minor(&self.state.accounts))
    }

    /// The FIFO-maximal set, ascending.
    pub(crate) fn fifo(&self) -> Vec<PaymentId> {
        let ends: BTreeSet<InstitutionId> = self.items.iter().flat_map(|item| [item.payer, item.payee]).collect();
        let places: BTreeMap<InstitutionId, usize> = ends.iter().enumerate().map(|(place, id)| (*id, place)).collect();
        let headroom: Vec<i128> = ends.iter().map(|id| self.headroom_minor(*id)).collect();
        let mut payments: Vec<Vec<PaymentId>> = vec![Vec::new(); ends.len()];
        let mut queues: Vec<Vec<Item>> = vec![Vec::new(); ends.len()];
        // Urgent items first, each class in order of entry.
        for urgent in [true, false] {
            for item in self.items.iter().filter(|item| item.urgent == urgent) {
                let payer = places[&item.payer];
                queues[payer].push(Item { payee: places[&item.payee], amount_minor: item.amount.get() });
                payments[payer].push(item.payment);
            }
        }
        let kept = fifo_maximal(&headroom, &queues);
        let mut settled: Vec<PaymentId> =
            payments.iter().zip(kept).flat_map(|(queue, kept)| &queue[..kept]).copied().collect();
        settled.sort_unstable();
        settled
    }

    /// Whether a proposal may post: every row anew, under what is so now.
    pub(crate) fn judge(&self, proposal: &RunProposal) -> Result<(), Refusal> {
        let settled = &proposal.settled;
        let ascending = settled.windows(2).all(|pair| pair[0] < pair[1]);
        let chosen: Vec<&RunItem> = settled.iter().filter_map(|payment| self.item(*payment)).collect();
        if !ascending || chosen.len() != settled.len() {
            return Err(Refusal::ProposalNotFrozen);
        }
        if !self.is_within_headroom(&chosen) {
            return Err(Refusal::ProposalBeyondHeadroom);
        }
        if !self.keeps_order(settled) {
            return Err(Refusal::ProposalOutOfOrder);
        }
        let worth = worth_minor(chosen.into_iter());
        if worth.1 != proposal.value_minor || proposal.upper_bound_minor < proposal.value_minor {
            return Err(Refusal::ProposalValue);
        }
        let fifo = self.fifo();
        if worth < worth_minor(fifo.iter().filter_map(|payment| self.item(*payment))) {
            return Err(Refusal::ProposalBelowFifo);
        }
        Ok(())
    }

    fn item(&self, payment: PaymentId) -> Option<&'a RunItem> {
        self.items.binary_search_by_key(&payment, |item| item.payment).ok().map(|place| self.items[place])
    }

    /// All at once: what each payer receives counts for what it pays.
    fn is_within_headroom(&self, chosen: &[&RunItem]) -> bool {
        let mut left_minor: BTreeMap<InstitutionId, i128> =
            chosen.iter().map(|item| (item.payer, self.headroom_minor(item.payer))).collect();
        for item in chosen {
            let amount = item.amount.as_balance();
            *left_minor.get_mut(&item.payer).expect("each payer was just put in") -= amount;
            if let Some(left) = left_minor.get_mut(&item.payee) {
                *left += amount;
            }
        }
        left_minor.values().all(|left| *left >= 0)
    }

    /// No urgent item passes an earlier one of its queue; ordinary ones may pass what waits.
    fn keeps_order(&self, settled: &[PaymentId]) -> bool {
        let mut waits: BTreeSet<InstitutionId> = BTreeSet::new();
        self.items.iter().filter(|item| item.urgent).all(|item| {
            if settled.binary_search(&item.payment).is_ok() {
                return !waits.contains(&item.payer);
            }
            waits.insert(item.payer);
            true
        })
    }
}

/// What items come to: the urgent ones first, then all of them.
fn worth_minor<'i>(items: impl Iterator<Item = &'i RunItem>) -> (i128, i128) {
    items.fold((0, 0), |(urgent, all), item| {
        let amount = item.amount.as_balance();
        (urgent + if item.urgent { amount } else { 0 }, all + amount)
    })
}
