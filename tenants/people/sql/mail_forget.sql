-- mail_forget($1 uuid tenant) -> nothing
-- class: tenant   lane: write   roles: worker
-- Addresses are not kept longer than they serve.
DELETE FROM portal.mail WHERE tenant_id = $1::uuid AND done_at < now() - interval '60 days';
