CREATE VIEW payment_now AS
SELECT
    payment.*,
    -- Frozen by the last run, where that has not ended.
    CASE
        WHEN payment.state = 5 AND payment.queued_seq < (
            SELECT iif(run.ended_seq IS NULL, run.frozen_seq, -1) FROM run
            WHERE run.arrangement = payment.arrangement ORDER BY run.run DESC LIMIT 1
        ) AND NOT EXISTS (
            SELECT 1 FROM run_short
            WHERE run_short.arrangement = payment.arrangement AND run_short.institution = payment.payer
                AND run_short.run = (SELECT max(run.run) FROM run WHERE run.arrangement = payment.arrangement)
        ) THEN 6
        ELSE payment.state
    END AS state_now,
    CASE WHEN payment.conformity IN ('refused', 'refused by silence') THEN payment.conformity_seq END AS reversed_seq
FROM payment;

CREATE VIEW leg AS
SELECT
    payment, 1 AS leg, arrangement, payer_currency AS currency, payer_minor AS amount_minor,
    CASE
        WHEN collection_confirmed_seq IS NOT NULL THEN 3
        WHEN collection_due_seq IS NOT NULL THEN 1
        WHEN conformity IN ('given', 'given by silence') THEN 2
        ELSE 0
    END AS state,
    collection_due_seq AS due_seq,
    CASE
        WHEN conformity IN ('given', 'given by silence') AND collection_due_seq IS NULL
            AND coalesce(collection_confirmed_seq > conformity_seq, 1)
        THEN conformity_seq
    END AS instructed_seq,
    collection_confirmed_seq AS confirmed_seq,
    NULL AS failed_seq,
    NULL AS aged_seq,
    CASE WHEN collection_confirmed_seq IS NOT NULL THEN ended_seq END AS undone_seq
FROM payment_now WHERE payer IS NOT NULL
UNION ALL
SELECT
    payment, 2, arrangement, position_currency, position_minor,
    CASE WHEN cleared_seq IS NOT NULL AND reversed_seq IS NULL THEN 3 ELSE 0 END,
    NULL, NULL, cleared_seq, NULL, NULL, reversed_seq
FROM payment_now WHERE payer IS NOT NULL
UNION ALL
SELECT
    payment_now.payment, 3, payment_now.arrangement, payee_currency, payee_minor,
    CASE
        WHEN cleared_seq IS NULL OR reversed_seq IS NOT NULL THEN 0
        WHEN payout_confirmed_seq IS NOT NULL THEN 3
        WHEN payout_failure.aged_seq IS NOT NULL THEN 5
        WHEN payout_failure.failed_seq IS NOT NULL THEN 4
        WHEN payout_when = 'at clearing' THEN 2
        WHEN payout_when = 'at conformity' AND conformity_seq IS NOT NULL THEN 2
        WHEN payout_when = 'after settlement' AND cycle.settled_seq IS NOT NULL THEN 2
        ELSE 1
    END,
    CASE WHEN payout_when <> 'at clearing' THEN cleared_seq END,
    CASE
        WHEN payout_when = 'at clearing' THEN cleared_seq
        WHEN payout_when = 'at conformity' AND reversed_seq IS NULL THEN conformity_seq
        WHEN payout_when = 'after settlement' THEN cycle.settled_seq
    END,
    payout_confirmed_seq, payout_failure.failed_seq, payout_failure.aged_seq, reversed_seq
FROM payment_now
LEFT JOIN cycle ON cycle.arrangement = payment_now.arrangement AND cycle.cycle = payment_now.cycle
LEFT JOIN payout_failure ON payout_failure.payment = payment_now.payment
WHERE payer IS NOT NULL;

CREATE VIEW movement AS
WITH gross AS (
    -- There leg 2 moves balances with the agent.
    SELECT arrangement FROM arrangement JOIN rulebook USING (rulebook) WHERE netting = 'none'
)
SELECT
    payment.cleared_seq AS seq, payment.arrangement, payment.cycle, payment.payer AS institution,
    payment.position_currency AS currency, -payment.position_minor AS amount_minor, payment.payee AS other,
    CASE WHEN payment.original IS NULL THEN 'payment' ELSE 'return' END AS cause, payment.payment
