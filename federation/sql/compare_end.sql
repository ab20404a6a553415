-- compare_end($1 uuid subscription) -> nothing
-- class: global   lane: write   roles: worker
DELETE FROM portal.comparing WHERE subscription_id = $1::uuid;
