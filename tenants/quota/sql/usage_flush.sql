-- usage_flush($1 bigint epoch, $2 jsonb rows) -> nothing
-- class: global   lane: write   roles: web
-- Absolute totals: the same flush twice changes nothing.
INSERT INTO portal.usage_call AS u (tenant_id, month, epoch, origin, calls)
SELECT t.id, make_date(r.month / 12, r.month % 12 + 1, 1), $1::bigint, r.origin, r.calls
  FROM jsonb_to_recordset($2::jsonb) AS r (slot integer, month integer, origin text, calls bigint)
  JOIN portal.tenant AS t ON t.slot = r.slot
ON CONFLICT (tenant_id, month, epoch, origin) DO UPDATE SET calls = excluded.calls;
