-- bo_reviews($1 uuid tenant, $2 boolean decided, $3 timestamptz now) -> id uuid, dataset_id text, title text, organisation text, rows bigint, is_new boolean, left_s bigint, deadline text, state text, article text, message text, decided text, submitter text, asked boolean; at most 200 rows
-- class: tenant   lane: write   roles: web
-- A question that waits stops the clock. What waits, the nearest deadline first; or what was decided, newest first.
SELECT r.id, d.dataset_id, coalesce(dr.metas #>> '{default,title}', d.metas #>> '{default,title}', d.dataset_id), o.name,
       coalesce(v.rows, d.records), d.state = 'draft', extract(epoch FROM r.deadline - coalesce(q.asked_at, $3::timestamptz))::bigint,
       to_char(r.deadline AT TIME ZONE 'Europe/Paris', 'YYYY-MM-DD HH24:MI'), r.state, r.article, r.message,
       r.decided_at::date::text, a.name, q.asked_at IS NOT NULL
  FROM portal.review AS r
  JOIN portal.dataset AS d ON d.tenant_id = r.tenant_id AND d.id = r.dataset_id
  JOIN portal.organisation AS o ON o.tenant_id = r.tenant_id AND o.id = r.organisation_id
  LEFT JOIN portal.account AS a ON a.tenant_id = r.tenant_id AND a.id = r.submitted_by
  LEFT JOIN portal.draft AS dr ON dr.tenant_id = d.tenant_id AND dr.dataset_id = d.id
  LEFT JOIN portal.version AS v ON v.id = dr.version_id
  LEFT JOIN portal.review_question AS q ON q.tenant_id = r.tenant_id AND q.review_id = r.id AND q.ended_at IS NULL
 WHERE r.tenant_id = $1::uuid AND (r.state <> 'submitted') = $2::boolean
 ORDER BY CASE WHEN $2::boolean THEN -extract(epoch FROM r.decided_at) ELSE extract(epoch FROM r.deadline) END
 LIMIT 200;
