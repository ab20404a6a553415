-- piece_one($1 uuid tenant, $2 uuid id, $3 uuid account) -> received bigint, size_bytes bigint, upload_id uuid; 0 or 1 row
-- class: tenant   lane: write   roles: web
SELECT received, size_bytes, upload_id FROM portal.upload_piece WHERE tenant_id = $1::uuid AND id = $2::uuid AND account_id = $3::uuid;
