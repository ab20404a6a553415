-- review_ask($1 uuid tenant, $2 uuid id, $3 uuid review, $4 text question, $5 uuid account, $6 timestamptz now) -> id uuid; 0 or 1 row
-- class: tenant   lane: write   roles: web owner
INSERT INTO portal.review_question (tenant_id, id, review_id, question, asked_by, asked_at)
SELECT r.tenant_id, $2::uuid, r.id, $4, $5::uuid, $6::timestamptz
  FROM portal.review AS r
 WHERE r.tenant_id = $1::uuid AND r.id = $3::uuid AND r.state = 'submitted'
RETURNING id;
