-- dcat_objects($1 uuid tenant, $2 text ids) -> dataset_id text, identifier text, metas jsonb, created text, issued text, modified text, theme_codes text, email text, has_rows boolean, has_geometry boolean, columns text, source text, extent float8[], credits jsonb, files jsonb, licence_text text, publisher_url text, publisher_kind text; any rows
-- class: tenant   lane: write   roles: web
-- What the feed says of the open datasets named by $2, a text[], in its order. Copies are in the feed of a root only, with
-- the identifier of their origin, so that a harvester that reads several feeds meets each dataset once.
-- publisher_url, publisher_kind: of the organisation, where it is the publisher that the description names; its kind, and
-- its site where it gave none, are known to the region that it is a partner of. credits: as portal.credits, which is called for the few that need it.
SELECT d.dataset_id, coalesce(d.identifier, ''), d.metas,
       to_char(d.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"'),
       to_char(d.published_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"'),
       to_char(d.data_processed AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"'),
       (SELECT string_agg(t.code, ',' ORDER BY w.at)
          FROM jsonb_array_elements_text(coalesce(d.metas #> '{default,theme}', '[]')) WITH ORDINALITY AS w (title, at)
          JOIN portal.theme AS t ON t.title_fr = w.title),
       o.email, d.records > 0,
       EXISTS (SELECT FROM jsonb_array_elements(d.fields) AS f WHERE f ->> 'type' LIKE 'geo%'),
       (SELECT string_agg(f ->> 'label', ', ') FROM jsonb_array_elements(d.fields) AS f),
       CASE WHEN NOT d.is_origin THEN 'https://' || h.host || coalesce(substring(d.identifier FROM '/explore/dataset/.*$'), '/') END,
       v.extent, CASE WHEN NOT d.is_origin THEN d.joined_credits WHEN c.joined <> '[]' THEN portal.credits(d) ELSE '[]' END,
       coalesce((SELECT jsonb_agg(to_jsonb(f) ORDER BY f.file_name, f.id) FROM portal.files_beside(d) AS f), '[]'), portal.licence_text(d),
       coalesce(CASE WHEN o.name = d.metas #>> '{default,publisher}' THEN o.url END, p.url), p.kind
  FROM unnest($2::text[]) WITH ORDINALITY AS n (id, at)
  JOIN portal.dataset AS d ON d.tenant_id = $1::uuid AND d.dataset_id = n.id
  JOIN portal.version AS v ON v.id = d.version_id AND v.state = 'ready'
  LEFT JOIN portal.version_check AS c ON c.tenant_id = d.tenant_id AND c.version_id = d.version_id
  JOIN portal.organisation AS o ON o.tenant_id = d.tenant_id AND o.id = d.organisation_id
  JOIN portal.tenant AS me ON me.id = d.tenant_id
  LEFT JOIN portal.host AS h ON h.tenant_id = d.source_tenant_id AND h.canonical
  LEFT JOIN LATERAL (SELECT a.url, a.kind
                       FROM portal.partner AS a
                      WHERE a.tenant_id = d.tenant_id AND (a.organisation_id = o.id OR a.siren = o.siren) ORDER BY a.id LIMIT 1) AS p
       ON o.name = d.metas #>> '{default,publisher}'
 WHERE d.state = 'published' AND d.visibility = 'open' AND (d.is_origin OR me.parent_id IS NULL)
 ORDER BY n.at;
