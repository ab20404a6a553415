-- stock_put($1 uuid tenant) -> nothing
-- class: tenant   lane: write   roles: web worker owner
INSERT INTO portal.stock AS s (tenant_id, records, raw_bytes, content_bytes)
SELECT $1::uuid, coalesce(sum(records), 0), coalesce(sum(raw_bytes), 0), coalesce(sum(content_bytes), 0)
  FROM portal.dataset WHERE tenant_id = $1::uuid AND is_origin AND state = 'published'
ON CONFLICT (tenant_id) DO UPDATE
   SET records = excluded.records, raw_bytes = excluded.raw_bytes, content_bytes = excluded.content_bytes;
