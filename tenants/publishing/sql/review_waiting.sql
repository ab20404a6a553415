-- review_waiting($1 uuid tenant, $2 uuid dataset) -> id uuid; 0 or 1 row
-- class: tenant   lane: fast   roles: web worker owner
SELECT id FROM portal.review WHERE tenant_id = $1::uuid AND dataset_id = $2::uuid AND state = 'submitted';
