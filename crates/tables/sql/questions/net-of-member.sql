WITH asked AS (
    SELECT cycle.* FROM cycle
    WHERE cycle.arrangement = coalesce(:arrangement, 0) AND cycle.closed_seq IS NOT NULL
        AND cycle.cycle = coalesce(:cycle, (
            SELECT max(net.cycle) FROM net JOIN member ON member.member = net.member
            WHERE net.arrangement = coalesce(:arrangement, 0) AND member.code = coalesce(:member, member.code)
        ))
), whose AS (
    SELECT net.member, net.net_minor, net.seq FROM asked
    JOIN net ON net.arrangement = asked.arrangement AND net.cycle = asked.cycle
    JOIN member ON member.member = net.member
    WHERE member.code = coalesce(:member, member.code)
    ORDER BY net.net_minor LIMIT 1
), part AS (
    SELECT movement.seq, movement.cause, movement.payment, own.code AS institution, other.code AS other,
        movement.amount_minor AS minor, movement.currency
    FROM asked, whose
    JOIN movement ON movement.arrangement = asked.arrangement AND movement.cycle = asked.cycle
    JOIN institution AS own ON own.institution = movement.institution AND own.member = whose.member
    JOIN institution AS other ON other.institution = movement.other
    UNION ALL
    SELECT interest.seq, 'interest', NULL, NULL, iif(interest.debtor = whose.member, creditor.code, debtor.code),
        iif(interest.debtor = whose.member, -interest.amount_minor, interest.amount_minor), interest.currency
    FROM asked, whose
    JOIN interest ON interest.arrangement = asked.arrangement AND interest.cycle = asked.cycle
        AND whose.member IN (interest.debtor, interest.creditor)
    JOIN member AS debtor ON debtor.member = interest.debtor
    JOIN member AS creditor ON creditor.member = interest.creditor
), summed AS (
    SELECT part.*, sum(minor) OVER (PARTITION BY currency ORDER BY seq, payment, minor) AS sum_minor FROM part
    UNION ALL
    SELECT whose.seq, 'net', NULL, member.code, NULL, NULL, arrangement.asset, whose.net_minor
    FROM whose JOIN member ON member.member = whose.member, asked
    JOIN arrangement ON arrangement.arrangement = asked.arrangement
)
SELECT
    cause, payment, institution, other,
    iif(minor < 0, '-', '') || (abs(minor) / unit)
        || iif(minor_decimals, printf('.%0*d', minor_decimals, abs(minor) % unit), '') AS amount,
    iif(sum_minor < 0, '-', '') || (abs(sum_minor) / unit)
        || iif(minor_decimals, printf('.%0*d', minor_decimals, abs(sum_minor) % unit), '') AS sum_so_far,
    code AS currency, summed.seq
FROM summed JOIN currency ON currency.currency = summed.currency
ORDER BY cause = 'net', summed.currency, summed.seq, payment, minor;
