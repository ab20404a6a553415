-- head_datasets($1 uuid tenant_id) -> dataset_id text, id text, revision bigint, is_open boolean; a row a published dataset
-- class: tenant   lane: write   roles: web
SELECT dataset_id, id, revision, visibility = 'open' AS is_open
  FROM portal.dataset
 WHERE tenant_id = $1::uuid AND state = 'published';
