-- exports_ask($1 uuid task, $2 uuid tenant, $3 uuid dataset) -> nothing
-- class: global   lane: write   roles: web worker owner
-- Asked while it is being worked on, it begins anew: exports_next.sql and exports_end.sql keep to the number of attempts.
INSERT INTO portal.task (id, tenant_id, kind, subject) VALUES ($1::uuid, $2::uuid, 'exports', $3::uuid)
ON CONFLICT (kind, subject) DO UPDATE SET run_at = now(), attempts = 0;
