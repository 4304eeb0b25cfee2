//! The events whose bytes are in golden/: some of each type, with every value that a field of it may have.

use crate::plans;
use domain::credit::{CycleClosedWithCredit, Holding, NetInParts};
use domain::event::{
    Admitted, CommandKind, CycleClosed, Disposition, DisputeOutcome, EndReason, FxResult, PaymentEntered, Payout,
    Quote, Released, SettlementLeg, Stage,
};
use domain::ids::{
    Actor, ArrangementId, CalendarId, Commitment, ContentDigest, CurrencyId, CycleId, DocumentKey, DrawingId,
    InstitutionId, MemberId, PaymentId, PaymentKey, RulebookId, RunId, Uetr,
};
use domain::limit::{LimitSetting, Scope};
use domain::payment::{Amounts, LegState, PricedForPayee, PricedPayment};
use domain::plan::{DayStep, Denomination, Plan, Purpose};
use domain::reserve::{ReserveDrawn, SwapSide};
use domain::{Date, Event, EventBody, Owner, PaymentOriginal, PaymentState, Refusal, RunMethod, RunProof, Timestamp};
use money::{AmountMinor, CurrencyCode, Rate};

const ARRANGEMENT: ArrangementId = ArrangementId(1);
const MEMBER: MemberId = MemberId(7);
const OTHER_MEMBER: MemberId = MemberId(300);
const INSTITUTION: InstitutionId = InstitutionId(70_000);
const OTHER_INSTITUTION: InstitutionId = InstitutionId(30);
const DATE: Date = Date(20_781);
const NOON: Timestamp = Timestamp(1_795_521_600_000_000);
const UETR: Uetr =
    Uetr([0x8a, 0x56, 0x2c, 0x67, 0xca, 0x16, 0x48, 0xba, 0xb0, 0x74, 0x65, 0x58, 0x1b, 0xe6, 0xf0, 0x01]);

fn amount(minor: u64) -> AmountMinor {
    AmountMinor::new(minor).unwrap()
}

fn rate(text: &str) -> Rate {
    Rate::parse(text).unwrap()
}

/// The house does it by itself.
fn house(body: EventBody) -> Event {
    Event { actor: Actor::HOUSE, approvals: Vec::new(), body }
}

/// A person of the operator does it, another approves.
fn operator(body: EventBody) -> Event {
    Event { actor: Actor::operator(4), approvals: vec![Actor::operator(25)], body }
}

fn agent(body: EventBody) -> Event {
    Event { actor: Actor::agent(0), approvals: Vec::new(), body }
}

fn member(body: EventBody) -> Event {
    Event { actor: Actor::member(MEMBER, 1_000), approvals: vec![Actor::member(MEMBER, 2), Actor::HOUSE], body }
}

fn institution(body: EventBody) -> Event {
    Event { actor: Actor::institution(INSTITUTION, 0), approvals: Vec::new(), body }
}

/// The straight path: a payment with its document that clears at once.
pub fn straight() -> PaymentEntered {
    PaymentEntered {
        payment: PaymentId(123_456_789),
        arrangement: ARRANGEMENT,
        uetr: UETR,
        payer: INSTITUTION,
        payee: OTHER_INSTITUTION,
        content: ContentDigest([0xc0; 16]),
        commitment: Commitment([0xcc; 32]),
        document: Some(DocumentKey([0xd0; 16])),
        instrument: None,
        purpose: Purpose::Goods,
        urgent: false,
        denomination: Denomination::Payee,
        position_currency: CurrencyId(0),
        amounts: Amounts { payer: Some(amount(123_456_789_012)), position: amount(6_000_000), payee: amount(31_250) },
        quote_until: Some(NOON),
        value_date: DATE,
        collected: true,
        conformity_by: None,
        disposition: Disposition::Cleared(Payout::AfterSettlement),
    }
}

/// Some events of each type.
pub fn all() -> Vec<Event> {
    let mut events = entered();
    events.extend(payments());
    events.extend(queue());
    events.extend(facility_and_fees());
    events.extend(conformity_and_payout());
    events.extend(cycle());
    events.extend(reserve());
    events.extend(day());
    events.extend(limits_and_members());
    events.extend(registers());
    events.extend(memory());
    events.extend(open_runs());
    events.extend(members_for_themselves());
    events.extend(operators_acts());
    events
}

