-- resource_put($1 uuid subscription, $2 uuid dataset, $3 text key, $4 text remote_id, $5 text fingerprint) -> nothing
-- class: global   lane: write   roles: worker
INSERT INTO portal.delivery_resource AS x (subscription_id, dataset_id, key, remote_id, fingerprint)
VALUES ($1::uuid, $2::uuid, $3, $4, $5)
ON CONFLICT (subscription_id, dataset_id, key) DO UPDATE SET remote_id = excluded.remote_id, fingerprint = excluded.fingerprint;
