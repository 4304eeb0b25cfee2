//! Runs that stay open in a node: what the optimiser proves posts, and whatever happens meanwhile, the rules are kept.

use crate::house::{ARRANGEMENT, date, new_house, noon, open, order};
use domain::command::{Command, CommandBody, Order, SubmitPayment};
use domain::limit::{LimitSetting, Scope};
use domain::{
    Actor, EventBody, InstitutionId, MemberId, PaymentId, PaymentState, Refusal, RunMethod, RunProposal, Timestamp,
};
use engine::Batch;
use journal::Journal;
use ledger::Answer;
use money::AmountMinor;
use node::{Node, Optimising, Options};
use std::path::Path;

/// What the payer may owe beyond what it is owed: what is larger waits.
const SHARE_MINOR: u64 = 1;

const LARGE: PaymentId = PaymentId(0);
const THERE: PaymentId = PaymentId(1);
const BACK: PaymentId = PaymentId(2);

fn minute(minutes: i64) -> Timestamp {
    noon().plus_us(minutes * 60_000_000)
}

/// When the next run of the day is due.
fn run_at() -> Timestamp {
    minute(10)
}

fn just_after() -> Timestamp {
    run_at().plus_us(1_000_000)
}

fn too_late() -> Timestamp {
    minute(11)
}

fn options() -> Options {
    Options { shadowing: None, ..Options::new(11) }
}

fn without_optimiser() -> Options {
    Options { optimising: None, ..options() }
}

fn submit(number: u64, payer: u32, payee: u32, minor: u64) -> Command {
    let (command, _) = order(number);
    let CommandBody::Submit(submission) = command.body else { panic!("an order") };
    let (payer, payee) = (InstitutionId(payer), InstitutionId(payee));
    let order =
        Order { payer, payee, amount: AmountMinor::new(minor).expect("an amount"), ..submission.order().clone() };
    Command::by(Actor::institution(payer, 0), CommandBody::Submit(SubmitPayment::new(order)))
}

fn cut_share(institution: u32, maximum_minor: u64) -> Command {
    let scope = Scope::InstitutionShare(InstitutionId(institution));
    let setting = LimitSetting { arrangement: ARRANGEMENT, scope, maximum_minor, effective: date() };
    let member = MemberId(u16::try_from(institution).expect("few"));
    Command::by(Actor::member(member, 1), CommandBody::SetLimit(setting))
}

/// Through the node: proposals that are ready go before.
fn ask(node: &mut Node, at: Timestamp, command: Command) -> Answer {
    node.submit(&Batch::of(at, [command]), &[]).expect("taken");
    node.wait().expect("lives").expect("answered").answers[0].answer
}

/// Past the optimiser: while it thinks.
fn meanwhile(node: &mut Node, at: Timestamp, command: Command) -> Answer {
    node.engine().submit(&Batch::of(at, [command])).expect("taken");
    node.engine().wait().expect("lives").expect("answered").answers[0].answer
}

fn pulse(node: &mut Node, at: Timestamp) {
    node.submit(&Batch::pulse(at), &[]).expect("taken");
    while node.wait().expect("lives").is_some() {}
}

/// The optimiser has thought, and says so.
fn answer(node: &mut Node, at: Timestamp) {
    node.answer_open_runs(at).expect("taken");
    while node.wait().expect("lives").is_some() {}
}

/// One owes another 90 and, behind it, 5; and is owed 4. The 90 never fit; the others settle together, past it.
fn waiting_house(dir: &Path, options: &Options) -> Node {
    let mut node = new_house(dir, options);
    let mut commands: Vec<Command> = (0..3).map(|institution| cut_share(institution, SHARE_MINOR)).collect();
    commands.extend([submit(0, 0, 1, 90), submit(1, 0, 1, 5), submit(2, 1, 0, 4)]);
    for command in commands {
        let answer = ask(&mut node, noon(), command.clone());
        assert!(matches!(answer, Answer::Accepted { .. }), "{command:?} was answered {answer:?}");
    }
    assert_eq!([LARGE, THERE, BACK].map(|payment| state(&mut node, payment)), [PaymentState::Queued; 3]);
    node
}

/// The same, with the run open and given to the optimiser.
fn open_house(dir: &Path) -> Node {
    let mut node = waiting_house(dir, &options());
    pulse(&mut node, run_at());
    assert_eq!([LARGE, THERE, BACK].map(|payment| state(&mut node, payment)), [PaymentState::InCycle; 3]);
    node
}

