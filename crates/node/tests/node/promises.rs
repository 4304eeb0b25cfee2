//! Seeded trouble on real files: orders with personal data, repetitions, returns, erasures; ends in order and without;
//! index, snapshots and everything else that can be made anew deleted, cut, flipped or taken from another day. After each
//! step the promises hold: what was answered is known, personal data are there or erased, and the books are the auditor's.

use crate::house::{new_house, open, options, order, pay_outs, payload, try_to_ask, uetr};
use domain::command::{Command, CommandBody, Order, SubmitPayment};
use domain::{Actor, Commitment, PaymentId, PaymentState, Refusal, Timestamp};
use engine::{Ended, SubmitFault};
use ledger::Answer;
use ledger::view::PaymentView;
use money::AmountMinor;
use node::{Node, NodeFault, Options};
use payloads::{ErasureOrder, Got, Ground, Reference, SealedPayload};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

const SEEDS: u64 = 8;
const STEPS: u64 = 60;

/// SplitMix64 (Steele, Lea and Flood, 2014).
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % bound
    }
}

/// A house, and what its clients were told.
struct World {
    node: Option<Node>,
    options: Options,
    dir: PathBuf,
    chance: Chance,
    /// Accepted orders by number.
    accepted: BTreeMap<u64, PaymentId>,
    erased: BTreeSet<u64>,
    next: u64,
    references: u64,
    /// Codes of warnings, with how often.
    warned: BTreeMap<&'static str, u64>,
}

impl World {
    fn new(dir: &Path, seed: u64) -> Self {
        let mut chance = Chance(seed);
        let options = options(1 + chance.below(40));
        let node = Some(new_house(dir, &options));
        let (accepted, erased, warned) = (BTreeMap::new(), BTreeSet::new(), BTreeMap::new());
        Self { node, options, dir: dir.to_owned(), chance, accepted, erased, next: 0, references: 1 << 40, warned }
    }

    fn node(&mut self) -> &mut Node {
        self.node.as_mut().expect("it is open")
    }

    /// Asks; where what is beside the journal turns out to be damaged, the house begins again, and is asked again.
    fn ask(&mut self, command: Command, payload: Option<&(Commitment, SealedPayload)>) -> Answer {
        for _ in 0..3 {
            match try_to_ask(self.node(), command.clone(), payload) {
                Ok(answer) => return answer,
                Err(NodeFault::NotTaken(SubmitFault::Ended(Ended::Archive(fault)))) => {
                    *self.warned.entry(fault.code).or_default() += 1;
                    self.node = None;
                    self.begin();
                }
                Err(fault) => panic!("{}: {fault}", fault.code()),
            }
        }
        panic!("making the index anew does not mend it")
    }

    fn pay_out(&mut self) {
        for command in pay_outs() {
            self.ask(command, None);
        }
    }

    /// A payment, wherever it is; likewise.
    fn find(&mut self, payment: PaymentId) -> PaymentView {
        if let Err(fault) = self.node().engine().payment(payment) {
            *self.warned.entry(fault.code).or_default() += 1;
            self.node = None;
            self.begin();
        }
        self.node().engine().payment(payment).expect("reads").expect("it is somewhere")
    }

    fn step(&mut self) {
        match self.chance.below(12) {
            0..=3 => self.new_orders(),
            4 => self.pay_out(),
            5 => self.send_again(),
            6 => self.give_back(),
            7 => self.erase(),
            8 => self.look(),
            9 => self.refuse(),
            10 => self.start_again(),
            _ => self.damage_and_start_again(),
        }
    }

    fn new_orders(&mut self) {
        for _ in 0..1 + self.chance.below(12) {
            let number = self.next;
            self.next += 1;
            let (command, sealed) = order(number);
            match self.ask(command, Some(&sealed)) {
                Answer::Accepted { payment: Some(payment), .. } => self.accepted.insert(number, payment),
                other => panic!("order {number} was answered {other:?}"),
            };
        }
    }

