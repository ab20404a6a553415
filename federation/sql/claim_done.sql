-- claim_done($1 uuid subscription, $2 uuid dataset, $3 uuid token, $4 text wanted, $5 bigint revision, $6 text target_id, $7 text target_url, $8 text fingerprint, $9 text seen) -> one int; no row: the lease is lost
-- class: global   lane: write   roles: worker
-- Another state may have been asked for meanwhile: then it is its turn.
UPDATE portal.delivery
   SET state = CASE WHEN wanted = $4 AND revision <= $5::bigint THEN 'done' ELSE 'queued' END,
       revision = greatest(revision, $5::bigint), target_id = $6, target_url = $7, fingerprint = $8, seen = $9,
       intent = NULL, attempt = NULL, attempts = 0, looks = 0, error = NULL, done_at = now(), run_at = now(),
       lease_until = NULL, lease_token = NULL
 WHERE subscription_id = $1::uuid AND dataset_id = $2::uuid AND lease_token = $3::uuid
RETURNING 1;
