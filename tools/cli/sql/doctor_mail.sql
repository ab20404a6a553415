-- doctor_mail() -> late bigint, why text; one row: notices that have waited for an hour
-- class: global   lane: write   roles: owner
SELECT count(*), coalesce(max(error), '-')
  FROM portal.task
 WHERE kind = 'mail' AND created_at < now() - interval '1 hour';
