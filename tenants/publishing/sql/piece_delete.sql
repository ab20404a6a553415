-- piece_delete($1 uuid tenant, $2 uuid id, $3 uuid account) -> id uuid; 0 or 1 row
-- class: tenant   lane: write   roles: web
DELETE FROM portal.upload_piece WHERE tenant_id = $1::uuid AND id = $2::uuid AND account_id = $3::uuid AND upload_id IS NULL RETURNING id;
