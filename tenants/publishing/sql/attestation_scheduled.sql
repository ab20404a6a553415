-- attestation_scheduled($1 uuid tenant, $2 text dataset_id) -> nothing
-- class: tenant   lane: write   roles: worker
-- Who set the schedule of a dataset attests for what it fetches, while names and types stay those of what is published.
INSERT INTO portal.attestation (tenant_id, dataset_id, version_id, kind, shape, made_by)
SELECT d.tenant_id, d.id, dr.version_id, k.kind, n.shape, s.created_by
  FROM portal.dataset AS d
  JOIN portal.draft AS dr ON dr.tenant_id = d.tenant_id AND dr.dataset_id = d.id
  JOIN portal.source AS s ON s.tenant_id = d.tenant_id AND s.dataset_id = d.id AND s.active
  JOIN portal.version_check AS o ON o.tenant_id = d.tenant_id AND o.version_id = d.version_id
  JOIN portal.version_check AS n ON n.tenant_id = d.tenant_id AND n.version_id = dr.version_id AND n.shape = o.shape AND n.shape <> ''
 CROSS JOIN (VALUES ('personal'), ('rights')) AS k (kind)
 WHERE d.tenant_id = $1::uuid AND d.dataset_id = $2 AND d.state = 'published'
ON CONFLICT (tenant_id, dataset_id, version_id, kind) DO NOTHING;
