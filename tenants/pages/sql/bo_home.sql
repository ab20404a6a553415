-- bo_home($1 uuid tenant, $2 uuid organisation, $3 timestamptz now) -> datasets bigint, open bigint, drafts bigint, failed bigint, waiting bigint, overdue bigint, refused bigint, soon bigint, asked bigint; 1 row
-- class: tenant   lane: write   roles: web
-- organisation NULL: the whole portal. soon: 40 of the 48 hours are gone; asked: the clock stands for a question.
SELECT (SELECT count(*) FROM portal.dataset AS d WHERE d.tenant_id = $1::uuid AND d.state = 'published'
           AND ($2::uuid IS NULL OR d.organisation_id = $2::uuid)),
       (SELECT count(*) FROM portal.dataset AS d WHERE d.tenant_id = $1::uuid AND d.state = 'published' AND d.visibility = 'open'
           AND ($2::uuid IS NULL OR d.organisation_id = $2::uuid)),
       (SELECT count(*) FROM portal.draft AS dr JOIN portal.dataset AS d ON d.tenant_id = dr.tenant_id AND d.id = dr.dataset_id
         WHERE dr.tenant_id = $1::uuid AND d.state <> 'withdrawn' AND ($2::uuid IS NULL OR d.organisation_id = $2::uuid)),
       (SELECT count(*) FROM portal.upload AS u WHERE u.tenant_id = $1::uuid AND u.state = 'failed'
           AND u.created_at > now() - interval '7 days' AND ($2::uuid IS NULL OR u.organisation_id = $2::uuid)),
       count(*) FILTER (WHERE r.state = 'submitted'),
       count(*) FILTER (WHERE r.state = 'submitted' AND q.id IS NULL AND r.deadline < $3::timestamptz),
       count(*) FILTER (WHERE r.state = 'refused' AND r.decided_at > now() - interval '30 days'),
       count(*) FILTER (WHERE r.state = 'submitted' AND q.id IS NULL AND r.deadline >= $3::timestamptz
                          AND r.deadline < $3::timestamptz + interval '8 hours'),
       count(*) FILTER (WHERE r.state = 'submitted' AND q.id IS NOT NULL)
  FROM portal.review AS r
  LEFT JOIN portal.review_question AS q ON q.tenant_id = r.tenant_id AND q.review_id = r.id AND q.ended_at IS NULL
 WHERE r.tenant_id = $1::uuid AND ($2::uuid IS NULL OR r.organisation_id = $2::uuid);
