-- push_drop($1 uuid tenant, $2 uuid dataset, $3 uuid batch, $4 uuid account) -> id uuid, records integer; 0 or 1 row
-- class: tenant   lane: write   roles: web
-- Taken back before it was folded; its key stays used. No row: not there, over, or being folded at this moment.
UPDATE portal.push_batch SET folded_at = now(), dropped_by = $4::uuid, body = NULL, error = NULL
 WHERE tenant_id = $1::uuid AND id = (SELECT id FROM portal.push_batch
                                       WHERE tenant_id = $1::uuid AND dataset_id = $2::uuid AND id = $3::uuid AND folded_at IS NULL
                                         FOR UPDATE SKIP LOCKED)
RETURNING id, records;
