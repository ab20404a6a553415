-- push_folded($1 uuid tenant, $2 uuid batch, $3 jsonb aside) -> nothing
-- class: tenant   lane: write   roles: worker
UPDATE portal.push_batch SET folded_at = now(), body = NULL, error = NULL, aside = $3::jsonb
 WHERE tenant_id = $1::uuid AND id = $2::uuid AND folded_at IS NULL;
