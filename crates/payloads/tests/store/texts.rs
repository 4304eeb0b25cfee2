//! Fields that are too long, empty, or hold what is not shown: each named, with its place and what to do.

use crate::common::payload;
use domain::InstitutionId;
use payloads::{Payload, PayloadRefusal, PostalAddress, Reference, ReferredDocument, Salt, SealedPayload, Subject};

fn refusal(change: impl FnOnce(&mut Payload)) -> Option<PayloadRefusal> {
    let mut payload = payload(1);
    change(&mut payload);
    let refused = SealedPayload::new(&payload, [Salt([0; 16]), Salt([1; 16]), Salt([2; 16])]).err();
    assert_eq!(payload.check().err(), refused);
    if let Some(refusal) = &refused {
        let told = refusal.to_string();
        assert!(told.split("; ").count() >= 3, "what; where; what to do: {told}");
    }
    refused
}

fn address(change: impl FnOnce(&mut PostalAddress)) -> impl FnOnce(&mut Payload) {
    |payload| {
        let mut address = PostalAddress::default();
        change(&mut address);
        payload.creditor.address = Some(address);
    }
}

#[test]
fn lengths_are_counted_in_characters_and_one_too_many_is_refused_with_its_field() {
    type Change = fn(&mut Payload, String);
    let rows: [(&'static str, usize, Change); 12] = [
        ("DbtrAcct/Id", 34, |payload, text| payload.debtor.account = text),
        ("Dbtr/Nm", 140, |payload, text| payload.debtor.name = text),
        ("Cdtr/Nm", 140, |payload, text| payload.creditor.name = text),
        ("CdtrAcct/Id", 34, |payload, text| payload.creditor.account = text),
        ("Cdtr/Id", 35, |payload, text| payload.creditor.identification = Some(text)),
        ("Cdtr/PstlAdr/StrtNm", 70, |payload, text| address(|to| to.street_name = Some(text))(payload)),
        ("Cdtr/PstlAdr/BldgNb", 16, |payload, text| address(|to| to.building_number = Some(text))(payload)),
        ("Cdtr/PstlAdr/PstCd", 16, |payload, text| address(|to| to.post_code = Some(text))(payload)),
        ("Cdtr/PstlAdr/TwnNm", 35, |payload, text| address(|to| to.town_name = Some(text))(payload)),
        ("Cdtr/PstlAdr/AdrLine", 70, |payload, text| address(|to| to.address_lines = vec![text])(payload)),
        ("RmtInf/Ustrd", 140, |payload, text| payload.remittance.unstructured = vec![text]),
        ("RmtInf/Strd/RfrdDocInf/Nb", 35, |payload, number| {
            let document_type = "CINV".to_owned();
            payload.remittance.documents = vec![ReferredDocument { document_type, number, date: None }];
        }),
    ];
    for (field, allowed, change) in rows {
        let found = refusal(|payload| change(payload, "ñ".repeat(allowed + 1)));
        assert_eq!(found, Some(PayloadRefusal::TextTooLong { field, found: allowed + 1, allowed }));
    }
    assert_eq!(refusal(|payload| payload.debtor.name = "ñ".repeat(140)), None);
    assert_eq!(refusal(|payload| payload.debtor.name = "n".repeat(140)), None);
}

#[test]
fn characters_that_are_not_shown_are_refused_with_code_point_and_place() {
    for (text, code_point, position) in [
        ("a\0b", 0, 1),
        ("line\nbreak", 0xa, 4),
        ("tab\t", 9, 3),
        ("\u{7f}", 0x7f, 0),
        ("ñ\u{85}", 0x85, 1),
        ("Ana\u{202e}gnihtemos", 0x202e, 3),
        ("Ana\u{2066}x", 0x2066, 3),
        ("Ana\u{200b}", 0x200b, 3),
        ("An\u{200d}a", 0x200d, 2),
        ("\u{feff}Ana", 0xfeff, 0),
        ("so\u{ad}ft", 0xad, 2),
        ("\u{2028}", 0x2028, 0),
    ] {
        let found = refusal(|payload| payload.creditor.name = text.to_owned());
        assert_eq!(found, Some(PayloadRefusal::TextCharacter { field: "Cdtr/Nm", code_point, position }), "{text:?}");
    }
    for text in ["<script>", "=cmd()", "Ñandú & Cía. \"El 5\"", "北京", "٥", "O'Higgins", "a\u{301}"] {
        assert_eq!(refusal(|payload| payload.creditor.name = text.to_owned()), None, "{text:?} is text");
    }
}

#[test]
fn what_is_empty_is_absent_and_lists_and_codes_have_their_form() {
    assert_eq!(refusal(|payload| payload.debtor.name.clear()), Some(PayloadRefusal::TextEmpty { field: "Dbtr/Nm" }));
    assert_eq!(
        refusal(|payload| payload.debtor.identification = Some(String::new())),
        Some(PayloadRefusal::TextEmpty { field: "Dbtr/Id" })
    );
    assert_eq!(
        refusal(address(|address| address.address_lines = vec!["x".to_owned(); 8])),
        Some(PayloadRefusal::TooMany { field: "Cdtr/PstlAdr/AdrLine", found: 8, allowed: 7 })
    );
    assert_eq!(
        refusal(|payload| payload.remittance.unstructured = vec!["x".to_owned(); 11]),
        Some(PayloadRefusal::TooMany { field: "RmtInf/Ustrd", found: 11, allowed: 10 })
    );
    for country in ["br", "BRA", "B", "B1", "ÑÑ", ""] {
        let found = refusal(address(|address| address.country = Some(country.to_owned())));
        assert_eq!(found, Some(PayloadRefusal::CodeFormat { field: "Cdtr/PstlAdr/Ctry" }), "{country}");
    }
    let document = |kind: &str| ReferredDocument { document_type: kind.to_owned(), number: "1".to_owned(), date: None };
    assert!(refusal(|payload| payload.remittance.documents = vec![document("cinv")]).is_some());
    assert!(refusal(|payload| payload.remittance.documents = vec![document("CINV"); 21]).is_some());
    assert_eq!(refusal(|payload| payload.remittance.documents = vec![document("CINV"); 20]), None);
}

#[test]
fn a_case_reference_has_room_for_a_number_and_not_for_a_name() {
    for good in ["1", "2031/17", "RGPD-2031.44/b", &"9".repeat(35)] {
        assert!(Reference::new(good).is_ok(), "{good}");
    }
    for wrong in ["", "Maria Silva", "caso nº 3", "a\n", "ação", &"9".repeat(36)] {
        assert_eq!(Reference::new(wrong), Err(PayloadRefusal::ReferenceFormat), "{wrong}");
    }
}

#[test]
fn an_account_as_printed_is_the_same_subject_as_in_a_message() {
    let (printed, sent) = ("br97 0036 0305 0000 1000 9795 493p 1", "BR9700360305000010009795493P1");
    assert_eq!(Subject::new(InstitutionId(3), printed), Subject::new(InstitutionId(3), sent));
    assert_ne!(Subject::new(InstitutionId(3), sent), Subject::new(InstitutionId(4), sent));
}

#[test]
fn no_personal_data_is_in_what_is_printed_for_programmers() {
    let payload = payload(1);
    let sealed = SealedPayload::new(&payload, [Salt([0; 16]); 3]).expect("good");
    let printed =
        format!("{payload:?} {:?} {:?} {sealed:?} {:?}", payload.debtor, payload.remittance, payload.debtor.subject());
    for secret in ["María", "BR97", "Fatura", "Avenida", "Salvador"] {
        assert!(!printed.contains(secret), "{secret} in {printed}");
    }
}
