-- stock_put($1 uuid tenant) -> nothing
-- class: tenant   lane: write   roles: web worker owner
-- Rows count while they are published, files as long as they are kept (R59).
INSERT INTO portal.stock AS s (tenant_id, records, raw_bytes, content_bytes)
SELECT $1::uuid, coalesce(sum(records) FILTER (WHERE state = 'published'), 0),
       coalesce(sum(raw_bytes) FILTER (WHERE state = 'published'), 0), coalesce(sum(content_bytes), 0)
  FROM portal.dataset WHERE tenant_id = $1::uuid AND is_origin
ON CONFLICT (tenant_id) DO UPDATE
   SET records = excluded.records, raw_bytes = excluded.raw_bytes, content_bytes = excluded.content_bytes;
