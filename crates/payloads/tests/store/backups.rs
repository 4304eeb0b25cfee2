//! Copies brought back: whole, and without what was erased since.

use crate::common::{assert_sound, assert_whole, batch, code_of, commitment, house, open, order, subject, try_open};
use payloads::{
    Got, HouseKey, Part, PayloadFault, PayloadStore, Presence, RestoreSource, Restored, StoreOptions, backup,
    backup_keys, restore,
};
use std::fs;
use std::path::{Path, PathBuf};

struct Folders {
    root: tempfile::TempDir,
}

impl Folders {
    fn new() -> Folders {
        Folders { root: tempfile::tempdir().expect("a folder") }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    /// Copies of payloads and of keys under a name.
    fn back_up(&self, store: &Path, name: &str) -> RestoreSource {
        let source = RestoreSource {
            payloads: self.path(&format!("{name}-payloads")),
            keys: self.path(&format!("{name}-keys")),
            register: None,
        };
        backup(store, &source.payloads).expect("copied");
        backup_keys(&store.join("keys"), &source.keys).expect("copied");
        source
    }

    fn restore(&self, source: &RestoreSource, name: &str) -> Result<Restored, PayloadFault> {
        restore(source, &self.path(name), &house(), StoreOptions::default(), |_, _| ())
    }
}

#[test]
fn a_backup_of_a_store_in_use_comes_back_whole_and_goes_on() {
    let folders = Folders::new();
    let dir = folders.path("store");
    let mut store = open(&dir);
    store.put_batch(&batch(0..300)).expect("put");
    store.erase_payment(&commitment(7), &order(1)).expect("erased");
    let source = folders.back_up(&dir, "copy");
    store.put_batch(&batch(300..400)).expect("put");
    let restored = folders.restore(&source, "back").expect("restored");
    assert_eq!((restored.verified.payloads, restored.verified.erasures), (299, 1));
    assert_eq!((restored.erasures_applied, restored.keys_without_payload, restored.warnings), (0, 0, vec![]));
    let mut back = open(&folders.path("back"));
    (0..300).filter(|number| *number != 7).for_each(|number| assert_whole(&mut back, number));
    assert_eq!(back.presence(&commitment(300)), Ok(Presence::Unknown));
    back.put_batch(&batch(350..450)).expect("put");
    assert_sound(&mut back);
    // The store itself did not notice.
    assert_sound(&mut store);
}

#[test]
fn an_old_backup_does_not_bring_erased_data_back_when_the_newer_register_is_given() {
    let folders = Folders::new();
    let dir = folders.path("store");
    let mut store = open(&dir);
    store.put_batch(&batch(0..100)).expect("put");
    store.erase_payment(&commitment(1), &order(1)).expect("erased");
    let mut source = folders.back_up(&dir, "copy");
    let payment = store.erase_payment(&commitment(2), &order(2)).expect("erased").record;
    let person = store.erase_subject(&subject(5), &order(3)).expect("erased").record;
    // Of a payment, and of a subject, that the backup never saw; and of one that paid again since.
    store.put_batch(&batch(100..130)).expect("put");
    let later = store.erase_payment(&commitment(110), &order(4)).expect("erased").record;
    let register = folders.path("register");
    assert_eq!(store.export_register(&register), Ok(4));
    assert_eq!(code_of(store.export_register(&register)), "TARGET_NOT_EMPTY");
    // The control: without the newer register, the erased payment is back.
    folders.restore(&source, "without").expect("restored");
    let mut without = open(&folders.path("without"));
    assert_whole(&mut without, 2);
    source.register = Some(register);
    let restored = folders.restore(&source, "back").expect("restored");
    assert_eq!((restored.erasures_applied, restored.verified.erasures), (3, 4));
    assert_eq!(restored.warnings.iter().map(|warning| warning.code).collect::<Vec<_>>(), ["ERASURES_COMPLETED"]);
    let mut back = open(&folders.path("back"));
    for (number, record) in [(2, &payment), (110, &later)] {
        assert_eq!(back.get(&commitment(number)), Ok(Got::Erased(record.clone())));
    }
    let Ok(Got::Found(found)) = back.get(&commitment(5)) else { panic!("found") };
    assert_eq!(found.debtor, Part::Erased(person.clone()));
    assert_whole(&mut back, 3);
    // What was never in the backup and is erased by the register is refused when it is put.
    assert!(back.put_batch(&batch(110..111)).is_err());
    // The subject pays again, in the house that was brought back.
    back.put_batch(&batch(200..230)).expect("put");
    (200..230).for_each(|number| assert_whole(&mut back, number));
    assert_sound(&mut back);
    drop(back);
    let mut back = open(&folders.path("back"));
    assert_whole(&mut back, 205);
    let again = back.erase_subject(&subject(5), &order(9)).expect("erased");
    assert!(!again.already);
    assert_eq!(back.register().expect("readable").len(), 5);
    assert_sound(&mut back);
}

#[test]
fn newer_keys_under_older_payloads_are_destroyed_and_older_keys_are_refused() {
    let folders = Folders::new();
    let dir = folders.path("store");
    let mut store = open(&dir);
    store.put_batch(&batch(0..50)).expect("put");
    let mut first = folders.back_up(&dir, "first");
    store.put_batch(&batch(50..80)).expect("put");
    store.put_batch(&batch(80..90)).expect("put");
    let mut second = folders.back_up(&dir, "second");
    std::mem::swap(&mut first.keys, &mut second.keys);
    let restored = folders.restore(&first, "newer-keys").expect("restored");
    assert_eq!((restored.keys_without_payload, restored.verified.payloads), (40, 50));
    assert_eq!(code_of(folders.restore(&second, "older-keys")), "KEYS_OLDER");
}

#[test]
fn a_subject_erased_twice_since_the_backup_is_erased_by_both_entries() {
    let folders = Folders::new();
    let dir = folders.path("store");
    let mut store = open(&dir);
    store.put_batch(&batch(0..8)).expect("put");
    let mut source = folders.back_up(&dir, "copy");
    let first = store.erase_subject(&subject(3), &order(1)).expect("erased").record;
    store.put_batch(&batch(20..30)).expect("put");
    let second = store.erase_subject(&subject(3), &order(2)).expect("erased");
    assert!(!second.already);
    source.register = Some(dir.join("erasures"));
    let restored = folders.restore(&source, "back").expect("restored");
    assert_eq!(restored.erasures_applied, 2);
    let mut back = open(&folders.path("back"));
    let Ok(Got::Found(found)) = back.get(&commitment(3)) else { panic!("found") };
    assert_eq!(found.debtor, Part::Erased(first));
    assert_eq!(back.register().expect("readable")[1], second.record);
    assert_sound(&mut back);
}

#[test]
fn keys_copied_after_an_erasure_tell_of_it_even_without_a_newer_register() {
    let folders = Folders::new();
    let dir = folders.path("store");
    let mut store = open(&dir);
    store.put_batch(&batch(0..60)).expect("put");
    let mut source = folders.back_up(&dir, "copy");
    let payment = store.erase_payment(&commitment(1), &order(1)).expect("erased").record;
    store.put_batch(&batch(60..70)).expect("put");
    let later = store.erase_payment(&commitment(65), &order(2)).expect("erased").record;
    let person = store.erase_subject(&subject(5), &order(3)).expect("erased").record;
    fs::remove_file(&source.keys).expect("removed");
    store.backup_keys_to(&source.keys).expect("copied");
    let last = store.erase_payment(&commitment(2), &order(4)).expect("erased").record;
    let restored = folders.restore(&source, "back").expect("restored");
    assert_eq!(restored.erasures_applied, 3);
    let mut back = open(&folders.path("back"));
    assert_eq!(back.get(&commitment(1)), Ok(Got::Erased(payment.clone())));
    assert_eq!(back.get(&commitment(65)), Ok(Got::Erased(later.clone())));
    assert_eq!(back.register(), Ok(vec![payment.clone(), later.clone(), person.clone()]));
    assert_whole(&mut back, 2);
    // The register made from the keys is the beginning of the true one, byte for byte.
    source.register = Some(dir.join("erasures"));
    folders.restore(&source, "again").expect("restored");
    let mut again = open(&folders.path("again"));
    assert_eq!(again.register(), Ok(vec![payment, later, person, last.clone()]));
    assert_eq!(again.get(&commitment(2)), Ok(Got::Erased(last)));
}

#[test]
fn what_a_restore_cannot_use_is_named() {
    let folders = Folders::new();
    let (dir, other) = (folders.path("store"), folders.path("other"));
    let mut store = open(&dir);
    store.put_batch(&batch(0..50)).expect("put");
    store.erase_payment(&commitment(3), &order(1)).expect("erased");
    let source = folders.back_up(&dir, "copy");
    store.erase_payment(&commitment(4), &order(2)).expect("erased");
    let mut stranger = open(&other);
    stranger.put_batch(&batch(0..5)).expect("put");
    stranger.erase_payment(&commitment(3), &order(1)).expect("erased");
    let strange = folders.back_up(&other, "strange");
    let with = |change: &dyn Fn(&mut RestoreSource)| {
        let mut source = source.clone();
        change(&mut source);
        let name = "attempt";
        let code = code_of(folders.restore(&source, name));
        fs::remove_dir_all(folders.path(name)).ok();
        code
    };
    let missing = folders.path("missing");
    assert_eq!(with(&|_| ()), "none", "the control");
    assert_eq!(with(&|source| source.payloads.clone_from(&missing)), "REGISTER_MISSING");
    assert_eq!(with(&|source| source.keys.clone_from(&missing)), "KEYS_MISSING");
    assert_eq!(with(&|source| source.register = Some(missing.clone())), "REGISTER_MISSING");
    assert_eq!(with(&|source| source.keys.clone_from(&strange.keys)), "REGISTER_OTHER_STORE");
    assert_eq!(with(&|source| source.register = Some(strange.payloads.join("erasures"))), "REGISTER_OTHER_STORE");
    assert_eq!(with(&|source| source.register = Some(source.keys.clone())), "REGISTER_DAMAGED");
    // A register that was cut at an entry is only older, and adds nothing; one cut within an entry is damaged.
    let register = fs::read(dir.join("erasures")).expect("readable");
    let path = folders.path("register");
    for (length, code) in
        [(384, "none"), (256, "none"), (128, "none"), (300, "REGISTER_TRUNCATED"), (0, "REGISTER_TRUNCATED")]
    {
        fs::write(&path, &register[..length]).expect("writable");
        assert_eq!(with(&|source| source.register = Some(path.clone())), code, "{length} bytes");
    }
    // A wrong house key.
    let wrong = HouseKey::from_bytes(&mut [1; 32]);
    let refused = restore(&source, &folders.path("wrong"), &wrong, StoreOptions::default(), |_, _| ());
    assert_eq!(code_of(refused), "HOUSE_KEY_WRONG");
    // What is in the way.
    assert_eq!(code_of(folders.restore(&source, "store")), "DATA_IN_USE");
    assert_eq!(code_of(folders.restore(&source, "copy-payloads")), "TARGET_NOT_EMPTY");
    assert_eq!(code_of(folders.restore(&source, "copy-keys")), "TARGET_NOT_EMPTY");
    assert_eq!(code_of(backup(&dir, &folders.path("copy-payloads"))), "TARGET_NOT_EMPTY");
    assert_eq!(code_of(backup_keys(&dir.join("keys"), &folders.path("copy-keys"))), "TARGET_NOT_EMPTY");
    assert_eq!(code_of(backup(&missing, &folders.path("nothing"))), "PAYLOADS_MISSING");
    assert_sound(&mut store);
}

#[test]
fn two_registers_that_part_are_not_mixed() {
    let folders = Folders::new();
    let dir = folders.path("store");
    let mut store = open(&dir);
    store.put_batch(&batch(0..50)).expect("put");
    let source = folders.back_up(&dir, "copy");
    folders.restore(&source, "twin").expect("restored");
    store.erase_payment(&commitment(1), &order(1)).expect("erased");
    let mut twin = open(&folders.path("twin"));
    twin.erase_payment(&commitment(2), &order(1)).expect("erased");
    twin.erase_payment(&commitment(3), &order(2)).expect("erased");
    let register = folders.path("register");
    twin.export_register(&register).expect("written");
    let mut forked = folders.back_up(&dir, "later");
    forked.register = Some(register);
    assert_eq!(code_of(folders.restore(&forked, "mixed")), "REGISTER_FORKED");
}

#[test]
fn a_damaged_backup_is_named_when_it_is_brought_back() {
    let folders = Folders::new();
    let dir = folders.path("store");
    let mut store = open(&dir);
    store.put_batch(&batch(0..50)).expect("put");
    store.erase_payment(&commitment(3), &order(1)).expect("erased");
    let source = folders.back_up(&dir, "copy");
    for (path, codes) in [
        (source.payloads.join("payloads.db"), ["PAYLOADS_DAMAGED", "NOT_A_PAYLOAD_STORE", "SCHEMA_NEWER"]),
        (source.payloads.join("erasures"), ["REGISTER_DAMAGED", "REGISTER_OTHER_STORE", "SCHEMA_NEWER"]),
        (source.keys.clone(), ["KEYS_DAMAGED", "PAYLOADS_OTHER_STORE", "REGISTER_OTHER_STORE"]),
    ] {
        let sound = fs::read(&path).expect("readable");
        let (mut named, mut harmless) = (0, 0);
        for trial in 0..24 {
            let mut flipped = sound.clone();
            flipped[(trial * sound.len() / 24 + trial) % sound.len()] ^= 1 << (trial % 8);
            fs::write(&path, flipped).expect("writable");
            let name = format!("back-{trial}");
            match folders.restore(&source, &name) {
                Ok(restored) => {
                    harmless += 1;
                    assert_eq!((restored.verified.payloads, restored.verified.erasures), (49, 1));
                }
                Err(fault) => {
                    named += 1;
                    assert!(codes.contains(&fault.code()), "{}, {trial}: {fault}", path.display());
                }
            }
            fs::remove_dir_all(folders.path(&name)).ok();
        }
        fs::write(&path, sound).expect("writable");
        eprintln!("{}: {named} named, {harmless} harmless", path.display());
        assert!(named > 0);
    }
}

#[test]
fn a_backup_made_while_payloads_are_put_and_erased_is_sound_with_the_keys_copied_after_it() {
    let folders = Folders::new();
    let dir = folders.path("store");
    let mut store = open(&dir);
    store.put_batch(&batch(0..500)).expect("put");
    let (source, restored) = std::thread::scope(|scope| {
        let busy = scope.spawn(|| {
            for round in 0..40_u64 {
                store.put_batch(&batch(500 + 20 * round..520 + 20 * round)).expect("put");
                store.erase_payment(&commitment(round), &order(1)).expect("erased");
            }
        });
        let source = folders.back_up(&dir, "copy");
        busy.join().expect("done");
        let restored = folders.restore(&source, "back").expect("restored");
        (source, restored)
    });
    assert!(restored.verified.payloads >= 500 - 40, "{restored:?}");
    let mut back = try_open(&folders.path("back")).expect("sound").0;
    let kept = (0..1_300).filter(|number| back.presence(&commitment(*number)) == Ok(Presence::Held));
    let kept: Vec<u64> = kept.collect();
    kept.iter().for_each(|number| assert_whole(&mut back, *number));
    // With the register as it is now, everything that was erased meanwhile is.
    let source = RestoreSource { register: Some(dir.join("erasures")), ..source };
    folders.restore(&source, "again").expect("restored");
    let mut again = PayloadStore::open(&folders.path("again"), &house(), StoreOptions::default()).expect("sound").0;
    (0..40).for_each(|number| assert_eq!(again.presence(&commitment(number)), Ok(Presence::Erased), "{number}"));
}
