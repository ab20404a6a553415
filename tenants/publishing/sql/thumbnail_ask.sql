-- thumbnail_ask($1 uuid task, $2 uuid tenant, $3 uuid dataset) -> nothing
-- class: tenant   lane: write   roles: web worker owner
-- Only where there is a picture to look at. A task that is being worked on looks again before it ends: nobody waits for it here.
INSERT INTO portal.task (id, tenant_id, kind, subject)
SELECT $1::uuid, $2::uuid, 'thumbnail', $3::uuid
 WHERE EXISTS (SELECT FROM portal.attachment AS a
                 JOIN portal.content AS c ON c.tenant_id = a.tenant_id AND c.hash = a.hash
                WHERE a.tenant_id = $2::uuid AND a.dataset_id = $3::uuid AND a.kind = 'file' AND c.looked_at IS NULL
                  AND a.mimetype IN ('image/jpeg', 'image/png', 'image/gif', 'image/webp'))
ON CONFLICT (kind, subject) DO NOTHING;
