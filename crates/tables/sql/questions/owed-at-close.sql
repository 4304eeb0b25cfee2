WITH asked AS (
    SELECT arrangement, max(day) AS day, max(closed_seq) AS closed_seq
    FROM day
    WHERE arrangement = coalesce(:arrangement, 0) AND closed_seq IS NOT NULL
        AND day <= coalesce(unixepoch(:date) / 86400, day)
    GROUP BY arrangement
), owed AS (
    -- The open cycle: what each pair had come to.
    SELECT
        'cycle open' AS what, debtor.code AS debtor, creditor.code AS creditor, owed_minor AS minor, day_pair.currency,
        day_pair.seq
    FROM asked
    JOIN day_pair ON day_pair.arrangement = asked.arrangement AND day_pair.day = asked.day
    JOIN member AS debtor ON debtor.member = day_pair.debtor
    JOIN member AS creditor ON creditor.member = day_pair.creditor
    UNION ALL
    -- Closed cycles: what is still to be paid in, and what is still to be paid out of what was.
    SELECT
        'due ' || date(leg.due_day * 86400, 'unixepoch'),
        CASE WHEN leg.pay_in THEN member.code WHEN other.code IS NULL THEN 'house' ELSE 'agent' END,
        CASE WHEN leg.pay_in THEN coalesce(other.code, 'house') ELSE member.code END,
        iif(leg.completed_seq <= asked.closed_seq, leg.paid_minor, leg.amount_minor), leg.currency, leg.closed_seq
    FROM asked
    JOIN settlement_leg AS leg ON leg.arrangement = asked.arrangement AND leg.closed_seq <= asked.closed_seq
    JOIN member ON member.member = leg.member
    LEFT JOIN member AS other ON other.member = leg.counterparty
    WHERE coalesce(leg.confirmed_seq > asked.closed_seq, 1)
        -- What was missing at a completion stands in `leg_rest`.
        AND coalesce(leg.completed_seq > asked.closed_seq OR leg.paid_minor > 0, 1) AND (
        leg.pay_in OR leg.counterparty IS NULL OR EXISTS (
            SELECT 1 FROM settlement_leg AS paid
            WHERE paid.arrangement = leg.arrangement AND paid.cycle = leg.cycle AND paid.pay_in
                AND paid.member = leg.counterparty AND paid.counterparty = leg.member
                AND paid.confirmed_seq <= asked.closed_seq
        )
    )
)
SELECT
    date(asked.day * 86400, 'unixepoch') AS at_close_of, what, debtor, creditor,
    (minor / unit) || iif(minor_decimals, printf('.%0*d', minor_decimals, minor % unit), '') AS amount,
    code AS currency, owed.seq
FROM asked, owed JOIN currency ON currency.currency = owed.currency
ORDER BY what DESC, minor DESC, debtor, creditor;