FROM payment WHERE payment.cleared_seq IS NOT NULL AND payment.arrangement NOT IN gross
UNION ALL
SELECT
    payment.cleared_seq, payment.arrangement, payment.cycle, payment.payee, payment.position_currency,
    payment.position_minor, payment.payer,
    CASE WHEN payment.original IS NULL THEN 'payment' ELSE 'return' END, payment.payment
FROM payment WHERE payment.cleared_seq IS NOT NULL AND payment.arrangement NOT IN gross
UNION ALL
SELECT
    reversed_seq, arrangement, reversed_cycle, payer, position_currency, position_minor, payee, 'reversal', payment
FROM payment_now WHERE reversed_seq IS NOT NULL
UNION ALL
SELECT
    reversed_seq, arrangement, reversed_cycle, payee, position_currency, -position_minor, payer, 'reversal', payment
FROM payment_now WHERE reversed_seq IS NOT NULL
UNION ALL
SELECT
    transfer.confirmed_seq, transfer.arrangement, transfer.confirmed_cycle,
    (SELECT min(institution) FROM institution WHERE member = transfer.debtor), transfer.currency,
    transfer.amount_minor, (SELECT min(institution) FROM institution WHERE member = transfer.creditor), 'transfer', NULL
FROM transfer WHERE transfer.confirmed_seq IS NOT NULL
UNION ALL
SELECT
    transfer.confirmed_seq, transfer.arrangement, transfer.confirmed_cycle,
    (SELECT min(institution) FROM institution WHERE member = transfer.creditor), transfer.currency,
    -transfer.amount_minor, (SELECT min(institution) FROM institution WHERE member = transfer.debtor), 'transfer', NULL
FROM transfer WHERE transfer.confirmed_seq IS NOT NULL
UNION ALL
SELECT
    report.seq, report.arrangement, report.cycle, (SELECT min(institution) FROM institution WHERE member = report.debtor),
    report.currency, -report.amount_minor, (SELECT min(institution) FROM institution WHERE member = report.creditor),
    'report', NULL
FROM reported_position AS report
UNION ALL
SELECT
    report.seq, report.arrangement, report.cycle, (SELECT min(institution) FROM institution WHERE member = report.creditor),
    report.currency, report.amount_minor, (SELECT min(institution) FROM institution WHERE member = report.debtor),
    'report', NULL
FROM reported_position AS report;

CREATE VIEW collected_change AS
SELECT
    payment.payment, payment_price.seq,
    coalesce(payment_price.payer_minor, 0) - coalesce(payment_price.payer_before_minor, 0) AS more_minor
FROM payment_price
JOIN payment ON payment.payment = payment_price.payment
WHERE payment.collection_confirmed_seq < payment_price.seq;

CREATE VIEW posting AS
WITH paid AS (
    SELECT
        payment_now.*, payer_end.member AS payer_member, payee_end.member AS payee_member,
        -- Collected before leg 2, or after it.
        collection_confirmed_seq <= coalesce(cleared_seq, collection_confirmed_seq) AS collected_first,
        payer_minor - coalesce((
            SELECT sum(more_minor) FROM collected_change WHERE collected_change.payment = payment_now.payment
        ), 0) AS collected_minor
    FROM payment_now
    JOIN institution AS payer_end ON payer_end.institution = payment_now.payer
    JOIN institution AS payee_end ON payee_end.institution = payment_now.payee
)
SELECT
    collection_confirmed_seq AS seq, 'edge' AS book, payer_member AS book_number, 'institution' AS owner,
    payer AS owner_number, payer_currency AS currency, 'institution' AS kind, -collected_minor AS amount_minor, payment
FROM paid WHERE collection_confirmed_seq IS NOT NULL
UNION ALL
SELECT
    collection_confirmed_seq, 'edge', payer_member, 'institution', payer, payer_currency, 'collected',
    collected_minor, payment
FROM paid WHERE collected_first
UNION ALL
SELECT
    collection_confirmed_seq, 'edge', payer_member, 'arrangement', arrangement, payer_currency, 'counterpart',
    collected_minor, payment
