-- compare_well($1 uuid subscription, $2 uuid dataset) -> nothing
-- class: global   lane: write   roles: worker
UPDATE portal.comparison SET state = 'mended', mended_at = now()
 WHERE subscription_id = $1::uuid AND dataset_id = $2::uuid AND state <> 'mended';
