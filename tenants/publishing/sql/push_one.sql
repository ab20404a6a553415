-- push_one($1 uuid tenant, $2 text dataset_id, $3 uuid batch, $4 uuid organisation) -> id uuid, op text, records integer, folded_at timestamptz, aside jsonb, error jsonb, created_at timestamptz, dropped boolean; 0 or 1 row
-- class: tenant   lane: fast   roles: web
SELECT b.id, b.op, b.records, b.folded_at, b.aside, b.error, b.created_at, b.dropped_by IS NOT NULL
  FROM portal.push_batch AS b
  JOIN portal.dataset AS d ON d.tenant_id = b.tenant_id AND d.id = b.dataset_id
 WHERE b.tenant_id = $1::uuid AND d.dataset_id = $2 AND b.id = $3::uuid AND ($4::uuid IS NULL OR d.organisation_id = $4::uuid);
