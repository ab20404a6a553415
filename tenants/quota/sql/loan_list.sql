-- loan_list($1 uuid root, $2 uuid tenant) -> id uuid, lender_id uuid, lender text, borrower_id uuid, borrower text, metric text, amount bigint, starts_on text, ends_on text, state text; at most 200 rows
-- class: global   lane: write   roles: web owner
-- tenant NULL: all of the root. Newest first.
SELECT l.id, l.lender_id, a.name, l.borrower_id, b.name, l.metric, l.amount, l.starts_on::text, l.ends_on::text,
       CASE WHEN l.state = 'accepted' AND l.ends_on < (now() AT TIME ZONE 'Europe/Paris')::date THEN 'ended' ELSE l.state END
  FROM portal.loan AS l
  JOIN portal.tenant AS a ON a.id = l.lender_id
  JOIN portal.tenant AS b ON b.id = l.borrower_id
 WHERE a.root_id = $1::uuid AND ($2::uuid IS NULL OR $2::uuid IN (l.lender_id, l.borrower_id))
 ORDER BY l.proposed_at DESC
 LIMIT 200;
