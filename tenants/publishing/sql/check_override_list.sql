-- check_override_list($1 uuid tenant, $2 text dataset_id) -> id uuid, covers jsonb, reason text, name text, made text, revoked boolean; any
-- class: tenant   lane: write   roles: web
SELECT o.id, o.covers, o.reason, a.name, to_char(o.made_at AT TIME ZONE 'Europe/Paris', 'YYYY-MM-DD HH24:MI'), o.revoked_at IS NOT NULL
  FROM portal.check_override AS o
  JOIN portal.dataset AS d ON d.tenant_id = o.tenant_id AND d.id = o.dataset_id
  LEFT JOIN portal.account AS a ON a.tenant_id = o.tenant_id AND a.id = o.made_by
 WHERE o.tenant_id = $1::uuid AND d.dataset_id = $2
 ORDER BY o.made_at DESC;
