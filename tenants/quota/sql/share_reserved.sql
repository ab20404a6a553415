-- share_reserved($1 uuid root, $2 text metric) -> reserved bigint, pool bigint; 0 or 1 row
-- class: global   lane: write   roles: web owner
SELECT sum(s.reserved)::bigint,
       CASE $2 WHEN 'calls_month' THEN p.calls_month WHEN 'records' THEN p.records WHEN 'raw_bytes' THEN p.raw_bytes
               WHEN 'content_bytes' THEN p.content_bytes ELSE p.update_bytes_day END
  FROM portal.share AS s
  JOIN portal.tenant AS t ON t.id = s.tenant_id
  JOIN portal.pool AS p ON p.root_id = t.root_id
 WHERE t.root_id = $1::uuid AND s.metric = $2 AND t.state <> 'left'
 GROUP BY p.root_id;
