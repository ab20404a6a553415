-- copy_find($1 uuid target, $2 uuid source_tenant, $3 uuid source) -> id uuid, dataset_id text, state text, is_buried boolean, is_empty boolean; 0 or 1 row
-- class: tenant   lane: write   roles: worker
-- Behind copy_hold.
SELECT c.id, c.dataset_id, c.state,
       EXISTS (SELECT FROM portal.tombstone AS b WHERE b.tenant_id = c.tenant_id AND b.dataset_id = c.id),
       c.version_id IS NULL
  FROM portal.dataset AS c
 WHERE c.tenant_id = $1::uuid AND NOT c.is_origin AND c.source_tenant_id = $2::uuid AND c.source_id = $3::uuid;
