-- resource_drop($1 uuid subscription, $2 uuid dataset, $3 text key) -> nothing
-- class: global   lane: write   roles: worker
DELETE FROM portal.delivery_resource WHERE subscription_id = $1::uuid AND dataset_id = $2::uuid AND key = $3;
