-- dataset_successor($1 uuid tenant, $2 text dataset_id, $3 uuid instead_of) -> id uuid; 0 or 1 row
-- class: tenant   lane: write   roles: web worker owner
-- What may be named in place of a data set that is withdrawn: another one that anybody may see.
SELECT id FROM portal.dataset
 WHERE tenant_id = $1::uuid AND dataset_id = $2 AND id <> $3::uuid AND state = 'published' AND visibility = 'open';
