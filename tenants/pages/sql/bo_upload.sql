-- bo_upload($1 uuid tenant, $2 uuid upload, $3 text dataset_id, $4 uuid organisation) -> id uuid, file_name text, size bigint, mode text, state text, report jsonb, error jsonb, dataset_id text, diff jsonb, saved text, title text, steps jsonb, reading jsonb, fields jsonb, started text, before bigint, rows_loaded bigint, rows_expected bigint; 0 or 1 row
-- class: tenant   lane: write   roles: web
-- One upload, or the last of a dataset.
SELECT u.id, u.file_name, u.size_bytes, u.mode, u.state, u.report, u.error, d.dataset_id, dr.diff,
       to_char(u.updated_at AT TIME ZONE 'Europe/Paris', 'HH24:MI'),
       coalesce(dr.metas #>> '{default,title}', d.metas #>> '{default,title}', d.dataset_id),
       coalesce(u.options -> 'steps', dr.steps, d.steps, '[]'), coalesce(u.options -> 'reading', dr.reading, d.reading, '{}'), u.options -> 'fields',
       to_char(u.updated_at AT TIME ZONE 'Europe/Paris', 'HH24:MI:SS'),
       (SELECT count(*) FROM portal.task AS mine
          JOIN portal.task AS other ON other.kind = mine.kind AND other.run_at < mine.run_at
         WHERE mine.kind = 'upload' AND mine.subject = u.id), u.rows_loaded, u.rows_expected
  FROM portal.upload AS u
  LEFT JOIN portal.dataset AS d ON d.tenant_id = u.tenant_id AND d.id = u.dataset_id
  LEFT JOIN portal.draft AS dr ON dr.tenant_id = u.tenant_id AND dr.upload_id = u.id
 WHERE u.tenant_id = $1::uuid AND ($2::uuid IS NULL OR u.id = $2::uuid) AND ($3::text IS NULL OR d.dataset_id = $3)
   AND ($4::uuid IS NULL OR coalesce(d.organisation_id, u.organisation_id) = $4::uuid)
 ORDER BY u.created_at DESC
 LIMIT 1;
