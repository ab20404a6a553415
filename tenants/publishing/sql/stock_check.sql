-- stock_check($1 uuid tenant) -> metric text, used bigint, left bigint, ceiling bigint; 4 rows
-- class: global   lane: write   roles: web worker owner
-- left: the pool less what every other tenant holds or has reserved, whichever is more.
WITH me AS (SELECT id, root_id FROM portal.tenant WHERE id = $1::uuid),
held AS (
    SELECT t.id AS tenant_id, m.metric, coalesce(m.used, 0) AS used
      FROM portal.tenant AS t
      JOIN me ON me.root_id = t.root_id
      LEFT JOIN portal.stock AS s ON s.tenant_id = t.id
      LEFT JOIN portal.usage_update AS u ON u.tenant_id = t.id AND u.day = (now() AT TIME ZONE 'Europe/Paris')::date
      CROSS JOIN LATERAL (VALUES ('records', s.records), ('raw_bytes', s.raw_bytes),
                                 ('content_bytes', s.content_bytes), ('update_bytes_day', u.bytes)) AS m (metric, used)
     WHERE t.state <> 'left')
SELECT h.metric, max(h.used) FILTER (WHERE h.tenant_id = me.id),
       max(size.amount) - coalesce(sum(greatest(h.used, coalesce(sh.reserved, 0))) FILTER (WHERE h.tenant_id <> me.id), 0),
       max(sh.ceiling) FILTER (WHERE h.tenant_id = me.id)
  FROM held AS h
  CROSS JOIN me
  JOIN portal.pool AS p ON p.root_id = me.root_id
  CROSS JOIN LATERAL (SELECT CASE h.metric WHEN 'records' THEN p.records WHEN 'raw_bytes' THEN p.raw_bytes
                                           WHEN 'content_bytes' THEN p.content_bytes ELSE p.update_bytes_day END) AS size (amount)
  LEFT JOIN portal.share AS sh ON sh.tenant_id = h.tenant_id AND sh.metric = h.metric
 GROUP BY h.metric;
