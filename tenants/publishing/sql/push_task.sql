-- push_task($1 uuid id, $2 uuid tenant, $3 uuid dataset) -> nothing
-- class: global   lane: write   roles: web
-- A task that is there keeps its time: folds have their rhythm. One that is being deleted is waited for.
INSERT INTO portal.task (id, tenant_id, kind, subject) VALUES ($1::uuid, $2::uuid, 'push', $3::uuid)
ON CONFLICT (kind, subject) DO NOTHING;
