-- upload_insert($1 uuid tenant, $2 uuid id, $3 uuid account, $4 uuid organisation, $5 uuid dataset, $6 text mode, $7 text file_name, $8 text blob, $9 bigint size, $10 jsonb options) -> nothing
-- class: tenant   lane: write   roles: web worker owner
INSERT INTO portal.upload (tenant_id, id, account_id, organisation_id, dataset_id, mode, file_name, blob, size_bytes, options)
VALUES ($1::uuid, $2::uuid, $3::uuid, $4::uuid, $5::uuid, $6, $7, $8, $9::bigint, $10::jsonb);
