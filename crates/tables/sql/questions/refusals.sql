SELECT
    coalesce(rule, 'the house itself') AS rule, article, source, code, what, command, institution, payment,
    whose_limit, time, seq
FROM refusal_readable
WHERE code = coalesce(:code, code)
ORDER BY rule IS NULL, rule, code, seq;
