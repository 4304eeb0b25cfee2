SELECT
    payment_return.payment AS return, given.entered_at AS returned_at, given.payer AS given_back_by, given.payee AS to_,
    given.payer_amount AS given_back, given.payer_currency AS currency,
    payment_return.original, original.entered_at AS original_entered, original.payee_amount AS original_amount,
    printf('%d %%', payment_return.of_original_minor * 100 / payment.position_minor) AS part,
    original.state AS original_now, payment_return.seq, original.entered_seq AS original_seq
FROM payment_return
JOIN payment ON payment.payment = payment_return.original
JOIN payment_readable AS given ON given.payment = payment_return.payment
JOIN payment_readable AS original ON original.payment = payment_return.original
ORDER BY payment_return.seq;
