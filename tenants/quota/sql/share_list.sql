-- share_list($1 uuid root) -> id uuid, name text, host text, is_root boolean, metric text, reserved bigint, ceiling bigint, used bigint, pool bigint, lent bigint; any rows
-- class: global   lane: write   roles: web owner
-- Six rows a portal. lent: loans in force today, positive for who borrows. used of rows per dataset means nothing: 0.
WITH today AS (SELECT (now() AT TIME ZONE 'Europe/Paris')::date AS day),
calls AS (
    SELECT tenant_id, sum(calls) AS n FROM portal.usage_call
     WHERE month = date_trunc('month', (SELECT day FROM today))::date
     GROUP BY tenant_id)
SELECT t.id, t.name, h.host, t.parent_id IS NULL, m.metric, coalesce(s.reserved, 0), s.ceiling,
       coalesce(m.used, 0)::bigint, m.pool,
       coalesce((SELECT sum(CASE WHEN l.borrower_id = t.id THEN l.amount ELSE -l.amount END)
                   FROM portal.loan AS l
                  WHERE t.id IN (l.borrower_id, l.lender_id) AND l.metric = m.metric AND l.state = 'accepted'
                    AND (SELECT day FROM today) BETWEEN l.starts_on AND l.ends_on), 0)::bigint
  FROM portal.tenant AS t
  JOIN portal.host AS h ON h.tenant_id = t.id AND h.canonical
  JOIN portal.pool AS p ON p.root_id = t.root_id
  LEFT JOIN portal.stock AS st ON st.tenant_id = t.id
  LEFT JOIN calls ON calls.tenant_id = t.id
  LEFT JOIN portal.usage_update AS u ON u.tenant_id = t.id AND u.day = (SELECT day FROM today)
  CROSS JOIN LATERAL (VALUES (1, 'calls_month', calls.n, p.calls_month), (2, 'records', st.records, p.records),
                             (3, 'raw_bytes', st.raw_bytes, p.raw_bytes),
                             (4, 'content_bytes', st.content_bytes, p.content_bytes),
                             (5, 'update_bytes_day', u.bytes, p.update_bytes_day),
                             (6, 'records_per_dataset', 0, p.records_per_dataset)) AS m (rank, metric, used, pool)
  LEFT JOIN portal.share AS s ON s.tenant_id = t.id AND s.metric = m.metric
 WHERE t.root_id = $1::uuid AND t.state <> 'left'
 ORDER BY t.parent_id IS NOT NULL, t.name, t.id, m.rank;