fn operators_acts() -> Vec<Event> {
    let (arrangement, reason) = (ARRANGEMENT, "línea caída".to_owned());
    vec![
        operator(EventBody::DayExtended {
            arrangement,
            from_step: DayStep::EntryCutOff,
            by_s: 1_800,
            reason: reason.clone(),
        }),
        operator(EventBody::HolidaySet { arrangement, date: DATE, closed: true, reason: reason.clone() }),
        operator(EventBody::HolidaySet { arrangement, date: Date(-1), closed: false, reason: reason.clone() }),
        operator(EventBody::PayInMoved { arrangement, cycle: CycleId(6), settle_on: DATE, reason: reason.clone() }),
        operator(EventBody::RunMoved { arrangement, at: Some(NOON), reason: reason.clone() }),
        operator(EventBody::RunMoved { arrangement, at: None, reason: reason.clone() }),
        operator(EventBody::CycleCompleted {
            arrangement,
            cycle: CycleId(6),
            pay_ins: vec![(0, 0), (3, 70_000)],
            pay_outs: vec![(4, 1)],
            reason,
        }),
        agent(EventBody::ArrearsPaid {
            arrangement,
            cycle: CycleId(6),
            member: MEMBER,
            counterparty: Some(OTHER_MEMBER),
            amount: amount(7),
            paid: vec![(OTHER_MEMBER, amount(7))],
        }),
        agent(EventBody::ArrearsPaid {
            arrangement,
            cycle: CycleId(6),
            member: MEMBER,
            counterparty: None,
            amount: amount(1),
            paid: Vec::new(),
        }),
        member(EventBody::EntryConsentSet { arrangement, member: MEMBER, given: true }),
    ]
}

fn members_for_themselves() -> Vec<Event> {
    let arrangement = ARRANGEMENT;
    vec![
        member(EventBody::NoticeGiven { arrangement, member: MEMBER, effective: DATE }),
        member(EventBody::NoticeWithdrawn { arrangement, member: OTHER_MEMBER }),
        house(EventBody::MemberLeaving { arrangement, member: MEMBER }),
        member(EventBody::PurposesSet {
            arrangement,
            member: MEMBER,
            purposes: vec![Purpose::Goods, Purpose::PublicProgramme],
            effective: DATE,
        }),
        member(EventBody::PurposesSet { arrangement, member: OTHER_MEMBER, purposes: Vec::new(), effective: Date(-1) }),
        member(EventBody::StageSet {
            arrangement,
            member: MEMBER,
            stage: Stage::Net,
            payout_at_clearing: true,
            effective: DATE,
        }),
    ]
}

fn entered() -> Vec<Event> {
    let with = |change: fn(&mut PaymentEntered)| {
        let mut entered = straight();
        change(&mut entered);
        institution(EventBody::PaymentEntered(entered))
    };
    vec![
        with(|_| ()),
        with(|entered| {
            entered.document = None;
            entered.instrument = Some("0072115104240018".into());
            entered.amounts.payer = None;
            entered.quote_until = None;
            entered.urgent = true;
            entered.collected = false;
            entered.conformity_by = Some(Date(-1));
            entered.value_date = Date::from_ymd(1969, 12, 31).unwrap();
            entered.disposition = Disposition::Held(OTHER_MEMBER);
            entered.denomination = Denomination::Asset;
            entered.purpose = Purpose::Investment;
        }),
        with(|entered| {
            entered.disposition = Disposition::Cleared(Payout::AtClearing);
            entered.denomination = Denomination::Payer;
            entered.purpose = Purpose::Services;
            entered.amounts = Amounts { payer: Some(AmountMinor::MAX), position: amount(1), payee: amount(24) };
            entered.quote_until = Some(Timestamp(i64::MAX));
        }),
        with(|entered| {
            entered.disposition = Disposition::Cleared(Payout::AtConformity);
            entered.purpose = Purpose::Remittance;
            entered.quote_until = Some(Timestamp(i64::MIN));
        }),
        with(|entered| {
            entered.disposition = Disposition::Queued;
            entered.purpose = Purpose::Pension;
            entered.payment = PaymentId(0);
        }),
        with(|entered| {
            entered.disposition = Disposition::AwaitingRate;
            entered.purpose = Purpose::PublicProgramme;
            entered.payment = PaymentId(u64::MAX);
        }),
        with(|entered| entered.disposition = Disposition::AwaitingCollection),
    ]
}

