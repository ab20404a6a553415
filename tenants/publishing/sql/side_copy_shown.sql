-- side_copy_shown($1 uuid tenant) -> id uuid
-- class: tenant   lane: write   roles: worker
-- What ought to have a side copy and is not waiting for one.
SELECT v.id FROM portal.dataset AS d JOIN portal.version AS v ON v.id = d.version_id
 WHERE d.tenant_id = $1::uuid AND d.state = 'published' AND v.state = 'ready' AND v.rows >= 1000
   AND NOT EXISTS (SELECT FROM portal.task AS t WHERE t.kind = 'side_copy' AND t.subject = v.id);
