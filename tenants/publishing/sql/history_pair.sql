-- history_pair($1 uuid tenant, $2 text dataset_id, $3 uuid organisation, $4 int number, $5 int other) -> number int, version_id uuid, columns jsonb, rows bigint, bytes bigint, state text, published text, key_columns jsonb; 0 to 2 rows
-- class: tenant   lane: fast   roles: web worker owner
-- Two versions of a dataset, the one that is asked for first; other: NULL is the newest.
SELECT h.number, v.id, v.columns, v.rows, v.bytes, v.state,
       to_char(h.published_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), to_jsonb(d.key_columns)
  FROM portal.dataset AS d
  CROSS JOIN LATERAL (SELECT $4::int AS number, 1 AS place
                      UNION ALL
                      SELECT coalesce($5::int, max(n.number)), 2 FROM portal.dataset_version AS n
                       WHERE n.tenant_id = d.tenant_id AND n.dataset_id = d.id) AS w
  JOIN portal.dataset_version AS h ON h.tenant_id = d.tenant_id AND h.dataset_id = d.id AND h.number = w.number
  JOIN portal.version AS v ON v.id = h.version_id
 WHERE d.tenant_id = $1::uuid AND d.dataset_id = $2 AND ($3::uuid IS NULL OR d.organisation_id = $3::uuid)
 ORDER BY w.place;