FROM paid WHERE NOT collected_first
UNION ALL
SELECT
    collected_change.seq, 'edge', payer_member, 'institution', payer, payer_currency, 'institution', -more_minor,
    paid.payment
FROM collected_change JOIN paid ON paid.payment = collected_change.payment
UNION ALL
SELECT
    collected_change.seq, 'edge', payer_member, 'institution', payer, payer_currency, 'collected', more_minor,
    paid.payment
FROM collected_change JOIN paid ON paid.payment = collected_change.payment
UNION ALL
SELECT ended_seq, 'edge', payer_member, 'institution', payer, payer_currency, 'collected', -payer_minor, payment
FROM paid WHERE collected_first AND ended_seq IS NOT NULL
UNION ALL
SELECT ended_seq, 'edge', payer_member, 'institution', payer, payer_currency, 'institution', payer_minor, payment
FROM paid WHERE collected_first AND ended_seq IS NOT NULL
UNION ALL
SELECT cleared_seq, 'edge', payer_member, 'institution', payer, payer_currency, 'collected', -payer_minor, payment
FROM paid WHERE collected_first AND cleared_seq IS NOT NULL
UNION ALL
SELECT cleared_seq, 'edge', payer_member, 'arrangement', arrangement, payer_currency, 'counterpart', payer_minor, payment
FROM paid WHERE collected_first AND cleared_seq IS NOT NULL
UNION ALL
SELECT cleared_seq, 'edge', payee_member, 'arrangement', arrangement, payee_currency, 'counterpart', -payee_minor, payment
FROM paid WHERE cleared_seq IS NOT NULL
UNION ALL
SELECT cleared_seq, 'edge', payee_member, 'institution', payee, payee_currency, 'payout due', payee_minor, payment
FROM paid WHERE cleared_seq IS NOT NULL
UNION ALL
SELECT reversed_seq, 'edge', payee_member, 'arrangement', arrangement, payee_currency, 'counterpart', payee_minor, payment
FROM paid WHERE reversed_seq IS NOT NULL
UNION ALL
SELECT reversed_seq, 'edge', payee_member, 'institution', payee, payee_currency, 'payout due', -payee_minor, payment
FROM paid WHERE reversed_seq IS NOT NULL
UNION ALL
SELECT
    payout_confirmed_seq, 'edge', payee_member, 'institution', payee, payee_currency, 'payout due', -payee_minor, payment
FROM paid WHERE payout_confirmed_seq IS NOT NULL
UNION ALL
SELECT
    payout_confirmed_seq, 'edge', payee_member, 'institution', payee, payee_currency, 'institution', payee_minor, payment
FROM paid WHERE payout_confirmed_seq IS NOT NULL
UNION ALL
SELECT seq, 'arrangement', arrangement, 'institution', institution, currency, 'position', amount_minor, payment
FROM movement
UNION ALL
SELECT
    closed_seq, 'arrangement', arrangement, 'institution', institution, currency, 'position', MINUS[balance_minor], NULL
FROM position WHERE closed_seq IS NOT NULL AND balance_minor <> 0
UNION ALL
SELECT seq, 'arrangement', arrangement, 'member', member, currency, 'net due', net_minor, NULL FROM net
UNION ALL
SELECT seq, 'arrangement', arrangement, owner, owner_number, currency, kind, amount_minor, nullif(payment, -1) FROM entry
UNION ALL
SELECT interest.seq, 'arrangement', arrangement, 'member', debtor, currency, 'interest', amount_minor, NULL
FROM interest JOIN arrangement USING (arrangement) JOIN rulebook USING (rulebook)
WHERE rulebook.position_currency = 'asset'
UNION ALL
SELECT interest.seq, 'arrangement', arrangement, 'member', creditor, currency, 'interest', -amount_minor, NULL
FROM interest JOIN arrangement USING (arrangement) JOIN rulebook USING (rulebook)
WHERE rulebook.position_currency = 'asset'
UNION ALL
SELECT seq, 'edge', member, 'arrangement', arrangement, currency, 'counterpart', MINUS[counterpart_minor], NULL
FROM fx_result
UNION ALL
SELECT seq, 'edge', member, 'arrangement', arrangement, currency, 'settled counterpart', settled_minor, NULL
FROM fx_result
UNION ALL
SELECT seq, 'edge', member, 'arrangement', arrangement, currency, 'FX result', counterpart_minor, NULL
FROM fx_result
UNION ALL
SELECT seq, 'edge', member, 'arrangement', arrangement, currency, 'FX result', MINUS[settled_minor], NULL
FROM fx_result
UNION ALL
SELECT
    seq, 'arrangement', arrangement, 'member', member, currency, 'prefunding',
    iif(deposit, amount_minor, -amount_minor), NULL
