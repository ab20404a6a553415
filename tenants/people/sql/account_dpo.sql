-- account_dpo($1 uuid tenant, $2 text email, $3 boolean is_dpo) -> id uuid; 0 or 1 row
-- class: tenant   lane: write   roles: owner
-- The data protection officer: may say in his own words why personal data may be open.
UPDATE portal.account SET is_dpo = $3::boolean WHERE tenant_id = $1::uuid AND email = lower($2) RETURNING id;
