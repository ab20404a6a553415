-- outbox_take() -> id uuid, tenant_id uuid, dataset_id uuid, kind text; 0 or 1 row
-- class: global   lane: write   roles: worker
-- What takes something back goes first.
SELECT id, tenant_id, dataset_id, kind
  FROM portal.outbox
 WHERE dispatched_at IS NULL
 ORDER BY kind IN ('published', 'described'), created_at
 LIMIT 1
   FOR UPDATE SKIP LOCKED;
