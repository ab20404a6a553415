-- page_differences($1 uuid root, $2 uuid tenant, $3 uuid me) -> title text, source_name text, target_name text, what text, state text, found_s bigint; at most 50 rows
-- class: tenant   lane: write   roles: web
-- What the comparisons of the last thirty days found. A data set is named as this portal has it: its own, or its copy.
SELECT (SELECT d.metas #>> '{default,title}' FROM portal.dataset AS d
         WHERE d.tenant_id = $3::uuid AND (d.id = f.dataset_id OR d.source_id = f.dataset_id) LIMIT 1),
       st.name, tt.name, f.what, f.state, extract(epoch FROM f.found_at - now())::bigint
  FROM portal.comparison AS f
  JOIN portal.subscription AS s ON s.id = f.subscription_id
  JOIN portal.tenant AS st ON st.id = s.source_tenant_id
  JOIN portal.tenant AS tt ON tt.id = s.target_tenant_id
 WHERE (f.state <> 'mended' OR f.mended_at > now() - interval '30 days') AND s.state <> 'ended'
   AND ($1::uuid IS NULL OR s.root_id = $1::uuid)
   AND ($2::uuid IS NULL OR $2::uuid IN (s.source_tenant_id, s.target_tenant_id))
 ORDER BY f.state = 'stays' DESC, f.state = 'found' DESC, f.found_at DESC
 LIMIT 50;
