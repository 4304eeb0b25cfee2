//! The store against a model of a few maps, through puts, erasures, sweeps, ends of the process, backups and restores.

use crate::common::{assert_sound, batch, commitment, open, order, payload, subject, try_open};
use payloads::{
    ErasedName, Erasure, Got, HouseKey, NotErased, NotPut, Part, PayloadRefusal, PayloadStore, Presence, RestoreSource,
    StoreOptions, backup, backup_keys, restore,
};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// Payments that the cases are about.
const NUMBERS: u64 = 60;
const CUSTOMERS: u64 = 20;

#[derive(Clone, Debug)]
enum Step {
    Put { first: u64, count: u64 },
    ErasePayments(Vec<u64>),
    EraseSubject(u64),
    Sweep { named_below: u64 },
    Purge,
    Close,
    End,
    ForgetIndex,
    ChangeHouseKey,
    BackUp,
    Restore,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (0..NUMBERS, 1..12_u64).prop_map(|(first, count)| Step::Put { first, count }),
        4 => proptest::collection::vec(0..NUMBERS, 1..4).prop_map(Step::ErasePayments),
        4 => (0..CUSTOMERS).prop_map(Step::EraseSubject),
        2 => (0..NUMBERS).prop_map(|named_below| Step::Sweep { named_below }),
        1 => Just(Step::Purge),
        1 => Just(Step::Close),
        2 => Just(Step::End),
        1 => Just(Step::ForgetIndex),
        1 => Just(Step::ChangeHouseKey),
        2 => Just(Step::BackUp),
        2 => Just(Step::Restore),
    ]
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Entry {
    Payment(u64),
    Subject(u64),
}

/// Entries by which the parts of a payment were erased.
#[derive(Clone, Copy, Debug, Default)]
struct Payment {
    debtor: Option<usize>,
    creditor: Option<usize>,
    swept: bool,
}

/// What the store must be.
#[derive(Clone, Debug, Default)]
struct Model {
    held: BTreeMap<u64, Payment>,
    erased: BTreeMap<u64, usize>,
    /// Customers of whom there is a key.
    known: BTreeSet<u64>,
    first_erased: BTreeMap<u64, usize>,
    register: Vec<Entry>,
}

fn customers(number: u64) -> [u64; 2] {
    [number % 20, (number * 7 + 3) % 20]
}

impl Model {
    fn put(&mut self, number: u64) {
        if self.held.contains_key(&number) {
            return;
        }
        self.held.insert(number, Payment::default());
        self.known.extend(customers(number));
    }

    fn enter(&mut self, entry: Entry) {
        let place = self.register.len();
        self.register.push(entry);
        match entry {
            Entry::Payment(number) => {
                self.held.remove(&number);
                self.erased.insert(number, place);
            }
            Entry::Subject(customer) => {
                self.known.remove(&customer);
                self.first_erased.entry(customer).or_insert(place);
                for (number, payment) in &mut self.held {
                    let [debtor, creditor] = customers(*number);
                    if debtor == customer {
                        payment.debtor.get_or_insert(place);
                    }
                    if creditor == customer {
                        payment.creditor.get_or_insert(place);
                    }
                }
            }
        }
    }
}

struct World {
    root: tempfile::TempDir,
    store: Option<PayloadStore>,
    dir: PathBuf,
    key: HouseKey,
    model: Model,
    backup: Option<(RestoreSource, HouseKey, Model)>,
    made: usize,
}

impl World {
    fn new() -> World {
        let root = tempfile::tempdir().expect("a folder");
        let dir = root.path().join("store");
        let store = Some(open(&dir));
        let key = crate::common::house();
        World { root, store, dir, key, model: Model::default(), backup: None, made: 0 }
    }

    fn store(&mut self) -> &mut PayloadStore {
        self.store.as_mut().expect("open")
    }

    fn path(&mut self) -> PathBuf {
        self.made += 1;
        self.root.path().join(format!("{}", self.made))
    }

    fn reopen(&mut self) {
        let (store, warnings) =
            PayloadStore::open(&self.dir, &self.key, StoreOptions::default()).expect("a sound store");
        assert_eq!(warnings, []);
        self.store = Some(store);
    }

