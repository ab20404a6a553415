-- draft_version($1 uuid tenant, $2 uuid dataset, $3 uuid version, $4 uuid upload, $5 text mode, $6 jsonb diff) -> nothing
-- class: tenant   lane: write   roles: web worker owner
INSERT INTO portal.draft AS dr (tenant_id, dataset_id, metas, fields, version_id, upload_id, mode, diff)
SELECT tenant_id, id, metas, fields, $3::uuid, $4::uuid, $5, $6::jsonb
  FROM portal.dataset WHERE tenant_id = $1::uuid AND id = $2::uuid
ON CONFLICT (tenant_id, dataset_id) DO UPDATE
   SET version_id = excluded.version_id, upload_id = excluded.upload_id, mode = excluded.mode,
       diff = excluded.diff, updated_at = now();
