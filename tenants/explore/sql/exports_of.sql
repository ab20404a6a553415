-- exports_of($1 uuid tenant, $2 uuid dataset) -> dataset_id text, version_id uuid, columns jsonb, fields jsonb, row_filter text, records bigint, revision bigint; 0 or 1 row
-- class: tenant   lane: write   roles: worker
-- What everybody may read, and nothing else.
SELECT d.dataset_id, d.version_id, v.columns, d.fields, d.row_filter, d.records, d.revision
  FROM portal.dataset AS d
  JOIN portal.version AS v ON v.id = d.version_id
 WHERE d.tenant_id = $1::uuid AND d.id = $2::uuid AND d.state = 'published' AND d.visibility = 'open' AND v.state = 'ready';