fn payments() -> Vec<Event> {
    let key = PaymentKey { institution: INSTITUTION, uetr: UETR };
    let content = ContentDigest([0x0c; 16]);
    let refused = |refusal, scope| {
        let payment = PaymentId(9);
        institution(EventBody::PaymentRefused { payment, arrangement: ARRANGEMENT, key, content, refusal, scope })
    };
    let command_refused = |command, refusal, payment| house(EventBody::CommandRefused { command, refusal, payment });
    let ended = |reason| {
        let payments = vec![PaymentId(1_000), PaymentId(1_001), PaymentId(1_024)];
        house(EventBody::PaymentsEnded { arrangement: ARRANGEMENT, reason, payments })
    };
    let returned_amounts = Amounts { payer: Some(amount(10)), position: amount(200), payee: amount(70_000) };
    vec![
        refused(Refusal::UetrFormat, None),
        refused(Refusal::ShareExceeded, Some(Scope::InstitutionShare(INSTITUTION))),
        refused(Refusal::PairLine, Some(Scope::Pair { debtor: MEMBER, creditor: OTHER_MEMBER })),
        refused(Refusal::CreditorLimit, Some(Scope::CreditorExposure(MEMBER))),
        refused(Refusal::PaymentTooLarge, Some(Scope::PerPayment(MEMBER))),
        refused(Refusal::PrefinancingLimit, Some(Scope::Prefinancing(MEMBER))),
        institution(EventBody::IdentifierReused { key, content }),
        command_refused(CommandKind::Cancel, Refusal::InCycle, Some(PaymentId(24))),
        command_refused(CommandKind::Reinstate, Refusal::NotSuspended, None),
        ended(EndReason::Cancelled),
        ended(EndReason::Suspended),
        ended(EndReason::Void),
        ended(EndReason::Expired),
        ended(EndReason::QuoteLapsed),
        house(EventBody::PaymentRequoted { payment: PaymentId(5), amounts: returned_amounts, quote_until: NOON }),
        member(EventBody::HoldReleased {
            payment: PaymentId(5),
            disposition: Disposition::Queued,
            amounts: straight().amounts,
            quote_until: None,
        }),
        member(EventBody::HoldRefused { payment: PaymentId(256) }),
        institution(EventBody::PaymentReturned {
            payment: PaymentId(4_294_967_296),
            original: PaymentId(4_294_967_295),
            uetr: UETR,
            content,
            amounts: returned_amounts,
            of_original: amount(100),
            value_date: DATE,
            payout: Payout::AtClearing,
        }),
        institution(EventBody::DisputeOpened { payment: PaymentId(23), carrier: OTHER_INSTITUTION, until: DATE }),
        operator(EventBody::DisputeEnded { payment: PaymentId(23), outcome: DisputeOutcome::Upheld }),
        operator(EventBody::DisputeEnded { payment: PaymentId(23), outcome: DisputeOutcome::Rejected }),
        house(EventBody::DisputeEnded { payment: PaymentId(23), outcome: DisputeOutcome::Lapsed }),
    ]
}

fn facility_and_fees() -> Vec<Event> {
    let paid = |owner| EventBody::FeesConfirmed { arrangement: ARRANGEMENT, owner, amount: amount(2_500) };
    vec![
        institution(EventBody::FacilityStopped { arrangement: ARRANGEMENT }),
        operator(EventBody::FacilityResumed { arrangement: ARRANGEMENT }),
        operator(EventBody::UnitValuePublished {
            arrangement: ARRANGEMENT,
            from: DATE,
            value: Rate::new(12_509, 4).unwrap(),
        }),
        member(EventBody::AllocationGiven {
            arrangement: ARRANGEMENT,
            giver: MEMBER,
            taker: OTHER_MEMBER,
            amount: amount(150),
        }),
        member(EventBody::AllocationTaken { arrangement: ARRANGEMENT, taker: OTHER_MEMBER, amount: amount(150) }),
        member(EventBody::PositionReported {
            arrangement: ARRANGEMENT,
            debtor: MEMBER,
            creditor: OTHER_MEMBER,
            amount: amount(2_689),
        }),
        agent(paid(Owner::House)),
        agent(paid(Owner::Member(MemberId(7)))),
        agent(paid(Owner::Institution(OTHER_INSTITUTION))),
        agent(paid(Owner::Arrangement(ARRANGEMENT))),
    ]
}

