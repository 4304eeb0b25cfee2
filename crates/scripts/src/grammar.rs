//! Every sentence of a script: its pattern, what it means, an example. docs/scripts.md is rendered from this table.

use crate::error::{ErrorKind, Wrong};
use crate::names::{Names, shortened};
use crate::pattern::{Found, Miss, Pattern};
use crate::read::Reading;
use crate::read::membership as member;
use crate::read::{declarations as declare, expectations as expect, instructions as instruct};
use crate::script::Act;
use crate::slot::SLOTS;
use crate::token::Token;
use domain::plan::Plan;

/// A kind of sentence.
pub(crate) struct Sentence {
    pub(crate) section: Section,
    pub(crate) pattern: &'static str,
    pub(crate) meaning: &'static str,
    pub(crate) example: &'static str,
    /// What it does; nothing where it only declares.
    pub(crate) build: fn(&mut Reading<'_>, &mut Found) -> Result<Option<Act>, Wrong>,
}

/// Where a sentence stands in the reference.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Section {
    Declarations,
    Time,
    Rules,
    Reserve,
    Payments,
    Confirmations,
    Membership,
    Acts,
    Expectations,
}

const SECTIONS: &[(Section, &str, &str)] = &[
    (
        Section::Declarations,
        "Who and what there is",
        "Before the first date. `source` may stand anywhere, `rulebook` before everything else; holidays and workdays also later: they are decreed overnight.",
    ),
    (Section::Time, "Time", "Time passes only by these lines, and only forwards."),
    (Section::Rules, "Limits, deposits, rates", "Before the first date they hold from it on."),
    (
        Section::Reserve,
        "The reserve fund",
        "Where the rulebook has one. What members contribute are lines `fund receives`.",
    ),
    (Section::Payments, "Payments", "Who may start one is said by the rulebook."),
    (Section::Confirmations, "Confirmations", "What the agent and the members say has happened."),
    (Section::Membership, "Membership", "Of one member; the others go on."),
    (Section::Acts, "Acts of the operator", "Each with its reason, and by two persons."),
    (
        Section::Expectations,
        "Expectations",
        "Looked up when everything that is due by then has happened. One that fails ends nothing: the rest is played too.",
    ),
];

macro_rules! sentence {
    ($section:ident, $pattern:literal, $meaning:literal, $example:literal, $build:expr) => {
        Sentence { section: Section::$section, pattern: $pattern, meaning: $meaning, example: $example, build: $build }
    };
}

