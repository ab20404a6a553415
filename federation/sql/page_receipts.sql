-- page_receipts($1 uuid root, $2 uuid tenant, $3 uuid me) -> ago_s bigint, title text, source_name text, target_name text, action text, outcome text, target_url text, detail jsonb, number bigint; the newest 50
-- class: tenant   lane: write   roles: web
SELECT extract(epoch FROM r.at - now())::bigint,
       (SELECT d.metas #>> '{default,title}' FROM portal.dataset AS d
         WHERE d.tenant_id = $3::uuid AND (d.id = r.dataset_id OR d.source_id = r.dataset_id) LIMIT 1),
       coalesce(ot.name, st.name), coalesce(tt.name, p.name), r.action, r.outcome,
       CASE WHEN s.peer_id IS NOT NULL THEN r.target_url END, r.detail, r.number
  FROM portal.receipt AS r
  JOIN portal.subscription AS s ON s.id = r.subscription_id
  JOIN portal.tenant AS st ON st.id = s.source_tenant_id
  LEFT JOIN portal.delivery AS w ON w.subscription_id = r.subscription_id AND w.dataset_id = r.dataset_id
  LEFT JOIN portal.tenant AS ot ON ot.id = w.source_tenant_id
  LEFT JOIN portal.tenant AS tt ON tt.id = s.target_tenant_id
  LEFT JOIN portal.peer AS p ON p.id = s.peer_id
 WHERE ($1::uuid IS NULL OR r.root_id = $1::uuid)
   AND ($2::uuid IS NULL OR $2::uuid IN (w.source_tenant_id, s.source_tenant_id, s.target_tenant_id))
   AND r.action <> 'unchanged'
 ORDER BY r.at DESC, r.number DESC
 LIMIT 50;
