-- bo_review_one($1 uuid tenant, $2 uuid id, $3 timestamptz now) -> dataset_id text, organisation text, metas jsonb, columns jsonb, rows bigint, left_s bigint, deadline text, state text, article text, message text, report jsonb, submitter text, asked boolean, questions jsonb, uncovered jsonb; 0 or 1 row
-- class: tenant   lane: write   roles: web
SELECT d.dataset_id, o.name, coalesce(dr.metas, d.metas), v.columns, coalesce(v.rows, d.records),
       extract(epoch FROM r.deadline - coalesce(q.asked_at, $3::timestamptz))::bigint, to_char(r.deadline AT TIME ZONE 'Europe/Paris', 'YYYY-MM-DD HH24:MI'),
       r.state, r.article, r.message, u.report, a.name, q.asked_at IS NOT NULL,
       (SELECT jsonb_agg(jsonb_build_object('asked', to_char(x.asked_at AT TIME ZONE 'Europe/Paris', 'YYYY-MM-DD HH24:MI'), 'question', x.question,
                                            'ended', to_char(x.ended_at AT TIME ZONE 'Europe/Paris', 'YYYY-MM-DD HH24:MI'), 'answer', x.answer)
                         ORDER BY x.asked_at)
          FROM portal.review_question AS x WHERE x.tenant_id = r.tenant_id AND x.review_id = r.id),
       portal.uncovered(r.tenant_id, d.id, v.id, coalesce(dr.metas, d.metas) #>> '{default,license}')
  FROM portal.review AS r
  JOIN portal.dataset AS d ON d.tenant_id = r.tenant_id AND d.id = r.dataset_id
  JOIN portal.organisation AS o ON o.tenant_id = r.tenant_id AND o.id = r.organisation_id
  LEFT JOIN portal.account AS a ON a.tenant_id = r.tenant_id AND a.id = r.submitted_by
  LEFT JOIN portal.draft AS dr ON dr.tenant_id = d.tenant_id AND dr.dataset_id = d.id
  LEFT JOIN portal.version AS v ON v.id = coalesce(dr.version_id, d.version_id)
  LEFT JOIN portal.upload AS u ON u.tenant_id = dr.tenant_id AND u.id = dr.upload_id
  LEFT JOIN portal.review_question AS q ON q.tenant_id = r.tenant_id AND q.review_id = r.id AND q.ended_at IS NULL
 WHERE r.tenant_id = $1::uuid AND r.id = $2::uuid;
