-- attachment_list($1 uuid tenant, $2 text dataset_id, $3 uuid organisation, $4 int most) -> kind text, id text, title text, file_name text, mimetype text, size bigint, hash text, created text; at most 1000 rows
-- class: tenant   lane: write   roles: web worker owner
SELECT a.kind, a.id, a.title, a.file_name, a.mimetype, a.size_bytes, a.hash,
       to_char(a.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
  FROM portal.dataset AS d
  JOIN portal.attachment AS a ON a.tenant_id = d.tenant_id AND a.dataset_id = d.id
 WHERE d.tenant_id = $1::uuid AND d.dataset_id = $2 AND ($3::uuid IS NULL OR d.organisation_id = $3::uuid)
 ORDER BY a.kind, a.file_name, a.id LIMIT least($4::int, 1000);
