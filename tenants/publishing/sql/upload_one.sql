-- upload_one($1 uuid tenant, $2 uuid id) -> id uuid, file_name text, size_bytes bigint, mode text, state text, report jsonb, error jsonb, dataset_id text, version_id uuid, organisation_id uuid, diff jsonb, created_at timestamptz, updated_at timestamptz, options jsonb; 0 or 1 row
-- class: tenant   lane: fast   roles: web worker owner
SELECT u.id, u.file_name, u.size_bytes, u.mode, u.state, u.report, u.error, d.dataset_id, u.version_id, u.organisation_id,
       dr.diff, to_char(u.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
       to_char(u.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), u.options
  FROM portal.upload AS u
  LEFT JOIN portal.dataset AS d ON d.tenant_id = u.tenant_id AND d.id = u.dataset_id
  LEFT JOIN portal.draft AS dr ON dr.tenant_id = u.tenant_id AND dr.upload_id = u.id
 WHERE u.tenant_id = $1::uuid AND u.id = $2::uuid;
