-- sweep_uploads($1 uuid tenant) -> blob text; at most 100 rows
-- class: tenant   lane: write   roles: worker
-- A week after the last move: what nobody published is abandoned, and the file goes. What stands in a
-- draft stays.
UPDATE portal.upload AS u
   SET state = CASE WHEN u.state = 'published' THEN u.state ELSE 'abandoned' END, version_id = NULL,
       options = u.options || '{"swept": true}'
 WHERE u.tenant_id = $1::uuid AND u.id IN (
       SELECT o.id FROM portal.upload AS o
        WHERE o.tenant_id = $1::uuid AND o.state IN ('ready', 'failed', 'published', 'abandoned')
          AND o.updated_at < now() - interval '7 days' AND NOT o.options ? 'swept'
          AND NOT EXISTS (SELECT FROM portal.draft AS d WHERE d.tenant_id = o.tenant_id AND d.upload_id = o.id)
        ORDER BY o.id LIMIT 100)
RETURNING u.blob;
