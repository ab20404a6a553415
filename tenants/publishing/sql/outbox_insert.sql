-- outbox_insert($1 uuid id, $2 uuid tenant, $3 uuid dataset, $4 text kind) -> nothing
-- class: tenant   lane: write   roles: web worker owner
-- Ids and the revision only: the latest state is read when it is sent.
INSERT INTO portal.outbox (id, tenant_id, dataset_id, kind, revision)
SELECT $1::uuid, d.tenant_id, d.id, $4, d.revision FROM portal.dataset AS d WHERE d.tenant_id = $2::uuid AND d.id = $3::uuid;
