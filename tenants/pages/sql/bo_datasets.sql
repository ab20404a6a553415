-- bo_datasets($1 uuid tenant, $2 uuid organisation, $3 text words) -> dataset_id text, title text, producer text, state text, visibility text, rows bigint, processed text, age_days int, frequency text, has_draft boolean, is_origin boolean, source text, error jsonb, review text; at most 500 rows
-- class: tenant   lane: write   roles: web
-- error: of the last file, when it was refused. review: state of the last submission.
SELECT d.dataset_id, coalesce(dr.metas #>> '{default,title}', d.metas #>> '{default,title}', d.dataset_id), o.name, d.state,
       d.visibility, d.records, d.data_processed::date::text, extract(day FROM now() - d.data_processed)::integer,
       d.metas #>> '{dcat,accrualperiodicity}', dr.dataset_id IS NOT NULL, d.is_origin, s.name,
       CASE WHEN u.state = 'failed' THEN u.error END, rv.state
  FROM portal.dataset AS d
  JOIN portal.organisation AS o ON o.tenant_id = d.tenant_id AND o.id = d.organisation_id
  LEFT JOIN portal.draft AS dr ON dr.tenant_id = d.tenant_id AND dr.dataset_id = d.id
  LEFT JOIN portal.tenant AS s ON s.id = d.source_tenant_id
  LEFT JOIN LATERAL (SELECT up.state, up.error FROM portal.upload AS up
                      WHERE up.tenant_id = d.tenant_id AND up.dataset_id = d.id
                      ORDER BY up.created_at DESC LIMIT 1) AS u ON true
  LEFT JOIN LATERAL (SELECT re.state FROM portal.review AS re
                      WHERE re.tenant_id = d.tenant_id AND re.dataset_id = d.id
                      ORDER BY re.submitted_at DESC LIMIT 1) AS rv ON true
 WHERE d.tenant_id = $1::uuid AND ($2::uuid IS NULL OR d.organisation_id = $2::uuid)
   AND ($3 = '' OR coalesce(dr.metas #>> '{default,title}', d.metas #>> '{default,title}', d.dataset_id) ILIKE '%' || $3 || '%')
 ORDER BY greatest(d.metadata_processed, d.data_processed, dr.updated_at, d.created_at) DESC
 LIMIT 500;
