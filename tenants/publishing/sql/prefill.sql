-- prefill($1 uuid tenant, $2 uuid organisation) -> name text, spatial text, granularity text, last jsonb; 0 or 1 row
-- class: tenant   lane: fast   roles: web worker owner
-- The description of the producer's last publication on this portal, else of anybody's that is open.
SELECT o.name, o.spatial, o.granularity,
       (SELECT d.metas FROM portal.dataset AS d
         WHERE d.tenant_id = o.tenant_id AND d.is_origin AND d.state = 'published'
           AND (d.organisation_id = o.id OR d.visibility = 'open')
         ORDER BY d.organisation_id = o.id DESC, d.published_at DESC LIMIT 1)
  FROM portal.organisation AS o
 WHERE o.tenant_id = $1::uuid AND o.id = $2::uuid;
