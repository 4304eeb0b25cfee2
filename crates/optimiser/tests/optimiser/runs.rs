//! Proposals against every subset of small runs, and what only a certificate may lead to.

use certify::queue::{Case, Multipliers, Order};
use domain::{
    Actor, ArrangementId, CommandBody, InstitutionId, PaymentId, RunId, RunInstance, RunItem, RunParticipant,
};
use money::AmountMinor;
use optimiser::{
    Budget, NoProposal, Solved, bilateral_offset_minor, certificate_bytes, instance_of, propose, solve, verify,
};
use proptest::prelude::*;
use std::collections::BTreeSet;

/// Items as (payer, payee, amount, urgent), numbered from 100.
pub(crate) fn run(headroom: &[i128], items: &[(u32, u32, u64, bool)]) -> RunInstance {
    let participant = |(number, headroom_minor): (u32, &i128)| RunParticipant {
        institution: InstitutionId(10 + number),
        headroom_minor: *headroom_minor,
    };
    let item = |(number, (payer, payee, minor, urgent)): (u64, &(u32, u32, u64, bool))| RunItem {
        payment: PaymentId(100 + number),
        payer: InstitutionId(10 + payer),
        payee: InstitutionId(10 + payee),
        amount: AmountMinor::new(*minor).unwrap(),
        urgent: *urgent,
    };
    RunInstance {
        arrangement: ArrangementId(3),
        run: RunId(7),
        participants: (0..).zip(headroom).map(participant).collect(),
        items: (0..).zip(items).map(item).collect(),
    }
}

/// Whether a subset keeps every rule: floors all at once, urgent items in order.
pub(crate) fn is_allowed(run: &RunInstance, settles: impl Fn(usize) -> bool) -> bool {
    let floors = run.participants.iter().all(|participant| {
        let mut left = participant.headroom_minor;
        let mut pays = false;
        for (_, item) in run.items.iter().enumerate().filter(|(place, _)| settles(*place)) {
            let amount = item.amount.as_balance();
            pays |= item.payer == participant.institution;
            left += if item.payee == participant.institution { amount } else { 0 };
            left -= if item.payer == participant.institution { amount } else { 0 };
        }
        left >= 0 || !pays
    });
    let mut waits = BTreeSet::new();
    let order = run.items.iter().enumerate().filter(|(_, item)| item.urgent).all(|(place, item)| {
        if settles(place) {
            return !waits.contains(&item.payer);
        }
        waits.insert(item.payer);
        true
    });
    floors && order
}

fn worth(run: &RunInstance, settles: impl Fn(usize) -> bool) -> (i128, i128) {
    let settled = run.items.iter().enumerate().filter(|(place, _)| settles(*place)).map(|(_, item)| item);
    settled.fold((0, 0), |(urgent, all), item| {
        let amount = item.amount.as_balance();
        (urgent + if item.urgent { amount } else { 0 }, all + amount)
    })
}

fn best(run: &RunInstance) -> (i128, i128) {
    let subsets = 0..1_u32 << run.items.len();
    let allowed = subsets.filter(|subset| is_allowed(run, |place| subset & 1 << place != 0));
    allowed.map(|subset| worth(run, |place| subset & 1 << place != 0)).max().expect("nothing is always allowed")
}

/// Items of the set that settles in order of entry: those clear at the freeze, and are in no run.
fn without_fifo(run: &RunInstance) -> RunInstance {
    let chain = |payer: InstitutionId| {
        let mut places: Vec<usize> = (0..run.items.len()).filter(|place| run.items[*place].payer == payer).collect();
        places.sort_by_key(|place| !run.items[*place].urgent);
        places
    };
    let mut kept: Vec<Vec<usize>> = run.participants.iter().map(|p| chain(p.institution)).collect();
    loop {
        let settles: BTreeSet<usize> = kept.iter().flatten().copied().collect();
        let short = run.participants.iter().zip(&mut kept).find(|(participant, queue)| {
            let flow = |place: &usize| {
                let item = run.items[*place];
                let sign = i128::from(item.payee == participant.institution)
                    - i128::from(item.payer == participant.institution);
                sign * item.amount.as_balance()
            };
            !queue.is_empty() && participant.headroom_minor + settles.iter().map(flow).sum::<i128>() < 0
        });
        let Some((_, queue)) = short else { break };
        queue.pop();
    }
    let mut rest = run.clone();
    for place in kept.iter().flatten() {
        let item = run.items[*place];
        for participant in &mut rest.participants {
            let sign =
                i128::from(item.payee == participant.institution) - i128::from(item.payer == participant.institution);
            participant.headroom_minor += sign * item.amount.as_balance();
        }
    }
    let settled: BTreeSet<PaymentId> = kept.iter().flatten().map(|place| run.items[*place].payment).collect();
    rest.items.retain(|item| !settled.contains(&item.payment));
    rest
}

