CREATE TABLE head (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    first_block_hash BLOB,                  -- which journal: hash of its first block; NULL before it
    blocks INTEGER NOT NULL,                -- how many blocks of the journal are in the tables
    next_seq INTEGER NOT NULL,              -- how many events
    epoch INTEGER NOT NULL,                 -- epoch of the last block
    time_us INTEGER NOT NULL,               -- time of the last block
    hash BLOB NOT NULL                      -- hash of the last block
) STRICT;

CREATE TABLE content (
    table_name TEXT PRIMARY KEY,
    row_count INTEGER NOT NULL,
    row_sum BLOB NOT NULL                   -- sum of the hashes of the rows, 128 bits, little endian
) STRICT, WITHOUT ROWID;

CREATE TABLE event_type (
    type INTEGER PRIMARY KEY,               -- the type's permanent number in the journal
    name TEXT NOT NULL                      -- as in docs/events.cddl
) STRICT;

CREATE TABLE payment_state (
    state INTEGER PRIMARY KEY,
    name TEXT NOT NULL,                     -- as in docs/payment-states.md
    figure TEXT NOT NULL                    -- the figure of a summary in which it is counted
) STRICT;

CREATE TABLE leg_state (
    state INTEGER PRIMARY KEY,
    name TEXT NOT NULL                      -- as in docs/payment-states.md
) STRICT;

CREATE TABLE refusal_reason (
    refusal INTEGER PRIMARY KEY,            -- permanent number
    code TEXT NOT NULL,                     -- permanent code
    rule TEXT,                              -- rule of a rulebook that it comes from; NULL: the house's own
    iso20022 TEXT NOT NULL,                 -- external status reason code
    transient INTEGER NOT NULL,             -- 1: the same order under a new reference may pass later
    meaning TEXT NOT NULL                   -- in English: what was wrong, what to do
) STRICT;

CREATE TABLE actor (
    actor INTEGER PRIMARY KEY,              -- in order of first appearance
    role TEXT NOT NULL,                     -- house, operator, agent, member, institution
    member INTEGER,
    institution INTEGER,
    person INTEGER NOT NULL                 -- ordinal within the role; 0: a machine
) STRICT;

CREATE TABLE event (
    seq INTEGER PRIMARY KEY,                -- place in the journal, from 0
    time_us INTEGER NOT NULL,               -- the block's time, microseconds since 1970-01-01 UTC
    type INTEGER NOT NULL,
    actor INTEGER NOT NULL,                 -- who gave the command
    arrangement INTEGER,
    payment INTEGER                         -- where it is about one payment
) STRICT;

