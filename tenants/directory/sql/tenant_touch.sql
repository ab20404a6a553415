-- tenant_touch($1 uuid tenant) -> nothing
-- class: global   lane: write   roles: web worker owner
-- Whatever an answer can show has changed: caches keyed by the generation are stale.
UPDATE portal.tenant SET generation = generation + 1 WHERE id = $1::uuid;
