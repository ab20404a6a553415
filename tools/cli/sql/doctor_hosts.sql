-- doctor_hosts() -> host text; the canonical hosts in use
-- class: global   lane: write   roles: owner
SELECT h.host
  FROM portal.host h JOIN portal.tenant t ON t.id = h.tenant_id
 WHERE h.canonical AND h.retired_at IS NULL AND t.state = 'active'
 ORDER BY h.host
 LIMIT 500;