    fn any_order(&mut self) -> Option<(u64, PaymentId)> {
        let count = u64::try_from(self.accepted.len()).expect("few");
        let place = usize::try_from(self.chance.below(count.max(1))).expect("few");
        self.accepted.iter().nth(place).map(|(number, payment)| (*number, *payment))
    }

    /// An order again, then another one under its reference, then a new one with its trade document.
    fn send_again(&mut self) {
        let Some((number, payment)) = self.any_order() else { return };
        let (command, _) = order(number);
        let CommandBody::Submit(submission) = &command.body else { panic!("an order") };
        let first = submission.order().clone();
        let answer = self.ask(command.clone(), None);
        assert!(matches!(answer, Answer::Duplicate { payment: known, .. } if known == payment), "{number}: {answer:?}");
        let submit = |order: Order| Command::by(command.actor, CommandBody::Submit(SubmitPayment::new(order)));
        let answer = self.ask(submit(Order { amount: AmountMinor::new(1).expect("one"), ..first.clone() }), None);
        assert!(matches!(answer, Answer::Refused { refusal: Refusal::UetrReused, .. }), "{number}: {answer:?}");
        self.references += 1;
        let again = submit(Order { uetr: uetr(self.references), ..first });
        let answer = self.ask(again, None);
        assert!(matches!(answer, Answer::Refused { refusal: Refusal::DocumentDuplicate, .. }), "{number}: {answer:?}");
    }

    fn give_back(&mut self) {
        let Some((_, original)) = self.any_order() else { return };
        let found = self.find(original);
        if found.state != PaymentState::PaidOut {
            return;
        }
        self.references += 1;
        let amount = AmountMinor::new(found.payee_minor).expect("an amount");
        let body = CommandBody::Return { original, uetr: uetr(self.references), amount };
        let answer = self.ask(Command::by(Actor::institution(found.payee, 0), body), None);
        assert!(matches!(answer, Answer::Accepted { .. }), "{answer:?}");
        let now = self.find(original);
        assert_eq!(now.state, PaymentState::Returned);
    }

    /// An order that is refused leaves no personal data behind once the house has been ended and begun again.
    fn refuse(&mut self) {
        self.references += 1;
        let (command, sealed) = order(self.references);
        let CommandBody::Submit(submission) = &command.body else { panic!("an order") };
        let to_itself = Order { payee: submission.order().payer, ..submission.order().clone() };
        let command = Command::by(command.actor, CommandBody::Submit(SubmitPayment::new(to_itself)));
        let answer = self.ask(command, Some(&sealed));
        assert!(matches!(answer, Answer::Refused { refusal: Refusal::SameParty, .. }), "{answer:?}");
        self.start_again();
        let kept = self.node().payloads().expect("kept").get(&sealed.0).expect("reads");
        assert_eq!(kept, Got::Unknown, "nobody instructed that it be kept");
    }

    fn erase(&mut self) {
        let Some((number, _)) = self.any_order() else { return };
        let (_, (commitment, _)) = order(number);
        let by = ErasureOrder {
            at: Timestamp(1_709_000_000_000_000),
            by: Actor::operator(3),
            ground: Ground::Request,
            reference: Reference::new("CASE-7").expect("a reference"),
        };
        let erasure = self.node().payloads().expect("kept").erase_payment(&commitment, &by).expect("erases");
        assert_eq!(erasure.already, !self.erased.insert(number), "the first erasure stands");
    }

    /// Personal data of an order: what was put, or erased for good.
    fn look(&mut self) {
        let Some((number, _)) = self.any_order() else { return };
        self.look_at(number);
    }

    fn look_at(&mut self, number: u64) {
        let (_, (commitment, _)) = order(number);
        let erased = self.erased.contains(&number);
        let found = self.node().payloads().expect("kept").get(&commitment).expect("reads");
        match found {
            Got::Found(found) => {
                assert!(!erased, "order {number} was erased, and is back");
                let named = found.debtor.held().map(|party| party.name.clone());
                assert_eq!(named, Some(payload(number).debtor.name));
            }
            Got::Erased(_) => assert!(erased, "order {number} was never erased"),
            Got::Unknown => panic!("order {number} was acknowledged, and its payload is not there"),
        }
    }

