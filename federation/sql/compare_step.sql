-- compare_step($1 uuid subscription, $2 uuid dataset) -> nothing
-- class: global   lane: write   roles: worker
-- This one is compared, or left alone: what begins anew begins behind it.
UPDATE portal.comparing SET after = $2::uuid, tries = 0, due_at = clock_timestamp() + interval '1 minute' WHERE subscription_id = $1::uuid;
