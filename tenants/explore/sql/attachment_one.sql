-- attachment_one($1 uuid tenant, $2 uuid dataset, $3 text kind, $4 text id) -> file_name text, mimetype text, hash text, blob text, modified text; 0 or 1 row
-- class: tenant   lane: fast   roles: web
SELECT a.file_name, a.mimetype, a.hash, c.blob, to_char(a.created_at AT TIME ZONE 'UTC', 'Dy, DD Mon YYYY HH24:MI:SS "GMT"')
  FROM portal.attachment AS a
  JOIN portal.content AS c ON c.tenant_id = a.tenant_id AND c.hash = a.hash
 WHERE a.tenant_id = $1::uuid AND a.dataset_id = $2::uuid AND a.kind = $3 AND a.id = $4;
