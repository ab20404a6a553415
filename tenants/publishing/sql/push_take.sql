-- push_take($1 uuid tenant, $2 uuid dataset) -> id uuid, dataset_id text, op text, records integer, account_id uuid, key_columns json; any
-- class: tenant   lane: write   roles: worker
-- The oldest that wait, of one kind, some 50,000 records of them: the order of records and removals is kept. After a fold
-- that was held back (error) the oldest alone. All that wait are locked: none is taken back while it is folded (push_drop).
WITH locked AS MATERIALIZED (
    SELECT id, dataset_id, op, records, account_id, error
      FROM portal.push_batch WHERE tenant_id = $1::uuid AND dataset_id = $2::uuid AND folded_at IS NULL
     ORDER BY id FOR UPDATE),
waiting AS (
    SELECT id, dataset_id, op, records, account_id, sum(records) OVER (ORDER BY id) AS upto,
           first_value(op) OVER (ORDER BY id) AS first_op, first_value(error) OVER (ORDER BY id) IS NOT NULL AS held
      FROM locked),
run AS (SELECT w.*, bool_and(op = first_op) OVER (ORDER BY id) AS same FROM waiting AS w)
SELECT r.id, d.dataset_id, r.op, r.records, r.account_id, to_json(d.key_columns)
  FROM run AS r
  JOIN portal.dataset AS d ON d.tenant_id = $1::uuid AND d.id = r.dataset_id
 WHERE r.same AND (r.upto - r.records = 0 OR (r.upto <= 50000 AND NOT r.held))
 ORDER BY r.id;