fn queue() -> Vec<Event> {
    let released = |payment, payout| Released { payment: PaymentId(payment), payout };
    let priced = |payment, minor| PricedPayment { payment: PaymentId(payment), payer: amount(minor) };
    vec![
        house(EventBody::PaymentsPriced {
            arrangement: ARRANGEMENT,
            date: DATE,
            collect_on: Date(20_784),
            payments: vec![priced(1_000_000, 99), priced(1_000_001, 5_000_000_000), priced(1_000_300, 1)],
        }),
        house(EventBody::PaymentsPricedForPayees {
            arrangement: ARRANGEMENT,
            date: DATE,
            collect_on: Date(20_784),
            payments: vec![
                PricedForPayee { payment: PaymentId(1_000_000), payee: amount(99) },
                PricedForPayee { payment: PaymentId(1_000_300), payee: amount(5_000_000_000) },
            ],
        }),
        member(EventBody::CollectionsConfirmed {
            arrangement: ARRANGEMENT,
            payments: vec![
                (PaymentId(10), Admitted::Cleared(Payout::AtClearing)),
                (PaymentId(11), Admitted::Cleared(Payout::AfterSettlement)),
                (PaymentId(13), Admitted::Cleared(Payout::AtConformity)),
                (PaymentId(12), Admitted::Queued),
                (PaymentId(40), Admitted::AlreadyCleared),
            ],
        }),
        house(EventBody::RunFrozen { arrangement: ARRANGEMENT, run: RunId(0), items: 40_000 }),
        house(EventBody::QueueReleased {
            arrangement: ARRANGEMENT,
            run: Some(RunId(255)),
            payments: vec![
                released(500_000, Payout::AfterSettlement),
                released(500_060, Payout::AtClearing),
                released(499_000, Payout::AtConformity),
                released(u64::MAX, Payout::AfterSettlement),
                released(0, Payout::AfterSettlement),
            ],
        }),
        house(EventBody::QueueReleased { arrangement: ARRANGEMENT, run: None, payments: Vec::new() }),
        house(EventBody::RunEnded { arrangement: ARRANGEMENT, run: RunId(u32::MAX) }),
    ]
}

/// Runs that stay open for the optimiser.
fn open_runs() -> Vec<Event> {
    let opened = |items, until| {
        let (run, instance) = (RunId(1_000), [0x17; 32]);
        house(EventBody::RunOpened { arrangement: ARRANGEMENT, run, items, instance, until })
    };
    let concluded = |method, value_minor, proof| {
        let run = RunId(1_000);
        house(EventBody::RunConcluded { arrangement: ARRANGEMENT, run, method, value_minor, proof })
    };
    let proof = |upper_bound_minor| Some(RunProof { upper_bound_minor, certificate: [0xce; 32], ticks: 2_000_000_000 });
    vec![
        opened(1, NOON),
        opened(49_152, Timestamp(-1)),
        institution(EventBody::CancelPending { payment: PaymentId(123_456_789) }),
        operator(EventBody::CancelPending { payment: PaymentId(0) }),
        concluded(RunMethod::Optimal, 18_000_000_000_000_000_000_000, proof(18_000_000_000_000_000_000_001)),
        concluded(RunMethod::Optimal, 24, proof(24)),
        concluded(RunMethod::Fifo, 5_000_000, None),
        concluded(RunMethod::Unfrozen, 0, None),
    ]
}

