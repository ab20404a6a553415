-- piece_put($1 uuid tenant, $2 uuid id, $3 bigint received, $4 uuid upload) -> nothing
-- class: tenant   lane: write   roles: web
UPDATE portal.upload_piece SET received = $3::bigint, upload_id = $4::uuid, updated_at = now()
 WHERE tenant_id = $1::uuid AND id = $2::uuid;
