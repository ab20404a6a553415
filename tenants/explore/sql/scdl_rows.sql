-- scdl_rows($1 uuid tenant, $2 text ids) -> dataset_id text, metas jsonb, issued text, modified text, siret text, records bigint, has_geometry boolean, portal_siret text, files bigint, file_formats text; any rows
-- class: tenant   lane: write   roles: web
-- What the SCDL catalogue says of the open datasets named by $2, a text[], in its order. A portal's SIRET is its own producer's.
-- files: what stands beside the rows; file_formats: how their names end.
SELECT d.dataset_id, d.metas, to_char(d.published_at AT TIME ZONE 'Europe/Paris', 'YYYY-MM-DD'),
       to_char(d.data_processed AT TIME ZONE 'Europe/Paris', 'YYYY-MM-DD'), o.siret, d.records,
       EXISTS (SELECT FROM jsonb_array_elements(d.fields) AS f WHERE f ->> 'type' LIKE 'geo%'),
       (SELECT x.siret FROM portal.organisation AS x WHERE x.tenant_id = d.tenant_id AND x.siren = me.siren AND x.siret IS NOT NULL LIMIT 1),
       b.files, coalesce(b.formats, '')
  FROM unnest($2::text[]) WITH ORDINALITY AS n (id, at)
  JOIN portal.dataset AS d ON d.tenant_id = $1::uuid AND d.dataset_id = n.id
  JOIN portal.version AS v ON v.id = d.version_id AND v.state = 'ready'
  JOIN portal.organisation AS o ON o.tenant_id = d.tenant_id AND o.id = d.organisation_id
  JOIN portal.tenant AS me ON me.id = d.tenant_id
 CROSS JOIN LATERAL (SELECT count(*) AS files, string_agg(DISTINCT lower(substring(f.file_name FROM '[.]([A-Za-z0-9]{1,10})$')), ';') AS formats
                       FROM portal.files_beside(d) AS f) AS b
 WHERE d.state = 'published' AND d.visibility = 'open'
 ORDER BY n.at;
