-- task_claim($1 text kind, $2 uuid token) -> id uuid, tenant_id uuid, subject uuid, attempts integer; 0 or 1 row
-- class: global   lane: write   roles: worker
-- A task whose worker lives is locked by it (task_hold) and skipped here, however long it takes; the
-- lease, by database time, is for the moments between.
UPDATE portal.task
   SET lease_until = clock_timestamp() + interval '10 seconds', lease_token = $2::uuid, attempts = attempts + 1
 WHERE id = (SELECT id FROM portal.task
              WHERE kind = $1 AND run_at <= clock_timestamp() AND (lease_until IS NULL OR lease_until < clock_timestamp())
              ORDER BY run_at LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id, tenant_id, subject, attempts;
