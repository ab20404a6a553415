-- claim_wait($1 uuid subscription, $2 uuid dataset, $3 uuid token, $4 int wait_ms, $5 jsonb error, $6 int looks, $7 int attempts) -> one int; no row: the lease is lost
-- class: global   lane: write   roles: worker
-- The intent stays: what happened to it is not known, and is looked for first.
UPDATE portal.delivery
   SET state = 'waiting', run_at = now() + $4::integer * interval '1 millisecond', error = $5::jsonb,
       looks = $6::smallint, attempts = $7::integer, lease_until = NULL, lease_token = NULL
 WHERE subscription_id = $1::uuid AND dataset_id = $2::uuid AND lease_token = $3::uuid
RETURNING 1;
