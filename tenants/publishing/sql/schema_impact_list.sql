-- schema_impact_list($1 uuid tenant, $2 boolean region, $3 uuid organisation) -> tenant_id uuid, portal text, host text, dataset_id text, title text, schema_name text, schema_title text, followed text, version text, declared boolean, verdict text, missing jsonb, changed jsonb, gone jsonb, added jsonb, errors bigint, made text, settled text, settled_errors bigint, is_open boolean; any
-- class: region   lane: write   roles: web owner
-- Of this portal (of one organisation), or (region, on a route of the region) of all portals below its root: what is to be
-- done first, by schema and portal. The region sees the title of open datasets only.
SELECT i.tenant_id, t.name, h.host, i.dataset_name, d.metas #>> '{default,title}', i.schema_name,
       (SELECT s.title FROM portal.schema AS s WHERE s.name = i.schema_name AND s.version = i.version
           AND (s.root_id IS NULL OR s.root_id = t.root_id) ORDER BY s.root_id NULLS LAST LIMIT 1),
       i.followed, i.version, i.declared, i.verdict, to_jsonb(i.missing), to_jsonb(i.changed), to_jsonb(i.gone), to_jsonb(i.added), i.errors,
       to_char(i.made_at AT TIME ZONE 'Europe/Paris', 'YYYY-MM-DD'), to_char(i.settled_at AT TIME ZONE 'Europe/Paris', 'YYYY-MM-DD'),
       i.settled_errors, coalesce(d.state = 'published' AND d.visibility = 'open', false)
  FROM portal.schema_impact AS i
  JOIN portal.tenant AS t ON t.id = i.tenant_id
  LEFT JOIN portal.host AS h ON h.tenant_id = i.tenant_id AND h.canonical
  LEFT JOIN portal.dataset AS d ON d.tenant_id = i.tenant_id AND d.id = i.dataset_id
 WHERE (i.tenant_id = $1::uuid OR ($2::boolean AND t.root_id = (SELECT root_id FROM portal.tenant WHERE id = $1::uuid)))
   AND ($3::uuid IS NULL OR d.organisation_id = $3::uuid)
 ORDER BY i.settled_at IS NOT NULL, i.schema_name, t.name, array_position(ARRAY['fails', 'recheck', 'same'], i.verdict), i.dataset_name
 LIMIT 5000;
