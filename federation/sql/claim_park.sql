-- claim_park($1 uuid subscription, $2 uuid dataset, $3 uuid token, $4 text wanted, $5 bigint revision, $6 jsonb error) -> one int; no row: the lease is lost
-- class: global   lane: write   roles: worker
-- Until somebody changes the data set or asks again.
UPDATE portal.delivery
   SET state = CASE WHEN wanted = $4 AND revision <= $5::bigint THEN 'parked' ELSE 'queued' END,
       revision = greatest(revision, $5::bigint), error = $6::jsonb, attempts = 0, looks = 0,
       intent = NULL, attempt = NULL, lease_until = NULL, lease_token = NULL
 WHERE subscription_id = $1::uuid AND dataset_id = $2::uuid AND lease_token = $3::uuid
RETURNING 1;
