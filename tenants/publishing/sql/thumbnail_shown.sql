-- thumbnail_shown($1 uuid tenant, $2 uuid dataset) -> dataset_id text, is_open boolean; any rows
-- class: tenant   lane: write   roles: worker
-- Every data set of the portal that has one of the pictures of $2 is answered anew; an open one is told to its copies.
UPDATE portal.dataset AS d SET revision = revision + 1
 WHERE d.tenant_id = $1::uuid AND d.id IN (
       SELECT o.dataset_id FROM portal.attachment AS a
         JOIN portal.attachment AS o ON o.tenant_id = a.tenant_id AND o.hash = a.hash AND o.kind = 'file'
        WHERE a.tenant_id = $1::uuid AND a.dataset_id = $2::uuid AND a.kind = 'file')
RETURNING d.id, d.state = 'published' AND d.visibility = 'open';
