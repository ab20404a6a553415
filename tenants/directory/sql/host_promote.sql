-- host_promote($1 text host, $2 uuid tenant) -> host text; no row: another portal's
-- class: global   lane: write   roles: owner
-- A new name, or one more of the same portal's; after host_demote, for a portal has one canonical name at a time.
INSERT INTO portal.host AS h (host, tenant_id, canonical) VALUES ($1, $2::uuid, true)
    ON CONFLICT (host) DO UPDATE SET canonical = true, retired_at = NULL WHERE h.tenant_id = excluded.tenant_id
RETURNING h.host;