    /// Ends the house, in order or at once, and begins again.
    fn start_again(&mut self) {
        let node = self.node.take().expect("it is open");
        if self.chance.below(2) == 0 {
            node.close().expect("ends in order");
        } else {
            drop(node);
        }
        self.begin();
    }

    fn begin(&mut self) {
        let (node, codes) = open(&self.dir, &self.options);
        self.node = Some(node);
        codes.into_iter().for_each(|code| *self.warned.entry(code).or_default() += 1);
    }

    /// Something that can be made anew is gone, cut, flipped, or as it was before.
    fn damage_and_start_again(&mut self) {
        let node = self.node.take().expect("it is open");
        node.close().expect("ends in order");
        let folder = if self.chance.below(2) == 0 { "history" } else { "snapshots" };
        let mut files = files_under(&self.dir.join(folder));
        files.retain(|path| path.extension().is_none_or(|ending| ending != "lock"));
        if !files.is_empty() {
            let place = usize::try_from(self.chance.below(u64::try_from(files.len()).expect("few"))).expect("few");
            damage(&files[place], &mut self.chance);
        }
        self.begin();
    }

    /// Everything that was told, once more; and the auditor's view of the journal.
    fn come_to_an_end(mut self) -> BTreeMap<&'static str, u64> {
        let accepted: Vec<(u64, PaymentId)> = self.accepted.iter().map(|(number, id)| (*number, *id)).collect();
        for (number, payment) in accepted {
            let answer = self.ask(order(number).0, None);
            assert!(
                matches!(answer, Answer::Duplicate { payment: known, .. } if known == payment),
                "order {number}: {answer:?}"
            );
            self.look_at(number);
        }
        let digest = self.node().engine().read_when_durable(ledger::State::digest).expect("lives");
        self.node.take().expect("it is open").close().expect("ends in order");
        let journal = journal_sqlite::open_read_only(&self.dir).expect("a journal");
        let verified = audit::verify(journal.blocks().expect("reads"), journal.mark(), "here").expect("agrees");
        assert_eq!(verified.state_digest, digest);
        self.warned
    }
}

fn files_under(dir: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(dir) else { return Vec::new() };
    let mut files = Vec::new();
    for path in entries.map(|entry| entry.expect("an entry").path()) {
        if path.is_dir() { files.extend(files_under(&path)) } else { files.push(path) }
    }
    files.sort();
    files
}

fn damage(path: &Path, chance: &mut Chance) {
    let bytes = std::fs::read(path).expect("reads");
    let length = u64::try_from(bytes.len()).expect("a length");
    match chance.below(3) {
        0 => std::fs::remove_file(path).expect("removed"),
        1 => {
            let file = std::fs::File::options().write(true).open(path).expect("opens");
            file.set_len(chance.below(length.max(1))).expect("cut");
        }
        _ if length > 0 => {
            let (mut flipped, at) = (bytes, usize::try_from(chance.below(length)).expect("within"));
            flipped[at] ^= 1 << chance.below(8);
            std::fs::write(path, flipped).expect("written");
        }
        _ => {}
    }
}

#[test]
fn what_was_promised_stays_whatever_happens_beside_the_journal() {
    let mut warned: BTreeMap<&'static str, u64> = BTreeMap::new();
    for seed in 0..SEEDS {
        let folder = tempfile::tempdir().expect("a folder");
        let mut world = World::new(&folder.path().join("house"), seed);
        for _ in 0..STEPS {
            world.step();
        }
        for (code, count) in world.come_to_an_end() {
            *warned.entry(code).or_default() += count;
        }
    }
    eprintln!("warnings: {warned:?}");
    assert!(warned.len() >= 3, "little was damaged, or not noticed: {warned:?}");
}
