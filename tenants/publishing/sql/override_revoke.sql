-- override_revoke($1 uuid tenant, $2 uuid id, $3 uuid root, $4 text by) -> dataset uuid, dataset_id text, version uuid, is_open boolean; 0 or 1 row
-- class: tenant   lane: write   roles: web owner
-- root: whose portal it has to be. is_open: everybody reads the dataset, and this portal is its origin.
UPDATE portal.check_override AS o SET revoked_at = now(), revoked_by = $4
  FROM portal.dataset AS d, portal.tenant AS t
 WHERE o.tenant_id = $1::uuid AND o.id = $2::uuid AND o.revoked_at IS NULL
   AND d.tenant_id = o.tenant_id AND d.id = o.dataset_id AND t.id = o.tenant_id AND t.root_id = $3::uuid
RETURNING d.id, d.dataset_id, d.version_id, d.state = 'published' AND d.visibility = 'open' AND d.is_origin;
