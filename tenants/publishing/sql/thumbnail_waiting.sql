-- thumbnail_waiting($1 uuid tenant) -> dataset uuid; at most 100 rows
-- class: tenant   lane: write   roles: worker
-- Data sets with pictures that nobody has looked at, and without a task: those of before, and of a look that failed.
SELECT DISTINCT a.dataset_id
  FROM portal.attachment AS a
  JOIN portal.content AS c ON c.tenant_id = a.tenant_id AND c.hash = a.hash
 WHERE a.tenant_id = $1::uuid AND a.kind = 'file' AND c.looked_at IS NULL
   AND a.mimetype IN ('image/jpeg', 'image/png', 'image/gif', 'image/webp')
   AND NOT EXISTS (SELECT FROM portal.task AS t WHERE t.kind = 'thumbnail' AND t.subject = a.dataset_id)
 LIMIT 100;
