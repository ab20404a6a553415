-- key_ending($1 uuid tenant, $2 timestamptz now) -> id uuid, account_id uuid, label text, ends text, step integer, left_days integer; any rows
-- class: tenant   lane: write   roles: worker
-- 30, 7 and 1 days before the end: not at once for a key that was given no more, nor for one that has been renewed.
SELECT k.id, k.account_id, k.label, to_char(k.expires_at AT TIME ZONE 'Europe/Paris', 'DD/MM/YYYY'), s.step,
       ceil(extract(epoch FROM k.expires_at - $2::timestamptz) / 86400)::integer
  FROM portal.api_key AS k
  CROSS JOIN LATERAL (SELECT min(days) AS step FROM unnest(ARRAY[1, 7, 30]) AS days
                       WHERE k.expires_at <= $2::timestamptz + make_interval(days => days)
                         AND k.expires_at > k.created_at + make_interval(days => days + 1)) AS s
 WHERE k.tenant_id = $1::uuid AND k.revoked_at IS NULL AND k.renewed_by IS NULL AND k.expires_at > $2::timestamptz AND s.step IS NOT NULL;
