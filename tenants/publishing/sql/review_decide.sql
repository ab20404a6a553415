-- review_decide($1 uuid tenant, $2 uuid id, $3 text state, $4 text article, $5 text message, $6 uuid by) -> dataset_id text; 0 or 1 row
-- class: tenant   lane: write   roles: web owner
-- Two officers at once: the second finds no row.
UPDATE portal.review AS r
   SET state = $3, article = $4, message = $5, decided_by = $6::uuid, decided_at = now()
  FROM portal.dataset AS d
 WHERE r.tenant_id = $1::uuid AND r.id = $2::uuid AND r.state = 'submitted'
   AND d.tenant_id = r.tenant_id AND d.id = r.dataset_id
RETURNING d.dataset_id;
