-- conformity_failed($1 uuid tenant) -> nothing
-- class: global   lane: write   roles: worker
-- No answer says nothing of the blocks: what was known of them stands.
UPDATE portal.conformity SET failures = failures + 1 WHERE tenant_id = $1::uuid;
