-- source_ran($1 uuid tenant, $2 uuid dataset, $3 text result, $4 jsonb error, $5 int failures, $6 int next_s, $7 text etag, $8 text last_modified, $9 text hash, $10 uuid upload) -> nothing
-- class: tenant   lane: write   roles: worker
-- Without an upload what is known of the last file stays.
UPDATE portal.source
   SET result = $3, error = $4::jsonb, failures = $5::int, ran_at = now(), next_at = now() + make_interval(secs => $6::int),
       etag = CASE WHEN $10::uuid IS NULL THEN etag ELSE $7 END,
       last_modified = CASE WHEN $10::uuid IS NULL THEN last_modified ELSE $8 END,
       hash = CASE WHEN $10::uuid IS NULL THEN hash ELSE $9 END, upload_id = coalesce($10::uuid, upload_id)
 WHERE tenant_id = $1::uuid AND dataset_id = $2::uuid;
