-- draft_steps($1 uuid tenant, $2 uuid dataset, $3 jsonb steps, $4 bigint left_out) -> nothing
-- class: tenant   lane: write   roles: web worker owner
-- With the draft's version: what was done to its file, and its rows that are not in it.
UPDATE portal.draft SET steps = $3::jsonb, left_out = $4::bigint WHERE tenant_id = $1::uuid AND dataset_id = $2::uuid;
