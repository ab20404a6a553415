-- cli_mails($1 uuid tenant) -> at text, recipient text, template text, state text, error text; the latest 500
-- class: tenant   lane: write   roles: owner
SELECT to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), recipient, template, state, error
  FROM portal.mail
 WHERE tenant_id = $1::uuid
 ORDER BY created_at DESC, id DESC
 LIMIT 500;