fn state(node: &mut Node, payment: PaymentId) -> PaymentState {
    node.engine().payment(payment).expect("reads").expect("known").state
}

fn events(node: &mut Node) -> Vec<EventBody> {
    let mut events = Vec::new();
    for block in node.engine().journal().read(0).expect("reads") {
        let block = block.expect("sound");
        events.extend(block.events().map(|(_, bytes)| codec::decode_exact(bytes).expect("an event").body));
    }
    events
}

/// How each run that was open ended, and what it came to.
fn conclusions(node: &mut Node) -> Vec<(RunMethod, i128)> {
    let concluded = |body| match body {
        EventBody::RunConcluded { method, value_minor, .. } => Some((method, value_minor)),
        _ => None,
    };
    events(node).into_iter().filter_map(concluded).collect()
}

/// Ends the house, has its journal audited, and compares.
fn audited(mut node: Node, dir: &Path) {
    let digest = node.engine().read_when_durable(ledger::State::digest).expect("lives");
    node.close().expect("ends in order");
    let journal = journal_sqlite::open_read_only(dir).expect("a journal");
    let verified = audit::verify(journal.blocks().expect("reads"), journal.mark(), "here").expect("agrees");
    assert_eq!(verified.state_digest, digest);
}

fn figures(node: &Node) -> (u64, u64, Option<Refusal>) {
    let runs = node.figures().runs.expect("it optimises");
    assert_eq!((runs.without_proposal, runs.last_reason), (0, None));
    (runs.given, runs.posted, runs.last_refusal)
}

#[test]
fn what_settles_together_is_proved_beside_the_writer_and_posts() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut node = open_house(dir.path());
    answer(&mut node, just_after());
    assert_eq!(conclusions(&mut node), [(RunMethod::Optimal, 9)]);
    assert_eq!(state(&mut node, LARGE), PaymentState::Queued);
    assert_eq!([THERE, BACK].map(|payment| state(&mut node, payment)), [PaymentState::Cleared; 2]);
    assert_eq!(figures(&node), (1, 1, None));
    // Nobody else is told of the house's own proposals.
    assert!(node.wait().expect("lives").is_none());
    audited(node, dir.path());
}

#[test]
fn batches_alone_carry_proposals_and_their_own_answers_come_back() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut node = open_house(dir.path());
    let mut number = 10;
    // As soon as it is proved, before whatever comes next: the clock of the house moves a millisecond with each order.
    while conclusions(&mut node).is_empty() {
        let at = run_at().plus_us(1_000 * i64::try_from(number).expect("few"));
        let answer = ask(&mut node, at, submit(number, 2, 1, 50));
        assert!(matches!(answer, Answer::Accepted { payment: Some(_), .. }), "{answer:?}");
        number += 1;
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    assert_eq!(conclusions(&mut node), [(RunMethod::Optimal, 9)]);
    audited(node, dir.path());
}

#[test]
fn without_an_optimiser_the_run_ends_at_once_in_order_of_entry() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut node = waiting_house(dir.path(), &without_optimiser());
    pulse(&mut node, run_at());
    answer(&mut node, just_after());
    assert_eq!(conclusions(&mut node), []);
    assert_eq!([LARGE, THERE, BACK].map(|payment| state(&mut node, payment)), [PaymentState::Queued; 3]);
    assert_eq!(node.figures().runs, None);
    audited(node, dir.path());
}

#[test]
fn what_arrives_while_a_run_is_open_waits_for_the_next_one() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut node = open_house(dir.path());
    // One behind what is frozen, and one that clears at once and is a receipt of a payer of the run.
    let behind = meanwhile(&mut node, just_after(), submit(3, 0, 1, 1));
    let Answer::Accepted { payment: Some(behind), .. } = behind else { panic!("{behind:?}") };
    let receipt = meanwhile(&mut node, just_after(), submit(4, 2, 1, 1));
    let Answer::Accepted { payment: Some(receipt), .. } = receipt else { panic!("{receipt:?}") };
    assert_eq!((state(&mut node, behind), state(&mut node, receipt)), (PaymentState::Queued, PaymentState::Cleared));
    answer(&mut node, just_after());
    assert_eq!(conclusions(&mut node), [(RunMethod::Optimal, 9)], "more headroom does no harm");
    assert_eq!(state(&mut node, behind), PaymentState::Queued);
    audited(node, dir.path());
}

