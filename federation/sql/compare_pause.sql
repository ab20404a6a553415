-- compare_pause($1 uuid subscription) -> nothing
-- class: global   lane: write   roles: worker
-- The worker stops as it should: the next one goes on at once.
UPDATE portal.comparing SET due_at = now(), tries = greatest(tries - 1, 0) WHERE subscription_id = $1::uuid;
