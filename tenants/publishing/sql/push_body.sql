-- push_body($1 uuid tenant, $2 text dataset_id, $3 uuid batch, $4 uuid organisation) -> body text; 0 or 1 row
-- class: tenant   lane: write   roles: web
-- NULL: the batch is folded or taken back, and its records are kept no longer.
SELECT b.body::text
  FROM portal.push_batch AS b
  JOIN portal.dataset AS d ON d.tenant_id = b.tenant_id AND d.id = b.dataset_id
 WHERE b.tenant_id = $1::uuid AND d.dataset_id = $2 AND b.id = $3::uuid AND ($4::uuid IS NULL OR d.organisation_id = $4::uuid);
