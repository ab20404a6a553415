-- bo_dataset($1 uuid tenant, $2 text dataset_id, $3 uuid organisation, $4 timestamptz now) -> id uuid, producer text, state text, visibility text, metas jsonb, fields jsonb, rows bigint, is_origin boolean, source text, has_draft boolean, draft_version uuid, mode text, diff jsonb, columns jsonb, upload_state text, upload_error jsonb, aside bigint, review text, article text, message text, deadline text, left_s bigint, key_columns jsonb, next_rows bigint, processed text, version_id uuid, reason text, report jsonb, organisation_id uuid, review_id uuid, question text; 0 or 1 row
-- class: tenant   lane: write   roles: web
-- metas, fields: of the draft, else of what is published. columns, next_rows: of the draft's version, else of the published one.
SELECT d.id, o.name, d.state, d.visibility, coalesce(dr.metas, d.metas),
       CASE WHEN jsonb_array_length(coalesce(dr.fields, '[]')) > 0 THEN dr.fields ELSE d.fields END, d.records, d.is_origin,
       s.name, dr.dataset_id IS NOT NULL, dr.version_id, dr.mode, dr.diff, v.columns, u.state, u.error,
       coalesce((used.report #>> '{rows,aside}')::bigint, 0), rv.state, rv.article, rv.message,
       to_char(rv.deadline AT TIME ZONE 'Europe/Paris', 'YYYY-MM-DD HH24:MI'), extract(epoch FROM rv.deadline - coalesce(rv.asked_at, $4::timestamptz))::bigint,
       to_jsonb(d.key_columns), coalesce(v.rows, 0), d.data_processed::date::text, d.version_id, d.withdrawn_reason, used.report,
       d.organisation_id, rv.id, rv.question
  FROM portal.dataset AS d
  JOIN portal.organisation AS o ON o.tenant_id = d.tenant_id AND o.id = d.organisation_id
  LEFT JOIN portal.tenant AS s ON s.id = d.source_tenant_id
  LEFT JOIN portal.draft AS dr ON dr.tenant_id = d.tenant_id AND dr.dataset_id = d.id
  LEFT JOIN portal.version AS v ON v.id = coalesce(dr.version_id, d.version_id)
  LEFT JOIN portal.upload AS used ON used.tenant_id = d.tenant_id AND used.id = dr.upload_id
  LEFT JOIN LATERAL (SELECT up.state, up.error FROM portal.upload AS up
                      WHERE up.tenant_id = d.tenant_id AND up.dataset_id = d.id
                      ORDER BY up.created_at DESC LIMIT 1) AS u ON true
  LEFT JOIN LATERAL (SELECT re.id, re.state, re.article, re.message, re.deadline, q.asked_at, q.question FROM portal.review AS re
                      LEFT JOIN portal.review_question AS q ON q.tenant_id = re.tenant_id AND q.review_id = re.id AND q.ended_at IS NULL
                      WHERE re.tenant_id = d.tenant_id AND re.dataset_id = d.id
                      ORDER BY re.submitted_at DESC LIMIT 1) AS rv ON true
 WHERE d.tenant_id = $1::uuid AND d.dataset_id = $2 AND ($3::uuid IS NULL OR d.organisation_id = $3::uuid);