fn conformity_and_payout() -> Vec<Event> {
    let payments = vec![PaymentId(70), PaymentId(71)];
    vec![
        member(EventBody::ConformityGiven { arrangement: ARRANGEMENT, payments: payments.clone(), by_silence: false }),
        house(EventBody::Extorno { arrangement: ARRANGEMENT, payments: payments.clone(), by_silence: true }),
        member(EventBody::PayoutsConfirmed { arrangement: ARRANGEMENT, institution: INSTITUTION, payments }),
        member(EventBody::PayoutFailed { payment: PaymentId(24) }),
    ]
}

fn cycle() -> Vec<Event> {
    let leg =
        |member, counterparty, pay_in, minor| SettlementLeg { member, counterparty, pay_in, amount: amount(minor) };
    let result = |counterpart_minor, settled_minor| FxResult {
        member: MEMBER,
        currency: CurrencyId(3),
        counterpart_minor,
        settled_minor,
    };
    let empty = CycleClosed {
        arrangement: ARRANGEMENT,
        cycle: CycleId(0),
        date: DATE,
        positions: Vec::new(),
        interest: Vec::new(),
        nets: Vec::new(),
        fx_results: Vec::new(),
        legs: Vec::new(),
        settle_on: DATE,
    };
    // The ends of what fits a plain CBOR integer, and the next ones, which do not.
    let edges = [i128::from(u64::MAX), i128::from(u64::MAX) + 1, -i128::from(u64::MAX) - 1, -i128::from(u64::MAX) - 2];
    let full = CycleClosed {
        cycle: CycleId(90_000),
        positions: edges.map(|balance| (INSTITUTION, CurrencyId(500), balance)).to_vec(),
        interest: vec![(MEMBER, OTHER_MEMBER, amount(1_913_888))],
        nets: vec![(MEMBER, i128::MAX), (OTHER_MEMBER, i128::MIN), (MemberId(1), -1), (MemberId(2), 1)],
        fx_results: vec![result(-25, 24), result(0, -70_000)],
        legs: vec![leg(MEMBER, Some(OTHER_MEMBER), true, 65_536), leg(OTHER_MEMBER, None, false, 1)],
        settle_on: Date(20_782),
        ..empty.clone()
    };
    vec![
        house(EventBody::CycleClosed(Box::new(empty.clone()))),
        house(EventBody::CycleClosed(Box::new(full.clone()))),
        house(EventBody::CycleClosedWithCredit(Box::new(CycleClosedWithCredit {
            closed: empty,
            parts: Vec::new(),
            interest: Vec::new(),
            repaid: Vec::new(),
            changes: Vec::new(),
        }))),
        house(EventBody::CycleClosedWithCredit(Box::new(CycleClosedWithCredit {
            closed: full,
            parts: vec![NetInParts { member: MEMBER, cash_minor: -21_600, credit_minor: i128::MIN }],
            interest: vec![(MEMBER, -76), (OTHER_MEMBER, 75)],
            repaid: vec![(OTHER_MEMBER, 1_000)],
            changes: vec![
                (Holding::undated(MEMBER), -78_400),
                (Holding::lot(MEMBER, DATE), -1),
                (Holding::instalment(OTHER_MEMBER, DATE), 1_000),
                (Holding::pair(OTHER_MEMBER, MEMBER), 24),
            ],
        }))),
        house(EventBody::CloseStopped { arrangement: ARRANGEMENT, cycle: CycleId(3), missing: amount(2_000_000) }),
        operator(EventBody::IndexPublished { arrangement: ARRANGEMENT, index: "SOFR".to_owned(), rate_ppm: 36_000 }),
        agent(EventBody::FundMoved { arrangement: ARRANGEMENT, member: None, amount: amount(350), deposit: true }),
        agent(EventBody::FundMoved {
            arrangement: ARRANGEMENT,
            member: Some(MEMBER),
            amount: amount(5),
            deposit: false,
        }),
        agent(EventBody::SettlementConfirmed { arrangement: ARRANGEMENT, cycle: CycleId(1), leg: 24 }),
        house(EventBody::CycleSettled { arrangement: ARRANGEMENT, cycle: CycleId(1) }),
        house(EventBody::TransferDue {
            arrangement: ARRANGEMENT,
            debtor: MEMBER,
            creditor: OTHER_MEMBER,
            amount: amount(100),
            by: DATE,
        }),
        agent(EventBody::TransferConfirmed {
            arrangement: ARRANGEMENT,
            debtor: MEMBER,
            creditor: OTHER_MEMBER,
            amount: amount(4_294_967_295),
        }),
    ]
}

