-- side_copy_wanted($1 uuid tenant, $2 uuid version) -> columns jsonb; 0 or 1 row
-- class: tenant   lane: write   roles: worker
SELECT v.columns FROM portal.version AS v
 WHERE v.id = $2::uuid AND v.state = 'ready'
   AND EXISTS (SELECT FROM portal.dataset AS d
                WHERE d.tenant_id = $1::uuid AND d.version_id = v.id AND d.state = 'published');
