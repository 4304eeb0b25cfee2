WITH balance AS (
    SELECT book, book_number, currency, balance_minor AS minor FROM account WHERE :through IS NULL
    UNION ALL
    -- After any event: every account from its postings.
    SELECT book, book_number, currency, sum(amount_minor) FROM posting
    WHERE :through IS NOT NULL AND seq <= :through
    GROUP BY book, book_number, owner, owner_number, currency, kind
), summed AS (
    SELECT
        book, book_number, currency, count(*) AS accounts, coalesce(sum(minor) FILTER (WHERE minor > 0), 0) AS owed,
        coalesce(-sum(minor) FILTER (WHERE minor < 0), 0) AS owing
    FROM balance WHERE minor <> 0
    GROUP BY 1, 2, 3
)
SELECT
    summed.book || ' ' || coalesce(member.code, rulebook.name) AS book, accounts,
    (owed / unit) || iif(minor_decimals, printf('.%0*d', minor_decimals, owed % unit), '') AS owed,
    (owing / unit) || iif(minor_decimals, printf('.%0*d', minor_decimals, owing % unit), '') AS owing,
    currency.code AS currency, iif(owed = owing, 'balances', 'DOES NOT BALANCE') AS verdict
FROM summed
JOIN currency ON currency.currency = summed.currency
LEFT JOIN member ON summed.book = 'edge' AND member.member = summed.book_number
LEFT JOIN arrangement ON summed.book = 'arrangement' AND arrangement.arrangement = summed.book_number
LEFT JOIN rulebook ON rulebook.rulebook = arrangement.rulebook
ORDER BY summed.book, summed.book_number, currency.code;
