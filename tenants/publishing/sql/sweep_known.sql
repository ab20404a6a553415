-- sweep_known($1 uuid tenant, $2 text blobs) -> blob text; any rows
-- class: tenant   lane: write   roles: worker
-- Those of the files $2, a text[], that a row still names.
SELECT b.blob FROM unnest($2::text[]) AS b (blob)
 WHERE EXISTS (SELECT FROM portal.content AS c WHERE c.tenant_id = $1::uuid AND b.blob IN (c.blob, c.thumbnail))
    OR EXISTS (SELECT FROM portal.upload AS u WHERE u.tenant_id = $1::uuid AND u.blob = b.blob)
    OR EXISTS (SELECT FROM portal.upload_piece AS p WHERE p.tenant_id = $1::uuid AND b.blob = 'pieces/' || p.tenant_id || '/' || p.id);
