-- attachment_listed($1 uuid tenant, $2 uuid dataset, $3 text kind) -> id text, title text, mimetype text; at most 200 rows
-- class: tenant   lane: fast   roles: web
SELECT id, title, mimetype FROM portal.attachment
 WHERE tenant_id = $1::uuid AND dataset_id = $2::uuid AND kind = $3 ORDER BY file_name, id LIMIT 200;
