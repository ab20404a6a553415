-- conformity_take() -> tenant uuid, name text, host text, root_tenant uuid, root_host text; 0 or 1 row
-- class: global   lane: write   roles: worker
-- A sub-domain that was not looked at for a day; one that did not answer, after ten minutes.
WITH due AS (
    SELECT t.id, t.name, h.host, r.id AS root_tenant, rh.host AS root_host
      FROM portal.tenant AS t
      JOIN portal.host AS h ON h.tenant_id = t.id AND h.canonical AND h.retired_at IS NULL
      JOIN portal.tenant AS r ON r.id = t.parent_id
      JOIN portal.host AS rh ON rh.tenant_id = r.id AND rh.canonical AND rh.retired_at IS NULL
      LEFT JOIN portal.conformity AS c ON c.tenant_id = t.id
     WHERE t.state = 'active'
       AND (c.tenant_id IS NULL OR c.looked_at < now() - CASE WHEN c.failures > 0 THEN interval '10 minutes' ELSE interval '1 day' END)
     ORDER BY c.looked_at NULLS FIRST, t.id
     LIMIT 1
), taken AS (
    INSERT INTO portal.conformity AS c (tenant_id, looked_at) SELECT id, now() FROM due
    ON CONFLICT (tenant_id) DO UPDATE SET looked_at = now()
    RETURNING tenant_id
)
SELECT due.id, due.name, due.host, due.root_tenant, due.root_host FROM due JOIN taken ON taken.tenant_id = due.id;