fn reserve() -> Vec<Event> {
    let loan = ReserveDrawn {
        arrangement: ARRANGEMENT,
        drawing: DrawingId(0),
        member: MEMBER,
        line: 0,
        date: DATE,
        amount: amount(1),
        rate_ppm: 0,
        instalments: vec![(Date(20_812), 1)],
        swap: None,
    };
    let swap = ReserveDrawn {
        drawing: DrawingId(70_000),
        member: OTHER_MEMBER,
        line: 24,
        amount: amount(1_192_500_000_000),
        rate_ppm: 52_500,
        instalments: vec![(Date(20_812), 596_250_000_000), (Date(20_843), 596_250_000_000)],
        swap: Some(SwapSide { currency: CurrencyId(2), rate: rate("35.0000"), amount: amount(41_737_500_000_000) }),
        ..loan.clone()
    };
    let repaid = |principal_minor, interest_minor| {
        let (arrangement, drawing) = (ARRANGEMENT, DrawingId(24));
        agent(EventBody::DrawingRepaid { arrangement, drawing, principal_minor, interest_minor })
    };
    vec![
        member(EventBody::ReserveDrawn(Box::new(loan))),
        operator(EventBody::ReserveDrawn(Box::new(swap))),
        agent(EventBody::DrawingPaidOut { arrangement: ARRANGEMENT, drawing: DrawingId(256) }),
        repaid(0, 1),
        repaid(u64::MAX, 65_536),
        member(EventBody::DrawingRenewed { arrangement: ARRANGEMENT, drawing: DrawingId(23) }),
    ]
}

fn day() -> Vec<Event> {
    let steps = [
        DayStep::EntryOpens,
        DayStep::RunsFrom,
        DayStep::RunsTo,
        DayStep::Fixing,
        DayStep::EntryCutOff,
        DayStep::LastRun,
        DayStep::Close,
        DayStep::PayInBy,
    ];
    vec![
        house(EventBody::FixingMade {
            arrangement: ARRANGEMENT,
            date: DATE,
            rates: vec![(CurrencyId(1), rate("108.88670")), (CurrencyId(2), rate("0.000000000001"))],
        }),
        operator(EventBody::DayOpened {
            arrangement: ARRANGEMENT,
            date: DATE,
            schedule: steps.into_iter().map(|step| (step, NOON)).collect(),
            time_zone_version: "2026b".to_owned(),
        }),
        house(EventBody::DayClosed { arrangement: ARRANGEMENT, date: DATE, digest: [0xdd; 32] }),
    ]
}

fn limits_and_members() -> Vec<Event> {
    let published = |quote| {
        member(EventBody::RatePublished { arrangement: ARRANGEMENT, member: MEMBER, currency: CurrencyId(2), quote })
    };
    let set = |maximum_minor| {
        let scope = Scope::CommittedLine(MEMBER);
        operator(EventBody::LimitSet(LimitSetting { arrangement: ARRANGEMENT, scope, maximum_minor, effective: DATE }))
    };
    let joined = |stage| {
        let (arrangement, payout_at_clearing) = (ARRANGEMENT, stage == Stage::Net);
        operator(EventBody::MemberJoined { arrangement, member: MEMBER, stage, payout_at_clearing })
    };
    vec![
        published(Quote::TwoSided { buy: rate("4.9"), sell: rate("5.02520") }),
        published(Quote::Reference(Rate::new(u64::MAX, 0).unwrap())),
        set(0),
        set(u64::MAX),
        agent(EventBody::PrefundingMoved {
            arrangement: ARRANGEMENT,
            member: MEMBER,
            amount: amount(9),
            deposit: true,
        }),
        operator(EventBody::MemberSuspended { arrangement: ARRANGEMENT, member: MEMBER }),
        operator(EventBody::MemberReinstated { arrangement: ARRANGEMENT, member: MEMBER }),
        joined(Stage::Observer),
        joined(Stage::Shadow),
        joined(Stage::Prefunded),
        joined(Stage::Net),
        member(EventBody::MemberLeft { arrangement: ARRANGEMENT, member: MEMBER }),
    ]
}

