-- dataset_version_insert($1 uuid tenant, $2 uuid dataset, $3 uuid version, $4 uuid account) -> nothing
-- class: tenant   lane: write   roles: web worker owner
INSERT INTO portal.dataset_version (tenant_id, dataset_id, number, version_id, published_by, opened)
SELECT $1::uuid, $2::uuid, coalesce(max(number), 0) + 1, $3::uuid, $4::uuid,
       (SELECT d.visibility = 'open' FROM portal.dataset AS d WHERE d.tenant_id = $1::uuid AND d.id = $2::uuid)
  FROM portal.dataset_version WHERE tenant_id = $1::uuid AND dataset_id = $2::uuid;
