-- piece_lock($1 uuid tenant, $2 uuid id, $3 uuid account) -> received bigint, size_bytes bigint, file_name text, mode text, dataset_id uuid, organisation_id uuid, upload_id uuid; 0 or 1 row
-- class: tenant   lane: write   roles: web
-- Whoever began it goes on with it, nobody else; one piece at a time.
SELECT received, size_bytes, file_name, mode, dataset_id, organisation_id, upload_id
  FROM portal.upload_piece WHERE tenant_id = $1::uuid AND id = $2::uuid AND account_id = $3::uuid FOR UPDATE;