fn registers() -> Vec<Event> {
    let adopted = |plan: Plan| {
        let source = b"schema = 1\n".to_vec();
        operator(EventBody::RulebookAdopted { rulebook: RulebookId(2), source, plan: Box::new(plan) })
    };
    vec![
        operator(EventBody::ArrangementOpened {
            arrangement: ARRANGEMENT,
            rulebook: RulebookId(2),
            agent_calendar: CalendarId(0),
            asset_calendar: CalendarId(u16::MAX),
        }),
        adopted(plans::push_fixed()),
        adopted(plans::push_open()),
        adopted(plans::pull_on_instrument()),
        member(EventBody::InstitutionAuthorised {
            institution: INSTITUTION,
            member: MEMBER,
            code: "BANCO-NORTE".to_owned(),
            jurisdiction: "KNA".to_owned(),
            calendar: CalendarId(4),
            currency: CurrencyId(6),
        }),
        operator(EventBody::MemberRegistered {
            member: MEMBER,
            code: "São Vicente".to_owned(),
            bic: "ABCDUS33".to_owned(),
        }),
        operator(EventBody::CalendarDaysSet {
            calendar: CalendarId(4),
            closed: vec![Date::from_ymd(1, 1, 1).unwrap(), Date(0)],
            opened: vec![Date::from_ymd(9999, 12, 31).unwrap()],
        }),
        operator(EventBody::CalendarDefined { calendar: CalendarId(4), name: "a calendar of the centre".to_owned() }),
        operator(EventBody::CurrencyRegistered {
            currency: CurrencyId(6),
            code: CurrencyCode::new(b"PYG"),
            minor_decimals: 0,
        }),
        operator(EventBody::CurrencyRegistered { currency: CurrencyId(7), code: CurrencyCode::USD, minor_decimals: 4 }),
    ]
}

/// Payments that leave memory, and that come back: one with every field there, one with as few as there can be.
fn memory() -> Vec<Event> {
    let paid_out = PaymentOriginal {
        payment: PaymentId(70_001),
        arrangement: ARRANGEMENT,
        return_of: None,
        instructing: INSTITUTION,
        payer: INSTITUTION,
        payee: OTHER_INSTITUTION,
        uetr: UETR,
        content: ContentDigest([0xC0; 16]),
        document: Some(DocumentKey([0xD0; 16])),
        state: PaymentState::PaidOut,
        refusal: None,
        collection: LegState::Confirmed,
        payout: LegState::Confirmed,
        payout_when: Some(Payout::AfterSettlement),
        payer_minor: 200_901,
        position_minor: 2_005,
        payee_minor: 10_000,
        returned_minor: 5,
        returned_payee_minor: 25,
        position_currency: CurrencyId(0),
        denomination: Denomination::Payee,
        urgent: false,
        collected_first: true,
        quote_until: Some(NOON),
        value_date: DATE,
        entered: DATE,
        conformity_by: Some(DATE),
        cycle: Some(CycleId(412)),
        dispute_outcome: Some(DisputeOutcome::Rejected),
    };
    let refused = PaymentOriginal {
        payment: PaymentId(3),
        return_of: Some(PaymentId(2)),
        document: None,
        state: PaymentState::Refused,
        refusal: Some(Refusal::ShareExceeded),
        collection: LegState::None,
        payout: LegState::None,
        payout_when: None,
        payer_minor: 0,
        position_minor: 0,
        payee_minor: 0,
        returned_minor: 0,
        returned_payee_minor: 0,
        denomination: Denomination::Asset,
        urgent: true,
        collected_first: false,
        quote_until: None,
        conformity_by: None,
        cycle: None,
        dispute_outcome: None,
        ..paid_out.clone()
    };
    let recalled = |original: PaymentOriginal| institution(EventBody::PaymentRecalled(Box::new(original)));
    vec![house(EventBody::PaymentsEvicted { before: PaymentId(65_536) }), recalled(paid_out), recalled(refused)]
}
