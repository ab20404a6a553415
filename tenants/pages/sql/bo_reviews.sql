-- bo_reviews($1 uuid tenant, $2 boolean decided) -> id uuid, dataset_id text, title text, organisation text, rows bigint, is_new boolean, left_s bigint, deadline text, state text, article text, message text, decided text, submitter text; at most 200 rows
-- class: tenant   lane: write   roles: web
-- What waits, the nearest deadline first; or what was decided, newest first.
SELECT r.id, d.dataset_id, coalesce(dr.metas #>> '{default,title}', d.metas #>> '{default,title}', d.dataset_id), o.name,
       coalesce(v.rows, d.records), d.state = 'draft', extract(epoch FROM r.deadline - now())::bigint,
       to_char(r.deadline AT TIME ZONE 'Europe/Paris', 'YYYY-MM-DD HH24:MI'), r.state, r.article, r.message,
       r.decided_at::date::text, a.name
  FROM portal.review AS r
  JOIN portal.dataset AS d ON d.tenant_id = r.tenant_id AND d.id = r.dataset_id
  JOIN portal.organisation AS o ON o.tenant_id = r.tenant_id AND o.id = r.organisation_id
  LEFT JOIN portal.account AS a ON a.tenant_id = r.tenant_id AND a.id = r.submitted_by
  LEFT JOIN portal.draft AS dr ON dr.tenant_id = d.tenant_id AND dr.dataset_id = d.id
  LEFT JOIN portal.version AS v ON v.id = dr.version_id
 WHERE r.tenant_id = $1::uuid AND (r.state <> 'submitted') = $2::boolean
 ORDER BY CASE WHEN $2::boolean THEN -extract(epoch FROM r.decided_at) ELSE extract(epoch FROM r.deadline) END
 LIMIT 200;
