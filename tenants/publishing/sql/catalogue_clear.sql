-- catalogue_clear($1 uuid tenant) -> nothing
-- class: tenant   lane: write   roles: worker owner
DELETE FROM portal.catalogue_search WHERE tenant_id = $1::uuid;