FROM prefunding_movement
UNION ALL
SELECT seq, 'arrangement', arrangement, 'house', 0, currency, 'agent', iif(deposit, -amount_minor, amount_minor), NULL
FROM prefunding_movement
UNION ALL
SELECT
    confirmed_seq, 'arrangement', arrangement, 'member', member, currency, 'net due',
    iif(pay_in, amount_minor, -coalesce(paid_minor, amount_minor)), NULL
FROM settlement_leg WHERE confirmed_seq IS NOT NULL
UNION ALL
SELECT
    confirmed_seq, 'arrangement', arrangement, 'house', 0, currency, 'agent',
    iif(pay_in, -amount_minor, coalesce(paid_minor, amount_minor)), NULL
FROM settlement_leg WHERE confirmed_seq IS NOT NULL;

CREATE VIEW membership AS
SELECT
    arrangement, member,
    -- The terms of the last event that said any, if the member has not left since.
    (
        SELECT stage FROM membership_change AS terms
        WHERE terms.arrangement = last.arrangement AND terms.member = last.member AND terms.stage IS NOT NULL
        ORDER BY terms.seq DESC LIMIT 1
    ) AS stage,
    (
        SELECT payout_at_clearing FROM membership_change AS terms
        WHERE terms.arrangement = last.arrangement AND terms.member = last.member AND terms.stage IS NOT NULL
        ORDER BY terms.seq DESC LIMIT 1
    ) AS payout_at_clearing,
    coalesce((
        SELECT change = 'suspended' FROM membership_change AS turn
        WHERE turn.arrangement = last.arrangement AND turn.member = last.member AND turn.seq >= last.joined_seq
            AND turn.change IN ('suspended', 'reinstated')
        ORDER BY turn.seq DESC LIMIT 1
    ), 0) AS suspended,
    joined_seq, last_seq
FROM (
    SELECT
        arrangement, member, max(seq) AS last_seq,
        max(CASE WHEN change = 'joined' THEN seq END) AS joined_seq,
        max(CASE WHEN change = 'left' THEN seq END) AS left_seq
    FROM membership_change GROUP BY arrangement, member
) AS last
WHERE joined_seq > coalesce(left_seq, -1);

CREATE VIEW actor_readable AS
SELECT
    actor.actor,
    CASE role
        WHEN 'member' THEN member.code
        WHEN 'institution' THEN institution.code
        ELSE role
    END || CASE WHEN role = 'house' THEN '' WHEN person = 0 THEN ' (machine)' ELSE ' #' || person END AS name
FROM actor
LEFT JOIN member ON member.member = actor.member
LEFT JOIN institution ON institution.institution = actor.institution;

CREATE VIEW event_readable AS
SELECT
    event.seq, TIME[event.time_us] AS time, event_type.name AS event, actor_readable.name AS actor,
    (
        SELECT group_concat(approver.name, ', ' ORDER BY approval.place)
        FROM approval JOIN actor_readable AS approver ON approver.actor = approval.actor
        WHERE approval.seq = event.seq
    ) AS approved_by,
    event.arrangement, event.payment
FROM event
JOIN event_type ON event_type.type = event.type
JOIN actor_readable ON actor_readable.actor = event.actor;

