-- version_check_put($1 uuid tenant, $2 uuid version, $3 uuid before, $4 jsonb report, $5 text shape) -> nothing
-- class: tenant   lane: write   roles: worker owner
-- before: the version whose rows stand in front of these; what was found there, and what it was joined with, stays. One finding for each
-- kind and column, one join for each dataset and licence (of the newest rows), however many files added rows.
INSERT INTO portal.version_check (tenant_id, version_id, schema_name, schema_version, schema_errors, report, personal, shape, joined)
SELECT $1::uuid, $2::uuid, $4::jsonb #>> '{schema,name}', $4::jsonb #>> '{schema,version}',
       coalesce(($4::jsonb #>> '{schema,check,errors}')::bigint, 0) + coalesce(b.schema_errors, 0),
       coalesce(nullif($4::jsonb -> 'schema', 'null'), '{}'),
       (SELECT coalesce(jsonb_agg(x.f || jsonb_build_object('count', x.n) ORDER BY x.at), '[]')
          FROM (SELECT (array_agg(u.f ORDER BY u.at))[1] AS f, sum((u.f ->> 'count')::bigint) AS n, min(u.at) AS at
                  FROM jsonb_array_elements(coalesce(b.personal, '[]') || coalesce($4::jsonb #> '{personal,findings}', '[]') ||
                                            coalesce($4::jsonb #> '{secrecy,findings}', '[]')) WITH ORDINALITY AS u (f, at)
                 GROUP BY u.f ->> 'kind', u.f ->> 'column') AS x), $5,
       (SELECT coalesce(jsonb_agg(to_jsonb(x)), '[]')
          FROM (SELECT j ->> 'dataset' AS dataset, j ->> 'licence' AS licence, max(j ->> 'modified') AS modified,
                       coalesce(bool_or((j ->> 'open')::boolean), false) AS open,
                       portal.joins_merged(jsonb_agg(w) FILTER (WHERE w IS NOT NULL)) AS "with"
                  FROM jsonb_array_elements(coalesce(b.joined, '[]') || coalesce($4::jsonb -> 'joined', '[]')) AS j
                  LEFT JOIN LATERAL jsonb_array_elements(coalesce(j -> 'with', '[]')) AS w ON true
                 GROUP BY 1, 2) AS x)
  FROM (SELECT 1) AS one
  LEFT JOIN portal.version_check AS b ON b.tenant_id = $1::uuid AND b.version_id = $3::uuid
ON CONFLICT (tenant_id, version_id) DO UPDATE
   SET schema_name = excluded.schema_name, schema_version = excluded.schema_version, schema_errors = excluded.schema_errors,
       report = excluded.report, personal = excluded.personal, shape = excluded.shape, joined = excluded.joined, checked_at = now();
