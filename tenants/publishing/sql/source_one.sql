-- source_one($1 uuid tenant, $2 text dataset_id, $3 uuid organisation) -> url text, every_min int, active boolean, has_secret boolean, result text, error jsonb, failures int, ran_at text, next_at text, upload text, upload_state text, upload_error jsonb, held boolean; 0 or 1 row
-- class: tenant   lane: write   roles: web worker owner
-- held: what was taken waits in the draft.
SELECT s.url, s.every_min, s.active, s.secret IS NOT NULL, s.result, s.error, s.failures,
       to_char(s.ran_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), to_char(s.next_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
       u.id::text, u.state, u.error, coalesce(u.state = 'ready' AND dr.upload_id = u.id, false)
  FROM portal.dataset AS d
  JOIN portal.source AS s ON s.tenant_id = d.tenant_id AND s.dataset_id = d.id
  LEFT JOIN portal.upload AS u ON u.tenant_id = s.tenant_id AND u.id = s.upload_id
  LEFT JOIN portal.draft AS dr ON dr.tenant_id = d.tenant_id AND dr.dataset_id = d.id
 WHERE d.tenant_id = $1::uuid AND d.dataset_id = $2 AND ($3::uuid IS NULL OR d.organisation_id = $3::uuid);