CREATE VIEW payment_readable AS
SELECT
    payment_now.payment, rulebook.name AS arrangement,
    lower(
        substr(hex(uetr), 1, 8) || '-' || substr(hex(uetr), 9, 4) || '-' || substr(hex(uetr), 13, 4) || '-'
        || substr(hex(uetr), 17, 4) || '-' || substr(hex(uetr), 21)
    ) AS uetr,
    payment_state.name AS state, payer.code AS payer, payee.code AS payee, purpose, original AS return_of,
    AMOUNT[payer_minor | payer_currency] AS payer_amount, payer_currency.code AS payer_currency,
    AMOUNT[position_minor | position_currency] AS position_amount, position_currency.code AS position_currency,
    AMOUNT[payee_minor | payee_currency] AS payee_amount, payee_currency.code AS payee_currency,
    DAY[entered_day] AS entered, DAY[value_day] AS value_date, TIME[entry.time_us] AS entered_at,
    TIME[clearing.time_us] AS cleared_at, payment_now.cycle, ended_because, entered_seq, cleared_seq, last_seq
FROM payment_now
JOIN arrangement ON arrangement.arrangement = payment_now.arrangement
JOIN rulebook ON rulebook.rulebook = arrangement.rulebook
JOIN payment_state ON payment_state.state = payment_now.state_now
JOIN event AS entry ON entry.seq = entered_seq
LEFT JOIN event AS clearing ON clearing.seq = cleared_seq
LEFT JOIN institution AS payer ON payer.institution = payment_now.payer
LEFT JOIN institution AS payee ON payee.institution = payment_now.payee
LEFT JOIN currency AS payer_currency ON payer_currency.currency = payment_now.payer_currency
LEFT JOIN currency AS position_currency ON position_currency.currency = payment_now.position_currency
LEFT JOIN currency AS payee_currency ON payee_currency.currency = payment_now.payee_currency;

CREATE VIEW leg_readable AS
SELECT
    leg.payment, leg.leg, leg_state.name AS state, AMOUNT[leg.amount_minor | currency] AS amount,
    currency.code AS currency, TIME[due.time_us] AS due_at, TIME[instructed.time_us] AS instructed_at,
    TIME[confirmed.time_us] AS confirmed_at, TIME[failed.time_us] AS failed_at, TIME[aged.time_us] AS aged_at,
    TIME[undone.time_us] AS undone_at, due_seq, instructed_seq, confirmed_seq, failed_seq, aged_seq, undone_seq
FROM leg
JOIN leg_state ON leg_state.state = leg.state
JOIN currency ON currency.currency = leg.currency
LEFT JOIN event AS due ON due.seq = due_seq
LEFT JOIN event AS instructed ON instructed.seq = instructed_seq
LEFT JOIN event AS confirmed ON confirmed.seq = confirmed_seq
LEFT JOIN event AS failed ON failed.seq = failed_seq
LEFT JOIN event AS aged ON aged.seq = aged_seq
LEFT JOIN event AS undone ON undone.seq = undone_seq;

CREATE VIEW position_readable AS
SELECT
    position.arrangement, position.cycle, member.code AS member, institution.code AS institution,
    AMOUNT[paid_minor | currency] AS paid, AMOUNT[received_minor | currency] AS received,
    AMOUNT[balance_minor | currency] AS balance, currency.code AS currency, first_seq, last_seq, closed_seq
FROM position
JOIN institution ON institution.institution = position.institution
JOIN member ON member.member = institution.member
JOIN currency ON currency.currency = position.currency;

CREATE VIEW net_readable AS
SELECT
    net.arrangement, net.cycle, DAY[cycle.day] AS closed_on, DAY[cycle.settle_on_day] AS settle_on,
    member.code AS member, AMOUNT[net_minor | currency] AS net, currency.code AS currency,
    TIME[settled.time_us] AS settled_at, net.seq, cycle.settled_seq
FROM net
JOIN cycle ON cycle.arrangement = net.arrangement AND cycle.cycle = net.cycle
JOIN member ON member.member = net.member
JOIN currency ON currency.currency = net.currency
LEFT JOIN event AS settled ON settled.seq = cycle.settled_seq;

CREATE VIEW settlement_leg_readable AS
SELECT
    settlement_leg.arrangement, settlement_leg.cycle, settlement_leg.leg, member.code AS member,
    iif(pay_in, 'pay-in', 'pay-out') AS direction, counterparty.code AS counterparty,
    AMOUNT[amount_minor | currency] AS amount, currency.code AS currency, DAY[due_day] AS due_on,
    TIME[confirmed.time_us] AS confirmed_at, AMOUNT[paid_minor | currency] AS part_paid, closed_seq, confirmed_seq,
    completed_seq
