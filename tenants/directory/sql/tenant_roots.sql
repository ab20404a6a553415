-- tenant_roots() -> id uuid; the portals of regions
-- class: global   lane: write   roles: worker
SELECT id FROM portal.tenant WHERE parent_id IS NULL AND state = 'active' ORDER BY id;
