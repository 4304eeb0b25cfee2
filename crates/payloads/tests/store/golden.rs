//! Canonical bytes and commitments that are in journals: frozen. Where these tests fail, the code is wrong.

use crate::common::party;
use domain::{Date, InstitutionId};
use payloads::{
    PartKind, Party, Payload, PostalAddress, ReferredDocument, Remittance, Salt, SealedPayload, commitment_of,
    part_digest,
};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn example() -> Payload {
    let address = PostalAddress {
        street_name: Some("Rua Chile".to_owned()),
        building_number: None,
        post_code: None,
        town_name: Some("Salvador".to_owned()),
        country: Some("BR".to_owned()),
        address_lines: vec!["ap. 3".to_owned()],
    };
    Payload {
        debtor: Party {
            institution: InstitutionId(258),
            account: "AR1".to_owned(),
            name: "Ñu".to_owned(),
            identification: None,
            address: None,
        },
        creditor: Party {
            institution: InstitutionId(3),
            account: "BR2".to_owned(),
            name: "Eva".to_owned(),
            identification: Some("7".to_owned()),
            address: Some(address),
        },
        remittance: Remittance {
            unstructured: vec!["x".to_owned()],
            documents: vec![ReferredDocument {
                document_type: "CINV".to_owned(),
                number: "9".to_owned(),
                date: Some(Date(1)),
            }],
        },
    }
}

/// The canonical bytes of the example, written down from docs/decisions/0016-payload-store.md and not by the code.
const CANONICAL: [&str; 3] = [
    "01 00000102 0003415231 0003c39175 00 00",
    "01 00000003 0003425232 0003457661 01000137 01 01000952756120436869 6c65 00 00 010008 53616c7661646f72 0100024252 01 000561702e2033",
    "01 01 000178 01 000443494e56 000139 01 00000001",
];

#[test]
fn the_commitment_is_sha_256_over_tagged_salted_canonical_parts() {
    let salts = [Salt([1; 16]), Salt([2; 16]), Salt([3; 16])];
    let sealed = SealedPayload::new(&example(), salts).expect("a good payload");
    let mut digests = [[0; 32]; 3];
    for (index, (kind, text)) in PartKind::ALL.into_iter().zip(CANONICAL).enumerate() {
        let digits: String = text.split_whitespace().collect();
        let canonical: Vec<u8> = (0..digits.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&digits[at..at + 2], 16).expect("hexadecimal"))
            .collect();
        digests[index] = part_digest(kind, &salts[index], &canonical);
        assert_eq!(hex(&sealed.digests()[index]), hex(&digests[index]), "{kind:?}");
    }
    assert_eq!(sealed.commitment(), commitment_of(&digests));
    // The same by another implementation: Python's hashlib over the bytes above.
    assert_eq!(hex(&digests[0]), "ef460461adfbcd2fa1fc7b928528b540285c60e7af355f4341c48c0b4c5850f8");
    assert_eq!(hex(&sealed.commitment().0), "6475acd2cde8543d490b4b90782e8daeae11dfa520b09e3b1a04bc25f2027987");
}

#[test]
fn any_change_of_content_or_salt_changes_the_commitment() {
    let salts = [Salt([1; 16]), Salt([2; 16]), Salt([3; 16])];
    let commitment = |payload: &Payload, salts| SealedPayload::new(payload, salts).expect("good").commitment();
    let base = commitment(&example(), salts);
    let changes: [fn(&mut Payload); 8] = [
        |payload| payload.debtor.institution = InstitutionId(259),
        |payload| payload.debtor.account = "AR2".to_owned(),
        |payload| payload.creditor.identification = None,
        |payload| payload.creditor.address = None,
        |payload| payload.remittance.unstructured.push("y".to_owned()),
        |payload| payload.remittance.documents[0].date = None,
        |payload| payload.remittance.documents.clear(),
        |payload| std::mem::swap(&mut payload.debtor, &mut payload.creditor),
    ];
    for (index, change) in changes.into_iter().enumerate() {
        let mut payload = example();
        change(&mut payload);
        assert_ne!(commitment(&payload, salts), base, "change {index}");
    }
    for index in 0..3 {
        let mut other = salts;
        other[index].0[15] ^= 1;
        assert_ne!(commitment(&example(), other), base, "salt {index}");
    }
    // A field moved from one to its neighbour is another content, whatever the bytes look like side by side.
    let (mut one, mut other) = (party(1), party(1));
    (one.account, one.name) = ("AB".to_owned(), "C".to_owned());
    (other.account, other.name) = ("A".to_owned(), "BC".to_owned());
    let with = |debtor: Party| Payload { debtor, ..example() };
    assert_ne!(commitment(&with(one), salts), commitment(&with(other), salts));
}
