//! The bytes that were published, in golden/: they are read, they mean what they meant, and they are written the same.
//!
//! A file is a type in a version; a line of it is an event in hexadecimal. Nobody edits a line: journals hold these
//! bytes. The digests below are of the files as published; a new file brings a new line here.

use crate::{encoded, hex, samples, unhex};
use codec::{EVENT_TYPES, decode_exact, event_type};
use domain::event::PaymentEntered;
use domain::{Amounts, Event, EventBody};
use money::AmountMinor;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

macro_rules! golden {
    ($($name:literal $digest:literal)+) => {
        /// Name, SHA-256 and text of each file.
        const GOLDEN: &[(&str, &str, &str)] =
            &[$(($name, $digest, include_str!(concat!("../../golden/", $name, ".hex")))),+];
    };
}

golden! {
    "CycleClosedWithCredit-v1" "6444bcb99c47ecd46953ca673fc5eda93e0b10a8876eca9bd99a49a678e289c6"
    "CloseStopped-v1" "2f2f7a2c2ff3bab79a86b06e7e5fc808f7ad3dae4a5351bd00ed4261d533e8d2"
    "IndexPublished-v1" "6d89f7a418940ebaacc37864b02cfbbb3fbdb88fb7aa18acc8ed2aecc6f679e4"
    "FundMoved-v1" "201cdfdfbc0744abb3ec307d2af81d2636160253cbe0301dda3711cfd2258e71"
    "AllocationGiven-v1" "3005d66a43efb6ee5a8d440e2b56af9cc66ed570b7dc4bf6e19a44217f89d35b"
    "AllocationTaken-v1" "777a93f83da5d950963a0d80d236d8dc541c2f9398eb7e8e768c6cf25c5b3963"
    "ReserveDrawn-v1" "d1a710acfe39e3dad4154420af4224f441152e101e513cdfb7ea339c2e0f73f0"
    "DrawingPaidOut-v1" "6ea56927f8995160a3d6bee30e9d89c7b510fffec0bfb572778f163fa1808bd8"
    "DrawingRepaid-v1" "c12ac077cf5b170c77ba381c6fb3c97f1d176c095dc86d0c9ccaf2d12cd4e099"
    "DrawingRenewed-v1" "20844864262d497dc4324ce384e437a10832734460370d1fc16b8894bad0bd0f"
    "ArrangementOpened-v1" "b1a73dbba0f9ee04a25f23ec0d213289f6c0800fa9f8cf1403e9042e3d487bf9"
    "CalendarDaysSet-v1" "16a2ed5ac5df2d9ec6627de225fa5102c59409deef65e54ffb44a753c8c575eb"
    "CalendarDefined-v1" "c33017d2b55f3ca40710abbde1e9e7c1d41b49508cbcbd781c865b35a2e0a388"
    "CancelPending-v1" "df305f224b1970d703bf7d3f1b91f38b3324197edbebaadf793894f32b3ab8ef"
    "CollectionsConfirmed-v1" "110306a9392b8547755673b838ee55151111db966f0912e01fcf83b30896756b"
    "CommandRefused-v1" "4190b6370a8955de3e3c758bbd92b21b950d75a1dee70c85d459f3bc3def43f8"
    "ConformityGiven-v1" "dd61d3b92b59c8e59b2f48802a32ddf5ba2d0b1cb908706b1f365077682871ee"
    "CurrencyRegistered-v1" "5b8a3c1a53aeae521fe19f07114b1c26704860f1cbb34aad744b588560fdaaba"
    "CycleClosed-v1" "9194d26b110f273a0346b672b8a4c125b860c3985826e5576b96abbed55c0a3e"
    "CycleSettled-v1" "63377d0edf86c27490766e1add5445a48da677fe3bed9fcb1490263bac5e271e"
    "DayClosed-v1" "58c5a8c40776c0c3d751307e4757a7472eb949e1f481ba10a072435a7788f922"
    "DayOpened-v1" "0bde03f3a38a0c75ebe6ba369a7200a2026a32bf123379c8dbd365f1ff7acdc2"
    "DisputeEnded-v1" "c19a285390fdface1c6b12d7a38b8e8dd9f045ad33ed8a8040311005e5c25fc3"
    "DisputeOpened-v1" "c951a9bce0f714d93c000960b772eff1998e64501c964ce6a989ddb22cf88fc1"
    "Extorno-v1" "d66ea18deb6b6e9212fbc08ea698fa7fe6083322b939a551481b77c84c06d45f"
    "FacilityResumed-v1" "9a1c3be2c5f11c4fc7bedced1d55d8ed93ff70d31a5e4ed994f7d8768881d3d5"
    "FacilityStopped-v1" "b4255770bbc2afef79ae2f9206ce357ef07519838920cb4d03ec88465571d4a3"
    "FeesConfirmed-v1" "de87aedf88866e47e81ec9089f4d2ffc69d30bc39ccfcbfb0965b458783a85ba"
    "FixingMade-v1" "b9e5b9fbff7d3ae5e103839bf5f301dfd949dd137e9ce350d84296f0fdd78e55"
    "HoldRefused-v1" "3041dbd45bcfb4770b726663fbdad2b37065491649a8fe5477bf1bbb137cba4f"
    "HoldReleased-v1" "ebd570dd65af58abd8a2a0ce41ca953954ae3dc4b6e16e9329f2df1aa9d12720"
    "IdentifierReused-v1" "75ab89d029e9911da19269b1565e59733c6eb269d1586a1329fdc9e9e9308791"
    "InstitutionAuthorised-v1" "428c11f40b76d87948cedd972be94159990caead4a344873334a0212841631a8"
    "LimitSet-v1" "a784c706cd43fd41119c4b3bd6165c97de8e4820d5b8b2e3be27771c4480dbff"
    "MemberJoined-v1" "5dd1b5a01b5491d83e644af82ed16a8aef9374f24d7cc1645bd4d718aa5446db"
    "MemberLeft-v1" "a504f6fc208cff929a0167ea692149ef3ee9e04569a26b26ba5f48060d3a5673"
    "MemberRegistered-v1" "46610089f8799dbf8e061ed772e592337843a67704a86239b5f6f875499e7b9f"
    "MemberReinstated-v1" "4234ba6a42452a8293a7a4e50edeb4e0c32094120adb626108ae93dbeab74297"
    "MemberSuspended-v1" "70fb82ae69930036ecbcb1cdaf2f2dd0c833020485dc4596373f038de74a7391"
    "PaymentEntered-v1" "baf032d4166c9d668a7d3049dd15a44b43edf7362eba923b3decbefb0a8a24d8"
    "PaymentRecalled-v1" "80c61ec2af99aba20dd43e76213eaebeeae84b8a091b587efd852490d9092ce1"
    "PaymentRefused-v1" "8f451ccd2a883167bfbf3890a5a1902d1fadd094625ea0c384c3653c2fbdcd01"
    "PaymentRequoted-v1" "552c8384cf59d1e985c5cf46f9eaaf6520dbda3960f6b4079a24243dec09ca3b"
    "PaymentReturned-v1" "662a0d1c1f5db175fc2024a8dd500f2953ddc6990a030cd2f10673be6f2a4e17"
    "PaymentsEnded-v1" "44a07385aef51d6c74721b99e945d65863fa6c1c689c3f526e85dbed85931b4f"
    "PaymentsEvicted-v1" "26409da14e5cb34a29a70099b1512a740b2df638046a9a4f56967f8708f48fd5"
    "PaymentsPriced-v1" "d0d60983011cc9ec57905367827ba700f891f764d2d45820fb750c11fd0702fe"
    "PaymentsPricedForPayees-v1" "c30489f9b8de94737a9a2a6f778567e001ba27aba4f8ecdc84d3b846b928b058"
    "PayoutFailed-v1" "b8152310fd32ba1060aaf0bc185fc61f68f1e4e18d683c86f53bb7ca4366dcd9"
    "PayoutsConfirmed-v1" "1a39f122e80a40ce6b5766c58bc57c0f0f823c5113b0249c502602dc756839b7"
    "PositionReported-v1" "e01d652ede166820ecf77c241e41d6e3ab4d9c2392860a5cd3311c5322d02a9b"
    "PrefundingMoved-v1" "8772ef0223ba17ed17c92fb45134a50ea880b30439bc4a05078c4ed91efe7b82"
    "QueueReleased-v1" "35eac24aadbe1d369592efc34106daec40bf805002594b44c4a6b9eb499a5279"
    "RatePublished-v1" "844d6016704b6ab5b306a834a6d4dd060a828b6aaa1c23e63a815cc993719a44"
    "RulebookAdopted-v1" "7d00118299ae9846b954c714ed6a86e0be5d9f5b29a41f07eb89a9fa5bd40f4e"
    "RunConcluded-v1" "aabeaa9059561511cf6b8482bffaa10a5b4f3ecd4e8e73cc6702b867f481aa4b"
    "RunEnded-v1" "d081703be82e16a883f8ea21bee6ca2d076d2db44b836bfcaed7ba15aa8dbd99"
    "RunFrozen-v1" "3b16023a2f7d746ca7229a89895f1771aa4851365570375a84c2a9e7c194f0ec"
    "RunOpened-v1" "ee6def6328d8420ccf32e0b4df8bb510d6f6db39307181fd6d2bf7382853f074"
    "SettlementConfirmed-v1" "8e89b21dadb4e58dc35b15afed51f606af5342e29d9bdab57b54405ca1a4bce8"
    "TransferConfirmed-v1" "0a0c1b5af432702d8495a56b07162b602549883a271145be53d778bd95c4c100"
    "TransferDue-v1" "cc21299819bf2927b125b1f16ecdbb543bd5c8c677b5ae2ee44054f3d677ba99"
    "UnitValuePublished-v1" "9e0582fec9010c6c830fbef19d9f2c1c6d33e309aa1322c3cf8350c9227babfb"
    "NoticeGiven-v1" "3241d66c8a12c7cfe5436bc80635c38526d2745af43dddb03107a1a5f4dab377"
    "NoticeWithdrawn-v1" "23922517bb9d63d0b8970bdf703d4d95fc97888f6295d85c23b3cac6968e769f"
    "MemberLeaving-v1" "5f75f28b4787a83669105a4b6086a3794dfa0793bd3bfc835a27e57dd9fc57f2"
    "PurposesSet-v1" "b084fe32c5a504d0fb98151aadcf17d345b1255a1de2497d9a476d62d3de172f"
    "StageSet-v1" "bdca997d79163ad3e6b7e6b4d0eba895d8aaca5448edce34e71c0de265f73497"
    "DayExtended-v1" "599e39fd5075191c4baf800b9c2b837922672104301ea07d03146698dc212e68"
    "HolidaySet-v1" "62a90bf3965f9e30fa382e0ca2194b1e9255483c0fc34ac8d3bc367062b48e2d"
    "PayInMoved-v1" "22213d90800a51b41343dcd584d82a4bf0ffbc549235927172bd63b4882a371e"
    "RunMoved-v1" "426f73ea7601e4056fbf8e59ab37257438dc7fea9b12a405f369127132de29b8"
    "EntryConsentSet-v1" "5cbccc509bfe0b42a1a27154cddacb69a71b9e5a0c14dc77eb40810363b5e8ef"
    "CycleCompleted-v1" "f02215c936e0377114ab7664716ba832b30993d3477e12ce2dd2c50d0250d0c7"
    "ArrearsPaid-v1" "41f75cbeab7ef903cd014e15fdd5f77a5a04a9e07bafebe1ae0b7cb3bca8ec67"
}

