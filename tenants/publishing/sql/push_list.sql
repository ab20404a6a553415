-- push_list($1 uuid tenant, $2 text dataset_id, $3 uuid organisation, $4 integer limit) -> id uuid, op text, state text, records integer, aside bigint, error jsonb, created_at timestamptz, folded_at timestamptz; any
-- class: tenant   lane: write   roles: web
-- Those that wait first, the oldest first: it is the one that stops the others. Then the latest.
SELECT b.id, b.op, CASE WHEN b.dropped_by IS NOT NULL THEN 'dropped' WHEN b.folded_at IS NULL THEN 'waiting' ELSE 'folded' END AS state,
       b.records, jsonb_array_length(b.aside)::bigint, b.error, b.created_at, b.folded_at
  FROM portal.push_batch AS b
  JOIN portal.dataset AS d ON d.tenant_id = b.tenant_id AND d.id = b.dataset_id
 WHERE b.tenant_id = $1::uuid AND d.dataset_id = $2 AND ($3::uuid IS NULL OR d.organisation_id = $3::uuid)
 ORDER BY b.folded_at IS NOT NULL, CASE WHEN b.folded_at IS NULL THEN b.id END, b.id DESC
 LIMIT $4::integer;
