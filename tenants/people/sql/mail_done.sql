-- mail_done($1 uuid tenant, $2 uuid id, $3 text state, $4 text error) -> nothing
-- class: tenant   lane: write   roles: worker
UPDATE portal.mail SET state = $3, error = $4, done_at = CASE WHEN $3 <> 'waiting' THEN now() END
 WHERE tenant_id = $1::uuid AND id = $2::uuid;
