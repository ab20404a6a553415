-- host_demote($1 uuid tenant) -> nothing
-- class: global   lane: write   roles: owner
-- The name it has had stays as one more: what links to it goes on working.
UPDATE portal.host SET canonical = false WHERE tenant_id = $1::uuid AND canonical;
