-- draft_describe($1 uuid tenant, $2 uuid dataset, $3 jsonb metas, $4 jsonb fields, $5 uuid account) -> nothing
-- class: tenant   lane: write   roles: web worker owner
INSERT INTO portal.draft AS dr (tenant_id, dataset_id, metas, fields, updated_by)
SELECT tenant_id, id, coalesce($3::jsonb, metas), coalesce($4::jsonb, fields), $5::uuid
  FROM portal.dataset WHERE tenant_id = $1::uuid AND id = $2::uuid
ON CONFLICT (tenant_id, dataset_id) DO UPDATE
   SET metas = coalesce($3::jsonb, dr.metas), fields = coalesce($4::jsonb, dr.fields),
       updated_at = now(), updated_by = excluded.updated_by;
