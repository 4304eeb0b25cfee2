//! Personal data from the command line: shown, erased, verified, copied and brought back.

use crate::program::{Ended, command, ended, run, text};
use domain::{Actor, Commitment, InstitutionId, Timestamp};
use payloads::{
    ErasureOrder, Ground, HouseKey, OsRandomness, Party, Payload, PayloadStore, PostalAddress, Reference,
    ReferredDocument, Remittance, SeededRandomness, StoreOptions, seal,
};
use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;

fn party(number: u64) -> Party {
    Party {
        institution: InstitutionId(u32::try_from(number % 3).expect("small")),
        account: format!("BR97{number:020}P1"),
        name: format!("María Nº {number}"),
        identification: (number == 1).then(|| "12345678901".to_owned()),
        address: (number == 1).then(|| PostalAddress {
            street_name: Some("Rua Chile".to_owned()),
            town_name: Some("Salvador".to_owned()),
            country: Some("BR".to_owned()),
            ..PostalAddress::default()
        }),
    }
}

/// The payment with this number, from customer `number % 5` to customer `number % 5 + 1`.
fn payload(number: u64) -> Payload {
    let document = ReferredDocument {
        document_type: "CINV".to_owned(),
        number: format!("NF-{number}"),
        date: Some(domain::Date(14_000)),
    };
    Payload {
        debtor: party(number % 5),
        creditor: party(number % 5 + 1),
        remittance: Remittance { unstructured: vec![format!("Fatura {number}")], documents: vec![document] },
    }
}

fn sealed(number: u64) -> (Commitment, payloads::SealedPayload) {
    seal(&payload(number), &mut SeededRandomness::new(number)).expect("a good payload")
}

