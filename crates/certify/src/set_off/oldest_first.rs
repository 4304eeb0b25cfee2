//! The legal order: of parallel obligations the oldest is set off first.

use super::{Instance, Proposal};
use crate::Refused;

/// What matters of an obligation, brought to the others of its debtor.
#[derive(Clone, Copy, Default)]
struct Entry {
    creditor: u32,
    class: u8,
    is_set_off: bool,
    remains: bool,
}

/// The obligations of a debtor to one creditor, as far as they have been gone over.
#[derive(Clone, Copy)]
struct Pair {
    debtor: u32,
    /// Classes of which something remains.
    remaining: u64,
}

/// Checks that of two obligations of one debtor, creditor and class the later is set off only if nothing remains of the
/// earlier, unless that one is dropped.
pub(super) fn check(instance: &Instance, proposal: &Proposal, dropped: &[u32]) -> Result<(), Refused> {
    let (entries, ends) = by_debtor(instance, proposal, dropped);
    let mut pairs = vec![Pair { debtor: u32::MAX, remaining: 0 }; instance.participants as usize];
    let mut from = 0;
    for (debtor, until) in (0..).zip(ends) {
        for entry in &entries[from..until] {
            let pair = &mut pairs[entry.creditor as usize];
            if pair.debtor != debtor {
                *pair = Pair { debtor, remaining: 0 };
            }
            let class = 1_u64 << entry.class;
            if entry.is_set_off && pair.remaining & class != 0 {
                return Err(first_pair_out_of_order(
                    instance,
                    proposal,
                    dropped,
                    (debtor, entry.creditor, entry.class),
                ));
            }
            pair.remaining |= if entry.remains { class } else { 0 };
        }
        from = until;
    }
    Ok(())
}

/// The obligations by debtor, in their order, and where those of each debtor end.
fn by_debtor(instance: &Instance, proposal: &Proposal, mut dropped: &[u32]) -> (Vec<Entry>, Vec<usize>) {
    let mut places = vec![0_usize; instance.participants as usize];
    instance.obligations.iter().for_each(|obligation| places[obligation.debtor as usize] += 1);
    let mut before = 0;
    for place in &mut places {
        before += std::mem::replace(place, before);
    }
    let mut entries = vec![Entry::default(); instance.obligations.len()];
    for (index, (obligation, &amount)) in instance.obligations.iter().zip(&proposal.set_off).enumerate() {
        let is_dropped = dropped.first().is_some_and(|first| *first as usize == index);
        dropped = &dropped[usize::from(is_dropped)..];
        let place = &mut places[obligation.debtor as usize];
        let remains = amount < obligation.amount && !is_dropped;
        entries[*place] =
            Entry { creditor: obligation.creditor, class: obligation.class, is_set_off: amount > 0, remains };
        *place += 1;
    }
    (entries, places)
}

/// Names the two, once it is known that there are some.
fn first_pair_out_of_order(
    instance: &Instance,
    proposal: &Proposal,
    dropped: &[u32],
    parallel: (u32, u32, u8),
) -> Refused {
    let mut indexes = (0..instance.obligations.len()).filter(|index| {
        let obligation = &instance.obligations[*index];
        (obligation.debtor, obligation.creditor, obligation.class) == parallel
    });
    let remains = |index: &usize| {
        let is_dropped = u32::try_from(*index).is_ok_and(|index| dropped.binary_search(&index).is_ok());
        proposal.set_off[*index] < instance.obligations[*index].amount && !is_dropped
    };
    let earlier = indexes.find(remains).expect("bug: nothing remains of what was found to remain");
    let later = indexes.find(|index| proposal.set_off[*index] > 0).expect("bug: nothing later is set off");
    Refused::NotOldestFirst { earlier, later }
}
