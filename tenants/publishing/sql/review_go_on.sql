-- review_go_on($1 uuid tenant, $2 uuid review, $3 uuid organisation, $4 text answer, $5 uuid account, $6 timestamptz now) -> id uuid; 0 or 1 row
-- class: tenant   lane: write   roles: web owner
-- The clock goes on: the deadline is later by as long as the question waited. organisation NULL: the region itself, without an answer.
WITH q AS (
    UPDATE portal.review_question AS q
       SET answer = $4, answered_by = $5::uuid, ended_at = greatest($6::timestamptz, q.asked_at)
      FROM portal.review AS r
     WHERE q.tenant_id = $1::uuid AND q.review_id = $2::uuid AND q.ended_at IS NULL
       AND r.tenant_id = q.tenant_id AND r.id = q.review_id AND r.state = 'submitted'
       AND ($3::uuid IS NULL OR r.organisation_id = $3::uuid)
    RETURNING q.tenant_id, q.review_id, q.ended_at - q.asked_at AS waited)
UPDATE portal.review AS r SET deadline = r.deadline + q.waited
  FROM q WHERE r.tenant_id = q.tenant_id AND r.id = q.review_id
RETURNING r.id;