#[test]
fn a_cancel_while_a_run_is_open_is_pending_and_comes_true_where_the_run_does_not_settle_it() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut node = open_house(dir.path());
    let cancel = |payment| Command::by(Actor::institution(InstitutionId(0), 0), CommandBody::Cancel { payment });
    for payment in [LARGE, THERE] {
        let answer = meanwhile(&mut node, just_after(), cancel(payment));
        assert!(matches!(answer, Answer::Pending { .. }), "{answer:?}");
    }
    answer(&mut node, just_after());
    assert_eq!(conclusions(&mut node), [(RunMethod::Optimal, 9)]);
    assert_eq!(
        [LARGE, THERE].map(|payment| state(&mut node, payment)),
        [PaymentState::Cancelled, PaymentState::Cleared],
        "what the run settles is settled"
    );
    audited(node, dir.path());
}

#[test]
fn a_limit_cut_while_a_run_is_open_binds_the_proposal() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut node = open_house(dir.path());
    let answered = meanwhile(&mut node, just_after(), cut_share(0, 0));
    assert!(matches!(answered, Answer::Accepted { .. }), "{answered:?}");
    answer(&mut node, just_after());
    assert_eq!(figures(&node), (1, 0, Some(Refusal::ProposalBeyondHeadroom)));
    assert_eq!(conclusions(&mut node), [(RunMethod::Unfrozen, 0)], "nothing settles in order of entry");
    assert_eq!([LARGE, THERE, BACK].map(|payment| state(&mut node, payment)), [PaymentState::Queued; 3]);
    audited(node, dir.path());
}

#[test]
fn a_member_suspended_while_a_run_is_open_takes_its_payments_out_of_it() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut node = open_house(dir.path());
    let body = CommandBody::Suspend { arrangement: ARRANGEMENT, member: MemberId(1) };
    let suspend = Command::approved(Actor::operator(1), Actor::operator(2), body);
    let answered = meanwhile(&mut node, just_after(), suspend);
    assert!(matches!(answered, Answer::Accepted { .. }), "{answered:?}");
    answer(&mut node, just_after());
    assert_eq!(figures(&node), (1, 0, Some(Refusal::ProposalNotFrozen)));
    let ended = conclusions(&mut node);
    assert!(matches!(ended[..], [(RunMethod::Unfrozen, 0)]), "{ended:?}");
    assert!([THERE, BACK].iter().all(|payment| state(&mut node, *payment) != PaymentState::Cleared));
    audited(node, dir.path());
}

#[test]
fn a_proposal_that_comes_too_late_is_refused_and_order_of_entry_has_posted() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut node = open_house(dir.path());
    // With what is owed to 0 by another, its 90 settle in order of entry.
    let answered = meanwhile(&mut node, just_after(), cut_share(0, 1_000));
    assert!(matches!(answered, Answer::Accepted { .. }), "{answered:?}");
    node.engine().submit(&Batch::pulse(too_late())).expect("taken");
    answer(&mut node, too_late());
    assert_eq!(conclusions(&mut node), [(RunMethod::Fifo, 99)]);
    assert_eq!([LARGE, THERE, BACK].map(|payment| state(&mut node, payment)), [PaymentState::Cleared; 3]);
    assert_eq!(figures(&node), (1, 0, Some(Refusal::RunNotOpen)));
    audited(node, dir.path());
}

fn proposed(node: &mut Node) -> RunProposal {
    let state = node.engine().state_for_simulation();
    let run = state.open_run(ARRANGEMENT).expect("it is open");
    let verified = optimiser::propose(run, optimiser::Budget::default()).expect("solved");
    let CommandBody::ProposeRun(proposal) = verified.command().body else { panic!("a proposal") };
    proposal
}

fn by_house(proposal: RunProposal) -> Command {
    Command::by(Actor::HOUSE, CommandBody::ProposeRun(proposal))
}

