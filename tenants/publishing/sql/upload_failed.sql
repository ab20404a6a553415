-- upload_failed($1 uuid tenant, $2 uuid id, $3 jsonb error) -> nothing
-- class: tenant   lane: write   roles: worker
UPDATE portal.upload SET state = 'failed', error = $3::jsonb, updated_at = now()
 WHERE tenant_id = $1::uuid AND id = $2::uuid AND state IN ('queued', 'reading');