#[rustfmt::skip] // one sentence, four lines: they are compared by eye
pub(crate) const SENTENCES: &[Sentence] = &[
    sentence!(Declarations, "source TEXT",
        "Where the figures come from. Printed with the result.",
        "source \"Taxa SML Argentina, quotes of March 2022\"", declare::source),
    sentence!(Declarations, "rulebook RULEBOOK",
        "The rules of everything that follows: one that comes with the program, or a file.",
        "rulebook sml-ar-br", declare::rulebook),
    sentence!(Declarations, "currency CODE with COUNT decimals",
        "A currency that has not two decimals. Before the members that use it.",
        "currency PYG with 0 decimals", declare::currency),
    sentence!(Declarations, "member NEW using CODE [as STAGE] [outside] [paying out at clearing]",
        "A monetary authority and its currency. It joins before the first date at the stage `net`, or at another; `outside` it waits for a `join`.",
        "member URY using UYU as prefunded", declare::member),
    sentence!(Declarations, "institution NEW of MEMBER [using CODE]",
        "An institution that a member authorised. A member without one has one under its own code.",
        "institution BANCO-NUEVO of ARG", declare::institution),
    sentence!(Declarations, "holiday of CALENDAR on DATES",
        "Days on which a national system, the agent or the centre of the asset is closed. Weekends are closed anyway.",
        "holiday of BRA on 2022-04-15, 2022-04-21", declare::holiday),
    sentence!(Declarations, "workday of CALENDAR on DATES",
        "Holidays that are withdrawn.",
        "workday of BRA on 2022-04-21", declare::workday),

    sentence!(Time, "on DATE",
        "Time passes to the opening of a date. Business days before it open and close at the hours of the rulebook; cycles that end are netted. Nobody confirms anything by itself.",
        "on 2022-03-14", instruct::on),
    sentence!(Time, "at TIME",
        "Time passes to a time of the date: runs, fixing and close that fall due happen.",
        "at 18:00", instruct::at),

    sentence!(Rules, "limit pair of MEMBER towards MEMBER MAXIMUM [from DATE]",
        "What the first member may owe the second, net. The second sets it.",
        "limit pair of ARG towards BRA 30,000,000.00 USD", instruct::limit_pair),
    sentence!(Rules, "limit institution_share of INSTITUTION MAXIMUM [from DATE]",
        "What an institution may owe, net: its share of its member's cap.",
        "limit institution_share of ARG 5,000.00 USD", instruct::limit_share),
    sentence!(Rules, "limit creditor_exposure of MEMBER MAXIMUM [from DATE]",
        "What a member accepts to be owed by all, net.",
        "limit creditor_exposure of BRA 1,000,000.00 USD", instruct::limit_exposure),
    sentence!(Rules, "limit per_payment of MEMBER MAXIMUM [from DATE]",
        "The largest payment of a member's institutions.",
        "limit per_payment of ARG 250,000.00 USD", instruct::limit_payment),
    sentence!(Rules, "limit member_towards_all of MEMBER MAXIMUM [from DATE]",
        "What a member may owe all others, net. The operator sets it.",
        "limit member_towards_all of ARG 1,000,000.00 USD", instruct::limit_towards_all),
    sentence!(Rules, "limit facility MAXIMUM [from DATE]",
        "The credit in use in the whole arrangement. The operator sets it; otherwise that of the rulebook holds.",
        "limit facility 100,000,000.00 USD", instruct::limit_facility),
    sentence!(Rules, "limit prefinancing of MEMBER MAXIMUM [from DATE]",
        "What a member pays out before the net has settled.",
        "limit prefinancing of BRA 10,000.00 USD", instruct::limit_prefinancing),
    sentence!(Rules, "limit committed_line of MEMBER MAXIMUM [from DATE]",
        "A line committed to a member: its cap is the sum of this and its prefunding.",
        "limit committed_line of ARG 50,000.00 USD", instruct::limit_line),
    sentence!(Rules, "limit quota of MEMBER MAXIMUM [from DATE]",
        "A member's quota, of which its credit is a share. The operator sets it, as the council decided; it goes before the rulebook's tables.",
        "limit quota of ARG 200,000.00 USD", instruct::limit_quota),
    sentence!(Rules, "limit claims of MEMBER MAXIMUM [from DATE]",
        "What a member accepts to be owed from credit.",
        "limit claims of BRA 100,000.00 USD", instruct::limit_claims),
    sentence!(Rules, "limit debts of MEMBER MAXIMUM [from DATE]",
        "What a member lets itself owe from credit.",
        "limit debts of ARG 100,000.00 USD", instruct::limit_debts),
    sentence!(Rules, "prefund MEMBER AMOUNT",
        "The agent confirms a deposit of a member.",
        "prefund ARG 100,000.00 USD", instruct::prefund),
    sentence!(Rules, "withdraw MEMBER AMOUNT",
        "The agent confirms that a deposit was taken back.",
        "withdraw ARG 5,000.00 USD", instruct::withdraw),
    sentence!(Rules, "rate CURRENCY RATE [by MEMBER]",
        "A member publishes the reference rate of its currency: units for one of the settlement asset. By the first member that uses it, or by another.",
        "rate ARS 108.88670", instruct::rate),
    sentence!(Rules, "quote CURRENCY buying RATE selling RATE [by MEMBER]",
        "A member quotes its currency: units that it gives for one of the settlement asset, and that it takes.",
        "quote BRL buying 4.99 selling 5.01", instruct::quote),

    sentence!(Rules, "index TEXT at RATE percent",
        "The operator publishes an index for interest, per year.",
        "index \"SOFR\" at 3.6 percent", instruct::index),
    sentence!(Rules, "fund receives AMOUNT [from MEMBER]",
        "The agent confirms a contribution of a member to the fund; of nobody named: capital from outside.",
        "fund receives 10,000.00 USD from ARG", instruct::fund_in),
    sentence!(Rules, "fund pays AMOUNT [to MEMBER]",
        "The agent confirms that a contribution, or capital, was given back.",
        "fund pays 10,000.00 USD to ARG", instruct::fund_out),

    sentence!(Reserve, "draw MEMBER AMOUNT on TEXT [as NEW] [against CURRENCY]",
        "A member draws on a line of the reserve fund: itself where it may by right, else the operator enters what the fund decided. A line that swaps lends against the member's currency.",
        "draw ARG 250.00 USD on \"liquidity\" as loan-2", instruct::draw),
    sentence!(Reserve, "confirm drawing DRAWING is paid out",
        "The agent confirms that it paid a drawing out; in a swap the member's currency was given for it.",
        "confirm drawing loan-1 is paid out", instruct::drawing_paid_out),
    sentence!(Reserve, "repay DRAWING AMOUNT",
        "The agent confirms that something was repaid: interest so far first, then what is due, the oldest first; in a swap the currency is given back in proportion, at the rate of the drawing.",
        "repay loan-1 50.00 USD", instruct::repay),
    sentence!(Reserve, "renew DRAWING",
        "A drawing is renewed: each of its instalments is due later by the months of the line.",
        "renew loan-1", instruct::renew),

    sentence!(Payments, "pay INSTITUTION to INSTITUTION AMOUNT [as NEW] [for PURPOSE] [with document TEXT] [with instrument TEXT] [with an instrument] [urgent] [uncollected] [held by MEMBER] [by the operator]",
        "An order by the payer's institution, for goods unless it says otherwise. Its leg 1 is collected, unless it is `uncollected`. `with an instrument` makes a reference up in the layout of the rulebook. `by the operator`: the institution's line is down, and its member consents to that.",
        "pay ARG to BRA 100,000.00 BRL as order-7 for goods", instruct::pay),
    sentence!(Payments, "debit INSTITUTION in favour of INSTITUTION AMOUNT [as NEW] [for PURPOSE] [with document TEXT] [with instrument TEXT] [with an instrument] [value DATE] [urgent] [held by MEMBER] [by the operator]",
        "The same by the payee's institution, where the rulebook lets it pull: the first institution pays the second. It may have an earlier value date within the period.",
        "debit ARG in favour of BRA 120.00 USD as debit-1 with an instrument", instruct::debit),
    sentence!(Payments, "return AMOUNT of PAYMENT [as NEW]",
        "The payee's institution gives back a payment, in whole or in part.",
        "return 50.00 BRL of order-1 as return-1", instruct::give_back),
    sentence!(Payments, "cancel PAYMENT [by the operator]",
        "The institution that ordered it, or the operator, withdraws a payment.",
        "cancel order-1", instruct::cancel),
    sentence!(Payments, "release PAYMENT",
        "The member whose own list holds a payment lets it go on.",
        "release order-1", instruct::release),
    sentence!(Payments, "stop PAYMENT",
        "The member whose own list holds a payment refuses it.",
        "stop order-1", instruct::stop),
    sentence!(Payments, "dispute PAYMENT by INSTITUTION",
        "The payer's or the payee's institution disputes a payment.",
        "dispute order-1 by ARG", instruct::dispute),
    sentence!(Payments, "end dispute of PAYMENT as OUTCOME",
        "The operator ends a dispute.",
        "end dispute of order-1 as rejected", instruct::end_dispute),

    sentence!(Confirmations, "everybody confirms DUE",
        "Shorthand: whoever is to confirm something that is due by now does so, until nothing is. *Beneficiaries*: leg 3. Suspended members receive nothing.",
        "everybody confirms what is due", instruct::everybody),
    sentence!(Confirmations, "confirm collection of PAYMENTS",
        "The payer's member confirms leg 1.",
        "confirm collection of order-1", instruct::collect),
    sentence!(Confirmations, "confirm conformity of PAYMENTS",
        "The debited member accepts debits.",
        "confirm conformity of order-1", instruct::conform),
    sentence!(Confirmations, "extorno of PAYMENTS",
        "The debited member refuses its conformity: debits are reversed at their value date.",
        "extorno of order-1", instruct::extorno),
    sentence!(Confirmations, "confirm pay-in of MEMBER AMOUNT [to MEMBER]",
        "The agent confirms that a net debtor paid. Where netting is bilateral, to whom.",
        "confirm pay-in of ARG 10,715.85 USD to BRA", instruct::pay_in),
    sentence!(Confirmations, "confirm pay-out of MEMBER AMOUNT [from MEMBER]",
        "The agent confirms that a net creditor was paid.",
        "confirm pay-out of BRA 10,715.85 USD from ARG", instruct::pay_out),
    sentence!(Confirmations, "confirm transfer from MEMBER to MEMBER AMOUNT",
        "The agent confirms an anticipated transfer.",
        "confirm transfer from ARG to BRA 5,000,000.00 USD", instruct::transfer),
    sentence!(Confirmations, "confirm arrears of MEMBER AMOUNT [to MEMBER] [closed DATE]",
        "The agent confirms that arrears came in: of the cycle that closed on a date, or of the oldest in arrears. They are passed on pro rata.",
        "confirm arrears of ARG 100.00 USD", member::arrears_in),
    sentence!(Confirmations, "confirm payout to INSTITUTION",
        "The payee's member confirms leg 3 of everything due to an institution.",
        "confirm payout to BRA", instruct::paid_out),
    sentence!(Confirmations, "fail payout of PAYMENT",
        "The payee's member could not make leg 3: it stays due.",
        "fail payout of order-1", instruct::not_paid_out),

    sentence!(Confirmations, "confirm fees paid by INSTITUTION AMOUNT",
        "The agent confirms that an institution paid all the fees that it owes.",
        "confirm fees paid by ARG 5.00 USD", instruct::fees_in),
    sentence!(Confirmations, "confirm fees paid to OWNER AMOUNT",
        "The agent confirms that the house or a member was paid the fees due to it.",
        "confirm fees paid to house 5.00 USD", instruct::fees_out),

    sentence!(Membership, "join MEMBER as STAGE [paying out at clearing]",
        "A member joins, or goes on to another stage.",
        "join NIC as net", instruct::join),
    sentence!(Membership, "leave MEMBER",
        "A member leaves: it must owe nothing and be owed nothing.",
        "leave BRA", instruct::leave),
    sentence!(Membership, "notice of MEMBER from DATE",
        "A member says that it leaves. From the date on nothing new is in its name; it is out once it owes nothing, is owed nothing, and has its deposit back.",
        "notice of BRA from 2022-06-20", member::notice),
    sentence!(Membership, "withdraw notice of MEMBER",
        "It stays after all, if the date has not come.",
        "withdraw notice of BRA", member::no_notice),
    sentence!(Membership, "purposes of MEMBER PURPOSES [from DATE]",
        "Which purposes of the rulebook a member admits, of what its institutions pay and are paid.",
        "purposes of BRA goods, public programme from 2022-03-15", member::purposes),
    sentence!(Membership, "stage of MEMBER as STAGE from DATE [paying out at clearing]",
        "A member goes on to another stage on a later day, or back to it once it owes nothing.",
        "stage of NIC as net from 2022-03-15", member::stage),
    sentence!(Membership, "consent of MEMBER to entry by the operator",
        "The operator may enter payments for its institutions when their line is down.",
        "consent of ARG to entry by the operator", member::consent),
    sentence!(Membership, "withdraw consent of MEMBER",
        "It may no longer.",
        "withdraw consent of ARG", member::no_consent),
    sentence!(Membership, "suspend MEMBER",
        "The operator suspends a member.",
        "suspend ARG", instruct::suspend),
    sentence!(Membership, "reinstate MEMBER",
        "The operator ends a suspension.",
        "reinstate ARG", instruct::reinstate),

    sentence!(Membership, "resume the facility",
        "The operator lets a facility go on that stopped at its limit.",
        "resume the facility", instruct::resume),

    sentence!(Acts, "extend STEP by COUNT minutes because TEXT",
        "A moment of the day that is open, and what comes after it, come later. The time of paying in is moved alone.",
        "extend entry_cut_off by 30 minutes because \"the line of a member is down\"", member::extend),
    sentence!(Acts, "declare DATE closed because TEXT",
        "A later day is no business day, and settles nothing: what was due on it is due on the next.",
        "declare 2022-03-18 closed because \"mourning was decreed\"", member::declare_closed),
    sentence!(Acts, "declare DATE open because TEXT",
        "That is withdrawn.",
        "declare 2022-03-18 open because \"the decree was withdrawn\"", member::declare_open),
    sentence!(Acts, "move settlement of DATE to DATE because TEXT",
        "The cycle that closed on the first date is settled on the second.",
        "move settlement of 2022-03-11 to 2022-03-15 because \"New York is closed by snow\"", member::move_settlement),
    sentence!(Acts, "skip the next run because TEXT",
        "An optimisation run is left out.",
        "skip the next run because \"a rate is in doubt\"", member::skip_run),
    sentence!(Acts, "run now because TEXT",
        "One more is made at once.",
        "run now because \"the last one was skipped\"", member::run_now),
    sentence!(Acts, "complete the cycle closed DATE because TEXT",
        "A pay-in is missing after its time: the settlement is completed by the rulebook's order. The defaulter's deposit pays where the rulebook says so, what is there is paid out pro rata, the rest stands in arrears. Nothing cleared is unwound.",
        "complete the cycle closed 2022-03-11 because \"Argentina has not paid in\"", member::complete),

    sentence!(Expectations, "expect position of PARTY BALANCE",
        "What a member or an institution is owed (below zero: owes) in a currency, in the cycle that is open.",
        "expect position of ARG -100,000.00 BRL", expect::position),
    sentence!(Expectations, "expect MEMBER owes MEMBER BALANCE",
        "What the first member owes the second, net, in a currency, in the cycle that is open.",
        "expect ARG owes BRA 100,000.00 BRL", expect::owes),
    sentence!(Expectations, "expect net of MEMBER BALANCE [closed DATE]",
        "Net of a member in the cycle that closed last, or on a date; interest is in it.",
        "expect net of BRA 10,715.85 USD", expect::net),
    sentence!(Expectations, "expect MEMBER pays AMOUNT [to MEMBER] [due DATE] [confirmed] [open]",
        "A leg of a settlement: who pays, when it is due, whether the agent has confirmed it.",
        "expect ARG pays 10,715.85 USD to BRA due 2022-03-14 open", expect::pays),
    sentence!(Expectations, "expect MEMBER receives AMOUNT [from MEMBER] [due DATE] [confirmed] [open]",
        "A leg of a settlement: who is paid.",
        "expect BRA receives 10,715.85 USD from ARG", expect::receives),
    sentence!(Expectations, "expect no settlement",
        "Nobody has to pay or to be paid.",
        "expect no settlement", expect::no_settlement),
    sentence!(Expectations, "expect pay-ins BALANCE [closed DATE]",
        "What all net debtors of a cycle pay together.",
        "expect pay-ins 55,000,000.00 USD", expect::pay_ins),
    sentence!(Expectations, "expect gross BALANCE",
        "Sum of the payments of the script that have cleared and were not given back, in a position currency.",
        "expect gross 695,000,000.00 USD", expect::gross),
    sentence!(Expectations, "expect interest from MEMBER to MEMBER BALANCE [closed DATE]",
        "Interest of a cycle between two members.",
        "expect interest from ARG to BRA 121,763.89 USD", expect::interest),
    sentence!(Expectations, "expect result of MEMBER BALANCE",
        "FX result of a member from the cycle that closed last: what it collected at one rate less what it settled at another.",
        "expect result of ARG 1,000.00 ARS", expect::result),
    sentence!(Expectations, "expect balance ACCOUNT of OWNER BALANCE",
        "Balance of an account, of any kind; above zero its owner is owed. For a member: its own; where it has none of that kind, those of its institutions together.",
        "expect balance prefunding of ARG 100,000.00 USD", expect::balance),
    sentence!(Expectations, "expect rate CURRENCY per CURRENCY RATE [on DATE]",
        "The rate at which a payment from the first currency into the second is priced at the last fixing, or at that of a date.",
        "expect rate ARS per BRL 21.66815", expect::rate),
    sentence!(Expectations, "expect leg 1 of PAYMENT AMOUNT [is LEGSTATE]",
        "What the payer pays its member.",
        "expect leg 1 of order-1 2,166,815.00 ARS is due", expect::leg_one),
    sentence!(Expectations, "expect leg 2 of PAYMENT AMOUNT",
        "What is owed between members.",
        "expect leg 2 of order-1 100,000.00 BRL", expect::leg_two),
    sentence!(Expectations, "expect leg 3 of PAYMENT AMOUNT [is LEGSTATE]",
        "What the payee is paid.",
        "expect leg 3 of order-1 100,000.00 BRL is not due", expect::leg_three),
    sentence!(Expectations, "expect payment PAYMENT is STATE",
        "The state of a payment.",
        "expect payment order-1 is awaiting collection", expect::payment),
    sentence!(Expectations, "expect refusal REFUSAL [of PAYMENT] [by article TEXT]",
        "The command before it, or a payment, was refused, by a rule of an article. A command that is refused needs such a line right after it.",
        "expect refusal SUSPENDED of order-1", expect::refused),
    sentence!(Expectations, "expect queue COUNT [of INSTITUTION]",
        "How many payments wait, of all or of one institution.",
        "expect queue 2 of ARG", expect::queue),
    sentence!(Expectations, "expect transfer from MEMBER to MEMBER MAXIMUM [due DATE]",
        "The anticipated transfer that is due between two members; zero: none.",
        "expect transfer from ARG to BRA 5,000,000.00 USD due 2022-03-15", expect::transfer),
    sentence!(Expectations, "expect use of pair of MEMBER towards MEMBER BALANCE",
        "How much of a limit is used, with what is closed and not settled, and with what waits.",
        "expect use of pair of ARG towards BRA 0.00 USD", expect::use_of_pair),
    sentence!(Expectations, "expect room of pair of MEMBER towards MEMBER BALANCE",
        "How much of it is left.",
        "expect room of pair of ARG towards BRA 30,000,000.00 USD", expect::room_of_pair),
    sentence!(Expectations, "expect use of institution_share of INSTITUTION BALANCE",
        "How much of its share an institution uses.",
        "expect use of institution_share of ARG 0.00 USD", expect::use_of_share),
    sentence!(Expectations, "expect room of institution_share of INSTITUTION BALANCE",
        "How much it may still pay.",
        "expect room of institution_share of ARG 5,000.00 USD", expect::room_of_share),
    sentence!(Expectations, "expect use of creditor_exposure of MEMBER BALANCE",
        "What a member is owed by all, as its limit counts it.",
        "expect use of creditor_exposure of BRA 0.00 USD", expect::use_of_exposure),
    sentence!(Expectations, "expect room of creditor_exposure of MEMBER BALANCE",
        "What it may still be owed.",
        "expect room of creditor_exposure of BRA 1,000,000.00 USD", expect::room_of_exposure),
    sentence!(Expectations, "expect use of member_towards_all of MEMBER BALANCE",
        "What a member owes all others on balance (below zero: is owed).",
        "expect use of member_towards_all of ARG 70,000,000.00 USD", expect::use_of_towards_all),
    sentence!(Expectations, "expect room of member_towards_all of MEMBER BALANCE",
        "What it may still owe.",
        "expect room of member_towards_all of ARG 10,000,000.00 USD", expect::room_of_towards_all),
    sentence!(Expectations, "expect use of facility BALANCE",
        "What all debtors owe together.",
        "expect use of facility 99,000,000.00 USD", expect::use_of_facility),
    sentence!(Expectations, "expect room of facility BALANCE",
        "How much credit is left in the whole arrangement.",
        "expect room of facility 1,000,000.00 USD", expect::room_of_facility),
    sentence!(Expectations, "expect MEMBER settles BALANCE in cash and BALANCE on credit [closed DATE]",
        "How the net of a member was parted in the cycle that closed last, or on a date: both above zero when it is paid, or owed more.",
        "expect ARG settles -20,000.00 USD in cash and -20,000.00 USD on credit", expect::parts),
    sentence!(Expectations, "expect cumulative position of MEMBER BALANCE",
        "The sum of all its nets, by which nets are parted.",
        "expect cumulative position of ARG -150,000.00 USD", expect::cumulative),
    sentence!(Expectations, "expect credit of MEMBER BALANCE",
        "What a member is owed (below zero: owes) from credit without a date.",
        "expect credit of ARG -20,000.00 USD", expect::undated),
    sentence!(Expectations, "expect credit of MEMBER towards MEMBER BALANCE",
        "What the first member is owed by the second from credit (below zero: owes it).",
        "expect credit of ARG towards BRA 5,000.00 USD", expect::towards),
    sentence!(Expectations, "expect debt of MEMBER since DATE BALANCE",
        "A debt from credit, by the day since which it is owed: below zero.",
        "expect debt of ARG since 2022-03-11 -20,000.00 USD", expect::lot),
    sentence!(Expectations, "expect instalment of MEMBER due DATE BALANCE",
        "An instalment that a member owes (below zero) or is owed on a day.",
        "expect instalment of ARG due 2022-05-29 -10.00 USD", expect::instalment),
    sentence!(Expectations, "expect interest on credit of MEMBER BALANCE [from DATE] [to DATE]",
        "Interest on credit that was paid to a member (below zero: by it) at the close of the last cycle; or at all closes from a date to a date.",
        "expect interest on credit of ARG -0.76 USD", expect::credit_interest),
    sentence!(Expectations, "expect MEMBER may draw MAXIMUM on TEXT",
        "What is left to a member on a line of the reserve fund: by the line, over all lines, and in the fund.",
        "expect ARG may draw 225.00 USD on \"liquidity\"", expect::may_draw),
    sentence!(Expectations, "expect MEMBER has drawn MAXIMUM [on TEXT]",
        "What a member owes of what it drew, on a line or on all.",
        "expect ARG has drawn 400.00 USD", expect::has_drawn),
    sentence!(Expectations, "expect ceiling of MEMBER MAXIMUM [on TEXT]",
        "The most that a member may owe the reserve fund, over all lines or on one.",
        "expect ceiling of ARG 650.00 USD", expect::ceiling),
    sentence!(Expectations, "expect drawing DRAWING owes MAXIMUM",
        "What is owed of a drawing, without interest.",
        "expect drawing loan-1 owes 400.00 USD", expect::drawing_owed),
    sentence!(Expectations, "expect drawing DRAWING holds MAXIMUM",
        "What the fund holds of the member's currency against a swap.",
        "expect drawing loan-1 holds 0.00 USD", expect::drawing_held),
    sentence!(Expectations, "expect interest on drawing DRAWING MAXIMUM",
        "Interest on a drawing up to the business day that was not paid.",
        "expect interest on drawing loan-1 1.25 USD", expect::drawing_interest),
    sentence!(Expectations, "expect instalment of drawing DRAWING due DATE MAXIMUM",
        "What is due of a drawing on a day.",
        "expect instalment of drawing loan-1 due 2022-05-29 100.00 USD", expect::drawing_instalment),
    sentence!(Expectations, "expect MEMBER is overdue since DATE",
        "A member has owed the reserve fund an instalment since its day: a business day on or after it has closed.",
        "expect ARG is overdue since 2022-05-29", expect::overdue),
    sentence!(Expectations, "expect MEMBER is not overdue",
        "A member owes the reserve fund nothing whose day has passed.",
        "expect ARG is not overdue", expect::not_overdue),
    sentence!(Expectations, "expect missing BALANCE",
        "A cycle cannot close, because the house would pay out so much more than it holds; zero: it can.",
        "expect missing 0.00 USD", expect::missing),
    sentence!(Expectations, "expect cycle closed DATE is settled",
        "A cycle has closed on a date, and everything in it was paid.",
        "expect cycle closed 2022-03-11 is settled", expect::settled),
    sentence!(Expectations, "expect cycle closed DATE is open",
        "A cycle has closed on a date, and something in it was not paid yet.",
        "expect cycle closed 2022-03-11 is open", expect::unsettled),
    sentence!(Expectations, "expect arrears of MEMBER MAXIMUM [to MEMBER] [closed DATE]",
        "What a member has not paid in of cycles that were completed without it: of all, or of the one that closed on a date.",
        "expect arrears of ARG 200.01 USD", member::arrears),
    sentence!(Expectations, "expect rest claim of MEMBER MAXIMUM [from MEMBER] [closed DATE]",
        "What a member is still owed of such cycles.",
        "expect rest claim of BRA 150.00 USD closed 2022-03-11", member::rest_claim),
    sentence!(Expectations, "expect notice of MEMBER from DATE",
        "A member has said that it leaves.",
        "expect notice of BRA from 2022-06-20", member::has_notice),
    sentence!(Expectations, "expect no notice of MEMBER",
        "A member has not said so, or no longer.",
        "expect no notice of BRA", member::has_no_notice),
    sentence!(Expectations, "expect MEMBER is leaving",
        "Its notice holds: what it owes and is owed has not all settled, or its deposit is still there.",
        "expect BRA is leaving", member::leaving),
    sentence!(Expectations, "expect MEMBER is out",
        "It has left, or has not joined.",
        "expect BRA is out", member::has_left),
    sentence!(Expectations, "expect MEMBER is at stage STAGE",
        "How far it takes part.",
        "expect NIC is at stage net", member::is_at_stage),
];

