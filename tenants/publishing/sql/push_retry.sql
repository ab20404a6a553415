-- push_retry($1 uuid tenant, $2 uuid dataset) -> nothing
-- class: tenant   lane: write   roles: worker web
-- What waits behind a batch that was folded or taken back may pass by now.
UPDATE portal.push_batch SET error = NULL
 WHERE tenant_id = $1::uuid AND dataset_id = $2::uuid AND folded_at IS NULL AND error IS NOT NULL;