    fn take(&mut self, step: &Step) {
        match step {
            Step::Put { first, count } => self.put(*first..(first + count).min(NUMBERS)),
            Step::ErasePayments(numbers) => {
                for number in numbers {
                    self.erase(Entry::Payment(*number));
                }
            }
            Step::EraseSubject(customer) => self.erase(Entry::Subject(*customer)),
            Step::Sweep { named_below } => self.sweep(*named_below),
            Step::Purge => drop(self.store().purge(|_| ()).expect("purged")),
            Step::Close => {
                self.store.take().expect("open").close().expect("closed");
                self.reopen();
            }
            Step::End => {
                self.store = None;
                self.reopen();
            }
            Step::ForgetIndex => {
                self.store = None;
                std::fs::remove_dir_all(self.dir.join("index")).expect("removed");
                self.reopen();
            }
            Step::ChangeHouseKey => {
                let mut bytes = [u8::try_from(self.made % 200).expect("small"); 32];
                self.made += 1;
                let key = HouseKey::from_bytes(&mut bytes);
                self.store().change_house_key(&key, |_| ()).expect("changed");
                self.key = key;
            }
            Step::BackUp => {
                let source = RestoreSource { payloads: self.path(), keys: self.path(), register: None };
                backup(&self.dir, &source.payloads).expect("copied");
                backup_keys(&self.dir.join("keys"), &source.keys).expect("copied");
                self.backup = Some((source, self.key.clone(), self.model.clone()));
            }
            Step::Restore => self.restore(),
        }
    }

    fn put(&mut self, numbers: std::ops::Range<u64>) {
        let refused = numbers.clone().position(|number| self.model.erased.contains_key(&number));
        let new = numbers.clone().filter(|number| !self.model.held.contains_key(number)).count();
        match (self.store().put_batch(&batch(numbers.clone())), refused) {
            (Ok(put), None) => {
                assert_eq!((put.stored, put.stored + put.already_held), (new, numbers.clone().count()));
                numbers.for_each(|number| self.model.put(number));
            }
            (Err(NotPut::Refused { index, refusal: PayloadRefusal::Erased(_) }), Some(expected)) => {
                assert_eq!(index, expected);
            }
            (other, _) => panic!("{other:?}"),
        }
    }

    fn erase(&mut self, entry: Entry) {
        let order = order(1 + i64::try_from(self.model.register.len()).expect("small"));
        let result = match entry {
            Entry::Payment(number) => self.store().erase_payment(&commitment(number), &order),
            Entry::Subject(customer) => self.store().erase_subject(&subject(customer), &order),
        };
        let (known, first) = match entry {
            Entry::Payment(number) => (self.model.held.contains_key(&number), self.model.erased.get(&number)),
            Entry::Subject(customer) => (self.model.known.contains(&customer), self.model.first_erased.get(&customer)),
        };
        match (result, known, first) {
            (Ok(Erasure { record, already: false }), true, _) => {
                assert_eq!(usize::try_from(record.number), Ok(self.model.register.len()));
                self.model.enter(entry);
            }
            (Ok(Erasure { record, already: true }), false, Some(first)) => {
                assert_eq!(usize::try_from(record.number), Ok(*first));
            }
            (Err(NotErased::Refused { .. }), false, None) => {}
            (other, ..) => panic!("{entry:?}: {other:?}"),
        }
    }

    fn sweep(&mut self, named_below: u64) {
        let named: BTreeSet<_> = (0..named_below).map(commitment).collect();
        let swept = self.store().sweep(|commitment| named.contains(commitment)).expect("swept");
        let before = self.model.held.len();
        self.model.held.retain(|number, payment| *number < named_below || payment.swept);
        self.model.held.values_mut().for_each(|payment| payment.swept = true);
        assert_eq!(usize::try_from(swept.removed), Ok(before - self.model.held.len()));
    }

