SELECT
    payment.payment, payer.code AS payer, payee.code AS payee, readable.payee_amount AS amount,
    readable.payee_currency AS currency, strftime('%Y-%m-%dT%H:%M:%SZ', begun.time_us / 1000000, 'unixepoch') AS since,
    printf('%d:%02d:%02d', waited_s / 3600, waited_s / 60 % 60, waited_s % 60) AS waited,
    CASE
        WHEN payment.cleared_seq IS NULL AND payment.ended_seq IS NULL THEN 'waits still'
        WHEN payment.cleared_seq IS NULL THEN payment.ended_because
        WHEN payment.released_run IS NULL THEN 'released by a receipt'
        ELSE 'released by run ' || payment.released_run
    END AS until,
    CASE payment.queued_because
        WHEN 'limit' THEN 'limit: ' || coalesce(rulebook.queueing_limit, 'one of several')
        WHEN 'behind earlier' THEN 'behind ' || payment.queued_behind || ' earlier'
        ELSE payment.queued_because
    END AS because,
    article.citation AS article, payment.queued_seq AS seq
FROM payment
JOIN (
    SELECT
        payment.payment,
        (coalesce(ended.time_us, (SELECT time_us FROM event ORDER BY seq DESC LIMIT 1)) - begun.time_us) / 1000000
            AS waited_s
    FROM payment
    JOIN event AS begun ON begun.seq = payment.queued_seq
    LEFT JOIN event AS ended ON ended.seq = coalesce(payment.cleared_seq, payment.ended_seq)
    WHERE payment.arrangement = coalesce(:arrangement, payment.arrangement)
    ORDER BY waited_s DESC, payment.payment LIMIT coalesce(:count, 10)
) AS longest ON longest.payment = payment.payment
JOIN payment_readable AS readable ON readable.payment = payment.payment
JOIN event AS begun ON begun.seq = payment.queued_seq
JOIN institution AS payer ON payer.institution = payment.payer
JOIN institution AS payee ON payee.institution = payment.payee
JOIN arrangement ON arrangement.arrangement = payment.arrangement
JOIN rulebook ON rulebook.rulebook = arrangement.rulebook
LEFT JOIN article ON article.rulebook = rulebook.rulebook AND article.rule = CASE payment.queued_because
    WHEN 'limit' THEN 'limit: ' || rulebook.queueing_limit
    WHEN 'behind earlier' THEN 'queue'
    ELSE 'price'
END
ORDER BY waited_s DESC, payment.payment;
