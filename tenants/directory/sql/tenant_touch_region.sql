-- tenant_touch_region($1 uuid tenant) -> nothing
-- class: global   lane: write   roles: web worker owner
-- Something changed on every portal of the tenant's root: a version that their copies point to.
-- Locked in the order of their ids, as portal.hide_copies does: two that write at once wait, and do not block each other.
WITH region AS (
    SELECT id FROM portal.tenant WHERE root_id = (SELECT root_id FROM portal.tenant WHERE id = $1::uuid)
     ORDER BY id FOR NO KEY UPDATE
)
UPDATE portal.tenant AS t SET generation = t.generation + 1 FROM region WHERE t.id = region.id;
