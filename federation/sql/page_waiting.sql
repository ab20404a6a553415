-- page_waiting($1 uuid root, $2 uuid tenant, $3 uuid me) -> link uuid, title text, source_name text, target_name text, wanted text, state text, next_s bigint, error jsonb, target_url text; at most 100 rows
-- class: tenant   lane: write   roles: web
-- What has not arrived, with its reason. A data set is named as this portal has it: its own, or its copy.
SELECT w.subscription_id, (SELECT d.metas #>> '{default,title}' FROM portal.dataset AS d
                            WHERE d.tenant_id = $3::uuid AND (d.id = w.dataset_id OR d.source_id = w.dataset_id) LIMIT 1),
       st.name, coalesce(tt.name, p.name), w.wanted, w.state, extract(epoch FROM w.run_at - now())::bigint, w.error,
       CASE WHEN w.peer_id IS NOT NULL THEN w.target_url END
  FROM portal.delivery AS w
  JOIN portal.subscription AS s ON s.id = w.subscription_id
  JOIN portal.tenant AS st ON st.id = w.source_tenant_id
  LEFT JOIN portal.tenant AS tt ON tt.id = s.target_tenant_id
  LEFT JOIN portal.peer AS p ON p.id = s.peer_id
 WHERE w.state <> 'done' AND ($1::uuid IS NULL OR s.root_id = $1::uuid)
   AND ($2::uuid IS NULL OR $2::uuid IN (w.source_tenant_id, s.target_tenant_id))
 ORDER BY w.state = 'parked' DESC, w.run_at
 LIMIT 100;