#[test]
fn a_proposal_for_another_run_or_by_another_ends_nothing() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut node = open_house(dir.path());
    let right = proposed(&mut node);
    let mut of_another_instance = right.clone();
    of_another_instance.instance[0] ^= 1;
    let mut of_another_run = right.clone();
    of_another_run.run.0 += 1;
    let by_a_bank = Command::by(Actor::institution(InstitutionId(0), 0), CommandBody::ProposeRun(right));
    for (command, expected) in [
        (by_house(of_another_instance), Refusal::RunInstanceMismatch),
        (by_house(of_another_run), Refusal::RunNotOpen),
        (by_a_bank, Refusal::NotAuthorised),
    ] {
        let answer = meanwhile(&mut node, just_after(), command);
        assert!(matches!(answer, Answer::Refused { refusal, .. } if refusal == expected), "{expected:?}: {answer:?}");
        assert_eq!(conclusions(&mut node), []);
    }
    answer(&mut node, just_after());
    assert_eq!(conclusions(&mut node), [(RunMethod::Optimal, 9)]);
    audited(node, dir.path());
}

#[test]
fn a_wrong_proposal_is_refused_and_order_of_entry_posts() {
    type Change = fn(&mut RunProposal);
    let changes: [(Change, Refusal); 4] = [
        (|proposal| proposal.value_minor += 1, Refusal::ProposalValue),
        (|proposal| proposal.settled.insert(0, LARGE), Refusal::ProposalBeyondHeadroom),
        (|proposal| proposal.settled.push(PaymentId(77)), Refusal::ProposalNotFrozen),
        (|proposal| proposal.upper_bound_minor = 0, Refusal::ProposalValue),
    ];
    for (change, expected) in changes {
        let dir = tempfile::tempdir().expect("a folder");
        let mut node = open_house(dir.path());
        let mut proposal = proposed(&mut node);
        change(&mut proposal);
        let answered = meanwhile(&mut node, just_after(), by_house(proposal));
        assert!(
            matches!(answered, Answer::Refused { refusal, .. } if refusal == expected),
            "{expected:?}: {answered:?}"
        );
        assert_eq!(conclusions(&mut node), [(RunMethod::Unfrozen, 0)]);
        // The right one, which comes then, finds no open run.
        answer(&mut node, just_after());
        assert_eq!(figures(&node), (1, 0, Some(Refusal::RunNotOpen)));
        audited(node, dir.path());
    }
}

#[test]
fn a_run_that_is_open_when_the_house_ends_is_answered_by_the_next_process() {
    for in_order in [true, false] {
        let dir = tempfile::tempdir().expect("a folder");
        let node = open_house(dir.path());
        if in_order {
            node.close().expect("ends in order");
        } else {
            // Whatever the optimiser had found is lost with the process.
            drop(node);
        }
        let (mut node, _) = open(dir.path(), &options());
        assert_eq!(state(&mut node, THERE), PaymentState::InCycle);
        answer(&mut node, just_after());
        assert_eq!(conclusions(&mut node), [(RunMethod::Optimal, 9)]);
        assert_eq!(figures(&node), (1, 1, None));
        audited(node, dir.path());
    }
}

#[test]
fn a_run_left_open_ends_in_order_of_entry_in_a_house_without_an_optimiser() {
    let dir = tempfile::tempdir().expect("a folder");
    open_house(dir.path()).close().expect("ends in order");
    let (mut node, _) = open(dir.path(), &without_optimiser());
    pulse(&mut node, just_after());
    assert_eq!(conclusions(&mut node), [], "its time is not over");
    pulse(&mut node, too_late());
    assert_eq!(conclusions(&mut node), [(RunMethod::Unfrozen, 0)]);
    audited(node, dir.path());
}

#[test]
fn a_run_without_any_answer_ends_when_its_time_is_over() {
    let dir = tempfile::tempdir().expect("a folder");
    // Half a minute, although the next run is far.
    let optimising = Some(Optimising { open_us: 30_000_000, ..Optimising::default() });
    let mut node = waiting_house(dir.path(), &Options { optimising, ..options() });
    pulse(&mut node, run_at());
    node.engine().submit(&Batch::pulse(run_at().plus_us(29_999_999))).expect("taken");
    assert_eq!(state(&mut node, THERE), PaymentState::InCycle);
    node.engine().submit(&Batch::pulse(run_at().plus_us(30_000_000))).expect("taken");
    assert_eq!(state(&mut node, THERE), PaymentState::Queued);
    audited(node, dir.path());
}
