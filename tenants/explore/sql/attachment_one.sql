-- attachment_one($1 uuid tenant, $2 uuid dataset, $3 text kind, $4 text id) -> file_name text, mimetype text, hash text, blob text, modified text, thumbnail text, thumbnail_type text; 0 or 1 row
-- class: tenant   lane: fast   roles: web
-- A copy has no files of its own: they stand beside its origin.
SELECT f.file_name, f.mimetype, f.hash, f.blob, to_char(f.created_at AT TIME ZONE 'UTC', 'Dy, DD Mon YYYY HH24:MI:SS "GMT"'),
       f.thumbnail, f.thumbnail_type
  FROM (SELECT a.file_name, a.mimetype, a.hash, c.blob, a.created_at, c.thumbnail, c.thumbnail_type
          FROM portal.attachment AS a
          JOIN portal.content AS c ON c.tenant_id = a.tenant_id AND c.hash = a.hash
         WHERE a.tenant_id = $1::uuid AND a.dataset_id = $2::uuid AND a.kind = $3 AND a.id = $4
         UNION ALL
        SELECT k.file_name, k.mimetype, k.hash, k.blob, k.created_at, k.thumbnail, k.thumbnail_type
          FROM portal.copied_files($2::uuid, $3, $4) AS k) AS f
 LIMIT 1;
