-- dataset_look($1 uuid tenant, $2 text dataset_id) -> id uuid, dataset_id text, organisation_id uuid, version_id uuid, state text, visibility text, metas jsonb, fields jsonb, is_origin boolean, revision bigint, records bigint, draft_version uuid, draft_metas jsonb, draft_fields jsonb, draft_mode text, steps jsonb, draft_steps jsonb, reading jsonb; 0 or 1 row
-- class: tenant   lane: fast   roles: web worker owner
-- Behind dataset_lock what is edited; without it what a file is read against while others go on editing.
SELECT d.id, d.dataset_id, d.organisation_id, d.version_id, d.state, d.visibility, d.metas, d.fields, d.is_origin,
       d.revision, d.records, dr.version_id, dr.metas, dr.fields, dr.mode, d.steps, dr.steps,
       coalesce(dr.reading, d.reading)
  FROM portal.dataset AS d
  LEFT JOIN portal.draft AS dr ON dr.tenant_id = d.tenant_id AND dr.dataset_id = d.id
 WHERE d.tenant_id = $1::uuid AND d.dataset_id = $2;
