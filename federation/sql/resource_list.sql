-- resource_list($1 uuid subscription, $2 uuid dataset) -> key text, remote_id text, fingerprint text; any rows
-- class: global   lane: write   roles: worker
SELECT key, remote_id, fingerprint FROM portal.delivery_resource WHERE subscription_id = $1::uuid AND dataset_id = $2::uuid;