    fn restore(&mut self) {
        let Some((mut source, key, mut model)) = self.backup.take() else { return };
        let register = self.path();
        self.store().export_register(&register).expect("written");
        source.register = Some(register);
        let dir = self.path();
        let restored = restore(&source, &dir, &key, StoreOptions::default(), |_, _| ()).expect("restored");
        for entry in &self.model.register[model.register.len()..] {
            model.enter(*entry);
        }
        assert_eq!(restored.verified.payloads, u64::try_from(model.held.len()).expect("small"));
        self.store = None;
        (self.dir, self.key, self.model) = (dir, key, model);
        self.reopen();
    }

    fn check_presence(&mut self) {
        for number in 0..NUMBERS {
            let expected = if self.model.held.contains_key(&number) {
                Presence::Held
            } else if self.model.erased.contains_key(&number) {
                Presence::Erased
            } else {
                Presence::Unknown
            };
            assert_eq!(self.store().presence(&commitment(number)), Ok(expected), "payment {number}");
        }
    }

    fn check_all(&mut self) {
        let model = self.model.clone();
        for number in 0..NUMBERS {
            let expected = payload(number);
            match (self.store().get(&commitment(number)).expect("readable"), model.held.get(&number)) {
                (Got::Found(found), Some(payment)) => {
                    check_part(&found.debtor, &expected.debtor, payment.debtor);
                    check_part(&found.creditor, &expected.creditor, payment.creditor);
                    let first = payment.debtor.into_iter().chain(payment.creditor).min();
                    check_part(&found.remittance, &expected.remittance, first);
                }
                (Got::Erased(record), None) => {
                    assert_eq!(Some(&usize::try_from(record.number).expect("small")), model.erased.get(&number));
                }
                (Got::Unknown, None) => assert!(!model.erased.contains_key(&number)),
                (other, payment) => panic!("payment {number}: {other:?} and {payment:?}"),
            }
        }
        let tags: Vec<_> = (0..CUSTOMERS).map(|customer| self.store().subject_tag(&subject(customer))).collect();
        let register = self.store().register().expect("readable");
        let named = register.iter().map(|record| match record.erased {
            ErasedName::Payment(erased) => {
                Entry::Payment((0..NUMBERS).find(|number| commitment(*number) == erased).expect("known"))
            }
            ErasedName::Subject(tag) => {
                Entry::Subject((0..).zip(&tags).find(|(_, known)| **known == tag).expect("known").0)
            }
        });
        assert_eq!(named.collect::<Vec<_>>(), model.register);
        let verified = assert_sound(self.store());
        assert_eq!(usize::try_from(verified.payloads), Ok(model.held.len()));
    }
}

fn check_part<T: PartialEq>(part: &Part<T>, expected: &T, erased: Option<usize>) {
    match (part, erased) {
        (Part::Held { content, .. }, None) => assert!(content == expected),
        (Part::Erased(record), Some(entry)) => assert_eq!(usize::try_from(record.number), Ok(entry)),
        (Part::Held { .. }, Some(entry)) => panic!("erased by entry {entry} and there"),
        (Part::Erased(record), None) => panic!("not erased, and told to be: {record}"),
    }
}

/// As many as fit into a test command; more by the environment.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").map_or(96, |text| text.parse().expect("a number of cases"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), ..ProptestConfig::default() })]

    #[test]
    fn the_store_is_what_the_model_says(steps in proptest::collection::vec(step(), 1..28)) {
        let mut world = World::new();
        for step in &steps {
            world.take(step);
            world.check_presence();
        }
        world.check_all();
    }
}

#[test]
fn a_store_that_forgot_an_erasure_would_be_caught() {
    // The control of the test above: the same steps, with the store put back as it was before the erasure.
    let mut world = World::new();
    world.take(&Step::Put { first: 0, count: 10 });
    let before = world.root.path().join("before");
    world.store = None;
    crate::common::copy_folder(&world.dir, &before);
    world.reopen();
    world.take(&Step::ErasePayments(vec![3]));
    world.check_all();
    world.store = None;
    world.dir = before;
    world.store = Some(try_open(&world.dir).expect("sound").0);
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| world.check_presence()));
    assert!(caught.is_err());
}
