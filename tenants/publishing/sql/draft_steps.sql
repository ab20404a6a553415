-- draft_steps($1 uuid tenant, $2 uuid dataset, $3 jsonb steps, $4 bigint left_out, $5 jsonb reading) -> nothing
-- class: tenant   lane: write   roles: web worker owner
-- With the draft's version: how its file was read, what was done to it, and its rows that are not in it.
UPDATE portal.draft SET steps = $3::jsonb, left_out = $4::bigint, reading = $5::jsonb
 WHERE tenant_id = $1::uuid AND dataset_id = $2::uuid;
