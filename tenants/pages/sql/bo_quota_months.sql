-- bo_quota_months($1 uuid root) -> days_gone numeric, days_all int, day text; 1 row
-- class: global   lane: fast   roles: web
SELECT extract(epoch FROM n - date_trunc('month', n)) / 86400,
       extract(day FROM date_trunc('month', n) + interval '1 month -1 day')::integer, n::date::text
  FROM (SELECT now() AT TIME ZONE 'Europe/Paris' AS n) AS t, portal.pool AS p
 WHERE p.root_id = $1::uuid;
