-- review_due($1 uuid tenant, $2 timestamptz now) -> id uuid, hours integer, left_us bigint; any rows
-- class: tenant   lane: write   roles: worker
-- One reminder each at 24, 40 and 47 hours gone; who was away hears the last one only. A question that waits stops the clock.
UPDATE portal.review AS r
   SET reminded = l.hours
  FROM (SELECT id, CASE WHEN deadline <= $2::timestamptz + interval '1 hour' THEN 47
                        WHEN deadline <= $2::timestamptz + interval '8 hours' THEN 40
                        WHEN deadline <= $2::timestamptz + interval '24 hours' THEN 24 ELSE 0 END AS hours
          FROM portal.review
         WHERE tenant_id = $1::uuid AND state = 'submitted'
           AND NOT EXISTS (SELECT 1 FROM portal.review_question AS q
                            WHERE q.tenant_id = review.tenant_id AND q.review_id = review.id AND q.ended_at IS NULL)) AS l
 WHERE r.tenant_id = $1::uuid AND r.id = l.id AND r.reminded < l.hours
RETURNING r.id, r.reminded::integer, (extract(epoch FROM r.deadline - $2::timestamptz) * 1000000)::bigint;
