-- claim_intent($1 uuid subscription, $2 uuid dataset, $3 uuid token, $4 text state, $5 text intent, $6 uuid attempt, $7 text target_id, $8 text target_url) -> one int; no row: the lease is lost
-- class: global   lane: write   roles: worker
-- What is about to be done, and what the other side has named it.
UPDATE portal.delivery
   SET state = $4, intent = $5, attempt = $6::uuid, target_id = coalesce($7, target_id), target_url = coalesce($8, target_url),
       looks = 0
 WHERE subscription_id = $1::uuid AND dataset_id = $2::uuid AND lease_token = $3::uuid
RETURNING 1;
