-- tenant_every() -> id uuid; every tenant
-- class: global   lane: write   roles: worker
SELECT id FROM portal.tenant ORDER BY id;
