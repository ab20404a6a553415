-- loan_insert($1 uuid root, $2 uuid id, $3 uuid lender, $4 uuid borrower, $5 text metric, $6 bigint amount, $7 date starts, $8 date ends) -> id uuid; 0 or 1 row
-- class: global   lane: write   roles: web owner
-- No row: another root, dates the wrong way round, or more than the lender has reserved and not lent on those days.
WITH days AS (
    SELECT coalesce($7::date, (now() AT TIME ZONE 'Europe/Paris')::date) AS starts,
           coalesce($8::date, (date_trunc('month', now() AT TIME ZONE 'Europe/Paris') + interval '1 month -1 day')::date) AS ends)
INSERT INTO portal.loan (id, lender_id, borrower_id, metric, amount, starts_on, ends_on)
SELECT $2::uuid, lender.id, borrower.id, $5, $6::bigint, days.starts, days.ends
  FROM days
  JOIN portal.tenant AS lender ON lender.id = $3::uuid AND lender.root_id = $1::uuid
  JOIN portal.tenant AS borrower ON borrower.id = $4::uuid AND borrower.root_id = $1::uuid
 WHERE days.starts <= days.ends
   AND $6::bigint <= coalesce((SELECT s.reserved FROM portal.share AS s
                                WHERE s.tenant_id = lender.id AND s.metric = $5), 0)
                   - coalesce((SELECT sum(l.amount) FROM portal.loan AS l
                                WHERE l.lender_id = lender.id AND l.metric = $5 AND l.state IN ('proposed', 'accepted')
                                  AND l.starts_on <= days.ends AND l.ends_on >= days.starts), 0)
RETURNING id;
