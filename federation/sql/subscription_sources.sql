-- subscription_sources($1 uuid subscription) -> tenant_id uuid; any rows
-- class: global   lane: write   roles: worker
-- Its source; for the region's national link also the portals whose data sets stand on the region's.
SELECT s.source_tenant_id FROM portal.subscription AS s WHERE s.id = $1::uuid
 UNION
SELECT up.source_tenant_id
  FROM portal.subscription AS s
  JOIN portal.subscription AS up ON up.kind = 'upward' AND up.target_tenant_id = s.source_tenant_id
 WHERE s.id = $1::uuid AND s.kind = 'national';
