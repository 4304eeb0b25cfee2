//! What the tests share: payloads that follow from a number, stores with seeded keys, orders to erase.

use domain::{Actor, Commitment, Date, InstitutionId, Timestamp};
use payloads::{
    ErasureOrder, Got, Ground, HouseKey, Party, Payload, PayloadFault, PayloadStore, PostalAddress, Reference,
    ReferredDocument, Remittance, SealedPayload, SeededRandomness, StoreOptions, Subject, Warning, seal,
};
use std::path::Path;

pub fn house() -> HouseKey {
    HouseKey::from_bytes(&mut [7; 32])
}

pub fn options(seed: u64) -> StoreOptions {
    StoreOptions { randomness: Box::new(SeededRandomness::new(seed)), ..StoreOptions::default() }
}

pub fn try_open(dir: &Path) -> Result<(PayloadStore, Vec<Warning>), PayloadFault> {
    // Another seed at each opening would do; the system's randomness does better, and no test depends on it.
    PayloadStore::open(dir, &house(), StoreOptions::default())
}

#[track_caller]
pub fn open(dir: &Path) -> PayloadStore {
    let (store, warnings) = try_open(dir).expect("a sound store");
    assert_eq!(warnings, []);
    store
}

#[track_caller]
pub fn code_of<T>(result: Result<T, PayloadFault>) -> &'static str {
    result.err().map_or("none", |fault| {
        let told = fault.to_string();
        assert!(told.split("; ").count() >= 3, "what; where; what to do: {told}");
        fault.code()
    })
}

/// A customer with this number: two in three have an address, of one kind or the other.
pub fn party(number: u64) -> Party {
    let address = match number % 3 {
        0 => None,
        1 => Some(PostalAddress {
            street_name: Some(format!("Avenida Sete de Setembro {number}")),
            building_number: Some("17-B".to_owned()),
            post_code: Some("40060-001".to_owned()),
            town_name: Some("Salvador".to_owned()),
            country: Some("BR".to_owned()),
            address_lines: Vec::new(),
        }),
        _ => Some(PostalAddress {
            address_lines: vec!["Rúa dos Ánimos 3".to_owned(), format!("Caixa {number}")],
            ..PostalAddress::default()
        }),
    };
    Party {
        institution: InstitutionId(u32::try_from(number % 7).expect("small")),
        account: format!("BR97{number:020}P1"),
        name: format!("María Conceição Nº {number}"),
        identification: number.is_multiple_of(2).then(|| format!("{number:011}")),
        address,
    }
}

/// A payment of one customer to another.
pub fn payload_between(debtor: u64, creditor: u64, number: u64) -> Payload {
    let unstructured = if number % 4 == 3 { Vec::new() } else { vec![format!("Fatura {number} de agosto")] };
    let documents = (0..number % 3)
        .map(|document| ReferredDocument {
            document_type: "CINV".to_owned(),
            number: format!("NF-{number}-{document}"),
            date: (document == 0).then_some(Date(14_000)),
        })
        .collect();
    Payload { debtor: party(debtor), creditor: party(creditor), remittance: Remittance { unstructured, documents } }
}

/// The payment with this number, between two of 20 customers.
pub fn payload(number: u64) -> Payload {
    payload_between(number % 20, (number * 7 + 3) % 20, number)
}

/// The payment with this number, sealed with salts of its own.
pub fn sealed(number: u64) -> (Commitment, SealedPayload) {
    seal(&payload(number), &mut SeededRandomness::new(number)).expect("a good payload")
}

pub fn commitment(number: u64) -> Commitment {
    sealed(number).0
}

pub fn batch(numbers: std::ops::Range<u64>) -> Vec<(Commitment, SealedPayload)> {
    numbers.map(sealed).collect()
}

pub fn subject(customer: u64) -> Subject {
    party(customer).subject()
}

pub fn order(at_day: i64) -> ErasureOrder {
    ErasureOrder {
        at: Timestamp(at_day * domain::time::DAY_US),
        ground: Ground::Request,
        reference: Reference::new(&format!("2031/{at_day}")).expect("a reference"),
        by: Actor::operator(3),
    }
}

/// Checks that a payload is there, whole, and is the one with this number.
#[track_caller]
pub fn assert_whole(store: &mut PayloadStore, number: u64) {
    let expected = payload(number);
    match store.get(&commitment(number)).expect("readable") {
        Got::Found(found) => {
            assert!(found.debtor.held() == Some(&expected.debtor), "debtor of {number}");
            assert!(found.creditor.held() == Some(&expected.creditor), "creditor of {number}");
            assert!(found.remittance.held() == Some(&expected.remittance), "remittance of {number}");
        }
        other => panic!("payload {number}: {other:?}"),
    }
}

pub fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("readable") {
        let entry = entry.expect("readable");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("known").is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("copied");
        }
    }
}

#[track_caller]
pub fn assert_sound(store: &mut PayloadStore) -> payloads::Verified {
    let verified = store.verify(|_, _| ()).expect("readable");
    assert_eq!(verified.findings, []);
    assert!(verified.is_sound());
    verified
}
