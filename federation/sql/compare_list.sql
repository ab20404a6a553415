-- compare_list($1 uuid subscription, $2 uuid after) -> dataset_id uuid, source_tenant_id uuid, revision bigint; any rows
-- class: global   lane: write   roles: worker
-- What was delivered and nothing is under way for, behind that one; all: absent.
SELECT dataset_id, source_tenant_id, revision
  FROM portal.delivery
 WHERE subscription_id = $1::uuid AND ($2::uuid IS NULL OR dataset_id > $2::uuid) AND wanted = 'present' AND state = 'done'
 ORDER BY dataset_id;
