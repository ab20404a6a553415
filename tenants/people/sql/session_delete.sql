-- session_delete($1 uuid tenant, $2 bytea hash) -> nothing
-- class: tenant   lane: write   roles: web
DELETE FROM portal.session WHERE tenant_id = $1::uuid AND hash = $2::bytea;
