-- dataset_insert($1 uuid tenant, $2 uuid id, $3 text dataset_id, $4 text uid, $5 uuid organisation) -> id uuid; 0 or 1 row
-- class: tenant   lane: write   roles: web worker owner
-- No row: the identifier is taken. The national identifier is built here, once.
INSERT INTO portal.dataset (tenant_id, id, dataset_id, uid, identifier, organisation_id)
SELECT $1::uuid, $2::uuid, $3, $4, 'https://' || h.host || '/explore/dataset/' || $3 || '/', $5::uuid
  FROM portal.host AS h
 WHERE h.tenant_id = $1::uuid AND h.canonical
ON CONFLICT (tenant_id, dataset_id) DO NOTHING
RETURNING id;
