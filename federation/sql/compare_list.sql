-- compare_list($1 uuid subscription) -> dataset_id uuid, source_tenant_id uuid, revision bigint; any rows
-- class: global   lane: write   roles: worker
-- What was delivered and nothing is under way for.
SELECT dataset_id, source_tenant_id, revision
  FROM portal.delivery WHERE subscription_id = $1::uuid AND wanted = 'present' AND state = 'done';
