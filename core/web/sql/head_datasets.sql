-- head_datasets($1 uuid tenant_id) -> dataset_id text, id text, revision bigint, is_open boolean; a row a published dataset
-- class: tenant   lane: write   roles: web
-- A frozen version is nobody's: its datasets, copies too, are not known any more.
SELECT d.dataset_id, d.id, d.revision, d.visibility = 'open' AS is_open
  FROM portal.dataset AS d
  JOIN portal.version AS v ON v.id = d.version_id AND v.state = 'ready'
 WHERE d.tenant_id = $1::uuid AND d.state = 'published';