fn file_name(event: &Event) -> String {
    let kind = event_type(&event.body);
    format!("{}-v{}", kind.name, kind.version)
}

/// What a golden file of a type is to hold: for whoever publishes a new type or version.
fn text_of_samples(name: &str) -> String {
    samples::all().iter().filter(|event| file_name(event) == name).map(|event| hex(&encoded(event)) + "\n").collect()
}

#[test]
fn every_type_and_version_has_its_bytes() {
    let published: BTreeSet<&str> = GOLDEN.iter().map(|(name, ..)| *name).collect();
    let names = EVENT_TYPES.iter().map(|kind| format!("{}-v{}", kind.name, kind.version));
    let missing: String = names
        .filter(|name| !published.contains(name.as_str()))
        .map(|name| format!("golden/{name}.hex:\n{}", text_of_samples(&name)))
        .collect();
    assert!(missing.is_empty(), "publish these files, with this text, and name them in this file:\n{missing}");
}

#[test]
fn no_published_byte_was_changed() {
    for (name, digest, text) in GOLDEN {
        assert_eq!(
            hex(&Sha256::digest(text)),
            *digest,
            "golden/{name}.hex is not what was published: bring it back; a type whose form changes gets a new version"
        );
    }
}

#[test]
fn published_bytes_are_read_and_written_the_same() {
    for (name, _, text) in GOLDEN {
        assert!(!text.is_empty(), "golden/{name}.hex is empty");
        for line in text.lines() {
            let event = decode_exact(&unhex(line)).unwrap_or_else(|error| panic!("golden/{name}.hex: {error}: {line}"));
            assert_eq!(file_name(&event), *name);
            assert_eq!(hex(&encoded(&event)), line, "golden/{name}.hex: {event:?}");
        }
    }
}

