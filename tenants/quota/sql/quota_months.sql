-- quota_months($1 bigint now_us) -> number int, starts_us bigint, next_us bigint, after_us bigint; 1 row
-- class: global   lane: fast   roles: web
-- Months are those of Paris; number is year * 12 + month - 1.
SELECT (extract(year FROM m) * 12 + extract(month FROM m) - 1)::integer,
       (extract(epoch FROM m AT TIME ZONE 'Europe/Paris') * 1000000)::bigint,
       (extract(epoch FROM (m + interval '1 month') AT TIME ZONE 'Europe/Paris') * 1000000)::bigint,
       (extract(epoch FROM (m + interval '2 months') AT TIME ZONE 'Europe/Paris') * 1000000)::bigint
  FROM (SELECT date_trunc('month', to_timestamp($1::bigint / 1000000.0) AT TIME ZONE 'Europe/Paris') AS m) AS t;
