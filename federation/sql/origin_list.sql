-- origin_list($1 uuid tenant) -> id uuid; any rows
-- class: tenant   lane: write   roles: worker
-- What may travel, or was delivered once.
SELECT d.id
  FROM portal.dataset AS d
 WHERE d.tenant_id = $1::uuid AND d.is_origin
   AND (d.state = 'published' AND d.visibility = 'open'
        OR EXISTS (SELECT FROM portal.delivery AS w WHERE w.source_tenant_id = d.tenant_id AND w.dataset_id = d.id))
 ORDER BY d.id;