#[test]
fn published_bytes_mean_what_they_meant() {
    let read: Vec<Event> =
        GOLDEN.iter().flat_map(|(_, _, text)| text.lines().map(|line| decode_exact(&unhex(line)).unwrap())).collect();
    for event in samples::all() {
        assert!(read.contains(&event), "no golden file holds {event:?}: {}", hex(&encoded(&event)));
    }
    assert_eq!(read.len(), samples::all().len());
}

#[test]
fn a_payment_on_the_straight_path_takes_160_bytes_at_most() {
    let event = |change: fn(&mut PaymentEntered)| {
        let mut entered = samples::straight();
        change(&mut entered);
        Event { body: EventBody::PaymentEntered(entered), ..samples::all().swap_remove(0) }
    };
    let usual = encoded(&event(|_| ()));
    // The longest of all: numbers that fill their types.
    let longest = encoded(&event(|entered| {
        entered.payment.0 = u64::MAX;
        (entered.arrangement.0, entered.position_currency.0) = (u16::MAX, u16::MAX);
        (entered.payer.0, entered.payee.0) = (u32::MAX, u32::MAX);
        entered.amounts =
            Amounts { payer: Some(AmountMinor::MAX), position: AmountMinor::MAX, payee: AmountMinor::MAX };
    }));
    assert!(usual.len() <= 160 && longest.len() <= 170, "{} bytes, the longest {}", usual.len(), longest.len());
}

