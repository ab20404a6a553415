-- bo_versions($1 uuid tenant, $2 text dataset_id) -> number int, published text, rows bigint, state text, by_whom text, is_now boolean; at most 50 rows
-- class: tenant   lane: write   roles: web
SELECT dv.number, dv.published_at::date::text, v.rows, v.state, a.name, d.version_id = dv.version_id
  FROM portal.dataset AS d
  JOIN portal.dataset_version AS dv ON dv.tenant_id = d.tenant_id AND dv.dataset_id = d.id
  JOIN portal.version AS v ON v.id = dv.version_id
  LEFT JOIN portal.account AS a ON a.tenant_id = d.tenant_id AND a.id = dv.published_by
 WHERE d.tenant_id = $1::uuid AND d.dataset_id = $2
 ORDER BY dv.number DESC
 LIMIT 50;
