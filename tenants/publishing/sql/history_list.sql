-- history_list($1 uuid tenant, $2 text dataset_id, $3 uuid organisation) -> number int, version_id uuid, published text, by_whom text, rows bigint, bytes bigint, columns bigint, state text, is_now boolean; at most 100 rows
-- class: tenant   lane: fast   roles: web worker owner
-- The versions of a dataset that can still be compared or come back, the newest first.
SELECT h.number, h.version_id, to_char(h.published_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), h.published_by, v.rows, v.bytes,
       jsonb_array_length(v.columns), v.state,
       h.number = (SELECT max(n.number) FROM portal.dataset_version AS n WHERE n.tenant_id = d.tenant_id AND n.dataset_id = d.id)
  FROM portal.dataset AS d
  JOIN portal.dataset_version AS h ON h.tenant_id = d.tenant_id AND h.dataset_id = d.id
  JOIN portal.version AS v ON v.id = h.version_id
 WHERE d.tenant_id = $1::uuid AND d.dataset_id = $2 AND ($3::uuid IS NULL OR d.organisation_id = $3::uuid)
 ORDER BY h.number DESC LIMIT 100;
