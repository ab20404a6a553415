-- upload_held($1 uuid tenant, $2 uuid id, $3 jsonb error) -> nothing
-- class: tenant   lane: write   roles: worker
-- Read and in its draft, but not published: why.
UPDATE portal.upload SET error = $3::jsonb, updated_at = now() WHERE tenant_id = $1::uuid AND id = $2::uuid;
