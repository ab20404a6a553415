-- tenant_touch_region($1 uuid tenant) -> nothing
-- class: global   lane: write   roles: web worker owner
-- Something changed on every portal of the tenant's root: a version that their copies point to.
UPDATE portal.tenant SET generation = generation + 1
 WHERE root_id = (SELECT root_id FROM portal.tenant WHERE id = $1::uuid);
