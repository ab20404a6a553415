-- attachment_listed($1 uuid tenant, $2 uuid dataset, $3 text kind) -> id text, title text, mimetype text; at most 200 rows
-- class: tenant   lane: fast   roles: web
SELECT f.id, f.title, f.mimetype
  FROM portal.dataset AS d
 CROSS JOIN LATERAL portal.files_beside(d) AS f
 WHERE d.tenant_id = $1::uuid AND d.id = $2::uuid AND f.kind = $3
 ORDER BY f.file_name, f.id LIMIT 200;
