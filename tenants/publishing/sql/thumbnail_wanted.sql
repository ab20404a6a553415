-- thumbnail_wanted($1 uuid tenant, $2 uuid dataset) -> pictures jsonb; 0 or 1 row
-- class: tenant   lane: write   roles: worker
-- Up to 50 pictures that cells of a data set may name and nobody has looked at; has: with a small one from before.
SELECT jsonb_agg(jsonb_build_object('hash', p.hash, 'blob', p.blob, 'has', p.thumbnail IS NOT NULL))
  FROM (SELECT DISTINCT c.hash, c.blob, c.thumbnail
          FROM portal.attachment AS a
          JOIN portal.content AS c ON c.tenant_id = a.tenant_id AND c.hash = a.hash
         WHERE a.tenant_id = $1::uuid AND a.dataset_id = $2::uuid AND a.kind = 'file' AND c.looked_at IS NULL
           AND a.mimetype IN ('image/jpeg', 'image/png', 'image/gif', 'image/webp')
         ORDER BY c.hash LIMIT 50) AS p
HAVING count(*) > 0;