/// The sentences, each with its pattern.
pub(crate) fn patterns() -> Vec<(Pattern, &'static Sentence)> {
    SENTENCES.iter().map(|sentence| (Pattern::new(sentence.pattern), sentence)).collect()
}

/// Which sentence a line is, and what it says by it; else at which word it stops being one, and why.
pub(crate) fn matched<'s>(
    patterns: &'s [(Pattern, &'static Sentence)],
    tokens: &[Token],
    names: &mut Names,
    plan: Option<&Plan>,
) -> Result<(&'s Sentence, Found), (usize, Wrong)> {
    let verb = tokens[0].text.as_str();
    let mut misses: Vec<Miss> = Vec::new();
    for (pattern, sentence) in patterns.iter().filter(|(pattern, _)| pattern.first() == verb && !tokens[0].quoted) {
        match pattern.matched(tokens, names, plan) {
            Ok(found) => return Ok((sentence, found)),
            Err(miss) => misses.push(miss),
        }
    }
    let Some(furthest) = misses.iter().map(|miss| miss.at).max() else {
        let what = format!("no line begins with '{}'", shortened(verb));
        let known = patterns.iter().map(|(pattern, _)| pattern.first());
        let remedy = rulebook::nearest(verb, known).map_or_else(
            || "docs/scripts.md has every sentence".to_owned(),
            |meant| format!("did you mean '{meant}'?"),
        );
        return Err((0, Wrong::new(ErrorKind::Word, what, remedy)));
    };
    misses.retain(|miss| miss.at == furthest);
    Err((furthest, best(misses, tokens.get(furthest))))
}

