-- source_put($1 uuid tenant, $2 uuid dataset, $3 text url, $4 int every, $5 boolean active, $6 bytea secret, $7 boolean keep_secret, $8 uuid account) -> nothing
-- class: tenant   lane: write   roles: web worker owner
-- Another address knows nothing of the file that was taken from the one before, and gets no secret of it.
INSERT INTO portal.source AS s (tenant_id, dataset_id, url, every_min, active, secret, created_by, next_at)
VALUES ($1::uuid, $2::uuid, $3, $4::int, $5::boolean, $6::bytea, $8::uuid, CASE WHEN $5::boolean THEN now() END)
ON CONFLICT (tenant_id, dataset_id) DO UPDATE
   SET url = excluded.url, every_min = excluded.every_min, active = excluded.active, created_by = excluded.created_by,
       secret = CASE WHEN $7::boolean AND s.url = excluded.url THEN s.secret ELSE excluded.secret END,
       etag = CASE WHEN s.url = excluded.url THEN s.etag END, hash = CASE WHEN s.url = excluded.url THEN s.hash END,
       last_modified = CASE WHEN s.url = excluded.url THEN s.last_modified END, failures = 0, next_at = excluded.next_at;
