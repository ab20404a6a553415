-- link_dataset($1 uuid tenant, $2 text dataset_id, $3 boolean open_only) -> id uuid; 0 or 1 row
-- class: tenant   lane: write   roles: web owner
-- Copies are not passed on.
SELECT id FROM portal.dataset
 WHERE tenant_id = $1::uuid AND dataset_id = $2 AND is_origin
   AND (NOT $3::boolean OR visibility = 'open' AND state = 'published');
