-- contact_account($1 uuid tenant, $2 text email, $3 timestamptz now) -> lapsed text; 1 row
-- class: tenant   lane: write   roles: worker
-- An invitation lives fourteen days; who has not signed in for a year has left, or forgotten.
SELECT CASE WHEN count(*) = 0 THEN 'none'
            WHEN bool_and(state <> 'active') THEN 'disabled'
            WHEN max(last_login_at) IS NULL AND max(created_at) < $3::timestamptz - interval '14 days' THEN 'never'
            WHEN max(last_login_at) < $3::timestamptz - interval '1 year' THEN 'silent' END
  FROM portal.account WHERE tenant_id = $1::uuid AND email = $2;