FROM settlement_leg
JOIN member ON member.member = settlement_leg.member
JOIN currency ON currency.currency = settlement_leg.currency
LEFT JOIN member AS counterparty ON counterparty.member = settlement_leg.counterparty
LEFT JOIN event AS confirmed ON confirmed.seq = confirmed_seq;

CREATE VIEW limit_readable AS
SELECT
    limit_setting.arrangement, limit_setting.kind,
    coalesce(institution.code, debtor.code || ' with ' || member.code, member.code) AS whose,
    AMOUNT[maximum_minor | currency] AS maximum, currency.code AS currency, DAY[effective_day] AS effective,
    set_event.time AS set_at, set_event.actor AS set_by, set_event.approved_by,
    TIME[in_force.time_us] AS in_force_from, TIME[ended.time_us] AS ended_at, ended_by,
    coalesce(owner.code, member.code) AS member, limit_setting.seq, in_force_seq, ended_seq
FROM limit_setting
JOIN currency ON currency.currency = limit_setting.currency
JOIN event_readable AS set_event ON set_event.seq = limit_setting.seq
LEFT JOIN institution ON institution.institution = limit_setting.institution
LEFT JOIN member AS owner ON owner.member = institution.member
LEFT JOIN member AS debtor ON debtor.member = limit_setting.debtor
LEFT JOIN member ON member.member = limit_setting.member
LEFT JOIN event AS in_force ON in_force.seq = in_force_seq
LEFT JOIN event AS ended ON ended.seq = ended_seq;

CREATE VIEW refusal_readable AS
SELECT
    refusal.seq, TIME[event.time_us] AS time, refusal.what, refusal.command, institution.code AS institution,
    refusal.payment, refusal_reason.code, refusal_reason.rule, article.citation AS article,
    iif(article.assumed, 'assumed', NULL) AS source, limit_kind,
    coalesce(limited.code, debtor.code || ' with ' || member.code, member.code) AS whose_limit, refusal_reason.meaning
FROM refusal
JOIN event ON event.seq = refusal.seq
JOIN refusal_reason ON refusal_reason.refusal = refusal.refusal
LEFT JOIN arrangement ON arrangement.arrangement = refusal.arrangement
LEFT JOIN article ON article.rulebook = arrangement.rulebook AND article.rule = refusal_reason.rule
LEFT JOIN institution ON institution.institution = refusal.institution
LEFT JOIN institution AS limited ON limited.institution = refusal.limit_institution
LEFT JOIN member AS debtor ON debtor.member = refusal.limit_debtor
LEFT JOIN member ON member.member = refusal.limit_member;

CREATE VIEW account_readable AS
SELECT
    account.book || ' ' || coalesce(book_member.code, book_rulebook.name) AS book,
    CASE account.owner
        WHEN 'house' THEN 'house'
        WHEN 'member' THEN owner_member.code
        WHEN 'institution' THEN owner_institution.code
        ELSE 'business with ' || owner_rulebook.name
    END AS owner,
    account.kind, AMOUNT[balance_minor | currency] AS balance, currency.code AS currency, first_seq, last_seq
FROM account
JOIN currency ON currency.currency = account.currency
LEFT JOIN member AS book_member ON account.book = 'edge' AND book_member.member = account.book_number
LEFT JOIN arrangement AS book_arrangement
    ON account.book = 'arrangement' AND book_arrangement.arrangement = account.book_number
LEFT JOIN rulebook AS book_rulebook ON book_rulebook.rulebook = book_arrangement.rulebook
LEFT JOIN member AS owner_member ON account.owner = 'member' AND owner_member.member = account.owner_number
LEFT JOIN institution AS owner_institution
    ON account.owner = 'institution' AND owner_institution.institution = account.owner_number
LEFT JOIN arrangement AS owner_arrangement
    ON account.owner = 'arrangement' AND owner_arrangement.arrangement = account.owner_number
LEFT JOIN rulebook AS owner_rulebook ON owner_rulebook.rulebook = owner_arrangement.rulebook;
