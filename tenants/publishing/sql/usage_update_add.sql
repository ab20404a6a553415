-- usage_update_add($1 uuid tenant, $2 bigint bytes) -> nothing
-- class: global   lane: write   roles: web worker owner
INSERT INTO portal.usage_update AS u (tenant_id, day, bytes)
VALUES ($1::uuid, (now() AT TIME ZONE 'Europe/Paris')::date, $2::bigint)
ON CONFLICT (tenant_id, day) DO UPDATE SET bytes = u.bytes + excluded.bytes;
