-- override_list($1 uuid tenant, $2 boolean region) -> id uuid, tenant_id uuid, portal text, host text, dataset_id text, title text, covers jsonb, reason text, by text, made text, seen text, seen_by text, revoked text, revoked_by text, is_open boolean; any
-- class: region   lane: write   roles: web
-- Of this portal, or (region, on a route of the region) of all portals below its root; what nobody looked at first.
-- The region sees the title of open datasets only.
SELECT o.id, o.tenant_id, t.name, h.host, o.dataset_name, d.metas #>> '{default,title}', o.covers, o.reason, a.name,
       to_char(o.made_at AT TIME ZONE 'Europe/Paris', 'YYYY-MM-DD HH24:MI'),
       to_char(o.seen_at AT TIME ZONE 'Europe/Paris', 'YYYY-MM-DD HH24:MI'), o.seen_by,
       to_char(o.revoked_at AT TIME ZONE 'Europe/Paris', 'YYYY-MM-DD HH24:MI'), o.revoked_by,
       coalesce(d.state = 'published' AND d.visibility = 'open', false)
  FROM portal.check_override AS o
  JOIN portal.tenant AS t ON t.id = o.tenant_id
  LEFT JOIN portal.host AS h ON h.tenant_id = o.tenant_id AND h.canonical
  LEFT JOIN portal.dataset AS d ON d.tenant_id = o.tenant_id AND d.id = o.dataset_id
  LEFT JOIN portal.account AS a ON a.tenant_id = o.tenant_id AND a.id = o.made_by
 WHERE o.tenant_id = $1::uuid
    OR ($2::boolean AND t.root_id = (SELECT root_id FROM portal.tenant WHERE id = $1::uuid))
 ORDER BY (o.seen_at IS NULL AND o.revoked_at IS NULL) DESC, o.made_at DESC, o.id
 LIMIT 2000;
