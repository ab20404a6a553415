-- intake_limits($1 uuid tenant) -> most_rows bigint, most_bytes bigint; 1 row
-- class: global   lane: fast   roles: web worker owner
-- Of one dataset: the region's rule, and a stricter one of the portal where it has one.
SELECT least(p.records_per_dataset, s.ceiling), p.raw_bytes
  FROM portal.tenant AS t
  JOIN portal.pool AS p ON p.root_id = t.root_id
  LEFT JOIN portal.share AS s ON s.tenant_id = t.id AND s.metric = 'records_per_dataset'
 WHERE t.id = $1::uuid;
