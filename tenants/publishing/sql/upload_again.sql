-- upload_again($1 uuid tenant, $2 uuid id, $3 jsonb options) -> id uuid; 0 or 1 row
-- class: tenant   lane: write   roles: web worker owner
-- Read once more, with all that is said of it from now on (correct.h). What was published stays what it is.
UPDATE portal.upload SET options = $3::jsonb, state = 'queued', error = NULL, updated_at = now()
 WHERE tenant_id = $1::uuid AND id = $2::uuid AND state IN ('ready', 'failed')
RETURNING id;
