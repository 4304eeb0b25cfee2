SELECT time, event, actor AS given_by, approved_by, arrangement, payment, seq
FROM event_readable
-- What was approved and refused all the same is no act, unless it is asked for.
WHERE seq IN (SELECT seq FROM approval) AND event = coalesce(:event, nullif(event, 'CommandRefused'))
ORDER BY seq;
