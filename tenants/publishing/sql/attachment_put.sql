-- attachment_put($1 uuid tenant, $2 uuid dataset, $3 text kind, $4 text id, $5 text title, $6 text file_name, $7 text mimetype, $8 bigint size, $9 text hash, $10 uuid account) -> nothing
-- class: tenant   lane: write   roles: web worker owner
-- A file of the same name takes the place of the one before.
INSERT INTO portal.attachment (tenant_id, dataset_id, kind, id, title, file_name, mimetype, size_bytes, hash, created_by)
VALUES ($1::uuid, $2::uuid, $3, $4, $5, $6, $7, $8::bigint, $9, $10::uuid)
ON CONFLICT (tenant_id, dataset_id, kind, id) DO UPDATE
   SET title = excluded.title, file_name = excluded.file_name, mimetype = excluded.mimetype, size_bytes = excluded.size_bytes,
       hash = excluded.hash, created_at = now(), created_by = excluded.created_by;
