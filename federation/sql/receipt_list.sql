-- receipt_list($1 uuid root, $2 uuid tenant, $3 int most) -> at text, kind text, source_host text, target text, dataset_id uuid, action text, outcome text, revision bigint, target_id text, target_url text, detail jsonb, link uuid; the newest first
-- class: global   lane: write   roles: web owner
SELECT to_char(r.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), s.kind, sh.host, coalesce(th.host, p.url), r.dataset_id,
       r.action, r.outcome, r.revision, r.target_id, r.target_url, r.detail, s.id
  FROM portal.receipt AS r
  JOIN portal.subscription AS s ON s.id = r.subscription_id
  JOIN portal.host AS sh ON sh.tenant_id = s.source_tenant_id AND sh.canonical
  LEFT JOIN portal.host AS th ON th.tenant_id = s.target_tenant_id AND th.canonical
  LEFT JOIN portal.peer AS p ON p.id = s.peer_id
 WHERE ($1::uuid IS NULL OR r.root_id = $1::uuid)
   AND ($2::uuid IS NULL OR $2::uuid IN (s.source_tenant_id, s.target_tenant_id))
 ORDER BY r.at DESC, r.number DESC
 LIMIT $3::integer;