/// Plans with additions, as adopted: the second form of a plan.
const PLANS_WITH_CREDIT: &str = include_str!("../../golden/plans-with-credit.hex");
const PLANS_WITH_RESERVE: &str = include_str!("../../golden/plans-with-reserve.hex");

fn are_read_and_written_as_published(name: &str, published: &str, their_sha256: &str, plans: Vec<domain::Plan>) {
    let adopted = |plan| Event {
        body: EventBody::RulebookAdopted {
            rulebook: domain::RulebookId(1),
            source: b"schema = 1".to_vec(),
            plan: Box::new(plan),
        },
        ..samples::all().swap_remove(0)
    };
    let now: Vec<Event> = plans.into_iter().map(adopted).collect();
    let written: String = now.iter().map(|event| hex(&encoded(event)) + "\n").collect();
    assert_eq!(published, written, "golden/{name}.hex:\n{written}");
    assert_eq!(hex(&Sha256::digest(published)), their_sha256, "golden/{name}.hex was changed");
    for (line, event) in published.lines().zip(&now) {
        assert_eq!(decode_exact(&unhex(line)).as_ref(), Ok(event));
    }
}

#[test]
fn plans_with_credit_are_read_and_written_as_published() {
    const THEIR_SHA256: &str = "4cbc63445e0a7f65a44ea0de3c1049505409be0e834a56ca059c54dccc922d5c";
    let plans = crate::plans::with_credit();
    are_read_and_written_as_published("plans-with-credit", PLANS_WITH_CREDIT, THEIR_SHA256, plans);
}

#[test]
fn plans_with_a_reserve_fund_are_read_and_written_as_published() {
    const THEIR_SHA256: &str = "8ecac346ef43900c3cbccb1a9b50c827ead932242ef335fffebbb4a16e2d851a";
    let plans = crate::plans::with_reserve();
    are_read_and_written_as_published("plans-with-reserve", PLANS_WITH_RESERVE, THEIR_SHA256, plans);
}
