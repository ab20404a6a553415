-- difference_list($1 uuid root, $2 uuid tenant) -> link uuid, source_host text, target_host text, dataset uuid, what text, state text, found_at text, mended_at text; any rows
-- class: global   lane: write   roles: owner
SELECT s.id, sh.host, th.host, f.dataset_id, f.what, f.state, to_char(f.found_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
       to_char(f.mended_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
  FROM portal.comparison AS f
  JOIN portal.subscription AS s ON s.id = f.subscription_id
  JOIN portal.host AS sh ON sh.tenant_id = s.source_tenant_id AND sh.canonical
  JOIN portal.host AS th ON th.tenant_id = s.target_tenant_id AND th.canonical
 WHERE ($1::uuid IS NULL OR s.root_id = $1::uuid)
   AND ($2::uuid IS NULL OR $2::uuid IN (s.source_tenant_id, s.target_tenant_id))
 ORDER BY f.found_at DESC, f.dataset_id
 LIMIT 1000;
