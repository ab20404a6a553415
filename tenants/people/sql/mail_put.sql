-- mail_put($1 uuid tenant, $2 uuid id, $3 text recipient, $4 text template, $5 text path, $6 jsonb args, $7 text once, $8 uuid task) -> nothing
-- class: tenant   lane: write   roles: web worker owner
-- What was said once to this recipient is not said again, nor queued again.
WITH m AS (
    INSERT INTO portal.mail (tenant_id, id, recipient, template, path, args, once)
    VALUES ($1::uuid, $2::uuid, $3, $4, $5, $6::jsonb, $7)
    ON CONFLICT (tenant_id, recipient, once) DO NOTHING
    RETURNING tenant_id, id)
INSERT INTO portal.task (id, tenant_id, kind, subject) SELECT $8::uuid, m.tenant_id, 'mail', m.id FROM m;
