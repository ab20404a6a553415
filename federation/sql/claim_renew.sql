-- claim_renew($1 uuid subscription, $2 uuid dataset, $3 uuid token) -> one int; no row: the lease is lost
-- class: global   lane: write   roles: worker
-- Before each call: a worker that slept past its lease does nothing any more.
WITH mine AS (
    UPDATE portal.delivery SET lease_until = now() + interval '60 seconds'
     WHERE subscription_id = $1::uuid AND dataset_id = $2::uuid AND lease_token = $3::uuid
    RETURNING peer_id
), busy AS (
    UPDATE portal.peer AS p SET busy_until = now() + interval '60 seconds' FROM mine WHERE p.id = mine.peer_id
)
SELECT 1 FROM mine;
