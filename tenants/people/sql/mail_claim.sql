-- mail_claim($1 uuid token) -> id uuid, tenant_id uuid, subject uuid, attempts integer; 0 or 1 row
-- class: global   lane: write   roles: worker
-- For as long as the slowest server may take, and a minute; who died is taken over then.
UPDATE portal.task
   SET lease_until = clock_timestamp() + interval '2 minutes', lease_token = $1::uuid, attempts = attempts + 1
 WHERE id = (SELECT id FROM portal.task
              WHERE kind = 'mail' AND run_at <= clock_timestamp() AND (lease_until IS NULL OR lease_until < clock_timestamp())
              ORDER BY run_at LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id, tenant_id, subject, attempts;
