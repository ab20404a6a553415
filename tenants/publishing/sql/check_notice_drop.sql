-- check_notice_drop($1 uuid override) -> nothing
-- class: global   lane: write   roles: web owner
DELETE FROM portal.check_notice WHERE override_id = $1::uuid;
