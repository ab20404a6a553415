-- piece_insert($1 uuid tenant, $2 uuid id, $3 uuid account, $4 uuid organisation, $5 uuid dataset, $6 text mode, $7 text file_name, $8 bigint size) -> id uuid; 0 or 1 row
-- class: tenant   lane: write   roles: web
-- No row: this portal has twenty files on their way already.
INSERT INTO portal.upload_piece (tenant_id, id, account_id, organisation_id, dataset_id, mode, file_name, size_bytes)
SELECT $1::uuid, $2::uuid, $3::uuid, $4::uuid, $5::uuid, $6, $7, $8::bigint
 WHERE (SELECT count(*) FROM portal.upload_piece WHERE tenant_id = $1::uuid AND upload_id IS NULL) < 20
RETURNING id;
