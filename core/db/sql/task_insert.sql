-- task_insert($1 uuid id, $2 uuid tenant, $3 text kind, $4 uuid subject) -> nothing
-- class: global   lane: write   roles: web worker owner
-- One task a subject: asked twice, it runs once.
INSERT INTO portal.task (id, tenant_id, kind, subject) VALUES ($1::uuid, $2::uuid, $3, $4::uuid)
ON CONFLICT (kind, subject) DO UPDATE SET run_at = now();
