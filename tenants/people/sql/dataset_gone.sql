-- dataset_gone($1 uuid tenant, $2 text dataset_id) -> reason text, successor text; 0 or 1 row
-- class: tenant   lane: fast   roles: web
-- Withdrawn while it was open, or the copy of one that was: said to everybody. What was closed gives no row, as if it
-- never was. The successor, or the copy of it that stands here, is named while anybody may see it.
SELECT b.reason,
       (SELECT s.dataset_id FROM portal.dataset AS s JOIN portal.version AS v ON v.id = s.version_id AND v.state = 'ready'
         WHERE s.tenant_id = d.tenant_id AND s.state = 'published' AND s.visibility = 'open'
           AND (s.id = b.successor AND d.is_origin
                OR s.source_id = b.successor AND s.source_tenant_id = coalesce(d.source_tenant_id, d.tenant_id))
         LIMIT 1)
  FROM portal.dataset AS d
  JOIN portal.tombstone AS b ON b.tenant_id = coalesce(d.source_tenant_id, d.tenant_id)
                            AND b.dataset_id = coalesce(d.source_id, d.id)
 WHERE d.tenant_id = $1::uuid AND d.dataset_id = $2 AND d.state = 'withdrawn' AND d.visibility = 'open'
   AND (d.is_origin OR d.withdrawn_reason = 'withdrawn');