fn hex(number: u64) -> String {
    sealed(number).0.0.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A house's folder with 30 payloads, one of them erased, and the file of the house key.
struct House {
    root: tempfile::TempDir,
}

impl House {
    fn new() -> House {
        let house = House { root: tempfile::tempdir().expect("a folder") };
        let key = HouseKey::create_file(&house.key(), &mut OsRandomness).expect("made");
        let opened = PayloadStore::open(&house.data().join("payloads"), &key, StoreOptions::default());
        let (mut store, _) = opened.expect("a new store");
        store.put_batch(&(0..30).map(sealed).collect::<Vec<_>>()).expect("put");
        let order = ErasureOrder {
            at: Timestamp(1_900_000_000_000_000),
            ground: Ground::Order,
            reference: Reference::new("TJ-5/2030").expect("good"),
            by: Actor::operator(9),
        };
        store.erase_payment(&sealed(7).0, &order).expect("erased");
        store.close().expect("closed");
        house
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    fn data(&self) -> PathBuf {
        self.path("day")
    }

    fn key(&self) -> PathBuf {
        self.path("house-key")
    }

    /// `payload NAME --data … --house-key …` with more arguments.
    fn run(&self, name: &str, more: &[&str]) -> Ended {
        let (data, key) = (self.data(), self.key());
        run(&[&["payload", name, "--data", text(&data), "--house-key", text(&key)][..], more].concat())
    }

    fn erase(&self, more: &[&str]) -> Ended {
        let fixed = ["--ground", "request", "--case", "2031/17", "--by", "operator:3"];
        self.run("erase", &[&fixed[..], more].concat())
    }

    fn account_file(&self, customer: u64) -> PathBuf {
        let path = self.path("account.txt");
        // As printed on paper.
        fs::write(&path, format!("  br97 {:020}p1\n", customer)).expect("written");
        path
    }
}

#[test]
fn a_payload_is_shown_with_its_parties_and_its_purpose() {
    let house = House::new();
    let told = house.run("show", &[&hex(0)]).done();
    assert_eq!(
        told,
        "debtor      María Nº 0\n            account BR9700000000000000000000P1 at institution 0\n\
         creditor    María Nº 1\n            account BR9700000000000000000001P1 at institution 1\n            \
         identification 12345678901\n            Rua Chile, Salvador, BR\n\
         remittance  Fatura 0\n            CINV NF-0 of 2008-05-01\n            \
         What is shown leads to the commitment.\n"
    );
    let object = house.run("show", &["--json", &hex(0)]).object();
    assert_eq!(object["state"], "found");
    assert_eq!(object["debtor"]["name"], "María Nº 0");
    assert_eq!(object["creditor"]["address"]["town_name"], "Salvador");
    assert_eq!(object["remittance"]["documents"][0]["date"], "2008-05-01");
    // The folder of the store itself does as well.
    let (store, key) = (house.data().join("payloads"), house.key());
    let direct = run(&["payload", "show", "--data", text(&store), "--house-key", text(&key), &hex(0)]);
    assert_eq!(direct.done(), told);
}

#[test]
fn an_erased_payload_and_an_unknown_one_are_told_apart() {
    let house = House::new();
    let told = house.run("show", &[&hex(7)]).done();
    assert_eq!(told, "erased on 2030-03-17, ground order, case TJ-5/2030, entry 0\n");
    let object = house.run("show", &["--json", &hex(7)]).object();
    assert_eq!(object["state"], "erased");
    assert_eq!(object["erased"]["at"], "2030-03-17T17:46:40Z");
    assert_eq!(object["erased"]["by"], "operator:9");
    house.run("show", &[&hex(99)]).fails(1, "COMMITMENT_UNKNOWN");
}

#[test]
fn erasing_a_payment_asks_for_a_word_does_it_once_and_tells_the_first_date() {
    let house = House::new();
    let (commitment, keys) = (hex(3), house.data().join("payloads/keys"));
    let before = fs::read(&keys).expect("readable");
    house.erase(&["--commitment", &commitment]).fails(2, "CONFIRM_REQUIRED");
    assert!(fs::read(&keys).expect("readable") == before, "nothing was erased");
    let told = house.erase(&["--commitment", &commitment, "--yes"]).done();
    assert!(told.starts_with("erased on 20") && told.contains("ground request, case 2031/17, entry 1"), "{told}");
    assert!(told.contains("export the register"), "{told}");
    let again = house.erase(&["--commitment", &commitment, "--yes", "--json"]).object();
    assert_eq!((&again["already"], &again["erasure"]["entry"]), (&true.into(), &1.into()));
    assert_eq!(again["erasure"]["name"], commitment);
    let first = house.erase(&["--commitment", &hex(7), "--yes"]).done();
    assert_eq!(first, "nothing to do: erased on 2030-03-17, ground order, case TJ-5/2030, entry 0\n");
    house.erase(&["--commitment", &hex(99), "--yes"]).fails(1, "COMMITMENT_UNKNOWN");
    let verified = house.run("verify", &["--json"]).object();
    assert_eq!((&verified["ok"], &verified["payloads"], &verified["erasures"]), (&true.into(), &28.into(), &2.into()));
}

#[test]
fn erasing_an_account_takes_it_out_of_every_payment_and_leaves_the_others() {
    let house = House::new();
    let account = house.account_file(2);
    let erase = ["--institution", "2", "--account-from", text(&account)];
    let told = house.erase(&[&erase[..], &["--yes", "--json"]].concat()).object();
    // Six payments from it and six to it, less the one that was erased before.
    assert_eq!((&told["already"], &told["purged"]), (&false.into(), &11.into()));
    assert!(!told.to_string().contains("BR97"), "no account in what is told: {told}");
    let shown = house.run("show", &["--json", &hex(2)]).object();
    assert_eq!(shown["debtor"]["erased"]["entry"], 1);
    assert_eq!(shown["creditor"]["name"], "María Nº 3");
    assert_eq!(shown["remittance"]["erased"]["entry"], 1);
    let text_shown = house.run("show", &[&hex(2)]).done();
    assert!(text_shown.contains("debtor      erased on ") && text_shown.contains("María Nº 3"), "{text_shown}");
    let stranger = house.path("stranger.txt");
    fs::write(&stranger, "XX1").expect("written");
    house.erase(&["--institution", "2", "--account-from", text(&stranger), "--yes"]).fails(1, "SUBJECT_UNKNOWN");
    assert!(house.run("verify", &[]).done().starts_with("sound: 29 payloads, of 11 of them a party is erased; "));
}

#[test]
fn the_account_is_taken_from_standard_input_and_a_wrong_file_is_named() {
    let house = House::new();
    let (data, key) = (house.data(), house.key());
    let erase =
        ["--institution", "1", "--account-from", "-", "--ground", "request", "--case", "1", "--by", "operator:1"];
    let store = ["payload", "erase", "--data", text(&data), "--house-key", text(&key), "--yes"];
    let mut child = command(&[&store[..], &erase].concat())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("started");
    child.stdin.take().expect("piped").write_all(b"BR9700000000000000000001P1\n").expect("read");
    let done = ended(child.wait_with_output().expect("ended")).done();
    assert!(done.contains("ciphertexts deleted in 12 payloads"), "{done}");
    for (name, content) in [("two-lines", &b"A\nB\n"[..]), ("empty", b" \n"), ("not-text", b"\xc3\x28")] {
        let path = house.path(name);
        fs::write(&path, content).expect("written");
        house.erase(&["--institution", "1", "--account-from", text(&path), "--yes"]).fails(3, "ACCOUNT_FILE");
    }
    let missing = house.path("missing");
    house.erase(&["--institution", "1", "--account-from", text(&missing), "--yes"]).fails(3, "ACCOUNT_FILE");
}

#[test]
fn the_register_is_listed_exported_and_brought_back_with_an_old_backup() {
    let house = House::new();
    let (copy, keys, register, back) =
        (house.path("copy"), house.path("copied-keys"), house.path("register"), house.path("back"));
    let data = house.data();
    let without = run(&["payload", "backup", "--data", text(&data), "--to", text(&house.path("only"))]);
    assert!(without.err.starts_with("warning[KEYS_NOT_COPIED]: "), "{}", without.err);
    without.done();
    let backup = ["payload", "backup", "--data", text(&data), "--to", text(&copy), "--keys-to", text(&keys)];
    run(&backup).done();
    run(&backup).fails(5, "TARGET_NOT_EMPTY");
    house.erase(&["--commitment", &hex(4), "--yes"]).done();
    let listed = house.run("erasures", &[]).done();
    assert_eq!(listed.lines().count(), 4, "{listed}");
    assert!(listed.contains("TJ-5/2030") && listed.contains(&hex(4)[..16]), "{listed}");
    let object = house.run("erasures", &["--json"]).object();
    assert_eq!((&object["erasures"][0]["ground"], &object["erasures"][1]["name"]), (&"order".into(), &hex(4).into()));
    let exported = house.run("erasures", &["--out", text(&register)]).done();
    assert!(exported.starts_with("2 erasures written to "), "{exported}");
    house.run("erasures", &["--out", text(&register)]).fails(5, "TARGET_NOT_EMPTY");
    let key = house.key();
    let restore = |back: &Path, more: &[&str]| {
        let fixed =
            ["payload", "restore", "--from", text(&copy), "--keys-from", text(&keys), "--house-key", text(&key)];
        run(&[&fixed[..], &["--data", text(back)], more].concat())
    };
    let told = restore(&back, &["--register", text(&register)]).done();
    assert!(told.contains("1 erasures made after the backup carried out again"), "{told}");
    let shown = run(&["payload", "show", "--data", text(&back), "--house-key", text(&key), &hex(4)]).done();
    assert!(shown.starts_with("erased on "), "{shown}");
    // The control: without the newer register it is back, and that is said.
    let old = house.path("old");
    let warned = restore(&old, &[]);
    assert!(warned.err.starts_with("warning[ERASURES_MAY_BE_MISSING]: "), "{}", warned.err);
    warned.done();
    let shown = run(&["payload", "show", "--data", text(&old), "--house-key", text(&key), &hex(4)]).done();
    assert!(shown.starts_with("debtor "), "{shown}");
    restore(&old, &[]).fails(5, "TARGET_NOT_EMPTY");
    restore(&house.path("none"), &["--register", text(&house.path("missing"))]).fails(5, "REGISTER_MISSING");
}

#[test]
fn house_keys_are_made_checked_and_changed() {
    let house = House::new();
    let (new, data) = (house.path("new-key"), house.data());
    let made = run(&["payload", "house-key", "--out", text(&new)]).done();
    assert!(made.starts_with("house key ") && !made.contains(&fs::read_to_string(&new).expect("readable")[19..83]));
    run(&["payload", "house-key", "--out", text(&new)]).fails(5, "TARGET_NOT_EMPTY");
    let verify = |key: &Path| run(&["payload", "verify", "--data", text(&data), "--house-key", text(key)]);
    verify(&new).fails(4, "HOUSE_KEY_WRONG");
    verify(&house.path("missing")).fails(4, "HOUSE_KEY_FILE");
    verify(&data).fails(4, "HOUSE_KEY_FILE");
    fs::set_permissions(house.key(), fs::Permissions::from_mode(0o644)).expect("changed");
    verify(&house.key()).fails(4, "HOUSE_KEY_INSECURE");
    fs::set_permissions(house.key(), fs::Permissions::from_mode(0o600)).expect("changed");
    let changed = house.run("rewrap", &["--new-house-key", text(&new)]).done();
    assert!(changed.contains(" keys are now under house key "), "{changed}");
    verify(&house.key()).fails(4, "HOUSE_KEY_WRONG");
    verify(&new).done();
}

#[test]
fn damage_is_told_by_name_and_a_store_in_use_is_not_opened() {
    let house = House::new();
    let store = house.data().join("payloads");
    let keys = fs::read(store.join("keys")).expect("readable");
    let mut flipped = keys.clone();
    let last = flipped.len() - 60;
    flipped[last] ^= 1;
    fs::write(store.join("keys"), flipped).expect("written");
    let verified = house.run("verify", &[]);
    verified.fails(5, "KEYS_DAMAGED");
    assert_eq!(verified.out, "");
    let object = house.run("verify", &["--json"]);
    assert_eq!(object.code, 5);
    assert!(object.out.contains("\"ok\":false") && object.out.contains("\"KEYS_DAMAGED\""), "{}", object.out);
    fs::write(store.join("keys"), keys).expect("written");
    fs::remove_file(store.join("erasures")).expect("removed");
    house.run("show", &[&hex(1)]).fails(5, "REGISTER_MISSING");
    let empty = house.path("empty");
    fs::create_dir(&empty).expect("created");
    let key = house.key();
    let at = |data: &Path| run(&["payload", "verify", "--data", text(data), "--house-key", text(&key)]);
    at(&empty).fails(5, "NOT_A_PAYLOAD_STORE");
    at(&house.path("missing")).fails(5, "DATA_PERMISSION");
    let second = House::new();
    let opened = PayloadStore::open(
        &second.data().join("payloads"),
        &HouseKey::from_file(&second.key()).expect("read"),
        StoreOptions::default(),
    );
    let held = opened.expect("sound");
    second.run("show", &[&hex(1)]).fails(5, "DATA_IN_USE");
    drop(held);
}

#[test]
fn the_journal_beside_the_payloads_verifies_to_the_same_digest_after_an_erasure() {
    let house = House::new();
    // The house's own folder has both: what the demo journals, and the store.
    let store = house.data().join("payloads");
    let aside = house.path("aside");
    fs::rename(&store, &aside).expect("moved");
    fs::remove_dir_all(house.data()).expect("removed");
    let data = house.data();
    run(&["demo", "--payments", "500", "--data", text(&data), "--json"]).done();
    fs::rename(&aside, &store).expect("moved");
    let before = crate::program::verified(&data);
    house.erase(&["--commitment", &hex(3), "--yes"]).done();
    let account = house.account_file(1);
    house.erase(&["--institution", "1", "--account-from", text(&account), "--yes"]).done();
    assert_eq!(crate::program::verified(&data), before);
    house.run("verify", &[]).done();
}