/// Of what could have stood at a word, what was most likely meant.
fn best(mut misses: Vec<Miss>, token: Option<&Token>) -> Wrong {
    let mut words: Vec<&'static str> = misses.iter().filter_map(|miss| miss.wanted).collect();
    words.sort_unstable();
    words.dedup();
    // A name that is nearly right says more than a list of words.
    let named = misses.iter().position(|miss| miss.wanted.is_none() && miss.wrong.remedy.starts_with("did you mean"));
    let meant = token.and_then(|token| rulebook::nearest(&token.text, words.iter().copied()));
    match (meant, named, token) {
        (Some(meant), _, Some(token)) => {
            let what = format!("'{}' has no meaning here", shortened(&token.text));
            Wrong::new(ErrorKind::Word, what, format!("did you mean '{meant}'?"))
        }
        (None, Some(named), _) => misses.swap_remove(named).wrong,
        (None, None, Some(token)) if words.len() > 1 => {
            let what = format!("'{}' has no meaning here", shortened(&token.text));
            Wrong::new(ErrorKind::Word, what, format!("write one of {}", words.join(", ")))
        }
        (None, None, None) if words.len() > 1 => {
            Wrong::new(ErrorKind::Word, "the line ends too early", format!("go on with one of {}", words.join(", ")))
        }
        _ => misses.swap_remove(0).wrong,
    }
}

/// Every sentence: its pattern, its meaning, an example.
pub fn sentences() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    SENTENCES.iter().map(|sentence| (sentence.pattern, sentence.meaning, sentence.example))
}

/// The reference of docs/scripts.md, in Markdown.
#[must_use]
pub fn reference() -> String {
    let mut page = String::new();
    for (section, title, about) in SECTIONS {
        page.push_str(&format!("### {title}\n\n{about}\n\n"));
        for sentence in SENTENCES.iter().filter(|sentence| sentence.section == *section) {
            let Sentence { pattern, meaning, example, .. } = sentence;
            page.push_str(&format!("* `{pattern}`: {meaning}\n  `{example}`\n"));
        }
        page.push('\n');
    }
    page.push_str("### Words in capitals\n\n| word | stands for |\n| --- | --- |\n");
    for (name, _, about) in SLOTS {
        page.push_str(&format!("| `{name}` | {about} |\n"));
    }
    page
}
