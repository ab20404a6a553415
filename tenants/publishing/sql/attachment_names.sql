-- attachment_names($1 uuid tenant, $2 text dataset_id) -> id text, file_name text; at most 100000 rows
-- class: tenant   lane: write   roles: web
SELECT a.id, a.file_name
  FROM portal.dataset AS d
  JOIN portal.attachment AS a ON a.tenant_id = d.tenant_id AND a.dataset_id = d.id
 WHERE d.tenant_id = $1::uuid AND d.dataset_id = $2 AND a.kind = 'file'
 ORDER BY a.file_name, a.id LIMIT 100000;
