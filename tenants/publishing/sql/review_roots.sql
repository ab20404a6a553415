-- review_roots() -> id uuid; the portals that others submit to
-- class: global   lane: write   roles: worker
SELECT id FROM portal.tenant WHERE parent_id IS NULL AND state = 'active' ORDER BY id;
