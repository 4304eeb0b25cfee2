WITH late AS (
    SELECT
        payment.payment, payment.value_day,
        -- The business date on which leg 2 posted, or on which the payment ended; between days, the date in UTC.
        coalesce((
            SELECT iif(coalesce(day.closed_seq > event.seq, 1), day.day, NULL) FROM day
            WHERE day.arrangement = payment.arrangement AND day.opened_seq < event.seq
                AND day.day <= event.time_us / 86400000000 + 1
            ORDER BY day.day DESC LIMIT 1
        ), event.time_us / 86400000000) AS day,
        iif(payment.cleared_seq IS NULL, payment.ended_because, 'final') AS what, event.seq
    FROM payment
    JOIN event ON event.seq = coalesce(payment.cleared_seq, payment.ended_seq)
    WHERE payment.value_day IS NOT NULL AND payment.original IS NULL
    UNION ALL
    SELECT payment.payment, payment.value_day, max(day.day), 'waits still', payment.last_seq
    FROM payment JOIN day ON day.arrangement = payment.arrangement
    WHERE payment.value_day IS NOT NULL AND payment.cleared_seq IS NULL AND payment.ended_seq IS NULL
    GROUP BY payment.payment
)
SELECT
    late.payment, payer, payee, payee_amount AS amount, payee_currency AS currency, value_date,
    date(late.day * 86400, 'unixepoch') AS on_, what, late.day - late.value_day AS days_late, state, late.seq
FROM late JOIN payment_readable ON payment_readable.payment = late.payment
WHERE late.day > late.value_day
ORDER BY days_late DESC, late.payment;