pub(crate) fn runs() -> impl Strategy<Value = RunInstance> {
    let items = proptest::collection::vec((0_u32..4, 1_u32..4, 1_u64..60, any::<bool>()), 4..14);
    (proptest::collection::vec(0_i128..20, 4), items).prop_map(|(headroom, items)| {
        // Payees counted from the payer, so that nobody pays itself.
        let items: Vec<_> = items.iter().map(|(p, by, minor, urgent)| (*p, (p + by) % 4, *minor, *urgent)).collect();
        without_fifo(&run(&headroom, &items))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn a_proposal_is_the_best_of_all_subsets_and_says_so(run in runs()) {
        prop_assume!(!run.items.is_empty());
        let verified = propose(&run, Budget::default()).unwrap();
        let settled: BTreeSet<PaymentId> = verified.settled().into_iter().collect();
        let settles = |place: usize| settled.contains(&run.items[place].payment);
        prop_assert!(is_allowed(&run, settles));
        prop_assert_eq!(worth(&run, settles), best(&run));
        prop_assert_eq!(worth(&run, settles).1, verified.value_minor());
        prop_assert_eq!(verified.upper_bound_minor(), verified.value_minor(), "small ones are solved to the end");
    }

    #[test]
    fn with_any_budget_the_bound_holds_and_the_same_instance_gives_the_same_command(run in runs(), ticks in 0_u64..400) {
        prop_assume!(!run.items.is_empty());
        let budget = Budget { ticks, gap_ppm: 0 };
        let verified = propose(&run, budget).unwrap();
        prop_assert_eq!(&propose(&run, budget).unwrap(), &verified);
        let settled: BTreeSet<PaymentId> = verified.settled().into_iter().collect();
        let worth = worth(&run, |place| settled.contains(&run.items[place].payment));
        prop_assert!(worth <= best(&run));
        if worth.0 == best(&run).0 {
            prop_assert!(verified.upper_bound_minor() >= best(&run).1);
        }
    }

    #[test]
    fn offsetting_pairs_settles_no_more_than_the_best(headroom in proptest::collection::vec(0_i128..40, 4),
        items in proptest::collection::vec((0_u32..4, 1_u32..4, 1_u64..60), 1..11)) {
        let items: Vec<_> = items.iter().map(|(p, by, minor)| (*p, (p + by) % 4, *minor, false)).collect();
        let run = run(&headroom, &items);
        prop_assert!(bilateral_offset_minor(&run) <= best(&run).1);
    }
}

#[test]
fn pairs_are_offset_in_turn_with_what_the_pairs_before_have_left() {
    assert_eq!(bilateral_offset_minor(&run(&[0, 0, 0], &[(0, 1, 10, false), (1, 2, 10, false), (2, 0, 10, false)])), 0);
    assert_eq!(bilateral_offset_minor(&run(&[0, 0], &[(0, 1, 10, false), (1, 0, 10, false)])), 20);
    assert_eq!(bilateral_offset_minor(&run(&[0, 0], &[(0, 1, 11, false), (1, 0, 10, false)])), 0, "one is short");
    assert_eq!(bilateral_offset_minor(&run(&[1, 0], &[(0, 1, 11, false), (1, 0, 10, false)])), 21);
    // 0 pays 1, which then can pay 2.
    assert_eq!(bilateral_offset_minor(&run(&[5, 0, 0], &[(1, 2, 5, false), (0, 1, 5, false)])), 10);
    // The urgent one goes first, and does not fit.
    assert_eq!(bilateral_offset_minor(&run(&[5, 0], &[(0, 1, 5, false), (0, 1, 6, true)])), 0);
}

/// A large item that nothing pays for, and behind it a ring.
fn ring() -> RunInstance {
    run(&[10, 0, 0], &[(0, 1, 900, false), (0, 1, 50, false), (1, 2, 50, true), (2, 0, 45, false), (2, 0, 4, false)])
}

#[test]
fn a_run_becomes_a_problem_with_an_account_for_each_institution() {
    let instance = instance_of(&ring()).unwrap();
    let balances: Vec<i64> = instance.accounts.iter().map(|account| account.opening_balance).collect();
    assert_eq!(balances, [10, 0, 0]);
    let payments: Vec<_> = instance.payments.iter().map(|p| (p.payer, p.payee, p.amount, p.class)).collect();
    assert_eq!(payments, [(0, 1, 900, 1), (0, 1, 50, 1), (1, 2, 50, 0), (2, 0, 45, 1), (2, 0, 4, 1)]);
    assert_eq!((instance.order, instance.guard), (Order::Bypass { strict_classes: 1 }, true));
    // What binds nobody is cut off: headroom beyond all that is sent, and that of who only receives.
    let instance = instance_of(&run(&[i128::MAX, -5], &[(0, 1, 7, false)])).unwrap();
    assert_eq!(instance.accounts.iter().map(|account| account.opening_balance).collect::<Vec<_>>(), [7, 0]);
}

#[test]
fn the_command_says_what_was_solved_and_what_was_proved() {
    let run = ring();
    let verified = propose(&run, Budget::default()).unwrap();
    let command = verified.command();
    assert_eq!(command.actor, Actor::HOUSE);
    let CommandBody::ProposeRun(proposal) = command.body else { panic!("another command") };
    assert_eq!((proposal.arrangement, proposal.run, proposal.instance), (run.arrangement, run.run, run.digest()));
    assert_eq!(proposal.settled, [101, 102, 103, 104].map(PaymentId));
    assert_eq!((proposal.value_minor, proposal.upper_bound_minor), (149, 149));
    let again = propose(&run, Budget::default()).unwrap();
    assert_eq!(again.certificate_bytes(), verified.certificate_bytes());
    assert_ne!(proposal.certificate, [0; 32]);
}

#[test]
fn what_is_altered_leads_to_no_command() {
    let run = ring();
    let solved = solve(&run, Budget::default(), &mut |_| ()).unwrap();
    type Change = fn(&mut Solved);
    let changes: [Change; 7] = [
        |s| s.proposal.settled.truncate(1),
        |s| s.proposal.settled.insert(0, 0),
        |s| s.certificate.levels[1].claim.upper_bound -= 1,
        |s| s.certificate.levels[1].claim.value += 1,
        |s| s.certificate.levels[0].cases = vec![Case::Leaf { multipliers: 9 }],
        |s| s.certificate.levels[1].multipliers = vec![Multipliers { scale: 0, ..Multipliers::zero() }],
        |s| s.certificate.fifo_removals = None,
    ];
    let bytes = certificate_bytes(&solved.proposal, &solved.certificate);
    for (number, change) in changes.iter().enumerate() {
        let mut altered = solved.clone();
        change(&mut altered);
        assert_ne!(certificate_bytes(&altered.proposal, &altered.certificate), bytes, "change {number}");
        let result = verify(run.clone(), altered);
        assert!(matches!(result, Err(NoProposal::Refused(_))), "change {number}: {result:?}");
    }
    // A certificate of another run proves nothing here.
    let mut other = run.clone();
    other.participants[0].headroom_minor = 0;
    assert!(matches!(verify(other, solved.clone()), Err(NoProposal::Refused(_))));
    assert!(verify(run, solved).is_ok());
}

#[test]
fn a_run_too_large_for_the_solver_is_left_to_the_order_of_entry() {
    let most = AmountMinor::MAX.get();
    let items: Vec<_> = (0..12).map(|_| (0, 1, most, false)).collect();
    assert_eq!(propose(&run(&[5, 0], &items), Budget::default()).unwrap_err(), NoProposal::TooLarge);
}
