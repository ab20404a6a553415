-- check_override_put($1 uuid tenant, $2 uuid id, $3 uuid dataset, $4 jsonb covers, $5 uuid reason_id, $6 text reason, $7 uuid account, $8 text dataset_id) -> nothing
-- class: tenant   lane: write   roles: web worker owner
INSERT INTO portal.check_override (tenant_id, id, dataset_id, covers, reason_id, reason, made_by, dataset_name)
VALUES ($1::uuid, $2::uuid, $3::uuid, $4::jsonb, $5::uuid, $6, $7::uuid, $8);
