WITH asked AS (
    -- The last event up to the time asked for.
    SELECT max(seq) AS last_seq FROM event WHERE time_us <= coalesce(unixepoch(:time) * 1000000, time_us)
)
SELECT
    kind, whose, maximum, currency, effective, in_force_from, set_by, approved_by, seq AS set_seq, in_force_seq,
    ended_seq
FROM asked
JOIN limit_readable ON in_force_seq <= last_seq AND coalesce(ended_seq > last_seq, 1)
WHERE arrangement = coalesce(:arrangement, 0) AND member = coalesce(:member, member)
ORDER BY kind, whose;
