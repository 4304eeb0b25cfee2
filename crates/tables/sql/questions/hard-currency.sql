WITH paid AS (
    SELECT confirmed_seq AS seq, member, currency, amount_minor AS pay_in_minor, 0 AS transfer_minor
    FROM settlement_leg
    WHERE pay_in AND confirmed_seq IS NOT NULL AND arrangement = coalesce(:arrangement, 0)
    UNION ALL
    SELECT confirmed_seq, debtor, currency, 0, amount_minor
    FROM transfer
    WHERE confirmed_seq IS NOT NULL AND arrangement = coalesce(:arrangement, 0)
), summed AS (
    SELECT
        strftime('%Y-%m', event.time_us / 1000000, 'unixepoch') AS month, paid.member, paid.currency,
        sum(pay_in_minor) AS pay_in_minor, sum(transfer_minor) AS transfer_minor,
        sum(pay_in_minor + transfer_minor) AS minor, count(*) AS payments, min(paid.seq) AS first_seq,
        max(paid.seq) AS last_seq
    FROM paid JOIN event ON event.seq = paid.seq
    GROUP BY 1, 2, 3
)
SELECT
    month, member.code AS member,
    (pay_in_minor / unit) || iif(minor_decimals, printf('.%0*d', minor_decimals, pay_in_minor % unit), '') AS pay_ins,
    (transfer_minor / unit) || iif(minor_decimals, printf('.%0*d', minor_decimals, transfer_minor % unit), '')
        AS transfers,
    (minor / unit) || iif(minor_decimals, printf('.%0*d', minor_decimals, minor % unit), '') AS paid,
    currency.code AS currency, payments, first_seq, last_seq
FROM summed
JOIN member ON member.member = summed.member
JOIN currency ON currency.currency = summed.currency
ORDER BY month, minor DESC, member.code;
