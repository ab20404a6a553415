-- compare_again($1 uuid subscription, $2 uuid dataset) -> nothing
-- class: global   lane: write   roles: worker
-- Once more by the normal path, whatever it thinks it sent.
UPDATE portal.delivery SET state = 'queued', run_at = now(), attempts = 0, fingerprint = NULL
 WHERE subscription_id = $1::uuid AND dataset_id = $2::uuid AND state = 'done';
