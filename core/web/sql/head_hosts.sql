-- head_hosts($1 uuid[] ids) -> tenant_id text, host text, canonical boolean; a row a host of the tenants asked for
-- class: global   lane: fast   roles: web
SELECT tenant_id, host, canonical
  FROM portal.host
 WHERE tenant_id = ANY ($1::uuid[]) AND retired_at IS NULL;