CREATE TABLE approval (
    seq INTEGER NOT NULL,                   -- the event approved
    place INTEGER NOT NULL,                 -- first approver, second, ...
    actor INTEGER NOT NULL,
    PRIMARY KEY (seq, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE currency (
    currency INTEGER PRIMARY KEY,
    code TEXT NOT NULL,                     -- ISO 4217
    minor_decimals INTEGER NOT NULL,
    unit INTEGER NOT NULL,                  -- minor units in one of it: 100 where there are two decimals
    seq INTEGER NOT NULL
) STRICT;

CREATE TABLE calendar (
    calendar INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    seq INTEGER NOT NULL
) STRICT;

CREATE TABLE calendar_change (
    calendar INTEGER NOT NULL,
    day INTEGER NOT NULL,                   -- days since 1970-01-01, as every column named day or ..._day
    seq INTEGER NOT NULL,
    closed INTEGER NOT NULL,                -- 1: declared closed; 0: declared open
    PRIMARY KEY (calendar, day, seq, closed)
) STRICT, WITHOUT ROWID;

CREATE TABLE member (
    member INTEGER PRIMARY KEY,
    code TEXT NOT NULL,
    bic TEXT NOT NULL,
    seq INTEGER NOT NULL
) STRICT;

CREATE TABLE institution (
    institution INTEGER PRIMARY KEY,
    member INTEGER NOT NULL,
    code TEXT NOT NULL,
    jurisdiction TEXT NOT NULL,
    calendar INTEGER NOT NULL,
    currency INTEGER NOT NULL,              -- its edge currency
    seq INTEGER NOT NULL
) STRICT;

CREATE TABLE rulebook (
    rulebook INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    initiator TEXT NOT NULL,                -- payer, payee
    price TEXT NOT NULL,                    -- fixed, open, par
    counterparty TEXT NOT NULL,             -- house, pair
    position_currency TEXT NOT NULL,        -- asset, denominated
    settlement_asset TEXT NOT NULL,         -- currency code
    netting TEXT NOT NULL,                  -- bilateral, multilateral, none
    queueing_limit TEXT,                    -- the limit that makes payments wait, where there is one alone
    unit_of_account TEXT,                   -- code of the unit of account in which positions are, where there is one
    fees TEXT,                              -- what a payment costs: flat and an amount, or parts per million by who gets them
    source BLOB NOT NULL,                   -- its text, as adopted
    seq INTEGER NOT NULL
) STRICT;

CREATE TABLE article (
    rulebook INTEGER NOT NULL,
    rule TEXT NOT NULL,
    citation TEXT NOT NULL,
    assumed INTEGER NOT NULL,               -- 1: the value is assumed, for want of a source
    PRIMARY KEY (rulebook, rule)
) STRICT, WITHOUT ROWID;

CREATE TABLE arrangement (
    arrangement INTEGER PRIMARY KEY,
    rulebook INTEGER NOT NULL,
    asset INTEGER NOT NULL,                 -- currency of the settlement asset
    agent_calendar INTEGER NOT NULL,
    asset_calendar INTEGER NOT NULL,
    seq INTEGER NOT NULL
) STRICT;

CREATE TABLE membership_change (
    seq INTEGER PRIMARY KEY,
    arrangement INTEGER NOT NULL,
    member INTEGER NOT NULL,
    change TEXT NOT NULL,                   -- joined, changed, left, suspended, reinstated
    stage TEXT,                             -- after joined or changed: observer, shadow, prefunded, net
    payout_at_clearing INTEGER              -- after joined or changed
) STRICT;

CREATE TABLE member_term (                  -- what a member said of its own membership, and the day its notice holds
    seq INTEGER PRIMARY KEY,
    arrangement INTEGER NOT NULL,
    member INTEGER NOT NULL,
    term TEXT NOT NULL,                     -- notice, notice withdrawn, leaving, purposes, stage, consent, consent withdrawn
    effective_day INTEGER,                  -- of a notice, purposes, a stage
    purposes TEXT,                          -- of purposes: those admitted, with commas between
    stage TEXT,                             -- of a stage
    payout_at_clearing INTEGER              -- of a stage
) STRICT;

CREATE TABLE operator_act (
    seq INTEGER PRIMARY KEY,
    arrangement INTEGER NOT NULL,
    act TEXT NOT NULL,                      -- day extended, holiday declared, holiday withdrawn, pay-in moved, run moved
    day INTEGER,                            -- of a holiday; the new one of a pay-in
    cycle INTEGER,                          -- of a pay-in
    step TEXT,                              -- of a day extended: the first step moved
    by_s INTEGER,                           -- of a day extended: by how many seconds
    at_us INTEGER,                          -- of a run: when it is due now
    reason TEXT NOT NULL
) STRICT;

CREATE TABLE limit_setting (
    seq INTEGER PRIMARY KEY,
    arrangement INTEGER NOT NULL,
    kind TEXT NOT NULL,                     -- institution share, pair, creditor exposure, per payment, prefinancing, committed line, quota,
                                            -- claims, debts
    institution INTEGER,                    -- of an institution share
    debtor INTEGER,                         -- of a pair
    member INTEGER,                         -- of the others; of a pair: the creditor
    maximum_minor ANY NOT NULL,
    currency INTEGER NOT NULL,
    effective_day INTEGER NOT NULL,         -- first business date on which it is to hold
    in_force_seq INTEGER,                   -- the event with which it came into force; NULL: not yet, or never
    ended_seq INTEGER,                      -- the event with which it ended
    ended_by TEXT                           -- replaced, member left, prefunding used
) STRICT;

CREATE TABLE prefunding_movement (
    seq INTEGER PRIMARY KEY,
    arrangement INTEGER NOT NULL,
    member INTEGER NOT NULL,
    deposit INTEGER NOT NULL,               -- 1: deposited; 0: withdrawn
    amount_minor INTEGER NOT NULL,
    currency INTEGER NOT NULL
) STRICT;

CREATE TABLE unit_value (
    seq INTEGER PRIMARY KEY,
    arrangement INTEGER NOT NULL,
    from_day INTEGER NOT NULL,
    value TEXT NOT NULL                     -- units of the settlement asset
) STRICT;

CREATE TABLE reported_position (            -- where members report what they owe
    seq INTEGER PRIMARY KEY,
    arrangement INTEGER NOT NULL,
    cycle INTEGER NOT NULL,
    debtor INTEGER NOT NULL,
    creditor INTEGER NOT NULL,
    amount_minor INTEGER NOT NULL,
    currency INTEGER NOT NULL
) STRICT;

CREATE TABLE entry (                        -- of a posting that no other table tells of: fees, gross settlement,
                                            -- credit, the fund, completion, arrears, drawings on a reserve fund
    seq INTEGER NOT NULL,
    number INTEGER NOT NULL,                -- among those of its event and payment
    payment INTEGER NOT NULL,               -- -1 where it is of none
    arrangement INTEGER NOT NULL,
    owner TEXT NOT NULL,                    -- house, member, institution
    owner_number INTEGER NOT NULL,
    currency INTEGER NOT NULL,
    kind TEXT NOT NULL,                     -- of the account
    amount_minor INTEGER NOT NULL,
    PRIMARY KEY (seq, payment, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE drawing (                      -- on a reserve fund
    arrangement INTEGER NOT NULL,
    drawing INTEGER NOT NULL,               -- in the order in which they were drawn, from 0
    drawn_seq INTEGER NOT NULL,
    member INTEGER NOT NULL,
    line INTEGER NOT NULL,                  -- its place in the rulebook, from 0
    day INTEGER NOT NULL,
    amount_minor INTEGER NOT NULL,
    rate_ppm INTEGER NOT NULL,              -- of interest, per year
    swap_currency INTEGER,                  -- the member's, where the line swaps
    swap_rate TEXT,                         -- units of it for one of the asset, at the drawing and at the reversal
    swap_minor INTEGER,                     -- what is given of it
    paid_out_seq INTEGER,
    owed_minor INTEGER NOT NULL,            -- of the amount
    interest_paid_minor INTEGER NOT NULL,
    renewals INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    PRIMARY KEY (arrangement, drawing)
) STRICT, WITHOUT ROWID;

CREATE TABLE drawing_instalment (           -- as drawn; a renewal moves what is owed by the months of the line
    arrangement INTEGER NOT NULL,
    drawing INTEGER NOT NULL,
    due_day INTEGER NOT NULL,
    amount_minor INTEGER NOT NULL,
    PRIMARY KEY (arrangement, drawing, due_day)
) STRICT, WITHOUT ROWID;

CREATE TABLE rate (
    seq INTEGER PRIMARY KEY,
    arrangement INTEGER NOT NULL,
    member INTEGER NOT NULL,
    currency INTEGER NOT NULL,
    buy TEXT,                               -- units of the currency given for a unit of the asset, as published
    sell TEXT,                              -- units of the currency taken for a unit of the asset
    reference TEXT                          -- a published reference, where it is one
) STRICT;

CREATE TABLE fixing (
    seq INTEGER PRIMARY KEY,
    arrangement INTEGER NOT NULL,
    day INTEGER NOT NULL
) STRICT;

CREATE TABLE fixing_rate (
    seq INTEGER NOT NULL,
    currency INTEGER NOT NULL,
    rate TEXT NOT NULL,                     -- units of the currency per unit of the asset
    PRIMARY KEY (seq, currency)
) STRICT, WITHOUT ROWID;

CREATE TABLE day (
    arrangement INTEGER NOT NULL,
    day INTEGER NOT NULL,                   -- the business date
    opened_seq INTEGER NOT NULL,
    closed_seq INTEGER,
    time_zone_version TEXT NOT NULL,
    state_digest BLOB,                      -- of the state just before the close
    PRIMARY KEY (arrangement, day)
) STRICT, WITHOUT ROWID;

CREATE TABLE day_step (
    arrangement INTEGER NOT NULL,
    day INTEGER NOT NULL,
    place INTEGER NOT NULL,
    step TEXT NOT NULL,                     -- entry opens, fixing, close, ...
    at_us INTEGER NOT NULL,
    PRIMARY KEY (arrangement, day, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE day_pair (
    arrangement INTEGER NOT NULL,
    day INTEGER NOT NULL,
    debtor INTEGER NOT NULL,                -- member that owed, in the cycle open at the close of the day
    creditor INTEGER NOT NULL,
    currency INTEGER NOT NULL,
    owed_minor ANY NOT NULL,
    seq INTEGER NOT NULL,                   -- the close of the day
    PRIMARY KEY (arrangement, day, debtor, creditor, currency)
) STRICT, WITHOUT ROWID;

CREATE TABLE payment (
    payment INTEGER PRIMARY KEY,            -- ordinal: orders accepted and refused, and returns
    entered_seq INTEGER NOT NULL,           -- the event that brought it
    arrangement INTEGER NOT NULL,
    original INTEGER,                       -- of a return: the payment that it gives back
    instructing INTEGER NOT NULL,           -- institution under which its reference is unique
    payer INTEGER,                          -- institutions; NULL where the order was refused
    payee INTEGER,
    uetr BLOB NOT NULL,                     -- its reference, 16 bytes
    content BLOB NOT NULL,                  -- first 16 bytes of the SHA-256 of the order
    commitment BLOB,                        -- salted commitment to its documents
    document BLOB,                          -- key of its trade document
    instrument TEXT,                        -- digits of its instrument reference
    purpose TEXT,
    denomination TEXT,                      -- currency in which it was ordered: payee, payer, asset
    urgent INTEGER NOT NULL,
    payer_currency INTEGER,
    payer_minor INTEGER,                    -- leg 1; NULL while the price is open
    position_currency INTEGER,
    position_minor INTEGER,                 -- leg 2
    payee_currency INTEGER,
    payee_minor INTEGER,                    -- leg 3; NULL while the price of an order in the payer's currency is open
    quote_until_us INTEGER,                 -- until when the amounts are or were good
    value_day INTEGER,                      -- value date of leg 2
    entered_day INTEGER,                    -- business date of entry
    state INTEGER NOT NULL,                 -- frozen by a run: still queued here, see payment_now
    queued_seq INTEGER,                     -- began to wait in its institution's queue
    queued_because TEXT,                    -- price ran out, behind earlier, limit
    queued_behind INTEGER,                  -- how many waited before it
    released_run INTEGER,                   -- the run that released it; NULL after waiting: a receipt did
    collection_due_seq INTEGER,             -- leg 1
    collection_confirmed_seq INTEGER,
    cleared_seq INTEGER,                    -- leg 2
    cycle INTEGER,                          -- netting cycle in which leg 2 posted
    payout_when TEXT,                       -- leg 3: at clearing, after settlement, at conformity
    payout_confirmed_seq INTEGER,
    conformity_by_day INTEGER,              -- last business date for the debited member's answer
    conformity TEXT,                        -- given, given by silence, refused, refused by silence
    conformity_seq INTEGER,
    reversed_cycle INTEGER,                 -- netting cycle in which a refused debit was reversed
    returned_minor INTEGER NOT NULL,        -- part of leg 2 that returns gave back
    returned_payee_minor INTEGER NOT NULL,  -- what the payee's institution gave back
    ended_seq INTEGER,                      -- ended without clearing
    ended_because TEXT,                     -- cancelled, suspended, void, expired, quote lapsed, member leaving, refused
    last_seq INTEGER NOT NULL               -- the last event that changed this row
) STRICT;

CREATE TABLE payment_hold (
    payment INTEGER PRIMARY KEY,
    member INTEGER NOT NULL,                -- whose own list held it
    held_seq INTEGER NOT NULL,
    ended_seq INTEGER,
    outcome TEXT                            -- released, refused, ended
) STRICT;

CREATE TABLE payment_price (
    payment INTEGER NOT NULL,
    seq INTEGER NOT NULL,                   -- the event that priced it after its entry
    cause TEXT NOT NULL,                    -- fixing, requote, release
    payer_before_minor INTEGER,             -- what the payer was to pay before; NULL: the price was open
    payer_minor INTEGER,
    position_minor INTEGER NOT NULL,
    payee_minor INTEGER,
    quote_until_us INTEGER,
    PRIMARY KEY (payment, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE payment_return (
    payment INTEGER PRIMARY KEY,            -- the return
    original INTEGER NOT NULL,
    of_original_minor INTEGER NOT NULL,     -- part of the original's leg 2 that it gives back
    seq INTEGER NOT NULL
) STRICT;

CREATE TABLE payout_failure (
    payment INTEGER PRIMARY KEY,
    arrangement INTEGER NOT NULL,
    failed_seq INTEGER NOT NULL,
    aged_seq INTEGER                        -- the close of the day by which it had not been made
) STRICT;

CREATE TABLE dispute (
    payment INTEGER PRIMARY KEY,
    carrier INTEGER NOT NULL,               -- the institution that disputes it
    until_day INTEGER NOT NULL,
    state_before INTEGER NOT NULL,          -- the state to which the payment goes back
    opened_seq INTEGER NOT NULL,
    ended_seq INTEGER,
    outcome TEXT                            -- upheld, rejected, lapsed
) STRICT;

CREATE TABLE refusal (
    seq INTEGER PRIMARY KEY,
    what TEXT NOT NULL,                     -- order, reference reused, command, hold
    command TEXT,                           -- kind of the command, where it was no order
    arrangement INTEGER,
    institution INTEGER,                    -- whose reference it was
    payment INTEGER,                        -- the payment refused, or concerned
    uetr BLOB,
    content BLOB,                           -- digest of the content that came
    refusal INTEGER NOT NULL,
    limit_kind TEXT,                        -- the limit passed, where one was, as in limit_setting
    limit_institution INTEGER,
    limit_debtor INTEGER,
    limit_member INTEGER
) STRICT;

CREATE TABLE run (
    arrangement INTEGER NOT NULL,
    run INTEGER NOT NULL,
    frozen_seq INTEGER NOT NULL,
    items ANY NOT NULL,                     -- how many it froze
    released INTEGER NOT NULL,              -- how many of them cleared, so far
    released_minor ANY NOT NULL,            -- their leg 2 together, in minor units of the position currency
    opened_seq INTEGER,                     -- what was left stayed frozen for the optimiser
    open_items ANY,                         -- how many
    instance BLOB,                          -- digest of them and of the headroom that they had
    until_us INTEGER,                       -- when it is concluded at the latest
    ended_seq INTEGER,
    method TEXT,                            -- at once; after it was open: optimal, fifo, unfrozen
    upper_bound_minor ANY,                  -- what no choice can exceed, where that was proved
    certificate BLOB,                       -- digest of the proof
    PRIMARY KEY (arrangement, run)
) STRICT, WITHOUT ROWID;

CREATE TABLE run_short (
    arrangement INTEGER NOT NULL,
    run INTEGER NOT NULL,
    institution INTEGER NOT NULL,           -- was short when the run was opened: its items wait outside
    seq INTEGER NOT NULL,
    PRIMARY KEY (arrangement, run, institution)
) STRICT, WITHOUT ROWID;

CREATE TABLE pending_cancel (
    seq INTEGER PRIMARY KEY,
    payment INTEGER NOT NULL,               -- cancelled when the run ends without having cleared it
    arrangement INTEGER NOT NULL,
    run INTEGER NOT NULL
) STRICT;

CREATE TABLE queue (
    arrangement INTEGER NOT NULL,
    institution INTEGER NOT NULL,
    urgent INTEGER NOT NULL,
    waiting INTEGER NOT NULL,               -- payments that wait in it now
    first_seq INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    PRIMARY KEY (arrangement, institution, urgent)
) STRICT, WITHOUT ROWID;

CREATE TABLE cycle (
    arrangement INTEGER NOT NULL,
    cycle INTEGER NOT NULL,
    first_payment INTEGER,                  -- lowest and highest payment with leg 2 in it
    last_payment INTEGER,
    closed_seq INTEGER,                     -- NULL: open
    day INTEGER,                            -- business date of the close
    settle_on_day INTEGER,
    settled_seq INTEGER,
    PRIMARY KEY (arrangement, cycle)
) STRICT, WITHOUT ROWID;

CREATE TABLE position (
    arrangement INTEGER NOT NULL,
    cycle INTEGER NOT NULL,
    institution INTEGER NOT NULL,
    currency INTEGER NOT NULL,
    paid_minor ANY NOT NULL,                -- sum of what lowered it
    received_minor ANY NOT NULL,            -- sum of what raised it
    balance_minor ANY NOT NULL,             -- received less paid: positive, its owner is owed
    first_seq INTEGER NOT NULL,             -- first and last event that moved it
    last_seq INTEGER NOT NULL,
    closed_seq INTEGER,
    PRIMARY KEY (arrangement, cycle, institution, currency)
) STRICT, WITHOUT ROWID;

CREATE TABLE pair_figure (
    arrangement INTEGER NOT NULL,
    cycle INTEGER NOT NULL,
    low INTEGER NOT NULL,                   -- the member of lower number
    high INTEGER NOT NULL,
    currency INTEGER NOT NULL,
    low_owes_minor ANY NOT NULL,            -- positive: low owes high
    first_seq INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    closed_seq INTEGER,
    PRIMARY KEY (arrangement, cycle, low, high, currency)
) STRICT, WITHOUT ROWID;

CREATE TABLE interest (
    arrangement INTEGER NOT NULL,
    cycle INTEGER NOT NULL,
    debtor INTEGER NOT NULL,
    creditor INTEGER NOT NULL,
    amount_minor INTEGER NOT NULL,
    currency INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (arrangement, cycle, debtor, creditor)
) STRICT, WITHOUT ROWID;

CREATE TABLE net (
    arrangement INTEGER NOT NULL,
    cycle INTEGER NOT NULL,
    member INTEGER NOT NULL,
    net_minor ANY NOT NULL,                 -- positive: it is owed; interest included
    currency INTEGER NOT NULL,              -- the settlement asset
    seq INTEGER NOT NULL,
    PRIMARY KEY (arrangement, cycle, member)
) STRICT, WITHOUT ROWID;

CREATE TABLE fx_result (
    arrangement INTEGER NOT NULL,
    cycle INTEGER NOT NULL,
    member INTEGER NOT NULL,
    currency INTEGER NOT NULL,
    counterpart_minor ANY NOT NULL,         -- national-currency side of what closed
    settled_minor ANY NOT NULL,             -- the same at the rate of settlement; the result is the difference
    seq INTEGER NOT NULL,
    PRIMARY KEY (arrangement, cycle, member, currency)
) STRICT, WITHOUT ROWID;

CREATE TABLE settlement_leg (
    arrangement INTEGER NOT NULL,
    cycle INTEGER NOT NULL,
    leg INTEGER NOT NULL,                   -- from 0, pay-ins first
    member INTEGER NOT NULL,
    counterparty INTEGER,                   -- member on the other side, where netting is bilateral
    pay_in INTEGER NOT NULL,                -- 1: the member pays
    amount_minor INTEGER NOT NULL,
    currency INTEGER NOT NULL,
    due_day INTEGER NOT NULL,
    closed_seq INTEGER NOT NULL,            -- the close of the cycle, which made it
    confirmed_seq INTEGER,
    completed_seq INTEGER,                  -- a pay-in was missing, and the settlement was completed without it
    paid_minor INTEGER,                     -- what the leg comes to then: nothing of a pay-in, a part of a pay-out
    PRIMARY KEY (arrangement, cycle, leg)
) STRICT, WITHOUT ROWID;

CREATE TABLE leg_rest (                     -- of a leg of a completed cycle: arrears of a pay-in, rest claim of a pay-out
    arrangement INTEGER NOT NULL,
    cycle INTEGER NOT NULL,
    leg INTEGER NOT NULL,
    missing_minor INTEGER NOT NULL,         -- at the completion
    rest_minor INTEGER NOT NULL,            -- of it, not yet paid
    since_day INTEGER NOT NULL,             -- when it was due
    seq INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    PRIMARY KEY (arrangement, cycle, leg)
) STRICT, WITHOUT ROWID;

CREATE TABLE transfer (
    due_seq INTEGER PRIMARY KEY,            -- a pair line was passed
    arrangement INTEGER NOT NULL,
    cycle INTEGER NOT NULL,
    debtor INTEGER NOT NULL,
    creditor INTEGER NOT NULL,
    amount_minor INTEGER NOT NULL,
    currency INTEGER NOT NULL,
    by_day INTEGER NOT NULL,
    confirmed_seq INTEGER,                  -- the agent confirmed it; transfers of a pair are confirmed together
    confirmed_cycle INTEGER,
    netted_seq INTEGER                      -- the cycle closed before that: it is in the net
) STRICT;

CREATE TABLE account (
    book TEXT NOT NULL,                     -- edge, arrangement
    book_number INTEGER NOT NULL,           -- of the member, or of the arrangement
    owner TEXT NOT NULL,                    -- house, member, institution, arrangement
    owner_number INTEGER NOT NULL,          -- 0 for the house
    currency INTEGER NOT NULL,
    kind TEXT NOT NULL,                     -- as in docs/accounts.md
    balance_minor ANY NOT NULL,             -- positive: the owner is owed
    first_seq INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    PRIMARY KEY (book, book_number, owner, owner_number, currency, kind)
) STRICT, WITHOUT ROWID;

CREATE TABLE state_count (
    arrangement INTEGER NOT NULL,
    returns INTEGER NOT NULL,               -- 1: of returns; 0: of orders
    state INTEGER NOT NULL,
    payments INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    PRIMARY KEY (arrangement, returns, state)
) STRICT, WITHOUT ROWID;
