-- quota_shares($1 bigint now_us, $2 bigint epoch) -> slot int, root_slot int, reserved bigint, ceiling bigint, before bigint, pool bigint, all_reserved bigint, anonymous bigint; any rows
-- class: global   lane: write   roles: web
-- A loan in force moves a part of a reservation from lender to borrower; `before` is what other epochs counted.
WITH today AS (SELECT (to_timestamp($1::bigint / 1000000.0) AT TIME ZONE 'Europe/Paris')::date AS day),
lent AS (
    SELECT x.tenant_id, sum(x.amount) AS amount
      FROM portal.loan AS l
      CROSS JOIN LATERAL (VALUES (l.lender_id, -l.amount), (l.borrower_id, l.amount)) AS x (tenant_id, amount)
     WHERE l.metric = 'calls_month' AND l.state = 'accepted'
       AND (SELECT day FROM today) BETWEEN l.starts_on AND l.ends_on
     GROUP BY x.tenant_id),
counted AS (
    SELECT tenant_id, sum(calls) AS calls FROM portal.usage_call
     WHERE epoch <> $2::bigint AND month = date_trunc('month', (SELECT day FROM today))::date
     GROUP BY tenant_id),
shares AS (
    SELECT t.id, t.slot, t.root_id, t.parent_id,
           greatest(0, coalesce(s.reserved, 0) + coalesce(lent.amount, 0)) AS reserved,
           s.ceiling + greatest(0, coalesce(lent.amount, 0)) AS ceiling
      FROM portal.tenant AS t
      LEFT JOIN portal.share AS s ON s.tenant_id = t.id AND s.metric = 'calls_month'
      LEFT JOIN lent ON lent.tenant_id = t.id)
SELECT s.slot, root.slot, s.reserved::bigint, s.ceiling::bigint, coalesce(counted.calls, 0)::bigint, p.calls_month,
       (sum(s.reserved) OVER (PARTITION BY s.root_id))::bigint, p.anonymous_calls_day
  FROM shares AS s
  JOIN shares AS root ON root.root_id = s.root_id AND root.parent_id IS NULL
  JOIN portal.pool AS p ON p.root_id = s.root_id
  LEFT JOIN counted ON counted.tenant_id = s.id;
