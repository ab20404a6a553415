-- loan_answer($1 uuid borrower, $2 uuid id, $3 text state) -> id uuid; 0 or 1 row
-- class: global   lane: write   roles: web owner
-- What the lender offered stayed counted against its reservation; a reservation lowered since stops the loan.
UPDATE portal.loan AS l
   SET state = $3, answered_at = now()
 WHERE l.borrower_id = $1::uuid AND l.id = $2::uuid AND l.state = 'proposed'
   AND ($3 = 'refused' OR (
        l.ends_on >= (now() AT TIME ZONE 'Europe/Paris')::date
        AND coalesce((SELECT s.reserved FROM portal.share AS s
                       WHERE s.tenant_id = l.lender_id AND s.metric = l.metric), 0)
            >= l.amount + coalesce((SELECT sum(o.amount) FROM portal.loan AS o
                                     WHERE o.lender_id = l.lender_id AND o.metric = l.metric AND o.state = 'accepted'
                                       AND o.starts_on <= l.ends_on AND o.ends_on >= l.starts_on), 0)))
RETURNING l.id;
